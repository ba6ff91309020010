/* SPDX-License-Identifier: MIT */
/* tables.c - the tables of each scenario: what their columns are. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/show/parts.h"

/* Cells that differ in their strategy alone, candidates first, controls after
 * a line. */
struct table {
	const char *scenario;
	const char *title;
	/* Not the scenario's first: no row for what was not measured, and none
	 * of it where nothing was. */
	bool is_extra;
	bool has_buffers; /* a line about crossings and memory, too */
	const struct show_column *columns;
};

#define NAME	       SHOW_WORDS(name, "strategy", "")
#define VERDICT	       SHOW_WORDS(verdict, "verdict", "")
#define US	       .unit = SHOW_US
#define AT(percentile) .percent = (percentile)
#define ADDED	       SHOW_WORDS(added, "+ ns", "what an event costs more than @'s")
#define RATIO(words)   SHOW_FIGURE(interval, RATIO_LOG, .meaning = (words))

static const struct show_column write_columns[] = {
	NAME,
	SHOW_FIGURE(interval, WRITER_NS_PER_EVENT),
	ADDED,
	RATIO("cost as a multiple of @'s, which takes turns with it in one "
	      "process"),
	VERDICT,
	SHOW_WORDS(floor, "own floor",
		   "cost as a multiple of the bare mechanism that it cannot be "
		   "cheaper than, and ns more than that",
		   .unit = 1),
	{ 0 }
};

static const struct show_column swap_columns[] = {
	NAME,
	SHOW_FIGURE(count, SWAP_SAFE, .title = "swaps", .meaning = ""),
	SHOW_FIGURE(interval, SWAP_SAFE, AT(50), US),
	SHOW_FIGURE(median, SWAP_SAFE, AT(90), US),
	SHOW_FIGURE(tail, SWAP_SAFE, AT(99), US),
	SHOW_FIGURE(tail_median, SWAP_SAFE, AT(99.9), US),
	SHOW_FIGURE(most, SWAP_SAFE, .title = "max", .meaning = ""),
	SHOW_FIGURE(median, SWAP_CALL, AT(50), US),
	{ 0 }
};

static const struct show_column swapper_columns[] = {
	NAME,
	SHOW_FIGURE(median, SWAP_EXCHANGE, AT(50), US),
	SHOW_FIGURE(tail_median, SWAP_EXCHANGE, AT(99), US),
	SHOW_FIGURE(median, SWAP_RECYCLE, AT(50), US),
	SHOW_FIGURE(median, SWAP_STALENESS, AT(50), US),
	SHOW_FIGURE(median, SWAP_STALENESS, AT(99), US),
	SHOW_FIGURE(count, SWAP_ACHIEVED_PER_S),
	SHOW_FIGURE(count, SWAP_RETRIES),
	SHOW_FIGURE(interval, SWAP_SWAPPER_CPU_NS, US),
	SHOW_FIGURE(median, SWAP_SWAPPER_SYSCALLS),
	{ 0 }
};

static const struct show_column swapped_columns[] = {
	NAME,
	SHOW_FIGURE(interval, WRITER_NS_PER_COMMITTED),
	ADDED,
	RATIO("cost of a stored event while swaps happen, as a multiple of @'s "
	      "without any"),
	VERDICT,
	SHOW_FIGURE(interval, SWAP_DROPS_PER_SWAP),
	SHOW_WORDS(floor, "own floor",
		   "p50 of the swap call as a multiple of the bare mechanism, "
		   "and us more than that",
		   US),
	{ 0 }
};

static const struct show_column events_columns[] = {
	NAME,
	SHOW_FIGURE(interval, WRITER_NS_PER_EVENT),
	SHOW_FIGURE(count, WRITER_ATTEMPTED_PER_S),
	SHOW_FIGURE(count, WRITER_COMMITTED_PER_S),
	{ 0 }
};

