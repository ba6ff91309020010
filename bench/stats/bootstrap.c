/* SPDX-License-Identifier: MIT */
/* Resampling of whole blocks of a series. */
#include "bench/stats/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/rng.h"
#include "bench/stats/ranks.h"
#include "bench/stats/values.h"

/* Partially sorts @x so that x[k] is what it would be if sorted: Hoare's
 * selection, pivot in the middle. */
static double select_rank(double *x, size_t n, size_t k)
{
	ptrdiff_t lo = 0, hi = (ptrdiff_t)n - 1, want = (ptrdiff_t)k;

	while (lo < hi) {
		double pivot = x[lo + (hi - lo) / 2];
		ptrdiff_t i = lo, j = hi;

		while (i <= j) {
			while (x[i] < pivot)
				i++;
			while (pivot < x[j])
				j--;
			if (i <= j) {
				double held = x[i];

				x[i++] = x[j];
				x[j--] = held;
			}
		}
		if (want <= j)
			hi = j;
		else if (want >= i)
			lo = i;
		else
			break;
	}
	return x[k];
}

/* The statistic of @x, whose order is lost. */
static double statistic(double *x, size_t n, double q)
{
	double sum = 0;

	if (!isnan(q))
		return select_rank(x, n, bench_stats_rank(n, q) - 1);
	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum / (double)n;
}

/* One replicate of @x: whole blocks from anywhere, wrapping at the end. */
static void draw_blocks(struct bench_rng *rng, const double *x, size_t n,
			size_t block, double *out)
{
	for (size_t done = 0; done < n;) {
		size_t from = bench_rng_below(rng, n);
		size_t left = n - done < block ? n - done : block;

		for (; left; left--) {
			out[done++] = x[from++];
			if (from == n)
				from = 0;
		}
	}
}

static int check_bootstrap(const double *x, size_t n,
			   const struct bench_bootstrap *how)
{
	bool quantile = !isnan(how->q);
	int err = bench_values_check(x, n, /* infinite_ok */ false);

	if (!how->block || !bench_is_share(how->alpha) ||
	    (quantile && !bench_is_share(how->q)))
		return -EINVAL;
	if (err)
		return err;
	if (n / how->block < BENCH_BOOTSTRAP_MIN_BLOCKS)
		return -ENODATA;
	if (quantile && n < bench_stats_support(how->q, how->alpha))
		return -ENODATA;
	return 0;
}

int bench_stats_bootstrap(const double *x, size_t n,
			  const struct bench_bootstrap *how,
			  struct bench_interval *out, double *estimate)
{
	size_t replicates = how->replicates ? how->replicates : 2000;
	double *values, *scratch;
	struct bench_rng rng;
	int err = check_bootstrap(x, n, how);

	if (err)
		return err;
	values = malloc((replicates + n) * sizeof(*values));
	if (!values)
		return -ENOMEM;
	scratch = values + replicates;
	bench_rng_seed(&rng, how->seed);
	for (size_t i = 0; i < replicates; i++) {
		draw_blocks(&rng, x, n, how->block, scratch);
		values[i] = statistic(scratch, n, how->q);
	}
	qsort(values, replicates, sizeof(*values), bench_values_compare);
	out->lo = bench_values_quantile(values, replicates, how->alpha / 2);
	out->hi = bench_values_quantile(values, replicates, 1 - how->alpha / 2);
	if (estimate) {
		memcpy(scratch, x, n * sizeof(*x));
		*estimate = statistic(scratch, n, how->q);
	}
	free(values);
	return 0;
}
