/* SPDX-License-Identifier: MIT */
/*
 * Placements: the distance between a writer's PU and a swapper's, by names
 * that mean the same on every machine.
 *
 *	struct bench_pair pair;
 *
 *	if (bench_placement_choose(t, BENCH_SHARED_L3, &pair, why, sizeof(why)))
 *		row("unavailable: %s", why);
 *
 * A pair in different NUMA nodes of one package is cross-numa even if an L3 is
 * reported over both (sub-NUMA clustering): the node decides which slices serve
 * it. The choice is deterministic: same machine, same pair. Conventions of
 * errors and reasons are those of topology.h.
 */
#ifndef BENCH_MACHINE_PLACEMENT_H
#define BENCH_MACHINE_PLACEMENT_H

#include "bench/base/words.h"
#include "bench/machine/topology.h"

/* A writer's and a swapper's PU. Both belong to the topology. */
struct bench_pair {
	enum bench_placement asked;    /* the name it was chosen for */
	enum bench_placement distance; /* its class, never P/E */
	const struct bench_pu *writer;
	const struct bench_pu *swapper;
};

/** bench_placement_of() - the class that two PUs are in; symmetric */
enum bench_placement bench_placement_of(const struct bench_pu *a,
					const struct bench_pu *b);

/**
 * bench_placement_choose() - the pair that stands for a placement here
 *
 * Among all pairs of the class, in this order: the writer is not on the core of
 * OS CPU 0 (the boot CPU serves timers and interrupts), both cores are of one
 * kind, the swapper is not on that core either, the writer's logical index is
 * lowest, then the swapper's.
 *
 * -ENOTSUP when this machine has no such pair; the reason says what it lacks.
 */
int bench_placement_choose(const struct bench_topology *t,
			   enum bench_placement placement,
			   struct bench_pair *out, char *why, size_t n);

/**
 * bench_placement_explicit() - the pair that the user named by OS indices
 *
 * `asked` becomes the class found. -ERANGE when a PU is outside the allowed
 * set, which the reason lists.
 */
int bench_placement_explicit(const struct bench_topology *t,
			     unsigned int writer_os, unsigned int swapper_os,
			     struct bench_pair *out, char *why, size_t n);

/**
 * bench_placement_writers() - PUs for writers beside the pair's first
 * @pair: a pair that was chosen on @t
 * @count: how many more writers
 * @pus: room for @count pointers
 * @oversubscribe: when PUs run out, use the writers' PUs again in turn
 *
 * Never the swapper's PU (except by oversubscribing same-pu), never a PU
 * twice before all are used. Preferred: for P/E placements a core of the
 * writer's kind; the same distance to the swapper; a core that no writer uses
 * yet; not the swapper's core; not the core of OS CPU 0; lowest logical index.
 *
 * -ENOSPC when PUs run out and @oversubscribe is false. The return value is
 * otherwise how many writers were put on a PU that another one has already: if
 * not 0, the measurement must be marked oversubscribed.
 */
int bench_placement_writers(const struct bench_topology *t,
			    const struct bench_pair *pair, unsigned int count,
			    const struct bench_pu **pus, bool oversubscribe,
			    char *why, size_t n);

#endif
