/* SPDX-License-Identifier: MIT */
/* A real-time priority is taken where a thread that hangs stops nobody. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "bench/machine/real_time.h"
#include "tests/unit/machine/roots.h"

#define RUNTIME "/proc/sys/kernel/sched_rt_runtime_us"

static int safe_with(const char *runtime, char *why, size_t n)
{
	const struct file files[] = { { runtime ? RUNTIME : "/proc/other",
					runtime ? runtime : "" },
				      { NULL, NULL } };
	char *root = make_root(files);
	int err = bench_real_time_safe(root, why, n);

	drop_root(root);
	return err;
}

static void it_is_safe_where_the_system_takes_the_pu_back(void **state)
{
	char why[200] = "";

	(void)state;
	assert_int_equal(safe_with("950000\n", why, sizeof(why)), 0);
	assert_int_equal(safe_with("-1\n", why, sizeof(why)), -EPERM);
	assert_non_null(strstr(why, "sched_rt_runtime_us is -1"));
	assert_int_equal(safe_with(NULL, why, sizeof(why)), -EPERM);
	assert_non_null(strstr(why, "not known"));
}

static void *take(void *arg)
{
	struct sched_param param;
	char why[200] = "";
	int policy = -1, err = bench_real_time_take(why, sizeof(why));

	(void)arg;
	pthread_getschedparam(pthread_self(), &policy, &param);
	/* it has it, or a reason and what it had before */
	assert_int_equal(policy, err ? SCHED_OTHER : SCHED_FIFO);
	assert_true(err ? *why != '\0' : param.sched_priority == 1);
	return NULL;
}

static void it_is_taken_or_nothing_changes(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, take, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_safe_where_the_system_takes_the_pu_back),
		cmocka_unit_test(it_is_taken_or_nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
