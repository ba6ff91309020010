/* SPDX-License-Identifier: MIT */
/* expand.c - of a compact result what its readers know. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/compact_parts.h"
#include "bench/stats/ranks.h"

/* No series is longer, and no count of a bin is larger. */
#define BINS_MAX  10000u
#define COUNT_MAX (INT64_C(1) << 53)

/* What stands in "shared" once is made as often as it is named, and rounds and
 * bins of a number each: no file may ask for more values than these. A `full`
 * run asks for a twentieth. */
#define VALUES_MAX 2000000u

#define NONE (-1)

struct expanding {
	const json_t *shared, *axes;
	double alpha;
	bool is_light;
	size_t *sizes; /* of what is at the places of shared */
	int *figures;  /* that it is the path of; NONE: of none */
	size_t axes_size;
	size_t left;		 /* of VALUES_MAX */
	size_t rounds;		 /* of the cell at hand */
	struct bench_hist *hist; /* of the distribution at hand */
	const char *what;	 /* what is wrong; NULL: nothing so far */
};

static json_t *wrong(struct expanding *x, const char *what)
{
	if (!x->what)
		x->what = what;
	return NULL;
}

/* May so many more values be made? Asked before they are. */
static bool spend(struct expanding *x, size_t values)
{
	if (values > x->left) {
		x->left = 0;
		wrong(x, "more rounds, bins or shared values than any run");
		return false;
	}
	x->left -= values;
	return true;
}

/* How many values there are in one, itself included. */
static size_t size_of(const json_t *value)
{
	json_t *object = (json_t *)value; /* iteration changes nothing */
	size_t size = 1 + json_string_length(value) / 64, i;
	const json_t *element;
	const char *name;
	json_t *member;

	json_array_foreach (value, i, element)
		size += size_of(element);
	json_object_foreach (object, name, member)
		size += 1 + size_of(member);
	return size;
}

/* The value at a place of "shared", borrowed. */
static json_t *at_place(struct expanding *x, const json_t *place)
{
	json_int_t at = json_is_integer(place) ? json_integer_value(place) : -1;

	if (at < 0 || (size_t)at >= json_array_size(x->shared))
		return wrong(x, "a place that \"shared\" lacks");
	return spend(x, x->sizes[at]) ? json_array_get(x->shared, (size_t)at)
				      : NULL;
}

/* Members of these names from the elements of a list, from @from on. */
static void set_numbers(json_t *to, const json_t *list, size_t from,
			const char *const names[])
{
	for (size_t i = 0; names[i]; i++)
		bench_set(to, names[i],
			  bench_or_null(json_array_get(list, from + i)));
}

/* ---- Distributions ---- */

static uint64_t element(const json_t *list, size_t i)
{
	json_int_t value = json_integer_value(json_array_get(list, i));

	return value > 0 ? (uint64_t)value : 0;
}

/* The counts of each step; false: they are not of this distribution. */
static bool read_steps(const json_t *list, uint64_t total,
		       uint64_t counts[BENCH_COMPACT_STEPS])
{
	uint64_t sum = 0, step = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_int_t n = json_integer_value(json_array_get(list, i));

		if (n < -BENCH_COMPACT_STEPS)
			return false;
		if (n < 0) {
			step += (uint64_t)-n;
			continue;
		}
		if (step >= BENCH_COMPACT_STEPS || (uint64_t)n > total - sum)
			return false;
		counts[step++] = (uint64_t)n;
		sum += (uint64_t)n;
	}
	return sum == total;
}

/* One value less in its step, and itself in the histogram. */
static bool take_one(struct bench_hist *h, uint64_t *counts, uint64_t value)
{
	uint64_t *count = &counts[bench_compact_step(value)];

	if (!*count)
		return false;
	--*count;
	bench_hist_record(h, value);
	return true;
}

/* Every value in the middle of its step but the least and the greatest, which
 * are known. */
static json_t *histogram_json(struct expanding *x, const json_t *dist)
{
	uint64_t counts[BENCH_COMPACT_STEPS] = { 0 };
	uint64_t n = element(dist, 0), min = element(dist, 1);
	uint64_t max = element(dist, 2);

	bench_hist_reset(x->hist);
	if (!read_steps(json_array_get(dist, 5), n, counts) || min > max ||
	    !take_one(x->hist, counts, min) ||
	    (n > 1 && !take_one(x->hist, counts, max)))
		return wrong(x,
			     "a histogram whose counts, least and greatest "
			     "value contradict each other");
	for (unsigned int step = 0; step < BENCH_COMPACT_STEPS; step++) {
		uint64_t middle = bench_compact_middle(step);

		middle = middle < min ? min : middle > max ? max : middle;
		bench_hist_record_n(x->hist, middle, counts[step]);
	}
	return bench_hist_json(x->hist);
}

