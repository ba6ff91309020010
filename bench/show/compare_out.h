/* SPDX-License-Identifier: MIT */
/* compare_out.h - headings, lines and tables as text or as Markdown, once. */
#ifndef BENCH_SHOW_COMPARE_OUT_H
#define BENCH_SHOW_COMPARE_OUT_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/show/grid.h"

struct out {
	FILE *to;
	unsigned int width; /* of text */
	bool is_markdown;
	struct bench_grid grid; /* of text: the table at hand */
	bool in_rows;		/* of Markdown: its head is complete */
	unsigned int field;	/* of the row, the next */
};

void out_title(struct out *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void out_line(struct out *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "name   words" under each other. */
void out_item(struct out *o, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A table: columns, then rows whose fields are put in order, then its end. */
void out_column(struct out *o, const struct bench_column *column);
void out_row(struct out *o);
void out_put(struct out *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void out_end(struct out *o);

#endif
