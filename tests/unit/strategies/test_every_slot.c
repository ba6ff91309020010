/* SPDX-License-Identifier: MIT */
/*
 * The rules of strategy.h for a snapshot of all slots, and for a slot whose
 * writer left inside a write, for every strategy.
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "tests/unit/strategies/rules_helper.h"

/* ---- A snapshot of all slots ---- */

static void every_slot_is_swapped_and_let_go(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	struct swap_op ops[SLOTS];
	int errors[SLOTS];

	for (uint32_t round = 0; round < 3; round++) {
		memset(ops, 0, sizeof(ops));
		memset(errors, 0xff, sizeof(errors));
		for (unsigned int i = 0; i < SLOTS; i++) {
			assert_int_equal(swap_writer_enter(live, i), 0);
			assert_int_equal(write_number(live, i, 10 * round + i),
					 0);
		}
		swap_every_slot(live, spare, deadline_of(s), ops, errors);
		for (unsigned int i = 0; i < SLOTS; i++) {
			assert_int_equal(errors[i], 0);
			assert_holds(spare, i, 10 * round + i, 1);
			assert_int_equal(write_number(live, i, 1), 0);
		}
		assert_balanced(live);
		assert_balanced(spare);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(swap_writer_exit(live, i), 0);
		swap_every_slot(live, spare, deadline_of(s), ops, errors);
		for (unsigned int i = 0; i < SLOTS; i++) {
			assert_int_equal(errors[i], 0);
			assert_holds(spare, i, 1, 1);
		}
	}
}
FOR_EACH_PAIR(every_slot_is_swapped_and_let_go, SLOTS)

/* One slot in turn that cannot be: the others are snapshots all the same. */
static void one_slot_that_cannot_be_is_alone(struct rb *live, struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;
	struct swap_op ops[SLOTS];
	int errors[SLOTS];

	for (unsigned int bad = 0; bad < SLOTS; bad++) {
		memset(ops, 0, sizeof(ops));
		rb_slot_record_disable(rb_slot(spare, bad));
		swap_every_slot(live, spare, deadline_of(s), ops, errors);
		rb_slot_record_enable(rb_slot(spare, bad));
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(errors[i], i == bad ? -EAGAIN : 0);
		assert_balanced(live);
		assert_balanced(spare);
	}
}
FOR_EACH_PAIR(one_slot_that_cannot_be_is_alone, SLOTS)

/* A control word that is somebody's for the while of one call. */
struct holder {
	struct rb_slot *slot;
	_Atomic int there;
};

static void *hold_a_while(void *arg)
{
	const struct timespec while_ = { .tv_nsec = 30 * 1000000 };
	struct holder *holder = arg;

	if (rb_control_try(holder->slot))
		abort();
	store_release(&holder->there, 1);
	nanosleep(&while_, NULL);
	rb_control_end(holder->slot);
	return NULL;
}

static void slot_that_is_taken_for_now_is_tried_again(struct rb *live,
						      struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;

	for (unsigned int taken = 0; taken < SLOTS; taken++) {
		struct holder holder = { rb_slot(live, taken), 0 };
		struct swap_op ops[SLOTS] = { { .live = NULL } };
		int errors[SLOTS];
		pthread_t thread;

		pthread_create(&thread, NULL, hold_a_while, &holder);
		while (!load_acquire(&holder.there))
			sched_yield();
		swap_every_slot(live, spare, deadline_of(s), ops, errors);
		pthread_join(thread, NULL);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(errors[i], 0);
		assert_balanced(live);
		assert_balanced(spare);
	}
}
FOR_EACH_PAIR(slot_that_is_taken_for_now_is_tried_again, SLOTS)

/* It stays taken: the others need not wait for it, and it gives up in time. */
static void slot_that_stays_taken_holds_up_none(struct rb *live,
						struct rb *spare)
{
	const struct swap_strategy *s = swap_slot(live, 0)->strategy;

