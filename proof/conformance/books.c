/* SPDX-License-Identifier: MIT */
/* books.c - every event that was attempted is found once, or explained. */
#include <string.h>

#include "proof/conformance/conform.h"

uint64_t book_hash(const struct rb_cpu *cpu)
{
	const uint64_t *words = (const uint64_t *)(const void *)cpu->pages;
	size_t n = (size_t)cpu->subbufs * cpu->subbuf_size / 8;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	words = (const uint64_t *)(const void *)cpu;
	for (size_t i = 0; i < sizeof(*cpu) / 8; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/*
 * Stamps never go back within a buffer, nor from one to the next within a
 * level. Across the cut levels may mix: with rcu a handler writes to the new
 * buffer already while the write that it interrupted goes to the old one.
 */
static void book_stamp(struct rig_writer *writer, uint64_t *last,
		       uint64_t stamp)
{
	if (stamp < *last && !writer->rig->unordered)
		rig_violation(writer->rig, SWAP_C3_ONE_CUT,
			      "time stamps go back by %llu",
			      (unsigned long long)(*last - stamp));
	*last = stamp;
}

static void book_sequence(struct rig_writer *writer, uint64_t sequence,
			  uint64_t stamp)
{
	unsigned int level = (unsigned int)(sequence >> SWAP_LEVEL_SHIFT);
	uint64_t number = sequence & SWAP_SEQUENCE_MASK;
	struct book *book;

	if (level >= RIG_LEVELS) {
		rig_violation(writer->rig, SWAP_C5_NESTING, "event of level %u",
			      level);
		return;
	}
	book = &writer->books[level];
	book_stamp(writer, &book->last_stamp, stamp);
	book->seen++;
	if (book->window[number % RIG_WINDOW] == number + 1)
		rig_violation(writer->rig, SWAP_C2_CONSERVED,
			      "duplicate: level %u event %llu", level,
			      (unsigned long long)number);
	else if (number < book->next && !writer->rig->unordered)
		rig_violation(writer->rig, SWAP_C3_ONE_CUT,
			      "level %u event %llu behind %llu", level,
			      (unsigned long long)number,
			      (unsigned long long)book->next - 1);
	book->window[number % RIG_WINDOW] = number + 1;
	if (number >= book->next)
		book->next = number + 1;
}

int book_event(const struct rb_event *event, void *arg)
{
	struct rig_writer *writer = arg;
	struct rig *rig = writer->rig;
	const uint64_t *words = event->payload;
	uint64_t sequence;

	book_stamp(writer, &writer->last_stamp, event->time_stamp);
	if (!rig->config.payload) {
		writer->uncounted++;
		return 0;
	}
	if (event->length < 8 ||
	    !swap_event_is_valid(words[0], RIG_SALT + writer->index)) {
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "an event that nobody wrote, or not yet");
		return 0;
	}
	sequence = swap_event_sequence(words[0]);
	if (event->length != swap_event_length(rig->config.payload, sequence))
		rig_violation(rig, SWAP_C1_EXCLUSIVE, "an event of length %u",
			      event->length);
	for (uint32_t i = 1; i < event->length / 8; i++)
		if (words[i] != words[0] + i) {
			rig_violation(rig, SWAP_C1_EXCLUSIVE, "a torn event");
			break;
		}
	book_sequence(writer, sequence, event->time_stamp);
	return 0;
}

void book_buffer(struct rig *rig, unsigned int slot, struct rb_cpu *cpu)
{
	struct rig_writer *writer = &rig->writer[slot];
	struct rb_counts counts;
	char why[128];

	if (!rig->config.consume)
		writer->last_stamp = 0;
	if (rb_check(cpu, why, sizeof(why)))
		rig_violation(rig, SWAP_C1_EXCLUSIVE, "not quiescent: %s", why);
	if (rb_walk(cpu, book_event, writer))
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "not a sequence of events");
	rb_counts(cpu, &counts);
	writer->overrun += counts.overrun + counts.lost;
	if (counts.read != rig->consumed[slot])
		rig_violation(rig, SWAP_C2_CONSERVED, "%llu read, %llu counted",
			      (unsigned long long)rig->consumed[slot],
			      (unsigned long long)counts.read);
	rig->consumed[slot] = 0;
}

void book_snapshot(struct rig *rig, unsigned int slot, struct rb_cpu *cpu)
{
	struct rb_counts counts;

	rb_counts(cpu, &counts);
	rig->taken += counts.entries + counts.overrun;
	book_buffer(rig, slot, cpu);
}

void book_balance(struct rig *rig, unsigned int slot)
{
	struct rig_writer *writer = &rig->writer[slot];
	uint64_t attempted = 0, discarded = 0, seen = writer->uncounted;
	uint64_t drops = 0;
	int64_t missing;

	for (unsigned int i = 0; i < RIG_LEVELS; i++) {
		attempted += writer->attempted[i];
		discarded += writer->discarded[i];
		seen += writer->books[i].seen;
	}
	for (int i = 0; i < RB_DROP_CAUSES; i++)
		drops += rb_drops(rb_slot(rig->live, slot), (enum rb_drop)i);
	missing = (int64_t)(attempted - seen - writer->overrun - drops -
			    discarded);
	if (missing)
		rig_violation(rig, SWAP_C2_CONSERVED,
			      "%lld events %s: attempted %llu, read %llu, "
			      "overrun %llu, dropped %llu, discarded %llu",
			      (long long)(missing < 0 ? -missing : missing),
			      missing < 0 ? "too many" : "lost",
			      (unsigned long long)attempted,
			      (unsigned long long)seen,
			      (unsigned long long)writer->overrun,
			      (unsigned long long)drops,
			      (unsigned long long)discarded);
}
