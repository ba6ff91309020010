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

/* ---- Which cells (chart_cells.c) ---- */

/*
 * A chart of a result: the cells that it shows, in the result's order.
 *
 * Of each placement it shows one table, the one that the answer of the run asks
 * too (summary.h): with the most candidates that were measured, then with the
 * fewest axes away from their defaults, then the first. A chart without panels
 * shows one placement, the first at which something was measured.
 */
struct chart {
	const json_t *result;
	enum bench_chart chart;
	const json_t **cells;
	size_t n;
};

/* 0 or -ENOMEM; then there is nothing to free. */
int chart_open(struct chart *c, const json_t *result, enum bench_chart chart);
void chart_close(struct chart *c);

bool chart_has_panels(enum bench_chart chart);

/* The first cell of the chart that has numbers; of none, the first. */
const json_t *chart_first(const struct chart *c);

/* Is it the first cell of the chart at its placement? */
bool chart_opens_panel(const struct chart *c, const json_t *cell);

/*
 * Do two cells of whatever scenarios stand at one point: the same placement,
 * and the same events in the same buffers? What one costs on the one side may
 * stand beside what it costs on the other.
 */
bool chart_same_point(const json_t *a, const json_t *b);

/* Every cell of a chart. */
#define chart_for_each(c, cell)                                       \
	for (size_t cell##_i = 0;                                     \
	     cell##_i < (c)->n && ((cell) = (c)->cells[cell##_i], 1); \
	     cell##_i++)

/* ---- The charts (chart_write.c, chart_swap.c, chart_around.c) ---- */

/* Of each chart: the names of its columns after those of the head, and its
 * rows. */
void chart_write_latency_names(FILE *to);
void chart_write_latency_rows(const struct chart *c, FILE *to);
void chart_write_cost_names(FILE *to);
void chart_write_cost_rows(const struct chart *c, FILE *to);
void chart_swap_cost_names(FILE *to);
void chart_swap_cost_rows(const struct chart *c, FILE *to);
void chart_pareto_names(FILE *to);
void chart_pareto_rows(const struct chart *c, FILE *to);
void chart_footprint_names(FILE *to);
void chart_footprint_rows(const struct chart *c, FILE *to);
void chart_scaling_names(FILE *to);
void chart_scaling_rows(const struct chart *c, FILE *to);

/* (chart_choice.c) */
void chart_ratios_names(FILE *to);
void chart_ratios_rows(const struct chart *c, FILE *to);
void chart_trade_names(FILE *to);
void chart_trade_rows(const struct chart *c, FILE *to);

/* ---- Points in words (chart_caption.c) ---- */

/* What a panel says of its cells that the caption, which is for all panels, does
 * not; "": nothing. The caller frees; NULL: no memory. */
char *chart_panel_text(const struct chart *c, const json_t *cell);

/* The same of the parts of the chart `ratios`, of which these are the first
 * cells; @swap may be NULL. */
char *chart_part_text(const json_t *write, const json_t *swap,
		      const json_t *own);

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

/* A value and its interval, each after a tab. */
void chart_value(FILE *to, struct bench_value value);

/* strategy, kind, status, reason: in front of every row, and their names. */
void chart_head_names(FILE *to);
void chart_head(FILE *to, const json_t *cell);

/* The same in a chart that chooses: a candidate that was caught anywhere in the
 * run is invalid, and no choice. */
void chart_head_of_choice(FILE *to, const json_t *result, const json_t *cell);

/* A text as a field may hold it; "-": none. */
void chart_text(FILE *to, const char *text);

/* A number after a tab; "-": none. */
void chart_number(FILE *to, double value);

#define CHART_COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

#endif
