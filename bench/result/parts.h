/* SPDX-License-Identifier: MIT */
/* What the sources of bench/result share, and nobody else. */
#ifndef BENCH_RESULT_PARTS_H
#define BENCH_RESULT_PARTS_H

#include <jansson.h>
#include <stdio.h>

#include "bench/base/json.h"
#include "bench/base/why.h"
#include "bench/result/figures.h"
#include "bench/result/journal.h"
#include "bench/result/result.h"
#include "bench/stats/hist_json.h"

/* ---- Shapes: what a JSON value must look like ---- */

enum shape_kind {
	SHAPE_END, /* of a list of members */
	SHAPE_ANY,
	SHAPE_STRING,
	SHAPE_INTEGER,
	SHAPE_NUMBER,
	SHAPE_BOOL,
	SHAPE_OBJECT,  /* of: its members */
	SHAPE_ARRAY,   /* of: its element */
	SHAPE_MAP,     /* any names; of: every value */
	SHAPE_FIGURES, /* no member: every figure below; of: one each kind */
};

#define SHAPE_OPTIONAL 1u  /* may be absent */
#define SHAPE_NULL     2u  /* may be null */
#define SHAPE_SIGNED   4u  /* a number below 0 is fine */
#define SHAPE_NAME     8u  /* a string: bench_is_name() */
#define SHAPE_ID       16u /* a string: the id of a cell */
#define SHAPE_TITLE    32u /* a string: as long as a name */

struct shape {
	const char *name; /* of the member; NULL for elements */
	enum shape_kind kind;
	unsigned int flags;
	const struct shape *of;
	const char *words; /* strings: the ones allowed, "a|b|c"; NULL: any */
	/* Further conditions; says in text what should be. Optional. */
	int (*more)(const json_t *value, char *text, size_t n);
};

/* Compare @value with @shape; *why gets "path: is ..., should be ...". */
int bench_shape_check(const json_t *value, const struct shape *shape,
		      const char *path, char *why, size_t n);

extern const struct shape bench_journal_header_shape;
extern const struct shape bench_journal_line_shape;
extern const struct shape bench_journal_block_shape;
extern const struct shape bench_result_shape;
extern const struct shape bench_statistics_shape; /* member of a result */

/* ---- Reading ---- */

/* Open a regular file of at most @most bytes; a pipe would hold us up. */
int bench_result_open_file(const char *path, off_t most, FILE **out, char *why,
			   size_t n);

/* What jansson has against a text; -ENOMEM, or -EINVAL. */
int bench_result_parse_error(const char *where, json_error_t *e, char *why,
			     size_t n);

/* Is it of the version that this build reads? 0 or -EINVAL. */
int bench_result_check_schema(const json_t *json, const char *reads, char *why,
			      size_t n);

/* ---- Agreement: does a file contradict itself? ---- */

/* What a journal has said so far. Zeroed: nothing. */
struct bench_agree {
	json_t *cells;	     /* of the plan */
	size_t rounds;	     /* planned */
	unsigned char *seen; /* by cell and round: has its block */
	bool is_over;	     /* stopped or ended, and not resumed */
};

/* Shapes are right already. 0, or a reason and -EINVAL; -ENOMEM. */
int bench_agree_header(struct bench_agree *a, const json_t *header, char *why,
		       size_t n);
int bench_agree_line(struct bench_agree *a, const json_t *line, char *why,
		     size_t n);
int bench_agree_result(const json_t *result, char *why, size_t n);
void bench_agree_free(struct bench_agree *a);

/* ---- Journals ---- */

/* bench_result_build(), which also tells how far the run is; @sum may be
 * NULL. */
int bench_result_of_journal(const char *path,
			    const struct bench_result_options *options,
			    struct bench_journal_summary *sum, json_t **out,
			    char *why, size_t n);

/* ---- Numbers ---- */

/* {"median", "low", "high", "n"} of values; low and high null if too few. */
json_t *bench_summary_json(const double *values, size_t n, double alpha);

/* ---- Cells ---- */

/* The state of a cell's writer; "saturated" where it does not say. */
const char *bench_writer_state(const json_t *cell);

/* Of a result's A/A controls the one that a cell's verdict is held against:
 * its scenario's, where it stands and in its writer's state. NULL: none. */
const json_t *bench_aa_for(const json_t *list, const json_t *cell);

