/* SPDX-License-Identifier: MIT */
/* hooks.h: which error says that an event is refused this time, or always. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "strategies/strategy.h"

#define PAGE 1024u

static struct rb *make_full(enum rb_stamp stamp)
{
	const struct swap_strategy *s = swap_find("unsync");
	struct rb_attr attr = { .slots = 1,
				.subbufs = 2,
				.subbuf_size = PAGE,
				.mode = RB_PRODUCE_CONSUME,
				.stamp = stamp };
	struct rb *rb;

	assert_int_equal(swap_rb_create(s, attr, &rb), 0);
	assert_int_equal(swap_writer_enter(rb, 0), 0);
	while (s->ops->write(swap_slot(rb, 0), "", 0) == 0)
		;
	return rb;
}

/* Room for a header and this many bytes on an empty sub-buffer. */
static bool can_fit(uint32_t length)
{
	return 8 + (length + 7) / 8 * 8 <= PAGE - RB_PAGE_HEADER;
}

/* Its stamp is so old that every event of the page needs a time extend. */
static void age(struct rb *rb)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(rb, 0));
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->tail));

	store_relaxed(&page->time_stamp,
		      load_relaxed(&page->time_stamp) - (UINT64_C(9) << 32));
}

static void full_is_no_buffer_and_too_big_is_message_size(void **state)
{
	const struct swap_ops *ops = swap_find("unsync")->ops;
	static const char data[2 * PAGE];

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		enum rb_stamp stamp = (enum rb_stamp)(i / 2);
		struct rb *rb = make_full(stamp);
		uint32_t max = rb_payload_max(PAGE);

		if (i % 2)
			age(rb);
		for (uint32_t n = max - 8; n <= max + 16; n++)
			assert_int_equal(ops->write(swap_slot(rb, 0), data, n),
					 can_fit(n) ? -ENOBUFS : -EMSGSIZE);
		assert_int_equal(ops->write(swap_slot(rb, 0), data, UINT32_MAX),
				 -EMSGSIZE);
		assert_int_equal(swap_writer_exit(rb, 0), 0);
		rb_destroy(rb);
	}
}

/* An event that can fit does, where there is room: on an old page too. */
static void what_can_fit_fits_an_empty_buffer(void **state)
{
	const struct swap_strategy *s = swap_find("unsync");
	static const char data[2 * PAGE];

	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		struct rb_attr attr = { .slots = 1,
					.subbufs = 3,
					.subbuf_size = PAGE,
					.mode = (enum rb_mode)(i % 2),
					.stamp = (enum rb_stamp)(i / 4) };
		uint32_t max = rb_payload_max(PAGE);

		for (uint32_t n = max - 8; n <= max + 16; n++) {
			struct rb *rb;

			assert_int_equal(swap_rb_create(s, attr, &rb), 0);
			assert_int_equal(swap_writer_enter(rb, 0), 0);
			if (i & 2)
				age(rb);
			assert_int_equal(
				s->ops->write(swap_slot(rb, 0), data, n),
				can_fit(n) ? 0 : -EMSGSIZE);
			assert_int_equal(
				rb_drops(rb_slot(rb, 0), RB_DROP_TOO_BIG),
				!can_fit(n));
			assert_int_equal(swap_writer_exit(rb, 0), 0);
			rb_destroy(rb);
		}
	}
}

static void refused_by_begin_is_no_other_error(void **state)
{
	const struct swap_ops *ops = swap_find("unsync")->ops;
	struct rb *rb = make_full(RB_STAMP_NONE);
	static const char data[2 * PAGE];

	(void)state;
	rb_record_disable(rb);
	assert_int_equal(ops->write(swap_slot(rb, 0), data, 8), -ENOBUFS);
	assert_int_equal(ops->write(swap_slot(rb, 0), data, 2 * PAGE),
			 -EMSGSIZE);
	rb_record_enable(rb);
	assert_int_equal(swap_writer_exit(rb, 0), 0);
	rb_destroy(rb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_is_no_buffer_and_too_big_is_message_size),
		cmocka_unit_test(what_can_fit_fits_an_empty_buffer),
		cmocka_unit_test(refused_by_begin_is_no_other_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
