/* SPDX-License-Identifier: MIT */
/* test_figures.c - the table of figures, and what putting one makes. */
#include "bench/result/figures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stats/hist_json.h"

/* Lower case, digits and single dashes inside. */
static void assert_word(const char *word)
{
	assert_true(*word);
	assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz-"),
			 strlen(word));
	assert_true(word[0] != '-' && word[strlen(word) - 1] != '-');
}

static void every_figure_is_described(void **state)
{
	(void)state;
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		const struct bench_figure_info *info =
			bench_figure_info((enum bench_figure)f);

		assert_word(info->part);
		assert_word(info->name);
		assert_true(*info->title && *info->meaning);
		assert_true(*info->unit || info->kind == BENCH_KIND_TEXT);
		assert_true(info->kind < BENCH_KINDS);
		assert_non_null(bench_figure_kind_name(info->kind));
	}
}

/* A time that is a number says its unit; histograms are all in ns. */
static void a_time_has_its_unit_in_its_name(void **state)
{
	(void)state;
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		const struct bench_figure_info *info =
			bench_figure_info((enum bench_figure)f);

		if (info->kind == BENCH_KIND_DIST ||
		    info->kind == BENCH_KIND_SERIES)
			assert_string_equal(info->unit, "ns");
		else if (!strcmp(info->unit, "ns") || !strcmp(info->unit, "us"))
			assert_non_null(strstr(info->name, info->unit));
		if (strstr(info->unit, "/s"))
			assert_non_null(strstr(info->name, "-per-s"));
	}
}

static void a_figure_is_found_by_its_path(void **state)
{
	char path[BENCH_FIGURE_PATH];
	enum bench_figure found;

	(void)state;
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		assert_true(bench_figure_find(
			bench_figure_path((enum bench_figure)f, path), &found));
		assert_int_equal(found, f); /* hence no path stands twice */
	}
	assert_true(bench_figure_find_in("swap", "safe", &found));
	assert_int_equal(found, BENCH_FIGURE_SWAP_SAFE);
	assert_false(bench_figure_find("swap.saef", &found));
	assert_false(bench_figure_find("swap", &found));
	assert_false(bench_figure_find_in("writer", "safe", &found));
	assert_true(bench_figure_is_part("verification"));
	assert_false(bench_figure_is_part("machine"));
}

static void numbers_and_counts_are_put_in_their_part(void **state)
{
	json_t *datum = json_object(), *want;

	(void)state;
	bench_figure_put(datum, BENCH_FIGURE_WRITER_NS_PER_EVENT, 2.5);
	bench_figure_put(datum, BENCH_FIGURE_WRITER_NS_PER_COMMITTED, NAN);
	bench_figure_put_count(datum, BENCH_FIGURE_WRITER_ATTEMPTED, 7);
	bench_figure_put_counts(datum, BENCH_FIGURE_WRITER_DROPS, NULL, 0);
	bench_figure_put_counts(datum, BENCH_FIGURE_SWAP_OUTCOMES, "ok", 3);
	bench_figure_put_counts(datum, BENCH_FIGURE_SWAP_OUTCOMES, "busy", 0);
	bench_figure_put_count(datum, BENCH_FIGURE_FOOTPRINT_FROM_NS, -10);
	want = json_pack("{s:{s:f,s:n,s:i,s:{}},s:{s:{s:i,s:i}},s:{s:i}}",
			 "writer", "ns-per-event", 2.5, "ns-per-committed",
			 "attempted", 7, "drops", "swap", "outcomes", "ok", 3,
			 "busy", 0, "footprint", "from-ns", -10);
	assert_non_null(want);
	assert_true(json_equal(datum, want));
	json_decref(want);
	json_decref(datum);
}

static void settings_and_texts_are_words(void **state)
{
	json_t *datum = json_object(), *want;

	(void)state;
	bench_figure_put_text(datum, BENCH_FIGURE_SWAP_PLANNED_PER_S,
			      "back-to-back");
	bench_figure_put_text(datum, BENCH_FIGURE_VERIFICATION_FIRST, NULL);
	want = json_pack("{s:{s:s},s:{s:n}}", "swap", "planned-per-s",
			 "back-to-back", "verification", "first");
	assert_true(json_equal(datum, want));
	json_decref(want);
	json_decref(datum);
}

static void histograms_are_put_as_journals_hold_them(void **state)
{
	struct bench_hist *h = bench_hist_new();
	struct bench_hist *bins[2] = { h, h };
	json_t *datum = json_object(), *one;
	json_t *list;

	(void)state;
	assert_non_null(h);
	bench_hist_record(h, 310);
	one = bench_hist_json(h);
	bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_SAFE, h);
	bench_figure_put_series(datum, BENCH_FIGURE_FOOTPRINT_SWAP, bins, 2);
	assert_true(json_equal(bench_figure_get(datum, BENCH_FIGURE_SWAP_SAFE),
			       one));
	list = bench_figure_get(datum, BENCH_FIGURE_FOOTPRINT_SWAP);
	assert_int_equal(json_array_size(list), 2);
	assert_true(json_equal(json_array_get(list, 1), one));
	assert_null(bench_figure_get(datum, BENCH_FIGURE_SWAP_CALL));
	json_decref(one);
	json_decref(datum);
	bench_hist_free(h);
}

static void a_member_that_is_no_figure_is_named(void **state)
{
	json_t *datum = json_pack("{s:{s:i},s:{s:i},s:s}", "machine", "swap", 1,
				  "swap", "retries", 1, "status", "ok");
	char path[BENCH_FIGURE_PATH];

	(void)state;
	assert_false(bench_figure_unknown(datum, path));
	json_object_set_new(json_object_get(datum, "swap"), "retires",
			    json_integer(1));
	assert_true(bench_figure_unknown(datum, path));
	assert_string_equal(path, "swap.retires");
	json_decref(datum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_figure_is_described),
		cmocka_unit_test(a_time_has_its_unit_in_its_name),
		cmocka_unit_test(a_figure_is_found_by_its_path),
		cmocka_unit_test(numbers_and_counts_are_put_in_their_part),
		cmocka_unit_test(settings_and_texts_are_words),
		cmocka_unit_test(histograms_are_put_as_journals_hold_them),
		cmocka_unit_test(a_member_that_is_no_figure_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
