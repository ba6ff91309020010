/* SPDX-License-Identifier: MIT */
/* chart_write.c - the writer's charts: its cost and its latency. */
#include <stdlib.h>
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/charts.h"
#include "bench/stats/ranks.h"

/* ---- write-cost ---- */

void chart_write_cost_names(FILE *to)
{
	fputs("\tslice\tn\tmedian_ns\tlow_ns\thigh_ns\trounds_ns\tratio\t"
	      "ratio_low\tratio_high\tadded_ns",
	      to);
}

static void put_rounds(FILE *to, const json_t *cell, enum bench_figure figure)
{
	size_t n = bench_view_rounds(cell, figure, 0, NULL, 0);
	double *values = calloc(n + 1, sizeof(*values));

	if (!n || !values)
		fputs("\t-", to);
	if (values)
		bench_view_rounds(cell, figure, 0, values, n);
	for (size_t i = 0; values && i < n; i++)
		fprintf(to, "%s%.4g", i ? " " : "\t", values[i]);
	free(values);
}

/* The baseline itself has a ratio to a floor, which is no rival. */
static void put_ratio(FILE *to, const json_t *result, const json_t *cell)
{
	struct bench_view_ratio r;

	if (bench_traits_is_baseline(result, bench_view_strategy(cell)) ||
	    !bench_view_has_numbers(cell) || !bench_view_cost_ratio(cell, &r)) {
		fputs("\t-\t-\t-\t-", to);
		return;
	}
	chart_number(to, r.value);
	chart_number(to, r.low);
	chart_number(to, r.high);
	chart_number(to, r.added.value);
}

/* @figure: what its cost is */
static void cost_row(FILE *to, const json_t *result, const json_t *cell,
		     const char *slice, enum bench_figure figure)
{
	struct bench_value cost = bench_view_figure(cell, figure);

	chart_head(to, cell);
	fputc('\t', to);
	chart_text(to, slice);
	chart_number(to, cost.n);
	chart_value(to, cost);
	put_rounds(to, cell, figure);
	put_ratio(to, result, cell);
	fputc('\n', to);
}

/* A floor with numbers that is a part of this side: "write", "swap", "clock" */
static bool is_floor_of(const json_t *result, const json_t *cell,
			const char *side)
{
	const json_t *floor =
		bench_traits_floor(result, bench_view_strategy(cell));
	const char *own = bench_traits_word(floor, "side");

	return bench_view_is_floor(cell) && bench_view_has_numbers(cell) &&
	       own && !strcmp(own, side);
}

/* Is it of the same events as the chart? Where they were placed does not matter,
 * whoever writes is alone. */
static bool is_of_these_events(const json_t *floor, const json_t *like)
{
	static const char *const axes[] = { "payload", "stamp", "mode",
					    "buffer-kib", "subbuf" };
	char a[64], b[64];

	for (size_t i = 0; i < CHART_COUNT(axes); i++)
		if (strcmp(bench_view_axis(floor, axes[i], a, sizeof(a)),
			   bench_view_axis(like, axes[i], b, sizeof(b))) != 0)
			return false;
	return true;
}

static bool is_bound(const json_t *result, const json_t *cell,
		     const json_t *like)
{
	return is_floor_of(result, cell, "write") &&
	       is_of_these_events(cell, like);
}

/* One row a floor, whichever placement it was measured at. */
static bool is_first_bound(const json_t *result, size_t at, const json_t *like)
{
	const char *name = bench_view_strategy(bench_view_cell(result, at));

	for (size_t i = 0; i < at; i++)
		if (is_bound(result, bench_view_cell(result, i), like) &&
		    bench_view_is_strategy(bench_view_cell(result, i), name))
			return false;
	return true;
}

static void floor_rows(FILE *to, const struct chart *c)
{
	const json_t *like = chart_first(c), *cell;

	for (size_t i = 0; (cell = bench_view_cell(c->result, i)); i++)
		if (like && is_bound(c->result, cell, like) &&
		    is_first_bound(c->result, i, like))
			cost_row(to, c->result, cell, NULL,
				 BENCH_FIGURE_FLOOR_NS);
}

