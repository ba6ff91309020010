/* SPDX-License-Identifier: MIT */
/* ring_buffer.c - sub-buffer crossing: the slow path of every write. */
#include "ringbuf/ring_buffer.h"
#include "ringbuf/ring_private.h"

#ifdef RB_HAVE_TSAN
_Atomic unsigned int rb_tsan_fence_word;
#endif

void rb_drop(struct rb_slot *slot, enum rb_drop cause)
{
	local_fetch_add(&slot->drops[cause], 1);
}

void rb_drop_refused(struct rb_slot *slot)
{
	rb_drop(slot, load_relaxed(&slot->refuse) & RB_REFUSE_FORKED
			      ? RB_DROP_CONTEXT
			      : RB_DROP_EARLY);
}

/* Generation of the page after page, when it is opened next. */
static uint64_t rb_next_generation(struct rb_page *page, struct rb_page *next)
{
	uint64_t generation = rb_word_generation(load_relaxed(&page->write));

	generation += next <= page; /* round the ring once more */
	return (generation << RB_GEN_SHIFT) >> RB_GEN_SHIFT;
}

/*
 * Overwrite mode, the tail has come round to the oldest page: lose it, and
 * leave what is lost so far with the page that becomes the head. A nested
 * writer may do it first. Before our second look at head, that ends it here;
 * after it, both store the same there, and the cmpxchg of head fails. (Should
 * it have gone on, that page is no head any more, nor can be again before we
 * are done: nobody passes the commit page.)
 *
 * One that comes after the cmpxchg may lose the next page at once: what was
 * read of this one must not count there, so the reader's place names its page.
 */
static void rb_lose_head(struct rb_cpu *cpu, struct rb_page *head)
{
	struct rb_page *next = rb_page_next(cpu, head);
	bool was_read = load_relaxed(&cpu->read_page) == rb_page_word(head);
	uint64_t pages_lost = load_relaxed(&head->pages_lost) + 1;
	uint64_t lost = rb_page_events(head);

	if (was_read)
		lost -= load_plain(&cpu->read_events);
	lost += load_relaxed(&head->overrun);
	compiler_barrier(); /* O1 pairs with O2: old words, then head */
	if (load_relaxed(&cpu->head) != rb_page_word(head))
		return;
	store_relaxed(&next->overrun, lost);
	store_relaxed(&next->pages_lost, pages_lost);
	/* O2 pairs with O1: the page's words change after it is lost */
	if (local_cmpxchg(&cpu->head, rb_page_word(head), rb_page_word(next)) &&
	    was_read)
		store_relaxed(&cpu->read_page, 0);
}

/*
 * Make page ready to be written as its next generation. Each word carries the
 * generation (or a clock that has moved on), so that a context that was
 * interrupted here by one that opened and used the page changes nothing.
 */
static void rb_page_open(struct rb_cpu *cpu, struct rb_page *page,
			 uint64_t generation)
{
	uint64_t stamp = load_relaxed(&page->time_stamp);
	uint64_t discarded = load_relaxed(&page->discarded);
	uint64_t write;

	compiler_barrier(); /* G1 pairs with G2: old words, then generation */
	write = load_relaxed(&page->write);
	if (rb_word_generation(write) == generation)
		return;
	if (cpu->stamp != RB_STAMP_NONE)
		local_cmpxchg(&page->time_stamp, stamp, rb_now(cpu->stamp));
	local_cmpxchg(&page->discarded, discarded, generation << RB_GEN_SHIFT);
	/* G2 pairs with G1: whoever sees the generation finds all words new */
	local_cmpxchg(&page->write, write, generation << RB_GEN_SHIFT);
}

/*
 * The first reservation that did not fit ends the page where it found it, once
 * the page is left: until then the page has room again if that is taken back.
 * Nobody needs it sooner. The page cannot be lost, published or read before
 * this context is done.
 */
static void rb_page_seal(struct rb_cpu *cpu, struct rb_page *page,
			 uint64_t found)
{
	uint32_t room = cpu->capacity - rb_word_bytes(found);
	uint64_t *event =
		(uint64_t *)(void *)(page->data + rb_word_bytes(found));

	if (room)
		store_data(event, rb_event_header(RB_TYPE_PADDING,
						  room - RB_EVENT_HEADER, 0));
	store_relaxed(&page->left, found);
}

/*
 * Move the tail from page to the next one. Only called by a context whose
 * reservation overflowed the tail page, so the commit page cannot pass page
 * before the first such context is done; nested contexts may have moved the
 * tail already, then every step here finds its work done.
 *
 * The outermost writer has no open event while it reserves: in overwrite mode
 * it takes the commit page along, from sealed pages to the next. A nested
 * writer leaves it behind, in front of every event that it interrupted.
 */
static int rb_tail_advance(struct rb_slot *slot, struct rb_cpu *cpu,
			   struct rb_page *page, uint64_t found)
{
	struct rb_page *next = rb_page_next(cpu, page);
	bool overwrite = cpu->mode == RB_OVERWRITE;
	bool outermost = overwrite && load_relaxed(&slot->nesting) <= 1;

