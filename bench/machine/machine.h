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
 * bench_build_info() - version, commit, compiler, flags, build type, sanitizer
 *
 * A new reference. The commit is bench_commit()'s (commit.h).
 */
json_t *bench_build_info(void);

#endif
