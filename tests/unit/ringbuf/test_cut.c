/* SPDX-License-Identifier: MIT */
/* Recovery's cut: what is before it, what behind it, and the reader's place. */
#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define PER_PAGE ((PAGE - RB_PAGE_HEADER) / 16)

/* Of a handler's events, those that go round the ring before a lap is refused. */
static uint32_t handler_room(struct rb_slot *slot)
{
	uint32_t n = 0;

	section_open(slot);
	while (put_number(slot, n))
		n++;
	section_close(slot);
	return n;
}

static void assert_goes_round(struct rb_slot *slot, uint32_t n)
{
	struct numbers got = { .n = 0 };

	for (uint32_t i = 0; i < n; i++)
		assert_true(put_number(slot, i));
	assert_int_equal(counts_of(slot).entries, n);
	assert_int_equal(rb_consume(slot, 999, take_number, &got), n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(got.got[i], i);
}

/* The handlers on top of it have crossed: their pages are unopened again. */
static void pages_behind_the_cut_are_as_new(void **state)
{
	const enum rb_mode modes[] = { RB_OVERWRITE, RB_PRODUCE_CONSUME };
	struct rb_write w;

	(void)state;
	for (int m = 0; m < 2; m++) {
		struct rb *rb = make(modes[m], RB_STAMP_NONE, 4, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct numbers got = { .n = 0 };
		uint32_t before = m ? 3 : 0;

		assert_goes_round(slot, 4 * PER_PAGE); /* all were used */
		for (uint32_t i = 0; i < 3; i++)
			assert_true(put_number(slot, i));
		assert_non_null(open_event(slot, 8, &w));
		for (uint32_t i = 0; i < 2 * PER_PAGE; i++)
			assert_true(put_number(slot, i));
		end_and_recover(slot);
		assert_int_equal(counts_of(slot).entries, before);
		assert_int_equal(counts_of(slot).lost,
				 4 + 2 * PER_PAGE - before);
		for (uint32_t i = 1; i < 3; i++) {
			struct rb_page *page =
				(struct rb_page *)(void *)(rb_slot_active(slot)
								   ->pages +
							   i * PAGE);

			assert_int_equal(load_relaxed(&page->write),
					 load_relaxed(&page->left));
			assert_int_equal(load_relaxed(&page->write),
					 load_relaxed(&page->commit));
		}
		assert_int_equal(rb_consume(slot, 9, take_number, &got),
				 before);
		assert_goes_round(slot, 4 * PER_PAGE - before - 1);
		rb_destroy(rb);
	}
}

/* Handlers crossed and left the commit page behind; a reader has passed it. */
static void commit_page_may_be_behind_the_reader(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_write w;

	(void)state;
	assert_non_null(open_event(slot, 4, &w));
	for (uint32_t i = 0; i < 2 * PER_PAGE; i++)
		assert_true(put_number(slot, i));
	close_event(slot, &w);
	assert_int_equal(rb_consume(slot, 999, take_number, &got),
			 2 * PER_PAGE + 1);
	assert_non_null(open_event(slot, 8, &w));
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, 1);
	assert_int_equal(counts_of(slot).entries, 0);
	assert_int_equal(handler_room(slot), 4 * PER_PAGE);
	assert_int_equal(counts_of(slot).entries, 4 * PER_PAGE);
	rb_destroy(rb);
}

static void readers_place_before_the_cut_stays(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_write w;

	(void)state;
	for (uint32_t i = 0; i < 2 * PER_PAGE + 3; i++)
		assert_true(put_number(slot, i));
	assert_int_equal(rb_consume(slot, 4, take_number, &got), 4);
	assert_non_null(open_event(slot, 8, &w));
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).entries, 2 * PER_PAGE - 4);
	assert_int_equal(counts_of(slot).lost, 4);
	assert_int_equal(rb_consume(slot, 999, take_number, &got),
			 2 * PER_PAGE - 4);
	for (uint32_t i = 0; i < 2 * PER_PAGE; i++)
		assert_int_equal(got.got[i], i);
	rb_destroy(rb);
}

static void discards_behind_the_cut_are_forgotten(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_write w;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		assert_true(put_number(slot, i));
	assert_non_null(open_event(slot, 8, &w));
	rb_discard(&w);
	section_close(slot);
	assert_non_null(open_event(slot, 8, &w));
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).lost, 4);
	assert_goes_round(slot, PER_PAGE);
	rb_destroy(rb);
}

/* Of an old page, whose events have a time extend each. */
static void extends_of_discards_are_given_back(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_CLOCK, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_page *page =
		(struct rb_page *)(void *)rb_slot_active(slot)->pages;
	struct rb_write w;

	(void)state;
	store_relaxed(&page->time_stamp, rb_clock_ns() - (UINT64_C(7) << 32));
	assert_true(put_number(slot, 1));
	assert_non_null(open_event(slot, 8, &w));
	rb_discard(&w);
	section_close(slot);
	assert_non_null(open_event(slot, 8, &w));
	end_and_recover(slot);
	assert_int_equal(counts_of(slot).entries, 1);
	assert_int_equal(counts_of(slot).bytes, 24);
	rb_destroy(rb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_behind_the_cut_are_as_new),
		cmocka_unit_test(commit_page_may_be_behind_the_reader),
		cmocka_unit_test(readers_place_before_the_cut_stays),
		cmocka_unit_test(discards_behind_the_cut_are_forgotten),
		cmocka_unit_test(extends_of_discards_are_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
