/* SPDX-License-Identifier: MIT */
/* Unit tests of the descriptors of a result: a run's own, or those of before
 * there were any. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/base/json.h"
#include "bench/result/result.h"
#include "bench/result/traits.h"
#include "bench/result/view.h"
#include "tests/unit/result/result_helper.h"

#define RUN FIXTURES "/run.jsonl"
#define OLD SOURCES "/tests/fixtures/results/before-descriptors.json"

static char journal[] = "/tmp/ringswap-traits-XXXXXX";
static char why[BENCH_RESULT_WHY];

static json_t *build(const char *path)
{
	json_t *result = NULL;

	if (bench_result_build(path, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

static json_t *find(const json_t *result, const char *id)
{
	const json_t *list = json_object_get(result, "cells");
	json_t *cell;
	size_t i;

	json_array_foreach (list, i, cell)
		if (!strcmp(bench_text(cell, "id"), id))
			return cell;
	fail_msg("no cell %s", id);
	return NULL;
}

/* ---- Runs of before ---- */

static void an_older_journal_gets_the_traits_of_its_time(void **state)
{
	json_t *r = build(RUN), *cell = find(r, "swap/racy/shared-l3");
	const json_t *s = bench_traits_strategy(r, "ipi-signal");

	(void)state;
	assert_true(bench_traits_are_assumed(r));
	assert_false(bench_traits_flag(cell, "sound"));
	assert_true(bench_traits_flag(s, "sound"));
	assert_string_equal(bench_text(s, "shape"), "exclude");
	assert_string_equal(bench_text(bench_traits_floor(r, "timer"), "side"),
			    "clock");
	assert_non_null(bench_traits_scenario(r, "footprint"));
	assert_true(bench_traits_is_baseline(r, "unsync"));
	assert_string_equal(bench_traits_baseline(r), "unsync");
	assert_false(bench_traits_is_baseline(r, "racy"));
	assert_false(bench_traits_is_baseline(r, "append"));
	json_decref(r);
}

/* A real one, of the last build that wrote none. */
static void an_older_result_gets_the_traits_of_its_time(void **state)
{
	json_t *r, *cell;

	(void)state;
	assert_int_equal(bench_result_load(OLD, &r, why, sizeof(why)), 0);
	assert_true(bench_traits_are_assumed(r));
	assert_string_equal(
		bench_text(bench_traits_strategy(r, "rcu"), "floor"),
		"membarrier");
	cell = find(r, "write/barrier/shared-l3");
	/* it was of a sum of two floors, and below 1 */
	assert_null(json_object_get(cell, "own-floor"));
	/* one limit, one ratio */
	cell = find(r, "write/unsync/shared-l3");
	assert_non_null(json_object_get(cell, "own-floor"));
	assert_null(json_object_get(cell, "ratio"));
	/* written and read again, it still says so */
	assert_int_equal(bench_result_write(r, journal, why, sizeof(why)), 0);
	json_decref(r);
	assert_int_equal(bench_result_load(journal, &r, why, sizeof(why)), 0);
	assert_true(bench_traits_are_assumed(r));
	json_decref(r);
}

/* Of a build that judged by attempted events, and took the median slice: the
 * rounds say what a stored one costs. */
static void an_older_result_is_judged_by_stored_events(void **state)
{
	struct bench_view_ratio r;
	const json_t *cell;
	json_t *result;

	(void)state;
	assert_int_equal(bench_result_load(OLD, &result, why, sizeof(why)), 0);
	cell = find(result, "swap/membarrier/shared-l3");
	assert_true(bench_view_cost_ratio(cell, &r));
	assert_true(r.of_stored);
	assert_true(fabs(bench_view_cost(cell).value - 1.48687) < 1e-4);
	assert_true(fabs(r.value - 1.0867) < 1e-3);
	assert_true(fabs(r.added.value - 0.1162) < 1e-3);
	assert_true(r.low < r.value && r.value < r.high);
	json_decref(result);
}

