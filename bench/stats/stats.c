/* SPDX-License-Identifier: MIT */
/* Exact and resampling statistics for small sets of per-run figures. */
#include "bench/stats/stats.h"

#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/rng.h"

static bool is_share(double p)
{
	return p > 0 && p < 1;
}

/* ---- Exact binomial tails ---- */

/* What Stirling's formula misses of log(n!). The series is exact to 1e-16 from
 * 16 on; below that lgamma loses nothing. */
static double stirling_error(double n)
{
	double n2 = n * n;

	if (n < 16)
		return lgamma(n + 1) - (n + 0.5) * log(n) + n -
		       0.5 * log(2 * M_PI);
	return (1.0 / 12 -
		(1.0 / 360 -
		 (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / n2) / n2) / n2) /
			n2) /
	       n;
}

/* x log(x / mean) + mean - x, without cancellation near x = mean: with
 * v = (x - mean) / (x + mean) it is (x - mean) v + 2 x (v^3/3 + v^5/5 + ...).*/
static double deviance(double x, double mean)
{
	double v = (x - mean) / (x + mean);
	double sum = (x - mean) * v;
	double power = 2 * x * v;

	if (fabs(v) >= 0.1)
		return x * log(x / mean) + mean - x;
	for (int j = 3; j < 40; j += 2) {
		power *= v * v;
		sum += power / j;
	}
	return sum;
}

/* P(B = k), 0 <= k <= n, 0 < p < 1, by Loader's saddle point: lgamma alone
 * would lose most digits for large n. At the ends pow() is exact for p = 1/2,
 * which the sign test counts on, but 1 - p is not for small p. */
static double binom_term(double k, double n, double p)
{
	double q = 1 - p;
	double exponent;

	if (k == 0)
		return p < 0.1 ? exp(n * log1p(-p)) : pow(q, n);
	if (k == n)
		return pow(p, n);
	exponent = stirling_error(n) - stirling_error(k) -
		   stirling_error(n - k) - deviance(k, n * p) -
		   deviance(n - k, n * q);
	return exp(exponent) * sqrt(n / (2 * M_PI * k * (n - k)));
}

/* Sums the terms from k downwards, until they no longer count. Only below the
 * mean, where they shrink. */
static double sum_down(double k, double n, double p)
{
	double odds = (1 - p) / p;
	double term = binom_term(k, n, p);
	double sum = 0;

	for (; k >= 0 && term > sum * DBL_EPSILON / 8; k--) {
		sum += term;
		term *= k / (n - k + 1) * odds;
	}
	return sum;
}

static double sum_up(double k, double n, double p)
{
	double odds = p / (1 - p);
	double term = binom_term(k, n, p);
	double sum = 0;

	for (; k <= n && term > sum * DBL_EPSILON / 8; k++) {
		sum += term;
		term *= (n - k) / (k + 1) * odds;
	}
	return sum;
}

double bench_stats_binom_below(int64_t k, uint64_t n, double p)
{
	if (k < 0)
		return 0;
	if ((uint64_t)k >= n || p <= 0)
		return 1;
	if (p >= 1)
		return 0;
	if ((double)k < (double)n * p)
		return sum_down((double)k, (double)n, p);
	return 1 - sum_up((double)(k + 1), (double)n, p);
}

double bench_stats_binom_above(int64_t k, uint64_t n, double p)
{
	if (k <= 0)
		return 1;
	if ((uint64_t)k > n || p <= 0)
		return 0;
	if (p >= 1)
		return 1;
	if ((double)k > (double)n * p)
		return sum_up((double)k, (double)n, p);
	return 1 - sum_down((double)(k - 1), (double)n, p);
}

double bench_stats_normal_quantile(double p)
{
	double tail = p < 0.5 ? p : 1 - p;
	double lo = 0, hi = 40;

	/* Of the upper tail, where erfc keeps its precision. */
	for (int i = 0; i < 80; i++) {
		double mid = (lo + hi) / 2;

		if (erfc(mid / M_SQRT2) / 2 > tail)
			lo = mid;
		else
			hi = mid;
	}
	return p < 0.5 ? -lo : lo;
}

/* ---- Order statistics ---- */

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
static double one_sided(double n, double q)
{
	return binom_term(q > 0.5 ? n : 0, n, q);
}

