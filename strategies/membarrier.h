/* SPDX-License-Identifier: MIT */
/*
 * membarrier: an asymmetric fence. Writers pay a compiler barrier, the swapper
 * one system call.
 *
 * Idea: as barrier.h, a writer announces itself and then looks for a swap, a
 * swapper announces the swap and then looks for a writer, and one must see the
 * other. Both need store->load order; membarrier(2) lends the writer its half
 * from outside, so that the hot side executes no barrier instruction.
 * Assumptions: one writer thread and its handlers per slot; the process is
 * registered for MEMBARRIER_CMD_PRIVATE_EXPEDITED.
 * Guarantees: C1-C7, exclusive at return, snapshot may be freed.
 * Progress: writer wait-free; swapper bounded, waits for at most one write.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early, unannounced       S1  refuse |= SWAP
 *	W1  nesting++                           S2  membarrier(): a full barrier
 *	W2  compiler barrier                        in the writer, wherever it is
 *	W3  refuse? -> W6 nesting--, early      S3  nesting != 0? -> wait, EBUSY
 *	W4  b = slot->active                    S4  slot->active = spare's
 *	    ... reserve, store, commit in b ... S5  refuse &= ~SWAP
 *	W5  nesting--
 *
 * W2 pairs with S2: where the barrier falls before W1, W3 sees S1; where it
 * falls after, S3 sees W1. W4 pairs with S4: the buffer is chosen after the
 * announcement, so no owner check is needed. W5 pairs with S3: events before
 * idle. W0 keeps refused writers from starving S3. For every slot at once, S6,
 * S7, S8 and S9 are the S1, S2, S4 and S5 of all, behind one membarrier.
 * Cost: writer as unsync and a load; swapper 0.3 us (nobody else runs) to some
 * us, growing with the CPUs that run this process, each interrupted once.
 * Source: membarrier(2); Linux kernel/sched/membarrier.c, scenario A; liburcu.
 */
#ifndef RINGSWAP_STRATEGIES_MEMBARRIER_H
#define RINGSWAP_STRATEGIES_MEMBARRIER_H

#include <stdio.h>
#include <string.h>

#include "strategies/hooks.h"

SWAP_HOT struct rb_cpu *membarrier_begin(struct swap_slot *slot,
					 unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	compiler_barrier(); /* W2 pairs with S2 S7: announce before test */
	/* W3 pairs with S5 S9: no swap seen means its exchange is seen */
	if (rb_unlikely(load_acquire(&slot->rb.refuse))) {
		/* W6 pairs with S3: handlers' events before idle */
		store_release(&slot->rb.nesting, (uint32_t)*level);
		return swap_refuse(slot, RB_DROP_EARLY);
	}
	/* W4 pairs with S4 S8: a published buffer is ready */
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void membarrier_end(struct swap_slot *slot, struct rb_cpu *cpu,
			     unsigned long level)
{
	(void)cpu;
	/* W5 pairs with S3: events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

/* No writer is inside, and the events of those that were are visible. */
static inline bool membarrier_is_idle(void *arg)
{
	struct rb_slot *live = arg;

	/* S3 pairs with W5 W6: events before idle */
	return load_acquire(&live->nesting) == 0;
}

static inline int membarrier_swap(struct swap_op *op)
{
	struct rb_slot *live = &op->live->rb;
	int err;

	/* S1 pairs with S5: announced */
	fetch_or_acq_rel(&live->refuse, RB_REFUSE_SWAP);
	err = sys_membarrier(); /* S2 pairs with W2: both halves of the order */
	if (!err && op->mode == SWAP_TRY)
		err = membarrier_is_idle(live) ? 0 : -EBUSY;
	else if (!err)
		err = sys_await(membarrier_is_idle, live, op->deadline);
	if (!err)
		/* S4 pairs with W4: the fresh buffer is ready */
		store_release(&live->active, swap_prepare(op));
	/* S5 pairs with W3 S1: exchanged before withdrawn */
	fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	return err;
}

/* All slots with one system call: it orders every writer's announcement. */
static inline void membarrier_swap_every(struct swap_op *ops, unsigned int n,
					 int *errors)
{
	int err;

	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			/* S6 pairs with S9: announced */
			fetch_or_acq_rel(&ops[i].live->rb.refuse,
					 RB_REFUSE_SWAP);
	err = sys_membarrier(); /* S7 pairs with W2: as S2, for all */
	for (unsigned int i = 0; i < n; i++) {
		struct rb_slot *live = &ops[i].live->rb;

		if (errors[i])
			continue;
		errors[i] = err ? err
				: sys_await(membarrier_is_idle, live,
					    ops[i].deadline);
		if (!errors[i])
			/* S8 pairs with W4: the fresh buffer is ready */
			store_release(&live->active, swap_prepare(&ops[i]));
		/* S9 pairs with W3 S6: exchanged before withdrawn */
		fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	}
}

static inline int membarrier_probe(char *why, size_t size)
{
	int err = sys_membarrier_setup();

	if (!err)
		err = sys_membarrier();
	if (!err)
		return 0;
	snprintf(why, size, "membarrier(2) private expedited: %s",
		 strerror(-err));
	return -ENOTSUP;
}

SWAP_STRATEGY(membarrier) = {
	SWAP_FROM_HOOKS(membarrier),
	.name = "membarrier",
	.summary = "the writer's barrier lent from outside by membarrier(2)",
	.source = "membarrier(2); Linux kernel/sched/membarrier.c, scenario A",
	.family = SWAP_BARRIER,
	.sound = true,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "membarrier, private expedited",
	.baseline = "unsync",
	.represents = true,
	.writer_pays = "compiler barrier",
	.swapper_pays = "membarrier(2), two atomic RMWs",
	.floor = "membarrier",
	.needs = "membarrier",
	.drops = "early, while the swap runs",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct swap_slot),
	.swap = membarrier_swap,
	.swap_every = membarrier_swap_every,
	.setup = sys_membarrier_setup,
	.probe = membarrier_probe,
};

#endif
