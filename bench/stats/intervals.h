/* SPDX-License-Identifier: MIT */
/* Paired comparison: the exact sign-test interval for the median of the rounds,
 * and how many rounds it takes. Conventions: bench/stats/stats.h. */
#ifndef BENCH_STATS_INTERVALS_H
#define BENCH_STATS_INTERVALS_H

#include <stddef.h>

struct bench_sign_interval {
	double median;
	double lo; /* the order statistics that bound the median */
	double hi;
	size_t rank;	     /* lo is the rank-th smallest, hi -th largest */
	double level;	     /* coverage achieved by this one interval */
	double family_level; /* for the whole table: 1 - k (1 - level) */
};

/* The exact interval for the median of the population that @x[0..@n) was drawn
 * from, as one of @k simultaneous comparisons that are all right together with
 * probability at least 1 - @alpha (Bonferroni): [x(r), x(n+1-r)] with the
 * largest r for which 2 k P(B < r) <= alpha, B binomial(n, 1/2). No assumption
 * but independence; ties make it wider, never wrong. Adding rounds until it is
 * narrow enough is fine if it is looked at only each time their number has
 * doubled; looking after every round costs 1-2 points of coverage.
 * -ENODATA: @n is below bench_stats_rounds_needed(@k, @alpha).
 * -EDOM also for infinite values. */
int bench_stats_sign_interval(const double *x, size_t n, double alpha,
			      unsigned int k, struct bench_sign_interval *out);

/* The exact two-sided p-value of "the median is @m"; values equal to @m are
 * left out (all equal: 1). @ties, unless NULL, gets their number: many mean
 * that the clock is too coarse for what is compared. */
int bench_stats_sign_p(const double *x, size_t n, double m, double *p,
		       size_t *ties);

/* The fewest rounds that allow a sign interval: the smallest R with
 * k 2^(1-R) <= alpha, which is ceil(1 + log2(k / alpha)). At 0.05: 6 for one
 * comparison, 9 for 7, 10 for 15. 0 if @k is 0 or @alpha not within 0..1. */
unsigned int bench_stats_rounds_needed(unsigned int k, double alpha);

/* The fewest rounds whose interval leaves out an extreme on either side: the
 * smallest R with k (R + 1) 2^(1-R) <= alpha. At 0.05: 12 up to 7 comparisons,
 * 13 up to 14, 14 up to 27, 15 up to 51. With fewer the ends are the smallest
 * and the largest round, and one round that was disturbed makes them wide. 0 if
 * @k is 0 or @alpha not within 0..1. */
unsigned int bench_stats_rounds_enough(unsigned int k, double alpha);

/* The inverse of rounds_needed: how many simultaneous comparisons @rounds rounds allow; 0 if not
 * even one; at most UINT_MAX. */
unsigned int bench_stats_comparisons_allowed(unsigned int rounds, double alpha);

#endif
