/* SPDX-License-Identifier: MIT */
/* grid.c - text in columns, and numbers as people read them. */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/table.h"

void bench_grid_init(struct bench_grid *g, unsigned int columns)
{
	*g = (struct bench_grid){ .columns = columns };
}

void bench_grid_free(struct bench_grid *g)
{
	for (unsigned int i = 0; i < g->n_rows; i++)
		free(g->rows[i].note);
	free(g->rows);
	*g = (struct bench_grid){ 0 };
}

struct bench_grid_row *bench_grid_row(struct bench_grid *g)
{
	if (g->n_rows == g->room) {
		unsigned int room = g->room ? 2 * g->room : 16;
		void *rows = realloc(g->rows, room * sizeof(*g->rows));

		if (!rows)
			return NULL;
		g->rows = rows;
		g->room = room;
	}
	memset(&g->rows[g->n_rows], 0, sizeof(*g->rows));
	return &g->rows[g->n_rows++];
}

void bench_grid_names(struct bench_grid *g, ...)
{
	struct bench_grid_row *row = bench_grid_row(g);
	const char *name;
	va_list args;

	va_start(args, g);
	for (unsigned int i = 0; row && i < g->columns; i++) {
		name = va_arg(args, const char *);
		if (!name)
			break;
		snprintf(row->field[i], sizeof(row->field[i]), "%s", name);
	}
	va_end(args);
}

void bench_grid_note(struct bench_grid *g, const char *first,
		     const char *format, ...)
{
	struct bench_grid_row *row = bench_grid_row(g);
	va_list args;

	if (!row)
		return;
	snprintf(row->field[0], sizeof(row->field[0]), "%s", first);
	va_start(args, format);
	if (vasprintf(&row->note, format, args) < 0)
		row->note = NULL;
	va_end(args);
}

static bool column_is_empty(const struct bench_grid *g, unsigned int column)
{
	for (unsigned int i = 1; i < g->n_rows; i++) {
		const char *field = g->rows[i].field[column];

		if (!g->rows[i].note && *field && strcmp(field, "-") != 0)
			return false;
	}
	return true;
}

static void drop_column(struct bench_grid *g, unsigned int column)
{
	g->columns--;
	for (unsigned int i = 0; i < g->n_rows; i++) {
		char(*field)[BENCH_TABLE_TEXT] = g->rows[i].field;

		memmove(field + column, field + column + 1,
			(g->columns - column) * sizeof(*field));
	}
}

void bench_grid_drop_empty(struct bench_grid *g)
{
	for (unsigned int c = 1; c < g->columns;)
		if (column_is_empty(g, c))
			drop_column(g, c);
		else
			c++;
}

static int column_width(const struct bench_grid *g, unsigned int column)
{
	size_t width = 0;

	for (unsigned int i = 0; i < g->n_rows; i++) {
		size_t length = strlen(g->rows[i].field[column]);

		if (length > width && (!g->rows[i].note || !column))
			width = length;
	}
	return (int)width;
}

void bench_grid_print(const struct bench_grid *g, FILE *to)
{
	int width[BENCH_TABLE_COLUMNS];

	for (unsigned int c = 0; c < g->columns; c++)
		width[c] = column_width(g, c);
	for (unsigned int i = 0; i < g->n_rows; i++) {
		const struct bench_grid_row *row = &g->rows[i];
		char line[BENCH_TABLE_COLUMNS * (BENCH_TABLE_TEXT + 2)];
		int used = snprintf(line, sizeof(line), "%-*s", width[0],
				    row->field[0]);

		if (row->note)
			snprintf(line + used, sizeof(line) - (size_t)used,
				 "  %s", row->note);
		for (unsigned int c = 1; c < g->columns && !row->note; c++)
			used += snprintf(line + used,
					 sizeof(line) - (size_t)used, "  %-*s",
					 width[c], row->field[c]);
		used = (int)strlen(line);
		while (used && line[used - 1] == ' ')
			line[--used] = '\0';
		fprintf(to, "  %.*s\n", BENCH_TABLE_WIDTH - 2, line);
	}
}

char *bench_text_number(double value, char text[BENCH_TABLE_TEXT])
{
	double size = fabs(value);

	if (!isfinite(value))
		snprintf(text, BENCH_TABLE_TEXT, "-");
	else if (size >= 99.95 || size == 0)
		snprintf(text, BENCH_TABLE_TEXT, "%.0f", value);
	else if (size >= 9.995)
		snprintf(text, BENCH_TABLE_TEXT, "%.1f", value);
	else if (size >= 0.9995)
		snprintf(text, BENCH_TABLE_TEXT, "%.2f", value);
	else if (size >= 0.001)
		snprintf(text, BENCH_TABLE_TEXT, "%.3f", value);
	else
		snprintf(text, BENCH_TABLE_TEXT, "%.1e", value);
	return text;
}

char *bench_text_interval(double value, double low, double high, double unit,
			  char text[BENCH_TABLE_TEXT])
{
	char v[BENCH_TABLE_TEXT], l[BENCH_TABLE_TEXT], h[BENCH_TABLE_TEXT];

	bench_text_number(value / unit, v);
	if (!isfinite(low) || !isfinite(high) || !isfinite(value))
		snprintf(text, BENCH_TABLE_TEXT, "%s", v);
	else
		snprintf(text, BENCH_TABLE_TEXT, "%.11s [%.11s, %.11s]", v,
			 bench_text_number(low / unit, l),
			 bench_text_number(high / unit, h));
	return text;
}
