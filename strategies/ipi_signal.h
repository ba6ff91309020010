/* SPDX-License-Identifier: MIT */
/*
 * ipi-signal: same-CPU hand-off. The writer's own thread runs the whole swap.
 *
 * Idea: the kernel sends an IPI so that the swap runs on the writer's CPU,
 * where program order replaces barriers. In user space a directed real-time
 * signal does that for a thread: its handler finds the writer outside a write
 * and exchanges, or inside, and then says busy (try) or leaves the work to the
 * end of the write it interrupted (wait).
 * Assumptions: the writer entered and does not block the signal; SA_RESTART
 * hides most, not all, interruptions of its system calls.
 * Guarantees: C1-C7, exclusive at return, snapshot may be freed, no drops.
 * Progress: writer wait-free; swapper bounded, waits until the writer's
 * thread is scheduled. A writer that has exited is swapped directly.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  state = posted
 *	W1  nesting++                           S2  signal the writer
 *	    compiler barrier                    S3  state done or busy? -> S7
 *	W2  b = slot->active                    S4  deadline: CAS posted->idle
 *	    ... reserve, store, commit in b ... S6  no writer: S5 active = spare's
 *	W3  nesting--                           S7  state = idle, return
 *	    compiler barrier
 *	W4  deferred, outermost? -> H3          handler, on the writer's thread
 *	                                        H1  state posted?
 *	                                        H2  nesting != 0? -> H6 busy (try)
 *	                                            or deferred = 1 (wait)
 *	                                        H3  CAS posted->running
 *	                                        H5  slot->active = spare's
 *	                                        H4  state = done
 *
 * W1, W3 against H2, W3 against W4: one thread, compiler barriers suffice; a
 * signal before W3 finds nesting and sets deferred, which W4 then finds. S1
 * pairs with H1 and H3: the request is complete. H4 pairs with S3 and S7: the
 * snapshot's events are visible. H3 and H6 pair with S4: run once, refused or
 * withdrawn. S6 pairs with X1 of writer.c: the writer that left has finished.
 * S14, of nesting, pairs with M3 of recover.c: the slot was made whole.
 * Cost: writer as unsync and a load; a swap interrupts the writer for about
 * 4 us and waits for its thread to be scheduled. Source: Mladek v2, LKML
 * 2014-07-15; Linux 3163f635b20e; rt_tgsigqueueinfo(2), signal-safety(7).
 */
#ifndef RINGSWAP_STRATEGIES_IPI_SIGNAL_H
#define RINGSWAP_STRATEGIES_IPI_SIGNAL_H

#include "strategies/hooks.h"

enum ipi_signal_state {
	IPI_IDLE,
	IPI_POSTED_TRY,
	IPI_POSTED_WAIT,
	IPI_RUNNING, /* the writer's thread is exchanging */
	IPI_DONE,
	IPI_BUSY, /* try: interrupted a write */
};

struct ipi_signal_slot {
	struct swap_slot base;
	struct swap_op *op;	    /* swapper; published by state */
	_Atomic unsigned int state; /* enum ipi_signal_state */
	/* Handler and writer only: a request waits for the write's end. */
	_Alignas(RB_CACHE_LINE) _Atomic unsigned int deferred;
};

static inline struct ipi_signal_slot *ipi_signal_slot(struct swap_slot *slot)
{
	return (struct ipi_signal_slot *)slot;
}

/* On the writer's thread, outside any write: run a posted request. */
SWAP_COLD void ipi_signal_serve(struct ipi_signal_slot *slot,
				unsigned int posted)
{
	struct rb_slot *live = &slot->base.rb;

	store_relaxed(&slot->deferred, 0);
	/* H3 pairs with S1 S4: complete request, run once or withdrawn */
	if (!cmpxchg_acq_rel(&slot->state, &posted, IPI_RUNNING))
		return;
	/* H5 pairs with W2: the fresh buffer is ready (one thread) */
	store_release(&live->active, swap_prepare(load_plain(&slot->op)));
	/* H4 pairs with S3 S7: the snapshot's events, then done */
	store_release(&slot->state, IPI_DONE);
}

static inline void ipi_signal_answer(struct ipi_signal_slot *slot)
{
	/* H1 pairs with S1: the request is complete */
	unsigned int state = load_acquire(&slot->state);

	if (state != IPI_POSTED_TRY && state != IPI_POSTED_WAIT)
		return; /* a late signal of a withdrawn request */
	if (!load_relaxed(&slot->base.rb.nesting)) /* H2 */
		ipi_signal_serve(slot, state);
	else if (state == IPI_POSTED_TRY)
		/* H6 pairs with S3 S4: refused, unless withdrawn */
		cmpxchg_acq_rel(&slot->state, &state, IPI_BUSY);
	else
		store_relaxed(&slot->deferred, 1);
}

extern const struct swap_strategy swap_strategy_ipi_signal;

/* The signal's handler: one signal may stand for several slots. */
static inline void ipi_signal_handler(void)
{
	for (struct swap_slot *s = sys_self()->slots; s; s = s->next)
		if (s->strategy == &swap_strategy_ipi_signal)
			ipi_signal_answer(ipi_signal_slot(s));
}

