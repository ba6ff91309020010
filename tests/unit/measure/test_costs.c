/* SPDX-License-Identifier: MIT */
/* What events cost: of all slices, and for what was stored. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/measure/crew.h"
#include "bench/result/figures.h"

#define PAIRS 10

/* One writer, ten pairs of 1000 events at two cycles each, a cycle a ns. */
static struct bench_crew_slice slices[2][PAIRS];
static bool preempted[PAIRS];
static struct bench_crew_writer writer;
static struct bench_block block;
static struct bench_crew crew;

static int make(void **state)
{
	(void)state;
	for (unsigned int side = 0; side < 2; side++)
		for (unsigned int i = 0; i < PAIRS; i++)
			slices[side][i] = (struct bench_crew_slice){
				.cycles = 2000, .events = 1000, .stored = 1000
			};
	memset(preempted, 0, sizeof(preempted));
	writer = (struct bench_crew_writer){ .slices = { slices[0], slices[1] },
					     .preempted = preempted };
	block = (struct bench_block){ .n_writers = 1,
				      .cycles_per_ns = 1,
				      .datum = json_object() };
	crew = (struct bench_crew){ .block = &block,
				    .writers = &writer,
				    .pairs = PAIRS,
				    .pairs_max = PAIRS,
				    .has_base_phase = true,
				    .writers_keep_on = true };
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	json_decref(block.datum);
	return 0;
}

static double figure(enum bench_figure f)
{
	const json_t *value = bench_figure_get(block.datum, f);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void expect(double attempted, double stored, double ratio)
{
	assert_int_equal(bench_crew_put_costs(&crew), 0);
	assert_true(fabs(figure(BENCH_FIGURE_WRITER_NS_PER_EVENT) - attempted) <
		    1e-9);
	assert_true(fabs(figure(BENCH_FIGURE_WRITER_NS_PER_COMMITTED) -
			 stored) < 1e-9);
	assert_true(fabs(exp(figure(BENCH_FIGURE_RATIO_LOG)) - ratio) < 1e-6);
}

static void equal_slices_are_a_ratio_of_one(void **state)
{
	(void)state;
	expect(2, 2, 1);
}

/* Nine of ten slices have no swap; in one the writer stands for long. */
static void a_rare_swap_is_not_hidden(void **state)
{
	(void)state;
	slices[1][4].cycles = 22000;
	expect(4, 4, 2);
}

/* Half of the events are refused, at no cost at all. */
static void refused_events_win_nothing(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAIRS; i++)
		slices[1][i] = (struct bench_crew_slice){ 2000, 2000, 1000 };
	expect(1, 2, 1);
}

static void a_slice_that_stored_nothing_counts(void **state)
{
	(void)state;
	slices[1][0].stored = 0;
	expect(2, 20000.0 / 9000, 10.0 / 9);
}

static void a_slice_that_was_preempted_does_not(void **state)
{
	(void)state;
	slices[1][7].cycles = 1000000;
	preempted[7] = true;
	expect(2, 2, 1);
	assert_int_equal(bench_crew_preempted(&crew), 1);
	assert_null(block.disturbed);
}

static void where_all_were_they_have_to_do(void **state)
{
	(void)state;
	memset(preempted, 1, sizeof(preempted));
	slices[1][0].cycles = 22000;
	expect(4, 4, 2);
	assert_non_null(block.disturbed);
}

static void a_writer_that_was_never_there_disturbs(void **state)
{
	(void)state;
	memset(slices[1], 0, sizeof(slices[1]));
	assert_int_equal(bench_crew_put_costs(&crew), 0);
	assert_non_null(block.disturbed);
}

/* It sleeps, or shares its PU: nothing is wrong with that. */
static void a_writer_that_may_be_away_does_not(void **state)
{
	(void)state;
	memset(slices[1], 0, sizeof(slices[1]));
	crew.writers_keep_on = false;
	assert_int_equal(bench_crew_put_costs(&crew), 0);
	assert_null(block.disturbed);
}

static void a_writer_that_missed_a_slice_has_no_pair(void **state)
{
	(void)state;
	slices[0][3] = (struct bench_crew_slice){ 0 };
	slices[1][3].cycles = 1000000;
	expect(2, 2, 1);
}

static void who_stored_nothing_has_no_cost(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAIRS; i++)
		slices[1][i].stored = 0;
	assert_int_equal(bench_crew_put_costs(&crew), 0);
	assert_true(isnan(figure(BENCH_FIGURE_WRITER_NS_PER_COMMITTED)));
	assert_true(isnan(figure(BENCH_FIGURE_RATIO_LOG)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_slices_are_a_ratio_of_one),
		TEST(a_rare_swap_is_not_hidden),
		TEST(refused_events_win_nothing),
		TEST(a_slice_that_stored_nothing_counts),
		TEST(a_slice_that_was_preempted_does_not),
		TEST(where_all_were_they_have_to_do),
		TEST(a_writer_that_was_never_there_disturbs),
		TEST(a_writer_that_may_be_away_does_not),
		TEST(a_writer_that_missed_a_slice_has_no_pair),
		TEST(who_stored_nothing_has_no_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
