/* SPDX-License-Identifier: MIT */
/* The result: what comes of a journal, what is refused, what survives. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/result/figures.h"
#include "bench/result/parts.h"
#include "bench/result/result.h"
#include "bench/result/view.h"
#include "bench/stats/hist_json.h"
#include "bench/stats/intervals.h"
#include "tests/unit/result/result_helper.h"

#define RUN   FIXTURES "/run.jsonl"
#define SHORT FIXTURES "/short.jsonl"

static char folder[] = "/tmp/test-result.XXXXXX";

static char *in_folder(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static json_t *build(const char *journal)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	if (bench_result_build(journal, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

static json_t *find(const json_t *result, const char *id)
{
	const json_t *list = json_object_get(result, "cells");
	json_t *cell;
	size_t i;

	json_array_foreach (list, i, cell)
		if (!strcmp(json_string_value(json_object_get(cell, "id")), id))
			return cell;
	fail_msg("no cell %s", id);
	return NULL;
}

static json_t *at(const json_t *object, const char *a, const char *b)
{
	json_t *part = json_object_get(object, a);

	return b ? json_object_get(part, b) : part;
}

static double number(const json_t *object, const char *a, const char *b)
{
	const json_t *value = at(object, a, b);

	assert_true(json_is_number(value));
	return json_number_value(value);
}

static const char *word(const json_t *object, const char *a, const char *b)
{
	return json_string_value(at(object, a, b));
}

/* ---- What comes of a journal ---- */

static void test_statuses(void **state)
{
	json_t *r = build(RUN);
	json_t *cell = find(r, "swap/racy/shared-l3");

	(void)state;
	assert_string_equal(word(cell, "status", NULL), "broken");
	assert_string_equal(word(cell, "reason", NULL), "24 lost, 12 torn");
	cell = find(r, "write/rcu/shared-l3/payload=64");
	assert_string_equal(word(cell, "status", NULL), "invalid");
	assert_non_null(strstr(word(cell, "reason", NULL), "signal 11"));
	assert_string_equal(word(cell, "ratio", "verdict"), "invalid");
	cell = find(r, "write/barrier/shared-l3/payload=64");
	assert_string_equal(word(cell, "reason", NULL), "3 duplicated");
	cell = find(r, "write/membarrier/shared-l3/payload=64");
	assert_string_equal(word(cell, "status", NULL), "unmeasured");
	assert_null(json_object_get(cell, "ratio"));
	cell = find(r, "swap/membarrier/smt-sibling");
	assert_string_equal(word(cell, "status", NULL), "unavailable");
	assert_true(bench_result_has_invalid(r));
	json_decref(r);
}

/* The verdict's interval is recomputed here from the raw values, with the
 * number of comparisons of its table. */
static void test_ratio_from_raw_values(void **state)
{
	json_t *r = build(RUN), *cell = find(r, "write/rcu/shared-l3");
	json_t *rounds = json_object_get(cell, "rounds"), *round;
	unsigned int k = (unsigned int)json_integer_value(
		json_object_get(at(r, "statistics", "comparisons"), "write"));
	struct bench_sign_interval s;
	double logs[32];
	size_t i;

	(void)state;
	assert_int_equal(k, 9); /* 7 rows and 2 of payload 64 have ratios */
	json_array_foreach (rounds, i, round)
		logs[i] = number(round, "figures", "ratio.log");
	assert_int_equal(bench_stats_sign_interval(
				 logs, json_array_size(rounds), 0.05, k, &s),
			 0);
	assert_true(fabs(number(cell, "ratio", "median") - exp(s.median)) <
		    1e-12);
	assert_true(fabs(number(cell, "ratio", "low") - exp(s.lo)) < 1e-12);
	assert_true(fabs(number(cell, "ratio", "high") - exp(s.hi)) < 1e-12);
	assert_string_equal(word(cell, "ratio", "verdict"), "worse");
	json_decref(r);
}

static void test_aa_is_no_row(void **state)
{
	json_t *r = build(RUN);
	json_t *aa = json_array_get(json_object_get(r, "aa"), 0);
	json_t *list = json_object_get(r, "cells"), *cell;
	size_t i;

	(void)state;
	assert_true(json_is_true(json_object_get(aa, "passed")));
	json_array_foreach (list, i, cell)
		assert_string_not_equal(word(cell, "kind", NULL), "aa");
	json_decref(r);
}

