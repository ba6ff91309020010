/* SPDX-License-Identifier: MIT */
/*
 * A strategy that copies instead of exchanging; and slots that are swapped one
 * by one, as it has them.
 */
#define SWAP_DEFINE /* the strategy is this program's own */
#include "tests/unit/strategies/rules_helper.h"

#include "tests/fixtures/outside/copying.h"

static struct rb *live, *spare;

static void make_both(const struct swap_strategy *s, unsigned int slots,
		      enum rb_mode mode)
{
	struct rb_attr attr = attr_of(slots);

	attr.mode = mode;
	live = make_by(s, &attr);
	spare = make_by(s, &attr);
}

static void destroy_both(void)
{
	assert_balanced(live);
	assert_balanced(spare);
	assert_int_equal(rb_destroy(live), 0);
	assert_int_equal(rb_destroy(spare), 0);
}

static void snapshot_is_a_copy_and_nothing_moves(void **state)
{
	(void)state;
	for (unsigned int mode = 0; mode < 2; mode++) {
		struct rb_cpu *a, *b;

		make_both(&swap_strategy_copying, 1, (enum rb_mode)mode);
		a = rb_slot_active(rb_slot(live, 0));
		b = rb_slot_active(rb_slot(spare, 0));
		assert_int_equal(swap_writer_enter(live, 0), 0);
		for (uint32_t round = 0; round < 200; round++) {
			uint64_t before = rb_clock_cycles();
			struct swap_op op;

			for (uint32_t i = 0; i < round % 7; i++)
				assert_int_equal(write_number(live, 0, i), 0);
			assert_int_equal(swap(live, spare, 0,
					      round % 2 ? SWAP_TRY : SWAP_WAIT,
					      in_ns(LONG_NS), &op),
					 0);
			assert_true(op.exchanged >= before);
			assert_true(op.exchanged <= rb_clock_cycles());
			assert_ptr_equal(rb_slot_active(rb_slot(live, 0)), a);
			assert_ptr_equal(rb_slot_active(rb_slot(spare, 0)), b);
			assert_holds(spare, 0, 0, round % 7);
		}
		assert_int_equal(swap_writer_exit(live, 0), 0);
		destroy_both();
	}
}

/* The two may change places: what was a copy is a live buffer like others. */
static void copy_is_copied_back(void **state)
{
	struct swap_op op;

	(void)state;
	make_both(&swap_strategy_copying, 1, RB_OVERWRITE);
	for (uint32_t round = 0; round < 50; round++) {
		assert_int_equal(swap_writer_enter(live, 0), 0);
		for (uint32_t i = 0; i < 40; i++)
			assert_int_equal(write_number(live, 0, i), 0);
		assert_int_equal(swap_writer_exit(live, 0), 0);
		assert_int_equal(swap(live, spare, 0, SWAP_TRY, 0, &op), 0);
		assert_int_equal(swap_writer_enter(spare, 0), 0);
		for (uint32_t i = 40; i < 80; i++)
			assert_int_equal(write_number(spare, 0, i), 0);
		assert_int_equal(swap_writer_exit(spare, 0), 0);
		assert_int_equal(swap(spare, live, 0, SWAP_TRY, 0, &op), 0);
		assert_holds(live, 0, 0, 80);
	}
	destroy_both();
}

/* Until when each slot was to wait, when it was asked first. */
static uint64_t asked_until[2];

static int wait_in_vain(struct swap_op *op)
{
	uint64_t *until = &asked_until[op->live->rb.index];

	if (!*until)
		*until = op->deadline;
	while (sys_now() <= op->deadline)
		;
	return -ETIMEDOUT;
}

/* The first has used up the time of the pass: the next has some of its own. */
static void slot_behind_a_stuck_one_has_time_to_wait(void **state)
{
	struct swap_strategy vain = swap_strategy_copying;
	struct swap_op ops[2];
	int errors[2];

	(void)state;
	vain.swap = wait_in_vain;
	make_both(&vain, 2, RB_OVERWRITE);
	swap_every_slot(live, spare, in_ns(20 * 1000000), ops, errors);
	assert_int_equal(errors[0], -ETIMEDOUT);
	assert_int_equal(errors[1], -ETIMEDOUT);
	assert_true(asked_until[0] > 0);
	assert_true(asked_until[1] > asked_until[0]);
	destroy_both();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(snapshot_is_a_copy_and_nothing_moves),
		cmocka_unit_test(copy_is_copied_back),
		cmocka_unit_test(slot_behind_a_stuck_one_has_time_to_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
