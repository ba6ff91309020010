/* SPDX-License-Identifier: MIT */
/* floors.c - the table of the bare mechanisms. */
#include "bench/show/parts.h"

static const struct show_column columns[] = {
	SHOW_WORDS(name, "floor", ""),
	SHOW_FIGURE(interval, FLOOR_NS),
	SHOW_FIGURE(median, FLOOR_LATENCY, .percent = 99),
	SHOW_FIGURE(median, FLOOR_LATENCY, .percent = 99.9),
	{ 0 }
};

void show_floors(const struct show *s, const json_t *like)
{
	struct bench_grid g = { 0 };
	const json_t *cell;

	show_columns(&g, columns, like);
	show_for_each_cell(s, cell)
	{
		if (!bench_view_same_table(cell, like, NULL))
			continue;
		if (bench_view_has_numbers(cell))
			show_row(&g, columns, cell);
		else
			show_status_row(&g, cell);
	}
	bench_grid_drop_empty(&g);
	show_title(s,
		   "Floors: ns for one bare mechanism, which no strategy "
		   "that uses it can beat");
	show_where(s, show_first_measured(s, like));
	bench_grid_print(&g, s->width, s->to);
	show_legend(s, &g);
	bench_grid_free(&g);
}