uint64_t bench_stats_support(double q, double alpha)
{
	double n;

	if (!is_share(q) || !is_share(alpha))
		return 0;
	n = ceil(log(alpha / 2) / (q > 0.5 ? log(q) : log1p(-q)));
	/* The division may have rounded across an integer. */
	while (n > 1 && one_sided(n - 1, q) <= alpha / 2)
		n--;
	while (one_sided(n, q) > alpha / 2)
		n++;
	return (uint64_t)n;
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

	if (!is_share(q) || !is_share(alpha) || n > INT64_MAX)
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

/* ---- One set of numbers ---- */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static int check_values(const double *x, size_t n, bool infinite_ok)
{
	if (!n)
		return -ENODATA;
	for (size_t i = 0; i < n; i++)
		if (isnan(x[i]) || (!infinite_ok && isinf(x[i])))
			return -EDOM;
	return 0;
}

/* A sorted copy of @x in *@out, which the caller frees. */
static int sorted_copy(const double *x, size_t n, bool infinite_ok,
		       double **out)
{
	int err = check_values(x, n, infinite_ok);

	if (err)
		return err;
	*out = malloc(n * sizeof(**out));
	if (!*out)
		return -ENOMEM;
	memcpy(*out, x, n * sizeof(**out));
	qsort(*out, n, sizeof(**out), compare_doubles);
	return 0;
}

static double sorted_quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = (size_t)at;
	double part = at - (double)i;

	/* Not interpolated when it lands on a value: inf - inf is no number. */
	if (part == 0 || sorted[i] == sorted[i + 1])
		return sorted[i];
	return sorted[i] + part * (sorted[i + 1] - sorted[i]);
}

int bench_stats_quantile(const double *x, size_t n, double q, double *out)
{
	double *sorted;
	int err;

	if (!(q >= 0 && q <= 1))
		return -EINVAL;
	err = sorted_copy(x, n, /* infinite_ok */ true, &sorted);
	if (err)
		return err;
	*out = sorted_quantile(sorted, n, q);
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
	int err = sorted_copy(x, n, /* infinite_ok */ false, &sorted);

	if (err)
		return err;
	median = sorted_quantile(sorted, n, 0.5);
	for (size_t i = 0; i < n; i++)
		sorted[i] = fabs(sorted[i] - median);
	qsort(sorted, n, sizeof(*sorted), compare_doubles);
	*out = sorted_quantile(sorted, n, 0.5);
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
	int err = check_values(x, n, /* infinite_ok */ false);

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

/* ---- The sign test ---- */

/* Both this and sign_rank() ask "2 tail k <= alpha" in the same words, so that
 * they agree to the last bit on how many rounds are enough. */
unsigned int bench_stats_rounds_needed(unsigned int k, double alpha)
{
	unsigned int rounds = 1;

	if (!k || !is_share(alpha))
		return 0;
	while (ldexp(k, 1 - (int)rounds) > alpha)
		rounds++;
	return rounds;
}

unsigned int bench_stats_comparisons_allowed(unsigned int rounds, double alpha)
{
	double k;

	if (!rounds || !is_share(alpha))
		return 0;
	k = floor(ldexp(alpha, rounds > 2000 ? 2000 : (int)rounds - 1));
	return k >= UINT_MAX ? UINT_MAX : (unsigned int)k;
}

/* The largest r with 2 k P(B < r) <= alpha; 0 if there is none. */
static size_t sign_rank(size_t n, double alpha, unsigned int k)
{
	size_t r = 0;

	while (r < n / 2 &&
	       2 * bench_stats_binom_below((int64_t)r, n, 0.5) * k <= alpha)
		r++;
	return r;
}

int bench_stats_sign_interval(const double *x, size_t n, double alpha,
			      unsigned int k, struct bench_sign_interval *out)
{
	double *sorted, error;
	size_t rank;
	int err;

	if (!k || !is_share(alpha))
		return -EINVAL;
	rank = sign_rank(n, alpha, k);
	if (!rank)
		return -ENODATA;
	err = sorted_copy(x, n, /* infinite_ok */ false, &sorted);
	if (err)
		return err;
	error = 2 * bench_stats_binom_below((int64_t)rank - 1, n, 0.5);
	out->median = sorted_quantile(sorted, n, 0.5);
	out->lo = sorted[rank - 1];
	out->hi = sorted[n - rank];
	out->rank = rank;
	out->level = 1 - error;
	out->family_level = 1 - k * error;
	free(sorted);
	return 0;
}

int bench_stats_sign_p(const double *x, size_t n, double m, double *p,
		       size_t *ties)
{
	size_t less = 0, more = 0, fewer;
	int err = check_values(x, n, /* infinite_ok */ true);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		less += x[i] < m;
		more += x[i] > m;
	}
	fewer = less < more ? less : more;
	*p = fmin(1, 2 * bench_stats_binom_below((int64_t)fewer, less + more,
						 0.5));
	if (ties)
		*ties = n - less - more;
	return 0;
}

