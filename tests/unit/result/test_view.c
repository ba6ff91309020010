/* SPDX-License-Identifier: MIT */
/* test_view.c - what a result says, read through its view. */
#include "bench/result/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/result/result.h"

#define HERE "/shared-l3"

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

static const json_t *find(const char *id)
{
	const json_t *cell = bench_view_find(result, id);

	if (!cell)
		fail_msg("no cell %s", id);
	return cell;
}

/* A cell of these texts and nothing else. The caller owns it. */
static json_t *cell_of(const char *scenario, const char *placement,
		       const char *id)
{
	return json_pack("{s:s,s:s,s:s}", "scenario", scenario, "placement",
			 placement, "id", id);
}

static bool is_same(const char *a, const char *b, const char *but)
{
	json_t *one = cell_of("scaling", "auto", a);
	json_t *two = cell_of("scaling", "auto", b);
	bool same = bench_view_same_table(one, two, but);

	assert_int_equal(bench_view_same_table(two, one, but), same);
	json_decref(one);
	json_decref(two);
	return same;
}

/* ---- The run ---- */

static void a_fact_is_a_text_that_was_told(void **state)
{
	json_t *r = json_pack("{s:{s:s,s:{s:s}}}", "machine", "hypervisor",
			      "unavailable: no such file", "cpu", "model", "A");

	(void)state;
	assert_string_equal(bench_view_fact(r, "machine.cpu.model"), "A");
	assert_null(bench_view_fact(r, "machine.hypervisor"));
	assert_null(bench_view_fact(r, "machine.cpu"));
	assert_null(bench_view_fact(r, "run.started"));
	json_decref(r);
	assert_int_equal(bench_view_fact_number(result, "run.rounds"), 12);
	assert_true(bench_view_is_indicative(result));
	assert_string_equal(bench_view_reason(result, 0),
			    "hypervisor: fixture");
	assert_null(bench_view_reason(result, 1));
}

static void a_control_speaks_for_its_scenario_alone(void **state)
{
	struct bench_view_aa aa, of;

	(void)state;
	assert_int_equal(bench_view_aas(result), 1);
	bench_view_aa(result, 0, &aa);
	assert_string_equal(aa.scenario, "write");
	assert_string_equal(aa.writer_state, "saturated");
	assert_true(aa.passed && aa.low <= 1 && aa.high >= 1 && !aa.reason);
	assert_true(bench_view_aa_of(result, find("write/rcu" HERE), &of));
	assert_true(of.median == aa.median);
	assert_false(bench_view_aa_of(result, find("swap/rcu" HERE), &of));
}

/* ---- Cells ---- */

static void a_status_says_whether_numbers_count(void **state)
{
	const json_t *invalid = find("write/rcu" HERE "/payload=64");
	const json_t *broken = find("swap/racy" HERE);
	const json_t *ok = find("swap/rcu" HERE);

	(void)state;
	assert_true(bench_view_is_ok(ok) && bench_view_has_numbers(ok));
	assert_null(bench_view_why(ok));
	assert_true(bench_view_is_broken(broken) &&
		    bench_view_has_numbers(broken));
	assert_string_equal(bench_view_why(broken), "24 lost, 12 torn");
	assert_true(bench_view_is_invalid(invalid) &&
		    !bench_view_has_numbers(invalid));
	assert_true(bench_view_is_control(broken) &&
		    bench_view_is_candidate(ok) &&
		    bench_view_is_floor(find("floor/append" HERE)));
}

static void an_unsound_strategy_that_swapped_unseen_is_uncaught(void **state)
{
	json_t *cell = json_deep_copy(find("swap/racy" HERE));

	(void)state;
	assert_false(bench_view_is_uncaught(cell));
	json_object_set_new(cell, "status", json_string("ok"));
	assert_true(bench_view_is_uncaught(cell));
	json_object_del(cell, "swap");
	assert_false(bench_view_is_uncaught(cell));
	json_decref(cell);
	assert_false(bench_view_is_uncaught(find("swap/rcu" HERE)));
}