/* Are the numbers of a block with this status to be used? */
bool bench_is_usable(const char *status);

/* ---- Traits ---- */

/* Give a journal's header, or a result, that is older than descriptors those of
 * its time. One that has its own is left as it is. */
void bench_legacy_describe(json_t *of);

/* Older runs added up two floors that were measured by themselves. What the
 * processor overlaps costs less than that: the sum is no limit. */
bool bench_is_sum(const json_t *bound);

/* Take the limits that are such sums out of a result, and the ratio that a
 * baseline had to its floor beside the one of its own floor. */
void bench_legacy_drop_limits(json_t *result);

/* Of builds that judged a writer with swaps by the events that it attempted:
 * judge it by those that it stored, as the rounds tell. What lacks rounds stays
 * as it is, and a cost that hides swaps is taken out. 0 or -ENOMEM. */
int bench_legacy_judge(json_t *result);

/* ---- A result while it is built ---- */

/* The pools of one figure over the rounds: a distribution has one, a series one
 * for each bin. */
struct bench_result_pools {
	struct bench_hist **at; /* NULL: nothing counted */
	size_t n;
};

/* One cell while its blocks come in. json is what the result will hold; the
 * texts are members of it. */
struct bench_result_cell {
	json_t *json;
	json_t *rounds; /* in json */
	json_t *blocks; /* in json: how many of each status */
	struct bench_result_pools pools[BENCH_FIGURE_COUNT];
	double bin_ns, from_ns; /* of the footprint's bins */
	unsigned int marked;	/* of its rounds; bench_mark_rounds() */
	const char *kind;
	const char *scenario;
	const char *baseline; /* its id, in the header; NULL: none */
};

struct bench_result_build {
	double alpha;
	double threshold;
	size_t n_cells;
	struct bench_result_cell *cells;
	json_t *header;
	json_t *end;		/* the last end or stop line, NULL: none */
	struct bench_hist *one; /* of the block at hand */
	unsigned int rounds, blocks;
};

bool bench_result_is_aa(const struct bench_result_cell *c);
bool bench_result_is_floor(const struct bench_result_cell *c);

/* Is its baseline a floor? Then that is its limit: no rival, and no verdict. */
bool bench_result_against_floor(const struct bench_result_cell *c);

/* How many of its blocks have this status. */
json_int_t bench_result_blocks(const struct bench_result_cell *c,
			       const char *status);

/* Room for one value of each round; the caller's to free. NULL: no memory. */
double *bench_result_values_new(const struct bench_result_cell *c);

/* One figure over the usable rounds (@percent: of a distribution, else 0) into
 * @values (room for all rounds) and, unless NULL, their round numbers. Returns
 * how many. */
size_t bench_result_values(const struct bench_result_cell *c,
			   enum bench_figure figure, double percent,
			   double *values, json_int_t *numbers);

/* A figure that is a number in the i-th of the cell's rows, if it is usable;
 * NaN: none. */
double bench_result_in_round(const struct bench_result_cell *c,
			     enum bench_figure figure, size_t i);

/* How many ratios are to be right together with a cell's (view.h). */
unsigned int bench_result_comparisons(const struct bench_result_build *b,
				      const struct bench_result_cell *c);

/* Give rounds whose baseline is far above the run's a "mark". 0 or -ENOMEM. */
int bench_mark_rounds(struct bench_result_build *b);

/* ---- The end of a cell: each adds its members; 0 or -ENOMEM ---- */

/* "sound", "status", "reason" */
void bench_finish_status(const struct bench_result_build *b,
			 struct bench_result_cell *c);

/* summaries, distributions and series */
int bench_finish_figures(const struct bench_result_build *b,
			 struct bench_result_cell *c);

/* "ratio", held against one of the A/A controls in @aas */
int bench_finish_ratio(const struct bench_result_build *b,
		       struct bench_result_cell *c, const json_t *aas);

/* "own-floor"; the floors' cells have their figures already */
int bench_finish_own_floor(const struct bench_result_build *b,
			   struct bench_result_cell *c);

/* The A/A controls: member "aa" of the result. */
json_t *bench_aas_json(const struct bench_result_build *b);

/* ---- The whole ---- */

/* Compute the results of the cells and of the run. 0 or -ENOMEM. */
int bench_result_assemble(struct bench_result_build *b, json_t **out);

#endif
