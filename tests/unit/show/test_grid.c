/* SPDX-License-Identifier: MIT */
/* Text in columns: as wide as it needs to be, whole columns or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/show/grid.h"

/* A row of as many fields as there are columns. */
static void add_row(struct bench_grid *g, const char *const *fields)
{
	bench_grid_row(g);
	for (unsigned int c = 0; c < g->columns; c++)
		bench_grid_put(g, c, "%s", fields[c]);
}

/* Releases the grid. */
static void prints(struct bench_grid *g, unsigned int width, const char *want)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	bench_grid_print(g, width, to);
	bench_grid_legend(g, width, to);
	fclose(to);
	assert_string_equal(text, want);
	bench_grid_free(g);
	free(text);
}

static struct bench_grid four_columns(void)
{
	static const char *const rows[][4] = {
		{ "membarrier", "3.71 [3.58, 3.84]", "20.5", "152" },
		{ "rcu", "4.06", "32.3", "263" },
	};
	struct bench_grid g = { 0 };

	bench_grid_column(&g, &(struct bench_column){ .title = "strategy" });
	bench_grid_column(&g, &(struct bench_column){ "write", "ns",
						      "for one event", 2 });
	bench_grid_column(&g,
			  &(struct bench_column){ "swap", "p50", "half", 1 });
	bench_grid_column(&g, &(struct bench_column){ "swap", "p99", NULL, 0 });
	add_row(&g, rows[0]);
	add_row(&g, rows[1]);
	return g;
}

static void test_columns_are_as_wide_as_their_fields(void **state)
{
	struct bench_grid g = four_columns();

	(void)state;
	prints(&g, 0,
	       "              write              swap\n"
	       "  strategy    ns                 p50   p99\n"
	       "  membarrier  3.71 [3.58, 3.84]  20.5  152\n"
	       "  rcu         4.06               32.3  263\n"
	       "  ns: for one event; p50: half\n");
	g = four_columns();
	prints(&g, 42,
	       "              write              swap\n"
	       "  strategy    ns                 p50   p99\n"
	       "  membarrier  3.71 [3.58, 3.84]  20.5  152\n"
	       "  rcu         4.06               32.3  263\n"
	       "  ns: for one event; p50: half\n");
}

/* The least worth keeping goes first, and its meaning with it. */
static void test_a_group_has_room_for_its_name(void **state)
{
	static const char *const row[] = { "rcu", "1", "2" };
	struct bench_grid g = { 0 };

	(void)state;
	bench_grid_column(&g, &(struct bench_column){ .title = "who" });
	bench_grid_column(
		&g, &(struct bench_column){ "while swapped", "a", NULL, 0 });
	bench_grid_column(&g, &(struct bench_column){ "swap", "b", NULL, 0 });
	add_row(&g, row);
	prints(&g, 0,
	       "       while swapped  swap\n"
	       "  who  a              b\n"
	       "  rcu  1              2\n");
}

static void test_columns_without_room_are_left_out_whole(void **state)
{
	struct bench_grid g = four_columns();

	(void)state;
	prints(&g, 36,
	       "              write\n"
	       "  strategy    ns\n"
	       "  membarrier  3.71 [3.58, 3.84]\n"
	       "  rcu         4.06\n"
	       "  (36 columns have no room for: swap\n"
	       "    p50, swap p99. A wider terminal,\n"
	       "    a file or a pipe shows them.)\n"
	       "  ns: for one event\n");
}

/* A first column that takes most of the width stands above its fields. */
static void test_long_names_get_a_line_of_their_own(void **state)
{
	static const char *const row[] = {
		"swap/global-lock/shared-l3/swap-rate=10000", "1.05", "WORSE"
	};
	struct bench_grid g = { 0 };

	(void)state;
	bench_grid_column(&g, &(struct bench_column){ .title = "cell" });
	bench_grid_column(&g, &(struct bench_column){ .title = "ratio" });
	bench_grid_column(&g, &(struct bench_column){ .title = "verdict" });
	add_row(&g, row);
	bench_grid_note(&g, "swap/rcu",
			"unavailable: no signals in this place");
	prints(&g, 34,
	       "  cell\n"
	       "    ratio  verdict\n"
	       "  swap/global-lock/shared-l3/\n"
	       "    swap-rate=10000\n"
	       "    1.05   WORSE\n"
	       "  swap/rcu\n"
	       "    unavailable: no signals in\n"
	       "    this place\n");
}

static void test_columns_that_say_nothing_are_dropped(void **state)
{
	static const char *const rows[][4] = { { "a", "-", "-", "" },
					       { "b", "", "7", "" } };
	struct bench_grid g = { 0 };

	(void)state;
	bench_grid_column(&g, &(struct bench_column){ .title = "row" });
	bench_grid_column(&g, &(struct bench_column){ .title = "none" });
	bench_grid_column(&g, &(struct bench_column){ .title = "some" });
	bench_grid_column(&g, &(struct bench_column){ .title = "nothing" });
	add_row(&g, rows[0]);
	add_row(&g, rows[1]);
	bench_grid_note(&g, "c", "%s", "a remark is no value");
	bench_grid_drop_empty(&g);
	prints(&g, 0,
	       "  row  some\n"
	       "  a    -\n"
	       "  b    7\n"
	       "  c    a remark is no value\n");
}

static void test_notes_wrap(void **state)
{
	struct bench_grid g = { 0 };

	(void)state;
	bench_grid_column(&g, &(struct bench_column){ .title = "row" });
	bench_grid_column(&g, &(struct bench_column){ .title = "ns" });
	bench_grid_note(&g, "signal", "%s",
			"a role lost its PU in every slice");
	prints(&g, 30,
	       "  row     ns\n"
	       "  signal  a role lost its PU\n"
	       "    in every slice\n");
}

static void test_words_are_found_where_they_are_shown(void **state)
{
	struct bench_grid g = four_columns();
	FILE *null = fopen("/dev/null", "we");

	(void)state;
	bench_grid_print(&g, 0, null);
	assert_true(bench_grid_says(&g, "152"));
	assert_false(bench_grid_says(&g, "rcu"));
	bench_grid_print(&g, 36, null);
	assert_false(bench_grid_says(&g, "152"));
	fclose(null);
	bench_grid_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_as_wide_as_their_fields),
		cmocka_unit_test(test_a_group_has_room_for_its_name),
		cmocka_unit_test(test_columns_without_room_are_left_out_whole),
		cmocka_unit_test(test_long_names_get_a_line_of_their_own),
		cmocka_unit_test(test_columns_that_say_nothing_are_dropped),
		cmocka_unit_test(test_notes_wrap),
		cmocka_unit_test(test_words_are_found_where_they_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
