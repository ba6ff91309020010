/* SPDX-License-Identifier: MIT */
/*
 * ended.h - exchange first, then wait for the end of one write: what the
 * strategies seq and seq-membarrier have in common.
 *
 * A writer counts the outermost writes that it has ended, in the slot's word
 * for strategies, which lies on the line that every write touches anyway. The
 * swapper exchanges, has the order S2 made by its strategy, and samples. Once
 * nothing is open, or the count is another than the sample, nobody can be in
 * the old buffer: it waits for the end of one write, and not for a moment
 * between two, which of a busy writer it would hardly ever see.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  slot->active = spare's
 *	W1  nesting++                           S2  the strategy's order
 *	W2  the strategy's order                S3  found = ended
 *	W3  b = slot->active                    S4  nesting == 0? -> done
 *	    ... reserve, store, commit in b ... S5  ended != found? -> done
 *	W4  outermost? ended++                      deadline? -> in progress
 *	W5  nesting--
 *
 * W2 pairs with S2: of a write that chose the old buffer S4 sees W1, and S3
 * counts what its writer ended before. W3 pairs with S1: a published buffer is
 * ready. W4, and X1 of a writer that leaves inside a write, pair with S5, W5
 * with S4: events before the end of their write.
 *
 * Three ways to break it. Counting nested writes too: a handler's end is not
 * that of the write below it. Sampling before S2: an end that still waits in
 * the writer's store buffer would be taken for that of a later write. Comparing
 * a word that nesting shares: a handler's begin would count as an end.
 *
 * A handler that comes between W4 and W5 is nested and does not count. Where S2
 * fell before W4 it has the fresh buffer; where it fell later, S3 has seen W4,
 * and S4 waits for W5, or S5 for the next W4, both behind the handler's end.
 */
#ifndef RINGSWAP_STRATEGIES_PARTS_ENDED_H
#define RINGSWAP_STRATEGIES_PARTS_ENDED_H

#include "strategies/strategy.h"

/* What a swap keeps of itself, in its op. */
struct ended_op {
	uint64_t found; /* S3 */
	bool ordered;	/* S2 and S3 are done */
};

_Static_assert(sizeof(struct ended_op) <= SWAP_OP_ROOM, "room of an op");

static inline struct ended_op *ended_op(struct swap_op *op)
{
	return (struct ended_op *)(void *)op->room;
}

/* ------------------------------------------------------------------------ */
/* The writer, behind W2 and at its end                                     */

SWAP_HOT struct rb_cpu *ended_buffer(struct swap_slot *slot)
{
	/* W3 pairs with S1: a published buffer is ready */
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void ended_count(struct swap_slot *slot)
{
	_Atomic uint64_t *ended = &slot->rb.private;

	/* W4 pairs with S5: events before another count */
	store_release(ended, load_relaxed(ended) + 1);
}

SWAP_HOT void ended_close(struct swap_slot *slot, unsigned long level)
{
	if (rb_likely(level == 0))
		ended_count(slot);
	/* W5 pairs with S4: events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

/* It leaves with a write open. Nesting stays as it is until recovery. */
static inline void ended_abandon(struct swap_slot *slot)
{
	ended_count(slot); /* X1: this write stores nothing any more */
}

/* ------------------------------------------------------------------------ */
/* The swapper                                                              */

/* S2, by the strategy: 0, or -errno and no order. */
typedef int (*ended_order_fn)(void);

/* From here on there is no way back. */
static inline void ended_exchange(struct swap_op *op)
{
	/* S1 pairs with W3: the fresh buffer is ready */
	store_release(&op->live->rb.active, swap_prepare(op));
}

static inline void ended_sample(struct swap_op *op)
{
	ended_op(op)->found = load_relaxed(&op->live->rb.private); /* S3 */
	ended_op(op)->ordered = true;
}

/* S2 and S3, unless they are done; false: not yet. */
static inline bool ended_order(struct swap_op *op, ended_order_fn order)
{
	if (!ended_op(op)->ordered && !order())
		ended_sample(op);
	return ended_op(op)->ordered;
}

/* Nobody is in the old buffer, and the events of those who were are visible. */
static inline bool ended_is_over(void *arg)
{
	struct swap_op *op = arg;
	struct rb_slot *live = &op->live->rb;

	/* S4 pairs with W5: events before idle */
	return load_acquire(&live->nesting) == 0 ||
	       /* S5 pairs with W4: events before another count */
	       load_acquire(&live->private) != ended_op(op)->found;
}

/* An order that failed is asked for again. */
static inline int ended_settle(struct swap_op *op, uint64_t deadline,
			       ended_order_fn order)
{
	if (!ended_order(op, order) || sys_await(ended_is_over, op, deadline))
		return -EINPROGRESS;
	return 0;
}

static inline int ended_swap(struct swap_op *op, ended_order_fn order)
{
	ended_exchange(op);
	if (op->mode == SWAP_WAIT)
		return ended_settle(op, op->deadline, order);
	return ended_order(op, order) && ended_is_over(op) ? 0 : -EINPROGRESS;
}

static inline int ended_step(struct swap_op *op)
{
	return ended_is_over(op) ? 0 : -EINPROGRESS;
}

/* All slots behind one order; each is over when its own writer is out. */
static inline void ended_swap_every(struct swap_op *ops, unsigned int n,
				    int *errors, ended_order_fn order)
{
	uint64_t deadline = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (errors[i])
			continue;
		ended_exchange(&ops[i]);
		errors[i] = -EINPROGRESS;
		deadline = ops[i].deadline;
	}
	if (order())
		return; /* each one's settle asks again */
	for (unsigned int i = 0; i < n; i++)
		if (errors[i] == -EINPROGRESS)
			ended_sample(&ops[i]);
	swap_await_each(ops, n, errors, ended_step, deadline);
}

#endif
