/* SPDX-License-Identifier: MIT */
/* grid.c - text in columns. */
#include "bench/show/grid.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/text.h"

#define INDENT "  "
#define GAP    2 /* blanks between columns */

struct bench_grid_column {
	char *group, *title, *meaning;
	unsigned int keep;
	bool hidden; /* has no room */
};

struct bench_grid_row {
	char **field; /* one a column; NULL: empty */
	char *note;   /* instead of all fields but the first; NULL: none */
};

/* ---- Filling ---- */

static char *copy_of(struct bench_grid *g, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	g->failed |= text && !copy;
	return copy;
}

static void free_row(struct bench_grid_row *row, unsigned int columns)
{
	for (unsigned int c = 0; row->field && c < columns; c++)
		free(row->field[c]);
	free(row->field);
	free(row->note);
}

static void free_column(struct bench_grid_column *column)
{
	free(column->group);
	free(column->title);
	free(column->meaning);
}

void bench_grid_free(struct bench_grid *g)
{
	for (unsigned int i = 0; i < g->rows; i++)
		free_row(&g->row[i], g->columns);
	for (unsigned int c = 0; c < g->columns; c++)
		free_column(&g->column[c]);
	free(g->row);
	free(g->column);
	*g = (struct bench_grid){ 0 };
}

/* One more element after n of them; NULL and failed: out of memory. */
static void *one_more(struct bench_grid *g, void *list, unsigned int n,
		      size_t size)
{
	void *longer = realloc(list, (n + 1) * size);

	g->failed |= !longer;
	if (longer)
		memset((char *)longer + n * size, 0, size);
	return longer;
}

unsigned int bench_grid_column(struct bench_grid *g,
			       const struct bench_column *column)
{
	void *list = one_more(g, g->column, g->columns, sizeof(*g->column));

	if (!list)
		return 0;
	g->column = list;
	g->column[g->columns] = (struct bench_grid_column){
		.group = copy_of(g, column->group),
		.title = copy_of(g, column->title),
		.meaning = copy_of(g, column->meaning),
		.keep = column->keep,
	};
	return g->columns++;
}

void bench_grid_row(struct bench_grid *g)
{
	char **field = calloc(g->columns + 1, sizeof(*field));
	void *list = one_more(g, g->row, g->rows, sizeof(*g->row));

	if (list)
		g->row = list;
	g->failed |= !field;
	if (!list || !field) {
		free(field);
		return;
	}
	g->row[g->rows++].field = field;
}

static void put(struct bench_grid *g, char **field, const char *format,
		va_list args)
{
	free(*field);
	if (vasprintf(field, format, args) < 0) {
		*field = NULL;
		g->failed = true;
	}
}

void bench_grid_put(struct bench_grid *g, unsigned int column,
		    const char *format, ...)
{
	va_list args;

	if (g->failed || !g->rows || column >= g->columns)
		return;
	va_start(args, format);
	put(g, &g->row[g->rows - 1].field[column], format, args);
	va_end(args);
}

void bench_grid_note(struct bench_grid *g, const char *first,
		     const char *format, ...)
{
	va_list args;

	bench_grid_row(g);
	bench_grid_put(g, 0, "%s", first);
	if (g->failed)
		return;
	va_start(args, format);
	put(g, &g->row[g->rows - 1].note, format, args);
	va_end(args);
}

/* ---- Columns that say nothing ---- */

static const char *field_at(const struct bench_grid_row *row, unsigned int c)
{
	return row->field[c] ? row->field[c] : "";
}

static bool is_empty(const struct bench_grid *g, unsigned int c)
{
	for (unsigned int i = 0; i < g->rows; i++) {
		const char *field = field_at(&g->row[i], c);

		if (!g->row[i].note && *field && strcmp(field, "-") != 0)
			return false;
	}
	return true;
}

static void drop_column(struct bench_grid *g, unsigned int c)
{
	size_t after = g->columns - c - 1;

	free_column(&g->column[c]);
	memmove(&g->column[c], &g->column[c + 1], after * sizeof(*g->column));
	for (unsigned int i = 0; i < g->rows; i++) {
		char **field = g->row[i].field;

		free(field[c]);
		memmove(&field[c], &field[c + 1], after * sizeof(*field));
	}
	g->columns--;
}

void bench_grid_drop_empty(struct bench_grid *g)
{
	for (unsigned int c = 1; c < g->columns;)
		if (is_empty(g, c))
			drop_column(g, c);
		else
			c++;
}

/* ---- Layout ---- */

struct layout {
	unsigned int width; /* of the terminal; 0: any */
	unsigned int *of;   /* the width of each column */
	bool tall;	    /* the first column on a line of its own */
};

static unsigned int width_of(const struct bench_grid *g, unsigned int c)
{
	size_t width = strlen(g->column[c].title);

	for (unsigned int i = 0; i < g->rows; i++) {
		size_t length = strlen(field_at(&g->row[i], c));

		if (length > width && (!g->row[i].note || !c))
			width = length;
	}
	return (unsigned int)width;
}

