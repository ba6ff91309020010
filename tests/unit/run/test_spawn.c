/* SPDX-License-Identifier: MIT */
/* Unit tests of the watchdog's judgement: who hung, and who had no CPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/run/spawn.h"

static bool was_kept(double most, double all, double ran)
{
	struct bench_shares shares = { most, all, ran };

	return bench_run_was_kept(&shares);
}

static void who_hangs_by_itself_is_not_excused(void **state)
{
	(void)state;
	assert_false(was_kept(0, 0, 0));       /* all asleep for ever */
	assert_false(was_kept(0.01, 0.02, 2)); /* two spin, on two PUs */
	assert_false(was_kept(0.02, 0.03, 1)); /* one spins, one sleeps */
	assert_false(was_kept(0.5, 1, 1));     /* two spin on one PU */
	assert_false(was_kept(0.75, 3, 1));    /* four of them */
	assert_false(
		was_kept(0.5, 0.5, 1.5)); /* one beside a hog of the block */
}

static void who_was_kept_did_not_hang(void **state)
{
	(void)state;
	assert_true(was_kept(1, 1, 0));	       /* stopped */
	assert_true(was_kept(0.85, 1.7, 0.3)); /* two spin among many others */
	assert_true(
		was_kept(0.45, 0.8, 0.1));  /* two wake each other, as many */
	assert_true(was_kept(0.9, 0.9, 1)); /* one of two is kept */
}

/* 5000 ms until the watchdog; 100 ms between the looks. */
static double kept(struct bench_thread at)
{
	return bench_run_kept_ms(&at, 5000);
}

static void a_wait_that_goes_on_counts(void **state)
{
	(void)state;
	/* behind another one, from the start, and after some turns */
	assert_true(kept((struct bench_thread){ .ready = true }) == 5000);
	assert_true(kept((struct bench_thread){ .ready = true,
						.ran_ms = 500,
						.ran_before_ms = 500,
						.waited_ms = 700 }) == 4500);
	assert_true(kept((struct bench_thread){ .stopped = true,
						.ran_ms = 4000 }) == 5000);
}

static void who_runs_or_sleeps_waits_for_no_pu(void **state)
{
	(void)state;
	/* spins; sleeps for ever; naps */
	assert_true(kept((struct bench_thread){ .ready = true,
						.ran_ms = 4900,
						.ran_before_ms = 4800,
						.waited_ms = 10 }) == 10);
	assert_true(kept((struct bench_thread){ .ran_ms = 1,
						.ran_before_ms = 1,
						.waited_ms = 2 }) == 2);
	assert_true(kept((struct bench_thread){ .ran_ms = 300,
						.ran_before_ms = 299,
						.waited_ms = 2 }) == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_hangs_by_itself_is_not_excused),
		cmocka_unit_test(who_was_kept_did_not_hang),
		cmocka_unit_test(a_wait_that_goes_on_counts),
		cmocka_unit_test(who_runs_or_sleeps_waits_for_no_pu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