static void test_percentiles_need_support(void **state)
{
	json_t *r = build(RUN);
	json_t *cell = find(r, "swap/membarrier/shared-l3");
	json_t *list = json_object_get(at(cell, "swap", "safe"), "percentiles");
	json_t *p;
	size_t i;

	(void)state;
	/* 12 rounds of 500: 6000 support p99.9 (3688), not p99.99 (36887) */
	assert_int_equal(number(at(cell, "swap", "safe"), "n", NULL), 6000);
	json_array_foreach (list, i, p) {
		bool given = json_is_number(json_object_get(p, "ns"));

		assert_int_equal(given, number(p, "needs", NULL) <= 6000);
	}
	/* p99.9 of 500 values does not exist: its interval is the pool's */
	p = json_array_get(list, 3);
	assert_string_equal(word(p, "over", NULL), "values");
	p = json_array_get(list, 0);
	assert_string_equal(word(p, "over", NULL), "rounds");
	json_decref(r);
}

static void test_pools_merge_all_rounds(void **state)
{
	json_t *r = build(RUN);
	json_t *cell = find(r, "swap/barrier/shared-l3");
	struct bench_hist *h = bench_hist_new();

	(void)state;
	assert_int_equal(
		bench_hist_load(
			json_object_get(at(cell, "swap", "safe"), "histogram"),
			h),
		0);
	assert_int_equal(h->total, 6000);
	assert_int_equal(h->max, (uint64_t)number(at(cell, "swap", "safe"),
						  "max", NULL));
	assert_int_equal(number(cell, "writer", "attempted"), 12 * 100000);
	bench_hist_free(h);
	json_decref(r);
}

static void test_own_floor(void **state)
{
	json_t *r = build(RUN);
	json_t *cell = find(r, "swap/membarrier/shared-l3");
	double ratio = number(cell, "own-floor", "ratio");

	(void)state;
	assert_string_equal(word(cell, "own-floor", "name"), "membarrier");
	assert_true(ratio > 3300 / 2500.0 * 0.95 &&
		    ratio < 3300 / 2500.0 * 1.05);
	/* a bare membarrier says nothing about what a write costs */
	cell = find(r, "write/membarrier/shared-l3");
	assert_null(json_object_get(cell, "own-floor"));
	json_decref(r);
}

/* Two floors that were measured by themselves: the processor overlaps them. */
static void test_a_sum_of_floors_is_no_limit(void **state)
{
	json_t *r = build(RUN);

	(void)state;
	assert_null(json_object_get(find(r, "write/barrier/shared-l3"),
				    "own-floor"));
	json_decref(r);
}

/* As the builds of today describe it: the two in one loop. Here the floor of
 * that loop is `append`. */
static void bound_by_one_loop(json_t *header)
{
	json_t *floors, *floor, *bound;
	size_t i;

	bench_legacy_describe(header);
	floors = at(header, "descriptors", "floors");
	json_array_foreach (floors, i, floor) {
		bound = json_array_get(json_object_get(floor, "bounds"), 0);
		if (strcmp(word(floor, "name", NULL), "full-barrier") != 0)
			continue;
		json_object_del(bound, "plus");
		json_object_set_new(bound, "by", json_string("append"));
		json_object_set_new(bound, "name", json_string("append"));
	}
}

static void test_own_floor_is_measured_in_one_loop(void **state)
{
	json_t *r, *cell;
	double limit;

	(void)state;
	edit_header(RUN, in_folder("by.jsonl"), bound_by_one_loop);
	r = build(in_folder("by.jsonl"));
	cell = find(r, "write/barrier/shared-l3");
	limit = number(at(find(r, "floor/append/shared-l3"), "floor", "ns"),
		       "median", NULL);
	assert_string_equal(word(cell, "own-floor", "name"), "append");
	assert_true(fabs(number(cell, "own-floor", "ns") - limit) < 1e-9);
	assert_true(
		fabs(number(at(cell, "own-floor", "added-ns"), "median", NULL) -
		     (number(at(cell, "writer", "ns-per-event"), "median",
			     NULL) -
		      limit)) < 0.1);
	json_decref(r);
}

static void take_turns_with_append(json_t *line)
{
	json_t *cells = at(line, "plan", "cells"), *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(word(cell, "id", NULL), "write/unsync/shared-l3"))
			json_object_set_new(
				cell, "baseline-id",
				json_string("floor/append/shared-l3"));
}

static void block_beside_append(json_t *block)
{
	if (strcmp(word(block, "id", NULL), "write/unsync/shared-l3") != 0)
		return;
	json_object_set_new(block, "baseline-id",
			    json_string("floor/append/shared-l3"));
	set_figure(block, "writer", "ns-per-event", 1.5);
	set_figure(block, "writer", "baseline-ns-per-event", 1.2);
}

