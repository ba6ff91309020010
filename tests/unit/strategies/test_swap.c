/* SPDX-License-Identifier: MIT */
/* What every swap has in common: one test per return value, and the rules of
 * disable, resize, reset and consume around it. One thread. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "strategies/strategy.h"
#include "tests/unit/ringbuf/ringbuf_helper.h"

#define SOON (sys_now() + 20000000)

static const struct swap_strategy *strategy;
static struct rb *live, *spare;
static struct swap_op op;

static struct rb *make_for(enum rb_mode mode, unsigned int slots,
			   unsigned int subbufs)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.mode = mode;
	attr.slots = slots;
	attr.subbufs = subbufs;
	attr.max_subbufs = 8;
	attr.subbuf_size = 1024;
	assert_int_equal(swap_rb_create(strategy, attr, &rb), 0);
	return rb;
}

static int begin_with(const char *name)
{
	strategy = swap_find(name);
	assert_non_null(strategy);
	live = make_for(RB_OVERWRITE, 1, 4);
	spare = make_for(RB_OVERWRITE, 1, 4);
	assert_int_equal(swap_writer_enter(live, 0), 0);
	return 0;
}

static int with_barrier(void **state)
{
	(void)state;
	return begin_with("barrier");
}

static int with_unsync(void **state)
{
	(void)state;
	return begin_with("unsync");
}

static int done(void **state)
{
	(void)state;
	swap_writer_exit(live, 0);
	rb_destroy(live);
	rb_destroy(spare);
	return 0;
}

/* swap, and require that exactly a 0 exchanges the buffers. */
static int exchange(enum swap_mode mode, uint64_t deadline)
{
	struct rb_cpu *a = rb_slot_active(rb_slot(live, 0));
	struct rb_cpu *b = rb_slot_active(rb_slot(spare, 0));
	int err = swap(live, spare, 0, mode, deadline, &op);

	if (!err) {
		struct rb_cpu *other = a;

		a = b;
		b = other;
	}
	assert_ptr_equal(rb_slot_active(rb_slot(live, 0)), a);
	assert_ptr_equal(rb_slot_active(rb_slot(spare, 0)), b);
	assert_ptr_equal(load_relaxed(&a->owner), rb_slot(live, 0));
	assert_ptr_equal(load_relaxed(&b->owner), rb_slot(spare, 0));
	assert_int_equal(load_relaxed(&rb_slot(live, 0)->control), 0);
	assert_int_equal(load_relaxed(&rb_slot(spare, 0)->control), 0);
	return err;
}

static int write_number(uint32_t number)
{
	return strategy->ops->write(swap_slot(live, 0), &number,
				    sizeof(number));
}

static void swap_exchanges_and_takes_the_events_along(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 20; round++) {
		struct numbers got = { .n = 0 };

		for (uint32_t i = 0; i < 10; i++)
			assert_int_equal(write_number(round * 10 + i), 0);
		assert_int_equal(
			exchange(round % 2 ? SWAP_TRY : SWAP_WAIT, SOON), 0);
		assert_int_equal(
			rb_consume(rb_slot(spare, 0), 99, take_number, &got),
			10);
		for (uint32_t i = 0; i < 10; i++)
			assert_int_equal(got.got[i], round * 10 + i);
		assert_int_equal(rb_recycle(rb_slot(spare, 0)), 0);
	}
}

static void einval_slot_in_one_only(void **state)
{
	struct rb *wide = make_for(RB_OVERWRITE, 2, 4);

	(void)state;
	assert_int_equal(swap(live, spare, 1, SWAP_TRY, SOON, &op), -EINVAL);
	assert_int_equal(swap(live, wide, 1, SWAP_TRY, SOON, &op), -EINVAL);
	assert_int_equal(swap(wide, spare, 1, SWAP_TRY, SOON, &op), -EINVAL);
	assert_int_equal(swap(live, live, 0, SWAP_TRY, SOON, &op), -EINVAL);
	rb_destroy(wide);
}

static void einval_unequal_geometry_mode_or_strategy(void **state)
{
	struct rb *real = spare;

	(void)state;
	assert_int_equal(rb_resize(rb_slot(spare, 0), 3), 0);
	assert_int_equal(exchange(SWAP_TRY, SOON), -EINVAL);
	assert_int_equal(rb_resize(rb_slot(spare, 0), 4), 0);
	assert_int_equal(exchange(SWAP_TRY, SOON), 0);
	spare = make_for(RB_PRODUCE_CONSUME, 1, 4);
	assert_int_equal(exchange(SWAP_TRY, SOON), -EINVAL);
	rb_destroy(spare);
	strategy = swap_find("membarrier");
	spare = make_for(RB_OVERWRITE, 1, 4);
	assert_int_equal(exchange(SWAP_TRY, SOON), -EINVAL);
	rb_destroy(spare);
	spare = real;
}

