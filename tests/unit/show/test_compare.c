/* SPDX-License-Identifier: MIT */
/* Comparing results: planted differences are found, with the right sign, and
 * nothing else; unlike machines never meet in nanoseconds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/show/compare.h"
#include "bench/result/result.h"
#include "bench/result/view.h"
#include "bench/base/rng.h"

static json_t *build(void)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	if (bench_result_build(FIXTURES "/run.jsonl", NULL, &result, why,
			       sizeof(why)))
		fail_msg("%s", why);
	return result;
}

/* Multiply every figure of a strategy's rounds, after shaking each by up to
 * 1 % so that the two results are no copies. */
static void plant(json_t *result, const char *strategy, double factor)
{
	json_t *cells = json_object_get(result, "cells"), *cell, *round;
	struct bench_rng rng;
	size_t i, j;

	bench_rng_seed(&rng, 7);
	json_array_foreach (cells, i, cell) {
		json_t *rounds = json_object_get(cell, "rounds");
		const char *name =
			json_string_value(json_object_get(cell, "strategy"));

		json_array_foreach (rounds, j, round) {
			json_t *figures = json_object_get(round, "figures");
			const char *key;
			json_t *value;

			json_object_foreach (figures, key, value) {
				double shake =
					(double)bench_rng_below(&rng, 2001);
				double v = json_number_value(value) *
					   (1 + (shake - 1000) / 1e5);

				if (!strcmp(name, strategy))
					v *= factor;
				json_real_set(value, v);
			}
		}
	}
}

static json_t *compare(json_t *a, json_t *b)
{
	json_t *results[] = { a, b };
	const char *names[] = { "a.json", "b.json" };
	struct bench_compare c = { 2, results, names };

	return bench_compare_json(&c);
}

static const json_t *row_of(const json_t *comparison, const char *id,
			    const char *measure)
{
	const json_t *rows = json_object_get(comparison, "rows"), *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (!strcmp(json_string_value(json_object_get(row, "id")),
			    id) &&
		    strstr(json_string_value(json_object_get(row, "measure")),
			   measure))
			return row;
	fail_msg("no row %s", id);
	return NULL;
}

static const char *verdict_of(const json_t *comparison, const char *id,
			      const char *measure)
{
	return json_string_value(
		json_object_get(row_of(comparison, id, measure), "verdict"));
}

static void check_planted(double factor, const char *word)
{
	json_t *a = build(), *b = build(), *c;

	plant(b, "rcu", factor);
	c = compare(a, b);
	assert_true(json_is_true(json_object_get(c, "same-machine")));
	assert_string_equal(verdict_of(c, "write/rcu/shared-l3", "write"),
			    word);
	assert_string_equal(verdict_of(c, "swap/rcu/shared-l3", "until safe"),
			    word);
	assert_string_equal(verdict_of(c, "write/barrier/shared-l3", "write"),
			    "equivalent");
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

static void test_planted_gain(void **state)
{
	(void)state;
	check_planted(0.9, "better");
}

static void test_planted_loss(void **state)
{
	(void)state;
	check_planted(1.1, "worse");
}

/* 2 % is real here and yet below what matters. */
static void test_small_is_equivalent(void **state)
{
	json_t *a = build(), *b = build(), *c;

	(void)state;
	plant(b, "global-lock", 1.01);
	c = compare(a, b);
	assert_string_equal(
		verdict_of(c, "write/global-lock/shared-l3", "write"),
		"equivalent");
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

/* The time a swap steals, shifted so that about half the rounds are below 0. */
static void shift_stolen(json_t *result, double by)
{
	json_t *cell, *round;
	size_t i, j;

	json_array_foreach (json_object_get(result, "cells"), i, cell)
		json_array_foreach (json_object_get(cell, "rounds"), j, round) {
			json_t *value = json_object_get(
				json_object_get(round, "figures"),
				"footprint.stolen-ns");

			if (value)
				json_real_set(value,
					      by + (j % 2 ? 20.0 : -20.0) +
						      (double)j);
		}
}

static void test_what_is_below_0_is_compared_by_differences(void **state)
{
	static const char id[] = "footprint/membarrier/shared-l3";
	json_t *a = build(), *b = build(), *c;
	const json_t *row;

	(void)state;
	shift_stolen(a, 0);
	shift_stolen(b, 500);
	c = compare(a, b);
	row = row_of(c, id, "stolen");
	assert_int_equal(json_integer_value(json_object_get(row, "n-a")), 12);
	assert_int_equal(json_integer_value(json_object_get(row, "n-b")), 12);
	assert_true(json_is_null(json_object_get(row, "ratio")));
	assert_true(fabs(json_number_value(json_object_get(row, "difference")) -
			 500) < 10);
	assert_string_equal(json_string_value(json_object_get(row, "verdict")),
			    "worse");
	json_decref(c);
	shift_stolen(b, 1);
	c = compare(a, b);
	assert_string_equal(verdict_of(c, id, "stolen"), "not-resolved");
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

/* What identical code showed in either run is no difference between them. */
static void test_a_wide_control_widens_the_threshold(void **state)
{
	json_t *a = build(), *b = build(), *c;
	json_t *aa = json_array_get(json_object_get(b, "aa"), 0);

	(void)state;
	plant(b, "rcu", 1.07);
	c = compare(a, b);
	assert_string_equal(verdict_of(c, "write/rcu/shared-l3", "write"),
			    "worse");
	json_decref(c);
	json_object_set_new(aa, "high", json_real(1.09));
	c = compare(a, b);
	assert_string_not_equal(verdict_of(c, "write/rcu/shared-l3", "write"),
				"worse");
	json_decref(c);
	json_object_set_new(aa, "passed", json_false());
	c = compare(a, b);
	assert_string_equal(verdict_of(c, "write/rcu/shared-l3", "write"),
			    "no-verdict");
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

static void test_unlike_machines_show_no_nanoseconds(void **state)
{
	json_t *a = build(), *b = build(), *c, *row;
	const json_t *rows;
	size_t i;

	(void)state;
	json_object_set_new(json_object_get(b, "machine"), "key",
			    json_string("m-0000000000000000"));
	c = compare(a, b);
	rows = json_object_get(c, "rows");
	assert_true(json_is_false(json_object_get(c, "same-machine")));
	assert_true(json_array_size(rows) > 0);
	json_array_foreach (rows, i, row) {
		assert_null(json_object_get(row, "a"));
		assert_null(json_object_get(row, "ratio"));
		assert_int_equal(json_array_size(json_object_get(row, "sides")),
				 2);
	}
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

static char *printed(const json_t *comparison, unsigned int width)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	bench_compare_print(comparison, width, to);
	fclose(to);
	return text;
}

static void rename_cells(json_t *result)
{
	json_t *cells = json_object_get(result, "cells"), *cell;
	char id[400];
	size_t i;

	json_array_foreach (cells, i, cell) {
		snprintf(id, sizeof(id), "%s/swap-rate=10000/writer-state=%zu",
			 json_string_value(json_object_get(cell, "id")), i);
		json_object_set_new(cell, "id", json_string(id));
	}
}

/* The text without blanks and line ends. */
static void squeeze(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ' && *text != '\n')
			*to++ = *text;
	*to = '\0';
}

static void check_ids(const json_t *comparison, const char *text)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(comparison, "rows"), i, row) {
		const char *id = json_string_value(json_object_get(row, "id"));

		if (!strstr(text, id))
			fail_msg("no %s in %s", id, text);
	}
}

static void check_lines(const char *text, size_t width)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > width)
			fail_msg("%zu columns: %.*s", length, (int)length,
				 text);
		text += length + (text[length] == '\n');
	}
}

