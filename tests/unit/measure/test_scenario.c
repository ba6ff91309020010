/* SPDX-License-Identifier: MIT */
/* Every scenario can be measured, and yields what its descriptor names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/machine/topology.h"
#include "bench/measure/run.h"
#include "bench/measure/scenario.h"
#include "bench/plan/scenario.h"

static struct bench_topology *topology;
static char why[2 * BENCH_WHY];

static void every_scenario_has_a_measure(void **state)
{
	static const struct bench_measure *const measures[] = {
#define BENCH_SCENARIO(name) &bench_measure_##name,
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO
	};

	(void)state;
	for (unsigned int i = 0; i < BENCH_SCENARIOS; i++)
		assert_non_null(measures[i]->run);
}

static bool names(const struct bench_scenario *s, int figure)
{
	const enum bench_figure *f = s->figures;

	while (*f != BENCH_FIGURE_COUNT && (int)*f != figure)
		f++;
	return *f != BENCH_FIGURE_COUNT;
}

/* A short block of a strategy, or of a floor, on one PU; the caller's. */
static json_t *run_block(unsigned int scenario)
{
	struct bench_block_spec spec = { .seed = 1, .block_ms = 40 };
	bool floor = bench_scenario_at(scenario)->of_floors;
	json_t *datum;

	bench_cell_default(&spec.cell);
	spec.cell.scenario = scenario;
	spec.cell.placement = BENCH_SAME_PU;
	strcpy(spec.cell.strategy, floor ? "append" : "barrier");
	bench_cell_normalise(&spec.cell);
	if (bench_block_run(topology, &spec, &datum, why, sizeof(why)))
		fail_msg("%s", why);
	return datum;
}

static void a_block_holds_what_its_scenario_names(void **state)
{
	const struct bench_scenario *s;

	(void)state;
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++) {
		json_t *datum = run_block(i);

		for (int f = 0; f < BENCH_FIGURE_COUNT; f++)
			if (bench_figure_get(datum, f) && !names(s, f))
				fail_msg("%s does not name %s.%s", s->name,
					 bench_figure_info(f)->part,
					 bench_figure_info(f)->name);
		if (!bench_figure_get(datum, s->time))
			fail_msg("%s: no time", s->name);
		json_decref(datum);
	}
}

static int set_up(void)
{
	swap_setup();
	if (bench_topology_load(&topology, 0, why, sizeof(why)) ||
	    bench_topology_measurable(topology, why, sizeof(why))) {
		printf("%s\n", why);
		return 77;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scenario_has_a_measure),
		cmocka_unit_test(a_block_holds_what_its_scenario_names),
	};
	int err = set_up();

	if (err)
		return err;
	err = cmocka_run_group_tests(tests, NULL, NULL);
	bench_topology_free(topology);
	return err;
}
