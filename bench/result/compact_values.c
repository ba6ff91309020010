/* SPDX-License-Identifier: MIT */
/* compact_values.c - figures as a compact result holds them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/compact_parts.h"

const char *const bench_compact_bins[4] = { "t-us", "n", "median-ns",
					    "p99-ns" };

/* ---- Numbers ---- */

static json_t *rounded(double value, int digits)
{
	char text[32];
	double number;

	if (!isfinite(value))
		return json_null();
	snprintf(text, sizeof(text), "%.*g", digits, value);
	number = strtod(text, NULL);
	if (number == floor(number) && fabs(number) < 1e6)
		return json_integer((json_int_t)number);
	return json_real(number);
}

json_t *compact_number(const json_t *value, int digits)
{
	return json_is_real(value) ? rounded(json_real_value(value), digits)
				   : bench_or_null((json_t *)value);
}

void compact_numbers(json_t *list, const json_t *of, const char *const names[],
		     int digits)
{
	for (; *names; names++)
		json_array_append_new(
			list,
			compact_number(json_object_get(of, *names), digits));
}

/* ---- Distributions ---- */

unsigned int bench_compact_step(uint64_t value)
{
	unsigned int e;

	if (value < 2)
		return (unsigned int)value;
	e = 63 - (unsigned int)__builtin_clzll(value);
	return 2 * e + (unsigned int)(value >> (e - 1) & 1);
}

uint64_t bench_compact_middle(unsigned int step)
{
	if (step < 2)
		return step;
	return ((uint64_t)(2 + step % 2) << (step / 2 - 1)) +
	       (UINT64_C(1) << (step / 2 - 1)) / 2;
}

static void count_steps(const json_t *histogram, uint64_t *counts)
{
	const json_t *bucket;
	size_t i;

	json_array_foreach (json_object_get(histogram, "buckets"), i, bucket) {
		json_int_t low = json_integer_value(json_array_get(bucket, 0));
		json_int_t high = json_integer_value(json_array_get(bucket, 1));
		uint64_t middle = (uint64_t)low + (uint64_t)(high - low) / 2;

		counts[bench_compact_step(middle)] +=
			(uint64_t)json_integer_value(json_array_get(bucket, 2));
	}
}

/* The counts of the steps from 0 on; a number below 0: so many steps without
 * any. */
static json_t *steps_json(const json_t *histogram)
{
	uint64_t counts[BENCH_COMPACT_STEPS] = { 0 };
	json_t *list = json_array();
	json_int_t empty = 0;

	count_steps(histogram, counts);
	for (unsigned int step = 0; step < BENCH_COMPACT_STEPS; step++) {
		if (!counts[step]) {
			empty++;
			continue;
		}
		if (empty)
			json_array_append_new(list, json_integer(-empty));
		json_array_append_new(list, bench_count(counts[step]));
		empty = 0;
	}
	return list;
}

/* A figure that stands beside others and not for itself: its value alone. */
bool compact_has_interval(enum bench_figure figure)
{
	static const enum bench_figure without[] = {
		BENCH_FIGURE_WRITER_ATTEMPTED_PER_S,
		BENCH_FIGURE_WRITER_COMMITTED_PER_S,
		BENCH_FIGURE_SWAP_EXCHANGE,
		BENCH_FIGURE_SWAP_RECYCLE,
		BENCH_FIGURE_SCALING_SKEW,
	};

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (without[i] == figure)
			return false;
	return true;
}

/* [ns, low, high], or [ns], and 1 where the interval is over values; null: too
 * few */
static json_t *percentile_json(enum bench_figure figure, const json_t *p)
{
	static const char *const names[] = { "ns", "low", "high", NULL };
	const char *over = bench_text(p, "over");
	json_t *list;

	if (!json_is_number(json_object_get(p, "ns")))
		return json_null();
	if (!compact_has_interval(figure))
		return compact_number(json_object_get(p, "ns"), COMPACT_DIGITS);
	list = json_array();
	compact_numbers(list, p, names, COMPACT_DIGITS);
	if (over && !strcmp(over, "values"))
		json_array_append_new(list,
				      json_integer(BENCH_COMPACT_OVER_VALUES));
	return list;
}

