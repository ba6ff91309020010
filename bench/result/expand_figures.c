/* SPDX-License-Identifier: MIT */
/* expand_figures.c - the figures of a compact cell as readers know them. */
#include "bench/result/expand_parts.h"
#include "bench/stats/ranks.h"

/* No series is longer, and no count of a bin is larger. */
#define BINS_MAX  10000u
#define COUNT_MAX (INT64_C(1) << 53)

/* ---- Distributions ---- */

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
	uint64_t n = expand_element(dist, 0), min = expand_element(dist, 1);
	uint64_t max = expand_element(dist, 2);

	bench_hist_reset(x->hist);
	if (!read_steps(json_array_get(dist, 5), n, counts) || min > max ||
	    !take_one(x->hist, counts, min) ||
	    (n > 1 && !take_one(x->hist, counts, max)))
		return expand_wrong(
			x,
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

	expand_set(json, "percent", json_real(percent));
	expand_numbers(json, list, 0, names);
	if (json_is_number(list)) /* without an interval */
		json_object_set(json, "ns", (json_t *)list);
	expand_set(json, "over",
		   json_is_array(list)
			   ? json_string(values ? "values" : "rounds")
			   : json_null());
	expand_set(json, "needs",
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
		return expand_wrong(x,
				    "a distribution without its percentiles");
	json = json_object();
	all = json_array();
	expand_numbers(json, list, 0, names);
	for (int p = 0; p < BENCH_PERCENTS; p++)
		json_array_append_new(
			all,
			percentile_json(
				x, p, json_array_get(percentiles, (size_t)p)));
	expand_set(json, "percentiles", all);
	if (json_array_get(list, 5) && !x->is_light &&
	    json_integer_value(json_array_get(list, 0)))
		expand_set(json, "histogram", histogram_json(x, list));
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
		return expand_wrong(x, "a summary without its numbers");
	json = json_object();
	expand_numbers(json, list, 0, names);
	if (own == 1) {
		expand_set(json, "low", json_null());
		expand_set(json, "high", json_null());
	}
	expand_set(json, "n",
		   size > own ? json_incref(json_array_get(list, own))
			      : json_integer((json_int_t)x->rounds));
	return json;
}

/* The i-th value of runs, borrowed; NULL: there are not so many. */
static json_t *of_runs(const json_t *runs, size_t i)
{
	for (size_t k = 0; k + 1 < json_array_size(runs); k += 2) {
		uint64_t n = expand_element(runs, k + 1);

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
		n += expand_element(runs, k);
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
		if (expand_element(counts, k) > (uint64_t)(COUNT_MAX / scale))
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
		return expand_wrong(x, "a series that is none");
	n = run_length(json_array_get(list, 3));
	if (!expand_spend(
		    x, n * expand_size(list))) /* each bin looks for its runs */
		return NULL;
	bins = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(bins, bin_json(list, i));
	return bins;
}

/* Names, which are shared, and counts. */
static json_t *named_json(struct expanding *x, const json_t *list)
{
	const json_t *names = expand_place(x, json_array_get(list, 0)), *name;
	json_t *counts;
	size_t i;

	if (json_array_size(list) != json_array_size(names) + 1)
		return expand_wrong(x, "counts that have not as many names");
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

	if (!expand_place(x, place))
		return false;
	figure = x->figures[json_integer_value(place)];
	*out = (enum bench_figure)figure;
	return figure != EXPAND_NONE;
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

void expand_figures(struct expanding *x, const json_t *cell,
		    json_t *like[LIKES], json_t *to)
{
	const json_t *values = json_object_get(cell, "values");
	json_t *value;
	size_t i;

	if (json_array_size(values) != json_array_size(like[LIKE_FIGURES]))
		expand_wrong(x, "values that have not as many names");
	json_array_foreach (values, i, value) {
		enum bench_figure figure;

		if (figure_at(x, like[LIKE_FIGURES], i, &figure) &&
		    !is_skipped(x, figure))
			bench_figure_set(to, figure,
					 figure_json(x, figure, value));
	}
	add_others(x, like[LIKE_ZERO], like[LIKE_SAME], to);
}