/* What takes turns with a floor has a limit, and no rival. */
static void test_who_is_beside_a_floor_has_one_ratio(void **state)
{
	json_t *r, *cell;

	(void)state;
	edit_lines(RUN, in_folder("beside.jsonl"), block_beside_append,
		   take_turns_with_append);
	r = build(in_folder("beside.jsonl"));
	cell = find(r, "write/unsync/shared-l3");
	assert_null(json_object_get(cell, "ratio"));
	assert_string_equal(word(cell, "own-floor", "name"), "append");
	assert_true(fabs(number(cell, "own-floor", "ratio") - 1.25) < 1e-6);
	assert_true(
		fabs(number(at(cell, "own-floor", "added-ns"), "median", NULL) -
		     0.3) < 1e-6);
	json_decref(r);
}

/* A journal whose blocks compared attempted events: they cost half. */
static void refuse_half(json_t *block)
{
	json_t *writer = json_object_get(block, "writer");
	double base = json_number_value(
		json_object_get(writer, "baseline-ns-per-event"));

	if (strcmp(word(block, "id", NULL), "swap/rcu/shared-l3") != 0)
		return;
	set_figure(block, "ratio", "log", log(1.5));
	set_figure(block, "writer", "ns-per-event", 1.5 * base);
	set_figure(block, "writer", "ns-per-committed", 3 * base);
}

static void test_ratio_is_of_stored_events(void **state)
{
	json_t *r, *cell;

	(void)state;
	edit_journal(RUN, in_folder("half.jsonl"), refuse_half);
	r = build(in_folder("half.jsonl"));
	cell = find(r, "swap/rcu/shared-l3");
	assert_true(fabs(number(cell, "ratio", "median") - 3) < 1e-6);
	assert_string_equal(word(cell, "ratio", "of"),
			    "writer.ns-per-committed");
	assert_true(number(at(cell, "ratio", "added-ns"), "median", NULL) >
		    1.9 * number(at(cell, "writer", "baseline-ns-per-event"),
				 "median", NULL));
	cell = find(r, "write/rcu/shared-l3");
	assert_string_equal(word(cell, "ratio", "of"), "writer.ns-per-event");
	json_decref(r);
}

static const char *changed_id, *changed_axis, *changed_value;

static void change_axis(json_t *cell)
{
	json_t *axes = json_object_get(cell, "axes");
	const char *id = word(cell, "id", NULL);

	if (!id || strcmp(id, changed_id) != 0)
		return;
	json_object_set_new(axes, changed_axis, json_string(changed_value));
	if (!strcmp(changed_axis, "placement"))
		json_object_set_new(cell, "id",
				    json_sprintf("%s/%s/%s",
						 word(axes, "scenario", NULL),
						 word(axes, "strategy", NULL),
						 changed_value));
}

static void change_plan(json_t *header)
{
	json_t *cell;
	size_t i;

	json_array_foreach (at(header, "plan", "cells"), i, cell)
		change_axis(cell);
}

/* The fixture with an axis of one cell changed, in plan and blocks. */
static json_t *build_with_axis(const char *id, const char *axis,
			       const char *value)
{
	changed_id = id;
	changed_axis = axis;
	changed_value = value;
	edit_lines(RUN, in_folder("axis.jsonl"), change_axis, change_plan);
	return build(in_folder("axis.jsonl"));
}

static void check_no_own_floor(const char *id, const char *axis,
			       const char *value)
{
	json_t *r = build_with_axis(id, axis, value);
	char moved[128];

	snprintf(moved, sizeof(moved), "%.*s/%s", (int)(strrchr(id, '/') - id),
		 id, value);
	if (strcmp(axis, "placement") != 0)
		snprintf(moved, sizeof(moved), "%s", id);
	assert_null(json_object_get(find(r, moved), "own-floor"));
	json_decref(r);
}

/* A ratio to a floor of another situation is no distance from a limit. */
static void test_own_floor_bounds_the_same_situation(void **state)
{
	(void)state;
	check_no_own_floor("swap/membarrier/shared-l3", "writer-state", "idle");
	check_no_own_floor("swap/membarrier/shared-l3", "writer-state",
			   "descheduled");
	check_no_own_floor("swap/membarrier/shared-l3", "placement", "same-pu");
	check_no_own_floor("swap/global-lock/shared-l3", "placement",
			   "shared-l3");
	check_no_own_floor("write/unsync/shared-l3", "stamp", "cycles");
}

