/* SPDX-License-Identifier: MIT */
/* One set of numbers: its median, spread, quantiles and mean of ratios. */
#include "bench/stats/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/values.h"

int bench_stats_quantile(const double *x, size_t n, double q, double *out)
{
	double *sorted;
	int err;

	if (!(q >= 0 && q <= 1))
		return -EINVAL;
	err = bench_values_sorted(x, n, /* infinite_ok */ true, &sorted);
	if (err)
		return err;
	*out = bench_values_quantile(sorted, n, q);
	free(sorted);
	return 0;
}

int bench_stats_median(const double *x, size_t n, double *out)
{
	return bench_stats_quantile(x, n, 0.5, out);
}

int bench_stats_mad(const double *x, size_t n, double *out)
{
	double *sorted, median;
	int err = bench_values_sorted(x, n, /* infinite_ok */ false, &sorted);

	if (err)
		return err;
	median = bench_values_quantile(sorted, n, 0.5);
	for (size_t i = 0; i < n; i++)
		sorted[i] = fabs(sorted[i] - median);
	qsort(sorted, n, sizeof(*sorted), bench_values_compare);
	*out = bench_values_quantile(sorted, n, 0.5);
	free(sorted);
	return 0;
}

int bench_stats_log_ratio(double cell, double baseline, double *out)
{
	if (!(cell > 0 && baseline > 0) || isinf(cell) || isinf(baseline))
		return -EDOM;
	*out = log(cell) - log(baseline);
	return 0;
}

int bench_stats_geomean(const double *x, size_t n, double *out)
{
	double sum = 0;
	int err = bench_values_check(x, n, /* infinite_ok */ false);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		if (x[i] <= 0)
			return -EDOM;
		sum += log(x[i]);
	}
	*out = exp(sum / (double)n);
	return 0;
}
