/* SPDX-License-Identifier: MIT */
/* The compact form: what it says is what the whole one said, to the digits that
 * it keeps; a file that is none is refused. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/base/json.h"
#include "bench/result/compact.h"
#include "bench/result/result.h"
#include "bench/result/view.h"
#include "tests/unit/result/file_helper.h"

#define RUN FIXTURES "/run.jsonl"

static json_t *whole, *compact, *again;

static json_t *load(const char *from)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	if (bench_result_load(from, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

/* What the fixture's time did not have: a marked block, and what its threads
 * were scheduled as. */
static int build_whole(void)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *cells, *cell;
	size_t i;

	if (bench_result_build(RUN, NULL, &whole, why, sizeof(why)))
		return -1;
	cells = json_object_get(whole, "cells");
	json_array_foreach (cells, i, cell)
		json_object_set_new(cell, "scheduling",
				    json_pack("{s:b, s:s}", "real-time",
					      i % 2 == 0, "reason", "a test"));
	json_object_set_new(
		json_array_get(
			json_object_get(json_array_get(cells, 1), "rounds"), 2),
		"mark", json_string("slow"));
	return 0;
}

static int make_all(void **state)
{
	char why[BENCH_RESULT_WHY] = "";

	if (make_file(state) || build_whole() ||
	    bench_compact(whole, &compact, why, sizeof(why)) ||
	    bench_result_write(compact, path, why, sizeof(why)))
		return -1;
	again = load(path);
	return 0;
}

static int drop_all(void **state)
{
	json_decref(whole);
	json_decref(compact);
	json_decref(again);
	return remove_file(state);
}

/* ---- It says the same ---- */

static void close_to(double got, double want, double share)
{
	if (isnan(want))
		assert_true(isnan(got));
	else if (fabs(got - want) > share * fabs(want) + 1e-9)
		fail_msg("%.9g, not %.9g", got, want);
}

static void same_value(struct bench_value got, struct bench_value want)
{
	close_to(got.value, want.value, 1e-3);
	if (!isnan(got.low)) { /* of some figures no interval is kept */
		close_to(got.low, want.low, 1e-3);
		close_to(got.high, want.high, 1e-3);
	}
	close_to(got.n, want.n, 0);
	assert_int_equal(got.is_too_few, want.is_too_few);
}

static void same_text(const char *got, const char *want)
{
	assert_int_equal(!got, !want);
	if (want)
		assert_string_equal(got, want);
}

static void same_figures(const json_t *got, const json_t *want)
{
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		enum bench_figure figure = (enum bench_figure)f;

		same_value(bench_view_figure(got, figure),
			   bench_view_figure(want, figure));
		same_text(bench_view_words(got, figure),
			  bench_view_words(want, figure));
		for (int p = 0; p < BENCH_PERCENTS; p++)
			same_value(bench_view_percentile(got, figure,
							 bench_percents[p]),
				   bench_view_percentile(want, figure,
							 bench_percents[p]));
		if (bench_figure_info(figure)->kind == BENCH_KIND_COUNTS)
			assert_true(
				json_equal(bench_figure_get(got, figure),
					   bench_figure_get(want, figure)) ||
				!bench_figure_get(want, figure));
		assert_int_equal(bench_view_bins(got, figure),
				 bench_view_bins(want, figure));
	}
}

static void same_ratio(const json_t *got, const json_t *want)
{
	struct bench_view_ratio a, b;

	assert_int_equal(bench_view_ratio(got, &a), bench_view_ratio(want, &b));
	if (!bench_view_ratio(want, &b))
		return;
	close_to(a.value, b.value, 1e-5);
	close_to(a.low, b.low, 1e-5);
	close_to(a.high, b.high, 1e-5);
	assert_int_equal(a.verdict, b.verdict);
	assert_int_equal(a.of_stored, b.of_stored);
	close_to(a.added.value, b.added.value, 1e-4);
	close_to(a.added.low, b.added.low, 1e-4);
	assert_int_equal(a.of_stored, b.of_stored);
	same_value(a.added, b.added);
	assert_string_equal(a.baseline, b.baseline);
	same_text(a.control, b.control);
}