static void test_too_few_rounds_is_no_verdict(void **state)
{
	json_t *r = build(SHORT), *cell = find(r, "write/rcu/shared-l3");
	json_t *aa = json_array_get(json_object_get(r, "aa"), 0);

	(void)state;
	assert_true(json_is_null(at(cell, "ratio", "low")));
	assert_string_equal(word(cell, "ratio", "verdict"), "no-verdict");
	assert_true(json_is_false(json_object_get(aa, "passed")));
	assert_non_null(strstr(word(aa, "reason", NULL), "too few"));
	assert_string_equal(word(r, "run", "status"), "interrupted");
	json_decref(r);
}

/* Rewrite the fixture with each A/A log ratio multiplied and shifted. */
static json_t *build_with_aa(double scale, double shift)
{
	char *line = NULL;
	size_t room = 0;
	FILE *in = fopen(RUN, "r"), *out = fopen(in_folder("aa.jsonl"), "w");

	while (getline(&line, &room, in) > 0) {
		json_t *json = json_loads(line, 0, NULL);
		json_t *ratio = json_object_get(json, "ratio");
		const char *id = json_string_value(json_object_get(json, "id"));

		if (ratio && id && !strncmp(id, "aa/", 3))
			json_object_set_new(
				ratio, "log",
				json_real(number(json, "ratio", "log") * scale +
					  shift));
		json_dumpf(json, out, JSON_COMPACT);
		fputc('\n', out);
		json_decref(json);
	}
	free(line);
	fclose(in);
	fclose(out);
	return build(in_folder("aa.jsonl"));
}

static void check_aa_fails(double scale, double shift, const char *word_in_it)
{
	json_t *r = build_with_aa(scale, shift);
	json_t *aa = json_array_get(json_object_get(r, "aa"), 0);
	json_t *cell = find(r, "write/global-lock/shared-l3");

	assert_true(json_is_false(json_object_get(aa, "passed")));
	assert_non_null(strstr(word(aa, "reason", NULL), word_in_it));
	assert_string_equal(word(cell, "ratio", "verdict"), "no-verdict");
	json_decref(r);
}

static void test_aa_that_differs_fails(void **state)
{
	(void)state;
	check_aa_fails(1, 0.2, "differed");
}

static void test_aa_that_is_wide_fails(void **state)
{
	(void)state;
	check_aa_fails(20, 0, "too noisy");
}

static void make_swap_control(json_t *cell, json_int_t number_of)
{
	json_object_set_new(json_object_get(cell, "axes"), "scenario",
			    json_string("swap"));
	json_object_set_new(cell, "id",
			    json_string("aa/unsync/shared-l3/scenario=swap"));
	json_object_set_new(cell, "cell", json_integer(number_of));
}

/* The fixture with another control, a swap's, whose ratios are the write's
 * shifted. The fixture itself is of a time that had the write's alone. */
static json_t *build_with_swap_control(double shift)
{
	char *line = NULL;
	size_t room = 0;
	json_int_t number_of = 0;
	FILE *in = fopen(RUN, "r"), *out = fopen(in_folder("aa.jsonl"), "w");

	while (getline(&line, &room, in) > 0) {
		json_t *json = json_loads(line, 0, NULL), *more = NULL;
		json_t *cells = at(json, "plan", "cells"), *cell;
		const char *id = json_string_value(json_object_get(json, "id"));
		size_t i;

		json_array_foreach (cells, i, cell)
			if (!strcmp(word(cell, "kind", NULL), "aa"))
				more = json_deep_copy(cell);
		if (more) {
			number_of = (json_int_t)json_array_size(cells);
			make_swap_control(more, number_of);
			json_array_append_new(cells, more);
		} else if (id && !strncmp(id, "aa/", 3)) {
			more = json_deep_copy(json);
			make_swap_control(more, number_of);
			json_object_set_new(
				json_object_get(more, "ratio"), "log",
				json_real(number(json, "ratio", "log") +
					  shift));
			json_dumpf(more, out, JSON_COMPACT);
			fputc('\n', out);
			json_decref(more);
		}
		json_dumpf(json, out, JSON_COMPACT);
		fputc('\n', out);
		json_decref(json);
	}
	free(line);
	fclose(in);
	fclose(out);
	return build(in_folder("aa.jsonl"));
}

static void test_a_scenario_without_control_has_no_verdicts(void **state)
{
	json_t *r = build(RUN), *cell = find(r, "swap/rcu/shared-l3");

	(void)state;
	assert_string_equal(word(cell, "ratio", "verdict"), "no-verdict");
	assert_true(json_is_null(at(cell, "ratio", "control")));
	cell = find(r, "write/rcu/shared-l3");
	assert_string_equal(word(cell, "ratio", "verdict"), "worse");
	assert_string_equal(word(cell, "ratio", "control"),
			    "aa/unsync/shared-l3");
	json_decref(r);
}

