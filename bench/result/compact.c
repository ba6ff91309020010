/* SPDX-License-Identifier: MIT */
/* compact.c - a result made small. */
#include "bench/result/compact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/compact_parts.h"
#include "bench/result/view.h"

const int bench_compact_like[LIKE_LISTS + 1] = { LIKE_STATE, LIKE_BLOCKS,
						 LIKE_FIGURES, LIKES };
const char *const bench_compact_members[LIKES] = {
	[LIKE_BLOCKS] = "blocks",
	[LIKE_PUS] = "pus",
	[LIKE_MEMORY] = "memory",
	[LIKE_COUNTERS] = "counters",
};
const char *const bench_compact_state[] = { "kind",   "sound",	    "status",
					    "reason", "scheduling", NULL };
const char *const bench_compact_added[] = { "median", "low", "high", "n",
					    NULL };
const char *const bench_compact_ratio_own[] = { "median", "low", "high",
						"half-width", NULL };
const char *const bench_compact_ratio_shared[] = {
	"n",	   "level",   "family-level", "threshold",
	"verdict", "control", "of",	      NULL
};
const char *const bench_compact_floor_numbers[] = { "ns",   "ratio", "low",
						    "high", "n",     NULL };

/* What is left out where the file would be too large, one after the other. */
enum level {
	EVERYTHING,
	FEWER_HISTOGRAMS, /* of latencies and swaps alone */
	NO_HISTOGRAMS,
	DEFAULT_ROUNDS, /* ratios alone, but at the default point */
	FEWER_ROUNDS,	/* ratios alone */
	NO_ROUNDS,
	LEVELS
};

struct compacting {
	json_t *shared;
	json_t *places; /* text of a shared value: its place */
	json_t *axes;	/* of the file */
	enum level level;
};

/* ---- What many cells have alike ---- */

/* Takes the reference. */
static json_t *place_of(struct compacting *c, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_t *place = text ? json_object_get(c->places, text) : NULL;

	if (place)
		json_incref(place);
	else if (text) {
		place = json_integer((json_int_t)json_array_size(c->shared));
		json_array_append(c->shared, value);
		json_object_set(c->places, text, place);
	}
	free(text);
	json_decref(value);
	return place;
}

/* A list of texts that is being made, or a place of nothing. */
static json_t *members_of(const json_t *object, const char *const names[])
{
	json_t *out = json_object();

	for (; *names; names++)
		if (json_object_get(object, *names))
			json_object_set(out, *names,
					json_object_get(object, *names));
	return out;
}

/* Axes that are not as the file's, without the three that the cell's id begins
 * with; null: it lacks that one. */
static json_t *further_axes(const struct compacting *c, const json_t *axes)
{
	json_t *differing = json_object(), *value;
	const char *name;

	json_object_foreach ((json_t *)axes, name, value)
		if (!json_equal(json_object_get(c->axes, name), value))
			json_object_set(differing, name, value);
	json_object_foreach (c->axes, name, value)
		if (!json_object_get(axes, name))
			bench_set(differing, name, json_null());
	json_object_del(differing, "strategy");
	json_object_del(differing, "scenario");
	json_object_del(differing, "placement");
	return differing;
}

/* ---- Figures ---- */

/* Is its histogram kept? */
static bool keeps_histogram(const struct compacting *c,
			    enum bench_figure figure)
{
	static const enum bench_figure first[] = {
		BENCH_FIGURE_WRITER_LATENCY,
		BENCH_FIGURE_WRITER_BASELINE_LATENCY,
		BENCH_FIGURE_SWAP_SAFE,
		BENCH_FIGURE_FOOTPRINT_PEAK,
		BENCH_FIGURE_SCALING_COST,
		BENCH_FIGURE_FLOOR_LATENCY,
	};

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (first[i] == figure)
			return c->level == EVERYTHING ||
			       (c->level == FEWER_HISTOGRAMS && i < 3);
	return false;
}

static bool is_zero(enum bench_figure figure, const json_t *value)
{
	return bench_figure_info(figure)->kind == BENCH_KIND_COUNT &&
	       json_is_integer(value) && !json_integer_value(value);
}

static json_t *path_json(struct compacting *c, enum bench_figure figure)
{
	char path[BENCH_FIGURE_PATH];

	return place_of(c, json_string(bench_figure_path(figure, path)));
}