static void test_every_cell_is_named_whole(void **state)
{
	static const unsigned int widths[] = { 0, 100, 80, 40 };
	json_t *a = build(), *b = build(), *c;

	(void)state;
	rename_cells(a);
	rename_cells(b);
	c = compare(a, b);
	assert_true(json_array_size(json_object_get(c, "rows")) > 10);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		char *text = printed(c, widths[i]);

		if (widths[i]) {
			check_lines(text, widths[i]);
			squeeze(text);
		}
		check_ids(c, text);
		free(text);
	}
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

/* ---- One definition ---- */

static json_t *set_rounds(json_t *result, const char *id, const char *key,
			  double value)
{
	json_t *cells = json_object_get(result, "cells"), *cell, *round;
	json_t *found = NULL;
	size_t i, j;

	json_array_foreach (cells, i, cell) {
		if (strcmp(json_string_value(json_object_get(cell, "id")), id))
			continue;
		found = cell;
		json_array_foreach (json_object_get(cell, "rounds"), j, round)
			json_object_set_new(json_object_get(round, "figures"),
					    key, json_real(value));
	}
	return found;
}

/* The nanoseconds of a comparison are those of the table, even where the
 * rounds' own percentiles say something else. */
static void test_nanoseconds_are_the_tables(void **state)
{
	json_t *a = build(), *b = build(), *c;
	const json_t *row, *cell;

	(void)state;
	cell = set_rounds(a, "swap/rcu/shared-l3", "swap.safe.p50", 5000);
	c = compare(a, b);
	row = row_of(c, "swap/rcu/shared-l3", "until safe");
	assert_true(
		json_number_value(json_object_get(row, "a")) ==
		bench_view_percentile(cell, BENCH_FIGURE_SWAP_SAFE, 50).value);
	assert_true(json_number_value(json_object_get(row, "ratio")) > 1.4);
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

static void test_nothing_in_common_is_told(void **state)
{
	json_t *a = build(), *b = build(), *c = compare(a, b);

	(void)state;
	assert_true(bench_compare_has_common(c));
	json_decref(c);
	json_array_clear(json_object_get(b, "cells"));
	c = compare(a, b);
	assert_false(bench_compare_has_common(c));
	json_decref(c);
	json_object_set_new(json_object_get(b, "machine"), "key",
			    json_string("m-other"));
	c = compare(a, b);
	assert_false(bench_compare_has_common(c));
	json_decref(a);
	json_decref(b);
	json_decref(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nanoseconds_are_the_tables),
		cmocka_unit_test(test_nothing_in_common_is_told),
		cmocka_unit_test(test_every_cell_is_named_whole),
		cmocka_unit_test(test_planted_gain),
		cmocka_unit_test(test_planted_loss),
		cmocka_unit_test(test_small_is_equivalent),
		cmocka_unit_test(
			test_what_is_below_0_is_compared_by_differences),
		cmocka_unit_test(test_a_wide_control_widens_the_threshold),
		cmocka_unit_test(test_unlike_machines_show_no_nanoseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