static void every_cell_says_the_same(void **state)
{
	size_t n = bench_view_cells(whole);

	(void)state;
	assert_int_equal(bench_view_cells(again), n);
	for (size_t i = 0; i < n; i++) {
		const json_t *want = bench_view_cell(whole, i);
		const json_t *got = bench_view_cell(again, i);

		assert_string_equal(bench_view_id(got), bench_view_id(want));
		assert_string_equal(bench_view_kind(got),
				    bench_view_kind(want));
		assert_string_equal(bench_view_status(got),
				    bench_view_status(want));
		same_text(bench_view_why(got), bench_view_why(want));
		same_text(bench_view_no_real_time(got),
			  bench_view_no_real_time(want));
		assert_true(json_equal(json_object_get(got, "axes"),
				       json_object_get(want, "axes")));
		assert_int_equal(bench_view_writer_pu(got),
				 bench_view_writer_pu(want));
		same_figures(got, want);
		same_ratio(got, want);
	}
}

static void comparisons_have_their_rounds(void **state)
{
	static const struct {
		enum bench_figure figure;
		double percent;
	} of[] = { { BENCH_FIGURE_RATIO_LOG, 0 },
		   { BENCH_FIGURE_WRITER_NS_PER_EVENT, 0 },
		   { BENCH_FIGURE_SWAP_SAFE, 50 },
		   { BENCH_FIGURE_FLOOR_NS, 0 } };
	double got[64], want[64];
	size_t rounds = 0;

	(void)state;
	for (size_t i = 0; i < bench_view_cells(whole); i++)
		for (size_t k = 0; k < sizeof(of) / sizeof(of[0]); k++) {
			size_t n = bench_view_rounds(bench_view_cell(whole, i),
						     of[k].figure,
						     of[k].percent, want, 64);

			assert_int_equal(
				bench_view_rounds(bench_view_cell(again, i),
						  of[k].figure, of[k].percent,
						  got, 64),
				n);
			for (size_t r = 0; r < n; r++)
				if (fabs(got[r] - want[r]) >
				    2e-3 * fabs(want[r]) + 1e-3)
					fail_msg("%g, not %g", got[r], want[r]);
			rounds += n;
		}
	assert_true(rounds > 0);
}

/* Least, greatest and number stay exact; the shape is coarse: the value of a
 * rank is right to half a step of a half octave. */
static void histograms_are_coarse_and_whole(void **state)
{
	struct bench_hist *got = bench_hist_new(), *want = bench_hist_new();
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < bench_view_cells(whole); i++) {
		const json_t *cell = bench_view_cell(whole, i);

		bench_hist_reset(got);
		bench_hist_reset(want);
		if (!bench_view_histogram(cell, BENCH_FIGURE_SWAP_SAFE, want))
			continue;
		assert_true(bench_view_histogram(bench_view_cell(again, i),
						 BENCH_FIGURE_SWAP_SAFE, got));
		assert_int_equal(got->total, want->total);
		assert_int_equal(got->min, want->min);
		assert_int_equal(got->max, want->max);
		for (double q = 0.1; q < 0.95; q += 0.1)
			close_to(bench_hist_value_at(got, q),
				 bench_hist_value_at(want, q), 0.3);
		seen++;
	}
	bench_hist_free(got);
	bench_hist_free(want);
	assert_true(seen > 0);
}

static void marks_are_where_they_were(void **state)
{
	struct bench_view_marks a, b;

	(void)state;
	bench_view_marks(whole, &a);
	bench_view_marks(again, &b);
	assert_int_equal(a.n, 1);
	assert_int_equal(b.n, a.n);
	assert_int_equal(b.of, a.of);
	assert_int_equal(b.round, a.round);
	assert_string_equal(b.id, a.id);
	assert_string_equal(b.why, "slow");
}

/* Compact again is the same: nothing is lost twice. */
static void compact_twice_is_compact_once(void **state)
{
	char why[BENCH_RESULT_WHY];
	json_t *twice;

	(void)state;
	assert_int_equal(bench_compact(again, &twice, why, sizeof(why)), 0);
	assert_true(json_equal(json_object_get(twice, "compact"),
			       json_object_get(compact, "compact")));
	assert_int_equal(json_array_size(json_object_get(twice, "cells")),
			 json_array_size(json_object_get(compact, "cells")));
	json_decref(twice);
}

/* A result of many more cells is within the limit too, and says what it lacks;
 * one that cannot be is refused. */
