/* SPDX-License-Identifier: MIT */
/*
 * A result as the data of charts: TSV exactly as plots/README.md defines it.
 *
 *	for (int c = 0; c < BENCH_CHARTS; c++)
 *		if (bench_chart_rows(result, c))
 *			bench_chart_tsv(result, c, file);
 *
 * A chart shows one table of a result for each placement: with the most
 * candidates that were measured, then with the fewest axes away from their
 * defaults. write-cost has the others at its placement too, one slice each. A
 * file that cannot be written the caller sees by ferror().
 */
#ifndef BENCH_SHOW_CHART_DATA_H
#define BENCH_SHOW_CHART_DATA_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

enum bench_chart {
	BENCH_WRITE_LATENCY,
	BENCH_WRITE_COST,
	BENCH_SWAP_COST,
	BENCH_PARETO,
	BENCH_FOOTPRINT_CHART,
	BENCH_SCALING_CHART,
	BENCH_RATIOS,
	BENCH_TRADE,
	BENCH_CHARTS,
};

/* "write-latency", ...: the script's and the file's name. */
const char *bench_chart_name(enum bench_chart chart);

/* The question that the chart answers. */
const char *bench_chart_title(enum bench_chart chart);

/* Has the result measured anything for this chart? The number of cells. */
size_t bench_chart_rows(const json_t *result, enum bench_chart chart);

/* Write the chart's data with its comments and column names. 0 or -ENOMEM. */
int bench_chart_tsv(const json_t *result, enum bench_chart chart, FILE *to);

/* Machine, run, and what the cells have in common, for the picture. */
void bench_chart_caption(const json_t *result, enum bench_chart chart,
			 char *text, size_t n);

#endif
