/* SPDX-License-Identifier: MIT */
/* outcomes.c - how swaps ended, and why events were dropped meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"

/* "ok 5999, deferred 3", or of each so many @by; the caller frees. */
static char *counts_text(const json_t *map, double by)
{
	json_t *object = (json_t *)map; /* iteration changes nothing */
	char *text = NULL, digits[BENCH_NUMBER_TEXT];
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	const char *name;
	bool any = false;
	json_t *count;

	if (!to)
		return NULL;
	json_object_foreach (object, name, count) {
		double value = json_number_value(count) / by;

		if (value == 0)
			continue;
		fprintf(to, "%s%s %s", any ? ", " : "", name,
			by == 1 ? bench_text_count(value, digits)
				: bench_text_number(value, digits));
		any = true;
	}
	if (!any)
		fputs("none", to);
	fclose(to);
	return text;
}

static void add_outcomes(struct bench_grid *g, const json_t *cell)
{
	/* Drops are of a whole block, and so are these. */
	double swaps = bench_get_number(cell, "verification.snapshots");
	const json_t *drops =
		json_object_get(json_object_get(cell, "writer"), "drops");
	char *ended = counts_text(
		json_object_get(json_object_get(cell, "swap"), "outcomes"), 1);
	char *lost = counts_text(swaps > 0 ? drops : NULL, swaps);

	bench_grid_row(g);
	bench_grid_put(g, 0, "%s", bench_text(cell, "strategy"));
	bench_grid_put(g, 1, "%s", ended ? ended : "");
	bench_grid_put(g, 2, "%s", lost ? lost : "");
	free(ended);
	free(lost);
}

static bool has_outcomes(const json_t *cell)
{
	return show_has_numbers(cell) && json_object_get(cell, "swap") &&
	       !show_is(cell, "scenario", "scaling");
}

void show_outcomes(const struct show *s, const json_t *like)
{
	static const struct bench_column columns[] = {
		{ .title = "strategy" },
		{ .title = "swaps" },
		{ .title = "dropped per swap" },
	};
	struct bench_grid g = { 0 };
	const json_t *cell;
	size_t i;

	for (i = 0; i < 3; i++)
		bench_grid_column(&g, &columns[i]);
	json_array_foreach (s->cells, i, cell)
		if (show_same_table(cell, like) && has_outcomes(cell))
			add_outcomes(&g, cell);
	if (g.rows) {
		show_title(s,
			   "How these swaps ended, and the events dropped "
			   "for each, by cause");
		bench_grid_print(&g, s->width, s->to);
	}
	bench_grid_free(&g);
}
