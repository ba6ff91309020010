/* SPDX-License-Identifier: MIT */
/* Control words and lifetime: who may disable, consume, destroy, and when. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/ringbuf/ringbuf_helper.h"

#define PAGE	 1024u
#define CAPACITY (PAGE - RB_PAGE_HEADER)
#define PER_PAGE (CAPACITY / 16)

/* ---- Disables ---- */

static void slot_enable_leaves_a_disabled_buffer_alone(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);

	(void)state;
	assert_int_equal(rb_record_disable(rb), 0);
	assert_int_equal(rb_slot_record_enable(slot), -EINVAL);
	assert_true(rb_slot_is_disabled(slot));
	assert_int_equal(rb_slot_record_disable(slot), 0);
	assert_int_equal(rb_record_enable(rb), 0);
	assert_true(rb_slot_is_disabled(slot));
	assert_int_equal(rb_record_enable(rb), -EINVAL);
	assert_int_equal(rb_slot_record_enable(slot), 0);
	assert_int_equal(load_relaxed(&slot->refuse), 0);
	rb_destroy(rb);
}

static void disables_have_a_largest_count(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);

	(void)state;
	for (uint32_t i = 0; i < RB_DISABLE_MAX; i++) {
		assert_int_equal(rb_slot_record_disable(slot), 0);
		assert_int_equal(rb_record_disable(rb), 0);
	}
	assert_int_equal(rb_slot_record_disable(slot), -EOVERFLOW);
	assert_int_equal(rb_record_disable(rb), -EOVERFLOW);
	for (uint32_t i = 0; i < RB_DISABLE_MAX; i++) {
		assert_true(rb_slot_is_disabled(slot));
		assert_int_equal(rb_record_enable(rb), 0);
		assert_int_equal(rb_slot_record_enable(slot), 0);
	}
	assert_int_equal(rb_record_enable(rb), -EINVAL);
	assert_int_equal(rb_slot_record_enable(slot), -EINVAL);
	assert_int_equal(load_relaxed(&slot->refuse), 0);
	rb_destroy(rb);
}

/* A word of a strategy's and a mark of fork are no counts of ours. */
static void disables_leave_the_marks_alone(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);

	(void)state;
	assert_int_equal(load_relaxed(&slot->private), 0);
	store_relaxed(&slot->private, UINT64_MAX);
	store_relaxed(&slot->refuse, RB_REFUSE_SWAP | RB_REFUSE_FORKED);
	assert_false(rb_slot_is_disabled(slot));
	assert_int_equal(rb_slot_record_enable(slot), -EINVAL);
	assert_int_equal(rb_record_disable(rb), 0);
	assert_int_equal(rb_slot_record_disable(slot), 0);
	assert_true(rb_slot_is_disabled(slot));
	assert_int_equal(rb_slot_record_enable(slot), 0);
	assert_int_equal(rb_record_enable(rb), 0);
	assert_int_equal(load_relaxed(&slot->refuse),
			 RB_REFUSE_SWAP | RB_REFUSE_FORKED);
	store_relaxed(&slot->refuse, 0);
	assert_int_equal(rb_reset(slot), 0);
	assert_true(load_relaxed(&slot->private) == UINT64_MAX);
	rb_destroy(rb);
}

static void refused_writes_are_early_or_out_of_context(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);

	(void)state;
	store_relaxed(&slot->refuse, RB_REFUSE_SWAP);
	rb_drop_refused(slot);
	store_relaxed(&slot->refuse, RB_DISABLE_BUFFER | RB_DISABLE_SLOT);
	rb_drop_refused(slot);
	assert_int_equal(rb_drops(slot, RB_DROP_EARLY), 2);
	assert_int_equal(rb_drops(slot, RB_DROP_CONTEXT), 0);
	store_relaxed(&slot->refuse, RB_REFUSE_SWAP | RB_REFUSE_FORKED);
	rb_drop_refused(slot);
	assert_int_equal(rb_drops(slot, RB_DROP_EARLY), 2);
	assert_int_equal(rb_drops(slot, RB_DROP_CONTEXT), 1);
	store_relaxed(&slot->refuse, 0);
	rb_destroy(rb);
}

static void slots_of_the_parent_are_no_childs(void **state)
{
	struct rb *rb = make(RB_OVERWRITE, RB_STAMP_NONE, 2, PAGE);
	struct rb_slot *slot = rb_slot(rb, 0);
	struct numbers got = { .n = 0 };

	(void)state;
	assert_true(put_number(slot, 1));
	store_relaxed(&slot->refuse, RB_REFUSE_FORKED);
	assert_int_equal(rb_control_try(slot), -ECHILD);
	assert_int_equal(rb_reset(slot), -ECHILD);
	assert_int_equal(rb_resize(slot, 2), -ECHILD);
	assert_int_equal(rb_consume(slot, 1, take_number, &got), -ECHILD);
	assert_int_equal(rb_destroy(rb), -ECHILD);
	assert_int_equal(got.n, 0);
	store_relaxed(&slot->refuse, 0);
	assert_int_equal(rb_destroy(rb), 0);
}

