/* SPDX-License-Identifier: MIT */
/*
 * ring_page.h - one sub-buffer: its words and its events.
 *
 * The write word holds generation, events and bytes in one 64-bit word:
 *
 *	63        48 47       32 31        0
 *	+-----------+-----------+----------+
 *	| generation|   events  |  bytes   |
 *	+-----------+-----------+----------+
 *
 * so that a single xadd keeps position and event count, and a word read before
 * an interruption never equals one read after the page was reused. No counter
 * is stored per event beside it: entries, bytes and overrun are derived from
 * these words when a page is left and at quiescence.
 */
#ifndef RINGSWAP_RINGBUF_RING_PAGE_H
#define RINGSWAP_RINGBUF_RING_PAGE_H

#include "ringbuf/order.h"

_Static_assert(sizeof(void *) == 8, "pages are held as 64-bit words");

#define RB_INLINE      static inline __attribute__((always_inline))
#define RB_COLD	       __attribute__((cold, noinline))
#define rb_likely(x)   __builtin_expect(!!(x), 1)
#define rb_unlikely(x) __builtin_expect(!!(x), 0)

#define RB_CACHE_LINE 64

/* The explorer makes these smaller: a page of two events, two pages. */
#ifndef RB_SUBBUF_MIN
#define RB_SUBBUF_MIN 1024u
#endif
#define RB_SUBBUF_MAX	  65536u
#define RB_SUBBUF_DEFAULT 4096u

/*
 * One sub-buffer. All words are changed by the owner thread and its handlers
 * only, by single instructions of local.h or by the holder of the commit edge;
 * a live reader loads commit.
 *
 * left is of the page's own generation as soon as the page has been left and
 * of an older one before; rb_recover() tells the two apart by that.
 *
 * overrun and pages_lost hold on the page that is the head, and are stored
 * before it becomes that: the one store of the head loses a page and counts
 * it, so that no writer can end between the two.
 */
struct rb_page {
	_Atomic uint64_t write;	    /* reserved: generation, events, bytes */
	_Atomic uint64_t commit;    /* published: same form, RB_COMMIT_LEFT */
	_Atomic uint64_t left;	    /* write word at which it was left */
	_Atomic uint64_t discarded; /* same form: events and bytes given back */
	_Atomic uint64_t time_stamp; /* base of the deltas; own clock's unit */
	_Atomic uint64_t overrun;    /* events lost to newer ones before it */
	_Atomic uint64_t pages_lost; /* sub-buffers lost likewise */
	_Alignas(RB_CACHE_LINE) unsigned char data[];
};

/* The page that a word of struct rb_cpu names. */
RB_INLINE struct rb_page *rb_page_of(uint64_t word)
{
	return (struct rb_page *)(uintptr_t)word;
}

#define RB_PAGE_HEADER ((uint32_t)sizeof(struct rb_page))

#define RB_BYTES_BITS  32
#define RB_EVENTS_BITS 16
#define RB_BYTES_MASK  ((UINT64_C(1) << RB_BYTES_BITS) - 1)
#define RB_EVENTS_MASK ((UINT64_C(1) << RB_EVENTS_BITS) - 1)
#define RB_ONE_EVENT   (UINT64_C(1) << RB_BYTES_BITS)
#define RB_GEN_SHIFT   (RB_BYTES_BITS + RB_EVENTS_BITS)

/* In a commit word: page is left and published, the edge is on the next. */
#define RB_COMMIT_LEFT (UINT64_C(1) << (RB_BYTES_BITS - 1))

RB_INLINE uint32_t rb_word_bytes(uint64_t word)
{
	return (uint32_t)(word & RB_BYTES_MASK);
}

RB_INLINE uint32_t rb_word_events(uint64_t word)
{
	return (uint32_t)((word >> RB_BYTES_BITS) & RB_EVENTS_MASK);
}

RB_INLINE uint64_t rb_word_generation(uint64_t word)
{
	return word >> RB_GEN_SHIFT;
}

/*
 * Event header, 8 bytes, 8-byte aligned, payload after it:
 *
 *	63      56 55          32 31           0
 *	+---------+--------------+--------------+
 *	|  type   |    length    |    delta     |  data, padding
 *	|  type   |        delta >> 32          |  time extend
 *	+---------+--------------+--------------+
 *
 * length counts payload bytes before rounding up to 8. A padding event is a
 * discarded event or the unused end of a page. A time extend precedes the
 * event whose delta does not fit 32 bits and is reserved together with it.
 */
enum rb_type {
	RB_TYPE_DATA = 1,
	RB_TYPE_PADDING = 2,
	RB_TYPE_TIME_EXTEND = 3,
};

#define RB_EVENT_HEADER 8u
#define RB_EVENT_ALIGN	8u

RB_INLINE uint64_t rb_event_header(enum rb_type type, uint32_t length,
				   uint64_t delta)
{
	return (uint64_t)type << 56 | (uint64_t)length << 32 | (uint32_t)delta;
}

RB_INLINE uint32_t rb_round_up(uint32_t bytes)
{
	return (bytes + (RB_EVENT_ALIGN - 1)) & ~(RB_EVENT_ALIGN - 1);
}

/* Can an event of so many payload bytes be stored at all, at times? */
RB_INLINE bool rb_payload_fits(uint32_t subbuf_size, uint32_t payload)
{
	return payload <= subbuf_size - RB_PAGE_HEADER - RB_EVENT_HEADER;
}

/* Largest payload in bytes that an empty sub-buffer of this size has room for
 * always, with a time extend. */
RB_INLINE uint32_t rb_payload_max(uint32_t subbuf_size)
{
	return subbuf_size - RB_PAGE_HEADER - 2 * RB_EVENT_HEADER;
}

#endif