static void test_a_scenario_has_its_own_control(void **state)
{
	json_t *r = build_with_swap_control(0), *cell;

	(void)state;
	cell = find(r, "swap/rcu/shared-l3");
	assert_string_not_equal(word(cell, "ratio", "verdict"), "no-verdict");
	json_decref(r);
	r = build_with_swap_control(0.2);
	cell = find(r, "swap/rcu/shared-l3");
	assert_string_equal(word(cell, "ratio", "verdict"), "no-verdict");
	cell = find(r, "write/rcu/shared-l3");
	assert_string_equal(word(cell, "ratio", "verdict"), "worse");
	json_decref(r);
}

/* As one of so many comparisons of the run. */
static void check_aa_interval(const json_t *aa, unsigned int k)
{
	const json_t *logs = json_object_get(aa, "logs");
	size_t n = json_array_size(logs);
	struct bench_sign_interval s;
	double x[64];

	assert_true(n <= 64);
	for (size_t i = 0; i < n; i++)
		x[i] = json_number_value(json_array_get(logs, i));
	assert_int_equal(bench_stats_sign_interval(x, n, 0.05, k, &s), 0);
	assert_true(fabs(number(aa, "low", NULL) - exp(s.lo)) < 1e-8);
	assert_true(fabs(number(aa, "high", NULL) - exp(s.hi)) < 1e-8);
}

/* A run fails by chance as seldom with many controls as with one. */
static void test_all_controls_share_the_runs_alpha(void **state)
{
	json_t *r = build(RUN);

	(void)state;
	check_aa_interval(json_array_get(json_object_get(r, "aa"), 0), 1);
	json_decref(r);
	r = build_with_swap_control(0);
	assert_int_equal(json_array_size(json_object_get(r, "aa")), 2);
	check_aa_interval(json_array_get(json_object_get(r, "aa"), 0), 2);
	check_aa_interval(json_array_get(json_object_get(r, "aa"), 1), 2);
	json_decref(r);
}

static double slowed_by;

static void slow_one_block(json_t *block)
{
	double ns =
		json_number_value(at(block, "writer", "baseline-ns-per-event"));

	if (!strcmp(word(block, "id", NULL), "write/rcu/shared-l3") &&
	    json_integer_value(json_object_get(block, "round")) == 3)
		set_figure(block, "writer", "baseline-ns-per-event",
			   slowed_by * ns);
}

static size_t marks_with(double by, struct bench_view_marks *m)
{
	static json_t *r;

	json_decref(r);
	slowed_by = by;
	edit_journal(RUN, in_folder("slow.jsonl"), slow_one_block);
	r = build(in_folder("slow.jsonl"));
	bench_view_marks(r, m);
	return m->n;
}

static void test_a_block_with_a_slow_baseline_is_marked(void **state)
{
	struct bench_view_marks m;

	(void)state;
	assert_int_equal(marks_with(1.8, &m), 0);
	assert_true(m.of > 100);
	assert_int_equal(marks_with(2.5, &m), 1);
	assert_string_equal(m.id, "write/rcu/shared-l3");
	assert_int_equal(m.round, 3);
	assert_non_null(strstr(m.why, "2.5 times"));
}

static void test_doctor_stamps_indicative(void **state)
{
	json_t *r = build(RUN);
	json_t *reasons = at(r, "indicative", "reasons");

	(void)state;
	assert_true(json_is_true(at(r, "indicative", "stamp")));
	assert_string_equal(json_string_value(json_array_get(reasons, 0)),
			    "hypervisor: fixture");
	json_decref(r);
}

static json_t *build_edited(edit_fn edit)
{
	edit_journal(RUN, in_folder("edited.jsonl"), edit);
	return build(in_folder("edited.jsonl"));
}

static void test_counts_are_summed_up_like_figures(void **state)
{
	json_t *r = build_edited(count_in_hardware);
	json_t *write = find(r, "write/membarrier/shared-l3");
	json_t *swap = find(r, "swap/membarrier/shared-l3");

	(void)state;
	assert_string_equal(word(write, "counters", "status"), "counted");
	assert_true(json_is_true(at(write, "counters", "multiplexed")));
	assert_true(number(at(write, "writer", "instructions-per-event"),
			   "median", NULL) == 40);
	assert_true(number(at(write, "writer", "cycles-per-event"), "n",
			   NULL) == 12);
	assert_true(number(at(swap, "swap", "instructions-per-swap"), "median",
			   NULL) == 2000);
	assert_null(at(swap, "swap", "cache-misses-per-swap"));
	json_decref(r);
}

