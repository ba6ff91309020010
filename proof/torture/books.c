/* SPDX-License-Identifier: MIT */
/* books.c - reading events, and closing the books. */
#include "proof/torture/books.h"

#include <stdlib.h>
#include <string.h>

#define ULL(x) ((unsigned long long)(x))

void book_init(struct book *book)
{
	pthread_mutex_init(&book->lock, NULL);
}

void book_destroy(struct book *book)
{
	free(book->chunks);
	pthread_mutex_destroy(&book->lock);
}

/* One line a reader is enough: a broken buffer breaks everywhere. */
static void report(struct book_reader *reader, enum torture_kind kind,
		   const char *what, uint64_t found, uint64_t against)
{
	if (reader->bad++)
		return;
	torture_violation(kind, "slot %u: %s: %llu after %llu",
			  reader->book->slot, what, ULL(found), ULL(against));
}

static bool payload_is_whole(const struct book *book, const uint64_t *words,
			     uint32_t length, uint64_t number)
{
	bool loop = book->loops && !book_source_of(number);

	if (length % 8 ||
	    (loop && length != swap_event_length(book->loop_payload, number)))
		return false;
	/* Word 1 of an event that no loop wrote is its ordinal. */
	for (uint32_t i = loop ? 1 : 2; i < length / 8; i++)
		if (words[i] != words[0] + i)
			return false;
	return true;
}

static void read_order(struct book_reader *reader, struct book_span *span,
		       uint64_t sequence, const uint64_t *words, bool loop)
{
	if (!span->events) {
		span->first = sequence;
		span->first_ordinal = loop ? 0 : words[1];
	} else if (sequence <= span->last) {
		report(reader, TORTURE_DUPLICATE, "sequence", sequence,
		       span->last);
	} else if (!loop && words[1] != span->last_ordinal + 1) {
		report(reader,
		       words[1] > span->last_ordinal ? TORTURE_LOST
						     : TORTURE_DUPLICATE,
		       "ordinal", words[1], span->last_ordinal);
	}
	span->last = sequence;
	span->last_ordinal = loop ? 0 : words[1];
	span->events++;
}

/* In a buffer, time goes on over all sources. */
static void read_stamp(struct book_reader *reader, struct book_span *span,
		       uint64_t stamp)
{
	if (reader->events > 1 && stamp < reader->stamp)
		report(reader, TORTURE_STAMP, "stamp", stamp, reader->stamp);
	if (span->events == 1)
		span->first_stamp = stamp;
	span->last_stamp = stamp;
	reader->stamp = stamp;
}

int book_read_event(const struct rb_event *event, void *arg)
{
	struct book_reader *reader = arg;
	struct book *book = reader->book;
	const uint64_t *words = event->payload;
	struct book_chunk *chunk = &reader->chunk;
	uint64_t number;
	unsigned int source;

	reader->events++;
	if (event->length < 8 || !swap_event_is_valid(words[0], book->salt)) {
		report(reader, TORTURE_TORN, "not an event of this slot, word",
		       event->length < 8 ? 0 : words[0], reader->events);
		return 0;
	}
	number = swap_event_sequence(words[0]);
	source = book_source_of(number);
	number &= (UINT64_C(1) << SWAP_LEVEL_SHIFT) - 1;
	if (source >= TORTURE_SOURCES ||
	    (event->length < 16 && !(book->loops && !source)) ||
	    !payload_is_whole(book, words, event->length,
			      swap_event_sequence(words[0]))) {
		report(reader, TORTURE_TORN, "torn payload, sequence", number,
		       reader->events);
		return 0;
	}
	read_order(reader, &chunk->source[source], number, words,
		   book->loops && !source);
	if (book->stamps)
		read_stamp(reader, &chunk->source[source], event->time_stamp);
	return 0;
}

bool book_enter(struct book *book, const struct book_chunk *chunk,
		uint64_t overrun)
{
	bool entered = true;

	pthread_mutex_lock(&book->lock);
	if (book->n_chunks == book->room) {
		size_t room = book->room ? 2 * book->room : 1024;
		void *chunks = realloc(book->chunks, room * sizeof(*chunk));

		if (!chunks)
			abort();
		book->chunks = chunks;
		book->room = room;
	}
	book->chunks[book->n_chunks++] = *chunk;
	book->overrun += overrun;
	entered = book->n_chunks < BOOK_MAX_CHUNKS;
	pthread_mutex_unlock(&book->lock);
	return entered;
}

static unsigned int sort_source;

