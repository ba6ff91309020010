/* SPDX-License-Identifier: MIT */
/*
 * racy: the remote swap of 2013. A control that must be caught breaking.
 *
 * Idea: writers test whether recording is disabled and then announce
 * themselves; the swapper disables recording and then looks for a writer. Each
 * tests before the other can see it, so both can pass. It is the kernel's
 * per-CPU snapshot from 2013 (run on the wrong CPU) to 2023.
 * Assumptions: that a swap never falls between W1 and W2. It does.
 * Guarantees: none. Progress: writer wait-free, swapper never waits.
 *
 *	writer                                  swapper
 *	W0  b = slot->active                    S1  refuse |= SWAP
 *	W1  refuse? -> early                    S2  nesting != 0? -> -EBUSY
 *	            <- S1..S5 fit in here ->
 *	W2  nesting++                           S3  b->owner = spare ...
 *	    compiler barrier                    S4  slot->active = spare's
 *	W3  b->owner != slot? -> owner          S5  refuse &= ~SWAP
 *	    ... reserve, store, commit in b ...
 *	W4  nesting--
 *
 * Two faults: S1..S2 between W1 and W2 (no fence can mend that; W1 would have
 * to come again after W2), and, were that mended, W2's store still waiting in
 * the store buffer while S2 reads 0. The owner check W3 of 2009 catches swaps
 * that finished before it, and no others. W4 pairs with S2 only.
 * Cost: as unsync and one compare. Source: Linux f1affcaaa861 (2013); the race:
 * Petr Mladek, LKML 2014-07-10, and 3163f635b20e (2023), which fixed it.
 */
#ifndef RINGSWAP_STRATEGIES_RACY_H
#define RINGSWAP_STRATEGIES_RACY_H

#include "strategies/hooks.h"

SWAP_HOT struct rb_cpu *racy_begin(struct swap_slot *slot, unsigned long *level)
{
	/* W0 pairs with S4: a published buffer is ready */
	struct rb_cpu *cpu = load_acquire(&slot->rb.active);

	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W1 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W2 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	compiler_barrier(); /* W3 pairs with S3: inside before owner */
	if (rb_unlikely(load_relaxed(&cpu->owner) != &slot->rb)) {
		store_relaxed(&slot->rb.nesting, (uint32_t)*level);
		return swap_refuse(slot, RB_DROP_OWNER);
	}
	return swap_chosen(cpu);
}

SWAP_HOT void racy_end(struct swap_slot *slot, struct rb_cpu *cpu,
		       unsigned long level)
{
	(void)cpu;
	/* W4 pairs with S2: events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

static inline int racy_swap(struct swap_op *op)
{
	struct rb_slot *live = &op->live->rb;
	int err = -EBUSY;

	/* S1 pairs with S5: announced, too late for a writer after W1 */
	fetch_or_acq_rel(&live->refuse, RB_REFUSE_SWAP);
	/* S2 pairs with W4: finds an idle writer's events */
	if (!load_acquire(&live->nesting)) {
		struct rb_cpu *fresh = swap_prepare(op); /* stores owners */

		compiler_barrier(); /* S3 pairs with W3: owner, then active */
		/* S4 pairs with W0: the fresh buffer is ready */
		store_release(&live->active, fresh);
		err = 0;
	}
	/* S5 pairs with S1: withdrawn */
	fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	return err;
}

SWAP_STRATEGY(racy) = {
	SWAP_FROM_HOOKS(racy),
	.name = "racy",
	.summary = "the kernel's remote swap of 2013: tests before it announces",
	.source = "Linux f1affcaaa861; fixed by 3163f635b20e",
	.family = SWAP_CONTROL,
	.sound = false,
	.breaks = SWAP_C1_EXCLUSIVE,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "none",
	.baseline = "unsync",
	.writer_pays = "an owner check",
	.swapper_pays = "two atomic RMWs",
	.floor = "append",
	.needs = "",
	.drops = "early and owner, while the swap runs",
	.exclusive = SWAP_NEVER,
	.memory = SWAP_TYPE_STABLE,
	.has_try = true,
	.bounded = true,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct swap_slot),
	.swap = racy_swap,
};

#endif
