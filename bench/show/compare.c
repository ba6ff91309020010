/* SPDX-License-Identifier: MIT */
/* compare.c - results side by side. */
#include "bench/show/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/result/traits.h"
#include "bench/result/view.h"
#include "bench/stats/stats.h"
#include "bench/stats/two_samples.h"
#include "bench/stats/verdict.h"

#define ALPHA	  0.05
#define THRESHOLD 0.03

/* What stands for a cell of a scenario: one figure of every round. */
static const struct measure {
	const char *scenario;
	enum bench_figure figure;
	double percent; /* of a distribution */
	const char *words;
} measures[] = {
	{ "write", BENCH_FIGURE_WRITER_NS_PER_EVENT, 0, "write: ns per event" },
	{ "swap", BENCH_FIGURE_SWAP_SAFE, 50, "swap: p50 until safe to read" },
	{ "swap", BENCH_FIGURE_WRITER_NS_PER_EVENT, 0,
	  "swap: writer's ns per event" },
	{ "latency", BENCH_FIGURE_WRITER_LATENCY, 99,
	  "latency: p99 of one write" },
	{ "footprint", BENCH_FIGURE_FOOTPRINT_STOLEN_NS, 0,
	  "footprint: ns stolen per swap" },
	{ "scaling", BENCH_FIGURE_SCALING_COST, 50,
	  "scaling: p50 of a full snapshot" },
	{ "floor", BENCH_FIGURE_FLOOR_NS, 0, "floor: ns" },
};

#define MEASURES (sizeof(measures) / sizeof(measures[0]))

static const char *key_of(const json_t *result)
{
	const char *key = bench_view_fact(result, "machine.key");

	return key ? key : "unknown";
}

bool bench_compare_is_alike(const struct bench_compare *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (strcmp(key_of(c->results[i]), key_of(c->results[0])))
			return false;
	return true;
}

/* A figure over the rounds; the caller frees. */
static double *values_of(const json_t *cell, const struct measure *m, size_t *n)
{
	double *values;

	*n = bench_view_rounds(cell, m->figure, m->percent, NULL, 0);
	values = calloc(*n + 1, sizeof(*values));
	if (values)
		bench_view_rounds(cell, m->figure, m->percent, values, *n);
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

/* What the tables of its result say of the cell, the same to the digit: the
 * median over the rounds, but a percentile of all rounds together. */
static double value_of(const json_t *cell, const struct measure *m,
		       const double *rounds, size_t n, bool are_logs)
{
	double median = NAN;

	if (m->percent > 0)
		return bench_view_percentile(cell, m->figure, m->percent).value;
	bench_stats_median(rounds, n, &median);
	return are_logs ? exp(median) : median;
}

/* As a ratio, or as a difference in the figure's own unit. */
static json_t *shift_json(const struct bench_shift *s, bool is_ratio, size_t na,
			  size_t nb)
{
	double low = s->has_interval ? s->lo : NAN;
	double high = s->has_interval ? s->hi : NAN;
	json_t *row = json_pack("{s:I, s:I, s:f, s:f}", "n-a", (json_int_t)na,
				"n-b", (json_int_t)nb, "p", s->p, "a12",
				s->a12);

	bench_set(row, "ratio", bench_number(is_ratio ? exp(s->shift) : NAN));
	bench_set(row, "difference", bench_number(is_ratio ? NAN : s->shift));
	bench_set(row, "low", bench_number(is_ratio ? exp(low) : low));
	bench_set(row, "high", bench_number(is_ratio ? exp(high) : high));
	return row;
}

/* B against A; NULL: too little of one of them. A figure that is not positive
 * in every round has no ratio: leaving those rounds out would choose. */
static json_t *row_compare(const json_t *a, const json_t *b,
			   const struct measure *m)
{
	struct bench_shift s;
	double *x, *y;
	json_t *row = NULL;
	bool is_ratio;
	size_t nx, ny;

	x = values_of(a, m, &nx);
	y = values_of(b, m, &ny);
	if (!x || !y)
		goto out;
	is_ratio = all_positive(x, nx) && all_positive(y, ny);
	if (is_ratio) {
		take_logs(x, nx);
		take_logs(y, ny);
	}
	if (!bench_stats_shift(x, nx, y, ny, ALPHA, &s)) {
		row = shift_json(&s, is_ratio, nx, ny);
		bench_set(row, "a",
			  bench_number(value_of(a, m, x, nx, is_ratio)));
		bench_set(row, "b",
			  bench_number(value_of(b, m, y, ny, is_ratio)));
	}
out:
	free(x);
	free(y);
	return row;
}

/* The furthest from 1 that identical code was in this control; NaN: it failed.
 */
static double reach_of(const struct bench_view_aa *aa)
{
	return aa->passed ? fmax(fabs(aa->low - 1), fabs(aa->high - 1)) : NAN;
}

/* Over all controls of a result; NaN: one failed, or there is none. */
static double widest_reach(const json_t *result)
{
	size_t n = bench_view_aas(result);
	double widest = n ? 0 : NAN;

	for (size_t i = 0; i < n; i++) {
		struct bench_view_aa aa;
		double reach;

		bench_view_aa(result, i, &aa);
		reach = reach_of(&aa);
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
	struct bench_view_aa own;

	return bench_view_aa_of(result, cell, &own) ? reach_of(&own)
						    : widest_reach(result);
}

/* Was the machine quiet enough for verdicts during that run? */
static bool aa_passed(const json_t *result)
{
	return !isnan(widest_reach(result));
}

static void add_row(json_t *rows, const struct bench_compare *c, size_t with,
		    const struct measure *m, const json_t *a, const json_t *b)
{
	double noise_a = noise_of(c->results[0], a);
	double noise_b = noise_of(c->results[with], b);
	json_t *row = row_compare(a, b, m);

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
	const json_t *a, *b;

	for (size_t i = 0; (a = bench_view_cell(c->results[0], i)); i++) {
		b = bench_view_find(c->results[with], bench_view_id(a));
		if (bench_view_is_scenario(a, m->scenario) && b &&
		    bench_view_has_numbers(a) && bench_view_has_numbers(b))
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
	bool alone = bench_view_is_scenario(cell, "write");
	const char *axes = bench_view_axes(cell);
	char *key = NULL;

	if (asprintf(&key, "%s%s%s%s%s", bench_view_scenario(cell),
		     alone ? "" : ", ", alone ? "" : bench_view_placement(cell),
		     *axes ? ", " : "", axes) < 0)
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
	return bench_view_is_candidate(cell) && bench_view_has_numbers(cell);
}

static double swap_p50(const json_t *cell)
{
	return bench_view_percentile(cell, BENCH_FIGURE_SWAP_SAFE, 50).value;
}

/* A cell's cost without a unit: to the baseline, or to the best swap here. */
static double cost_of(const json_t *result, const json_t *cell, bool swap)
{
	double best = NAN;
	const json_t *other;
	char *key;

	if (!swap)
		return bench_view_figure(cell, BENCH_FIGURE_RATIO_LOG).value;
	key = group_key(cell);
	for (size_t i = 0; (other = bench_view_cell(result, i)); i++)
		if (is_rival(other) && in_group(other, key))
			best = fmin(best, swap_p50(other));
	free(key);
	return swap_p50(cell) / best;
}

/* 1 is the cheapest of the candidates; 0: none, as for controls. */
static int rank_of(const json_t *result, const json_t *cell, bool swap)
{
	double cost = cost_of(result, cell, swap);
	const json_t *other;
	int rank = 1;
	char *key;

	if (!is_rival(cell) || isnan(cost))
		return 0;
	key = group_key(cell);
	for (size_t i = 0; (other = bench_view_cell(result, i)); i++)
		rank += is_rival(other) && in_group(other, key) &&
			cost_of(result, other, swap) < cost;
	free(key);
	return rank;
}

static const json_t *cell_of(const json_t *result, const char *key,
			     const char *strategy)
{
	const json_t *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (bench_view_is_strategy(cell, strategy) &&
		    in_group(cell, key))
			return cell;
	return NULL;
}

static json_t *side_json(const json_t *result, const json_t *cell, bool swap)
{
	struct bench_value ratio = { .low = NAN, .high = NAN };

	if (!cell)
		return json_pack("{s:s}", "status", "not in this run");
	if (!bench_view_has_numbers(cell))
		return json_pack("{s:s, s:s?}", "status",
				 bench_view_status(cell), "reason",
				 bench_view_why(cell));
	if (!swap)
		ratio = bench_view_figure(cell, BENCH_FIGURE_RATIO_LOG);
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:i}", "status", bench_view_status(cell),
		"cost", bench_number(cost_of(result, cell, swap)), "low",
		bench_number(ratio.low), "high", bench_number(ratio.high),
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
				   : "writer's cost, ratio to the baseline";
	const char *strategy = bench_view_strategy(cell);
	char *key = group_key(cell);

	if (key && !has_row(rows, key, strategy, measure))
		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:s, s:s, s:o}", "group", key,
				  "strategy", strategy, "kind",
				  bench_view_kind(cell), "measure", measure,
				  "sides", sides_of(c, key, strategy, swap)));
	free(key);
}

