/* SPDX-License-Identifier: MIT */
/* The core alone: geometry, events, stamps, counters, control, reading. */
#include <pthread.h>
#include <stdio.h>

#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define CAPACITY (PAGE - RB_PAGE_HEADER)
/* Events of one number on a page. */
#define PER_PAGE (CAPACITY / 16)

static const enum rb_mode modes[] = { RB_OVERWRITE, RB_PRODUCE_CONSUME };
static const enum rb_stamp stamps[] = { RB_STAMP_NONE, RB_STAMP_CYCLES,
					RB_STAMP_CLOCK };

#define for_each_mode(m) for (const enum rb_mode *m = modes; m < modes + 2; m++)
#define for_each_stamp(s) \
	for (const enum rb_stamp *s = stamps; s < stamps + 3; s++)

/* ---- Life ---- */

static void create_refuses_what_is_out_of_range(void **state)
{
	static const struct {
		unsigned int slots, subbufs, max_subbufs;
		uint32_t size;
		int mode, stamp;
	} bad[] = {
		{ 0, 16, 0, 4096, 0, 0 },
		{ RB_SLOTS_MAX + 1, 16, 0, 4096, 0, 0 },
		{ 1, 0, 0, 4096, 0, 0 },
		{ 1, 1, 0, 4096, 0, 0 },
		{ 1, 16, 15, 4096, 0, 0 },
		{ 1, 16, 0, 512, 0, 0 },
		{ 1, 16, 0, 1025, 0, 0 },
		{ 1, 16, 0, 3072, 0, 0 },
		{ 1, 16, 0, 131072, 0, 0 },
		{ 1, 16, 0, 0, 0, 0 },
		{ 1, 16, 0, 4096, 2, 0 },
		{ 1, 16, 0, 4096, -1, 0 },
		{ 1, 16, 0, 4096, 0, 3 },
	};
	struct rb *rb = (struct rb *)&rb;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rb_attr attr = {
			.slots = bad[i].slots,
			.subbufs = bad[i].subbufs,
			.max_subbufs = bad[i].max_subbufs,
			.subbuf_size = bad[i].size,
			.mode = (enum rb_mode)bad[i].mode,
			.stamp = (enum rb_stamp)bad[i].stamp,
		};

		assert_int_equal(rb_create(&attr, &rb), -EINVAL);
	}
	assert_ptr_equal(rb, &rb); /* left alone */
}

static void create_refuses_half_an_allocator_and_small_slots(void **state)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	(void)state;
	attr.slot_size = sizeof(struct rb_slot) - 1;
	assert_int_equal(rb_create(&attr, &rb), -EINVAL);
	attr.slot_size = 0;
	attr.free = (void (*)(void *, unsigned int, void *, size_t))abort;
	assert_int_equal(rb_create(&attr, &rb), -EINVAL);
}

