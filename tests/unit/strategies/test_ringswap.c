/* SPDX-License-Identifier: MIT */
/* ringswap.h as an application meets it: every strategy by its name. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "strategies/ringswap.h"
#include "strategies/strategy.h"

#define SOON   ringswap_in(1000000000)
#define EVENTS 1000u

static struct ringswap *make(const char *strategy, unsigned int slots)
{
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	struct ringswap *r = NULL;

	attr.slots = slots;
	assert_int_equal(ringswap_create(strategy, &attr, &r), 0);
	return r;
}

static void put(struct ringswap *r, unsigned int slot, uint64_t value)
{
	assert_int_equal(ringswap_write(r, slot, &value, sizeof(value)), 0);
}

/* Read the snapshot: values from first on, nothing else. How many. */
static unsigned int take_from(struct ringswap *r, unsigned int slot,
			      uint64_t first)
{
	struct ringswap_event event;
	unsigned int n = 0;
	int more;

	while ((more = ringswap_next(r, slot, &event)) == 1) {
		assert_int_equal(event.length, sizeof(first));
		assert_int_equal(*(const uint64_t *)event.payload, first + n);
		n++;
	}
	assert_int_equal(more, 0);
	return n;
}

/* A writer of its own thread, since a swapper may have to interrupt it. */
struct writer {
	struct ringswap *r;
	_Atomic int stop;
	uint64_t stored;
	uint64_t refused;
};

static void *write_on(void *arg)
{
	struct writer *w = arg;
	int err;

	do
		err = ringswap_enter(w->r, 0);
	while (err == -EAGAIN);
	while (!err && !load_relaxed(&w->stop)) {
		uint64_t next = w->stored;
		int full = ringswap_write(w->r, 0, &next, sizeof(next));

		if (full && full != -ENOBUFS)
			err = full;
		w->stored += !full;
		w->refused += full == -ENOBUFS;
	}
	if (!err)
		err = ringswap_exit(w->r, 0);
	return (void *)(intptr_t)err;
}

static uint64_t all_drops(struct ringswap *r)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; ringswap_drop_name(i); i++)
		sum += ringswap_drops(r, 0, i);
	return sum;
}

static int swap_to_the_end(struct ringswap *r, int how)
{
	int err = how % 2 ? ringswap_try_swap(r, 0) : ringswap_swap(r, 0, SOON);

	while (err == -EINPROGRESS)
		err = ringswap_settle(r, 0, SOON);
	return err;
}

/* Events that snapshots hold, and what they have overwritten. */
static uint64_t snapshot_events(struct ringswap *r, uint64_t *next)
{
	struct ringswap_counts counts;
	struct ringswap_event event;
	uint64_t n = 0;

	assert_int_equal(ringswap_counts(r, 0, &counts), 0);
	while (ringswap_next(r, 0, &event) == 1) {
		uint64_t value = *(const uint64_t *)event.payload;

		assert_true(value >= *next);
		*next = value + 1;
		n++;
	}
	assert_int_equal(n, counts.unread);
	assert_int_equal(ringswap_counts(r, 0, &counts), 0);
	assert_int_equal(counts.unread, 0);
	assert_int_equal(counts.read, n);
	return n + counts.overrun;
}

static void books_balance_for(const char *name)
{
	struct writer w = { .r = make(name, 1) };
	uint64_t seen = 0, next = 0;
	unsigned int taken = 0;
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, write_on, &w);
	for (int i = 0; i < 200; i++) {
		if (swap_to_the_end(w.r, i))
			continue;
		taken++;
		seen += snapshot_events(w.r, &next);
		assert_int_equal(ringswap_recycle(w.r, 0), 0);
	}
	store_relaxed(&w.stop, 1);
	pthread_join(thread, &result);
	assert_null(result);
	assert_true(taken > 0);
	assert_int_equal(swap_to_the_end(w.r, 0), 0);
	seen += snapshot_events(w.r, &next);
	assert_int_equal(seen, w.stored);
	assert_int_equal(all_drops(w.r), w.refused);
	assert_int_equal(ringswap_destroy(w.r), 0);
}

static void every_sound_strategy_keeps_every_event(void **state)
{
	const char *name;
	char why[128];

	(void)state;
	for (unsigned int i = 0; (name = ringswap_strategy(i)); i++)
		if (!strcmp(ringswap_trait(name, "sound"), "yes") &&
		    !strcmp(ringswap_trait(name, "swaps"), "yes") &&
		    !ringswap_probe(name, why, sizeof(why)))
			books_balance_for(name);
}

