/* SPDX-License-Identifier: MIT */
/* The statistics against oracles that share no code with them: enumeration,
 * published tables, libRmath where installed, and coverage by simulation. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#ifdef HAVE_LIBRMATH
#define MATHLIB_STANDALONE
#include <Rmath.h>
#endif

#include "bench/base/rng.h"
#include "bench/stats/stats.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define assert_near(got, want, tolerance) \
	near_or_fail((got), (want), (tolerance), __LINE__)

static void near_or_fail(double got, double want, double tolerance, int line)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("line %d: got %.17g, want %.17g", line, got, want);
}

/* A share that was counted in @n independent tries of probability @p. */
static void assert_share(int hits, int n, double p)
{
	assert_near((double)hits / n, p, 4 * sqrt(p * (1 - p) / n));
}

/* ---- Random generator ---- */

static void rng_gives_the_published_sequences(void **state)
{
	/* Rosetta Code, Splitmix64; the reference test of rand_xoshiro. */
	static const uint64_t splitmix[] = {
		6457827717110365317u,  3203168211198807973u,
		9817491932198370423u,  4593380528125082431u,
		16408922859458223821u,
	};
	static const uint64_t xoshiro[] = {
		11520u,
		0u,
		1509978240u,
		1215971899390074240u,
		1216172134540287360u,
		607988272756665600u,
		16172922978634559625u,
		8476171486693032832u,
		10595114339597558777u,
		2904607092377533576u,
	};
	struct bench_rng rng = { .state = { 1, 2, 3, 4 } };
	uint64_t sm = 1234567;

	(void)state;
	for (size_t i = 0; i < COUNT(splitmix); i++)
		assert_true(bench_splitmix64(&sm) == splitmix[i]);
	for (size_t i = 0; i < COUNT(xoshiro); i++)
		assert_true(bench_rng_next(&rng) == xoshiro[i]);
}

static void rng_repeats_from_its_seed_only(void **state)
{
	struct bench_rng a, b, c;
	int same = 0;

	(void)state;
	bench_rng_seed(&a, 42);
	bench_rng_seed(&b, 42);
	bench_rng_seed(&c, 43);
	assert_true(a.seed == 42);
	for (int i = 0; i < 1000; i++) {
		uint64_t draw = bench_rng_next(&a);

		assert_true(draw == bench_rng_next(&b));
		same += draw == bench_rng_next(&c);
	}
	assert_int_equal(same, 0);
}

static void rng_below_is_uniform(void **state)
{
	enum {
		DRAWS = 60000
	};
	int seen[6] = { 0 }, upper = 0;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 1);
	for (int i = 0; i < DRAWS; i++)
		seen[bench_rng_below(&rng, 6)]++;
	for (int i = 0; i < 6; i++)
		assert_share(seen[i], DRAWS, 1.0 / 6);
	/* A plain remainder would hit the lower half of this two times of
	 * three. */
	for (int i = 0; i < DRAWS; i++)
		upper += bench_rng_below(&rng, 3ull << 62) >= 3ull << 61;
	assert_share(upper, DRAWS, 0.5);
	assert_true(bench_rng_below(&rng, 0) == 0);
	assert_true(bench_rng_below(&rng, 1) == 0);
}

static void shuffle_reaches_all_orders_equally(void **state)
{
	enum {
		DRAWS = 48000
	};
	int seen[256] = { 0 }, orders = 0;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 2);
	for (int i = 0; i < DRAWS; i++) {
		unsigned int o[4] = { 0, 1, 2, 3 };

		bench_rng_shuffle(&rng, o, 4);
		seen[o[0] * 64 + o[1] * 16 + o[2] * 4 + o[3]]++;
	}
	for (int i = 0; i < 256; i++) {
		orders += seen[i] > 0;
		if (seen[i])
			assert_share(seen[i], DRAWS, 1.0 / 24);
	}
	assert_int_equal(orders, 24);
}

/* ---- Binomial tails ---- */

static long double naive_term(int k, int n, long double p)
{
	long double term = 1;

	for (int i = 1; i <= k; i++)
		term *= (long double)(n - k + i) / i * p;
	for (int i = 0; i < n - k; i++)
		term *= 1 - p;
	return term;
}

/* P(B <= k), every term of it. */
static double naive_below(int k, int n, double p)
{
	long double sum = 0;

	for (int i = 0; i <= k; i++)
		sum += naive_term(i, n, p);
	return (double)sum;
}

static void binomial_tails_match_plain_sums(void **state)
{
	static const double ps[] = { 0.001, 0.05, 0.3, 0.5, 0.77, 0.99 };

	(void)state;
	for (size_t i = 0; i < COUNT(ps); i++)
		for (int n = 1; n < 120; n += n < 20 ? 1 : 33)
			for (int k = 0; k <= n; k++) {
				double want = naive_below(k, n, ps[i]);

				assert_near(bench_stats_binom_below(
						    k, (uint64_t)n, ps[i]),
					    want, 1e-13 * want + 1e-15);
				assert_near(bench_stats_binom_above(
						    k + 1, (uint64_t)n, ps[i]),
					    1 - want, 2e-14);
			}
}

static void binomial_tails_hold_at_the_edges(void **state)
{
	(void)state;
	assert_true(bench_stats_binom_below(-1, 10, 0.5) == 0);
	assert_true(bench_stats_binom_below(10, 10, 0.5) == 1);
	assert_true(bench_stats_binom_above(0, 10, 0.5) == 1);
	assert_true(bench_stats_binom_above(11, 10, 0.5) == 0);
	assert_true(bench_stats_binom_below(3, 10, 0) == 1);
	assert_true(bench_stats_binom_below(3, 10, 1) == 0);
	assert_true(bench_stats_binom_above(3, 10, 1) == 1);
	/* Exact powers of two: the sign test compares them. */
	for (int n = 1; n < 60; n++)
		assert_true(bench_stats_binom_below(0, (uint64_t)n, 0.5) ==
			    ldexp(1, -n));
}

