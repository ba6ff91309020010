/* SPDX-License-Identifier: MIT */
/* ring_private.h - page arithmetic shared by the files of the core. */
#ifndef RINGSWAP_RINGBUF_RING_PRIVATE_H
#define RINGSWAP_RINGBUF_RING_PRIVATE_H

#include "ringbuf/ring_buffer.h"

static inline uint64_t rb_page_word(const struct rb_page *page)
{
	return (uint64_t)(uintptr_t)page;
}

static inline struct rb_page *rb_page_at(const struct rb_cpu *cpu,
					 uint32_t index)
{
	return (struct rb_page *)(void *)(cpu->pages +
					  (size_t)index * cpu->subbuf_size);
}

static inline struct rb_page *rb_page_next(const struct rb_cpu *cpu,
					   const struct rb_page *page)
{
	const unsigned char *next =
		(const unsigned char *)page + cpu->subbuf_size;

	if (next == cpu->pages + (size_t)cpu->subbufs * cpu->subbuf_size)
		next = cpu->pages;
	return (struct rb_page *)(uintptr_t)next;
}

/* Has page been left, so that left says where its events end? */
static inline bool rb_page_is_left(struct rb_page *page)
{
	return rb_word_generation(load_relaxed(&page->left)) ==
	       rb_word_generation(load_relaxed(&page->write));
}

/* Events that a left page holds, discarded ones not counted. */
static inline uint64_t rb_page_events(struct rb_page *page)
{
	return rb_word_events(load_relaxed(&page->left)) -
	       rb_word_events(load_relaxed(&page->discarded));
}

#endif
