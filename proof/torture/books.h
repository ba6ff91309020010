/* SPDX-License-Identifier: MIT */
/*
 * books.h - what was written, what was read, and whether that agrees.
 *
 * Invariant: a chunk is what one snapshot (or one consume) yielded, in buffer
 * order. In each source the chunks of a slot are disjoint intervals of
 * sequence numbers; sorted by them, each chunk lies after the one before it
 * in every source.
 */
#ifndef PROOF_TORTURE_BOOKS_H
#define PROOF_TORTURE_BOOKS_H

#include <pthread.h>

#include "strategies/events.h"
#include "proof/torture/torture.h"

#define BOOK_MAX_CHUNKS 200000u

/* One source's part of a chunk. */
struct book_span {
	uint64_t events;
	uint64_t first, last; /* sequence numbers */
	uint64_t first_ordinal, last_ordinal;
	uint64_t first_stamp, last_stamp;
};

struct book_chunk {
	struct book_span source[TORTURE_SOURCES];
};

/* What one source's writer did; changed by its own context only. */
struct book_source {
	uint64_t attempted;
	uint64_t stored;
	uint64_t refused;
	uint64_t discarded;
};

/* The books of one slot. */
struct book {
	uint64_t salt;	       /* of the slot's events; constant */
	bool loops;	       /* source 0 is a measured loop: no ordinals */
	uint32_t loop_payload; /* its payload */
	bool stamps;
	bool live_reader; /* somebody consumes beside the writer */
	bool exact;	  /* nothing is overrun: produce-consume */
	unsigned int slot;

	pthread_mutex_t lock; /* for what follows, while threads run */
	struct book_chunk *chunks;
	size_t n_chunks, room;
	uint64_t overrun;
};

/* Reads one buffer into a chunk; handed to rb_walk and rb_consume. */
struct book_reader {
	struct book *book;
	struct book_chunk chunk;
	uint64_t events;
	uint64_t stamp; /* of the event before */
	uint64_t bad;	/* violations reported; the rest is counted only */
};

void book_init(struct book *book);
void book_destroy(struct book *book);

/* rb_event_fn; arg is a struct book_reader. Any one thread. */
int book_read_event(const struct rb_event *event, void *arg);

/* Enter a chunk and the overrun that its buffer counted. Any thread.
 * false: the book is full, end the round. */
bool book_enter(struct book *book, const struct book_chunk *chunk,
		uint64_t overrun);

/*
 * Close the books of a quiescent slot: sort, check cuts, add up. sources are
 * what the writer did; drops is the sum of the slot's drop counters. Adds to
 * the result's sums and reports violations.
 */
void book_close(struct book *book, struct book_source *sources, uint64_t drops,
		struct torture_result *result);

/*
 * Count a violation and print its line, "!!! torture STRATEGY: kind (C1): ...";
 * the first ten of a run are printed. Thread context, any thread.
 */
__attribute__((format(printf, 2, 3))) void
torture_violation(enum torture_kind kind, const char *format, ...);

/* The system refused a swap with this errno: no verdict. Any context. */
void torture_forbidden(int error);

/* The seq of 44 bits and the source of a 48-bit sequence number. */
static inline unsigned int book_source_of(uint64_t number)
{
	return (unsigned int)(number >> SWAP_LEVEL_SHIFT);
}

#endif
