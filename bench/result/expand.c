/* SPDX-License-Identifier: MIT */
/* expand.c - of a compact result what its readers know. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/expand_parts.h"

/* What stands in "shared" once is made as often as it is named, and rounds and
 * bins of a number each: no file may ask for more values than these. A `full`
 * run asks for a twentieth. */
#define VALUES_MAX 2000000u

json_t *expand_wrong(struct expanding *x, const char *what)
{
	if (!x->what)
		x->what = what;
	return NULL;
}

/* May so many more values be made? Asked before they are. */
bool expand_spend(struct expanding *x, size_t values)
{
	if (values > x->left) {
		x->left = 0;
		expand_wrong(x,
			     "more rounds, bins or shared values than any run");
		return false;
	}
	x->left -= values;
	return true;
}

/* How many values there are in one, itself included. */
size_t expand_size(const json_t *value)
{
	json_t *object = (json_t *)value; /* iteration changes nothing */
	size_t size = 1 + json_string_length(value) / 64, i;
	const json_t *one;
	const char *name;
	json_t *member;

	json_array_foreach (value, i, one)
		size += expand_size(one);
	json_object_foreach (object, name, member)
		size += 1 + expand_size(member);
	return size;
}

/* The value at a place of "shared", borrowed. */
json_t *expand_place(struct expanding *x, const json_t *place)
{
	json_int_t at = json_is_integer(place) ? json_integer_value(place) : -1;

	if (at < 0 || (size_t)at >= json_array_size(x->shared))
		return expand_wrong(x, "a place that \"shared\" lacks");
	return expand_spend(x, x->sizes[at])
		       ? json_array_get(x->shared, (size_t)at)
		       : NULL;
}

/* Names are literals, or of the file: jansson has seen that they are UTF-8. */
void expand_set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new_nocheck(object, name, value);
}

/* Members of these names from the elements of a list, from @from on. */
void expand_numbers(json_t *to, const json_t *list, size_t from,
		    const char *const names[])
{
	for (size_t i = 0; names[i]; i++)
		expand_set(to, names[i],
			   bench_or_null(json_array_get(list, from + i)));
}

uint64_t expand_element(const json_t *list, size_t i)
{
	json_int_t value = json_integer_value(json_array_get(list, i));

	return value > 0 ? (uint64_t)value : 0;
}

/* ---- Rounds ---- */

/* Further powers of ten no figure has. */
#define POWER_MAX 99

/* What the numbers of a column are multiples of; 0: of nothing. */
static double scale_of(const json_t *column)
{
	json_int_t power = json_integer_value(json_array_get(column, 0));

	return power >= -POWER_MAX && power <= POWER_MAX
		       ? pow(10, (double)power)
		       : 0;
}

/* One figure of every round: of the first into the first of @figures. */
static void add_column(const json_t *column, const char *key, json_t **figures,
		       size_t n)
{
	double scale = scale_of(column);

	if (!key || scale <= 0)
		return;
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(column, i + 1);

		if (json_is_integer(value))
			expand_set(
				figures[i], key,
				bench_number(json_number_value(value) * scale));
	}
}

/* Numbers and states of the rounds, and figures without any yet. */
static json_t *bare_rounds(const json_t *plan, json_t **figures, size_t n)
{
	const json_t *numbers = json_object_get(plan, "round");
	const json_t *states = json_object_get(plan, "status");
	json_t *rounds = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *round = json_object();
		json_t *state = json_array_get(states, i);

		expand_set(round, "round",
			   json_incref(json_array_get(numbers, i)));
		if (state)
			expand_set(round, "status", json_incref(state));
		figures[i] = json_object();
		expand_set(round, "figures", figures[i]);
		json_array_append_new(rounds, round);
	}
	return rounds;
}

