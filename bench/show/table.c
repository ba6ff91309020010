/* SPDX-License-Identifier: MIT */
/*
 * table.c - the tables of a result.
 *
 * Cells that differ in their strategy alone stand in one table: its key is the
 * cell's id without the strategy. Candidates come first, controls behind a
 * line, floors in a table of their own.
 */
#include "bench/show/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/verdict.h"

/* ---- Cells and keys ---- */

/* "scenario/placement/axis=value": the id without its strategy. */
static void table_key(const json_t *cell, char *key, size_t n)
{
	const char *id = bench_text(cell, "id");
	const char *first = strchr(id, '/');
	const char *second = first ? strchr(first + 1, '/') : NULL;

	if (second)
		snprintf(key, n, "%.*s%s", (int)(first - id), id, second);
	else
		snprintf(key, n, "%s", id);
}

static bool same_table(const json_t *a, const json_t *b)
{
	char key_a[400], key_b[400];

	table_key(a, key_a, sizeof(key_a));
	table_key(b, key_b, sizeof(key_b));
	return !strcmp(key_a, key_b);
}

static bool is_control(const json_t *cell)
{
	return !strcmp(bench_text(cell, "kind"), "control");
}

static bool has_status(const json_t *cell, const char *status)
{
	return !strcmp(bench_text(cell, "status"), status);
}

static bool has_numbers(const json_t *cell)
{
	return has_status(cell, "ok") || has_status(cell, "broken");
}

static double number(const json_t *cell, const char *path)
{
	return bench_get_number(cell, path);
}

/* ---- Fields ---- */

/* A summary {"median", "low", "high"} at path. */
static void put_summary(char *field, const json_t *cell, const char *path,
			double unit)
{
	char at[64];
	double v[3];
	static const char *const names[] = { "median", "low", "high" };

	for (int i = 0; i < 3; i++) {
		snprintf(at, sizeof(at), "%s.%s", path, names[i]);
		v[i] = number(cell, at);
	}
	bench_text_interval(v[0], v[1], v[2], unit, field);
}

static const json_t *dist_at(const json_t *cell, const char *part,
			     const char *name)
{
	return json_object_get(json_object_get(cell, part), name);
}

static const json_t *percentile_at(const json_t *dist, double percent)
{
	const json_t *list = json_object_get(dist, "percentiles");
	const json_t *p;
	size_t i;

	json_array_foreach (list, i, p)
		if (fabs(number(p, "percent") - percent) < 1e-6)
			return p;
	return NULL;
}

static void put_percentile(char *field, const json_t *dist, double percent,
			   double unit, bool interval)
{
	const json_t *p = percentile_at(dist, percent);
	double ns = number(p, "ns");

	if (!dist)
		snprintf(field, BENCH_TABLE_TEXT, "-");
	else if (isnan(ns))
		snprintf(field, BENCH_TABLE_TEXT, BENCH_N_TOO_SMALL);
	else if (interval)
		bench_text_interval(ns, number(p, "low"), number(p, "high"),
				    unit, field);
	else
		bench_text_number(ns / unit, field);
}

/* 8386, 12.9 M: counts and rates need no more. */
static void put_count(char *field, double value)
{
	char digits[BENCH_TABLE_TEXT];

	if (isnan(value) || value < 1e5)
		snprintf(field, BENCH_TABLE_TEXT, isnan(value) ? "-" : "%.0f",
			 value);
	else if (value < 1e6)
		snprintf(field, BENCH_TABLE_TEXT, "%.0f k", value / 1e3);
	else
		snprintf(field, BENCH_TABLE_TEXT, "%.20s M",
			 bench_text_number(value / 1e6, digits));
}

/* A time with its own unit: the greatest values are far from the others. */
static void put_median(char *field, double value)
{
	if (isnan(value))
		snprintf(field, BENCH_TABLE_TEXT, "-");
	else
		bench_text_number(value, field);
}

static void put_time(char *field, double ns)
{
	char digits[BENCH_TABLE_TEXT];
	const char *unit = ns < 1e3 ? "ns" : ns < 1e6 ? "us" : "ms";
	double size = ns < 1e3 ? 1 : ns < 1e6 ? 1e3 : 1e6;

	if (isnan(ns))
		snprintf(field, BENCH_TABLE_TEXT, "-");
	else
		snprintf(field, BENCH_TABLE_TEXT, "%.20s %s",
			 bench_text_number(ns / size, digits), unit);
}

static void put_ratio(char *field, const json_t *cell)
{
	put_summary(field, cell, "ratio", 1);
}

/* Declared unsound, swapped, and yet not seen breaking: a blind detector, or
 * too short a run. */
static bool is_uncaught(const json_t *cell)
{
	return json_is_false(json_object_get(cell, "sound")) &&
	       json_object_get(cell, "swap") && has_status(cell, "ok");
}

/* The verdict word, or what the cell's status makes of it. Why there is none
 * is in the head; what is not resolved shows its half-width. */