static void binomial_and_normal_match_rmath(void **state)
{
	(void)state;
#ifdef HAVE_LIBRMATH
	static const double ns[] = { 7, 368, 5000, 1e6, 1e9 };
	static const double ps[] = { 0.5, 0.9, 0.99, 0.999, 0.0001 };

	for (size_t i = 0; i < COUNT(ns); i++)
		for (size_t j = 0; j < COUNT(ps); j++)
			for (double z = -6; z <= 6; z += 0.75) {
				double n = ns[i], p = ps[j];
				double k = floor(n * p +
						 z * sqrt(n * p * (1 - p)));
				double below = pbinom(k, n, p, 1, 0);
				double above = pbinom(k - 1, n, p, 0, 0);

				assert_near(bench_stats_binom_below(
						    (int64_t)k, (uint64_t)n, p),
					    below, 1e-9 * below + 1e-14);
				assert_near(bench_stats_binom_above(
						    (int64_t)k, (uint64_t)n, p),
					    above, 1e-9 * above + 1e-14);
			}
	for (double p = 1e-12; p < 1; p += 0.0137)
		assert_near(bench_stats_normal_quantile(p),
			    qnorm(p, 0, 1, 1, 0), 1e-12);
#else
	print_message("skipped: built without libRmath (r-mathlib)\n");
	skip();
#endif
}

static void normal_quantile_matches_tables(void **state)
{
	(void)state;
	assert_near(bench_stats_normal_quantile(0.975), 1.959963984540054,
		    1e-13);
	assert_near(bench_stats_normal_quantile(0.005), -2.575829303548901,
		    1e-13);
	assert_near(bench_stats_normal_quantile(0.5), 0, 1e-15);
}

/* ---- Order statistics ---- */

static void support_follows_its_rule(void **state)
{
	static const struct {
		double q;
		uint64_t n;
	} known[] = { { 0.5, 6 },      { 0.9, 36 },	  { 0.99, 368 },
		      { 0.999, 3688 }, { 0.9999, 36887 }, { 0.1, 36 },
		      { 0.01, 368 } };

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++)
		assert_int_equal(bench_stats_support(known[i].q, 0.05),
				 known[i].n);
	for (double q = 0.02; q < 1; q += 0.049)
		for (double alpha = 0.001; alpha < 0.5; alpha *= 3) {
			int n = 1;

			while (powl(q, n) > alpha / 2 ||
			       powl(1 - q, n) > alpha / 2)
				n++;
			assert_int_equal(bench_stats_support(q, alpha), n);
		}
	assert_int_equal(bench_stats_support(1, 0.05), 0);
	assert_int_equal(bench_stats_support(0.5, 0), 0);
}

static void rank_is_the_exact_ceiling(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 3000; n += 7)
		for (uint64_t permille = 1; permille <= 1000; permille++)
			assert_int_equal(
				bench_stats_rank(n, (double)permille / 1000),
				(permille * n + 999) / 1000);
	assert_int_equal(bench_stats_rank(10, 0), 1);
	assert_int_equal(bench_stats_rank(10, 2), 10);
}

static void check_ranks(int n, double q, double alpha)
{
	struct bench_stats_ranks got;
	int lo = 0, hi = n + 1;
	int err = bench_stats_order_ranks((uint64_t)n, q, alpha, &got);

	while (naive_below(lo, n, q) <= alpha / 2)
		lo++; /* at last: the largest r with P(B < r) <= alpha / 2 */
	while (1 - naive_below(hi - 2, n, q) <= alpha / 2)
		hi--; /* the smallest s with P(B >= s) <= alpha / 2 */
	if (lo < 1 || hi > n) {
		assert_int_equal(err, -ENODATA);
		return;
	}
	assert_int_equal(err, 0);
	assert_int_equal(got.lo, lo);
	assert_int_equal(got.hi, hi);
	assert_near(got.level,
		    naive_below(hi - 1, n, q) - naive_below(lo - 1, n, q),
		    1e-13);
	assert_true(got.level >= 1 - alpha);
}

static void order_ranks_are_the_narrowest_allowed(void **state)
{
	static const struct bench_stats_ranks textbook[] = {
		/* n = 6, 10, 20, 50: the median's, in any table. */
		{ 1, 6, 0.96875 },
		{ 2, 9, 0.978515625 },
		{ 6, 15, 0.958610534667969 },
		{ 18, 33, 0.967160862435731 },
	};
	static const uint64_t ns[] = { 6, 10, 20, 50 };
	struct bench_stats_ranks r;

	(void)state;
	for (size_t i = 0; i < COUNT(ns); i++) {
		assert_int_equal(bench_stats_order_ranks(ns[i], 0.5, 0.05, &r),
				 0);
		assert_int_equal(r.lo, textbook[i].lo);
		assert_int_equal(r.hi, textbook[i].hi);
		assert_near(r.level, textbook[i].level, 1e-12);
	}
	for (int n = 1; n < 130; n += n < 40 ? 1 : 13)
		for (double q = 0.05; q < 1; q += 0.09)
			check_ranks(n, q, 0.05);
	assert_int_equal(bench_stats_order_ranks(9, 0, 0.05, &r), -EINVAL);
	assert_int_equal(bench_stats_order_ranks(9, 0.5, 1, &r), -EINVAL);
	assert_int_equal(bench_stats_order_ranks(0, 0.5, 0.05, &r), -ENODATA);
}

static void order_ranks_exist_exactly_when_supported(void **state)
{
	static const double qs[] = { 0.5, 0.25, 0.75, 0.9, 0.99, 0.999 };
	static const double alphas[] = { 0.05, 0.01, 0.0625, 0.125, 0.2 };
	struct bench_stats_ranks r;

	(void)state;
	for (size_t i = 0; i < COUNT(qs); i++)
		for (size_t j = 0; j < COUNT(alphas); j++) {
			uint64_t n = bench_stats_support(qs[i], alphas[j]);

			assert_int_equal(bench_stats_order_ranks(n, qs[i],
								 alphas[j], &r),
					 0);
			assert_int_equal(bench_stats_order_ranks(n - 1, qs[i],
								 alphas[j], &r),
					 -ENODATA);
		}
}

