/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - how each scenario is measured.
 *
 *	const struct bench_measure bench_measure_write = {
 *		.run = bench_solo_run,
 *	};
 *
 * One stands in scenario_NAME.c for every line of bench/plan/scenarios.def; what
 * the scenario is stands in bench/plan/scenario_NAME.c. Most are a few lines on
 * solo.h (a writer alone) or crew.h (writers and a swapper).
 */
#ifndef BENCH_MEASURE_SCENARIO_H
#define BENCH_MEASURE_SCENARIO_H

#include "bench/measure/block.h"

struct bench_measure {
	/* Run the roles of a block that is set up, and put the figures of its
	 * datum. 0, or -errno and the reason. */
	int (*run)(struct bench_block *block, char *why, size_t n);
	/* Slots of the cell's target, and of a baseline that is a strategy.
	 * NULL: one for each writer. */
	unsigned int (*slots)(const struct bench_block *block);
};

#define BENCH_SCENARIO(name) \
	extern const struct bench_measure bench_measure_##name;
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO

#endif
