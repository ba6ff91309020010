/* SPDX-License-Identifier: MIT */
/* ops_loops.c - writes through the public interface. */
#include "bench/measure/ops_loops.h"

#include <stddef.h>

SWAP_HOT void ops_loop(struct swap_loop *loop, uint32_t payload, bool stamped)
{
	struct swap_slot *slot = loop->slot;
	const struct swap_ops *ops = loop->ops;
	uint64_t sequence = loop->sequence;
	uint64_t stop = sequence + loop->count;
	uint64_t salt = loop->salt;
	uint64_t *stamps = loop->stamps;
	uint64_t data[SWAP_PAYLOAD_MOST / 8];

	if (stamped)
		*stamps++ = rb_clock_cycles();
	for (; sequence != stop; sequence++) {
		uint32_t length = swap_event_length(payload, sequence);

		swap_event_fill(data, length, swap_event_word(sequence, salt));
		ops->write(slot, data, length); /* what it refuses it counts */
		if (stamped)
			*stamps++ = rb_clock_cycles();
	}
	loop->sequence = sequence;
}

#define OPS_LOOP(payload, bytes)                                   \
	static __attribute__((noinline, aligned(64))) void         \
		ops_loop_batch_##payload(struct swap_loop *loop)   \
	{                                                          \
		ops_loop(loop, bytes, /* stamped */ false);        \
	}                                                          \
	static __attribute__((noinline, aligned(64))) void         \
		ops_loop_latency_##payload(struct swap_loop *loop) \
	{                                                          \
		ops_loop(loop, bytes, /* stamped */ true);         \
	}

OPS_LOOP(0, 0u)
OPS_LOOP(8, 8u)
OPS_LOOP(16, 16u)
OPS_LOOP(64, 64u)
OPS_LOOP(256, 256u)
OPS_LOOP(1024, 1024u)
OPS_LOOP(variable, SWAP_PAYLOAD_VARIABLE)

#define OPS_LOOPS(kind)                                                \
	{                                                              \
		ops_loop_##kind##_0, ops_loop_##kind##_8,              \
			ops_loop_##kind##_16, ops_loop_##kind##_64,    \
			ops_loop_##kind##_256, ops_loop_##kind##_1024, \
			ops_loop_##kind##_variable,                    \
	}

/* In the order of swap_payloads. */
static const swap_loop_fn loops[SWAP_LOOP_KINDS][SWAP_PAYLOADS] = {
	[SWAP_LOOP_BATCH] = OPS_LOOPS(batch),
	[SWAP_LOOP_LATENCY] = OPS_LOOPS(latency),
};

swap_loop_fn bench_ops_loop(enum swap_loop_kind kind, uint32_t payload)
{
	for (unsigned int i = 0; i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == payload)
			return loops[kind][i];
	return NULL;
}
