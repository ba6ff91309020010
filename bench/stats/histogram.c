/* SPDX-License-Identifier: MIT */
/* The cold half of the histogram: reading, merging, storing. */
#include "bench/stats/histogram.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/stats/ranks.h"

/* From the system and back to it: an allocator would hand out what others have
 * used, and zero all of it, so that untouched pages would not stay absent. */
struct bench_hist *bench_hist_new(void)
{
	struct bench_hist *h = mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (h == MAP_FAILED)
		return NULL;
	h->min = UINT64_MAX;
	return h;
}

void bench_hist_free(struct bench_hist *h)
{
	if (h)
		munmap(h, sizeof(*h));
}

void bench_hist_reset(struct bench_hist *h)
{
	if (h->total) {
		size_t first = bench_hist_index(h->min);
		size_t last = bench_hist_index(h->max);

		memset(h->counts + first, 0,
		       (last - first + 1) * sizeof(h->counts[0]));
	}
	h->total = 0;
	h->min = UINT64_MAX;
	h->max = 0;
}

void bench_hist_merge(struct bench_hist *into, const struct bench_hist *from)
{
	if (!from->total)
		return;
	for (size_t i = bench_hist_index(from->min);
	     i <= bench_hist_index(from->max); i++)
		/* Adding nothing would make a page of zeros resident. */
		if (from->counts[i])
			into->counts[i] += from->counts[i];
	into->total += from->total;
	if (from->min < into->min)
		into->min = from->min;
	if (from->max > into->max)
		into->max = from->max;
}

/* The edges of bucket @i; its count is left alone. */
static void bucket_edges(size_t i, struct bench_hist_bucket *b)
{
	size_t power = i >> BENCH_HIST_BITS;
	size_t shift = power ? power - 1 : 0;
	uint64_t scaled = i - (shift << BENCH_HIST_BITS);

	b->lowest = scaled << shift;
	b->highest = b->lowest + ((UINT64_C(1) << shift) - 1);
}

static double bucket_midpoint(const struct bench_hist_bucket *b)
{
	return (double)b->lowest + (double)(b->highest - b->lowest) / 2;
}

bool bench_hist_next(const struct bench_hist *h, size_t *cursor,
		     struct bench_hist_bucket *out)
{
	size_t i, last;

	if (!h->total)
		return false;
	i = bench_hist_index(h->min);
	last = bench_hist_index(h->max);
	if (i < *cursor)
		i = *cursor;
	while (i <= last && !h->counts[i])
		i++;
	if (i > last)
		return false;
	bucket_edges(i, out);
	out->count = h->counts[i];
	*cursor = i + 1;
	return true;
}

double bench_hist_mean(const struct bench_hist *h)
{
	struct bench_hist_bucket b;
	size_t cursor = 0;
	double sum = 0;

	while (bench_hist_next(h, &cursor, &b))
		sum += bucket_midpoint(&b) * (double)b.count;
	return h->total ? sum / (double)h->total : 0;
}

uint64_t bench_hist_count_above(const struct bench_hist *h, uint64_t value)
{
	size_t cursor = bench_hist_index(value) + 1;
	struct bench_hist_bucket b;
	uint64_t above = 0;

	while (bench_hist_next(h, &cursor, &b))
		above += b.count;
	return above;
}

/* The bucket that holds the value of @rank (1 is the smallest), cut off at the
 * exact min and max, which are known themselves. Only for 1 <= @rank <= total. */
static struct bench_hist_bucket bucket_of_rank(const struct bench_hist *h,
					       uint64_t rank)
{
	struct bench_hist_bucket b = { 0 };
	uint64_t seen = 0;
	size_t cursor = 0;

	if (rank <= 1 || rank >= h->total) {
		b.lowest = b.highest = rank <= 1 ? h->min : h->max;
		return b;
	}
	while (seen < rank && bench_hist_next(h, &cursor, &b))
		seen += b.count;
	if (b.lowest < h->min)
		b.lowest = h->min;
	if (b.highest > h->max)
		b.highest = h->max;
	return b;
}

double bench_hist_value_at(const struct bench_hist *h, double q)
{
	struct bench_hist_bucket b;

	if (!h->total)
		return 0;
	b = bucket_of_rank(h, bench_stats_rank(h->total, q));
	return bucket_midpoint(&b);
}

int bench_hist_percentile(const struct bench_hist *h, double q, double alpha,
			  struct bench_hist_quantile *out)
{
	struct bench_stats_ranks ranks;
	int err = bench_stats_order_ranks(h->total, q, alpha, &ranks);

	if (err)
		return err;
	out->value = bench_hist_value_at(h, q);
	out->lo = bucket_of_rank(h, ranks.lo).lowest;
	out->hi = bucket_of_rank(h, ranks.hi).highest;
	out->level = ranks.level;
	out->n = h->total;
	return 0;
}

int bench_hist_restore(struct bench_hist *h,
		       const struct bench_hist_bucket *bucket)
{
	size_t i = bench_hist_index(bucket->lowest);
	struct bench_hist_bucket edges;

	bucket_edges(i, &edges);
	if (edges.lowest != bucket->lowest || edges.highest != bucket->highest)
		return -EINVAL;
	if (!bucket->count || bucket->count > UINT64_MAX - h->total)
		return -EINVAL;
	bench_hist_record_n(h, bucket->lowest, bucket->count);
	if (h->max < bucket->highest)
		h->max = bucket->highest;
	return 0;
}

int bench_hist_restore_range(struct bench_hist *h, uint64_t min, uint64_t max)
{
	if (!h->total || min > max)
		return -EINVAL;
	if (bench_hist_index(min) != bench_hist_index(h->min) ||
	    bench_hist_index(max) != bench_hist_index(h->max))
		return -EINVAL;
	h->min = min;
	h->max = max;
	return 0;
}