	for (unsigned int taken = 0; s->bounded && taken < SLOTS; taken++) {
		struct swap_op ops[SLOTS] = { { .live = NULL } };
		uint64_t since = sys_now();
		int errors[SLOTS];

		assert_int_equal(rb_control_try(rb_slot(live, taken)), 0);
		swap_every_slot(live, spare, since + SOON_NS, ops, errors);
		assert_true(sys_now() >= since + SOON_NS);
		assert_true(sys_now() < since + SOON_NS + LATE_NS);
		rb_control_end(rb_slot(live, taken));
		for (unsigned int i = 0; i < SLOTS; i++) {
			/* A grace period may last on a busy machine. */
			if (errors[i] == -EINPROGRESS)
				errors[i] =
					swap_settle(&ops[i], in_ns(LONG_NS));
			assert_int_equal(errors[i],
					 i == taken ? -ETIMEDOUT : 0);
		}
		assert_balanced(live);
		assert_balanced(spare);
	}
}
FOR_EACH_PAIR(slot_that_stays_taken_holds_up_none, SLOTS)

/* Slot 0's writer is inside for a while, longer than a slice. */
struct lingering {
	struct rb *live;
	_Atomic int there;
};

static void *linger_inside(void *arg)
{
	const struct timespec while_ = { .tv_nsec = 60 * 1000000 };
	struct lingering *guest = arg;
	struct swap_slot *slot = swap_slot(guest->live, 0);
	struct swap_write write;

	if (swap_writer_enter(guest->live, 0) ||
	    !slot->strategy->ops->reserve(slot, 4, &write))
		abort();
	store_release(&guest->there, 1);
	nanosleep(&while_, NULL);
	slot->strategy->ops->commit(slot, &write);
	if (swap_writer_exit(guest->live, 0))
		abort();
	return NULL;
}

