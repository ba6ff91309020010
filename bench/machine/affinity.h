/* SPDX-License-Identifier: MIT */
/* The calling thread's affinity in the kernel's own words, not hwloc's: on a
 * described machine hwloc answers for the description. 0 or -errno. */
#ifndef BENCH_MACHINE_AFFINITY_H
#define BENCH_MACHINE_AFFINITY_H

#include <hwloc.h>

int bench_affinity_read(hwloc_bitmap_t set);
int bench_affinity_write(hwloc_const_bitmap_t set);

#endif