/* The baseline's own ratio is to a floor: it stands beside nothing here. */
static bool has_side(const json_t *result, const json_t *cell, bool swap)
{
	return !bench_traits_is_baseline(result, bench_view_strategy(cell)) &&
	       (bench_view_is_scenario(cell, "swap") ||
		(!swap && bench_view_is_scenario(cell, "write")));
}

static json_t *rows_unlike(const struct bench_compare *c)
{
	json_t *rows = json_array();
	const json_t *cell;

	for (int swap = 0; swap < 2; swap++)
		for (size_t r = 0; r < c->n; r++)
			for (size_t i = 0;
			     (cell = bench_view_cell(c->results[r], i)); i++)
				if (has_side(c->results[r], cell, swap))
					add_side_row(rows, c, cell, swap);
	return rows;
}

/* ---- Both ---- */

/* How many sides of a row have a number. */
static size_t sides_with_cost(const json_t *row)
{
	const json_t *side;
	size_t i, n = 0;

	json_array_foreach (json_object_get(row, "sides"), i, side)
		n += json_is_number(json_object_get(side, "cost"));
	return n;
}

bool bench_compare_has_common(const json_t *comparison)
{
	bool alike = json_is_true(json_object_get(comparison, "same-machine"));
	const json_t *row;
	size_t i;

	json_array_foreach (json_object_get(comparison, "rows"), i, row)
		if (alike || sides_with_cost(row) > 1)
			return true;
	return false;
}

static json_t *result_json(const char *name, const json_t *r)
{
	const char *cpu = bench_view_fact(r, "machine.cpu.model");
	const char *started = bench_view_fact(r, "run.started");

	return json_pack("{s:s, s:s, s:s, s:s?, s:b, s:b}", "name", name, "key",
			 key_of(r), "cpu", cpu ? cpu : "unknown", "started",
			 started, "indicative", bench_view_is_indicative(r),
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