/* Chunks without the source go last. */
static int compare_chunks(const void *a, const void *b)
{
	const struct book_span *x =
		&((const struct book_chunk *)a)->source[sort_source];
	const struct book_span *y =
		&((const struct book_chunk *)b)->source[sort_source];

	if (!x->events || !y->events)
		return (x->events == 0) - (y->events == 0);
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Mostly they are in order already: one swapper reads them one by one. */
static void sort_chunks(struct book *book, unsigned int source)
{
	sort_source = source;
	for (size_t i = 1; i < book->n_chunks; i++)
		if (compare_chunks(&book->chunks[i - 1], &book->chunks[i]) >
		    0) {
			qsort(book->chunks, book->n_chunks,
			      sizeof(book->chunks[0]), compare_chunks);
			return;
		}
}

/* Both have the source: b lies after a, with nothing missing if exact. */
static bool check_pair(const struct book *book, unsigned int source,
		       const struct book_span *a, const struct book_span *b,
		       bool neighbours)
{
	if (b->first <= a->last) {
		torture_violation(TORTURE_CUT,
				  "slot %u source %u: a snapshot begins at "
				  "%llu, the one before it ends at %llu",
				  book->slot, source, ULL(b->first),
				  ULL(a->last));
		return false;
	}
	/* Between buffers time is a source's own: where writes go on during a
	 * swap, a handler may write to the new buffer while the write that it
	 * interrupted still has the old one. */
	if (book->stamps && b->first_stamp < a->last_stamp) {
		torture_violation(TORTURE_STAMP,
				  "slot %u source %u: a snapshot begins at "
				  "time %llu, the one before it ends at %llu",
				  book->slot, source, ULL(b->first_stamp),
				  ULL(a->last_stamp));
		return false;
	}
	if (book->loops && !source)
		return true;
	if (b->first_ordinal <= a->last_ordinal ||
	    (book->exact && neighbours &&
	     b->first_ordinal != a->last_ordinal + 1)) {
		torture_violation(b->first_ordinal <= a->last_ordinal
					  ? TORTURE_DUPLICATE
					  : TORTURE_LOST,
				  "slot %u source %u: a snapshot begins at "
				  "ordinal %llu, the one before it ends at "
				  "%llu",
				  book->slot, source, ULL(b->first_ordinal),
				  ULL(a->last_ordinal));
		return false;
	}
	return true;
}

/* Sorted by one source: its own intervals, the others in the same order. */
static bool check_order(struct book *book, unsigned int by)
{
	const struct book_chunk *last[TORTURE_SOURCES] = { NULL };

	for (size_t i = 0; i < book->n_chunks; i++) {
		const struct book_chunk *chunk = &book->chunks[i];

		if (!chunk->source[by].events)
			break;
		for (unsigned int s = 0; s < TORTURE_SOURCES; s++) {
			if (!chunk->source[s].events)
				continue;
			if (last[s] && !check_pair(book, s, &last[s]->source[s],
						   &chunk->source[s], s == by))
				return false;
			last[s] = chunk;
		}
	}
	return true;
}

static uint64_t events_of(const struct book *book, unsigned int source)
{
	uint64_t events = 0;

	for (size_t i = 0; i < book->n_chunks; i++)
		events += book->chunks[i].source[source].events;
	return events;
}

/* A measured loop does not say what was refused: the drop counters do. */
static void infer_loop_source(struct book *book, struct book_source *sources,
			      uint64_t drops)
{
	uint64_t refused = drops;

	for (unsigned int s = 1; s < TORTURE_SOURCES; s++)
		refused -= sources[s].refused;
	if (refused > sources[0].attempted) {
		torture_violation(TORTURE_COUNTERS,
				  "slot %u: %llu drops counted, %llu writes "
				  "attempted",
				  book->slot, ULL(drops),
				  ULL(sources[0].attempted));
		refused = 0;
	}
	sources[0].refused = refused;
	sources[0].stored = sources[0].attempted - refused;
}

static void check_source(const struct book *book, unsigned int source,
			 const struct book_source *wrote, uint64_t read)
{
	if (wrote->attempted !=
	    wrote->stored + wrote->refused + wrote->discarded)
		torture_violation(TORTURE_COUNTERS,
				  "slot %u source %u: the torture's own counts "
				  "disagree",
				  book->slot, source);
	if (read > wrote->stored)
		torture_violation(TORTURE_DUPLICATE,
				  "slot %u source %u: %llu stored, %llu read",
				  book->slot, source, ULL(wrote->stored),
				  ULL(read));
	else if (book->exact && read < wrote->stored)
		torture_violation(TORTURE_LOST,
				  "slot %u source %u: %llu stored, %llu read",
				  book->slot, source, ULL(wrote->stored),
				  ULL(read));
}

static void check_totals(const struct book *book, uint64_t stored,
			 uint64_t read)
{
	uint64_t found = read + book->overrun;

	if (found < stored)
		torture_violation(TORTURE_LOST,
				  "slot %u: %llu events of %llu stored are "
				  "missing",
				  book->slot, ULL(stored - found), ULL(stored));
	else if (found > stored)
		torture_violation(TORTURE_DUPLICATE,
				  "slot %u: %llu events more than the %llu "
				  "stored",
				  book->slot, ULL(found - stored), ULL(stored));
	if (book->exact && book->overrun)
		torture_violation(TORTURE_COUNTERS,
				  "slot %u: %llu overrun in produce-consume "
				  "mode",
				  book->slot, ULL(book->overrun));
}

void book_close(struct book *book, struct book_source *sources, uint64_t drops,
		struct torture_result *result)
{
	uint64_t stored = 0, read = 0, refused = 0;

	if (book->loops)
		infer_loop_source(book, sources, drops);
	for (unsigned int s = 0; s < TORTURE_SOURCES; s++) {
		uint64_t events = events_of(book, s);

		sort_chunks(book, s);
		if (!check_order(book, s))
			s = TORTURE_SOURCES; /* one finding is enough */
		else
			check_source(book, s, &sources[s], events);
	}
	for (unsigned int s = 0; s < TORTURE_SOURCES; s++) {
		read += events_of(book, s);
		stored += sources[s].stored;
		refused += sources[s].refused;
		result->attempted += sources[s].attempted;
		result->discarded += sources[s].discarded;
		if (s)
			result->nested += sources[s].attempted;
	}
	check_totals(book, stored, read);
	if (refused != drops)
		torture_violation(TORTURE_COUNTERS,
				  "slot %u: %llu writes refused, %llu drops "
				  "counted",
				  book->slot, ULL(refused), ULL(drops));
	result->checked += read;
	result->overrun += book->overrun;
	result->refused += refused;
}