/* What the columns that are shown take up, the indent included. */
static unsigned int line_width(const struct bench_grid *g,
			       const struct layout *l)
{
	unsigned int width = l->tall ? 2 * (unsigned int)strlen(INDENT) - GAP
				     : (unsigned int)strlen(INDENT) + l->of[0];

	for (unsigned int c = 1; c < g->columns; c++)
		if (!g->column[c].hidden)
			width += GAP + l->of[c];
	return width;
}

/* The column to leave out first: least worth keeping, the last of these. */
static unsigned int least_kept(const struct bench_grid *g)
{
	unsigned int least = 0;

	for (unsigned int c = 1; c < g->columns; c++)
		if (!g->column[c].hidden &&
		    (!least || g->column[c].keep <= g->column[least].keep))
			least = c;
	return least;
}

static const char *group_of(const struct bench_grid *g, unsigned int c)
{
	return g->column[c].group ? g->column[c].group : "";
}

/* The columns that share the group of column c, from it on: their width, and
 * the last that is shown. */
static unsigned int group_width(const struct bench_grid *g,
				const struct layout *l, unsigned int c,
				unsigned int *last)
{
	unsigned int width = 0;

	*last = c;
	for (unsigned int b = c; b < g->columns; b++) {
		if (g->column[b].hidden)
			continue;
		if (strcmp(group_of(g, b), group_of(g, c)) != 0)
			break;
		width += l->of[b] + (width ? GAP : 0);
		*last = b;
	}
	return width;
}

/* As wide as the fields, and as the name above them. */
static void measure(const struct bench_grid *g, struct layout *l)
{
	unsigned int last;

	for (unsigned int c = 0; c < g->columns; c++)
		l->of[c] = width_of(g, c);
	for (unsigned int c = 1; c < g->columns; c = last + 1) {
		unsigned int name = (unsigned int)strlen(group_of(g, c));
		unsigned int width;

		last = c;
		if (g->column[c].hidden)
			continue;
		width = group_width(g, l, c, &last);
		if (name > width)
			l->of[last] += name - width;
	}
}

static void fit(struct bench_grid *g, struct layout *l)
{
	unsigned int c;

	l->tall = false;
	for (c = 0; c < g->columns; c++)
		g->column[c].hidden = false;
	measure(g, l);
	if (!l->width || line_width(g, l) <= l->width)
		return;
	l->tall = 5 * l->of[0] > 2 * l->width;
	while (line_width(g, l) > l->width && (c = least_kept(g))) {
		g->column[c].hidden = true;
		measure(g, l);
	}
}

/* ---- Printing ---- */

/* A line that grows field by field, without blanks at its end. */
struct line {
	FILE *to;
	unsigned int at;  /* where the next field belongs */
	unsigned int end; /* of what is printed */
};

static void add_field(struct line *line, const char *text, unsigned int width)
{
	if (*text) {
		if (line->end < line->at)
			fprintf(line->to, "%*s", (int)(line->at - line->end),
				"");
		fputs(text, line->to);
		line->end = (line->end > line->at ? line->end : line->at) +
			    (unsigned int)strlen(text);
	}
	line->at += width + GAP;
}

static bool has_groups(const struct bench_grid *g)
{
	for (unsigned int c = 0; c < g->columns; c++)
		if (g->column[c].group && !g->column[c].hidden)
			return true;
	return false;
}

/* Each above the first of the columns that share it. */
static void print_groups(const struct bench_grid *g, const struct layout *l,
			 FILE *to)
{
	struct line line = { .to = to };
	const char *before = "";

	fputs(l->tall ? INDENT INDENT : INDENT, to);
	for (unsigned int c = l->tall ? 1 : 0; c < g->columns; c++) {
		if (g->column[c].hidden)
			continue;
		add_field(&line,
			  strcmp(before, group_of(g, c)) ? group_of(g, c) : "",
			  l->of[c]);
		before = group_of(g, c);
	}
	fputc('\n', to);
}

/* The fields after the first. */
static void print_fields(const struct bench_grid *g, const struct layout *l,
			 const struct bench_grid_row *row, struct line *line)
{
	for (unsigned int c = 1; c < g->columns; c++)
		if (!g->column[c].hidden)
			add_field(line,
				  row ? field_at(row, c) : g->column[c].title,
				  l->of[c]);
	fputc('\n', line->to);
}

/* A row, or the titles. */
static void print_line(const struct bench_grid *g, const struct layout *l,
		       const struct bench_grid_row *row, FILE *to)
{
	const char *first = row ? field_at(row, 0) : g->column[0].title;
	struct line line = { .to = to };

	if (l->tall) {
		bench_print_wrapped(to, l->width, INDENT, INDENT INDENT, first);
		fputs(INDENT INDENT, to);
	} else {
		fputs(INDENT, to);
		add_field(&line, first, l->of[0]);
	}
	print_fields(g, l, row, &line);
}

