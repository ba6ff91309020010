/* SPDX-License-Identifier: MIT */
/*
 * floor_loops.c - the measured loops of the floors that are loops of writes.
 *
 * A unit of its own, compiled and aligned exactly as the strategies' loops.
 */
#include "bench/floors/floors.h"

/* Behind the last event that may begin lies room for the longest one. */
#define APPEND_SLACK (RB_EVENT_HEADER + 1024u)

int bench_append_init(struct bench_append *append, void *memory, size_t bytes)
{
	append->memory = memory;
	append->end = append->memory + bytes;
	append->limit = append->end - APPEND_SLACK;
	store_relaxed(&append->at, append->memory);
	return sys_mutex_init(&append->mutex);
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

/* What stands around each event, or after it. */
enum around {
	NOTHING,
	BARRIER,
	MUTEX,
};

SWAP_HOT void append_loop(struct swap_loop *loop, uint32_t payload,
			  enum around around)
{
	struct bench_append *append = (struct bench_append *)loop->slot;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;

	for (; sequence != stop; sequence++) {
		if (around == MUTEX)
			sys_mutex_lock(&append->mutex);
		append_event(append, sequence, salt, payload);
		if (around == MUTEX)
			sys_mutex_unlock(&append->mutex);
		if (around == BARRIER)
			full_barrier(); /* F12 pairs with nothing: its cost */
	}
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

#define APPEND_LOOP(name, around, payload, bytes)                     \
	static __attribute__((noinline, aligned(64))) void            \
		floor_loop_##name##_##payload(struct swap_loop *loop) \
	{                                                             \
		append_loop(loop, bytes, around);                     \
	}

/* In the order of swap_payloads. */
#define APPEND_LOOPS(name, around)                                      \
	APPEND_LOOP(name, around, 0, 0u)                                \
	APPEND_LOOP(name, around, 8, 8u)                                \
	APPEND_LOOP(name, around, 16, 16u)                              \
	APPEND_LOOP(name, around, 64, 64u)                              \
	APPEND_LOOP(name, around, 256, 256u)                            \
	APPEND_LOOP(name, around, 1024, 1024u)                          \
	APPEND_LOOP(name, around, variable, SWAP_PAYLOAD_VARIABLE)      \
	const swap_loop_fn bench_loops_of_##name[SWAP_PAYLOADS] = {     \
		floor_loop_##name##_0,	      floor_loop_##name##_8,    \
		floor_loop_##name##_16,	      floor_loop_##name##_64,   \
		floor_loop_##name##_256,      floor_loop_##name##_1024, \
		floor_loop_##name##_variable,                           \
	};

APPEND_LOOPS(append, NOTHING)
APPEND_LOOPS(append_barrier, BARRIER)
APPEND_LOOPS(append_mutex, MUTEX)

const swap_loop_fn bench_loops_of_empty[SWAP_PAYLOADS] = {
	floor_loop_empty, floor_loop_empty, floor_loop_empty, floor_loop_empty,
	floor_loop_empty, floor_loop_empty, floor_loop_empty,
};

swap_loop_fn bench_floor_loop(const struct bench_floor *floor, uint32_t payload)
{
	for (unsigned int i = 0; floor->loops && i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == payload)
			return floor->loops[i];
	return NULL;
}
