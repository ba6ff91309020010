/* SPDX-License-Identifier: MIT */
/* The answers of a result: every rule of summary.h, and results that are
 * partial, broken or large. */
#include "tests/unit/show/summary_helper.h"

static void test_the_cheapest_of_each_side(void **state)
{
	json_t *result = whole();
	struct bench_summary s = summary_of(result);

	(void)state;
	choice_is(&s.writer, BENCH_CHOICE_ONE, "lent");
	choice_is(&s.swapper, BENCH_CHOICE_ONE, "fence");
	assert_int_equal(s.writer.rivals, 3);
	names_are(&s.lossless, "lock");
	names_are(&s.lossy, "fence lent");
	names_are(&s.caught, "racy");
	assert_true(s.caught.value[0] == 36);
	assert_int_equal(s.next, BENCH_NEXT_LOOK);
	says(result, &s,
	     (const char *const[]){
		     "cheapest writer  lent (1.05 ns), of 3 candidates\n",
		     "cheapest swap    fence (700 ns), of 3 candidates\n",
		     "loses no event   lock; refused for each swap: fence "
		     "30.0, lent 4000\n",
		     "caught breaking  racy (36 violations), declared unsound",
		     "not resolved     nothing in this table\n", NULL });
}

/* 2 % is below the threshold of 3 %; and noise hides a larger difference. */
static void test_what_is_not_told_apart_is_named_together(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	add_write(result, "near", 1.07, 0.005);
	add_write(result, "noisy", 1.2, 0.4);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_SEVERAL, "lent near noisy");
	assert_int_equal(s.writer.rivals, 5);
	assert_int_equal(s.next, BENCH_NEXT_RESOLVE);
	says(result, &s,
	     (const char *const[]){
		     "not told apart: lent (1.05 ns), near (1.07 "
		     "ns), noisy (1.20 ns); the other 2 "
		     "candidates cost more\n",
		     NULL });
}

/* The threshold is the one that verdicts have there, after A/A. */
static void test_the_threshold_is_the_cells_own(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;
	json_t *cell;
	size_t i;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	add_write(result, "b", 1.05, 0.005);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_ONE, "a");
	bench_summary_free(&s);
	json_array_foreach (json_object_get(result, "cells"), i, cell)
		json_object_set_new(json_object_get(cell, "ratio"), "threshold",
				    json_real(0.08));
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_SEVERAL, "a b");
	bench_summary_free(&s);
	json_decref(result);
}

/* A control, a strategy that is unsound, one that was caught anywhere. */
static void test_who_cannot_be_chosen(void **state)
{
	json_t *result = whole();
	struct bench_summary s;
	json_t *cell;

	(void)state;
	cell = add_write(result, "core", 0.5, 0.005);
	json_object_set_new(cell, "kind", json_string("control"));
	cell = add_write(result, "unsound", 0.6, 0.005);
	json_object_set_new(cell, "sound", json_false());
	add_write(result, "liar", 0.7, 0.005);
	cell = add_swap_at(result, "liar", "payload=64", 0.1, 0);
	set_status(cell, "invalid", "1 lost");
	set_violations(cell, 1);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_ONE, "lent");
	names_are(&s.invalid, "liar");
	assert_int_equal(s.next, BENCH_NEXT_VERIFY);
	assert_false(bench_summary_holds(result, "liar"));
	assert_true(bench_summary_holds(result, "lent"));
	says(result, &s,
	     (const char *const[]){
		     "swap/liar/here/payload=64 INVALID: 1 lost\n",
		     "liar (1 violation), although it claims to be sound; racy",
		     "look for more of it with `ringswap verify "
		     "--strategy liar`\n",
		     NULL });
}

static void test_a_failed_control_allows_no_choice(void **state)
{
	json_t *result = result_of(ROUNDS, false);
	struct bench_summary s;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	add_write(result, "b", 5, 0.005);
	add_swap(result, "a", 9, 0);
	add_swap(result, "b", 1, 0);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_NO_CONTROL, "a b");
	choice_is(&s.swapper, BENCH_CHOICE_NO_CONTROL, "b a");
	assert_int_equal(s.next, BENCH_NEXT_DOCTOR);
	json_array_clear(json_object_get(result, "aa"));
	says(result, &s,
	     (const char *const[]){ "not judged, A/A of write: there is no "
				    "control; the smallest median is a's (1.00 "
				    "ns)\n",
				    NULL });
}

static void test_too_few_rounds_allow_no_choice(void **state)
{
	json_t *result = result_of(5, true);
	struct bench_summary s;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	add_write(result, "b", 5, 0.005);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_TOO_FEW, "a b");
	assert_int_equal(s.writer.rounds, 5);
	assert_int_equal(s.writer.needs, 6);
	assert_int_equal(s.next, BENCH_NEXT_ROUNDS);
	assert_int_equal(s.needs, 8); /* five comparisons with the baseline */
	says(result, &s,
	     (const char *const[]){ "not judged: 2 candidates need 6 "
				    "rounds with numbers of all, and have "
				    "5; the smallest median is a's",
				    "--rounds 8 or more", NULL });
}

