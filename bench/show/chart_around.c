/* SPDX-License-Identifier: MIT */
/* chart_around.c - the charts of what a swap does around it, and of every slot
 * at once. */
#include <math.h>

#include "bench/show/charts.h"

/* ---- footprint ---- */

void chart_footprint_names(FILE *to)
{
	fputs("\tseries\tn\tt_us\tmedian_ns\tp99_ns\tstolen_ns\tevents_pct",
	      to);
}

/* Events in a bin around one swap, in per cent of those without a swap. */
static double events_pct(const json_t *cell, size_t i)
{
	struct bench_view_bin swap, control;

	bench_view_bin(cell, BENCH_FIGURE_FOOTPRINT_SWAP, i, &swap);
	bench_view_bin(cell, BENCH_FIGURE_FOOTPRINT_CONTROL, i, &control);
	return 100 *
	       (swap.n /
		bench_view_figure(cell, BENCH_FIGURE_FOOTPRINT_SWAPS).value) /
	       (control.n /
		bench_view_figure(cell, BENCH_FIGURE_FOOTPRINT_CONTROLS).value);
}

static void series_rows(FILE *to, const json_t *cell, enum bench_figure series,
			enum bench_figure count)
{
	struct bench_value n = bench_view_figure(cell, count);
	struct bench_value stolen =
		bench_view_figure(cell, BENCH_FIGURE_FOOTPRINT_STOLEN_NS);
	struct bench_view_bin bin;

	for (size_t i = 0; i < bench_view_bins(cell, series); i++) {
		bench_view_bin(cell, series, i, &bin);
		chart_head(to, cell);
		fprintf(to, "\t%s", bench_figure_info(series)->name);
		chart_number(to, n.value);
		chart_number(to, bin.t_us);
		chart_number(to, bin.median_ns);
		chart_number(to, bin.p99_ns);
		chart_number(to, stolen.value);
		chart_number(to, series == BENCH_FIGURE_FOOTPRINT_SWAP
					 ? events_pct(cell, i)
					 : NAN);
		fputc('\n', to);
	}
}

void chart_footprint_rows(const struct chart *c, FILE *to)
{
	const json_t *cell;

	chart_for_each(c, cell)
	{
		if (bench_view_has_numbers(cell)) {
			series_rows(to, cell, BENCH_FIGURE_FOOTPRINT_SWAP,
				    BENCH_FIGURE_FOOTPRINT_SWAPS);
			series_rows(to, cell, BENCH_FIGURE_FOOTPRINT_CONTROL,
				    BENCH_FIGURE_FOOTPRINT_CONTROLS);
			continue;
		}
		chart_head(to, cell);
		fputs("\tswap\t-\t-\t-\t-\t-\t-\n", to);
	}
}

/* ---- scaling ---- */

#define OF(name_, id, what_)                                               \
	{                                                                  \
		.name = name_, .figure = BENCH_FIGURE_##id, .what = what_, \
		.percent = 50, .is_us = true                               \
	}

static const struct chart_column writers[] = {
	{ .name = "writers", .figure = BENCH_FIGURE_SCALING_WRITERS },
};

static const struct chart_column snapshot[] = {
	OF("n", SCALING_COST, CHART_N),
	OF("cost", SCALING_COST, CHART_VALUE),
	OF("cost_low", SCALING_COST, CHART_LOW),
	OF("cost_high", SCALING_COST, CHART_HIGH),
	OF("skew", SCALING_SKEW, CHART_VALUE),
	OF("skew_low", SCALING_SKEW, CHART_LOW),
	OF("skew_high", SCALING_SKEW, CHART_HIGH),
};

void chart_scaling_names(FILE *to)
{
	chart_names(to, writers, CHART_COUNT(writers));
	fputs("\toversubscribed", to);
	chart_names(to, snapshot, CHART_COUNT(snapshot));
}

void chart_scaling_rows(const struct chart *c, FILE *to)
{
	const json_t *cell;

	chart_for_each(c, cell)
	{
		chart_head(to, cell);
		chart_fields(to, writers, CHART_COUNT(writers), cell);
		fprintf(to, "\t%s",
			bench_view_is_oversubscribed(cell) ? "yes" : "no");
		chart_fields(to, snapshot, CHART_COUNT(snapshot), cell);
		fputc('\n', to);
	}
}
