/* SPDX-License-Identifier: MIT */
/*
 * Exchange first, then the end of one write: what ends such a swap and what
 * does not, and what a membarrier(2) that is refused comes to. The swapper is
 * a thread of its own at every call, and may have a filter of its own.
 */
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tests/unit/strategies/rules_helper.h"

/* Which system calls a thread may not make. */
enum filter {
	FILTER_NONE,
	FILTER_BARRIER, /* membarrier(2), but for its other commands */
	FILTER_ALL,	/* membarrier(2) */
};

/* One call by another thread, and what it answers. */
struct call {
	struct rb *live, *spare;
	enum filter filter;
	enum swap_mode mode;
	bool settles; /* a swap of slot 0 that is in progress */
	bool every;   /* swaps every slot */
	struct swap_op ops[SLOTS];
	int errors[SLOTS]; /* of one slot: the first */
	uint64_t patience; /* ns; 0: SOON_NS */
	bool unfiltered;   /* there can be no filter here */
};

static int forbid(enum filter filter)
{
	uint32_t all = filter == FILTER_ALL ? SECCOMP_RET_ERRNO | EPERM
					    : SECCOMP_RET_ALLOW;
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, all),
	};
	struct sock_fprog program = { 7, rules };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void *call_main(void *arg)
{
	struct call *call = arg;
	uint64_t deadline = in_ns(call->patience ? call->patience : SOON_NS);

	if (call->filter && forbid(call->filter))
		call->unfiltered = true;
	else if (call->settles)
		call->errors[0] = swap_settle(&call->ops[0], deadline);
	else if (call->every)
		swap_every_slot(call->live, call->spare, deadline, call->ops,
				call->errors);
	else
		call->errors[0] = swap(call->live, call->spare, 0, call->mode,
				       deadline, &call->ops[0]);
	return NULL;
}

/* Slot 0's answer. */
static int other_thread(struct call *call)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, call_main, call), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	if (call->unfiltered)
		skip();
	return call->errors[0];
}

static int settle(struct call *call)
{
	call->settles = true;
	return other_thread(call);
}

/* Those that exchange first and can be waited for with a deadline, slot by
 * slot: what is asked of them here is not asked of grace periods. */
static bool is_asked(const struct swap_strategy *s)
{
	return is_candidate(s) && s->shape == SWAP_EXCHANGE_FIRST &&
	       s->contained;
}

#define for_each_asked(s)          \
	swap_for_each_strategy (s) \
		if (is_asked(s))

struct pair {
	const struct swap_strategy *s;
	struct swap_slot *slot;
	struct call call;
};

/* The calling thread is the writer of slot 0. */
static void begin(struct pair *pair, const struct swap_strategy *s)
{
	struct rb_attr attr = attr_of(SLOTS);

	*pair = (struct pair){ .s = s, .call.mode = SWAP_TRY };
	pair->call.live = make_by(s, &attr);
	pair->call.spare = make_by(s, &attr);
	pair->slot = swap_slot(pair->call.live, 0);
	assert_int_equal(swap_writer_enter(pair->call.live, 0), 0);
}

static void end(struct pair *pair)
{
	assert_int_equal(swap_writer_exit(pair->call.live, 0), 0);
	assert_balanced(pair->call.live);
	assert_balanced(pair->call.spare);
	assert_int_equal(rb_destroy(pair->call.live), 0);
	assert_int_equal(rb_destroy(pair->call.spare), 0);
}

static void open_write(struct pair *pair, struct swap_write *write,
		       uint32_t number)
{
	uint32_t *at = pair->s->ops->reserve(pair->slot, sizeof(number), write);

	assert_non_null(at);
	*at = number;
}

/* ---- What ends it ---- */

/* A writer that comes back at once is out for a moment that nobody sees. */
static void the_end_of_one_write_is_enough(void **state)
{
	const struct swap_strategy *s;
	struct swap_write first, next;
	unsigned int asked = 0;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		begin(&pair, s);
		open_write(&pair, &first, 0);
		assert_int_equal(other_thread(&pair.call), -EINPROGRESS);
		assert_int_equal(settle(&pair.call), -EINPROGRESS);
		s->ops->commit(pair.slot, &first);
		open_write(&pair, &next, 1);
		assert_int_equal(settle(&pair.call), 0);
		s->ops->commit(pair.slot, &next);
		assert_holds(pair.call.spare, 0, 0, 1);
		asked++;
		end(&pair);
	}
	assert_true(asked > 0);
}

