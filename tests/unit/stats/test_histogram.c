/* SPDX-License-Identifier: MIT */
/* The histogram loses no count, keeps its error bound over all 64 bits, and
 * merges and stores without a trace. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench/stats/histogram.h"
#include "bench/base/rng.h"

#define HOUR_NS UINT64_C(3600000000000)

static struct bench_hist *must_new(void)
{
	struct bench_hist *h = bench_hist_new();

	assert_non_null(h);
	return h;
}

static void assert_same(const struct bench_hist *a, const struct bench_hist *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

/* Spread evenly over the magnitudes, from 1 to 2^64 - 1. */
static uint64_t any_magnitude(struct bench_rng *rng)
{
	uint64_t bits = bench_rng_next(rng);

	return (bits | (UINT64_C(1) << 63)) >> bench_rng_below(rng, 64);
}

static void buckets_tile_all_64_bits(void **state)
{
	struct bench_hist *h = must_new();
	struct bench_hist_bucket b;
	uint64_t value = 0;
	size_t buckets = 0;

	(void)state;
	do {
		size_t cursor = 0;

		bench_hist_reset(h);
		bench_hist_record(h, value);
		assert_true(bench_hist_next(h, &cursor, &b));
		assert_int_equal(b.lowest, value);
		assert_int_equal(bench_hist_index(b.lowest), buckets);
		assert_int_equal(bench_hist_index(b.highest), buckets);
		assert_false(bench_hist_next(h, &cursor, &b));
		buckets++;
		value = b.highest + 1;
	} while (value);
	assert_int_equal(buckets, BENCH_HIST_BUCKETS);
	assert_true(b.highest == UINT64_MAX);
	bench_hist_free(h);
}

static void memory_is_bounded(void **state)
{
	(void)state;
	assert_true(sizeof(struct bench_hist) <= 500 * 1024);
}

/* What one value reads back as, when neither min nor max gives it away. */
static double read_back(struct bench_hist *h, uint64_t value)
{
	bench_hist_reset(h);
	bench_hist_record(h, 0);
	bench_hist_record(h, value);
	bench_hist_record(h, UINT64_MAX);
	return bench_hist_value_at(h, 0.5);
}

static void assert_within_bound(struct bench_hist *h, uint64_t value)
{
	long double error = fabsl((long double)read_back(h, value) - value);

	/* A double itself rounds by up to 2^-53. */
	assert_true(error <= (BENCH_HIST_ERROR + 0x1p-52) * (double)value);
	if (value < 2048)
		assert_true(error == 0);
}

static void error_is_within_its_bound_everywhere(void **state)
{
	struct bench_hist *h = must_new();
	struct bench_rng rng;

	(void)state;
	assert_true(BENCH_HIST_ERROR <= 0.0005);
	bench_rng_seed(&rng, 1);
	for (int bit = 0; bit < 64; bit++)
		for (int off = -2; off <= 2; off++)
			assert_within_bound(h, (UINT64_C(1) << bit) +
						       (uint64_t)(int64_t)off);
	for (int i = 0; i < 200; i++)
		assert_within_bound(h, any_magnitude(&rng));
	for (uint64_t v = 0; v < 5000; v += 7)
		assert_within_bound(h, v);
	assert_within_bound(h, HOUR_NS);
	assert_within_bound(h, 100 * HOUR_NS);
	bench_hist_free(h);
}

static void three_digits_are_told_apart(void **state)
{
	(void)state;
	for (uint64_t scale = 1; scale < UINT64_C(1000000000000); scale *= 10)
		for (uint64_t digits = 100; digits < 999; digits++)
			assert_true(bench_hist_index(digits * scale) <
				    bench_hist_index((digits + 1) * scale));
}