/* ---- One set of numbers ---- */

static void descriptions_match_hand_computed(void **state)
{
	static const double ten[] = { 3, 1, 2, 10, 9, 8, 4, 7, 5, 6 };
	static const double seven[] = { 9, 1, 4, 2, 1, 2, 6 };
	double got;

	(void)state;
	assert_int_equal(bench_stats_median(ten, 10, &got), 0);
	assert_near(got, 5.5, 0);
	assert_int_equal(bench_stats_median(seven, 7, &got), 0);
	assert_near(got, 2, 0);
	assert_int_equal(bench_stats_mad(seven, 7, &got), 0);
	assert_near(got, 1, 0);
	assert_int_equal(bench_stats_quantile(ten, 10, 0.25, &got), 0);
	assert_near(got, 3.25, 1e-15);
	assert_int_equal(bench_stats_quantile(ten, 10, 0.9, &got), 0);
	assert_near(got, 9.1, 1e-14);
	assert_int_equal(bench_stats_quantile(ten, 10, 0, &got), 0);
	assert_near(got, 1, 0);
	assert_int_equal(bench_stats_quantile(ten, 10, 1, &got), 0);
	assert_near(got, 10, 0);
	assert_int_equal(bench_stats_geomean((double[]){ 0.5, 2, 8 }, 3, &got),
			 0);
	assert_near(got, 2, 1e-15);
	assert_int_equal(bench_stats_log_ratio(3, 1.5, &got), 0);
	assert_near(got, M_LN2, 1e-15);
}

static void bad_input_is_refused(void **state)
{
	static const double with_nan[] = { 1, 2, NAN, 4, 5, 6, 7 };
	static const double with_inf[] = { 1, 2, INFINITY, 4, 5, 6, 7 };
	struct bench_sign_interval s;
	struct bench_shift shift;
	double got = 77;

	(void)state;
	assert_int_equal(bench_stats_median(with_nan, 7, &got), -EDOM);
	assert_int_equal(bench_stats_median(with_nan, 0, &got), -ENODATA);
	assert_int_equal(bench_stats_quantile(with_inf, 7, 1.5, &got), -EINVAL);
	assert_int_equal(bench_stats_quantile(with_inf, 7, NAN, &got), -EINVAL);
	assert_int_equal(bench_stats_mad(with_inf, 7, &got), -EDOM);
	assert_int_equal(bench_stats_geomean((double[]){ 1, 0 }, 2, &got),
			 -EDOM);
	assert_int_equal(bench_stats_log_ratio(0, 1, &got), -EDOM);
	assert_int_equal(bench_stats_log_ratio(1, NAN, &got), -EDOM);
	assert_int_equal(bench_stats_log_ratio(INFINITY, 1, &got), -EDOM);
	assert_int_equal(bench_stats_sign_interval(with_nan, 7, 0.05, 1, &s),
			 -EDOM);
	assert_int_equal(bench_stats_sign_interval(with_nan, 2, 0.05, 0, &s),
			 -EINVAL);
	assert_int_equal(
		bench_stats_shift(with_nan, 2, with_inf, 7, 0.05, &shift),
		-EDOM);
	assert_int_equal(
		bench_stats_shift(with_nan, 2, with_inf, 0, 0.05, &shift),
		-ENODATA);
	assert_int_equal(bench_stats_holm(with_nan, 7, &got), -EDOM);
	assert_near(got, 77, 0);
	/* An infinite value does not harm a median. */
	assert_int_equal(bench_stats_median(with_inf, 7, &got), 0);
	assert_near(got, 5, 0);
}

/* ---- Sign test ---- */

/* The share of all 2^n patterns of "below or above the median" in which the
 * median lies between the rank-th smallest and largest. */
static double enumerate_coverage(unsigned int n, unsigned int rank)
{
	unsigned int covered = 0;

	for (unsigned int mask = 0; mask < 1u << n; mask++) {
		unsigned int below = (unsigned int)__builtin_popcount(mask);

		covered += below >= rank && n - below >= rank;
	}
	return covered / ldexp(1, (int)n);
}

static void check_sign_interval(unsigned int n, unsigned int k, double alpha)
{
	double x[16];
	struct bench_sign_interval s;
	unsigned int best = 0;

	for (unsigned int i = 0; i < n; i++)
		x[i] = (i * 7 + 3) % n + 1; /* 1..n in some order */
	if (n % 7 == 0)
		for (unsigned int i = 0; i < n; i++)
			x[i] = n - i;
	for (unsigned int r = 1; 2 * r <= n; r++)
		if (k * (1 - enumerate_coverage(n, r)) <= alpha)
			best = r;
	if (!best) {
		assert_int_equal(bench_stats_sign_interval(x, n, alpha, k, &s),
				 -ENODATA);
		return;
	}
	assert_int_equal(bench_stats_sign_interval(x, n, alpha, k, &s), 0);
	assert_int_equal(s.rank, best);
	assert_near(s.lo, best, 0);
	assert_near(s.hi, n + 1 - best, 0);
	assert_near(s.median, (n + 1) / 2.0, 0);
	assert_near(s.level, enumerate_coverage(n, best), 1e-14);
	assert_near(s.family_level, 1 - k * (1 - s.level), 1e-14);
	assert_true(s.family_level >= 1 - alpha - 1e-15);
}

static void sign_interval_matches_enumeration(void **state)
{
	static const unsigned int ks[] = { 1, 2, 7, 15, 100 };

	(void)state;
	for (unsigned int n = 1; n <= 16; n++)
		for (size_t i = 0; i < COUNT(ks); i++) {
			check_sign_interval(n, ks[i], 0.05);
			check_sign_interval(n, ks[i], 0.0625);
			check_sign_interval(n, ks[i], 0.2);
		}
}

