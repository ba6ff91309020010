/* SPDX-License-Identifier: MIT */
/*
 * cpus.h - which CPUs a test may use, without a topology library.
 *
 * Thread context; source: sched_setaffinity(2).
 */
#ifndef PROOF_TORTURE_CPUS_H
#define PROOF_TORTURE_CPUS_H

#include <errno.h>
#include <sched.h>

/* The first max CPUs that the calling thread may run on; returns how many. */
static inline int cpus_allowed(int *cpus, int max)
{
	cpu_set_t set;
	int n = 0;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set))
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && n < max; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpus[n++] = cpu;
	return n;
}

/* Bind thread tid (0: the caller) to one CPU. 0 or -errno. */
static inline int cpus_bind(int tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set) ? -errno : 0;
}

static inline int cpus_pin(int cpu)
{
	return cpus_bind(0, cpu);
}

#endif