static void print_note(const struct layout *l, const struct bench_grid_row *row,
		       FILE *to)
{
	const char *name = field_at(row, 0);
	char *first;

	if (!*row->note) {
		bench_print_wrapped(to, l->width, INDENT, INDENT INDENT, name);
		return;
	}
	if (l->tall) {
		bench_print_wrapped(to, l->width, INDENT, INDENT INDENT, name);
		bench_print_wrapped(to, l->width, INDENT INDENT, INDENT INDENT,
				    row->note);
		return;
	}
	if (asprintf(&first, INDENT "%-*s" INDENT, (int)l->of[0], name) < 0)
		return;
	bench_print_wrapped(to, l->width, first, INDENT INDENT, row->note);
	free(first);
}

static void print_hidden(const struct bench_grid *g, const struct layout *l,
			 FILE *to)
{
	char *text = NULL;
	size_t size = 0;
	FILE *list = open_memstream(&text, &size);
	unsigned int hidden = 0;

	for (unsigned int c = 1; list && c < g->columns; c++)
		if (g->column[c].hidden)
			fprintf(list, "%s%s%s%s", hidden++ ? ", " : "",
				group_of(g, c), *group_of(g, c) ? " " : "",
				g->column[c].title);
	if (list)
		fclose(list);
	if (hidden)
		bench_printf_wrapped(to, l->width, INDENT, INDENT INDENT,
				     "(%u columns have no room for: %s. A "
				     "wider terminal, a file or a pipe shows "
				     "them.)",
				     l->width, text);
	free(text);
}

static void print_rows(struct bench_grid *g, const struct layout *l, FILE *to)
{
	if (has_groups(g))
		print_groups(g, l, to);
	if (g->columns > 1 || *g->column[0].title)
		print_line(g, l, NULL, to);
	for (unsigned int i = 0; i < g->rows; i++)
		if (g->row[i].note)
			print_note(l, &g->row[i], to);
		else
			print_line(g, l, &g->row[i], to);
	print_hidden(g, l, to);
}

void bench_grid_print(struct bench_grid *g, unsigned int width, FILE *to)
{
	struct layout l = { .width = width };

	if (!g->columns)
		return;
	l.of = calloc(g->columns, sizeof(*l.of));
	if (g->failed || !l.of) {
		fprintf(to, INDENT "(out of memory)\n");
	} else {
		fit(g, &l);
		print_rows(g, &l, to);
	}
	free(l.of);
}

/* Do neighbours of a group say the same of themselves? */
static bool share_meaning(const struct bench_grid *g, unsigned int a,
			  unsigned int b)
{
	return !g->column[b].hidden && g->column[b].meaning &&
	       !strcmp(group_of(g, a), group_of(g, b)) && *group_of(g, a) &&
	       !strcmp(g->column[a].meaning, g->column[b].meaning);
}

static bool is_said(const struct bench_grid *g, unsigned int c)
{
	for (unsigned int b = 0; b < c; b++)
		if (share_meaning(g, c, b))
			return true;
	return false;
}

/* Does another column have this title? */
static bool is_ambiguous(const struct bench_grid *g, unsigned int c)
{
	for (unsigned int b = 0; b < g->columns; b++)
		if (b != c && !g->column[b].hidden &&
		    !strcmp(g->column[b].title, g->column[c].title))
			return true;
	return false;
}

/* The title, with its group where that is needed; of a group that shares a
 * meaning the group's name. */
static void print_label(const struct bench_grid *g, unsigned int c, FILE *to)
{
	bool shared = false;

	for (unsigned int b = c + 1; b < g->columns; b++)
		shared |= share_meaning(g, c, b);
	if (shared)
		fputs(group_of(g, c), to);
	else if (is_ambiguous(g, c) && *group_of(g, c))
		fprintf(to, "%s %s", group_of(g, c), g->column[c].title);
	else
		fputs(g->column[c].title, to);
}

void bench_grid_legend(const struct bench_grid *g, unsigned int width, FILE *to)
{
	char *text = NULL;
	size_t size = 0;
	FILE *list = open_memstream(&text, &size);
	bool any = false;

	for (unsigned int c = 0; list && c < g->columns; c++) {
		if (g->column[c].hidden || !g->column[c].meaning ||
		    is_said(g, c))
			continue;
		fputs(any ? "; " : "", list);
		print_label(g, c, list);
		fprintf(list, ": %s", g->column[c].meaning);
		any = true;
	}
	if (list)
		fclose(list);
	if (any)
		bench_print_wrapped(to, width, INDENT, INDENT, text);
	free(text);
}

bool bench_grid_says(const struct bench_grid *g, const char *word)
{
	for (unsigned int i = 0; i < g->rows; i++)
		for (unsigned int c = 1; c < g->columns; c++)
			if (!g->row[i].note && !g->column[c].hidden &&
			    !strncmp(field_at(&g->row[i], c), word,
				     strlen(word)))
				return true;
	return false;
}

bool bench_grid_ends(const struct bench_grid *g, const char *text)
{
	size_t n = strlen(text);

	for (unsigned int i = 0; i < g->rows; i++)
		for (unsigned int c = 1; c < g->columns; c++) {
			const char *field = field_at(&g->row[i], c);
			size_t length = strlen(field);

			if (!g->row[i].note && !g->column[c].hidden &&
			    length >= n && !strcmp(field + length - n, text))
				return true;
		}
	return false;
}