static void rounds_formula_and_its_inverse_agree(void **state)
{
	static const double alphas[] = { 0.05, 0.01, 0.0625, 0.25, 0.1 };
	struct bench_sign_interval s;
	double x[64] = { 0 };

	(void)state;
	assert_int_equal(bench_stats_rounds_needed(1, 0.05), 6);
	assert_int_equal(bench_stats_rounds_needed(7, 0.05), 9);
	assert_int_equal(bench_stats_rounds_needed(15, 0.05), 10);
	assert_int_equal(bench_stats_rounds_needed(0, 0.05), 0);
	assert_int_equal(bench_stats_rounds_needed(1, 0), 0);
	for (size_t i = 0; i < COUNT(alphas); i++)
		for (unsigned int k = 1; k < 3000; k = k * 3 / 2 + 1) {
			double alpha = alphas[i];
			unsigned int r = bench_stats_rounds_needed(k, alpha);

			assert_int_equal(r, ceil(1 + log2(k / alpha) - 1e-12));
			assert_true(bench_stats_comparisons_allowed(r, alpha) >=
				    k);
			assert_true(bench_stats_comparisons_allowed(r - 1,
								    alpha) < k);
			assert_int_equal(
				bench_stats_sign_interval(x, r, alpha, k, &s),
				0);
			assert_int_equal(bench_stats_sign_interval(
						 x, r - 1, alpha, k, &s),
					 -ENODATA);
		}
	assert_int_equal(bench_stats_comparisons_allowed(0, 0.05), 0);
	assert_int_equal(bench_stats_comparisons_allowed(5, 0.05), 0);
	assert_true(bench_stats_comparisons_allowed(5000, 0.05) == UINT_MAX);
}

/* Two-sided p by counting the sign patterns that are at least as lopsided. */
static double enumerate_sign_p(unsigned int n, unsigned int less)
{
	unsigned int fewer = less < n - less ? less : n - less;
	unsigned int extreme = 0;

	for (unsigned int mask = 0; mask < 1u << n; mask++) {
		unsigned int c = (unsigned int)__builtin_popcount(mask);

		extreme += c <= fewer || n - c <= fewer;
	}
	return extreme / ldexp(1, (int)n);
}

static void sign_p_matches_enumeration(void **state)
{
	double x[16], p;
	size_t ties;

	(void)state;
	for (unsigned int n = 1; n <= 14; n++)
		for (unsigned int less = 0; less <= n; less++) {
			for (unsigned int i = 0; i < n; i++)
				x[i] = i < less ? -1 : 1;
			x[n] = x[n + 1] = 0;
			assert_int_equal(
				bench_stats_sign_p(x, n + 2, 0, &p, &ties), 0);
			assert_near(p, enumerate_sign_p(n, less), 1e-13);
			assert_int_equal(ties, 2);
		}
	assert_int_equal(bench_stats_sign_p(&x[14], 2, x[14], &p, NULL), 0);
	assert_near(p, 1, 0);
}

/* Skewed log ratios, heavier on one side, with median 0. */
static double skewed(struct bench_rng *rng)
{
	return -log1p(-bench_rng_double(rng)) - M_LN2;
}

static void sign_interval_covers_as_promised(void **state)
{
	enum {
		REPEATS = 20000,
		ROUNDS = 12
	};
	struct bench_sign_interval s;
	double x[ROUNDS];
	struct bench_rng rng;
	int covered = 0;

	(void)state;
	bench_rng_seed(&rng, 3);
	for (int r = 0; r < REPEATS; r++) {
		for (int i = 0; i < ROUNDS; i++)
			x[i] = skewed(&rng);
		assert_int_equal(
			bench_stats_sign_interval(x, ROUNDS, 0.05, 1, &s), 0);
		covered += s.lo <= 0 && 0 <= s.hi;
	}
	assert_share(covered, REPEATS, s.level);
}

/* Rounds are added until the interval is no wider than @width: after every
 * round, or only when their number has doubled. Returns the share of intervals
 * that contain the truth. */
static double coverage_of_stopping(double width, bool every_round, int repeats)
{
	enum {
		FIRST = 12,
		CAP = 48
	};
	struct bench_sign_interval s;
	struct bench_rng rng;
	double x[CAP];
	int covered = 0;

	bench_rng_seed(&rng, 9);
	for (int r = 0; r < repeats; r++) {
		size_t n = FIRST;

		for (int i = 0; i < CAP; i++)
			x[i] = skewed(&rng);
		assert_int_equal(bench_stats_sign_interval(x, n, 0.05, 1, &s),
				 0);
		while (s.hi - s.lo > width && n < CAP) {
			n = every_round ? n + 1 : 2 * n;
			assert_int_equal(
				bench_stats_sign_interval(x, n, 0.05, 1, &s),
				0);
		}
		covered += s.lo <= 0 && 0 <= s.hi;
	}
	return (double)covered / repeats;
}

static void stopping_for_width_must_not_look_every_round(void **state)
{
	enum {
		REPEATS = 10000
	};
	double every = coverage_of_stopping(0.7, true, REPEATS);
	double doubled = coverage_of_stopping(0.7, false, REPEATS);

	(void)state;
	print_message("looking every round %.4f, doubling %.4f\n", every,
		      doubled);
	assert_true(doubled >= 0.95 - 4 * sqrt(0.95 * 0.05 / REPEATS));
	assert_true(every < doubled);
}

/* A table of seven comparisons with a common baseline, hence dependent: all
 * seven intervals are right together at least 95 times of 100, while intervals
 * that ignore the table's size are not. */
static int tables_all_right(unsigned int k, int repeats)
{
	enum {
		ROUNDS = 12,
		CELLS = 7
	};
	double x[CELLS][ROUNDS];
	struct bench_rng rng;
	int right = 0;

	bench_rng_seed(&rng, 4);
	for (int r = 0; r < repeats; r++) {
		struct bench_sign_interval s;
		bool all = true;

		for (int i = 0; i < ROUNDS; i++) {
			double baseline = skewed(&rng) + skewed(&rng);

			for (int c = 0; c < CELLS; c++)
				x[c][i] =
					skewed(&rng) + skewed(&rng) - baseline;
		}
		for (int c = 0; c < CELLS; c++) {
			assert_int_equal(bench_stats_sign_interval(x[c], ROUNDS,
								   0.05, k, &s),
					 0);
			all = all && s.lo <= 0 && 0 <= s.hi;
		}
		right += all;
	}
	return right;
}

