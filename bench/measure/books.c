/* SPDX-License-Identifier: MIT */
/* books.c - the books of a target: every event is found again. */
#include "bench/measure/target.h"

#include <stdarg.h>
#include <stdio.h>

#include "bench/result/figures.h"

/* Looking takes longer than writing: one of so many is looked at. */
#define RESTARTS_LOOKED_AT 64u

static void __attribute__((format(printf, 2, 3)))
note_first(struct bench_books *books, const char *format, ...)
{
	va_list args;

	if (books->first[0])
		return;
	va_start(args, format);
	vsnprintf(books->first, sizeof(books->first), format, args);
	va_end(args);
}

struct reader {
	struct bench_target *target;
	struct bench_seen *seen;
	unsigned int slot;
	uint64_t left; /* events still to look at */
	uint64_t newest;
};

/* Do all words of an event belong to one write of this writer? */
static bool event_is_whole(const struct rb_event *event, const uint64_t *words,
			   uint32_t payload, uint64_t salt)
{
	if (!swap_event_is_valid(words[0], salt) ||
	    event->length !=
		    swap_event_length(payload, swap_event_sequence(words[0])))
		return false;
	for (uint32_t i = 1; i < event->length / 8; i++)
		if (words[i] != words[0] + i)
			return false;
	return true;
}

static void look_at_sequence(struct reader *reader, uint64_t sequence)
{
	struct bench_books *books = &reader->target->books;
	unsigned int level = (unsigned int)(sequence >> SWAP_LEVEL_SHIFT) & 15;

	if (reader->seen->any[level] && sequence <= reader->seen->last[level]) {
		books->out_of_order++;
		note_first(books,
			   "slot %u: sequence %llu of level %u after %llu",
			   reader->slot,
			   (unsigned long long)(sequence & SWAP_SEQUENCE_MASK),
			   level,
			   (unsigned long long)(reader->seen->last[level] &
						SWAP_SEQUENCE_MASK));
		return;
	}
	reader->seen->any[level] = true;
	reader->seen->last[level] = sequence;
}

static int look_at_event(const struct rb_event *event, void *arg)
{
	struct reader *reader = arg;
	struct bench_books *books = &reader->target->books;
	uint32_t payload = reader->target->cell.payload;
	const uint64_t *words = event->payload;

	if (!reader->left)
		return 1;
	reader->left--;
	books->events++;
	reader->newest = event->time_stamp;
	if (event->length == 0 && payload == 0)
		return 0;
	if (event->length < 8 ||
	    !event_is_whole(event, words, payload, reader->seen->salt)) {
		books->torn++;
		note_first(books, "slot %u: an event of %u bytes is torn",
			   reader->slot, event->length);
		return 0;
	}
	look_at_sequence(reader, swap_event_sequence(words[0]));
	return 0;
}

/* Look at the events of a quiescent buffer, and count what it held. */
static void enter_buffer(struct bench_target *target, unsigned int slot,
			 struct rb_cpu *cpu, uint64_t limit, uint64_t *newest)
{
	struct bench_books *books = &target->books;
	struct reader reader = {
		.target = target,
		.seen = &target->seen[slot],
		.slot = slot,
		.left = limit,
	};
	int err = rb_walk(cpu, look_at_event, &reader);

	if (err < 0) {
		books->unreadable++;
		note_first(books, "slot %u: a buffer is no event sequence",
			   slot);
	}
	books->sampled += err > 0;
	if (newest)
		*newest = err ? 0 : reader.newest;
}

/* What every write to a buffer changes. */
static uint64_t write_word(struct rb_cpu *cpu)
{
	return load_relaxed(&rb_page_of(load_relaxed(&cpu->tail))->write);
}

/* What the words of a quiescent buffer's pages tell. */
struct contents {
	uint64_t entries;
	uint64_t overrun;
	uint64_t crossings;
};

/* Of the sub-buffers entered since the buffer was empty the first was open
 * then; those up to the tail are there, and the others were lost. */
static struct contents contents_of(struct rb_cpu *cpu)
{
	uint64_t ring = (uint64_t)cpu->subbufs * cpu->subbuf_size;
	uint64_t behind =
		load_relaxed(&cpu->tail) + ring - load_relaxed(&cpu->head);
	struct rb_counts counts;

	rb_counts(cpu, &counts);
	return (struct contents){
		.entries = counts.entries,
		.overrun = counts.overrun,
		.crossings =
			counts.pages_lost + behind % ring / cpu->subbuf_size,
	};
}

/* @entries: the account of the events that are there */
static void enter_contents(struct bench_books *books, uint64_t *entries,
			   const struct contents *contents)
{
	*entries += contents->entries;
	books->overrun += contents->overrun;
	books->crossings += contents->crossings;
}