static void put_verdict(char *field, const json_t *cell)
{
	const json_t *ratio = json_object_get(cell, "ratio");
	const char *name = bench_text(ratio, "verdict");
	char digits[BENCH_TABLE_TEXT];
	double width;

	if (has_status(cell, "broken")) {
		snprintf(field, BENCH_TABLE_TEXT, "broken: %.0f",
			 number(cell, "verification.violations"));
		return;
	}
	if (is_uncaught(cell)) {
		snprintf(field, BENCH_TABLE_TEXT, "NOT CAUGHT");
		return;
	}
	if (name && !strcmp(bench_text(cell, "strategy"), "unsync"))
		name = NULL; /* the core against append: no rival */
	for (int v = BENCH_VERDICT_INVALID; v <= BENCH_VERDICT_NOT_RESOLVED;
	     v++)
		if (name && !strcmp(name, bench_verdict_name(v)))
			snprintf(field, BENCH_TABLE_TEXT, "%s",
				 v == BENCH_VERDICT_NONE
					 ? "NO VERDICT"
					 : bench_verdict_text(v));
	width = number(ratio, "half-width");
	if (name && !isnan(width) &&
	    !strcmp(name, bench_verdict_name(BENCH_VERDICT_NOT_RESOLVED)))
		snprintf(field, BENCH_TABLE_TEXT, "%s (%.15s %%)",
			 bench_verdict_text(BENCH_VERDICT_NOT_RESOLVED),
			 bench_text_number(100 * width, digits));
}

static void put_own_floor(char *field, const json_t *cell)
{
	char ratio[BENCH_TABLE_TEXT];
	const char *name =
		bench_text(json_object_get(cell, "own-floor"), "name");

	if (!name) {
		snprintf(field, BENCH_TABLE_TEXT, "-");
		return;
	}
	bench_text_number(number(cell, "own-floor.ratio"), ratio);
	snprintf(field, BENCH_TABLE_TEXT, "%.10s x %.24s", ratio, name);
}

/* ---- One table per scenario ---- */

struct table {
	const char *scenario;
	const char *title;  /* what the figures are */
	const char *remark; /* below the title; "": none */
	/* Not the scenario's first: no row for what was not measured, and none
	 * of it where nothing was. */
	bool is_extra;
	bool has_buffers; /* a line about crossings and memory, too */
	const char *names[BENCH_TABLE_COLUMNS];
	void (*fill)(struct bench_grid_row *row, const json_t *cell);
};

static void fill_write(struct bench_grid_row *row, const json_t *cell)
{
	put_summary(row->field[1], cell, "writer.ns-per-event", 1);
	put_ratio(row->field[2], cell);
	put_verdict(row->field[3], cell);
	put_own_floor(row->field[4], cell);
}

static void fill_swap(struct bench_grid_row *row, const json_t *cell)
{
	const json_t *safe = dist_at(cell, "swap", "safe");

	put_count(row->field[1], number(safe, "n"));
	put_percentile(row->field[2], safe, 50, 1e3, true);
	put_percentile(row->field[3], safe, 90, 1e3, false);
	put_percentile(row->field[4], safe, 99, 1e3, true);
	put_percentile(row->field[5], safe, 99.9, 1e3, false);
	put_time(row->field[6], number(safe, "max"));
	put_percentile(row->field[7], dist_at(cell, "swap", "call"), 50, 1e3,
		       false);
}

static void fill_swapper_side(struct bench_grid_row *row, const json_t *cell)
{
	const json_t *exchange = dist_at(cell, "swap", "exchange");
	const json_t *staleness = dist_at(cell, "swap", "staleness");

	put_percentile(row->field[1], exchange, 50, 1e3, false);
	put_percentile(row->field[2], exchange, 99, 1e3, false);
	put_percentile(row->field[3], dist_at(cell, "swap", "recycle"), 50, 1e3,
		       false);
	put_percentile(row->field[4], staleness, 50, 1e3, false);
	put_percentile(row->field[5], staleness, 99, 1e3, false);
	put_count(row->field[6], number(cell, "swap.achieved-per-s.median"));
	put_count(row->field[7], number(cell, "swap.retries"));
	put_summary(row->field[8], cell, "swap.swapper-cpu-ns", 1e3);
	put_median(row->field[9], number(cell, "swap.swapper-syscalls.median"));
}

/* The share of events that enter a sub-buffer. */
static double crossings(const json_t *cell)
{
	return number(cell, "writer.crossings") /
	       number(cell, "writer.attempted");
}

static double slot_kib(const json_t *cell)
{
	return number(cell, "memory.bytes") / 1024;
}

static double home_node(const json_t *cell)
{
	return number(cell, "memory.node");
}

static void fill_events(struct bench_grid_row *row, const json_t *cell)
{
	put_summary(row->field[1], cell, "writer.ns-per-event", 1);
	put_summary(row->field[2], cell, "writer.ns-per-committed", 1);
	put_count(row->field[3], number(cell, "writer.attempted-per-s.median"));
	put_count(row->field[4], number(cell, "writer.committed-per-s.median"));
}

