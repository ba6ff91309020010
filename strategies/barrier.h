/* SPDX-License-Identifier: MIT */
/*
 * barrier: announce, full barrier, test. Both sides pay, every write too.
 *
 * Idea: a writer announces itself in its slot, then looks whether a swap has
 * begun; a swapper announces the swap, then looks whether a writer is inside.
 * With a full barrier between the two steps on both sides, one of them must
 * see the other (Dekker; the store-buffering litmus test).
 * Assumptions: one writer thread and its handlers per slot.
 * Guarantees: C1-C7, exclusive at return, snapshot may be freed.
 * Progress: writer wait-free; swapper bounded, waits for at most one write.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early, unannounced       S1  refuse |= SWAP
 *	W1  nesting++                           S2  full barrier
 *	W2  full barrier                        S3  nesting != 0? -> wait, EBUSY
 *	W3  refuse? -> W6 nesting--, early      S4  slot->active = spare's
 *	W4  b = slot->active                    S5  refuse &= ~SWAP
 *	    ... reserve, store, commit in b ...
 *	W5  nesting--
 *
 * W2 pairs with S2: W1 before W3 and S1 before S3, so not both miss. W4 pairs
 * with S4: the buffer is chosen after the announcement, so no owner check is
 * needed. W5 pairs with S3: events before idle. W0 keeps refused writers from
 * starving S3. S5 pairs with W3: who finds no swap finds S4's buffer. A nested
 * write needs its own barrier: it may have interrupted a write between W1 and
 * W2, whose announcement nobody else sees yet.
 * Cost: one locked instruction per write, about 10 ns; the swap a cache line
 * or two. Source: the sound form of v1 in Mladek's thread, LKML 2014-07;
 * Linux tools/memory-model/litmus-tests/SB+fencembonceonces.litmus.
 */
#ifndef RINGSWAP_STRATEGIES_BARRIER_H
#define RINGSWAP_STRATEGIES_BARRIER_H

#include "strategies/hooks.h"

SWAP_HOT struct rb_cpu *barrier_begin(struct swap_slot *slot,
				      unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	full_barrier(); /* W2 pairs with S2: announce before test */
	/* W3 pairs with S5: no swap seen means its exchange is seen */
	if (rb_unlikely(load_acquire(&slot->rb.refuse))) {
		/* W6 pairs with S3: handlers' events before idle */
		store_release(&slot->rb.nesting, (uint32_t)*level);
		return swap_refuse(slot, RB_DROP_EARLY);
	}
	/* W4 pairs with S4: a published buffer is ready */
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void barrier_end(struct swap_slot *slot, struct rb_cpu *cpu,
			  unsigned long level)
{
	(void)cpu;
	/* W5 pairs with S3: events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

/* No writer is inside, and the events of those that were are visible. */
static inline bool barrier_is_idle(void *arg)
{
	struct swap_op *op = arg;

	/* S3 pairs with W5 W6: events before idle */
	return load_acquire(&op->live->rb.nesting) == 0;
}

static inline void barrier_announce(struct swap_op *op)
{
	/* S1 pairs with S5: announced */
	fetch_or_acq_rel(&op->live->rb.refuse, RB_REFUSE_SWAP);
}

/* Exchange, unless err says why not, and withdraw the announcement. */
static inline int barrier_close(struct swap_op *op, int err)
{
	struct rb_slot *live = &op->live->rb;

	if (!err)
		/* S4 pairs with W4: the fresh buffer is ready */
		store_release(&live->active, swap_prepare(op));
	/* S5 pairs with W3 S1: exchanged before withdrawn */
	fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	return err;
}

static inline int barrier_swap(struct swap_op *op)
{
	int err;

	barrier_announce(op);
	full_barrier(); /* S2 pairs with W2: announce before test */
	if (op->mode == SWAP_TRY)
		err = barrier_is_idle(op) ? 0 : -EBUSY;
	else
		err = sys_await(barrier_is_idle, op, op->deadline);
	return barrier_close(op, err);
}

static inline int barrier_step(struct swap_op *op)
{
	return barrier_is_idle(op) ? barrier_close(op, 0) : -EINPROGRESS;
}

/* All slots behind one barrier; each is finished as soon as it is idle. */
static inline void barrier_swap_every(struct swap_op *ops, unsigned int n,
				      int *errors)
{
	uint64_t deadline = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (errors[i])
			continue;
		barrier_announce(&ops[i]);
		errors[i] = -EINPROGRESS;
		deadline = ops[i].deadline;
	}
	full_barrier(); /* S2 pairs with W2: as for one */
	swap_await_each(ops, n, errors, barrier_step, deadline);
	for (unsigned int i = 0; i < n; i++)
		if (errors[i] == -EINPROGRESS)
			errors[i] = barrier_close(&ops[i], -ETIMEDOUT);
}

SWAP_STRATEGY(barrier) = {
	SWAP_FROM_HOOKS(barrier),
	.name = "barrier",
	.summary = "announce, full barrier, test again, on both sides",
	.source = "Mladek v1, LKML 2014-07; litmus SB+fencembonceonces",
	.family = SWAP_BARRIER,
	.sound = true,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "full barrier on both sides",
	.baseline = "unsync",
	.represents = true,
	.writer_pays = "full barrier",
	.swapper_pays = "two atomic RMWs, full barrier",
	.floor = "full-barrier",
	.needs = "",
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
	.slot_size = sizeof(struct swap_slot),
	.swap = barrier_swap,
	.swap_every = barrier_swap_every,
};

#endif