static void family_of_intervals_covers_as_promised(void **state)
{
	enum {
		REPEATS = 4000
	};
	int corrected = tables_all_right(7, REPEATS);
	int naive = tables_all_right(1, REPEATS);

	(void)state;
	assert_true(corrected >= REPEATS * 95 / 100);
	assert_true(naive < REPEATS * 93 / 100);
}

/* ---- Two independent sets ---- */

static double brute_a12(const double *x, int nx, const double *y, int ny)
{
	double wins = 0;

	for (int i = 0; i < nx; i++)
		for (int j = 0; j < ny; j++)
			wins += y[j] > x[i] ? 1 : y[j] == x[i] ? 0.5 : 0;
	return wins / (nx * ny);
}

/* Two-sided p by trying every way to split the pooled values into sets. */
static double brute_p(const double *all, int nx, int ny)
{
	double observed = brute_a12(all, nx, all + nx, ny);
	unsigned int n = (unsigned int)(nx + ny);
	int below = 0, above = 0, total = 0;

	for (unsigned int mask = 0; mask < 1u << n; mask++) {
		double x[16], y[16], a12;
		int i = 0, j = 0;

		if (__builtin_popcount(mask) != ny)
			continue;
		for (unsigned int v = 0; v < n; v++) {
			if (mask >> v & 1)
				y[j++] = all[v];
			else
				x[i++] = all[v];
		}
		a12 = brute_a12(x, nx, y, ny);
		total++;
		below += a12 <= observed + 1e-9;
		above += a12 >= observed - 1e-9;
	}
	return fmin(1, 2.0 * (below < above ? below : above) / total);
}

static void mann_whitney_matches_enumeration(void **state)
{
	struct bench_rng rng;
	struct bench_shift s;
	double all[12];

	(void)state;
	bench_rng_seed(&rng, 5);
	for (int nx = 1; nx <= 5; nx++)
		for (int ny = 1; ny <= 6; ny++)
			for (int trial = 0; trial < 12; trial++) {
				/* Even trials: many ties. */
				uint64_t range = trial % 2 ? 1000000 : 4;

				for (int i = 0; i < nx + ny; i++)
					all[i] = (double)bench_rng_below(&rng,
									 range);
				assert_int_equal(
					bench_stats_shift(all, (size_t)nx,
							  all + nx, (size_t)ny,
							  0.05, &s),
					0);
				assert_true(s.exact);
				assert_near(s.p, brute_p(all, nx, ny), 1e-12);
				assert_near(s.a12,
					    brute_a12(all, nx, all + nx, ny),
					    1e-15);
			}
}

static void smallest_p_of_separated_sets_is_known(void **state)
{
	static const struct {
		size_t n;
		double p;
	} rows[] = { { 3, 0.1 },
		     { 4, 2.0 / 70 },
		     { 5, 2.0 / 252 },
		     { 9, 2.0 / 48620 } };
	double low[9], high[9];
	struct bench_shift s;

	(void)state;
	for (int i = 0; i < 9; i++) {
		low[i] = i;
		high[i] = 100 + i;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(bench_stats_shift(low, rows[i].n, high,
						   rows[i].n, 0.05, &s),
				 0);
		assert_near(s.p, rows[i].p, 1e-14);
		assert_near(s.a12, 1, 0);
		assert_near(s.shift, 100, 0);
		/* 3 against 3 cannot have a 95 % interval. */
		assert_int_equal(s.has_interval, rows[i].n > 3);
		assert_int_equal(isnan(s.lo), rows[i].n == 3);
	}
}

static void hodges_lehmann_matches_hand_computed(void **state)
{
	/* Differences y - x: 1 2 4 5 6 8 / 0 1 3 4 5 7 / -3 -2 0 1 2 4 /
	 * -4 -3 -1 0 1 3; sorted, the 12th and 13th of 24 are 1 and 2.
	 * P(U <= 2) = 4/210, P(U <= 3) = 7/210: ranks 3 and 22. */
	static const double x[] = { 3, 4, 7, 8 };
	static const double y[] = { 4, 5, 7, 8, 9, 11 };
	struct bench_shift s;

	(void)state;
	assert_int_equal(bench_stats_shift(x, 4, y, 6, 0.05, &s), 0);
	assert_near(s.shift, 1.5, 0);
	assert_true(s.has_interval);
	assert_near(s.lo, -3, 0);
	assert_near(s.hi, 6, 0);
	assert_near(s.level, 1 - 2 * 4.0 / 210, 1e-14);
}

static void mann_whitney_matches_rmath(void **state)
{
	(void)state;
#ifdef HAVE_LIBRMATH
	static const size_t sizes[][2] = {
		{ 12, 17 }, { 30, 30 }, { 50, 50 }, { 60, 55 }, { 7, 90 }
	};
	double x[100], y[100];
	struct bench_rng rng;
	struct bench_shift s;

	bench_rng_seed(&rng, 6);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		double nx = (double)sizes[i][0], ny = (double)sizes[i][1];
		double u, want, rank;

		for (size_t j = 0; j < 100; j++) {
			x[j] = bench_rng_double(&rng);
			y[j] = bench_rng_double(&rng) + 0.12;
		}
		assert_int_equal(bench_stats_shift(x, sizes[i][0], y,
						   sizes[i][1], 0.05, &s),
				 0);
		u = round(s.a12 * nx * ny);
		want = 2 * fmin(pwilcox(u, ny, nx, 1, 0),
				pwilcox(u - 1, ny, nx, 0, 0));
		assert_int_equal(s.exact, nx <= 50 && ny <= 50);
		assert_near(s.p, fmin(1, want),
			    s.exact ? 1e-10 : 0.02 * want + 0.001);
		if (!s.exact)
			continue;
		rank = qwilcox(0.025, ny, nx, 1, 0);
		assert_near(s.level, 1 - 2 * pwilcox(rank - 1, ny, nx, 1, 0),
			    1e-10);
	}
	wilcox_free();