static json_t *rounds_json(struct expanding *x, const json_t *cell,
			   json_t *like[LIKES])
{
	const json_t *columns = json_object_get(cell, "rounds"), *column;
	json_t **figures, *rounds;
	size_t k;

	if (!expand_spend(x, x->rounds * (json_array_size(columns) + 3)))
		return NULL;
	figures = calloc(x->rounds + 1, sizeof(*figures));
	if (!figures)
		return NULL;
	rounds = bare_rounds(like[LIKE_ROUNDS], figures, x->rounds);
	json_array_foreach (columns, k, column) {
		if (json_is_integer(column)) /* the same as an earlier one */
			column = json_array_get(columns,
						expand_element(columns, k));
		add_column(column,
			   json_string_value(
				   json_array_get(like[LIKE_COLUMNS], k)),
			   figures, x->rounds);
	}
	free(figures);
	return rounds;
}

/* ---- Cells ---- */

/* The file's axes as the cell has them. */
static json_t *axes_json(struct expanding *x, const json_t *differing)
{
	json_t *axes, *value;
	const char *name;

	if (!expand_spend(x, x->axes_size))
		return NULL;
	axes = json_copy((json_t *)x->axes);
	json_object_foreach ((json_t *)differing, name, value) {
		if (json_is_null(value))
			json_object_del(axes, name);
		else
			json_object_set(axes, name, value);
	}
	return axes;
}

/* "scenario/strategy/placement..." tells three axes. */
static void add_axes(struct expanding *x, const char *id, json_t *axes,
		     json_t *cell)
{
	static const char *const names[] = { "scenario", "strategy",
					     "placement" };
	const char *at = id ? id : "";

	expand_set(cell, "axes", axes ? axes : json_object());
	axes = json_object_get(cell, "axes");
	for (int i = 0; i < 3; i++) {
		size_t length = strcspn(at, "/");

		if (!length)
			expand_wrong(
				x,
				"an id that names no scenario, strategy and "
				"placement");
		expand_set(cell, names[i], json_stringn(at, length));
		bench_copy(axes, cell, names[i]);
		at += length + (at[length] == '/');
	}
}

/* Numbers of these names, and what the place behind them holds. */
static json_t *numbers_json(struct expanding *x, const json_t *list,
			    const char *const names[])
{
	json_t *json = json_object();
	size_t n = 0;

	while (names[n])
		n++;
	expand_numbers(json, list, 0, names);
	json_object_update(json, expand_place(x, json_array_get(list, n)));
	return json;
}

/* Values of the cell that it shares with others, borrowed. */
static void read_like(struct expanding *x, const json_t *lists,
		      json_t *like[LIKES])
{
	for (int which = 0; which < LIKE_LISTS; which++) {
		const json_t *places =
			expand_place(x, json_array_get(lists, (size_t)which));
		int first = bench_compact_like[which];

		for (int l = first; l < bench_compact_like[which + 1]; l++)
			like[l] = expand_place(
				x, json_array_get(places, (size_t)(l - first)));
	}
	x->rounds =
		json_array_size(json_object_get(like[LIKE_ROUNDS], "round"));
}

static json_t *ratio_json(struct expanding *x, const json_t *list)
{
	json_t *ratio = numbers_json(x, list, bench_compact_ratio_own);
	size_t last = json_array_size(list);

	expand_set(ratio, "baseline",
		   bench_or_null(last ? expand_place(x, json_array_get(
								list, last - 1))
				      : NULL));
	return ratio;
}

/* What compact.c keeps beside a ratio, if it does. */
static void read_added(const json_t *cell, const char *name, json_t *to)
{
	const json_t *list = json_object_get(cell, name);
	json_t *added;

	if (!list || !to)
		return;
	added = json_object();
	expand_numbers(added, list, 0, bench_compact_added);
	expand_set(to, "added-ns", added);
}

static void read_marks(const json_t *cell, json_t *rounds)
{
	json_t *marks = json_object_get(cell, "marks"), *words;
	const char *place;

	json_object_foreach (marks, place, words) {
		json_t *round =
			json_array_get(rounds, strtoul(place, NULL, 10));

		if (round)
			json_object_set(round, "mark", words);
	}
}

