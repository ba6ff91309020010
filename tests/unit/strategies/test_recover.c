/* SPDX-License-Identifier: MIT */
/*
 * A writer that ends inside a write, for every strategy that can be recovered
 * from it, in both modes: who may take the slot over and when, and what of its
 * events is read.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "strategies/strategy.h"
#include "tests/unit/ringbuf/ringbuf_helper.h"

#define MS	UINT64_C(1000000)
#define BEFORE	3u   /* events before the open one */
#define AFTER	10u  /* of the next writer */
#define NOTHING 999u /* what the open event would hold */

static const struct swap_strategy *strategy;
static enum rb_mode mode;
static struct rb *live, *spare;

static struct rb *make_ring(void)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.mode = mode;
	attr.subbufs = 4;
	attr.subbuf_size = 1024;
	assert_int_equal(swap_rb_create(strategy, attr, &rb), 0);
	return rb;
}

static int write_number(uint64_t number)
{
	return strategy->ops->write(swap_slot(live, 0), &number,
				    sizeof(number));
}

/* An event of which everything is there but the commit. */
static void leave_open(struct swap_write *w)
{
	uint64_t *at = strategy->ops->reserve(swap_slot(live, 0), 8, w);

	assert_non_null(at);
	*at = NOTHING;
}

static void *dies_inside(void *arg)
{
	struct swap_write w;

	(void)arg;
	assert_int_equal(swap_writer_enter(live, 0), 0);
	for (uint64_t i = 0; i < BEFORE; i++)
		assert_int_equal(write_number(i), 0);
	leave_open(&w);
	return NULL;
}

static atomic_bool may_end;

static void *dies_inside_when_told(void *arg)
{
	dies_inside(arg);
	while (!atomic_load(&may_end))
		sched_yield();
	return NULL;
}

static struct swap_op until_soon;

static void *waits_not_long(void *arg)
{
	int *err = arg;

	*err = swap(live, spare, 0, SWAP_WAIT, sys_now() + 300 * MS,
		    &until_soon);
	return NULL;
}

static void *waits(void *arg)
{
	static struct swap_op op;
	int *err = arg;

	*err = swap(live, spare, 0, SWAP_WAIT, sys_now() + 20000 * MS, &op);
	return NULL;
}

static void run(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, arg), 0);
	pthread_join(thread, NULL);
}

static int add(const struct rb_event *event, void *arg)
{
	uint64_t number, *sum = arg;

	memcpy(&number, event->payload, sizeof(number));
	assert_int_not_equal(number, NOTHING);
	*sum += number;
	return 0;
}

/* Read the snapshot: the sum of its events; their number is the result. */
static long read_all(uint64_t *sum)
{
	struct rb_slot *slot = rb_slot(spare, 0);
	char why[160];
	long n;

	assert_int_equal(rb_check(rb_slot_active(slot), why, sizeof(why)), 0);
	n = rb_consume(slot, 1000, add, sum);
	assert_int_equal(rb_recycle(slot), 0);
	return n;
}

static int exchange(void)
{
	struct swap_op op;
	int err = swap(live, spare, 0, SWAP_WAIT, sys_now() + 2000 * MS, &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, sys_now() + 2000 * MS);
	return err;
}

/* The next writer: everything that it writes is stored, and read. */
static void assert_goes_on(unsigned int earlier)
{
	uint64_t sum = 0;

	assert_int_equal(swap_writer_enter(live, 0), 0);
	for (uint64_t i = 0; i < AFTER; i++)
		assert_int_equal(write_number(100), 0);
	assert_int_equal(exchange(), 0);
	assert_int_equal(read_all(&sum), earlier + AFTER);
	assert_int_equal(sum,
			 earlier * (earlier - 1) / 2 + (uint64_t)AFTER * 100);
	assert_int_equal(swap_writer_exit(live, 0), 0);
}

/* Of the events before the open one: how many does recovery keep? */
static unsigned int kept(void)
{
	return mode == RB_OVERWRITE ? 0 : BEFORE;
}

static uint64_t lost(void)
{
	struct rb_counts counts;

	rb_counts(rb_slot_active(rb_slot(live, 0)), &counts);
	return counts.lost;
}

static void taken_over_once_recovered(void)
{
	struct swap_op op;

	run(dies_inside, NULL);
	assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
	assert_int_equal(swap(live, spare, 0, SWAP_TRY, 0, &op), -EBUSY);
	assert_int_equal(swap(live, spare, 0, SWAP_WAIT, sys_now() + MS, &op),
			 -ETIMEDOUT);
	assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
	assert_int_equal(swap_slot_recover(live, 1), -EINVAL);
	assert_int_equal(swap_slot_recover(live, 0), 0);
	assert_int_equal(lost(), BEFORE + 1 - kept());
	assert_int_equal(swap_slot_recover(live, 0), 0);
	assert_goes_on(kept());
}

