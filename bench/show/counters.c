/* SPDX-License-Identifier: MIT */
/* counters.c - what the hardware and the system counted, or why not. */
#include "bench/show/parts.h"

static const struct show_column write_columns[] = {
	SHOW_COLUMN(name, NULL, "strategy", NULL),
	SHOW_COLUMN(interval, "writer.instructions-per-event", "instructions",
		    NULL),
	SHOW_COLUMN(interval, "writer.cycles-per-event", "cycles", NULL),
	SHOW_COLUMN(interval, "writer.branch-misses-per-event", "branch misses",
		    NULL),
	SHOW_COLUMN(interval, "writer.cache-misses-per-event", "cache misses",
		    NULL),
	{ 0 }
};

static const struct show_column swap_columns[] = {
	SHOW_COLUMN(name, NULL, "strategy", NULL),
	SHOW_COLUMN(interval, "swap.instructions-per-swap", "instructions",
		    NULL),
	SHOW_COLUMN(interval, "swap.cycles-per-swap", "cycles", NULL),
	SHOW_COLUMN(interval, "swap.branch-misses-per-swap", "branch misses",
		    NULL),
	SHOW_COLUMN(interval, "swap.cache-misses-per-swap", "cache misses",
		    NULL),
	{ 0 }
};

static bool is_counted(const json_t *cell)
{
	return show_has_numbers(cell) &&
	       show_is(json_object_get(cell, "counters"), "status", "counted");
}

static bool is_shared(const json_t *cell)
{
	return json_is_true(json_object_get(json_object_get(cell, "counters"),
					    "multiplexed"));
}

/* Beside the tables of a scenario, where the machine counts at all. */
void show_counters(const struct show *s, const json_t *like)
{
	bool write = show_is(like, "scenario", "write") ||
		     show_is(like, "scenario", "floor");
	const struct show_column *columns = write ? write_columns
						  : swap_columns;
	struct bench_grid g = { 0 };
	const json_t *cell;
	size_t i;

	show_columns(&g, columns, like);
	json_array_foreach (s->cells, i, cell) {
		if (!show_same_table(cell, like) || !is_counted(cell))
			continue;
		show_row(&g, columns, cell);
		if (is_shared(cell))
			bench_grid_put(&g, 0, "%s (shared)",
				       bench_text(cell, "strategy"));
	}
	if (g.rows) {
		show_title(s, "Hardware counters: %s",
			   write ? "of the writer, for one event"
				 : "of the swapper, for one swap");
		bench_grid_print(&g, s->width, s->to);
	}
	bench_grid_free(&g);
}

static void print_uncounted(const struct show *s)
{
	const char *reason = NULL;
	const json_t *cell;
	size_t i;

	json_array_foreach (s->cells, i, cell) {
		if (is_counted(cell))
			return;
		if (!reason)
			reason = bench_text(json_object_get(cell, "counters"),
					    "reason");
	}
	if (reason)
		show_title(s, "No hardware counters: %s", reason);
}

static void print_no_syscalls(const struct show *s)
{
	const char *reason = NULL;
	const json_t *cell;
	size_t i;

	json_array_foreach (s->cells, i, cell) {
		const json_t *swap = json_object_get(cell, "swap");

		if (json_object_get(swap, "swapper-syscalls"))
			return;
		if (!reason)
			reason = bench_text(swap, "swapper-syscalls-reason");
	}
	if (reason)
		show_title(s, "System calls were not counted: %s", reason);
}

void show_uncounted(const struct show *s)
{
	print_uncounted(s);
	print_no_syscalls(s);
}
