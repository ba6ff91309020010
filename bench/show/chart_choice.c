/* SPDX-License-Identifier: MIT */
/* chart_choice.c - the charts that decide: how far from the baseline, and who is
 * cheapest in all at which rate of swaps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/charts.h"
#include "bench/show/summary.h"

/* ---- ratios ---- */

void chart_ratios_names(FILE *to)
{
	fputs("\tscenario\tpoint\tverdict\tn\tratio\tratio_low\tratio_high\t"
	      "added_ns\tthreshold",
	      to);
}

/* One part of the chart. */
struct part {
	const struct chart *cells;
	const char *point; /* in words */
};

static void put_part(FILE *to, const struct part *part)
{
	fprintf(to, "\t%s\t", bench_view_scenario(chart_first(part->cells)));
	chart_text(to, part->point);
}

/* A ratio is of the same cost as everywhere: of a writer that is swapped, of
 * stored events. */
static void ratio_row(FILE *to, const struct part *part, const json_t *cell)
{
	struct bench_view_ratio r;

	chart_head(to, cell);
	put_part(to, part);
	if (!bench_view_has_numbers(cell) || !bench_view_cost_ratio(cell, &r)) {
		fputs("\t-\t-\t-\t-\t-\t-\t-\n", to);
		return;
	}
	fprintf(to, "\t%s",
		r.verdict ? bench_verdict_name(r.verdict) : "no-verdict");
	chart_number(to, r.n);
	chart_number(to, r.value);
	chart_number(to, r.low);
	chart_number(to, r.high);
	chart_number(to, r.added.value);
	chart_number(to, r.threshold);
	fputc('\n', to);
}

/* The baseline against itself, of the control that the cell is held against. */
static void aa_row(FILE *to, const struct part *part, const json_t *cell)
{
	struct bench_view_aa aa;
	struct bench_view_ratio r;

	if (!bench_view_aa_of(part->cells->result, cell, &aa))
		return;
	fputs("A/A\tcontrol\tok\t-", to);
	put_part(to, part);
	fprintf(to, "\t%s\t-", aa.passed ? "passed" : "failed");
	chart_number(to, aa.median);
	chart_number(to, aa.low);
	chart_number(to, aa.high);
	fputs("\t-", to);
	chart_number(to, bench_view_ratio(cell, &r) ? r.threshold : NAN);
	fputc('\n', to);
}

static void part_rows(FILE *to, const struct part *part)
{
	const json_t *cell, *with_control = NULL;
	struct bench_view_ratio r;

	chart_for_each(part->cells, cell)
	{
		if (bench_traits_is_baseline(part->cells->result,
					     bench_view_strategy(cell)) ||
		    strcmp(bench_view_placement(cell),
			   bench_view_placement(chart_first(part->cells))))
			continue;
		ratio_row(to, part, cell);
		if (!with_control && bench_view_cost_ratio(cell, &r))
			with_control = cell;
	}
	if (with_control)
		aa_row(to, part, with_control);
}

void chart_ratios_rows(const struct chart *c, FILE *to)
{
	const json_t *write = chart_first(c), *swap;
	struct chart swaps;

	if (!write || chart_open(&swaps, c->result, BENCH_SWAP_COST))
		return;
	swap = chart_first(&swaps);
	for (int p = 0; p < (swap ? 2 : 1); p++) {
		char *text = chart_part_text(write, swap, p ? swap : write);

		part_rows(to, &(struct part){ p ? &swaps : c, text });
		free(text);
	}
	chart_close(&swaps);
}

/* ---- trade ---- */

/* A writer of so many events a second, as the page says. */
#define EVENTS_PER_S 1e6

static const double rates[] = { 1, 10, 100, 1000, 10000 };

#define RATES (sizeof(rates) / sizeof(rates[0]))

/* Who writes, and the swaps and footprints of the same run. */
struct trade {
	const struct chart *writes;
	struct chart swaps, footprints;
};

/* What one strategy costs; NaN: not known. */
struct price {
	double writer_us; /* a second */
	double swap_us;	  /* each */
	double dropped;	  /* events, for each swap that was measured */
};

