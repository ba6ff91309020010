/* SPDX-License-Identifier: MIT */
/* scenario_floor.c - what a bare mechanism costs. */
#include "bench/plan/scenario.h"

static const enum bench_figure figures[] = {
	BENCH_FIGURES_OF_SOLO,
	BENCH_FIGURE_FLOOR_NS,
	BENCH_FIGURE_FLOOR_LATENCY,
	BENCH_FIGURE_COUNT,
};

const struct bench_scenario bench_scenario_floor = {
	.name = "floor",
	.meaning = "one bare mechanism",
	/* The first two of those that are loops of writes. */
	.axes = BENCH_AXIS_BIT(BENCH_AXIS_PAYLOAD) |
		BENCH_AXIS_BIT(BENCH_AXIS_BUFFER_KIB) |
		BENCH_AXIS_BIT(BENCH_AXIS_WRITER_SCHED),
	.of_floors = true,
	.against = BENCH_AGAINST_NOTHING,
	.slice_us = 1000,
	.time = BENCH_FIGURE_FLOOR_NS,
	.figures = figures,
};
