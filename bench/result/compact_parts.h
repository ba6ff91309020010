/* SPDX-License-Identifier: MIT */
/* What compact.c, compact_values.c and expand.c share, and nobody else. */
#ifndef BENCH_RESULT_COMPACT_PARTS_H
#define BENCH_RESULT_COMPACT_PARTS_H

#include <stdint.h>

#include "bench/result/compact.h"
#include "bench/result/parts.h"

/*
 * A compact cell:
 *	{"id", "like": [three places], "values": [...], "rounds": [[...], ...],
 *	 "ratio": [...], "own-floor": [...]}
 * A place is an index into the file's "shared", where each value stands once.
 * What the three of a cell hold are lists of places, LIKES in all.
 */

/* What these are the places of. */
enum compact_like {
	LIKE_STATE, /* object: kind, sound, status, reason */
	LIKE_AXES,  /* object: where it differs from the file's "axes"; null: it
			 lacks that one */
	LIKE_BLOCKS,   /* as in a cell; null: it has none */
	LIKE_PUS,      /* likewise */
	LIKE_MEMORY,   /* likewise */
	LIKE_COUNTERS, /* likewise */
	LIKE_ROUNDS,   /* object: "round" and "status" of each */
	LIKE_FIGURES,  /* list of places of paths: what "values" are of */
	LIKE_SAME,     /* pairs of such places: the first is as the second */
	LIKE_ZERO,     /* list of such places: counts of 0 */
	LIKE_COLUMNS,  /* list of keys: what the lists of "rounds" are of */
	LIKES
};

/* The three lists: where each begins. */
#define LIKE_LISTS 3
extern const int bench_compact_like[LIKE_LISTS + 1];

/* The members of a cell that LIKE_BLOCKS to LIKE_COUNTERS are, and those of
 * LIKE_STATE. */
extern const char *const bench_compact_members[LIKES];
extern const char *const bench_compact_state[];
extern const char *const bench_compact_added[]; /* of added-ns */

/* Members of a ratio: the numbers of its own, and those that ratios share. */
extern const char *const bench_compact_ratio_own[];
extern const char *const bench_compact_ratio_shared[];
extern const char *const bench_compact_floor_numbers[];

/* Of a distribution's percentile "over" is 0, rounds, or 1, values. */
#define BENCH_COMPACT_OVER_VALUES 1

/* ---- Numbers (compact_values.c) ---- */

/* A fraction to some digits, anything else as it is; null: not finite. */
json_t *compact_number(const json_t *value, int digits);

/* Members of these names, ended by NULL, at the end of a list. */
void compact_numbers(json_t *list, const json_t *of, const char *const names[],
		     int digits);

/* What a compact file holds of a figure of a cell with so many rounds; a new
 * reference. */
json_t *compact_figure(enum bench_figure figure, const json_t *value,
		       bool with_histogram, size_t rounds);

/* Does a compact file hold intervals of it? */
bool compact_has_interval(enum bench_figure figure);

/* The four columns of a series: the members of its bins. */
extern const char *const bench_compact_bins[4];

/* ---- Rounds (compact_rounds.c) ---- */

/* So many figures of the rounds may be kept; the first is the ratio. */
extern const size_t compact_round_figures;

/* The first @most of them as columns, the names of those that the cell has at
 * the end of @keys; a column that equals an earlier one is its number. */
json_t *compact_columns(const json_t *cell, size_t most, json_t *keys);

/* Numbers and states of the rounds, which most cells have alike. */
json_t *compact_plan(const json_t *rounds);

/* ---- Digits ---- */

/* Digits of fractions; more where tables print three of them beside an
 * interval and a verdict. */
#define COMPACT_DIGITS 4
#define COMPACT_EXACT  6

/* ---- Coarse histograms: two steps for each power of two ---- */

/* The step of a value, and a step's middle. */
unsigned int bench_compact_step(uint64_t value);
uint64_t bench_compact_middle(unsigned int step);

/* No value has a higher one. */
#define BENCH_COMPACT_STEPS 128

#endif