#else
	print_message("skipped: built without libRmath (r-mathlib)\n");
	skip();
#endif
}

/* Both ways to get the interval: exact (9 against 8) and normal (60, 60). */
static void check_shift_coverage(size_t nx, size_t ny, int repeats)
{
	struct bench_rng rng;
	struct bench_shift s;
	double x[60], y[60];
	int covered = 0;

	bench_rng_seed(&rng, 7);
	for (int r = 0; r < repeats; r++) {
		for (size_t i = 0; i < nx; i++)
			x[i] = skewed(&rng);
		for (size_t i = 0; i < ny; i++)
			y[i] = skewed(&rng) + 0.3;
		assert_int_equal(bench_stats_shift(x, nx, y, ny, 0.05, &s), 0);
		assert_true(s.has_interval);
		covered += s.lo <= 0.3 && 0.3 <= s.hi;
	}
	assert_share(covered, repeats, s.level);
}

static void shift_interval_covers_as_promised(void **state)
{
	(void)state;
	check_shift_coverage(9, 8, 5000);
	check_shift_coverage(60, 60, 1500);
}

static void holm_matches_hand_computed(void **state)
{
	static const double p[] = { 0.01, 0.04, 0.03, 0.005 };
	static const double want[] = { 0.03, 0.06, 0.06, 0.02 };
	double got[4], two[2] = { 0.9, 0.6 };

	(void)state;
	assert_int_equal(bench_stats_holm(p, 4, got), 0);
	for (int i = 0; i < 4; i++)
		assert_near(got[i], want[i], 1e-15);
	assert_int_equal(bench_stats_holm(two, 2, two), 0);
	assert_near(two[0], 1, 0);
	assert_near(two[1], 1, 0);
}

/* ---- Proportions ---- */

static void proportion_intervals_match_tables(void **state)
{
	struct bench_interval i;

	(void)state;
	assert_int_equal(bench_stats_wilson(0, 10, 0.05, &i), 0);
	assert_near(i.lo, 0, 0);
	assert_near(i.hi, 3.841458820694124 / 13.841458820694124, 1e-12);
	assert_int_equal(bench_stats_wilson(5, 10, 0.05, &i), 0);
	assert_near(i.lo, 0.236593, 1e-6);
	assert_near(i.hi, 0.763407, 1e-6);
	assert_int_equal(bench_stats_binom_interval(0, 10, 0.05, &i), 0);
	assert_near(i.lo, 0, 0);
	assert_near(i.hi, 1 - pow(0.025, 0.1), 1e-12);
	assert_int_equal(bench_stats_binom_interval(5, 10, 0.05, &i), 0);
	assert_near(i.lo, 0.187086, 1e-6);
	assert_near(i.hi, 0.812914, 1e-6);
	assert_int_equal(bench_stats_wilson(11, 10, 0.05, &i), -EINVAL);
	assert_int_equal(bench_stats_binom_interval(0, 0, 0.05, &i), -ENODATA);
}

static void exact_proportion_ends_where_its_tails_say(void **state)
{
	struct bench_interval i;

	(void)state;
	for (int n = 1; n < 80; n += 6)
		for (int hits = 0; hits <= n; hits++) {
			assert_int_equal(
				bench_stats_binom_interval(
					(uint64_t)hits, (uint64_t)n, 0.05, &i),
				0);
			if (hits)
				assert_near(1 - naive_below(hits - 1, n, i.lo),
					    0.025, 1e-11);
			if (hits < n)
				assert_near(naive_below(hits, n, i.hi), 0.025,
					    1e-11);
		}
}

/* ---- Latin squares ---- */

static unsigned int *latin_rows(uint64_t seed, unsigned int k, size_t rounds)
{
	unsigned int *rows = calloc(k * rounds, sizeof(*rows));

	assert_non_null(rows);
	/* Backwards: a round does not depend on those before it. */
	for (size_t r = rounds; r-- > 0;)
		bench_latin_round(seed, k, r, rows + r * k);
	return rows;
}

/* How often @cell stands at @position in rows [from, to). */
static unsigned int times_at(const unsigned int *rows, unsigned int k,
			     size_t from, size_t to, unsigned int position,
			     unsigned int cell)
{
	unsigned int times = 0;

	for (size_t r = from; r < to; r++)
		times += rows[r * k + position] == cell;
	return times;
}

static void latin_squares_are_balanced(void **state)
{
	(void)state;
	for (unsigned int k = 1; k <= 12; k++) {
		unsigned int *rows = latin_rows(99 + k, k, 3 * k + 1);
		unsigned int spread = 77;

		for (size_t r = 0; r < 3 * k + 1; r++)
			for (unsigned int cell = 0; cell < k; cell++) {
				unsigned int in_row = 0;

				for (unsigned int c = 0; c < k; c++)
					in_row += rows[r * k + c] == cell;
				assert_int_equal(in_row, 1);
			}
		for (size_t square = 0; square < 3; square++)
			for (unsigned int i = 0; i < k * k; i++)
				assert_int_equal(times_at(rows, k, square * k,
							  (square + 1) * k,
							  i / k, i % k),
						 1);
		assert_int_equal(bench_latin_check(rows, k, 3 * k, &spread), 0);
		assert_int_equal(spread, 0);
		assert_int_equal(bench_latin_check(rows, k, 3 * k + 1, &spread),
				 0);
		assert_int_equal(spread, k > 1);
		free(rows);
	}
}

static void unbalanced_orders_are_caught(void **state)
{
	static const unsigned int repeated[] = { 0, 1, 0, 1 };
	static const unsigned int not_a_row[] = { 0, 0, 1, 1 };
	static const unsigned int unknown[] = { 0, 2, 1, 0 };
	static const unsigned int good[] = { 1, 0, 0, 1 };

	(void)state;
	assert_int_equal(bench_latin_check(repeated, 2, 2, NULL), -EINVAL);
	assert_int_equal(bench_latin_check(not_a_row, 2, 2, NULL), -EINVAL);
	assert_int_equal(bench_latin_check(unknown, 2, 2, NULL), -EINVAL);
	assert_int_equal(bench_latin_check(good, 2, 2, NULL), 0);
	assert_int_equal(bench_latin_check(good, 0, 2, NULL), -EINVAL);
}

