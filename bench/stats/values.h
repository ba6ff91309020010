/* SPDX-License-Identifier: MIT */
/* Sets of numbers as the statistics take them: checked, copied and sorted. Only
 * for the files of this room. */
#ifndef BENCH_STATS_VALUES_H
#define BENCH_STATS_VALUES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether @p lies within 0..1, ends excluded: a quantile, an error rate. */
static inline bool bench_is_share(double p)
{
	return p > 0 && p < 1;
}

/* The order of doubles for qsort(); NaN is none. */
int bench_values_compare(const void *a, const void *b);

/* 0, -ENODATA (@n is 0), or -EDOM: one of @x is NaN, or infinite although
 * @infinite_ok is false. */
int bench_values_check(const double *x, size_t n, bool infinite_ok);

/* Checks @x; then *@out is a sorted copy of it, which the caller frees. Also
 * -ENOMEM. */
int bench_values_sorted(const double *x, size_t n, bool infinite_ok,
			double **out);

/* bench_stats_quantile() of values that are sorted already; @n is not 0. */
double bench_values_quantile(const double *sorted, size_t n, double q);

#endif
