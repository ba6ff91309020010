/* SPDX-License-Identifier: MIT */
/* Binomial tails summed from single terms; intervals by inverting them. */
#include "bench/stats/binomial.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include "bench/stats/values.h"

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

/* ---- Proportions ---- */

static int check_proportion(uint64_t hits, uint64_t n, double alpha)
{
	if (!n)
		return -ENODATA;
	return hits <= n && n <= INT64_MAX && bench_is_share(alpha) ? 0
								    : -EINVAL;
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
