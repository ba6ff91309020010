/* SPDX-License-Identifier: MIT */
/* writers.c - what one writer's events cost by how many write. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"

#define AXIS "writers="

/* The point without its number of writers: up to there, and behind it. */
static const char *split_point(const json_t *cell, size_t *before)
{
	const char *point = show_point(cell);
	const char *at = strstr(point, "/" AXIS);
	const char *behind = at ? strchr(at + 1, '/') : NULL;

	*before = at ? (size_t)(at - point) : strcspn(point, "/");
	if (!at)
		return point + *before;
	return behind ? behind : "";
}

static bool scales_with(const json_t *a, const json_t *b)
{
	size_t before_a, before_b;
	const char *behind_a = split_point(a, &before_a);
	const char *behind_b = split_point(b, &before_b);

	return show_is(a, "scenario", bench_text(b, "scenario")) &&
	       before_a == before_b &&
	       !strncmp(show_point(a), show_point(b), before_a) &&
	       !strcmp(behind_a, behind_b);
}

bool show_is_last_of_writers(const json_t *cells, size_t at)
{
	for (size_t i = at + 1; i < json_array_size(cells); i++)
		if (scales_with(json_array_get(cells, i),
				json_array_get(cells, at)))
			return false;
	return true;
}

static int writers_of(const json_t *cell)
{
	double n = bench_get_number(cell, "axes.writers");

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
	size_t n = 0, kept = 0, i;

	json_array_foreach (s->cells, i, cell)
		if (scales_with(cell, like) && show_has_numbers(cell))
			numbers[n++] = writers_of(cell);
	qsort(numbers, n, sizeof(*numbers), compare_ints);
	for (i = 0; i < n; i++)
		if (!kept || numbers[kept - 1] != numbers[i])
			numbers[kept++] = numbers[i];
	return kept;
}

static const json_t *find(const struct show *s, const json_t *like,
			  const char *strategy, int writers)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (s->cells, i, cell)
		if (scales_with(cell, like) && show_has_numbers(cell) &&
		    show_is(cell, "strategy", strategy) &&
		    writers_of(cell) == writers)
			return cell;
	return NULL;
}

/* Is it the first cell of its strategy here? */
static bool begins_row(const struct show *s, const json_t *like, size_t at)
{
	const json_t *cell = json_array_get(s->cells, at);
	const json_t *other;
	size_t i;

	if (!scales_with(cell, like) || !show_has_numbers(cell))
		return false;
	json_array_foreach (s->cells, i, other) {
		if (i == at)
			break;
		if (scales_with(other, like) && show_has_numbers(other) &&
		    show_is(other, "strategy", bench_text(cell, "strategy")))
			return false;
	}
	return true;
}

static void add_row(const struct show *s, struct bench_grid *g,
		    const json_t *cell, const int *numbers, size_t n)
{
	static const struct show_column ns = { .figure =
						       "writer.ns-per-event" };
	const char *strategy = bench_text(cell, "strategy");

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
	for (int controls = 0; controls < 2; controls++)
		for (size_t i = 0; i < json_array_size(s->cells); i++) {
			const json_t *cell = json_array_get(s->cells, i);

			if (show_is_control(cell) == controls &&
			    begins_row(s, like, i))
				add_row(s, g, cell, numbers, n);
		}
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
	int *numbers = calloc(json_array_size(s->cells) + 1, sizeof(*numbers));
	size_t n = numbers ? numbers_of(s, like, numbers) : 0;
	struct bench_grid g = { 0 };

	if (n) {
		add_columns(&g, numbers, n);
		add_rows(s, &g, like, numbers, n);
		show_title(s,
			   "The writers beside these snapshots: ns for one "
			   "event of each, by how many write");
		bench_grid_print(&g, s->width, s->to);
		bench_grid_free(&g);
	}
	free(numbers);
}