static json_t *percentile_json(const struct expanding *x, int which,
			       const json_t *list)
{
	static const char *const names[] = { "ns", "low", "high", NULL };
	bool values = json_integer_value(json_array_get(list, 3)) ==
		      BENCH_COMPACT_OVER_VALUES;
	double percent = bench_percents[which];
	json_t *json = json_object();

	bench_set(json, "percent", json_real(percent));
	set_numbers(json, list, 0, names);
	if (json_is_number(list)) /* without an interval */
		json_object_set(json, "ns", (json_t *)list);
	bench_set(json, "over",
		  json_is_array(list)
			  ? json_string(values ? "values" : "rounds")
			  : json_null());
	bench_set(json, "needs",
		  json_integer((json_int_t)bench_stats_support(percent / 100,
							       x->alpha)));
	return json;
}

static json_t *distribution_json(struct expanding *x, const json_t *list)
{
	static const char *const names[] = { "n", "min", "max", "mean", NULL };
	const json_t *percentiles = json_array_get(list, 4);
	json_t *json, *all;

	if (json_array_size(percentiles) != BENCH_PERCENTS)
		return wrong(x, "a distribution without its percentiles");
	json = json_object();
	all = json_array();
	set_numbers(json, list, 0, names);
	for (int p = 0; p < BENCH_PERCENTS; p++)
		json_array_append_new(
			all,
			percentile_json(
				x, p, json_array_get(percentiles, (size_t)p)));
	bench_set(json, "percentiles", all);
	if (json_array_get(list, 5) && !x->is_light &&
	    json_integer_value(json_array_get(list, 0)))
		bench_set(json, "histogram", histogram_json(x, list));
	return json;
}

/* ---- Other figures ---- */

static json_t *summary_json(struct expanding *x, enum bench_figure figure,
			    const json_t *list)
{
	static const char *const names[] = { "median", "low", "high", NULL };
	size_t size = json_array_size(list);
	size_t own = compact_has_interval(figure) ? 3 : 1;
	json_t *json;

	if (size < own || size > own + 1)
		return wrong(x, "a summary without its numbers");
	json = json_object();
	set_numbers(json, list, 0, names);
	if (own == 1) {
		bench_set(json, "low", json_null());
		bench_set(json, "high", json_null());
	}
	bench_set(json, "n",
		  size > own ? json_incref(json_array_get(list, own))
			     : json_integer((json_int_t)x->rounds));
	return json;
}

/* The i-th value of runs, borrowed; NULL: there are not so many. */
static json_t *of_runs(const json_t *runs, size_t i)
{
	for (size_t k = 0; k + 1 < json_array_size(runs); k += 2) {
		uint64_t n = element(runs, k + 1);

		if (i < n)
			return json_array_get(runs, k);
		i -= (size_t)n;
	}
	return NULL;
}

static json_t *bin_json(const json_t *list, size_t i)
{
	double first = json_number_value(json_array_get(list, 0));
	double step = json_number_value(json_array_get(list, 1));
	json_int_t scale = json_integer_value(json_array_get(list, 2));
	json_int_t n = json_integer_value(of_runs(json_array_get(list, 3), i));

	return json_pack("{s:o, s:I, s:o, s:o}", bench_compact_bins[0],
			 bench_number(first + (double)i * step),
			 bench_compact_bins[1], n * scale,
			 bench_compact_bins[2],
			 bench_or_null(of_runs(json_array_get(list, 4), i)),
			 bench_compact_bins[3],
			 bench_or_null(of_runs(json_array_get(list, 5), i)));
}

static size_t run_length(const json_t *runs)
{
	size_t n = 0;

	for (size_t k = 1; k < json_array_size(runs) && n < BINS_MAX; k += 2)
		n += element(runs, k);
	return n;
}

/* Six members, and no count that is too large. */
static bool is_series(const json_t *list)
{
	const json_t *counts = json_array_get(list, 3);
	json_int_t scale = json_integer_value(json_array_get(list, 2));

	if (json_array_size(list) != 6 || run_length(counts) >= BINS_MAX ||
	    scale < 1 || scale > COUNT_MAX)
		return false;
	for (size_t k = 0; k < json_array_size(counts); k += 2)
		if (element(counts, k) > (uint64_t)(COUNT_MAX / scale))
			return false;
	return true;
}

