/* SPDX-License-Identifier: MIT */
/* compare.c - results side by side. */
#include "bench/show/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/stats.h"
#include "bench/stats/two_samples.h"
#include "bench/stats/verdict.h"

#define ALPHA	  0.05
#define THRESHOLD 0.03

/* What stands for a cell of a scenario: one figure of every round. */
static const struct measure {
	const char *scenario, *figure, *words;
} measures[] = {
	{ "write", "writer.ns-per-event", "write: ns per event" },
	{ "swap", "swap.safe.p50", "swap: p50 until safe to read" },
	{ "swap", "writer.ns-per-event", "swap: writer's ns per event" },
	{ "latency", "writer.latency.p99", "latency: p99 of one write" },
	{ "footprint", "footprint.stolen-ns", "footprint: ns stolen per swap" },
	{ "scaling", "scaling.cost.p50", "scaling: p50 of a full snapshot" },
	{ "floor", "floor.ns", "floor: ns" },
};

#define MEASURES (sizeof(measures) / sizeof(measures[0]))

static const char *key_of(const json_t *result)
{
	return bench_text(json_object_get(result, "machine"), "key");
}

bool bench_compare_is_alike(const struct bench_compare *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (strcmp(key_of(c->results[i]), key_of(c->results[0])))
			return false;
	return true;
}

static const json_t *find(const json_t *result, const char *id)
{
	const json_t *cells = json_object_get(result, "cells");
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(bench_text(cell, "id"), id))
			return cell;
	return NULL;
}

static bool is_measured(const json_t *cell)
{
	return cell && bench_is_usable(bench_text(cell, "status"));
}

/* A figure over the rounds; the caller frees. */
static double *values_of(const json_t *cell, const char *figure, size_t *n)
{
	const json_t *rounds = json_object_get(cell, "rounds");
	double *values = calloc(json_array_size(rounds) + 1, sizeof(*values));
	const json_t *round;
	size_t i;

	*n = 0;
	json_array_foreach (rounds, i, round) {
		const json_t *value = json_object_get(
			json_object_get(round, "figures"), figure);

		if (values && json_is_number(value))
			values[(*n)++] = json_number_value(value);
	}
	return values;
}

static bool all_positive(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (values[i] <= 0)
			return false;
	return true;
}

static void take_logs(double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		values[i] = log(values[i]);
}

/* ---- One machine ---- */

/* As a ratio, or as a difference in the figure's own unit. */
static json_t *shift_json(const struct bench_shift *s, bool is_ratio, double a,
			  double b, size_t na, size_t nb)
{
	double low = s->has_interval ? s->lo : NAN;
	double high = s->has_interval ? s->hi : NAN;
	json_t *row = json_pack("{s:o, s:o, s:I, s:I, s:f, s:f}", "a",
				bench_number(is_ratio ? exp(a) : a), "b",
				bench_number(is_ratio ? exp(b) : b), "n-a",
				(json_int_t)na, "n-b", (json_int_t)nb, "p",
				s->p, "a12", s->a12);

	bench_set(row, "ratio", bench_number(is_ratio ? exp(s->shift) : NAN));
	bench_set(row, "difference", bench_number(is_ratio ? NAN : s->shift));
	bench_set(row, "low", bench_number(is_ratio ? exp(low) : low));
	bench_set(row, "high", bench_number(is_ratio ? exp(high) : high));
	return row;
}

/* B against A; NULL: too little of one of them. A figure that is not positive
 * in every round has no ratio: leaving those rounds out would choose. */
