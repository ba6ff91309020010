/* SPDX-License-Identifier: MIT */
/* The comparison of two sets against enumeration, tables, libRmath where
 * installed, and its coverage by simulation. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#ifdef HAVE_LIBRMATH
#define MATHLIB_STANDALONE
#include <Rmath.h>
#endif

#include "bench/base/rng.h"
#include "bench/stats/two_samples.h"
#include "tests/unit/stats/oracles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static double brute_a12(const double *x, int nx, const double *y, int ny)
{
	double wins = 0;

	for (int i = 0; i < nx; i++)
		for (int j = 0; j < ny; j++)
			wins += y[j] > x[i] ? 1 : y[j] == x[i] ? 0.5 : 0;
	return wins / (nx * ny);
}

/* Two-sided p by trying every way to split the pooled values into sets. */
static double brute_p(const double *all, int nx, int ny)
{
	double observed = brute_a12(all, nx, all + nx, ny);
	unsigned int n = (unsigned int)(nx + ny);
	int below = 0, above = 0, total = 0;

	for (unsigned int mask = 0; mask < 1u << n; mask++) {
		double x[16], y[16], a12;
		int i = 0, j = 0;

		if (__builtin_popcount(mask) != ny)
			continue;
		for (unsigned int v = 0; v < n; v++) {
			if (mask >> v & 1)
				y[j++] = all[v];
			else
				x[i++] = all[v];
		}
		a12 = brute_a12(x, nx, y, ny);
		total++;
		below += a12 <= observed + 1e-9;
		above += a12 >= observed - 1e-9;
	}
	return fmin(1, 2.0 * (below < above ? below : above) / total);
}

static void mann_whitney_matches_enumeration(void **state)
{
	struct bench_rng rng;
	struct bench_shift s;
	double all[12];

	(void)state;
	bench_rng_seed(&rng, 5);
	for (int nx = 1; nx <= 5; nx++)
		for (int ny = 1; ny <= 6; ny++)
			for (int trial = 0; trial < 12; trial++) {
				/* Even trials: many ties. */
				uint64_t range = trial % 2 ? 1000000 : 4;

				for (int i = 0; i < nx + ny; i++)
					all[i] = (double)bench_rng_below(&rng,
									 range);
				assert_int_equal(
					bench_stats_shift(all, (size_t)nx,
							  all + nx, (size_t)ny,
							  0.05, &s),
					0);
				assert_true(s.exact);
				assert_near(s.p, brute_p(all, nx, ny), 1e-12);
				assert_near(s.a12,
					    brute_a12(all, nx, all + nx, ny),
					    1e-15);
			}
}

static void smallest_p_of_separated_sets_is_known(void **state)
{
	static const struct {
		size_t n;
		double p;
	} rows[] = { { 3, 0.1 },
		     { 4, 2.0 / 70 },
		     { 5, 2.0 / 252 },
		     { 9, 2.0 / 48620 } };
	double low[9], high[9];
	struct bench_shift s;

	(void)state;
	for (int i = 0; i < 9; i++) {
		low[i] = i;
		high[i] = 100 + i;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(bench_stats_shift(low, rows[i].n, high,
						   rows[i].n, 0.05, &s),
				 0);
		assert_near(s.p, rows[i].p, 1e-14);
		assert_near(s.a12, 1, 0);
		assert_near(s.shift, 100, 0);
		/* 3 against 3 cannot have a 95 % interval. */
		assert_int_equal(s.has_interval, rows[i].n > 3);
		assert_int_equal(isnan(s.lo), rows[i].n == 3);
	}
}

static void hodges_lehmann_matches_hand_computed(void **state)
{
	/* Differences y - x: 1 2 4 5 6 8 / 0 1 3 4 5 7 / -3 -2 0 1 2 4 /
	 * -4 -3 -1 0 1 3; sorted, the 12th and 13th of 24 are 1 and 2.
	 * P(U <= 2) = 4/210, P(U <= 3) = 7/210: ranks 3 and 22. */
	static const double x[] = { 3, 4, 7, 8 };
	static const double y[] = { 4, 5, 7, 8, 9, 11 };
	struct bench_shift s;

	(void)state;
	assert_int_equal(bench_stats_shift(x, 4, y, 6, 0.05, &s), 0);
	assert_near(s.shift, 1.5, 0);
	assert_true(s.has_interval);
	assert_near(s.lo, -3, 0);
	assert_near(s.hi, 6, 0);
	assert_near(s.level, 1 - 2 * 4.0 / 210, 1e-14);
}

