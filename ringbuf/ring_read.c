/* SPDX-License-Identifier: MIT */
/* ring_read.c - walking, consuming and checking what writers left. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ringbuf/ring_buffer.h"
#include "ringbuf/ring_private.h"

/* A place in the published part of a buffer. */
struct cursor {
	struct rb_cpu *cpu;
	struct rb_page *page;
	uint32_t offset; /* bytes of page passed */
	uint32_t end;	 /* bytes of page that hold events */
	uint32_t events; /* data events among them */
	uint32_t bytes;	 /* their bytes, time extends included */
	uint64_t delta;	 /* upper bits from a time extend */
};

static struct cursor cursor_at_head(struct rb_cpu *cpu)
{
	uint64_t head = load_relaxed(&cpu->head);
	struct cursor at = { .cpu = cpu, .page = rb_page_of(head) };

	if (load_relaxed(&cpu->read_page) == head) {
		at.offset = load_plain(&cpu->read_bytes);
		at.events = load_plain(&cpu->read_events);
		at.bytes = load_plain(&cpu->read_event_bytes);
	}
	return at;
}

/* Where a page's events end, in a buffer that nobody writes. */
static uint64_t quiescent_end(struct rb_cpu *cpu, struct rb_page *page)
{
	return rb_page_word(page) == load_relaxed(&cpu->tail)
		       ? load_relaxed(&page->write)
		       : load_relaxed(&page->left);
}

static void cursor_next_page(struct cursor *at)
{
	at->page = rb_page_next(at->cpu, at->page);
	at->offset = 0;
	at->events = 0;
	at->bytes = 0;
}

/* Overwrite mode: is there an event after at? Steps over ends of pages. */
static bool cursor_has_quiescent(struct cursor *at)
{
	for (;;) {
		at->end = rb_word_bytes(quiescent_end(at->cpu, at->page));
		if (at->offset < at->end)
			return true;
		if (load_relaxed(&at->cpu->tail) == rb_page_word(at->page))
			return false;
		cursor_next_page(at);
	}
}

/* Produce-consume mode: the same, behind a writer that may be running. */
static bool cursor_has_published(struct cursor *at)
{
	for (;;) {
		/* C1 pairs with P1 P6 P7: event bytes after the word */
		uint64_t commit = load_acquire(&at->page->commit);

		at->end = rb_word_bytes(commit & ~RB_COMMIT_LEFT);
		if (at->offset < at->end)
			return true;
		if (!(commit & RB_COMMIT_LEFT))
			return false;
		cursor_next_page(at);
	}
}

static bool cursor_has_more(struct cursor *at)
{
	return at->cpu->mode == RB_OVERWRITE ? cursor_has_quiescent(at)
					     : cursor_has_published(at);
}

/* Decode the event at the cursor and pass it. 1 data, 0 other, -EUCLEAN. */
static int cursor_take(struct cursor *at, struct rb_event *event)
{
	uint64_t *header = (uint64_t *)(void *)(at->page->data + at->offset);
	uint64_t word = load_data(header);
	uint32_t length = (uint32_t)(word >> 32) & 0xffffff;
	uint32_t bytes = RB_EVENT_HEADER + rb_round_up(length);

	if ((word >> 56) == RB_TYPE_TIME_EXTEND) {
		at->delta = (word & ((UINT64_C(1) << 56) - 1)) << 32;
		at->offset += RB_EVENT_HEADER;
		return 0;
	}
	if (bytes > at->end - at->offset ||
	    ((word >> 56) != RB_TYPE_DATA && (word >> 56) != RB_TYPE_PADDING))
		return -EUCLEAN;
	event->payload = header + 1;
	event->length = length;
	event->time_stamp = load_relaxed(&at->page->time_stamp) + at->delta +
			    (uint32_t)word;
	at->offset += bytes;
	if ((word >> 56) == RB_TYPE_DATA) {
		at->events++;
		at->bytes += bytes + (at->delta ? RB_EVENT_HEADER : 0);
	}
	at->delta = 0;
	return (word >> 56) == RB_TYPE_DATA;
}

int rb_walk(struct rb_cpu *cpu, rb_event_fn fn, void *arg)
{
	struct cursor at = cursor_at_head(cpu);
	struct rb_event event;

	while (cursor_has_more(&at)) {
		int kind = cursor_take(&at, &event);

		if (kind < 0)
			return kind;
		if (!kind)
			continue;
		kind = fn(&event, arg);
		if (kind)
			return kind;
	}
	return 0;
}

/* Hand everything before the cursor back to the writer. The page that becomes
 * the head says what was lost before it; produce-consume mode loses nothing. */
static void cursor_give_back(const struct cursor *at)
{
	struct rb_cpu *cpu = at->cpu;

	if (cpu->mode == RB_OVERWRITE) {
		store_relaxed(&at->page->overrun, rb_overrun(cpu));
		store_relaxed(&at->page->pages_lost, rb_pages_lost(cpu));
	}
	store_plain(&cpu->read_bytes, at->offset);
	store_plain(&cpu->read_events, at->events);
	store_plain(&cpu->read_event_bytes, at->bytes);
	store_relaxed(&cpu->read_page, rb_page_word(at->page));
	/* H2 pairs with H1: events were read before their page is reused */
	store_release(&cpu->head, rb_page_word(at->page));
}

