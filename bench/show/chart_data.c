/* SPDX-License-Identifier: MIT */
/* chart_data.c - from a result to the TSV of each chart. */
#include "bench/show/chart_data.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/ranks.h"

/* ---- Which cells ---- */

static const char *scenario_of(enum bench_chart chart)
{
	static const char *const names[] = {
		[BENCH_WRITE_LATENCY] = "latency",
		[BENCH_WRITE_COST] = "write",
		[BENCH_SWAP_COST] = "swap",
		[BENCH_PARETO] = "swap",
		[BENCH_FOOTPRINT_CHART] = "footprint",
		[BENCH_SCALING_CHART] = "scaling",
	};

	return names[chart];
}

static bool is_scenario(const json_t *cell, const char *scenario)
{
	return !strcmp(bench_text(cell, "scenario"), scenario);
}

/* The axes=values behind scenario, strategy and placement; "": none. */
static const char *axes_text(const json_t *cell)
{
	const char *at = bench_text(cell, "id");

	for (int slash = 0; at && slash < 3; slash++) {
		at = strchr(at, '/');
		at = at ? at + 1 : NULL;
	}
	return at ? at : "";
}

/* The first cell of a scenario at a placement: its axes choose the others. */
static const json_t *leader(const json_t *cells, const char *scenario,
			    const char *placement)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (is_scenario(cell, scenario) &&
		    !strcmp(bench_text(cell, "placement"), placement))
			return cell;
	return NULL;
}

/* Does the cell stand in the first table of its scenario and placement? In
 * scaling all numbers of writers belong together. */
static bool is_shown(const json_t *cells, const json_t *cell,
		     const char *scenario)
{
	const json_t *first;

	if (!is_scenario(cell, scenario))
		return false;
	if (!strcmp(scenario, "scaling"))
		return true;
	first = leader(cells, scenario, bench_text(cell, "placement"));
	return !strcmp(axes_text(first), axes_text(cell));
}

/* The charts that have no panels show the first placement only. */
static bool has_panels(enum bench_chart chart)
{
	return chart == BENCH_SWAP_COST || chart == BENCH_PARETO;
}

static bool has_numbers(const json_t *cell)
{
	const char *status = bench_text(cell, "status");

	return bench_is_usable(status);
}

/* Of several placements, the first at which something was measured. */
static const char *main_placement(const json_t *cells, const char *scenario)
{
	const char *placement = NULL;
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (!is_scenario(cell, scenario))
			continue;
		if (has_numbers(cell))
			return bench_text(cell, "placement");
		if (!placement)
			placement = bench_text(cell, "placement");
	}
	return placement;
}

static bool is_in_chart(const json_t *cells, const json_t *cell,
			enum bench_chart chart)
{
	const char *scenario = scenario_of(chart);

	if (!is_shown(cells, cell, scenario))
		return false;
	return has_panels(chart) || !strcmp(bench_text(cell, "placement"),
					    main_placement(cells, scenario));
}

size_t bench_chart_rows(const json_t *result, enum bench_chart chart)
{
	const json_t *cells = json_object_get(result, "cells");
	const json_t *cell;
	size_t n = 0, i;

	json_array_foreach (cells, i, cell)
		n += is_in_chart(cells, cell, chart) && has_numbers(cell);
	return n;
}

/* ---- Fields ---- */

static void put_text(FILE *to, const char *text)
{
	if (!text || !*text)
		text = "-";
	for (; *text; text++) {
		char c = *text;

		if (c == '"')
			c = '\'';
		else if ((unsigned char)c < ' ')
			c = ' ';
		fputc(c, to);
	}
}

static void put_number(FILE *to, double value)
{
	if (isfinite(value))
		fprintf(to, "\t%.6g", value);
	else
		fputs("\t-", to);
}

/* strategy, kind, status, reason: in front of every row */
static void put_head(FILE *to, const json_t *cell)
{
	static const char *const names[] = { "strategy", "kind", "status",
					     "reason" };

	for (int i = 0; i < 4; i++) {
		const char *text = bench_text(cell, names[i]);

		if (i)
			fputc('\t', to);
		put_text(to, i == 3 && !strcmp(bench_text(cell, "status"), "ok")
				     ? "-"
				     : text);
	}
}

static void put_figure(FILE *to, const json_t *cell, const char *path,
		       double unit)
{
	put_number(to, has_numbers(cell) ? bench_get_number(cell, path) / unit
					 : NAN);
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
		if (fabs(bench_get_number(p, "percent") - percent) < 1e-6)
			return p;
	return NULL;
}

