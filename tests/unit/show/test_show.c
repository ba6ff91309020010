/* SPDX-License-Identifier: MIT */
/* What people see of a result: every table, whole, at any width. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/base/json.h"
#include "bench/result/result.h"
#include "bench/show/show.h"
#include "tests/unit/result/result_helper.h"

static json_t *build(const char *journal)
{
	char why[BENCH_RESULT_WHY] = "";
	json_t *result = NULL;

	if (bench_result_build(journal, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

static char *print_as(json_t *result, const struct bench_show_options *o)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	bench_show_print(result, o, to);
	fclose(to);
	return text;
}

/* Releases the result. */
static char *print(json_t *result)
{
	char *text =
		print_as(result, &(struct bench_show_options){ .all = true });

	json_decref(result);
	return text;
}

static char *tables_of(const char *journal)
{
	return print(build(journal));
}

static void check_width(const char *text, size_t width)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > width)
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
	has(text, "INDICATIVE");
	has(text, "hypervisor: fixture");
	has(text, "identical code against itself");
	has(text, "swap at shared-l3: no control, no verdicts");
	has(text, "NO VERDICT");
	has(text, "broken: 36");
	has(text, "INVALID: crashed: signal 11");
	has(text, "unavailable: no core here has two usable PUs");
	has(text, "unmeasured: writer left its PU 1");
	has(text, "too few");
	has(text, "controls:");
	has(text, "EQUIVALENT");
	assert_null(strstr(text, "nan "));
	assert_null(strstr(text, "nan,"));
	free(text);
}

/* As of another build, which knows more scenarios. */
static void test_a_scenario_without_a_table_is_shown(void **state)
{
	json_t *result = build(FIXTURES "/run.jsonl"), *cell;
	size_t i;
	char *text;

	(void)state;
	json_array_foreach (json_object_get(result, "cells"), i, cell)
		if (!strcmp(bench_text(cell, "scenario"), "write"))
			json_object_set_new(cell, "scenario",
					    json_string("refused"));
	text = print(result);
	has(text, "\nrefused\n");
	has(strstr(text, "\nrefused\n"), "ns/event");
	has(strstr(text, "\nrefused\n"), "membarrier");
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
	has(text, "NOT RESOLVED (4.12 %)");
	free(text);
}

/* What is measured is shown, and no column for what is not. */
static void test_both_sides_are_shown(void **state)
{
	char *text = tables_of(FIXTURES "/run.jsonl");

	(void)state;
	has(text, "The swapper's side of these swaps");
	has(text, " exchange ");
	has(text, "retries");
	has(text, "The writer's side of these swaps");
	has(text, "stored/s");
	has(text, "why events were refused");
	assert_null(strstr(text, " stale "));
	assert_null(strstr(text, "The paced writer"));
	free(text);
}

static void test_short_run_has_no_verdicts(void **state)
{
	char *text = tables_of(FIXTURES "/short.jsonl");

	(void)state;
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
	has(text, "\nHardware counters\n");
	has(text, "instructions: instructions for each event of a write");
	has(text, "instructions: instructions of the swapper for one swap");
	has(text, "membarrier (shared)");
	has(text, "  40.0 [40.0, 40.0]  11.5 [11.5, 11.5]");
	assert_null(strstr(text, "No hardware counters"));
	free(text);
}

static void test_system_calls(void **state)
{
	char *text = tables_edited(count_syscalls);

	(void)state;
	has(text, "  calls");
	has(text, "  4.00\n");
	assert_null(strstr(text, "System calls were not"));
	free(text);
}

static void test_nothing_to_count_with(void **state)
{
	char *text = tables_edited(count_nothing);

	(void)state;
	has(text, "\nNo hardware counters: perf_event_open: none here\n");
	has(text, "\nSystem calls were not counted: no dispatch here\n");
	assert_null(strstr(text, "Hardware counters"));
	free(text);
}

/* Names of 60 characters, reasons of 500: whole in a file, and whole between
 * the lines of a narrow terminal. */
static void lengthen(json_t *result, char *name, char *reason)
{
	json_t *cell;
	size_t i;

	memset(name, 'n', 60);
	name[60] = '\0';
	for (i = 0; i < 500; i++)
		reason[i] = i % 8 == 7 ? ' ' : (char)('a' + i % 26);
	reason[499] = '!';
	reason[500] = '\0';
	json_array_foreach (json_object_get(result, "cells"), i, cell) {
		if (strcmp(json_string_value(json_object_get(cell, "strategy")),
			   "rcu") != 0)
			continue;
		json_object_set_new(cell, "strategy", json_string(name));
		json_object_set_new(cell, "status", json_string("invalid"));
		json_object_set_new(cell, "reason", json_string(reason));
	}
}

