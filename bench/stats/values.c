/* SPDX-License-Identifier: MIT */
/* Sets of numbers, checked, copied and sorted. */
#include "bench/stats/values.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int bench_values_compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

int bench_values_check(const double *x, size_t n, bool infinite_ok)
{
	if (!n)
		return -ENODATA;
	for (size_t i = 0; i < n; i++)
		if (isnan(x[i]) || (!infinite_ok && isinf(x[i])))
			return -EDOM;
	return 0;
}

int bench_values_sorted(const double *x, size_t n, bool infinite_ok,
			double **out)
{
	int err = bench_values_check(x, n, infinite_ok);

	if (err)
		return err;
	*out = malloc(n * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	memcpy(*out, x, n * sizeof(**out));
	qsort(*out, n, sizeof(**out), bench_values_compare);
	return 0;
}

double bench_values_quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at;
	double part = at - (double)i;

	/* Not interpolated when it lands on a value: inf - inf is no number. */
	if (part == 0 || sorted[i] == sorted[i + 1])
		return sorted[i];
	return sorted[i] + part * (sorted[i + 1] - sorted[i]);
}