static void put_percentile(FILE *to, const json_t *dist, double percent,
			   const char *which, double unit)
{
	put_number(to, bench_get_number(percentile_at(dist, percent), which) /
			       unit);
}

static double count_of(const json_t *dist)
{
	return bench_get_number(dist, "n");
}

/* ---- write-cost ---- */

static void put_rounds(FILE *to, const json_t *cell, const char *figure)
{
	const json_t *rounds = json_object_get(cell, "rounds");
	const char *before = "\t";
	const json_t *round;
	size_t i;

	json_array_foreach (rounds, i, round) {
		const json_t *value = json_object_get(
			json_object_get(round, "figures"), figure);

		if (!json_is_number(value))
			continue;
		fprintf(to, "%s%.4g", before, json_number_value(value));
		before = " ";
	}
	if (*before == '\t')
		fputs("\t-", to);
}

static void write_cost_row(FILE *to, const json_t *cell, const char *part,
			   const char *name)
{
	bool unsync = !strcmp(bench_text(cell, "strategy"), "unsync");
	bool ratio = has_numbers(cell) && !unsync;
	char key[64];

	put_head(to, cell);
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "n", "median", "low",
						     "high" };

		snprintf(key, sizeof(key), "%s.%s.%s", part, name, names[i]);
		put_figure(to, cell, key, 1);
	}
	snprintf(key, sizeof(key), "%s.%s", part, name);
	if (has_numbers(cell))
		put_rounds(to, cell, key);
	else
		fputs("\t-", to);
	put_number(to, ratio ? bench_get_number(cell, "ratio.median") : NAN);
	put_number(to, ratio ? bench_get_number(cell, "ratio.low") : NAN);
	put_number(to, ratio ? bench_get_number(cell, "ratio.high") : NAN);
	fputc('\n', to);
}

/* Floors that a write can be compared with; round trips are not. */
static bool is_write_floor(const json_t *cell)
{
	static const char *const names[] = { "empty", "append", "full-barrier",
					     "locked-rmw", "mutex" };

	if (!is_scenario(cell, "floor") || !has_numbers(cell))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(bench_text(cell, "strategy"), names[i]))
			return true;
	return false;
}

/* One row a floor, whichever placement it was measured at. */
static bool is_first_floor(const json_t *cells, size_t at)
{
	const char *name = bench_text(json_array_get(cells, at), "strategy");

	for (size_t i = 0; i < at; i++) {
		const json_t *cell = json_array_get(cells, i);

		if (is_scenario(cell, "floor") && has_numbers(cell) &&
		    !strcmp(bench_text(cell, "strategy"), name))
			return false;
	}
	return true;
}

static void write_cost(const json_t *cells, FILE *to)
{
	const json_t *cell;
	size_t i;

	fputs("strategy\tkind\tstatus\treason\tn\tmedian_ns\tlow_ns\thigh_ns\t"
	      "rounds_ns\tratio\tratio_low\tratio_high\n",
	      to);
	json_array_foreach (cells, i, cell)
		if (is_in_chart(cells, cell, BENCH_WRITE_COST))
			write_cost_row(to, cell, "writer", "ns-per-event");
	json_array_foreach (cells, i, cell)
		if (is_write_floor(cell) && is_first_floor(cells, i))
			write_cost_row(to, cell, "floor", "ns");
}

/* ---- write-latency ---- */

static const double curve[] = { 50,	75,	 90,	 95,	99,
				99.5,	99.9,	 99.95,	 99.99, 99.995,
				99.999, 99.9995, 99.9999 };

static void curve_rows(FILE *to, const char *head, const json_t *dist)
{
	struct bench_hist *h = bench_hist_new();

	if (!h || bench_hist_load(json_object_get(dist, "histogram"), h) ||
	    !h->total) {
		fprintf(to, "%s\t0\t-\t-\n", head);
		bench_hist_free(h);
		return;
	}
	for (size_t i = 0; i < sizeof(curve) / sizeof(curve[0]); i++) {
		double q = curve[i] / 100;

		if (h->total >= bench_stats_support(q, 0.05))
			fprintf(to, "%s\t%llu\t%.7g\t%.6g\n", head,
				(unsigned long long)h->total, curve[i],
				bench_hist_value_at(h, q));
	}
	fprintf(to, "%s\t%llu\t100\t%llu\n", head, (unsigned long long)h->total,
		(unsigned long long)h->max);
	bench_hist_free(h);
}