static const struct show_column paced_columns[] = {
	NAME,
	SHOW_FIGURE(count, WRITER_LATENCY, .title = "events", .meaning = ""),
	SHOW_FIGURE(interval, WRITER_LATENCY, AT(50)),
	SHOW_FIGURE(interval, WRITER_LATENCY, AT(99)),
	SHOW_FIGURE(median, WRITER_BASELINE_LATENCY, AT(50)),
	SHOW_FIGURE(median, WRITER_BASELINE_LATENCY, AT(99)),
	{ 0 }
};

static const struct show_column latency_columns[] = {
	NAME,
	SHOW_FIGURE(count, WRITER_LATENCY, .title = "events", .meaning = ""),
	SHOW_FIGURE(interval, WRITER_LATENCY, AT(50)),
	SHOW_FIGURE(interval, WRITER_LATENCY, AT(99)),
	SHOW_FIGURE(median, WRITER_LATENCY, AT(99.9)),
	SHOW_FIGURE(median, WRITER_LATENCY, AT(99.99)),
	SHOW_FIGURE(most, WRITER_LATENCY, .title = "max", .meaning = ""),
	SHOW_FIGURE(median, WRITER_BASELINE_LATENCY, AT(99)),
	SHOW_FIGURE(median, WRITER_BASELINE_LATENCY, AT(99.9)),
	{ 0 }
};

static const struct show_column footprint_columns[] = {
	NAME,
	SHOW_FIGURE(count, FOOTPRINT_SWAPS),
	SHOW_FIGURE(interval, FOOTPRINT_STOLEN_NS, US),
	SHOW_FIGURE(interval, FOOTPRINT_PEAK, AT(50), US),
	SHOW_FIGURE(median, FOOTPRINT_PEAK, AT(99), US),
	SHOW_FIGURE(median, FOOTPRINT_CONTROL_PEAK, AT(50), US),
	SHOW_FIGURE(median, FOOTPRINT_CONTROL_PEAK, AT(99), US),
	SHOW_FIGURE(median, FOOTPRINT_DURATION, AT(50), US),
	{ 0 }
};

static const struct show_column scaling_columns[] = {
	NAME,
	SHOW_FIGURE(count, SCALING_COST, .title = "whole",
		    .meaning = "snapshots that hold every slot"),
	SHOW_FIGURE(interval, SCALING_COST, AT(50), US),
	SHOW_FIGURE(tail_median, SCALING_COST, AT(99), US),
	SHOW_FIGURE(interval, SCALING_SKEW, AT(50), US),
	SHOW_FIGURE(tail_median, SCALING_SKEW, AT(99), US),
	SHOW_FIGURE(count, SCALING_PARTIAL),
	{ 0 }
};

static const struct table tables[] = {
	{ "write", "Cost of a write while nobody swaps: ns", false, true,
	  write_columns },
	{ "swap",
	  "Time of a swap, from its planned start until the snapshot "
	  "is safe to read: us",
	  false, false, swap_columns },
	{ "swap", "The swapper's side of these swaps: us", true, false,
	  swapper_columns },
	{ "swap", "What these swaps do to the writer", false, false,
	  swapped_columns },
	{ "swap", "The writer's side of these swaps", true, true,
	  events_columns },
	{ "swap", "The paced writer: ns for one event while swaps happen", true,
	  false, paced_columns },
	{ "latency", "Time of one write while swaps happen: ns", false, false,
	  latency_columns },
	{ "footprint", "What one swap takes from the writer around it: us",
	  false, false, footprint_columns },
	{ "scaling",
	  "A snapshot of every slot, from its planned start until "
	  "all are safe "
	  "to read: us",
	  false, false, scaling_columns },
};

/* What a scenario may have that has no table of its own, as one of another
 * build: what is empty is left out. */