static void create_takes_the_limits(void **state)
{
	static const struct rb_attr good[] = {
		{ .slots = 1, .subbufs = 2, .subbuf_size = RB_SUBBUF_MIN },
		{ .slots = 1, .subbufs = 2, .subbuf_size = RB_SUBBUF_MAX },
		{ .slots = RB_SLOTS_MAX, .subbufs = 2, .subbuf_size = 1024 },
		{ .slots = 3, .subbufs = 1000, .subbuf_size = 2048 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct rb *rb;

		assert_int_equal(rb_create(&good[i], &rb), 0);
		for (unsigned int s = 0; s < good[i].slots; s++) {
			assert_true(put_number(rb_slot(rb, s), s));
			assert_int_equal(rb_slot(rb, s)->index, s);
			assert_whole(rb_slot_active(rb_slot(rb, s)));
		}
		rb_destroy(rb);
	}
	rb_destroy(NULL);
}

struct arena {
	void *memory[8];
	size_t bytes[8];
	unsigned int held, taken, fail_at;
};

static void *arena_alloc(void *arg, unsigned int slot, size_t bytes)
{
	struct arena *arena = arg;
	size_t room = (bytes + 4095) & ~(size_t)4095;

	if (arena->taken == arena->fail_at)
		return NULL;
	assert_int_equal(slot, arena->taken);
	arena->memory[slot] = aligned_alloc(4096, room);
	memset(arena->memory[slot], 0xa5, room); /* arbitrary is allowed */
	arena->bytes[slot] = bytes;
	arena->taken++;
	arena->held++;
	return arena->memory[slot];
}

static void arena_free(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	struct arena *arena = arg;

	assert_ptr_equal(memory, arena->memory[slot]);
	assert_int_equal(bytes, arena->bytes[slot]);
	free(memory);
	arena->held--;
}

static void memory_may_come_from_the_caller(void **state)
{
	struct arena arena = { .fail_at = 99 };
	struct rb_attr attr = { .slots = 4,
				.subbufs = 3,
				.subbuf_size = PAGE,
				.alloc = arena_alloc,
				.free = arena_free,
				.alloc_arg = &arena };
	struct rb *rb;

	(void)state;
	assert_int_equal(rb_create(&attr, &rb), 0);
	assert_int_equal(arena.held, 4);
	for (unsigned int s = 0; s < 4; s++) {
		struct rb_cpu *cpu = rb_slot_active(rb_slot(rb, s));
		unsigned char *from = arena.memory[s];

		assert_true(cpu->pages >= from);
		assert_true((unsigned char *)(cpu + 1) <=
			    from + arena.bytes[s]);
		assert_true(arena.bytes[s] <= rb_slot_bytes(rb));
		for (uint32_t i = 0; i < 3 * PER_PAGE; i++)
			assert_true(put_number(rb_slot(rb, s), i));
		assert_whole(cpu);
	}
	rb_destroy(rb);
	assert_int_equal(arena.held, 0);
}

static void failed_allocation_gives_everything_back(void **state)
{
	(void)state;
	for (unsigned int fail_at = 0; fail_at < 4; fail_at++) {
		struct arena arena = { .fail_at = fail_at };
		struct rb_attr attr = { .slots = 4,
					.subbufs = 3,
					.subbuf_size = PAGE,
					.alloc = arena_alloc,
					.free = arena_free,
					.alloc_arg = &arena };
		struct rb *rb;

		assert_int_equal(rb_create(&attr, &rb), -ENOMEM);
		assert_int_equal(arena.taken, fail_at);
		assert_int_equal(arena.held, 0);
	}
}

/* ---- Events ---- */

struct expected {
	uint32_t length;
	uint32_t seen;
};

static int check_one(const struct rb_event *event, void *arg)
{
	struct expected *expected = arg;

	assert_int_equal(event->length, expected->length);
	assert_int_equal((uintptr_t)event->payload % RB_EVENT_ALIGN, 0);
	assert_true(payload_is(event, expected->length));
	expected->seen++;
	return 0;
}

static void every_payload_size_survives(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		for_each_stamp(stamp)
		{
			struct rb *rb = make(*mode, *stamp, 2, PAGE);
			struct rb_slot *slot = rb_slot(rb, 0);

			for (uint32_t n = 0; n <= rb_payload_max(PAGE); n++) {
				struct expected expected = { n, 0 };

				assert_true(put(slot, n, n));
				assert_whole(rb_slot_active(slot));
				assert_int_equal(rb_consume(slot, 9, check_one,
							    &expected),
						 1);
				assert_int_equal(expected.seen, 1);
			}
			rb_destroy(rb);
		}
	}
}

static void too_big_is_counted_and_harms_nothing(void **state)
{
	static const uint32_t sizes[] = {
		CAPACITY - 7, CAPACITY,	  PAGE,	      RB_SUBBUF_MAX, 65537,
		1u << 24,     0x7fffffff, 0xfffffff0, 0xffffffff
	};

	(void)state;
	for_each_mode(mode)
	{
		for_each_stamp(stamp)
		{
			struct rb *rb = make(*mode, *stamp, 4, PAGE);
			struct rb_slot *slot = rb_slot(rb, 0);
			struct numbers got = { .n = 0 };
			uint32_t n = sizeof(sizes) / sizeof(sizes[0]);

			for (uint32_t i = 0; i < n; i++) {
				assert_true(put_number(slot, i));
				assert_false(put(slot, sizes[i], 1));
				assert_int_equal(
					rb_drops(slot, RB_DROP_TOO_BIG), i + 1);
			}
			assert_whole(rb_slot_active(slot));
			rb_walk(rb_slot_active(slot), take_number, &got);
			assert_int_equal(got.n, n);
			rb_destroy(rb);
		}
	}
}