	if (outermost)
		store_relaxed(&cpu->commit_page, rb_page_word(page));
	else if (overwrite &&
		 rb_page_word(next) == load_relaxed(&cpu->commit_page))
		return RB_DROP_COMMIT_OVERRUN;
	/* H1 pairs with H2: the reader is done with the page we reuse */
	if (rb_page_word(next) == load_acquire(&cpu->head)) {
		if (!overwrite)
			return load_relaxed(&next->commit) & RB_COMMIT_LEFT
				       ? RB_DROP_FULL
				       : RB_DROP_COMMIT_OVERRUN;
		rb_lose_head(cpu, next);
	}
	rb_page_open(cpu, next, rb_next_generation(page, next));
	local_cmpxchg(&cpu->tail, rb_page_word(page), rb_page_word(next));
	if (outermost) {
		rb_page_seal(cpu, page, found);
		store_relaxed(&cpu->commit_page, rb_page_word(next));
	}
	return -1;
}

/*
 * Is page, in which found was found, still the tail? A handler may have gone
 * round the ring since (with a live reader taking what it wrote), so that page
 * is the tail again, in another generation and not overflown. While somebody
 * whose overflow moves the tail is interrupted, the reader cannot pass page
 * and nothing goes round: what is true here stays true.
 */
static bool rb_is_overflown_tail(struct rb_cpu *cpu, struct rb_page *page,
				 uint64_t found)
{
	return load_relaxed(&cpu->tail) == rb_page_word(page) &&
	       rb_word_generation(load_relaxed(&page->write)) ==
		       rb_word_generation(found);
}

/*
 * The page was left, and found - not the first to overflow it - stays in its
 * write word. While the first is interrupted before its seal, that word is all
 * there is to count the page's events by, should the writer end there: take
 * the event out and leave the bytes. It is interrupted, so the page is not
 * reused; where the page is sealed, it may be.
 */
static void rb_page_uncount(struct rb_page *page, uint64_t found)
{
	if (!rb_page_is_left(page) &&
	    rb_word_generation(load_relaxed(&page->write)) ==
		    rb_word_generation(found))
		local_fetch_add(&page->write, -RB_ONE_EVENT);
}

/*
 * A reservation overflowed page. Cross into the next page and return true (the
 * caller reserves again), or take the reservation back, count the refusal and
 * return false. len is what the event takes without a time extend, which
 * it may not need on a new page.
 *
 * Taking back is a cmpxchg: it fails only when a nested writer crossed in
 * between, so that the page is left and must stay overflown (a context that
 * loaded the old tail earlier must not find room in it); then the write goes
 * on after it.
 */
bool rb_reserve_slow(struct rb_slot *slot, struct rb_cpu *cpu,
		     struct rb_page *page, uint64_t found, uint64_t added,
		     uint32_t len)
{
	bool first = rb_word_bytes(found) <= cpu->capacity;
	int refused = -1;

	if (len > cpu->capacity)
		refused = RB_DROP_TOO_BIG;
	else if (rb_is_overflown_tail(cpu, page, found))
		refused = rb_tail_advance(slot, cpu, page, found);
	if (refused >= 0 && local_cmpxchg(&page->write, found + added, found)) {
		rb_drop(slot, (enum rb_drop)refused);
		return false;
	}
	if (first)
		rb_page_seal(cpu, page, found);
	else
		rb_page_uncount(page, found);
	/* The end of the page is an event too: pass the commit edge on. */
	if (first && cpu->mode == RB_PRODUCE_CONSUME &&
	    load_relaxed(&page->commit) == found)
		rb_publish(cpu, page);
	if (refused == RB_DROP_TOO_BIG) {
		rb_drop(slot, RB_DROP_TOO_BIG);
		return false;
	}
	return true;
}

/*
 * Produce-consume: publish everything reserved so far, from page on, where the
 * caller has had the commit edge. All reservations after it belong to
 * handlers that have returned, so they are complete.
 *
 * A handler that comes while commit equals write has the edge itself and
 * publishes: then commit moves, and there is nothing left to do here. As long
 * as commit differs from write no handler can have it, so that what is stored
 * here is newer than what is there and the reader never sees a word go back.
 */
void rb_publish(struct rb_cpu *cpu, struct rb_page *page)
{
	for (;;) {
		uint64_t commit = load_relaxed(&page->commit);
		struct rb_page *next;
		uint64_t end, tail;

		compiler_barrier(); /* P3 pairs with P5: commit, then the rest */
		end = load_relaxed(&page->write);
		compiler_barrier(); /* P4 pairs with P4: word, then tail */
		tail = load_relaxed(&cpu->tail);
		compiler_barrier(); /* P5 pairs with P3: all of one moment */
		if (load_relaxed(&page->commit) != commit)
			continue;
		if (commit == end || (commit & RB_COMMIT_LEFT))
			return;
		if (tail == rb_page_word(page)) {
			/* P6 pairs with C1: events before the word */
			store_release(&page->commit, end);
			continue;
		}
		next = rb_page_next(cpu, page);
		store_relaxed(&next->commit, rb_next_generation(page, next)
						     << RB_GEN_SHIFT);
		/* P7 pairs with C1: last events and the next page's word */
		store_release(&page->commit,
			      load_relaxed(&page->left) | RB_COMMIT_LEFT);
		page = next;
	}
}
