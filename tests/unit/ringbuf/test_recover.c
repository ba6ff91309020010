/* SPDX-License-Identifier: MIT */
/* A writer that ends inside a write: by example. */
#include <pthread.h>

#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define PER_PAGE ((PAGE - RB_PAGE_HEADER) / 16)

/* Overwrite mode cannot tell the open event from those of its page. */
static void overwrite_loses_the_sub_buffer_of_the_open_event(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_write w;

	(void)state;
	for (uint32_t i = 0; i < 2 * PER_PAGE + 3; i++)
		assert_true(put_number(slot, i));
	assert_non_null(open_event(slot, 8, &w));
	assert_true(put_number(slot, 9999)); /* of a handler */
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, 5);
	assert_int_equal(counts_of(slot).entries, 2 * PER_PAGE);
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, 5);
	assert_true(put_number(slot, 7));
	assert_int_equal(rb_consume(slot, 999, take_number, &got),
			 2 * PER_PAGE + 1);
	assert_int_equal(got.got[2 * PER_PAGE - 1], 2 * PER_PAGE - 1);
	assert_int_equal(got.got[2 * PER_PAGE], 7);
	assert_int_equal(rb_reset(slot), 0);
	assert_int_equal(counts_of(slot).lost, 0);
	rb_destroy(rb);
}

static void produce_consume_loses_what_was_not_published(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_write w, discarded;

	(void)state;
	for (uint32_t i = 0; i < PER_PAGE + 3; i++)
		assert_true(put_number(slot, i));
	assert_non_null(open_event(slot, 8, &w));
	rb_discard(&w); /* published with the others, and no event */
	section_close(slot);
	assert_non_null(open_event(slot, 8, &w));
	for (uint32_t i = 0; i < PER_PAGE; i++) /* of handlers */
		assert_true(put_number(slot, 9999));
	assert_non_null(open_event(slot, 8, &discarded));
	rb_discard(&discarded);
	section_close(slot);
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, PER_PAGE + 1);
	assert_int_equal(counts_of(slot).entries, PER_PAGE + 3);
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, PER_PAGE + 1);
	assert_true(put_number(slot, 7));
	assert_int_equal(rb_consume(slot, 999, take_number, &got),
			 PER_PAGE + 4);
	assert_int_equal(got.got[PER_PAGE + 2], PER_PAGE + 2);
	assert_int_equal(got.got[PER_PAGE + 3], 7);
	rb_destroy(rb);
}

/* What was read of a sub-buffer is not lost with it. */
static void read_events_are_not_lost(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_write w;

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		assert_true(put_number(slot, i));
	assert_int_equal(rb_consume(slot, 4, take_number, &got), 4);
	assert_non_null(open_event(slot, 8, &w));
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, 7);
	assert_int_equal(counts_of(slot).read, 4);
	assert_int_equal(counts_of(slot).entries, 0);
	assert_true(put_number(slot, 7));
	assert_int_equal(rb_consume(slot, 9, take_number, &got), 1);
	assert_int_equal(got.got[4], 7);
	rb_destroy(rb);
}

/* ---- A reader that goes on reading meanwhile ---- */

struct following {
	struct rb_slot *slot;
	_Atomic int stop;
	uint32_t next;
	uint64_t events;
};

/* Numbers that were never published are odd. */
static int follow(const struct rb_event *event, void *arg)
{
	struct following *reader = arg;
	uint32_t number;

	assert_int_equal(event->length, sizeof(number));
	memcpy(&number, event->payload, sizeof(number));
	assert_int_equal(number % 2, 0);
	assert_true(number >= reader->next);
	reader->next = number;
	reader->events++;
	return 0;
}

static void *follow_all(void *arg)
{
	struct following *reader = arg;

	while (!load_acquire(&reader->stop))
		assert_true(rb_consume(reader->slot, 7, follow, reader) >= 0);
	return NULL;
}

#ifdef RB_HAVE_TSAN
#define ENDS 2000u
#else
#define ENDS 30000u
#endif

/* A burst of events, then one that stays open under those of handlers. */
static uint64_t write_and_end(struct rb_slot *slot, uint32_t number,
			      uint32_t burst)
{
	struct rb_write w;
	uint64_t stored = 0;
	unsigned char *at;

	for (uint32_t i = 0; i < burst; i++)
		stored += put_number(slot, number);
	at = open_event(slot, sizeof(number), &w);
	for (uint32_t i = 0; at && i < burst * 2; i++)
		put_number(slot, number + 1);
	end_and_recover(slot);
	return stored;
}

static void live_reader_goes_on_beside_a_recovery(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 3, PAGE);
	struct following reader = { .slot = rb_slot(rb, 0) };
	uint64_t stored = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, follow_all, &reader), 0);
	for (uint32_t i = 0; i < ENDS; i++)
		stored += write_and_end(reader.slot, 2 * i, 1 + i % 41);
	store_release(&reader.stop, 1);
	pthread_join(thread, NULL);
	while (rb_consume(reader.slot, 99, follow, &reader) > 0)
		;
	assert_int_equal(reader.events, stored);
	assert_int_equal(counts_of(reader.slot).read, stored);
	assert_true(counts_of(reader.slot).lost > 0);
	rb_destroy(rb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			overwrite_loses_the_sub_buffer_of_the_open_event),
		cmocka_unit_test(produce_consume_loses_what_was_not_published),
		cmocka_unit_test(read_events_are_not_lost),
		cmocka_unit_test(live_reader_goes_on_beside_a_recovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
