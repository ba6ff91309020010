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

/* The cell of a floor that stands for a cell: one of the same placement, if
 * there is one. */
static const struct bench_result_cell *
find_floor(const struct bench_result_build *b, const char *name,
	   const struct bench_result_cell *of)
{
	const char *placement = bench_text(of->json, "placement");
	const json_t *bound = bound_of(b, name, of);
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

/* Log ratios of the rounds that have both; not paired in one process. @plus
 * may be NULL. */
static int ratios_by_round(const struct bench_result_cell *c,
			   const json_t *bound,
			   const struct bench_result_cell *floor,
			   const struct bench_result_cell *plus, double *logs,
			   size_t *n)
{
	size_t rounds = json_array_size(c->rounds);
	json_int_t *numbers = calloc(rounds + 1, sizeof(*numbers));
	double percent, *ns = bench_result_values_new(c);
	enum bench_figure figure;

	*n = 0;
	if (numbers && ns &&
	    figure_of(bench_text(bound, "figure"), &figure, &percent))
		rounds = bench_result_values(c, figure, percent, ns, numbers);
	else
		rounds = 0;
	for (size_t i = 0; i < rounds; i++) {
		double limit = floor_in_round(floor, numbers[i]);

		if (plus)
			limit += floor_in_round(plus, numbers[i]);
		if (!bench_stats_log_ratio(ns[i], limit, &logs[*n]))
			++*n;
	}
	free(ns);
	free(numbers);
	return numbers && ns ? 0 : -ENOMEM;
}

static double floor_median(const struct bench_result_cell *floor)
{
	return bench_get_number(floor->json, "floor.ns.median");
}

static int own_floor_with(const struct bench_result_build *b,
			  struct bench_result_cell *c, const char *name,
			  const json_t *bound)
{
	struct bench_sign_interval s = { .lo = NAN, .hi = NAN };
	const struct bench_result_cell *floor, *plus = NULL;
	const char *added = bench_text(bound, "plus");
	double median, *logs;
	size_t n;
	int err;

	floor = find_floor(b, name, c);
	if (added)
		plus = find_floor(b, added, c);
	if (!floor || (added && !plus))
		return 0;
	logs = bench_result_values_new(c);
	if (!logs)
		return -ENOMEM;
	err = ratios_by_round(c, bound, floor, plus, logs, &n);
	if (bench_stats_sign_interval(logs, n, b->alpha, 1, &s))
		s.lo = s.hi = NAN;
	if (!err && !bench_stats_median(logs, n, &median))
		bench_set(c->json, "own-floor",
			  json_pack("{s:s, s:s, s:f, s:f, s:o, s:o, s:I}",
				    "name", bench_text(bound, "name"), "of",
				    bench_text(bound, "of"), "ns",
				    floor_median(floor) +
					    (plus ? floor_median(plus) : 0),
				    "ratio", exp(median), "low",
				    bench_number(exp(s.lo)), "high",
				    bench_number(exp(s.hi)), "n",
				    (json_int_t)n));
	free(logs);
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
	if (!bound || !holds_for(bound, c->json))
		return 0;
	return own_floor_with(b, c, name, bound);
}
