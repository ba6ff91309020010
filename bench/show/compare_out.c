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

/* Does an HTML element, or a comment, begin here? */
static bool is_tag(const char *text)
{
	return *text == '<' && text[1] && !strchr(" =0123456789", text[1]);
}

/* Words of a file are words on a page too, and end no field of a table. */
static void put_markdown(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '\\')
			fputc('\\', to);
		if (is_tag(text))
			fputs("&lt;", to);
		else
			fputc(*text, to);
	}
}

/* A paragraph; in Markdown between two marks. */
static void put_paragraph(struct out *o, const char *mark, const char *format,
			  va_list args)
{
	char *text = formatted(format, args);

	if (o->is_markdown) {
		fputs(mark, o->to);
		put_markdown(text ? text : "", o->to);
		fprintf(o->to, "%s\n", mark);
	} else {
		bench_print_wrapped(o->to, o->width, "", "  ",
				    text ? text : "");
	}
	free(text);
}

void out_title(struct out *o, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputc('\n', o->to);
	put_paragraph(o, "**", format, args);
	if (o->is_markdown)
		fputc('\n', o->to);
	va_end(args);
}

void out_line(struct out *o, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_paragraph(o, "", format, args);
	va_end(args);
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

		fputs(inside ? "  - " : "- ", o->to);
		put_markdown(name + inside, o->to);
		fputs(name[inside] ? ": " : "", o->to);
		put_markdown(text ? text : "", o->to);
		fputc('\n', o->to);
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
	if (!o->is_markdown)
		return;
	fputs(o->grid.columns == 1 ? "| " : " ", o->to);
	put_markdown(column->group ? column->group : "", o->to);
	fputs(column->group ? " " : "", o->to);
	put_markdown(column->title, o->to);
	fputs(" |", o->to);
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
		put_markdown(text ? text : "", o->to);
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
