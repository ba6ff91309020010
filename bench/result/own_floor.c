/* SPDX-License-Identifier: MIT */
/* own_floor.c - how close a strategy is to its limit. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/result/traits.h"
#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"

/* ---- What bounds a cell: the floor's descriptor says it ---- */

static const json_t *axis_of(const json_t *cell, const char *axis)
{
	return json_object_get(json_object_get(cell, "axes"), axis);
}

static bool has_word(const json_t *cell, const char *axis, const json_t *word)
{
	const char *text = json_string_value(axis_of(cell, axis));

	if (!strcmp(axis, "writer-state"))
		text = bench_writer_state(cell);
	return text && json_is_string(word) &&
	       !strcmp(text, json_string_value(word));
}

/* What the floor @name bounds of a cell's scenario; NULL: nothing. */
static const json_t *bound_of(const struct bench_result_build *b,
			      const char *name,
			      const struct bench_result_cell *c)
{
	const json_t *list =
		json_object_get(bench_traits_floor(b->header, name), "bounds");
	const json_t *bound;
	size_t i;

	json_array_foreach (list, i, bound)
		if (!strcmp(bench_text(bound, "scenario"), c->scenario))
			return bound;
	return NULL;
}

/* Does a bound hold in the situation of this cell? */
static bool holds_for(const json_t *bound, const json_t *cell)
{
	json_t *only = json_object_get(bound, "only");
	json_t *never = json_object_get(bound, "never");
	const char *axis;
	json_t *word;

	json_object_foreach (only, axis, word)
		if (!has_word(cell, axis, word))
			return false;
	json_object_foreach (never, axis, word)
		if (has_word(cell, axis, word))
			return false;
	return true;
}

/* Are a floor's cell and the cell alike in the axes that count? */
static bool is_alike(const json_t *bound, const json_t *floor,
		     const json_t *cell)
{
	const json_t *same = json_object_get(bound, "same"), *axis;
	size_t i;

	json_array_foreach (same, i, axis)
		if (!json_equal(
			    (json_t *)axis_of(floor, json_string_value(axis)),
			    (json_t *)axis_of(cell, json_string_value(axis))))
			return false;
	return true;
}

/* "/axis=value" of an id, and how long it is; "": at its default. */
static const char *axis_in_id(const char *id, const char *axis, size_t *n)
{
	char key[BENCH_FIGURE_PATH];
	const char *at;

	snprintf(key, sizeof(key), "/%s=", axis);
	at = strstr(id, key);
	*n = at ? strcspn(at + 1, "/") + 1 : 0;
	return at ? at : "";
}

/* The same of the floor that a cell takes turns with, of which the id is known.
 */
static bool is_like_its_baseline(const json_t *bound,
				 const struct bench_result_cell *c)
{
	const json_t *same = json_object_get(bound, "same"), *axis;
	size_t i, n, m;

	json_array_foreach (same, i, axis) {
		const char *a = axis_in_id(bench_text(c->json, "id"),
					   json_string_value(axis), &n);
		const char *b =
			axis_in_id(c->baseline, json_string_value(axis), &m);

		if (n != m || strncmp(a, b, n) != 0)
			return false;
	}
	return true;
}

/* The cell of a floor that stands for a cell: one of the same placement, if
 * there is one. */
static const struct bench_result_cell *
find_floor(const struct bench_result_build *b, const char *name,
	   const json_t *bound, const struct bench_result_cell *of)
{
	const char *placement = bench_text(of->json, "placement");
	const struct bench_result_cell *other = NULL;

	for (size_t i = 0; i < b->n_cells; i++) {
		const struct bench_result_cell *c = &b->cells[i];

		if (!bench_result_is_floor(c) ||
		    strcmp(bench_text(c->json, "strategy"), name) ||
		    !bench_result_blocks(c, "ok") ||
		    !is_alike(bound, c->json, of->json))
			continue;
		if (!strcmp(bench_text(c->json, "placement"), placement))
			return c;
		other = c;
	}
	return other;
}

/* "swap.call.p50": the figure, and the percentile of its distribution (0: it is
 * a number). False: this build has no such figure. */
static bool figure_of(const char *key, enum bench_figure *figure,
		      double *percent)
{
	char path[BENCH_FIGURE_PATH], *end;
	const char *at;

	*percent = 0;
	if (bench_figure_find(key, figure))
		return true;
	for (at = strstr(key, ".p"); at; at = strstr(at + 1, ".p")) {
		*percent = strtod(at + 2, &end);
		if (end == at + 2 || *end)
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)(at - key), key);
		return bench_figure_find(path, figure);
	}
	return false;
}

/* ---- The ratio ---- */

/* What a floor took in one round; NaN: nothing. */
static double floor_in_round(const struct bench_result_cell *floor,
			     json_int_t number)
{
	char key[BENCH_FIGURE_PATH];
	const json_t *round, *ns;
	size_t i;

	bench_figure_path(BENCH_FIGURE_FLOOR_NS, key);
	json_array_foreach (floor->rounds, i, round) {
		ns = json_object_get(json_object_get(round, "figures"), key);
		if (json_is_number(ns) && json_integer_value(json_object_get(
						  round, "round")) == number)
			return json_number_value(ns);
	}
	return NAN;
}

/* What the figure and its limit were in each round that has both; not paired in
 * one process. */
