/* SPDX-License-Identifier: MIT */
/* Small blocks, as a whole: who reads, what is counted, what is recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/floors/floors.h"
#include "bench/machine/placement.h"
#include "bench/machine/topology.h"
#include "bench/measure/roles.h"
#include "bench/measure/run.h"

#define CHECK_EVERY  8	/* pairs between two check phases */
#define CHECK_SWAPS  8	/* snapshots that one of them reads at most */
#define SAMPLE_SWAPS 48 /* three samples while warming up, at most */

static struct bench_topology *topology;
static char why[2 * BENCH_WHY];

/* The nearest pair of two cores; one PU alone has same-pu. */
static unsigned int nearest(void)
{
	static const unsigned int order[] = {
		BENCH_SHARED_L2,  BENCH_SHARED_L3,     BENCH_SAME_NUMA,
		BENCH_CROSS_NUMA, BENCH_CROSS_PACKAGE, BENCH_SMT_SIBLING,
	};
	struct bench_pair pair;

	for (unsigned int i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (!bench_placement_choose(topology, order[i], &pair, why,
					    sizeof(why)))
			return order[i];
	return BENCH_SAME_PU;
}

/* Axes as on a command line, "axis", "value", ..., NULL. The caller frees it;
 * NULL: unavailable here. */
static json_t *run_block(unsigned int block_ms, const char *const *axes)
{
	struct bench_block_spec spec = { .seed = 1, .block_ms = block_ms };
	json_t *datum;

	bench_cell_default(&spec.cell);
	spec.cell.placement = nearest();
	for (; *axes; axes += 2)
		assert_int_equal(bench_cell_set(&spec.cell, axes[0], axes[1],
						why, sizeof(why)),
				 0);
	bench_cell_normalise(&spec.cell);
	if (bench_block_run(topology, &spec, &datum, why, sizeof(why)))
		fail_msg("%s", why);
	if (strcmp(json_string_value(json_object_get(datum, "status")),
		   "unavailable"))
		return datum;
	printf("%s: %s\n", spec.cell.strategy,
	       json_string_value(json_object_get(datum, "reason")));
	json_decref(datum);
	return NULL;
}

static double number(const json_t *datum, const char *part, const char *name)
{
	const json_t *value =
		json_object_get(json_object_get(datum, part), name);

	if (!json_is_number(value))
		fail_msg("no %s.%s", part, name);
	return json_number_value(value);
}

/* ------------------------------------------------------------------------ */
/* Who reads                                                                */

/* Swaps that were measured and succeeded. */
static double measured_swaps(const json_t *datum)
{
	const json_t *outcomes =
		json_object_get(json_object_get(datum, "swap"), "outcomes");

	return json_number_value(json_object_get(outcomes, "ok")) +
	       json_number_value(json_object_get(outcomes, "deferred"));
}

/* No more snapshots were read than the check phases took, and the others are
 * the measured ones, two unread swaps a check, and those of the CPU time.
 * Returns how many were read. */
static double only_checks_read(const json_t *datum)
{
	double pairs = number(datum, "slices", "pairs");
	double checks = number(datum, "slices", "checks");
	double walked = number(datum, "verification", "walked");
	double rest = number(datum, "verification", "snapshots") -
		      measured_swaps(datum) - walked;

	assert_int_equal(checks, ((int)pairs + CHECK_EVERY - 1) / CHECK_EVERY);
	assert_in_range(walked, 0, CHECK_SWAPS * checks);
	assert_in_range(rest, 0, 2 * checks + SAMPLE_SWAPS);
	if (number(datum, "verification", "violations"))
		fail_msg("%s",
			 json_string_value(json_object_get(datum, "reason")));
	return walked;
}

static void snapshots_are_read_between_slices_only(void **state)
{
	static const char *const variants[][5] = {
		{ "swap-rate", "2000", NULL },
		{ "swap-rate", "back-to-back", NULL },
		{ "scenario", "footprint", "swap-rate", "2000", NULL },
		{ "scenario", "latency", NULL },
		{ "mode", "produce-consume", NULL },
		{ "writer-state", "idle", NULL },
		{ "writer-state", "nested", NULL },
		{ "placement", "same-pu", NULL },
		{ "swap-mode", "try", NULL },
	};
	double walked = 0;

	(void)state;
	for (unsigned int i = 0; i < sizeof(variants) / sizeof(variants[0]);
	     i++) {
		const char *axes[10] = { "strategy", "barrier", "scenario",
					 "swap" };
		json_t *datum;

		memcpy(axes + 4, variants[i], sizeof(variants[i]));
		datum = run_block(30, axes);
		if (!datum)
			continue;
		walked += only_checks_read(datum);
		json_decref(datum);
	}
	/* One that is told -EBUSY to the end has nothing to read. */
	assert_true(walked > 0);
}

static void who_does_not_swap_is_not_checked(void **state)
{
	static const char *const axes[] = { "strategy", "barrier",   "scenario",
					    "latency",	"swap-rate", "0",
					    NULL };
	json_t *datum = run_block(20, axes);

	(void)state;
	if (!datum)
		skip();
	assert_int_equal(number(datum, "slices", "checks"), 0);
	assert_int_equal(number(datum, "verification", "snapshots"), 0);
	json_decref(datum);
}

/* ------------------------------------------------------------------------ */
/* What is recorded                                                         */

/* The value that half of a histogram's do not exceed, from above. */
static double median_of(const json_t *histogram)
{
	const json_t *buckets = json_object_get(histogram, "buckets"), *bucket;
	json_int_t n = json_integer_value(json_object_get(histogram, "n"));
	json_int_t seen = 0;
	size_t i;

	json_array_foreach (buckets, i, bucket) {
		seen += json_integer_value(json_array_get(bucket, 2));
		if (2 * seen >= n)
			return json_number_value(json_array_get(bucket, 1));
	}
	fail_msg("an empty histogram");
	return 0;
}

/* A period of 200 us, five in a slice: that an event takes half of it is not
 * the rule on any machine. */
static void a_paced_writers_wait_is_no_latency(void **state)
{
	static const char *const axes[] = {
		"strategy",	"barrier", "scenario",	 "swap",
		"writer-state", "paced",   "event-rate", "5000",
		"swap-rate",	"1000",	   NULL
	};
	static const char *const sides[] = { "latency", "baseline-latency" };
	json_t *datum = run_block(100, axes);

	(void)state;
	if (!datum)
		skip();
	for (unsigned int i = 0; i < 2; i++)
		assert_true(median_of(json_object_get(
				    json_object_get(datum, "writer"),
				    sides[i])) < 100000);
	json_decref(datum);
}

/* ------------------------------------------------------------------------ */
/* What is left out                                                         */

/* Clean pairs decide, and all of them only where none is clean. */
static void assert_clean_pairs_decide(const json_t *datum)
{
	double pairs = number(datum, "slices", "pairs");
	double preempted = number(datum, "slices", "preempted");

	assert_in_range(preempted, 0, pairs);
	assert_int_equal(number(datum, "ratio", "pairs"),
			 preempted < pairs ? pairs - preempted : pairs);
}

/* A block of swaps with somebody else on the writer's PU. */
static json_t *run_beside_hog(const char *real_time)
{
	const char *const axes[] = { "strategy",  "barrier", "scenario", "swap",
				     "real-time", real_time, NULL };
	struct bench_pair pair;
	json_t *datum;
	pid_t hog;

	assert_int_equal(bench_placement_choose(topology, nearest(), &pair, why,
						sizeof(why)),
			 0);
	assert_int_equal(bench_hog_start(topology, pair.writer, &hog), 0);
	datum = run_block(100, axes);
	bench_hog_stop(hog);
	assert_non_null(datum);
	return datum;
}

static bool is_real_time(const json_t *datum)
{
	const json_t *s = json_object_get(datum, "scheduling");
	bool is = json_is_true(json_object_get(s, "real-time"));

	assert_true(is || json_is_string(json_object_get(s, "reason")));
	return is;
}

/* The hog takes most of the pairs of an ordinary writer, and none of one with a
 * real-time priority: the system itself is back now and then. */
static void a_real_time_priority_keeps_others_away(void **state)
{
	json_t *datum;

	(void)state;
	if (nearest() == BENCH_SAME_PU)
		skip();
	datum = run_beside_hog("auto");
	if (is_real_time(datum))
		assert_true(number(datum, "slices", "preempted") <
			    number(datum, "slices", "pairs") / 4);
	json_decref(datum);
}

static void preempted_pairs_are_counted_and_left_out(void **state)
{
	json_t *datum;

	(void)state;
	if (nearest() == BENCH_SAME_PU)
		skip();
	datum = run_beside_hog("never");
	assert_false(is_real_time(datum));
	assert_true(number(datum, "slices", "preempted") > 0);
	assert_clean_pairs_decide(datum);
	json_decref(datum);
}

static void preemption_that_was_asked_for_is_none(void **state)
{
	static const char *const axes[] = {
		"strategy",    "barrier",   "scenario", "swap", "writer-state",
		"descheduled", "swap-rate", "100",	NULL
	};
	json_t *datum = run_block(100, axes);

	(void)state;
	if (!datum)
		skip();
	assert_int_equal(number(datum, "slices", "preempted"), 0);
	json_decref(datum);
}

static void a_floor_with_its_peer_preempted_is_left_out(void **state)
{
	static const char *const axes[] = { "strategy", "membarrier",
					    "scenario", "floor", NULL };
	struct bench_pair pair;
	json_t *datum;
	pid_t hog;

	(void)state;
	if (nearest() == BENCH_SAME_PU)
		skip();
	assert_int_equal(bench_placement_choose(topology, nearest(), &pair, why,
						sizeof(why)),
			 0);
	assert_int_equal(bench_hog_start(topology, pair.writer, &hog), 0);
	datum = run_block(60, axes);
	bench_hog_stop(hog);
	if (!datum)
		skip();
	assert_true(number(datum, "slices", "preempted") > 0);
	json_decref(datum);
}

static void a_wake_that_finds_nobody_does_not_count(void **state)
{
	/* Stopped, so that it does not wait for an answer. */
	struct bench_floor_run run = { .stop = 1 };

	(void)state;
	bench_floor_find("futex-wake")->run(&run, 3);
	assert_int_equal(run.missed, 3);
}

static void a_wake_that_finds_its_peer_asleep_counts(void **state)
{
	static const char *const axes[] = { "strategy", "futex-wake",
					    "scenario", "floor", NULL };
	json_t *datum = run_block(30, axes);
	const json_t *status = json_object_get(datum, "status");

	(void)state;
	if (!datum || strcmp(json_string_value(status), "ok"))
		skip();
	assert_true(json_integer_value(json_object_get(
			    json_object_get(json_object_get(datum, "floor"),
					    "latency"),
			    "n")) > 0);
	json_decref(datum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshots_are_read_between_slices_only),
		cmocka_unit_test(who_does_not_swap_is_not_checked),
		cmocka_unit_test(a_paced_writers_wait_is_no_latency),
		cmocka_unit_test(preempted_pairs_are_counted_and_left_out),
		cmocka_unit_test(a_real_time_priority_keeps_others_away),
		cmocka_unit_test(preemption_that_was_asked_for_is_none),
		cmocka_unit_test(a_floor_with_its_peer_preempted_is_left_out),
		cmocka_unit_test(a_wake_that_finds_nobody_does_not_count),
		cmocka_unit_test(a_wake_that_finds_its_peer_asleep_counts),
	};
	int failed;

	swap_setup();
	if (bench_topology_load(&topology, 0, why, sizeof(why)) ||
	    bench_topology_measurable(topology, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_topology_free(topology);
	return failed;
}