static void latency_cell(FILE *to, const json_t *cell)
{
	char *head = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&head, &size);

	if (!text)
		return;
	put_head(text, cell);
	fclose(text);
	if (has_numbers(cell))
		curve_rows(to, head, dist_at(cell, "writer", "latency"));
	else
		fprintf(to, "%s\t-\t-\t-\n", head);
	free(head);
}

static void latency_timer(FILE *to, const json_t *cells)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (is_scenario(cell, "floor") && has_numbers(cell) &&
		    !strcmp(bench_text(cell, "strategy"), "timer")) {
			fprintf(to, "timer\tfloor\tok\t-");
			put_figure(to, cell, "floor.ns.n", 1);
			fputs("\t-", to);
			put_figure(to, cell, "floor.ns.median", 1);
			fputc('\n', to);
			return;
		}
}

static void write_latency(const json_t *cells, FILE *to)
{
	const json_t *unsync = NULL, *cell;
	bool row = false;
	size_t i;

	fputs("strategy\tkind\tstatus\treason\tn\tpercent\tlatency_ns\n", to);
	latency_timer(to, cells);
	json_array_foreach (cells, i, cell) {
		if (!is_in_chart(cells, cell, BENCH_WRITE_LATENCY))
			continue;
		latency_cell(to, cell);
		row |= !strcmp(bench_text(cell, "strategy"), "unsync");
		if (!unsync && has_numbers(cell))
			unsync = dist_at(cell, "writer", "baseline-latency");
	}
	/* unsync without swaps, from the same processes as the first row */
	if (unsync && !row)
		curve_rows(to, "unsync\tcontrol\tok\t-", unsync);
}

/* ---- swap-cost ---- */

static void swap_cost(const json_t *cells, FILE *to)
{
	static const double percents[] = { 50, 90, 99, 99.9 };
	const json_t *cell;
	size_t i;

	fputs("strategy\tkind\tstatus\treason\tplacement\tn\tp50_us\tp90_us\t"
	      "p99_us\tp999_us\n",
	      to);
	json_array_foreach (cells, i, cell) {
		const json_t *safe = dist_at(cell, "swap", "safe");

		if (!is_in_chart(cells, cell, BENCH_SWAP_COST))
			continue;
		if (!has_numbers(cell))
			safe = NULL;
		put_head(to, cell);
		fprintf(to, "\t%s", bench_text(cell, "placement"));
		put_number(to, count_of(safe));
		for (int p = 0; p < 4; p++)
			put_percentile(to, safe, percents[p], "ns", 1e3);
		fputc('\n', to);
	}
}

/* ---- pareto ---- */

/* What one write costs under a strategy: at this placement, or elsewhere. */
static const json_t *write_cell(const json_t *cells, const char *strategy,
				const char *placement)
{
	const json_t *other = NULL, *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (!is_shown(cells, cell, "write") || !has_numbers(cell) ||
		    strcmp(bench_text(cell, "strategy"), strategy))
			continue;
		if (!strcmp(bench_text(cell, "placement"), placement))
			return cell;
		if (!other)
			other = cell;
	}
	return other;
}

static void pareto_row(FILE *to, const json_t *cells, const json_t *cell,
		       const char *placement, const json_t *safe)
{
	const json_t *w =
		write_cell(cells, bench_text(cell, "strategy"), placement);

	put_head(to, cell);
	fprintf(to, "\t%s", placement);
	put_number(to, bench_get_number(w, "writer.ns-per-event.median"));
	put_number(to, bench_get_number(w, "writer.ns-per-event.low"));
	put_number(to, bench_get_number(w, "writer.ns-per-event.high"));
	put_percentile(to, safe, 50, "ns", 1e3);
	put_percentile(to, safe, 50, "low", 1e3);
	put_percentile(to, safe, 50, "high", 1e3);
	fputc('\n', to);
}

/* Is this the first cell that names its placement? */
static bool opens_panel(const json_t *cells, size_t at)
{
	const json_t *cell = json_array_get(cells, at);

	return leader(cells, "swap", bench_text(cell, "placement")) == cell;
}

static void pareto(const json_t *cells, FILE *to)
{
	const json_t *cell;
	size_t i;

	fputs("strategy\tkind\tstatus\treason\tplacement\twriter_ns\t"
	      "writer_low_ns\twriter_high_ns\tswap_us\tswap_low_us\t"
	      "swap_high_us\n",
	      to);
	json_array_foreach (cells, i, cell) {
		const char *placement = bench_text(cell, "placement");
		const json_t *unsync;

		if (!is_in_chart(cells, cell, BENCH_PARETO))
			continue;
		unsync = write_cell(cells, "unsync", placement);
		if (opens_panel(cells, i) && unsync && has_numbers(cell))
			pareto_row(to, cells, unsync, placement, NULL);
		pareto_row(to, cells, cell, placement,
			   has_numbers(cell) ? dist_at(cell, "swap", "safe")
					     : NULL);
	}
}

