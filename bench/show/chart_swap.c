/* SPDX-License-Identifier: MIT */
/* chart_swap.c - the charts of a swap: its cost, and both sides. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/charts.h"
#include "bench/stats/stats.h"

/* ---- swap-cost ---- */

#define SAFE(name_, percent_, what_)                              \
	{                                                         \
		.name = name_, .figure = BENCH_FIGURE_SWAP_SAFE,  \
		.what = what_, .percent = percent_, .is_us = true \
	}

static const struct chart_column safe[] = {
	SAFE("n", 50, CHART_N),		 SAFE("p50", 50, CHART_VALUE),
	SAFE("p90", 90, CHART_VALUE),	 SAFE("p99", 99, CHART_VALUE),
	SAFE("p999", 99.9, CHART_VALUE),
};

/* The placement, which is a panel, and what the panel says of its cells. */
static void put_panel(FILE *to, const struct chart *c, const json_t *cell)
{
	char *text = chart_panel_text(c, cell);

	fprintf(to, "\t%s\t", bench_view_placement(cell));
	chart_text(to, text);
	free(text);
}

void chart_swap_cost_names(FILE *to)
{
	fputs("\tplacement\tpoint", to);
	chart_names(to, safe, CHART_COUNT(safe));
}

void chart_swap_cost_rows(const struct chart *c, FILE *to)
{
	const json_t *cell;

	chart_for_each(c, cell)
	{
		chart_head(to, cell);
		put_panel(to, c, cell);
		chart_fields(to, safe, CHART_COUNT(safe), cell);
		fputc('\n', to);
	}
}

/* ---- pareto ---- */

static const struct chart_column swap_side[] = {
	SAFE("swap", 50, CHART_VALUE),
	SAFE("swap_low", 50, CHART_LOW),
	SAFE("swap_high", 50, CHART_HIGH),
};

void chart_pareto_names(FILE *to)
{
	fputs("\tplacement\tpoint\twriter_ns\twriter_low_ns\twriter_high_ns",
	      to);
	chart_names(to, swap_side, CHART_COUNT(swap_side));
	fputs("\tdropped_per_swap", to);
}

/* What a write costs where nobody swaps: the baseline's in the processes of a
 * panel's cells. NaN: not measured. */
static double baseline_ns(const struct chart *c, const json_t *like)
{
	double *values = calloc(c->n + 1, sizeof(*values)), median = NAN;
	const json_t *cell;
	size_t n = 0;

	chart_for_each(c, cell)
	{
		double ns =
			bench_view_figure(
				cell, BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT)
				.value;

		if (values && bench_view_same_table(cell, like, NULL) &&
		    !isnan(ns))
			values[n++] = ns;
	}
	if (values)
		bench_stats_median(values, n, &median);
	free(values);
	return median;
}

/* A panel opens with the baseline, which nobody swaps. */
static void baseline_row(FILE *to, const struct chart *c, const json_t *cell)
{
	const char *name = bench_traits_baseline(c->result);
	double ns = baseline_ns(c, cell);

	if (!name || isnan(ns))
		return;
	chart_text(to, name);
	fputs("\tcontrol\tok\t-", to);
	put_panel(to, c, cell);
	chart_number(to, ns);
	fputs("\t-\t-\t-\t-\t-\t-\n", to);
}

/* Both sides are of one cell: the same events, in the same place, at the same
 * rate of swaps, and what was refused is paid for. */
static void pareto_row(FILE *to, const struct chart *c, const json_t *cell)
{
	chart_head_of_choice(to, c->result, cell);
	put_panel(to, c, cell);
	chart_value(to, bench_view_cost(cell));
	chart_fields(to, swap_side, CHART_COUNT(swap_side), cell);
	chart_number(
		to,
		bench_view_figure(cell, BENCH_FIGURE_SWAP_DROPS_PER_SWAP).value);
	fputc('\n', to);
}

void chart_pareto_rows(const struct chart *c, FILE *to)
{
	const json_t *cell;

	chart_for_each(c, cell)
	{
		if (chart_opens_panel(c, cell))
			baseline_row(to, c, cell);
		pareto_row(to, c, cell);
	}
}
