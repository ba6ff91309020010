/* SPDX-License-Identifier: MIT */
/*
 * compact.h - a result as git keeps it: schema ringswap-compact/1, below 150 KB
 * for a whole `full` run.
 *
 *	json_t *compact;
 *
 *	if (!bench_compact(result, &compact, why, sizeof(why)))
 *		bench_result_write(compact, "results/m-1/x.json", ...);
 *
 * It keeps every cell with its state and its figures: summaries, percentiles
 * with their intervals, counts, ratios with their verdicts, all to five digits;
 * of the rounds the figures that comparisons and tables need; of distributions
 * coarse histograms. What it does not keep it says ("compact"). Values that many
 * cells have stand once. bench_result_load() reads it and makes of it what its
 * readers know; docs/results-format.md describes the file.
 *
 * Conventions: as result.h.
 */
#ifndef BENCH_RESULT_COMPACT_H
#define BENCH_RESULT_COMPACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define BENCH_COMPACT_SCHEMA "ringswap-compact/1"

/* No kept result is larger. */
#define BENCH_COMPACT_BYTES_MAX 150000u

/**
 * bench_compact() - the compact form of a result, whole or compact already
 *
 * Leaves out more, and says so, where it would be larger than
 * BENCH_COMPACT_BYTES_MAX. Errors: -ENOMEM; -EFBIG: it is larger whatever is
 * left out.
 */
int bench_compact(const json_t *result, json_t **out, char *why, size_t n);

/**
 * bench_compact_expand() - what readers know, of a compact form
 * @is_light: for who compares many: only the figures that comparisons read, of
 * distributions p50, p99 and p99.99, no histograms and no bins
 *
 * Takes apart @compact, which stays the caller's to release. -EINVAL: it is
 * none.
 */
int bench_compact_expand(json_t *compact, bool is_light, json_t **out,
			 char *why, size_t n);

/** bench_compact_is() - is this JSON one? */
bool bench_compact_is(const json_t *json);

#endif
