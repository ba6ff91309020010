/* SPDX-License-Identifier: MIT */
/* scenario_write.c - what a write costs that nobody disturbs. */
#include "bench/plan/scenario.h"

static const enum bench_figure figures[] = {
	BENCH_FIGURES_OF_SOLO,
	BENCH_FIGURE_COUNT,
};

const struct bench_scenario bench_scenario_write = {
	.name = "write",
	.meaning = "what a write costs while nobody swaps",
	.axes = BENCH_AXES_OF_EVENTS,
	.against = BENCH_AGAINST_BASELINE,
	.slice_us = 1000,
	.time = BENCH_FIGURE_WRITER_NS_PER_EVENT,
	.figures = figures,
};
