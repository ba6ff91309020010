/* SPDX-License-Identifier: MIT */
/* Exact binomial tails, the normal quantile, and intervals of proportions
 * (coverage, A/A error rates). Conventions: bench/stats/stats.h. */
#ifndef BENCH_STATS_BINOMIAL_H
#define BENCH_STATS_BINOMIAL_H

#include <stdint.h>

#include "bench/stats/stats.h"

/* P(B <= @k) and P(B >= @k) for B binomial(@n, @p). Each is summed on its own
 * side, so that small tails keep their relative precision. @p within 0..1. Cost
 * grows as the square root of @n. Source: C. Loader, "Fast and accurate
 * computation of binomial probabilities", 2000 (the single terms). */
double bench_stats_binom_below(int64_t k, uint64_t n, double p);
double bench_stats_binom_above(int64_t k, uint64_t n, double p);

/* The standard normal quantile, by bisection of erfc; 0 < @p < 1. */
double bench_stats_normal_quantile(double p);

/* Wilson's score interval for @hits of @n: near its nominal level on average.
 * -EINVAL also if @hits > @n. */
int bench_stats_wilson(uint64_t hits, uint64_t n, double alpha,
		       struct bench_interval *out);

/* The exact interval (Clopper and Pearson 1934): never below its level. */
int bench_stats_binom_interval(uint64_t hits, uint64_t n, double alpha,
			       struct bench_interval *out);

#endif
