/* SPDX-License-Identifier: MIT */
/* Tables: what people see, within 100 columns. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/result/result.h"
#include "bench/show/table.h"
#include "tests/unit/result/result_helper.h"

static json_t *build(const char *journal)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	if (bench_result_build(journal, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

/* Releases the result. */
static char *print(json_t *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	bench_table_print(result, to);
	fclose(to);
	json_decref(result);
	return text;
}

static char *tables_of(const char *journal)
{
	return print(build(journal));
}

static void check_width(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > BENCH_TABLE_WIDTH)
			fail_msg("%zu columns: %.*s", length, (int)length,
				 text);
		text += length + (text[length] == '\n');
	}
}

static void has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no \"%s\" in:\n%s", what, text);
}

/* The same of the whole run with other blocks. */
static char *tables_edited(edit_fn edit)
{
	char path[] = "/tmp/test-table.XXXXXX";
	int fd = mkstemp(path);
	char *text;

	assert_true(fd >= 0);
	close(fd);
	edit_journal(FIXTURES "/run.jsonl", path, edit);
	text = tables_of(path);
	unlink(path);
	return text;
}

static void test_whole_run(void **state)
{
	char *text = tables_of(FIXTURES "/run.jsonl");

	(void)state;
	check_width(text);
	has(text, "INDICATIVE");
	has(text, "hypervisor: fixture");
	has(text, "unsync against itself");
	has(text, "swap at shared-l3: no control, no verdicts");
	has(text, "NO VERDICT");
	has(text, "broken: 36");
	has(text, "INVALID: crashed: signal 11");
	has(text, "unavailable: no core here has two usable PUs");
	has(text, "unmeasured: writer left its PU 1");
	has(text, "n too small");
	has(text, "controls:");
	has(text, "EQUIVALENT");
	assert_null(strstr(text, "nan"));
	free(text);
}

/* What could have been resolved belongs to what was not. */
static void test_not_resolved_shows_its_half_width(void **state)
{
	json_t *result = build(FIXTURES "/run.jsonl"), *cell;
	char *text;
	size_t i;

	(void)state;
	json_array_foreach (json_object_get(result, "cells"), i, cell) {
		json_t *ratio = json_object_get(cell, "ratio");

		if (!ratio)
			continue;
		json_object_set_new(ratio, "verdict",
				    json_string("not-resolved"));
		json_object_set_new(ratio, "half-width", json_real(0.0412));
	}
	text = print(result);
	check_width(text);
	has(text, "NOT RESOLVED (4.12 %)");
	free(text);
}

/* What is measured is shown, and no column for what is not. */
static void test_both_sides_are_shown(void **state)
{
	char *text = tables_of(FIXTURES "/run.jsonl");

	(void)state;
	has(text, "The swapper's side of these swaps");
	has(text, "exchange p50");
	has(text, "retries");
	has(text, "The writer's side of these swaps");
	has(text, "committed/s");
	has(text, "dropped per swap, by cause");
	assert_null(strstr(text, "stale p50"));
	assert_null(strstr(text, "The paced writer"));
	free(text);
}

static void test_empty_columns_are_dropped(void **state)
{
	struct bench_grid_row *row;
	char *text = NULL;
	size_t size = 0;
	struct bench_grid g;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	bench_grid_init(&g, 4);
	bench_grid_names(&g, "row", "none", "some", "nothing", NULL);
	row = bench_grid_row(&g);
	strcpy(row->field[0], "a");
	strcpy(row->field[1], "-");
	strcpy(row->field[2], "-");
	row = bench_grid_row(&g);
	strcpy(row->field[0], "b");
	strcpy(row->field[2], "7");
	bench_grid_note(&g, "c", "%s", "a remark is no value");
	bench_grid_drop_empty(&g);
	bench_grid_print(&g, to);
	fclose(to);
	assert_string_equal(text,
			    "  row  some\n"
			    "  a    -\n"
			    "  b    7\n"
			    "  c    a remark is no value\n");
	bench_grid_free(&g);
	free(text);
}

static void test_short_run_has_no_verdicts(void **state)
{
	char *text = tables_of(FIXTURES "/short.jsonl");

	(void)state;
	check_width(text);
	has(text, "interrupted");
	has(text, "FAILED: no verdicts");
	has(text, "NO VERDICT");
	assert_null(strstr(text, "BETTER"));
	assert_null(strstr(text, "WORSE"));
	free(text);
}

static void test_hardware_counters(void **state)
{
	char *text = tables_edited(count_in_hardware);

	(void)state;
	check_width(text);
	has(text, "Hardware counters: per event, of the writer");
	has(text, "Hardware counters: per swap, of the swapper");
	has(text, "membarrier (shared)");
	has(text, "  40.0 [40.0, 40.0]  11.5 [11.5, 11.5]");
	assert_null(strstr(text, "counters: unavailable"));
	free(text);
}

static void test_system_calls(void **state)
{
	char *text = tables_edited(count_syscalls);

	(void)state;
	check_width(text);
	has(text, "  calls");
	has(text, "  4.00\n");
	assert_null(strstr(text, "system calls: unavailable"));
	free(text);
}

static void test_nothing_to_count_with(void **state)
{
	char *text = tables_edited(count_nothing);

	(void)state;
	has(text, "\ncounters: unavailable: perf_event_open: none here\n");
	has(text, "\nsystem calls: unavailable: no dispatch here\n");
	assert_null(strstr(text, "Hardware counters"));
	free(text);
}

static void test_numbers(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = { { 1.546, "1.55" },    { 9.996, "10.0" },
		      { 99.96, "100" },	    { 3312.4, "3312" },
		      { 0.98949, "0.989" }, { 0.99951, "1.00" },
		      { 0, "0" },	    { NAN, "-" },
		      { INFINITY, "-" },    { 0.0000123, "1.2e-05" } };
	char text[BENCH_TABLE_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(bench_text_number(cases[i].value, text),
				    cases[i].text);
	assert_string_equal(bench_text_interval(1500, 1400, 1600, 1e3, text),
			    "1.50 [1.40, 1.60]");
	assert_string_equal(bench_text_interval(1500, NAN, NAN, 1e3, text),
			    "1.50");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_run),
		cmocka_unit_test(test_not_resolved_shows_its_half_width),
		cmocka_unit_test(test_both_sides_are_shown),
		cmocka_unit_test(test_empty_columns_are_dropped),
		cmocka_unit_test(test_short_run_has_no_verdicts),
		cmocka_unit_test(test_hardware_counters),
		cmocka_unit_test(test_system_calls),
		cmocka_unit_test(test_nothing_to_count_with),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
