/* SPDX-License-Identifier: MIT */
/* target.c - rings under measurement and the books that are kept of them. */
#include "bench/measure/target.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/figures.h"

/* Looking takes longer than writing: one of so many is looked at. */
#define RESTARTS_LOOKED_AT 64u

/* ------------------------------------------------------------------------ */
/* Memory                                                                   */

static void *target_alloc(void *arg, unsigned int slot, size_t bytes)
{
	struct bench_target *target = arg;
	struct bench_memory *memory = &target->memories[target->n_memories];

	(void)slot;
	if (bench_memory_alloc(target->topology, bytes, target->node,
			       target->memory_flags, memory, target->why,
			       target->why_size))
		return NULL;
	target->n_memories++;
	return memory->addr;
}

static void target_free(void *arg, unsigned int slot, void *addr, size_t bytes)
{
	struct bench_target *target = arg;

	(void)slot;
	(void)bytes;
	for (unsigned int i = 0; i < target->n_memories; i++)
		if (target->memories[i].addr == addr)
			bench_memory_free(target->topology,
					  &target->memories[i]);
}

static unsigned int memory_flags(const struct bench_cell *cell)
{
	return (cell->mlock ? BENCH_MEMORY_LOCKED : 0u) |
	       (cell->huge_pages ? BENCH_MEMORY_HUGE : 0u);
}

/* ------------------------------------------------------------------------ */
/* Life                                                                     */

static struct rb_attr target_attr(struct bench_target *target,
				  unsigned int slots)
{
	const struct bench_cell *cell = &target->cell;
	struct rb_attr attr = {
		.slots = slots,
		.subbufs = (unsigned int)((uint64_t)cell->buffer_kib * 1024 /
					  cell->subbuf),
		.subbuf_size = cell->subbuf,
		.mode = cell->mode,
		.stamp = cell->stamp,
		.alloc = target_alloc,
		.free = target_free,
		.alloc_arg = target,
	};

	return attr;
}

static int create_rings(struct bench_target *target, unsigned int slots)
{
	struct rb_attr attr = target_attr(target, slots);
	int err;

	err = swap_rb_create(target->strategy, attr, &target->live);
	if (err)
		return err;
	err = swap_rb_create(target->strategy, attr, &target->spare);
	for (unsigned int i = 0; !err && i < slots; i++)
		target->writers[i].loop.slot = swap_slot(target->live, i);
	for (unsigned int kind = 0; !err && kind < SWAP_LOOP_KINDS; kind++)
		target->loop[kind] = swap_loop_find(
			target->strategy, kind, target->cell.payload,
			target->cell.stamp, target->cell.mode);
	return err;
}

static int create_floor(struct bench_target *target, char *why, size_t n)
{
	const struct bench_floor *floor =
		bench_floor_find(target->cell.strategy);
	int err = bench_memory_alloc(target->topology,
				     (size_t)target->cell.buffer_kib * 1024,
				     target->node, target->memory_flags,
				     &target->append_memory, why, n);

	if (err)
		return err;
	bench_append_init(&target->append, target->append_memory.addr,
			  target->append_memory.bytes);
	target->loop[SWAP_LOOP_BATCH] =
		bench_floor_loop(floor, target->cell.payload);
	target->writers[0].loop.slot = &target->append.base;
	return 0;
}

static void number_writers(struct bench_target *target, uint64_t salt)
{
	for (unsigned int i = 0; i < target->n_writers; i++) {
		struct bench_target_writer *w = &target->writers[i];

		w->loop.salt = salt + i;
		target->seen[i].salt = salt + i;
		w->nested = w->loop;
		w->nested.sequence = UINT64_C(1) << SWAP_LEVEL_SHIFT;
		w->nested.count = 1;
	}
}

int bench_target_create(struct bench_target *target,
			const struct bench_target_how *how, char *why, size_t n)
{
	int err = -ENOMEM;

	memset(target, 0, sizeof(*target));
	snprintf(why, n, "no memory");
	target->cell = *how->cell;
	target->strategy = bench_cell_strategy(how->cell);
	target->topology = how->topology;
	target->node = how->node;
	target->memory_flags = memory_flags(how->cell);
	target->why = why;
	target->why_size = n;
	target->n_writers = how->slots;
	target->writers =
		aligned_alloc(128, how->slots * sizeof(*target->writers));
	target->seen = calloc(how->slots, sizeof(*target->seen));
	target->memories =
		calloc(2 * (size_t)how->slots, sizeof(*target->memories));
	if (!target->writers || !target->seen || !target->memories)
		goto out;
	memset(target->writers, 0, how->slots * sizeof(*target->writers));
	err = target->strategy ? create_rings(target, how->slots)
			       : create_floor(target, why, n);
	if (err)
		goto out;
	number_writers(target, how->salt);
	return 0;
out:
	bench_target_destroy(target);
	return err;
}

void bench_target_destroy(struct bench_target *target)
{
	rb_destroy(target->spare);
	rb_destroy(target->live);
	bench_memory_free(target->topology, &target->append_memory);
	free(target->memories);
	free(target->seen);
	free(target->writers);
	target->spare = NULL;
	target->live = NULL;
	target->memories = NULL;
	target->seen = NULL;
	target->writers = NULL;
}

/* ------------------------------------------------------------------------ */
/* The books                                                                */

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

	return load_relaxed(&cpu->pages_lost) ||
	       load_relaxed(&cpu->tail) == last;
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
	for (unsigned int i = 0; i < target->n_writers; i++)
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