void bench_target_take(struct bench_target *target, unsigned int slot,
		       uint64_t limit, uint64_t *newest)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(target->spare, slot));
	uint64_t before = write_word(cpu);
	struct bench_books *books = &target->books;
	struct contents contents;

	if (newest)
		*newest = 0;
	if (limit) {
		enter_buffer(target, slot, cpu, limit, newest);
		books->walked++;
	}
	contents = contents_of(cpu);
	if (write_word(cpu) != before) {
		books->late++;
		note_first(books,
			   "slot %u: a snapshot was written to while it was "
			   "read",
			   slot);
	}
	books->snapshots++;
	enter_contents(books, &books->read, &contents);
}

bool bench_target_has_gone_round(const struct bench_target *target,
				 unsigned int slot)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(target->live, slot));
	uint64_t last = (uint64_t)(uintptr_t)cpu->pages +
			(uint64_t)(cpu->subbufs - 1) * cpu->subbuf_size;

	return rb_pages_lost(cpu) || load_relaxed(&cpu->tail) == last;
}

void bench_target_restart(struct bench_target *target, unsigned int slot)
{
	struct rb_slot *live = rb_slot(target->live, slot);
	struct contents contents;

	if (target->restarts++ % RESTARTS_LOOKED_AT == 0)
		enter_buffer(target, slot, rb_slot_active(live), UINT64_MAX,
			     NULL);
	contents = contents_of(rb_slot_active(live));
	if (!rb_reset(live))
		enter_contents(&target->books, &target->books.read, &contents);
}

static void close_ring(struct bench_target *target, struct rb *rb,
		       unsigned int slot)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(rb, slot));
	struct contents contents = contents_of(cpu);

	enter_buffer(target, slot, cpu, UINT64_MAX, NULL);
	enter_contents(&target->books, &target->books.present, &contents);
}

static void close_slot(struct bench_target *target, unsigned int slot)
{
	struct bench_target_writer *w = &target->writers[slot];
	struct bench_books *books = &target->books;

	books->nested += w->nested.sequence - (UINT64_C(1) << SWAP_LEVEL_SHIFT);
	books->attempted += w->loop.sequence;
	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		books->drops[cause] +=
			rb_drops(rb_slot(target->live, slot), cause);
	/* The spare is older: a swap that was done moved it away. */
	close_ring(target, target->spare, slot);
	close_ring(target, target->live, slot);
}

void bench_target_close(struct bench_target *target)
{
	struct bench_books *books = &target->books;
	uint64_t found;

	if (!target->strategy) {
		books->attempted = target->writers[0].loop.sequence;
		return;
	}
	for (unsigned int i = 0; i < target->n_slots; i++)
		close_slot(target, i);
	books->attempted += books->nested;
	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		books->dropped += books->drops[cause];
	found = books->dropped + books->read + books->overrun + books->present;
	if (found < books->attempted)
		books->lost = books->attempted - found;
	else
		books->duplicated = found - books->attempted;
	if (books->lost || books->duplicated)
		note_first(books, "%llu events attempted, %llu found again",
			   (unsigned long long)books->attempted,
			   (unsigned long long)found);
}

uint64_t bench_books_violations(const struct bench_books *books)
{
	return books->lost + books->duplicated + books->torn +
	       books->out_of_order + books->unreadable + books->late;
}

void bench_books_put(const struct bench_books *books, json_t *datum)
{
	const struct {
		enum bench_figure figure;
		uint64_t count;
	} counts[] = {
		{ BENCH_FIGURE_VERIFICATION_EVENTS, books->events },
		{ BENCH_FIGURE_VERIFICATION_SNAPSHOTS, books->snapshots },
		{ BENCH_FIGURE_VERIFICATION_WALKED, books->walked },
		{ BENCH_FIGURE_VERIFICATION_SAMPLED, books->sampled },
		{ BENCH_FIGURE_VERIFICATION_LOST, books->lost },
		{ BENCH_FIGURE_VERIFICATION_DUPLICATED, books->duplicated },
		{ BENCH_FIGURE_VERIFICATION_TORN, books->torn },
		{ BENCH_FIGURE_VERIFICATION_OUT_OF_ORDER, books->out_of_order },
		{ BENCH_FIGURE_VERIFICATION_UNREADABLE, books->unreadable },
		{ BENCH_FIGURE_VERIFICATION_LATE, books->late },
		{ BENCH_FIGURE_VERIFICATION_VIOLATIONS,
		  bench_books_violations(books) },
	};

	for (unsigned int i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		bench_figure_put_count(datum, counts[i].figure,
				       (int64_t)counts[i].count);
	bench_figure_put_text(datum, BENCH_FIGURE_VERIFICATION_FIRST,
			      books->first[0] ? books->first : NULL);
}
