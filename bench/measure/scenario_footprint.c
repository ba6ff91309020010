/* SPDX-License-Identifier: MIT */
/* scenario_footprint.c - the writer's gaps around the swaps of a slice. */
#include <errno.h>
#include <stdlib.h>

#include "bench/measure/crew.h"
#include "bench/measure/footprint.h"
#include "bench/measure/scenario.h"

static int create(struct bench_crew *crew)
{
	const struct bench_block *block = crew->block;
	struct bench_footprint *own = calloc(1, sizeof(*own));

	crew->own = own;
	crew->starts = calloc(BENCH_STARTS, sizeof(*crew->starts));
	if (!own || !crew->starts)
		return -ENOMEM;
	return bench_footprint_create(own, block->cycles_per_ns,
				      block->spec->seed);
}

static void destroy(struct bench_crew *crew)
{
	if (crew->own)
		bench_footprint_destroy(crew->own);
	free(crew->own);
	free(crew->starts);
}

static void fold(struct bench_crew *crew, const struct bench_crew_writer *w,
		 bool is_control)
{
	size_t n = (size_t)w->chunks * BENCH_CHUNK_STAMPS;

	if (is_control)
		bench_footprint_fold_control(crew->own, w->stamps, n);
	else
		bench_footprint_fold_swaps(crew->own, w->stamps, n,
					   crew->starts, crew->n_starts);
}

static void put(struct bench_crew *crew)
{
	bench_footprint_put(crew->own, crew->block->datum);
}

static int run(struct bench_block *block, char *why, size_t n)
{
	static const struct bench_crew_how how = {
		.stamped = true,
		.fold = fold,
		.create = create,
		.destroy = destroy,
		.put = put,
	};

	return bench_crew_run(block, &how, why, n);
}

const struct bench_measure bench_measure_footprint = { .run = run };