static void crossing_pads_the_page(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_NONE, 4, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		uint64_t first = load_relaxed(&cpu->tail);
		struct rb_counts counts;

		/* 960 bytes: one of 8 + 504, one of 8 + 440 would fit. */
		assert_true(put(slot, 504, 504));
		assert_true(put(slot, 448, 448));
		assert_int_not_equal(load_relaxed(&cpu->tail), first);
		rb_counts(cpu, &counts);
		assert_int_equal(counts.entries, 2);
		assert_int_equal(counts.bytes, 512 + 456); /* no padding */
		assert_whole(cpu);
		rb_destroy(rb);
	}
}

static void exactly_full_page_needs_no_padding(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct numbers got = { .n = 0 };

		for (uint32_t i = 0; i <= PER_PAGE; i++)
			assert_true(put_number(slot, i));
		assert_whole(rb_slot_active(slot));
		rb_walk(rb_slot_active(slot), take_number, &got);
		assert_int_equal(got.n, PER_PAGE + 1);
		for (uint32_t i = 0; i < got.n; i++)
			assert_int_equal(got.got[i], i);
		rb_destroy(rb);
	}
}

static void discard_leaves_no_event(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		for_each_stamp(stamp)
		{
			struct rb *rb = make(*mode, *stamp, 16, PAGE);
			struct rb_slot *slot = rb_slot(rb, 0);
			struct numbers got = { .n = 0 };
			struct rb_counts counts;

			for (uint32_t i = 0; i < 100; i++) {
				struct rb_write w;

				assert_non_null(open_event(slot, i, &w));
				rb_discard(&w);
				section_close(slot);
				assert_true(put_number(slot, i));
			}
			assert_whole(rb_slot_active(slot));
			rb_counts(rb_slot_active(slot), &counts);
			assert_int_equal(counts.entries, 100);
			assert_int_equal(counts.bytes, 1600);
			assert_int_equal(
				rb_consume(slot, 200, take_number, &got), 100);
			rb_counts(rb_slot_active(slot), &counts);
			assert_int_equal(counts.entries, 0);
			assert_int_equal(counts.bytes, 0);
			assert_int_equal(counts.read, 100);
			rb_destroy(rb);
		}
	}
}

static void discarded_events_are_no_overrun(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_counts counts;

	(void)state;
	for (uint32_t i = 0; i < 10 * PER_PAGE; i++) {
		struct rb_write w;

		open_event(slot, 4, &w);
		if (i % 2)
			rb_discard(&w);
		else
			rb_commit(&w);
		section_close(slot);
	}
	rb_counts(rb_slot_active(slot), &counts);
	assert_int_equal(counts.pages_lost, 8);
	assert_int_equal(counts.overrun, 8 * PER_PAGE / 2);
	assert_int_equal(counts.entries, 2 * PER_PAGE / 2);
	rb_destroy(rb);
}

static void overwrite_loses_the_oldest_page(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);

	(void)state;
	for (uint32_t i = 0; i < 20 * PER_PAGE; i++) {
		uint32_t lost = i < 4 * PER_PAGE ? 0 : i / PER_PAGE - 3;
		struct numbers got = { .n = 0 };
		struct rb_counts counts;

		assert_true(put_number(slot, i));
		rb_counts(cpu, &counts);
		assert_int_equal(counts.pages_lost, lost);
		assert_int_equal(counts.overrun, lost * PER_PAGE);
		assert_int_equal(counts.entries, i + 1 - lost * PER_PAGE);
		assert_int_equal(counts.bytes, counts.entries * 16);
		rb_walk(cpu, take_number, &got);
		assert_int_equal(got.n, counts.entries);
		assert_int_equal(got.got[0], lost * PER_PAGE);
		assert_int_equal(got.got[got.n - 1], i);
	}
	assert_whole(cpu);
	rb_destroy(rb);
}

