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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Exact binomial tails ---- */

/* P(B <= @k) and P(B >= @k) for B binomial(@n, @p). Each is summed on its own
 * side, so that small tails keep their relative precision. @p within 0..1. Cost
 * grows as the square root of @n. Source: C. Loader, "Fast and accurate
 * computation of binomial probabilities", 2000 (the single terms). */
double bench_stats_binom_below(int64_t k, uint64_t n, double p);
double bench_stats_binom_above(int64_t k, uint64_t n, double p);

/* The standard normal quantile, by bisection of erfc; 0 < @p < 1. */
double bench_stats_normal_quantile(double p);

/* ---- Order statistics: quantiles and their support ---- */

/* Ranks (1 is the smallest) of the values that bound a quantile. */
struct bench_stats_ranks {
	uint64_t lo;
	uint64_t hi;
	double level; /* coverage achieved, at least 1 - alpha */
};

/* The rank of quantile @q among @n values: ceil(@q * @n), at least 1 and at
 * most @n, forgiving the rounding of the product. */
uint64_t bench_stats_rank(uint64_t n, double q);

/* The fewest values for which the smallest and the largest of them bound the
 * quantile @q with at most @alpha / 2 error on either side:
 *	max(q, 1-q)^n <= alpha/2
 * At alpha = 0.05 that is 6 for the median, 36 for p90, 368 for p99, 3688 for
 * p99.9, 36887 for p99.99. 0 if @q or @alpha is not between 0 and 1. */
uint64_t bench_stats_support(double q, double alpha);

/* The narrowest pair of ranks with at most @alpha / 2 error on either side, for
 * @n independent values of any distribution. Source: David and Nagaraja, Order
 * Statistics, 3rd ed., section 7.1.
 * Returns 0, -EINVAL, or -ENODATA: @n is below bench_stats_support(). */
int bench_stats_order_ranks(uint64_t n, double q, double alpha,
			    struct bench_stats_ranks *out);

/* ---- One set of numbers ---- */

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

/* ---- Paired comparison: the sign test ---- */

struct bench_sign_interval {
	double median;
	double lo; /* the order statistics that bound the median */
	double hi;
	size_t rank;	     /* lo is the rank-th smallest, hi -th largest */
	double level;	     /* coverage achieved by this one interval */
	double family_level; /* for the whole table: 1 - k (1 - level) */
};

/* The exact interval for the median of the population that @x[0..@n) was drawn
 * from, as one of @k simultaneous comparisons that are all right together with
 * probability at least 1 - @alpha (Bonferroni): [x(r), x(n+1-r)] with the
 * largest r for which 2 k P(B < r) <= alpha, B binomial(n, 1/2). No assumption
 * but independence; ties make it wider, never wrong. Adding rounds until it is
 * narrow enough is fine if it is looked at only each time their number has
 * doubled; looking after every round costs 1-2 points of coverage.
 * -ENODATA: @n is below bench_stats_rounds_needed(@k, @alpha).
 * -EDOM also for infinite values. */
int bench_stats_sign_interval(const double *x, size_t n, double alpha,
			      unsigned int k, struct bench_sign_interval *out);

/* The exact two-sided p-value of "the median is @m"; values equal to @m are
 * left out (all equal: 1). @ties, unless NULL, gets their number: many mean
 * that the clock is too coarse for what is compared. */
int bench_stats_sign_p(const double *x, size_t n, double m, double *p,
		       size_t *ties);

/* The fewest rounds that allow a sign interval: the smallest R with
 * k 2^(1-R) <= alpha, which is ceil(1 + log2(k / alpha)). At 0.05: 6 for one
 * comparison, 9 for 7, 10 for 15. 0 if @k is 0 or @alpha not within 0..1. */
unsigned int bench_stats_rounds_needed(unsigned int k, double alpha);

/* The inverse: how many simultaneous comparisons @rounds rounds allow; 0 if not
 * even one; at most UINT_MAX. */
unsigned int bench_stats_comparisons_allowed(unsigned int rounds, double alpha);

/* ---- Two independent sets: another day, another commit ---- */

struct bench_shift {
	double shift;  /* Hodges-Lehmann: the median of all y - x */
	double lo, hi; /* Moses' interval for it; NaN if has_interval is not */
	double level;  /* coverage achieved by the interval */
	double p;      /* two-sided Mann-Whitney */
	double a12;    /* Vargha-Delaney: P(y > x) + P(y = x) / 2 */
	bool exact;    /* p by enumeration, ties included; else normal */
	bool has_interval; /* false: too few values for 1 - alpha */
};

/* Sets up to this size are enumerated exactly. */
#define BENCH_SHIFT_EXACT_MAX 50

/* Compares @x[0..@nx) with @y[0..@ny); give logarithms to compare ratios. The
 * values must be per-run figures: events of one run are not independent, and a
 * million of them make any difference "significant". Exact for both sizes up to
 * BENCH_SHIFT_EXACT_MAX, given the ties as they are; beyond, the normal
 * approximation with tie and continuity correction. Both tails are doubled.
 * The interval's level is that of untied data (ties only raise it).
 * Sources: Mann and Whitney 1947; Hodges and Lehmann 1963; Hollander, Wolfe and
 * Chicken, Nonparametric Statistical Methods, sections 4.1-4.3. */
