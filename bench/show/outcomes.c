/* SPDX-License-Identifier: MIT */
/* outcomes.c - how swaps ended, and why events were dropped meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"

/* "ok 5999, deferred 3"; the caller frees. */
static char *counts_text(const json_t *cell, enum bench_figure figure)
{
	size_t n = bench_view_counts(cell, figure, NULL, 0);
	struct bench_view_count *counts = calloc(n + 1, sizeof(*counts));
	char *text = NULL, digits[BENCH_NUMBER_TEXT];
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	bool any = false;

	if (!to || !counts)
		n = 0;
	else
		bench_view_counts(cell, figure, counts, n);
	for (size_t i = 0; i < n; i++) {
		if (!(counts[i].count > 0))
			continue;
		fprintf(to, "%s%s %s", any ? ", " : "", counts[i].name,
			bench_text_count(counts[i].count, digits));
		any = true;
	}
	if (to && !any)
		fputs("none", to);
	if (to)
		fclose(to);
	free(counts);
	return text;
}

static void add_outcomes(struct bench_grid *g, const json_t *cell)
{
	char *ended = counts_text(cell, BENCH_FIGURE_SWAP_OUTCOMES);
	char *lost = counts_text(cell, BENCH_FIGURE_WRITER_DROPS);

	bench_grid_row(g);
	bench_grid_put(g, 0, "%s", bench_view_strategy(cell));
	bench_grid_put(g, 1, "%s", ended ? ended : "");
	bench_grid_put(g, 2, "%s", lost ? lost : "");
	free(ended);
	free(lost);
}

static void add_rows(const struct show *s, struct bench_grid *g,
		     const json_t *like, bool controls)
{
	bool any = false;
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		if (bench_view_is_control(cell) != controls ||
		    !bench_view_same_table(cell, like, NULL) ||
		    !bench_view_counts(cell, BENCH_FIGURE_SWAP_OUTCOMES, NULL,
				       0))
			continue;
		if (controls && !any)
			bench_grid_note(g, "controls:", "%s", "");
		any = true;
		add_outcomes(g, cell);
	}
}

/* Candidates first, as in every table. */
void show_outcomes(const struct show *s, const json_t *like)
{
	static const struct bench_column columns[] = {
		{ .title = "strategy" },
		{ .title = "swaps" },
		{ .title = "events refused" },
	};
	struct bench_grid g = { 0 };

	for (size_t i = 0; i < 3; i++)
		bench_grid_column(&g, &columns[i]);
	add_rows(s, &g, like, /* controls */ false);
	add_rows(s, &g, like, /* controls */ true);
	if (g.rows) {
		show_title(
			s,
			"How these swaps ended, and why events were refused, "
			"in whole blocks, warm-up and checks included");
		bench_grid_print(&g, s->width, s->to);
	}
	bench_grid_free(&g);
}