/* The text without blanks and line ends. */
static char *squeezed(const char *text)
{
	char *out = malloc(strlen(text) + 1), *to = out;

	for (; *text; text++)
		if (*text != ' ' && *text != '\n')
			*to++ = *text;
	*to = '\0';
	return out;
}

static void test_nothing_is_cut(void **state)
{
	static const unsigned int widths[] = { 0, 200, 100, 80, 60, 40 };
	json_t *result = build(FIXTURES "/run.jsonl");
	char name[61], reason[501], *want;

	(void)state;
	lengthen(result, name, reason);
	want = squeezed(reason);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		char *text = print_as(
			result, &(struct bench_show_options){
					.all = true, .width = widths[i] });
		char *dense = squeezed(text);

		check_width(text, widths[i] ? widths[i] : 1000);
		has(dense, want);
		has(dense, name);
		if (!widths[i])
			has(text, reason);
		free(dense);
		free(text);
	}
	free(want);
	json_decref(result);
}

/* ---- Whole texts ---- */

static char *text_of_file(const char *name)
{
	char path[400];
	char *text = calloc(1, 100000);
	FILE *file;

	snprintf(path, sizeof(path), GOLDEN "/%s", name);
	file = fopen(path, "re");
	if (!file || !text)
		fail_msg("no %s", path);
	text[fread(text, 1, 99999, file)] = '\0';
	fclose(file);
	return text;
}

/* What a result looks like; with SHOW_GOLDEN=FOLDER it is written there, to be
 * read and committed. */
static void looks_like(const char *journal, unsigned int width, bool all,
		       const char *name)
{
	json_t *result = build(journal);
	char *text = print_as(result, &(struct bench_show_options){
					      .all = all, .width = width });
	char *want, path[400];

	if (getenv("SHOW_GOLDEN")) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", getenv("SHOW_GOLDEN"),
			 name);
		file = fopen(path, "we");
		fputs(text, file);
		fclose(file);
	}
	want = text_of_file(name);
	assert_string_equal(text, want);
	free(want);
	free(text);
	json_decref(result);
}

static void test_whole_texts(void **state)
{
	(void)state;
	looks_like(FIXTURES "/run.jsonl", 0, false, "run.txt");
	looks_like(FIXTURES "/run.jsonl", 80, false, "run-80.txt");
	looks_like(FIXTURES "/short.jsonl", 100, false, "short-100.txt");
	looks_like(FIXTURES "/run.jsonl", 100, true, "run-all-100.txt");
}

static void test_only_what_is_asked_for(void **state)
{
	json_t *result = build(FIXTURES "/run.jsonl");
	char *text = print_as(
		result, &(struct bench_show_options){ .scenario = "write",
						      .strategy = "rcu" });

	(void)state;
	has(text, "Cost of a write");
	has(text, "\n  rcu ");
	assert_null(strstr(text, "Time of a swap"));
	assert_null(strstr(text, "\n  barrier "));
	assert_null(strstr(text, "controls:"));
	free(text);
	json_decref(result);
}

static void refuses(const json_t *result, const struct bench_show_options *o,
		    const char *words)
{
	char why[BENCH_RESULT_WHY] = "";

	assert_int_equal(bench_show_check(result, o, why, sizeof(why)),
			 -EINVAL);
	has(why, words);
}

static void test_what_is_not_there_is_refused(void **state)
{
	json_t *result = build(FIXTURES "/run.jsonl");
	char why[BENCH_RESULT_WHY] = "";

	(void)state;
	assert_int_equal(bench_show_check(result,
					  &(struct bench_show_options){
						  .scenario = "swap",
						  .strategy = "rcu" },
					  why, sizeof(why)),
			 0);
	refuses(result, &(struct bench_show_options){ .scenario = "swpa" },
		"no scenario \"swpa\" in this result; it has: ");
	refuses(result, &(struct bench_show_options){ .strategy = "hope" },
		" membarrier");
	refuses(result, &(struct bench_show_options){ .placement = "moon" },
		"it has: shared-l3");
	refuses(result,
		&(struct bench_show_options){ .scenario = "floor",
					      .strategy = "rcu" },
		"no cell of them all");
	json_decref(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_run),
		cmocka_unit_test(test_a_scenario_without_a_table_is_shown),
		cmocka_unit_test(test_not_resolved_shows_its_half_width),
		cmocka_unit_test(test_both_sides_are_shown),
		cmocka_unit_test(test_short_run_has_no_verdicts),
		cmocka_unit_test(test_hardware_counters),
		cmocka_unit_test(test_system_calls),
		cmocka_unit_test(test_nothing_to_count_with),
		cmocka_unit_test(test_nothing_is_cut),
		cmocka_unit_test(test_whole_texts),
		cmocka_unit_test(test_only_what_is_asked_for),
		cmocka_unit_test(test_what_is_not_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
