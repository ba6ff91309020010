/* SPDX-License-Identifier: MIT */
/*
 * agree.c - files that contradict themselves.
 *
 * Every line and member of them has its shape. What is said twice must be said
 * alike, and what may be said once must not be said again: whoever reads takes
 * one of the two, and which one could turn a verdict.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/result/parts.h"
#include "bench/result/traits.h"
#include "bench/result/view.h"

/* ---- What stands once ---- */

/* The elements of a list have different names. */
static int all_differ(const json_t *list, const char *member, const char *path,
		      char *why, size_t n)
{
	json_t *seen = json_object();
	const json_t *element;
	size_t i;
	int err = seen ? 0 : -ENOMEM;

	json_array_foreach (list, i, element) {
		const char *name = bench_text(element, member);
		const json_t *before = json_object_get(seen, name);

		if (err)
			break;
		if (before)
			err = bench_why(-EINVAL, why, n,
					"%s[%zu].%s: is \"%s\", as that of "
					"[%lld] is; each should stand once",
					path, i, member, name,
					(long long)json_integer_value(before));
		else if (json_object_set_new(seen, name,
					     json_integer((json_int_t)i)))
			err = -ENOMEM;
	}
	json_decref(seen);
	return err == -ENOMEM ? bench_why(err, why, n, "out of memory") : err;
}

static int descriptors_differ(const json_t *of, char *why, size_t n)
{
	static const char *const kinds[] = { "strategies", "floors",
					     "scenarios" };
	const json_t *descriptors = json_object_get(of, "descriptors");
	char path[40];
	int err = 0;

	for (int i = 0; i < 3 && !err; i++) {
		snprintf(path, sizeof(path), "descriptors.%s", kinds[i]);
		err = all_differ(json_object_get(descriptors, kinds[i]), "name",
				 path, why, n);
	}
	return err;
}

/* ---- A cell: its id, its kind, its descriptor ---- */

static bool is_floor(const json_t *axes)
{
	return !strcmp(bench_text(axes, "scenario"), "floor");
}

/* Values of axes stand in tables, ids and captions. */
static int axes_agree(json_t *axes, char *why, size_t n)
{
	const char *axis;
	json_t *value;

	json_object_foreach (axes, axis, value)
		if (json_is_string(value) &&
		    !bench_is_name(json_string_value(value), BENCH_NAME_MAX,
				   ":"))
			return bench_why(-EINVAL, why, n,
					 "axes.%.64s: is \"%.64s\", should be "
					 "1 to %d letters, digits or -_.+:",
					 axis, json_string_value(value),
					 BENCH_NAME_MAX);
	return 0;
}

/* "scenario/strategy/placement", "aa/strategy/placement" */
static void id_begin(const json_t *cell, char *text, size_t n)
{
	const json_t *axes = json_object_get(cell, "axes");
	bool is_aa = !strcmp(bench_text(cell, "kind"), "aa");

	snprintf(text, n, "%s/%s/%s",
		 is_aa ? "aa" : bench_text(axes, "scenario"),
		 bench_text(axes, "strategy"), bench_text(axes, "placement"));
}

/* "/axis=value/axis=value": each is the axis's own. */
static bool id_ends_right(const json_t *cell, const char *at)
{
	while (*at) {
		size_t name = strcspn(++at, "=/");
		size_t value = strcspn(at + name, "/");
		char axis[BENCH_NAME_MAX + 1], text[BENCH_NAME_MAX + 1];

		snprintf(axis, sizeof(axis), "%.*s", (int)name, at);
		bench_view_axis(cell, axis, text, sizeof(text));
		at += name;
		if (*at != '=' || strlen(text) != value - 1 ||
		    strncmp(at + 1, text, value - 1) != 0)
			return false;
		at += value;
	}
	return true;
}

