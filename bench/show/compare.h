/* SPDX-License-Identifier: MIT */
/*
 * Two or more results side by side.
 *
 * Results of one machine key: the first is the reference, and each cell that
 * both have is compared by its rounds as two independent sets (Mann-Whitney,
 * Hodges-Lehmann; Holm over the table). Results of unlike keys are never
 * pooled and no nanosecond of one is set against another's: ratios to the
 * baseline, multiples of the best swap, and ranks stand side by side.
 */
#ifndef BENCH_SHOW_COMPARE_H
#define BENCH_SHOW_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Results of one comparison, and what people call them; the caller's. */
struct bench_compare {
	size_t n;
	json_t **results;
	const char **names; /* the files' names */
};

/* Do all results carry the same machine key? */
bool bench_compare_is_alike(const struct bench_compare *c);

/*
 * The comparison as JSON, a new reference; NULL: out of memory.
 * {"schema": "ringswap-compare/1", "same-machine", "results": [...], "rows":
 * [...]}; docs/results-format.md describes the rows.
 */
json_t *bench_compare_json(const struct bench_compare *c);

/* Does it set any two numbers side by side? */
bool bench_compare_has_common(const json_t *comparison);

/* The JSON of bench_compare_json() as tables, every cell and name whole.
 * @width: columns of the terminal; 0: as wide as it needs to be */
void bench_compare_print(const json_t *comparison, unsigned int width,
			 FILE *to);

#endif