static void axes_are_words_and_numbers(void **state)
{
	const json_t *cell = find("swap/rcu" HERE);
	char text[32];

	(void)state;
	assert_string_equal(
		bench_view_axis(cell, "swap-rate", text, sizeof(text)),
		"back-to-back");
	assert_string_equal(
		bench_view_axis(cell, "payload", text, sizeof(text)), "16");
	assert_string_equal(
		bench_view_axis(cell, "no-axis", text, sizeof(text)), "");
	assert_int_equal(bench_view_axis_number(cell, "payload"), 16);
	assert_true(isnan(bench_view_axis_number(cell, "swap-rate")));
	assert_string_equal(bench_view_axes(cell), "");
	assert_string_equal(
		bench_view_axes(find("write/rcu" HERE "/payload=64")),
		"payload=64");
	assert_int_equal(bench_view_writer_pu(cell), 1);
	assert_int_equal(bench_view_swapper_pu(cell), 0);
	assert_int_equal(
		bench_view_writer_pu(find("swap/membarrier/smt-sibling")), -1);
	assert_true(isnan(bench_view_memory_kib(cell)));
}

/* ---- Tables ---- */

static void cells_that_differ_in_strategy_form_a_table(void **state)
{
	(void)state;
	assert_true(is_same("s/a/p", "s/b/p", NULL));
	assert_true(is_same("s/a/p/x=1/y=2", "s/b/p/x=1/y=2", NULL));
	assert_false(is_same("s/a/p/x=1", "s/b/p/x=12", NULL));
	assert_false(is_same("s/a/p/x=1", "s/b/p/x=1/y=2", NULL));
	assert_false(is_same("s/a/p", "s/b/p/x=1", NULL));
	assert_false(bench_view_same_table(find("write/rcu" HERE),
					   find("swap/rcu" HERE), NULL));
	assert_false(bench_view_same_table(find("swap/membarrier" HERE),
					   find("swap/membarrier/smt-sibling"),
					   NULL));
}

static void one_axis_may_differ_where_it_is_said(void **state)
{
	(void)state;
	assert_true(is_same("s/a/p", "s/b/p/writers=4", "writers"));
	assert_true(
		is_same("s/a/p/x=1/writers=2/y=1", "s/b/p/x=1/y=1", "writers"));
	assert_true(is_same("s/a/p/writers=2", "s/b/p/writers=4", "writers"));
	assert_false(
		is_same("s/a/p/x=1/writers=2", "s/b/p/writers=2", "writers"));
	assert_false(is_same("s/a/p/writers=2", "s/b/p", "write"));
}

static void a_family_is_all_of_a_scenario(void **state)
{
	(void)state;
	assert_true(bench_view_same_family(
		find("write/rcu" HERE), find("write/rcu" HERE "/payload=64")));
	assert_false(bench_view_same_family(find("write/rcu" HERE),
					    find("swap/rcu" HERE)));
}

static void a_table_opens_with_its_first_cell(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < bench_view_cells(result); i++)
		n += bench_view_opens_table(result, i, NULL);
	/* write, swap, latency, floor, swap on siblings, footprint, scaling,
	 * write of 64 bytes */
	assert_int_equal(n, 8);
	assert_true(bench_view_opens_table(result, 0, NULL));
	assert_false(bench_view_opens_table(result, 1, NULL));
}

/* ---- Figures ---- */

static void a_value_is_a_median_with_its_interval(void **state)
{
	const json_t *cell = find("write/rcu" HERE);
	struct bench_value v =
		bench_view_figure(cell, BENCH_FIGURE_WRITER_NS_PER_EVENT);
	double values[16], least = INFINITY, most = 0;
	size_t n = bench_view_rounds(cell, BENCH_FIGURE_WRITER_NS_PER_EVENT, 0,
				     values, 16);

	(void)state;
	assert_true(v.value > 2 && v.value < 2.2);
	assert_true(v.low < v.value && v.value < v.high && v.n == 12);
	assert_int_equal(n, 12);
	for (size_t i = 0; i < n; i++) {
		least = fmin(least, values[i]);
		most = fmax(most, values[i]);
	}
	assert_true(least <= v.low && v.high <= most && least < most);
	v = bench_view_figure(cell, BENCH_FIGURE_SWAP_ACHIEVED_PER_S);
	assert_true(isnan(v.value) && isnan(v.low) && !v.is_too_few);
}