static int compare_values(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void quantiles_match_a_sorted_array(void **state)
{
	enum {
		N = 4321
	};
	struct bench_hist *h = must_new();
	uint64_t *values = malloc(N * sizeof(*values));
	struct bench_rng rng;

	(void)state;
	assert_non_null(values);
	bench_rng_seed(&rng, 2);
	for (int i = 0; i < N; i++) {
		values[i] = any_magnitude(&rng) >> 20;
		bench_hist_record(h, values[i]);
	}
	qsort(values, N, sizeof(*values), compare_values);
	for (int permille = 0; permille <= 1000; permille++) {
		/* ceil(q n) in integers. */
		size_t rank = ((size_t)permille * N + 999) / 1000;
		double want = (double)values[rank ? rank - 1 : 0];
		double got = bench_hist_value_at(h, permille / 1000.0);

		assert_true(fabs(got - want) <= want * BENCH_HIST_ERROR);
	}
	assert_true(bench_hist_value_at(h, 0) == (double)values[0]);
	assert_true(bench_hist_value_at(h, 1) == (double)values[N - 1]);
	free(values);
	bench_hist_free(h);
}

static void counts_min_max_mean_are_right(void **state)
{
	struct bench_hist *h = must_new();
	struct bench_rng rng;
	uint64_t min = UINT64_MAX, max = 0, above = 0;
	const uint64_t limit = 1000000;
	double sum = 0;

	(void)state;
	bench_rng_seed(&rng, 3);
	for (int i = 0; i < 50000; i++) {
		uint64_t v = any_magnitude(&rng) >> 24;

		bench_hist_record(h, v);
		min = v < min ? v : min;
		max = v > max ? v : max;
		sum += (double)v;
		above += bench_hist_index(v) > bench_hist_index(limit);
	}
	assert_int_equal(h->total, 50000);
	assert_int_equal(h->min, min);
	assert_int_equal(h->max, max);
	assert_true(fabs(bench_hist_mean(h) * 50000 - sum) <=
		    sum * BENCH_HIST_ERROR);
	assert_int_equal(bench_hist_count_above(h, limit), above);
	bench_hist_free(h);
}

static void count_above_spares_the_own_bucket(void **state)
{
	struct bench_hist *h = must_new();

	(void)state;
	for (uint64_t v = 0; v < 3000; v++)
		bench_hist_record(h, v);
	assert_int_equal(bench_hist_count_above(h, 0), 2999);
	assert_int_equal(bench_hist_count_above(h, 2047), 952);
	/* 2048 and 2049 share a bucket. */
	assert_int_equal(bench_hist_count_above(h, 2048), 950);
	assert_int_equal(bench_hist_count_above(h, 2049), 950);
	assert_int_equal(bench_hist_count_above(h, UINT64_MAX), 0);
	bench_hist_free(h);
}

static void record_n_is_n_times_record(void **state)
{
	struct bench_hist *many = must_new(), *once = must_new();

	(void)state;
	bench_hist_record_n(many, 77777, 0);
	assert_same(many, once);
	bench_hist_record_n(many, 12345678, 5);
	for (int i = 0; i < 5; i++)
		bench_hist_record(once, 12345678);
	assert_same(many, once);
	bench_hist_free(many);
	bench_hist_free(once);
}

static void empty_histogram_reads_zero(void **state)
{
	struct bench_hist *h = must_new();
	struct bench_hist_quantile p;
	struct bench_hist_bucket b;
	size_t cursor = 0;

	(void)state;
	assert_true(bench_hist_value_at(h, 0.5) == 0);
	assert_true(bench_hist_mean(h) == 0);
	assert_int_equal(bench_hist_count_above(h, 0), 0);
	assert_false(bench_hist_next(h, &cursor, &b));
	assert_int_equal(bench_hist_percentile(h, 0.5, 0.05, &p), -ENODATA);
	bench_hist_free(h);
}

static void merge_equals_recording_all(void **state)
{
	struct bench_hist *all = must_new(), *sum = must_new();
	struct bench_hist *part = must_new();
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 4);
	for (int run = 0; run < 7; run++) {
		bench_hist_reset(part);
		for (int i = 0; i < run * 1000; i++) {
			uint64_t v = any_magnitude(&rng) >> (run * 8);

			bench_hist_record(part, v);
			bench_hist_record(all, v);
		}
		bench_hist_merge(sum, part); /* run 0: an empty one */
	}
	assert_same(sum, all);
	bench_hist_free(all);
	bench_hist_free(sum);
	bench_hist_free(part);
}

static size_t resident_pages(struct bench_hist *h)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	size_t pages = (sizeof(*h) + page - 1) / page;
	unsigned char *in_core = calloc(pages, 1);

	assert_non_null(in_core);
	assert_int_equal(mincore(h, sizeof(*h), in_core), 0);
	for (size_t i = 0; i < pages; i++)
		n += in_core[i] & 1;
	free(in_core);
	return n;
}

/* Pooled histograms are many, and must not take 440 KiB each. */
static void only_counted_pages_are_resident(void **state)
{
	struct bench_hist *used = must_new(), *part = must_new(), *sum;

	(void)state;
	for (size_t i = 0; i < BENCH_HIST_BUCKETS; i++)
		used->counts[i] = 1;
	bench_hist_free(used);
	sum = must_new();
	bench_hist_record(part, 1);
	bench_hist_record(part, HOUR_NS);
	bench_hist_merge(sum, part);
	assert_in_range(resident_pages(sum), 1, 2);
	bench_hist_free(part);
	bench_hist_free(sum);
}

static void reset_leaves_no_trace(void **state)
{
	struct bench_hist *used = must_new(), *fresh = must_new();
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 5);
	for (int i = 0; i < 10000; i++)
		bench_hist_record(used, any_magnitude(&rng));
	bench_hist_reset(used);
	assert_same(used, fresh);
	bench_hist_free(used);
	bench_hist_free(fresh);
}

static size_t collect(const struct bench_hist *h, struct bench_hist_bucket *out)
{
	size_t n = 0, cursor = 0;

	while (bench_hist_next(h, &cursor, &out[n]))
		n++;
	return n;
}

