/* SPDX-License-Identifier: MIT */
/* What the charts share, and nobody else: which cells, and their fields. */
#ifndef BENCH_SHOW_CHARTS_H
#define BENCH_SHOW_CHARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/result/view.h"
#include "bench/show/chart_data.h"

/* ---- The charts (chart_write.c, chart_swap.c, chart_around.c) ---- */

/* Of each chart: the names of its columns after those of the head, and its
 * rows. */
void chart_write_latency_names(FILE *to);
void chart_write_latency_rows(const json_t *result, FILE *to);
void chart_write_cost_names(FILE *to);
void chart_write_cost_rows(const json_t *result, FILE *to);
void chart_swap_cost_names(FILE *to);
void chart_swap_cost_rows(const json_t *result, FILE *to);
void chart_pareto_names(FILE *to);
void chart_pareto_rows(const json_t *result, FILE *to);
void chart_footprint_names(FILE *to);
void chart_footprint_rows(const json_t *result, FILE *to);
void chart_scaling_names(FILE *to);
void chart_scaling_rows(const json_t *result, FILE *to);

/* (chart_choice.c) */
void chart_ratios_names(FILE *to);
void chart_ratios_rows(const json_t *result, FILE *to);
void chart_trade_names(FILE *to);
void chart_trade_rows(const json_t *result, FILE *to);

/* ---- Which cells (chart_cells.c) ---- */

/* A chart without panels shows one placement: the first at which something was
 * measured. */
bool chart_has_panels(enum bench_chart chart);

/* Does the cell stand in the chart? */
bool chart_shows(const json_t *result, const json_t *cell,
		 enum bench_chart chart);

/* The first cell of the chart that has numbers; of none, the first. */
const json_t *chart_first(const json_t *result, enum bench_chart chart);

/* Is it the first cell of its scenario at its placement? Its axes choose the
 * others. */
bool chart_leads(const json_t *result, const json_t *cell);

/* Every cell of a chart. */
#define chart_for_each(result, chart, cell)                                    \
	for (size_t cell##_i = 0;                                              \
	     ((cell) = bench_view_cell(result, cell##_i)) != NULL; cell##_i++) \
		if (chart_shows(result, cell, chart))

/* ---- Fields (chart_fields.c) ---- */

enum chart_what {
	CHART_VALUE,
	CHART_LOW,
	CHART_HIGH,
	CHART_N
};

/*
 * A column that is a figure: its name in the file is `name` and the unit of its
 * numbers, "median_ns". Times are in ns, or in us where they are divided.
 */
struct chart_column {
	const char *name;
	enum bench_figure figure;
	enum chart_what what;
	double percent; /* of a distribution; 0: of none */
	bool is_us;	/* ns are written as us */
};

/* The names of a group of columns, each after a tab. */
void chart_names(FILE *to, const struct chart_column *columns, size_t n);

/* What a cell says in them, each after a tab; "-": nothing, or no cell. */
void chart_fields(FILE *to, const struct chart_column *columns, size_t n,
		  const json_t *cell);

/* strategy, kind, status, reason: in front of every row, and their names. */
void chart_head_names(FILE *to);
void chart_head(FILE *to, const json_t *cell);

/* A text as a field may hold it; "-": none. */
void chart_text(FILE *to, const char *text);

/* A number after a tab; "-": none. */
void chart_number(FILE *to, double value);

#define CHART_COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

#endif
