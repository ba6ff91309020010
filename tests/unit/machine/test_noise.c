/* SPDX-License-Identifier: MIT */
/* Gaps seen by a spinning thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "bench/machine/noise.h"
#include "bench/machine/pin.h"
#include "tests/unit/machine/roots.h"

/* A thread that takes its share of one PU until it is told to stop. */
struct hog {
	const struct bench_topology *t;
	const struct bench_pu *pu;
	int err;
	volatile int stop;
	pthread_barrier_t started;
};

static void *hog_run(void *arg)
{
	struct hog *hog = arg;

	hog->err = bench_topology_pin(hog->t, hog->pu, NULL, 0);
	pthread_barrier_wait(&hog->started);
	while (!__atomic_load_n(&hog->stop, __ATOMIC_RELAXED))
		;
	return NULL;
}

static void a_hog_on_the_pu_is_seen(void **state)
{
	struct bench_topology *t = load(NULL);
	struct hog hog = { .t = t, .pu = &t->pus[t->n_pus - 1] };
	struct bench_gaps g;
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&hog.started, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, hog_run, &hog), 0);
	pthread_barrier_wait(&hog.started);
	bench_noise_spin(t, hog.pu, 400, &g);
	__atomic_store_n(&hog.stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&hog.started);
	bench_topology_unpin(t, NULL, 0);

	assert_int_equal(hog.err, 0);
	assert_int_equal(g.err, 0);
	assert_int_equal(g.os, hog.pu->os);
	/* A scheduler slice is milliseconds; a fair share is a half. */
	assert_true(g.longest_ns[0] > 500000);
	assert_true(bench_gaps_share(&g) > 0.15);
	assert_true(g.preempted > 0);
	assert_true(g.over[2] > 0);
	bench_topology_free(t);
}

static void gap_counts_are_consistent(void **state)
{
	struct bench_topology *t = load(NULL);
	struct bench_gaps *g = calloc(t->n_pus, sizeof(*g));

	(void)state;
	assert_int_equal(bench_noise_all(t, 50, g), 0);
	for (unsigned int i = 0; i < t->n_pus; i++) {
		assert_int_equal(g[i].err, 0);
		assert_int_equal(g[i].os, t->pus[i].os);
		assert_true(g[i].elapsed_ns >= 50000000);
		assert_true(g[i].reads > 0);
		assert_true(g[i].stolen_ns <= g[i].elapsed_ns);
		for (int c = 1; c < BENCH_GAP_CLASSES; c++)
			assert_true(g[i].over[c] <= g[i].over[c - 1]);
		for (int l = 1; l < BENCH_LONGEST; l++)
			assert_true(g[i].longest_ns[l] <=
				    g[i].longest_ns[l - 1]);
	}
	free(g);
	bench_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hog_on_the_pu_is_seen),
		cmocka_unit_test(gap_counts_are_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
