/* SPDX-License-Identifier: MIT */
/* chart_cells.c - which cells a chart shows. */
#include <errno.h>
#include <stdlib.h>
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

/* ---- The table of a placement ---- */

/* A table of the chart's scenario, and what speaks for it. */
struct table {
	const json_t *first;
	size_t rivals;
	unsigned int axes;
	bool leads; /* at its placement */
};

struct tables {
	struct table *at;
	size_t n;
};

static unsigned int axes_of(const json_t *cell, const char *but)
{
	const char *at = bench_view_axes(cell);
	size_t length = but ? strlen(but) : 0;
	unsigned int n = 0;

	for (; *at; at += strcspn(at, "/"), at += *at == '/')
		n += !length || strncmp(at, but, length) != 0 ||
		     at[length] != '=';
	return n;
}

static struct table *table_for(struct tables *t, const json_t *cell,
			       const char *but)
{
	for (size_t i = 0; i < t->n; i++)
		if (bench_view_same_table(t->at[i].first, cell, but))
			return &t->at[i];
	t->at[t->n] =
		(struct table){ .first = cell, .axes = axes_of(cell, but) };
	return &t->at[t->n++];
}

static bool is_better(const struct table *a, const struct table *b)
{
	return a->rivals != b->rivals ? a->rivals > b->rivals
				      : a->axes < b->axes;
}

static bool is_at(const json_t *a, const json_t *b)
{
	return !strcmp(bench_view_placement(a), bench_view_placement(b));
}

static void find_leaders(struct tables *t)
{
	for (size_t i = 0; i < t->n; i++) {
		t->at[i].leads = true;
		for (size_t k = 0; k < t->n; k++)
			if (k != i && is_at(t->at[k].first, t->at[i].first) &&
			    (is_better(&t->at[k], &t->at[i]) ||
			     (k < i && !is_better(&t->at[i], &t->at[k]))))
				t->at[i].leads = false;
	}
}

/* ---- A chart ---- */

/* Of several placements, the first at which something was measured. */
static const json_t *main_place(const struct chart *c)
{
	return c->n ? chart_first(c) : NULL;
}

static void keep_one_placement(struct chart *c)
{
	const json_t *main = main_place(c);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (is_at(c->cells[i], main))
			c->cells[n++] = c->cells[i];
	c->n = n;
}

int chart_open(struct chart *c, const json_t *result, enum bench_chart chart)
{
	const char *scenario = scenario_of(chart), *but = axis_of(chart);
	size_t n = bench_view_cells(result);
	struct tables t = { .at = calloc(n + 1, sizeof(*t.at)) };
	const json_t *cell;

	*c = (struct chart){ .result = result, .chart = chart };
	c->cells = calloc(n + 1, sizeof(*c->cells));
	if (!t.at || !c->cells) {
		free(t.at);
		chart_close(c);
		return -ENOMEM;
	}
	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (bench_view_is_scenario(cell, scenario))
			table_for(&t, cell, but)->rivals +=
				bench_view_is_candidate(cell) &&
				bench_view_has_numbers(cell);
	find_leaders(&t);
	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (bench_view_is_scenario(cell, scenario) &&
		    table_for(&t, cell, but)->leads)
			c->cells[c->n++] = cell;
	free(t.at);
	if (!chart_has_panels(chart))
		keep_one_placement(c);
	return 0;
}

void chart_close(struct chart *c)
{
	free(c->cells);
	c->cells = NULL;
	c->n = 0;
}

const json_t *chart_first(const struct chart *c)
{
	const json_t *cell;

	chart_for_each(c, cell) if (bench_view_has_numbers(cell)) return cell;
	return c->n ? c->cells[0] : NULL;
}

bool chart_opens_panel(const struct chart *c, const json_t *own)
{
	const json_t *cell;

	chart_for_each(c, cell) if (is_at(cell, own)) return cell == own;
	return false;
}

bool chart_same_point(const json_t *a, const json_t *b)
{
	static const char *const axes[] = { "payload",	   "stamp",  "mode",
					    "buffer-kib",  "subbuf", "call",
					    "writer-state" };
	char x[64], y[64];

	if (!is_at(a, b))
		return false;
	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++)
		if (strcmp(bench_view_axis(a, axes[i], x, sizeof(x)),
			   bench_view_axis(b, axes[i], y, sizeof(y))) != 0)
			return false;
	return true;
}

size_t bench_chart_rows(const json_t *result, enum bench_chart chart)
{
	const json_t *cell;
	struct chart c;
	size_t n = 0;

	if (chart_open(&c, result, chart))
		return 0;
	chart_for_each(&c, cell) n += bench_view_has_numbers(cell);
	chart_close(&c);
	return n;
}