static void eagain_recording_disabled_on_either(void **state)
{
	struct rb *const both[] = { live, spare };

	(void)state;
	for (int i = 0; i < 2; i++) {
		rb_record_disable(both[i]);
		assert_int_equal(exchange(SWAP_TRY, SOON), -EAGAIN);
		assert_int_equal(exchange(SWAP_WAIT, SOON), -EAGAIN);
		rb_record_enable(both[i]);
		rb_slot_record_disable(rb_slot(both[i], 0));
		assert_int_equal(exchange(SWAP_WAIT, SOON), -EAGAIN);
		rb_slot_record_enable(rb_slot(both[i], 0));
		assert_int_equal(exchange(SWAP_TRY, SOON), 0);
	}
}

static void ebusy_interrupted_a_write(void **state)
{
	struct swap_write w;

	(void)state;
	assert_non_null(strategy->ops->reserve(swap_slot(live, 0), 8, &w));
	assert_int_equal(exchange(SWAP_TRY, SOON), -EBUSY);
	assert_int_equal(exchange(SWAP_WAIT, SOON), -EBUSY);
	strategy->ops->commit(swap_slot(live, 0), &w);
	assert_int_equal(exchange(SWAP_TRY, SOON), 0);
}

static void ebusy_another_control_operation(void **state)
{
	struct rb *const both[] = { live, spare };

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rb_control_try(rb_slot(both[i], 0)), 0);
		assert_int_equal(swap(live, spare, 0, SWAP_TRY, SOON, &op),
				 -EBUSY);
		assert_int_equal(swap(live, spare, 0, SWAP_WAIT,
				      sys_now() + 1000000, &op),
				 -ETIMEDOUT);
		rb_control_end(rb_slot(both[i], 0));
		assert_int_equal(exchange(SWAP_TRY, SOON), 0);
	}
}

/* A writer of another thread, stopped inside a write-side section. */
struct stopped {
	pthread_t thread;
	_Atomic int inside, leave;
};

static void *stop_inside(void *arg)
{
	struct stopped *stopped = arg;
	struct swap_write w;

	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_non_null(strategy->ops->reserve(swap_slot(live, 0), 8, &w));
	store_relaxed(&stopped->inside, 1);
	while (!load_relaxed(&stopped->leave))
		sched_yield();
	strategy->ops->commit(swap_slot(live, 0), &w);
	swap_writer_exit(live, 0);
	return NULL;
}

static void etimedout_writer_stays_inside(void **state)
{
	struct stopped stopped = { .inside = 0 };

	(void)state;
	assert_int_equal(swap_writer_exit(live, 0), 0);
	pthread_create(&stopped.thread, NULL, stop_inside, &stopped);
	while (!load_relaxed(&stopped.inside))
		sched_yield();
	assert_int_equal(exchange(SWAP_TRY, SOON), -EBUSY);
	assert_int_equal(exchange(SWAP_WAIT, SOON), -ETIMEDOUT);
	store_relaxed(&stopped.leave, 1);
	pthread_join(stopped.thread, NULL);
	assert_int_equal(exchange(SWAP_WAIT, SOON), 0);
	assert_int_equal(swap_writer_enter(live, 0), 0);
}

static void eopnotsupp_no_swap(void **state)
{
	(void)state;
	assert_int_equal(exchange(SWAP_TRY, SOON), -EOPNOTSUPP);
	assert_int_equal(exchange(SWAP_WAIT, SOON), -EOPNOTSUPP);
}

/* ---- Around it ---- */

