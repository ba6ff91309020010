/* SPDX-License-Identifier: MIT */
/* Numbers and lines: what they look like, and that nothing is lost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/show/text.h"

static void test_numbers(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = { { 1.546, "1.55" },    { 9.996, "10.0" },
		      { 99.96, "100" },	    { 3312.4, "3312" },
		      { 0.98949, "0.989" }, { 0.99951, "1.00" },
		      { 0, "0" },	    { NAN, "-" },
		      { INFINITY, "-" },    { 0.0000123, "1.2e-05" },
		      { -2.5, "-2.50" },    { 1e300, "1.00e+300" } };
	char text[BENCH_INTERVAL_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(bench_text_number(cases[i].value, text),
				    cases[i].text);
	assert_string_equal(bench_text_interval(1500, 1400, 1600, 1e3, text),
			    "1.50 [1.40, 1.60]");
	assert_string_equal(bench_text_interval(1500, NAN, NAN, 1e3, text),
			    "1.50");
	assert_string_equal(bench_text_interval(-1e200, -1e300, 1e300, 1, text),
			    "-1.00e+200 [-1.00e+300, 1.00e+300]");
}

static void test_counts_and_times(void **state)
{
	char text[BENCH_NUMBER_TEXT];

	(void)state;
	assert_string_equal(bench_text_count(8386, text), "8386");
	assert_string_equal(bench_text_count(150400, text), "150 k");
	assert_string_equal(bench_text_count(12.94e6, text), "12.9 M");
	assert_string_equal(bench_text_count(NAN, text), "-");
	assert_string_equal(bench_text_time(821, text), "821 ns");
	assert_string_equal(bench_text_time(1030, text), "1.03 us");
	assert_string_equal(bench_text_time(52.1e6, text), "52.1 ms");
	assert_string_equal(bench_text_time(NAN, text), "-");
}

static char *wrapped(unsigned int width, const char *text)
{
	char *out = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&out, &size);

	bench_print_wrapped(to, width, "- ", "  ", text);
	fclose(to);
	return out;
}

static void wraps(unsigned int width, const char *text, const char *want)
{
	char *out = wrapped(width, text);

	assert_string_equal(out, want);
	free(out);
}

static void test_lines_break_at_blanks(void **state)
{
	(void)state;
	wraps(0, "one two three", "- one two three\n");
	wraps(11, "one two three", "- one two\n  three\n");
	wraps(15, "one two three", "- one two three\n");
	wraps(14, "one two three", "- one two\n  three\n");
	wraps(5, "one two three", "- one\n  two\n  thr\n  ee\n");
	wraps(80, "", "- \n");
	wraps(80, "two\nlines", "- two\n  lines\n");
}

/* An id breaks between its axes, and what has no place to break anywhere. */
static void test_long_words_break_too(void **state)
{
	(void)state;
	wraps(14, "swap/rcu/shared-l3", "- swap/rcu/\n  shared-l3\n");
	wraps(8, "abcdefghij", "- abcdef\n  ghij\n");
	wraps(1, "abc", "- a\n  b\n  c\n");
}

/* A memory stream is no terminal. */
static void test_a_file_has_no_width(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	setenv("COLUMNS", "40", 1);
	assert_int_equal(bench_show_width(file), 0);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_counts_and_times),
		cmocka_unit_test(test_lines_break_at_blanks),
		cmocka_unit_test(test_long_words_break_too),
		cmocka_unit_test(test_a_file_has_no_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
