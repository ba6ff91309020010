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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_hangs_by_itself_is_not_excused),
		cmocka_unit_test(who_was_kept_did_not_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