static void latin_orders_follow_from_their_seed(void **state)
{
	enum {
		K = 8,
		ROUNDS = 24,
		N = K * ROUNDS
	};
	unsigned int *a = latin_rows(1, K, ROUNDS);
	unsigned int *same = latin_rows(1, K, ROUNDS);
	unsigned int *other = latin_rows(2, K, ROUNDS);

	(void)state;
	assert_memory_equal(a, same, N * sizeof(*a));
	assert_memory_not_equal(a, other, N * sizeof(*a));
	/* One seed's second square is neither its first again nor the first of
	 * the next seed. */
	assert_memory_not_equal(a, a + K * K, K * K * sizeof(*a));
	assert_memory_not_equal(a + K * K, other, K * K * sizeof(*a));
	free(a);
	free(same);
	free(other);
}

static void latin_rows_are_uniform_over_seeds(void **state)
{
	enum {
		SEEDS = 12000
	};
	int seen[3][27] = { { 0 } };

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		for (unsigned int r = 0; r < 3; r++) {
			unsigned int o[3];

			bench_latin_round(seed, 3, r, o);
			seen[r][o[0] * 9 + o[1] * 3 + o[2]]++;
		}
	for (int r = 0; r < 3; r++)
		for (int i = 0; i < 27; i++)
			if (seen[r][i])
				assert_share(seen[r][i], SEEDS, 1.0 / 6);
}

/* ---- Block bootstrap ---- */

static double normal(struct bench_rng *rng)
{
	return bench_stats_normal_quantile(bench_rng_double(rng) * 0.999999 +
					   5e-7);
}

/* A series that remembers: mean 0, correlation @phi from one to the next. */
static void autoregressive(struct bench_rng *rng, double phi, double *x,
			   size_t n)
{
	double v = normal(rng) / sqrt(1 - phi * phi);

	for (size_t i = 0; i < n; i++) {
		x[i] = v;
		v = phi * v + normal(rng);
	}
}

/* How many of 200 intervals for the mean of such a series contain it. */
static int bootstrap_covered(double phi, size_t block)
{
	enum {
		N = 1000
	};
	struct bench_bootstrap how = {
		.q = NAN, .block = block, .replicates = 200, .alpha = 0.05
	};
	struct bench_interval i;
	struct bench_rng rng;
	double x[N];
	int covered = 0;

	bench_rng_seed(&rng, 8);
	for (how.seed = 0; how.seed < 200; how.seed++) {
		autoregressive(&rng, phi, x, N);
		assert_int_equal(bench_stats_bootstrap(x, N, &how, &i, NULL),
				 0);
		covered += i.lo <= 0 && 0 <= i.hi;
	}
	return covered;
}

static void blocks_keep_what_single_values_lose(void **state)
{
	(void)state;
	/* The truth is 190; blocks come near, single values do not. */
	assert_true(bootstrap_covered(0.9, 1) < 120);
	assert_true(bootstrap_covered(0.9, 40) > 165);
	assert_true(bootstrap_covered(0, 1) > 176);
}

static void bootstrap_width_matches_theory(void **state)
{
	enum {
		N = 2000
	};
	struct bench_bootstrap how = {
		.q = NAN, .block = 1, .alpha = 0.05, .seed = 5
	};
	double x[N], estimate, sum = 0, width, theory, p99[N];
	struct bench_interval i;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 9);
	for (int j = 0; j < N; j++)
		sum += x[j] = normal(&rng);
	assert_int_equal(bench_stats_bootstrap(x, N, &how, &i, &estimate), 0);
	assert_near(estimate, sum / N, 1e-12);
	width = i.hi - i.lo;
	theory = 2 * 1.96 / sqrt(N);
	assert_near(width / theory, 1, 0.12);
	/* A quantile: its estimate is an order statistic of the series. */
	how.q = 0.99;
	for (int j = 0; j < N; j++)
		p99[j] = (j * 7) % N;
	assert_int_equal(bench_stats_bootstrap(p99, N, &how, &i, &estimate), 0);
	assert_near(estimate, 1979, 0);
	assert_true(i.lo < estimate && estimate < i.hi);
	assert_near(i.hi - i.lo, 2 * 1.96 * sqrt(0.99 * 0.01 * N), 4);
}

static void bootstrap_repeats_and_refuses(void **state)
{
	struct bench_bootstrap how = { .q = 0.5,
				       .block = 10,
				       .alpha = 0.05,
				       .seed = 1,
				       .replicates = 100 };
	struct bench_interval a, b;
	double x[400];

	(void)state;
	for (int i = 0; i < 400; i++)
		x[i] = (i * 37) % 400;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &a, NULL), 0);
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	how.seed = 2;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL), 0);
	assert_memory_not_equal(&a, &b, sizeof(a));
	how.block = 21; /* 19 blocks */
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL),
			 -ENODATA);
	how.block = 0;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL),
			 -EINVAL);
	how.block = 1;
	how.q = 0.999;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL),
			 -ENODATA);
}

/* ---- Verdict ---- */