static void what_is_too_large_lacks_more(void **state)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *large = json_deep_copy(whole), *small = NULL, *cell;
	json_t *cells = json_object_get(large, "cells");
	size_t n = json_array_size(cells), i = 0;
	int err;

	(void)state;
	do {
		for (size_t k = 0; k < n; k++) {
			cell = json_deep_copy(json_array_get(cells, k));
			json_object_set_new(cell, "id",
					    json_sprintf("%s/copy=%zu",
							 bench_text(cell, "id"),
							 i++));
			json_array_append_new(cells, cell);
		}
		json_decref(small);
		small = NULL;
		err = bench_compact(large, &small, why, sizeof(why));
		if (err)
			break;
		assert_true(json_dumpb(small, NULL, 0,
				       JSON_COMPACT | JSON_REAL_PRECISION(6)) <=
			    BENCH_COMPACT_BYTES_MAX);
		if (json_array_size(json_object_get(
			    json_object_get(small, "compact"), "left-out")) >
		    json_array_size(json_object_get(
			    json_object_get(compact, "compact"), "left-out")))
			i |= 1u << 30;
	} while (json_array_size(cells) < 5000);
	assert_int_equal(err, -EFBIG);
	assert_non_null(strstr(why, "fewer cells"));
	assert_true(i & 1u << 30);
	json_decref(large);
}

static void light_is_enough_to_compare(void **state)
{
	static const enum bench_figure values[] = {
		BENCH_FIGURE_RATIO_LOG,
		BENCH_FIGURE_WRITER_NS_PER_EVENT,
		BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
		BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT,
		BENCH_FIGURE_FOOTPRINT_STOLEN_NS,
		BENCH_FIGURE_FLOOR_NS
	};
	char why[BENCH_RESULT_WHY] = "";
	json_t *light;

	(void)state;
	if (bench_result_load_figures(path, /* is_light */ true, &light, why,
				      sizeof(why)))
		fail_msg("%s", why);
	for (size_t i = 0; i < bench_view_cells(whole); i++) {
		const json_t *got = bench_view_cell(light, i);
		const json_t *want = bench_view_cell(whole, i);

		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
			same_value(bench_view_figure(got, values[k]),
				   bench_view_figure(want, values[k]));
		same_value(
			bench_view_percentile(got, BENCH_FIGURE_SWAP_SAFE, 50),
			bench_view_percentile(want, BENCH_FIGURE_SWAP_SAFE,
					      50));
		same_value(bench_view_percentile(got, BENCH_FIGURE_SCALING_COST,
						 50),
			   bench_view_percentile(
				   want, BENCH_FIGURE_SCALING_COST, 50));
		same_value(bench_view_percentile(
				   got, BENCH_FIGURE_WRITER_LATENCY, 99),
			   bench_view_percentile(
				   want, BENCH_FIGURE_WRITER_LATENCY, 99));
		same_ratio(got, want);
	}
	json_decref(light);
}

/* ---- A file that is none ---- */

static void refused(json_t *edited, const char *says)
{
	char other[sizeof(path) + 8], why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	snprintf(other, sizeof(other), "%s.bad", path);
	assert_int_equal(json_dump_file(edited, other, 0), 0);
	assert_int_equal(bench_result_load(other, &result, why, sizeof(why)),
			 -EINVAL);
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
	unlink(other);
	json_decref(edited);
}

static json_t *edited_cell(json_t *edited, const char *id)
{
	json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(edited, "cells"), i, cell)
		if (!strcmp(bench_text(cell, "id"), id))
			return cell;
	fail_msg("no cell %s", id);
	return NULL;
}

#define SWAP_CELL "swap/rcu/shared-l3"

/* The list of a distribution with a histogram, in a cell of swaps. */
static json_t *a_distribution(json_t *edited)
{
	json_t *values =
		json_object_get(edited_cell(edited, SWAP_CELL), "values");
	json_t *value;
	size_t i;

	json_array_foreach (values, i, value)
		if (json_array_size(value) == 6 &&
		    json_is_array(json_array_get(value, 4)))
			return value;
	fail_msg("no distribution");
	return NULL;
}