struct pairs {
	double *ns, *limit;
	size_t n;
};

static int pairs_make(struct pairs *p, const struct bench_result_cell *c)
{
	*p = (struct pairs){
		.ns = bench_result_values_new(c),
		.limit = bench_result_values_new(c),
	};
	return p->ns && p->limit ? 0 : -ENOMEM;
}

static void pairs_free(struct pairs *p)
{
	free(p->ns);
	free(p->limit);
}

static int pairs_by_round(struct pairs *p, const struct bench_result_cell *c,
			  const json_t *bound,
			  const struct bench_result_cell *floor)
{
	size_t rounds = json_array_size(c->rounds);
	json_int_t *numbers = calloc(rounds + 1, sizeof(*numbers));
	enum bench_figure figure;
	double percent;

	if (!numbers)
		return -ENOMEM;
	if (figure_of(bench_text(bound, "figure"), &figure, &percent))
		rounds =
			bench_result_values(c, figure, percent, p->ns, numbers);
	else
		rounds = 0;
	for (size_t i = 0; i < rounds; i++) {
		double limit = floor_in_round(floor, numbers[i]);

		p->ns[p->n] = p->ns[i];
		p->limit[p->n] = limit;
		p->n += !isnan(limit);
	}
	free(numbers);
	return 0;
}

/* A cell that takes turns with its floor in one process. */
static void pairs_with_baseline(struct pairs *p,
				const struct bench_result_cell *c)
{
	for (size_t i = 0; i < json_array_size(c->rounds); i++) {
		p->ns[p->n] = bench_result_in_round(
			c, BENCH_FIGURE_WRITER_NS_PER_EVENT, i);
		p->limit[p->n] = bench_result_in_round(
			c, BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT, i);
		p->n += !isnan(p->ns[p->n] + p->limit[p->n]);
	}
}

/* The log ratios take the place of the first values, the differences that of
 * the limits. */
static void compare(struct pairs *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		double log, added = p->ns[i] - p->limit[i];

		if (bench_stats_log_ratio(p->ns[i], p->limit[i], &log))
			continue;
		p->ns[n] = log;
		p->limit[n++] = added;
	}
	p->n = n;
}

static int put_own_floor(const struct bench_result_build *b,
			 struct bench_result_cell *c, const char *name,
			 const char *of, double ns, struct pairs *p)
{
	struct bench_sign_interval s = { .lo = NAN, .hi = NAN };
	double median;

	compare(p);
	if (bench_stats_sign_interval(p->ns, p->n, b->alpha, 1, &s))
		s.lo = s.hi = NAN;
	if (bench_stats_median(p->ns, p->n, &median))
		return 0;
	bench_set(c->json, "own-floor",
		  json_pack("{s:s, s:s, s:f, s:f, s:o, s:o, s:I, s:o}", "name",
			    name, "of", of, "ns", ns, "ratio", exp(median),
			    "low", bench_number(exp(s.lo)), "high",
			    bench_number(exp(s.hi)), "n", (json_int_t)p->n,
			    "added-ns",
			    bench_summary_json(p->limit, p->n, b->alpha)));
	return 0;
}

static double floor_median(const struct bench_result_cell *floor)
{
	return bench_get_number(floor->json, "floor.ns.median");
}

/* The floor that measures the limit: by itself, or another one, which holds the
 * mechanism and the event in one loop. */
static const char *measured_by(const json_t *bound, const char *name)
{
	const char *by = bench_text(bound, "by");

	return by ? by : name;
}

static int own_floor_with(const struct bench_result_build *b,
			  struct bench_result_cell *c, const char *name,
			  const json_t *bound)
{
	const struct bench_result_cell *floor =
		find_floor(b, measured_by(bound, name), bound, c);
	struct pairs p;
	int err;

	if (!floor)
		return 0;
	err = pairs_make(&p, c);
	if (!err)
		err = pairs_by_round(&p, c, bound, floor);
	if (!err)
		err = put_own_floor(b, c, bench_text(bound, "name"),
				    bench_text(bound, "of"),
				    floor_median(floor), &p);
	pairs_free(&p);
	return err;
}

static int own_floor_as_baseline(const struct bench_result_build *b,
				 struct bench_result_cell *c, const char *name,
				 const json_t *bound)
{
	double ns = bench_get_number(c->json,
				     "writer.baseline-ns-per-event.median");
	struct pairs p;
	int err = pairs_make(&p, c);

	if (!err)
		pairs_with_baseline(&p, c);
	if (!err && p.n)
		err = put_own_floor(b, c, name, bench_text(bound, "of"), ns,
				    &p);
	pairs_free(&p);
	return err;
}

int bench_finish_own_floor(const struct bench_result_build *b,
			   struct bench_result_cell *c)
{
	const json_t *strategy = bench_traits_strategy(
		b->header, bench_text(c->json, "strategy"));
	const char *name = bench_text(strategy, "floor");
	const json_t *bound;

	if (!name || bench_result_is_aa(c))
		return 0;
	bound = bound_of(b, name, c);
	if (!bound || bench_is_sum(bound) || !holds_for(bound, c->json))
		return 0;
	if (bench_result_against_floor(c))
		return is_like_its_baseline(bound, c)
			       ? own_floor_as_baseline(b, c, name, bound)
			       : 0;
	return own_floor_with(b, c, name, bound);
}
