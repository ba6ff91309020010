/* SPDX-License-Identifier: MIT */
/* floors.c - the table of the bare mechanisms. */
#include "bench/show/parts.h"

static const struct show_column columns[] = {
	SHOW_COLUMN(name, NULL, "floor", NULL),
	SHOW_COLUMN(interval, "floor.ns", "ns", NULL),
	SHOW_COLUMN(percentile, "floor.latency", "p99", NULL, .percent = 99),
	SHOW_COLUMN(percentile, "floor.latency", "p99.9", NULL,
		    .percent = 99.9),
	{ 0 }
};

static void add_floor(struct bench_grid *g, const json_t *cell)
{
	const char *reason = bench_text(cell, "reason");

	if (show_has_numbers(cell))
		show_row(g, columns, cell);
	else
		bench_grid_note(g, bench_text(cell, "strategy"), "%s: %s",
				bench_text(cell, "status"),
				reason ? reason : "");
}

void show_floors(const struct show *s, const json_t *like)
{
	struct bench_grid g = { 0 };
	const json_t *cell;
	size_t i;

	show_columns(&g, columns, like);
	json_array_foreach (s->cells, i, cell)
		if (show_same_table(cell, like))
			add_floor(&g, cell);
	bench_grid_drop_empty(&g);
	show_title(s,
		   "Floors: ns for one bare mechanism, which no strategy "
		   "that uses it can beat");
	show_where(s, show_first_measured(s->cells, like));
	bench_grid_print(&g, s->width, s->to);
	show_legend(s, &g);
	bench_grid_free(&g);
}