/* An earlier figure of the same kind that is the same; none: itself. */
static enum bench_figure same_as(const json_t *cell, enum bench_figure figure)
{
	const json_t *value = bench_figure_get(cell, figure);

	for (int f = 0; f < (int)figure; f++) {
		enum bench_figure other = (enum bench_figure)f;

		if (bench_figure_info(other)->kind ==
			    bench_figure_info(figure)->kind &&
		    compact_has_interval(other) ==
			    compact_has_interval(figure) &&
		    json_equal(bench_figure_get(cell, other), value))
			return other;
	}
	return figure;
}

/* Counts by name as names, which are shared, and counts. */
static json_t *named_json(struct compacting *c, json_t *counts)
{
	json_t *names = json_array(), *list = json_array(), *count;
	const char *name;

	json_object_foreach (counts, name, count)
		json_array_append_new(names, json_string(name));
	json_array_append_new(list, place_of(c, names));
	json_object_foreach (counts, name, count)
		json_array_append(list, count);
	return list;
}

static json_t *value_json(struct compacting *c, enum bench_figure figure,
			  json_t *value, size_t rounds)
{
	if (bench_figure_info(figure)->kind == BENCH_KIND_COUNTS)
		return named_json(c, value);
	return compact_figure(figure, value, keeps_histogram(c, figure),
			      rounds);
}

/* "values", and what they are of. */
static void add_figures(struct compacting *c, const json_t *cell, json_t *to,
			json_t *like[LIKES])
{
	json_t *paths = json_array(), *same = json_array();
	json_t *zero = json_array(), *values = json_array();
	size_t rounds = json_array_size(json_object_get(cell, "rounds"));

	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		enum bench_figure figure = (enum bench_figure)f, other;
		json_t *value = bench_figure_get(cell, figure);

		if (!value || json_is_null(value) ||
		    !strcmp(bench_figure_info(figure)->part, "ratio"))
			continue;
		other = same_as(cell, figure);
		if (is_zero(figure, value)) {
			json_array_append_new(zero, path_json(c, figure));
		} else if (other != figure) {
			json_array_append_new(same, path_json(c, figure));
			json_array_append_new(same, path_json(c, other));
		} else {
			json_array_append_new(paths, path_json(c, figure));
			json_array_append_new(
				values, value_json(c, figure, value, rounds));
		}
	}
	bench_set(to, "values", values);
	like[LIKE_FIGURES] = paths;
	like[LIKE_SAME] = same;
	like[LIKE_ZERO] = zero;
}

/* ---- Rounds ---- */

/* How many figures of the rounds are kept; of one the ratio. */
static size_t rounds_kept(const struct compacting *c, const json_t *cell)
{
	bool is_default = !*bench_view_axes(cell);

	if (c->level >= NO_ROUNDS)
		return 0;
	if (c->level >= FEWER_ROUNDS ||
	    (c->level == DEFAULT_ROUNDS && !is_default))
		return 1;
	return compact_round_figures;
}

static void add_columns(const struct compacting *c, const json_t *cell,
			json_t *to, json_t *like[LIKES])
{
	like[LIKE_COLUMNS] = json_array();
	bench_set(to, "rounds",
		  compact_columns(cell, rounds_kept(c, cell),
				  like[LIKE_COLUMNS]));
}

/* ---- Cells ---- */

static json_t *ratio_json(struct compacting *c, const json_t *ratio)
{
	json_t *list = json_array();

	compact_numbers(list, ratio, bench_compact_ratio_own, COMPACT_EXACT);
	json_array_append_new(
		list,
		place_of(c, members_of(ratio, bench_compact_ratio_shared)));
	json_array_append_new(
		list,
		place_of(c, bench_or_null(json_object_get(ratio, "baseline"))));
	return list;
}

static json_t *own_floor_json(struct compacting *c, const json_t *floor)
{
	static const char *const names[] = { "name", "of", NULL };
	json_t *list = json_array();

	compact_numbers(list, floor, bench_compact_floor_numbers,
			COMPACT_DIGITS);
	json_array_append_new(list, place_of(c, members_of(floor, names)));
	return list;
}