/* One reader at work. */
struct consumer {
	struct rb_slot *slot;
	struct cursor at;
	unsigned long taken;
	int err;
};

/* Hand on at most max events; the place has passed each before fn gets it. */
static void consume(struct consumer *reader, unsigned long max, rb_event_fn fn,
		    void *arg)
{
	struct rb_event event;

	while (reader->taken < max && cursor_has_more(&reader->at)) {
		int kind = cursor_take(&reader->at, &event);

		if (kind < 0) {
			reader->err = kind;
			return;
		}
		if (!kind)
			continue;
		reader->taken++;
		if (fn(&event, arg))
			return;
	}
}

/* Give the events and the slot back; the thread may be ending in fn. */
static void consume_end(void *arg)
{
	struct consumer *reader = arg;
	struct rb_cpu *cpu = reader->at.cpu;

	cursor_give_back(&reader->at);
	store_plain(&cpu->read, load_plain(&cpu->read) + reader->taken);
	rb_control_end(reader->slot);
}

long rb_consume(struct rb_slot *slot, unsigned long max, rb_event_fn fn,
		void *arg)
{
	struct consumer reader = { .slot = slot, .err = rb_control_try(slot) };
	struct rb_cpu *cpu;

	if (reader.err)
		return reader.err;
	cpu = rb_slot_active(slot);
	if (cpu->mode == RB_OVERWRITE && load_relaxed(&slot->nesting)) {
		rb_control_end(slot);
		return -EBUSY;
	}
	reader.at = cursor_at_head(cpu);
	pthread_cleanup_push(consume_end, &reader);
	consume(&reader, max, fn, arg);
	pthread_cleanup_pop(/* execute */ 1);
	return reader.taken || !reader.err ? (long)reader.taken : reader.err;
}

/* Sum the unread events and bytes that the words of the pages tell. */
static void count_present(struct rb_cpu *cpu, struct rb_counts *out)
{
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->head));
	uint64_t last = load_relaxed(&cpu->tail);

	for (;;) {
		uint64_t end = quiescent_end(cpu, page);
		uint64_t discarded = load_relaxed(&page->discarded);

		out->entries += rb_word_events(end) - rb_word_events(discarded);
		out->bytes += rb_word_bytes(end) - rb_word_bytes(discarded);
		if (rb_page_word(page) == last)
			return;
		page = rb_page_next(cpu, page);
	}
}

void rb_counts(struct rb_cpu *cpu, struct rb_counts *out)
{
	struct cursor at = cursor_at_head(cpu);

	memset(out, 0, sizeof(*out));
	count_present(cpu, out);
	out->entries -= at.events;
	out->bytes -= at.bytes;
	out->read = load_plain(&cpu->read);
	out->overrun = rb_overrun(cpu);
	out->pages_lost = rb_pages_lost(cpu);
	out->lost = load_plain(&cpu->lost);
}

bool rb_cpu_has_unread(struct rb_cpu *cpu)
{
	struct cursor at = cursor_at_head(cpu);
	uint64_t tail = load_relaxed(&cpu->tail);

	for (;;) {
		uint64_t end = quiescent_end(cpu, at.page);
		uint64_t discarded = load_relaxed(&at.page->discarded);

		if (rb_word_events(end) - rb_word_events(discarded) > at.events)
			return true;
		if (rb_page_word(at.page) == tail)
			return false;
		cursor_next_page(&at);
	}
}

static int count_event(const struct rb_event *event, void *arg)
{
	uint64_t *events = arg;

	(void)event;
	(*events)++;
	return 0;
}

int rb_check(struct rb_cpu *cpu, char *why, size_t size)
{
	struct rb_page *tail = rb_page_of(load_relaxed(&cpu->tail));
	uint64_t write = load_relaxed(&tail->write);
	struct rb_counts counts;
	uint64_t walked = 0;

	if (rb_word_bytes(write) > cpu->capacity) {
		snprintf(why, size, "the page being written is overfull");
		return -EUCLEAN;
	}
	if (cpu->mode == RB_PRODUCE_CONSUME &&
	    load_relaxed(&tail->commit) != write) {
		snprintf(why, size,
			 "commit has not caught up with write: "
			 "an event is still open or was lost");
		return -EUCLEAN;
	}
	if (rb_walk(cpu, count_event, &walked)) {
		snprintf(why, size, "the bytes are not a sequence of events");
		return -EUCLEAN;
	}
	rb_counts(cpu, &counts);
	if (counts.entries != walked) {
		snprintf(why, size, "%llu events walked, %llu counted",
			 (unsigned long long)walked,
			 (unsigned long long)counts.entries);
		return -EUCLEAN;
	}
	return 0;
}