static void produce_consume_refuses_the_newest(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 4, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };
	struct rb_counts counts;

	(void)state;
	for (uint32_t i = 0; i < 4 * PER_PAGE; i++)
		assert_true(put_number(slot, i));
	for (uint32_t i = 0; i < 100; i++)
		assert_false(put_number(slot, 9999));
	assert_int_equal(rb_drops(slot, RB_DROP_FULL), 100);
	assert_int_equal(rb_consume(slot, PER_PAGE, take_number, &got),
			 PER_PAGE);
	/* The reader has not left its page, and a page is what it frees. */
	assert_false(put_number(slot, 9999));
	assert_int_equal(rb_consume(slot, 1, take_number, &got), 1);
	assert_true(put_number(slot, 4 * PER_PAGE));
	assert_whole(rb_slot_active(slot));
	rb_consume(slot, 4096, take_number, &got);
	assert_int_equal(got.n, 4 * PER_PAGE + 1);
	for (uint32_t i = 0; i < got.n; i++)
		assert_int_equal(got.got[i], i);
	rb_counts(rb_slot_active(slot), &counts);
	assert_int_equal(counts.entries, 0);
	assert_int_equal(counts.read, 4 * PER_PAGE + 1);
	assert_int_equal(counts.overrun, 0);
	rb_destroy(rb);
}

/* ---- The 64-bit word ---- */

static void generations_wrap(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_NONE, 2, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		uint32_t whole = rb_payload_max(PAGE); /* one fills a page */
		uint32_t writes = 2 * ((1u << 16) + 10);
		struct rb_counts counts;

		for (uint32_t i = 0; i < writes; i++) {
			struct rb_write w;

			assert_non_null(open_event(slot, whole, &w));
			close_event(slot, &w);
			if (*mode == RB_PRODUCE_CONSUME) {
				struct expected seen = { whole, 0 };

				memset(w.event + 1, 0, 8);
				fill_payload((void *)(w.event + 1), whole,
					     whole);
				assert_int_equal(
					rb_consume(slot, 2, check_one, &seen),
					1);
			}
		}
		assert_whole(cpu);
		rb_counts(cpu, &counts);
		assert_int_equal(counts.entries + counts.overrun + counts.read,
				 writes);
		rb_destroy(rb);
	}
}

static void most_events_of_the_largest_page_are_counted(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, RB_SUBBUF_MAX);
	struct rb_slot *slot = rb_slot(rb, 0);
	uint64_t per_page = (RB_SUBBUF_MAX - RB_PAGE_HEADER) / 8;
	struct rb_counts counts;

	(void)state;
	for (uint64_t i = 0; i < 3 * per_page; i++)
		assert_true(put(slot, 0, 0));
	rb_counts(rb_slot_active(slot), &counts);
	assert_int_equal(counts.entries, 2 * per_page);
	assert_int_equal(counts.overrun, per_page);
	assert_int_equal(counts.bytes, 2 * per_page * 8);
	assert_whole(rb_slot_active(slot));
	rb_destroy(rb);
}

/* ---- Time stamps ---- */

struct times {
	uint64_t got[4096];
	unsigned int n;
};

static int take_time(const struct rb_event *event, void *arg)
{
	struct times *times = arg;

	assert_true(times->n < 4096);
	times->got[times->n++] = event->time_stamp;
	return 0;
}

static void stamps_are_the_clock_at_the_write(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		for_each_stamp(stamp)
		{
			struct rb *rb = make(*mode, *stamp, 8, PAGE);
			struct rb_slot *slot = rb_slot(rb, 0);
			struct times times = { .n = 0 };
			uint64_t bound[201];

			for (uint32_t i = 0; i < 200; i++) {
				bound[i] = rb_now(*stamp);
				assert_true(put_number(slot, i));
			}
			bound[200] = rb_now(*stamp);
			rb_walk(rb_slot_active(slot), take_time, &times);
			assert_int_equal(times.n, 200);
			for (uint32_t i = 0; i < 200; i++) {
				if (*stamp == RB_STAMP_NONE) {
					assert_int_equal(times.got[i], 0);
					continue;
				}
				assert_true(times.got[i] >= bound[i]);
				assert_true(times.got[i] <= bound[i + 1]);
			}
			rb_destroy(rb);
		}
	}
}