static void two_steps_write_without_a_copy(void **state)
{
	struct ringswap_reservation outer, inner;
	struct ringswap *r = make("barrier", 1);
	uint64_t *at;

	(void)state;
	assert_int_equal(ringswap_enter(r, 0), 0);
	at = ringswap_reserve(r, 0, sizeof(*at), &outer);
	assert_non_null(at);
	*at = 0;
	/* as a handler would, on top of the open one */
	at = ringswap_reserve(r, 0, sizeof(*at), &inner);
	assert_non_null(at);
	*at = 1;
	ringswap_commit(&inner);
	assert_int_equal(ringswap_try_swap(r, 0), -EBUSY);
	ringswap_commit(&outer);
	assert_non_null(ringswap_reserve(r, 0, sizeof(*at), &outer));
	ringswap_discard(&outer);
	put(r, 0, 2);
	assert_int_equal(ringswap_try_swap(r, 0), 0);
	assert_int_equal(take_from(r, 0, 0), 3);
	assert_null(
		ringswap_reserve(r, 0, ringswap_payload_max(r) + 16, &outer));
	assert_null(ringswap_reserve(r, 1, 8, &outer));
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

static void a_snapshot_stays_until_it_is_recycled(void **state)
{
	struct ringswap *r = make("barrier", 1);
	struct ringswap_counts counts;
	struct ringswap_event event;

	(void)state;
	assert_int_equal(ringswap_enter(r, 0), 0);
	assert_int_equal(ringswap_next(r, 0, &event), -EINVAL);
	assert_int_equal(ringswap_counts(r, 0, &counts), -EINVAL);
	assert_int_equal(ringswap_recycle(r, 0), -EINVAL);
	assert_int_equal(ringswap_settle(r, 0, SOON), -EINVAL);
	put(r, 0, 7);
	assert_int_equal(ringswap_swap(r, 0, SOON), 0);
	put(r, 0, 8);
	/* unread, and read: what was live must not come back as live */
	assert_int_equal(ringswap_swap(r, 0, SOON), -EBUSY);
	assert_int_equal(take_from(r, 0, 7), 1);
	assert_int_equal(ringswap_try_swap(r, 0), -EBUSY);
	assert_int_equal(ringswap_recycle(r, 0), 0);
	assert_int_equal(ringswap_next(r, 0, &event), -EINVAL);
	assert_int_equal(ringswap_swap(r, 0, SOON), 0);
	assert_int_equal(take_from(r, 0, 8), 1);
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

/* Every slot at once; the second time one of them holds its snapshot. */
static void all_slots_for(const char *name)
{
	struct ringswap *r = make(name, 3);
	int errors[3];

	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(ringswap_enter(r, i), 0);
		put(r, i, i * EVENTS);
	}
	assert_int_equal(ringswap_swap_all(r, SOON, errors), 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(errors[i], 0);
		assert_int_equal(take_from(r, i, i * EVENTS), 1);
		put(r, i, i * EVENTS + 1);
		if (i != 1)
			assert_int_equal(ringswap_recycle(r, i), 0);
	}
	assert_int_equal(ringswap_swap_all(r, SOON, errors), 2);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(errors[i], i == 1 ? -EBUSY : 0);
		if (i != 1)
			assert_int_equal(take_from(r, i, i * EVENTS + 1), 1);
		assert_int_equal(ringswap_exit(r, i), 0);
	}
	assert_int_equal(ringswap_destroy(r), 0);
}

static void all_slots_swap_and_one_holds_up_none(void **state)
{
	(void)state;
	all_slots_for("barrier");
	all_slots_for("ipi-signal");
	all_slots_for("global-lock");
}