static void fill_writer_side(struct bench_grid_row *row, const json_t *cell)
{
	put_ratio(row->field[1], cell);
	put_verdict(row->field[2], cell);
	put_summary(row->field[3], cell, "swap.drops-per-swap", 1);
	put_own_floor(row->field[4], cell);
}

static void fill_latency(struct bench_grid_row *row, const json_t *cell)
{
	const json_t *with = dist_at(cell, "writer", "latency");
	const json_t *without = dist_at(cell, "writer", "baseline-latency");

	put_count(row->field[1], number(with, "n"));
	put_percentile(row->field[2], with, 50, 1, true);
	put_percentile(row->field[3], with, 99, 1, true);
	put_percentile(row->field[4], with, 99.9, 1, false);
	put_percentile(row->field[5], with, 99.99, 1, false);
	put_time(row->field[6], number(with, "max"));
	put_percentile(row->field[7], without, 99, 1, false);
	put_percentile(row->field[8], without, 99.9, 1, false);
}

static void fill_paced(struct bench_grid_row *row, const json_t *cell)
{
	const json_t *with = dist_at(cell, "writer", "latency");
	const json_t *without = dist_at(cell, "writer", "baseline-latency");

	put_count(row->field[1], number(with, "n"));
	put_percentile(row->field[2], with, 50, 1, true);
	put_percentile(row->field[3], with, 99, 1, true);
	put_percentile(row->field[4], without, 50, 1, false);
	put_percentile(row->field[5], without, 99, 1, false);
}

static void fill_footprint(struct bench_grid_row *row, const json_t *cell)
{
	put_count(row->field[1], number(cell, "footprint.swaps"));
	put_summary(row->field[2], cell, "footprint.stolen-ns", 1e3);
	put_percentile(row->field[3], dist_at(cell, "footprint", "peak"), 50,
		       1e3, true);
	put_percentile(row->field[4], dist_at(cell, "footprint", "peak"), 99,
		       1e3, false);
	put_percentile(row->field[5],
		       dist_at(cell, "footprint", "control-peak"), 50, 1e3,
		       false);
	put_percentile(row->field[6],
		       dist_at(cell, "footprint", "control-peak"), 99, 1e3,
		       false);
	put_percentile(row->field[7], dist_at(cell, "footprint", "duration"),
		       50, 1e3, false);
}

static void fill_scaling(struct bench_grid_row *row, const json_t *cell)
{
	put_count(row->field[1], number(cell, "scaling.cost.n"));
	put_percentile(row->field[2], dist_at(cell, "scaling", "cost"), 50, 1e3,
		       true);
	put_percentile(row->field[3], dist_at(cell, "scaling", "cost"), 99, 1e3,
		       false);
	put_percentile(row->field[4], dist_at(cell, "scaling", "skew"), 50, 1e3,
		       true);
	put_percentile(row->field[5], dist_at(cell, "scaling", "skew"), 99, 1e3,
		       false);
	put_count(row->field[6], number(cell, "scaling.partial"));
}

static const struct table tables[] = {
	{ .scenario = "write",
	  .title = "Write cost: ns per event, nobody swaps",
	  .remark =
		  "ratio: to unsync, paired inside one process (unsync itself: "
		  "to the floor append)",
	  .has_buffers = true,
	  .names = { "strategy", "ns/event", "ratio", "verdict", "own floor" },
	  .fill = fill_write },
	{ .scenario = "swap",
	  .title = "Swap cost: us from the intended start until safe to read",
	  .remark = "call p50: from the actual start; the rest is lateness "
		    "against the planned schedule",
	  .names = { "strategy", "swaps", "p50", "p90", "p99", "p99.9", "max",
		     "call p50" },
	  .fill = fill_swap },
	{ .scenario = "swap",
	  .title = "The swapper's side of these swaps: us",
	  .remark =
		  "exchange: from the intended start; stale: age of the "
		  "newest event once safe;\n"
		  "  CPU and system calls: the swapper's for one swap, sampled "
		  "before the schedule begins",
	  .is_extra = true,
	  .names = { "strategy", "exchange p50", "p99", "recycle", "stale p50",
		     "p99", "swaps/s", "retries", "CPU", "calls" },
	  .fill = fill_swapper_side },
	{ .scenario = "swap",
	  .title = "What these swaps do to the writer",
	  .remark = "ratio: ns per event while swaps run, to unsync without "
		    "swaps; dropped: events refused per swap;\n"
		    "  own floor: p50 of the swap call as a multiple of the "
		    "bare mechanism",
	  .names = { "strategy", "ratio", "verdict", "dropped", "own floor" },
	  .fill = fill_writer_side },
	{ .scenario = "swap",
	  .title = "The writer's side of these swaps",
	  .remark = "ns/stored: time for an event that was not refused",
	  .is_extra = true,
	  .has_buffers = true,
	  .names = { "strategy", "ns/event", "ns/stored", "attempted/s",
		     "committed/s" },
	  .fill = fill_events },
	{ .scenario = "swap",
	  .title = "The paced writer: ns for one event while swaps happen",
	  .remark = "idle: unsync in the same processes, without swaps",
	  .is_extra = true,
	  .names = { "strategy", "events", "p50", "p99", "idle p50", "p99" },
	  .fill = fill_paced },
	{ .scenario = "latency",
	  .title = "Write latency: ns for one event while swaps happen",
	  .remark = "idle: unsync in the same processes, without swaps",
	  .names = { "strategy", "events", "p50", "p99", "p99.9", "p99.99",
		     "max", "idle p99", "p99.9" },
	  .fill = fill_latency },
	{ .scenario = "footprint",
	  .title =
		  "Footprint: us that one swap takes from the writer around it",
	  .remark = "peak: longest gap between two events near a swap; idle: "
		    "near instants without one",
	  .names = { "strategy", "swaps", "stolen", "peak p50", "p99",
		     "idle p50", "p99", "duration" },
	  .fill = fill_footprint },
	{ .scenario = "scaling",
	  .title = "Snapshot of every slot: us from the intended start until "
		   "all are safe to read",
	  .remark = "skew: first to last exchange; part: snapshots that lack a "
		    "slot, not in n",
	  .names = { "strategy", "n", "cost p50", "p99", "skew p50", "p99",
		     "part" },
	  .fill = fill_scaling },
};