SWAP_HOT struct rb_cpu *ipi_signal_begin(struct swap_slot *slot,
					 unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level))) /* W1 */
		return swap_refuse(slot, RB_DROP_RECURSION);
	compiler_barrier(); /* W1 pairs with W3: open before the buffer */
	/* W2 pairs with H5 S5: a published buffer is ready */
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void ipi_signal_end(struct swap_slot *slot, struct rb_cpu *cpu,
			     unsigned long level)
{
	struct ipi_signal_slot *own = ipi_signal_slot(slot);

	(void)cpu;
	compiler_barrier(); /* W3 pairs with W1: events before closed */
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
	compiler_barrier(); /* W4 pairs with W4: closed, then look */
	if (rb_unlikely(load_relaxed(&own->deferred)) && level == 0) /* W4 */
		ipi_signal_serve(own, IPI_POSTED_WAIT);
}

/* Answered, or nobody left to answer. */
static inline bool ipi_signal_is_over(void *arg)
{
	struct ipi_signal_slot *slot = arg;
	/* S3 pairs with H4 H6: the snapshot's events are visible */
	unsigned int state = load_acquire(&slot->state);

	return state == IPI_DONE || state == IPI_BUSY ||
	       !load_relaxed(&slot->base.writer);
}

/* Without a writer the swapper does it; enter waits for its control word. */
static inline int ipi_signal_direct(struct ipi_signal_slot *slot)
{
	struct rb_slot *live = &slot->base.rb;

	/* S6 pairs with X1 in writer.c: what the writer that left stored */
	if (load_acquire(&slot->base.writer) ||
	    /* S14 pairs with M3 in recover.c: made whole, then idle */
	    load_acquire(&live->nesting))
		return -EBUSY;
	/* S5 pairs with W2: the fresh buffer is ready */
	store_release(&live->active, swap_prepare(load_plain(&slot->op)));
	return 0;
}

/* Nobody answered yet: withdraw, or find out that it is answered now. */
static inline int ipi_signal_withdraw(struct ipi_signal_slot *slot, int err)
{
	unsigned int state = load_relaxed(&slot->state);

	while (state == IPI_POSTED_TRY || state == IPI_POSTED_WAIT)
		/* S4 pairs with H3 H6: withdrawn, or run once */
		if (cmpxchg_acq_rel(&slot->state, &state, IPI_IDLE))
			return load_relaxed(&slot->base.writer)
				       ? err
				       : ipi_signal_direct(slot);
	if (state == IPI_RUNNING)
		return -EINPROGRESS;
	/* S7 pairs with H4: answered meanwhile */
	state = xchg_acq_rel(&slot->state, IPI_IDLE);
	return state == IPI_DONE ? 0 : -EBUSY;
}

static inline int ipi_signal_settle(struct swap_op *op, uint64_t deadline)
{
	struct ipi_signal_slot *slot = ipi_signal_slot(op->live);

	sys_await(ipi_signal_is_over, slot, deadline);
	return ipi_signal_withdraw(slot, -ETIMEDOUT);
}

/* Ask the writer: -EINPROGRESS, or what is certain already. */
static inline int ipi_signal_post(struct swap_op *op)
{
	struct ipi_signal_slot *slot = ipi_signal_slot(op->live);
	int writer = load_relaxed(&op->live->writer);
	int err;

	store_plain(&slot->op, op);
	/* S1 pairs with H1 H3: the request is complete */
	store_release(&slot->state,
		      op->mode == SWAP_TRY ? IPI_POSTED_TRY : IPI_POSTED_WAIT);
	if (writer == sys_tid()) {
		ipi_signal_answer(slot);
		return ipi_signal_withdraw(slot, -EBUSY);
	}
	err = writer ? sys_signal_send(writer) : 0; /* S2 */
	if (err || !writer)
		return ipi_signal_withdraw(slot, err);
	return -EINPROGRESS;
}

static inline int ipi_signal_swap(struct swap_op *op)
{
	int err = ipi_signal_post(op);

	if (err != -EINPROGRESS || op->mode == SWAP_TRY)
		return err;
	return ipi_signal_settle(op, op->deadline);
}

/* All slots in one round: every writer is asked before any is waited for. */
static inline void ipi_signal_swap_every(struct swap_op *ops, unsigned int n,
					 int *errors)
{
	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			errors[i] = ipi_signal_post(&ops[i]);
	for (unsigned int i = 0; i < n; i++) {
		uint64_t deadline = ops[i].deadline;

		/* Running at the deadline: the writer's thread is at it. */
		for (; errors[i] == -EINPROGRESS; deadline = UINT64_MAX)
			errors[i] = ipi_signal_settle(&ops[i], deadline);
	}
}

static inline int ipi_signal_setup(void)
{
	return sys_signal_setup(ipi_signal_handler);
}

static inline void ipi_signal_exit(struct swap_slot *slot)
{
	ipi_signal_answer(ipi_signal_slot(slot));
}

SWAP_STRATEGY(ipi_signal) = {
	SWAP_FROM_HOOKS(ipi_signal),
	.name = "ipi-signal",
	.summary = "a signal makes the writer's own thread run the swap",
	.source = "Mladek v2, LKML 2014-07-15; Linux 3163f635b20e",
	.family = SWAP_SAME_CPU,
	.sound = true,
	.shape = SWAP_EXCLUDE,
	.mechanism = "the writer's thread, by signal",
	.baseline = "unsync",
	.represents = true,
	.writer_pays = "compiler barriers, one load; a signal per swap",
	.swapper_pays = "rt_tgsigqueueinfo(2) and the wait for the writer",
	.floor = "signal",
	.needs = "a real-time signal",
	.drops = "none",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.recoverable = true,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct ipi_signal_slot),
	.swap = ipi_signal_swap,
	.swap_every = ipi_signal_swap_every,
	.settle = ipi_signal_settle,
	.setup = ipi_signal_setup,
	.writer_exit = ipi_signal_exit,
};

#endif
