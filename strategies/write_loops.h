/* SPDX-License-Identifier: MIT */
/*
 * write_loops.h - the measured loops, once, and the macro that makes a
 * strategy of hooks.
 *
 * A benchmark must measure the strategy and not a function call: the loops are
 * always_inline and take the hooks as arguments, SWAP_STRATEGY instantiates
 * them as aligned, named, out-of-line functions with payload, stamp and
 * mode as constants, and the bench calls whole loops. A ctest reads the disassembly
 * and fails on any indirect call in a function named swap_loop_*.
 *
 * Every event can be verified: word 0 of its payload is a 48-bit sequence
 * (nesting level in the top four bits) and a 16-bit check, which is the
 * writer's number, spread together; word i is word 0 plus i. Payload 0 is
 * counted only.
 */
#ifndef RINGSWAP_STRATEGIES_WRITE_LOOPS_H
#define RINGSWAP_STRATEGIES_WRITE_LOOPS_H

#include <string.h>

#include "strategies/strategy.h"

/* ------------------------------------------------------------------------ */
/* Events                                                                   */

#define SWAP_LEVEL_SHIFT   44
#define SWAP_SEQUENCE_MASK ((UINT64_C(1) << SWAP_LEVEL_SHIFT) - 1)

/* The variable row's lengths: 8..256 bytes in steps of 8. */
#define SWAP_PAYLOAD_VARIABLE 0xffffffffu

#define SWAP_SEQUENCE_BITS 48

/* An odd number and its inverse modulo 2^64. */
#define SWAP_SPREAD   UINT64_C(0x9e3779b97f4a7c15)
#define SWAP_UNSPREAD UINT64_C(0xf1de83e19937733d)

/*
 * Word 0 of an event: 48 bits of sequence and the 16-bit salt, spread over the
 * word by an odd factor, so that consecutive words differ in many bits and a
 * loop pays one addition. Salt tells writers apart; the slot's index will do.
 */
SWAP_HOT uint64_t swap_event_word(uint64_t sequence, uint64_t salt)
{
	return ((salt << SWAP_SEQUENCE_BITS) + sequence) * SWAP_SPREAD;
}

/* The 48-bit sequence of a valid word 0. */
SWAP_HOT uint64_t swap_event_sequence(uint64_t word)
{
	return (word * SWAP_UNSPREAD) &
	       ((UINT64_C(1) << SWAP_SEQUENCE_BITS) - 1);
}

/* Is it a word of this writer? A foreign or torn one is once in 65536. */
SWAP_HOT bool swap_event_is_valid(uint64_t word, uint64_t salt)
{
	return (word * SWAP_UNSPREAD) >> SWAP_SEQUENCE_BITS == (salt & 0xffff);
}

/* Payload bytes of one event. */
SWAP_HOT uint32_t swap_event_length(uint32_t payload, uint64_t sequence)
{
	if (payload != SWAP_PAYLOAD_VARIABLE)
		return payload;
	return 8 + (uint32_t)((sequence * 13) & 31) * 8;
}

SWAP_HOT void swap_event_fill(void *at, uint32_t length, uint64_t word)
{
	uint64_t *words = at;

	for (uint32_t i = 0; i < length / 8; i++)
		store_data(words + i, word + i);
}

/* ------------------------------------------------------------------------ */
/* Loops                                                                    */

/* What a loop works on; the caller's. */
struct swap_loop {
	struct swap_slot *slot;
	uint64_t count;	   /* events to attempt */
	uint64_t sequence; /* of the next event; advanced by count */
	uint64_t salt;
	uint64_t *stamps; /* latency: room for count + 1 clock values */
};

typedef void (*swap_loop_fn)(struct swap_loop *loop);

/* One attempt to write one event. */
SWAP_HOT void swap_write_event(struct swap_slot *slot, uint64_t sequence,
			       uint64_t salt, uint32_t payload,
			       enum rb_stamp stamp, enum rb_mode mode,
			       swap_begin_fn begin, swap_end_fn end)
{
	uint32_t length = swap_event_length(payload, sequence);
	struct rb_write write;
	unsigned long level;
	struct rb_cpu *cpu;
	void *at;

	cpu = begin(slot, &level);
	if (rb_unlikely(!cpu))
		return;
	at = rb_reserve_as(&slot->rb, cpu, length, stamp, mode, &write);
	if (rb_likely(at != NULL)) {
		swap_event_fill(at, length, swap_event_word(sequence, salt));
		rb_commit(&write);
	}
	end(slot, cpu, level);
}

