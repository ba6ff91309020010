/* SPDX-License-Identifier: MIT */
/* One set of numbers, and what every function refuses. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/stats/bootstrap.h"
#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"
#include "bench/stats/two_samples.h"
#include "tests/unit/stats/oracles.h"

static void descriptions_match_hand_computed(void **state)
{
	static const double ten[] = { 3, 1, 2, 10, 9, 8, 4, 7, 5, 6 };
	static const double seven[] = { 9, 1, 4, 2, 1, 2, 6 };
	double got;

	(void)state;
	assert_int_equal(bench_stats_median(ten, 10, &got), 0);
	assert_near(got, 5.5, 0);
	assert_int_equal(bench_stats_median(seven, 7, &got), 0);
	assert_near(got, 2, 0);
	assert_int_equal(bench_stats_mad(seven, 7, &got), 0);
	assert_near(got, 1, 0);
	assert_int_equal(bench_stats_quantile(ten, 10, 0.25, &got), 0);
	assert_near(got, 3.25, 1e-15);
	assert_int_equal(bench_stats_quantile(ten, 10, 0.9, &got), 0);
	assert_near(got, 9.1, 1e-14);
	assert_int_equal(bench_stats_quantile(ten, 10, 0, &got), 0);
	assert_near(got, 1, 0);
	assert_int_equal(bench_stats_quantile(ten, 10, 1, &got), 0);
	assert_near(got, 10, 0);
	assert_int_equal(bench_stats_geomean((double[]){ 0.5, 2, 8 }, 3, &got),
			 0);
	assert_near(got, 2, 1e-15);
	assert_int_equal(bench_stats_log_ratio(3, 1.5, &got), 0);
	assert_near(got, M_LN2, 1e-15);
}

static void bad_input_is_refused(void **state)
{
	static const double with_nan[] = { 1, 2, NAN, 4, 5, 6, 7 };
	static const double with_inf[] = { 1, 2, INFINITY, 4, 5, 6, 7 };
	struct bench_sign_interval s;
	struct bench_shift shift;
	double got = 77;

	(void)state;
	assert_int_equal(bench_stats_median(with_nan, 7, &got), -EDOM);
	assert_int_equal(bench_stats_median(with_nan, 0, &got), -ENODATA);
	assert_int_equal(bench_stats_quantile(with_inf, 7, 1.5, &got), -EINVAL);
	assert_int_equal(bench_stats_quantile(with_inf, 7, NAN, &got), -EINVAL);
	assert_int_equal(bench_stats_mad(with_inf, 7, &got), -EDOM);
	assert_int_equal(bench_stats_geomean((double[]){ 1, 0 }, 2, &got),
			 -EDOM);
	assert_int_equal(bench_stats_log_ratio(0, 1, &got), -EDOM);
	assert_int_equal(bench_stats_log_ratio(1, NAN, &got), -EDOM);
	assert_int_equal(bench_stats_log_ratio(INFINITY, 1, &got), -EDOM);
	assert_int_equal(bench_stats_sign_interval(with_nan, 7, 0.05, 1, &s),
			 -EDOM);
	assert_int_equal(bench_stats_sign_interval(with_nan, 2, 0.05, 0, &s),
			 -EINVAL);
	assert_int_equal(
		bench_stats_shift(with_nan, 2, with_inf, 7, 0.05, &shift),
		-EDOM);
	assert_int_equal(
		bench_stats_shift(with_nan, 2, with_inf, 0, 0.05, &shift),
		-ENODATA);
	assert_int_equal(bench_stats_holm(with_nan, 7, &got), -EDOM);
	assert_near(got, 77, 0);
	/* An infinite value does not harm a median. */
	assert_int_equal(bench_stats_median(with_inf, 7, &got), 0);
	assert_near(got, 5, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptions_match_hand_computed),
		cmocka_unit_test(bad_input_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