/* A page that was opened long ago: its stamp is put back by more than 2^32. */
static void far_times_get_an_extend(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_CLOCK, 4, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		struct rb_page *page = rb_page_of(load_relaxed(&cpu->tail));
		struct times times = { .n = 0 };
		struct numbers got = { .n = 0 };
		uint64_t before = rb_clock_ns();
		struct rb_counts counts;
		struct rb_write w;

		store_relaxed(&page->time_stamp, before - (UINT64_C(7) << 32));
		for (uint32_t i = 0; i < 60; i++) {
			assert_true(put_number(slot, i));
			assert_non_null(open_event(slot, 8, &w));
			rb_discard(&w);
			section_close(slot);
		}
		assert_whole(cpu);
		rb_walk(cpu, take_time, &times);
		assert_int_equal(times.n, 60);
		for (uint32_t i = 0; i < 60; i++) {
			assert_true(times.got[i] >= before);
			assert_true(times.got[i] <= rb_clock_ns());
			assert_true(!i || times.got[i] >= times.got[i - 1]);
		}
		/* 20 pairs of 24 + 24 fill the old page, extends included. */
		rb_counts(cpu, &counts);
		assert_int_equal(counts.bytes, 20 * 24 + 40 * 16);
		assert_int_equal(rb_consume(slot, 10, take_number, &got), 10);
		rb_counts(cpu, &counts);
		assert_int_equal(counts.bytes, 10 * 24 + 40 * 16);
		rb_destroy(rb);
	}
}

static void freshen_moves_the_stamp_of_an_empty_page_only(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_CLOCK, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->tail));
	uint64_t now = rb_clock_ns();

	(void)state;
	store_relaxed(&page->time_stamp, 1);
	rb_cpu_freshen(cpu);
	assert_true(load_relaxed(&page->time_stamp) >= now);
	assert_true(put_number(slot, 1));
	store_relaxed(&page->time_stamp, 1);
	rb_cpu_freshen(cpu);
	assert_int_equal(load_relaxed(&page->time_stamp), 1);
	rb_destroy(rb);
}

/* ---- Reading ---- */

static void walk_leaves_and_consume_takes(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_NONE, 8, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct numbers stop = { .stop_at = 7 };
		struct numbers got = { .n = 0 };

		for (uint32_t i = 0; i < 100; i++)
			assert_true(put_number(slot, i));
		assert_int_equal(
			rb_walk(rb_slot_active(slot), take_number, &stop), 1);
		assert_int_equal(stop.n, 7);
		stop.stop_at = 17;
		assert_int_equal(rb_consume(slot, 99, take_number, &stop), 10);
		assert_int_equal(stop.got[7], 0); /* walk took nothing */
		assert_int_equal(rb_consume(slot, 0, take_number, &got), 0);
		assert_int_equal(rb_consume(slot, 999, take_number, &got), 90);
		assert_int_equal(got.got[0], 10);
		assert_int_equal(rb_consume(slot, 999, take_number, &got), 0);
		rb_destroy(rb);
	}
}

static void partly_read_page_is_lost_exactly(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_cpu *cpu = rb_slot_active(slot);
	uint64_t written = 0, read = 0;

	(void)state;
	for (uint32_t round = 0; round < 50; round++) {
		struct numbers got = { .n = 0 };
		struct rb_counts counts;

		for (uint32_t i = 0; i < round * 7; i++)
			assert_true(put_number(slot, (uint32_t)written++));
		read += (uint64_t)rb_consume(slot, round, take_number, &got);
		rb_counts(cpu, &counts);
		assert_int_equal(counts.read, read);
		assert_int_equal(counts.read + counts.overrun + counts.entries,
				 written);
		assert_int_equal(counts.bytes, counts.entries * 16);
		assert_int_equal(got.n ? got.got[got.n - 1] + 1 : 0,
				 got.n ? written - counts.entries : 0);
		assert_whole(cpu);
	}
	rb_destroy(rb);
}

/* ---- Control ---- */

