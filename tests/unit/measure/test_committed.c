/* SPDX-License-Identifier: MIT */
/* Whole blocks: what their figures have to do with each other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/machine/topology.h"
#include "bench/measure/run.h"
#include "bench/plan/matrix.h"
#include "bench/plan/plan.h"

static struct bench_topology *topology;
static char why[BENCH_MATRIX_WHY];

static void set_axis(struct bench_matrix *m, const char *axis,
		     const char *value)
{
	assert_int_equal(
		bench_matrix_override(m, axis, value, why, sizeof(why)), 0);
}

/* The datum of a block of 10 ms. */
static json_t *block(const char *strategy, const char *scenario)
{
	struct bench_block_spec spec = { .seed = 1, .block_ms = 10 };
	struct bench_matrix m;
	struct bench_plan plan;
	json_t *datum = NULL;

	bench_matrix_init(&m);
	set_axis(&m, "strategy", strategy);
	set_axis(&m, "scenario", scenario);
	if (!strcmp(scenario, "swap"))
		set_axis(&m, "swap-rate", "10000");
	assert_int_equal(bench_matrix_flags(&m, why, sizeof(why)), 0);
	assert_int_equal(bench_plan_make(topology, &m, &plan), 0);
	spec.cell = plan.cells[0].cell;
	if (bench_block_run(topology, &spec, &datum, why, sizeof(why)))
		fail_msg("%s", why);
	bench_plan_free(&plan);
	bench_matrix_free(&m);
	return datum;
}

static const json_t *at(const json_t *datum, const char *part, const char *name)
{
	return json_object_get(json_object_get(datum, part), name);
}

static double number(const json_t *datum, const char *part, const char *name)
{
	const json_t *value = at(datum, part, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* ------------------------------------------------------------------------ */

static void where_nothing_is_refused_every_event_is_a_stored_one(void **state)
{
	json_t *datum = block("global-lock", "swap");

	(void)state;
	assert_int_equal(json_object_size(at(datum, "writer", "drops")), 0);
	assert_true(number(datum, "writer", "ns-per-committed") > 0);
	assert_true(number(datum, "writer", "ns-per-committed") ==
		    number(datum, "writer", "ns-per-event"));
	json_decref(datum);
}

static void a_stored_event_costs_what_refused_ones_took_too(void **state)
{
	json_t *datum = block("barrier", "swap");

	(void)state;
	assert_true(number(datum, "writer", "ns-per-committed") >=
		    number(datum, "writer", "ns-per-event"));
	json_decref(datum);
}

/* What is printed is one figure: ns per stored event, ratio, ns more. */
static void the_ratio_is_of_stored_events(void **state)
{
	static const char *const scenarios[] = { "swap", "latency" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *datum = block("membarrier", scenarios[i]);
		double log = number(datum, "ratio", "log");
		double ns = number(datum, "writer", "ns-per-committed");
		double base = number(datum, "writer", "baseline-ns-per-event");

		assert_true(fabs(exp(log) * base / ns - 1) < 1e-6);
		json_decref(datum);
	}
}

static void a_swap_makes_the_system_calls_of_its_strategy(void **state)
{
	static const struct {
		const char *strategy;
		double calls;
	} cases[] = { { "barrier", 0 }, { "membarrier", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *datum = block(cases[i].strategy, "swap");
		double calls = number(datum, "swap", "swapper-syscalls");

		if (isnan(calls))
			assert_true(json_is_string(
				at(datum, "swap", "swapper-syscalls-reason")));
		else
			/* More, if it had to wait for a writer off its PU. */
			assert_true(calls >= cases[i].calls);
		json_decref(datum);
	}
}

/* Counted, with a figure; or not, with a reason. */
static void check_counters(const char *scenario, const char *part,
			   const char *figure)
{
	json_t *datum = block("membarrier", scenario);
	const char *status = json_string_value(at(datum, "counters", "status"));

	assert_non_null(status);
	if (!strcmp(status, "counted")) {
		assert_non_null(at(datum, part, figure));
	} else {
		assert_string_equal(status, "unavailable");
		assert_true(json_is_string(at(datum, "counters", "reason")));
		assert_null(at(datum, part, figure));
	}
	json_decref(datum);
}

static void a_block_is_counted_or_says_why_not(void **state)
{
	(void)state;
	check_counters("write", "writer", "instructions-per-event");
	check_counters("swap", "swap", "instructions-per-swap");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			where_nothing_is_refused_every_event_is_a_stored_one),
		cmocka_unit_test(the_ratio_is_of_stored_events),
		cmocka_unit_test(
			a_stored_event_costs_what_refused_ones_took_too),
		cmocka_unit_test(a_swap_makes_the_system_calls_of_its_strategy),
		cmocka_unit_test(a_block_is_counted_or_says_why_not),
	};
	int failed;

	swap_setup();
	if (bench_topology_load(&topology, 0, why, sizeof(why)) ||
	    bench_topology_measurable(topology, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_topology_free(topology);
	return failed;
}
