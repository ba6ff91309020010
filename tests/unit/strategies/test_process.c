/* SPDX-License-Identifier: MIT */
/* A process knows its ring buffers, and a fork who used them. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "strategies/strategy.h"

#define BUFFERS 4
#define SLOTS	3

static struct rb *made[BUFFERS];

static struct rb *make(void)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb = NULL;

	attr.slots = SLOTS;
	return swap_rb_create(swap_find("barrier"), attr, &rb) ? NULL : rb;
}

/* What is freed is garbage at once: a list that still has it leads nowhere. */
static int begin(void **state)
{
	(void)state;
	mallopt(M_PERTURB, 0xa5);
	for (unsigned int i = 0; i < BUFFERS; i++) {
		made[i] = make();
		if (!made[i])
			return 1;
	}
	return 0;
}

static void destroy(unsigned int i)
{
	assert_int_equal(rb_destroy(made[i]), 0);
	made[i] = NULL;
}

static int done(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < BUFFERS; i++)
		rb_destroy(made[i]);
	return 0;
}

static bool is_refused(struct rb *rb)
{
	for (unsigned int i = 0; i < SLOTS; i++)
		if (!swap_is_forked(swap_slot(rb, i)))
			return false;
	return true;
}

/* In a child all that is left is its parent's, and a new one is its own. */
static bool keeps_them_apart(void)
{
	struct rb *own = make();

	if (!own || swap_is_forked(swap_slot(own, 0)) || rb_destroy(own))
		return false;
	for (unsigned int i = 0; i < BUFFERS; i++)
		if (made[i] && (!is_refused(made[i]) ||
				swap_slot_recover(made[i], 0) != -ECHILD))
			return false;
	return true;
}

static void a_child_refuses_what_is_left(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		alarm(20);
		_exit(keeps_them_apart() ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void all_are_refused_in_a_child(void **state)
{
	(void)state;
	a_child_refuses_what_is_left();
}

static void whoever_goes_the_others_stay_known(void **state)
{
	(void)state;
	for (unsigned int gone = 0; gone < BUFFERS; gone++) {
		destroy(gone);
		a_child_refuses_what_is_left();
		made[gone] = make();
	}
}

static void neighbours_may_go_in_any_order(void **state)
{
	static const unsigned int order[] = { 1, 2, 0, 3 };

	(void)state;
	for (unsigned int i = 0; i < BUFFERS; i++) {
		destroy(order[i]);
		a_child_refuses_what_is_left();
	}
}

/* What rcu's slots say to who makes them so many forks further down. */
static int made_by_a_child(const struct swap_strategy *rcu, int forks)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;
	pid_t child = fork();
	int status;

	if (!child) {
		alarm(20);
		if (forks > 1)
			_exit(-made_by_a_child(rcu, forks - 1));
		_exit(-swap_rb_create(rcu, attr, &rb));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static struct rb *live, *spare;
static _Atomic int entered, may_leave;

static bool is_set(void *arg)
{
	return load_relaxed((_Atomic int *)arg) != 0;
}

static void *enter_and_stay(void *arg)
{
	int err = swap_writer_enter(live, 1);

	(void)arg;
	store_relaxed(&entered, err ? err : 1);
	sys_await(is_set, &may_leave, UINT64_MAX);
	return NULL;
}

static void a_strategy_is_told_who_else_used_it(void **state)
{
	const struct swap_strategy *rcu = swap_find("rcu");
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct swap_op op = { 0 };
	pthread_t thread;

	(void)state;
	if (!rcu)
		skip();
	attr.slots = 2;
	assert_int_equal(swap_rb_create(rcu, attr, &live), 0);
	assert_int_equal(swap_rb_create(rcu, attr, &spare), 0);
	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_int_equal(made_by_a_child(rcu, 1), 0);
	assert_int_equal(made_by_a_child(rcu, 2), 0);
	assert_int_equal(swap(live, spare, 0, SWAP_TRY, 0, &op), -EINPROGRESS);
	assert_int_equal(made_by_a_child(rcu, 1), -ECHILD);
	assert_int_equal(swap_settle(&op, UINT64_MAX), 0);
	assert_int_equal(made_by_a_child(rcu, 1), 0);
	pthread_create(&thread, NULL, enter_and_stay, NULL);
	sys_await(is_set, &entered, UINT64_MAX);
	assert_int_equal(load_relaxed(&entered), 1);
	assert_int_equal(made_by_a_child(rcu, 1), -ECHILD);
	store_relaxed(&may_leave, 1);
	pthread_join(thread, NULL);
	assert_int_equal(swap_writer_exit(live, 0), 0);
	assert_int_equal(rb_destroy(live), 0);
	assert_int_equal(rb_destroy(spare), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_refused_in_a_child),
		TEST(whoever_goes_the_others_stay_known),
		TEST(neighbours_may_go_in_any_order),
		cmocka_unit_test(a_strategy_is_told_who_else_used_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