/* [n, min, max, mean, [percentiles], histogram] */
static json_t *distribution_json(enum bench_figure figure, const json_t *dist,
				 bool with_histogram)
{
	static const char *const names[] = { "n", "min", "max", "mean", NULL };
	const json_t *histogram = json_object_get(dist, "histogram");
	json_t *list = json_array(), *percentiles = json_array();
	const json_t *p;
	size_t i;

	compact_numbers(list, dist, names, COMPACT_DIGITS);
	json_array_foreach (json_object_get(dist, "percentiles"), i, p)
		json_array_append_new(percentiles, percentile_json(figure, p));
	json_array_append_new(list, percentiles);
	if (histogram && with_histogram)
		json_array_append_new(list, steps_json(histogram));
	return list;
}

/* ---- Others ---- */

/* [median, low, high, n], or without the interval; and without n where it is
 * the number of rounds. */
static json_t *summary_json(enum bench_figure figure, const json_t *summary,
			    size_t rounds)
{
	static const char *const names[] = { "median", "low", "high", NULL };
	static const char *const one[] = { "median", NULL };
	json_t *n = json_object_get(summary, "n"), *list = json_array();

	if (compact_has_interval(figure))
		compact_numbers(list, summary, names, COMPACT_EXACT);
	else
		compact_numbers(list, summary, one, COMPACT_DIGITS);
	if (json_integer_value(n) != (json_int_t)rounds)
		json_array_append(list, n);
	return list;
}

/* [value, how often, ...] of a member of the bins, each divided by a scale. */
static json_t *runs_json(const json_t *bins, const char *name, double scale)
{
	json_t *list = json_array(), *before = NULL;
	json_int_t run = 0;
	const json_t *bin;
	size_t i;

	json_array_foreach (bins, i, bin) {
		json_t *value = rounded(
			scale > 1 ? round(bench_get_number(bin, name) / scale)
				  : bench_get_number(bin, name),
			/* digits */ 3);

		if (before && json_equal(before, value)) {
			json_decref(value);
			run++;
			continue;
		}
		if (before)
			json_array_append_new(list, json_integer(run));
		json_array_append_new(list, value);
		before = value;
		run = 1;
	}
	if (before)
		json_array_append_new(list, json_integer(run));
	return list;
}

/* The power of ten that leaves three digits of the greatest count. */
static double scale_of(const json_t *bins)
{
	double most = 0, scale = 1;
	const json_t *bin;
	size_t i;

	json_array_foreach (bins, i, bin)
		most = fmax(most, bench_get_number(bin, "n"));
	while (most / scale >= 999.5)
		scale *= 10;
	return scale;
}

/* [first t-us, step, scale, n, median, p99]: the last three in runs, n in
 * multiples of scale */
static json_t *series_json(const json_t *bins)
{
	double first = bench_get_number(json_array_get(bins, 0), "t-us");
	double second = bench_get_number(json_array_get(bins, 1), "t-us");
	double scale = scale_of(bins);

	return json_pack("[o, o, I, o, o, o]", bench_number(first),
			 bench_number(second - first), (json_int_t)scale,
			 runs_json(bins, bench_compact_bins[1], scale),
			 runs_json(bins, bench_compact_bins[2], 1),
			 runs_json(bins, bench_compact_bins[3], 1));
}

json_t *compact_figure(enum bench_figure figure, const json_t *value,
		       bool with_histogram, size_t rounds)
{
	switch (bench_figure_info(figure)->kind) {
	case BENCH_KIND_VALUE:
		return summary_json(figure, value, rounds);
	case BENCH_KIND_DIST:
		return distribution_json(figure, value, with_histogram);
	case BENCH_KIND_SERIES:
		return series_json(value);
	default:
		return compact_number(value, COMPACT_DIGITS);
	}
}
