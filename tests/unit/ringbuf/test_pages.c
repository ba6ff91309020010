/* SPDX-License-Identifier: MIT */
/*
 * The pages of the core as their format says they are, and the slow path as it
 * goes when handlers came between its steps: those are played here by calling
 * one step after the other.
 */
#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define HEADER	 ((uint32_t)sizeof(struct rb_page))
#define CAPACITY (PAGE - HEADER)
#define PER_PAGE (CAPACITY / 16) /* events of one number */

static struct rb_page *page_at(struct rb_cpu *cpu, uint32_t index)
{
	return (struct rb_page *)(void *)(cpu->pages + (size_t)index * PAGE);
}

static uint64_t header_at(struct rb_page *page, uint32_t offset)
{
	return *(uint64_t *)(void *)(page->data + offset);
}

static void put_many(struct rb_slot *slot, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_true(put_number(slot, i));
}

/* ---- What the format says ---- */

static void unused_end_of_a_page_is_padding(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	uint32_t used = 8 + 600;

	(void)state;
	assert_true(put(slot, 600, 1));
	assert_true(put(slot, 600, 2));
	assert_int_equal(rb_word_bytes(load_relaxed(&page_at(cpu, 0)->left)),
			 used);
	assert_int_equal(
		header_at(page_at(cpu, 0), used),
		rb_event_header(RB_TYPE_PADDING, CAPACITY - used - 8, 0));
	rb_destroy(rb);
}

static void opened_page_has_the_stamp_of_its_opening(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_CLOCK, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	uint64_t since = rb_clock_ns();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 3; i++) {
			struct rb_page *next = page_at(cpu, (i + 1) % 3);

			store_relaxed(&next->time_stamp, 1);
			put_many(slot, PER_PAGE + (round + i == 0));
			assert_ptr_equal(rb_page_of(load_relaxed(&cpu->tail)),
					 next);
			assert_true(load_relaxed(&next->time_stamp) >= since);
		}
	}
	rb_destroy(rb);
}

static void discards_are_of_one_life_of_a_page(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_counts counts;
	struct rb_write w;

	(void)state;
	assert_non_null(open_event(slot, 8, &w));
	rb_discard(&w);
	section_close(slot);
	assert_int_equal(rb_reset(slot), 0);
	assert_true(put_number(slot, 1));
	rb_counts(rb_slot_active(slot), &counts);
	assert_int_equal(counts.entries, 1);
	assert_int_equal(counts.bytes, 16);
	rb_destroy(rb);
}

/* Every page, the last one too; a page of before would be found full. */
static void reset_reaches_every_page(void **state)
{
	const enum rb_mode modes[] = { RB_OVERWRITE, RB_PRODUCE_CONSUME };

	(void)state;
	for (int m = 0; m < 2; m++) {
		struct rb *rb = make(modes[m], RB_STAMP_NONE, 4, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		struct numbers got = { .n = 0 };

		put_many(slot, 4 * PER_PAGE);
		assert_int_equal(rb_reset(slot), 0);
		for (uint32_t i = 0; i < 4; i++) {
			uint64_t opened = (uint64_t)!i << RB_GEN_SHIFT;

			assert_int_equal(load_relaxed(&page_at(cpu, i)->write),
					 opened);
			assert_int_equal(load_relaxed(&page_at(cpu, i)->commit),
					 opened);
		}
		put_many(slot, 4 * PER_PAGE);
		assert_whole(cpu);
		assert_int_equal(rb_consume(slot, 999, take_number, &got),
				 4 * PER_PAGE);
		for (uint32_t i = 0; i < 4 * PER_PAGE; i++)
			assert_int_equal(got.got[i], i);
		rb_destroy(rb);
	}
}

/* With any stamp: an old page takes a time extend as well. */
static void largest_payload_fits_with_an_extend(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_CLOCK, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	uint32_t most = rb_payload_max(PAGE);

	(void)state;
	store_relaxed(&page_at(cpu, 0)->time_stamp,
		      rb_clock_ns() - (UINT64_C(7) << 32));
	assert_true(put(slot, most, 3));
	assert_ptr_equal(rb_page_of(load_relaxed(&cpu->tail)), page_at(cpu, 0));
	assert_int_equal(rb_word_bytes(load_relaxed(&page_at(cpu, 0)->write)),
			 CAPACITY);
	assert_int_equal(rb_drops(slot, RB_DROP_TOO_BIG), 0);
	assert_whole(cpu);
	rb_destroy(rb);
}

static size_t asked_for;

static void *count_and_allocate(void *arg, unsigned int slot, size_t bytes)
{
	(void)arg;
	(void)slot;
	asked_for = bytes;
	return aligned_alloc(4096, (bytes + 4095) & ~(size_t)4095);
}

static void give_back(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	(void)arg;
	(void)slot;
	assert_int_equal(bytes, asked_for);
	free(memory);
}

static void slot_bytes_are_pages_buffer_and_slot(void **state)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	(void)state;
	attr.slots = 2;
	attr.alloc = count_and_allocate;
	attr.free = give_back;
	assert_int_equal(rb_create(&attr, &rb), 0);
	assert_int_equal(rb_slot_bytes(rb),
			 asked_for + (size_t)((char *)rb_slot(rb, 1) -
					      (char *)rb_slot(rb, 0)));
	rb_destroy(rb);
}

