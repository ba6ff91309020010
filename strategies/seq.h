/* SPDX-License-Identifier: MIT */
/*
 * seq: exchange first, a full barrier on both sides, wait for one write to end.
 *
 * Idea: a writer counts the writes that it has ended. The swapper publishes the
 * spare at once, so that new writes go on in the fresh buffer, and then looks:
 * no write open, or another count than at the first look, means that nobody can
 * be in the old one. A full barrier between announcement and choice of the
 * buffer, and one between exchange and look, see to it that a writer which the
 * look misses has found the fresh buffer (Dekker).
 * Assumptions: one writer thread and its handlers per slot.
 * Guarantees: C1-C9. Nothing is refused while a swap runs. Exclusive at return,
 * snapshot may be freed. What is exchanged cannot be taken back.
 * Progress: writer wait-free; swapper waits for the end of at most one write,
 * however busy the writer is. At its deadline it is in progress, and slot and
 * spare are tied up until settle has seen that write end.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  slot->active = spare's
 *	W1  nesting++                           S2  full barrier
 *	W2  full barrier                        S3  found = ended
 *	W3  b = slot->active                    S4  nesting == 0? -> done
 *	    ... reserve, store, commit in b ... S5  ended != found? -> done
 *	W4  outermost? ended++                      deadline? -> in progress
 *	W5  nesting--
 *
 * W2 pairs with S2: of a write that chose the old buffer S4 sees W1, and S3
 * counts what its writer ended before. What stands behind W2 and S2, and why
 * handlers do not count, is in parts/ended.h. A nested write needs its own
 * barrier, as in barrier.h. For every slot at once there is one S2, and each
 * slot is over when its own writer is.
 * Cost: writer one locked instruction and a count; swapper a cache line or two.
 * Source: barrier.h with the shape of RCU; urcu-mb and ck_epoch pay the same.
 */
#ifndef RINGSWAP_STRATEGIES_SEQ_H
#define RINGSWAP_STRATEGIES_SEQ_H

#include "strategies/hooks.h"
#include "strategies/parts/ended.h"

SWAP_HOT struct rb_cpu *seq_begin(struct swap_slot *slot, unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	full_barrier(); /* W2 pairs with S2: open before the buffer is chosen */
	return ended_buffer(slot); /* W3 */
}

SWAP_HOT void seq_end(struct swap_slot *slot, struct rb_cpu *cpu,
		      unsigned long level)
{
	(void)cpu;
	ended_close(slot, level); /* W4 W5 */
}

static inline int seq_order(void)
{
	full_barrier(); /* S2 pairs with W2: exchanged before the look */
	return 0;
}

static inline int seq_settle(struct swap_op *op, uint64_t deadline)
{
	return ended_settle(op, deadline, seq_order);
}

static inline int seq_swap(struct swap_op *op)
{
	return ended_swap(op, seq_order);
}

static inline void seq_swap_every(struct swap_op *ops, unsigned int n,
				  int *errors)
{
	ended_swap_every(ops, n, errors, seq_order);
}

SWAP_STRATEGY(seq) = {
	SWAP_FROM_HOOKS(seq),
	.name = "seq",
	.summary = "exchange, full barrier, wait for the end of one write",
	.source = "barrier's order in RCU's shape; urcu-mb, ck_epoch",
	.family = SWAP_BARRIER,
	.sound = true,
	.shape = SWAP_EXCHANGE_FIRST,
	.mechanism = "full barrier on both sides",
	.baseline = "unsync",
	.writer_pays = "full barrier, one store",
	.swapper_pays = "full barrier, and the end of one write",
	.floor = "full-barrier",
	.needs = "",
	.drops = "none",
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
	.swap = seq_swap,
	.settle = seq_settle,
	.swap_every = seq_swap_every,
	.writer_abandon = ended_abandon,
};

#endif
