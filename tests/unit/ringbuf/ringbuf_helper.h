/* SPDX-License-Identifier: MIT */
/* ringbuf_helper.h - write, collect and check events of a bare core. */
#ifndef TESTS_UNIT_RINGBUF_RINGBUF_HELPER_H
#define TESTS_UNIT_RINGBUF_RINGBUF_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ringbuf/ring_buffer.h"

/* A write-side section without a strategy: the nesting word alone. */
static inline void section_open(struct rb_slot *slot)
{
	store_relaxed(&slot->nesting, load_relaxed(&slot->nesting) + 1);
}

static inline void section_close(struct rb_slot *slot)
{
	store_relaxed(&slot->nesting, load_relaxed(&slot->nesting) - 1);
}

/* Reserve in a section of its own; NULL closes it again. */
static inline unsigned char *open_event(struct rb_slot *slot, uint32_t length,
					struct rb_write *w)
{
	struct rb_cpu *cpu = rb_slot_active(slot);
	void *at;

	section_open(slot);
	at = rb_reserve(slot, cpu, length, cpu->stamp, w);
	if (!at)
		section_close(slot);
	return at;
}

static inline void close_event(struct rb_slot *slot, struct rb_write *w)
{
	rb_commit(w);
	section_close(slot);
}

/* Every byte of a payload depends on its value and place. */
static inline unsigned char payload_byte(uint32_t value, uint32_t i)
{
	return (unsigned char)((value + i) * 167 + (value >> 8));
}

static inline void fill_payload(unsigned char *at, uint32_t length,
				uint32_t value)
{
	for (uint32_t i = 0; i < length; i++)
		at[i] = payload_byte(value, i);
}

static inline bool payload_is(const struct rb_event *event, uint32_t value)
{
	const unsigned char *at = event->payload;

	for (uint32_t i = 0; i < event->length; i++)
		if (at[i] != payload_byte(value, i))
			return false;
	return true;
}

/* One whole write of a payload made from value. */
static inline bool put(struct rb_slot *slot, uint32_t length, uint32_t value)
{
	struct rb_write w;
	unsigned char *at = open_event(slot, length, &w);

	if (!at)
		return false;
	fill_payload(at, length, value);
	close_event(slot, &w);
	return true;
}

/* One whole write of a 32-bit number. */
static inline bool put_number(struct rb_slot *slot, uint32_t number)
{
	struct rb_write w;
	unsigned char *at = open_event(slot, sizeof(number), &w);

	if (!at)
		return false;
	memcpy(at, &number, sizeof(number));
	close_event(slot, &w);
	return true;
}

/* Collects numbers, in the order in which they are read. */
struct numbers {
	uint32_t got[4096];
	unsigned int n;
	unsigned int stop_at; /* hand 1 back at this many; 0: never */
};

static inline int take_number(const struct rb_event *event, void *arg)
{
	struct numbers *numbers = arg;

	assert_int_equal(event->length, sizeof(uint32_t));
	assert_true(numbers->n < 4096);
	memcpy(&numbers->got[numbers->n++], event->payload, sizeof(uint32_t));
	return numbers->n == numbers->stop_at;
}

static inline void assert_whole(struct rb_cpu *cpu)
{
	char why[128] = "";

	if (rb_check(cpu, why, sizeof(why)))
		fail_msg("%s", why);
}

static inline struct rb *make(enum rb_mode mode, enum rb_stamp stamp,
			      unsigned int subbufs, uint32_t size)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.mode = mode;
	attr.stamp = stamp;
	attr.subbufs = subbufs;
	attr.subbuf_size = size;
	assert_int_equal(rb_create(&attr, &rb), 0);
	return rb;
}

/* Of the slot's buffer, which is whole. */
static inline struct rb_counts counts_of(struct rb_slot *slot)
{
	struct rb_counts counts;

	assert_whole(rb_slot_active(slot));
	rb_counts(rb_slot_active(slot), &counts);
	return counts;
}

/* The thread is gone, and so are its open sections. */
static inline void end_and_recover(struct rb_slot *slot)
{
	rb_recover(rb_slot_active(slot));
	store_relaxed(&slot->nesting, 0);
}

#endif