static void buffers_know_slot_and_ring_buffer(void **state)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	(void)state;
	attr.slots = 3;
	assert_int_equal(rb_create(&attr, &rb), 0);
	for (unsigned int i = 0; i < 3; i++) {
		struct rb_slot *slot = rb_slot(rb, i);

		assert_ptr_equal(slot->rb, rb);
		assert_int_equal(slot->index, i);
		assert_ptr_equal(load_relaxed(&rb_slot_active(slot)->owner),
				 slot);
	}
	rb_destroy(rb);
}

/* ---- Damage, by the words for it ---- */

static int nothing(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 0;
}

static void unknown_type_ends_a_walk(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);

	(void)state;
	for (int type = 0; type < 256; type = type ? type * 2 : 4) {
		assert_int_equal(rb_reset(slot), 0);
		put_many(slot, 3);
		*(uint64_t *)(void *)page_at(cpu, 0)->data =
			rb_event_header((enum rb_type)type, 4, 0);
		assert_int_equal(rb_walk(cpu, nothing, NULL),
				 type == RB_TYPE_DATA || type == RB_TYPE_PADDING
					 ? 0
					 : -EUCLEAN);
	}
	rb_destroy(rb);
}

static void check_says_what_is_wrong(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	struct rb_write w;
	char why[128];

	(void)state;
	assert_non_null(open_event(slot, 8, &w));
	assert_int_equal(rb_check(cpu, why, sizeof(why)), -EUCLEAN);
	assert_non_null(strstr(why, "open"));
	close_event(slot, &w);
	assert_whole(cpu);
	local_fetch_add(&page_at(cpu, 0)->write, CAPACITY);
	assert_int_equal(rb_check(cpu, why, sizeof(why)), -EUCLEAN);
	assert_non_null(strstr(why, "overfull"));
	rb_destroy(rb);
}

/* ---- Handlers between the steps of a reservation ---- */

/* The xadd of a reservation that does not fit: the first half of a write. */
static uint64_t overflow(struct rb_page *page, uint32_t bytes)
{
	return local_fetch_add(&page->write, RB_ONE_EVENT + bytes);
}

