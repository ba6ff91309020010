/* SPDX-License-Identifier: MIT */
/* Rank sums, their exact distribution, and the shift between two sets. */
#include "bench/stats/two_samples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/binomial.h"
#include "bench/stats/values.h"

struct ranked {
	double value;
	bool second;	   /* belongs to y */
	unsigned int rank; /* twice the midrank: an integer despite ties */
};

static int compare_ranked(const void *a, const void *b)
{
	double x = ((const struct ranked *)a)->value;
	double y = ((const struct ranked *)b)->value;

	return (x > y) - (x < y);
}

/* Sorts and ranks @all; returns the sum of t^3 - t over groups of t ties. */
static double rank_all(struct ranked *all, size_t n)
{
	double ties = 0;
	size_t end;

	qsort(all, n, sizeof(*all), compare_ranked);
	for (size_t i = 0; i < n; i = end) {
		double t;

		end = i + 1;
		while (end < n && all[end].value == all[i].value)
			end++;
		for (size_t j = i; j < end; j++)
			all[j].rank = (unsigned int)(i + end + 1);
		t = (double)(end - i);
		ties += t * t * t - t;
	}
	return ties;
}

/* How many of the ways to choose @m of the @n ranks have each sum: *@ways,
 * which the caller frees, has *@sums + 1 entries. The number of subsets is
 * counted in doubles: C(100, 50) is 1e29, and only shares are wanted. */
static int count_rank_sums(const struct ranked *all, size_t n, size_t m,
			   double **ways, size_t *sums)
{
	size_t max = 0, row;
	double *table;

	for (size_t i = n - m; i < n; i++)
		max += all[i].rank;
	row = max + 1;
	table = calloc((m + 1) * row, sizeof(*table));
	if (!table)
		return -ENOMEM;
	table[0] = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i < m ? i + 1 : m; j > 0; j--)
			for (size_t s = all[i].rank; s <= max; s++)
				table[j * row + s] +=
					table[(j - 1) * row + s - all[i].rank];
	memmove(table, table + m * row, row * sizeof(*table));
	*ways = table;
	*sums = max;
	return 0;
}

/* Two-sided p of the (doubled) rank sum @observed, the smaller tail doubled. */
static int exact_rank_p(const struct ranked *all, size_t n, size_t m,
			size_t observed, double *p)
{
	double below = 0, above = 0, total = 0, *ways;
	size_t sums;
	int err = count_rank_sums(all, n, m, &ways, &sums);

	if (err)
		return err;
	for (size_t s = 0; s <= sums; s++) {
		total += ways[s];
		below += s <= observed ? ways[s] : 0;
		above += s >= observed ? ways[s] : 0;
	}
	*p = fmin(1, 2 * fmin(below, above) / total);
	free(ways);
	return 0;
}

static double normal_rank_p(double u, double nx, double ny, double ties)
{
	double n = nx + ny;
	double variance = nx * ny / 12 * (n + 1 - ties / (n * (n - 1)));
	double distance = fabs(u - nx * ny / 2) - 0.5;

	if (variance <= 0 || distance <= 0)
		return 1;
	return erfc(distance / sqrt(2 * variance));
}

/* p and A12 of @all, already marked with the set each value is from. */
static int mann_whitney(struct ranked *all, size_t nx, size_t ny,
			struct bench_shift *out)
{
	double ties = rank_all(all, nx + ny);
	size_t sum = 0;
	double u;

	for (size_t i = 0; i < nx + ny; i++)
		sum += all[i].second ? all[i].rank : 0;
	u = (double)sum / 2 - (double)ny * (double)(ny + 1) / 2;
	out->a12 = u / ((double)nx * (double)ny);
	out->exact = nx <= BENCH_SHIFT_EXACT_MAX && ny <= BENCH_SHIFT_EXACT_MAX;
	if (out->exact)
		return exact_rank_p(all, nx + ny, ny, sum, &out->p);
	out->p = normal_rank_p(u, (double)nx, (double)ny, ties);
	return 0;
}