/* Rounds that one of two lacks are not compared. */
static void test_only_rounds_of_both_are_compared(void **state)
{
	json_t *result = result_of(ROUNDS, true), *cell;
	struct bench_summary s;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	cell = add_write(result, "b", 5, 0.005);
	while (json_array_size(json_object_get(cell, "rounds")) > 4)
		json_array_remove(json_object_get(cell, "rounds"), 0);
	s = summary_of(result);
	assert_int_equal(s.writer.kind, BENCH_CHOICE_TOO_FEW);
	assert_int_equal(s.writer.rounds, 4);
	bench_summary_free(&s);
	json_decref(result);
}

/* ---- Parts of a result ---- */

static void test_write_only(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	add_write(result, "b", 5, 0.005);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_ONE, "a");
	choice_is(&s.swapper, BENCH_CHOICE_NOTHING, "");
	assert_null(s.swapper.at);
	assert_int_equal(s.next, BENCH_NEXT_MEASURE);
	says(result, &s,
	     (const char *const[]){ "cheapest swap    unknown: this run has no "
				    "cell of swap\n",
				    "loses no event   unknown: no candidate "
				    "that holds was swapped\n",
				    "caught breaking  nothing; no strategy "
				    "that is declared unsound was swapped",
				    NULL });
}

static void test_swap_only(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;

	(void)state;
	add_swap(result, "a", 1, 5);
	add_swap(result, "b", 5, 6);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_NOTHING, "");
	choice_is(&s.swapper, BENCH_CHOICE_ONE, "a");
	says(result, &s,
	     (const char *const[]){ "cheapest writer  unknown: this run has no "
				    "cell of write\n",
				    "loses no event   none; refused for each "
				    "swap: a 5.00, b 6.00\n",
				    NULL });
}

static void test_floors_only(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	json_t *cell = append(result, cell_new("floor", "append", ""));
	struct bench_summary s;

	(void)state;
	json_object_set_new(cell, "kind", json_string("floor"));
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_NOTHING, "");
	choice_is(&s.swapper, BENCH_CHOICE_NOTHING, "");
	assert_int_equal(s.next, BENCH_NEXT_MEASURE);
	says(result, &s, (const char *const[]){ "What this run says", NULL });
}

static void set_all(json_t *result, const char *status, const char *reason)
{
	json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell)
		set_status(cell, status, reason);
}

static void test_everything_unavailable(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	set_all(result, "unavailable", "no signals here");
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_NOTHING, "");
	assert_non_null(s.writer.at);
	assert_int_equal(s.unmeasured, 7);
	says(result, &s,
	     (const char *const[]){
		     "cheapest writer  unknown: no candidate that holds was "
		     "measured\n",
		     "lock, write: unavailable: no signals here\n",
		     "7 cells without numbers: the first is write/fence/here, "
		     "unavailable: no signals here\n",
		     NULL });
}

static void test_everything_invalid(void **state)
{
	json_t *result = whole();
	struct bench_summary s;

	(void)state;
	set_all(result, "invalid", "3 torn");
	s = summary_of(result);
	choice_is(&s.swapper, BENCH_CHOICE_NOTHING, "");
	names_are(&s.invalid, "fence lent lock");
	names_are(&s.caught, "racy"); /* it claims nothing */
	assert_int_equal(s.unmeasured, 0);
	assert_int_equal(s.next, BENCH_NEXT_VERIFY);
	says(result, &s,
	     (const char *const[]){ "  write/lock/here INVALID: 3 torn\n",
				    NULL });
}

static void test_one_strategy(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	add_swap(result, "a", 1, 0);
	s = summary_of(result);
	choice_is(&s.writer, BENCH_CHOICE_ALONE, "a");
	choice_is(&s.swapper, BENCH_CHOICE_ALONE, "a");
	says(result, &s,
	     (const char *const[]){ "the only candidate here is a (1.00 ns)\n",
				    "loses no event   a\n", NULL });
}

/* Names of 30 characters, all of them whole at every width. */
static void test_forty_strategies(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;
	char name[64];
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "strategy-of-thirty-letters-%03d",
			 i);
		add_write(result, name, 1 + i / 20, 0.005);
		add_swap(result, name, 2 + i, i % 2);
	}
	s = summary_of(result);
	assert_int_equal(s.writer.kind, BENCH_CHOICE_SEVERAL);
	assert_int_equal(s.writer.names.n, 20);
	choice_is(&s.swapper, BENCH_CHOICE_ONE,
		  "strategy-of-thirty-letters-000");
	assert_int_equal(s.lossless.n, 20);
	bench_show_print(result, &(struct bench_show_options){ .width = 80 },
			 to);
	fclose(to);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name),
			 "\n  strategy-of-thirty-letters-%03d  ", i);
		assert_non_null(strstr(text, name));
	}
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		assert_true(length <= 80);
		line += length + 1;
	}
	free(text);
	bench_summary_free(&s);
	json_decref(result);
}