static void mann_whitney_matches_rmath(void **state)
{
	(void)state;
#ifdef HAVE_LIBRMATH
	static const size_t sizes[][2] = {
		{ 12, 17 }, { 30, 30 }, { 50, 50 }, { 60, 55 }, { 7, 90 }
	};
	double x[100], y[100];
	struct bench_rng rng;
	struct bench_shift s;

	bench_rng_seed(&rng, 6);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		double nx = (double)sizes[i][0], ny = (double)sizes[i][1];
		double u, want, rank;

		for (size_t j = 0; j < 100; j++) {
			x[j] = bench_rng_double(&rng);
			y[j] = bench_rng_double(&rng) + 0.12;
		}
		assert_int_equal(bench_stats_shift(x, sizes[i][0], y,
						   sizes[i][1], 0.05, &s),
				 0);
		u = round(s.a12 * nx * ny);
		want = 2 * fmin(pwilcox(u, ny, nx, 1, 0),
				pwilcox(u - 1, ny, nx, 0, 0));
		assert_int_equal(s.exact, nx <= 50 && ny <= 50);
		assert_near(s.p, fmin(1, want),
			    s.exact ? 1e-10 : 0.02 * want + 0.001);
		if (!s.exact)
			continue;
		rank = qwilcox(0.025, ny, nx, 1, 0);
		assert_near(s.level, 1 - 2 * pwilcox(rank - 1, ny, nx, 1, 0),
			    1e-10);
	}
	wilcox_free();
#else
	print_message("skipped: built without libRmath (r-mathlib)\n");
	skip();
#endif
}

/* Both ways to get the interval: exact (9 against 8) and normal (60, 60). */
static void check_shift_coverage(size_t nx, size_t ny, int repeats)
{
	struct bench_rng rng;
	struct bench_shift s;
	double x[60], y[60];
	int covered = 0;

	bench_rng_seed(&rng, 7);
	for (int r = 0; r < repeats; r++) {
		for (size_t i = 0; i < nx; i++)
			x[i] = skewed(&rng);
		for (size_t i = 0; i < ny; i++)
			y[i] = skewed(&rng) + 0.3;
		assert_int_equal(bench_stats_shift(x, nx, y, ny, 0.05, &s), 0);
		assert_true(s.has_interval);
		covered += s.lo <= 0.3 && 0.3 <= s.hi;
	}
	assert_share(covered, repeats, s.level);
}

static void shift_interval_covers_as_promised(void **state)
{
	(void)state;
	check_shift_coverage(9, 8, 5000);
	check_shift_coverage(60, 60, 1500);
}

static void holm_matches_hand_computed(void **state)
{
	static const double p[] = { 0.01, 0.04, 0.03, 0.005 };
	static const double want[] = { 0.03, 0.06, 0.06, 0.02 };
	double got[4], two[2] = { 0.9, 0.6 };

	(void)state;
	assert_int_equal(bench_stats_holm(p, 4, got), 0);
	for (int i = 0; i < 4; i++)
		assert_near(got[i], want[i], 1e-15);
	assert_int_equal(bench_stats_holm(two, 2, two), 0);
	assert_near(two[0], 1, 0);
	assert_near(two[1], 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mann_whitney_matches_enumeration),
		cmocka_unit_test(smallest_p_of_separated_sets_is_known),
		cmocka_unit_test(hodges_lehmann_matches_hand_computed),
		cmocka_unit_test(mann_whitney_matches_rmath),
		cmocka_unit_test(shift_interval_covers_as_promised),
		cmocka_unit_test(holm_matches_hand_computed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