static unsigned int columns_of(const struct table *t)
{
	unsigned int n = 0;

	while (n < BENCH_TABLE_COLUMNS && t->names[n])
		n++;
	return n;
}

static void add_names(struct bench_grid *g, const struct table *t)
{
	struct bench_grid_row *row = bench_grid_row(g);

	for (unsigned int i = 0; row && i < g->columns; i++)
		snprintf(row->field[i], sizeof(row->field[i]), "%s",
			 t->names[i]);
}

static void add_cell(struct bench_grid *g, const struct table *t,
		     const json_t *cell)
{
	const char *name = bench_text(cell, "strategy");
	const char *reason = bench_text(cell, "reason");
	struct bench_grid_row *row;

	if (!has_numbers(cell) && t->is_extra)
		return;
	if (!has_numbers(cell)) {
		bench_grid_note(g, name, "%s: %s",
				has_status(cell, "invalid")
					? "INVALID"
					: bench_text(cell, "status"),
				reason ? reason : "");
		return;
	}
	row = bench_grid_row(g);
	if (!row)
		return;
	snprintf(row->field[0], sizeof(row->field[0]), "%s", name);
	t->fill(row, cell);
}

static void add_group(struct bench_grid *g, const struct table *t,
		      const json_t *cells, const json_t *like, bool controls)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (is_control(cell) != controls || !same_table(cell, like))
			continue;
		add_cell(g, t, cell);
	}
}

/* "shared-l3, writer on PU 1, swapper on PU 0, payload=64" */
static void print_where(const json_t *cell, FILE *to)
{
	const json_t *pus = json_object_get(cell, "pus");
	const json_t *writer =
		json_array_get(json_object_get(pus, "writers"), 0);
	const json_t *swapper = json_object_get(pus, "swapper");
	char key[400];
	const char *axes;

	table_key(cell, key, sizeof(key));
	axes = strchr(key, '/');
	axes = axes ? strchr(axes + 1, '/') : NULL;
	fprintf(to, "%s", bench_text(cell, "placement"));
	if (json_is_integer(writer))
		fprintf(to, ", writer on PU %d",
			(int)json_integer_value(writer));
	if (json_is_integer(swapper))
		fprintf(to, ", swapper on PU %d",
			(int)json_integer_value(swapper));
	for (; axes && *axes; axes++) {
		if (*axes == '/')
			fputs(", ", to);
		else
			fputc(*axes, to);
	}
	fputc('\n', to);
}

static bool any_numbers(const json_t *cells, const json_t *like)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (same_table(cell, like) && has_numbers(cell))
			return true;
	return false;
}

static const json_t *first_with_numbers(const json_t *cells, const json_t *like)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (same_table(cell, like) && has_numbers(cell))
			return cell;
	return like;
}

struct range {
	double least, most; /* NaN: nothing */
};

static struct range range_of(const json_t *cells, const json_t *like,
			     double (*figure)(const json_t *cell))
{
	struct range r = { NAN, NAN };
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (!same_table(cell, like) || !has_numbers(cell))
			continue;
		r.least = fmin(r.least, figure(cell));
		r.most = fmax(r.most, figure(cell));
	}
	return r;
}

/* "136" or "136 to 137" */
static void put_range(char *field, const struct range *r)
{
	char least[BENCH_TABLE_TEXT], most[BENCH_TABLE_TEXT];

	bench_text_number(r->least, least);
	bench_text_number(r->most, most);
	if (!strcmp(least, most))
		snprintf(field, BENCH_TABLE_TEXT, "%s", least);
	else
		snprintf(field, BENCH_TABLE_TEXT, "%.15s to %.15s", least,
			 most);
}

