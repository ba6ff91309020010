/* SPDX-License-Identifier: MIT */
/* Binding that is real, noticed when lost, and honest when simulated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine/pin.h"
#include "bench/machine/placement.h"
#include "tests/unit/machine/described.h"

static char why[BENCH_WHY];

static void simulation_binds_to_real_pus_in_turn(void **state)
{
	struct bench_topology *t = load(BIG, BENCH_TOPOLOGY_SIMULATE);
	unsigned int n = hwloc_bitmap_weight(t->real);

	(void)state;
	assert_true(t->simulated);
	for (unsigned int i = 0; i < t->n_pus; i += 5) {
		int real = bench_topology_real_os(t, &t->pus[i]);

		if (bench_topology_pin(t, &t->pus[i], why, sizeof(why)))
			fail_msg("%s", why);
		assert_int_equal(sched_getcpu(), real);
		assert_true(hwloc_bitmap_isset(t->real, real));
		assert_int_equal(real,
				 bench_topology_real_os(t, &t->pus[i % n]));
		assert_int_equal(
			bench_topology_check(t, &t->pus[i], why, sizeof(why)),
			0);
	}
	assert_int_equal(bench_topology_unpin(t, why, sizeof(why)), 0);
	bench_topology_free(t);
}

static void pinning_is_real_and_checked_again(void **state)
{
	struct bench_topology *t = load(NULL, 0);

	(void)state;
	assert_false(t->simulated);
	for (unsigned int i = 0; i < t->n_pus && i < 8; i++) {
		if (bench_topology_pin(t, &t->pus[i], why, sizeof(why)))
			fail_msg("%s", why);
		assert_int_equal(sched_getcpu(), t->pus[i].os);
		assert_int_equal(
			bench_topology_check(t, &t->pus[i], why, sizeof(why)),
			0);
	}
	bench_topology_unpin(t, why, sizeof(why));
	if (t->n_pus > 1)
		assert_int_equal(
			bench_topology_check(t, &t->pus[0], why, sizeof(why)),
			-EXDEV);
	bench_topology_free(t);
}

/* Nobody moved the thread, but somebody may from now on. */
static void a_widened_binding_is_noticed(void **state)
{
	struct bench_topology *t = load(NULL, 0);

	(void)state;
	if (t->n_pus < 2) {
		print_message("needs two PUs\n");
		bench_topology_free(t);
		skip();
	}
	assert_int_equal(bench_topology_pin(t, &t->pus[0], why, sizeof(why)),
			 0);
	bench_topology_unpin(t, why, sizeof(why));
	assert_int_equal(bench_topology_check(t, &t->pus[0], why, sizeof(why)),
			 -EXDEV);
	assert_non_null(strstr(why, "not bound"));
	bench_topology_free(t);
}

static void a_moved_thread_is_noticed(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	cpu_set_t other;

	(void)state;
	if (t->n_pus < 2) {
		print_message("needs two PUs\n");
		bench_topology_free(t);
		skip();
	}
	assert_int_equal(bench_topology_pin(t, &t->pus[0], why, sizeof(why)),
			 0);
	CPU_ZERO(&other);
	CPU_SET(t->pus[1].os, &other);
	assert_int_equal(sched_setaffinity(0, sizeof(other), &other), 0);
	assert_int_equal(bench_topology_check(t, &t->pus[0], why, sizeof(why)),
			 -EXDEV);
	bench_topology_unpin(t, why, sizeof(why));
	bench_topology_free(t);
}

/* Inherits its binding, as from taskset. */
static int restricted_child(unsigned int keep, unsigned int lost)
{
	struct bench_topology *t = NULL;
	struct bench_pair pair;

	if (bench_topology_load(&t, 0, why, sizeof(why)))
		return 1;
	if (t->n_pus != 1 || t->pus[0].os != keep)
		return 2;
	if (bench_placement_explicit(t, keep, lost, &pair, why, sizeof(why)) !=
		    -ERANGE ||
	    !strstr(why, "swapper") || !strstr(why, "outside the allowed set"))
		return 3;
	if (bench_placement_choose(t, BENCH_SHARED_L3, &pair, why,
				   sizeof(why)) != -ENOTSUP)
		return 4;
	bench_topology_free(t);
	return 0;
}

static void taskset_is_honoured(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	cpu_set_t before, one;
	int status = -1;
	pid_t pid;

	(void)state;
	if (t->n_pus < 2) {
		print_message("needs two PUs\n");
		bench_topology_free(t);
		skip();
	}
	/* Before the fork: a sanitizer's own thread in the child is bound too. */
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET(t->pus[1].os, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = fork();
	if (!pid)
		_exit(restricted_child(t->pus[1].os, t->pus[0].os));
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	bench_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simulation_binds_to_real_pus_in_turn),
		cmocka_unit_test(pinning_is_real_and_checked_again),
		cmocka_unit_test(a_widened_binding_is_noticed),
		cmocka_unit_test(a_moved_thread_is_noticed),
		cmocka_unit_test(taskset_is_honoured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
