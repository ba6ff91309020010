/* SPDX-License-Identifier: MIT */
/* compare_text.c - a comparison as tables. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/show/compare.h"
#include "bench/show/grid.h"
#include "bench/show/text.h"
#include "bench/stats/verdict.h"

struct text {
	const json_t *comparison;
	unsigned int width;
	FILE *to;
};

/* ---- Both ---- */

/* "A", ... "Z"; the command takes no more results than that. */
static char letter(size_t index)
{
	return (char)('A' + index);
}

static void print_results(const struct text *t)
{
	const json_t *results = json_object_get(t->comparison, "results");
	const json_t *r;
	size_t i;

	json_array_foreach (results, i, r) {
		bool is_quiet = json_is_true(json_object_get(r, "aa-passed"));
		bool is_marked = json_is_true(json_object_get(r, "indicative"));

		bench_printf_wrapped(
			t->to, t->width, "  ", "     ", "%c  %s: %s, %s%s%s",
			letter(i), bench_text(r, "name"), bench_text(r, "key"),
			bench_text(r, "cpu"), is_marked ? ", INDICATIVE" : "",
			is_quiet ? "" : ", A/A FAILED");
	}
}

static void print_title(const struct text *t, const char *before,
			const char *middle, const char *after)
{
	fputc('\n', t->to);
	bench_printf_wrapped(t->to, t->width, "", "  ", "%s%s%s", before,
			     middle, after);
}

/* Rows that follow each other and share two texts stand in one table. */
static bool same_block(const json_t *a, const json_t *b, const char *x,
		       const char *y)
{
	return a && b && !strcmp(bench_text(a, x), bench_text(b, x)) &&
	       !strcmp(bench_text(a, y), bench_text(b, y));
}

/* ---- One machine ---- */

static const char *verdict_text(const char *name)
{
	int v = BENCH_VERDICT_INVALID;

	while (v < BENCH_VERDICT_NOT_RESOLVED &&
	       strcmp(name, bench_verdict_name(v)) != 0)
		v++;
	return bench_verdict_text(v);
}

/* "1.05 [1.02, 1.08]", or "-120 [-150, -90] ns" where there is no ratio. */
static void put_shift(struct bench_grid *g, unsigned int column,
		      const json_t *row)
{
	bool is_ratio = !isnan(bench_get_number(row, "ratio"));
	char text[BENCH_INTERVAL_TEXT];

	bench_text_interval(
		bench_get_number(row, is_ratio ? "ratio" : "difference"),
		bench_get_number(row, "low"), bench_get_number(row, "high"), 1,
		text);
	bench_grid_put(g, column, "%s%s", text, is_ratio ? "" : " ns");
}

static void add_alike(struct bench_grid *g, const json_t *row)
{
	char text[BENCH_NUMBER_TEXT];

	bench_grid_row(g);
	bench_grid_put(g, 0, "%s", bench_text(row, "id"));
	bench_grid_put(g, 1, "%s",
		       bench_text_number(bench_get_number(row, "a"), text));
	bench_grid_put(g, 2, "%s",
		       bench_text_number(bench_get_number(row, "b"), text));
	put_shift(g, 3, row);
	bench_grid_put(g, 4, "%s", verdict_text(bench_text(row, "verdict")));
}

static char letter_of(const struct text *t, const char *name)
{
	const json_t *results = json_object_get(t->comparison, "results");
	const json_t *r;
	size_t i;

	json_array_foreach (results, i, r)
		if (i && !strcmp(bench_text(r, "name"), name))
			return letter(i);
	return 'B';
}

/* The rows from @i on that share a table; returns the first of the next. */
static size_t print_alike_block(const struct text *t, const json_t *rows,
				size_t i)
{
	const json_t *first = json_array_get(rows, i), *row = first;
	const char with[] = { letter_of(t, bench_text(first, "with")), '\0' };
	struct bench_grid g = { 0 };

	print_title(t, bench_text(first, "measure"),
		    ", against A: ", bench_text(first, "with"));
	bench_grid_column(&g, &(struct bench_column){ .title = "cell" });
	bench_grid_column(&g, &(struct bench_column){ .title = "A, ns" });
	bench_grid_column(&g, &(struct bench_column){ .title = with });
	bench_grid_column(
		&g, &(struct bench_column){ .title = "ratio", .keep = 1 });
	bench_grid_column(
		&g, &(struct bench_column){ .title = "verdict", .keep = 2 });
	for (; same_block(first, row, "measure", "with");
	     row = json_array_get(rows, ++i))
		add_alike(&g, row);
	bench_grid_print(&g, t->width, t->to);
	bench_grid_free(&g);
	return i;
}