static json_t *row_compare(const json_t *a, const json_t *b, const char *figure)
{
	double *x, *y, mx = NAN, my = NAN;
	struct bench_shift s;
	json_t *row = NULL;
	bool is_ratio;
	size_t nx, ny;

	x = values_of(a, figure, &nx);
	y = values_of(b, figure, &ny);
	if (!x || !y)
		goto out;
	is_ratio = all_positive(x, nx) && all_positive(y, ny);
	if (is_ratio) {
		take_logs(x, nx);
		take_logs(y, ny);
	}
	if (!bench_stats_shift(x, nx, y, ny, ALPHA, &s)) {
		bench_stats_median(x, nx, &mx);
		bench_stats_median(y, ny, &my);
		row = shift_json(&s, is_ratio, mx, my, nx, ny);
	}
out:
	free(x);
	free(y);
	return row;
}

/* The furthest from 1 that identical code was in this control; NaN: it failed.
 */
static double reach_of(const json_t *aa)
{
	if (!json_is_true(json_object_get(aa, "passed")))
		return NAN;
	return fmax(fabs(bench_get_number(aa, "low") - 1),
		    fabs(bench_get_number(aa, "high") - 1));
}

/* Over all controls of a result; NaN: one failed, or there is none. */
static double widest_reach(const json_t *list)
{
	double widest = json_array_size(list) ? 0 : NAN;
	const json_t *aa;
	size_t i;

	json_array_foreach (list, i, aa) {
		double reach = reach_of(aa);

		if (isnan(reach))
			return NAN;
		widest = fmax(widest, reach);
	}
	return widest;
}

/* What the cell's own control showed. What is compared with nothing inside a
 * run has none: then all of that run's must have passed. */
static double noise_of(const json_t *result, const json_t *cell)
{
	const json_t *list = json_object_get(result, "aa");
	const json_t *own = bench_aa_for(list, cell);

	return own ? reach_of(own) : widest_reach(list);
}

/* Was the machine quiet enough for verdicts during that run? */
static bool aa_passed(const json_t *result)
{
	return !isnan(widest_reach(json_object_get(result, "aa")));
}

static void add_row(json_t *rows, const struct bench_compare *c, size_t with,
		    const struct measure *m, const json_t *a, const json_t *b)
{
	double noise_a = noise_of(c->results[0], a);
	double noise_b = noise_of(c->results[with], b);
	json_t *row = row_compare(a, b, m->figure);

	if (!row)
		return;
	bench_copy(row, a, "id");
	bench_copy(row, a, "strategy");
	bench_set(row, "measure", json_string(m->words));
	bench_set(row, "with", json_string(c->names[with]));
	bench_set(row, "aa-passed",
		  json_boolean(!isnan(noise_a) && !isnan(noise_b)));
	bench_set(row, "threshold",
		  json_real(fmax(THRESHOLD, fmax(noise_a, noise_b))));
	json_array_append_new(rows, row);
}

static void add_rows(json_t *rows, const struct bench_compare *c, size_t with,
		     const struct measure *m)
{
	const json_t *cells = json_object_get(c->results[0], "cells");
	const json_t *a;
	size_t i;

	json_array_foreach (cells, i, a) {
		const json_t *b = find(c->results[with], bench_text(a, "id"));

		if (!strcmp(bench_text(a, "scenario"), m->scenario) &&
		    is_measured(a) && is_measured(b))
			add_row(rows, c, with, m, a, b);
	}
}

/* How far from no difference, as a share: of 1, or of the larger median. */
static double share_of(const json_t *row, const char *name)
{
	double value = bench_get_number(row, name);

	if (!isnan(bench_get_number(row, "ratio")))
		return value - 1;
	return value / fmax(fabs(bench_get_number(row, "a")),
			    fabs(bench_get_number(row, "b")));
}

/* A difference needs both: p adjusted over the table, and enough size. */
static const char *word_for(const json_t *row, double adjusted)
{
	bool is_ratio = !isnan(bench_get_number(row, "ratio"));
	double share = share_of(row, is_ratio ? "ratio" : "difference");
	double threshold = bench_get_number(row, "threshold");

	if (!json_is_true(json_object_get(row, "aa-passed")))
		return "no-verdict";
	if (adjusted <= ALPHA && fabs(share) > threshold)
		return share < 0 ? "better" : "worse";
	if (share_of(row, "low") >= -threshold &&
	    share_of(row, "high") <= threshold)
		return "equivalent";
	return "not-resolved";
}