/* ---- Readers that end in their callback ---- */

static int end_thread(const struct rb_event *event, void *arg)
{
	struct numbers *numbers = arg;

	if (take_number(event, numbers))
		pthread_exit(NULL);
	return 0;
}

static int wait_to_be_cancelled(const struct rb_event *event, void *arg)
{
	struct numbers *numbers = arg;

	if (take_number(event, numbers))
		for (;;)
			pause();
	return 0;
}

struct ending {
	struct rb_slot *slot;
	rb_event_fn fn;
	struct numbers got;
};

static void *read_to_the_end(void *arg)
{
	struct ending *reader = arg;

	rb_consume(reader->slot, 999, reader->fn, &reader->got);
	return reader;
}

static void run_reader(struct ending *reader)
{
	pthread_t thread;
	void *end;

	assert_int_equal(pthread_create(&thread, NULL, read_to_the_end, reader),
			 0);
	if (reader->fn == wait_to_be_cancelled)
		pthread_cancel(thread);
	pthread_join(thread, &end);
	assert_ptr_not_equal(end, reader); /* it did end in its callback */
}

static void ended_reader_gives_the_slot_back(void **state)
{
	static const rb_event_fn ways[] = { end_thread, wait_to_be_cancelled };
	static const enum rb_mode modes[] = { RB_OVERWRITE,
					      RB_PRODUCE_CONSUME };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct rb *rb = make(modes[i % 2], RB_STAMP_NONE, 4, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		/* On the second page, so that the first is given back. */
		struct ending reader = { .slot = slot,
					 .fn = ways[i / 2],
					 .got.stop_at = PER_PAGE + 5 };
		struct rb_counts counts;
		struct numbers got = { .n = 0 };

		for (uint32_t n = 0; n < 3 * PER_PAGE; n++)
			assert_true(put_number(slot, n));
		run_reader(&reader);
		assert_int_equal(reader.got.n, PER_PAGE + 5);
		rb_counts(rb_slot_active(slot), &counts);
		assert_int_equal(counts.read, PER_PAGE + 5);
		assert_int_equal(counts.entries, 2 * PER_PAGE - 5);
		assert_whole(rb_slot_active(slot));
		assert_int_equal(rb_consume(slot, 999, take_number, &got),
				 2 * PER_PAGE - 5);
		assert_int_equal(got.got[0], PER_PAGE + 5);
		assert_int_equal(rb_reset(slot), 0);
		assert_int_equal(rb_destroy(rb), 0);
	}
}

/* ---- Consuming beside a writer ---- */

static void open_write_keeps_consumers_of_overwrite_away(void **state)
{
	static const enum rb_mode modes[] = { RB_OVERWRITE,
					      RB_PRODUCE_CONSUME };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct rb *rb = make(modes[i], RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct numbers got = { .n = 0 };
		struct rb_write w;

		assert_true(put_number(slot, 1));
		assert_non_null(open_event(slot, 8, &w));
		assert_int_equal(rb_consume(slot, 9, take_number, &got),
				 modes[i] == RB_OVERWRITE ? -EBUSY : 1);
		close_event(slot, &w);
		assert_int_equal(rb_control_try(slot), 0); /* nobody has it */
		rb_control_end(slot);
		got.n = 0;
		if (modes[i] == RB_OVERWRITE)
			assert_int_equal(rb_consume(slot, 1, take_number, &got),
					 1);
		rb_destroy(rb);
	}
}

static void has_unread_sees_events_that_nobody_read(void **state)
{
	static const enum rb_mode modes[] = { RB_OVERWRITE,
					      RB_PRODUCE_CONSUME };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct rb *rb = make(modes[i], RB_STAMP_NONE, 3, PAGE);
		struct rb_slot *slot = rb_slot(rb, 0);
		struct rb_cpu *cpu = rb_slot_active(slot);
		struct numbers got = { .n = 0 };
		struct rb_write w;

		assert_false(rb_cpu_has_unread(cpu));
		assert_non_null(open_event(slot, 8, &w));
		rb_discard(&w);
		section_close(slot);
		assert_false(rb_cpu_has_unread(cpu));
		for (uint32_t n = 0; n < 2 * PER_PAGE; n++) {
			assert_true(put_number(slot, n));
			assert_true(rb_cpu_has_unread(cpu));
		}
		/* Exactly all of them: the reader's place is a page's end. */
		for (uint32_t n = 0; n < 2 * PER_PAGE; n++) {
			assert_true(rb_cpu_has_unread(cpu));
			assert_int_equal(rb_consume(slot, 1, take_number, &got),
					 1);
		}
		assert_false(rb_cpu_has_unread(cpu));
		assert_true(put_number(slot, 1));
		assert_true(rb_cpu_has_unread(cpu));
		assert_int_equal(rb_reset(slot), 0);
		assert_false(rb_cpu_has_unread(cpu));
		rb_destroy(rb);
	}
}