/* The other tables of writes at the placement of the chart, a slice each. */
static void slice_rows(FILE *to, const struct chart *c)
{
	const json_t *like = chart_first(c), *cell;

	for (size_t i = 0; (cell = bench_view_cell(c->result, i)); i++)
		if (like && bench_view_is_scenario(cell, "write") &&
		    !strcmp(bench_view_placement(cell),
			    bench_view_placement(like)) &&
		    !bench_view_same_table(cell, like, NULL))
			cost_row(to, c->result, cell,
				 *bench_view_axes(cell) ? bench_view_axes(cell)
							: "default",
				 bench_view_cost_figure(cell));
}

void chart_write_cost_rows(const struct chart *c, FILE *to)
{
	const json_t *cell;

	chart_for_each(c, cell) cost_row(to, c->result, cell, NULL,
					 bench_view_cost_figure(cell));
	floor_rows(to, c);
	slice_rows(to, c);
}

/* ---- write-latency ---- */

static const double curve[] = { 50,	75,	 90,	 95,	99,
				99.5,	99.9,	 99.95,	 99.99, 99.995,
				99.999, 99.9995, 99.9999 };

void chart_write_latency_names(FILE *to)
{
	fputs("\tn\tpercent\tlatency_ns", to);
}

static void curve_rows(FILE *to, const char *head, double alpha,
		       const struct bench_hist *h)
{
	for (size_t i = 0; i < CHART_COUNT(curve); i++) {
		double q = curve[i] / 100;

		if (h->total >= bench_stats_support(q, alpha))
			fprintf(to, "%s\t%llu\t%.7g\t%.6g\n", head,
				(unsigned long long)h->total, curve[i],
				bench_hist_value_at(h, q));
	}
	fprintf(to, "%s\t%llu\t100\t%llu\n", head, (unsigned long long)h->total,
		(unsigned long long)h->max);
}

/* The curve of a distribution; one row without numbers where there is none. */
static void latency_rows(FILE *to, const char *head, const json_t *result,
			 const json_t *cell, enum bench_figure figure)
{
	double alpha = bench_view_fact_number(result, "statistics.alpha");
	struct bench_hist *h = bench_hist_new();

	if (!bench_view_has_numbers(cell))
		fprintf(to, "%s\t-\t-\t-\n", head);
	else if (!h || !bench_view_histogram(cell, figure, h) || !h->total)
		fprintf(to, "%s\t0\t-\t-\n", head);
	else
		curve_rows(to, head, alpha, h);
	bench_hist_free(h);
}

static void latency_cell(FILE *to, const json_t *result, const json_t *cell)
{
	char *head = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&head, &size);

	if (!text)
		return;
	chart_head(text, cell);
	fclose(text);
	latency_rows(to, head, result, cell, BENCH_FIGURE_WRITER_LATENCY);
	free(head);
}

/* What reading the clock takes, which is in every latency. */
static void timer_row(FILE *to, const json_t *result)
{
	for (size_t i = 0; i < bench_view_cells(result); i++) {
		const json_t *cell = bench_view_cell(result, i);
		struct bench_value ns;

		if (!is_floor_of(result, cell, "clock"))
			continue;
		ns = bench_view_figure(cell, BENCH_FIGURE_FLOOR_NS);
		chart_head(to, cell);
		chart_number(to, ns.n);
		fputs("\t-", to);
		chart_number(to, ns.value);
		fputc('\n', to);
		return;
	}
}

void chart_write_latency_rows(const struct chart *c, FILE *to)
{
	const json_t *result = c->result;
	const char *name = bench_traits_baseline(result);
	const json_t *calm = NULL, *cell;
	bool has_baseline = !name;
	char head[64];

	timer_row(to, result);
	chart_for_each(c, cell)
	{
		latency_cell(to, result, cell);
		has_baseline |= name && bench_view_is_strategy(cell, name);
		if (!calm && bench_view_has_numbers(cell))
			calm = cell;
	}
	/* the baseline without swaps, from the processes of the first row */
	if (!calm || has_baseline)
		return;
	snprintf(head, sizeof(head), "%s\tcontrol\tok\t-", name);
	latency_rows(to, head, result, calm,
		     BENCH_FIGURE_WRITER_BASELINE_LATENCY);
}
