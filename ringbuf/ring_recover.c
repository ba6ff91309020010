/* SPDX-License-Identifier: MIT */
/*
 * ring_recover.c - make a buffer whole whose writer ended inside a write.
 *
 * The writer and the handlers on top of it may have stopped at any instruction
 * of ring_buffer.c, so what is trusted here is only what one store of theirs
 * decides:
 *
 *	tail         a page that it names was opened whole before
 *	head         what the page says that it names was stored before
 *	commit_page  is at or before every open event, at each of its stores
 *	commit       everything before it is complete; RB_COMMIT_LEFT: the next
 *	             page's word is good too
 *	left         of the page's own generation: the page is left, and sealed
 *
 * Then one cut: everything behind one place is as if it had never been, and
 * the pages behind it as if they had not been opened in this round.
 */
#include "ringbuf/ring_buffer.h"
#include "ringbuf/ring_private.h"

/* Where a page's events are cut off, and what was discarded before. */
struct cut {
	struct rb_page *page;
	uint64_t word;
	uint64_t discarded;
};

/* Events reserved on a page that may be half left. One whose reservation
 * overflowed it counts there until the page is sealed. */
static uint64_t events_reserved(struct rb_page *page)
{
	uint64_t end = load_relaxed(rb_page_is_left(page) ? &page->left
							  : &page->write);

	return rb_word_events(end) -
	       rb_word_events(load_relaxed(&page->discarded));
}

/* Overwrite mode: nothing of the first page that may hold an open event. */
static struct cut cut_at_commit_page(struct rb_cpu *cpu)
{
	uint64_t commit_page = load_relaxed(&cpu->commit_page);
	uint64_t tail = load_relaxed(&cpu->tail);
	struct rb_page *head = rb_page_of(load_relaxed(&cpu->head));
	struct rb_page *page = head;
	uint64_t empty;

	while (rb_page_word(page) != commit_page && rb_page_word(page) != tail)
		page = rb_page_next(cpu, page);
	if (rb_page_word(page) != commit_page)
		page = head; /* the reader has passed the commit page */
	empty = rb_word_generation(load_relaxed(&page->write)) << RB_GEN_SHIFT;
	return (struct cut){ page, empty, empty };
}

/* What the published events of a page give back, as its discarded word. */
static uint64_t discarded_before(struct rb_page *page, uint64_t commit)
{
	uint64_t sum = rb_word_generation(commit) << RB_GEN_SHIFT;
	uint32_t extend = 0, bytes;

	for (uint32_t at = 0; at < rb_word_bytes(commit); at += bytes) {
		uint64_t word =
			load_data((uint64_t *)(void *)(page->data + at));
		uint32_t length = (uint32_t)(word >> 32) & 0xffffff;
		bool extends = word >> 56 == RB_TYPE_TIME_EXTEND;

		bytes = RB_EVENT_HEADER + (extends ? 0 : rb_round_up(length));
		if (word >> 56 == RB_TYPE_PADDING)
			sum += RB_ONE_EVENT + extend + bytes;
		extend = extends ? RB_EVENT_HEADER : 0;
	}
	return sum;
}

/* Produce-consume mode: nothing behind the commit edge. */
static struct cut cut_at_commit_edge(struct rb_cpu *cpu)
{
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->head));
	uint64_t commit = load_relaxed(&page->commit);

	while (commit & RB_COMMIT_LEFT) {
		page = rb_page_next(cpu, page);
		commit = load_relaxed(&page->commit);
	}
	return (struct cut){ page, commit, discarded_before(page, commit) };
}

/* Events that somebody reserved and the cut takes away. */
static uint64_t events_behind(struct rb_cpu *cpu, const struct cut *cut)
{
	uint64_t tail = load_relaxed(&cpu->tail);
	struct rb_page *page = cut->page;
	uint64_t events = events_reserved(page);

	while (rb_page_word(page) != tail) {
		page = rb_page_next(cpu, page);
		events += events_reserved(page);
	}
	return events -
	       (rb_word_events(cut->word) - rb_word_events(cut->discarded));
}

/*
 * The cut page is the tail, and was not left; the pages from there to the head
 * are of a generation that neither this round nor the next gives them. A live
 * reader looks at none of these words: it does not pass the commit edge.
 */
static void make_tail(struct rb_cpu *cpu, const struct cut *cut)
{
	uint64_t unopened = (rb_word_generation(cut->word) - 1) << RB_GEN_SHIFT;
	uint64_t head = load_relaxed(&cpu->head);
	struct rb_page *page = rb_page_next(cpu, cut->page);

	while (page != cut->page && rb_page_word(page) != head) {
		store_relaxed(&page->write, unopened);
		store_relaxed(&page->commit, unopened);
		store_relaxed(&page->discarded, unopened);
		store_relaxed(&page->left, unopened);
		page = rb_page_next(cpu, page);
	}
	store_relaxed(&cut->page->left, unopened);
	store_relaxed(&cut->page->discarded, cut->discarded);
	store_relaxed(&cut->page->write, cut->word);
	store_relaxed(&cpu->tail, rb_page_word(cut->page));
	store_relaxed(&cpu->commit_page, rb_page_word(cut->page));
}

/* Events read of the page that is cut whole are not lost; what was read of a
 * page that a writer ended losing is the reader's place no more. */
static uint64_t forget_place(struct rb_cpu *cpu, const struct cut *cut)
{
	uint64_t place = load_relaxed(&cpu->read_page);
	bool is_head = place == load_relaxed(&cpu->head);

	if (is_head && place != rb_page_word(cut->page))
		return 0;
	store_relaxed(&cpu->read_page, 0);
	return is_head ? load_plain(&cpu->read_events) : 0;
}

void rb_recover(struct rb_cpu *cpu)
{
	bool overwrite = cpu->mode == RB_OVERWRITE;
	struct cut cut = overwrite ? cut_at_commit_page(cpu)
				   : cut_at_commit_edge(cpu);
	uint64_t lost = events_behind(cpu, &cut);

	if (overwrite)
		lost -= forget_place(cpu, &cut);
	make_tail(cpu, &cut);
	store_plain(&cpu->lost, load_plain(&cpu->lost) + lost);
	rb_cpu_freshen(cpu);
}
