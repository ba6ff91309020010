/* SPDX-License-Identifier: MIT */
/* scenario_scaling.c - what a snapshot of many slots costs. */
#include "bench/plan/scenario.h"

static const enum bench_figure figures[] = {
	BENCH_FIGURES_OF_CREW,	      BENCH_FIGURE_SCALING_WRITERS,
	BENCH_FIGURE_SCALING_COST,    BENCH_FIGURE_SCALING_SKEW,
	BENCH_FIGURE_SCALING_PARTIAL, BENCH_FIGURE_COUNT,
};

const struct bench_scenario bench_scenario_scaling = {
	.name = "scaling",
	.meaning =
		"what a snapshot of N slots costs, and how far apart they are",
	.axes = BENCH_AXES_OF_EVENTS | BENCH_AXES_OF_SWAPS,
	.has_swapper = true,
	.must_swap = true,
	.against = BENCH_AGAINST_NOTHING,
	.slice_us = 1000,
	.time = BENCH_FIGURE_SWAP_SAFE,
	.figures = figures,
};
