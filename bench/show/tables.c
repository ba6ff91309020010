/* SPDX-License-Identifier: MIT */
/* tables.c - the tables of each scenario: what their columns are. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"

/* Cells that differ in their strategy alone, candidates first, controls behind
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

#define NAME	     SHOW_COLUMN(name, NULL, "strategy", NULL)
#define RATIO(words) SHOW_COLUMN(interval, "ratio", "ratio", words)
#define VERDICT	     SHOW_COLUMN(verdict, NULL, "verdict", NULL)
#define US	     1e3

static const struct show_column write_columns[] = {
	NAME,
	SHOW_COLUMN(interval, "writer.ns-per-event", "ns/event",
		    "nanoseconds for one event"),
	RATIO("cost as a multiple of @'s, which takes turns with it in one "
	      "process; of @ itself: of the bare mechanism's"),
	VERDICT,
	SHOW_COLUMN(floor, NULL, "own floor",
		    "cost as a multiple of the bare mechanism that it cannot "
		    "be cheaper than"),
	{ 0 }
};

static const struct show_column swap_columns[] = {
	NAME,
	SHOW_COLUMN(count, "swap.safe.n", "swaps", "how many were taken"),
	SHOW_COLUMN(percentile_interval, "swap.safe", "p50",
		    "half of the swaps took no longer, with its interval; "
		    "p90, p99, p99.9: so many in a hundred",
		    .unit = US, .percent = 50),
	SHOW_COLUMN(percentile, "swap.safe", "p90", NULL, .unit = US,
		    .percent = 90),
	SHOW_COLUMN(percentile_interval, "swap.safe", "p99", NULL, .unit = US,
		    .percent = 99),
	SHOW_COLUMN(percentile, "swap.safe", "p99.9", NULL, .unit = US,
		    .percent = 99.9),
	SHOW_COLUMN(most, "swap.safe", "max", "the longest"),
	SHOW_COLUMN(percentile, "swap.call", "call p50",
		    "the call alone, from when it really started; the rest is "
		    "lateness against the plan",
		    .unit = US, .percent = 50),
	{ 0 }
};

static const struct show_column swapper_columns[] = {
	NAME,
	SHOW_COLUMN(
		percentile, "swap.exchange", "exchange p50",
		"from the planned start until writers take the fresh buffer",
		.unit = US, .percent = 50),
	SHOW_COLUMN(percentile, "swap.exchange", "p99", NULL, .unit = US,
		    .percent = 99),
	SHOW_COLUMN(percentile, "swap.recycle", "recycle",
		    "making a snapshot that was read ready to be swapped in",
		    .unit = US, .percent = 50),
	SHOW_COLUMN(percentile, "swap.staleness", "stale p50",
		    "age of the newest event once the snapshot is safe to read",
		    .unit = US, .percent = 50),
	SHOW_COLUMN(percentile, "swap.staleness", "p99", NULL, .unit = US,
		    .percent = 99),
	SHOW_COLUMN(rate, "swap.achieved-per-s", "swaps/s", NULL),
	SHOW_COLUMN(count, "swap.retries", "retries",
		    "attempts that found a writer inside and were made again"),
	SHOW_COLUMN(interval, "swap.swapper-cpu-ns", "CPU",
		    "processor time of the swapper for one swap, sampled "
		    "before the planned ones begin",
		    .unit = US),
	SHOW_COLUMN(median, "swap.swapper-syscalls", "calls",
		    "its system calls, likewise"),
	{ 0 }
};

static const struct show_column swapped_columns[] = {
	NAME,
	RATIO("cost of an event while swaps happen, as a multiple of @'s "
	      "without any"),
	VERDICT,
	SHOW_COLUMN(interval, "swap.drops-per-swap", "dropped",
		    "events refused for each swap"),
	SHOW_COLUMN(floor, NULL, "own floor",
		    "p50 of the swap call as a multiple of the bare mechanism"),
	{ 0 }
};

static const struct show_column events_columns[] = {
	NAME,
	SHOW_COLUMN(interval, "writer.ns-per-event", "ns/event",
		    "nanoseconds for one event, refused ones among them"),
	SHOW_COLUMN(interval, "writer.ns-per-committed", "ns/stored",
		    "nanoseconds for each event that was not refused"),
	SHOW_COLUMN(rate, "writer.attempted-per-s", "attempted/s", NULL),
	SHOW_COLUMN(rate, "writer.committed-per-s", "stored/s", NULL),
	{ 0 }
};

static const struct show_column paced_columns[] = {
	NAME,
	SHOW_COLUMN(count, "writer.latency.n", "events", NULL),
	SHOW_COLUMN(percentile_interval, "writer.latency", "p50", NULL,
		    .percent = 50),
	SHOW_COLUMN(percentile_interval, "writer.latency", "p99", NULL,
		    .percent = 99),
	SHOW_COLUMN(percentile, "writer.baseline-latency", "idle p50",
		    "the same of @ in the same processes, without swaps",
		    .percent = 50),
	SHOW_COLUMN(percentile, "writer.baseline-latency", "p99", NULL,
		    .percent = 99),
	{ 0 }
};

static const struct show_column latency_columns[] = {
	NAME,
	SHOW_COLUMN(count, "writer.latency.n", "events", NULL),
	SHOW_COLUMN(percentile_interval, "writer.latency", "p50", NULL,
		    .percent = 50),
	SHOW_COLUMN(percentile_interval, "writer.latency", "p99", NULL,
		    .percent = 99),
	SHOW_COLUMN(percentile, "writer.latency", "p99.9", NULL,
		    .percent = 99.9),
	SHOW_COLUMN(percentile, "writer.latency", "p99.99", NULL,
		    .percent = 99.99),
	SHOW_COLUMN(most, "writer.latency", "max", "the longest"),
	SHOW_COLUMN(percentile, "writer.baseline-latency", "idle p99",
		    "the same of @ in the same processes, without swaps",
		    .percent = 99),
	SHOW_COLUMN(percentile, "writer.baseline-latency", "p99.9", NULL,
		    .percent = 99.9),
	{ 0 }
};

static const struct show_column footprint_columns[] = {
	NAME,
	SHOW_COLUMN(count, "footprint.swaps", "swaps", NULL),
	SHOW_COLUMN(interval, "footprint.stolen-ns", "stolen",
		    "writing time that is missing around one swap; below 0 "
		    "where refused writes are quicker than stored ones",
		    .unit = US),
	SHOW_COLUMN(percentile_interval, "footprint.peak", "peak p50",
		    "longest gap between two events near a swap", .unit = US,
		    .percent = 50),
	SHOW_COLUMN(percentile, "footprint.peak", "p99", NULL, .unit = US,
		    .percent = 99),
	SHOW_COLUMN(percentile, "footprint.control-peak", "idle p50",
		    "the same at instants without a swap", .unit = US,
		    .percent = 50),
	SHOW_COLUMN(percentile, "footprint.control-peak", "p99", NULL,
		    .unit = US, .percent = 99),
	SHOW_COLUMN(percentile, "footprint.duration", "duration",
		    "how long the writer runs slower", .unit = US,
		    .percent = 50),
	{ 0 }
};

static const struct show_column scaling_columns[] = {
	NAME,
	SHOW_COLUMN(count, "scaling.cost.n", "whole",
		    "snapshots that hold every slot"),
	SHOW_COLUMN(percentile_interval, "scaling.cost", "cost p50", NULL,
		    .unit = US, .percent = 50),
	SHOW_COLUMN(percentile, "scaling.cost", "p99", NULL, .unit = US,
		    .percent = 99),
	SHOW_COLUMN(percentile_interval, "scaling.skew", "skew p50",
		    "from the first slot's exchange to the last's", .unit = US,
		    .percent = 50),
	SHOW_COLUMN(percentile, "scaling.skew", "p99", NULL, .unit = US,
		    .percent = 99),
	SHOW_COLUMN(count, "scaling.partial", "partial",
		    "snapshots that lack a slot; not among the whole ones"),
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

/* ---- Rows ---- */

