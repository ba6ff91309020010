/* SPDX-License-Identifier: MIT */
/* scenario_footprint.c - what one swap does to the writer around it. */
#include "bench/plan/scenario.h"

#include <errno.h>

#include "bench/base/why.h"

static const enum bench_figure figures[] = {
	BENCH_FIGURES_OF_CREW,		 BENCH_FIGURE_FOOTPRINT_BIN_NS,
	BENCH_FIGURE_FOOTPRINT_FROM_NS,	 BENCH_FIGURE_FOOTPRINT_SWAPS,
	BENCH_FIGURE_FOOTPRINT_CONTROLS, BENCH_FIGURE_FOOTPRINT_STOLEN_NS,
	BENCH_FIGURE_FOOTPRINT_SWAP,	 BENCH_FIGURE_FOOTPRINT_CONTROL,
	BENCH_FIGURE_FOOTPRINT_PEAK,	 BENCH_FIGURE_FOOTPRINT_CONTROL_PEAK,
	BENCH_FIGURE_FOOTPRINT_DURATION, BENCH_FIGURE_COUNT,
};

static int check(const struct bench_cell *cell, char *why, size_t n)
{
	if (cell->swap_rate == BENCH_BACK_TO_BACK || cell->writers > 1 ||
	    cell->writer_state == BENCH_IDLE ||
	    cell->writer_state == BENCH_PACED)
		return bench_why(
			-EINVAL, why, n,
			"footprint needs one busy writer and a swap-rate "
			"in swaps per second");
	return 0;
}

const struct bench_scenario bench_scenario_footprint = {
	.name = "footprint",
	.meaning =
		"what one swap does to the writer around it, "
		"against random instants without a swap",
	.axes = BENCH_AXES_OF_EVENTS | BENCH_AXES_OF_SWAPS,
	.has_swapper = true,
	.must_swap = true,
	.against = BENCH_AGAINST_ITSELF,
	.slice_us = 1000,
	.time = BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
	.check = check,
	.figures = figures,
};