/* ---- Two independent sets ---- */

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
	qsort(diff, n, sizeof(*diff), compare_doubles);
	out->shift = sorted_quantile(diff, n, 0.5);
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

	if (!is_share(alpha))
		return -EINVAL;
	err = check_values(x, nx, /* infinite_ok */ false);
	if (!err)
		err = check_values(y, ny, /* infinite_ok */ false);
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
	int err = check_values(p, n, /* infinite_ok */ false);

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

/* ---- Proportions ---- */

static int check_proportion(uint64_t hits, uint64_t n, double alpha)
{
	if (!n)
		return -ENODATA;
	return hits <= n && n <= INT64_MAX && is_share(alpha) ? 0 : -EINVAL;
}

int bench_stats_wilson(uint64_t hits, uint64_t n, double alpha,
		       struct bench_interval *out)
{
	int err = check_proportion(hits, n, alpha);
	double count = (double)n, p, z, scale, half;

	if (err)
		return err;
	p = (double)hits / count;
	z = bench_stats_normal_quantile(1 - alpha / 2);
	scale = 1 + z * z / count;
	half = z * sqrt(p * (1 - p) / count + z * z / (4 * count * count));
	/* Exact at the ends, where rounding could leave -1e-17. */
	out->lo = hits ? (p + z * z / (2 * count) - half) / scale : 0;
	out->hi = hits < n ? (p + z * z / (2 * count) + half) / scale : 1;
	return 0;
}

/* The p at which the tail of @hits becomes @tail: the upper tail grows with p,
 * the lower one shrinks. */
static double invert_tail(uint64_t hits, uint64_t n, double tail, bool upper)
{
	int64_t k = (int64_t)hits;
	double lo = 0, hi = 1;

	for (int i = 0; i < 60; i++) {
		double mid = (lo + hi) / 2;
		bool right = upper ? bench_stats_binom_above(k, n, mid) < tail
				   : bench_stats_binom_below(k, n, mid) > tail;

		if (right)
			lo = mid;
		else
			hi = mid;
	}
	return (lo + hi) / 2;
}

int bench_stats_binom_interval(uint64_t hits, uint64_t n, double alpha,
			       struct bench_interval *out)
{
	int err = check_proportion(hits, n, alpha);

	if (err)
		return err;
	out->lo = hits ? invert_tail(hits, n, alpha / 2, true) : 0;
	out->hi = hits < n ? invert_tail(hits, n, alpha / 2, false) : 1;
	return 0;
}

/* ---- Latin squares ---- */

static void fill_identity(unsigned int *order, unsigned int k)
{
	for (unsigned int i = 0; i < k; i++)
		order[i] = i;
}

static void reverse(unsigned int *order, unsigned int from, unsigned int to)
{
	for (; from + 1 < to; from++) {
		unsigned int held = order[from];

		order[from] = order[--to];
		order[to] = held;
	}
}

void bench_latin_round(uint64_t seed, unsigned int k, uint64_t round,
		       unsigned int *order)
{
	struct bench_rng rng;
	uint64_t mixed = seed;
	unsigned int shift;

	if (!k)
		return;
	/* Mixed before the square's number goes in: otherwise square 1 of one
	 * seed would be square 0 of the next. */
	mixed = bench_splitmix64(&mixed) ^ (round / k);
	bench_rng_seed(&rng, mixed);
	fill_identity(order, k);
	bench_rng_shuffle(&rng, order, k);
	shift = order[round % k];
	fill_identity(order, k);
	bench_rng_shuffle(&rng, order, k);
	/* Rotate left by shift, in place. */
	reverse(order, 0, shift);
	reverse(order, shift, k);
	reverse(order, 0, k);
}

static bool is_permutation(const unsigned int *row, unsigned int k,
			   unsigned int *seen)
{
	memset(seen, 0, k * sizeof(*seen));
	for (unsigned int i = 0; i < k; i++)
		if (row[i] >= k || seen[row[i]]++)
			return false;
	return true;
}

/* times[position * k + cell] counts over all rows; it may not grow beyond the
 * number of squares begun. */
static bool count_row(const unsigned int *row, unsigned int k, size_t round,
		      unsigned int *times)
{
	for (size_t i = 0; i < k; i++)
		if (++times[i * k + row[i]] > round / k + 1)
			return false;
	return true;
}

