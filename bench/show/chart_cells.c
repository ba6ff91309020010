/* SPDX-License-Identifier: MIT */
/* chart_cells.c - which cells a chart shows. */
#include <string.h>

#include "bench/show/charts.h"

static const char *scenario_of(enum bench_chart chart)
{
	static const char *const names[BENCH_CHARTS] = {
		[BENCH_WRITE_LATENCY] = "latency",
		[BENCH_WRITE_COST] = "write",
		[BENCH_SWAP_COST] = "swap",
		[BENCH_PARETO] = "swap",
		[BENCH_FOOTPRINT_CHART] = "footprint",
		[BENCH_SCALING_CHART] = "scaling",
		[BENCH_RATIOS] = "write",
		[BENCH_TRADE] = "write",
	};

	return names[chart];
}

/* The axis that a chart runs along; NULL: none. */
static const char *axis_of(enum bench_chart chart)
{
	return chart == BENCH_SCALING_CHART ? "writers" : NULL;
}

bool chart_has_panels(enum bench_chart chart)
{
	return chart == BENCH_SWAP_COST || chart == BENCH_PARETO;
}

static bool stands_with(const json_t *a, const json_t *b)
{
	return !strcmp(bench_view_placement(a), bench_view_placement(b)) &&
	       bench_view_is_scenario(a, bench_view_scenario(b));
}

/* The first cell of the same scenario and placement. */
static const json_t *leader(const json_t *result, const json_t *like)
{
	const json_t *cell = NULL;

	for (size_t i = 0; i < bench_view_cells(result); i++) {
		cell = bench_view_cell(result, i);
		if (stands_with(cell, like))
			break;
	}
	return cell;
}

bool chart_leads(const json_t *result, const json_t *cell)
{
	return leader(result, cell) == cell;
}

/* Of several placements, the first at which something was measured. */
static const char *main_placement(const json_t *result, const char *scenario)
{
	const char *placement = NULL;

	for (size_t i = 0; i < bench_view_cells(result); i++) {
		const json_t *cell = bench_view_cell(result, i);

		if (!bench_view_is_scenario(cell, scenario))
			continue;
		if (bench_view_has_numbers(cell))
			return bench_view_placement(cell);
		if (!placement)
			placement = bench_view_placement(cell);
	}
	return placement;
}

bool chart_shows(const json_t *result, const json_t *cell,
		 enum bench_chart chart)
{
	const char *scenario = scenario_of(chart);

	if (!bench_view_is_scenario(cell, scenario) ||
	    !bench_view_same_table(leader(result, cell), cell, axis_of(chart)))
		return false;
	return chart_has_panels(chart) ||
	       !strcmp(bench_view_placement(cell),
		       main_placement(result, scenario));
}

const json_t *chart_first(const json_t *result, enum bench_chart chart)
{
	const json_t *cell, *any = NULL;

	chart_for_each(result, chart, cell)
	{
		if (bench_view_has_numbers(cell))
			return cell;
		any = any ? any : cell;
	}
	return any;
}

size_t bench_chart_rows(const json_t *result, enum bench_chart chart)
{
	const json_t *cell;
	size_t n = 0;

	chart_for_each(result, chart, cell) n += bench_view_has_numbers(cell);
	return n;
}