static void reset_and_recycle_empty_the_buffer(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		int (*const empty[])(struct rb_slot *) = { rb_reset,
							   rb_recycle };

		for (uint32_t i = 0; i < 2; i++) {
			static const struct rb_counts none;
			struct numbers got = { .n = 0 };
			struct rb_counts counts;

			for (uint32_t n = 0; n < 5 * PER_PAGE; n++)
				put_number(slot, n);
			rb_consume(slot, 5, take_number, &got);
			assert_int_equal(empty[i](slot), 0);
			rb_counts(rb_slot_active(slot), &counts);
			assert_memory_equal(&counts, &none, sizeof(none));
			assert_whole(rb_slot_active(slot));
			got.n = 0;
			assert_true(put_number(slot, 77));
			assert_int_equal(rb_consume(slot, 9, take_number, &got),
					 1);
			assert_int_equal(got.got[0], 77);
		}
		rb_destroy(rb);
	}
}

static void resize_changes_what_fits(void **state)
{
	struct rb_attr attr = {
		.slots = 1, .subbufs = 3, .max_subbufs = 9, .subbuf_size = PAGE
	};
	struct rb *rb;

	(void)state;
	assert_int_equal(rb_create(&attr, &rb), 0);
	for (unsigned int n = 2; n <= 9; n++) {
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_counts counts;

		assert_int_equal(rb_resize(slot, n), 0);
		for (uint32_t i = 0; i < 20 * PER_PAGE; i++)
			assert_true(put_number(slot, i));
		rb_counts(rb_slot_active(slot), &counts);
		assert_int_equal(counts.entries, n * PER_PAGE);
		assert_whole(rb_slot_active(slot));
	}
	assert_int_equal(rb_resize(rb_slot(rb, 0), 10), -EINVAL);
	assert_int_equal(rb_resize(rb_slot(rb, 0), 1), -EINVAL);
	assert_int_equal(rb_resize(rb_slot(rb, 0), 0), -EINVAL);
	rb_destroy(rb);
}

static void control_is_one_at_a_time(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };

	(void)state;
	assert_int_equal(rb_control_try(slot), 0);
	assert_int_equal(rb_control_try(slot), -EBUSY);
	assert_int_equal(rb_reset(slot), -EBUSY);
	assert_int_equal(rb_recycle(slot), -EBUSY);
	assert_int_equal(rb_resize(slot, 2), -EBUSY);
	assert_int_equal(rb_consume(slot, 1, take_number, &got), -EBUSY);
	rb_control_end(slot);
	assert_int_equal(rb_reset(slot), 0);
	assert_int_equal(rb_consume(slot, 1, take_number, &got), 0);
	rb_destroy(rb);
}

static int consume_again(const struct rb_event *event, void *arg)
{
	(void)event;
	assert_int_equal(rb_consume(arg, 1, consume_again, arg), -EBUSY);
	assert_int_equal(rb_reset(arg), -EBUSY);
	return 0;
}

static void consume_excludes_control(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);

	(void)state;
	assert_true(put_number(slot, 1));
	assert_int_equal(rb_consume(slot, 9, consume_again, slot), 1);
	rb_destroy(rb);
}

static void open_write_keeps_reset_and_resize_away(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 3, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_write w;

	(void)state;
	assert_non_null(open_event(slot, 8, &w));
	assert_int_equal(rb_reset(slot), -EBUSY);
	assert_int_equal(rb_resize(slot, 2), -EBUSY);
	close_event(slot, &w);
	assert_int_equal(rb_reset(slot), 0);
	rb_destroy(rb);
}

static void record_disable_counts(void **state)
{
	struct rb_attr attr = { .slots = 2, .subbufs = 2, .subbuf_size = PAGE };
	struct rb_slot *a, *b;
	struct rb *rb;

	(void)state;
	assert_int_equal(rb_create(&attr, &rb), 0);
	a = rb_slot(rb, 0);
	b = rb_slot(rb, 1);
	assert_int_equal(rb_slot_record_enable(a), -EINVAL);
	assert_int_equal(rb_record_enable(rb), -EINVAL);
	rb_slot_record_disable(a);
	rb_record_disable(rb);
	rb_record_disable(rb);
	assert_true(rb_slot_is_disabled(a) && rb_slot_is_disabled(b));
	assert_int_equal(rb_record_enable(rb), 0);
	assert_true(rb_slot_is_disabled(a) && rb_slot_is_disabled(b));
	assert_int_equal(rb_record_enable(rb), 0);
	assert_true(rb_slot_is_disabled(a));
	assert_false(rb_slot_is_disabled(b));
	assert_int_equal(rb_slot_record_enable(a), 0);
	assert_false(rb_slot_is_disabled(a));
	assert_int_equal(rb_slot_record_enable(a), -EINVAL);
	assert_int_equal(rb_record_enable(rb), -EINVAL);
	/* A swap's announcement is no disable count. */
	store_relaxed(&a->refuse, RB_REFUSE_SWAP);
	assert_false(rb_slot_is_disabled(a));
	assert_int_equal(rb_slot_record_enable(a), -EINVAL);
	rb_destroy(rb);
}

