/* SPDX-License-Identifier: MIT */
/* Unit tests of opening: results and journals by content, runs that go on. */
#include <errno.h>
#include <unistd.h>

#include "bench/base/json.h"
#include "bench/result/journal.h"
#include "bench/result/result.h"
#include "tests/unit/result/file_helper.h"
#include "tests/unit/result/result_helper.h"

#define RUN   FIXTURES "/run.jsonl"
#define SHORT FIXTURES "/short.jsonl"

static char why[BENCH_RESULT_WHY];

static json_t *open_it(const char *file, struct bench_result_source *source)
{
	json_t *result = NULL;

	if (bench_result_open(file, source, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return result;
}

/* The first lines of a journal, and a piece of the next. */
static void copy_lines(const char *from, unsigned int lines, bool piece)
{
	FILE *in = fopen(from, "r"), *out = fopen(path, "w");
	char *text = NULL;
	size_t room = 0;

	for (unsigned int i = 0; i < lines; i++) {
		assert_true(getline(&text, &room, in) > 0);
		fputs(text, out);
	}
	if (piece)
		fputs("{\"type\":\"block\",\"rou", out);
	free(text);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

static void a_whole_run_is_what_it_was(void **state)
{
	struct bench_result_source source;
	json_t *r = open_it(RUN, &source), *again;
	char text[BENCH_RESULT_WHY];

	(void)state;
	assert_true(source.is_journal && source.journal.ended);
	assert_int_equal(source.journal.rounds, 12);
	assert_string_equal(
		bench_result_source_text(&source, text, sizeof(text)), "");
	assert_int_equal(bench_result_write(r, path, why, sizeof(why)), 0);
	again = open_it(path, &source);
	assert_false(source.is_journal);
	assert_string_equal(
		bench_result_source_text(&source, text, sizeof(text)), "");
	assert_true(json_equal(json_object_get(r, "run"),
			       json_object_get(again, "run")));
	json_decref(r);
	json_decref(again);
}

/* The writer of a run that goes on is in the middle of a line. */
static void a_run_that_goes_on_has_a_result(void **state)
{
	struct bench_result_source source;
	char text[BENCH_RESULT_WHY];
	json_t *r;

	(void)state;
	copy_lines(RUN, 40, true);
	r = open_it(path, &source);
	assert_int_equal(source.journal.blocks, 39);
	assert_true(source.journal.cut && !source.journal.ended);
	bench_result_source_text(&source, text, sizeof(text));
	assert_non_null(strstr(text, "39 blocks in 2 rounds"));
	assert_non_null(strstr(text, "not ended"));
	assert_non_null(strstr(text, "last line is not whole"));
	assert_string_equal(bench_text(json_object_get(r, "run"), "status"),
			    "cut short");
	json_decref(r);
}

static void a_header_alone_is_a_journal(void **state)
{
	struct bench_result_source source;
	json_t *r;

	(void)state;
	copy_lines(SHORT, 1, false);
	r = open_it(path, &source);
	assert_int_equal(source.journal.blocks, 0);
	assert_false(source.journal.cut);
	json_decref(r);
}

static int count_bytes(const json_t *line, unsigned int number, void *arg,
		       char *text, size_t n)
{
	(void)line;
	(void)text;
	(void)n;
	*(unsigned int *)arg = number;
	return 0;
}

/* What is whole ends with the last line break: a writer goes on there. */
static void the_extent_is_that_of_whole_lines(void **state)
{
	struct bench_journal_extent whole, cut;
	unsigned int lines = 0;

	(void)state;
	copy_lines(RUN, 3, false);
	assert_int_equal(bench_journal_each(path, count_bytes, &lines, &whole,
					    why, sizeof(why)),
			 0);
	assert_int_equal(lines, 3);
	copy_lines(RUN, 3, true);
	assert_int_equal(bench_journal_each(path, count_bytes, &lines, &cut,
					    why, sizeof(why)),
			 0);
	assert_int_equal(lines, 3);
	assert_true(cut.cut && !whole.cut);
	assert_int_equal(cut.whole, whole.whole);
}

static void refuse(const char *text, const char *says)
{
	FILE *out = fopen(path, "w");
	json_t *r;

	fputs(text, out);
	fclose(out);
	assert_int_equal(bench_result_open(path, NULL, &r, why, sizeof(why)),
			 -EINVAL);
	if (!strstr(why, says))
		fail_msg("\"%s\" does not say \"%s\"", why, says);
}

static void what_is_neither_is_refused(void **state)
{
	json_t *r;

	(void)state;
	refuse("", "cut off");
	refuse("{\"schema\": \"ringswap-journal/1\"}\n", "started: missing");
	refuse("{\"schema\": \"ringswap-journal/1\"", "cut off");
	refuse("{\"schema\": \"ringswap/7\"}\n", "should be \"ringswap/1\"");
	assert_int_equal(
		bench_result_open("/no/such", NULL, &r, why, sizeof(why)),
		-ENOENT);
}

static void a_result_is_named_after_its_journal(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(
		bench_result_name("a/x.journal", text, sizeof(text)),
		"a/x.json");
	assert_string_equal(bench_result_name("x.jsonl", text, sizeof(text)),
			    "x.json");
	assert_string_equal(bench_result_name("x", text, sizeof(text)),
			    "x.json");
	assert_string_equal(bench_result_name(".journal", text, sizeof(text)),
			    ".journal.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_run_is_what_it_was),
		cmocka_unit_test(a_run_that_goes_on_has_a_result),
		cmocka_unit_test(a_header_alone_is_a_journal),
		cmocka_unit_test(the_extent_is_that_of_whole_lines),
		cmocka_unit_test(what_is_neither_is_refused),
		cmocka_unit_test(a_result_is_named_after_its_journal),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
