/* SPDX-License-Identifier: MIT */
/*
 * The rules of strategy.h for one slot, for every strategy: what a call
 * refuses and what it leaves behind, and the slots of one thread.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/unit/strategies/rules_helper.h"

/* ---- What is refused, and changes nothing ---- */

static void unlike_buffers_are_invalid(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr same = attr_of(1);
		struct rb *live = make_by(s, &same);

		for (int what = 0; what < 4; what++) {
			struct rb_attr other = same;
			struct rb *spare;
			struct swap_op op;

			if (what == 0)
				other.stamp = RB_STAMP_CYCLES;
			else if (what == 1)
				other.subbuf_size *= 2;
			else if (what == 2)
				other.subbufs--;
			else
				other.mode = RB_PRODUCE_CONSUME;
			spare = make_by(s, &other);
			assert_int_equal(swap(live, spare, 0, SWAP_WAIT,
					      deadline_of(s), &op),
					 -EINVAL);
			assert_int_equal(swap(spare, live, 0, SWAP_WAIT,
					      deadline_of(s), &op),
					 -EINVAL);
			assert_balanced(live);
			assert_balanced(spare);
			assert_int_equal(rb_destroy(spare), 0);
		}
		assert_int_equal(rb_destroy(live), 0);
	}
}

#define MANY 64u /* more than one page holds: the first beyond it is nobody's */

/* Slots are those that both have. */
static void slot_of_one_alone_is_invalid(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr one = attr_of(1), many = attr_of(MANY);
		struct rb *few = make_by(s, &one), *more = make_by(s, &many);
		struct swap_op op;

		for (unsigned int slot = 1; slot <= MANY; slot++) {
			assert_int_equal(swap(more, few, slot, SWAP_WAIT,
					      deadline_of(s), &op),
					 -EINVAL);
			assert_int_equal(swap(few, more, slot, SWAP_WAIT,
					      deadline_of(s), &op),
					 -EINVAL);
		}
		assert_balanced(few);
		assert_balanced(more);
		assert_int_equal(rb_destroy(few), 0);
		assert_int_equal(rb_destroy(more), 0);
	}
}

struct inside {
	struct rb *live;
	_Atomic int there;
};

static void *stay_inside(void *arg)
{
	struct inside *inside = arg;
	struct swap_slot *slot = swap_slot(inside->live, 0);
	struct swap_write write;

	if (swap_writer_enter(inside->live, 0) ||
	    !slot->strategy->ops->reserve(slot, 4, &write))
		abort();
	store_release(&inside->there, 1);
	while (load_acquire(&inside->there))
		sched_yield();
	slot->strategy->ops->commit(slot, &write);
	if (swap_writer_exit(inside->live, 0))
		abort();
	return NULL;
}

/* Whatever deadline it is given: that is for who waits. */
static void try_waits_for_nobody(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	struct inside inside = { .live = live };
	uint64_t deadline;
	struct swap_op op;
	pthread_t thread;
	int err;

	if (!s->has_try)
		return;
	pthread_create(&thread, NULL, stay_inside, &inside);
	while (!load_acquire(&inside.there))
		sched_yield();
	deadline = in_ns(LONG_NS);
	err = swap(live, spare, 0, SWAP_TRY, deadline, &op);
	assert_true(sys_now() < deadline);
	assert_true(err == -EBUSY || err == -EINPROGRESS);
	store_release(&inside.there, 0);
	pthread_join(thread, NULL);
	while (err == -EINPROGRESS)
		err = swap_settle(&op, deadline_of(s));
	assert_balanced(live);
	assert_balanced(spare);
}
FOR_EACH_PAIR(try_waits_for_nobody, 1)