static int judge_rows(json_t *rows)
{
	size_t n = json_array_size(rows);
	double *p = calloc(n + 1, sizeof(*p));

	if (!p)
		return -1;
	for (size_t i = 0; i < n; i++)
		p[i] = bench_get_number(json_array_get(rows, i), "p");
	if (n)
		bench_stats_holm(p, n, p);
	for (size_t i = 0; i < n; i++) {
		json_t *row = json_array_get(rows, i);

		bench_set(row, "p-holm", bench_number(p[i]));
		bench_set(row, "verdict", json_string(word_for(row, p[i])));
	}
	free(p);
	return 0;
}

static json_t *rows_alike(const struct bench_compare *c)
{
	json_t *rows = json_array();

	for (size_t with = 1; with < c->n; with++)
		for (size_t m = 0; m < MEASURES; m++)
			add_rows(rows, c, with, &measures[m]);
	if (judge_rows(rows)) {
		json_decref(rows);
		return NULL;
	}
	return rows;
}

/* ---- Several machines ---- */

/* "scenario" and the axes, without strategy; placement only where it has two
 * roles: a writer alone costs the same wherever nobody swaps it. The caller
 * frees. */
static char *group_key(const json_t *cell)
{
	const char *scenario = bench_text(cell, "scenario");
	const char *axes = bench_text(cell, "id");
	bool alone = !strcmp(scenario, "write");
	char *key = NULL;

	for (int slash = 0; axes && slash < 3; slash++) {
		axes = strchr(axes, '/');
		axes = axes ? axes + 1 : NULL;
	}
	if (asprintf(&key, "%s%s%s%s%s", scenario, alone ? "" : ", ",
		     alone ? "" : bench_text(cell, "placement"),
		     axes ? ", " : "", axes ? axes : "") < 0)
		return NULL;
	return key;
}

static bool in_group(const json_t *cell, const char *key)
{
	char *own = group_key(cell);
	bool same = own && key && !strcmp(own, key);

	free(own);
	return same;
}

static bool is_rival(const json_t *cell)
{
	return !strcmp(bench_text(cell, "kind"), "candidate") &&
	       is_measured(cell);
}

static double swap_p50(const json_t *cell)
{
	const json_t *list = json_object_get(
		json_object_get(json_object_get(cell, "swap"), "safe"),
		"percentiles");

	return bench_get_number(json_array_get(list, 0), "ns");
}

/* A cell's cost without a unit: to unsync, or to the best swap here. */
static double cost_of(const json_t *result, const json_t *cell, bool swap)
{
	const json_t *cells = json_object_get(result, "cells");
	double best = NAN;
	const json_t *other;
	char *key;
	size_t i;

	if (!swap)
		return bench_get_number(cell, "ratio.median");
	key = group_key(cell);
	json_array_foreach (cells, i, other)
		if (is_rival(other) && in_group(other, key))
			best = fmin(best, swap_p50(other));
	free(key);
	return swap_p50(cell) / best;
}

/* 1 is the cheapest of the candidates; 0: none, as for controls. */
static int rank_of(const json_t *result, const json_t *cell, bool swap)
{
	const json_t *cells = json_object_get(result, "cells");
	double cost = cost_of(result, cell, swap);
	const json_t *other;
	int rank = 1;
	char *key;
	size_t i;

	if (!is_rival(cell) || isnan(cost))
		return 0;
	key = group_key(cell);
	json_array_foreach (cells, i, other)
		rank += is_rival(other) && in_group(other, key) &&
			cost_of(result, other, swap) < cost;
	free(key);
	return rank;
}

