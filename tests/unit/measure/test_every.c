/* SPDX-License-Identifier: MIT */
/* A snapshot of every slot: exact books with writers running, partial failure. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/measure/target.h"

#define SLOTS	  3u
#define SNAPSHOTS 40u

static struct bench_topology *topology;
static char why[BENCH_WHY];

struct writing {
	struct bench_target *target;
	unsigned int slot;
	_Atomic bool *stop;
	_Atomic unsigned int *running;
};

static void *write_until_stop(void *arg)
{
	struct writing *w = arg;
	struct swap_loop *loop = &w->target->writers[w->slot].loop;

	assert_int_equal(swap_writer_enter(w->target->live, w->slot), 0);
	loop->count = 64;
	fetch_add_acq_rel(w->running, 1);
	while (!load_relaxed(w->stop))
		w->target->loop[SWAP_LOOP_BATCH](loop);
	assert_int_equal(swap_writer_exit(w->target->live, w->slot), 0);
	return NULL;
}

static void create(struct bench_target *target,
		   const struct swap_strategy *strategy)
{
	struct bench_cell cell;
	struct bench_target_how how = {
		.cell = &cell,
		.topology = topology,
		.slots = SLOTS,
		.node = BENCH_ANY_NODE,
	};

	bench_cell_default(&cell);
	strcpy(cell.strategy, strategy->name);
	cell.buffer_kib = 8;
	assert_int_equal(bench_target_create(target, &how, why, sizeof(why)),
			 0);
}

/* Reads and recycles what was taken; how many slots were. */
static unsigned int snapshot(struct bench_target *target, int *errors)
{
	struct swap_op ops[SLOTS];
	unsigned int taken = 0;

	swap_every_slot(target->live, target->spare,
			sys_now() + UINT64_C(10000000000), ops, errors);
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (errors[i])
			continue;
		assert_true(ops[i].exchanged > 0);
		bench_target_take(target, i, UINT64_MAX, NULL);
		assert_int_equal(rb_recycle(rb_slot(target->spare, i)), 0);
		taken++;
	}
	return taken;
}

static void books_are_exact_for(const struct swap_strategy *strategy)
{
	_Atomic unsigned int running = 0;
	_Atomic bool stop = false;
	struct writing writing[SLOTS];
	pthread_t threads[SLOTS];
	struct bench_target target;
	int errors[SLOTS];

	create(&target, strategy);
	for (unsigned int i = 0; i < SLOTS; i++) {
		writing[i] = (struct writing){ &target, i, &stop, &running };
		pthread_create(&threads[i], NULL, write_until_stop,
			       &writing[i]);
	}
	while (load_acquire(&running) < SLOTS)
		sched_yield();
	for (unsigned int i = 0; i < SNAPSHOTS; i++)
		assert_int_equal(snapshot(&target, errors), SLOTS);
	store_relaxed(&stop, true);
	for (unsigned int i = 0; i < SLOTS; i++)
		pthread_join(threads[i], NULL);
	bench_target_close(&target);
	if (bench_books_violations(&target.books))
		fail_msg("%s: %s", strategy->name, target.books.first);
	assert_int_equal(target.books.snapshots, SNAPSHOTS * SLOTS);
	assert_true(target.books.events > 0);
	bench_target_destroy(&target);
}

static void every_slot_is_taken_and_every_event_found(void **state)
{
	const struct swap_strategy *s;
	unsigned int tried = 0;

	(void)state;
	swap_for_each_strategy (s) {
		if (!s->sound || !s->swap || swap_probe(s, why, sizeof(why)))
			continue;
		books_are_exact_for(s);
		tried++;
	}
	assert_true(tried > 0);
}

static void a_slot_that_fails_leaves_the_others(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	swap_for_each_strategy (s) {
		struct bench_target target;
		struct rb_cpu *before;
		int errors[SLOTS];

		if (!s->sound || !s->swap || swap_probe(s, why, sizeof(why)))
			continue;
		create(&target, s);
		before = rb_slot_active(rb_slot(target.live, 1));
		rb_slot_record_disable(rb_slot(target.live, 1));
		assert_int_equal(snapshot(&target, errors), SLOTS - 1);
		assert_int_equal(errors[1], -EAGAIN);
		assert_ptr_equal(rb_slot_active(rb_slot(target.live, 1)),
				 before);
		/* And it was not left held. */
		rb_slot_record_enable(rb_slot(target.live, 1));
		assert_int_equal(snapshot(&target, errors), SLOTS);
		bench_target_destroy(&target);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_slot_is_taken_and_every_event_found),
		cmocka_unit_test(a_slot_that_fails_leaves_the_others),
	};
	int failed;

	swap_setup();
	if (bench_topology_load(&topology, 0, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_topology_free(topology);
	return failed;
}