static const struct show_column other_columns[] = {
	NAME,
	SHOW_FIGURE(interval, WRITER_NS_PER_EVENT),
	SHOW_FIGURE(interval, WRITER_NS_PER_COMMITTED),
	ADDED,
	RATIO("cost as a multiple of the baseline's, which takes turns with it "
	      "in one process"),
	VERDICT,
	SHOW_FIGURE(interval, WRITER_LATENCY, AT(50)),
	SHOW_FIGURE(interval, WRITER_LATENCY, AT(99)),
	SHOW_FIGURE(interval, SWAP_SAFE, AT(50)),
	SHOW_FIGURE(tail, SWAP_SAFE, AT(99)),
	SHOW_FIGURE(interval, FLOOR_NS),
	{ 0 }
};

/* ---- Rows ---- */

static bool is_row(const json_t *cell, const json_t *like, bool controls)
{
	return bench_view_is_control(cell) == controls &&
	       bench_view_same_table(cell, like, NULL);
}

static void add_group(const struct show *s, struct bench_grid *g,
		      const struct table *t, const json_t *like, bool controls)
{
	const json_t *cell;
	bool any = false;

	show_for_each_cell(s, cell)
	{
		if (!is_row(cell, like, controls) ||
		    (t->is_extra && !bench_view_has_numbers(cell)))
			continue;
		if (controls && !any)
			bench_grid_note(g, "controls:", "%s", "");
		any = true;
		if (bench_view_has_numbers(cell))
			show_row(g, t->columns, cell);
		else
			show_status_row(g, cell);
	}
}

/* ---- A line about memory ---- */

struct range {
	double least, most; /* NaN: nothing */
};

static double crossings(const json_t *cell)
{
	return 100 *
	       bench_view_figure(cell, BENCH_FIGURE_WRITER_CROSSINGS).value /
	       bench_view_figure(cell, BENCH_FIGURE_WRITER_ATTEMPTED).value;
}

static struct range range_of(const struct show *s, const json_t *like,
			     double (*figure)(const json_t *cell))
{
	struct range r = { NAN, NAN };
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		if (!bench_view_same_table(cell, like, NULL) ||
		    !bench_view_has_numbers(cell))
			continue;
		r.least = fmin(r.least, figure(cell));
		r.most = fmax(r.most, figure(cell));
	}
	return r;
}

/* "136" or "136 to 137" */
static char *range_text(struct range r, char text[BENCH_INTERVAL_TEXT])
{
	char least[BENCH_NUMBER_TEXT], most[BENCH_NUMBER_TEXT];

	bench_text_number(r.least, least);
	bench_text_number(r.most, most);
	if (!strcmp(least, most))
		snprintf(text, BENCH_INTERVAL_TEXT, "%s", least);
	else
		snprintf(text, BENCH_INTERVAL_TEXT, "%s to %s", least, most);
	return text;
}

/* Nearly the same for all writers of a table: a line for all. */
static void print_buffers(const struct show *s, const json_t *like)
{
	struct range entered = range_of(s, like, crossings);
	struct range kib = range_of(s, like, bench_view_memory_kib);
	struct range node = range_of(s, like, bench_view_memory_node);
	char share[BENCH_INTERVAL_TEXT], size[BENCH_INTERVAL_TEXT];
	char where[BENCH_INTERVAL_TEXT];

	if (isnan(entered.least) || isnan(kib.least))
		return;
	show_line(s,
		  "%s %% of the events are the first of a sub-buffer; both "
		  "buffers of a slot: %s KiB%s%s",
		  range_text(entered, share), range_text(kib, size),
		  isnan(node.least) ? "" : " on node ",
		  isnan(node.least) ? "" : range_text(node, where));
}

/* ---- Printing ---- */

void show_title(const struct show *s, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	fputc('\n', s->to);
	bench_print_wrapped(s->to, s->width, "", "  ", text ? text : "");
	free(text);
}

void show_line(const struct show *s, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	bench_print_wrapped(s->to, s->width, "  ", "    ", text ? text : "");
	free(text);
}

void show_where(const struct show *s, const json_t *cell)
{
	char *text = show_where_text(cell);

	show_line(s, "%s", text ? text : "");
	free(text);
}