/* Nearly the same for all writers of a table: a line for all. */
static void print_buffers(const json_t *cells, const json_t *like, FILE *to)
{
	struct range entered = range_of(cells, like, crossings);
	struct range kib = range_of(cells, like, slot_kib);
	struct range node = range_of(cells, like, home_node);
	char field[BENCH_TABLE_TEXT];

	if (isnan(entered.least) || isnan(kib.least))
		return;
	entered.least *= 100;
	entered.most *= 100;
	put_range(field, &entered);
	fprintf(to, "  %s %% of events enter a sub-buffer; ", field);
	put_range(field, &kib);
	fprintf(to, "a slot's two buffers: %s KiB", field);
	put_range(field, &node);
	if (!isnan(node.least))
		fprintf(to, " on node %s", field);
	fputc('\n', to);
}

static void fill_table(struct bench_grid *g, const struct table *t,
		       const json_t *cells, const json_t *like)
{
	unsigned int before;

	bench_grid_init(g, columns_of(t));
	add_names(g, t);
	add_group(g, t, cells, like, false);
	before = g->n_rows;
	bench_grid_note(g, "controls:", "%s", "");
	add_group(g, t, cells, like, true);
	if (g->n_rows == before + 1) {
		free(g->rows[before].note);
		g->n_rows = before;
	}
	bench_grid_drop_empty(g);
}

static void print_table(const struct table *t, const json_t *cells,
			const json_t *like, FILE *to)
{
	struct bench_grid g;

	fill_table(&g, t, cells, like);
	if (g.columns > 1 || !t->is_extra) {
		fprintf(to, "\n%s\n  ", t->title);
		print_where(first_with_numbers(cells, like), to);
		if (*t->remark)
			fprintf(to, "  %s\n", t->remark);
		if (t->has_buffers)
			print_buffers(cells, like, to);
		bench_grid_print(&g, to);
	}
	bench_grid_free(&g);
}

/* ---- Outcomes ---- */

/* "ok 5999, deferred 3", or of each so many @by. */
static void add_counts(char *text, size_t n, const json_t *map, double by)
{
	json_t *object = (json_t *)map; /* iteration changes nothing */
	size_t used = strlen(text);
	char digits[BENCH_TABLE_TEXT];
	const char *name;
	json_t *count;

	json_object_foreach (object, name, count) {
		double value = json_number_value(count) / by;

		if (value == 0 || used >= n)
			continue;
		if (by == 1)
			put_count(digits, value);
		else
			bench_text_number(value, digits);
		used += (size_t)snprintf(text + used, n - used, "%s%s %s",
					 *text ? ", " : "", name, digits);
	}
}

static void add_outcomes(struct bench_grid *g, const json_t *cell)
{
	const json_t *swap = json_object_get(cell, "swap");
	const json_t *writer = json_object_get(cell, "writer");
	/* Drops are of a whole block, and so are these. */
	double swaps = number(cell, "verification.snapshots");
	char outcomes[160] = "", drops[160] = "";

	add_counts(outcomes, sizeof(outcomes),
		   json_object_get(swap, "outcomes"), 1);
	if (swaps > 0)
		add_counts(drops, sizeof(drops),
			   json_object_get(writer, "drops"), swaps);
	bench_grid_note(g, bench_text(cell, "strategy"), "%s; dropped: %s",
			*outcomes ? outcomes : "none", *drops ? drops : "none");
}

static void print_outcomes(const json_t *cells, const json_t *like, FILE *to)
{
	struct bench_grid g;
	const json_t *cell;
	size_t i;

	fprintf(to,
		"\nOutcomes of these swaps, and events dropped per swap, "
		"by cause\n");
	bench_grid_init(&g, 2);
	json_array_foreach (cells, i, cell)
		if (same_table(cell, like) && has_numbers(cell))
			add_outcomes(&g, cell);
	bench_grid_print(&g, to);
	bench_grid_free(&g);
}

/* ---- Scaling: the writers' cost by their number ---- */

/* The table's key without its number of writers. */
static void scaling_key(const json_t *cell, char *key, size_t n)
{
	char *at, *end;

	table_key(cell, key, n);
	at = strstr(key, "/writers=");
	end = at ? strchr(at + 1, '/') : NULL;
	if (end)
		memmove(at, end, strlen(end) + 1);
	else if (at)
		*at = '\0';
}

static bool scales_with(const json_t *a, const json_t *b)
{
	char key_a[400], key_b[400];

	scaling_key(a, key_a, sizeof(key_a));
	scaling_key(b, key_b, sizeof(key_b));
	return !strcmp(key_a, key_b);
}

static int writers_of(const json_t *cell)
{
	double n = number(cell, "axes.writers");

	return isnan(n) ? 1 : (int)n;
}

