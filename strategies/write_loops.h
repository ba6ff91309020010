/* SPDX-License-Identifier: MIT */
/*
 * write_loops.h - the measured loops, once, and the macro that makes those of
 * one strategy.
 *
 * A benchmark must measure the strategy and not a function call: the loops are
 * always_inline and take the hooks as arguments, SWAP_LOOPS instantiates them
 * as aligned, named, out-of-line functions with payload, stamp and mode as
 * constants, and the bench calls whole loops. A ctest reads the disassembly
 * and fails on any indirect call in a function named swap_loop_*. Every event
 * can be verified (events.h).
 *
 * The unit of a strategy's loops is made from strategies.def, beside the one
 * of the strategy; the library `strategy_loops` holds them all:
 *
 *	#include "strategies/mine.h"
 *	#include "strategies/write_loops.h"
 *	SWAP_LOOPS(mine);
 */
#ifndef RINGSWAP_STRATEGIES_WRITE_LOOPS_H
#define RINGSWAP_STRATEGIES_WRITE_LOOPS_H

#include "strategies/events.h"
#include "strategies/hooks.h"

/* What a loop works on; the caller's. */
struct swap_loop {
	struct swap_slot *slot;
	uint64_t count;	   /* events to attempt */
	uint64_t sequence; /* of the next event; advanced by count */
	uint64_t salt;
	uint64_t *stamps; /* latency: room for count + 1 clock values */
	const struct swap_ops *ops; /* for loops that call; NULL elsewhere */
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

/* The same, where the strategy writes whole events. */
SWAP_HOT void swap_write_whole(struct swap_slot *slot, uint64_t sequence,
			       uint64_t salt, uint32_t payload,
			       enum rb_stamp stamp, enum rb_mode mode,
			       swap_whole_fn write)
{
	uint64_t data[SWAP_PAYLOAD_MOST / 8];
	struct swap_event event = {
		.data = data,
		.length = swap_event_length(payload, sequence),
		.stamp = stamp,
		.mode = mode,
	};

	swap_event_fill(data, event.length, swap_event_word(sequence, salt));
	write(slot, &event);
}

/* What a loop needs of a strategy: begin and end or whole, and poll or NULL;
 * constants all, so that nothing of the choice is left. */
struct swap_hooks {
	swap_begin_fn begin;
	swap_end_fn end;
	swap_whole_fn whole;
	swap_poll_fn poll;
};

/* Events between two polls, where the strategy asks for any. */
#define SWAP_POLL_EVERY 32u

SWAP_HOT void swap_loop_poll(struct swap_slot *slot, uint64_t sequence,
			     swap_poll_fn poll)
{
	if (poll && sequence % SWAP_POLL_EVERY == SWAP_POLL_EVERY - 1)
		poll(slot);
}

/* Batch: nothing but writes; divide the caller's clock by count. */
SWAP_HOT void swap_loop_batch(struct swap_loop *loop, uint32_t payload,
			      enum rb_mode mode, enum rb_stamp stamp,
			      const struct swap_hooks hooks)
{
	struct swap_slot *slot = loop->slot;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;

	for (; sequence != stop; sequence++) {
		if (hooks.whole)
			swap_write_whole(slot, sequence, salt, payload, stamp,
					 mode, hooks.whole);
		else
			swap_write_event(slot, sequence, salt, payload, stamp,
					 mode, hooks.begin, hooks.end);
		swap_loop_poll(slot, sequence, hooks.poll);
	}
	loop->sequence = sequence;
}

/* Latency: the clock before the first and after every write. */
SWAP_HOT void swap_loop_latency(struct swap_loop *loop, uint32_t payload,
				enum rb_mode mode, enum rb_stamp stamp,
				const struct swap_hooks hooks)
{
	struct swap_slot *slot = loop->slot;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;
	uint64_t *stamps = loop->stamps;

	*stamps++ = rb_clock_cycles();
	for (; sequence != stop; sequence++) {
		if (hooks.whole)
			swap_write_whole(slot, sequence, salt, payload, stamp,
					 mode, hooks.whole);
		else
			swap_write_event(slot, sequence, salt, payload, stamp,
					 mode, hooks.begin, hooks.end);
		swap_loop_poll(slot, sequence, hooks.poll);
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
/* Instances                                                                */

/* The hooks that a strategy has. */
#define SWAP_WRITES_0(name) .begin = name##_begin, .end = name##_end
#define SWAP_WRITES_1(name) .whole = name##_write
#define SWAP_POLL_0(name)   .poll = NULL
#define SWAP_POLL_1(name)   .poll = name##_poll
#define SWAP_HOOKS(name)                                             \
	{                                                            \
		SWAP_PICK(SWAP_WRITES_, SWAP_IS(SWAP_WHOLE_##name))  \
		(name),                                              \
			SWAP_PICK(SWAP_POLL_,                        \
				  SWAP_IS(SWAP_POLLS_##name))(name), \
	}

/*
 * flatten, because a compiler that has inlined a library's read side 80 times
 * may stop at the 81st: one strategy's small payloads would then be measured
 * inline and its large ones not.
 *
 * A mode as part of a loop's name.
 */
#define SWAP_MODE_overwrite RB_OVERWRITE
#define SWAP_MODE_consume   RB_PRODUCE_CONSUME

#define SWAP_LOOP(name, kind, mode, payload, bytes, word, stamp)               \
	static __attribute__((noinline, flatten, aligned(64), used)) void      \
		swap_loop_##name##_##kind##_##mode##_##payload##_##word(       \
			struct swap_loop *loop)                                \
	{                                                                      \
		const struct swap_hooks hooks = SWAP_HOOKS(name);              \
		swap_loop_##kind(loop, bytes, SWAP_MODE_##mode, stamp, hooks); \
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

/* The loops of one strategy and the table in which swap_loop_find looks. */
#define SWAP_LOOPS(name)                                     \
	SWAP_LOOP_KIND(name, batch)                          \
	SWAP_LOOP_KIND(name, latency)                        \
	extern const struct swap_loops swap_loops_of_##name; \
	const struct swap_loops swap_loops_of_##name = { {   \
		SWAP_TABLE(name, batch),                     \
		SWAP_TABLE(name, latency),                   \
	} }

#endif
