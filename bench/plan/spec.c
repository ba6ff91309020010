/* SPDX-License-Identifier: MIT */
/* spec.c - a block's spec as JSON, written and read. */
#include "bench/plan/spec.h"

#include <errno.h>
#include <stdio.h>

#define BLOCK_MS_MAX 60000u

json_t *bench_block_spec_json(const struct bench_block_spec *spec)
{
	return json_pack("{s:o,s:b,s:I,s:i}", "cell",
			 bench_cell_json(&spec->cell), "aa", spec->is_aa,
			 "seed", (json_int_t)spec->seed, "block-ms",
			 (int)spec->block_ms);
}

int bench_block_spec_parse(const json_t *json, struct bench_block_spec *spec,
			   char *why, size_t n)
{
	json_error_t error;
	json_int_t seed;
	json_t *cell;
	int is_aa, block_ms;
	int err;

	if (json_unpack_ex((json_t *)json, &error, JSON_STRICT,
			   "{s:o,s:b,s:I,s:i}", "cell", &cell, "aa", &is_aa,
			   "seed", &seed, "block-ms", &block_ms)) {
		snprintf(why, n, "block: %s", error.text);
		return -EINVAL;
	}
	if (block_ms < 0 || (unsigned int)block_ms > BLOCK_MS_MAX) {
		snprintf(why, n, "block: block-ms is 0..%u", BLOCK_MS_MAX);
		return -EINVAL;
	}
	err = bench_cell_from_json(cell, &spec->cell, why, n);
	if (err)
		return err;
	bench_cell_normalise(&spec->cell);
	spec->is_aa = is_aa;
	spec->seed = (uint64_t)seed;
	spec->block_ms = (unsigned int)block_ms;
	return bench_cell_check(&spec->cell, why, n);
}
