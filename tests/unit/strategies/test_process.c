/* SPDX-License-Identifier: MIT */
/* A process knows all of its ring buffers, and only those that are there. */
#include <malloc.h>
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
		if (made[i] && !is_refused(made[i]))
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_refused_in_a_child),
		TEST(whoever_goes_the_others_stay_known),
		TEST(neighbours_may_go_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
