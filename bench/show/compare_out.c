/* SPDX-License-Identifier: MIT */
/* compare_out.c - text by the grid, Markdown by hand. */
#include "bench/show/compare_out.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/text.h"

#define ITEM_WIDTH 18

/* A formatted text, the caller's to free; NULL: no memory. */
static char *formatted(const char *format, va_list args)
{
	char *text = NULL;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

void out_title(struct out *o, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = formatted(format, args);
	va_end(args);
	if (o->is_markdown)
		fprintf(o->to, "\n**%s**\n\n", text ? text : "");
	else {
		fputc('\n', o->to);
		bench_print_wrapped(o->to, o->width, "", "  ",
				    text ? text : "");
	}
	free(text);
}

void out_line(struct out *o, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = formatted(format, args);
	va_end(args);
	if (o->is_markdown)
		fprintf(o->to, "%s\n", text ? text : "");
	else
		bench_print_wrapped(o->to, o->width, "", "  ",
				    text ? text : "");
	free(text);
}

void out_item(struct out *o, const char *name, const char *format, ...)
{
	char first[64], rest[64];
	va_list args;
	char *text;

	va_start(args, format);
	text = formatted(format, args);
	va_end(args);
	if (o->is_markdown) {
		size_t inside = strspn(name, " ");

		fprintf(o->to, "%s- %s%s%s\n", inside ? "  " : "",
			name + inside, name[inside] ? ": " : "",
			text ? text : "");
	} else {
		snprintf(first, sizeof(first), "  %-*s", ITEM_WIDTH, name);
		snprintf(rest, sizeof(rest), "  %*s", ITEM_WIDTH, "");
		bench_print_wrapped(o->to, o->width, first, rest,
				    text ? text : "");
	}
	free(text);
}

/* ---- Tables ---- */

void out_column(struct out *o, const struct bench_column *column)
{
	bench_grid_column(&o->grid, column);
	if (o->is_markdown)
		fprintf(o->to, "%s %s%s%s |", o->grid.columns == 1 ? "|" : "",
			column->group ? column->group : "",
			column->group ? " " : "", column->title);
}

static void put_field(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (*text == '|')
			fputc('\\', to);
		fputc(*text, to);
	}
}

void out_row(struct out *o)
{
	o->field = 0;
	if (!o->is_markdown) {
		bench_grid_row(&o->grid);
		return;
	}
	if (!o->in_rows) {
		fputs("\n|", o->to);
		for (unsigned int i = 0; i < o->grid.columns; i++)
			fputs("---|", o->to);
	}
	fputs("\n|", o->to);
	o->in_rows = true;
}

void out_put(struct out *o, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = formatted(format, args);
	va_end(args);
	if (!o->is_markdown) {
		bench_grid_put(&o->grid, o->field++, "%s", text ? text : "");
	} else {
		fputc(' ', o->to);
		put_field(text ? text : "", o->to);
		fputs(" |", o->to);
	}
	free(text);
}

void out_end(struct out *o)
{
	if (o->is_markdown)
		fputc('\n', o->to);
	else
		bench_grid_print(&o->grid, o->width, o->to);
	bench_grid_free(&o->grid);
	o->in_rows = false;
}
