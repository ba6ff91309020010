/* SPDX-License-Identifier: MIT */
/*
 * unsync: the core without protection. A control, not a candidate.
 *
 * Idea: what a write costs when nothing ever swaps. Every strategy's writer is
 * compared with this row; what it takes longer is the price of being swapped.
 * Assumptions: one writer thread and its handlers; nobody swaps (refused).
 * Guarantees: C2, C3, C5, C7 of a buffer that stays where it is.
 * Progress: writer wait-free.
 *
 *	writer
 *	W0  refuse? -> early
 *	W1  nesting++
 *	    compiler barrier
 *	W2  b = slot->active
 *	    ... reserve, store, commit in b ...
 *	    compiler barrier
 *	W3  nesting--
 *
 * The nesting word is the busy word that strategies announce themselves with;
 * this row pays for it too, so that a ratio shows synchronisation and nothing
 * else. W1 and W3 pair with each other: handlers see the section open.
 * Cost: two loads and two stores beside the core's. Source: Linux
 * kernel/trace/ring_buffer.c, the fast path without CONFIG_RING_BUFFER_ALLOW_SWAP.
 */
#ifndef RINGSWAP_STRATEGIES_UNSYNC_H
#define RINGSWAP_STRATEGIES_UNSYNC_H

#include "strategies/hooks.h"

SWAP_HOT struct rb_cpu *unsync_begin(struct swap_slot *slot,
				     unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	compiler_barrier(); /* W1 pairs with W3: open before any event */
	return swap_chosen(load_relaxed(&slot->rb.active)); /* W2 */
}

SWAP_HOT void unsync_end(struct swap_slot *slot, struct rb_cpu *cpu,
			 unsigned long level)
{
	(void)cpu;
	compiler_barrier(); /* W3 pairs with W1: closed after its event */
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
}

SWAP_STRATEGY(unsync) = {
	SWAP_FROM_HOOKS(unsync),
	.name = "unsync",
	.summary = "the core without protection; swap is refused",
	.source = "Linux kernel/trace/ring_buffer.c, fast path",
	.family = SWAP_CONTROL,
	.sound = true,
	.shape = SWAP_NO_SHAPE,
	.mechanism = "none",
	.baseline = "append",
	.writer_pays = "nothing",
	.swapper_pays = "no swap",
	.floor = "append",
	.needs = "",
	.drops = "no swap",
	.exclusive = SWAP_NEVER,
	.memory = SWAP_MAY_BE_FREED,
	.bounded = true,
	.write_from_handler = true,
	.slot_size = sizeof(struct swap_slot),
};

#endif