static void test_system_calls_are_summed_up_like_figures(void **state)
{
	json_t *r = build_edited(count_syscalls);
	json_t *calls = at(find(r, "swap/membarrier/shared-l3"), "swap",
			   "swapper-syscalls");

	(void)state;
	assert_true(number(calls, "median", NULL) == 4);
	assert_true(number(calls, "high", NULL) == 5);
	assert_true(number(calls, "n", NULL) == 12);
	json_decref(r);
}

static void test_stored_events_have_their_own_cost(void **state)
{
	json_t *r = build_edited(store_half);
	json_t *cell = find(r, "swap/membarrier/shared-l3");

	(void)state;
	assert_true(
		number(at(cell, "writer", "ns-per-committed"), "median",
		       NULL) ==
		2 * number(at(cell, "writer", "ns-per-event"), "median", NULL));
	json_decref(r);
}

static void test_what_counts_nothing_says_why(void **state)
{
	json_t *r = build_edited(count_nothing);
	json_t *old = build(RUN);
	json_t *cell = find(r, "write/membarrier/shared-l3");

	(void)state;
	assert_string_equal(word(cell, "counters", "status"), "unavailable");
	assert_string_equal(word(cell, "counters", "reason"),
			    "perf_event_open: none here");
	assert_null(at(cell, "writer", "instructions-per-event"));
	cell = find(r, "swap/membarrier/shared-l3");
	assert_null(at(cell, "swap", "swapper-syscalls"));
	assert_string_equal(word(cell, "swap", "swapper-syscalls-reason"),
			    "no dispatch here");
	/* Older journals say nothing at all. */
	assert_null(
		at(find(old, "write/membarrier/shared-l3"), "counters", NULL));
	json_decref(old);
	json_decref(r);
}

/* ---- Journals that are refused, or cut ---- */

static void put(const char *name, const char *text, size_t length)
{
	FILE *file = fopen(in_folder(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

static char *slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	char *text;

	fseek(file, 0, SEEK_END);
	*length = (size_t)ftell(file);
	rewind(file);
	text = malloc(*length + 1);
	assert_int_equal(fread(text, 1, *length, file), *length);
	text[*length] = '\0';
	fclose(file);
	return text;
}

/* However the file is cut: it is read, or refused in one line. */
static void test_journal_cut_anywhere(void **state)
{
	struct bench_journal_summary whole, sum;
	char why[BENCH_RESULT_WHY];
	size_t length, header;
	char *text = slurp(SHORT, &length);

	(void)state;
	assert_int_equal(
		bench_result_check_journal(SHORT, &whole, why, sizeof(why)), 0);
	header = strcspn(text, "\n");
	for (size_t cut = 0; cut < length; cut += 997) {
		int err;

		put("cut.jsonl", text, cut);
		why[0] = '\0';
		err = bench_result_check_journal(in_folder("cut.jsonl"), &sum,
						 why, sizeof(why));
		if (cut <= header) {
			assert_int_equal(err, -EINVAL);
			assert_null(strchr(why, '\n'));
			continue;
		}
		assert_int_equal(err, 0);
		assert_true(sum.blocks <= whole.blocks);
	}
	free(text);
}

static void refuse_journal(const char *text, const char *says)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result;

	put("bad.jsonl", text, strlen(text));
	assert_int_equal(bench_result_build(in_folder("bad.jsonl"), NULL,
					    &result, why, sizeof(why)),
			 -EINVAL);
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
}

static void test_journals_refused(void **state)
{
	size_t length;
	char *text = slurp(SHORT, &length), *line;

	(void)state;
	refuse_journal("", "empty");
	refuse_journal("hello\n", "not JSON");
	refuse_journal("{\"schema\": \"ringswap/1\"}\n",
		       "should be \"ringswap-journal/1\"");
	refuse_journal("{\"schema\": \"ringswap-journal/1\"}\n",
		       "started: missing");
	/* a broken line in the middle is not a cut */
	line = strchr(text, '\n') + 1;
	line[0] = '!';
	refuse_journal(text, ":2: not JSON");
	line[0] = '{';
	line = strstr(line, "\"cell\":");
	memcpy(line, "\"cell\":999,\"x\":", 15);
	refuse_journal(text, ":2: ");
	free(text);
}

/* ---- Files ---- */

static void test_write_and_load(void **state)
{
	char why[BENCH_RESULT_WHY];
	json_t *r = build(RUN), *again;

	(void)state;
	assert_int_equal(
		bench_result_write(r, in_folder("run.json"), why, sizeof(why)),
		0);
	assert_int_equal(bench_result_load(in_folder("run.json"), &again, why,
					   sizeof(why)),
			 0);
	assert_true(json_equal(json_object_get(r, "run"),
			       json_object_get(again, "run")));
	assert_int_equal(json_array_size(json_object_get(r, "cells")),
			 json_array_size(json_object_get(again, "cells")));
	json_decref(r);
	json_decref(again);
}

/* No room: RLIMIT_FSIZE stands in for a full disk. */
static void test_full_disk_leaves_the_old_file(void **state)
{
	char why[BENCH_RESULT_WHY] = "";
	struct rlimit old, small;
	json_t *r = build(RUN);
	struct stat st;
	int err;

	(void)state;
	put("kept.json", "old", 3);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &small);
	err = bench_result_write(r, in_folder("kept.json"), why, sizeof(why));
	setrlimit(RLIMIT_FSIZE, &old);
	assert_true(err < 0);
	assert_non_null(strstr(why, "not written"));
	assert_int_equal(stat(in_folder("kept.json"), &st), 0);
	assert_int_equal(st.st_size, 3);
	json_decref(r);
}

