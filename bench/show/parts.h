/* SPDX-License-Identifier: MIT */
/* What the sources of bench/show share, and nobody else. */
#ifndef BENCH_SHOW_PARTS_H
#define BENCH_SHOW_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/base/json.h"
#include "bench/show/grid.h"
#include "bench/show/show.h"
#include "bench/show/text.h"

/* What is printed, and where to. cells are those of the result that the
 * options ask for. */
struct show {
	const json_t *result;
	const json_t *cells;
	const struct bench_show_options *options;
	unsigned int width;
	FILE *to;
};

/* ---- Cells (cells.c) ---- */

bool show_is(const json_t *cell, const char *member, const char *word);
bool show_is_control(const json_t *cell);

/* Did it come to numbers: status ok, or broken as was declared? */
bool show_has_numbers(const json_t *cell);

/* Declared unsound, swapped, and yet not seen breaking: a blind detector, or
 * too short a run. */
bool show_is_uncaught(const json_t *cell);

/* Do two cells differ in their strategy alone? Then they share a table. */
bool show_same_table(const json_t *a, const json_t *b);

/* Is it the first of its table? */
bool show_is_first(const json_t *cells, size_t at);

/* What stands behind the strategy in its id: "shared-l3/payload=64". */
const char *show_point(const json_t *cell);

/* How many axes stand in it beside the placement: 0 is the default point. */
unsigned int show_axes(const json_t *cell);

/* Of the cells that share a table with @like: the first with numbers; like
 * itself where there is none. */
const json_t *show_first_measured(const json_t *cells, const json_t *like);
bool show_any_measured(const json_t *cells, const json_t *like);

/* The first candidate of a table that has a baseline; @like: none has. */
const json_t *show_first_judged(const json_t *cells, const json_t *like);

/* The strategy that a cell's ratio is to, so many bytes of it; NULL: it has no
 * ratio, or one to a floor. */
const char *show_baseline(const json_t *cell, int *length);

/* {"n", "max", "percentiles", ...} at part.name; NULL: not measured. */
const json_t *show_distribution(const json_t *cell, const char *path);

/* {"percent", "ns", "low", "high"} of a distribution; NULL: not there. */
const json_t *show_percentile(const json_t *distribution, double percent);

/* ---- Columns made of figures (columns.c) ---- */

struct show_column;

/* Writes what one cell says into a field of the last row. */
typedef void (*show_put_fn)(struct bench_grid *g, unsigned int column,
			    const json_t *cell, const struct show_column *c);

struct show_column {
	show_put_fn put;
	const char *figure; /* its path; what that means is put's business */
	const char *title;
	const char *meaning; /* '@' stands for the baseline's name */
	const char *group;
	double unit;	/* what one is in the figure's own unit; 0: 1 */
	double percent; /* which percentile */
	unsigned int keep;
};

/* show_put_FORM of a figure, with a title and what it means (NULL: that goes
 * without saying); more members may follow. */
#define SHOW_COLUMN(form, path, head, words, ...)                          \
	{                                                                  \
		.put = show_put_##form, .figure = (path), .title = (head), \
		.meaning = (words), __VA_ARGS__                            \
	}

void show_put_name(struct bench_grid *g, unsigned int column,
		   const json_t *cell, const struct show_column *c);
/* a figure, without and with its interval; the interval alone; a count; the
 * median of a rate */
void show_put_median(struct bench_grid *g, unsigned int column,
		     const json_t *cell, const struct show_column *c);
void show_put_interval(struct bench_grid *g, unsigned int column,
		       const json_t *cell, const struct show_column *c);
void show_put_bounds(struct bench_grid *g, unsigned int column,
		     const json_t *cell, const struct show_column *c);
void show_put_count(struct bench_grid *g, unsigned int column,
		    const json_t *cell, const struct show_column *c);
void show_put_rate(struct bench_grid *g, unsigned int column,
		   const json_t *cell, const struct show_column *c);
/* of a distribution: a percentile, without and with its interval, and the
 * greatest value with a unit of its own */
void show_put_percentile(struct bench_grid *g, unsigned int column,
			 const json_t *cell, const struct show_column *c);
void show_put_percentile_interval(struct bench_grid *g, unsigned int column,
				  const json_t *cell,
				  const struct show_column *c);
void show_put_most(struct bench_grid *g, unsigned int column,
		   const json_t *cell, const struct show_column *c);
/* the word of its verdict; how many times the floor that bounds it */
void show_put_verdict(struct bench_grid *g, unsigned int column,
		      const json_t *cell, const struct show_column *c);
void show_put_floor(struct bench_grid *g, unsigned int column,
		    const json_t *cell, const struct show_column *c);

/* A grid with these columns; the list ends with one that has no put. Their
 * meanings name the baseline of the cell @like. */
void show_columns(struct bench_grid *g, const struct show_column *columns,
		  const json_t *like);

/* One more row of them. */
void show_row(struct bench_grid *g, const struct show_column *columns,
	      const json_t *cell);

/* The legend, with what the words in the fields stand for. */
void show_legend(const struct show *s, const struct bench_grid *g);

/* ---- Paragraphs and tables ---- */

/* "shared-l3, writer on PU 1, swapper on PU 0, payload=64" */
void show_where(const struct show *s, const json_t *cell);

/* A title behind an empty line. */
void show_title(const struct show *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Indented by two blanks and wrapped. */
void show_line(const struct show *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void show_head(const struct show *s);
void show_answer(const struct show *s);
void show_verification(const struct show *s);

/* Every table of the cells. */
void show_tables(const struct show *s);

/* The tables of one scenario beside those of its columns. */
void show_outcomes(const struct show *s, const json_t *like);
void show_writers(const struct show *s, const json_t *like);
bool show_is_last_of_writers(const json_t *cells, size_t at);
void show_floors(const struct show *s, const json_t *like);
void show_counters(const struct show *s, const json_t *like);

/* Why nothing was counted, where nothing was. */
void show_uncounted(const struct show *s);

#endif
