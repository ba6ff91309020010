/* SPDX-License-Identifier: MIT */
/* Which values bound a quantile. */
#include "bench/stats/ranks.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include "bench/stats/binomial.h"
#include "bench/stats/values.h"

uint64_t bench_stats_rank(uint64_t n, double q)
{
	double exact = q * (double)n;
	/* 0.07 * 100 is a little more than 7; that is not rank 8. */
	double rank = ceil(exact - 4 * DBL_EPSILON * exact);

	if (!(rank >= 1))
		return 1;
	return rank >= (double)n ? n : (uint64_t)rank;
}

/* P(all of n values lie on one side of the quantile), the likelier side. */
static double one_sided(uint64_t n, double q)
{
	return q > 0.5 ? bench_stats_binom_above((int64_t)n, n, q)
		       : bench_stats_binom_below(0, n, q);
}

uint64_t bench_stats_support(double q, double alpha)
{
	uint64_t n;

	if (!bench_is_share(q) || !bench_is_share(alpha))
		return 0;
	n = (uint64_t)ceil(log(alpha / 2) / (q > 0.5 ? log(q) : log1p(-q)));
	/* The division may have rounded across an integer. */
	while (n > 1 && one_sided(n - 1, q) <= alpha / 2)
		n--;
	while (one_sided(n, q) > alpha / 2)
		n++;
	return n;
}

/* The largest c in -1..n with P(B <= c) <= tail. */
static int64_t largest_below(uint64_t n, double p, double tail)
{
	int64_t lo = -1, hi = (int64_t)n;

	while (hi - lo > 1) {
		int64_t mid = lo + (hi - lo) / 2;

		if (bench_stats_binom_below(mid, n, p) <= tail)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* The smallest c in 0..n+1 with P(B >= c) <= tail. */
static int64_t smallest_above(uint64_t n, double p, double tail)
{
	int64_t lo = 0, hi = (int64_t)n + 1;

	while (hi - lo > 1) {
		int64_t mid = lo + (hi - lo) / 2;

		if (bench_stats_binom_above(mid, n, p) <= tail)
			hi = mid;
		else
			lo = mid;
	}
	return hi;
}

int bench_stats_order_ranks(uint64_t n, double q, double alpha,
			    struct bench_stats_ranks *out)
{
	int64_t below, above;

	if (!bench_is_share(q) || !bench_is_share(alpha) || n > INT64_MAX)
		return -EINVAL;
	if (n < bench_stats_support(q, alpha))
		return -ENODATA;
	/* B values lie below the quantile. x(r) is above it when B < r, and
	 * x(s) is below it when B >= s. */
	below = largest_below(n, q, alpha / 2);
	above = smallest_above(n, q, alpha / 2);
	if (below < 0 || above > (int64_t)n)
		return -ENODATA;
	out->lo = (uint64_t)below + 1;
	out->hi = (uint64_t)above;
	out->level = 1 - bench_stats_binom_below(below, n, q) -
		     bench_stats_binom_above(above, n, q);
	return 0;
}