void show_schedulers(const struct show *s, const json_t *like)
{
	const json_t *cell;
	const char *why;

	show_for_each_cell(s, cell)
	{
		why = bench_view_same_table(cell, like, NULL) &&
				      bench_view_has_numbers(cell)
			      ? bench_view_no_real_time(cell)
			      : NULL;
		if (!why)
			continue;
		show_line(s, "no real-time priority: %s", why);
		return;
	}
}

void show_attempted(const struct show *s, const json_t *like)
{
	const json_t *judged = like ? show_first_judged(s, like) : NULL;
	struct bench_view_ratio ratio;

	if (judged && bench_view_ratio(judged, &ratio) && !ratio.of_stored)
		show_line(s,
			  "an older run: its ratios and verdicts while "
			  "swapped are of attempted events, refused ones "
			  "among them");
}

static void print_table(const struct show *s, const struct table *t,
			const json_t *like)
{
	struct bench_grid g = { 0 };

	show_columns(&g, t->columns, show_first_judged(s, like));
	add_group(s, &g, t, like, false);
	add_group(s, &g, t, like, true);
	bench_grid_drop_empty(&g);
	if (g.columns > 1 || !t->is_extra) {
		show_title(s, "%s", t->title);
		show_where(s, show_first_measured(s, like));
		if (t->columns == swapped_columns)
			show_attempted(s, like);
		if (t->has_buffers)
			print_buffers(s, like);
		bench_grid_print(&g, s->width, s->to);
		show_legend(s, &g);
		if (bench_grid_ends(&g, " sched"))
			show_schedulers(s, like);
	}
	bench_grid_free(&g);
}

static bool has_table(const json_t *cell)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		if (bench_view_is_scenario(cell, tables[t].scenario))
			return true;
	return false;
}

/* Every table of a scenario; where nothing was measured, the first says so. */
static void print_scenario(const struct show *s, const json_t *like)
{
	bool any = bench_view_has_numbers(show_first_measured(s, like));
	unsigned int n = 0;

	if (!has_table(like) && !bench_view_is_floor(like))
		print_table(
			s,
			&(struct table){ .title = bench_text(like, "scenario"),
					 .columns = other_columns },
			like);
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		if (bench_view_is_scenario(like, tables[t].scenario) &&
		    (any || !n++))
			print_table(s, &tables[t], like);
	if (bench_view_is_floor(like))
		show_floors(s, like);
	if (any)
		show_outcomes(s, like);
	show_counters(s, like);
}

static const char *const order[] = { "write",	  "swap",    "latency",
				     "footprint", "scaling", "floor" };

#define ORDERED (sizeof(order) / sizeof(order[0]))

static bool is_in_order(const json_t *cell)
{
	for (size_t o = 0; o < ORDERED; o++)
		if (bench_view_is_scenario(cell, order[o]))
			return true;
	return false;
}

/* Is it the last cell of those that differ in their number of writers too? */
static bool closes_writers(const struct show *s, size_t at)
{
	const json_t *cell = bench_view_cell(s->asked, at);
	const json_t *other;

	while ((other = bench_view_cell(s->asked, ++at)) != NULL)
		if (bench_view_same_table(cell, other, "writers"))
			return false;
	return bench_view_is_scenario(cell, "scaling");
}

/* Those of a scenario; NULL: of all that order does not name. */
static void print_all_of(const struct show *s, const char *scenario)
{
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		if (scenario ? !bench_view_is_scenario(cell, scenario)
			     : is_in_order(cell))
			continue;
		if (bench_view_opens_table(s->asked, cell_i, NULL))
			print_scenario(s, cell);
		if (closes_writers(s, cell_i))
			show_writers(s, cell);
	}
}

void show_tables(const struct show *s)
{
	for (size_t o = 0; o < ORDERED; o++)
		print_all_of(s, order[o]);
	print_all_of(s, NULL);
	show_uncounted(s);
}