/* It is too big; a handler crosses before it is taken back. */
static void too_big_that_a_handler_crossed_is_counted(void **state)
{
	const enum rb_mode modes[] = { RB_OVERWRITE, RB_PRODUCE_CONSUME };
	const uint32_t big = CAPACITY + 8;

	(void)state;
	for (int m = 0; m < 2; m++) {
		struct rb *rb = make(modes[m], RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		struct rb_page *page = page_at(cpu, 0);
		struct numbers got = { .n = 0 };
		uint64_t found;

		put_many(slot, 3);
		section_open(slot);
		found = overflow(page, big);
		assert_true(put_number(slot, 3)); /* the handler */
		assert_false(rb_reserve_slow(slot, cpu, page, found,
					     RB_ONE_EVENT + big, big));
		section_close(slot);
		assert_int_equal(rb_drops(slot, RB_DROP_TOO_BIG), 1);
		/* Who loaded the old tail before finds no room in it. */
		assert_true(rb_word_bytes(load_relaxed(&page->write)) >
			    CAPACITY);
		assert_ptr_equal(rb_page_of(load_relaxed(&cpu->tail)),
				 page_at(cpu, 1));
		assert_whole(cpu);
		assert_int_equal(rb_consume(slot, 9, take_number, &got), 4);
		assert_int_equal(got.got[3], 3);
		rb_destroy(rb);
	}
}

/*
 * The reservation lands behind a handler that crossed; before it looks on,
 * another goes round the ring, a reader along with it, so that the page is the
 * tail again: in another life, and with room.
 */
static void overflow_of_an_older_life_moves_nothing(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	struct rb_page *page = page_at(cpu, 0);
	struct numbers got = { .n = 0 };
	uint64_t found;
	uint32_t n = 0;

	(void)state;
	while (n < PER_PAGE + 1)
		assert_true(put_number(slot, n++));
	found = overflow(page, 16);
	while (rb_page_of(load_relaxed(&cpu->tail)) != page) {
		rb_consume(slot, 999, take_number, &got);
		assert_true(put_number(slot, n++));
	}
	rb_consume(slot, 999, take_number, &got); /* the next page is free */
	assert_true(
		rb_reserve_slow(slot, cpu, page, found, RB_ONE_EVENT + 16, 16));
	assert_ptr_equal(rb_page_of(load_relaxed(&cpu->tail)), page);
	assert_true(put_number(slot, n++));
	rb_consume(slot, 999, take_number, &got);
	assert_whole(cpu);
	assert_int_equal(got.n, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(got.got[i], i);
	rb_destroy(rb);
}

/* ---- Overflows that come late ---- */

/* A context that loaded the tail before a handler crossed finds it left. */
static void overflow_of_a_left_page_changes_nothing(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	struct rb_page *page = page_at(cpu, 0);
	uint64_t found, left;

	(void)state;
	put_many(slot, PER_PAGE + 1);
	left = load_relaxed(&page->left);
	found = overflow(page, 16);
	assert_true(
		rb_reserve_slow(slot, cpu, page, found, RB_ONE_EVENT + 16, 16));
	assert_int_equal(load_relaxed(&page->left), left);
	assert_int_equal(load_relaxed(&page->write), found + RB_ONE_EVENT + 16);
	assert_whole(cpu);
	rb_destroy(rb);
}

/* Until the first to overflow a page seals it, its word counts its events. */
static void overflow_of_an_unsealed_page_is_no_event_of_it(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_page *page = page_at(rb_slot_active(slot), 0);

	(void)state;
	put_many(slot, 3);
	section_open(slot);
	overflow(page, CAPACITY);
	put_many(slot, 1); /* the handler */
	assert_int_equal(rb_word_events(load_relaxed(&page->write)), 4);
	section_close(slot);
	rb_destroy(rb);
}

/* What an old page would need besides is no part of whether it fits. */
static void event_of_a_whole_page_goes_to_a_new_one(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_CLOCK, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);

	(void)state;
	assert_true(rb_payload_fits(PAGE, CAPACITY - 8));
	assert_false(rb_payload_fits(PAGE, CAPACITY - 7));
	store_relaxed(&page_at(cpu, 0)->time_stamp,
		      rb_clock_ns() - (UINT64_C(7) << 32));
	assert_true(put(slot, CAPACITY - 8, 3));
	assert_ptr_equal(rb_page_of(load_relaxed(&cpu->tail)), page_at(cpu, 1));
	assert_whole(cpu);
	rb_destroy(rb);
}

/* ---- Memory ---- */

struct memory {
	unsigned char *at;
	size_t bytes;
	unsigned int slot;
};

static struct memory allocated[4];
static unsigned int n_allocated, n_freed;

static void *note_and_allocate(void *arg, unsigned int slot, size_t bytes)
{
	struct memory *memory = &allocated[n_allocated++];

	(void)arg;
	*memory = (struct memory){
		.at = aligned_alloc(4096, (bytes + 4095) & ~(size_t)4095),
		.bytes = bytes,
		.slot = slot,
	};
	memset(memory->at, 0xff, bytes);
	return memory->at;
}

static void compare_and_free(void *arg, unsigned int slot, void *at,
			     size_t bytes)
{
	(void)arg;
	for (unsigned int i = 0; i < n_allocated; i++) {
		if (allocated[i].at != at)
			continue;
		assert_int_equal(bytes, allocated[i].bytes);
		assert_int_equal(slot, allocated[i].slot);
		n_freed++;
		free(at);
	}
}

static struct rb *make_noted(unsigned int subbufs)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.slots = 2;
	attr.subbufs = subbufs;
	attr.subbuf_size = PAGE;
	attr.alloc = note_and_allocate;
	attr.free = compare_and_free;
	assert_int_equal(rb_create(&attr, &rb), 0);
	return rb;
}