/* The ns above a baseline or a floor: [median, low, high, n] */
static void put_added(json_t *out, const char *name, const json_t *of)
{
	const json_t *added = json_object_get(of, "added-ns");
	json_t *list;

	if (!json_is_object(added))
		return;
	list = json_array();
	compact_numbers(list, added, bench_compact_added, COMPACT_EXACT);
	bench_set(out, name, list);
}

/* Words of the rounds that are marked, by their place. */
static void put_marks(json_t *out, const json_t *rounds)
{
	json_t *marks = json_object();
	const json_t *round;
	char place[24];
	size_t i;

	json_array_foreach (rounds, i, round) {
		if (!bench_text(round, "mark"))
			continue;
		snprintf(place, sizeof(place), "%zu", i);
		json_object_set(marks, place, json_object_get(round, "mark"));
	}
	if (json_object_size(marks))
		json_object_set(out, "marks", marks);
	json_decref(marks);
}

/* The place of one of the three lists of places. */
static json_t *list_place(struct compacting *c, json_t *like[LIKES], int which)
{
	json_t *places = json_array();

	for (int l = bench_compact_like[which];
	     l < bench_compact_like[which + 1]; l++)
		json_array_append_new(places, place_of(c, like[l]));
	return place_of(c, places);
}

static json_t *cell_json(struct compacting *c, const json_t *cell)
{
	const json_t *rounds = json_object_get(cell, "rounds");
	const json_t *ratio = json_object_get(cell, "ratio");
	const json_t *floor = json_object_get(cell, "own-floor");
	json_t *like[LIKES], *places = json_array(), *out = json_object();

	bench_copy(out, cell, "id");
	bench_set(out, "like", places);
	like[LIKE_STATE] = members_of(cell, bench_compact_state);
	like[LIKE_AXES] = further_axes(c, json_object_get(cell, "axes"));
	for (int l = LIKE_BLOCKS; l <= LIKE_COUNTERS; l++)
		like[l] = bench_or_null(
			json_object_get(cell, bench_compact_members[l]));
	like[LIKE_ROUNDS] = compact_plan(rounds);
	add_figures(c, cell, out, like);
	add_columns(c, cell, out, like);
	for (int l = 0; l < LIKE_LISTS; l++)
		json_array_append_new(places, list_place(c, like, l));
	if (json_is_object(ratio))
		bench_set(out, "ratio", ratio_json(c, ratio));
	if (json_is_object(floor))
		bench_set(out, "own-floor", own_floor_json(c, floor));
	put_added(out, "added-ns", ratio);
	put_added(out, "floor-added-ns", floor);
	put_marks(out, rounds);
	return out;
}

/* ---- The whole ---- */

/* Its interval without the rounds that it is of. */
static json_t *aa_json(const json_t *aa)
{
	json_t *copy = json_copy((json_t *)aa), *value;
	const char *name;

	json_object_foreach ((json_t *)aa, name, value)
		if (json_is_real(value))
			bench_set(copy, name,
				  compact_number(value, COMPACT_EXACT));
	bench_set(copy, "logs", json_array());
	return copy;
}

/* Without the text that the key is the hash of: its facts stand beside it. */
static json_t *machine_json(const json_t *result)
{
	json_t *machine = json_copy(json_object_get(result, "machine"));

	json_object_del(machine, "key-text");
	return machine;
}

static bool is_fine(const json_t *check)
{
	const char *severity = bench_text(check, "severity");

	return severity && !strcmp(severity, "ok");
}

/* Which checks found something; without the advice, which `ringswap doctor`
 * gives, and the gaps of each PU. */
static json_t *doctor_json(const json_t *doctor)
{
	json_t *checks = json_array();
	const json_t *check;
	size_t i;

	if (!json_is_object(doctor))
		return json_null();
	json_array_foreach (json_object_get(doctor, "checks"), i, check)
		if (!is_fine(check))
			json_array_append_new(
				checks,
				json_pack("{s:O*, s:O*, s:O*}", "id",
					  json_object_get(check, "id"),
					  "severity",
					  json_object_get(check, "severity"),
					  "value",
					  json_object_get(check, "value")));
	return json_pack("{s:O*, s:O*, s:o}", "indicative",
			 json_object_get(doctor, "indicative"), "reasons",
			 json_object_get(doctor, "reasons"), "checks", checks);
}

