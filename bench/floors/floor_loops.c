/* SPDX-License-Identifier: MIT */
/*
 * floor_loops.c - the measured loops of the floors `empty` and `append`.
 *
 * A unit of its own, compiled and aligned exactly as the strategies' loops.
 */
#include "bench/floors/floors.h"

/* Behind the last event that may begin lies room for the longest one. */
#define APPEND_SLACK (RB_EVENT_HEADER + 1024u)

void bench_append_init(struct bench_append *append, void *memory, size_t bytes)
{
	append->memory = memory;
	append->end = append->memory + bytes;
	append->limit = append->end - APPEND_SLACK;
	store_relaxed(&append->at, append->memory);
}

SWAP_HOT void append_event(struct bench_append *append, uint64_t sequence,
			   uint64_t salt, uint32_t payload)
{
	uint32_t length = swap_event_length(payload, sequence);
	unsigned char *at = load_relaxed(&append->at);
	uint64_t *event = (uint64_t *)(void *)at;

	if (rb_unlikely(at > append->limit))
		event = (uint64_t *)(void *)append->memory;
	store_data(event, rb_event_header(RB_TYPE_DATA, length, 0));
	swap_event_fill(event + 1, length, swap_event_word(sequence, salt));
	store_relaxed(&append->at,
		      (unsigned char *)(event + 1) + rb_round_up(length));
}

SWAP_HOT void append_loop(struct swap_loop *loop, uint32_t payload)
{
	struct bench_append *append = (struct bench_append *)loop->slot;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;

	for (; sequence != stop; sequence++)
		append_event(append, sequence, salt, payload);
	loop->sequence = sequence;
}

/* The asm keeps the loop: a fence alone does not stop clang from folding it. */
static __attribute__((noinline, aligned(64))) void
floor_loop_empty(struct swap_loop *loop)
{
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;

	for (; sequence != stop; sequence++)
		__asm__ volatile("" : "+r"(sequence) : : "memory");
	loop->sequence = sequence;
}

#define APPEND_LOOP(payload, bytes)                                 \
	static __attribute__((noinline, aligned(64))) void          \
		floor_loop_append_##payload(struct swap_loop *loop) \
	{                                                           \
		append_loop(loop, bytes);                           \
	}

APPEND_LOOP(0, 0u)
APPEND_LOOP(8, 8u)
APPEND_LOOP(16, 16u)
APPEND_LOOP(64, 64u)
APPEND_LOOP(256, 256u)
APPEND_LOOP(1024, 1024u)
APPEND_LOOP(variable, SWAP_PAYLOAD_VARIABLE)

/* In the order of swap_payloads. */
static const swap_loop_fn append_loops[SWAP_PAYLOADS] = {
	floor_loop_append_0,	    floor_loop_append_8,
	floor_loop_append_16,	    floor_loop_append_64,
	floor_loop_append_256,	    floor_loop_append_1024,
	floor_loop_append_variable,
};

swap_loop_fn bench_floor_loop(const struct bench_floor *floor, uint32_t payload)
{
	if (floor->name[0] == 'e')
		return floor_loop_empty;
	for (unsigned int i = 0; i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == payload)
			return append_loops[i];
	return NULL;
}