/* A refused write is counted under the cause that its drops line names. */
static void causes_are_told_apart(void **state)
{
	const struct swap_strategy *lock = swap_find("global-lock");
	const struct swap_strategy *racy = swap_find("racy");
	struct rb_attr attr = attr_of(1);
	struct rb *locked = make_by(lock, &attr), *raced = make_by(racy, &attr);
	struct rb_cpu *cpu = rb_slot_active(rb_slot(raced, 0));
	struct swap_write write;
	uint64_t data = 1;

	(void)state;
	assert_int_equal(swap_writer_enter(locked, 0), 0);
	assert_non_null(lock->ops->reserve(swap_slot(locked, 0), 8, &write));
	assert_int_equal(lock->ops->write(swap_slot(locked, 0), &data, 8),
			 -ENOBUFS);
	lock->ops->commit(swap_slot(locked, 0), &write);
	assert_int_equal(rb_drops(rb_slot(locked, 0), RB_DROP_CONTENDED), 1);
	assert_int_equal(swap_writer_exit(locked, 0), 0);

	assert_int_equal(swap_writer_enter(raced, 0), 0);
	store_relaxed(&cpu->owner, rb_slot(locked, 0));
	assert_int_equal(racy->ops->write(swap_slot(raced, 0), &data, 8),
			 -ENOBUFS);
	store_relaxed(&cpu->owner, rb_slot(raced, 0));
	assert_int_equal(rb_drops(rb_slot(raced, 0), RB_DROP_OWNER), 1);
	assert_int_equal(swap_writer_exit(raced, 0), 0);
	assert_balanced(locked);
	assert_balanced(raced);
	assert_int_equal(rb_destroy(locked), 0);
	assert_int_equal(rb_destroy(raced), 0);
}

/* Where writes nest at all: a lock that is held refuses the second one. */
static void too_deep_is_recursion(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	struct swap_slot *slot = swap_slot(live, 0);
	struct swap_write writes[RB_NEST_MAX + 1];
	unsigned int n = 0;

	(void)spare;
	assert_int_equal(swap_writer_enter(live, 0), 0);
	while (n <= RB_NEST_MAX && s->ops->reserve(slot, 4, &writes[n]))
		n++;
	assert_true(n == RB_NEST_MAX || n == 1);
	assert_int_equal(rb_drops(&slot->rb, n == 1 ? RB_DROP_CONTENDED
						    : RB_DROP_RECURSION),
			 1);
	while (n--)
		s->ops->commit(slot, &writes[n]);
	assert_int_equal(swap_writer_exit(live, 0), 0);
}
FOR_EACH_PAIR(too_deep_is_recursion, 1)

/* A spare with a writer of its own, which is another thread or this one. */
static void spare_with_a_writer_is_busy(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;

	assert_int_equal(swap_writer_enter(spare, 0), 0);
	assert_int_equal(swap_settled(s, live, spare, 0), -EBUSY);
	assert_int_equal(swap_writer_exit(spare, 0), 0);
	assert_balanced(live);
	assert_balanced(spare);
	assert_int_equal(swap_settled(s, live, spare, 0), 0);
}
FOR_EACH_PAIR(spare_with_a_writer_is_busy, 1)

/* A snapshot that nobody has read would come twice. */
static void spare_with_unread_events_is_busy(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;

	assert_int_equal(swap_writer_enter(live, 0), 0);
	assert_int_equal(write_number(live, 0, 5), 0);
	assert_int_equal(swap_settled(s, live, spare, 0), 0);
	assert_int_equal(swap_settled(s, live, spare, 0), -EBUSY);
	assert_holds(spare, 0, 5, 1);
	assert_int_equal(swap_settled(s, live, spare, 0), 0);
	assert_int_equal(swap_writer_exit(live, 0), 0);
}
FOR_EACH_PAIR(spare_with_unread_events_is_busy, 1)

/* A mode, a deadline that cannot be kept, a swap at all. */
static void what_is_not_offered_is_refused(void **state)
{
	struct swap_strategy other = *swap_find("barrier");
	struct rb_attr attr = attr_of(1);
	struct rb *live, *spare;
	struct swap_op op = { .live = NULL };

	(void)state;
	other.has_try = false;
	live = make_by(&other, &attr);
	spare = make_by(&other, &attr);
	assert_int_equal(swap(live, spare, 0, SWAP_TRY, 0, &op), -EOPNOTSUPP);
	assert_int_equal(swap_settled(&other, live, spare, 0), 0);
	other.bounded = false;
	assert_int_equal(swap(live, spare, 0, SWAP_WAIT, in_ns(LONG_NS), &op),
			 -EOPNOTSUPP);
	assert_int_equal(swap_settled(&other, live, spare, 0), 0);
	other.swap = NULL;
	assert_int_equal(swap(live, spare, 0, SWAP_WAIT, 0, &op), -EOPNOTSUPP);
	assert_balanced(live);
	assert_balanced(spare);
	assert_int_equal(rb_destroy(live), 0);
	assert_int_equal(rb_destroy(spare), 0);
}

