/* SPDX-License-Identifier: MIT */
/*
 * spec.h - what one block is asked to measure.
 *
 *	struct bench_block_spec spec;
 *
 *	if (bench_block_spec_parse(json, &spec, why, sizeof(why)))
 *		die(why);
 *
 * A run writes one for every block and hands it to a fresh process, which reads
 * it again. Its JSON is the first part of a block in docs/block-format.md.
 */
#ifndef BENCH_PLAN_SPEC_H
#define BENCH_PLAN_SPEC_H

#include <jansson.h>

#include "bench/plan/cell.h"

struct bench_block_spec {
	struct bench_cell cell; /* normalised, its placement resolved */
	bool is_aa;		/* its baseline is the cell itself, once more */
	uint64_t seed;
	unsigned int block_ms; /* measured time */
};

/** bench_block_spec_json() - as it is handed to the process; a new reference */
json_t *bench_block_spec_json(const struct bench_block_spec *spec);

/**
 * bench_block_spec_parse() - the inverse
 *
 * Puts the cell in its normal form and checks it. 0, or a reason and -EINVAL:
 * members that are missing, of another type or unknown, a time above a minute,
 * axes that do not fit together; -ENOENT: no such axis.
 */
int bench_block_spec_parse(const json_t *json, struct bench_block_spec *spec,
			   char *why, size_t n);

#endif
