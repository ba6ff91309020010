/* SPDX-License-Identifier: MIT */
/* result_numbers.c - histograms, summaries and percentiles as JSON. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/result_parts.h"
#include "bench/stats.h"

const double bench_percents[BENCH_PERCENTS] = { 50, 90, 99, 99.9, 99.99 };
const char *const bench_percent_names[BENCH_PERCENTS] = { "p50", "p90", "p99",
							  "p99.9", "p99.99" };

json_t *bench_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *bucket_json(const struct bench_hist_bucket *b)
{
	return json_pack("[I, I, I]", (json_int_t)b->lowest,
			 (json_int_t)b->highest, (json_int_t)b->count);
}

json_t *bench_result_hist_json(const struct bench_hist *h)
{
	json_t *buckets = json_array();
	struct bench_hist_bucket bucket;
	size_t cursor = 0;

	while (bench_hist_next(h, &cursor, &bucket))
		json_array_append_new(buckets, bucket_json(&bucket));
	if (!h->total)
		return json_pack("{s:i, s:n, s:n, s:o}", "n", 0, "min", "max",
				 "buckets", buckets);
	return json_pack("{s:I, s:I, s:I, s:o}", "n", (json_int_t)h->total,
			 "min", (json_int_t)h->min, "max", (json_int_t)h->max,
			 "buckets", buckets);
}

static int bucket_load(const json_t *json, struct bench_hist *into)
{
	struct bench_hist_bucket b;

	if (json_array_size(json) != 3)
		return -EINVAL;
	b.lowest = (uint64_t)json_integer_value(json_array_get(json, 0));
	b.highest = (uint64_t)json_integer_value(json_array_get(json, 1));
	b.count = (uint64_t)json_integer_value(json_array_get(json, 2));
	return bench_hist_restore(into, &b);
}

int bench_result_hist_load(const json_t *json, struct bench_hist *into)
{
	const json_t *buckets = json_object_get(json, "buckets");
	const json_t *min = json_object_get(json, "min");
	const json_t *max = json_object_get(json, "max");
	json_int_t total = json_integer_value(json_object_get(json, "n"));
	size_t size = json_array_size(buckets);

	for (size_t i = 0; i < size; i++) {
		int err = bucket_load(json_array_get(buckets, i), into);

		if (err)
			return err;
	}
	if (into->total != (uint64_t)total)
		return -EINVAL;
	if (!total)
		return 0;
	if (!json_is_integer(min) || !json_is_integer(max))
		return -EINVAL;
	return bench_hist_restore_range(into, (uint64_t)json_integer_value(min),
					(uint64_t)json_integer_value(max));
}

json_t *bench_summary_json(const double *values, size_t n, double alpha)
{
	struct bench_sign_interval s = { .lo = NAN, .hi = NAN };
	double median = NAN;

	if (bench_stats_sign_interval(values, n, alpha, 1, &s))
		s.lo = s.hi = NAN;
	bench_stats_median(values, n, &median);
	return json_pack("{s:o, s:o, s:o, s:I}", "median", bench_number(median),
			 "low", bench_number(s.lo), "high", bench_number(s.hi),
			 "n", (json_int_t)n);
}

const char *bench_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

double bench_get_number(const json_t *object, const char *path)
{
	const char *dot;
	char name[64];

	while ((dot = strchr(path, '.'))) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - path), path);
		object = json_object_get(object, name);
		path = dot + 1;
	}
	object = json_object_get(object, path);
	return json_is_number(object) ? json_number_value(object) : NAN;
}

const char *bench_writer_state(const json_t *cell)
{
	const char *state =
		bench_text(json_object_get(cell, "axes"), "writer-state");

	return state ? state : "saturated";
}

/* Controls of older results are the write's and do not say so. */
static bool speaks_for(const json_t *aa, const json_t *cell)
{
	const char *scenario = bench_text(aa, "scenario");
	const char *state = bench_text(aa, "writer-state");

	return !strcmp(scenario ? scenario : "write",
		       bench_text(cell, "scenario")) &&
	       !strcmp(bench_text(aa, "placement"),
		       bench_text(cell, "placement")) &&
	       !strcmp(state ? state : "saturated", bench_writer_state(cell));
}

const json_t *bench_aa_for(const json_t *list, const json_t *cell)
{
	const json_t *aa;
	size_t i;

	json_array_foreach (list, i, aa)
		if (speaks_for(aa, cell))
			return aa;
	return NULL;
}

void bench_set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

void bench_copy(json_t *to, const json_t *from, const char *name)
{
	json_t *value = json_object_get(from, name);

	bench_set(to, name, value ? json_incref(value) : json_null());
}

json_t *bench_part(json_t *object, const char *name)
{
	json_t *part = json_object_get(object, name);

	if (!part) {
		part = json_object();
		bench_set(object, name, part);
	}
	return part;
}

bool bench_is_usable(const char *status)
{
	return !strcmp(status, "ok") || !strcmp(status, "broken");
}