static json_t *cell_json(struct expanding *x, const json_t *cell)
{
	const json_t *ratio = json_object_get(cell, "ratio");
	const json_t *floor = json_object_get(cell, "own-floor");
	json_t *like[LIKES], *out = json_object();

	bench_copy(out, cell, "id");
	read_like(x, json_object_get(cell, "like"), like);
	json_object_update(out, like[LIKE_STATE]);
	for (int l = LIKE_BLOCKS; l <= LIKE_COUNTERS; l++)
		if (json_is_object(like[l]))
			json_object_set(out, bench_compact_members[l], like[l]);
	add_axes(x, bench_text(cell, "id"), axes_json(x, like[LIKE_AXES]), out);
	expand_set(out, "rounds", rounds_json(x, cell, like));
	if (ratio)
		expand_set(out, "ratio", ratio_json(x, ratio));
	if (floor)
		expand_set(out, "own-floor",
			   numbers_json(x, floor, bench_compact_floor_numbers));
	read_added(cell, "added-ns", json_object_get(out, "ratio"));
	read_added(cell, "floor-added-ns", json_object_get(out, "own-floor"));
	read_marks(cell, json_object_get(out, "rounds"));
	expand_figures(x, cell, like, out);
	return out;
}

/* ---- The whole ---- */

static int add_cells(struct expanding *x, const json_t *compact, json_t *out,
		     char *why, size_t n)
{
	json_t *cells = json_array();
	const json_t *cell;
	size_t i;

	expand_set(out, "cells", cells);
	json_array_foreach (json_object_get(compact, "cells"), i, cell) {
		json_array_append_new(cells, cell_json(x, cell));
		if (x->what)
			return bench_why(-EINVAL, why, n, "cells[%zu]: has %s",
					 i, x->what);
	}
	return 0;
}

/* The figure that a shared value is the path of. */
static int figure_of(const json_t *value)
{
	enum bench_figure figure;
	const char *path = json_string_value(value);

	return path && bench_figure_find(path, &figure) ? (int)figure
							: EXPAND_NONE;
}

/* What its cells will be made of. */
static int begin(struct expanding *x, const json_t *compact, char *why,
		 size_t n)
{
	const json_t *statistics = json_object_get(compact, "statistics");
	const json_t *value;
	size_t i;
	int err = bench_shape_check(statistics ? statistics : json_null(),
				    &bench_statistics_shape, "statistics", why,
				    n);

	if (err)
		return err;
	x->shared = json_object_get(compact, "shared");
	x->axes = json_object_get(compact, "axes");
	x->alpha = bench_get_number(compact, "statistics.alpha");
	x->axes_size = expand_size(x->axes);
	x->left = VALUES_MAX;
	x->hist = bench_hist_new();
	x->sizes = calloc(json_array_size(x->shared) + 1, sizeof(*x->sizes));
	x->figures =
		calloc(json_array_size(x->shared) + 1, sizeof(*x->figures));
	if (!x->hist || !x->sizes || !x->figures)
		return bench_why(-ENOMEM, why, n, "out of memory");
	json_array_foreach (x->shared, i, value) {
		x->sizes[i] = expand_size(value);
		x->figures[i] = figure_of(value);
	}
	return 0;
}

int bench_compact_expand(json_t *compact, bool is_light, json_t **out,
			 char *why, size_t n)
{
	static const char *const kept[] = {
		"compact",     "run",	"machine",    "doctor", "indicative",
		"descriptors", "build", "statistics", "aa",
	};
	struct expanding x = { .is_light = is_light };
	json_t *result = json_object();
	int err = begin(&x, compact, why, n);

	expand_set(result, "schema", json_string(BENCH_RESULT_SCHEMA));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (json_object_get(compact, kept[i]))
			bench_copy(result, compact, kept[i]);
	if (!err)
		err = add_cells(&x, compact, result, why, n);
	bench_hist_free(x.hist);
	free(x.sizes);
	free(x.figures);
	if (err)
		json_decref(result);
	else
		*out = result;
	return err;
}