static void drops_have_names(void **state)
{
	(void)state;
	for (int a = 0; a < RB_DROP_CAUSES; a++) {
		assert_non_null(rb_drop_name((enum rb_drop)a));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(rb_drop_name((enum rb_drop)a),
						rb_drop_name((enum rb_drop)b));
	}
	assert_string_equal(rb_drop_name(RB_DROP_COMMIT_OVERRUN),
			    "commit-overrun");
	assert_string_equal(rb_drop_name(RB_DROP_CAUSES), "?");
}

/* ---- Corruption ---- */

enum damage {
	NO_DAMAGE,
	WRONG_TYPE,
	WRONG_LENGTH,
	WRONG_COUNT,
	OVERFULL,
	OPEN_EVENT,
	LOST_LEFT,
	DAMAGES,
};

static void damage(struct rb_cpu *cpu, enum damage what)
{
	struct rb_page *tail = rb_page_of(load_relaxed(&cpu->tail));
	struct rb_page *head = rb_page_of(load_relaxed(&cpu->head));
	uint64_t *event = (uint64_t *)(void *)head->data;

	switch (what) {
	case WRONG_TYPE:
		*event = rb_event_header((enum rb_type)9, 4, 0);
		break;
	case WRONG_LENGTH:
		*event = rb_event_header(RB_TYPE_DATA, 2000, 0);
		break;
	case WRONG_COUNT:
		local_fetch_add(&tail->write, RB_ONE_EVENT);
		local_fetch_add(&tail->commit, RB_ONE_EVENT);
		break;
	case OVERFULL:
		local_fetch_add(&tail->write, 10000);
		break;
	case OPEN_EVENT:
		local_fetch_add(&tail->write, RB_ONE_EVENT + 16);
		break;
	case LOST_LEFT:
		local_fetch_add(&head->left, RB_ONE_EVENT);
		break;
	default:
		break;
	}
}

static void check_finds_planted_damage(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		for (int what = NO_DAMAGE; what < DAMAGES; what++) {
			struct rb *rb = make(*mode, RB_STAMP_NONE, 4, PAGE);
			struct rb_cpu *cpu = rb_slot_active(rb_slot(rb, 0));
			char why[128] = "";
			int err;

			for (uint32_t i = 0; i < 2 * PER_PAGE + 3; i++)
				assert_true(put_number(rb_slot(rb, 0), i));
			damage(cpu, (enum damage)what);
			err = rb_check(cpu, why, sizeof(why));
			if (err != (what == NO_DAMAGE ? 0 : -EUCLEAN))
				fail_msg("damage %d in mode %d: %d", what,
					 *mode, err);
			assert_true(what == NO_DAMAGE || why[0]);
			rb_destroy(rb);
		}
	}
}

