/* SPDX-License-Identifier: MIT */
/* The sign test. */
#include "bench/stats/intervals.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/binomial.h"
#include "bench/stats/values.h"

/* Both this and sign_rank() ask "2 tail k <= alpha" in the same words, so that
 * they agree to the last bit on how many rounds are enough. */
unsigned int bench_stats_rounds_needed(unsigned int k, double alpha)
{
	unsigned int rounds = 1;

	if (!k || !bench_is_share(alpha))
		return 0;
	while (ldexp(k, 1 - (int)rounds) > alpha)
		rounds++;
	return rounds;
}

unsigned int bench_stats_rounds_enough(unsigned int k, double alpha)
{
	unsigned int rounds = 2;

	if (!k || !bench_is_share(alpha))
		return 0;
	while (2 * bench_stats_binom_below(1, rounds, 0.5) * k > alpha)
		rounds++;
	return rounds;
}

unsigned int bench_stats_comparisons_allowed(unsigned int rounds, double alpha)
{
	double k;

	if (!rounds || !bench_is_share(alpha))
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

	if (!k || !bench_is_share(alpha))
		return -EINVAL;
	rank = sign_rank(n, alpha, k);
	if (!rank)
		return -ENODATA;
	err = bench_values_sorted(x, n, /* infinite_ok */ false, &sorted);
	if (err)
		return err;
	error = 2 * bench_stats_binom_below((int64_t)rank - 1, n, 0.5);
	out->median = bench_values_quantile(sorted, n, 0.5);
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
	int err = bench_values_check(x, n, /* infinite_ok */ true);

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
