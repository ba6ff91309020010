/* SPDX-License-Identifier: MIT */
/* The sign test against enumeration, and its coverage by simulation. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/base/rng.h"
#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"
#include "tests/unit/stats/oracles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The share of all 2^n patterns of "below or above the median" in which the
 * median lies between the rank-th smallest and largest. */
static double enumerate_coverage(unsigned int n, unsigned int rank)
{
	unsigned int covered = 0;

	for (unsigned int mask = 0; mask < 1u << n; mask++) {
		unsigned int below = (unsigned int)__builtin_popcount(mask);

		covered += below >= rank && n - below >= rank;
	}
	return covered / ldexp(1, (int)n);
}

static void check_sign_interval(unsigned int n, unsigned int k, double alpha)
{
	double x[16];
	struct bench_sign_interval s;
	unsigned int best = 0;

	for (unsigned int i = 0; i < n; i++)
		x[i] = (i * 7 + 3) % n + 1; /* 1..n in some order */
	if (n % 7 == 0)
		for (unsigned int i = 0; i < n; i++)
			x[i] = n - i;
	for (unsigned int r = 1; 2 * r <= n; r++)
		if (k * (1 - enumerate_coverage(n, r)) <= alpha)
			best = r;
	if (!best) {
		assert_int_equal(bench_stats_sign_interval(x, n, alpha, k, &s),
				 -ENODATA);
		return;
	}
	assert_int_equal(bench_stats_sign_interval(x, n, alpha, k, &s), 0);
	assert_int_equal(s.rank, best);
	assert_near(s.lo, best, 0);
	assert_near(s.hi, n + 1 - best, 0);
	assert_near(s.median, (n + 1) / 2.0, 0);
	assert_near(s.level, enumerate_coverage(n, best), 1e-14);
	assert_near(s.family_level, 1 - k * (1 - s.level), 1e-14);
	assert_true(s.family_level >= 1 - alpha - 1e-15);
}

static void sign_interval_matches_enumeration(void **state)
{
	static const unsigned int ks[] = { 1, 2, 7, 15, 100 };

	(void)state;
	for (unsigned int n = 1; n <= 16; n++)
		for (size_t i = 0; i < COUNT(ks); i++) {
			check_sign_interval(n, ks[i], 0.05);
			check_sign_interval(n, ks[i], 0.0625);
			check_sign_interval(n, ks[i], 0.2);
		}
}

static void rounds_formula_and_its_inverse_agree(void **state)
{
	static const double alphas[] = { 0.05, 0.01, 0.0625, 0.25, 0.1 };
	struct bench_sign_interval s;
	double x[64] = { 0 };

	(void)state;
	assert_int_equal(bench_stats_rounds_needed(1, 0.05), 6);
	assert_int_equal(bench_stats_rounds_needed(7, 0.05), 9);
	assert_int_equal(bench_stats_rounds_needed(15, 0.05), 10);
	assert_int_equal(bench_stats_rounds_enough(7, 0.05), 12);
	assert_int_equal(bench_stats_rounds_enough(8, 0.05), 13);
	assert_int_equal(bench_stats_rounds_enough(14, 0.05), 13);
	assert_int_equal(bench_stats_rounds_enough(15, 0.05), 14);
	assert_int_equal(bench_stats_rounds_enough(27, 0.05), 14);
	assert_int_equal(bench_stats_rounds_enough(28, 0.05), 15);
	assert_int_equal(bench_stats_rounds_enough(51, 0.05), 15);
	assert_int_equal(bench_stats_rounds_enough(52, 0.05), 16);
	assert_int_equal(bench_stats_rounds_enough(0, 0.05), 0);
	assert_int_equal(bench_stats_rounds_enough(1, 1), 0);
	assert_int_equal(bench_stats_rounds_needed(0, 0.05), 0);
	assert_int_equal(bench_stats_rounds_needed(1, 0), 0);
	for (size_t i = 0; i < COUNT(alphas); i++)
		for (unsigned int k = 1; k < 3000; k = k * 3 / 2 + 1) {
			double alpha = alphas[i];
			unsigned int r = bench_stats_rounds_needed(k, alpha);

			assert_int_equal(r, ceil(1 + log2(k / alpha) - 1e-12));
			assert_true(bench_stats_comparisons_allowed(r, alpha) >=
				    k);
			assert_true(bench_stats_comparisons_allowed(r - 1,
								    alpha) < k);
			assert_int_equal(
				bench_stats_sign_interval(x, r, alpha, k, &s),
				0);
			assert_int_equal(bench_stats_sign_interval(
						 x, r - 1, alpha, k, &s),
					 -ENODATA);
		}
	assert_int_equal(bench_stats_comparisons_allowed(0, 0.05), 0);
	assert_int_equal(bench_stats_comparisons_allowed(5, 0.05), 0);
	assert_true(bench_stats_comparisons_allowed(5000, 0.05) == UINT_MAX);
}

/* Two-sided p by counting the sign patterns that are at least as lopsided. */
static double enumerate_sign_p(unsigned int n, unsigned int less)
{
	unsigned int fewer = less < n - less ? less : n - less;
	unsigned int extreme = 0;

	for (unsigned int mask = 0; mask < 1u << n; mask++) {
		unsigned int c = (unsigned int)__builtin_popcount(mask);

		extreme += c <= fewer || n - c <= fewer;
	}
	return extreme / ldexp(1, (int)n);
}

