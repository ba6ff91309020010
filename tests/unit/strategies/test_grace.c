/* SPDX-License-Identifier: MIT */
/* Grace periods with a deadline, of a library that the test plays. */
#include "strategies/grace.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LONG_ENOUGH (sys_now() + UINT64_C(20000000000))

/* Each period waits to be let go. */
static _Atomic uint32_t begun, let_go, ended;

static bool is_let_go(void *arg)
{
	return load_acquire(&let_go) >= *(uint32_t *)arg;
}

static void play_period(void)
{
	uint32_t mine = fetch_add_acq_rel(&begun, 1) + 1;

	sys_await(is_let_go, &mine, UINT64_MAX);
	fetch_add_acq_rel(&ended, 1);
}

static struct grace grace = GRACE_INIT(play_period);

static bool has_begun(void *arg)
{
	return load_acquire(&begun) >= *(uint32_t *)arg;
}

static void await_begin(uint32_t n)
{
	assert_int_equal(sys_await(has_begun, &n, LONG_ENOUGH), 0);
}

static int begin(void **state)
{
	(void)state;
	store_relaxed(&begun, 0);
	store_relaxed(&let_go, 0);
	store_relaxed(&ended, 0);
	return grace_use(&grace) || grace_ready(&grace);
}

static int done(void **state)
{
	(void)state;
	store_release(&let_go, UINT32_MAX);
	grace_unuse(&grace);
	return 0;
}

static unsigned int threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void a_wait_ends_at_its_deadline_and_may_be_taken_up(void **state)
{
	uint32_t ticket = grace_ask(&grace);
	uint64_t from = sys_now();

	(void)state;
	assert_int_equal(grace_wait(&grace, ticket, 0), -EINPROGRESS);
	assert_int_equal(grace_wait(&grace, ticket, from + 10000000),
			 -EINPROGRESS);
	assert_true(sys_now() >= from + 10000000);
	store_release(&let_go, 1);
	assert_int_equal(grace_wait(&grace, ticket, LONG_ENOUGH), 0);
	assert_int_equal(grace_wait(&grace, ticket, 0), 0);
	assert_int_equal(load_acquire(&ended), 1);
}

/* It began before: who asked since may have exchanged since. */
static void a_period_under_way_serves_nobody_who_asks_now(void **state)
{
	uint32_t first = grace_ask(&grace), second, third;

	(void)state;
	await_begin(1);
	second = grace_ask(&grace);
	third = grace_ask(&grace);
	store_release(&let_go, 1);
	assert_int_equal(grace_wait(&grace, first, LONG_ENOUGH), 0);
	await_begin(2);
	assert_int_equal(grace_wait(&grace, second, 0), -EINPROGRESS);
	assert_int_equal(grace_wait(&grace, third, 0), -EINPROGRESS);
	store_release(&let_go, 2);
	assert_int_equal(grace_wait(&grace, third, LONG_ENOUGH), 0);
	assert_int_equal(grace_wait(&grace, second, 0), 0);
	assert_int_equal(load_acquire(&begun), 2); /* one for both */
}

static void without_a_deadline_the_caller_waits_itself(void **state)
{
	(void)state;
	store_release(&let_go, 1);
	grace_run(&grace);
	assert_int_equal(load_acquire(&ended), 1);
}

static void the_last_user_ends_the_thread(void **state)
{
	unsigned int before = threads();

	(void)state;
	assert_int_equal(grace_use(&grace), 0);
	grace_unuse(&grace);
	assert_int_equal(threads(), before);
	grace_unuse(&grace);
	/* It is joined; the kernel may still list it for a moment. */
	for (int i = 0; i < 1000 && threads() != before - 1; i++)
		usleep(1000);
	assert_int_equal(threads(), before - 1);
	assert_int_equal(grace_use(&grace), 0);
	assert_int_equal(grace_ready(&grace), 0);
	assert_int_equal(threads(), before);
}

/* Exit status of a child that runs body. */
static int in_child(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int use_anew(void)
{
	uint32_t ticket;

	store_release(&let_go, UINT32_MAX);
	if (grace_use(&grace))
		return 1;
	if (grace_ready(&grace))
		return 2;
	ticket = grace_ask(&grace);
	if (grace_wait(&grace, ticket, LONG_ENOUGH))
		return 3;
	grace_unuse(&grace);
	return threads() == 1 ? 0 : 4;
}

static int is_refused(void)
{
	return grace_use(&grace) == -ECHILD ? 0 : 1;
}

static void a_child_makes_a_thread_of_its_own(void **state)
{
	(void)state;
#ifdef RB_HAVE_TSAN
	skip(); /* it starts no thread in the child of a process with several */
#endif
	assert_int_equal(in_child(use_anew), 0);
}

static void a_fork_inside_a_period_leaves_its_locks_behind(void **state)
{
	uint32_t ticket = grace_ask(&grace);

	(void)state;
	await_begin(1);
	assert_int_equal(in_child(is_refused), 0);
	store_release(&let_go, 1);
	assert_int_equal(grace_wait(&grace, ticket, LONG_ENOUGH), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, done)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_wait_ends_at_its_deadline_and_may_be_taken_up),
		TEST(a_period_under_way_serves_nobody_who_asks_now),
		TEST(without_a_deadline_the_caller_waits_itself),
		TEST(the_last_user_ends_the_thread),
		TEST(a_child_makes_a_thread_of_its_own),
		TEST(a_fork_inside_a_period_leaves_its_locks_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