/* One of the two control words is somebody's: waited for, then given up. */
static void taken_control_is_waited_for(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(1);
		struct rb *rbs[2] = { make_by(s, &attr), make_by(s, &attr) };
		struct swap_op op = { .live = NULL };

		for (int taken = 0; taken < 2; taken++) {
			struct rb_slot *other = rb_slot(rbs[!taken], 0);
			uint64_t since = sys_now();

			assert_int_equal(rb_control_try(rb_slot(rbs[taken], 0)),
					 0);
			if (s->has_try)
				assert_int_equal(swap(rbs[0], rbs[1], 0,
						      SWAP_TRY, 0, &op),
						 -EBUSY);
			if (s->bounded) {
				assert_int_equal(swap(rbs[0], rbs[1], 0,
						      SWAP_WAIT,
						      since + SOON_NS, &op),
						 -ETIMEDOUT);
				assert_true(sys_now() >= since + SOON_NS);
				assert_true(sys_now() <
					    since + SOON_NS + LATE_NS);
			}
			assert_int_equal(load_relaxed(&other->control), 0);
			rb_control_end(rb_slot(rbs[taken], 0));
		}
		assert_int_equal(swap_settled(s, rbs[0], rbs[1], 0), 0);
		assert_balanced(rbs[0]);
		assert_balanced(rbs[1]);
		assert_int_equal(rb_destroy(rbs[0]), 0);
		assert_int_equal(rb_destroy(rbs[1]), 0);
	}
}

static void exchange_has_its_time(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	uint64_t before = rb_clock_cycles();
	struct swap_op op = { .live = NULL };
	int err = swap(live, spare, 0, SWAP_WAIT, deadline_of(s), &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, deadline_of(s));
	assert_int_equal(err, 0);
	assert_true(op.exchanged >= before);
	assert_true(op.exchanged <= rb_clock_cycles());
	assert_int_equal(swap_settle(&op, deadline_of(s)), -EINVAL);
}
FOR_EACH_PAIR(exchange_has_its_time, 1)

/* A spare that waited long goes live with a time base of now. */
static void fresh_buffer_has_a_new_time_base(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(1);
		struct rb *live, *spare;
		struct rb_page *page;
		uint64_t before = rb_clock_ns();

		attr.stamp = RB_STAMP_CLOCK;
		live = make_by(s, &attr);
		spare = make_by(s, &attr);
		page = rb_page_of(
			load_relaxed(&rb_slot_active(rb_slot(spare, 0))->tail));
		store_relaxed(&page->time_stamp, 1);
		assert_int_equal(swap_settled(s, live, spare, 0), 0);
		assert_true(load_relaxed(&page->time_stamp) >= before);
		assert_int_equal(rb_destroy(live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

/* ---- What a strategy keeps for a slot ---- */

static unsigned int inits;

static int count_init(struct swap_slot *slot)
{
	(void)slot;
	return ++inits == 5 ? -ENOBUFS : 0;
}

static void hook_of_a_slot_is_called_for_each(void **state)
{
	struct swap_strategy counted = *swap_find("barrier");
	struct rb_attr attr = attr_of(SLOTS);
	struct rb *rb, *none = NULL;

	(void)state;
	counted.slot_init = count_init;
	inits = 0;
	assert_int_equal(swap_rb_create(&counted, attr, &rb), 0);
	assert_int_equal(inits, SLOTS);
	for (unsigned int i = 0; i < SLOTS; i++)
		assert_ptr_equal(swap_slot(rb, i)->strategy, &counted);
	assert_int_equal(swap_rb_create(&counted, attr, &none), -ENOBUFS);
	assert_int_equal(inits, 5);
	assert_null(none);
	assert_int_equal(rb_destroy(rb), 0);
}

static void rooms_of_slots_do_not_overlap(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(2);
		struct rb *rb = make_by(s, &attr);
		char *first = (char *)swap_slot(rb, 0);

		assert_true(s->slot_size >= sizeof(struct swap_slot));
		assert_true((char *)swap_slot(rb, 1) - first >=
			    (ptrdiff_t)s->slot_size);
		assert_int_equal(rb_destroy(rb), 0);
	}
}

/* ---- Two that swap the same slots, each the other way round ---- */

struct crossing {
	const struct swap_strategy *s;
	struct rb *live, *spare;
	unsigned int done;
};

#define CROSSINGS 300u

static void *cross(void *arg)
{
	struct crossing *c = arg;

	for (unsigned int i = 0; i < CROSSINGS; i++) {
		int err = swap_settled(c->s, c->live, c->spare, 0);

		c->done += !err;
	}
	return NULL;
}

static void two_ways_round_wait_for_nobody(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(1);
		struct rb *a = make_by(s, &attr), *b = make_by(s, &attr);
		struct crossing there = { s, a, b, 0 }, back = { s, b, a, 0 };
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, cross, &there),
				 0);
		cross(&back);
		pthread_join(thread, NULL);
		assert_int_equal(there.done, CROSSINGS);
		assert_int_equal(back.done, CROSSINGS);
		assert_balanced(a);
		assert_balanced(b);
		assert_int_equal(rb_destroy(a), 0);
		assert_int_equal(rb_destroy(b), 0);
	}
}