/* ---- footprint ---- */

/* Events in a bin around one swap, in per cent of those without a swap. */
static double events_pct(const json_t *f, size_t bin)
{
	const json_t *swap = json_array_get(json_object_get(f, "swap"), bin);
	const json_t *control =
		json_array_get(json_object_get(f, "control"), bin);

	return 100 *
	       (bench_get_number(swap, "n") / bench_get_number(f, "swaps")) /
	       (bench_get_number(control, "n") /
		bench_get_number(f, "controls"));
}

static void footprint_series(FILE *to, const json_t *cell, const char *series,
			     const char *count)
{
	const json_t *f = json_object_get(cell, "footprint");
	const json_t *bins = json_object_get(f, series);
	bool is_swap = !strcmp(series, "swap");
	const json_t *bin;
	size_t i;

	json_array_foreach (bins, i, bin) {
		put_head(to, cell);
		fprintf(to, "\t%s", series);
		put_number(to, bench_get_number(f, count));
		put_number(to, bench_get_number(bin, "t-us"));
		put_number(to, bench_get_number(bin, "median-ns"));
		put_number(to, bench_get_number(bin, "p99-ns"));
		put_number(to, bench_get_number(f, "stolen-ns.median"));
		put_number(to, is_swap ? events_pct(f, i) : NAN);
		fputc('\n', to);
	}
}

static void footprint(const json_t *cells, FILE *to)
{
	const json_t *cell;
	size_t i;

	fputs("strategy\tkind\tstatus\treason\tseries\tn\tt_us\tmedian_ns\t"
	      "p99_ns\tstolen_ns\tevents_pct\n",
	      to);
	json_array_foreach (cells, i, cell) {
		if (!is_in_chart(cells, cell, BENCH_FOOTPRINT_CHART))
			continue;
		if (has_numbers(cell)) {
			footprint_series(to, cell, "swap", "swaps");
			footprint_series(to, cell, "control", "controls");
			continue;
		}
		put_head(to, cell);
		fputs("\tswap\t-\t-\t-\t-\t-\t-\n", to);
	}
}

/* ---- scaling ---- */

static void scaling(const json_t *cells, FILE *to)
{
	static const char *const which[] = { "ns", "low", "high" };
	const json_t *cell;
	size_t i;

	fputs("strategy\tkind\tstatus\treason\twriters\toversubscribed\tn\t"
	      "cost_us\tcost_low_us\tcost_high_us\tskew_us\tskew_low_us\t"
	      "skew_high_us\n",
	      to);
	json_array_foreach (cells, i, cell) {
		const json_t *cost = dist_at(cell, "scaling", "cost");
		const json_t *skew = dist_at(cell, "scaling", "skew");
		bool over = json_is_true(json_object_get(
			json_object_get(cell, "pus"), "oversubscribed"));

		if (!is_in_chart(cells, cell, BENCH_SCALING_CHART))
			continue;
		put_head(to, cell);
		put_figure(to, cell, "scaling.writers", 1);
		fprintf(to, "\t%s", over ? "yes" : "no");
		put_number(to, count_of(has_numbers(cell) ? cost : NULL));
		for (int k = 0; k < 3; k++)
			put_percentile(to, has_numbers(cell) ? cost : NULL, 50,
				       which[k], 1e3);
		for (int k = 0; k < 3; k++)
			put_percentile(to, has_numbers(cell) ? skew : NULL, 50,
				       which[k], 1e3);
		fputc('\n', to);
	}
}

/* ---- Charts ---- */

static const struct {
	const char *name;
	const char *title;
	void (*rows)(const json_t *cells, FILE *to);
} charts[BENCH_CHARTS] = {
	[BENCH_WRITE_LATENCY] = { "write-latency",
				  "How long can a single write take while "
				  "swaps happen?",
				  write_latency },
	[BENCH_WRITE_COST] = { "write-cost",
			       "What does one write cost under each strategy?",
			       write_cost },
	[BENCH_SWAP_COST] = { "swap-cost",
			      "How long until a snapshot is safe to read?",
			      swap_cost },
	[BENCH_PARETO] = { "pareto",
			   "Which strategy gives the best of both sides?",
			   pareto },
	[BENCH_FOOTPRINT_CHART] = { "footprint",
				    "What does one swap do to the writer "
				    "around it?",
				    footprint },
	[BENCH_SCALING_CHART] = { "scaling",
				  "What does a snapshot of every slot cost with "
				  "more writers?",
				  scaling },
};