static unsigned int largest_spread(const unsigned int *times, unsigned int k)
{
	unsigned int spread = 0;

	for (size_t i = 0; i < k; i++) {
		unsigned int least = UINT_MAX, most = 0;

		for (size_t j = 0; j < k; j++) {
			unsigned int t = times[i * k + j];

			least = t < least ? t : least;
			most = t > most ? t : most;
		}
		spread = most - least > spread ? most - least : spread;
	}
	return spread;
}

int bench_latin_check(const unsigned int *order, unsigned int k, size_t rounds,
		      unsigned int *spread)
{
	unsigned int *times, *seen;
	int err = 0;

	if (!k)
		return -EINVAL;
	times = calloc((size_t)k * (k + 1), sizeof(*times));
	if (!times)
		return -ENOMEM;
	seen = times + (size_t)k * k;
	for (size_t r = 0; r < rounds && !err; r++)
		if (!is_permutation(order + r * k, k, seen) ||
		    !count_row(order + r * k, k, r, times))
			err = -EINVAL;
	if (!err && spread)
		*spread = largest_spread(times, k);
	free(times);
	return err;
}

/* ---- Block bootstrap ---- */

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
	int err = check_values(x, n, /* infinite_ok */ false);

	if (!how->block || !is_share(how->alpha) ||
	    (quantile && !is_share(how->q)))
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
	qsort(values, replicates, sizeof(*values), compare_doubles);
	out->lo = sorted_quantile(values, replicates, how->alpha / 2);
	out->hi = sorted_quantile(values, replicates, 1 - how->alpha / 2);
	if (estimate) {
		memcpy(scratch, x, n * sizeof(*x));
		*estimate = statistic(scratch, n, how->q);
	}
	free(values);
	return 0;
}

/* ---- The verdict ---- */

/* How far from 1 an interval of log ratios reaches, as a share. */
static double reach(double log_lo, double log_hi)
{
	return fmax(fabs(expm1(log_lo)), fabs(expm1(log_hi)));
}

static bool is_interval(double lo, double hi)
{
	return isfinite(lo) && isfinite(hi) && lo <= hi;
}

static enum bench_verdict judge(const struct bench_verdict_input *in,
				double threshold)
{
	if (in->invalid)
		return BENCH_VERDICT_INVALID;
	if (!in->aa_passed || !is_interval(in->aa_log_lo, in->aa_log_hi))
		return BENCH_VERDICT_NONE;
	if (!is_interval(in->log_lo, in->log_hi) || !isfinite(in->log_ratio))
		return BENCH_VERDICT_NOT_RESOLVED;
	if (fabs(expm1(in->log_ratio)) > threshold) {
		if (in->log_hi < 0)
			return BENCH_VERDICT_BETTER;
		if (in->log_lo > 0)
			return BENCH_VERDICT_WORSE;
	}
	if (reach(in->log_lo, in->log_hi) <= threshold)
		return BENCH_VERDICT_EQUIVALENT;
	return BENCH_VERDICT_NOT_RESOLVED;
}

void bench_verdict_judge(const struct bench_verdict_input *in,
			 struct bench_verdict_result *out)
{
	out->threshold = in->threshold;
	if (is_interval(in->aa_log_lo, in->aa_log_hi))
		out->threshold = fmax(in->threshold,
				      reach(in->aa_log_lo, in->aa_log_hi));
	out->half_width = expm1((in->log_hi - in->log_lo) / 2);
	out->verdict = judge(in, out->threshold);
}

const char *bench_verdict_text(enum bench_verdict verdict)
{
	static const char *const texts[] = {
		[BENCH_VERDICT_INVALID] = "INVALID",
		[BENCH_VERDICT_NONE] = "NO VERDICT (A/A failed)",
		[BENCH_VERDICT_BETTER] = "BETTER",
		[BENCH_VERDICT_WORSE] = "WORSE",
		[BENCH_VERDICT_EQUIVALENT] = "EQUIVALENT",
		[BENCH_VERDICT_NOT_RESOLVED] = "NOT RESOLVED",
	};

	return texts[verdict];
}

const char *bench_verdict_name(enum bench_verdict verdict)
{
	static const char *const names[] = {
		[BENCH_VERDICT_INVALID] = "invalid",
		[BENCH_VERDICT_NONE] = "no-verdict",
		[BENCH_VERDICT_BETTER] = "better",
		[BENCH_VERDICT_WORSE] = "worse",
		[BENCH_VERDICT_EQUIVALENT] = "equivalent",
		[BENCH_VERDICT_NOT_RESOLVED] = "not-resolved",
	};

	return names[verdict];
}
