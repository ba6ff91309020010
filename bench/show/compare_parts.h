/* SPDX-License-Identifier: MIT */
/*
 * What the sources of a comparison share, and nobody else.
 *
 * A result is read once (compare_read.c): of each cell what comparisons need
 * stays, the result may go. Cells of one name in several results form a row,
 * rows that differ in their strategy alone a group, which is a table. Then
 * compare_before.c judges one machine before and after, compare_across.c sets
 * machines side by side; compare_text.c, compare_json.c and compare_csv.c write
 * what came of it.
 */
#ifndef BENCH_SHOW_COMPARE_PARTS_H
#define BENCH_SHOW_COMPARE_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/result/view.h"
#include "bench/show/compare.h"

#define COMPARE_ALPHA	  0.05
#define COMPARE_THRESHOLD 0.03

struct compare_number {
	double value, low, high; /* NaN: none */
};

/* ---- What is read (compare_read.c) ---- */

/* A figure that stands for a cell of a scenario. */
struct compare_measure {
	const char *scenario;
	bool is_cost; /* the writer's, bench_view_cost(): figure is not said */
	enum bench_figure figure;
	double percent; /* of a distribution */
	const char *words;
};

#define COMPARE_MEASURES 7
extern const struct compare_measure compare_measures[COMPARE_MEASURES];

/* No scenario has more. */
#define COMPARE_CELL_VALUES 2

struct compare_value {
	int measure; /* of compare_measures; -1: none */
	struct compare_number number;
	double *rounds;
	size_t n;
};

/* Texts are the comparison's. */
struct compare_cell {
	const char *id, *strategy, *kind, *placement, *status, *why;
	bool is_auto; /* the placement was chosen by the machine */
	bool has_numbers;
	bool is_rival; /* a candidate with numbers */
	double reach;  /* how far identical code was from 1; NaN: no verdict */
	struct compare_number ratio; /* to the baseline */
	double added;		     /* ns per event more than the baseline */
	struct compare_value values[COMPARE_CELL_VALUES];
};

struct compare_result {
	const char *name, *key;
	json_t *facts; /* machine, build, run and marks, as a result has */
	const char *left_out; /* why nothing of it is compared; NULL */
	bool is_quiet;	      /* every A/A control passed */
	bool is_attempted;    /* an older run's ratios are left out */
	struct compare_cell *cells;
	size_t n;
};

/* Cells of one name: "scenario/strategy/placement/axes", the placement "auto"
 * where the machine chose it. */
struct compare_row {
	const char *key, *strategy, *kind;
	size_t group;
	int *cells; /* of each of the first n results its cell; -1: none */
	size_t n;
};

struct compare_group {
	const char *name, *scenario;
	size_t *rows;
	size_t n;
};

struct bench_compare {
	json_t *words; /* every text once */
	struct compare_result *results;
	size_t n;
	struct compare_row *rows;
	size_t n_rows;
	json_t *row_of; /* key: number */
	struct compare_group *groups;
	size_t n_groups;
	json_t *group_of;
	json_t *before; /* rows of one machine, once they are judged */
	bool failed;	/* out of memory */
};

/* A text of the comparison's own that is the same. */
const char *compare_word(struct bench_compare *c, const char *text);

/* The cell of a row in a result; NULL: it has none, or is left out. */
const struct compare_cell *compare_cell(const struct bench_compare *c,
					const struct compare_row *row,
					size_t result);

/* ---- One machine (compare_before.c) ---- */

/* Every cell against the same of the first result: the rows as JSON, judged;
 * borrowed. NULL: out of memory. */
json_t *compare_before(struct bench_compare *c);

/* ---- Several machines (compare_across.c) ---- */

enum compare_cost {
	COMPARE_WRITER,	 /* ratio to the baseline */
	COMPARE_SWAP,	 /* p50 until safe, multiple of the best candidate */
	COMPARE_SCALING, /* p50 of a snapshot of all, likewise */
	COMPARE_COSTS
};

/* "writer's cost, ..." */
const char *compare_cost_words(enum compare_cost cost);

/* What one result says of a row. */
struct compare_side {
	const struct compare_cell *cell; /* NULL: not in it */
	struct compare_number cost;	 /* NaN: it has none */
	int rank;			 /* 1 is the cheapest; 0: none */
};

void compare_side(const struct bench_compare *c, const struct compare_row *row,
		  size_t result, enum compare_cost cost,
		  struct compare_side *out);

/* Does any row of the group have a cost in two results? */
bool compare_group_has(const struct bench_compare *c,
		       const struct compare_group *g, enum compare_cost cost);

/* May this row have one? The baseline has none, nor what has no ratio. */
bool compare_row_has(const struct bench_compare *c,
		     const struct compare_row *row, enum compare_cost cost);

/* A row over all results. */
struct compare_spread {
	size_t n;	 /* results with a cost */
	size_t first;	 /* in how many it is the cheapest */
	int best, worst; /* ranks; 0: none */
	double median;
	struct compare_number least, most;
	size_t where_least, where_most;
	double apart; /* most / least where their intervals are apart; else 1 */
};

void compare_spread(const struct bench_compare *c,
		    const struct compare_row *row, enum compare_cost cost,
		    struct compare_spread *out);

/* Two strategies of a group that change places: on some results the first is
 * dearer beyond the intervals, on others the second. */
struct compare_move {
	const struct compare_row *a, *b;
	size_t dearer, cheaper; /* results where a is so */
	double most, least;	/* of a's cost by b's */
	size_t where_most, where_least;
};

/* The moves of a group, the largest first; the caller frees. */
struct compare_move *compare_moves(const struct bench_compare *c,
				   const struct compare_group *g,
				   enum compare_cost cost, size_t *n);

/* ---- What differs between the machines (compare_facts.c) ---- */

struct compare_fact {
	const char *title, *path;
};

extern const struct compare_fact compare_facts[];
extern const size_t compare_fact_count;

/* What a result says of a fact, "unknown" where it does not. */
const char *compare_fact(const struct compare_result *r,
			 const struct compare_fact *fact, char *text, size_t n);

/* Is it the same in all results that are compared? */
bool compare_fact_differs(const struct bench_compare *c,
			  const struct compare_fact *fact);

/* Mitigations that differ: object, name to a list of values by result. */
json_t *compare_mitigations(const struct bench_compare *c);

/* One line for each thing that makes results unlike beside their machines; an
 * array of texts. */
json_t *compare_notes(const struct bench_compare *c);

/* [{"id", "result", "reason"}]: what a result lacks of what others have. */
json_t *compare_left_out(const struct bench_compare *c);

/* ---- Writing ---- */

/* "A", ..., "Z", then "27": what a result is called in a table. */
const char *compare_letter(size_t result, char text[24]);

/* The table that stands for a scenario: the default point where it is there,
 * else the first with the most rows. NULL: none. */
const struct compare_group *compare_main_group(const struct bench_compare *c,
					       const char *scenario,
					       enum compare_cost cost);

void compare_text(struct bench_compare *c,
		  const struct bench_compare_options *o, FILE *to);
void compare_csv(struct bench_compare *c, FILE *to);

#endif
