/* SPDX-License-Identifier: MIT */
/* writers.c - what one writer's events cost by how many write. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"

static bool scales_with(const json_t *a, const json_t *b)
{
	return bench_view_same_table(a, b, "writers");
}

static int writers_of(const json_t *cell)
{
	double n = bench_view_axis_number(cell, "writers");

	return isnan(n) ? 1 : (int)n;
}

/* ---- A column for each number, a row for each strategy ---- */

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* The numbers of writers that occur, from few to many; how many there are. */
static size_t numbers_of(const struct show *s, const json_t *like, int *numbers)
{
	const json_t *cell;
	size_t n = 0, kept = 0;

	show_for_each_cell(s, cell) if (scales_with(cell, like) &&
					bench_view_has_numbers(cell))
		numbers[n++] = writers_of(cell);
	qsort(numbers, n, sizeof(*numbers), compare_ints);
	for (size_t i = 0; i < n; i++)
		if (!kept || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	return kept;
}

static const json_t *find(const struct show *s, const json_t *like,
			  const char *strategy, int writers)
{
	const json_t *cell;

	show_for_each_cell(s,
			   cell) if (scales_with(cell, like) &&
				     bench_view_has_numbers(cell) &&
				     bench_view_is_strategy(cell, strategy) &&
				     writers_of(cell) == writers) return cell;
	return NULL;
}

/* Is it the first cell of its strategy here? */
static bool begins_row(const struct show *s, const json_t *like,
		       const json_t *of)
{
	const json_t *cell;

	show_for_each_cell(
		s,
		cell) if (scales_with(cell, like) &&
			  bench_view_has_numbers(cell) &&
			  bench_view_is_strategy(
				  cell, bench_view_strategy(of))) return cell ==
		of;
	return false;
}

static void add_row(const struct show *s, struct bench_grid *g,
		    const json_t *cell, const int *numbers, size_t n)
{
	static const struct show_column ns =
		SHOW_FIGURE(interval, WRITER_NS_PER_COMMITTED);
	const char *strategy = bench_view_strategy(cell);

	bench_grid_row(g);
	bench_grid_put(g, 0, "%s", strategy);
	for (size_t i = 0; i < n; i++) {
		const json_t *at = find(s, cell, strategy, numbers[i]);

		if (at)
			show_put_interval(g, (unsigned int)i + 1, at, &ns);
	}
}

static void add_rows(const struct show *s, struct bench_grid *g,
		     const json_t *like, const int *numbers, size_t n)
{
	const json_t *cell;

	for (int controls = 0; controls < 2; controls++)
		show_for_each_cell(s, cell) if (bench_view_is_control(cell) ==
							controls &&
						begins_row(s, like, cell))
			add_row(s, g, cell, numbers, n);
}

static void add_columns(struct bench_grid *g, const int *numbers, size_t n)
{
	bench_grid_column(g, &(struct bench_column){ .title = "strategy" });
	for (size_t i = 0; i < n; i++) {
		char title[BENCH_NUMBER_TEXT];

		snprintf(title, sizeof(title), "%d writer%s", numbers[i],
			 numbers[i] == 1 ? "" : "s");
		bench_grid_column(g, &(struct bench_column){ .title = title });
	}
}

void show_writers(const struct show *s, const json_t *like)
{
	int *numbers = calloc(bench_view_cells(s->asked) + 1, sizeof(*numbers));
	size_t n = numbers ? numbers_of(s, like, numbers) : 0;
	struct bench_grid g = { 0 };

	if (n) {
		add_columns(&g, numbers, n);
		add_rows(s, &g, like, numbers, n);
		show_title(s,
			   "The writers beside these snapshots: ns for one "
			   "stored event of each, by how many write");
		bench_grid_print(&g, s->width, s->to);
		bench_grid_free(&g);
	}
	free(numbers);
}