/* ---- Writers and their slots ---- */

static bool masks_are_equal(const sigset_t *a, const sigset_t *b)
{
	for (int number = 1; number < NSIG; number++)
		if (sigismember(a, number) != sigismember(b, number))
			return false;
	return true;
}

static void enter_and_exit_leave_the_signal_mask(void **state)
{
	const struct swap_strategy *s;
	sigset_t before, inside, after;

	(void)state;
	sigemptyset(&before); /* whatever an earlier test has left */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(1);
		struct rb *rb = make_by(s, &attr);

		pthread_sigmask(SIG_SETMASK, NULL, &before);
		assert_int_equal(swap_writer_enter(rb, 0), 0);
		pthread_sigmask(SIG_SETMASK, NULL, &inside);
		assert_int_equal(swap_writer_exit(rb, 0), 0);
		pthread_sigmask(SIG_SETMASK, NULL, &after);
		assert_true(masks_are_equal(&before, &inside));
		assert_true(masks_are_equal(&before, &after));
		assert_int_equal(rb_destroy(rb), 0);
	}
}

static void enter_says_why_not(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(SLOTS);
		struct rb *rb = make_by(s, &attr);

		assert_int_equal(swap_writer_enter(rb, SLOTS), -EINVAL);
		assert_int_equal(swap_writer_exit(rb, 0), -EINVAL);
		assert_int_equal(rb_control_try(rb_slot(rb, 0)), 0);
		assert_int_equal(swap_writer_enter(rb, 0), -EAGAIN);
		rb_control_end(rb_slot(rb, 0));
		assert_int_equal(swap_writer_enter(rb, 0), 0);
		assert_int_equal(swap_writer_enter(rb, 0), -EBUSY);
		assert_int_equal(rb_control_try(rb_slot(rb, 0)), 0);
		assert_int_equal(swap_writer_enter(rb, 0), -EBUSY);
		rb_control_end(rb_slot(rb, 0));
		assert_int_equal(swap_writer_exit(rb, 0), 0);
		assert_int_equal(swap_writer_exit(rb, 0), -EINVAL);
		assert_balanced(rb);
		assert_int_equal(rb_destroy(rb), 0);
	}
}

static int refuse_to_enter(struct swap_slot *slot)
{
	(void)slot;
	return -EPERM;
}

static void enter_hands_the_hooks_error_on(void **state)
{
	struct swap_strategy other = *swap_find("barrier");
	struct rb_attr attr = attr_of(1);
	struct rb *rb;

	(void)state;
	other.writer_enter = refuse_to_enter;
	rb = make_by(&other, &attr);
	assert_int_equal(swap_writer_enter(rb, 0), -EPERM);
	assert_int_equal(load_relaxed(&swap_slot(rb, 0)->writer), 0);
	assert_int_equal(swap_writer_exit(rb, 0), -EINVAL);
	assert_balanced(rb);
	assert_int_equal(rb_destroy(rb), 0);
}

/* An op that is in progress is not given up silently: swap() settles it. */
static void swap_settles_what_is_in_progress(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	struct swap_op op = { .live = NULL };
	struct rb_cpu *fresh = rb_slot_active(rb_slot(spare, 0));
	int err = s->has_try ? swap(live, spare, 0, SWAP_TRY, 0, &op) : 0;

	if (err == -EINPROGRESS) {
		err = swap(live, spare, 0, SWAP_WAIT, deadline_of(s), &op);
		assert_int_equal(err, 0);
		assert_ptr_equal(rb_slot_active(rb_slot(live, 0)), fresh);
	}
	assert_int_equal(err, 0);
}
FOR_EACH_PAIR(swap_settles_what_is_in_progress, 1)

