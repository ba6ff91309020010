/* SPDX-License-Identifier: MIT */
/* counters.c - what the hardware and the system counted, or why not. */
#include <math.h>

#include "bench/show/parts.h"

static const struct show_column columns[] = {
	SHOW_WORDS(name, "strategy", ""),
	SHOW_FIGURE(interval, WRITER_INSTRUCTIONS_PER_EVENT),
	SHOW_FIGURE(interval, WRITER_CYCLES_PER_EVENT),
	SHOW_FIGURE(interval, WRITER_BRANCH_MISSES_PER_EVENT),
	SHOW_FIGURE(interval, WRITER_CACHE_MISSES_PER_EVENT),
	SHOW_FIGURE(interval, SWAP_INSTRUCTIONS_PER_SWAP),
	SHOW_FIGURE(interval, SWAP_CYCLES_PER_SWAP),
	SHOW_FIGURE(interval, SWAP_BRANCH_MISSES_PER_SWAP),
	SHOW_FIGURE(interval, SWAP_CACHE_MISSES_PER_SWAP),
	{ 0 }
};

static bool is_counted(const json_t *cell)
{
	return bench_view_has_numbers(cell) && bench_view_is_counted(cell);
}

/* Beside the tables of a scenario, where the machine counts at all: columns of
 * the writer or of the swapper, whichever were counted. */
void show_counters(const struct show *s, const json_t *like)
{
	struct bench_grid g = { 0 };
	const json_t *cell;

	show_columns(&g, columns, like);
	show_for_each_cell(s, cell)
	{
		if (!bench_view_same_table(cell, like, NULL) ||
		    !is_counted(cell))
			continue;
		show_row(&g, columns, cell);
		if (bench_view_is_multiplexed(cell))
			bench_grid_put(&g, 0, "%s (shared)",
				       bench_view_strategy(cell));
	}
	bench_grid_drop_empty(&g);
	if (g.columns > 1) {
		show_title(s, "Hardware counters");
		bench_grid_print(&g, s->width, s->to);
		show_legend(s, &g);
	}
	bench_grid_free(&g);
}

static void print_uncounted(const struct show *s)
{
	const char *why = NULL;
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		if (is_counted(cell))
			return;
		if (!why)
			why = bench_view_uncounted(cell);
	}
	if (why)
		show_title(s, "No hardware counters: %s", why);
}

static void print_no_syscalls(const struct show *s)
{
	const char *why = NULL;
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		if (!isnan(bench_view_figure(cell,
					     BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS)
				   .value))
			return;
		if (!why)
			why = bench_view_words(
				cell,
				BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS_REASON);
	}
	if (why)
		show_title(s, "System calls were not counted: %s", why);
}

void show_uncounted(const struct show *s)
{
	print_uncounted(s);
	print_no_syscalls(s);
}