/* What one round held, for those who pair two cells round by round. */
static void a_round_is_found_by_its_number(void **state)
{
	const json_t *cell = find("write/rcu" HERE);
	double values[16];

	(void)state;
	assert_int_equal(bench_view_rounds(cell,
					   BENCH_FIGURE_WRITER_NS_PER_EVENT, 0,
					   values, 16),
			 12);
	assert_true(bench_view_in_round(cell, BENCH_FIGURE_WRITER_NS_PER_EVENT,
					0, 3) == values[3]);
	assert_true(isnan(bench_view_in_round(
		cell, BENCH_FIGURE_WRITER_NS_PER_EVENT, 0, 12)));
	assert_true(isnan(
		bench_view_in_round(cell, BENCH_FIGURE_SWAP_SAFE, 50, 3)));
	assert_false(bench_view_is_sound(find("swap/racy" HERE)));
	assert_true(bench_view_is_sound(cell));
}

static void counts_and_words_are_themselves(void **state)
{
	const json_t *cell = find("swap/rcu" HERE);
	struct bench_view_count counts[2];

	(void)state;
	assert_int_equal(
		bench_view_figure(cell, BENCH_FIGURE_WRITER_ATTEMPTED).value,
		12 * 100000);
	assert_int_equal(
		bench_view_counts(cell, BENCH_FIGURE_WRITER_DROPS, counts, 2),
		1);
	assert_string_equal(counts[0].name, "early");
	assert_int_equal(counts[0].count, 120);
	assert_int_equal(
		bench_view_counts(cell, BENCH_FIGURE_SWAP_OUTCOMES, counts, 2),
		8); /* and no more than 2 were written */
	assert_string_equal(
		bench_view_words(cell, BENCH_FIGURE_SWAP_PLANNED_PER_S),
		"back-to-back");
	assert_null(bench_view_words(cell, BENCH_FIGURE_VERIFICATION_FIRST));
	assert_int_equal(
		bench_view_figure(find("scaling/membarrier" HERE "/writers=2"),
				  BENCH_FIGURE_SCALING_WRITERS)
			.value,
		2);
}

static void numbers_that_do_not_count_are_not_shown(void **state)
{
	const json_t *cell = find("write/barrier" HERE "/payload=64");
	struct bench_view_ratio ratio;
	double value;

	(void)state;
	assert_true(bench_view_is_invalid(cell));
	assert_true(
		isnan(bench_view_figure(cell, BENCH_FIGURE_WRITER_NS_PER_EVENT)
			      .value));
	assert_true(
		isnan(bench_view_figure(cell, BENCH_FIGURE_RATIO_LOG).value));
	assert_int_equal(bench_view_rounds(cell,
					   BENCH_FIGURE_WRITER_NS_PER_EVENT, 0,
					   &value, 1),
			 0);
	/* what was found wrong is */
	assert_int_equal(
		bench_view_figure(cell, BENCH_FIGURE_VERIFICATION_VIOLATIONS)
			.value,
		3);
	assert_true(bench_view_ratio(cell, &ratio));
	assert_int_equal(ratio.verdict, BENCH_VERDICT_INVALID);
}

static void a_percentile_needs_its_values(void **state)
{
	const json_t *cell = find("swap/rcu" HERE);
	struct bench_hist *h = bench_hist_new();
	struct bench_value v =
		bench_view_percentile(cell, BENCH_FIGURE_SWAP_SAFE, 50);
	double rounds[12];

	(void)state;
	assert_true(v.low <= v.value && v.value <= v.high && v.n == 6000);
	assert_false(v.is_too_few);
	v = bench_view_percentile(cell, BENCH_FIGURE_SWAP_SAFE, 99.99);
	assert_true(v.is_too_few && isnan(v.value) && v.n == 6000);
	v = bench_view_percentile(cell, BENCH_FIGURE_SWAP_STALENESS, 50);
	assert_false(v.is_too_few);
	assert_true(isnan(v.value));
	assert_int_equal(
		bench_view_rounds(cell, BENCH_FIGURE_SWAP_SAFE, 99, rounds, 12),
		12);
	assert_true(bench_view_histogram(cell, BENCH_FIGURE_SWAP_SAFE, h));
	assert_int_equal(h->total,
			 (uint64_t)bench_view_n(cell, BENCH_FIGURE_SWAP_SAFE));
	assert_int_equal(
		h->max, (uint64_t)bench_view_max(cell, BENCH_FIGURE_SWAP_SAFE));
	bench_hist_free(h);
}