/* Neither its begin nor its end is one of the write that it interrupted. */
static void a_write_on_top_of_it_is_not(void **state)
{
	const struct swap_strategy *s;
	struct swap_write outer, inner;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		begin(&pair, s);
		open_write(&pair, &outer, 0);
		assert_int_equal(other_thread(&pair.call), -EINPROGRESS);
		open_write(&pair, &inner, 0);
		assert_int_equal(settle(&pair.call), -EINPROGRESS);
		s->ops->commit(pair.slot, &inner);
		assert_int_equal(settle(&pair.call), -EINPROGRESS);
		s->ops->commit(pair.slot, &outer);
		assert_int_equal(settle(&pair.call), 0);
		assert_holds(pair.call.spare, 0, 0, 1);
		end(&pair);
	}
}

/* Whoever waits is back when that write is over, and not before. */
static void a_wait_lasts_as_long_as_the_write(void **state)
{
	const struct swap_strategy *s;
	struct swap_write write;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		struct rb_slot *slot;
		struct rb_cpu *old;
		pthread_t thread;

		begin(&pair, s);
		slot = &pair.slot->rb;
		old = rb_slot_active(slot);
		open_write(&pair, &write, 0);
		pair.call.mode = SWAP_WAIT;
		pair.call.patience = LONG_NS;
		pthread_create(&thread, NULL, call_main, &pair.call);
		while (load_acquire(&slot->active) == old)
			sched_yield();
		s->ops->commit(pair.slot, &write);
		pthread_join(thread, NULL);
		assert_int_equal(pair.call.errors[0], 0);
		assert_holds(pair.call.spare, 0, 0, 1);
		end(&pair);
	}
}

/* A thread that leaves with the write open; nobody recovers its slot. */
struct leaver {
	struct pair *pair;
	_Atomic int there;
};

static void *leave_inside(void *arg)
{
	struct leaver *leaver = arg;
	struct pair *pair = leaver->pair;
	struct swap_write write;

	if (swap_writer_enter(pair->call.live, 0) ||
	    write_number(pair->call.live, 0, 0) ||
	    !pair->s->ops->reserve(pair->slot, 4, &write))
		abort();
	store_release(&leaver->there, 1);
	while (load_acquire(&leaver->there))
		sched_yield();
	if (swap_writer_exit(pair->call.live, 0) != -EOWNERDEAD)
		abort();
	return NULL;
}

/* The open event, and what cannot be told from it, is in no snapshot. */
static void who_leaves_inside_it_has_ended_it(void **state)
{
	const struct swap_strategy *s;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		struct leaver leaver = { .pair = &pair };
		pthread_t thread;

		begin(&pair, s);
		assert_int_equal(swap_writer_exit(pair.call.live, 0), 0);
		pthread_create(&thread, NULL, leave_inside, &leaver);
		while (!load_acquire(&leaver.there))
			sched_yield();
		assert_int_equal(other_thread(&pair.call), -EINPROGRESS);
		store_release(&leaver.there, 0);
		pthread_join(thread, NULL);
		assert_int_equal(settle(&pair.call), 0);
		assert_holds(pair.call.spare, 0, 0, 0);
		assert_int_equal(swap_slot_recover(pair.call.live, 0), 0);
		assert_int_equal(swap_writer_enter(pair.call.live, 0), 0);
		end(&pair);
	}
}

/* What it ended before the exchange is none of this swap's business. */
static void earlier_ends_do_not_count(void **state)
{
	const struct swap_strategy *s;
	struct swap_write write;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		begin(&pair, s);
		for (uint32_t i = 0; i < 7; i++)
			assert_int_equal(write_number(pair.call.live, 0, i), 0);
		open_write(&pair, &write, 7);
		pair.call.mode = SWAP_WAIT;
		assert_int_equal(other_thread(&pair.call), -EINPROGRESS);
		s->ops->commit(pair.slot, &write);
		assert_int_equal(settle(&pair.call), 0);
		assert_holds(pair.call.spare, 0, 0, 8);
		end(&pair);
	}
}