void chart_trade_names(FILE *to)
{
	fputs("\tcheapest\tswaps_per_s\tcost_us\twriter_us\tswapper_us"
	      "\tdropped_per_swap",
	      to);
}

/* The cell of the same strategy at the same point; NULL: it has none. */
static const json_t *beside(const struct chart *c, const json_t *own)
{
	const json_t *cell;

	chart_for_each(c, cell) if (bench_view_is_strategy(
					    cell, bench_view_strategy(own)) &&
				    chart_same_point(cell, own)) return cell;
	return NULL;
}

static double figure_of(const json_t *cell, enum bench_figure figure)
{
	return cell ? bench_view_figure(cell, figure).value : NAN;
}

static double not_negative(double value)
{
	return value > 0 || isnan(value) ? value : 0;
}

/* A swap takes the swapper's CPU, and what it steals from the writer where that
 * was measured. */
static struct price price_of(const struct trade *t, const json_t *cell)
{
	const json_t *swap = beside(&t->swaps, cell);
	double cpu = figure_of(swap, BENCH_FIGURE_SWAP_SWAPPER_CPU_NS);
	double stolen = figure_of(beside(&t->footprints, cell),
				  BENCH_FIGURE_FOOTPRINT_STOLEN_NS);
	double added = NAN;
	struct bench_view_ratio r;

	if (bench_view_has_numbers(cell) && bench_view_cost_ratio(cell, &r))
		added = r.added.value;
	return (struct price){
		.writer_us = not_negative(added) * EVENTS_PER_S / 1e3,
		.swap_us = (cpu + (stolen > 0 ? stolen : 0)) / 1e3,
		.dropped = figure_of(swap, BENCH_FIGURE_SWAP_DROPS_PER_SWAP),
	};
}

static double cost_us(const struct price *p, double rate)
{
	return p->writer_us + rate * p->swap_us;
}

static bool may_win(const struct trade *t, const json_t *cell)
{
	return bench_view_is_candidate(cell) && bench_view_is_ok(cell) &&
	       bench_summary_holds(t->writes->result,
				   bench_view_strategy(cell));
}

static bool is_cheapest(const struct trade *t, const json_t *own, double rate)
{
	struct price p = price_of(t, own);
	double best = cost_us(&p, rate);
	const json_t *cell;

	if (!may_win(t, own))
		return false;
	chart_for_each(t->writes, cell)
	{
		p = price_of(t, cell);
		if (may_win(t, cell) && cost_us(&p, rate) < best)
			return false;
	}
	return true;
}

static void trade_rows(FILE *to, const struct trade *t, const json_t *cell)
{
	struct price p = price_of(t, cell);

	if (isnan(cost_us(&p, 1))) {
		chart_head_of_choice(to, t->writes->result, cell);
		fputs("\tno\t-\t-\t-\t-\t-\n", to);
		return;
	}
	for (size_t i = 0; i < RATES; i++) {
		chart_head_of_choice(to, t->writes->result, cell);
		fprintf(to, "\t%s",
			is_cheapest(t, cell, rates[i]) ? "yes" : "no");
		chart_number(to, rates[i]);
		chart_number(to, cost_us(&p, rates[i]));
		chart_number(to, p.writer_us);
		chart_number(to, rates[i] * p.swap_us);
		chart_number(to, p.dropped);
		fputc('\n', to);
	}
}

void chart_trade_rows(const struct chart *c, FILE *to)
{
	struct trade t = { .writes = c };
	const json_t *cell;

	if (chart_open(&t.swaps, c->result, BENCH_SWAP_COST))
		return;
	if (!chart_open(&t.footprints, c->result, BENCH_FOOTPRINT_CHART)) {
		chart_for_each(c, cell) if (!bench_traits_is_baseline(
						    c->result,
						    bench_view_strategy(cell)))
			trade_rows(to, &t, cell);
		chart_close(&t.footprints);
	}
	chart_close(&t.swaps);
}
