/* SPDX-License-Identifier: MIT */
/*
 * seq-membarrier: exchange first, one membarrier(2), wait for one write to end.
 *
 * Idea: as seq.h, a writer counts the writes that it has ended, and the swapper
 * publishes the spare, then waits until no write is open or the count has
 * moved. The full barrier that the writer needs between its announcement and
 * its choice of the buffer is lent from outside, as in membarrier.h: the hot
 * side executes no barrier instruction.
 * Assumptions: one writer thread and its handlers per slot; the process is
 * registered for MEMBARRIER_CMD_PRIVATE_EXPEDITED.
 * Guarantees: C1-C9. Nothing is refused while a swap runs. Exclusive at return,
 * snapshot may be freed. What is exchanged cannot be taken back: the system is
 * asked before whether membarrier(2) may be called, and where it fails all the
 * same, the swap is in progress and settle calls it again.
 * Progress: writer wait-free; swapper waits for the end of at most one write,
 * however busy the writer is. At its deadline it is in progress, and slot and
 * spare are tied up until settle has seen that write end.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S0  may it be called? else refuse
 *	W1  nesting++                           S1  slot->active = spare's
 *	W2  compiler barrier                    S2  membarrier(): a full barrier
 *	W3  b = slot->active                        in the writer, wherever it is
 *	    ... reserve, store, commit in b ... S3  found = ended
 *	W4  outermost? ended++                  S4  nesting == 0? -> done
 *	W5  nesting--                           S5  ended != found? -> done
 *	                                            deadline? -> in progress
 *
 * W2 pairs with S2: where the barrier falls before W1, W3 sees S1; where it
 * falls after, S4 sees W1, and S3 what the writer ended before. What stands
 * behind W2 and S2, and why handlers do not count, is in parts/ended.h. For
 * every slot at once there is one S2, and each slot is over when its own writer
 * is: one that is stuck costs the others nothing.
 * Cost: writer one load and one store on the line that it has anyway; swapper
 * one membarrier, and S0, a system call that interrupts nobody.
 * Source: membarrier(2); liburcu's memb flavour, of which this is one phase.
 */
#ifndef RINGSWAP_STRATEGIES_SEQ_MEMBARRIER_H
#define RINGSWAP_STRATEGIES_SEQ_MEMBARRIER_H

#include "strategies/hooks.h"
#include "strategies/parts/ended.h"

SWAP_HOT struct rb_cpu *seq_membarrier_begin(struct swap_slot *slot,
					     unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	compiler_barrier(); /* W2 pairs with S2: open before the choice */
	return ended_buffer(slot); /* W3 */
}

SWAP_HOT void seq_membarrier_end(struct swap_slot *slot, struct rb_cpu *cpu,
				 unsigned long level)
{
	(void)cpu;
	ended_close(slot, level); /* W4 W5 */
}

static inline int seq_membarrier_order(void)
{
	return sys_membarrier(); /* S2 pairs with W2: both halves of the order */
}

static inline int seq_membarrier_settle(struct swap_op *op, uint64_t deadline)
{
	return ended_settle(op, deadline, seq_membarrier_order);
}

static inline int seq_membarrier_swap(struct swap_op *op)
{
	int err = sys_membarrier_check(); /* S0 */

	return err ? err : ended_swap(op, seq_membarrier_order);
}

static inline void seq_membarrier_swap_every(struct swap_op *ops,
					     unsigned int n, int *errors)
{
	int err = sys_membarrier_check(); /* S0 */

	for (unsigned int i = 0; err && i < n; i++)
		if (!errors[i])
			errors[i] = err;
	if (!err)
		ended_swap_every(ops, n, errors, seq_membarrier_order);
}

SWAP_STRATEGY(seq_membarrier) = {
	SWAP_FROM_HOOKS(seq_membarrier),
	.name = "seq-membarrier",
	.summary = "exchange, membarrier(2), wait for the end of one write",
	.source = "membarrier(2); liburcu, memb flavour, one phase of it",
	.family = SWAP_BARRIER,
	.sound = true,
	.shape = SWAP_EXCHANGE_FIRST,
	.mechanism = "membarrier, private expedited",
	.baseline = "unsync",
	.writer_pays = "compiler barrier, one store",
	.swapper_pays = "membarrier(2), and the end of one write",
	.floor = "membarrier",
	.needs = "membarrier",
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
	.swap = seq_membarrier_swap,
	.settle = seq_membarrier_settle,
	.swap_every = seq_membarrier_swap_every,
	.setup = sys_membarrier_setup,
	.writer_abandon = ended_abandon,
	.probe = sys_membarrier_probe,
};

#endif
