/* SPDX-License-Identifier: MIT */
/*
 * Memory on a chosen NUMA node: delivered as it was asked for, or refused.
 * Conventions: bench/machine/topology.h.
 */
#ifndef BENCH_MACHINE_MEMORY_H
#define BENCH_MACHINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/machine/topology.h"

/* How memory is asked for; the node is a logical index or BENCH_ANY_NODE. */
#define BENCH_ANY_NODE	    (-1)
#define BENCH_MEMORY_HUGE   1u /* transparent huge pages, verified */
#define BENCH_MEMORY_LOCKED 2u /* mlock(2)ed */

/*
 * Memory got from bench_memory_alloc(), which alone writes it. addr is page
 * aligned, or aligned to the huge page when one was asked for; zeroed and
 * touched.
 */
struct bench_memory {
	void *addr;
	size_t bytes;
	int node;      /* logical index it lies on, -1: unknown or several */
	bool huge;     /* backed by huge pages wholly */
	bool locked;   /* cannot be paged out */
	void *mapping; /* what hwloc gave, for the free */
	size_t mapping_bytes;
};

/**
 * bench_memory_alloc() - touched memory on one NUMA node
 * @bytes: size, rounded up to whole (huge) pages
 * @node: logical index of the NUMA node, or BENCH_ANY_NODE for first touch
 * @flags: BENCH_MEMORY_HUGE, BENCH_MEMORY_LOCKED
 *
 * What is asked for is delivered or refused, never approximated: the pages are
 * touched, and where they lie is read back from the kernel. The one exception
 * is a simulated machine, whose nodes are not real: there first touch decides,
 * and out->node is -1.
 *
 * Errors: -EINVAL no such node or zero size, -ENOTSUP the machine is simulated
 * or cannot bind memory, or has no transparent huge pages, -ENOMEM no memory
 * there, or not enough may be locked, or no huge page could be had, -EXDEV
 * pages landed on another node.
 */
int bench_memory_alloc(const struct bench_topology *t, size_t bytes, int node,
		       unsigned int flags, struct bench_memory *out, char *why,
		       size_t n);

/** bench_memory_free() - give memory back; a zeroed struct is allowed */
void bench_memory_free(const struct bench_topology *t, struct bench_memory *m);

#endif