static json_t *series_json(struct expanding *x, const json_t *list)
{
	json_t *bins;
	size_t n;

	if (x->is_light)
		return json_array();
	if (!is_series(list))
		return wrong(x, "a series that is none");
	n = run_length(json_array_get(list, 3));
	if (!spend(x, n * size_of(list))) /* each bin looks for its runs */
		return NULL;
	bins = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(bins, bin_json(list, i));
	return bins;
}

/* Names, which are shared, and counts. */
static json_t *named_json(struct expanding *x, const json_t *list)
{
	const json_t *names = at_place(x, json_array_get(list, 0)), *name;
	json_t *counts;
	size_t i;

	if (json_array_size(list) != json_array_size(names) + 1)
		return wrong(x, "counts that have not as many names");
	counts = json_object();
	json_array_foreach (names, i, name)
		if (json_is_string(name))
			json_object_set(counts, json_string_value(name),
					json_array_get(list, i + 1));
	return counts;
}

static json_t *figure_json(struct expanding *x, enum bench_figure figure,
			   json_t *value)
{
	switch (bench_figure_info(figure)->kind) {
	case BENCH_KIND_VALUE:
		return summary_json(x, figure, value);
	case BENCH_KIND_DIST:
		return distribution_json(x, value);
	case BENCH_KIND_SERIES:
		return series_json(x, value);
	case BENCH_KIND_COUNTS:
		return named_json(x, value);
	default:
		return json_incref(value);
	}
}

/* The figure whose name's place is the i-th of a list. */
static bool figure_at(struct expanding *x, const json_t *places, size_t i,
		      enum bench_figure *out)
{
	const json_t *place = json_array_get(places, i);
	int figure;

	if (!at_place(x, place))
		return false;
	figure = x->figures[json_integer_value(place)];
	*out = (enum bench_figure)figure;
	return figure != NONE;
}

/* What is 0, and what is as something else; of figures that this build does not
 * know nothing. */
static void add_others(struct expanding *x, const json_t *zero,
		       const json_t *same, json_t *to)
{
	enum bench_figure figure, other;

	for (size_t i = 0; i < json_array_size(zero); i++)
		if (figure_at(x, zero, i, &figure))
			bench_figure_set(to, figure, json_integer(0));
	for (size_t i = 0; i + 1 < json_array_size(same); i += 2)
		if (figure_at(x, same, i, &figure) &&
		    figure_at(x, same, i + 1, &other))
			bench_figure_set(
				to, figure,
				bench_or_null(bench_figure_get(to, other)));
}

/* Is it left away where only comparisons read? */
static bool is_skipped(const struct expanding *x, enum bench_figure figure)
{
	static const enum bench_figure read[] = {
		BENCH_FIGURE_WRITER_NS_PER_EVENT,
		BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
		BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT,
		BENCH_FIGURE_WRITER_LATENCY,
		BENCH_FIGURE_SWAP_SAFE,
		BENCH_FIGURE_SCALING_COST,
		BENCH_FIGURE_FOOTPRINT_STOLEN_NS,
		BENCH_FIGURE_FLOOR_NS,
	};
	enum bench_figure_kind kind = bench_figure_info(figure)->kind;

	if (!x->is_light ||
	    (kind != BENCH_KIND_DIST && kind != BENCH_KIND_VALUE))
		return false;
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
		if (read[i] == figure)
			return false;
	return true;
}

static void add_figures(struct expanding *x, const json_t *cell,
			json_t *like[LIKES], json_t *to)
{
	const json_t *values = json_object_get(cell, "values");
	json_t *value;
	size_t i;

	if (json_array_size(values) != json_array_size(like[LIKE_FIGURES]))
		wrong(x, "values that have not as many names");
	json_array_foreach (values, i, value) {
		enum bench_figure figure;

		if (figure_at(x, like[LIKE_FIGURES], i, &figure) &&
		    !is_skipped(x, figure))
			bench_figure_set(to, figure,
					 figure_json(x, figure, value));
	}
	add_others(x, like[LIKE_ZERO], like[LIKE_SAME], to);
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

/* One figure of every round. */
static void add_column(const json_t *column, const char *key, json_t *rounds)
{
	double scale = scale_of(column);
	json_t *round;
	size_t i;

	if (!key || scale <= 0)
		return;
	json_array_foreach (rounds, i, round) {
		const json_t *value = json_array_get(column, i + 1);

		if (json_is_integer(value))
			bench_set(
				json_object_get(round, "figures"), key,
				bench_number(json_number_value(value) * scale));
	}
}

/* Numbers and states of the rounds, without figures. */
static json_t *bare_rounds(const json_t *plan, size_t n)
{
	const json_t *numbers = json_object_get(plan, "round");
	const json_t *states = json_object_get(plan, "status");
	json_t *rounds = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *round = json_object();
		json_t *state = json_array_get(states, i);

		json_object_set(round, "round", json_array_get(numbers, i));
		if (state)
			json_object_set(round, "status", state);
		bench_set(round, "figures", json_object());
		json_array_append_new(rounds, round);
	}
	return rounds;
}