/* Batch: nothing but writes; divide the caller's clock by count. */
SWAP_HOT void swap_loop_batch(struct swap_loop *loop, uint32_t payload,
			      enum rb_mode mode, enum rb_stamp stamp,
			      swap_begin_fn begin, swap_end_fn end)
{
	struct swap_slot *slot = loop->slot;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;

	for (; sequence != stop; sequence++)
		swap_write_event(slot, sequence, salt, payload, stamp, mode,
				 begin, end);
	loop->sequence = sequence;
}

/* Latency: the clock before the first and behind every write. */
SWAP_HOT void swap_loop_latency(struct swap_loop *loop, uint32_t payload,
				enum rb_mode mode, enum rb_stamp stamp,
				swap_begin_fn begin, swap_end_fn end)
{
	struct swap_slot *slot = loop->slot;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;
	uint64_t *stamps = loop->stamps;

	*stamps++ = rb_clock_cycles();
	for (; sequence != stop; sequence++) {
		swap_write_event(slot, sequence, salt, payload, stamp, mode,
				 begin, end);
		*stamps++ = rb_clock_cycles();
	}
	loop->sequence = sequence;
}

enum swap_loop_kind {
	SWAP_LOOP_BATCH,
	SWAP_LOOP_LATENCY,
	SWAP_LOOP_KINDS
};

#define SWAP_PAYLOADS 7
#define SWAP_STAMPS   3
#define SWAP_MODES    2

/* Payload bytes by column of the table; the last is the variable row. */
extern const uint32_t swap_payloads[SWAP_PAYLOADS];

struct swap_loops {
	swap_loop_fn loop[SWAP_LOOP_KINDS][SWAP_MODES][SWAP_PAYLOADS]
			 [SWAP_STAMPS];
};

/* A loop by its cell's words; NULL: no such payload. */
swap_loop_fn swap_loop_find(const struct swap_strategy *strategy,
			    enum swap_loop_kind kind, uint32_t payload,
			    enum rb_stamp stamp, enum rb_mode mode);

/* ------------------------------------------------------------------------ */
/* Application calls                                                        */

SWAP_HOT void *swap_op_reserve(struct swap_slot *slot, uint32_t length,
			       struct swap_write *write, swap_begin_fn begin,
			       swap_end_fn end)
{
	void *at;

	write->cpu = begin(slot, &write->level);
	if (!write->cpu)
		return NULL;
	at = rb_reserve(&slot->rb, write->cpu, length, write->cpu->stamp,
			&write->write);
	if (!at)
		end(slot, write->cpu, write->level);
	return at;
}

SWAP_HOT int swap_op_write(struct swap_slot *slot, const void *data,
			   uint32_t length, swap_begin_fn begin,
			   swap_end_fn end)
{
	struct swap_write write;
	void *at = swap_op_reserve(slot, length, &write, begin, end);

	if (!at)
		return length > rb_payload_max(slot->rb.rb->attr.subbuf_size)
			       ? -EMSGSIZE
			       : -ENOBUFS;
	memcpy(at, data, length);
	rb_commit(&write.write);
	end(slot, write.cpu, write.level);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Instances                                                                */

/*
 * flatten, because a compiler that has inlined a library's read side 80 times
 * may stop at the 81st: one strategy's small payloads would then be measured
 * inline and its large ones not.
 *
 * A mode as part of a loop's name.
 */
#define SWAP_MODE_overwrite RB_OVERWRITE
#define SWAP_MODE_consume   RB_PRODUCE_CONSUME

#define SWAP_LOOP(name, kind, mode, payload, bytes, word, stamp)          \
	static __attribute__((noinline, flatten, aligned(64), used)) void \
		swap_loop_##name##_##kind##_##mode##_##payload##_##word(  \
			struct swap_loop *loop)                           \
	{                                                                 \
		swap_loop_##kind(loop, bytes, SWAP_MODE_##mode, stamp,    \
				 name##_begin, name##_end);               \
	}

#define SWAP_LOOP_STAMPS(name, kind, mode, payload, bytes)                   \
	SWAP_LOOP(name, kind, mode, payload, bytes, none, RB_STAMP_NONE)     \
	SWAP_LOOP(name, kind, mode, payload, bytes, cycles, RB_STAMP_CYCLES) \
	SWAP_LOOP(name, kind, mode, payload, bytes, clock, RB_STAMP_CLOCK)

