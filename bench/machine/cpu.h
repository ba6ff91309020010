/* SPDX-License-Identifier: MIT */
/* What names a processor model, and what is done about its flaws: both are
 * parts of the machine key. */
#ifndef BENCH_MACHINE_CPU_H
#define BENCH_MACHINE_CPU_H

#include <jansson.h>
#include <stddef.h>

/* How many fields name a model: vendor, family, ... microcode. */
#define BENCH_CPU_FIELDS 5

/**
 * bench_cpu_field() - field @i of /proc/cpuinfo below root, in words
 *
 * Returns its name; the text may be "unavailable: ...".
 */
const char *bench_cpu_field(const char *root, size_t i, char *text, size_t n);

/** bench_cpu_json() - model, the fields and the architecture; a new reference */
json_t *bench_cpu_json(const char *root);

/**
 * bench_cpu_mitigations() - vulnerability: what the kernel does about it
 *
 * Whatever this kernel lists, in sorted order: the key depends on it. A new
 * reference.
 */
json_t *bench_cpu_mitigations(const char *root);

#endif