static const char *status_word(const json_t *cell)
{
	return show_is(cell, "status", "invalid") ? "INVALID"
						  : bench_text(cell, "status");
}

static void add_cell(struct bench_grid *g, const struct table *t,
		     const json_t *cell)
{
	const char *reason = bench_text(cell, "reason");

	if (show_has_numbers(cell))
		show_row(g, t->columns, cell);
	else if (!t->is_extra)
		bench_grid_note(g, bench_text(cell, "strategy"), "%s: %s",
				status_word(cell), reason ? reason : "");
}

static unsigned int count_group(const struct show *s, const json_t *like,
				bool controls)
{
	const json_t *cell;
	unsigned int n = 0;
	size_t i;

	json_array_foreach (s->cells, i, cell)
		n += show_is_control(cell) == controls &&
		     show_same_table(cell, like);
	return n;
}

static void add_group(const struct show *s, struct bench_grid *g,
		      const struct table *t, const json_t *like, bool controls)
{
	const json_t *cell;
	size_t i;

	if (controls && count_group(s, like, true))
		bench_grid_note(g, "controls:", "%s", "");
	json_array_foreach (s->cells, i, cell)
		if (show_is_control(cell) == controls &&
		    show_same_table(cell, like))
			add_cell(g, t, cell);
}

