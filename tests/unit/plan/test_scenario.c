/* SPDX-License-Identifier: MIT */
/* Unit tests of the scenarios' descriptors. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/base/why.h"
#include "bench/plan/scenario.h"

static char why[2 * BENCH_WHY];

/* The scenario called name, at every other axis's default. */
static void begin(struct bench_cell *cell, const char *name)
{
	bench_cell_default(cell);
	assert_int_equal(
		bench_cell_set(cell, "scenario", name, why, sizeof(why)), 0);
}

static void set(struct bench_cell *cell, const char *axis, const char *value)
{
	if (bench_cell_set(cell, axis, value, why, sizeof(why)))
		fail_msg("%s", why);
}

static void every_scenario_has_its_words(void **state)
{
	const struct bench_scenario *s;

	(void)state;
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++) {
		struct bench_cell cell;
		char text[32];

		assert_true(s->name && *s->name && !strchr(s->name, '/'));
		assert_true(s->meaning && *s->meaning);
		begin(&cell, s->name);
		assert_int_equal(cell.scenario, i);
		assert_ptr_equal(bench_cell_scenario(&cell), s);
		assert_string_equal(
			bench_cell_get(&cell, "scenario", text, sizeof(text)),
			s->name);
		assert_non_null(
			strstr(bench_axis_help(BENCH_AXIS_SCENARIO), s->name));
		assert_true(s->slice_us > 0);
	}
	assert_true(BENCH_SCENARIOS > 0);
	assert_null(bench_scenario_at(BENCH_SCENARIOS));
}

/* Each once, and its own time among them: one number of ns, or many. */
static void every_scenario_has_figures(void **state)
{
	const struct bench_scenario *s;

	(void)state;
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++) {
		unsigned int seen[BENCH_FIGURE_COUNT] = { 0 };
		const enum bench_figure *f = s->figures;

		for (; *f != BENCH_FIGURE_COUNT; f++) {
			assert_true(*f < BENCH_FIGURE_COUNT);
			if (seen[*f]++)
				fail_msg("%s names %s.%s twice", s->name,
					 bench_figure_info(*f)->part,
					 bench_figure_info(*f)->name);
		}
		assert_int_equal(seen[s->time], 1);
		assert_string_equal(bench_figure_info(s->time)->unit, "ns");
		assert_int_equal(seen[BENCH_FIGURE_VERIFICATION_VIOLATIONS], 1);
	}
}

static void an_unknown_scenario_is_refused_with_the_list(void **state)
{
	const struct bench_scenario *s;
	struct bench_cell cell;

	(void)state;
	bench_cell_default(&cell);
	assert_int_equal(
		bench_cell_set(&cell, "scenario", "writ", why, sizeof(why)),
		-EINVAL);
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++)
		if (!strstr(why, s->name))
			fail_msg("\"%s\" lacks %s", why, s->name);
}

/* An axis moves the id of a cell exactly where the descriptor has it. */
static void what_means_nothing_is_at_its_default(void **state)
{
	static const char *const others[][2] = {
		{ "swap-rate", "7" },	    { "swap-mode", "try" },
		{ "writers", "2" },	    { "writer-state", "nested" },
		{ "payload", "64" },	    { "stamp", "clock" },
		{ "mlock", "true" },	    { "home", "writer" },
		{ "writer-sched", "idle" }, { "oversubscribe", "true" },
	};
	const struct bench_scenario *s;

	(void)state;
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++) {
		struct bench_cell cell, plain;
		char id[BENCH_ID], plain_id[BENCH_ID];

		begin(&plain, s->name);
		bench_cell_normalise(&plain);
		bench_cell_id(&plain, plain_id, sizeof(plain_id));
		for (unsigned int k = 0; k < sizeof(others) / sizeof(others[0]);
		     k++) {
			unsigned int axis = 0;
			bool means, moved;

			while (strcmp(bench_axis_name(axis), others[k][0]))
				axis++;
			begin(&cell, s->name);
			set(&cell, "strategy",
			    s->of_floors ? "signal" : "barrier");
			set(&plain, "strategy", cell.strategy);
			bench_cell_id(&plain, plain_id, sizeof(plain_id));
			set(&cell, others[k][0], others[k][1]);
			bench_cell_normalise(&cell);
			bench_cell_id(&cell, id, sizeof(id));
			means = s->axes & BENCH_AXIS_BIT(axis);
			/* This floor writes nothing. */
			means &= !s->of_floors || axis != BENCH_AXIS_PAYLOAD;
			moved = strcmp(id, plain_id) != 0;
			if (means != moved)
				fail_msg("%s: --%s gives %s", s->name,
					 others[k][0], id);
		}
	}
}

static void a_baseline_is_never_swapped(void **state)
{
	const struct bench_scenario *s;

	(void)state;
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++) {
		struct bench_cell cell, base;

		begin(&cell, s->name);
		set(&cell, "strategy", s->of_floors ? "signal" : "barrier");
		bench_cell_normalise(&cell);
		assert_int_equal(bench_cell_baseline(&cell, &base),
				 s->against != BENCH_AGAINST_NOTHING);
		if (s->against == BENCH_AGAINST_NOTHING)
			continue;
		assert_int_equal(base.swap_rate, 0);
		assert_int_equal(!strcmp(base.strategy, cell.strategy),
				 s->against == BENCH_AGAINST_ITSELF);
		assert_int_equal(bench_cell_check(&base, why, sizeof(why)), 0);
	}
}

static void one_scenario_is_of_floors(void **state)
{
	const struct bench_scenario *s;
	unsigned int n = 0;

	(void)state;
	for (unsigned int i = 0; (s = bench_scenario_at(i)); i++)
		n += s->of_floors;
	assert_int_equal(n, 1);
	assert_true(bench_scenario_at(bench_scenario_of_floors())->of_floors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_scenario_has_its_words),
		cmocka_unit_test(every_scenario_has_figures),
		cmocka_unit_test(an_unknown_scenario_is_refused_with_the_list),
		cmocka_unit_test(what_means_nothing_is_at_its_default),
		cmocka_unit_test(a_baseline_is_never_swapped),
		cmocka_unit_test(one_scenario_is_of_floors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
