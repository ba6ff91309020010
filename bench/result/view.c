/* SPDX-License-Identifier: MIT */
/* view.c - the run and the cells of a result: facts, controls, tables. */
#include "bench/result/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/result/parts.h"

/* ---- The run ---- */

static const json_t *member_at(const json_t *object, const char *path)
{
	char name[48];

	while (object && *path) {
		size_t length = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		object = json_object_get(object, name);
		path += length + (path[length] == '.');
	}
	return object;
}

const char *bench_view_fact(const json_t *result, const char *path)
{
	const char *text = json_string_value(member_at(result, path));

	return text && strncmp(text, "unavailable", strlen("unavailable"))
		       ? text
		       : NULL;
}

double bench_view_fact_number(const json_t *result, const char *path)
{
	return bench_get_number(result, path);
}

bool bench_view_is_indicative(const json_t *result)
{
	return json_is_true(member_at(result, "indicative.stamp"));
}

const char *bench_view_reason(const json_t *result, size_t i)
{
	return json_string_value(
		json_array_get(member_at(result, "indicative.reasons"), i));
}

const char *bench_view_lacks(const json_t *result, size_t i)
{
	return json_string_value(
		json_array_get(member_at(result, "compact.left-out"), i));
}

/* ---- A/A ---- */

size_t bench_view_aas(const json_t *result)
{
	return json_array_size(json_object_get(result, "aa"));
}

static void aa_take(const json_t *aa, struct bench_view_aa *out)
{
	const char *scenario = bench_text(aa, "scenario");
	const char *state = bench_text(aa, "writer-state");

	/* Controls of older results are the write's and do not say so. */
	out->scenario = scenario ? scenario : "write";
	out->placement = bench_text(aa, "placement");
	out->writer_state = state ? state : "saturated";
	out->median = bench_get_number(aa, "median");
	out->low = bench_get_number(aa, "low");
	out->high = bench_get_number(aa, "high");
	out->passed = json_is_true(json_object_get(aa, "passed"));
	out->reason = bench_text(aa, "reason");
}

void bench_view_aa(const json_t *result, size_t i, struct bench_view_aa *out)
{
	aa_take(json_array_get(json_object_get(result, "aa"), i), out);
}

bool bench_view_aa_of(const json_t *result, const json_t *cell,
		      struct bench_view_aa *out)
{
	const json_t *aa = bench_aa_for(json_object_get(result, "aa"), cell);

	if (aa)
		aa_take(aa, out);
	return aa != NULL;
}

/* ---- Marks ---- */

static void count_marks(const json_t *cell, struct bench_view_marks *out)
{
	const json_t *rounds = json_object_get(cell, "rounds"), *round;
	size_t i;

	json_array_foreach (rounds, i, round) {
		const char *why = bench_text(round, "mark");

		out->of++;
		out->n += why != NULL;
		if (!why || out->id)
			continue;
		out->id = bench_text(cell, "id");
		out->why = why;
		out->round = (size_t)json_integer_value(
			json_object_get(round, "round"));
	}
}

void bench_view_marks(const json_t *result, struct bench_view_marks *out)
{
	const json_t *list = json_object_get(result, "aa"), *aa;
	size_t i;

	*out = (struct bench_view_marks){ 0 };
	json_array_foreach (list, i, aa) {
		json_t *n = json_object_get(aa, "n");

		out->n += (size_t)json_integer_value(
			json_object_get(aa, "marked"));
		out->of += (size_t)json_integer_value(n);
	}
	list = json_object_get(result, "cells");
	json_array_foreach (list, i, aa)
		count_marks(aa, out);
}

/* ---- Cells ---- */

size_t bench_view_cells(const json_t *result)
{
	return json_array_size(json_object_get(result, "cells"));
}

const json_t *bench_view_cell(const json_t *result, size_t i)
{
	return json_array_get(json_object_get(result, "cells"), i);
}

const json_t *bench_view_find(const json_t *result, const char *id)
{
	const json_t *cells = json_object_get(result, "cells");
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(bench_view_id(cell), id))
			return cell;
	return NULL;
}

const char *bench_view_id(const json_t *cell)
{
	return bench_text(cell, "id");
}

const char *bench_view_strategy(const json_t *cell)
{
	return bench_text(cell, "strategy");
}

const char *bench_view_scenario(const json_t *cell)
{
	return bench_text(cell, "scenario");
}

const char *bench_view_placement(const json_t *cell)
{
	return bench_text(cell, "placement");
}

const char *bench_view_kind(const json_t *cell)
{
	return bench_text(cell, "kind");
}

const char *bench_view_status(const json_t *cell)
{
	return bench_text(cell, "status");
}

const char *bench_view_why(const json_t *cell)
{
	return bench_view_is_ok(cell) ? NULL : bench_text(cell, "reason");
}

const char *bench_view_writer_state(const json_t *cell)
{
	return bench_writer_state(cell);
}

static bool is_text(const json_t *cell, const char *name, const char *text)
{
	return !strcmp(bench_text(cell, name), text);
}

bool bench_view_is_scenario(const json_t *cell, const char *scenario)
{
	return is_text(cell, "scenario", scenario);
}

bool bench_view_is_strategy(const json_t *cell, const char *strategy)
{
	return is_text(cell, "strategy", strategy);
}

bool bench_view_is_candidate(const json_t *cell)
{
	return is_text(cell, "kind", "candidate");
}

bool bench_view_is_control(const json_t *cell)
{
	return is_text(cell, "kind", "control");
}

bool bench_view_is_floor(const json_t *cell)
{
	return is_text(cell, "kind", "floor");
}

bool bench_view_is_ok(const json_t *cell)
{
	return is_text(cell, "status", "ok");
}