/* ---- A line about memory ---- */

struct range {
	double least, most; /* NaN: nothing */
};

static double crossings(const json_t *cell)
{
	return 100 * bench_get_number(cell, "writer.crossings") /
	       bench_get_number(cell, "writer.attempted");
}

static double slot_kib(const json_t *cell)
{
	return bench_get_number(cell, "memory.bytes") / 1024;
}

static double home_node(const json_t *cell)
{
	return bench_get_number(cell, "memory.node");
}

static struct range range_of(const struct show *s, const json_t *like,
			     double (*figure)(const json_t *cell))
{
	struct range r = { NAN, NAN };
	const json_t *cell;
	size_t i;

	json_array_foreach (s->cells, i, cell) {
		if (!show_same_table(cell, like) || !show_has_numbers(cell))
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
	struct range kib = range_of(s, like, slot_kib);
	struct range node = range_of(s, like, home_node);
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

static json_int_t pu_of(const json_t *value)
{
	return json_is_integer(value) ? json_integer_value(value) : -1;
}

void show_where(const struct show *s, const json_t *cell)
{
	const json_t *pus = json_object_get(cell, "pus");
	json_int_t writer =
		pu_of(json_array_get(json_object_get(pus, "writers"), 0));
	json_int_t swapper = pu_of(json_object_get(pus, "swapper"));
	const char *axes = strchr(show_point(cell), '/');
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return;
	fputs(bench_text(cell, "placement"), to);
	if (writer >= 0)
		fprintf(to, ", writer on PU %lld", (long long)writer);
	if (swapper >= 0)
		fprintf(to, ", swapper on PU %lld", (long long)swapper);
	for (; axes && *axes; axes++)
		if (*axes == '/')
			fputs(", ", to);
		else
			fputc(*axes, to);
	fclose(to);
	show_line(s, "%s", text);
	free(text);
}

static void print_table(const struct show *s, const struct table *t,
			const json_t *like)
{
	const json_t *measured = show_first_measured(s->cells, like);
	struct bench_grid g = { 0 };

	show_columns(&g, t->columns, show_first_judged(s->cells, like));
	add_group(s, &g, t, like, false);
	add_group(s, &g, t, like, true);
	bench_grid_drop_empty(&g);
	if (g.columns > 1 || !t->is_extra) {
		show_title(s, "%s", t->title);
		show_where(s, measured);
		if (t->has_buffers)
			print_buffers(s, like);
		bench_grid_print(&g, s->width, s->to);
		show_legend(s, &g);
	}
	bench_grid_free(&g);
}

/* Every table of a scenario; where nothing was measured, the first says so. */
static void print_scenario(const struct show *s, const json_t *like)
{
	const char *scenario = bench_text(like, "scenario");
	bool any = show_any_measured(s->cells, like);
	unsigned int n = 0;

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		if (!strcmp(tables[t].scenario, scenario) && (any || !n++))
			print_table(s, &tables[t], like);
	if (show_is(like, "scenario", "floor"))
		show_floors(s, like);
	if (any)
		show_outcomes(s, like);
	show_counters(s, like);
}

void show_tables(const struct show *s)
{
	static const char *const order[] = { "write",	  "swap",    "latency",
					     "footprint", "scaling", "floor" };

	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++)
		for (size_t i = 0; i < json_array_size(s->cells); i++) {
			const json_t *cell = json_array_get(s->cells, i);

			if (!show_is(cell, "scenario", order[o]))
				continue;
			if (show_is_first(s->cells, i))
				print_scenario(s, cell);
			if (show_is(cell, "scenario", "scaling") &&
			    show_is_last_of_writers(s->cells, i))
				show_writers(s, cell);
		}
	show_uncounted(s);
}