static void verdicts_follow_their_table(void **state)
{
	/* Ratios for reading; the function gets their logarithms. */
	static const struct {
		double ratio, lo, hi, aa_lo, aa_hi;
		bool aa_passed, invalid;
		enum bench_verdict want;
		double threshold;
	} rows[] = {
		/* Clear. */
		{ 0.81, 0.78, 0.84, 0.99, 1.01, true, false,
		  BENCH_VERDICT_BETTER, 0.03 },
		{ 1.20, 1.15, 1.25, 0.99, 1.01, true, false,
		  BENCH_VERDICT_WORSE, 0.03 },
		{ 1.00, 0.98, 1.02, 0.99, 1.01, true, false,
		  BENCH_VERDICT_EQUIVALENT, 0.03 },
		{ 1.00, 0.90, 1.10, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
		/* Significant, but too small to matter. */
		{ 1.02, 1.01, 1.029, 0.99, 1.01, true, false,
		  BENCH_VERDICT_EQUIVALENT, 0.03 },
		{ 1.02, 1.01, 1.04, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
		/* Large, but not significant. */
		{ 0.90, 0.75, 1.01, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
		/* The interval reaches into the threshold: still better. */
		{ 0.95, 0.92, 0.98, 0.99, 1.01, true, false,
		  BENCH_VERDICT_BETTER, 0.03 },
		/* A/A widens the threshold, from either side. */
		{ 0.95, 0.93, 0.97, 0.92, 1.01, true, false,
		  BENCH_VERDICT_EQUIVALENT, 0.08 },
		{ 1.06, 1.01, 1.12, 0.99, 1.08, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.08 },
		{ 1.20, 1.15, 1.25, 0.99, 1.08, true, false,
		  BENCH_VERDICT_WORSE, 0.08 },
		/* No verdict without a control that passed. */
		{ 0.50, 0.49, 0.51, 1.01, 1.05, false, false,
		  BENCH_VERDICT_NONE, 0.05 },
		{ 0.50, 0.49, 0.51, NAN, NAN, true, false, BENCH_VERDICT_NONE,
		  0.03 },
		/* Invalid comes first. */
		{ 0.50, 0.49, 0.51, 1.01, 1.05, false, true,
		  BENCH_VERDICT_INVALID, 0.05 },
		{ 0.50, 0.49, 0.51, 0.99, 1.01, true, true,
		  BENCH_VERDICT_INVALID, 0.03 },
		/* Too few rounds: no interval. */
		{ 0.50, NAN, NAN, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench_verdict_input in = {
			.log_ratio = log(rows[i].ratio),
			.log_lo = log(rows[i].lo),
			.log_hi = log(rows[i].hi),
			.threshold = 0.03,
			.aa_log_lo = log(rows[i].aa_lo),
			.aa_log_hi = log(rows[i].aa_hi),
			.aa_passed = rows[i].aa_passed,
			.invalid = rows[i].invalid,
		};
		struct bench_verdict_result got;

		bench_verdict_judge(&in, &got);
		if (got.verdict != rows[i].want)
			fail_msg("row %zu: %s, want %s", i,
				 bench_verdict_text(got.verdict),
				 bench_verdict_text(rows[i].want));
		assert_near(got.threshold, rows[i].threshold, 1e-12);
		if (!isnan(rows[i].lo))
			assert_near(got.half_width,
				    sqrt(rows[i].hi / rows[i].lo) - 1, 1e-12);
	}
}

static void verdict_words_are_those_of_the_manual(void **state)
{
	static const char *const words[][2] = {
		[BENCH_VERDICT_INVALID] = { "INVALID", "invalid" },
		[BENCH_VERDICT_NONE] = { "NO VERDICT (A/A failed)",
					 "no-verdict" },
		[BENCH_VERDICT_BETTER] = { "BETTER", "better" },
		[BENCH_VERDICT_WORSE] = { "WORSE", "worse" },
		[BENCH_VERDICT_EQUIVALENT] = { "EQUIVALENT", "equivalent" },
		[BENCH_VERDICT_NOT_RESOLVED] = { "NOT RESOLVED",
						 "not-resolved" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_string_equal(bench_verdict_text((enum bench_verdict)i),
				    words[i][0]);
		assert_string_equal(bench_verdict_name((enum bench_verdict)i),
				    words[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rng_gives_the_published_sequences),
		cmocka_unit_test(rng_repeats_from_its_seed_only),
		cmocka_unit_test(rng_below_is_uniform),
		cmocka_unit_test(shuffle_reaches_all_orders_equally),
		cmocka_unit_test(binomial_tails_match_plain_sums),
		cmocka_unit_test(binomial_tails_hold_at_the_edges),
		cmocka_unit_test(binomial_and_normal_match_rmath),
		cmocka_unit_test(normal_quantile_matches_tables),
		cmocka_unit_test(support_follows_its_rule),
		cmocka_unit_test(rank_is_the_exact_ceiling),
		cmocka_unit_test(order_ranks_are_the_narrowest_allowed),
		cmocka_unit_test(order_ranks_exist_exactly_when_supported),
		cmocka_unit_test(descriptions_match_hand_computed),
		cmocka_unit_test(bad_input_is_refused),
		cmocka_unit_test(sign_interval_matches_enumeration),
		cmocka_unit_test(rounds_formula_and_its_inverse_agree),
		cmocka_unit_test(sign_p_matches_enumeration),
		cmocka_unit_test(sign_interval_covers_as_promised),
		cmocka_unit_test(stopping_for_width_must_not_look_every_round),
		cmocka_unit_test(family_of_intervals_covers_as_promised),
		cmocka_unit_test(mann_whitney_matches_enumeration),
		cmocka_unit_test(smallest_p_of_separated_sets_is_known),
		cmocka_unit_test(hodges_lehmann_matches_hand_computed),
		cmocka_unit_test(mann_whitney_matches_rmath),
		cmocka_unit_test(shift_interval_covers_as_promised),
		cmocka_unit_test(holm_matches_hand_computed),
		cmocka_unit_test(proportion_intervals_match_tables),
		cmocka_unit_test(exact_proportion_ends_where_its_tails_say),
		cmocka_unit_test(latin_squares_are_balanced),
		cmocka_unit_test(unbalanced_orders_are_caught),
		cmocka_unit_test(latin_orders_follow_from_their_seed),
		cmocka_unit_test(latin_rows_are_uniform_over_seeds),
		cmocka_unit_test(blocks_keep_what_single_values_lose),
		cmocka_unit_test(bootstrap_width_matches_theory),
		cmocka_unit_test(bootstrap_repeats_and_refuses),
		cmocka_unit_test(verdicts_follow_their_table),
		cmocka_unit_test(verdict_words_are_those_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
