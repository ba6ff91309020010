/* SPDX-License-Identifier: MIT */
/* view_figures.c - the figures of a cell, and their results. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/result/view.h"
#include "bench/stats/hist_json.h"
#include "bench/stats/stats.h"

static const struct bench_value nothing = { NAN, NAN, NAN, NAN, false };

/* What a cell holds of a figure, if it counts. */
static json_t *get(const json_t *cell, enum bench_figure figure)
{
	if (!bench_view_has_numbers(cell) &&
	    !(bench_figure_info(figure)->flags & BENCH_FIGURE_EVIDENCE))
		return NULL;
	return bench_figure_get(cell, figure);
}

/* {"median" or "ns", "low", "high", "n"} */
static struct bench_value interval(const json_t *of, const char *middle)
{
	return (struct bench_value){
		.value = bench_get_number(of, middle),
		.low = bench_get_number(of, "low"),
		.high = bench_get_number(of, "high"),
		.n = bench_get_number(of, "n"),
	};
}

struct bench_value bench_view_figure(const json_t *cell,
				     enum bench_figure figure)
{
	const json_t *value = get(cell, figure);

	if (bench_figure_info(figure)->kind == BENCH_KIND_LOG_RATIO)
		return bench_view_has_numbers(cell)
			       ? interval(json_object_get(cell, "ratio"),
					  "median")
			       : nothing;
	if (bench_figure_info(figure)->kind == BENCH_KIND_VALUE)
		return interval(value, "median");
	if (json_is_number(value))
		return (struct bench_value){ json_number_value(value), NAN, NAN,
					     NAN, false };
	return nothing;
}

enum bench_figure bench_view_cost_figure(const json_t *cell)
{
	enum bench_figure stored = BENCH_FIGURE_WRITER_NS_PER_COMMITTED;

	return bench_view_is_swapped(cell) || bench_figure_get(cell, stored)
		       ? stored
		       : BENCH_FIGURE_WRITER_NS_PER_EVENT;
}

struct bench_value bench_view_cost(const json_t *cell)
{
	return bench_view_figure(cell, bench_view_cost_figure(cell));
}

/* ---- Distributions ---- */

static const json_t *percentile_at(const json_t *dist, double percent)
{
	const json_t *list = json_object_get(dist, "percentiles");
	const json_t *p;
	size_t i;

	json_array_foreach (list, i, p)
		if (fabs(bench_get_number(p, "percent") - percent) < 1e-6)
			return p;
	return NULL;
}

struct bench_value bench_view_percentile(const json_t *cell,
					 enum bench_figure figure,
					 double percent)
{
	const json_t *dist = get(cell, figure);
	struct bench_value out = interval(percentile_at(dist, percent), "ns");

	out.n = bench_get_number(dist, "n");
	out.is_too_few = json_is_object(dist) && isnan(out.value);
	return out;
}

double bench_view_n(const json_t *cell, enum bench_figure figure)
{
	return bench_get_number(get(cell, figure), "n");
}

double bench_view_max(const json_t *cell, enum bench_figure figure)
{
	return bench_get_number(get(cell, figure), "max");
}

bool bench_view_histogram(const json_t *cell, enum bench_figure figure,
			  struct bench_hist *into)
{
	const json_t *h = json_object_get(get(cell, figure), "histogram");

	return json_is_object(h) && !bench_hist_load(h, into);
}

/* ---- Rounds, counts, words, bins ---- */

size_t bench_view_rounds(const json_t *cell, enum bench_figure figure,
			 double percent, double *values, size_t max)
{
	const json_t *rounds = json_object_get(cell, "rounds");
	char key[BENCH_FIGURE_PATH];
	const json_t *round;
	size_t i, n = 0;

	if (!bench_view_has_numbers(cell))
		return 0;
	bench_figure_path_at(figure, percent, key);
	json_array_foreach (rounds, i, round) {
		const json_t *value =
			json_object_get(json_object_get(round, "figures"), key);

		if (!json_is_number(value))
			continue;
		if (n < max)
			values[n] = json_number_value(value);
		n++;
	}
	return n;
}

double bench_view_in_round(const json_t *cell, enum bench_figure figure,
			   double percent, size_t number)
{
	const json_t *rounds = json_object_get(cell, "rounds");
	char key[BENCH_FIGURE_PATH];
	const json_t *round;
	size_t i;

	bench_figure_path_at(figure, percent, key);
	json_array_foreach (rounds, i, round) {
		const json_t *value =
			json_object_get(json_object_get(round, "figures"), key);

		if (json_integer_value(json_object_get(round, "round")) ==
			    (json_int_t)number &&
		    json_is_number(value) && bench_view_has_numbers(cell))
			return json_number_value(value);
	}
	return NAN;
}

size_t bench_view_counts(const json_t *cell, enum bench_figure figure,
			 struct bench_view_count *out, size_t max)
{
	json_t *counts = get(cell, figure), *count;
	const char *name;
	size_t n = 0;

	json_object_foreach (counts, name, count) {
		if (n < max)
			out[n] = (struct bench_view_count){
				name, json_number_value(count)
			};
		n++;
	}
	return n;
}