/* Of every slot too: each by its own writer, and none by earlier writes. */
static void each_slot_ends_by_itself(void **state)
{
	const struct swap_strategy *s;
	struct swap_write write;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		struct rb *live;

		begin(&pair, s);
		live = pair.call.live;
		for (unsigned int i = 1; i < SLOTS; i++)
			assert_int_equal(swap_writer_enter(live, i), 0);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(write_number(live, i, 0), 0);
		pair.slot = swap_slot(live, SLOTS - 1);
		open_write(&pair, &write, 1);
		pair.call.every = true;
		other_thread(&pair.call);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(pair.call.errors[i],
					 i < SLOTS - 1 ? 0 : -EINPROGRESS);
		s->ops->commit(pair.slot, &write);
		for (unsigned int i = 0; i < SLOTS - 1; i++)
			assert_holds(pair.call.spare, i, 0, 1);
		other_thread(&pair.call);
		assert_int_equal(pair.call.errors[SLOTS - 1], 0);
		assert_holds(pair.call.spare, SLOTS - 1, 0, 2);
		for (unsigned int i = 1; i < SLOTS; i++)
			assert_int_equal(swap_writer_exit(live, i), 0);
		end(&pair);
	}
}

/* ---- A membarrier that is refused ---- */

static bool calls_membarrier(const struct swap_strategy *s)
{
	return is_candidate(s) && strstr(s->needs, "membarrier") &&
	       !strstr(s->needs, "liburcu");
}

/* Told before anything changes, whatever the shape. */
static void what_may_not_be_called_changes_nothing(void **state)
{
	const struct swap_strategy *s;
	unsigned int asked = 0;
	struct pair pair;

	(void)state;
	swap_for_each_strategy (s) {
		struct rb_cpu *active;

		if (!calls_membarrier(s))
			continue;
		begin(&pair, s);
		active = rb_slot_active(&pair.slot->rb);
		pair.call.filter = FILTER_ALL;
		for (int i = 0; i < 3; i++) {
			pair.call.mode = i ? SWAP_WAIT : SWAP_TRY;
			pair.call.every = i == 2;
			assert_int_equal(other_thread(&pair.call), -EPERM);
			for (unsigned int j = 0; i == 2 && j < SLOTS; j++)
				assert_int_equal(pair.call.errors[j], -EPERM);
			assert_ptr_equal(rb_slot_active(&pair.slot->rb),
					 active);
			assert_balanced(pair.call.live);
		}
		assert_int_equal(write_number(pair.call.live, 0, 0), 0);
		asked++;
		end(&pair);
	}
	assert_true(asked > 0);
}

/* Behind the exchange there is only on: by who may call it. */
static void one_that_fails_later_is_asked_for_again(void **state)
{
	const struct swap_strategy *s;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		if (!calls_membarrier(s))
			continue;
		for (int i = 0; i < 2; i++) {
			begin(&pair, s);
			assert_int_equal(write_number(pair.call.live, 0, 0), 0);
			pair.call.mode = i ? SWAP_WAIT : SWAP_TRY;
			pair.call.filter = FILTER_BARRIER;
			assert_int_equal(other_thread(&pair.call),
					 -EINPROGRESS);
			assert_int_equal(settle(&pair.call), -EINPROGRESS);
			pair.call.filter = FILTER_NONE;
			assert_int_equal(settle(&pair.call), 0);
			assert_holds(pair.call.spare, 0, 0, 1);
			end(&pair);
		}
	}
}

static void the_same_of_every_slot(void **state)
{
	const struct swap_strategy *s;
	struct pair pair;

	(void)state;
	for_each_asked(s)
	{
		if (!calls_membarrier(s))
			continue;
		begin(&pair, s);
		assert_int_equal(write_number(pair.call.live, 0, 0), 0);
		pair.call.every = true;
		pair.call.filter = FILTER_BARRIER;
		other_thread(&pair.call);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(pair.call.errors[i], -EINPROGRESS);
		pair.call.filter = FILTER_NONE;
		other_thread(&pair.call);
		for (unsigned int i = 0; i < SLOTS; i++)
			assert_int_equal(pair.call.errors[i], 0);
		assert_holds(pair.call.spare, 0, 0, 1);
		end(&pair);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_one_write_is_enough),
		cmocka_unit_test(a_write_on_top_of_it_is_not),
		cmocka_unit_test(a_wait_lasts_as_long_as_the_write),
		cmocka_unit_test(who_leaves_inside_it_has_ended_it),
		cmocka_unit_test(earlier_ends_do_not_count),
		cmocka_unit_test(each_slot_ends_by_itself),
		cmocka_unit_test(what_may_not_be_called_changes_nothing),
		cmocka_unit_test(one_that_fails_later_is_asked_for_again),
		cmocka_unit_test(the_same_of_every_slot),
	};

	swap_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
