/* SPDX-License-Identifier: MIT */
/* test_chart_data.c - which cells a chart shows, and in which columns. */
#include "bench/show/chart_data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/result/result.h"
#include "bench/result/view.h"

static json_t *result;

static int build(void **state)
{
	char why[BENCH_RESULT_WHY] = "";

	(void)state;
	if (bench_result_build(FIXTURES "/run.jsonl", NULL, &result, why,
			       sizeof(why)))
		fail_msg("%s", why);
	return 0;
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
	bench_chart_tsv(result, chart, to);
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
		    "n\tmedian_ns\tlow_ns\thigh_ns\trounds_ns\tratio\t"
		    "ratio_low\tratio_high");
	check_names(BENCH_SWAP_COST,
		    "placement\tn\tp50_us\tp90_us\tp99_us\tp999_us");
	check_names(BENCH_PARETO,
		    "placement\twriter_ns\twriter_low_ns\twriter_high_ns\t"
		    "swap_us\tswap_low_us\tswap_high_us");
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
	assert_int_equal(lines_with(text, "\tshared-l3\t6000\t"), 6);
	assert_non_null(strstr(text,
			       "membarrier\tcandidate\tunavailable\tno "
			       "core here has two usable PUs\t"
			       "smt-sibling\t-\t-\t-\t-\t-\n"));
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
	assert_non_null(strstr(text,
			       "rcu\tcandidate\tinvalid\t3 'lost'\t"
			       "shared-l3\t-\t-\t-\t-\t-\n"));
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
