/* SPDX-License-Identifier: MIT */
/* figures.c - the table of figures, and how they are put into a block. */
#include "bench/result/figures.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/stats/hist_json.h"

#define SIGNED	  BENCH_FIGURE_SIGNED
#define NEEDED	  BENCH_FIGURE_NEEDED
#define EVIDENCE  BENCH_FIGURE_EVIDENCE
#define VIOLATION BENCH_FIGURE_VIOLATION

static const struct bench_figure_info figures[BENCH_FIGURE_COUNT] = {
#define BENCH_FIGURE(id, part, name, unit, kind, flags, title, meaning)  \
	[BENCH_FIGURE_##id] = { part,  name,  unit,   BENCH_KIND_##kind, \
				flags, title, meaning },
#include "bench/result/figures.def"
#undef BENCH_FIGURE
};

static const char *const paths[BENCH_FIGURE_COUNT] = {
#define BENCH_FIGURE(id, part, name, unit, kind, flags, title, meaning) \
	[BENCH_FIGURE_##id] = part "." name,
#include "bench/result/figures.def"
#undef BENCH_FIGURE
};

const double bench_percents[BENCH_PERCENTS] = { 50, 90, 99, 99.9, 99.99 };

const struct bench_figure_info *bench_figure_info(enum bench_figure figure)
{
	assert(figure < BENCH_FIGURE_COUNT);
	return &figures[figure];
}

const char *bench_figure_kind_name(enum bench_figure_kind kind)
{
	static const char *const names[BENCH_KINDS] = {
		[BENCH_KIND_LOG_RATIO] = "log ratio",
		[BENCH_KIND_VALUE] = "value",
		[BENCH_KIND_COUNT] = "count",
		[BENCH_KIND_COUNTS] = "counts",
		[BENCH_KIND_DIST] = "distribution",
		[BENCH_KIND_SERIES] = "series",
		[BENCH_KIND_SETTING] = "setting",
		[BENCH_KIND_TEXT] = "text",
		[BENCH_KIND_DETAIL] = "detail",
	};

	return names[kind];
}

bool bench_figure_find_in(const char *part, const char *name,
			  enum bench_figure *out)
{
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++)
		if (!strcmp(figures[f].part, part) &&
		    !strcmp(figures[f].name, name)) {
			*out = (enum bench_figure)f;
			return true;
		}
	return false;
}

bool bench_figure_find(const char *path, enum bench_figure *out)
{
	const char *dot = strchr(path, '.');
	size_t length = dot ? (size_t)(dot - path) : 0;

	for (int f = 0; dot && f < BENCH_FIGURE_COUNT; f++)
		if (!strncmp(figures[f].part, path, length) &&
		    !figures[f].part[length] &&
		    !strcmp(figures[f].name, dot + 1)) {
			*out = (enum bench_figure)f;
			return true;
		}
	return false;
}

bool bench_figure_is_part(const char *part)
{
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++)
		if (!strcmp(figures[f].part, part))
			return true;
	return false;
}

const char *bench_figure_key(enum bench_figure figure)
{
	assert(figure < BENCH_FIGURE_COUNT);
	return paths[figure];
}

const char *bench_figure_path_at(enum bench_figure figure, double percent,
				 char *path)
{
	const char *key = bench_figure_key(figure);

	if (percent > 0)
		snprintf(path, BENCH_FIGURE_PATH, "%s.p%g", key, percent);
	else
		snprintf(path, BENCH_FIGURE_PATH, "%s", key);
	return path;
}

const char *bench_figure_path(enum bench_figure figure, char *path)
{
	return bench_figure_path_at(figure, 0, path);
}

/* ---- Writing ---- */

#define KIND(kind) (1u << BENCH_KIND_##kind)
#define WHOLE	   (KIND(COUNT) | KIND(SETTING) | KIND(DETAIL))
#define NUMBER	   (KIND(LOG_RATIO) | KIND(VALUE) | KIND(SETTING) | KIND(DETAIL))

/* Set a figure that is of one of these kinds. */
static void put(json_t *datum, enum bench_figure figure, unsigned int kinds,
		json_t *value)
{
	assert(kinds & 1u << bench_figure_info(figure)->kind);
	(void)kinds;
	bench_figure_set(datum, figure, value);
}

void bench_figure_put(json_t *datum, enum bench_figure figure, double value)
{
	put(datum, figure, NUMBER, bench_number(value));
}

void bench_figure_put_count(json_t *datum, enum bench_figure figure,
			    int64_t count)
{
	put(datum, figure, WHOLE, json_integer(count));
}

void bench_figure_put_counts(json_t *datum, enum bench_figure figure,
			     const char *name, int64_t count)
{
	json_t *counts = bench_figure_get(datum, figure);

	if (!counts) {
		counts = json_object();
		put(datum, figure, KIND(COUNTS), counts);
	}
	if (name)
		bench_set(counts, name, json_integer(count));
}

void bench_figure_put_hist(json_t *datum, enum bench_figure figure,
			   const struct bench_hist *h)
{
	put(datum, figure, KIND(DIST), bench_hist_json(h));
}

void bench_figure_put_series(json_t *datum, enum bench_figure figure,
			     struct bench_hist *const *bins, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, bench_hist_json(bins[i]));
	put(datum, figure, KIND(SERIES), list);
}

void bench_figure_put_text(json_t *datum, enum bench_figure figure,
			   const char *text)
{
	put(datum, figure, KIND(TEXT) | KIND(SETTING),
	    text ? json_string(text) : json_null());
}

void bench_figure_set(json_t *cell, enum bench_figure figure, json_t *value)
{
	const struct bench_figure_info *info = bench_figure_info(figure);

	/* the names are ours: nobody needs to look whether they are UTF-8 */
	json_object_set_new_nocheck(bench_part(cell, info->part), info->name,
				    value);
}

/* ---- Reading ---- */

json_t *bench_figure_get(const json_t *object, enum bench_figure figure)
{
	const struct bench_figure_info *info = bench_figure_info(figure);

	return json_object_get(json_object_get(object, info->part), info->name);
}

static const char *unknown_in(const char *part, json_t *members)
{
	enum bench_figure figure;
	const char *name;
	json_t *value;

	json_object_foreach (members, name, value)
		if (!bench_figure_find_in(part, name, &figure))
			return name;
	return NULL;
}

bool bench_figure_unknown(const json_t *object, char *path)
{
	json_t *parts = (json_t *)object; /* iteration changes nothing */
	const char *part, *name;
	json_t *members;

	json_object_foreach (parts, part, members) {
		name = bench_figure_is_part(part) ? unknown_in(part, members)
						  : NULL;
		if (!name)
			continue;
		snprintf(path, BENCH_FIGURE_PATH, "%s.%s", part, name);
		return true;
	}
	return false;
}
