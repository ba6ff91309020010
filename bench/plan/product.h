/* SPDX-License-Identifier: MIT */
/*
 * A slice of a matrix, multiplied out: every value of one axis with every value
 * of the others. For the files that make matrices: their texts come from a file
 * (reading.c) or from flags (matrix.c, override.c).
 */
#ifndef BENCH_PLAN_PRODUCT_H
#define BENCH_PLAN_PRODUCT_H

#include "bench/plan/matrix.h"

/* Values of one axis of a slice. */
#define BENCH_FACTOR_VALUES 64

/* What is being read; errors point into text. */
struct bench_reading {
	struct bench_matrix *m;
	const char *path;
	const char *text;
	char *why;
	size_t n;
	unsigned int capacity;
};

/* One axis of a slice and its values, in text. */
struct bench_factor {
	const char *axis;
	unsigned int n;
	char values[BENCH_FACTOR_VALUES][BENCH_NAME];
	bool from_group[BENCH_FACTOR_VALUES]; /* brought by a group */
	bool is_floor[BENCH_FACTOR_VALUES]; /* by floors: membarrier is both */
};

struct bench_product {
	struct bench_factor *factors;
	unsigned int n;
	unsigned int block_ms;
};

/**
 * bench_reading_wrong() - say what is wrong, at the line of @word
 *
 * Returns -EINVAL, so that callers return in one line.
 */
__attribute__((format(printf, 3, 4))) int
bench_reading_wrong(const struct bench_reading *r, const char *word,
		    const char *format, ...);

/** bench_is_of_group() - does this one of these words stand for the strategy? */
bool bench_is_of_group(const char *word, const struct swap_strategy *s);

/**
 * bench_is_group() - does the word stand for several values of the axis? all,
 * sound, represents, floors: strategies; all: placements
 */
bool bench_is_group(const char *axis, const char *word);

/** bench_factor_add_group() - the strategies or floors of such a word */
int bench_factor_add_group(struct bench_reading *r, struct bench_factor *factor,
			   const char *word);

/** bench_factor_add_word() - a value, or what a group's word stands for */
int bench_factor_add_word(struct bench_reading *r, struct bench_factor *factor,
			  const char *word);

/**
 * bench_product_add_cells() - add all cells of the product around @point
 *
 * Cells that are there already are added once. -EINVAL (said), -ENOMEM.
 */
int bench_product_add_cells(struct bench_reading *r,
			    const struct bench_product *p,
			    const struct bench_cell *point);

#endif
