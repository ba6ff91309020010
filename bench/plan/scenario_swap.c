/* SPDX-License-Identifier: MIT */
/* scenario_swap.c - how long a swap takes. */
#include "bench/plan/scenario.h"

static const enum bench_figure figures[] = {
	BENCH_FIGURES_OF_CREW,
	BENCH_FIGURE_COUNT,
};

const struct bench_scenario bench_scenario_swap = {
	.name = "swap",
	.meaning =
		"both sides while one slot is swapped at a planned rate: "
		"time until safe to read, and what that does to the writer",
	.axes = BENCH_AXES_OF_EVENTS | BENCH_AXES_OF_SWAPS,
	.has_swapper = true,
	.must_swap = true,
	.against = BENCH_AGAINST_BASELINE,
	.slice_us = 1000,
	.time = BENCH_FIGURE_SWAP_SAFE,
	.figures = figures,
};
