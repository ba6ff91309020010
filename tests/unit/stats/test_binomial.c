/* SPDX-License-Identifier: MIT */
/* Tails, quantile and proportions against plain sums, published tables and
 * libRmath where installed. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#ifdef HAVE_LIBRMATH
#define MATHLIB_STANDALONE
#include <Rmath.h>
#endif

#include "bench/stats/binomial.h"
#include "tests/unit/stats/oracles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void binomial_tails_match_plain_sums(void **state)
{
	static const double ps[] = { 0.001, 0.05, 0.3, 0.5, 0.77, 0.99 };

	(void)state;
	for (size_t i = 0; i < COUNT(ps); i++)
		for (int n = 1; n < 120; n += n < 20 ? 1 : 33)
			for (int k = 0; k <= n; k++) {
				double want = naive_below(k, n, ps[i]);

				assert_near(bench_stats_binom_below(
						    k, (uint64_t)n, ps[i]),
					    want, 1e-13 * want + 1e-15);
				assert_near(bench_stats_binom_above(
						    k + 1, (uint64_t)n, ps[i]),
					    1 - want, 2e-14);
			}
}

static void binomial_tails_hold_at_the_edges(void **state)
{
	(void)state;
	assert_true(bench_stats_binom_below(-1, 10, 0.5) == 0);
	assert_true(bench_stats_binom_below(10, 10, 0.5) == 1);
	assert_true(bench_stats_binom_above(0, 10, 0.5) == 1);
	assert_true(bench_stats_binom_above(11, 10, 0.5) == 0);
	assert_true(bench_stats_binom_below(3, 10, 0) == 1);
	assert_true(bench_stats_binom_below(3, 10, 1) == 0);
	assert_true(bench_stats_binom_above(3, 10, 1) == 1);
	/* Exact powers of two: the sign test compares them. */
	for (int n = 1; n < 60; n++)
		assert_true(bench_stats_binom_below(0, (uint64_t)n, 0.5) ==
			    ldexp(1, -n));
}

static void binomial_and_normal_match_rmath(void **state)
{
	(void)state;
#ifdef HAVE_LIBRMATH
	static const double ns[] = { 7, 368, 5000, 1e6, 1e9 };
	static const double ps[] = { 0.5, 0.9, 0.99, 0.999, 0.0001 };

	for (size_t i = 0; i < COUNT(ns); i++)
		for (size_t j = 0; j < COUNT(ps); j++)
			for (double z = -6; z <= 6; z += 0.75) {
				double n = ns[i], p = ps[j];
				double k = floor(n * p +
						 z * sqrt(n * p * (1 - p)));
				double below = pbinom(k, n, p, 1, 0);
				double above = pbinom(k - 1, n, p, 0, 0);

				assert_near(bench_stats_binom_below(
						    (int64_t)k, (uint64_t)n, p),
					    below, 1e-9 * below + 1e-14);
				assert_near(bench_stats_binom_above(
						    (int64_t)k, (uint64_t)n, p),
					    above, 1e-9 * above + 1e-14);
			}
	for (double p = 1e-12; p < 1; p += 0.0137)
		assert_near(bench_stats_normal_quantile(p),
			    qnorm(p, 0, 1, 1, 0), 1e-12);
#else
	print_message("skipped: built without libRmath (r-mathlib)\n");
	skip();
#endif
}

static void normal_quantile_matches_tables(void **state)
{
	(void)state;
	assert_near(bench_stats_normal_quantile(0.975), 1.959963984540054,
		    1e-13);
	assert_near(bench_stats_normal_quantile(0.005), -2.575829303548901,
		    1e-13);
	assert_near(bench_stats_normal_quantile(0.5), 0, 1e-15);
}

static void proportion_intervals_match_tables(void **state)
{
	struct bench_interval i;

	(void)state;
	assert_int_equal(bench_stats_wilson(0, 10, 0.05, &i), 0);
	assert_near(i.lo, 0, 0);
	assert_near(i.hi, 3.841458820694124 / 13.841458820694124, 1e-12);
	assert_int_equal(bench_stats_wilson(5, 10, 0.05, &i), 0);
	assert_near(i.lo, 0.236593, 1e-6);
	assert_near(i.hi, 0.763407, 1e-6);
	assert_int_equal(bench_stats_binom_interval(0, 10, 0.05, &i), 0);
	assert_near(i.lo, 0, 0);
	assert_near(i.hi, 1 - pow(0.025, 0.1), 1e-12);
	assert_int_equal(bench_stats_binom_interval(5, 10, 0.05, &i), 0);
	assert_near(i.lo, 0.187086, 1e-6);
	assert_near(i.hi, 0.812914, 1e-6);
	assert_int_equal(bench_stats_wilson(11, 10, 0.05, &i), -EINVAL);
	assert_int_equal(bench_stats_binom_interval(0, 0, 0.05, &i), -ENODATA);
}

static void exact_proportion_ends_where_its_tails_say(void **state)
{
	struct bench_interval i;

	(void)state;
	for (int n = 1; n < 80; n += 6)
		for (int hits = 0; hits <= n; hits++) {
			assert_int_equal(
				bench_stats_binom_interval(
					(uint64_t)hits, (uint64_t)n, 0.05, &i),
				0);
			if (hits)
				assert_near(1 - naive_below(hits - 1, n, i.lo),
					    0.025, 1e-11);
			if (hits < n)
				assert_near(naive_below(hits, n, i.hi), 0.025,
					    1e-11);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binomial_tails_match_plain_sums),
		cmocka_unit_test(binomial_tails_hold_at_the_edges),
		cmocka_unit_test(binomial_and_normal_match_rmath),
		cmocka_unit_test(normal_quantile_matches_tables),
		cmocka_unit_test(proportion_intervals_match_tables),
		cmocka_unit_test(exact_proportion_ends_where_its_tails_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
