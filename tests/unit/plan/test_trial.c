/* SPDX-License-Identifier: MIT */
/* A strategy that the system kills for being tried takes nobody with it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/plan/trial.h"

static unsigned int probes; /* in this process */

static int dies(char *why, size_t n)
{
	(void)why;
	(void)n;
	probes++;
	raise(SIGKILL);
	return 0;
}

static int refuses(char *why, size_t n)
{
	probes++;
	snprintf(why, n, "not here");
	return -ENOSYS;
}

static int works(char *why, size_t n)
{
	(void)why;
	(void)n;
	probes++;
	return 0;
}

static void who_dies_is_unavailable(void **state)
{
	static const struct swap_strategy s = { .name = "dying",
						.probe = dies };
	char why[200] = "";

	(void)state;
	probes = 0;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(bench_trial(&s, why, sizeof(why)), -ENOTSUP);
		assert_non_null(strstr(why, "signal 9"));
	}
	assert_int_equal(probes, 0); /* or this process would be gone */
	assert_int_equal(waitpid(-1, NULL, 0), -1);
}

static void who_answers_is_believed(void **state)
{
	static const struct swap_strategy no = { .name = "no",
						 .probe = refuses },
					  yes = { .name = "yes",
						  .probe = works },
					  none = { .name = "none" };
	char why[200] = "";

	(void)state;
	assert_int_equal(bench_trial(&no, why, sizeof(why)), -ENOSYS);
	assert_string_equal(why, "not here");
	assert_int_equal(bench_trial(&yes, why, sizeof(why)), 0);
	assert_int_equal(bench_trial(&none, why, sizeof(why)), 0);
}

static int dying_mechanism(void)
{
	raise(SIGKILL);
	return 0;
}

static int forbidden_mechanism(void)
{
	return -EPERM;
}

static int busy_mechanism(void)
{
	return -EAGAIN;
}

/* What failed for another reason may work when it is measured. */
static void a_floor_is_tried_alike(void **state)
{
	static const struct bench_floor dead = { .name = "dead",
						 .probe = dying_mechanism },
					not = { .name = "not",
						.probe = forbidden_mechanism },
					busy = { .name = "busy",
						 .probe = busy_mechanism },
					plain = { .name = "plain" };
	char why[200] = "";

	(void)state;
	assert_int_equal(bench_trial_floor(&dead, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "signal 9"));
	assert_int_equal(bench_trial_floor(&not, why, sizeof(why)), -ENOTSUP);
	assert_string_equal(why, "not: Operation not permitted");
	assert_int_equal(bench_trial_floor(&busy, why, sizeof(why)), 0);
	assert_int_equal(bench_trial_floor(&plain, why, sizeof(why)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_dies_is_unavailable),
		cmocka_unit_test(who_answers_is_believed),
		cmocka_unit_test(a_floor_is_tried_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
