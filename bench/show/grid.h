/* SPDX-License-Identifier: MIT */
/*
 * grid.h - text in columns that are as wide as they need to be.
 *
 *	struct bench_grid g = { 0 };
 *
 *	bench_grid_column(&g, &(struct bench_column){ .title = "strategy" });
 *	bench_grid_column(&g, &(struct bench_column){
 *		.title = "ns", .meaning = "time for one event" });
 *	bench_grid_row(&g);
 *	bench_grid_put(&g, 0, "%s", name);
 *	bench_grid_put(&g, 1, "%.1f", ns);
 *	bench_grid_drop_empty(&g);
 *	bench_grid_print(&g, bench_show_width(stdout), stdout);
 *	bench_grid_legend(&g, bench_show_width(stdout), stdout);
 *	bench_grid_free(&g);
 *
 * Nothing is ever cut. Where the width does not hold every column, whole
 * columns are left out, and a line says which. Where the first column alone
 * takes much of the width, its text gets a line of its own. Out of memory, the
 * grid says so instead of its rows. One thread; not from signal handlers.
 */
#ifndef BENCH_SHOW_GRID_H
#define BENCH_SHOW_GRID_H

#include <stdbool.h>
#include <stdio.h>

/* What stands above a column and what it means. Texts are copied. */
struct bench_column {
	const char *group; /* above neighbours that share it; NULL: none */
	const char *title;
	const char *meaning; /* for the legend; NULL: it goes without saying */
	unsigned int keep;   /* of columns without room the least goes first */
};

struct bench_grid {
	unsigned int columns;
	unsigned int rows;
	bool failed; /* out of memory */
	struct bench_grid_column *column;
	struct bench_grid_row *row;
};

/** bench_grid_free() - as it was before its first column */
void bench_grid_free(struct bench_grid *g);

/** bench_grid_column() - one more, before any row; returns its number */
unsigned int bench_grid_column(struct bench_grid *g,
			       const struct bench_column *column);

/** bench_grid_row() - one more, every field empty */
void bench_grid_row(struct bench_grid *g);

/** bench_grid_put() - write a field of the last row */
void bench_grid_put(struct bench_grid *g, unsigned int column,
		    const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** bench_grid_note() - a row of a first field and words that span the others */
void bench_grid_note(struct bench_grid *g, const char *first,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** bench_grid_drop_empty() - leave out columns that say "" or "-" in all rows */
void bench_grid_drop_empty(struct bench_grid *g);

/** bench_grid_print() - header and rows, each line indented by two blanks */
void bench_grid_print(struct bench_grid *g, unsigned int width, FILE *to);

/** bench_grid_legend() - what the columns mean that were printed; call it after
 * bench_grid_print(), which decides that */
void bench_grid_legend(const struct bench_grid *g, unsigned int width,
		       FILE *to);

/** bench_grid_ends() - does a field that was printed end with this? */
bool bench_grid_ends(const struct bench_grid *g, const char *text);

/** bench_grid_says() - does a field that was printed begin with this word? */
bool bench_grid_says(const struct bench_grid *g, const char *word);

#endif