/* The largest c with P(U < c) <= tail for untied data, and that tail. U and
 * the rank sum of y differ by a constant, so ranks 1..n are enough. */
static int exact_shift_rank(size_t nx, size_t ny, double tail, size_t *c,
			    double *achieved)
{
	size_t n = nx + ny, least = ny * (ny + 1), sums;
	struct ranked *all = calloc(n, sizeof(*all));
	double total = 0, below = 0, *ways;
	int err;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		all[i].rank = 2 * ((unsigned int)i + 1);
	err = count_rank_sums(all, n, ny, &ways, &sums);
	free(all);
	if (err)
		return err;
	for (size_t s = 0; s <= sums; s++)
		total += ways[s];
	for (*c = 0; *c < nx * ny; ++*c) {
		double more = below + ways[least + 2 * *c] / total;

		if (more > tail)
			break;
		below = more;
	}
	*achieved = below;
	free(ways);
	return 0;
}

static void normal_shift_rank(double nx, double ny, double tail, size_t *c,
			      double *achieved)
{
	double sd = sqrt(nx * ny * (nx + ny + 1) / 12);
	double at = nx * ny / 2 + bench_stats_normal_quantile(tail) * sd;

	*c = at >= 1 ? (size_t)at : 0;
	*achieved = tail;
}

/* Hodges-Lehmann estimate and Moses' interval from all differences. */
static int shift_interval(const double *x, size_t nx, const double *y,
			  size_t ny, double alpha, struct bench_shift *out)
{
	size_t n = nx * ny, c = 0;
	double *diff = malloc(n * sizeof(*diff));
	double tail = 0;
	int err = 0;

	if (!diff)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		diff[i] = y[i / nx] - x[i % nx];
	qsort(diff, n, sizeof(*diff), bench_values_compare);
	out->shift = bench_values_quantile(diff, n, 0.5);
	if (out->exact)
		err = exact_shift_rank(nx, ny, alpha / 2, &c, &tail);
	else
		normal_shift_rank((double)nx, (double)ny, alpha / 2, &c, &tail);
	out->has_interval = !err && c > 0;
	out->lo = out->has_interval ? diff[c - 1] : NAN;
	out->hi = out->has_interval ? diff[n - c] : NAN;
	out->level = out->has_interval ? 1 - 2 * tail : NAN;
	free(diff);
	return err;
}

int bench_stats_shift(const double *x, size_t nx, const double *y, size_t ny,
		      double alpha, struct bench_shift *out)
{
	struct bench_shift shift = { 0 };
	struct ranked *all;
	int err;

	if (!bench_is_share(alpha))
		return -EINVAL;
	err = bench_values_check(x, nx, /* infinite_ok */ false);
	if (!err)
		err = bench_values_check(y, ny, /* infinite_ok */ false);
	if (err)
		return err;
	all = calloc(nx + ny, sizeof(*all));
	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < nx + ny; i++) {
		all[i].second = i >= nx;
		all[i].value = i < nx ? x[i] : y[i - nx];
	}
	err = mann_whitney(all, nx, ny, &shift);
	if (!err)
		err = shift_interval(x, nx, y, ny, alpha, &shift);
	if (!err)
		*out = shift;
	free(all);
	return err;
}

struct indexed {
	double p;
	size_t index;
};

static int compare_indexed(const void *a, const void *b)
{
	double x = ((const struct indexed *)a)->p;
	double y = ((const struct indexed *)b)->p;

	return (x > y) - (x < y);
}

int bench_stats_holm(const double *p, size_t n, double *adjusted)
{
	struct indexed *sorted;
	double largest = 0;
	int err = bench_values_check(p, n, /* infinite_ok */ false);

	if (err)
		return err;
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct indexed){ .p = p[i], .index = i };
	qsort(sorted, n, sizeof(*sorted), compare_indexed);
	for (size_t i = 0; i < n; i++) {
		largest = fmax(largest, (double)(n - i) * sorted[i].p);
		adjusted[sorted[i].index] = fmin(1, largest);
	}
	free(sorted);
	return 0;
}
