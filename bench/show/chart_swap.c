/* SPDX-License-Identifier: MIT */
/* chart_swap.c - the charts of a swap: its cost, and both sides. */
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/charts.h"

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

void chart_swap_cost_names(FILE *to)
{
	fputs("\tplacement", to);
	chart_names(to, safe, CHART_COUNT(safe));
}

void chart_swap_cost_rows(const json_t *result, FILE *to)
{
	const json_t *cell;

	chart_for_each(result, BENCH_SWAP_COST, cell)
	{
		chart_head(to, cell);
		fprintf(to, "\t%s", bench_view_placement(cell));
		chart_fields(to, safe, CHART_COUNT(safe), cell);
		fputc('\n', to);
	}
}

/* ---- pareto ---- */

#define WRITER(name_, what_)                                               \
	{                                                                  \
		.name = name_, .figure = BENCH_FIGURE_WRITER_NS_PER_EVENT, \
		.what = what_                                              \
	}

static const struct chart_column writer_side[] = {
	WRITER("writer", CHART_VALUE),
	WRITER("writer_low", CHART_LOW),
	WRITER("writer_high", CHART_HIGH),
};

static const struct chart_column swap_side[] = {
	SAFE("swap", 50, CHART_VALUE),
	SAFE("swap_low", 50, CHART_LOW),
	SAFE("swap_high", 50, CHART_HIGH),
};

void chart_pareto_names(FILE *to)
{
	fputs("\tplacement", to);
	chart_names(to, writer_side, CHART_COUNT(writer_side));
	chart_names(to, swap_side, CHART_COUNT(swap_side));
}

/* Does a cell stand in the first table of writes at its placement? */
static bool is_first_write(const json_t *result, const json_t *cell)
{
	const json_t *first;

	if (!bench_view_is_scenario(cell, "write"))
		return false;
	for (size_t i = 0; (first = bench_view_cell(result, i)); i++)
		if (chart_leads(result, first) &&
		    bench_view_same_table(first, cell, NULL))
			return true;
	return false;
}

/* What one write costs under a strategy: at this placement, or elsewhere. */
static const json_t *write_cell(const json_t *result, const char *strategy,
				const char *placement)
{
	const json_t *other = NULL, *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++) {
		if (!bench_view_is_strategy(cell, strategy) ||
		    !bench_view_has_numbers(cell) ||
		    !is_first_write(result, cell))
			continue;
		if (!strcmp(bench_view_placement(cell), placement))
			return cell;
		if (!other)
			other = cell;
	}
	return other;
}

/* @cell is whose head it is; @swap has the swapper's side, NULL: it has none */
static void pareto_row(FILE *to, const json_t *result, const json_t *cell,
		       const char *placement, const json_t *swap)
{
	chart_head(to, cell);
	fprintf(to, "\t%s", placement);
	chart_fields(to, writer_side, CHART_COUNT(writer_side),
		     write_cell(result, bench_view_strategy(cell), placement));
	chart_fields(to, swap_side, CHART_COUNT(swap_side), swap);
	fputc('\n', to);
}

void chart_pareto_rows(const json_t *result, FILE *to)
{
	const char *name = bench_traits_baseline(result);
	const json_t *cell;

	chart_for_each(result, BENCH_PARETO, cell)
	{
		const char *placement = bench_view_placement(cell);
		const json_t *base = name ? write_cell(result, name, placement)
					  : NULL;

		/* the baseline opens a panel: what any write costs */
		if (chart_leads(result, cell) && base &&
		    bench_view_has_numbers(cell))
			pareto_row(to, result, base, placement, NULL);
		pareto_row(to, result, cell, placement, cell);
	}
}