static int id_agrees(const json_t *cell, char *why, size_t n)
{
	const char *id = bench_text(cell, "id");
	char begin[3 * BENCH_NAME_MAX + 3];
	size_t length;

	id_begin(cell, begin, sizeof(begin));
	length = strlen(begin);
	if (strncmp(id, begin, length) != 0 ||
	    (id[length] && id[length] != '/'))
		return bench_why(-EINVAL, why, n,
				 "id: is \"%s\", should begin with \"%s\", as "
				 "its axes say",
				 id, begin);
	if (!id_ends_right(cell, id + length))
		return bench_why(-EINVAL, why, n,
				 "id: is \"%s\", which its axes contradict",
				 id);
	return 0;
}

/* Whoever is in a cell must say what it is. Of older runs it is not known. */
static int is_described(const json_t *of, const json_t *axes, char *why,
			size_t n)
{
	const char *name = bench_text(axes, "strategy");
	const char *scenario = bench_text(axes, "scenario");

	if (bench_traits_are_assumed(of))
		return 0;
	if (!bench_traits_scenario(of, scenario))
		return bench_why(-EINVAL, why, n,
				 "descriptors lack the scenario %s", scenario);
	if (is_floor(axes) ? !bench_traits_floor(of, name)
			   : !bench_traits_strategy(of, name))
		return bench_why(-EINVAL, why, n, "descriptors lack the %s %s",
				 is_floor(axes) ? "floor" : "strategy", name);
	return 0;
}

static int kind_agrees(const json_t *of, const json_t *cell, char *why,
		       size_t n)
{
	const json_t *axes = json_object_get(cell, "axes");
	const char *name = bench_text(axes, "strategy");
	const char *kind = bench_text(cell, "kind");
	const json_t *s = bench_traits_strategy(of, name);
	const char *should = is_floor(axes) ? "floor" : bench_text(s, "kind");

	if (!strcmp(kind, "aa") && !is_floor(axes))
		return 0; /* whoever is held against itself */
	if (!should || !strcmp(kind, should))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "kind: is \"%s\", should be \"%s\", as the descriptor "
			 "of %s says",
			 kind, should, name);
}

static int cell_agrees(const json_t *of, const json_t *cell, char *why,
		       size_t n)
{
	json_t *axes = json_object_get(cell, "axes");
	int err = axes_agree(axes, why, n);

	if (!err)
		err = is_described(of, axes, why, n);
	if (!err)
		err = kind_agrees(of, cell, why, n);
	if (!err)
		err = id_agrees(cell, why, n);
	return err;
}

/* ---- The header of a journal ---- */

static int position_agrees(const json_t *cell, size_t i, char *why, size_t n)
{
	json_int_t number = json_integer_value(json_object_get(cell, "cell"));

	if (number == (json_int_t)i)
		return 0;
	return bench_why(-EINVAL, why, n,
			 "cell: is %lld, should be %zu, its place in the plan",
			 (long long)number, i);
}

static int plan_agrees(const json_t *header, const json_t *cells, char *why,
		       size_t n)
{
	char text[BENCH_RESULT_WHY];
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		int err = position_agrees(cell, i, text, sizeof(text));

		if (!err)
			err = cell_agrees(header, cell, text, sizeof(text));
		if (err)
			return bench_why(err, why, n, "plan.cells[%zu].%s", i,
					 text);
	}
	return all_differ(cells, "id", "plan.cells", why, n);
}

static int rounds_fit(const json_t *rounds, const char *path, char *why,
		      size_t n)
{
	if (json_integer_value(rounds) <= BENCH_RESULT_ROUNDS_MAX)
		return 0;
	return bench_why(-EINVAL, why, n, "%s: is %lld, should be at most %u",
			 path, (long long)json_integer_value(rounds),
			 BENCH_RESULT_ROUNDS_MAX);
}

int bench_agree_header(struct bench_agree *a, const json_t *header, char *why,
		       size_t n)
{
	const json_t *plan = json_object_get(header, "plan");
	const json_t *rounds = json_object_get(plan, "rounds");
	json_t *cells = json_object_get(plan, "cells");
	int err = rounds_fit(rounds, "plan.rounds", why, n);

	if (!err)
		err = descriptors_differ(header, why, n);
	if (!err)
		err = plan_agrees(header, cells, why, n);
	if (err)
		return err;
	a->cells = json_incref(cells);
	a->rounds = (size_t)json_integer_value(rounds);
	a->seen = calloc(json_array_size(cells) * a->rounds / 8 + 1, 1);
	return a->seen ? 0 : bench_why(-ENOMEM, why, n, "out of memory");
}

