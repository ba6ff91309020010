/* SPDX-License-Identifier: MIT */
/* chart_write.c - the writer's charts: its cost and its latency. */
#include <stdlib.h>
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/charts.h"
#include "bench/stats/ranks.h"

/* ---- write-cost ---- */

#define COST(figure_)                                                \
	{                                                            \
		{ .name = "n", .figure = figure_, .what = CHART_N }, \
			{ .name = "median",                          \
			  .figure = figure_,                         \
			  .what = CHART_VALUE },                     \
			{ .name = "low",                             \
			  .figure = figure_,                         \
			  .what = CHART_LOW },                       \
			{ .name = "high",                            \
			  .figure = figure_,                         \
			  .what = CHART_HIGH },                      \
	}

static const struct chart_column event_cost[] =
	COST(BENCH_FIGURE_WRITER_NS_PER_EVENT);
static const struct chart_column floor_cost[] = COST(BENCH_FIGURE_FLOOR_NS);

static const struct chart_column ratio[] = {
	{ .name = "ratio", .figure = BENCH_FIGURE_RATIO_LOG },
	{ .name = "ratio_low",
	  .figure = BENCH_FIGURE_RATIO_LOG,
	  .what = CHART_LOW },
	{ .name = "ratio_high",
	  .figure = BENCH_FIGURE_RATIO_LOG,
	  .what = CHART_HIGH },
};

void chart_write_cost_names(FILE *to)
{
	chart_names(to, event_cost, CHART_COUNT(event_cost));
	fputs("\trounds_ns", to);
	chart_names(to, ratio, CHART_COUNT(ratio));
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
static bool has_ratio(const json_t *result, const json_t *cell)
{
	return !bench_traits_is_baseline(result, bench_view_strategy(cell));
}

static void cost_row(FILE *to, const json_t *result, const json_t *cell,
		     const struct chart_column *cost)
{
	chart_head(to, cell);
	chart_fields(to, cost, CHART_COUNT(event_cost), cell);
	put_rounds(to, cell, cost->figure);
	chart_fields(to, ratio, CHART_COUNT(ratio),
		     has_ratio(result, cell) ? cell : NULL);
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

/* One row a floor, whichever placement it was measured at. */
static bool is_first_floor(const json_t *result, size_t at)
{
	const char *name = bench_view_strategy(bench_view_cell(result, at));

	for (size_t i = 0; i < at; i++) {
		const json_t *cell = bench_view_cell(result, i);

		if (bench_view_is_floor(cell) && bench_view_has_numbers(cell) &&
		    bench_view_is_strategy(cell, name))
			return false;
	}
	return true;
}

void chart_write_cost_rows(const json_t *result, FILE *to)
{
	const json_t *cell;

	chart_for_each(result, BENCH_WRITE_COST, cell)
		cost_row(to, result, cell, event_cost);
	for (size_t i = 0; i < bench_view_cells(result); i++) {
		cell = bench_view_cell(result, i);
		if (is_floor_of(result, cell, "write") &&
		    is_first_floor(result, i))
			cost_row(to, result, cell, floor_cost);
	}
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

void chart_write_latency_rows(const json_t *result, FILE *to)
{
	const char *name = bench_traits_baseline(result);
	const json_t *calm = NULL, *cell;
	bool has_baseline = !name;
	char head[64];

	timer_row(to, result);
	chart_for_each(result, BENCH_WRITE_LATENCY, cell)
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