static void a_series_has_its_bins(void **state)
{
	const json_t *cell = find("footprint/membarrier" HERE);
	struct bench_view_bin bin;

	(void)state;
	assert_int_equal(bench_view_bins(cell, BENCH_FIGURE_FOOTPRINT_SWAP), 6);
	bench_view_bin(cell, BENCH_FIGURE_FOOTPRINT_SWAP, 2, &bin);
	assert_true(bin.t_us == 0.5 && bin.n == 720);
	assert_true(bin.median_ns > 500);
	bench_view_bin(cell, BENCH_FIGURE_FOOTPRINT_CONTROL, 2, &bin);
	assert_true(bin.median_ns < 100);
	assert_int_equal(bench_view_bins(find("swap/rcu" HERE),
					 BENCH_FIGURE_FOOTPRINT_SWAP),
			 0);
}

/* ---- The results of figures ---- */

static void a_ratio_has_a_verdict(void **state)
{
	struct bench_view_ratio ratio;
	struct bench_value v;

	(void)state;
	assert_true(bench_view_ratio(find("write/rcu" HERE), &ratio));
	assert_int_equal(ratio.verdict, BENCH_VERDICT_WORSE);
	assert_string_equal(ratio.baseline, "write/unsync" HERE);
	assert_string_equal(ratio.control, "aa/unsync" HERE);
	assert_true(ratio.low < ratio.value && ratio.value < ratio.high);
	v = bench_view_figure(find("write/rcu" HERE), BENCH_FIGURE_RATIO_LOG);
	assert_true(v.value == ratio.value && v.low == ratio.low &&
		    v.high == ratio.high && v.n == 12);
	assert_true(bench_view_ratio(find("swap/rcu" HERE), &ratio));
	assert_int_equal(ratio.verdict, BENCH_VERDICT_NONE);
	assert_null(ratio.control);
	assert_false(bench_view_ratio(find("floor/append" HERE), &ratio));
}

static void an_own_floor_is_named(void **state)
{
	struct bench_view_floor floor;

	(void)state;
	assert_true(bench_view_own_floor(find("swap/membarrier" HERE), &floor));
	assert_string_equal(floor.name, "membarrier");
	assert_true(floor.low <= floor.ratio && floor.ratio <= floor.high);
	assert_false(
		bench_view_own_floor(find("swap/global-lock" HERE), &floor));
}

static void counters_say_whether_they_counted(void **state)
{
	json_t *cell = json_deep_copy(find("swap/rcu" HERE));

	(void)state;
	assert_false(bench_view_is_counted(cell));
	assert_null(bench_view_uncounted(cell));
	json_object_set_new(cell, "counters",
			    json_pack("{s:s,s:s}", "status", "unavailable",
				      "reason", "perf_event_open: x"));
	assert_false(bench_view_is_counted(cell));
	assert_string_equal(bench_view_uncounted(cell), "perf_event_open: x");
	json_object_set_new(
		cell, "counters",
		json_pack("{s:s,s:b}", "status", "counted", "multiplexed", 1));
	assert_true(bench_view_is_counted(cell) &&
		    bench_view_is_multiplexed(cell));
	json_decref(cell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_is_a_text_that_was_told),
		cmocka_unit_test(a_control_speaks_for_its_scenario_alone),
		cmocka_unit_test(a_status_says_whether_numbers_count),
		cmocka_unit_test(
			an_unsound_strategy_that_swapped_unseen_is_uncaught),
		cmocka_unit_test(axes_are_words_and_numbers),
		cmocka_unit_test(cells_that_differ_in_strategy_form_a_table),
		cmocka_unit_test(one_axis_may_differ_where_it_is_said),
		cmocka_unit_test(a_family_is_all_of_a_scenario),
		cmocka_unit_test(a_table_opens_with_its_first_cell),
		cmocka_unit_test(a_value_is_a_median_with_its_interval),
		cmocka_unit_test(a_round_is_found_by_its_number),
		cmocka_unit_test(counts_and_words_are_themselves),
		cmocka_unit_test(numbers_that_do_not_count_are_not_shown),
		cmocka_unit_test(a_percentile_needs_its_values),
		cmocka_unit_test(a_series_has_its_bins),
		cmocka_unit_test(a_ratio_has_a_verdict),
		cmocka_unit_test(an_own_floor_is_named),
		cmocka_unit_test(counters_say_whether_they_counted),
	};

	return cmocka_run_group_tests(tests, build, drop);
}
