/* SPDX-License-Identifier: MIT */
/* scenario_latency.c - every event stamped, while swaps happen. */
#include "bench/measure/crew.h"
#include "bench/measure/scenario.h"

static int run(struct bench_block *block, char *why, size_t n)
{
	static const struct bench_crew_how how = { .stamped = true };

	return bench_crew_run(block, &how, why, n);
}

const struct bench_measure bench_measure_latency = { .run = run };