const char *bench_view_words(const json_t *cell, enum bench_figure figure)
{
	return json_string_value(get(cell, figure));
}

size_t bench_view_bins(const json_t *cell, enum bench_figure figure)
{
	return json_array_size(get(cell, figure));
}

void bench_view_bin(const json_t *cell, enum bench_figure figure, size_t i,
		    struct bench_view_bin *out)
{
	const json_t *bin = json_array_get(get(cell, figure), i);

	out->t_us = bench_get_number(bin, "t-us");
	out->n = bench_get_number(bin, "n");
	out->median_ns = bench_get_number(bin, "median-ns");
	out->p99_ns = bench_get_number(bin, "p99-ns");
}

/* ---- The results of figures ---- */

static enum bench_verdict verdict_of(const json_t *ratio)
{
	const char *name = bench_text(ratio, "verdict");

	for (int v = BENCH_VERDICT_INVALID; v <= BENCH_VERDICT_NOT_RESOLVED;
	     v++)
		if (name && !strcmp(name, bench_verdict_name(v)))
			return (enum bench_verdict)v;
	return BENCH_VERDICT_NONE;
}

/* Of results that do not say it: from the rounds. */
static double added_in_rounds(const json_t *cell)
{
	const json_t *rounds = json_object_get(cell, "rounds"), *round;
	double *added = calloc(json_array_size(rounds) + 1, sizeof(*added));
	const char *cost = bench_figure_key(bench_view_cost_figure(cell));
	const char *baseline =
		bench_figure_key(BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT);
	double median = NAN;
	size_t i, n = 0;

	json_array_foreach (rounds, i, round) {
		const json_t *figures = json_object_get(round, "figures");
		const json_t *ns = json_object_get(figures, cost);
		const json_t *base = json_object_get(figures, baseline);

		if (added && json_is_number(ns) && json_is_number(base) &&
		    bench_view_has_numbers(cell))
			added[n++] =
				json_number_value(ns) - json_number_value(base);
	}
	bench_stats_median(added, added ? n : 0, &median);
	free(added);
	return median;
}

static struct bench_value added_of(const json_t *cell, const json_t *ratio)
{
	const json_t *added = json_object_get(ratio, "added-ns");
	struct bench_value out = nothing;

	if (json_is_object(added))
		return interval(added, "median");
	out.value = added_in_rounds(cell);
	return out;
}

static bool is_of_stored(const json_t *ratio)
{
	const char *of = bench_text(ratio, "of");

	return of && !strcmp(of, bench_figure_key(
					 BENCH_FIGURE_WRITER_NS_PER_COMMITTED));
}

bool bench_view_ratio(const json_t *cell, struct bench_view_ratio *out)
{
	const json_t *ratio = json_object_get(cell, "ratio");

	if (!json_is_object(ratio))
		return false;
	*out = (struct bench_view_ratio){
		.value = bench_get_number(ratio, "median"),
		.low = bench_get_number(ratio, "low"),
		.high = bench_get_number(ratio, "high"),
		.of_stored = is_of_stored(ratio),
		.added = added_of(cell, ratio),
		.n = bench_get_number(ratio, "n"),
		.verdict = verdict_of(ratio),
		.threshold = bench_get_number(ratio, "threshold"),
		.half_width = bench_get_number(ratio, "half-width"),
		.baseline = bench_text(ratio, "baseline"),
		.control = bench_text(ratio, "control"),
	};
	return true;
}

bool bench_view_is_of_cost(const json_t *cell,
			   const struct bench_view_ratio *ratio)
{
	return ratio->of_stored || !bench_view_is_swapped(cell);
}

bool bench_view_cost_ratio(const json_t *cell, struct bench_view_ratio *out)
{
	return bench_view_ratio(cell, out) && bench_view_is_of_cost(cell, out);
}

bool bench_view_own_floor(const json_t *cell, struct bench_view_floor *out)
{
	const json_t *floor = json_object_get(cell, "own-floor");

	if (!json_is_object(floor) || !bench_view_has_numbers(cell))
		return false;
	*out = (struct bench_view_floor){
		.name = bench_text(floor, "name"),
		.of = bench_text(floor, "of"),
		.ns = bench_get_number(floor, "ns"),
		.ratio = bench_get_number(floor, "ratio"),
		.low = bench_get_number(floor, "low"),
		.high = bench_get_number(floor, "high"),
		.added = interval(json_object_get(floor, "added-ns"), "median"),
	};
	return true;
}

bool bench_view_is_counted(const json_t *cell)
{
	const char *status =
		bench_text(json_object_get(cell, "counters"), "status");

	return bench_view_has_numbers(cell) && status &&
	       !strcmp(status, "counted");
}

bool bench_view_is_multiplexed(const json_t *cell)
{
	return bench_view_is_counted(cell) &&
	       json_is_true(json_object_get(json_object_get(cell, "counters"),
					    "multiplexed"));
}

const char *bench_view_uncounted(const json_t *cell)
{
	return bench_text(json_object_get(cell, "counters"), "reason");
}
