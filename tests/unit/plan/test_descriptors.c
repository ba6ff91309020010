/* SPDX-License-Identifier: MIT */
/* Unit tests of descriptors: what strategies and floors say must exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bench/base/json.h"
#include "bench/plan/descriptors.h"
#include "bench/result/figures.h"

static bool is_axis(const char *name)
{
	for (unsigned int i = 0; bench_axis_name(i); i++)
		if (!strcmp(bench_axis_name(i), name))
			return true;
	return false;
}

/* A key of raw values: "part.figure", or "part.figure.p50". */
static bool is_figure(const char *key)
{
	const char *dot = strrchr(key, '.');
	enum bench_figure figure;
	char path[64];

	if (bench_figure_find(key, &figure))
		return bench_figure_info(figure)->kind == BENCH_KIND_VALUE;
	snprintf(path, sizeof(path), "%.*s", (int)(dot - key), key);
	return !strcmp(dot, ".p50") && bench_figure_find(path, &figure) &&
	       bench_figure_info(figure)->kind == BENCH_KIND_DIST;
}

static void check_when(const struct bench_floor_when *when)
{
	struct bench_cell cell;
	char why[BENCH_WHY];

	bench_cell_default(&cell);
	for (; when->axis; when++)
		if (bench_cell_set(&cell, when->axis, when->value, why,
				   sizeof(why)))
			fail_msg("%s", why);
}

static void what_floors_bound_exists(void **state)
{
	const struct bench_floor *f;
	struct bench_cell cell;
	char why[BENCH_WHY];

	(void)state;
	for (unsigned int i = 0; (f = bench_floor_at(i)); i++) {
		const struct bench_floor_bound *b = f->bounds;

		if (!b)
			continue;
		bench_cell_default(&cell);
		if (bench_cell_set(&cell, "scenario", b->scenario, why,
				   sizeof(why)))
			fail_msg("%s: %s", f->name, why);
		if (!is_figure(b->figure))
			fail_msg("%s: no figure %s", f->name, b->figure);
		if (b->by && !bench_floor_find(b->by))
			fail_msg("%s: no floor %s", f->name, b->by);
		for (size_t k = 0; b->same[k]; k++)
			if (!is_axis(b->same[k]))
				fail_msg("%s: no axis %s", f->name, b->same[k]);
		check_when(b->only);
		check_when(b->never);
	}
}

/* A strategy names its floor, and a baseline that is compared with a floor. */
static void what_strategies_name_exists(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	swap_for_each_strategy (s) {
		const struct swap_strategy *baseline = swap_baseline_of(s);

		if (!bench_floor_find(s->floor))
			fail_msg("%s: no floor %s", s->name, s->floor);
		if (!baseline && !bench_floor_find(s->baseline))
			fail_msg("%s: no baseline %s", s->name, s->baseline);
		if (baseline)
			assert_null(swap_baseline_of(baseline));
	}
}

static const json_t *described(const json_t *descriptors, const char *kind,
			       const char *name)
{
	const json_t *list = json_object_get(descriptors, kind), *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (!strcmp(bench_text(one, "name"), name))
			return one;
	return NULL;
}

/* The run's own strategies, what they are compared with, and no others. */
static void a_plan_describes_what_it_runs(void **state)
{
	struct bench_plan_cell cells[2] = { 0 };
	struct bench_plan plan = { .cells = cells, .n = 2 };
	json_t *json;

	(void)state;
	bench_cell_default(&cells[0].cell);
	strcpy(cells[0].cell.strategy, "ipi-signal");
	bench_cell_default(&cells[1].cell);
	strcpy(cells[1].cell.strategy, "mutex");
	cells[1].cell.scenario = bench_scenario_of_floors();
	json = bench_descriptors_json(&plan);
	assert_non_null(described(json, "strategies", "ipi-signal"));
	assert_non_null(described(json, "strategies", "unsync"));
	assert_null(described(json, "strategies", "rcu"));
	assert_non_null(described(json, "floors", "mutex"));
	assert_non_null(described(json, "floors", "signal"));
	assert_non_null(described(json, "scenarios", "write"));
	assert_non_null(described(json, "scenarios", "floor"));
	assert_null(described(json, "scenarios", "swap"));
	assert_string_equal(
		bench_text(described(json, "scenarios", "write"), "time"),
		"writer.ns-per-event");
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_floors_bound_exists),
		cmocka_unit_test(what_strategies_name_exists),
		cmocka_unit_test(a_plan_describes_what_it_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
