/* SPDX-License-Identifier: MIT */
/* The machine's name for pooling, and its shape in one line. */
#ifndef BENCH_MACHINE_KEY_H
#define BENCH_MACHINE_KEY_H

#include "bench/machine/topology.h"

/* "m-" and 16 hexadecimal digits. */
#define BENCH_KEY 24

/**
 * bench_machine_key() - the name under which results may be pooled
 *
 * A hash of what moves numbers: architecture, CPU vendor, family, model,
 * stepping and microcode, the shape of the (allowed) topology with its caches
 * but without memory sizes, SMT, governor, turbo, kernel release, mitigations,
 * hypervisor, and whether all that is simulated. Memory sizes are left out
 * since they change by themselves (ballooning). `text`, if not NULL, receives
 * the hashed text, owned by the caller, so that two unlike keys can be
 * explained.
 *
 * 0 or -ENOMEM.
 */
int bench_machine_key(const char *root, const struct bench_topology *t,
		      char key[BENCH_KEY], char **text);

/**
 * bench_machine_shape() - the topology as one line, caches but no memory sizes
 *
 * Equal neighbours are counted: "2*Package[NUMA](8*L2:2048K(2*PU))". Works on
 * asymmetric machines too. Owned by the caller (free()); NULL: out of memory.
 */
char *bench_machine_shape(const struct bench_topology *t);

#endif