struct hand {
	struct rb *live;
	int err;
};

static void *leave_anothers_slot(void *arg)
{
	struct hand *hand = arg;

	hand->err = swap_writer_exit(hand->live, 0);
	return NULL;
}

static void nobody_leaves_anothers_slot(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(1);
		struct hand hand = { make_by(s, &attr), 0 };
		pthread_t thread;

		assert_int_equal(swap_writer_enter(hand.live, 0), 0);
		pthread_create(&thread, NULL, leave_anothers_slot, &hand);
		pthread_join(thread, NULL);
		assert_int_equal(hand.err, -EINVAL);
		assert_int_equal(load_relaxed(&swap_slot(hand.live, 0)->writer),
				 sys_tid());
		assert_int_equal(swap_writer_exit(hand.live, 0), 0);
		assert_int_equal(rb_destroy(hand.live), 0);
	}
}

/* In three slots at once, left in every order: the others stay its own. */
static void thread_in_several_slots_leaves_one_at_a_time(void **state)
{
	static const unsigned int orders[][SLOTS] = { { 0, 1, 2 },
						      { 1, 0, 2 },
						      { 2, 0, 1 } };
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(SLOTS);
		struct rb *live = make_by(s, &attr);
		struct rb *spare = make_by(s, &attr);

		for (unsigned int order = 0; order < SLOTS; order++) {
			for (unsigned int i = 0; i < SLOTS; i++)
				assert_int_equal(swap_writer_enter(live, i), 0);
			for (unsigned int left = 0; left < SLOTS; left++) {
				const unsigned int *slot = orders[order];

				for (unsigned int i = left; i < SLOTS; i++) {
					assert_int_equal(
						write_number(live, slot[i], 7),
						0);
					assert_int_equal(swap_settled(s, live,
								      spare,
								      slot[i]),
							 0);
					assert_holds(spare, slot[i], 7, 1);
				}
				assert_int_equal(
					swap_writer_exit(live, slot[left]), 0);
			}
			assert_null(sys_self()->slots);
		}
		assert_balanced(live);
		assert_int_equal(rb_destroy(live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

static void *enter_all_and_end(void *arg)
{
	struct rb *live = arg;

	for (unsigned int i = 0; i < SLOTS; i++)
		if (swap_writer_enter(live, i) || write_number(live, i, i))
			abort();
	return NULL;
}

static void thread_that_ends_leaves_every_slot(struct rb *live,
					       struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	pthread_t thread;

	for (int round = 0; round < 2; round++) {
		pthread_create(&thread, NULL, enter_all_and_end, live);
		pthread_join(thread, NULL);
		for (unsigned int i = 0; i < SLOTS; i++) {
			assert_int_equal(
				load_relaxed(&swap_slot(live, i)->writer), 0);
			assert_int_equal(swap_settled(s, live, spare, i), 0);
			assert_holds(spare, i, i, 1);
		}
	}
}
FOR_EACH_PAIR(thread_that_ends_leaves_every_slot, SLOTS)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unlike_buffers_are_invalid),
		cmocka_unit_test(slot_of_one_alone_is_invalid),
		cmocka_unit_test(test_try_waits_for_nobody),
		cmocka_unit_test(causes_are_told_apart),
		cmocka_unit_test(test_too_deep_is_recursion),
		cmocka_unit_test(test_spare_with_a_writer_is_busy),
		cmocka_unit_test(test_spare_with_unread_events_is_busy),
		cmocka_unit_test(what_is_not_offered_is_refused),
		cmocka_unit_test(taken_control_is_waited_for),
		cmocka_unit_test(test_exchange_has_its_time),
		cmocka_unit_test(fresh_buffer_has_a_new_time_base),
		cmocka_unit_test(hook_of_a_slot_is_called_for_each),
		cmocka_unit_test(rooms_of_slots_do_not_overlap),
		cmocka_unit_test(two_ways_round_wait_for_nobody),
		cmocka_unit_test(enter_and_exit_leave_the_signal_mask),
		cmocka_unit_test(enter_says_why_not),
		cmocka_unit_test(enter_hands_the_hooks_error_on),
		cmocka_unit_test(test_swap_settles_what_is_in_progress),
		cmocka_unit_test(nobody_leaves_anothers_slot),
		cmocka_unit_test(thread_in_several_slots_leaves_one_at_a_time),
		cmocka_unit_test(test_thread_that_ends_leaves_every_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