/* Twice the time that the cost says has passed for each stored event. */
static void a_cost_that_hides_swaps_is_none(void **state)
{
	json_t *result = json_load_file(OLD, 0, NULL), *rate;
	struct bench_view_ratio r;
	const json_t *cell;

	(void)state;
	cell = find(result, "swap/membarrier/shared-l3");
	rate = json_object_get(json_object_get(cell, "writer"),
			       "committed-per-s");
	json_object_set_new(rate, "low", json_real(3.3e8));
	json_object_set_new(rate, "median", json_real(3.4e8));
	assert_int_equal(json_dump_file(result, journal, 0), 0);
	json_decref(result);
	if (bench_result_load(journal, &result, why, sizeof(why)))
		fail_msg("%s", why);
	cell = find(result, "swap/membarrier/shared-l3");
	assert_true(isnan(bench_view_cost(cell).value));
	assert_false(bench_view_cost_ratio(cell, &r));
	cell = find(result, "swap/racy/shared-l3/swap-rate=10000");
	assert_true(bench_view_cost(cell).value > 1.5);
	json_decref(result);
}

/* ---- Runs that say it themselves, of a build that nobody here has ---- */

static json_t *bound(const char *name, const char *scenario, const char *figure)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:n, s:[], s:{}, s:{}}", "name",
			 name, "scenario", scenario, "figure", figure, "of",
			 "what it bounds", "plus", "same", "only", "never");
}

static json_t *strategy(const char *name, bool sound, const char *baseline,
			const char *floor)
{
	bool is_control = !strcmp(name, "unsync") || !strcmp(name, "racy");

	return json_pack("{s:s, s:s, s:b, s:s, s:s}", "name", name, "kind",
			 is_control ? "control" : "candidate", "sound", sound,
			 "baseline", baseline, "floor", floor);
}

/* membarrier has become hope, which is unsound; its floor wish bounds writes;
 * barrier is unsound there and rcu the baseline. */
static json_t *foreign_descriptors(void)
{
	static const char *const others[] = {
		"append", "timer", "empty", "full-barrier", "mutex", "signal"
	};
	json_t *floors =
		json_pack("[{s:s, s:s, s:s, s:[o]}]", "name", "wish", "kind",
			  "solo", "side", "write", "bounds",
			  bound("a wish", "write", "writer.ns-per-event"));
	json_t *strategies = json_array(), *scenarios = json_array();
	static const char *const words[] = { "write",	"latency",   "swap",
					     "scaling", "footprint", "floor" };

	for (size_t i = 0; i < 6; i++) {
		json_array_append_new(floors,
				      json_pack("{s:s, s:s, s:s, s:[]}", "name",
						others[i], "kind", "solo",
						"side", "write", "bounds"));
		json_array_append_new(scenarios,
				      json_pack("{s:s}", "name", words[i]));
	}
	json_array_append_new(strategies,
			      strategy("hope", false, "rcu", "wish"));
	json_array_append_new(strategies,
			      strategy("barrier", false, "rcu", "mutex"));
	json_array_append_new(strategies,
			      strategy("rcu", true, "append", "append"));
	for (size_t i = 0; i < 4; i++) {
		static const char *const rest[] = { "unsync", "racy",
						    "ipi-signal",
						    "global-lock" };

		json_array_append_new(strategies,
				      strategy(rest[i], true, "rcu", "wish"));
	}
	return json_pack("{s:s, s:o, s:o, s:o}", "traits", "recorded",
			 "strategies", strategies, "floors", floors,
			 "scenarios", scenarios);
}