/* Rows of one family stand side by side, in the result's order otherwise. */
static void test_families_stand_together(void **state)
{
	static const char *const families[][2] = { { "a", "lock" },
						   { "b", "rcu" },
						   { "c", "lock" } };
	json_t *result = result_of(ROUNDS, true);
	json_t *list = json_array();
	struct bench_summary s;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		add_write(result, families[i][0], 1 + (double)i, 0.005);
		json_array_append_new(list, json_pack("{s:s, s:s}", "name",
						      families[i][0], "family",
						      families[i][1]));
	}
	json_object_set_new(result, "descriptors",
			    json_pack("{s:s, s:o}", "traits", "assumed",
				      "strategies", list));
	s = summary_of(result);
	says(result, &s,
	     (const char *const[]){ "\n  a         1.00  0",
				    "held\n  c         3.00  +2.00  3.00",
				    "held\n  b         2.00  +1.00  2.00",
				    "traits   assumed: this run is older",
				    NULL });
}

/* ---- What is not seen, and where is asked ---- */

static void test_an_unsound_strategy_that_is_not_caught(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;

	(void)state;
	add_write(result, "a", 1.0, 0.005);
	add_swap(result, "a", 1, 0);
	add_racy(result, 0);
	s = summary_of(result);
	names_are(&s.uncaught, "racy");
	names_are(&s.caught, "");
	assert_int_equal(s.next, BENCH_NEXT_LONGER);
	bench_summary_free(&s);
	/* caught anywhere is caught */
	set_violations(add_swap_at(result, "racy", "payload=64", 1, 0), 2);
	set_status(json_array_get(json_object_get(result, "cells"), 3),
		   "broken", "2 lost");
	s = summary_of(result);
	names_are(&s.uncaught, "");
	names_are(&s.caught, "racy");
	bench_summary_free(&s);
	json_decref(result);
}

static void test_where_most_candidates_were_measured(void **state)
{
	json_t *result = result_of(ROUNDS, true);
	struct bench_summary s;

	(void)state;
	add_swap(result, "a", 9, 0);
	add_swap_at(result, "a", "swap-rate=10/mlock=true", 1, 0);
	add_swap_at(result, "b", "swap-rate=10/mlock=true", 2, 0);
	add_swap_at(result, "a", "swap-rate=10", 3, 0);
	add_swap_at(result, "b", "swap-rate=10", 2, 0);
	s = summary_of(result);
	assert_string_equal(bench_view_axes(s.swapper.at), "swap-rate=10");
	choice_is(&s.swapper, BENCH_CHOICE_ONE, "b");
	assert_int_equal(s.tables, 2);
	bench_summary_free(&s);
	/* and of equals the default point */
	add_swap(result, "b", 7, 0);
	s = summary_of(result);
	assert_string_equal(bench_view_axes(s.swapper.at), "");
	says(result, &s,
	     (const char *const[]){ "2 other points of write and swap", NULL });
}

static void test_what_is_not_resolved_is_said(void **state)
{
	json_t *result = whole();
	json_t *ratio = json_object_get(
		json_array_get(json_object_get(result, "cells"), 1), "ratio");
	struct bench_summary s;

	(void)state;
	json_object_set_new(ratio, "verdict", json_string("not-resolved"));
	json_object_set_new(ratio, "half-width", json_real(0.145));
	s = summary_of(result);
	names_are(&s.unresolved, "lent");
	assert_int_equal(s.next, BENCH_NEXT_RESOLVE);
	says(result, &s,
	     (const char *const[]){ "not resolved     the cost of a write "
				    "beside the baseline's, of lent (14.5 %)",
				    NULL });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_cheapest_of_each_side),
		cmocka_unit_test(test_what_is_not_told_apart_is_named_together),
		cmocka_unit_test(test_the_threshold_is_the_cells_own),
		cmocka_unit_test(test_who_cannot_be_chosen),
		cmocka_unit_test(test_a_failed_control_allows_no_choice),
		cmocka_unit_test(test_too_few_rounds_allow_no_choice),
		cmocka_unit_test(test_only_rounds_of_both_are_compared),
		cmocka_unit_test(test_write_only),
		cmocka_unit_test(test_swap_only),
		cmocka_unit_test(test_floors_only),
		cmocka_unit_test(test_everything_unavailable),
		cmocka_unit_test(test_everything_invalid),
		cmocka_unit_test(test_one_strategy),
		cmocka_unit_test(test_forty_strategies),
		cmocka_unit_test(test_families_stand_together),
		cmocka_unit_test(test_an_unsound_strategy_that_is_not_caught),
		cmocka_unit_test(test_where_most_candidates_were_measured),
		cmocka_unit_test(test_what_is_not_resolved_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
