/* SPDX-License-Identifier: MIT */
/* test_chart_data.c - which cells a chart shows, and in which columns. */
#include "bench/show/chart_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/result/result.h"
#include "bench/result/view.h"

static json_t *result;

static int build_of(const char *journal)
{
	char why[BENCH_RESULT_WHY] = "";

	if (bench_result_build(journal, NULL, &result, why, sizeof(why)))
		fail_msg("%s", why);
	return 0;
}

static int build(void **state)
{
	(void)state;
	return build_of(FIXTURES "/run.jsonl");
}

static int build_drops(void **state)
{
	(void)state;
	return build_of(FIXTURES "/drops.jsonl");
}

static int drop(void **state)
{
	(void)state;
	json_decref(result);
	return 0;
}

static char *tsv_of(enum bench_chart chart)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	assert_int_equal(bench_chart_tsv(result, chart, to), 0);
	fclose(to);
	return text;
}

static unsigned int lines_with(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void check_names(enum bench_chart chart, const char *names)
{
	char *text = tsv_of(chart);
	char line[256];

	snprintf(line, sizeof(line), "\nstrategy\tkind\tstatus\treason\t%s\n",
		 names);
	assert_non_null(strstr(text, line));
	free(text);
}

/* plots/README.md and the scripts know them by these names. */
static void columns_have_their_unit(void **state)
{
	(void)state;
	check_names(BENCH_WRITE_COST,
		    "slice\tn\tmedian_ns\tlow_ns\thigh_ns\trounds_ns\tratio\t"
		    "ratio_low\tratio_high\tadded_ns");
	check_names(BENCH_SWAP_COST,
		    "placement\tpoint\tn\tp50_us\tp90_us\tp99_us\tp999_us");
	check_names(BENCH_PARETO,
		    "placement\tpoint\twriter_ns\twriter_low_ns\t"
		    "writer_high_ns\tswap_us\tswap_low_us\tswap_high_us\t"
		    "dropped_per_swap");
	check_names(BENCH_TRADE,
		    "cheapest\tswaps_per_s\tcost_us\twriter_us\tswapper_us\t"
		    "dropped_per_swap");
	check_names(BENCH_RATIOS,
		    "scenario\tpoint\tverdict\tn\tratio\tratio_low\t"
		    "ratio_high\tadded_ns\tthreshold");
	check_names(BENCH_SCALING_CHART,
		    "writers\toversubscribed\tn\tcost_us\tcost_low_us\t"
		    "cost_high_us\tskew_us\tskew_low_us\tskew_high_us");
}

/* A further cell of scaling like the one there is, with these axes. */
static void add_scaling(const char *axes, double writers)
{
	json_t *cell = json_deep_copy(bench_view_find(
		result, "scaling/membarrier/shared-l3/writers=2"));
	char id[128];

	snprintf(id, sizeof(id), "scaling/membarrier/shared-l3/%s", axes);
	json_object_set_new(cell, "id", json_string(id));
	bench_figure_set(cell, BENCH_FIGURE_SCALING_WRITERS,
			 json_integer((json_int_t)writers));
	json_array_append_new(json_object_get(result, "cells"), cell);
}

/* Writers are the axis of this chart; of others it shows one slice. */
static void scaling_shows_every_number_of_writers_of_one_slice(void **state)
{
	char *text;

	(void)state;
	add_scaling("writers=4", 4);
	add_scaling("payload=64/writers=8", 8);
	text = tsv_of(BENCH_SCALING_CHART);
	assert_int_equal(lines_with(text, "membarrier\tcandidate\tok\t-\t2\t"),
			 1);
	assert_int_equal(lines_with(text, "membarrier\tcandidate\tok\t-\t4\t"),
			 1);
	assert_int_equal(lines_with(text, "membarrier\t"), 2);
	assert_int_equal(bench_chart_rows(result, BENCH_SCALING_CHART), 2);
	free(text);
}

/* Every placement is a panel; what is unavailable has a row without numbers. */
static void swap_cost_shows_every_placement(void **state)
{
	char *text = tsv_of(BENCH_SWAP_COST);

	(void)state;
	assert_int_equal(
		lines_with(text, "\tshared-l3\tswaps back-to-back\t6000\t"), 6);
	assert_non_null(strstr(text,
			       "membarrier\tcandidate\tunavailable\tno "
			       "core here has two usable PUs\t"
			       "smt-sibling\t1000 swaps/s\t-\t-\t-\t-\t-\n"));
	free(text);
}

/* An invalid cell's numbers are in no chart, its reason is. */
static void numbers_that_do_not_count_are_left_out(void **state)
{
	json_t *cell = (json_t *)bench_view_find(result, "swap/rcu/shared-l3");
	char *text;

	(void)state;
	json_object_set_new(cell, "status", json_string("invalid"));
	json_object_set_new(cell, "reason", json_string("3 \"lost\""));
	text = tsv_of(BENCH_SWAP_COST);
	assert_non_null(
		strstr(text,
		       "rcu\tcandidate\tinvalid\t3 'lost'\t"
		       "shared-l3\tswaps back-to-back\t-\t-\t-\t-\t-\n"));
	free(text);
}

/* ---- A writer that stores one event of twenty while it is swapped ---- */

/* The text of a column, which is from here to the next tab. */
static const char *column(const char *line, size_t n)
{
	for (; n; n--) {
		line = strchr(line, '\t');
		assert_non_null(line);
		line++;
	}
	return line;
}

static size_t column_number(const char *text, const char *name)
{
	const char *at = strstr(text, "\nstrategy\t");
	char field[64];

	assert_non_null(at);
	at++;
	for (size_t n = 0; at; n++) {
		snprintf(field, sizeof(field), "%.*s", (int)strcspn(at, "\t\n"),
			 at);
		if (!strcmp(field, name))
			return n;
		at += strcspn(at, "\t\n");
		at = *at == '\t' ? at + 1 : NULL;
	}
	fail_msg("no column %s", name);
	return 0;
}

/* A number of the first row of a strategy that has these words in it; NaN: "-"
 */
static double number(const char *text, const char *strategy, const char *words,
		     const char *name)
{
	size_t n = column_number(text, name), length = strlen(strategy);
	const char *line;

	for (line = text; (line = strchr(line, '\n')) && line[1];) {
		char row[1024];

		line++;
		snprintf(row, sizeof(row), "%.*s", (int)strcspn(line, "\n"),
			 line);
		if (!strncmp(row, strategy, length) && row[length] == '\t' &&
		    strstr(row, words))
			return *column(row, n) == '-' && column(row, n)[1] < '0'
				       ? NAN
				       : strtod(column(row, n), NULL);
	}
	fail_msg("no row of %s with '%s'", strategy, words);
	return NAN;
}

static void is_near(double value, double expected)
{
	if (!(fabs(value - expected) <= expected * 0.01))
		fail_msg("%g, not %g", value, expected);
}

/* Both sides of a point are of one cell: what a stored event costs while
 * swapped, and nothing of another placement, payload or rate. */
static void pareto_takes_both_sides_of_one_cell(void **state)
{
	char *text = tsv_of(BENCH_PARETO);

	(void)state;
	is_near(number(text, "membarrier", "\tshared-l3\t10000 swaps/s\t",
		       "writer_ns"),
		30);
	is_near(number(text, "membarrier", "\tsame-pu\t100 swaps/s\t",
		       "writer_ns"),
		60);
	is_near(number(text, "barrier", "\tshared-l3\t", "writer_ns"), 9);
	is_near(number(text, "unsync", "\tshared-l3\t", "writer_ns"), 1.5);
	is_near(number(text, "membarrier", "", "dropped_per_swap"), 1900);
	free(text);
}

/* Refusing wins nothing. */
static void ratios_are_of_stored_events(void **state)
{
	char *text = tsv_of(BENCH_RATIOS);

	(void)state;
	is_near(number(text, "membarrier", "\tswap\t", "ratio"), 20);
	is_near(number(text, "membarrier", "\tswap\t", "added_ns"), 28.5);
	is_near(number(text, "barrier", "\tswap\t", "ratio"), 6);
	is_near(number(text, "membarrier", "\twrite\t", "ratio"), 1);
	free(text);
}

/* The default point, though another slice stands in front of it; that one is
 * there, too, and floors are of the events that are shown. */
static void write_cost_shows_every_slice(void **state)
{
	char *text = tsv_of(BENCH_WRITE_COST);

	(void)state;
	is_near(number(text, "unsync", "\tok\t-\t-\t", "median_ns"), 1.5);
	is_near(number(text, "barrier", "\tok\t-\t-\t", "median_ns"), 9);
	is_near(number(text, "barrier", "\tok\t-\t-\t", "added_ns"), 7.5);
	is_near(number(text, "barrier", "\tpayload=0\t", "median_ns"), 3);
	assert_int_equal(lines_with(text, "append\tfloor\t"), 1);
	free(text);
}

/* The price of a swap is that at the writer's point: 0.9 us of the swapper's CPU
 * and no footprint, which was taken with another payload. */
static void trade_stays_at_one_point(void **state)
{
	char *text = tsv_of(BENCH_TRADE);

	(void)state;
	is_near(number(text, "barrier", "\t1000\t", "swapper_us"), 810);
	is_near(number(text, "barrier", "\t1000\t", "writer_us"), 7500);
	is_near(number(text, "membarrier", "", "dropped_per_swap"), 1900);
	free(text);
}

/* A candidate that was caught anywhere is nobody's choice. */
static void who_was_caught_elsewhere_is_no_choice(void **state)
{
	json_t *cell = (json_t *)bench_view_find(
		result, "swap/membarrier/same-pu/swap-rate=100");
	char *text;

	(void)state;
	json_object_set_new(cell, "status", json_string("invalid"));
	text = tsv_of(BENCH_PARETO);
	assert_int_equal(lines_with(text, "membarrier\tcandidate\tinvalid\t"),
			 2);
	assert_int_equal(lines_with(text, "barrier\tcandidate\tok\t"), 2);
	free(text);
	text = tsv_of(BENCH_TRADE);
	assert_int_equal(lines_with(text, "membarrier\tcandidate\tinvalid\t"),
			 5);
	assert_int_equal(lines_with(text, "\tyes\t"), 5);
	free(text);
}

/* What panels share the caption says, and nothing that one of them lacks. */
static void captions_are_true_of_every_panel(void **state)
{
	char caption[2000];

	(void)state;
	bench_chart_caption(result, BENCH_PARETO, caption, sizeof(caption));
	assert_non_null(strstr(caption, "payload 16 bytes"));
	assert_null(strstr(caption, "swaps/s"));
	bench_chart_caption(result, BENCH_WRITE_COST, caption, sizeof(caption));
	assert_non_null(strstr(caption, "payload 16 bytes"));
}

/* An older run did not count what was stored: nothing stands in its place. */
static void attempted_events_stand_for_nothing(void **state)
{
	char *text = tsv_of(BENCH_PARETO);

	(void)state;
	assert_true(isnan(number(text, "rcu", "", "writer_ns")));
	free(text);
	text = tsv_of(BENCH_RATIOS);
	assert_true(isnan(number(text, "rcu", "\tswap\t", "ratio")));
	assert_false(isnan(number(text, "rcu", "\twrite\t", "ratio")));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(columns_have_their_unit, build,
						drop),
		cmocka_unit_test_setup_teardown(
			scaling_shows_every_number_of_writers_of_one_slice,
			build, drop),
		cmocka_unit_test_setup_teardown(swap_cost_shows_every_placement,
						build, drop),
		cmocka_unit_test_setup_teardown(
			numbers_that_do_not_count_are_left_out, build, drop),
		cmocka_unit_test_setup_teardown(
			pareto_takes_both_sides_of_one_cell, build_drops, drop),
		cmocka_unit_test_setup_teardown(ratios_are_of_stored_events,
						build_drops, drop),
		cmocka_unit_test_setup_teardown(write_cost_shows_every_slice,
						build_drops, drop),
		cmocka_unit_test_setup_teardown(trade_stays_at_one_point,
						build_drops, drop),
		cmocka_unit_test_setup_teardown(
			who_was_caught_elsewhere_is_no_choice, build_drops,
			drop),
		cmocka_unit_test_setup_teardown(
			captions_are_true_of_every_panel, build_drops, drop),
		cmocka_unit_test_setup_teardown(
			attempted_events_stand_for_nothing, build, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