void bench_agree_free(struct bench_agree *a)
{
	json_decref(a->cells);
	free(a->seen);
}

/* ---- Its other lines ---- */

/* A member that a block repeats of its cell, if it does. */
static int repeats(const json_t *block, const json_t *cell, const char *name,
		   char *why, size_t n)
{
	json_t *own = json_object_get(block, name);
	json_t *planned = json_object_get(cell, name);

	if (!own || !planned || json_equal(own, planned))
		return 0;
	if (!json_is_string(own) || !json_is_string(planned))
		return bench_why(-EINVAL, why, n,
				 "%s: should be those of the plan's cell %s",
				 name, bench_text(cell, "id"));
	return bench_why(-EINVAL, why, n,
			 "%s: is \"%.200s\", should be \"%.200s\", as the plan "
			 "has it",
			 name, json_string_value(own),
			 json_string_value(planned));
}

static int block_is_planned(const struct bench_agree *a, const json_t *block,
			    const json_t **cell, char *why, size_t n)
{
	json_int_t number = json_integer_value(json_object_get(block, "cell"));
	json_int_t round = json_integer_value(json_object_get(block, "round"));
	size_t cells = json_array_size(a->cells);

	if (number >= (json_int_t)cells)
		return bench_why(-EINVAL, why, n,
				 "cell: is %lld, the plan has %zu",
				 (long long)number, cells);
	if (round >= (json_int_t)a->rounds)
		return bench_why(-EINVAL, why, n,
				 "round: is %lld, the plan has %zu",
				 (long long)round, a->rounds);
	*cell = json_array_get(a->cells, (size_t)number);
	if (!strcmp(bench_text(*cell, "status"), "unavailable"))
		return bench_why(-EINVAL, why, n,
				 "cell: is %lld, which the plan calls "
				 "unavailable",
				 (long long)number);
	return 0;
}

static int block_is_new(struct bench_agree *a, const json_t *block, char *why,
			size_t n)
{
	size_t cell =
		(size_t)json_integer_value(json_object_get(block, "cell"));
	size_t round =
		(size_t)json_integer_value(json_object_get(block, "round"));
	size_t bit = cell * a->rounds + round;
	unsigned char mask = (unsigned char)(1u << bit % 8);

	if (a->seen[bit / 8] & mask)
		return bench_why(-EINVAL, why, n,
				 "cell %zu has a block of round %zu already; "
				 "each should have one",
				 cell, round);
	a->seen[bit / 8] |= mask;
	return 0;
}

static int block_agrees(struct bench_agree *a, const json_t *block, char *why,
			size_t n)
{
	static const char *const repeated[] = { "id", "axes", "baseline-id" };
	const json_t *cell = NULL;
	int err = block_is_planned(a, block, &cell, why, n);

	for (int i = 0; i < 3 && !err; i++)
		err = repeats(block, cell, repeated[i], why, n);
	return err ? err : block_is_new(a, block, why, n);
}

int bench_agree_line(struct bench_agree *a, const json_t *line, char *why,
		     size_t n)
{
	const char *type = bench_text(line, "type");

	if (!strcmp(type, "resume")) {
		a->is_over = false;
		return 0;
	}
	if (a->is_over)
		return bench_why(
			-EINVAL, why, n,
			"type: is \"%s\" after the run is over, should "
			"be \"resume\"",
			type);
	if (!strcmp(type, "block"))
		return block_agrees(a, line, why, n);
	a->is_over = true;
	return 0;
}

/* ---- A result ---- */

static json_int_t blocks_of(const json_t *cell, const char *status)
{
	return json_integer_value(
		json_object_get(json_object_get(cell, "blocks"), status));
}

