/* SPDX-License-Identifier: MIT */
/* Machines described by one line of hwloc's syntax. */
#ifndef TESTS_UNIT_MACHINE_DESCRIBED_H
#define TESTS_UNIT_MACHINE_DESCRIBED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "bench/machine/topology.h"

/* Two packages of one node, two L3, two L2 each, two cores of two PUs. */
#define BIG "Package:2 [NUMANode] L3Cache:2 L2Cache:2 Core:2 PU:2"
/* Sub-NUMA clustering: one L3 a package, two nodes below it. */
#define CLUSTERS "Package:2 L3Cache:1 Group:2 [NUMANode] L2Cache:2 Core:1 PU:1"
#define ONE_PU	 "Package:1 [NUMANode] L3Cache:1 L2Cache:1 Core:1 PU:1"
#define ONE_CORE "Package:1 [NUMANode] L3Cache:1 L2Cache:1 Core:1 PU:2"
#define ONE_L2	 "Package:1 [NUMANode] L3Cache:1 L2Cache:1 Core:4 PU:1"
#define NO_CACHE "Package:1 [NUMANode] Core:4 PU:1"
#define SIX	 "Package:1 [NUMANode] L3Cache:1 L2Cache:6 Core:1 PU:1"

static inline void forget(void)
{
	unsetenv("HWLOC_SYNTHETIC");
	unsetenv("HWLOC_XMLFILE");
	unsetenv("HWLOC_THISSYSTEM");
}

static inline struct bench_topology *load(const char *line, unsigned int flags)
{
	struct bench_topology *t = NULL;
	char why[BENCH_WHY];

	forget();
	if (line)
		setenv("HWLOC_SYNTHETIC", line, 1);
	if (bench_topology_load(&t, flags, why, sizeof(why)))
		fail_msg("%s: %s", line ? line : "this machine", why);
	forget();
	return t;
}

#endif