static void recovered_while_a_swap_waits(void)
{
	uint64_t sum = 0;
	pthread_t thread;
	int err = 1;

	run(dies_inside, NULL);
	assert_int_equal(pthread_create(&thread, NULL, waits, &err), 0);
	while (!load_relaxed(&swap_slot(live, 0)->op))
		sched_yield();
	assert_int_equal(swap_slot_recover(live, 0), 0);
	pthread_join(thread, NULL);
	assert_int_equal(err, 0);
	assert_int_equal(read_all(&sum), kept());
	assert_goes_on(0);
}

/* Under way before the writer ended: what it left open is no snapshot's. */
static void ends_while_a_swap_waits(void)
{
	pthread_t writer, swapper;
	uint64_t sum = 0;
	int err = 1;

	atomic_store(&may_end, false);
	assert_int_equal(
		pthread_create(&writer, NULL, dies_inside_when_told, NULL), 0);
	while (!load_relaxed(&swap_slot(live, 0)->rb.nesting))
		sched_yield();
	assert_int_equal(pthread_create(&swapper, NULL, waits_not_long, &err),
			 0);
	while (!load_relaxed(&swap_slot(live, 0)->op))
		sched_yield();
	usleep(50000); /* most probably it waits for the writer by now */
	atomic_store(&may_end, true);
	pthread_join(writer, NULL);
	pthread_join(swapper, NULL);
	if (!err || err == -EINPROGRESS) {
		assert_int_equal(strategy->shape, SWAP_EXCHANGE_FIRST);
		if (err) {
			assert_int_equal(swap_slot_recover(live, 0), 0);
			err = swap_settle(&until_soon, sys_now() + 2000 * MS);
		}
		assert_int_equal(err, 0);
		assert_int_equal(read_all(&sum), kept());
		assert_int_equal(swap_slot_recover(live, 0), 0);
		assert_goes_on(0);
	} else {
		assert_true(err == -ETIMEDOUT || err == -EBUSY);
		assert_int_equal(swap_slot_recover(live, 0), 0);
		assert_goes_on(kept());
	}
}

static void exit_inside_says_so(void)
{
	struct swap_write w;

	assert_int_equal(swap_writer_enter(live, 0), 0);
	leave_open(&w);
	assert_int_equal(swap_writer_exit(live, 0), -EOWNERDEAD);
	assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
	assert_int_equal(swap_slot_recover(live, 0), 0);
	assert_goes_on(0);
}

static jmp_buf out;

static void jump(void)
{
	struct swap_write w;

	leave_open(&w);
	longjmp(out, 1);
}

/* Who jumped out of its write recovers its own slot, and nobody else does. */
static void *tries_to_recover(void *arg)
{
	int *err = arg;

	*err = swap_slot_recover(live, 0);
	return NULL;
}

static void writer_recovers_itself(void)
{
	int err = 0;

	assert_int_equal(swap_writer_enter(live, 0), 0);
	if (!setjmp(out))
		jump();
	run(tries_to_recover, &err);
	assert_int_equal(err, -EBUSY);
	assert_int_equal(swap_slot_recover(live, 0), 0);
	assert_int_equal(swap_writer_exit(live, 0), 0);
	assert_goes_on(0);
}

static void for_each(void (*test)(void))
{
	swap_for_each_strategy (strategy) {
		char why[256];

		if (!strategy->recoverable ||
		    swap_probe(strategy, why, sizeof(why)))
			continue;
		for (mode = RB_OVERWRITE; mode <= RB_PRODUCE_CONSUME; mode++) {
			print_message("%s, mode %d\n", strategy->name, mode);
			live = make_ring();
			spare = make_ring();
			test();
			assert_int_equal(rb_destroy(live), 0);
			assert_int_equal(rb_destroy(spare), 0);
		}
	}
}

#define FOR_EACH(name)                        \
	static void test_##name(void **state) \
	{                                     \
		(void)state;                  \
		for_each(name);               \
	}

FOR_EACH(taken_over_once_recovered)
FOR_EACH(recovered_while_a_swap_waits)
FOR_EACH(ends_while_a_swap_waits)
FOR_EACH(exit_inside_says_so)
FOR_EACH(writer_recovers_itself)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_over_once_recovered),
		cmocka_unit_test(test_recovered_while_a_swap_waits),
		cmocka_unit_test(test_ends_while_a_swap_waits),
		cmocka_unit_test(test_exit_inside_says_so),
		cmocka_unit_test(test_writer_recovers_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