static void sparse_storage_gives_all_back(void **state)
{
	struct bench_hist *h = must_new(), *back = must_new();
	struct bench_hist_bucket *buckets = calloc(2001, sizeof(*buckets));
	unsigned int order[2000];
	struct bench_rng rng;
	size_t n;

	(void)state;
	assert_non_null(buckets);
	bench_rng_seed(&rng, 6);
	for (int i = 0; i < 2000; i++)
		bench_hist_record_n(h, any_magnitude(&rng), 1 + i % 9);
	n = collect(h, buckets);
	assert_in_range(n, 1000, 2000);
	for (unsigned int i = 0; i < n; i++)
		order[i] = i;
	bench_rng_shuffle(&rng, order, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bench_hist_restore(back, &buckets[order[i]]),
				 0);
	assert_int_equal(bench_hist_restore_range(back, h->min, h->max), 0);
	assert_same(back, h);
	free(buckets);
	bench_hist_free(h);
	bench_hist_free(back);
}

static void damaged_storage_is_refused(void **state)
{
	static const struct bench_hist_bucket bad[] = {
		{ .lowest = 2049, .highest = 2049, .count = 1 },
		{ .lowest = 2048, .highest = 2048, .count = 1 },
		{ .lowest = 2048, .highest = 2050, .count = 1 },
		{ .lowest = 10, .highest = 9, .count = 1 },
		{ .lowest = 10, .highest = 10, .count = 0 },
		{ .lowest = 10, .highest = 10, .count = UINT64_MAX },
	};
	struct bench_hist *h = must_new(), *before = must_new();

	(void)state;
	assert_int_equal(bench_hist_restore_range(h, 0, 0), -EINVAL);
	bench_hist_record(h, 500000);
	bench_hist_record(before, 500000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bench_hist_restore(h, &bad[i]), -EINVAL);
	assert_int_equal(bench_hist_restore_range(h, 1, 500000), -EINVAL);
	assert_int_equal(bench_hist_restore_range(h, 500000, 501000), -EINVAL);
	assert_int_equal(bench_hist_restore_range(h, 500001, 500000), -EINVAL);
	assert_same(h, before);
	bench_hist_free(h);
	bench_hist_free(before);
}

static void percentiles_need_their_support(void **state)
{
	static const struct {
		double q;
		uint64_t needed;
	} rows[] = { { 0.5, 6 }, { 0.99, 368 }, { 0.999, 3688 } };
	struct bench_hist *h = must_new();
	struct bench_hist_quantile p;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		bench_hist_reset(h);
		for (uint64_t v = 1; v < rows[i].needed; v++)
			bench_hist_record(h, v);
		assert_int_equal(bench_hist_percentile(h, rows[i].q, 0.05, &p),
				 -ENODATA);
		bench_hist_record(h, rows[i].needed);
		assert_int_equal(bench_hist_percentile(h, rows[i].q, 0.05, &p),
				 0);
		assert_int_equal(p.hi, rows[i].needed);
		assert_true(p.level >= 0.95);
		assert_true(p.lo <= p.value && p.value <= p.hi);
		assert_int_equal(p.n, rows[i].needed);
	}
	assert_int_equal(bench_hist_percentile(h, 1, 0.05, &p), -EINVAL);
	assert_int_equal(bench_hist_percentile(h, 0.5, 0, &p), -EINVAL);
	bench_hist_free(h);
}

/* Exponential latencies with a known p99: the interval must hold it as often
 * as it says, neither less nor (it has one value's resolution) much more. */
static void percentile_interval_covers_as_promised(void **state)
{
	enum {
		REPEATS = 3000,
		N = 1000
	};
	const double scale = 1e6, truth = scale * log(100);
	struct bench_hist *h = must_new();
	struct bench_hist_quantile p;
	struct bench_rng rng;
	int covered = 0;

	(void)state;
	bench_rng_seed(&rng, 7);
	for (int r = 0; r < REPEATS; r++) {
		bench_hist_reset(h);
		for (int i = 0; i < N; i++)
			bench_hist_record(
				h, (uint64_t)(-scale *
					      log1p(-bench_rng_double(&rng))));
		assert_int_equal(bench_hist_percentile(h, 0.99, 0.05, &p), 0);
		covered += (double)p.lo <= truth && truth <= (double)p.hi;
	}
	assert_true(fabs((double)covered / REPEATS - p.level) <
		    4 * sqrt(p.level * (1 - p.level) / REPEATS));
	bench_hist_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_tile_all_64_bits),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(error_is_within_its_bound_everywhere),
		cmocka_unit_test(three_digits_are_told_apart),
		cmocka_unit_test(quantiles_match_a_sorted_array),
		cmocka_unit_test(counts_min_max_mean_are_right),
		cmocka_unit_test(count_above_spares_the_own_bucket),
		cmocka_unit_test(record_n_is_n_times_record),
		cmocka_unit_test(empty_histogram_reads_zero),
		cmocka_unit_test(merge_equals_recording_all),
		cmocka_unit_test(only_counted_pages_are_resident),
		cmocka_unit_test(reset_leaves_no_trace),
		cmocka_unit_test(sparse_storage_gives_all_back),
		cmocka_unit_test(damaged_storage_is_refused),
		cmocka_unit_test(percentiles_need_their_support),
		cmocka_unit_test(percentile_interval_covers_as_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
