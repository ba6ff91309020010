/* SPDX-License-Identifier: MIT */
/*
 * Places between two instructions that take two interruptions and three pages:
 * the halves of a write are called apart, and what comes between them is
 * written out.
 */
#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define CAPACITY (PAGE - RB_PAGE_HEADER)
#define PER_PAGE (CAPACITY / 16)
#define EVENT	 16u /* bytes of put_number()'s */

static const enum rb_mode modes[] = { RB_OVERWRITE, RB_PRODUCE_CONSUME };

static struct rb_page *tail_of(struct rb_cpu *cpu)
{
	return rb_page_of(load_relaxed(&cpu->tail));
}

/* The first half of a write whose event does not fit its page. */
struct overflow {
	struct rb_page *page;
	uint64_t found, added;
	uint32_t len;
};

static struct overflow overflow(struct rb_slot *slot, struct rb_page *page,
				uint32_t len)
{
	struct overflow o = { .page = page,
			      .added = RB_ONE_EVENT + len,
			      .len = len };

	section_open(slot);
	o.found = local_fetch_add(&page->write, o.added);
	assert_true(rb_word_bytes(o.found) + len > CAPACITY);
	return o;
}

/* The second half; true: the caller would reserve again, and does not. */
static bool overflow_ends(struct rb_slot *slot, const struct overflow *o)
{
	bool again = rb_reserve_slow(slot, rb_slot_active(slot), o->page,
				     o->found, o->added, o->len);

	section_close(slot);
	return again;
}

static void fill_page(struct rb_slot *slot, uint32_t *number)
{
	for (uint32_t i = 0; i < PER_PAGE; i++)
		assert_true(put_number(slot, (*number)++));
}

/* A reader that goes on reading where it was; numbers follow each other. */
static int follow(const struct rb_event *event, void *arg)
{
	uint32_t *next = arg, number;

	memcpy(&number, event->payload, sizeof(number));
	assert_int_equal(number, *next);
	(*next)++;
	return 0;
}

static void read_all(struct rb_slot *slot, uint32_t *next)
{
	while (rb_consume(slot, 7, follow, next) > 0)
		;
}

/*
 * A writer holds the address of a page, overflows it behind a handler that has
 * crossed, and is interrupted by handlers and a reader that go once round the
 * ring: the page is the tail again, and not the one it overflowed.
 */
static void page_that_came_round_is_another_one(void **state)
{
	(void)state;
	for (uint32_t subbufs = 2; subbufs <= 4; subbufs++) {
		struct rb *rb =
			make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, subbufs, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		struct rb_page *page = tail_of(cpu);
		uint32_t number = 0, next = 0;
		struct overflow o;

		fill_page(slot, &number);
		assert_true(put_number(slot, number++)); /* crosses */
		o = overflow(slot, page, EVENT);
		while (read_all(slot, &next), tail_of(cpu) != page)
			assert_true(put_number(slot, number++));
		assert_true(put_number(slot, number++));
		assert_true(overflow_ends(slot, &o));
		assert_ptr_equal(tail_of(cpu), page); /* it has room */
		fill_page(slot, &number);
		assert_whole(cpu);
		read_all(slot, &next);
		assert_int_equal(next, number);
		rb_destroy(rb);
	}
}

/* Its space cannot be taken back, and nobody else counts it. */
static void too_big_is_counted_where_a_handler_crossed(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct rb *rb = make(modes[i], RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		uint32_t number = 0, next = 0;
		struct rb_page *page = tail_of(cpu);
		struct overflow o;

		assert_true(put_number(slot, number++));
		o = overflow(slot, page, PAGE);
		assert_true(put_number(slot, number++)); /* crosses */
		assert_ptr_not_equal(tail_of(cpu), page);
		assert_false(overflow_ends(slot, &o));
		assert_int_equal(rb_drops(slot, RB_DROP_TOO_BIG), 1);
		assert_whole(cpu);
		read_all(slot, &next);
		assert_int_equal(next, number);
		/* Alone it leaves no trace. */
		o = overflow(slot, tail_of(cpu), PAGE);
		assert_false(overflow_ends(slot, &o));
		assert_int_equal(rb_drops(slot, RB_DROP_TOO_BIG), 2);
		assert_true(put_number(slot, number++));
		read_all(slot, &next);
		assert_int_equal(next, number);
		rb_destroy(rb);
	}
}