/* ---- Destroying ---- */

static bool second_is_busy(const struct rb_slot *slot)
{
	return slot->index == 1 && load_relaxed(&slot->private);
}

static unsigned int ended;

static void count_end(struct rb_slot *slot)
{
	assert_int_equal(slot->index, ended);
	ended++;
}

static void destroy_refuses_what_is_in_use(void **state)
{
	struct rb_attr attr = { .slots = 3,
				.subbufs = 2,
				.subbuf_size = PAGE,
				.slot_busy = second_is_busy,
				.slot_fini = count_end };
	struct rb *rb;

	(void)state;
	ended = 0;
	assert_int_equal(rb_create(&attr, &rb), 0);
	assert_int_equal(rb_control_try(rb_slot(rb, 2)), 0);
	assert_int_equal(rb_destroy(rb), -EBUSY);
	rb_control_end(rb_slot(rb, 2));
	store_relaxed(&rb_slot(rb, 1)->private, 1);
	assert_int_equal(rb_destroy(rb), -EBUSY);
	assert_int_equal(ended, 0);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(rb_control_try(rb_slot(rb, i)), 0);
		rb_control_end(rb_slot(rb, i));
		assert_true(put_number(rb_slot(rb, i), i));
	}
	store_relaxed(&rb_slot(rb, 1)->private, 0);
	assert_int_equal(rb_destroy(rb), 0);
	assert_int_equal(ended, 3);
	assert_int_equal(rb_destroy(NULL), 0);
}

struct arena {
	unsigned int held;
	unsigned int mark; /* in every size, so that they differ */
};

static void *arena_alloc(void *arg, unsigned int slot, size_t bytes)
{
	struct arena *arena = arg;
	unsigned char *memory =
		aligned_alloc(4096, (bytes + 8191) / 4096 * 4096);

	memory[bytes] = (unsigned char)(16 * arena->mark + slot);
	arena->held++;
	return memory;
}

static void arena_free(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	struct arena *arena = arg;
	unsigned char *at = memory;

	assert_int_equal(at[bytes], 16 * arena->mark + slot);
	free(memory);
	arena->held--;
}

/* A swap of slot's buffers, as strategies leave it. */
static void exchange(struct rb *a, struct rb *b, unsigned int slot)
{
	struct rb_cpu *of_a = rb_slot_active(rb_slot(a, slot));
	struct rb_cpu *of_b = rb_slot_active(rb_slot(b, slot));

	store_relaxed(&rb_slot(a, slot)->active, of_b);
	store_relaxed(&rb_slot(b, slot)->active, of_a);
}

static void exchanged_buffers_go_back_where_they_came_from(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		struct arena arenas[2] = { { .mark = 1 }, { .mark = 2 } };
		struct rb *rbs[2];

		for (unsigned int k = 0; k < 2; k++) {
			struct rb_attr attr = { .slots = 2,
						.subbufs = 2,
						.subbuf_size = PAGE,
						.alloc = arena_alloc,
						.free = arena_free,
						.alloc_arg = &arenas[k] };

			assert_int_equal(rb_create(&attr, &rbs[k]), 0);
		}
		for (unsigned int slot = 0; slot < 2; slot++)
			if (i & (1u << slot))
				exchange(rbs[0], rbs[1], slot);
		assert_int_equal(rb_destroy(rbs[i >> 2]), 0);
		assert_int_equal(arenas[0].held + arenas[1].held, 2);
		assert_true(put_number(rb_slot(rbs[1 - (i >> 2)], 0), 7));
		assert_int_equal(rb_destroy(rbs[1 - (i >> 2)]), 0);
		assert_int_equal(arenas[0].held + arenas[1].held, 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(slot_enable_leaves_a_disabled_buffer_alone),
		cmocka_unit_test(disables_have_a_largest_count),
		cmocka_unit_test(disables_leave_the_marks_alone),
		cmocka_unit_test(refused_writes_are_early_or_out_of_context),
		cmocka_unit_test(slots_of_the_parent_are_no_childs),
		cmocka_unit_test(ended_reader_gives_the_slot_back),
		cmocka_unit_test(open_write_keeps_consumers_of_overwrite_away),
		cmocka_unit_test(has_unread_sees_events_that_nobody_read),
		cmocka_unit_test(destroy_refuses_what_is_in_use),
		cmocka_unit_test(
			exchanged_buffers_go_back_where_they_came_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