/* The column of a number of writers, made if need be; 0: no room. */
static unsigned int column_for(struct bench_grid *g, int writers)
{
	char name[BENCH_TABLE_TEXT];
	unsigned int c = 1;

	snprintf(name, sizeof(name), "%d writer%s", writers,
		 writers == 1 ? "" : "s");
	while (c < g->columns && strcmp(g->rows[0].field[c], name) != 0)
		c++;
	if (c == BENCH_TABLE_COLUMNS)
		return 0;
	if (c == g->columns) {
		g->columns++;
		strcpy(g->rows[0].field[c], name);
	}
	return c;
}

static struct bench_grid_row *row_for(struct bench_grid *g, const char *name)
{
	struct bench_grid_row *row;

	for (unsigned int i = 1; i < g->n_rows; i++)
		if (!strcmp(g->rows[i].field[0], name))
			return &g->rows[i];
	row = bench_grid_row(g);
	if (row)
		snprintf(row->field[0], BENCH_TABLE_TEXT, "%s", name);
	return row;
}

static void add_writers(struct bench_grid *g, const json_t *cells,
			const json_t *like, bool controls)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		unsigned int column;
		struct bench_grid_row *row;

		if (!scales_with(cell, like) || !has_numbers(cell) ||
		    is_control(cell) != controls)
			continue;
		column = column_for(g, writers_of(cell));
		row = row_for(g, bench_text(cell, "strategy"));
		if (column && row)
			put_summary(row->field[column], cell,
				    "writer.ns-per-event", 1);
	}
}

static void print_writers(const json_t *cells, const json_t *like, FILE *to)
{
	struct bench_grid g;

	bench_grid_init(&g, 1);
	bench_grid_names(&g, "strategy", NULL);
	if (g.n_rows) {
		add_writers(&g, cells, like, false);
		add_writers(&g, cells, like, true);
	}
	bench_grid_drop_empty(&g);
	if (g.columns > 1) {
		fprintf(to,
			"\nThe writers of these snapshots: ns per event of "
			"each, by their number\n");
		bench_grid_print(&g, to);
	}
	bench_grid_free(&g);
}

/* ---- Floors ---- */

static void add_floor(struct bench_grid *g, const json_t *cell)
{
	const json_t *latency = dist_at(cell, "floor", "latency");
	struct bench_grid_row *row;

	if (!has_numbers(cell)) {
		bench_grid_note(g, bench_text(cell, "strategy"), "%s: %s",
				bench_text(cell, "status"),
				bench_text(cell, "reason"));
		return;
	}
	row = bench_grid_row(g);
	if (!row)
		return;
	snprintf(row->field[0], sizeof(row->field[0]), "%s",
		 bench_text(cell, "strategy"));
	put_summary(row->field[1], cell, "floor.ns", 1);
	put_percentile(row->field[2], latency, 99, 1, false);
	put_percentile(row->field[3], latency, 99.9, 1, false);
}

static void print_floors(const json_t *cells, const json_t *like, FILE *to)
{
	struct bench_grid g;
	const json_t *cell;
	size_t i;

	fprintf(to, "\nFloors: ns for one bare mechanism\n  ");
	print_where(first_with_numbers(cells, like), to);
	bench_grid_init(&g, 4);
	bench_grid_names(&g, "floor", "ns", "p99", "p99.9", NULL);
	json_array_foreach (cells, i, cell)
		if (same_table(cell, like))
			add_floor(&g, cell);
	bench_grid_print(&g, to);
	bench_grid_free(&g);
}

/* ---- Hardware counters ---- */

static bool is_counted(const json_t *cell)
{
	const char *status =
		bench_text(json_object_get(cell, "counters"), "status");

	return has_numbers(cell) && status && !strcmp(status, "counted");
}

static void add_counts_of(struct bench_grid *g, const json_t *cell,
			  const char *part, const char *unit)
{
	static const char *const names[] = { "instructions", "cycles",
					     "branch-misses", "cache-misses" };
	struct bench_grid_row *row = bench_grid_row(g);
	char path[64];

	if (!row)
		return;
	snprintf(row->field[0], sizeof(row->field[0]), "%s%s",
		 bench_text(cell, "strategy"),
		 json_is_true(json_object_get(json_object_get(cell, "counters"),
					      "multiplexed"))
			 ? " (shared)"
			 : "");
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s.%s-per-%s", part, names[i],
			 unit);
		put_summary(row->field[i + 1], cell, path, 1);
	}
}

/* Beside the tables of a scenario, where the machine counts at all. */
static void print_counters(const char *scenario, const json_t *cells,
			   const json_t *like, FILE *to)
{
	bool write = !strcmp(scenario, "write") || !strcmp(scenario, "floor");
	const json_t *cell;
	struct bench_grid g;
	size_t i;

	bench_grid_init(&g, 5);
	bench_grid_names(&g, "strategy", "instructions", "cycles",
			 "branch misses", "cache misses", NULL);
	json_array_foreach (cells, i, cell)
		if (same_table(cell, like) && is_counted(cell))
			add_counts_of(&g, cell, write ? "writer" : "swap",
				      write ? "event" : "swap");
	if (g.n_rows > 1) {
		fprintf(to, "\nHardware counters: %s\n",
			write ? "per event, of the writer"
			      : "per swap, of the swapper");
		bench_grid_print(&g, to);
	}
	bench_grid_free(&g);
}

