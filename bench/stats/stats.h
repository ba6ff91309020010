/* SPDX-License-Identifier: MIT */
/* The statistics behind every figure and verdict that ringswap prints.
 *
 *	bench_stats_log_ratio(cell[i], baseline[i], &logs[i]); // each round
 *	err = bench_stats_sign_interval(logs, rounds, 0.05, comparisons, &s);
 *	bench_verdict_judge(&(struct bench_verdict_input){ ... }, &verdict);
 *
 * What is computed and why: docs/statistics.md. In short: the datum is one
 * fresh process, never one event; a comparison is the median of the rounds' log
 * ratios with an exact sign-test interval, which assumes neither a distribution
 * nor symmetry; the error rate holds for the whole table (Bonferroni); and what
 * the data cannot support is refused with -ENODATA instead of estimated.
 *
 * binomial.h   tails, the normal quantile, intervals of proportions
 * ranks.h      which values bound a quantile, and how many that takes
 * stats.h      one set of numbers
 * intervals.h  the sign test: an interval for the median of rounds
 * two_samples.h, bootstrap.h, order.h, verdict.h, histogram.h
 *
 * Conventions. @alpha is the error rate, 0.05 for "95 %". Inputs are never
 * changed. Where an array is needed the function allocates and frees it. Unless
 * a function says otherwise, it returns 0 or
 *	-EINVAL  an argument out of its range (n of 0 is -ENODATA, not this)
 *	-EDOM    an input value is NaN (or infinite, where that has no meaning)
 *	-ENOMEM
 *	-ENODATA too few values for what is asked; *out is not written
 * All functions are pure and may be called from any thread, not from signal
 * handlers.
 */
#ifndef BENCH_STATS_STATS_H
#define BENCH_STATS_STATS_H

#include <stddef.h>

/* Where a figure lies, by the method that a function names. */
struct bench_interval {
	double lo;
	double hi;
};

/* The median of @x[0..@n). */
int bench_stats_median(const double *x, size_t n, double *out);

/* The median absolute deviation from the median, not scaled (multiply by 1.4826
 * to estimate the standard deviation of normal data). */
int bench_stats_mad(const double *x, size_t n, double *out);

/* The quantile @q of @x, 0 <= @q <= 1, interpolated between order statistics
 * (Hyndman and Fan's type 7, the default of R and numpy). For descriptions of
 * small sets; for latencies use the histogram, which refuses what n does not
 * support. */
int bench_stats_quantile(const double *x, size_t n, double q, double *out);

/* log(@cell / @baseline). -EDOM unless both are finite and above 0. */
int bench_stats_log_ratio(double cell, double baseline, double *out);

/* The geometric mean of @x. -EDOM unless all are finite and above 0. Of ratios,
 * it is the same whichever of the two is the baseline. */
int bench_stats_geomean(const double *x, size_t n, double *out);

#endif
