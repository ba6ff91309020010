/* SPDX-License-Identifier: MIT */
/* hist_json.c - histograms written to JSON and read back. */
#include "bench/stats/hist_json.h"

#include <errno.h>

static json_t *bucket_json(const struct bench_hist_bucket *b)
{
	return json_pack("[I, I, I]", (json_int_t)b->lowest,
			 (json_int_t)b->highest, (json_int_t)b->count);
}

json_t *bench_hist_json(const struct bench_hist *h)
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

int bench_hist_load(const json_t *json, struct bench_hist *into)
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