#define SWAP_LOOP_PAYLOADS(name, kind, mode)            \
	SWAP_LOOP_STAMPS(name, kind, mode, 0, 0u)       \
	SWAP_LOOP_STAMPS(name, kind, mode, 8, 8u)       \
	SWAP_LOOP_STAMPS(name, kind, mode, 16, 16u)     \
	SWAP_LOOP_STAMPS(name, kind, mode, 64, 64u)     \
	SWAP_LOOP_STAMPS(name, kind, mode, 256, 256u)   \
	SWAP_LOOP_STAMPS(name, kind, mode, 1024, 1024u) \
	SWAP_LOOP_STAMPS(name, kind, mode, variable, SWAP_PAYLOAD_VARIABLE)

#define SWAP_LOOP_KIND(name, kind)                \
	SWAP_LOOP_PAYLOADS(name, kind, overwrite) \
	SWAP_LOOP_PAYLOADS(name, kind, consume)

#define SWAP_ROW(name, kind, mode, payload)                                      \
	{                                                                        \
		swap_loop_##name##_##kind##_##mode##_##payload##_none,           \
			swap_loop_##name##_##kind##_##mode##_##payload##_cycles, \
			swap_loop_##name##_##kind##_##mode##_##payload##_clock,  \
	}

#define SWAP_ROWS(name, kind, mode)                                           \
	{                                                                     \
		SWAP_ROW(name, kind, mode, 0), SWAP_ROW(name, kind, mode, 8), \
			SWAP_ROW(name, kind, mode, 16),                       \
			SWAP_ROW(name, kind, mode, 64),                       \
			SWAP_ROW(name, kind, mode, 256),                      \
			SWAP_ROW(name, kind, mode, 1024),                     \
			SWAP_ROW(name, kind, mode, variable),                 \
	}

#define SWAP_TABLE(name, kind)                          \
	{                                               \
		SWAP_ROWS(name, kind, overwrite),       \
			SWAP_ROWS(name, kind, consume), \
	}

#ifndef SWAP_NO_LOOPS
#define SWAP_LOOPS(name)                                  \
	SWAP_LOOP_KIND(name, batch)                       \
	SWAP_LOOP_KIND(name, latency)                     \
	static const struct swap_loops name##_loops = { { \
		SWAP_TABLE(name, batch),                  \
		SWAP_TABLE(name, latency),                \
	} };
#else
#define SWAP_LOOPS(name) static const struct swap_loops name##_loops;
#endif

#define SWAP_OPS(id)                                                          \
	static int id##_op_write(struct swap_slot *slot, const void *data,    \
				 uint32_t length)                             \
	{                                                                     \
		return swap_op_write(slot, data, length, id##_begin,          \
				     id##_end);                               \
	}                                                                     \
	static void *id##_op_reserve(struct swap_slot *slot, uint32_t length, \
				     struct swap_write *write)                \
	{                                                                     \
		return swap_op_reserve(slot, length, write, id##_begin,       \
				       id##_end);                             \
	}                                                                     \
	static void id##_op_commit(struct swap_slot *slot,                    \
				   struct swap_write *write)                  \
	{                                                                     \
		rb_commit(&write->write);                                     \
		id##_end(slot, write->cpu, write->level);                     \
	}                                                                     \
	static void id##_op_discard(struct swap_slot *slot,                   \
				    struct swap_write *write)                 \
	{                                                                     \
		rb_discard(&write->write);                                    \
		id##_end(slot, write->cpu, write->level);                     \
	}                                                                     \
	static const struct swap_ops id##_ops = {                             \
		.write = id##_op_write,                                       \
		.reserve = id##_op_reserve,                                   \
		.commit = id##_op_commit,                                     \
		.discard = id##_op_discard,                                   \
	};

/*
 * The one macro: everything that follows from id##_begin and id##_end, then
 * the descriptor, whose braces follow and begin with SWAP_FROM_HOOKS(id).
 */
#define SWAP_STRATEGY(id)                                     \
	SWAP_LOOPS(id)                                        \
	SWAP_OPS(id)                                          \
	extern const struct swap_strategy swap_strategy_##id; \
	const struct swap_strategy swap_strategy_##id

#define SWAP_FROM_HOOKS(id) .ops = &id##_ops, .loops = &id##_loops

#endif
