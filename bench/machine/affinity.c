/* SPDX-License-Identifier: MIT */
/* sched_getaffinity(2) and sched_setaffinity(2) for hwloc's sets. */
#include "bench/machine/affinity.h"

#include <errno.h>
#include <sched.h>

/* Linux never has more CPUs than this (x86 MAXSMP). */
#define MAX_CPUS 8192

int bench_affinity_read(hwloc_bitmap_t set)
{
	cpu_set_t mask[MAX_CPUS / CPU_SETSIZE];

	if (sched_getaffinity(0, sizeof(mask), mask))
		return -errno;
	hwloc_bitmap_zero(set);
	for (unsigned int i = 0; i < MAX_CPUS; i++)
		if (CPU_ISSET_S(i, sizeof(mask), mask))
			hwloc_bitmap_set(set, i);
	return 0;
}

int bench_affinity_write(hwloc_const_bitmap_t set)
{
	cpu_set_t mask[MAX_CPUS / CPU_SETSIZE];

	CPU_ZERO_S(sizeof(mask), mask);
	for (unsigned int i = 0; i < MAX_CPUS; i++)
		if (hwloc_bitmap_isset(set, i))
			CPU_SET_S(i, sizeof(mask), mask);
	return sched_setaffinity(0, sizeof(mask), mask) ? -errno : 0;
}
