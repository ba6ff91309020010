/* SPDX-License-Identifier: MIT */
/*
 * words.h - the names of placements, for those who only speak of them.
 *
 * What a placement means on a machine, and which PUs stand for it, is in
 * bench/machine/placement.h; nothing here touches the machine.
 */
#ifndef BENCH_BASE_WORDS_H
#define BENCH_BASE_WORDS_H

#include <stddef.h>

/*
 * The distance between a writer's PU and a swapper's, in order. The first seven
 * are classes: every pair of PUs is in exactly one. The last two ask for kinds
 * of core, at whatever distance.
 */
enum bench_placement {
	BENCH_SAME_PU,	     /* the swapper runs on the writer's PU */
	BENCH_SMT_SIBLING,   /* two PUs of one core */
	BENCH_SHARED_L2,     /* two cores that share an L2 (or an L1) */
	BENCH_SHARED_L3,     /* nearest shared cache is the L3 */
	BENCH_SAME_NUMA,     /* one NUMA node, no cache shared up to L3 */
	BENCH_CROSS_NUMA,    /* one package, two NUMA nodes */
	BENCH_CROSS_PACKAGE, /* two packages */
	BENCH_P_TO_E,	     /* writer on a performance core, swapper on an */
	BENCH_E_TO_P,	     /* efficiency core, and the other way round */
	BENCH_PLACEMENTS,
};

/** bench_placement_name() - "same-pu", ...; static, NULL out of range */
const char *bench_placement_name(enum bench_placement placement);

/**
 * bench_placement_parse() - the placement of that name
 *
 * 0, or -EINVAL and a reason that lists the names.
 */
int bench_placement_parse(const char *name, enum bench_placement *out,
			  char *why, size_t n);

#endif
