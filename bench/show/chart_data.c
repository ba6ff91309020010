/* SPDX-License-Identifier: MIT */
/* chart_data.c - the charts, and the file of each. */
#include "bench/show/chart_data.h"

#include <errno.h>

#include "bench/result/result.h"
#include "bench/show/charts.h"

static const struct {
	const char *name;
	const char *title;
	void (*names)(FILE *to);
	void (*rows)(const struct chart *c, FILE *to);
} charts[BENCH_CHARTS] = {
	[BENCH_WRITE_LATENCY] = { "write-latency",
				  "How long can a single write take while "
				  "swaps happen?",
				  chart_write_latency_names,
				  chart_write_latency_rows },
	[BENCH_WRITE_COST] = { "write-cost",
			       "What does one write cost under each strategy?",
			       chart_write_cost_names, chart_write_cost_rows },
	[BENCH_SWAP_COST] = { "swap-cost",
			      "How long until a snapshot is safe to read?",
			      chart_swap_cost_names, chart_swap_cost_rows },
	[BENCH_PARETO] = { "pareto",
			   "Which strategy gives the best of both sides?",
			   chart_pareto_names, chart_pareto_rows },
	[BENCH_FOOTPRINT_CHART] = { "footprint",
				    "What does one swap do to the writer "
				    "around it?",
				    chart_footprint_names,
				    chart_footprint_rows },
	[BENCH_SCALING_CHART] = { "scaling",
				  "What does a snapshot of every slot cost with "
				  "more writers?",
				  chart_scaling_names, chart_scaling_rows },
	[BENCH_RATIOS] = { "ratios",
			   "How much more than an unprotected write does each "
			   "strategy cost?",
			   chart_ratios_names, chart_ratios_rows },
	[BENCH_TRADE] = { "trade",
			  "Who is cheapest in all, at which rate of swaps?",
			  chart_trade_names, chart_trade_rows },
};

const char *bench_chart_name(enum bench_chart chart)
{
	return charts[chart].name;
}

const char *bench_chart_title(enum bench_chart chart)
{
	return charts[chart].title;
}

int bench_chart_tsv(const json_t *result, enum bench_chart chart, FILE *to)
{
	struct chart c;

	fprintf(to, "# %s, chart %s: columns in plots/README.md\n",
		BENCH_RESULT_SCHEMA, charts[chart].name);
	fputs("# machine ", to);
	chart_text(to, bench_view_fact(result, "machine.key"));
	fputs(", run ", to);
	chart_text(to, bench_view_fact(result, "run.started"));
	fputs(", matrix ", to);
	chart_text(to, bench_view_fact(result, "run.matrix.name"));
	fputc('\n', to);
	chart_head_names(to);
	charts[chart].names(to);
	fputc('\n', to);
	if (chart_open(&c, result, chart))
		return -ENOMEM;
	charts[chart].rows(&c, to);
	chart_close(&c);
	return 0;
}