/* Two overflow one page: the handler's is refused, and its space is the
 * writer's no more than its own. */
static void refused_handler_takes_back_its_own(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	uint32_t number = 0, next = 0;
	struct overflow o;

	(void)state;
	fill_page(slot, &number);
	fill_page(slot, &number);
	o = overflow(slot, tail_of(cpu), EVENT);
	assert_false(put_number(slot, 9999)); /* full, in a handler */
	read_all(slot, &next);
	assert_int_equal(next, number);
	assert_true(put_number(slot, number++)); /* crosses, behind o */
	assert_true(overflow_ends(slot, &o));
	assert_int_equal(rb_drops(slot, RB_DROP_FULL), 1);
	assert_whole(cpu);
	read_all(slot, &next);
	assert_int_equal(next, number);
	rb_destroy(rb);
}

/* Full of events that may be read, or full up to one that is open. */
static void full_and_commit_overrun_are_told_apart(void **state)
{
	for (unsigned int open_at = 0; open_at < 3; open_at++) {
		struct rb *rb =
			make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		enum rb_drop want = open_at ? RB_DROP_FULL
					    : RB_DROP_COMMIT_OVERRUN;
		struct rb_write w;

		(void)state;
		for (uint32_t i = 0; i < 3 * PER_PAGE; i++)
			if (i == open_at * PER_PAGE)
				assert_non_null(open_event(slot, 8, &w));
			else
				assert_true(put_number(slot, i));
		assert_false(put_number(slot, 9999));
		assert_int_equal(rb_drops(slot, want), 1);
		close_event(slot, &w);
		assert_whole(rb_slot_active(slot));
		assert_false(put_number(slot, 9999));
		assert_int_equal(rb_drops(slot, RB_DROP_FULL), open_at ? 2 : 1);
		rb_destroy(rb);
	}
}

/* What was lost stays counted, whoever moves the head next. */
static void reading_keeps_what_was_lost(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	uint32_t number = 0;

	(void)state;
	for (uint32_t round = 1; round < 40; round++) {
		uint32_t next = number, before = number;
		struct rb_counts counts;

		for (uint32_t i = 0; i < 4 + round % 3; i++)
			fill_page(slot, &number);
		rb_counts(cpu, &counts);
		next = number - (uint32_t)counts.entries;
		assert_true(next >= before);
		rb_consume(slot, PER_PAGE + round, follow, &next);
		assert_int_equal(rb_overrun(cpu), counts.overrun);
		assert_int_equal(rb_pages_lost(cpu), counts.pages_lost);
		read_all(slot, &next);
		assert_int_equal(next, number);
		assert_int_equal(rb_overrun(cpu), counts.overrun);
		assert_int_equal(rb_pages_lost(cpu), counts.pages_lost);
		assert_int_equal(counts.entries + counts.read + counts.overrun,
				 number);
	}
	rb_destroy(rb);
}

/* A length that the page has bytes for, and what is left of it has not. */
static void event_ends_where_writing_ended(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct rb *rb = make(modes[i], RB_STAMP_NONE, 2, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		uint64_t *third =
			(uint64_t *)(void *)(tail_of(cpu)->data + 2 * EVENT);
		uint32_t next = 0;

		for (uint32_t n = 0; n < 4; n++)
			assert_true(put_number(slot, n));
		*third = rb_event_header(RB_TYPE_DATA, 3 * EVENT - 8, 0);
		assert_int_equal(rb_walk(cpu, follow, &next), -EUCLEAN);
		assert_int_equal(next, 2);
		rb_destroy(rb);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_that_came_round_is_another_one),
		cmocka_unit_test(too_big_is_counted_where_a_handler_crossed),
		cmocka_unit_test(refused_handler_takes_back_its_own),
		cmocka_unit_test(full_and_commit_overrun_are_told_apart),
		cmocka_unit_test(reading_keeps_what_was_lost),
		cmocka_unit_test(event_ends_where_writing_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
