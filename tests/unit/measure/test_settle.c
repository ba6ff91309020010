/* SPDX-License-Identifier: MIT */
/* A swap that is in progress at its deadline: counted, and settled later. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/measure/crew_swap.h"

static struct bench_topology *topology;
static char why[BENCH_WHY];

struct fixture {
	struct bench_cell cell;
	struct bench_block block;
	struct bench_pending pending;
	struct swap_op op;
	struct bench_crew *crew;
	struct bench_target *target;
	pthread_t writer;
	_Atomic bool inside, go_on;
};

/* One event, open until told to go on. */
static void *write_slowly(void *arg)
{
	struct fixture *f = arg;
	struct swap_slot *slot = swap_slot(f->target->live, 0);
	struct swap_loop *loop = &f->target->writers[0].loop;
	struct swap_write write;
	uint64_t *at;

	assert_int_equal(swap_writer_enter(f->target->live, 0), 0);
	at = slot->strategy->ops->reserve(slot, f->cell.payload, &write);
	swap_event_fill(at, f->cell.payload,
			swap_event_word(loop->sequence++, loop->salt));
	store_relaxed(&f->inside, true);
	while (!load_relaxed(&f->go_on))
		sched_yield();
	slot->strategy->ops->commit(slot, &write);
	assert_int_equal(swap_writer_exit(f->target->live, 0), 0);
	return NULL;
}

static void set_up(struct fixture *f)
{
	struct bench_target_how how = {
		.cell = &f->cell,
		.topology = topology,
		.slots = 1,
		.node = BENCH_ANY_NODE,
	};

	memset(f, 0, sizeof(*f));
	bench_cell_default(&f->cell);
	strcpy(f->cell.strategy, "seq");
	f->cell.swap_mode = SWAP_TRY;
	f->target = &f->block.target;
	assert_int_equal(bench_target_create(f->target, &how, why, sizeof(why)),
			 0);
	f->block.cell = &f->cell;
	f->block.n_writers = 1;
	f->block.cycles_per_ns = 1;
	f->crew = aligned_alloc(128, sizeof(*f->crew));
	memset(f->crew, 0, sizeof(*f->crew));
	f->crew->block = &f->block;
	f->crew->ops = &f->op;
	f->crew->pending = &f->pending;
	f->crew->swaps.exchange = bench_hist_new();
	f->crew->swaps.safe = bench_hist_new();
	f->crew->swaps.call = bench_hist_new();
	f->crew->swaps.recycle = bench_hist_new();
	pthread_create(&f->writer, NULL, write_slowly, f);
	while (!load_relaxed(&f->inside))
		sched_yield();
}

static void tear_down(struct fixture *f)
{
	struct bench_crew_swaps *swaps = &f->crew->swaps;

	bench_target_close(f->target);
	if (bench_books_violations(&f->target->books))
		fail_msg("%s", f->target->books.first);
	assert_int_equal(f->target->books.attempted, 1);
	bench_hist_free(swaps->exchange);
	bench_hist_free(swaps->safe);
	bench_hist_free(swaps->call);
	bench_hist_free(swaps->recycle);
	free(f->crew);
	bench_target_destroy(f->target);
}

static void go_on(struct fixture *f)
{
	store_relaxed(&f->go_on, true);
	pthread_join(f->writer, NULL);
}

static void it_is_counted_and_its_spare_is_tied_up(void **state)
{
	struct bench_attempt attempt = { 0 };
	struct fixture f;

	(void)state;
	set_up(&f);
	bench_crew_swap_one(f.crew, 0);
	assert_int_equal(f.crew->swaps.outcomes[BENCH_SWAP_IN_PROGRESS], 1);
	assert_int_equal(f.crew->swaps.done, 0);
	assert_int_equal(f.target->books.snapshots, 0);
	assert_int_equal(rb_recycle(rb_slot(f.target->spare, 0)), -EBUSY);
	/* The next one finds it so, and begins none of its own. */
	assert_int_equal(bench_crew_swap_now(f.crew, 0, &attempt),
			 -EINPROGRESS);
	assert_int_equal(attempt.tries, 0);
	go_on(&f);
	/* It ends, late, and its times are those of the one that was planned. */
	assert_true(bench_crew_settle_all(f.crew));
	assert_int_equal(f.crew->swaps.done, 1);
	assert_int_equal(f.target->books.snapshots, 1);
	assert_int_equal(f.target->books.read, 1);
	assert_true(f.pending.is == false);
	tear_down(&f);
}

static void the_next_swap_settles_it_first(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	bench_crew_swap_one(f.crew, 0);
	go_on(&f);
	bench_crew_swap_one(f.crew, 0);
	assert_int_equal(f.crew->swaps.outcomes[BENCH_SWAP_IN_PROGRESS], 1);
	assert_int_equal(f.crew->swaps.outcomes[BENCH_SWAP_OK], 1);
	assert_int_equal(f.crew->swaps.done, 2);
	assert_int_equal(f.target->books.snapshots, 2);
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_counted_and_its_spare_is_tied_up),
		cmocka_unit_test(the_next_swap_settles_it_first),
	};
	int failed;

	if (bench_topology_load(&topology, 0, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_topology_free(topology);
	return failed;
}