static void test_unwritable_says_so(void **state)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *r = build(SHORT);

	(void)state;
	assert_int_equal(bench_result_write(r, in_folder("no/such.json"), why,
					    sizeof(why)),
			 -ENOENT);
	assert_non_null(strstr(why, "no/such.json"));
	json_decref(r);
}

static void test_a_folder_is_not_replaced(void **state)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *r = build(SHORT);

	(void)state;
	assert_int_equal(bench_result_write(r, in_folder(""), why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "not a regular file"));
	json_decref(r);
}

static void refuse_file(const char *text, size_t length, const char *says)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *json;

	put("bad.json", text, length);
	assert_int_equal(bench_result_load(in_folder("bad.json"), &json, why,
					   sizeof(why)),
			 -EINVAL);
	assert_null(strchr(why, '\n'));
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
}

static void test_files_refused(void **state)
{
	static char deep[100000];

	(void)state;
	memset(deep, '[', sizeof(deep));
	refuse_file("", 0, "cut off");
	refuse_file("{\"schema\": \"ringswap/1\",", 24, "cut off");
	refuse_file("{\"schema\": NaN}", 15, "not JSON");
	refuse_file("[]", 2, "should be an object");
	refuse_file("{\"schema\": \"other/7\"}", 21,
		    "should be \"ringswap/1\"");
	refuse_file("{}", 2, "schema: missing");
	refuse_file(deep, sizeof(deep), "not JSON");
}

static void test_huge_is_refused_unread(void **state)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *json;

	(void)state;
	put("huge.json", "{}", 2);
	assert_int_equal(truncate(in_folder("huge.json"),
				  (off_t)BENCH_RESULT_BYTES_MAX + 1),
			 0);
	assert_int_equal(bench_result_load(in_folder("huge.json"), &json, why,
					   sizeof(why)),
			 -EFBIG);
	unlink(in_folder("huge.json"));
	assert_int_equal(bench_result_load(folder, &json, why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "regular file"));
}

/* Break one member of a valid result; the message names its path. */
static void refuse_member(const json_t *good, const char *part,
			  const char *name, json_t *value, const char *says)
{
	json_t *bad = json_deep_copy(good);
	json_t *cell = find(bad, "swap/membarrier/shared-l3");
	char why[BENCH_RESULT_WHY] = "";

	json_object_set_new(json_object_get(cell, part), name, value);
	assert_int_equal(bench_result_check(bad, why, sizeof(why)), -EINVAL);
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
	json_decref(bad);
}

static void test_wrong_member_is_named(void **state)
{
	json_t *r = build(RUN);

	(void)state;
	refuse_member(r, "ratio", "low", json_string("x"),
		      "].ratio.low: is a string, should be a number or null");
	refuse_member(r, "ratio", "verdict", json_string("best"),
		      "should be one of");
	refuse_member(r, "ratio", "low", json_real(1e6), "low <= median");
	refuse_member(r, "swap", "retries", json_integer(-1), "negative");
	refuse_member(r, "swap", "cycles-per-swap", json_real(3),
		      ".swap.cycles-per-swap: is");
	refuse_member(r, "swap", "safe", json_pack("{s:i}", "n", 1),
		      ".swap.safe.min: missing");
	json_decref(r);
}

/* In a result that keeps it, no figure may be `true`. */
static void test_every_figure_has_its_shape(void **state)
{
	json_t *r = build(RUN);
	char says[BENCH_FIGURE_PATH + 8], path[BENCH_FIGURE_PATH];

	(void)state;
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		const struct bench_figure_info *info =
			bench_figure_info((enum bench_figure)f);

		/* of these a result keeps the ratio, or nothing; and a part
		 * that the cell lacks has no others that it needs */
		if (info->kind == BENCH_KIND_LOG_RATIO ||
		    info->kind == BENCH_KIND_DETAIL ||
		    !json_object_get(find(r, "swap/membarrier/shared-l3"),
				     info->part))
			continue;
		snprintf(says, sizeof(says), "].%s: ",
			 bench_figure_path((enum bench_figure)f, path));
		refuse_member(r, info->part, info->name, json_true(), says);
	}
	json_decref(r);
}

