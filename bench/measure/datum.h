/* SPDX-License-Identifier: MIT */
/*
 * datum.h - members of a block's datum that several scenarios have.
 *
 *	bench_datum_writer(block);
 *	bench_datum_ratio(block, slices);
 *	bench_datum_counters(block->datum, &counted, BENCH_PER_EVENT);
 *
 * For solo.c and crew*.c, once every role has ended.
 */
#ifndef BENCH_MEASURE_DATUM_H
#define BENCH_MEASURE_DATUM_H

#include <jansson.h>

#include "bench/measure/block.h"
#include "bench/measure/counters.h"

#define BENCH_PAIRS_MAX 4096

/* One writer's cost in one slice: cycles an event, or a negative number. */
struct bench_slices {
	double base[BENCH_PAIRS_MAX];
	double cell[BENCH_PAIRS_MAX];
	unsigned int n;
};

/* What hardware counters told of a sample that nobody times. */
struct bench_counted {
	int err; /* 0 or why there is nothing, in words in why */
	char why[BENCH_WHY];
	struct bench_counts counts;
	uint64_t units; /* the sample's events, or swaps */
};

/** bench_datum_ratio() - the part "ratio", and the writer's ns per event
 *
 * Of the median slice, and of the median pair: of a writer that nobody
 * disturbs.
 * Without a baseline there is no ratio, and where no slice was measured neither
 * is.
 */
void bench_datum_ratio(struct bench_block *block,
		       const struct bench_slices *slices);

/** bench_datum_writer() - the part "writer": what the cell's books counted */
void bench_datum_writer(struct bench_block *block);

/** bench_datum_slices() - the part "slices": how many, and how long
 * @preempted: of the @pairs
 */
void bench_datum_slices(struct bench_block *block, unsigned int pairs,
			unsigned int preempted);

/* What the units of a sample are. */
enum bench_counted_units {
	BENCH_PER_EVENT,
	BENCH_PER_SWAP,
};

/** bench_datum_counters() - add "counters", and the figures for each unit */
void bench_datum_counters(json_t *datum, const struct bench_counted *counted,
			  enum bench_counted_units units);

#endif