static void slot_that_is_inside_for_now_is_waited_for(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(SLOTS);
		struct lingering guest = { .live = make_by(s, &attr) };
		struct rb *spare = make_by(s, &attr);
		struct swap_op ops[SLOTS] = { { .live = NULL } };
		int errors[SLOTS];
		pthread_t thread;

		pthread_create(&thread, NULL, linger_inside, &guest);
		while (!load_acquire(&guest.there))
			sched_yield();
		swap_every_slot(guest.live, spare, deadline_of(s), ops, errors);
		pthread_join(thread, NULL);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(errors[i], 0);
		assert_balanced(guest.live);
		assert_balanced(spare);
		assert_int_equal(rb_destroy(guest.live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

static void *stay_inside(void *arg)
{
	struct lingering *guest = arg;
	struct swap_slot *slot = swap_slot(guest->live, 0);
	struct swap_write write;

	if (swap_writer_enter(guest->live, 0) ||
	    !slot->strategy->ops->reserve(slot, 4, &write))
		abort();
	store_release(&guest->there, 1);
	while (load_acquire(&guest->there))
		sched_yield();
	slot->strategy->ops->commit(slot, &write);
	if (swap_writer_exit(guest->live, 0))
		abort();
	return NULL;
}

/* Slot 0 was not idle in time: nothing of the call stays in its words. */
static void slot_that_was_given_up_is_as_before(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(SLOTS);
		struct lingering guest = { .live = make_by(s, &attr) };
		struct rb *spare = make_by(s, &attr);
		struct swap_op ops[SLOTS] = { { .live = NULL } };
		int errors[SLOTS];
		pthread_t thread;

		if (s->bounded && s->shape != SWAP_EXCHANGE_FIRST) {
			pthread_create(&thread, NULL, stay_inside, &guest);
			while (!load_acquire(&guest.there))
				sched_yield();
			swap_every_slot(guest.live, spare, in_ns(SOON_NS), ops,
					errors);
			assert_int_equal(errors[0], -ETIMEDOUT);
			assert_int_equal(
				load_relaxed(&rb_slot(guest.live, 0)->refuse),
				0);
			store_release(&guest.there, 0);
			pthread_join(thread, NULL);
			assert_balanced(guest.live);
			assert_balanced(spare);
		}
		assert_int_equal(rb_destroy(guest.live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

/* ---- The wait for each ---- */

static unsigned int asked[SLOTS];
static struct swap_op waiting[SLOTS];

/* The first is the last to be done. */
static int done_in_turn(struct swap_op *op)
{
	unsigned int i = (unsigned int)(op - waiting);

	return ++asked[i] >= SLOTS - i ? -(int)i - 1 : -EINPROGRESS;
}

static void each_is_asked_until_it_answers(void **state)
{
	int errors[SLOTS];

	(void)state;
	for (unsigned int i = 0; i < SLOTS; i++)
		errors[i] = -EINPROGRESS;
	swap_await_each(waiting, SLOTS, errors, done_in_turn, in_ns(LONG_NS));
	for (unsigned int i = 0; i < SLOTS; i++) {
		assert_int_equal(errors[i], -(int)i - 1);
		assert_int_equal(asked[i], SLOTS - i);
	}
}

/* Inside a write when it is asked, and writes no more after that. */
static void *busy_then_quiet(void *arg)
{
	struct lingering *guest = arg;
	struct swap_slot *slot = swap_slot(guest->live, 1);
	struct swap_write write;
	uint64_t until = in_ns(100 * MS);

	if (swap_writer_enter(guest->live, 1) ||
	    !slot->strategy->ops->reserve(slot, 4, &write))
		abort();
	store_release(&guest->there, 1);
	while (sys_now() < until)
		;
	slot->strategy->ops->commit(slot, &write);
	while (load_acquire(&guest->there))
		sched_yield();
	if (swap_writer_exit(guest->live, 1))
		abort();
	return NULL;
}

/* Slot 0 stays inside to the end. */
static void quiet_slot_waits_for_no_other(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(2);
		struct lingering guest = { .live = make_by(s, &attr) };
		struct rb *spare = make_by(s, &attr);
		struct swap_op ops[2] = { { .live = NULL } };
		struct lingering stuck = { .live = guest.live };
		int errors[2];
		pthread_t threads[2];

		if (!s->contained)
			continue;
		pthread_create(&threads[0], NULL, stay_inside, &stuck);
		pthread_create(&threads[1], NULL, busy_then_quiet, &guest);
		while (!load_acquire(&stuck.there) ||
		       !load_acquire(&guest.there))
			sched_yield();
		swap_every_slot(guest.live, spare, in_ns(500 * MS), ops,
				errors);
		store_release(&stuck.there, 0);
		store_release(&guest.there, 0);
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		assert_int_equal(errors[0], s->shape == SWAP_EXCHANGE_FIRST
						    ? -EINPROGRESS
						    : -ETIMEDOUT);
		assert_int_equal(errors[1], 0);
		if (errors[0] == -EINPROGRESS)
			assert_int_equal(swap_settle(&ops[0], deadline_of(s)),
					 0);
		assert_int_equal(rb_destroy(guest.live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

/* A swap is the same one, however often the call for all comes back to it. */
static void slot_in_progress_is_settled_by_the_next_call(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(SLOTS);
		struct lingering guest = { .live = make_by(s, &attr) };
		struct rb *spare = make_by(s, &attr);
		struct swap_op ops[SLOTS] = { { .live = NULL } };
		unsigned int snapshots[SLOTS] = { 0 };
		int errors[SLOTS] = { 0 };
		pthread_t thread;

		pthread_create(&thread, NULL, linger_inside, &guest);
		while (!load_acquire(&guest.there))
			sched_yield();
		for (int calls = 0; s->bounded && calls < 8; calls++) {
			swap_every_slot(guest.live, spare, in_ns(SOON_NS), ops,
					errors);
			for (unsigned int i = 0; i < SLOTS; i++)
				snapshots[i] += !errors[i];
		}
		pthread_join(thread, NULL);
		swap_every_slot(guest.live, spare, deadline_of(s), ops, errors);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_true(snapshots[i] + !errors[i]);
		assert_balanced(guest.live);
		assert_balanced(spare);
		assert_int_equal(rb_destroy(guest.live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

static uint64_t cpu_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) +
	       (uint64_t)now.tv_nsec;
}

/* Who waits for nothing but that one sleeps. */
static void slot_that_stays_taken_costs_no_cpu(void **state)
{
	const uint64_t wait = 400 * MS;
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(SLOTS);
		struct rb *live = make_by(s, &attr);
		struct rb *spare = make_by(s, &attr);
		struct swap_op ops[SLOTS] = { { .live = NULL } };
		uint64_t before = cpu_time();
		int errors[SLOTS];

		assert_int_equal(rb_control_try(rb_slot(live, 1)), 0);
		if (s->bounded) {
			swap_every_slot(live, spare, in_ns(wait), ops, errors);
			assert_int_equal(errors[1], -ETIMEDOUT);
			assert_true(cpu_time() - before < wait / 8);
		}
		rb_control_end(rb_slot(live, 1));
		assert_balanced(live);
		assert_balanced(spare);
		assert_int_equal(rb_destroy(live), 0);
		assert_int_equal(rb_destroy(spare), 0);
	}
}

/* ---- A writer that left inside a write ---- */

static void *end_inside_a_write(void *arg)
{
	struct rb *live = arg;
	struct swap_write write;

	if (swap_writer_enter(live, 0) || write_number(live, 0, 1) ||
	    !swap_slot(live, 0)->strategy->ops->reserve(swap_slot(live, 0), 4,
							&write))
		abort();
	return NULL;
}

static void slot_that_was_left_inside_a_write_is_kept(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(2);
		struct rb *live = make_by(s, &attr);
		struct rb *spare = make_by(s, &attr);
		struct swap_op op = { .live = NULL };
		uint64_t since = sys_now();
		pthread_t thread;

		/* A lock that nobody gives back is every slot's. */
		if (s->family == SWAP_LOCK && !s->writer_abandon)
			continue;
		pthread_create(&thread, NULL, end_inside_a_write, live);
		pthread_join(thread, NULL);
		assert_true(load_relaxed(&swap_slot(live, 0)->abandoned));
		assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
		if (s->bounded && s->shape != SWAP_EXCHANGE_FIRST) {
			assert_int_equal(swap(live, spare, 0, SWAP_WAIT,
					      since + SOON_NS, &op),
					 -ETIMEDOUT);
			assert_true(sys_now() >= since + SOON_NS);
		}
		if (s->has_try && s->shape != SWAP_EXCHANGE_FIRST)
			assert_int_equal(swap(live, spare, 0, SWAP_TRY, 0, &op),
					 -EBUSY);
		/* What its write held is given back: others go on. */
		assert_int_equal(swap_writer_enter(live, 1), 0);
		assert_int_equal(write_number(live, 1, 3), 0);
		assert_int_equal(swap_settled(s, live, spare, 1), 0);
		assert_holds(spare, 1, 3, 1);
		assert_int_equal(swap_writer_exit(live, 1), 0);
		/* Not destroyed: the event is half written. */
	}
}

static void exit_inside_a_write_says_so(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	for_each_candidate(s)
	{
		struct rb_attr attr = attr_of(1);
		struct rb *live = make_by(s, &attr);
		struct swap_write write;

		assert_int_equal(swap_writer_enter(live, 0), 0);
		assert_non_null(s->ops->reserve(swap_slot(live, 0), 4, &write));
		assert_int_equal(swap_writer_exit(live, 0), -EOWNERDEAD);
		assert_int_equal(swap_writer_enter(live, 0), -EOWNERDEAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_slot_is_swapped_and_let_go),
		cmocka_unit_test(test_one_slot_that_cannot_be_is_alone),
		cmocka_unit_test(
			test_slot_that_is_taken_for_now_is_tried_again),
		cmocka_unit_test(test_slot_that_stays_taken_holds_up_none),
		cmocka_unit_test(slot_that_is_inside_for_now_is_waited_for),
		cmocka_unit_test(slot_that_was_given_up_is_as_before),
		cmocka_unit_test(each_is_asked_until_it_answers),
		cmocka_unit_test(quiet_slot_waits_for_no_other),
		cmocka_unit_test(slot_in_progress_is_settled_by_the_next_call),
		cmocka_unit_test(slot_that_stays_taken_costs_no_cpu),
		cmocka_unit_test(slot_that_was_left_inside_a_write_is_kept),
		cmocka_unit_test(exit_inside_a_write_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