static void damaged_events_are_not_handed_out(void **state)
{
	(void)state;
	for_each_mode(mode)
	{
		struct rb *rb = make(*mode, RB_STAMP_NONE, 4, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct numbers got = { .n = 0 };

		for (uint32_t i = 0; i < 10; i++)
			assert_true(put_number(slot, i));
		damage(rb_slot_active(slot), WRONG_LENGTH);
		assert_int_equal(
			rb_walk(rb_slot_active(slot), take_number, &got),
			-EUCLEAN);
		assert_int_equal(rb_consume(slot, 9, take_number, &got),
				 -EUCLEAN);
		assert_int_equal(got.n, 0);
		rb_destroy(rb);
	}
}

/* ---- A live reader ---- */

struct live {
	struct rb_slot *slot;
	_Atomic int stop;
	uint64_t attempted;
};

static void *write_numbers(void *arg)
{
	struct live *live = arg;

	while (!load_relaxed(&live->stop)) {
		struct rb_write w;
		unsigned char *at = open_event(live->slot, 8, &w);

		if (at)
			memcpy(at, &live->attempted, 8);
		live->attempted++;
		if (at)
			close_event(live->slot, &w);
	}
	return NULL;
}

struct following {
	uint64_t next, gaps, events;
};

static int follow(const struct rb_event *event, void *arg)
{
	struct following *reader = arg;
	uint64_t number;

	assert_int_equal(event->length, 8);
	memcpy(&number, event->payload, 8);
	assert_true(number >= reader->next); /* no duplicate, in order */
	reader->gaps += number - reader->next;
	reader->next = number + 1;
	reader->events++;
	return 0;
}

static void live_reader_gets_every_event_once(void **state)
{
	struct rb *rb = make(RB_PRODUCE_CONSUME, RB_STAMP_NONE, 3, PAGE);
	struct live live = { .slot = rb_slot(rb, 0) };
	struct following reader = { .next = 0 };
	uint64_t begin = rb_clock_ns();
	struct rb_counts counts;
	pthread_t writer;

	(void)state;
	assert_int_equal(pthread_create(&writer, NULL, write_numbers, &live),
			 0);
	/* On a busy machine the two may hardly meet in 0.2 s. */
	while (rb_clock_ns() - begin < 200000000 ||
	       (reader.events <= 1000 && rb_clock_ns() - begin < 20000000000))
		assert_true(rb_consume(live.slot, 1 + reader.events % 100,
				       follow, &reader) >= 0);
	store_relaxed(&live.stop, 1);
	pthread_join(writer, NULL);
	while (rb_consume(live.slot, 1000, follow, &reader) > 0)
		;
	assert_whole(rb_slot_active(live.slot));
	rb_counts(rb_slot_active(live.slot), &counts);
	reader.gaps += live.attempted - reader.next;
	assert_true(reader.events > 1000);
	assert_int_equal(counts.entries, 0);
	assert_int_equal(counts.read, reader.events);
	assert_int_equal(reader.gaps, rb_drops(live.slot, RB_DROP_FULL));
	assert_int_equal(live.attempted, reader.events + reader.gaps);
	rb_destroy(rb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_refuses_what_is_out_of_range),
		cmocka_unit_test(
			create_refuses_half_an_allocator_and_small_slots),
		cmocka_unit_test(create_takes_the_limits),
		cmocka_unit_test(memory_may_come_from_the_caller),
		cmocka_unit_test(failed_allocation_gives_everything_back),
		cmocka_unit_test(every_payload_size_survives),
		cmocka_unit_test(too_big_is_counted_and_harms_nothing),
		cmocka_unit_test(crossing_pads_the_page),
		cmocka_unit_test(exactly_full_page_needs_no_padding),
		cmocka_unit_test(discard_leaves_no_event),
		cmocka_unit_test(discarded_events_are_no_overrun),
		cmocka_unit_test(overwrite_loses_the_oldest_page),
		cmocka_unit_test(produce_consume_refuses_the_newest),
		cmocka_unit_test(generations_wrap),
		cmocka_unit_test(most_events_of_the_largest_page_are_counted),
		cmocka_unit_test(stamps_are_the_clock_at_the_write),
		cmocka_unit_test(far_times_get_an_extend),
		cmocka_unit_test(freshen_moves_the_stamp_of_an_empty_page_only),
		cmocka_unit_test(walk_leaves_and_consume_takes),
		cmocka_unit_test(partly_read_page_is_lost_exactly),
		cmocka_unit_test(reset_and_recycle_empty_the_buffer),
		cmocka_unit_test(resize_changes_what_fits),
		cmocka_unit_test(control_is_one_at_a_time),
		cmocka_unit_test(consume_excludes_control),
		cmocka_unit_test(open_write_keeps_reset_and_resize_away),
		cmocka_unit_test(record_disable_counts),
		cmocka_unit_test(drops_have_names),
		cmocka_unit_test(check_finds_planted_damage),
		cmocka_unit_test(damaged_events_are_not_handed_out),
		cmocka_unit_test(live_reader_gets_every_event_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
