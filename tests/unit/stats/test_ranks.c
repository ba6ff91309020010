/* SPDX-License-Identifier: MIT */
/* Order statistics: ranks that bound a quantile, by enumeration. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/stats/binomial.h"
#include "bench/stats/ranks.h"
#include "tests/unit/stats/oracles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void support_follows_its_rule(void **state)
{
	static const struct {
		double q;
		uint64_t n;
	} known[] = { { 0.5, 6 },      { 0.9, 36 },	  { 0.99, 368 },
		      { 0.999, 3688 }, { 0.9999, 36887 }, { 0.1, 36 },
		      { 0.01, 368 } };

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		assert_int_equal(bench_stats_support(known[i].q, 0.05),
				 known[i].n);
	for (double q = 0.02; q < 1; q += 0.049)
		for (double alpha = 0.001; alpha < 0.5; alpha *= 3) {
			int n = 1;

			while (powl(q, n) > alpha / 2 ||
			       powl(1 - q, n) > alpha / 2)
				n++;
			assert_int_equal(bench_stats_support(q, alpha), n);
		}
	assert_int_equal(bench_stats_support(1, 0.05), 0);
	assert_int_equal(bench_stats_support(0.5, 0), 0);
}

static void rank_is_the_exact_ceiling(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 3000; n += 7)
		for (uint64_t permille = 1; permille <= 1000; permille++)
			assert_int_equal(
				bench_stats_rank(n, (double)permille / 1000),
				(permille * n + 999) / 1000);
	assert_int_equal(bench_stats_rank(10, 0), 1);
	assert_int_equal(bench_stats_rank(10, 2), 10);
}

static void check_ranks(int n, double q, double alpha)
{
	struct bench_stats_ranks got;
	int lo = 0, hi = n + 1;
	int err = bench_stats_order_ranks((uint64_t)n, q, alpha, &got);

	while (naive_below(lo, n, q) <= alpha / 2)
		lo++; /* at last: the largest r with P(B < r) <= alpha / 2 */
	while (1 - naive_below(hi - 2, n, q) <= alpha / 2)
		hi--; /* the smallest s with P(B >= s) <= alpha / 2 */
	if (lo < 1 || hi > n) {
		assert_int_equal(err, -ENODATA);
		return;
	}
	assert_int_equal(err, 0);
	assert_int_equal(got.lo, lo);
	assert_int_equal(got.hi, hi);
	assert_near(got.level,
		    naive_below(hi - 1, n, q) - naive_below(lo - 1, n, q),
		    1e-13);
	assert_true(got.level >= 1 - alpha);
}

static void order_ranks_are_the_narrowest_allowed(void **state)
{
	static const struct bench_stats_ranks textbook[] = {
		/* n = 6, 10, 20, 50: the median's, in any table. */
		{ 1, 6, 0.96875 },
		{ 2, 9, 0.978515625 },
		{ 6, 15, 0.958610534667969 },
		{ 18, 33, 0.967160862435731 },
	};
	static const uint64_t ns[] = { 6, 10, 20, 50 };
	struct bench_stats_ranks r;

	(void)state;
	for (size_t i = 0; i < COUNT(ns); i++) {
		assert_int_equal(bench_stats_order_ranks(ns[i], 0.5, 0.05, &r),
				 0);
		assert_int_equal(r.lo, textbook[i].lo);
		assert_int_equal(r.hi, textbook[i].hi);
		assert_near(r.level, textbook[i].level, 1e-12);
	}
	for (int n = 1; n < 130; n += n < 40 ? 1 : 13)
		for (double q = 0.05; q < 1; q += 0.09)
			check_ranks(n, q, 0.05);
	assert_int_equal(bench_stats_order_ranks(9, 0, 0.05, &r), -EINVAL);
	assert_int_equal(bench_stats_order_ranks(9, 0.5, 1, &r), -EINVAL);
	assert_int_equal(bench_stats_order_ranks(0, 0.5, 0.05, &r), -ENODATA);
}

static void order_ranks_exist_exactly_when_supported(void **state)
{
	static const double qs[] = { 0.5, 0.25, 0.75, 0.9, 0.99, 0.999 };
	static const double alphas[] = { 0.05, 0.01, 0.0625, 0.125, 0.2 };
	struct bench_stats_ranks r;

	(void)state;
	for (size_t i = 0; i < COUNT(qs); i++)
		for (size_t j = 0; j < COUNT(alphas); j++) {
			uint64_t n = bench_stats_support(qs[i], alphas[j]);

			assert_int_equal(bench_stats_order_ranks(n, qs[i],
								 alphas[j], &r),
					 0);
			assert_int_equal(bench_stats_order_ranks(n - 1, qs[i],
								 alphas[j], &r),
					 -ENODATA);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(support_follows_its_rule),
		cmocka_unit_test(rank_is_the_exact_ceiling),
		cmocka_unit_test(order_ranks_are_the_narrowest_allowed),
		cmocka_unit_test(order_ranks_exist_exactly_when_supported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