static const json_t *cell_of(const json_t *result, const char *key,
			     const char *strategy)
{
	const json_t *cells = json_object_get(result, "cells");
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(bench_text(cell, "strategy"), strategy) &&
		    in_group(cell, key))
			return cell;
	return NULL;
}

static json_t *side_json(const json_t *result, const json_t *cell, bool swap)
{
	if (!cell)
		return json_pack("{s:s}", "status", "not in this run");
	if (!is_measured(cell))
		return json_pack("{s:O, s:O}", "status",
				 json_object_get(cell, "status"), "reason",
				 json_object_get(cell, "reason"));
	return json_pack(
		"{s:O, s:o, s:o, s:o, s:i}", "status",
		json_object_get(cell, "status"), "cost",
		bench_number(cost_of(result, cell, swap)), "low",
		bench_number(swap ? NAN : bench_get_number(cell, "ratio.low")),
		"high",
		bench_number(swap ? NAN : bench_get_number(cell, "ratio.high")),
		"rank", rank_of(result, cell, swap));
}

static bool has_row(const json_t *rows, const char *key, const char *strategy,
		    const char *measure)
{
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (!strcmp(bench_text(row, "group"), key) &&
		    !strcmp(bench_text(row, "strategy"), strategy) &&
		    !strcmp(bench_text(row, "measure"), measure))
			return true;
	return false;
}

static json_t *sides_of(const struct bench_compare *c, const char *key,
			const char *strategy, bool swap)
{
	json_t *sides = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(
			sides,
			side_json(c->results[i],
				  cell_of(c->results[i], key, strategy), swap));
	return sides;
}

static void add_side_row(json_t *rows, const struct bench_compare *c,
			 const json_t *cell, bool swap)
{
	const char *measure = swap ? "p50 until safe to read, multiple of the "
				     "best candidate here"
				   : "writer's cost, ratio to unsync";
	const char *strategy = bench_text(cell, "strategy");
	char *key = group_key(cell);

	if (key && !has_row(rows, key, strategy, measure))
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:O, s:s, s:o}", "group",
					key, "strategy", strategy, "kind",
					json_object_get(cell, "kind"),
					"measure", measure, "sides",
					sides_of(c, key, strategy, swap)));
	free(key);
}

static json_t *rows_unlike(const struct bench_compare *c)
{
	json_t *rows = json_array();

	for (int swap = 0; swap < 2; swap++)
		for (size_t r = 0; r < c->n; r++) {
			const json_t *cells =
				json_object_get(c->results[r], "cells");
			const json_t *cell;
			size_t i;

			json_array_foreach (cells, i, cell) {
				const char *s = bench_text(cell, "scenario");
				const char *w = bench_text(cell, "strategy");

				/* unsync's own ratio is to append */
				if (!strcmp(w, "unsync") ||
				    (strcmp(s, "swap") &&
				     (swap || strcmp(s, "write"))))
					continue;
				add_side_row(rows, c, cell, swap);
			}
		}
	return rows;
}

/* ---- Both ---- */

static json_t *result_json(const char *name, const json_t *r)
{
	const json_t *m = json_object_get(r, "machine");
	const char *cpu = bench_text(json_object_get(m, "cpu"), "model");

	return json_pack(
		"{s:s, s:s, s:s, s:O, s:O, s:b}", "name", name, "key",
		key_of(r), "cpu", cpu ? cpu : "unknown", "started",
		json_object_get(json_object_get(r, "run"), "started"),
		"indicative",
		json_object_get(json_object_get(r, "indicative"), "stamp"),
		"aa-passed", aa_passed(r));
}

json_t *bench_compare_json(const struct bench_compare *c)
{
	bool alike = bench_compare_is_alike(c);
	json_t *results = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(results,
				      result_json(c->names[i], c->results[i]));
	return json_pack("{s:s, s:b, s:o, s:o}", "schema", "ringswap-compare/1",
			 "same-machine", alike, "results", results, "rows",
			 alike ? rows_alike(c) : rows_unlike(c));
}
