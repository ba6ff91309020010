/* SPDX-License-Identifier: MIT */
/* What the tests of statistics share: numbers that are near enough, binomial
 * tails as plain sums, values that are not symmetric. */
#ifndef TESTS_UNIT_STATS_ORACLES_H
#define TESTS_UNIT_STATS_ORACLES_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/base/rng.h"

#define assert_near(got, want, tolerance) \
	near_or_fail((got), (want), (tolerance), __LINE__)

static inline void near_or_fail(double got, double want, double tolerance,
				int line)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("line %d: got %.17g, want %.17g", line, got, want);
}

/* A share that was counted in @n independent tries of probability @p. */
static inline void assert_share(int hits, int n, double p)
{
	assert_near((double)hits / n, p, 4 * sqrt(p * (1 - p) / n));
}

static inline long double naive_term(int k, int n, long double p)
{
	long double term = 1;

	for (int i = 1; i <= k; i++)
		term *= (long double)(n - k + i) / i * p;
	for (int i = 0; i < n - k; i++)
		term *= 1 - p;
	return term;
}

/* P(B <= k), every term of it. */
static inline double naive_below(int k, int n, double p)
{
	long double sum = 0;

	for (int i = 0; i <= k; i++)
		sum += naive_term(i, n, p);
	return (double)sum;
}

/* Skewed log ratios, heavier on one side, with median 0. */
static inline double skewed(struct bench_rng *rng)
{
	return -log1p(-bench_rng_double(rng)) - M_LN2;
}

#endif
