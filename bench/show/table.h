/* SPDX-License-Identifier: MIT */
/*
 * The tables of a result, for people: at most 100 columns, every figure with
 * its interval, what the numbers do not support left out and said.
 *
 *	bench_table_print(result, stdout);
 */
#ifndef BENCH_SHOW_TABLE_H
#define BENCH_SHOW_TABLE_H

#include <jansson.h>
#include <stdio.h>

#define BENCH_TABLE_COLUMNS 12 /* most columns of one grid */
#define BENCH_TABLE_TEXT    40 /* most bytes of one field, with its end */
#define BENCH_TABLE_WIDTH   100

/* Rows of fields whose columns are as wide as they need to be. */
struct bench_grid {
	unsigned int columns;
	unsigned int n_rows;
	unsigned int room;
	struct bench_grid_row *rows;
};

struct bench_grid_row {
	char field[BENCH_TABLE_COLUMNS][BENCH_TABLE_TEXT];
	char *note; /* instead of all fields but the first; NULL: none */
};

/* Begin and free; @columns at most BENCH_TABLE_COLUMNS. */
void bench_grid_init(struct bench_grid *g, unsigned int columns);
void bench_grid_free(struct bench_grid *g);

/* A new row, fields empty; NULL: out of memory. Valid until the next one. */
struct bench_grid_row *bench_grid_row(struct bench_grid *g);

/* A whole row of fields, NULL-terminated, as for column names. */
void bench_grid_names(struct bench_grid *g, ...) __attribute__((sentinel));

/* A row of a first field and a remark that spans the others. */
void bench_grid_note(struct bench_grid *g, const char *first,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Leave out columns that say nothing in any row: only names, "" and "-". */
void bench_grid_drop_empty(struct bench_grid *g);

/* Print, each line indented by two spaces and cut at BENCH_TABLE_WIDTH. */
void bench_grid_print(const struct bench_grid *g, FILE *to);

/* Three significant digits, without an exponent: "1.55", "20.0", "3312". NaN
 * is "-". Returns text. */
char *bench_text_number(double value, char text[BENCH_TABLE_TEXT]);

/* "1.55 [1.54, 1.56]"; without the interval if it is not there. Each number is
 * divided by @unit. Returns text. */
char *bench_text_interval(double value, double low, double high, double unit,
			  char text[BENCH_TABLE_TEXT]);

/* What was measured, where, how the run ended, whether numbers are indicative
 * and A/A passed. */
void bench_table_head(const json_t *result, FILE *to);

/* The head and every table that the result has cells for. */
void bench_table_print(const json_t *result, FILE *to);

#endif
