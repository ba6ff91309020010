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

static json_t *build_of(const char *journal)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	if (bench_result_build(journal, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

static json_t *build(void)
{
	return build_of(FIXTURES "/run.jsonl");
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

/* The results may go once they are added. */
static struct bench_compare *both(const json_t *a, const json_t *b)
{
	struct bench_compare *c = bench_compare_new();

	assert_non_null(c);
	assert_int_equal(bench_compare_add(c, "a.json", a), 0);
	assert_int_equal(bench_compare_add(c, "b.json", b), 0);
	return c;
}

static json_t *compare(const json_t *a, const json_t *b)
{
	struct bench_compare *c = both(a, b);
	json_t *json = bench_compare_json(c);

	bench_compare_free(c);
	return json;
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

/* Inlined, gcc takes what is returned for the address of the local. */
static __attribute__((noinline)) char *printed(struct bench_compare *c,
					       unsigned int width)
{
	struct bench_compare_options o = { .width = width, .all = true };
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	bench_compare_print(c, &o, to);
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
	struct bench_compare *whole;

	(void)state;
	rename_cells(a);
	rename_cells(b);
	whole = both(a, b);
	c = compare(a, b);
	assert_true(json_array_size(json_object_get(c, "rows")) > 10);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		char *text = printed(whole, widths[i]);

		if (widths[i]) {
			check_lines(text, widths[i]);
			squeeze(text);
		}
		check_ids(c, text);
		free(text);
	}
	bench_compare_free(whole);
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

static bool has_common(const json_t *a, const json_t *b)
{
	struct bench_compare *c = both(a, b);
	bool has = bench_compare_has_common(c);

	bench_compare_free(c);
	return has;
}

static void test_nothing_in_common_is_told(void **state)
{
	json_t *a = build(), *b = build();

	(void)state;
	assert_true(has_common(a, b));
	json_array_clear(json_object_get(b, "cells"));
	assert_false(has_common(a, b));
	json_object_set_new(json_object_get(b, "machine"), "key",
			    json_string("m-other"));
	assert_false(has_common(a, b));
	json_decref(a);
	json_decref(b);
}

/* ---- False alarms ---- */

/* Every figure of every round anew, from one distribution. */
static void draw(json_t *result, struct bench_rng *rng, const char *strategy,
		 double factor)
{
	json_t *cells = json_object_get(result, "cells"), *cell, *round, *value;
	const char *key;
	size_t i, j;

	json_array_foreach (cells, i, cell) {
		const char *name =
			json_string_value(json_object_get(cell, "strategy"));
		bool slower = strategy && !strcmp(name, strategy);

		json_array_foreach (json_object_get(cell, "rounds"), j, round)
			json_object_foreach (json_object_get(round, "figures"),
					     key, value) {
				double u = (double)bench_rng_below(rng, 10000);

				/* skewed, and wide beside the threshold */
				json_real_set(value,
					      100 * exp(u * u / 4e8) *
						      (slower ? factor : 1));
			}
	}
}

static size_t worse(const json_t *a, const json_t *b, double percent)
{
	struct bench_compare *c = both(a, b);
	size_t n = bench_compare_worse(c, percent);

	bench_compare_free(c);
	return n;
}

/* Nothing has changed in 200 comparisons of all cells: an alarm in more than 18
 * of them would happen once in 200 at 5 %. A real change is seen in each. */
static void test_alarms_are_rarely_false(void **state)
{
	json_t *a = build(), *b = build();
	struct bench_rng rng;
	unsigned int alarms = 0;

	(void)state;
	bench_rng_seed(&rng, 20261127);
	for (int i = 0; i < 200; i++) {
		draw(a, &rng, NULL, 1);
		draw(b, &rng, NULL, 1);
		alarms += worse(a, b, 0) > 0;
	}
	assert_in_range(alarms, 0, 18);
	for (int i = 0; i < 10; i++) {
		draw(a, &rng, NULL, 1);
		draw(b, &rng, "rcu", 2);
		assert_true(worse(a, b, 10) > 0);
		assert_int_equal(worse(a, b, 1000), 0);
	}
	json_decref(a);
	json_decref(b);
}

/* What the floors moved is the machine's. */
static void test_drift_raises_the_threshold(void **state)
{
	json_t *a = build(), *b = build(), *c, *cell, *round, *value;
	const char *key;
	size_t i, j;

	(void)state;
	plant(b, "rcu", 1.08);
	c = compare(a, b);
	assert_string_equal(verdict_of(c, "write/rcu/shared-l3", "write"),
			    "worse");
	json_decref(c);
	json_array_foreach (json_object_get(b, "cells"), i, cell) {
		if (strcmp(json_string_value(json_object_get(cell, "kind")),
			   "floor") != 0)
			continue;
		json_array_foreach (json_object_get(cell, "rounds"), j, round)
			json_object_foreach (json_object_get(round, "figures"),
					     key, value)
				json_real_set(value,
					      1.2 * json_number_value(value));
	}
	c = compare(a, b);
	assert_string_not_equal(verdict_of(c, "write/rcu/shared-l3", "write"),
				"worse");
	json_decref(c);
	json_decref(a);
	json_decref(b);
}

/* ---- Machines ---- */

static json_t *machine(const char *key)
{
	json_t *result = build();

	json_object_set_new(json_object_get(result, "machine"), "key",
			    json_string(key));
	return result;
}

/* The ratios of a strategy, as if it cost so many times as much. */
static void set_ratio(json_t *result, const char *strategy, double ratio)
{
	json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell) {
		json_t *own = json_object_get(cell, "ratio");

		if (!own ||
		    strcmp(json_string_value(json_object_get(cell, "strategy")),
			   strategy) != 0)
			continue;
		json_object_set_new(own, "median", json_real(ratio));
		json_object_set_new(own, "low", json_real(0.99 * ratio));
		json_object_set_new(own, "high", json_real(1.01 * ratio));
	}
}

static const json_t *move_of(const json_t *c, const char *a, const char *b)
{
	json_t *move;
	size_t i;

	json_array_foreach (json_object_get(c, "moves"), i, move) {
		const char *x = json_string_value(json_object_get(move, "a"));
		const char *y = json_string_value(json_object_get(move, "b"));

		if ((!strcmp(x, a) && !strcmp(y, b)) ||
		    (!strcmp(x, b) && !strcmp(y, a)))
			return move;
	}
	return NULL;
}

static bool line_has(const char *text, const char *start, const char *word)
{
	const char *line = strstr(text, start);
	const char *at = line ? strstr(line, word) : NULL;

	return at && at < strchrnul(line, '\n');
}

/* In the summary, which is of all tables, the line ends with its table. */
static void says_where_they_move(const json_t *a, const json_t *b)
{
	struct bench_compare *whole = bench_compare_new();
	char *text;

	assert_int_equal(bench_compare_add(whole, "a", a), 0);
	assert_int_equal(bench_compare_add(whole, "b", b), 0);
	text = printed(whole, 0);
	assert_true(line_has(text, "  change places", " (write, "));
	free(text);
	bench_compare_free(whole);
}

static void test_who_changes_places_is_told(void **state)
{
	json_t *a = machine("m-a"), *b = machine("m-b"), *c;
	const json_t *move;
	double most, least;

	(void)state;
	set_ratio(a, "barrier", 5);
	set_ratio(a, "rcu", 1.5);
	set_ratio(b, "barrier", 1.1);
	set_ratio(b, "rcu", 1.2);
	c = compare(a, b);
	move = move_of(c, "barrier", "rcu");
	assert_non_null(move);
	most = json_number_value(json_object_get(move, "most"));
	least = json_number_value(json_object_get(move, "least"));
	if (!strcmp(json_string_value(json_object_get(move, "a")), "rcu")) {
		double swapped = 1 / most;

		most = 1 / least;
		least = swapped;
	}
	assert_true(fabs(most - 5 / 1.5) < 1e-6);
	assert_true(fabs(least - 1.1 / 1.2) < 1e-6);
	json_decref(c);
	says_where_they_move(a, b);
	/* the same order, however far: no move */
	set_ratio(b, "barrier", 20);
	c = compare(a, b);
	assert_null(move_of(c, "barrier", "rcu"));
	json_decref(c);
	/* what the intervals do not tell apart moves nothing */
	set_ratio(b, "barrier", 1.195);
	c = compare(a, b);
	assert_null(move_of(c, "barrier", "rcu"));
	json_decref(c);
	json_decref(a);
	json_decref(b);
}

/* Rename a placement throughout, as on a machine with other caches. */
static void replace_all(json_t *json, const char *from, const char *to)
{
	json_t *value;
	const char *key;
	size_t i;

	if (json_is_string(json)) {
		const char *text = json_string_value(json);
		const char *at = strstr(text, from);
		char other[400];

		if (!at)
			return;
		snprintf(other, sizeof(other), "%.*s%s%s", (int)(at - text),
			 text, to, at + strlen(from));
		json_string_set(json, other);
	}
	json_array_foreach (json, i, value)
		replace_all(value, from, to);
	json_object_foreach (json, key, value)
		replace_all(value, from, to);
}

static size_t rows_with_both(const json_t *c, bool is_auto)
{
	json_t *row;
	size_t i, n = 0;

	json_array_foreach (json_object_get(c, "rows"), i, row) {
		const json_t *sides = json_object_get(row, "sides");
		const json_t *a = json_array_get(sides, 0);
		const json_t *b = json_array_get(sides, 1);

		n += json_is_number(json_object_get(a, "cost")) &&
		     json_is_number(json_object_get(b, "cost")) &&
		     json_is_true(json_object_get(a, "auto")) == is_auto &&
		     strcmp(json_string_value(json_object_get(a, "placement")),
			    json_string_value(
				    json_object_get(b, "placement"))) != 0;
	}
	return n;
}

static void test_what_auto_placed_is_compared_as_such(void **state)
{
	json_t *a = machine("m-a"), *b = machine("m-b"), *c;
	char *text;
	struct bench_compare *whole;

	(void)state;
	replace_all(json_object_get(b, "cells"), "shared-l3", "shared-l2");
	replace_all(json_object_get(b, "aa"), "shared-l3", "shared-l2");
	c = compare(a, b);
	assert_int_equal(rows_with_both(c, false), 0);
	json_decref(c);
	json_object_set_new(json_object_get(a, "run"), "auto-placement",
			    json_string("shared-l3"));
	json_object_set_new(json_object_get(b, "run"), "auto-placement",
			    json_string("shared-l2"));
	c = compare(a, b);
	assert_true(rows_with_both(c, true) > 5);
	json_decref(c);
	whole = both(a, b);
	text = printed(whole, 0);
	assert_non_null(strstr(text, "A shared-l3, B shared-l2"));
	free(text);
	bench_compare_free(whole);
	json_decref(a);
	json_decref(b);
}

static const char *left_out(const json_t *c, size_t result)
{
	return json_string_value(json_object_get(
		json_array_get(json_object_get(c, "results"), result),
		"left-out"));
}

static void test_unlike_builds_are_left_out(void **state)
{
	json_t *a = build(), *b = build(), *c;

	(void)state;
	json_object_set_new(json_object_get(b, "build"), "sanitizer",
			    json_string("address"));
	c = compare(a, b);
	assert_non_null(strstr(left_out(c, 1), "sanitizer"));
	assert_int_equal(json_array_size(json_object_get(c, "rows")), 0);
	json_decref(c);
	json_object_set_new(json_object_get(a, "build"), "sanitizer",
			    json_string("address"));
	c = compare(a, b);
	assert_null(left_out(c, 1));
	assert_true(json_array_size(json_object_get(c, "rows")) > 0);
	json_decref(c);
	json_object_set_new(json_object_get(a, "run"), "simulated",
			    json_true());
	c = compare(a, b);
	assert_non_null(strstr(left_out(c, 1), "simulated"));
	json_decref(c);
	json_decref(a);
	json_decref(b);
}

static void test_what_one_lacks_has_its_reason(void **state)
{
	json_t *a = machine("m-a"), *b = machine("m-b"), *c, *one;
	json_t *cells = json_object_get(b, "cells");
	size_t i, lacking = 0;

	(void)state;
	json_array_remove(cells, 0);
	c = compare(a, b);
	json_array_foreach (json_object_get(c, "left-out"), i, one)
		lacking += !strcmp(json_string_value(
					   json_object_get(one, "reason")),
				   "not in its matrix") &&
			   !strcmp(json_string_value(
					   json_object_get(one, "result")),
				   "b.json");
	assert_int_equal(lacking, 1);
	json_decref(c);
	json_decref(a);
	json_decref(b);
}

/* ---- A writer that stores one event of twenty while it is swapped ---- */

#define DROPS "swap/membarrier/shared-l3/swap-rate=10000"

static void is_near(const json_t *object, const char *name, double expected)
{
	double value = json_number_value(json_object_get(object, name));

	if (!(fabs(value - expected) <= expected * 0.01))
		fail_msg("%s: %g, not %g", name, value, expected);
}

/* Refusing wins nothing: on one machine ... */
static void test_a_stored_event_is_compared(void **state)
{
	json_t *a = build_of(FIXTURES "/drops.jsonl"), *c = compare(a, a);
	const json_t *row = row_of(c, DROPS, "writer's ns per stored event");

	(void)state;
	is_near(row, "a", 30);
	is_near(row, "b", 30);
	json_decref(c);
	json_decref(a);
}

static const json_t *side_of(const json_t *c, const char *group,
			     const char *strategy, size_t result)
{
	const json_t *rows = json_object_get(c, "rows"), *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (!strcmp(json_string_value(json_object_get(row, "group")),
			    group) &&
		    !strcmp(json_string_value(json_object_get(row, "strategy")),
			    strategy) &&
		    strstr(json_string_value(json_object_get(row, "measure")),
			   "ratio"))
			return json_array_get(json_object_get(row, "sides"),
					      result);
	return NULL;
}

/* ... and on several. */
static void test_ratios_of_machines_are_of_stored_events(void **state)
{
	json_t *a = build_of(FIXTURES "/drops.jsonl"), *b, *c;
	const json_t *side;

	(void)state;
	b = json_deep_copy(a);
	json_object_set_new(json_object_get(b, "machine"), "key",
			    json_string("m-b"));
	c = compare(a, b);
	side = side_of(c, "swap, shared-l3, swap-rate=10000", "membarrier", 1);
	assert_non_null(side);
	is_near(side, "cost", 20);
	is_near(side, "added-ns", 28.5);
	json_decref(c);
	json_decref(b);
	json_decref(a);
}

/* An older run's ratios while swapped are of attempted events: nobody's rival. */
static void test_ratios_of_attempted_events_are_left_out(void **state)
{
	json_t *a = machine("m-a"), *b = machine("m-b"), *c = compare(a, b);
	json_t *notes = json_object_get(c, "notes"), *note;
	bool told = false;
	size_t i;

	(void)state;
	assert_null(side_of(c, "swap, shared-l3", "rcu", 0));
	assert_null(side_of(c, "swap, auto", "rcu", 0));
	json_array_foreach (notes, i, note)
		told |= strstr(json_string_value(note), "attempted") != NULL;
	assert_true(told);
	json_decref(c);
	json_decref(b);
	json_decref(a);
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
		cmocka_unit_test(test_alarms_are_rarely_false),
		cmocka_unit_test(test_drift_raises_the_threshold),
		cmocka_unit_test(test_who_changes_places_is_told),
		cmocka_unit_test(test_what_auto_placed_is_compared_as_such),
		cmocka_unit_test(test_unlike_builds_are_left_out),
		cmocka_unit_test(test_what_one_lacks_has_its_reason),
		cmocka_unit_test(test_a_stored_event_is_compared),
		cmocka_unit_test(test_ratios_of_machines_are_of_stored_events),
		cmocka_unit_test(test_ratios_of_attempted_events_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
