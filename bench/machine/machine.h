/* SPDX-License-Identifier: MIT */
/*
 * Provenance: what was measured on, and with which build, as JSON that can be
 * kept beside the numbers for ever.
 *
 * Fields that this machine does not tell hold "unavailable: <reason>". No host
 * name, user name, path of the user's or serial number is ever in it.
 */
#ifndef BENCH_MACHINE_MACHINE_H
#define BENCH_MACHINE_MACHINE_H

#include <jansson.h>

#include "bench/machine/topology.h"

/* "m-" and 16 hexadecimal digits. */
#define BENCH_KEY 24

/**
 * bench_machine() - everything known about the machine under test
 * @root: "" or a directory that holds another machine's /proc, /sys and /etc
 * @t: the topology that is measured
 *
 * A new reference. Takes about 100 ms: clocks are timed, the performance
 * counter is tried. Has the members described in docs/results-format.md;
 * "key" is bench_machine_key()'s, "key-text" the text that it is the hash of.
 * NULL only when out of memory.
 */
json_t *bench_machine(const char *root, const struct bench_topology *t);

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

/**
 * bench_build_info() - version, commit, compiler, flags, build type, sanitizer
 *
 * A new reference. The commit is that of configure time, "-dirty" with
 * uncommitted changes to tracked files, "unknown" outside git.
 */
json_t *bench_build_info(void);

/**
 * bench_machine_counters() - do hardware performance counters work here?
 *
 * Really opens one, counts a loop and reads it. 0, or -errno and the reason:
 * -ENOENT no such counter (virtual machines), -EACCES not allowed.
 */
int bench_machine_counters(char *why, size_t n);

/**
 * bench_machine_rseq() - is this thread registered for restartable sequences?
 *
 * By glibc's registration, never by what membarrier's query promises: emulators
 * answer that query without having rseq. 0, or -ENOTSUP and the reason.
 */
int bench_machine_rseq(char *why, size_t n);

#endif