const char *bench_chart_name(enum bench_chart chart)
{
	return charts[chart].name;
}

const char *bench_chart_title(enum bench_chart chart)
{
	return charts[chart].title;
}

void bench_chart_tsv(const json_t *result, enum bench_chart chart, FILE *to)
{
	const json_t *run = json_object_get(result, "run");
	const json_t *machine = json_object_get(result, "machine");

	fprintf(to, "# %s, chart %s: columns in plots/README.md\n",
		BENCH_RESULT_SCHEMA, charts[chart].name);
	fputs("# machine ", to);
	put_text(to, bench_text(machine, "key"));
	fputs(", run ", to);
	put_text(to, bench_text(run, "started"));
	fputs(", matrix ", to);
	put_text(to, bench_text(json_object_get(run, "matrix"), "name"));
	fputc('\n', to);
	charts[chart].rows(json_object_get(result, "cells"), to);
}

/* ---- Caption ---- */

struct caption {
	char *text;
	size_t n, used;
};

static void say(struct caption *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct caption *c, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(c->text + c->used, c->n - c->used, format, args);
	va_end(args);
	if (n > 0)
		c->used += (size_t)n < c->n - c->used ? (size_t)n
						      : c->n - c->used - 1;
}

static void say_machine(struct caption *c, const json_t *result)
{
	const json_t *m = json_object_get(result, "machine");
	const char *cpu = bench_text(json_object_get(m, "cpu"), "model");
	const char *release =
		bench_text(json_object_get(m, "kernel"), "release");
	const char *hypervisor = bench_text(m, "hypervisor");

	say(c, "%s (%s)", cpu ? cpu : "unknown CPU", bench_text(m, "key"));
	if (release)
		say(c, ", Linux %s", release);
	if (hypervisor && strcmp(hypervisor, "none"))
		say(c, ", %s", hypervisor);
}

static void say_cell(struct caption *c, const json_t *cell,
		     enum bench_chart chart)
{
	const json_t *axes = json_object_get(cell, "axes");
	const json_t *payload = json_object_get(axes, "payload");
	const char *stamp = bench_text(axes, "stamp");
	const char *mode = bench_text(axes, "mode");
	const json_t *rate = json_object_get(axes, "swap-rate");

	if (!has_panels(chart))
		say(c, "; placement %s", bench_text(cell, "placement"));
	if (json_is_integer(payload))
		say(c, ", payload %d bytes", (int)json_integer_value(payload));
	if (stamp)
		say(c, ", %s time stamp%s",
		    strcmp(stamp, "none") ? stamp : "no",
		    strcmp(stamp, "none") ? "s" : "");
	if (mode)
		say(c, ", %s mode", mode);
	if (json_is_string(rate))
		say(c, ", swaps %s", json_string_value(rate));
	else if (json_integer_value(rate) > 0)
		say(c, ", %d swaps/s", (int)json_integer_value(rate));
}

static const json_t *first_in_chart(const json_t *cells, enum bench_chart chart)
{
	const json_t *cell, *any = NULL;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (!is_in_chart(cells, cell, chart))
			continue;
		if (has_numbers(cell))
			return cell;
		any = any ? any : cell;
	}
	return any;
}

static void say_stamp(struct caption *c, const json_t *result)
{
	const json_t *stamp = json_object_get(result, "indicative");
	const json_t *reasons = json_object_get(stamp, "reasons");
	const json_t *reason;
	size_t i;

	if (!json_is_true(json_object_get(stamp, "stamp")))
		return;
	say(c, ". INDICATIVE");
	/* the checks' names; their findings stand in the result */
	json_array_foreach (reasons, i, reason) {
		const char *text = json_string_value(reason);

		say(c, "%s %.*s", i ? "," : ":", (int)strcspn(text, ":"), text);
	}
}

void bench_chart_caption(const json_t *result, enum bench_chart chart,
			 char *text, size_t n)
{
	const json_t *run = json_object_get(result, "run");
	const json_t *cell =
		first_in_chart(json_object_get(result, "cells"), chart);
	struct caption c = { text, n, 0 };

	text[0] = '\0';
	say_machine(&c, result);
	say(&c, "; run %s, matrix %s, %d rounds", bench_text(run, "started"),
	    bench_text(json_object_get(run, "matrix"), "name"),
	    (int)json_integer_value(json_object_get(run, "rounds")));
	if (cell)
		say_cell(&c, cell, chart);
	say_stamp(&c, result);
}
