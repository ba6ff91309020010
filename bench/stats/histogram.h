/* SPDX-License-Identifier: MIT */
/* A log-linear histogram of 64-bit durations that never loses a count.
 *
 *	struct bench_hist *h = bench_hist_new();
 *	bench_hist_record(h, ns);
 *	if (bench_hist_percentile(h, 0.99, 0.05, &p99) == -ENODATA)
 *		puts(BENCH_N_TOO_SMALL);
 *
 * Every value from 0 to 2^64-1 has a bucket: values below 2048 one each, and
 * above that 1024 equal buckets for each power of two. A bucket stands for its
 * midpoint, so a value read back differs from the one recorded by less than
 * 1/2048 = 0.049 % of it, and not at all below 2048. There is no overflow
 * bucket and no range to configure; nanoseconds or clock ticks, the unit is
 * the caller's. The layout resembles HdrHistogram's at 3 digits (Gil Tene);
 * the reading by midpoint and with intervals is ours.
 *
 * Memory: 440 KiB of counts for each histogram, allocated once and zeroed by
 * the system, so that only pages that were counted in become resident.
 *
 * A histogram belongs to one thread at a time. Recording is signal-safe but
 * not re-entrant: a handler may not record in what it interrupted.
 */
#ifndef BENCH_STATS_HISTOGRAM_H
#define BENCH_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_HIST_BITS	   10 /* log2 of the buckets for each power of two */
#define BENCH_HIST_BUCKETS ((64 - BENCH_HIST_BITS + 1) << BENCH_HIST_BITS)
/* A value read back is within this share of the value recorded. */
#define BENCH_HIST_ERROR (1.0 / (2 << BENCH_HIST_BITS))
/* What is shown in place of a quantile that -ENODATA was returned for. */
#define BENCH_N_TOO_SMALL "n too small"

/* total is the sum of all counts; every count outside the buckets of min and
 * max is zero. An empty histogram has min = UINT64_MAX and max = 0. */
struct bench_hist {
	uint64_t total;
	uint64_t min; /* smallest and largest value recorded, exact */
	uint64_t max;
	uint64_t counts[BENCH_HIST_BUCKETS];
};

/* One bucket: the values lowest..highest, both included. */
struct bench_hist_bucket {
	uint64_t lowest;
	uint64_t highest;
	uint64_t count;
};

/* A quantile with its distribution-free interval. */
struct bench_hist_quantile {
	double value; /* midpoint of the bucket that holds it */
	uint64_t lo;  /* interval, both ends included; the outer edges of */
	uint64_t hi;  /* their buckets, so rounding never narrows it */
	double level; /* coverage achieved, at least 1 - alpha */
	uint64_t n;   /* values it was computed from */
};

/* The bucket that @value is counted in. The OR keeps small values in the
 * first, linear, 2048 buckets without a branch. */
static inline size_t bench_hist_index(uint64_t value)
{
	uint64_t at_least = value | (UINT64_C(1) << BENCH_HIST_BITS);
	unsigned int shift =
		63 - (unsigned int)__builtin_clzll(at_least) - BENCH_HIST_BITS;

	return ((size_t)shift << BENCH_HIST_BITS) + (value >> shift);
}

/* Counts @value @n times; @n may be 0. */
static inline void bench_hist_record_n(struct bench_hist *h, uint64_t value,
				       uint64_t n)
{
	if (!n)
		return;
	h->counts[bench_hist_index(value)] += n;
	h->total += n;
	if (value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
}

/* Counts @value once. */
static inline void bench_hist_record(struct bench_hist *h, uint64_t value)
{
	bench_hist_record_n(h, value, 1);
}

/* An empty histogram; the caller frees it. NULL if there is no memory. */
struct bench_hist *bench_hist_new(void);

/* Frees @h; NULL is fine. */
void bench_hist_free(struct bench_hist *h);

/* Empties @h. Touches only what was counted in. */
void bench_hist_reset(struct bench_hist *h);

/* Adds all counts of @from to @into: the same as having recorded all values
 * there. This, and never an average, is how percentiles of runs are pooled. */
void bench_hist_merge(struct bench_hist *into, const struct bench_hist *from);

/* The mean, from bucket midpoints: within BENCH_HIST_ERROR of the exact one,
 * and the same again after storage. 0 for an empty histogram. */
double bench_hist_mean(const struct bench_hist *h);

/* The values counted in buckets above the one that holds @value; those that
 * share its bucket are not counted. */
uint64_t bench_hist_count_above(const struct bench_hist *h, uint64_t value);

/* The value of rank ceil(@q * total), the smallest that at least a share @q of
 * the values do not exceed, read as the midpoint of its bucket but never
 * outside min..max; the first and the last rank are exact. A description: it
 * asks for no minimum of values. @q below 0 or above 1 is taken as 0 or 1. 0
 * for an empty histogram. */
double bench_hist_value_at(const struct bench_hist *h, double q);

/* The quantile @q (0 < @q < 1) with a two-sided interval that covers the true
 * one with probability at least 1 - @alpha, whatever the distribution, if the
 * values are independent (bench/stats/stats.h, bench_stats_order_ranks()). Values of
 * one run are not quite: see docs/statistics.md.
 * Returns 0, -EINVAL (@q or @alpha not between 0 and 1), or -ENODATA: fewer
 * values than bench_stats_support(@q, @alpha); show BENCH_N_TOO_SMALL then. */
int bench_hist_percentile(const struct bench_hist *h, double q, double alpha,
			  struct bench_hist_quantile *out);

/* Walks the non-empty buckets upwards: start with *@cursor = 0 and call until
 * it returns false. Recording meanwhile is not allowed. */
bool bench_hist_next(const struct bench_hist *h, size_t *cursor,
		     struct bench_hist_bucket *out);

/* Puts a bucket of bench_hist_next() back, in any order; buckets that were
 * stored twice add up. min and max become the outer edges of the buckets, until
 * bench_hist_restore_range() says better.
 * Returns 0, or -EINVAL: lowest and highest are not the edges of one bucket, or
 * the count is 0 or would overflow the total; nothing is changed then. */
int bench_hist_restore(struct bench_hist *h,
		       const struct bench_hist_bucket *bucket);

/* Sets the exact @min and @max after all buckets are back.
 * Returns 0, or -EINVAL: they do not lie in the first and the last non-empty
 * bucket, or @h is empty; nothing is changed then. */
int bench_hist_restore_range(struct bench_hist *h, uint64_t min, uint64_t max);

#endif