static void what_contradicts_itself_is_refused(void **state)
{
	json_t *edited = json_deep_copy(compact);

	(void)state;
	json_array_clear(json_object_get(edited, "shared"));
	refused(edited, "\"shared\" lacks");

	edited = json_deep_copy(compact);
	json_array_set_new(
		json_object_get(edited_cell(edited, SWAP_CELL), "like"), 0,
		json_integer(-1));
	refused(edited, "\"shared\" lacks");

	edited = json_deep_copy(compact);
	json_array_append_new(
		json_object_get(edited_cell(edited, SWAP_CELL), "values"),
		json_integer(1));
	refused(edited, "as many names");

	edited = json_deep_copy(compact);
	json_array_set_new(a_distribution(edited), 0, json_integer(1));
	refused(edited, "contradict each other");

	edited = json_deep_copy(compact);
	json_array_append_new(json_array_get(a_distribution(edited), 5),
			      json_integer(-1000000000));
	refused(edited, "contradict each other");

	edited = json_deep_copy(compact);
	json_object_set_new(edited_cell(edited, SWAP_CELL), "id",
			    json_string("swap"));
	refused(edited, "names no scenario");

	edited = json_deep_copy(compact);
	json_object_set_new(edited, "schema",
			    json_string("ringswap-compact/2"));
	refused(edited, "should be \"ringswap/1\"");
}

/* ---- A small file that asks for much ---- */

/* The list that a cell's three places lead to. */
static json_t *like_list(json_t *edited, int which)
{
	json_t *like = json_object_get(edited_cell(edited, SWAP_CELL), "like");

	return json_array_get(json_object_get(edited, "shared"),
			      (size_t)json_integer_value(
				      json_array_get(like, (size_t)which)));
}

/* The value that its cells share under one of the places there. */
static json_t *shared_value(json_t *edited, int which, size_t at)
{
	return json_array_get(json_object_get(edited, "shared"),
			      (size_t)json_integer_value(json_array_get(
				      like_list(edited, which), at)));
}

static void add_copies(json_t *edited, size_t n)
{
	json_t *cells = json_object_get(edited, "cells");
	json_t *cell = edited_cell(edited, SWAP_CELL);

	while (n--)
		json_array_append(cells, cell);
}

/* The list of a series of bins. */
static json_t *a_series(json_t *edited, const char *id)
{
	json_t *values = json_object_get(edited_cell(edited, id), "values");
	json_t *value;
	size_t i;

	json_array_foreach (values, i, value)
		if (json_array_size(value) == 6 &&
		    json_is_array(json_array_get(value, 3)))
			return value;
	fail_msg("no series");
	return NULL;
}

#define FOOTPRINT_CELL "footprint/membarrier/shared-l3"

static void what_asks_for_more_than_any_run_is_refused(void **state)
{
	json_t *edited = json_deep_copy(compact), *list;

	(void)state;
	/* rounds, that every cell has alike */
	list = json_object_get(shared_value(edited, 1, 4), "round");
	while (json_array_size(list) < BENCH_RESULT_ROUNDS_MAX)
		json_array_append_new(list, json_integer(1));
	add_copies(edited, 1000);
	refused(edited, "more rounds, bins or shared values than any run");

	/* members of what they share */
	edited = json_deep_copy(compact);
	list = shared_value(edited, 0, 0);
	for (int i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d", i);
		json_object_set_new(list, name, json_null());
	}
	add_copies(edited, 1000);
	refused(edited, "more rounds, bins or shared values than any run");

	/* axes, that are the file's */
	edited = json_deep_copy(compact);
	list = json_object_get(edited, "axes");
	for (int i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d", i);
		json_object_set_new(list, name, json_null());
	}
	add_copies(edited, 1000);
	refused(edited, "more rounds, bins or shared values than any run");

	/* bins, of few words */
	edited = json_deep_copy(compact);
	list = a_series(edited, FOOTPRINT_CELL);
	json_array_set_new(list, 3, json_pack("[i, I]", 1, INT64_C(1) << 40));
	refused(edited, "a series that is none");
	edited = json_deep_copy(compact);
	list = json_array_get(a_series(edited, FOOTPRINT_CELL), 4);
	while (json_array_size(list) < 400000)
		json_array_append_new(list, json_integer(1));
	refused(edited, "more rounds, bins or shared values than any run");
}

