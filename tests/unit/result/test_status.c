/* SPDX-License-Identifier: MIT */
/* Unit tests of what a cell can be: INVALID is evidence against a strategy that
 * claims to be sound, and nothing else is. */
#include <unistd.h>

#include "bench/base/json.h"
#include "bench/result/result.h"
#include "tests/unit/result/file_helper.h"
#include "tests/unit/result/result_helper.h"

#define SHORT FIXTURES "/short.jsonl"

static char why[4096];

/* What every block of one cell says from now on. */
static const char *hurt_id, *hurt_status, *hurt_reason;
static int hurt_signal;
static json_t *hurt_part; /* of one round a figure's part, or NULL */
static const char *part_name;

static void hurt(json_t *block)
{
	static const char *const parts[] = { "ratio", "writer", "swap", "floor",
					     "verification" };

	if (strcmp(bench_text(block, "id"), hurt_id) != 0)
		return;
	if (hurt_part) {
		json_object_update(json_object_get(block, part_name),
				   hurt_part);
		return;
	}
	for (int i = 0; i < 5; i++)
		json_object_del(block, parts[i]);
	json_object_set_new(block, "status", json_string(hurt_status));
	json_object_set_new(block, "reason", json_string(hurt_reason));
	json_object_set_new(block, "signal",
			    hurt_signal ? json_integer(hurt_signal)
					: json_null());
}

static json_t *build(void)
{
	json_t *r = NULL;

	edit_journal(SHORT, path, hurt);
	if (bench_result_build(path, NULL, &r, why, sizeof(why)))
		fail_msg("%s", why);
	return r;
}

static void check(json_t *r, const char *status, const char *says, bool invalid,
		  bool failed)
{
	json_t *cells = json_object_get(r, "cells"), *cell = NULL;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(bench_text(cell, "id"), hurt_id))
			break;
	assert_string_equal(bench_text(cell, "status"), status);
	if (!strstr(bench_text(cell, "reason"), says))
		fail_msg("\"%s\" does not say \"%s\"",
			 bench_text(cell, "reason"), says);
	assert_int_equal(bench_result_has_invalid(r), invalid);
	assert_int_equal(bench_result_has_failed(r, why, sizeof(why)), failed);
	if (failed)
		assert_non_null(strstr(why, says));
	json_decref(r);
}

static void becomes(const char *id, const char *block, int sig,
		    const char *reason, const char *status, const char *says)
{
	hurt_id = id;
	hurt_status = block;
	hurt_signal = sig;
	hurt_reason = reason;
	check(build(), status, says, !strcmp(status, "invalid"),
	      !strcmp(status, "failed"));
}

static void only_a_sound_strategy_is_accused(void **state)
{
	(void)state;
	becomes("swap/rcu/shared-l3", "crashed", 11, "signal 11", "invalid",
		"crashed: signal 11");
	becomes("swap/rcu/shared-l3", "timed-out", 0, "hung", "invalid",
		"hung");
	becomes("swap/racy/shared-l3", "crashed", 11, "signal 11", "broken",
		"crashed: signal 11");
	becomes("swap/racy/shared-l3", "timed-out", 0, "hung", "broken",
		"hung");
	becomes("swap/racy/shared-l3", "invalid", 0, "2 torn", "broken",
		"2 torn");
	becomes("swap/rcu/shared-l3", "broken", 0, "2 torn", "invalid",
		"2 torn");
	becomes("floor/timer/shared-l3", "crashed", 11, "signal 11", "failed",
		"crashed: signal 11");
	becomes("floor/timer/shared-l3", "timed-out", 0, "hung", "failed",
		"hung");
}

static void what_the_environment_prevents_is_failed(void **state)
{
	static const char no_process[] =
		"no process could be started: Resource temporarily unavailable";

	(void)state;
	becomes("swap/rcu/shared-l3", "failed", 0, no_process, "failed",
		no_process);
	/* as older runs have it */
	becomes("swap/rcu/shared-l3", "crashed", 0, no_process, "failed",
		no_process);
	becomes("swap/rcu/shared-l3", "crashed", 9, "signal 9 (Killed)",
		"failed", "signal 9");
}

static void reasons_are_whole(void **state)
{
	char reason[384];

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	memcpy(reason + sizeof(reason) - 8, "the end", 8);
	becomes("swap/rcu/shared-l3", "failed", 0, reason, "failed", "the end");
}

static void set_part(const char *id, const char *name, json_t *part)
{
	hurt_id = id;
	part_name = name;
	hurt_part = part;
}

/* The thing measured has to happen. */
static void what_never_happened_is_not_ok(void **state)
{
	(void)state;
	set_part("swap/rcu/shared-l3", "swap",
		 json_pack("{s:{s:i, s:i, s:i}}", "outcomes", "ok", 0, "busy",
			   300, "error", 2));
	check(build(), "failed", "no swap succeeded: busy 900, error 6", false,
	      true);
	json_decref(hurt_part);
	set_part("write/rcu/shared-l3", "writer",
		 json_pack("{s:i}", "committed", 0));
	check(build(), "failed", "no event was stored", false, true);
	json_decref(hurt_part);
	set_part("footprint/membarrier/shared-l3", "footprint",
		 json_pack("{s:i}", "swaps", 0));
	check(build(), "failed", "no swap succeeded", false, true);
	json_decref(hurt_part);
	set_part("scaling/membarrier/shared-l3/writers=2", "scaling",
		 json_pack("{s:{s:i, s:n, s:n, s:[]}}", "cost", "n", 0, "min",
			   "max", "buckets"));
	check(build(), "failed", "no snapshot of every slot", false, true);
	json_decref(hurt_part);
	hurt_part = NULL;
}

/* ---- A run that measured nobody ---- */

static void make_unavailable(json_t *header)
{
	json_t *cells =
		json_object_get(json_object_get(header, "plan"), "cells");
	json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (!strcmp(bench_text(cell, "kind"), "candidate")) {
			json_object_set_new(cell, "status",
					    json_string("unavailable"));
			json_object_set_new(cell, "reason",
					    json_string("not here"));
		}
}

static void a_run_without_a_candidate_has_failed(void **state)
{
	FILE *out = fopen(path, "w"), *in = fopen(SHORT, "r");
	json_t *header = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL), *r;

	(void)state;
	make_unavailable(header);
	json_dumpf(header, out, JSON_COMPACT);
	fputc('\n', out);
	fclose(out);
	fclose(in);
	json_decref(header);
	assert_int_equal(bench_result_build(path, NULL, &r, why, sizeof(why)),
			 0);
	assert_true(bench_result_has_failed(r, why, sizeof(why)));
	assert_non_null(strstr(why, "no candidate was measured; "));
	assert_non_null(strstr(why, "unavailable: not here"));
	assert_false(bench_result_has_invalid(r));
	json_decref(r);
}

static void a_run_with_candidates_has_not(void **state)
{
	json_t *r;

	(void)state;
	assert_int_equal(bench_result_build(SHORT, NULL, &r, why, sizeof(why)),
			 0);
	assert_false(bench_result_has_failed(r, why, sizeof(why)));
	json_decref(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_sound_strategy_is_accused),
		cmocka_unit_test(what_the_environment_prevents_is_failed),
		cmocka_unit_test(reasons_are_whole),
		cmocka_unit_test(what_never_happened_is_not_ok),
		cmocka_unit_test(a_run_without_a_candidate_has_failed),
		cmocka_unit_test(a_run_with_candidates_has_not),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