static void drops_are_counted_by_cause(void **state)
{
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	struct ringswap *r;
	unsigned int full = 0;
	uint64_t lost = 0;

	(void)state;
	attr.mode = RINGSWAP_PRODUCE_CONSUME;
	attr.pages = 2;
	assert_int_equal(ringswap_create("barrier", &attr, &r), 0);
	assert_int_equal(ringswap_enter(r, 0), 0);
	for (uint64_t i = 0; i < EVENTS; i++)
		lost += ringswap_write(r, 0, &i, sizeof(i)) == -ENOBUFS;
	while (strcmp(ringswap_drop_name(full), "full") != 0)
		full++;
	assert_true(lost > 0);
	assert_int_equal(ringswap_drops(r, 0, full), lost);
	assert_int_equal(all_drops(r), lost);
	assert_int_equal(ringswap_drops(r, 1, full), 0);
	assert_int_equal(ringswap_drops(r, 0, 1000), 0);
	assert_null(ringswap_drop_name(1000));
	assert_int_equal(ringswap_swap(r, 0, SOON), 0);
	assert_int_equal(take_from(r, 0, 0), EVENTS - lost);
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

static void stamps_never_go_back(void **state)
{
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	uint64_t before = ringswap_in(0), last = before;
	struct ringswap_event event;
	struct ringswap *r;

	(void)state;
	attr.stamp = RINGSWAP_STAMP_CLOCK;
	assert_int_equal(ringswap_create("barrier", &attr, &r), 0);
	assert_int_equal(ringswap_enter(r, 0), 0);
	put(r, 0, 1);
	put(r, 0, 2);
	assert_int_equal(ringswap_swap(r, 0, SOON), 0);
	while (ringswap_next(r, 0, &event) == 1) {
		assert_true(event.time_stamp >= last);
		last = event.time_stamp;
	}
	assert_true(last > before && last <= ringswap_in(0));
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

static void mistakes_are_refused(void **state)
{
	struct ringswap_attr attr = RINGSWAP_ATTR_INIT;
	struct ringswap *r = NULL;
	char why[64];

	(void)state;
	assert_int_equal(ringswap_create("no-such", NULL, &r), -ENOENT);
	assert_int_equal(ringswap_create(NULL, NULL, &r), -ENOENT);
	assert_int_equal(ringswap_probe("no-such", why, sizeof(why)), -ENOENT);
	attr.pages = 1;
	assert_int_equal(ringswap_create("barrier", &attr, &r), -EINVAL);
	attr.pages = 16;
	attr.size += 8;
	assert_int_equal(ringswap_create("barrier", &attr, &r), -EINVAL);
	assert_null(r);
	assert_int_equal(ringswap_destroy(NULL), 0);

	assert_int_equal(ringswap_create("unsync", NULL, &r), 0);
	assert_int_equal(ringswap_swap(r, 0, SOON), -EOPNOTSUPP);
	assert_int_equal(ringswap_enter(r, 1), -EINVAL);
	assert_int_equal(ringswap_exit(r, 0), -EINVAL);
	assert_int_equal(ringswap_write(r, 1, why, 8), -EINVAL);
	assert_int_equal(ringswap_swap(r, 1, SOON), -EINVAL);
	assert_int_equal(ringswap_try_swap(r, 1), -EINVAL);
	assert_int_equal(ringswap_enter(r, 0), 0);
	assert_int_equal(ringswap_enter(r, 0), -EBUSY);
	assert_int_equal(
		ringswap_write(r, 0, why, ringswap_payload_max(r) + 16),
		-EMSGSIZE);
	assert_int_equal(ringswap_destroy(r), -EBUSY);
	assert_int_equal(ringswap_exit(r, 0), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

static void strategies_say_their_traits(void **state)
{
	const char *name, *trait;
	unsigned int questions = 0;

	(void)state;
	for (unsigned int i = 0; (name = ringswap_strategy(i)); i++)
		for (unsigned int j = 0; (trait = ringswap_trait_name(j));
		     j++) {
			const char *word = ringswap_trait(name, trait);

			assert_non_null(word);
			questions += !strcmp(word, "yes");
		}
	assert_true(questions > 0);
	assert_string_equal(ringswap_trait("barrier", "writer-pays"),
			    "full barrier");
	assert_string_equal(ringswap_trait("barrier", "bounded"), "yes");
	assert_string_equal(ringswap_trait("barrier", "pinned-writer"), "no");
	assert_string_equal(ringswap_trait("unsync", "swaps"), "no");
	assert_string_equal(ringswap_trait("racy", "breaks"), "C1-exclusive");
	assert_null(ringswap_trait("barrier", "colour"));
	assert_null(ringswap_trait("no-such", "sound"));
	assert_true(strchr(ringswap_version(), '.') != NULL);
}

static unsigned int setups;
static int setup_result;

static int count_setup(void)
{
	setups++;
	return setup_result;
}

/* Once where it succeeds; again where it did not. */
static void setup_runs_where_it_is_used(void **state)
{
	static struct swap_strategy counted;
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	(void)state;
	counted = *swap_find("barrier");
	counted.setup = count_setup;
	setup_result = -EPERM;
	assert_int_equal(swap_setup_once(&counted), -EPERM);
	setup_result = 0;
	assert_int_equal(swap_rb_create(&counted, attr, &rb), 0);
	assert_int_equal(setups, 2);
	rb_destroy(rb);
	assert_int_equal(swap_setup_once(&counted), 0);
	assert_int_equal(setups, 2);
}

/* The last test: what is added stays. */
static void strategies_can_be_added(void **state)
{
	static struct swap_strategy more[SWAP_ADDED_MAX + 1];
	static char names[SWAP_ADDED_MAX + 1][16];
	struct ringswap *r;

	(void)state;
	assert_int_equal(swap_add(swap_find("barrier")), -EEXIST);
	for (unsigned int i = 0; i <= SWAP_ADDED_MAX; i++) {
		more[i] = *swap_find("barrier");
		snprintf(names[i], sizeof(names[i]), "added-%u", i);
		more[i].name = names[i];
		assert_int_equal(swap_add(&more[i]),
				 i < SWAP_ADDED_MAX ? 0 : -ENOSPC);
	}
	assert_int_equal(swap_add(&more[0]), -EEXIST);
	assert_ptr_equal(swap_find("added-7"), &more[7]);
	assert_int_equal(ringswap_create("added-7", NULL, &r), 0);
	assert_int_equal(ringswap_destroy(r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setup_runs_where_it_is_used),
		cmocka_unit_test(every_sound_strategy_keeps_every_event),
		cmocka_unit_test(two_steps_write_without_a_copy),
		cmocka_unit_test(a_snapshot_stays_until_it_is_recycled),
		cmocka_unit_test(all_slots_swap_and_one_holds_up_none),
		cmocka_unit_test(drops_are_counted_by_cause),
		cmocka_unit_test(stamps_never_go_back),
		cmocka_unit_test(mistakes_are_refused),
		cmocka_unit_test(strategies_say_their_traits),
		cmocka_unit_test(strategies_can_be_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