/* What a reader does not find. */
static json_t *left_out_json(enum level level)
{
	json_t *list = json_array();

	json_array_append_new(
		list,
		json_string("of the rounds all but what comparisons and "
			    "tables need, and those of the A/A controls"));
	json_array_append_new(
		list,
		json_string("intervals of events/s, exchange, recycle and "
			    "skew"));
	json_array_append_new(
		list,
		json_string(
			level >= NO_HISTOGRAMS
				? "histograms: percentiles alone"
				: "histograms finer than two steps for each "
				  "power of two, and those of exchange, call, "
				  "recycle, skew and duration"));
	json_array_append_new(
		list,
		json_string(
			"digits of fractions beyond four, of medians and ratios beyond six"));
	if (level == FEWER_HISTOGRAMS)
		json_array_append_new(
			list, json_string("histograms but of latencies and of "
					  "swaps"));
	if (level == DEFAULT_ROUNDS)
		json_array_append_new(
			list, json_string("of the rounds of cells that are not "
					  "at the default point all but the "
					  "ratios"));
	if (level == FEWER_ROUNDS)
		json_array_append_new(
			list, json_string("of the rounds all but the ratios"));
	if (level >= NO_ROUNDS)
		json_array_append_new(
			list, json_string("every figure of the rounds"));
	return list;
}

/* Of one that is compact already, what it lacks already. */
static json_t *compact_json(const json_t *result, enum level level)
{
	json_t *before = json_object_get(result, "compact");

	if (before && level == EVERYTHING)
		return json_incref(before);
	return json_pack("{s:o}", "left-out", left_out_json(level));
}

static json_t *compact_at(const json_t *result, enum level level)
{
	static const char *const kept[] = { "indicative", "build",
					    "descriptors", "statistics" };
	const json_t *cells_in = json_object_get(result, "cells");
	struct compacting c = { json_array(), json_object(),
				bench_or_null(json_object_get(
					json_array_get(cells_in, 0), "axes")),
				level };
	json_t *out = json_object(), *aas = json_array();
	json_t *cells = json_array();
	const json_t *one;
	size_t i;

	bench_set(out, "schema", json_string(BENCH_COMPACT_SCHEMA));
	bench_set(out, "compact", compact_json(result, level));
	bench_copy(out, result, "run");
	bench_set(out, "machine", machine_json(result));
	bench_set(out, "doctor",
		  doctor_json(json_object_get(result, "doctor")));
	for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
		bench_copy(out, result, kept[k]);
	json_array_foreach (json_object_get(result, "aa"), i, one)
		json_array_append_new(aas, aa_json(one));
	json_array_foreach (cells_in, i, one)
		json_array_append_new(cells, cell_json(&c, one));
	bench_set(out, "aa", aas);
	bench_set(out, "axes", c.axes);
	bench_set(out, "shared", c.shared);
	bench_set(out, "cells", cells);
	json_decref(c.places);
	return out;
}

/* As bench_result_write() writes it, or a little more. */
static size_t bytes_of(const json_t *compact)
{
	return json_dumpb(compact, NULL, 0,
			  JSON_COMPACT | JSON_REAL_PRECISION(COMPACT_EXACT)) +
	       2 * json_array_size(json_object_get(compact, "cells")) +
	       2 * json_array_size(json_object_get(compact, "shared"));
}

int bench_compact(const json_t *result, json_t **out, char *why, size_t n)
{
	size_t bytes = 0;

	for (int level = EVERYTHING; level < LEVELS; level++) {
		json_t *compact = compact_at(result, (enum level)level);

		bytes = compact ? bytes_of(compact) : 0;
		if (!bytes)
			return bench_why(-ENOMEM, why, n, "out of memory");
		if (bytes <= BENCH_COMPACT_BYTES_MAX) {
			*out = compact;
			return 0;
		}
		json_decref(compact);
	}
	return bench_why(
		-EFBIG, why, n,
		"%zu bytes even in the most compact form, should be at "
		"most %u: a run of fewer cells would do",
		bytes, BENCH_COMPACT_BYTES_MAX);
}

bool bench_compact_is(const json_t *json)
{
	const char *schema = bench_text(json, "schema");

	return schema && !strcmp(schema, BENCH_COMPACT_SCHEMA);
}
