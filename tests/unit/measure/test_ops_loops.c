/* SPDX-License-Identifier: MIT */
/* A loop of calls leaves what the loop leaves that inlines the strategy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/measure/ops_loops.h"
#include "bench/measure/target.h"

#define EVENTS 60u

static struct bench_topology *topology;
static char why[BENCH_WHY];

static void create(struct bench_target *target, struct bench_cell *cell)
{
	struct bench_target_how how = {
		.cell = cell,
		.topology = topology,
		.slots = 1,
		.salt = 7,
		.node = BENCH_ANY_NODE,
	};

	assert_int_equal(bench_target_create(target, &how, why, sizeof(why)),
			 0);
	assert_int_equal(swap_writer_enter(target->live, 0), 0);
}

static void write_and_leave(struct bench_target *target,
			    enum swap_loop_kind kind, uint64_t *stamps)
{
	struct swap_loop *loop = &target->writers[0].loop;

	loop->count = EVENTS;
	loop->stamps = stamps;
	target->loop[kind](loop);
	assert_int_equal(loop->sequence, EVENTS);
	swap_writer_exit(target->live, 0);
}

static const unsigned char *pages_of(const struct bench_target *target)
{
	return (const void *)rb_slot_active(rb_slot(target->live, 0))->pages;
}

static void check_alike(struct bench_cell *cell, enum swap_loop_kind kind)
{
	static uint64_t stamps[2][EVENTS + 1];
	size_t bytes = (size_t)cell->buffer_kib * 1024;
	struct bench_target target[2];

	for (unsigned int i = 0; i < 2; i++) {
		cell->call = i ? BENCH_CALL_OPS : BENCH_CALL_INLINE;
		create(&target[i], cell);
		write_and_leave(&target[i], kind, stamps[i]);
	}
	assert_memory_equal(pages_of(&target[0]), pages_of(&target[1]), bytes);
	for (unsigned int i = 0; i < 2; i++) {
		bench_target_close(&target[i]);
		assert_int_equal(bench_books_violations(&target[i].books), 0);
		assert_int_equal(target[i].books.attempted, EVENTS);
		bench_target_destroy(&target[i]);
	}
	for (unsigned int i = 0; kind == SWAP_LOOP_LATENCY && i < EVENTS; i++)
		assert_true(stamps[1][i] <= stamps[1][i + 1]);
}

static void calls_store_what_inlined_writes_store(void **state)
{
	const struct swap_strategy *s;
	struct bench_cell cell;

	(void)state;
	swap_for_each_strategy (s) {
		if (swap_probe(s, why, sizeof(why)))
			continue;
		for (unsigned int p = 0; p < SWAP_PAYLOADS; p++)
			for (unsigned int k = 0; k < SWAP_LOOP_KINDS; k++) {
				bench_cell_default(&cell);
				strcpy(cell.strategy, s->name);
				cell.payload = swap_payloads[p];
				check_alike(&cell, k);
			}
	}
}

static void there_is_no_loop_of_another_payload(void **state)
{
	(void)state;
	assert_null(bench_ops_loop(SWAP_LOOP_BATCH, 17));
	assert_non_null(
		bench_ops_loop(SWAP_LOOP_LATENCY, SWAP_PAYLOAD_VARIABLE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_store_what_inlined_writes_store),
		cmocka_unit_test(there_is_no_loop_of_another_payload),
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
