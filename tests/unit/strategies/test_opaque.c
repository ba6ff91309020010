/* SPDX-License-Identifier: MIT */
/*
 * ringswap.h by what it leaves to strategy.h: which buffer is read, counted
 * and emptied, which slot, which deadline; and words, probes and setups.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "strategies/ringswap.h"
#include "strategies/strategy.h"

#define SOON ringswap_in(20000000)
#define LONG ringswap_in(5000000000)

static struct ringswap *make(const char *strategy, unsigned int slots)
{
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	struct ringswap *r = NULL;

	attr.slots = slots;
	attr.pages = 2;
	attr.page_bytes = 1024;
	assert_int_equal(ringswap_create(strategy, &attr, &r), 0);
	return r;
}

static void put(struct ringswap *r, unsigned int slot, uint64_t n)
{
	for (uint64_t value = 0; value < n; value++)
		assert_int_equal(ringswap_write(r, slot, &value, sizeof(value)),
				 0);
}

/* ---- Which buffer ---- */

static void counts_are_of_the_snapshot(void **state)
{
	struct ringswap *r = make("barrier", 1);
	struct ringswap_counts counts;
	struct ringswap_event event;

	(void)state;
	assert_int_equal(ringswap_enter(r, 0), 0);
	put(r, 0, 400);
	assert_int_equal(ringswap_swap(r, 0, LONG), 0);
	put(r, 0, 3);
	assert_int_equal(ringswap_next(r, 0, &event), 1);
	assert_int_equal(ringswap_counts(r, 0, &counts), 0);
	assert_true(counts.overrun > 0);
	assert_int_equal(counts.read, 1);
	assert_int_equal(counts.unread + counts.read + counts.overrun, 400);
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

/* What nobody read does not come again. */
static void recycled_spare_is_empty(void **state)
{
	struct ringswap *r = make("barrier", 1);
	struct ringswap_counts counts;

	(void)state;
	assert_int_equal(ringswap_enter(r, 0), 0);
	for (int round = 0; round < 3; round++) {
		put(r, 0, 5);
		assert_int_equal(ringswap_swap(r, 0, LONG), 0);
		assert_int_equal(ringswap_counts(r, 0, &counts), 0);
		assert_int_equal(counts.unread, 5);
		assert_int_equal(ringswap_recycle(r, 0), 0);
	}
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

static void every_byte_is_stored(void **state)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz";
	const struct swap_strategy *s;

	(void)state;
	swap_for_each_strategy (s) {
		struct ringswap_event event;
		struct ringswap *r;

		if (!s->sound || !s->swap || ringswap_probe(s->name, NULL, 0))
			continue;
		r = make(s->name, 1);
		assert_int_equal(ringswap_enter(r, 0), 0);
		for (uint32_t n = 1; n < sizeof(text); n++)
			assert_int_equal(ringswap_write(r, 0, text, n), 0);
		assert_int_equal(ringswap_swap(r, 0, UINT64_MAX), 0);
		for (uint32_t n = 1; n < sizeof(text); n++) {
			assert_int_equal(ringswap_next(r, 0, &event), 1);
			assert_int_equal(event.length, n);
			assert_memory_equal(event.payload, text, n);
		}
		assert_int_equal(ringswap_exit(r, 0), 0);
		assert_int_equal(ringswap_destroy(r), 0);
	}
}

/* ---- A writer that stays inside ---- */

struct guest {
	struct ringswap *r;
	unsigned int slot;
	_Atomic int there;
	_Atomic int leave;
	pthread_t thread;
};

static void *stay_inside(void *arg)
{
	struct ringswap_reservation reservation;
	struct guest *guest = arg;

	if (ringswap_enter(guest->r, guest->slot) ||
	    !ringswap_reserve(guest->r, guest->slot, 8, &reservation))
		abort();
	store_release(&guest->there, 1);
	while (!load_acquire(&guest->leave))
		sched_yield();
	ringswap_commit(&reservation);
	if (ringswap_exit(guest->r, guest->slot))
		abort();
	return NULL;
}

static void guest_invite(struct guest *guest)
{
	pthread_create(&guest->thread, NULL, stay_inside, guest);
	while (!load_acquire(&guest->there))
		sched_yield();
}

static void guest_dismiss(struct guest *guest)
{
	store_release(&guest->leave, 1);
	pthread_join(guest->thread, NULL);
}

static void wait_waits_and_try_tries(void **state)
{
	struct guest guest = { .r = make("barrier", 1) };
	uint64_t since;

	(void)state;
	guest_invite(&guest);
	since = sys_now();
	assert_int_equal(ringswap_try_swap(guest.r, 0), -EBUSY);
	assert_true(sys_now() < since + 2000000000);
	since = sys_now();
	assert_int_equal(ringswap_swap(guest.r, 0, SOON), -ETIMEDOUT);
	assert_true(sys_now() >= since + 20000000);
	guest_dismiss(&guest);
	assert_int_equal(ringswap_swap(guest.r, 0, LONG), 0);
	assert_int_equal(ringswap_destroy(guest.r), 0);
}

static void snapshots_are_counted_alone(void **state)
{
	struct guest guest = { .r = make("barrier", 2), .slot = 1 };
	int errors[2];

	(void)state;
	guest_invite(&guest);
	assert_int_equal(ringswap_swap_all(guest.r, SOON, errors), 1);
	assert_int_equal(errors[0], 0);
	assert_int_equal(errors[1], -ETIMEDOUT);
	guest_dismiss(&guest);
	assert_int_equal(ringswap_destroy(guest.r), 0);
}

static void *swap_long(void *arg)
{
	int err;

	do
		err = ringswap_swap(arg, 0, LONG);
	while (err == -EBUSY); /* the other call was first */
	return (void *)(intptr_t)err;
}

static void one_call_is_at_a_slot(void **state)
{
	const struct timespec moment = { .tv_nsec = 5 * 1000000 };
	struct guest guest = { .r = make("barrier", 1) };
	uint64_t until = LONG;
	pthread_t thread;
	int second;
	void *err;

	(void)state;
	guest_invite(&guest);
	pthread_create(&thread, NULL, swap_long, guest.r);
	do { /* Until the other call is there, this one waits in vain. */
		nanosleep(&moment, NULL);
		second = ringswap_swap(guest.r, 0, SOON);
	} while (second == -ETIMEDOUT && sys_now() < until);
	assert_int_equal(second, -EBUSY);
	guest_dismiss(&guest);
	pthread_join(thread, &err);
	assert_int_equal((intptr_t)err, 0);
	assert_int_equal(ringswap_destroy(guest.r), 0);
}

/* ---- Which slot ---- */

static void slot_in_progress_is_settled(void **state)
{
	const struct swap_strategy *s;

	(void)state;
	swap_for_each_strategy (s) {
		struct ringswap_counts counts;
		struct ringswap *r;
		int err;

		if (!s->sound || !s->has_try ||
		    ringswap_probe(s->name, NULL, 0))
			continue;
		r = make(s->name, 3);
		assert_int_equal(ringswap_enter(r, 2), 0);
		put(r, 2, 4);
		err = ringswap_try_swap(r, 2);
		while (err == -EINPROGRESS)
			err = ringswap_settle(r, 2, UINT64_MAX);
		assert_int_equal(err, 0);
		assert_int_equal(ringswap_counts(r, 2, &counts), 0);
		assert_int_equal(counts.unread, 4);
		assert_int_equal(ringswap_settle(r, 2, LONG), -EINVAL);
		assert_int_equal(ringswap_exit(r, 2), 0);
		assert_int_equal(ringswap_destroy(r), 0);
	}
}

/* ---- Words, probes, setups ---- */

static void words_are_those_of_the_pages(void **state)
{
	(void)state;
	assert_string_equal(swap_family_name(SWAP_BARRIER), "barrier");
	assert_string_equal(swap_family_name(SWAP_SAME_CPU), "same-cpu");
	assert_string_equal(swap_family_name(SWAP_LOCK), "lock");
	assert_string_equal(swap_family_name(SWAP_RCU), "rcu");
	assert_string_equal(swap_family_name(SWAP_OTHER), "other");
	assert_string_equal(swap_family_name(SWAP_CONTROL), "control");
	assert_string_equal(swap_shape_name(SWAP_NO_SHAPE), "none");
	assert_string_equal(swap_shape_name(SWAP_REFUSE_FIRST), "refuse-first");
	assert_string_equal(swap_shape_name(SWAP_EXCHANGE_FIRST),
			    "exchange-first");
	assert_string_equal(swap_shape_name(SWAP_EXCLUDE), "exclude");
	assert_string_equal(swap_exclusive_name(SWAP_AT_RETURN), "at return");
	assert_string_equal(swap_exclusive_name(SWAP_AFTER_SETTLE),
			    "after settle");
	assert_string_equal(swap_exclusive_name(SWAP_NEVER), "never");
	assert_string_equal(swap_memory_name(SWAP_MAY_BE_FREED),
			    "may be freed");
	assert_string_equal(swap_memory_name(SWAP_TYPE_STABLE), "type-stable");
	assert_string_equal(swap_promise_name(SWAP_BREAKS_NOTHING), "none");
	for (int i = 1; i < SWAP_PROMISES; i++) {
		const char *name = swap_promise_name((enum swap_promise)i);
		unsigned int number = 0;

		assert_int_equal(sscanf(name, "C%u-", &number), 1);
		assert_int_equal(number, i);
	}
}

static int refuse_here(char *why, size_t size)
{
	strncpy(why, "not here", size);
	return -ENOTSUP;
}

static void probe_is_asked(void **state)
{
	struct swap_strategy other = *swap_find("barrier");
	char why[20] = "of before";

	(void)state;
	assert_int_equal(swap_probe(&other, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	other.probe = refuse_here;
	assert_int_equal(swap_probe(&other, why, sizeof(why)), -ENOTSUP);
	assert_string_equal(why, "not here");
}

static unsigned int setups[2];

static int setup_first(void)
{
	setups[0]++;
	return 0;
}

static int setup_second(void)
{
	setups[1]++;
	return 0;
}

/* One's is not the other's; swap_setup() runs all, again too. */
static void each_is_set_up_for_itself(void **state)
{
	static struct swap_strategy more[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		more[i] = *swap_find("barrier");
		more[i].name = i ? "second" : "first";
		more[i].setup = i ? setup_second : setup_first;
		assert_int_equal(swap_add(&more[i]), 0);
		assert_int_equal(swap_setup_once(&more[i]), 0);
		assert_int_equal(setups[i], 1);
		assert_int_equal(swap_setup_once(&more[i]), 0);
		assert_int_equal(setups[i], 1);
	}
	swap_setup();
	assert_int_equal(setups[0], 2);
	assert_int_equal(setups[1], 2);
}

static unsigned int inits;

/* Of the live ring buffer's second slot, then of the spare's. */
static int refuse_some(struct swap_slot *slot)
{
	(void)slot;
	inits++;
	return inits == 2 || inits == 6 ? -ENOBUFS : 0;
}

/* What the strategy refuses is freed, and once. */
static void refused_slot_leaves_nothing(void **state)
{
	static struct swap_strategy choosy;
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	struct ringswap *r = NULL;

	(void)state;
	choosy = *swap_find("barrier");
	choosy.name = "choosy";
	choosy.slot_init = refuse_some;
	assert_int_equal(swap_add(&choosy), 0);
	attr.slots = 2;
	for (int i = 0; i < 2; i++)
		assert_int_equal(ringswap_create("choosy", &attr, &r),
				 -ENOBUFS);
	assert_null(r);
	assert_int_equal(inits, 6);
}

static size_t address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	size_t pages = 0;

	if (!file || fscanf(file, "%zu", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Both ring buffers go: what stays would still be found by a fork. */
static void destroyed_leaves_no_memory(void **state)
{
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	struct ringswap *r;
	size_t before = 0;

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(RB_HAVE_TSAN)
	skip(); /* a sanitizer keeps what is freed for a while */
#endif
	attr.pages = 256;
	attr.page_bytes = 65536;
	for (int i = 0; i < 20; i++) {
		if (i == 4) /* an allocator keeps what it has once had */
			before = address_space();
		assert_int_equal(ringswap_create("barrier", &attr, &r), 0);
		assert_int_equal(ringswap_destroy(r), 0);
	}
	if (!before)
		skip();
	assert_true(address_space() < before + 4 * 16777216);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_of_the_snapshot),
		cmocka_unit_test(recycled_spare_is_empty),
		cmocka_unit_test(every_byte_is_stored),
		cmocka_unit_test(wait_waits_and_try_tries),
		cmocka_unit_test(snapshots_are_counted_alone),
		cmocka_unit_test(one_call_is_at_a_slot),
		cmocka_unit_test(slot_in_progress_is_settled),
		cmocka_unit_test(words_are_those_of_the_pages),
		cmocka_unit_test(probe_is_asked),
		cmocka_unit_test(each_is_set_up_for_itself),
		cmocka_unit_test(refused_slot_leaves_nothing),
		cmocka_unit_test(destroyed_leaves_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