static json_t *spoilt; /* a block's part, from now on */

static void spoil(json_t *block)
{
	const char *id = json_string_value(json_object_get(block, "id"));

	if (!strcmp(id, "footprint/membarrier/shared-l3"))
		json_object_set(block, "footprint", spoilt);
}

static void refuse_footprint(json_t *footprint, const char *says)
{
	size_t length;
	char *text;

	spoilt = footprint;
	edit_journal(SHORT, in_folder("spoilt.jsonl"), spoil);
	text = slurp(in_folder("spoilt.jsonl"), &length);
	refuse_journal(text, says);
	free(text);
	json_decref(footprint);
}

/* What figures.def says of a block: needed, signed, and of which kind. */
static void test_figures_of_a_block_have_their_shape(void **state)
{
	(void)state;
	refuse_footprint(json_integer(1),
			 "footprint: is an integer, should be an object");
	refuse_footprint(json_object(),
			 "footprint.bin-ns: missing, should be a number");
	refuse_footprint(json_pack("{s:i,s:i,s:i}", "bin-ns", 1, "from-ns", -1,
				   "swaps", -1),
			 "footprint.swaps: is -1, should not be negative");
	refuse_footprint(json_pack("{s:i,s:i,s:i,s:i,s:i}", "bin-ns", 1,
				   "from-ns", -1, "swaps", 1, "controls", 1,
				   "swap", 1),
			 "footprint.swap: is an integer, should be an array");
}

static void test_histogram_must_add_up(void **state)
{
	json_t *r = build(RUN);
	json_t *safe = at(find(r, "swap/rcu/shared-l3"), "swap", "safe");
	char why[BENCH_RESULT_WHY] = "";

	(void)state;
	json_object_set_new(json_object_get(safe, "histogram"), "n",
			    json_integer(1));
	assert_int_equal(bench_result_check(r, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "sum of the counts"));
	json_decref(r);
}

static int folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
	char command[300];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_ratio_from_raw_values),
		cmocka_unit_test(test_aa_is_no_row),
		cmocka_unit_test(test_percentiles_need_support),
		cmocka_unit_test(test_pools_merge_all_rounds),
		cmocka_unit_test(test_own_floor),
		cmocka_unit_test(test_a_sum_of_floors_is_no_limit),
		cmocka_unit_test(test_own_floor_is_measured_in_one_loop),
		cmocka_unit_test(test_who_is_beside_a_floor_has_one_ratio),
		cmocka_unit_test(test_ratio_is_of_stored_events),
		cmocka_unit_test(test_own_floor_bounds_the_same_situation),
		cmocka_unit_test(test_too_few_rounds_is_no_verdict),
		cmocka_unit_test(test_aa_that_differs_fails),
		cmocka_unit_test(test_aa_that_is_wide_fails),
		cmocka_unit_test(
			test_a_scenario_without_control_has_no_verdicts),
		cmocka_unit_test(test_a_scenario_has_its_own_control),
		cmocka_unit_test(test_all_controls_share_the_runs_alpha),
		cmocka_unit_test(test_a_block_with_a_slow_baseline_is_marked),
		cmocka_unit_test(test_doctor_stamps_indicative),
		cmocka_unit_test(test_counts_are_summed_up_like_figures),
		cmocka_unit_test(test_system_calls_are_summed_up_like_figures),
		cmocka_unit_test(test_stored_events_have_their_own_cost),
		cmocka_unit_test(test_what_counts_nothing_says_why),
		cmocka_unit_test(test_journal_cut_anywhere),
		cmocka_unit_test(test_journals_refused),
		cmocka_unit_test(test_write_and_load),
		cmocka_unit_test(test_full_disk_leaves_the_old_file),
		cmocka_unit_test(test_unwritable_says_so),
		cmocka_unit_test(test_a_folder_is_not_replaced),
		cmocka_unit_test(test_files_refused),
		cmocka_unit_test(test_huge_is_refused_unread),
		cmocka_unit_test(test_wrong_member_is_named),
		cmocka_unit_test(test_every_figure_has_its_shape),
		cmocka_unit_test(test_figures_of_a_block_have_their_shape),
		cmocka_unit_test(test_histogram_must_add_up),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
