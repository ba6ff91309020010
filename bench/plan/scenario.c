/* SPDX-License-Identifier: MIT */
/* scenario.c - the table of scenarios. */
#include "bench/plan/scenario.h"

#include <assert.h>

static const struct bench_scenario *const scenarios[] = {
#define BENCH_SCENARIO(name) &bench_scenario_##name,
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO
};

const struct bench_scenario *bench_scenario_at(unsigned int index)
{
	return index < BENCH_SCENARIOS ? scenarios[index] : NULL;
}

const struct bench_scenario *bench_cell_scenario(const struct bench_cell *cell)
{
	assert(cell->scenario < BENCH_SCENARIOS);
	return scenarios[cell->scenario];
}

unsigned int bench_scenario_of_floors(void)
{
	unsigned int i = 0;

	while (!scenarios[i]->of_floors)
		i++;
	return i;
}
