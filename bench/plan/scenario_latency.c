/* SPDX-License-Identifier: MIT */
/* scenario_latency.c - how long single events take while swaps happen. */
#include "bench/plan/scenario.h"

#include <errno.h>

#include "bench/base/why.h"

static const enum bench_figure figures[] = {
	BENCH_FIGURES_OF_CREW,
	BENCH_FIGURE_COUNT,
};

static int check(const struct bench_cell *cell, char *why, size_t n)
{
	if (cell->writer_state == BENCH_IDLE)
		return bench_why(-EINVAL, why, n,
				 "latency needs a writer that is not idle");
	return 0;
}

const struct bench_scenario bench_scenario_latency = {
	.name = "latency",
	.meaning = "the distribution of single writes while swaps happen",
	.axes = BENCH_AXES_OF_EVENTS | BENCH_AXES_OF_SWAPS,
	.has_swapper = true,
	.against = BENCH_AGAINST_BASELINE,
	.slice_us = 1000,
	.time = BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
	.check = check,
	.figures = figures,
};
