/* SPDX-License-Identifier: MIT */
/* chart_choice.c - the charts that decide: how far from the baseline, and who is
 * cheapest in all at which rate of swaps. */
#include <math.h>
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/charts.h"

/* ---- ratios ---- */

void chart_ratios_names(FILE *to)
{
	fputs("\tscenario\tverdict\tn\tratio\tratio_low\tratio_high\t"
	      "added_ns\tthreshold",
	      to);
}

/* ns per event more than the baseline's of the same processes; NaN: none. */
static double added_ns(const json_t *cell)
{
	struct bench_view_ratio r;

	return bench_view_has_numbers(cell) && bench_view_ratio(cell, &r)
		       ? r.added.value
		       : NAN;
}

static void ratio_row(FILE *to, const json_t *cell)
{
	struct bench_view_ratio r;

	chart_head(to, cell);
	fprintf(to, "\t%s", bench_view_scenario(cell));
	if (!bench_view_has_numbers(cell) || !bench_view_ratio(cell, &r)) {
		fputs("\t-\t-\t-\t-\t-\t-\t-\n", to);
		return;
	}
	fprintf(to, "\t%s",
		r.verdict ? bench_verdict_name(r.verdict) : "no-verdict");
	chart_number(to, r.n);
	chart_number(to, r.value);
	chart_number(to, r.low);
	chart_number(to, r.high);
	chart_number(to, added_ns(cell));
	chart_number(to, r.threshold);
	fputc('\n', to);
}

/* The baseline against itself, of the control that the cell is held against. */
static void aa_row(FILE *to, const json_t *result, const json_t *cell)
{
	struct bench_view_aa aa;
	struct bench_view_ratio r;

	if (!bench_view_aa_of(result, cell, &aa))
		return;
	fprintf(to, "A/A\tcontrol\tok\t-\t%s\t%s\t-", bench_view_scenario(cell),
		aa.passed ? "passed" : "failed");
	chart_number(to, aa.median);
	chart_number(to, aa.low);
	chart_number(to, aa.high);
	fputs("\t-", to);
	chart_number(to, bench_view_ratio(cell, &r) ? r.threshold : NAN);
	fputc('\n', to);
}

static void ratio_rows(FILE *to, const json_t *result, enum bench_chart chart)
{
	const json_t *cell, *with_control = NULL;
	struct bench_view_ratio r;

	chart_for_each(result, chart, cell)
	{
		if (bench_traits_is_baseline(result,
					     bench_view_strategy(cell)) ||
		    strcmp(bench_view_placement(cell),
			   bench_view_placement(chart_first(result, chart))))
			continue;
		ratio_row(to, cell);
		if (!with_control && bench_view_ratio(cell, &r))
			with_control = cell;
	}
	if (with_control)
		aa_row(to, result, with_control);
}

void chart_ratios_rows(const json_t *result, FILE *to)
{
	ratio_rows(to, result, BENCH_WRITE_COST);
	if (bench_chart_rows(result, BENCH_SWAP_COST))
		ratio_rows(to, result, BENCH_SWAP_COST);
}

/* ---- trade ---- */

/* A writer of so many events a second, as the page says. */
#define EVENTS_PER_S 1e6

static const double rates[] = { 1, 10, 100, 1000, 10000 };

#define RATES (sizeof(rates) / sizeof(rates[0]))

void chart_trade_names(FILE *to)
{
	fputs("\tcheapest\tswaps_per_s\tcost_us\twriter_us\tswapper_us", to);
}

/* What a swap takes of CPU: the swapper's, and what it steals from the writer
 * where that was measured. NaN: not known. */
static double swap_ns(const json_t *result, const char *strategy)
{
	double cpu = NAN, stolen = NAN;
	const json_t *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++) {
		if (!bench_view_is_strategy(cell, strategy))
			continue;
		if (isnan(cpu) && bench_view_is_scenario(cell, "swap"))
			cpu = bench_view_figure(
				      cell, BENCH_FIGURE_SWAP_SWAPPER_CPU_NS)
				      .value;
		if (isnan(stolen) && bench_view_is_scenario(cell, "footprint"))
			stolen = bench_view_figure(
					 cell, BENCH_FIGURE_FOOTPRINT_STOLEN_NS)
					 .value;
	}
	return cpu + (stolen > 0 ? stolen : 0);
}

/* us of CPU a second, writer and swapper together; NaN: not known. */
static double cost_us(const json_t *result, const json_t *cell, double rate,
		      double *writer, double *swapper)
{
	double added = added_ns(cell);

	*writer = (added > 0 ? added : added * 0) * EVENTS_PER_S / 1e3;
	*swapper = rate * swap_ns(result, bench_view_strategy(cell)) / 1e3;
	return *writer + *swapper;
}

static bool is_cheapest(const json_t *result, const json_t *own, double rate)
{
	double writer, swapper;
	double best = cost_us(result, own, rate, &writer, &swapper);
	const json_t *cell;

	if (!bench_view_is_candidate(own) || !bench_view_is_ok(own))
		return false;
	chart_for_each(result, BENCH_TRADE, cell)
	{
		if (bench_view_is_candidate(cell) && bench_view_is_ok(cell) &&
		    cost_us(result, cell, rate, &writer, &swapper) < best)
			return false;
	}
	return true;
}

static void trade_rows(FILE *to, const json_t *result, const json_t *cell)
{
	for (size_t i = 0; i < RATES; i++) {
		double writer, swapper;
		double cost =
			cost_us(result, cell, rates[i], &writer, &swapper);

		chart_head(to, cell);
		fprintf(to, "\t%s",
			is_cheapest(result, cell, rates[i]) ? "yes" : "no");
		chart_number(to, rates[i]);
		chart_number(to, cost);
		chart_number(to, writer);
		chart_number(to, swapper);
		fputc('\n', to);
	}
}

void chart_trade_rows(const json_t *result, FILE *to)
{
	const json_t *cell;

	chart_for_each(result, BENCH_TRADE, cell)
	{
		double writer, swapper;

		if (bench_traits_is_baseline(result, bench_view_strategy(cell)))
			continue;
		if (!isnan(cost_us(result, cell, 1, &writer, &swapper))) {
			trade_rows(to, result, cell);
			continue;
		}
		chart_head(to, cell);
		fputs("\tno\t-\t-\t-\t-\n", to);
	}
}
