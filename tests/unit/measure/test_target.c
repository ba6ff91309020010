/* SPDX-License-Identifier: MIT */
/* The books of one target: what they read, and what they count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/measure/target.h"

/* 1 KiB less the header of a page, in events of 16 bytes and a header. */
#define EVENTS_A_PAGE 40u
#define PAGES	      4u

static struct bench_topology *topology;
static char why[BENCH_WHY];

static void create(struct bench_target *target, enum rb_mode mode)
{
	struct bench_cell cell;
	struct bench_target_how how = {
		.cell = &cell,
		.topology = topology,
		.slots = 1,
		.node = BENCH_ANY_NODE,
	};

	bench_cell_default(&cell);
	strcpy(cell.strategy, "barrier");
	cell.buffer_kib = PAGES;
	cell.subbuf = 1024;
	cell.mode = mode;
	assert_int_equal(bench_target_create(target, &how, why, sizeof(why)),
			 0);
	assert_int_equal(swap_writer_enter(target->live, 0), 0);
}

static void write_events(struct bench_target *target, uint64_t n)
{
	target->writers[0].loop.count = n;
	target->loop[SWAP_LOOP_BATCH](&target->writers[0].loop);
}

/* Swaps, enters the snapshot with that limit, and recycles. */
static void take(struct bench_target *target, uint64_t limit)
{
	struct swap_op op = { 0 };

	assert_int_equal(swap(target->live, target->spare, 0, SWAP_WAIT,
			      sys_now() + UINT64_C(10000000000), &op),
			 0);
	bench_target_take(target, 0, limit, NULL);
	assert_int_equal(rb_recycle(rb_slot(target->spare, 0)), 0);
}

static void close_and_destroy(struct bench_target *target)
{
	assert_int_equal(swap_writer_exit(target->live, 0), 0);
	bench_target_close(target);
	if (bench_books_violations(&target->books))
		fail_msg("%s", target->books.first);
}

/* ------------------------------------------------------------------------ */
/* Reading                                                                  */

static void a_snapshot_counts_without_being_read(void **state)
{
	struct bench_target target;

	(void)state;
	create(&target, RB_OVERWRITE);
	write_events(&target, 1000);
	take(&target, 0);
	assert_int_equal(target.books.events, 0);
	assert_int_equal(target.books.walked, 0);
	assert_int_equal(target.books.read + target.books.overrun, 1000);
	write_events(&target, 70);
	take(&target, 30);
	assert_int_equal(target.books.events, 30);
	assert_int_equal(target.books.sampled, 1);
	write_events(&target, 70);
	take(&target, 1000);
	assert_int_equal(target.books.events, 100);
	assert_int_equal(target.books.walked, 2);
	assert_int_equal(target.books.snapshots, 3);
	close_and_destroy(&target);
	bench_target_destroy(&target);
}

static void a_buffer_goes_round_once_a_swap(void **state)
{
	static const enum rb_mode modes[] = { RB_OVERWRITE,
					      RB_PRODUCE_CONSUME };
	struct bench_target target;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		create(&target, modes[i]);
		write_events(&target, (PAGES - 1) * EVENTS_A_PAGE);
		assert_false(bench_target_has_gone_round(&target, 0));
		write_events(&target, 1);
		assert_true(bench_target_has_gone_round(&target, 0));
		write_events(&target, 2 * EVENTS_A_PAGE);
		assert_true(bench_target_has_gone_round(&target, 0));
		take(&target, 0);
		assert_false(bench_target_has_gone_round(&target, 0));
		close_and_destroy(&target);
		bench_target_destroy(&target);
	}
}

/* ------------------------------------------------------------------------ */
/* Crossings                                                                */

static void crossings_are_those_of_full_sub_buffers(void **state)
{
	/* Events written, and sub-buffers entered to hold them. */
	static const unsigned int by_hand[][3] = {
		/* events, overwrite, produce-consume */
		{ 0, 0, 0 },
		{ EVENTS_A_PAGE, 0, 0 },
		{ EVENTS_A_PAGE + 1, 1, 1 },
		{ 2 * EVENTS_A_PAGE + 1, 2, 2 },
		{ PAGES * EVENTS_A_PAGE, 3, 3 },
		{ 10 * EVENTS_A_PAGE, 9, 3 },
		{ 10 * EVENTS_A_PAGE + 1, 10, 3 },
	};
	static const enum rb_mode modes[] = { RB_OVERWRITE,
					      RB_PRODUCE_CONSUME };
	struct bench_target target;

	(void)state;
	for (unsigned int mode = 0; mode < 2; mode++) {
		unsigned int sum = 0;

		create(&target, modes[mode]);
		for (unsigned int i = 0; i < 7; i++) {
			write_events(&target, by_hand[i][0]);
			take(&target, 0);
			sum += by_hand[i][1 + mode];
			assert_int_equal(target.books.crossings, sum);
		}
		/* What is there at the end counts as well. */
		write_events(&target, EVENTS_A_PAGE + 1);
		close_and_destroy(&target);
		assert_int_equal(target.books.crossings, sum + 1);
		bench_target_destroy(&target);
	}
}

static void emptying_a_live_slot_keeps_its_crossings(void **state)
{
	struct bench_target target;

	(void)state;
	create(&target, RB_PRODUCE_CONSUME);
	for (unsigned int i = 0; i < 3; i++) {
		write_events(&target, 2 * EVENTS_A_PAGE + 1);
		bench_target_restart(&target, 0);
	}
	close_and_destroy(&target);
	assert_int_equal(target.books.crossings, 6);
	bench_target_destroy(&target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_counts_without_being_read),
		cmocka_unit_test(a_buffer_goes_round_once_a_swap),
		cmocka_unit_test(crossings_are_those_of_full_sub_buffers),
		cmocka_unit_test(emptying_a_live_slot_keeps_its_crossings),
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
