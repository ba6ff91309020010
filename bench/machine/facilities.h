/* SPDX-License-Identifier: MIT */
/* What the kernel lets this process use: counters, rseq, membarrier, limits. */
#ifndef BENCH_MACHINE_FACILITIES_H
#define BENCH_MACHINE_FACILITIES_H

#include <jansson.h>
#include <stddef.h>

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

/** bench_privileges_json() - capabilities and limits; a new reference */
json_t *bench_privileges_json(const char *root);

/** bench_facilities_json() - membarrier, rseq, counters; a new reference */
json_t *bench_facilities_json(const char *root);

#endif