static void sign_p_matches_enumeration(void **state)
{
	double x[16], p;
	size_t ties;

	(void)state;
	for (unsigned int n = 1; n <= 14; n++)
		for (unsigned int less = 0; less <= n; less++) {
			for (unsigned int i = 0; i < n; i++)
				x[i] = i < less ? -1 : 1;
			x[n] = x[n + 1] = 0;
			assert_int_equal(
				bench_stats_sign_p(x, n + 2, 0, &p, &ties), 0);
			assert_near(p, enumerate_sign_p(n, less), 1e-13);
			assert_int_equal(ties, 2);
		}
	assert_int_equal(bench_stats_sign_p(&x[14], 2, x[14], &p, NULL), 0);
	assert_near(p, 1, 0);
}

static void sign_interval_covers_as_promised(void **state)
{
	enum {
		REPEATS = 20000,
		ROUNDS = 12
	};
	struct bench_sign_interval s;
	double x[ROUNDS];
	struct bench_rng rng;
	int covered = 0;

	(void)state;
	bench_rng_seed(&rng, 3);
	for (int r = 0; r < REPEATS; r++) {
		for (int i = 0; i < ROUNDS; i++)
			x[i] = skewed(&rng);
		assert_int_equal(
			bench_stats_sign_interval(x, ROUNDS, 0.05, 1, &s), 0);
		covered += s.lo <= 0 && 0 <= s.hi;
	}
	assert_share(covered, REPEATS, s.level);
}

/* Rounds are added until the interval is no wider than @width: after every
 * round, or only when their number has doubled. Returns the share of intervals
 * that contain the truth. */
static double coverage_of_stopping(double width, bool every_round, int repeats)
{
	enum {
		FIRST = 12,
		CAP = 48
	};
	struct bench_sign_interval s;
	struct bench_rng rng;
	double x[CAP];
	int covered = 0;

	bench_rng_seed(&rng, 9);
	for (int r = 0; r < repeats; r++) {
		size_t n = FIRST;

		for (int i = 0; i < CAP; i++)
			x[i] = skewed(&rng);
		assert_int_equal(bench_stats_sign_interval(x, n, 0.05, 1, &s),
				 0);
		while (s.hi - s.lo > width && n < CAP) {
			n = every_round ? n + 1 : 2 * n;
			assert_int_equal(
				bench_stats_sign_interval(x, n, 0.05, 1, &s),
				0);
		}
		covered += s.lo <= 0 && 0 <= s.hi;
	}
	return (double)covered / repeats;
}

static void stopping_for_width_must_not_look_every_round(void **state)
{
	enum {
		REPEATS = 10000
	};
	double every = coverage_of_stopping(0.7, true, REPEATS);
	double doubled = coverage_of_stopping(0.7, false, REPEATS);

	(void)state;
	print_message("looking every round %.4f, doubling %.4f\n", every,
		      doubled);
	assert_true(doubled >= 0.95 - 4 * sqrt(0.95 * 0.05 / REPEATS));
	assert_true(every < doubled);
}

/* A table of seven comparisons with a common baseline, hence dependent: all
 * seven intervals are right together at least 95 times of 100, while intervals
 * that ignore the table's size are not. */
static int tables_all_right(unsigned int k, int repeats)
{
	enum {
		ROUNDS = 12,
		CELLS = 7
	};
	double x[CELLS][ROUNDS];
	struct bench_rng rng;
	int right = 0;

	bench_rng_seed(&rng, 4);
	for (int r = 0; r < repeats; r++) {
		struct bench_sign_interval s;
		bool all = true;

		for (int i = 0; i < ROUNDS; i++) {
			double baseline = skewed(&rng) + skewed(&rng);

			for (int c = 0; c < CELLS; c++)
				x[c][i] =
					skewed(&rng) + skewed(&rng) - baseline;
		}
		for (int c = 0; c < CELLS; c++) {
			assert_int_equal(bench_stats_sign_interval(x[c], ROUNDS,
								   0.05, k, &s),
					 0);
			all = all && s.lo <= 0 && 0 <= s.hi;
		}
		right += all;
	}
	return right;
}

static void family_of_intervals_covers_as_promised(void **state)
{
	enum {
		REPEATS = 4000
	};
	int corrected = tables_all_right(7, REPEATS);
	int naive = tables_all_right(1, REPEATS);

	(void)state;
	assert_true(corrected >= REPEATS * 95 / 100);
	assert_true(naive < REPEATS * 93 / 100);
}

/* The one and the other agree on when an extreme is left out. */
static void enough_rounds_leave_out_an_extreme(void **state)
{
	double x[64];

	(void)state;
	for (size_t i = 0; i < 64; i++)
		x[i] = (double)i;
	for (unsigned int k = 1; k < 200; k++) {
		unsigned int r = bench_stats_rounds_enough(k, 0.05);
		struct bench_sign_interval s;

		assert_int_equal(bench_stats_sign_interval(x, r, 0.05, k, &s),
				 0);
		assert_int_equal(s.rank, 2);
		if (!bench_stats_sign_interval(x, r - 1, 0.05, k, &s))
			assert_int_equal(s.rank, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enough_rounds_leave_out_an_extreme),
		cmocka_unit_test(sign_interval_matches_enumeration),
		cmocka_unit_test(rounds_formula_and_its_inverse_agree),
		cmocka_unit_test(sign_p_matches_enumeration),
		cmocka_unit_test(sign_interval_covers_as_promised),
		cmocka_unit_test(stopping_for_width_must_not_look_every_round),
		cmocka_unit_test(family_of_intervals_covers_as_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