static json_t *rounds_json(struct expanding *x, const json_t *cell,
			   json_t *like[LIKES])
{
	const json_t *columns = json_object_get(cell, "rounds"), *column;
	json_t *rounds;
	size_t k;

	if (!spend(x, x->rounds * (json_array_size(columns) + 3)))
		return NULL;
	rounds = bare_rounds(like[LIKE_ROUNDS], x->rounds);
	json_array_foreach (columns, k, column) {
		if (json_is_integer(column)) /* the same as an earlier one */
			column = json_array_get(columns, element(columns, k));
		add_column(column,
			   json_string_value(
				   json_array_get(like[LIKE_COLUMNS], k)),
			   rounds);
	}
	return rounds;
}

/* ---- Cells ---- */

/* The file's axes as the cell has them. */
static json_t *axes_json(struct expanding *x, const json_t *differing)
{
	json_t *axes, *value;
	const char *name;

	if (!spend(x, x->axes_size))
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

	bench_set(cell, "axes", axes ? axes : json_object());
	axes = json_object_get(cell, "axes");
	for (int i = 0; i < 3; i++) {
		size_t length = strcspn(at, "/");

		if (!length)
			wrong(x,
			      "an id that names no scenario, strategy and "
			      "placement");
		bench_set(cell, names[i], json_stringn(at, length));
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
	set_numbers(json, list, 0, names);
	json_object_update(json, at_place(x, json_array_get(list, n)));
	return json;
}

/* Values of the cell that it shares with others, borrowed. */
static void read_like(struct expanding *x, const json_t *lists,
		      json_t *like[LIKES])
{
	for (int which = 0; which < LIKE_LISTS; which++) {
		const json_t *places =
			at_place(x, json_array_get(lists, (size_t)which));
		int first = bench_compact_like[which];

		for (int l = first; l < bench_compact_like[which + 1]; l++)
			like[l] = at_place(
				x, json_array_get(places, (size_t)(l - first)));
	}
	x->rounds =
		json_array_size(json_object_get(like[LIKE_ROUNDS], "round"));
}

static json_t *ratio_json(struct expanding *x, const json_t *list)
{
	json_t *ratio = numbers_json(x, list, bench_compact_ratio_own);
	size_t last = json_array_size(list);

	bench_set(
		ratio, "baseline",
		bench_or_null(last ? at_place(x, json_array_get(list, last - 1))
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
	set_numbers(added, list, 0, bench_compact_added);
	bench_set(to, "added-ns", added);
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
	bench_set(out, "rounds", rounds_json(x, cell, like));
	if (ratio)
		bench_set(out, "ratio", ratio_json(x, ratio));
	if (floor)
		bench_set(out, "own-floor",
			  numbers_json(x, floor, bench_compact_floor_numbers));
	read_added(cell, "added-ns", json_object_get(out, "ratio"));
	read_added(cell, "floor-added-ns", json_object_get(out, "own-floor"));
	read_marks(cell, json_object_get(out, "rounds"));
	add_figures(x, cell, like, out);
	return out;
}

/* ---- The whole ---- */

static int add_cells(struct expanding *x, const json_t *compact, json_t *out,
		     char *why, size_t n)
{
	json_t *cells = json_array();
	const json_t *cell;
	size_t i;

	bench_set(out, "cells", cells);
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

	return path && bench_figure_find(path, &figure) ? (int)figure : NONE;
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
	x->axes_size = size_of(x->axes);
	x->left = VALUES_MAX;
	x->hist = bench_hist_new();
	x->sizes = calloc(json_array_size(x->shared) + 1, sizeof(*x->sizes));
	x->figures =
		calloc(json_array_size(x->shared) + 1, sizeof(*x->figures));
	if (!x->hist || !x->sizes || !x->figures)
		return bench_why(-ENOMEM, why, n, "out of memory");
	json_array_foreach (x->shared, i, value) {
		x->sizes[i] = size_of(value);
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

	bench_set(result, "schema", json_string(BENCH_RESULT_SCHEMA));
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