int bench_stats_shift(const double *x, size_t nx, const double *y, size_t ny,
		      double alpha, struct bench_shift *out);

/* Holm's adjusted p-values of @p[0..@n) into @adjusted (may be @p itself):
 * those at most alpha may be called different, with a family error of alpha
 * whatever their dependence. */
int bench_stats_holm(const double *p, size_t n, double *adjusted);

/* ---- Proportions: coverage, A/A error rates ---- */

struct bench_interval {
	double lo;
	double hi;
};

/* Wilson's score interval for @hits of @n: near its nominal level on average.
 * -EINVAL also if @hits > @n. */
int bench_stats_wilson(uint64_t hits, uint64_t n, double alpha,
		       struct bench_interval *out);

/* The exact interval (Clopper and Pearson 1934): never below its level. */
int bench_stats_binom_interval(uint64_t hits, uint64_t n, double alpha,
			       struct bench_interval *out);

/* ---- Order of the cells: randomised cyclic Latin squares ---- */

/* The order of @k cells in round @round (from 0): order[position] = cell.
 * Rounds 0..k-1 form one Latin square, k..2k-1 the next, and so on: within a
 * square each cell stands once at every position, so that drift within a round
 * falls on all alike. Each square draws its own cell order and its own row
 * order from @seed. A round can be asked for at any time and alone, so a
 * resumed run goes on exactly where it stopped. Does nothing if @k is 0. */
void bench_latin_round(uint64_t seed, unsigned int k, uint64_t round,
		       unsigned int *order);

/* Checks @rounds consecutive rows of @k (order[round * k + position]), the
 * first of which starts a square: each row holds every cell once, and within
 * each square no cell stands twice at a position. *@spread, unless NULL, gets
 * the largest difference between how often two cells stood at one position over
 * all rows: 0 when @rounds is a multiple of @k, else 1. 0, -EINVAL (not
 * balanced, or @k is 0), or -ENOMEM. */
int bench_latin_check(const unsigned int *order, unsigned int k, size_t rounds,
		      unsigned int *spread);

/* ---- Series that depend on themselves: the block bootstrap ---- */

struct bench_bootstrap {
	double q;     /* quantile, 0 < q < 1; NaN: the mean */
	size_t block; /* values in a block: longer than their memory */
	unsigned int replicates; /* 0 means 2000 */
	double alpha;
	uint64_t seed; /* store it with the result */
};

/* Fewer blocks than this resample too few distinct series to trust. */
#define BENCH_BOOTSTRAP_MIN_BLOCKS 20

/* The percentile interval of the mean or a quantile (of type "rank ceil(q n)")
 * of the time series @x[0..@n), by resampling whole blocks of it, drawn with
 * replacement and wrapping at the end (circular block bootstrap: Politis and
 * Romano 1992). *@estimate, unless NULL, gets the statistic of @x itself.
 * Costs n * replicates. -ENODATA: fewer than BENCH_BOOTSTRAP_MIN_BLOCKS blocks,
 * or n below bench_stats_support() of the quantile. -EDOM also for infinite
 * values. */
int bench_stats_bootstrap(const double *x, size_t n,
			  const struct bench_bootstrap *how,
			  struct bench_interval *out, double *estimate);

/* ---- The verdict ---- */

enum bench_verdict {
	BENCH_VERDICT_INVALID, /* the run broke a promise of soundness */
	BENCH_VERDICT_NONE,    /* A/A failed: this machine was too noisy */
	BENCH_VERDICT_BETTER,
	BENCH_VERDICT_WORSE,
	BENCH_VERDICT_EQUIVALENT,   /* any difference is too small to matter */
	BENCH_VERDICT_NOT_RESOLVED, /* more rounds, or a quieter machine */
};

/* All ratios are of a cost (time, loss): below 1 is better. Negate the log
 * ratio and its interval for rates. */
struct bench_verdict_input {
	double log_ratio;	     /* median over rounds */
	double log_lo, log_hi;	     /* its interval; NaN if too few rounds */
	double threshold;	     /* practical, 0.03 for 3 % */
	double aa_log_lo, aa_log_hi; /* interval of the A/A control */
	bool aa_passed;
	bool invalid;
};

struct bench_verdict_result {
	enum bench_verdict verdict;
	double threshold;  /* that was used: the practical one or A/A's */
	double half_width; /* smallest difference such an interval resolves, */
			   /* exp((hi - lo) / 2) - 1; NaN if no interval */
};

/* The first that applies:
 *  INVALID       @invalid
 *  NONE          the A/A control failed, or has no interval
 *  BETTER/WORSE  the interval excludes a ratio of 1, and the median ratio is
 *                further from 1 than the threshold
 *  EQUIVALENT    the whole interval is within the threshold
 *  NOT_RESOLVED  otherwise, or there is no interval
 * The threshold is @threshold or, if larger, the greatest distance from 1 of
 * the A/A interval: a difference that identical code showed here is none. A run
 * with no A/A control has @aa_passed false and gets no verdict. */
void bench_verdict_judge(const struct bench_verdict_input *in,
			 struct bench_verdict_result *out);

/* For people: "BETTER", "NOT RESOLVED", "NO VERDICT (A/A failed)". */
const char *bench_verdict_text(enum bench_verdict verdict);

/* For JSON and the command line: "better", "not-resolved", "no-verdict". */
const char *bench_verdict_name(enum bench_verdict verdict);

#endif
