/* SPDX-License-Identifier: MIT */
/* ring_copy.c - take what a quiescent buffer holds by copying it. */
#include "ringbuf/ring_buffer.h"
#include "ringbuf/ring_private.h"

/* The page of to that stands where word's page does in from; 0 stays 0. */
static uint64_t moved(const struct rb_cpu *to, const struct rb_cpu *from,
		      uint64_t word)
{
	if (!word)
		return 0;
	return word - (uint64_t)(uintptr_t)from->pages +
	       (uint64_t)(uintptr_t)to->pages;
}

/* The words of a page that may hold events, and so many bytes of them. */
static void copy_page(struct rb_page *to, struct rb_page *from, uint32_t bytes)
{
	copy_data((uint64_t *)(void *)to, (const uint64_t *)(const void *)from,
		  (RB_PAGE_HEADER + bytes) / sizeof(uint64_t));
}

/* Bytes of events on a page; of one that is written to after all, no more than
 * it holds. */
static uint32_t page_bytes(const struct rb_cpu *cpu, struct rb_page *page,
			   bool is_tail)
{
	uint32_t bytes = rb_word_bytes(
		load_relaxed(is_tail ? &page->write : &page->left));

	return bytes < cpu->capacity ? bytes : cpu->capacity;
}

/* From the oldest on, each to the place that it has: the words of those behind
 * the tail, too, whose generations say how they are opened next. */
static void copy_pages(struct rb_cpu *to, struct rb_cpu *from)
{
	struct rb_page *head = rb_page_of(load_relaxed(&from->head));
	struct rb_page *tail = rb_page_of(load_relaxed(&from->tail));
	struct rb_page *page = head;
	bool has_events = true;

	do {
		uint64_t place = moved(to, from, rb_page_word(page));
		uint32_t bytes = 0;

		if (has_events)
			bytes = page_bytes(from, page, page == tail);
		copy_page(rb_page_of(place), page, bytes);
		has_events = has_events && page != tail;
		page = rb_page_next(from, page);
	} while (page != head);
}

void rb_cpu_copy(struct rb_cpu *to, struct rb_cpu *from)
{
	copy_pages(to, from);
	store_relaxed(&to->tail, moved(to, from, load_relaxed(&from->tail)));
	store_relaxed(&to->head, moved(to, from, load_relaxed(&from->head)));
	store_relaxed(&to->commit_page,
		      moved(to, from, load_relaxed(&from->commit_page)));
	store_relaxed(&to->read_page,
		      moved(to, from, load_relaxed(&from->read_page)));
	store_plain(&to->read_bytes, load_plain(&from->read_bytes));
	store_plain(&to->read_events, load_plain(&from->read_events));
	store_plain(&to->read_event_bytes, load_plain(&from->read_event_bytes));
	store_plain(&to->read, load_plain(&from->read));
	store_plain(&to->lost, load_plain(&from->lost));
}

/*
 * The page being written begins its generation anew, as the head. Those behind
 * it are of a generation that they are not opened with next, as always.
 */
void rb_cpu_empty(struct rb_cpu *cpu)
{
	uint64_t tail = load_relaxed(&cpu->tail);
	struct rb_page *page = rb_page_of(tail);
	uint64_t empty = rb_word_generation(load_relaxed(&page->write))
			 << RB_GEN_SHIFT;

	store_plain(&cpu->read, 0);
	store_plain(&cpu->lost, 0);
	store_relaxed(&page->overrun, 0);
	store_relaxed(&page->pages_lost, 0);
	store_relaxed(&page->discarded, empty);
	store_relaxed(&page->write, empty);
	store_relaxed(&page->commit, empty);
	store_relaxed(&cpu->read_page, 0);
	store_relaxed(&cpu->commit_page, tail);
	store_relaxed(&cpu->head, tail);
	rb_cpu_freshen(cpu);
}