/* Also where buffers of unlike size, and of other slots, were exchanged. */
static void memory_is_touched_and_given_back_as_it_came(void **state)
{
	struct rb *a, *b;
	struct rb_slot *from, *to;
	struct rb_cpu *cpu;

	(void)state;
	n_allocated = 0;
	n_freed = 0;
	a = make_noted(2);
	b = make_noted(5);
	for (unsigned int i = 0; i < 4; i++)
		for (size_t at = 0; at < allocated[i].bytes; at += 512)
			assert_int_not_equal(allocated[i].at[at + 511], 0xff);
	from = rb_slot(a, 0);
	to = rb_slot(b, 1);
	cpu = rb_slot_active(from);
	store_relaxed(&from->active, rb_slot_active(to));
	store_relaxed(&to->active, cpu);
	assert_int_equal(rb_destroy(a), 0);
	assert_int_equal(rb_destroy(b), 0);
	assert_int_equal(n_freed, 4);
}

/* ---- What a reader takes along ---- */

static void what_was_lost_stays_counted_where_the_reader_is(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_counts counts;

	(void)state;
	put_many(slot, 4 * PER_PAGE + 5);
	assert_int_equal(rb_consume(slot, PER_PAGE + 9, take_number, &got),
			 PER_PAGE + 9);
	rb_counts(rb_slot_active(slot), &counts);
	assert_int_equal(counts.overrun, 2 * PER_PAGE);
	assert_int_equal(counts.pages_lost, 2);
	rb_destroy(rb);
}

/* ---- The clock ---- */

static void clock_is_the_monotonic_one(void **state)
{
	struct timespec before, after;
	uint64_t now;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	now = rb_clock_ns();
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(now >= (uint64_t)before.tv_sec * 1000000000u +
				   (uint64_t)before.tv_nsec);
	assert_true(now <= (uint64_t)after.tv_sec * 1000000000u +
				   (uint64_t)after.tv_nsec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unused_end_of_a_page_is_padding),
		cmocka_unit_test(opened_page_has_the_stamp_of_its_opening),
		cmocka_unit_test(discards_are_of_one_life_of_a_page),
		cmocka_unit_test(reset_reaches_every_page),
		cmocka_unit_test(largest_payload_fits_with_an_extend),
		cmocka_unit_test(slot_bytes_are_pages_buffer_and_slot),
		cmocka_unit_test(buffers_know_slot_and_ring_buffer),
		cmocka_unit_test(unknown_type_ends_a_walk),
		cmocka_unit_test(check_says_what_is_wrong),
		cmocka_unit_test(too_big_that_a_handler_crossed_is_counted),
		cmocka_unit_test(overflow_of_an_older_life_moves_nothing),
		cmocka_unit_test(overflow_of_a_left_page_changes_nothing),
		cmocka_unit_test(
			overflow_of_an_unsealed_page_is_no_event_of_it),
		cmocka_unit_test(event_of_a_whole_page_goes_to_a_new_one),
		cmocka_unit_test(memory_is_touched_and_given_back_as_it_came),
		cmocka_unit_test(
			what_was_lost_stays_counted_where_the_reader_is),
		cmocka_unit_test(clock_is_the_monotonic_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