static void print_alike(const struct text *t)
{
	const json_t *rows = json_object_get(t->comparison, "rows");
	size_t n = json_array_size(rows);

	bench_print_wrapped(
		t->to, t->width, "", "",
		"One machine: each cell against the same cell of A, their "
		"rounds as independent sets. The nanoseconds are those of the "
		"tables, percentiles over all rounds together; ratios and "
		"verdicts are of the rounds, each with its own percentile. A "
		"ratio below 1 is cheaper than A; where a figure is not above 0 in every round, the "
		"difference in ns stands instead. What is called a difference "
		"is more than 3 %, more than identical code showed in either "
		"run (A/A), and beyond chance: in 95 % of comparisons every "
		"such word is right (Holm).");
	print_results(t);
	for (size_t i = 0; i < n;)
		i = print_alike_block(t, rows, i);
	if (!n)
		fprintf(t->to, "\nNo cell was measured in both.\n");
}

/* ---- Several machines ---- */

static void put_side(struct bench_grid *g, unsigned int column,
		     const json_t *side)
{
	int rank = (int)json_integer_value(json_object_get(side, "rank"));
	bool broken = !strcmp(bench_text(side, "status"), "broken");
	char cost[BENCH_INTERVAL_TEXT];

	if (!json_object_get(side, "cost")) {
		bench_grid_put(g, column, "%s", bench_text(side, "status"));
		return;
	}
	bench_text_interval(bench_get_number(side, "cost"),
			    bench_get_number(side, "low"),
			    bench_get_number(side, "high"), 1, cost);
	if (rank)
		bench_grid_put(g, column, "%s #%d", cost, rank);
	else
		bench_grid_put(g, column, "%s%s", cost,
			       broken ? " broken" : "");
}

static void add_unlike(struct bench_grid *g, const json_t *row)
{
	const json_t *sides = json_object_get(row, "sides");
	bool control = !strcmp(bench_text(row, "kind"), "control");

	bench_grid_row(g);
	bench_grid_put(g, 0, "%s%s", bench_text(row, "strategy"),
		       control ? " (control)" : "");
	for (unsigned int i = 1; i < g->columns; i++)
		put_side(g, i, json_array_get(sides, i - 1));
}

static size_t print_unlike_block(const struct text *t, const json_t *rows,
				 size_t i)
{
	size_t machines =
		json_array_size(json_object_get(t->comparison, "results"));
	const json_t *first = json_array_get(rows, i), *row = first;
	struct bench_grid g = { 0 };

	print_title(t, bench_text(first, "group"), ": ",
		    bench_text(first, "measure"));
	bench_grid_column(&g, &(struct bench_column){ .title = "strategy" });
	for (size_t m = 0; m < machines; m++) {
		const char title[] = { letter(m), '\0' };

		bench_grid_column(&g, &(struct bench_column){ .title = title });
	}
	for (; same_block(first, row, "group", "measure");
	     row = json_array_get(rows, ++i))
		add_unlike(&g, row);
	bench_grid_print(&g, t->width, t->to);
	bench_grid_free(&g);
	return i;
}

static void print_unlike(const struct text *t)
{
	const json_t *rows = json_object_get(t->comparison, "rows");
	size_t n = json_array_size(rows);

	bench_print_wrapped(
		t->to, t->width, "", "",
		"Different machines: side by side, never pooled. No nanosecond "
		"of one is compared with another's: costs are multiples inside "
		"each machine's own run, #1 is the cheapest candidate there.");
	print_results(t);
	for (size_t i = 0; i < n;)
		i = print_unlike_block(t, rows, i);
}

void bench_compare_print(const json_t *comparison, unsigned int width, FILE *to)
{
	const struct text t = { comparison, width, to };

	if (json_is_true(json_object_get(comparison, "same-machine")))
		print_alike(&t);
	else
		print_unlike(&t);
}
