/* SPDX-License-Identifier: MIT */
/* Order statistics: which values of a sorted set bound a quantile, and how many
 * values that takes. Conventions: bench/stats/stats.h. */
#ifndef BENCH_STATS_RANKS_H
#define BENCH_STATS_RANKS_H

#include <stdint.h>

/* Ranks (1 is the smallest) of the values that bound a quantile. */
struct bench_stats_ranks {
	uint64_t lo;
	uint64_t hi;
	double level; /* coverage achieved, at least 1 - alpha */
};

/* The rank of quantile @q among @n values: ceil(@q * @n), at least 1 and at
 * most @n, forgiving the rounding of the product. */
uint64_t bench_stats_rank(uint64_t n, double q);

/* The fewest values for which the smallest and the largest of them bound the
 * quantile @q with at most @alpha / 2 error on either side:
 *	max(q, 1-q)^n <= alpha/2
 * At alpha = 0.05 that is 6 for the median, 36 for p90, 368 for p99, 3688 for
 * p99.9, 36887 for p99.99. 0 if @q or @alpha is not between 0 and 1. */
uint64_t bench_stats_support(double q, double alpha);

/* The narrowest pair of ranks with at most @alpha / 2 error on either side, for
 * @n independent values of any distribution. Source: David and Nagaraja, Order
 * Statistics, 3rd ed., section 7.1.
 * Returns 0, -EINVAL, or -ENODATA: @n is below bench_stats_support(). */
int bench_stats_order_ranks(uint64_t n, double q, double alpha,
			    struct bench_stats_ranks *out);

#endif