/* Where none of the cells was counted: why. */
static void print_uncounted(const json_t *cells, FILE *to)
{
	const char *reason = NULL;
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (is_counted(cell))
			return;
		if (!reason)
			reason = bench_text(json_object_get(cell, "counters"),
					    "reason");
	}
	if (reason)
		fprintf(to, "\ncounters: unavailable: %.75s\n", reason);
}

/* Where no swap's system calls were counted: why. */
static void print_no_syscalls(const json_t *cells, FILE *to)
{
	const char *reason = NULL;
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		const json_t *swap = json_object_get(cell, "swap");

		if (json_object_get(swap, "swapper-syscalls"))
			return;
		if (!reason)
			reason = bench_text(swap, "swapper-syscalls-reason");
	}
	if (reason)
		fprintf(to, "\nsystem calls: unavailable: %.70s\n", reason);
}

/* ---- The head ---- */

static const char *or_unknown(const char *text)
{
	return text && strncmp(text, "unavailable", 11) ? text : "unknown";
}

static void print_machine(const json_t *result, FILE *to)
{
	const json_t *m = json_object_get(result, "machine");
	const json_t *b = json_object_get(result, "build");
	const char *hypervisor = bench_text(m, "hypervisor");

	fprintf(to, "machine  %s: %.32s, %d PUs, Linux %.24s, %.16s\n",
		bench_text(m, "key"),
		or_unknown(bench_text(json_object_get(m, "cpu"), "model")),
		(int)json_integer_value(
			json_object_get(json_object_get(m, "topology"), "pus")),
		or_unknown(bench_text(json_object_get(m, "kernel"), "release")),
		hypervisor && strcmp(hypervisor, "none") ? hypervisor
							 : "no hypervisor");
	fprintf(to, "build    %s, %s, %s, full barrier: %s\n",
		or_unknown(bench_text(b, "commit")),
		or_unknown(bench_text(b, "compiler")),
		or_unknown(bench_text(b, "build-type")),
		or_unknown(bench_text(b, "barrier")));
}

/* The smallest difference that a verdict may call one, after this A/A. */
static double threshold_after(const json_t *result, const json_t *aa)
{
	double least = number(result, "statistics.threshold");

	least = fmax(least, fabs(number(aa, "low") - 1));
	return fmax(least, fabs(number(aa, "high") - 1));
}

/* "swap at shared-l3, writer descheduled" */
static void control_name(const json_t *of, const char *state, char *text,
			 size_t n)
{
	const char *scenario = bench_text(of, "scenario");
	bool plain = !state || !strcmp(state, "saturated");

	snprintf(text, n, "%s at %s%s%s", scenario ? scenario : "write",
		 bench_text(of, "placement"), plain ? "" : ", writer ",
		 plain ? "" : state);
}

static void print_control(const json_t *result, const json_t *aa, FILE *to)
{
	char name[BENCH_TABLE_WIDTH], text[BENCH_TABLE_TEXT];
	const char *reason = bench_text(aa, "reason");

	control_name(aa, bench_text(aa, "writer-state"), name, sizeof(name));
	bench_text_interval(number(aa, "median"), number(aa, "low"),
			    number(aa, "high"), 1, text);
	fprintf(to, "         %s: %s, ", name, text);
	if (reason)
		fprintf(to, "FAILED: no verdicts\n         %.90s\n", reason);
	else
		fprintf(to, "passed: below %.1f %% is no difference\n",
			100 * threshold_after(result, aa));
}

/* The name of the control that a ratio should have and has not; "": fine. */
static void lacking_control(const json_t *result, size_t at, char *name,
			    size_t n)
{
	const json_t *cell =
		json_array_get(json_object_get(result, "cells"), at);

	*name = '\0';
	if (json_object_get(cell, "ratio") &&
	    !bench_aa_for(json_object_get(result, "aa"), cell))
		control_name(cell, bench_writer_state(cell), name, n);
}

static bool is_first_lacking(const json_t *result, size_t at, char *name,
			     size_t n)
{
	char other[BENCH_TABLE_WIDTH];

	lacking_control(result, at, name, n);
	for (size_t i = 0; i < at && *name; i++) {
		lacking_control(result, i, other, sizeof(other));
		if (!strcmp(name, other))
			return false;
	}
	return *name != '\0';
}