/* "membarrier" under its name over there, in axes and id. */
static void rename_in(json_t *cell)
{
	json_t *axes = json_object_get(cell, "axes");
	const char *scenario = bench_text(axes, "scenario");
	const char *name = strcmp(scenario, "floor") ? "hope" : "wish";
	const char *rest;

	if (strcmp(bench_text(axes, "strategy"), "membarrier") != 0)
		return;
	rest = strstr(bench_text(cell, "id"), "/membarrier/") +
	       strlen("/membarrier");
	bench_set(axes, "strategy", json_string(name));
	bench_set(cell, "id", json_sprintf("%s/%s%s", scenario, name, rest));
}

static void rename_in_plan(json_t *header)
{
	json_t *cells =
		json_object_get(json_object_get(header, "plan"), "cells");
	json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		rename_in(cell);
}

static void make_foreign(json_t *header)
{
	bench_set(header, "descriptors", foreign_descriptors());
	bench_set(json_object_get(header, "build"), "barrier",
		  json_string("dmb ish"));
	bench_set(json_object_get(header, "machine"), "key",
		  json_string("m-00000000000000aa"));
	rename_in_plan(header);
}

static void forget_a_strategy(json_t *header)
{
	make_foreign(header);
	json_array_remove(
		json_object_get(json_object_get(header, "descriptors"),
				"strategies"),
		0);
}

static void forget_a_floor(json_t *header)
{
	make_foreign(header);
	json_array_remove(
		json_object_get(json_object_get(header, "descriptors"),
				"floors"),
		0);
}

static void a_foreign_journal_is_judged_by_what_it_says(void **state)
{
	json_t *r, *here = build(RUN);
	json_t *cell, *same = find(here, "write/membarrier/shared-l3");

	(void)state;
	edit_lines(RUN, journal, rename_in, make_foreign);
	r = build(journal);
	assert_false(bench_traits_are_assumed(r));
	assert_true(bench_traits_is_baseline(r, "rcu"));
	assert_string_equal(bench_traits_baseline(r), "rcu");
	assert_false(bench_traits_is_baseline(r, "unsync"));
	cell = find(r, "write/hope/shared-l3");
	assert_string_equal(bench_text(cell, "strategy"), "hope");
	assert_true(json_is_false(json_object_get(cell, "sound")));
	assert_true(json_equal(json_object_get(cell, "ratio"),
			       json_object_get(same, "ratio")));
	assert_string_equal(
		bench_text(json_object_get(cell, "own-floor"), "name"),
		"a wish");
	assert_true(bench_get_number(cell, "own-floor.ns") > 2000);
	/* what this build thinks of its own strategies does not count */
	cell = find(r, "write/barrier/shared-l3");
	assert_true(json_is_false(json_object_get(cell, "sound")));
	assert_null(json_object_get(cell, "own-floor"));
	cell = find(r, "swap/hope/shared-l3");
	assert_null(json_object_get(cell, "own-floor"));
	assert_string_equal(bench_text(json_object_get(r, "build"), "barrier"),
			    "dmb ish");
	json_decref(r);
	json_decref(here);
}

static void refuse(edit_fn edit, const char *says)
{
	json_t *r;

	edit_header(RUN, journal, edit);
	assert_int_equal(
		bench_result_build(journal, NULL, &r, why, sizeof(why)),
		-EINVAL);
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
}

static void whoever_is_not_described_is_named(void **state)
{
	(void)state;
	refuse(forget_a_strategy, "descriptors lack the strategy hope");
	refuse(forget_a_floor, "descriptors lack the floor wish");
}

static int make_file(void **state)
{
	int fd = mkstemp(journal);

	(void)state;
	return fd < 0 || close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_older_journal_gets_the_traits_of_its_time),
		cmocka_unit_test(an_older_result_gets_the_traits_of_its_time),
		cmocka_unit_test(an_older_result_is_judged_by_stored_events),
		cmocka_unit_test(a_cost_that_hides_swaps_is_none),
		cmocka_unit_test(a_foreign_journal_is_judged_by_what_it_says),
		cmocka_unit_test(whoever_is_not_described_is_named),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
