/* SPDX-License-Identifier: MIT */
/* What the sources of bench/show share, and nobody else. */
#ifndef BENCH_SHOW_PARTS_H
#define BENCH_SHOW_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/result/view.h"
#include "bench/show/grid.h"
#include "bench/show/show.h"
#include "bench/show/text.h"

/* What is printed, and where to. */
struct show {
	const json_t *result;
	const json_t *asked; /* the result with the cells that are asked for */
	unsigned int width;
	FILE *to;
};

/* Every cell that is asked for. */
#define show_for_each_cell(s, cell)                                    \
	for (size_t cell##_i = 0;                                      \
	     ((cell) = bench_view_cell((s)->asked, cell##_i)) != NULL; \
	     cell##_i++)

/* ---- Cells (cells.c) ---- */

/* Of the cells that share a table with @like: the first with numbers; like
 * itself where there is none. */
const json_t *show_first_measured(const struct show *s, const json_t *like);

/* The first candidate of a table that has a baseline; @like: none has. */
const json_t *show_first_judged(const struct show *s, const json_t *like);

/* The strategy that a cell's ratio is to, so many bytes of it; NULL: it has no
 * ratio, or one to a floor. */
const char *show_baseline(const json_t *cell, int *length);

/* "shared-l3, writer on PU 1, swapper on PU 0, payload=64"; the caller frees */
char *show_where_text(const json_t *cell);

/* ---- Columns made of figures (columns.c) ---- */

struct show_column;

/* Writes what one cell says into a field of the last row. */
typedef void (*show_put_fn)(struct bench_grid *g, unsigned int column,
			    const json_t *cell, const struct show_column *c);

/* Title and meaning are the figure's unless they are given: of a percentile the
 * group is the figure's title, its own is "p99". Of a meaning, the legend has
 * the words up to the first ';'. */
struct show_column {
	show_put_fn put;
	enum bench_figure figure;
	double percent;	     /* which percentile; 0: none */
	double unit;	     /* what one is in the figure's own unit; 0: 1 */
	const char *title;   /* NULL: the figure's */
	const char *meaning; /* NULL: the figure's; "": it goes without saying;
				'@' stands for the baseline's name */
	const char *group;
	unsigned int keep; /* as in struct bench_column */
};

/* show_put_FORM of a figure; more members may follow. */
#define SHOW_FIGURE(form, id, ...)                                   \
	{                                                            \
		.put = show_put_##form, .figure = BENCH_FIGURE_##id, \
		__VA_ARGS__                                          \
	}

/* show_put_FORM of what is no figure. */
#define SHOW_WORDS(form, head, words, ...)                                   \
	{                                                                    \
		.put = show_put_##form, .title = (head), .meaning = (words), \
		__VA_ARGS__                                                  \
	}

#define SHOW_US 1e3 /* unit: microseconds of a figure in ns */

#define SHOW_PUT(form)                                                  \
	void show_put_##form(struct bench_grid *g, unsigned int column, \
			     const json_t *cell, const struct show_column *c)

SHOW_PUT(name);	    /* its strategy */
SHOW_PUT(median);   /* a figure without its interval */
SHOW_PUT(interval); /* and with it */
SHOW_PUT(tail);	    /* the same of a tail, marked where it is the scheduler's */
SHOW_PUT(tail_median); /* and without its interval */
SHOW_PUT(bounds);      /* the interval alone: "1.02 to 1.07" */
SHOW_PUT(count);       /* a count, a rate, or the values of a distribution */
SHOW_PUT(most);	       /* of a distribution the greatest, with its own unit */
SHOW_PUT(verdict);     /* its word, and what could have been resolved */
SHOW_PUT(word);	       /* the verdict's word alone */
SHOW_PUT(added);       /* ns that an event costs more than the baseline's */
SHOW_PUT(floor);       /* how many times the floor that bounds it, and how much
		     * more in units of c->unit ns */

/* A grid with these columns; the list ends with one that has no put. Their
 * meanings name the baseline of the cell @like. */
void show_columns(struct bench_grid *g, const struct show_column *columns,
		  const json_t *like);

/* One more row of them. */
void show_row(struct bench_grid *g, const struct show_column *columns,
	      const json_t *cell);

/* Of what explains and is no data: a file has lines too. */
unsigned int show_prose_width(const struct show *s);

/* Why the roles of cells like this one had no real-time priority, as a line. */
void show_schedulers(const struct show *s, const json_t *like);

/* Of an older run, that the ratios of cells like this one, which are swapped, are
 * of attempted events. */
void show_attempted(const struct show *s, const json_t *like);

/* The legend, with what the words in the fields stand for. */
void show_legend(const struct show *s, const struct bench_grid *g);

/* ---- Paragraphs and tables ---- */

/* A title after an empty line. */
void show_title(const struct show *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Indented by two blanks and wrapped. */
void show_line(const struct show *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Where a cell was measured, as a line. */
void show_where(const struct show *s, const json_t *cell);

/* A row of the strategy's name and its status: "unavailable: no perf" */
void show_status_row(struct bench_grid *g, const json_t *cell);

void show_head(const struct show *s);

/* One table of both sides and a summary. */
void show_answer(const struct show *s);

struct bench_summary;

/* A summary in words, a line each. */
void show_summary(const struct show *s, const struct bench_summary *summary);

/* How much was checked; what was caught. */
void show_checked(const struct show *s);
void show_evidence(const struct show *s, bool broken);

/* Every table of the cells. */
void show_tables(const struct show *s);

/* The tables of one scenario beside those of its columns. */
void show_outcomes(const struct show *s, const json_t *like);
void show_writers(const struct show *s, const json_t *like);
void show_floors(const struct show *s, const json_t *like);
void show_counters(const struct show *s, const json_t *like);

/* Why nothing was counted, where nothing was. */
void show_uncounted(const struct show *s);

#endif