/* Rows of raw values: one a round, and as many of each status as it says. */
static int rows_agree(const json_t *cell, json_int_t rounds, char *why,
		      size_t n)
{
	json_t *blocks = json_object_get(cell, "blocks"), *count, *round;
	json_int_t sum = 0, rows[2] = { 0, 0 };
	const char *status;
	unsigned char seen[BENCH_RESULT_ROUNDS_MAX / 8 + 1] = { 0 };
	size_t i;

	json_array_foreach (json_object_get(cell, "rounds"), i, round) {
		json_int_t at =
			json_integer_value(json_object_get(round, "round"));

		if (at >= rounds || seen[at / 8] & 1u << at % 8)
			return bench_why(
				-EINVAL, why, n,
				"rounds[%zu].round: is %lld, should be "
				"one of %lld, and each once",
				i, (long long)at, (long long)rounds);
		seen[at / 8] |= (unsigned char)(1u << at % 8);
		rows[0] += !strcmp(bench_text(round, "status"), "ok");
		rows[1] += !strcmp(bench_text(round, "status"), "invalid");
	}
	json_object_foreach (blocks, status, count)
		sum += json_integer_value(count);
	if (sum == (json_int_t)i && rows[0] == blocks_of(cell, "ok") &&
	    rows[1] == blocks_of(cell, "invalid"))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "blocks: should count the rounds by their status");
}

/* The status says what its blocks say, and not what would please. */
static int status_agrees(const json_t *cell, char *why, size_t n)
{
	const char *status = bench_text(cell, "status");
	bool was_caught = blocks_of(cell, "invalid") ||
			  blocks_of(cell, "broken");

	if (!strcmp(status, "ok")
		    ? blocks_of(cell, "ok") && !was_caught
		    : strcmp(status, "broken") != 0 || was_caught ||
			      blocks_of(cell, "crashed") ||
			      blocks_of(cell, "timed-out"))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "status: is \"%s\", which its blocks contradict",
			 status);
}

static int sound_agrees(const json_t *of, const json_t *cell, char *why,
			size_t n)
{
	const char *name = bench_text(cell, "strategy");
	const json_t *s = bench_traits_strategy(of, name);
	const json_t *sound = json_object_get(cell, "sound");

	if (!s || !json_is_boolean(sound) ||
	    is_floor(json_object_get(cell, "axes")) ||
	    json_is_true(sound) == bench_traits_flag(s, "sound"))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "sound: is %s, which the descriptor of %s contradicts",
			 json_is_true(sound) ? "true" : "false", name);
}

static int result_cell_agrees(const json_t *result, const json_t *cell,
			      json_int_t rounds, char *why, size_t n)
{
	static const char *const repeated[] = { "strategy", "scenario",
						"placement" };
	int err = cell_agrees(result, cell, why, n);

	for (int i = 0; i < 3 && !err; i++)
		err = repeats(cell, json_object_get(cell, "axes"), repeated[i],
			      why, n);
	if (!err)
		err = sound_agrees(result, cell, why, n);
	if (!err)
		err = rows_agree(cell, rounds, why, n);
	return err ? err : status_agrees(cell, why, n);
}

static int run_agrees(const json_t *run, char *why, size_t n)
{
	const json_t *planned = json_object_get(run, "rounds-planned");
	json_int_t begun = json_integer_value(json_object_get(run, "rounds"));
	int err = rounds_fit(planned, "run.rounds-planned", why, n);

	if (err || begun <= json_integer_value(planned))
		return err;
	return bench_why(-EINVAL, why, n,
			 "run.rounds: is %lld, should be at most the %lld "
			 "planned",
			 (long long)begun,
			 (long long)json_integer_value(planned));
}

int bench_agree_result(const json_t *result, char *why, size_t n)
{
	const json_t *run = json_object_get(result, "run");
	const json_t *cells = json_object_get(result, "cells"), *cell;
	json_int_t rounds =
		json_integer_value(json_object_get(run, "rounds-planned"));
	char text[BENCH_RESULT_WHY];
	size_t i;
	int err = run_agrees(run, why, n);

	if (!err)
		err = descriptors_differ(result, why, n);
	if (err)
		return err;
	json_array_foreach (cells, i, cell) {
		err = result_cell_agrees(result, cell, rounds, text,
					 sizeof(text));
		if (err)
			return bench_why(err, why, n, "cells[%zu].%s", i, text);
	}
	return all_differ(cells, "id", "cells", why, n);
}