static void emsgsize_and_enobufs_through_ops(void **state)
{
	static unsigned char data[2000];
	struct swap_slot *slot = swap_slot(live, 0);
	uint32_t max = rb_payload_max(1024);

	(void)state;
	for (uint32_t n = 0; n <= max; n++)
		assert_int_equal(strategy->ops->write(slot, data, n), 0);
	for (uint32_t n = max + 9; n < 2000; n++)
		assert_int_equal(strategy->ops->write(slot, data, n),
				 -EMSGSIZE);
	assert_int_equal(rb_drops(&slot->rb, RB_DROP_TOO_BIG), 2000 - max - 9);
	rb_record_disable(live);
	assert_int_equal(strategy->ops->write(slot, data, 8), -ENOBUFS);
	assert_int_equal(rb_drops(&slot->rb, RB_DROP_EARLY), 1);
	rb_record_enable(live);
	assert_int_equal(strategy->ops->write(slot, data, 8), 0);
	assert_int_equal(load_relaxed(&slot->rb.nesting), 0);
	assert_whole(rb_slot_active(&slot->rb));
}

static void sections_nest_five_deep_and_no_deeper(void **state)
{
	struct swap_slot *slot = swap_slot(live, 0);
	struct swap_write w[RB_NEST_MAX + 1];

	(void)state;
	for (unsigned int i = 0; i < RB_NEST_MAX; i++)
		assert_non_null(strategy->ops->reserve(slot, i, &w[i]));
	assert_null(strategy->ops->reserve(slot, 8, &w[RB_NEST_MAX]));
	assert_int_equal(write_number(1), -ENOBUFS);
	assert_int_equal(rb_drops(&slot->rb, RB_DROP_RECURSION), 2);
	for (unsigned int i = RB_NEST_MAX; i-- > 0;)
		strategy->ops->commit(slot, &w[i]);
	assert_int_equal(load_relaxed(&slot->rb.nesting), 0);
	assert_int_equal(write_number(1), 0);
	assert_whole(rb_slot_active(&slot->rb));
}

static void writer_enters_once(void **state)
{
	(void)state;
	assert_int_equal(swap_writer_enter(live, 0), -EBUSY);
	assert_int_equal(swap_writer_enter(live, 1), -EINVAL);
	assert_int_equal(swap_writer_exit(live, 1), -EINVAL);
	assert_int_equal(swap_writer_exit(live, 0), 0);
	assert_int_equal(swap_writer_exit(live, 0), -EINVAL);
	assert_int_equal(rb_control_try(rb_slot(live, 0)), 0);
	assert_int_equal(swap_writer_enter(live, 0), -EAGAIN);
	rb_control_end(rb_slot(live, 0));
	assert_int_equal(swap_writer_enter(live, 0), 0);
}

static void names_are_unique_and_found(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	swap_for_each_strategy (s)
		assert_ptr_equal(swap_find(s->name), s);
	assert_null(swap_find("no-such-strategy"));
}

/* ---- The registry ---- */

/* One strategy is what the others are compared with, and has none itself. */
static void one_baseline_for_all(void **state)
{
	const struct swap_strategy *baseline = swap_baseline(), *s;

	(void)state;
	assert_non_null(baseline);
	assert_null(swap_baseline_of(baseline));
	swap_for_each_strategy (s)
		assert_true(s == baseline || swap_baseline_of(s) == baseline);
}

/* A short run has candidates, and of each mechanism one at most. */
static void one_represents_its_mechanism(void **state)
{
	const struct swap_strategy *s, *other;
	unsigned int represented = 0;

	(void)state;
	swap_for_each_strategy (s) {
		if (!s->represents)
			continue;
		assert_int_not_equal(s->family, SWAP_CONTROL);
		represented++;
		swap_for_each_strategy (other)
			assert_true(other == s || !other->represents ||
				    strcmp(other->mechanism, s->mechanism));
	}
	assert_int_not_equal(represented, 0);
}

#define TEST(f)	       cmocka_unit_test_setup_teardown(f, with_barrier, done)
#define TEST_UNSYNC(f) cmocka_unit_test_setup_teardown(f, with_unsync, done)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(swap_exchanges_and_takes_the_events_along),
		TEST(einval_slot_in_one_only),
		TEST(einval_unequal_geometry_mode_or_strategy),
		TEST(eagain_recording_disabled_on_either),
		TEST(ebusy_interrupted_a_write),
		TEST(ebusy_another_control_operation),
		TEST(etimedout_writer_stays_inside),
		TEST_UNSYNC(eopnotsupp_no_swap),
		TEST_UNSYNC(emsgsize_and_enobufs_through_ops),
		TEST(emsgsize_and_enobufs_through_ops),
		TEST(sections_nest_five_deep_and_no_deeper),
		TEST(writer_enters_once),
		TEST(names_are_unique_and_found),
		TEST(one_baseline_for_all),
		TEST(one_represents_its_mechanism),
	};

	swap_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
