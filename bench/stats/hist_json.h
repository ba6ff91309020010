/* SPDX-License-Identifier: MIT */
/*
 * hist_json.h - a histogram as journals and results hold it:
 * {"n", "min", "max", "buckets": [[lowest, highest, count], ...]}.
 *
 * min and max are null in an empty one. Any thread; not from signal handlers.
 */
#ifndef BENCH_STATS_HIST_JSON_H
#define BENCH_STATS_HIST_JSON_H

#include <jansson.h>

#include "bench/stats/histogram.h"

/** bench_hist_json() - a new reference; NULL: out of memory */
json_t *bench_hist_json(const struct bench_hist *h);

/**
 * bench_hist_load() - add a histogram of JSON to an empty one
 *
 * 0, or -EINVAL: n is not the sum of the counts, a bucket is not one of
 * histogram.h, or min and max are not in the first and last of them.
 */
int bench_hist_load(const json_t *json, struct bench_hist *into);

#endif
