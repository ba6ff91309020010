/* SPDX-License-Identifier: MIT */
/* scenario_footprint.c - the writer's gaps around the swaps of a slice. */
#include <errno.h>
#include <stdlib.h>

#include "bench/measure/duo.h"
#include "bench/measure/footprint.h"
#include "bench/measure/scenario.h"

static int create(struct bench_duo *duo)
{
	const struct bench_block *block = duo->block;
	struct bench_footprint *own = calloc(1, sizeof(*own));

	duo->own = own;
	duo->starts = calloc(BENCH_STARTS, sizeof(*duo->starts));
	if (!own || !duo->starts)
		return -ENOMEM;
	return bench_footprint_create(own, block->cycles_per_ns,
				      block->spec->seed);
}

static void destroy(struct bench_duo *duo)
{
	if (duo->own)
		bench_footprint_destroy(duo->own);
	free(duo->own);
	free(duo->starts);
}

static void fold(struct bench_duo *duo, const struct bench_duo_writer *w,
		 bool is_control)
{
	size_t n = (size_t)w->chunks * BENCH_CHUNK_STAMPS;

	if (is_control)
		bench_footprint_fold_control(duo->own, w->stamps, n);
	else
		bench_footprint_fold_swaps(duo->own, w->stamps, n, duo->starts,
					   duo->n_starts);
}

static void put(struct bench_duo *duo)
{
	bench_footprint_put(duo->own, duo->block->datum);
}

static int run(struct bench_block *block, char *why, size_t n)
{
	static const struct bench_duo_how how = {
		.stamped = true,
		.fold = fold,
		.create = create,
		.destroy = destroy,
		.put = put,
	};

	return bench_duo_run(block, &how, why, n);
}

const struct bench_measure bench_measure_footprint = { .run = run };
