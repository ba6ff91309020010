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
 *	W1  nesting++                           S1  refuse |= SWAP
 *	W2  compiler barrier                    S2  membarrier(): a full barrier
 *	W3  refuse? -> W6 refused++ if level 0,     in the writer, wherever it is
 *	               W7 nesting--, early      S3  seen = refused
 *	W4  b = slot->active                    S4  nesting == 0? refused != seen?
 *	    ... reserve, store, commit in b ...     -> S5, else wait, or EBUSY
 *	W5  nesting--                           S5  slot->active = spare's
 *	                                        S6  refuse &= ~SWAP
 *
 * W2 pairs with S2: where the barrier falls before W1, W3 sees S1; where it
 * falls after, S4 sees W1. W4 pairs with S5: the buffer is chosen after the
 * announcement, so no owner check is needed. W5 pairs with S4: events before
 * idle. A writer that comes back at once would hardly ever be found idle, but
 * W6 tells of it: who is refused on level 0 is inside no write, and W3 refuses
 * it until S6. S3 comes after S2, for a W6 of the last swap may wait in the
 * writer's store buffer until then; handlers on top of an open write do not
 * count, for that is still inside. For every slot at once there is one S2.
 * Cost: writer as unsync, which has the test of refuse too; swapper 0.3 us (nobody else runs) to some
 * us, growing with the CPUs that run this process, each interrupted once.
 * Source: membarrier(2); Linux kernel/sched/membarrier.c, scenario A; liburcu.
 */
#ifndef RINGSWAP_STRATEGIES_MEMBARRIER_H
#define RINGSWAP_STRATEGIES_MEMBARRIER_H

#include "strategies/hooks.h"

struct membarrier_slot {
	struct swap_slot base;
	_Atomic uint32_t refused; /* outermost writes; writer */
	uint32_t seen;		  /* of them, after S2; swapper */
};

static inline struct membarrier_slot *membarrier_slot(struct swap_slot *slot)
{
	return (struct membarrier_slot *)slot;
}

/* A swap is announced, or recording disabled: leave, and tell. */
SWAP_HOT void membarrier_leave(struct swap_slot *slot, unsigned long level)
{
	_Atomic uint32_t *refused = &membarrier_slot(slot)->refused;

	if (!level)
		/* W6 pairs with S3 S4: all earlier events before it moves */
		store_release(refused, load_relaxed(refused) + 1);
	/* W7 pairs with S4: handlers' events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

SWAP_HOT struct rb_cpu *membarrier_begin(struct swap_slot *slot,
					 unsigned long *level)
{
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	compiler_barrier(); /* W2 pairs with S2: announce before test */
	/* W3 pairs with S6: no swap seen means its exchange is seen */
	if (rb_unlikely(load_acquire(&slot->rb.refuse))) {
		membarrier_leave(slot, *level);
		return swap_refuse(slot, RB_DROP_EARLY);
	}
	/* W4 pairs with S5: a published buffer is ready */
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void membarrier_end(struct swap_slot *slot, struct rb_cpu *cpu,
			     unsigned long level)
{
	(void)cpu;
	/* W5 pairs with S4: events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

static inline void membarrier_announce(struct swap_op *op)
{
	/* S1 pairs with S6: announced */
	fetch_or_acq_rel(&op->live->rb.refuse, RB_REFUSE_SWAP);
}

static inline void membarrier_look(struct swap_op *op)
{
	struct membarrier_slot *live = membarrier_slot(op->live);

	/* S3 pairs with W6: what the last swap refused is not news */
	live->seen = load_acquire(&live->refused);
}

/* No writer is inside, and the events of those that were are visible. */
static inline bool membarrier_is_idle(void *arg)
{
	struct swap_op *op = arg;
	struct membarrier_slot *live = membarrier_slot(op->live);

	/* S4 pairs with W5 W6 W7: events before idle, or before refused */
	return load_acquire(&live->base.rb.nesting) == 0 ||
	       load_acquire(&live->refused) != live->seen;
}

/* Exchange, unless err says why not, and withdraw the announcement. */
static inline int membarrier_close(struct swap_op *op, int err)
{
	struct rb_slot *live = &op->live->rb;

	if (!err)
		/* S5 pairs with W4: the fresh buffer is ready */
		store_release(&live->active, swap_prepare(op));
	/* S6 pairs with W3 S1: exchanged before withdrawn */
	fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	return err;
}

static inline int membarrier_swap(struct swap_op *op)
{
	int err;

	membarrier_announce(op);
	err = sys_membarrier(); /* S2 pairs with W2: both halves of the order */
	if (!err) {
		membarrier_look(op);
		if (op->mode == SWAP_TRY)
			err = membarrier_is_idle(op) ? 0 : -EBUSY;
		else
			err = sys_await(membarrier_is_idle, op, op->deadline);
	}
	return membarrier_close(op, err);
}

static inline int membarrier_step(struct swap_op *op)
{
	return membarrier_is_idle(op) ? membarrier_close(op, 0) : -EINPROGRESS;
}

/* All slots with one system call; each is finished as soon as it is idle. */
static inline void membarrier_swap_every(struct swap_op *ops, unsigned int n,
					 int *errors)
{
	uint64_t deadline = 0;
	int err;

	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			membarrier_announce(&ops[i]);
	err = sys_membarrier(); /* S2 pairs with W2: as for one */
	for (unsigned int i = 0; i < n; i++) {
		if (errors[i])
			continue;
		errors[i] = err ? membarrier_close(&ops[i], err) : -EINPROGRESS;
		deadline = ops[i].deadline;
		if (!err)
			membarrier_look(&ops[i]);
	}
	swap_await_each(ops, n, errors, membarrier_step, deadline);
	for (unsigned int i = 0; i < n; i++)
		if (errors[i] == -EINPROGRESS)
			errors[i] = membarrier_close(&ops[i], -ETIMEDOUT);
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
	.contained = true,
	.recoverable = true,
	.strays = SWAP_STRAYS_STORED,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct membarrier_slot),
	.swap = membarrier_swap,
	.swap_every = membarrier_swap_every,
	.setup = sys_membarrier_setup,
	.probe = sys_membarrier_probe,
};

#endif