static bool is_declared_unsound(const json_t *cell)
{
	return json_is_false(json_object_get(cell, "sound"));
}

bool bench_view_is_broken(const json_t *cell)
{
	return is_text(cell, "status", "broken") ||
	       (is_text(cell, "status", "invalid") &&
		is_declared_unsound(cell));
}

/* Older results call a floor's or an unsound strategy's crash invalid. */
bool bench_view_is_invalid(const json_t *cell)
{
	return is_text(cell, "status", "invalid") &&
	       !bench_view_is_floor(cell) && !is_declared_unsound(cell);
}

bool bench_view_has_numbers(const json_t *cell)
{
	return bench_is_usable(bench_view_status(cell));
}

bool bench_view_is_sound(const json_t *cell)
{
	return bench_view_is_floor(cell) ||
	       json_is_true(json_object_get(cell, "sound"));
}

bool bench_view_is_uncaught(const json_t *cell)
{
	return is_declared_unsound(cell) && json_object_get(cell, "swap") &&
	       bench_view_is_ok(cell);
}

/* ---- Axes and places ---- */

const char *bench_view_axis(const json_t *cell, const char *axis, char *text,
			    size_t n)
{
	const json_t *value =
		json_object_get(json_object_get(cell, "axes"), axis);

	if (json_is_string(value))
		snprintf(text, n, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(text, n, "%lld", (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		snprintf(text, n, "%s", json_is_true(value) ? "true" : "false");
	else
		snprintf(text, n, "%s", "");
	return text;
}

double bench_view_axis_number(const json_t *cell, const char *axis)
{
	const json_t *value =
		json_object_get(json_object_get(cell, "axes"), axis);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* What follows the n-th dash of a cell's id; "": nothing. */
static const char *id_after(const json_t *cell, int slashes)
{
	const char *at = bench_view_id(cell);

	for (; at && slashes; slashes--) {
		at = strchr(at, '/');
		at = at ? at + 1 : NULL;
	}
	return at ? at : "";
}

const char *bench_view_axes(const json_t *cell)
{
	return id_after(cell, /* scenario, strategy, placement */ 3);
}

static int pu_of(const json_t *value)
{
	return json_is_integer(value) ? (int)json_integer_value(value) : -1;
}

int bench_view_writer_pu(const json_t *cell)
{
	return pu_of(json_array_get(member_at(cell, "pus.writers"), 0));
}

int bench_view_swapper_pu(const json_t *cell)
{
	return pu_of(member_at(cell, "pus.swapper"));
}

bool bench_view_is_oversubscribed(const json_t *cell)
{
	return json_is_true(member_at(cell, "pus.oversubscribed"));
}

bool bench_view_is_swapped(const json_t *cell)
{
	char rate[BENCH_FIGURE_PATH];

	bench_view_axis(cell, "swap-rate", rate, sizeof(rate));
	return *rate && strcmp(rate, "0") != 0;
}

static bool has_class(const json_t *cell, const char *axis)
{
	char text[BENCH_FIGURE_PATH];

	bench_view_axis(cell, axis, text, sizeof(text));
	return !strncmp(text, "fifo", 4) || !strncmp(text, "rr", 2);
}

const char *bench_view_no_real_time(const json_t *cell)
{
	const json_t *s = json_object_get(cell, "scheduling");
	const char *why = bench_text(s, "reason");

	if (!json_object_get(cell, "swap") ||
	    json_is_true(json_object_get(s, "real-time")))
		return NULL;
	if (s)
		return why ? why : "not said";
	/* older: what the axes ask for */
	return has_class(cell, "writer-sched") &&
			       has_class(cell, "swapper-sched")
		       ? NULL
		       : "an older run, which gave none";
}

double bench_view_memory_kib(const json_t *cell)
{
	return bench_get_number(cell, "memory.bytes") / 1024;
}

double bench_view_memory_node(const json_t *cell)
{
	return bench_get_number(cell, "memory.node");
}

/* ---- Tables ---- */

/* Is "axis=value" at @text about the axis called @name? */
static bool is_axis(const char *text, const char *name)
{
	size_t length = name ? strlen(name) : 0;

	return length && !strncmp(text, name, length) && text[length] == '=';
}

/* The next "axis=value" that is not @but's, and its length; NULL: none. */
static const char *next_axis(const char *at, const char *but, size_t *length)
{
	for (; *at; at += *length + (at[*length] == '/')) {
		*length = strcspn(at, "/");
		if (!is_axis(at, but))
			return at;
	}
	return NULL;
}

static bool same_axes(const char *a, const char *b, const char *but)
{
	size_t n, m;

	for (;; a += n + (a[n] == '/'), b += m + (b[m] == '/')) {
		a = next_axis(a, but, &n);
		b = next_axis(b, but, &m);
		if (!a || !b)
			return !a && !b;
		if (n != m || strncmp(a, b, n) != 0)
			return false;
	}
}

bool bench_view_same_table(const json_t *a, const json_t *b, const char *but)
{
	return bench_view_is_scenario(a, bench_view_scenario(b)) &&
	       is_text(a, "placement", bench_view_placement(b)) &&
	       same_axes(bench_view_axes(a), bench_view_axes(b), but);
}

bool bench_view_same_family(const json_t *a, const json_t *b)
{
	return bench_view_is_scenario(a, bench_view_scenario(b));
}

bool bench_view_opens_table(const json_t *result, size_t i, const char *but)
{
	const json_t *cell = bench_view_cell(result, i);

	for (size_t k = 0; k < i; k++)
		if (bench_view_same_table(bench_view_cell(result, k), cell,
					  but))
			return false;
	return true;
}