static void print_aa(const json_t *result, FILE *to)
{
	const json_t *list = json_object_get(result, "aa");
	size_t n = json_array_size(json_object_get(result, "cells"));
	char name[BENCH_TABLE_WIDTH];
	const json_t *aa;
	size_t i;

	fprintf(to, "A/A      %s\n",
		json_array_size(list) ? "unsync against itself"
				      : "none: no verdicts");
	json_array_foreach (list, i, aa)
		print_control(result, aa, to);
	for (i = 0; i < n && json_array_size(list); i++)
		if (is_first_lacking(result, i, name, sizeof(name)))
			fprintf(to, "         %s: no control, no verdicts\n",
				name);
}

static void print_stamp(const json_t *result, FILE *to)
{
	const json_t *stamp = json_object_get(result, "indicative");
	const json_t *reasons = json_object_get(stamp, "reasons");
	const json_t *reason;
	size_t i;

	if (!json_is_true(json_object_get(stamp, "stamp")))
		return;
	fprintf(to, "INDICATIVE numbers: directions, not sizes.\n");
	json_array_foreach (reasons, i, reason)
		fprintf(to, "         %.90s\n", json_string_value(reason));
}

static void print_statistics(const json_t *result, FILE *to)
{
	const json_t *s = json_object_get(result, "statistics");

	fprintf(to,
		"figures  median [%.0f %% interval] over rounds; the ratios of a "
		"table hold all together\n",
		100 * (1 - number(s, "alpha")));
}

void bench_table_head(const json_t *result, FILE *to)
{
	const json_t *run = json_object_get(result, "run");
	const json_t *matrix = json_object_get(run, "matrix");

	fprintf(to, "ringswap %s, matrix %s, %.0f of %.0f rounds, %s\n",
		bench_text(run, "started"), bench_text(matrix, "name"),
		number(run, "rounds"), number(run, "rounds-planned"),
		bench_text(run, "status"));
	print_machine(result, to);
	print_statistics(result, to);
	print_aa(result, to);
	print_stamp(result, to);
}

static void print_verification(const json_t *result, FILE *to)
{
	const json_t *cells = json_object_get(result, "cells");
	char line[BENCH_TABLE_WIDTH - 1]; /* behind two blanks, with its end */
	double events = 0, snapshots = 0, walked = 0;
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		double n = number(cell, "verification.events");

		events += isnan(n) ? 0 : n;
		n = number(cell, "verification.snapshots");
		snapshots += isnan(n) ? 0 : n;
		n = number(cell, "verification.walked");
		walked += isnan(n) ? 0 : n;
	}
	fprintf(to,
		"\nVerified in the timed runs: %.0f snapshots booked, "
		"%.0f events of %.0f of them\nread back one by one, between "
		"the measured slices.\n",
		snapshots, events, walked);
	json_array_foreach (cells, i, cell) {
		bool broken = has_status(cell, "broken");

		if (!broken && !has_status(cell, "invalid"))
			continue;
		snprintf(line, sizeof(line), "%s %s: %s%s",
			 bench_text(cell, "id"), broken ? "broken" : "INVALID",
			 bench_text(cell, "reason"),
			 broken ? " (declared unsound)" : "");
		fprintf(to, "  %s\n", line);
	}
}

static bool is_last_scaling(const json_t *cells, size_t at)
{
	for (size_t i = at + 1; i < json_array_size(cells); i++)
		if (scales_with(json_array_get(cells, i),
				json_array_get(cells, at)))
			return false;
	return true;
}

static bool is_first(const json_t *cells, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_table(json_array_get(cells, i),
			       json_array_get(cells, at)))
			return false;
	return true;
}

/* Every table of a scenario; where nothing was measured, the first says so. */
static void print_scenario(const char *scenario, const json_t *cells,
			   const json_t *like, FILE *to)
{
	bool any = any_numbers(cells, like);
	unsigned int n = 0;

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		if (!strcmp(tables[t].scenario, scenario) && (any || !n++))
			print_table(&tables[t], cells, like, to);
	if (!strcmp(scenario, "floor"))
		print_floors(cells, like, to);
	if (any && (!strcmp(scenario, "swap") || !strcmp(scenario, "latency")))
		print_outcomes(cells, like, to);
	print_counters(scenario, cells, like, to);
}

void bench_table_print(const json_t *result, FILE *to)
{
	static const char *const order[] = { "write",	  "swap",    "latency",
					     "footprint", "scaling", "floor" };
	const json_t *cells = json_object_get(result, "cells");

	bench_table_head(result, to);
	for (size_t s = 0; s < sizeof(order) / sizeof(order[0]); s++) {
		for (size_t i = 0; i < json_array_size(cells); i++) {
			const json_t *cell = json_array_get(cells, i);

			if (strcmp(bench_text(cell, "scenario"), order[s]) != 0)
				continue;
			if (is_first(cells, i))
				print_scenario(order[s], cells, cell, to);
			if (!strcmp(order[s], "scaling") &&
			    is_last_scaling(cells, i))
				print_writers(cells, cell, to);
		}
	}
	print_uncounted(cells, to);
	print_no_syscalls(cells, to);
	print_verification(result, to);
}
