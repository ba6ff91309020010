/* SPDX-License-Identifier: MIT */
/* The footprint of gaps that were planted in made-up stamps. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/measure/footprint.h"

#define STAMPS 98400u
#define GAP    20u /* ns, between two events */
#define SWAPS  4u  /* of a slice */
#define SPACE  450000u

/* One cycle is two thirds of a nanosecond. */
#define CYCLES_PER_NS 1.5

static uint64_t stamps[STAMPS];
static uint64_t starts[SWAPS];
static struct bench_footprint table;

static int begin(void **state)
{
	(void)state;
	return bench_footprint_create(&table, CYCLES_PER_NS, 1);
}

static int end(void **state)
{
	(void)state;
	bench_footprint_destroy(&table);
	table = (struct bench_footprint){ 0 };
	return 0;
}

/* A slice of even events; one gap of `length` at `offset` after each start. */
static void plant(unsigned int offset, unsigned int length)
{
	double at = 1e9, next = at + 100000;
	unsigned int swaps = 0;

	for (unsigned int i = 0; i < STAMPS; i++) {
		stamps[i] = (uint64_t)(at * CYCLES_PER_NS);
		if (length && swaps < SWAPS && at >= next + offset) {
			starts[swaps++] = (uint64_t)(next * CYCLES_PER_NS);
			next += SPACE;
			at += length;
		} else {
			at += GAP;
		}
	}
	if (length)
		bench_footprint_fold_swaps(&table, stamps, STAMPS, starts,
					   swaps);
	else
		bench_footprint_fold_control(&table, stamps, STAMPS);
}

/* The part "footprint" of a datum; the caller's. */
static json_t *found(void)
{
	json_t *datum = json_object(), *part;

	bench_footprint_put(&table, datum);
	part = json_incref(json_object_get(datum, "footprint"));
	json_decref(datum);
	return part;
}

static double middle(const json_t *footprint, const char *name)
{
	const json_t *h = json_object_get(footprint, name);

	return (json_number_value(json_object_get(h, "min")) +
		json_number_value(json_object_get(h, "max"))) /
	       2;
}

static void assert_near(double value, double wanted, double most)
{
	if (fabs(value - wanted) > most)
		fail_msg("%g is not %g +- %g", value, wanted, most);
}

/* The longest gap that ended in a bin. */
static double longest_in(const json_t *footprint, const char *series,
			 unsigned int bin)
{
	const json_t *list = json_object_get(footprint, series);

	return json_number_value(
		json_object_get(json_array_get(list, bin), "max"));
}

static void expect(unsigned int offset, unsigned int length)
{
	json_t *f = found();
	unsigned int bin = (offset + length - BENCH_BIN_FROM) / BENCH_BIN_NS;

	assert_int_equal(json_integer_value(json_object_get(f, "swaps")),
			 SWAPS);
	assert_near(json_number_value(json_object_get(f, "stolen-ns")), length,
		    BENCH_BIN_NS);
	assert_near(middle(f, "peak"), length, 1);
	assert_near(middle(f, "control-peak"), GAP, 1);
	assert_near(middle(f, "duration"), offset + length, BENCH_BIN_NS);
	assert_near(longest_in(f, "swap", bin), length, 1);
	assert_near(longest_in(f, "control", bin), GAP, 1);
	json_decref(f);
}

static void a_planted_gap_is_found_again(void **state)
{
	(void)state;
	plant(0, 0);
	plant(2300, 5000);
	expect(2300, 5000);
}

static void so_is_one_far_behind_the_start(void **state)
{
	(void)state;
	plant(0, 0);
	plant(120400, 30000);
	expect(120400, 30000);
}

/* What is usual is known at the end, and not when the window is seen. */
static void the_order_of_slices_does_not_matter(void **state)
{
	(void)state;
	plant(70300, 8000);
	plant(0, 0);
	expect(70300, 8000);
}

static void a_window_without_an_unusual_gap_lasts_for_nothing(void **state)
{
	json_t *f;

	(void)state;
	plant(0, 0);
	plant(50000, GAP);
	f = found();
	assert_near(middle(f, "duration"), 0, 0);
	assert_near(json_number_value(json_object_get(f, "stolen-ns")), 0,
		    BENCH_BIN_NS);
	json_decref(f);
}

static void without_a_control_nothing_is_compared(void **state)
{
	json_t *f;

	(void)state;
	plant(2300, 5000);
	f = found();
	assert_true(json_is_null(json_object_get(f, "stolen-ns")));
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(f, "duration"), "n")),
			 0);
	json_decref(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_planted_gap_is_found_again),
		TEST(so_is_one_far_behind_the_start),
		TEST(the_order_of_slices_does_not_matter),
		TEST(a_window_without_an_unusual_gap_lasts_for_nothing),
		TEST(without_a_control_nothing_is_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