/* Each is a number that is one, and none that anybody measured. */
static void numbers_at_the_end_of_their_range_are_refused(void **state)
{
	json_t *edited = json_deep_copy(compact), *statistics;

	(void)state;
	json_array_set_new(json_array_get(a_series(edited, FOOTPRINT_CELL), 3),
			   0, json_integer(INT64_MAX));
	refused(edited, "a series that is none");

	edited = json_deep_copy(compact);
	json_array_set_new(a_distribution(edited), 0, json_integer(INT64_MAX));
	refused(edited, "contradict each other");

	edited = json_deep_copy(compact);
	json_array_set_new(a_distribution(edited), 0, json_integer(INT64_MIN));
	refused(edited, "contradict each other");

	edited = json_deep_copy(compact);
	statistics = json_object_get(edited, "statistics");
	json_object_set_new(statistics, "alpha", json_real(1e-320));
	refused(edited, "statistics.alpha: is 9.99989e-321, should be between");

	edited = json_deep_copy(compact);
	statistics = json_object_get(edited, "statistics");
	json_object_set_new(json_object_get(statistics, "comparisons"), "write",
			    json_integer(INT64_C(1) << 50));
	refused(edited, "statistics.comparisons.write: is 1125899906842624");

	edited = json_deep_copy(compact);
	json_object_del(edited, "statistics");
	refused(edited, "statistics: is null, should be an object");
}

/* The least integer is no power of ten: its column has no values. */
static void a_power_of_ten_that_is_none_gives_no_values(void **state)
{
	json_t *edited = json_deep_copy(compact), *result = NULL, *column;
	char other[sizeof(path) + 8], why[BENCH_RESULT_WHY] = "";
	double values[64];
	size_t i;

	(void)state;
	json_array_foreach (
		json_object_get(edited_cell(edited, SWAP_CELL), "rounds"), i,
		column)
		if (json_is_array(column))
			json_array_set_new(column, 0, json_integer(INT64_MIN));
	snprintf(other, sizeof(other), "%s.odd", path);
	assert_int_equal(json_dump_file(edited, other, 0), 0);
	if (bench_result_load(other, &result, why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(bench_view_rounds(edited_cell(result, SWAP_CELL),
					   BENCH_FIGURE_RATIO_LOG, 0, values,
					   64),
			 0);
	unlink(other);
	json_decref(result);
	json_decref(edited);
}

/* Of the whole form: what is next to nothing is nothing. */
static void values_next_to_nothing_are_zero(void **state)
{
	json_t *tiny = json_deep_copy(whole), *small = NULL, *round, *column;
	char why[BENCH_RESULT_WHY] = "";
	json_t *cells = json_object_get(tiny, "cells");
	size_t i, at;

	(void)state;
	json_array_foreach (cells, at, round)
		if (!strcmp(bench_text(round, "id"), SWAP_CELL))
			break;
	json_array_foreach (
		json_object_get(json_array_get(cells, at), "rounds"), i, round)
		json_object_set_new(json_object_get(round, "figures"),
				    "ratio.log", json_real(1e-320));
	assert_int_equal(bench_compact(tiny, &small, why, sizeof(why)), 0);
	column = json_array_get(
		json_object_get(edited_cell(small, SWAP_CELL), "rounds"), 0);
	assert_int_equal(json_integer_value(json_array_get(column, 0)), 0);
	assert_int_equal(json_integer_value(json_array_get(column, 1)), 0);
	json_decref(small);
	json_decref(tiny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_says_the_same),
		cmocka_unit_test(comparisons_have_their_rounds),
		cmocka_unit_test(histograms_are_coarse_and_whole),
		cmocka_unit_test(marks_are_where_they_were),
		cmocka_unit_test(compact_twice_is_compact_once),
		cmocka_unit_test(what_is_too_large_lacks_more),
		cmocka_unit_test(light_is_enough_to_compare),
		cmocka_unit_test(what_contradicts_itself_is_refused),
		cmocka_unit_test(what_asks_for_more_than_any_run_is_refused),
		cmocka_unit_test(numbers_at_the_end_of_their_range_are_refused),
		cmocka_unit_test(a_power_of_ten_that_is_none_gives_no_values),
		cmocka_unit_test(values_next_to_nothing_are_zero),
	};

	return cmocka_run_group_tests(tests, make_all, drop_all);
}
