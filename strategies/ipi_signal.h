/* SPDX-License-Identifier: MIT */
/*
 * ipi-signal: same-CPU hand-off. The writer's own thread runs the whole swap.
 *
 * Idea: the kernel sends an IPI so that the swap runs on the writer's CPU,
 * where program order replaces barriers. In user space a directed real-time
 * signal does that for a thread: its handler finds the writer outside a write
 * and exchanges, or inside, and then says busy (try) or leaves the work to the
 * begin of its next write, which looks at refuse anyway (wait).
 * Assumptions: the writer entered and does not block or take the signal;
 * SA_RESTART hides most, not all, interruptions of its system calls.
 * Guarantees: C1-C10, exclusive at return, snapshot may be freed, no drops.
 * Progress: writer wait-free; swapper bounded, waits until the writer's
 * thread is scheduled. A writer that has exited is swapped directly.
 *
 *	writer                                  swapper
 *	W0  refuse? disabled -> early           S1  state = posted
 *	    a request, outermost -> H3          S2  mark = rung; was it? -> S3
 *	W1  nesting++                           S8  signal the writer; it cannot
 *	    compiler barrier                        be sent -> S10 mark = off
 *	W2  b = slot->active                    S3  done or busy? -> S7; deferred,
 *	    ... reserve, store, commit in b ...     closed, not rung -> S2
 *	W3  nesting--                           S4  deadline: CAS posted or
 *	                                            deferred->idle, S9 refuse--;
 *	                                            never seen, taken by others
 *	                                            -> S11 mark = off
 *	handler, on the writer's thread         S6  no writer: S5 active = spare's
 *	H0  mark = off, then for every slot     S7  state = idle, return
 *	H1  state posted or deferred?
 *	H2  nesting != 0? -> H6 busy (try)      H3  CAS posted or deferred->running
 *	    or H8 CAS posted->running (wait),       H10 it was deferred: refuse--
 *	    H7 refuse++, H9 state = deferred    H5  slot->active = spare's
 *	                                        H4  state = done
 *
 * W1, W3 against H2: one thread, compiler barriers suffice. W0 finds what H7
 * left, and H2 what W1 left, so a write is never inside a swap. A writer that
 * goes idle after W3 begins no write: S3 sees it closed and signals again.
 * S1 pairs with H1 and H3: the request is complete. H4 pairs with S3 and S7:
 * the snapshot's events are visible. H3, H6, H8 and H9 pair with S4: run once,
 * refused, deferred or withdrawn. S6 pairs with X1 of writer.c: the writer that
 * left has finished. S14, of nesting, with M3 of recover.c: it was made whole.
 * One mark a thread, not a slot, so that at most one signal of ours waits for
 * it. S2 pairs with H0, and both read and write: where S2 finds it rung, H0 is
 * still to come and sees the request of S1, else S8 sends a new one. A mark
 * has the thread's ticket (sys.h), so S2 fails for a thread that has left.
 * Cost: writer as unsync; a swap interrupts the writer for about 4 us and
 * waits for its thread to be scheduled. Source: Mladek v2, LKML 2014-07-15;
 * Linux 3163f635b20e; rt_tgsigqueueinfo(2), signal-safety(7).
 */
#ifndef RINGSWAP_STRATEGIES_IPI_SIGNAL_H
#define RINGSWAP_STRATEGIES_IPI_SIGNAL_H

#include "strategies/hooks.h"

enum ipi_signal_state {
	IPI_IDLE,
	IPI_POSTED_TRY,
	IPI_POSTED_WAIT,
	/* wait: interrupted a write; RB_REFUSE_SWAP is set. And another one. */
	IPI_DEFERRED,
	IPI_DEFERRED_AGAIN,
	IPI_RUNNING, /* the writer's thread is at it */
	IPI_DONE,
	IPI_BUSY, /* try: interrupted a write */
};

/* The mark of a thread's target: a signal is on its way, and not yet taken. */
#define IPI_RUNG UINT64_C(1)

struct ipi_signal_slot {
	struct swap_slot base;
	struct swap_op *op;	    /* swapper; published by state */
	_Atomic unsigned int state; /* enum ipi_signal_state */
	/* The writer's, as it entered; control publishes them. */
	struct sys_target *target;
	uint64_t ticket;
};

static inline struct ipi_signal_slot *ipi_signal_slot(struct swap_slot *slot)
{
	return (struct ipi_signal_slot *)slot;
}

static inline bool ipi_signal_is_deferred(unsigned int state)
{
	return state == IPI_DEFERRED || state == IPI_DEFERRED_AGAIN;
}

static inline bool ipi_signal_is_open(unsigned int state)
{
	return state == IPI_POSTED_TRY || state == IPI_POSTED_WAIT ||
	       ipi_signal_is_deferred(state);
}

/* On the writer's thread, outside any write: run an open request. */
SWAP_COLD void ipi_signal_serve(struct ipi_signal_slot *slot,
				unsigned int state)
{
	struct rb_slot *live = &slot->base.rb;
	bool deferred = ipi_signal_is_deferred(state);

	/* H3 pairs with S1 S4: complete request, run once or withdrawn */
	if (!cmpxchg_acq_rel(&slot->state, &state, IPI_RUNNING))
		return;
	if (deferred)
		/* H10 pairs with H7: balanced before done */
		fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	/* H5 pairs with W2: the fresh buffer is ready (one thread) */
	store_release(&live->active, swap_prepare(load_plain(&slot->op)));
	/* H4 pairs with S3 S7: the snapshot's events, then done, at once */
	xchg_acq_rel(&slot->state, IPI_DONE);
}

/* Inside a write: leave the request to the begin of the next one. */
static inline void ipi_signal_defer(struct ipi_signal_slot *slot)
{
	unsigned int posted = IPI_POSTED_WAIT;

	/* H8 pairs with S4: not withdrawn, and not while refuse is set */
	if (!cmpxchg_acq_rel(&slot->state, &posted, IPI_RUNNING))
		return;
	/* H7 pairs with H10 S9: set before anybody may take it back */
	fetch_or_acq_rel(&slot->base.rb.refuse, RB_REFUSE_SWAP);
	/* H9 pairs with S4: set, then deferred, at once: who looks may go on */
	xchg_acq_rel(&slot->state, IPI_DEFERRED);
}

static inline void ipi_signal_answer(struct ipi_signal_slot *slot)
{
	/* H1 pairs with S1: the request is complete */
	unsigned int state = load_acquire(&slot->state);

	if (!ipi_signal_is_open(state))
		return; /* a signal for others, or of a withdrawn request */
	if (!load_relaxed(&slot->base.rb.nesting)) /* H2 */
		ipi_signal_serve(slot, state);
	else if (state == IPI_POSTED_WAIT)
		ipi_signal_defer(slot);
	else
		/* H6 pairs with S3 S4: refused or deferred, unless withdrawn */
		cmpxchg_acq_rel(&slot->state, &state,
				state == IPI_POSTED_TRY ? IPI_BUSY
				: state == IPI_DEFERRED ? IPI_DEFERRED_AGAIN
							: IPI_DEFERRED);
}

extern const struct swap_strategy swap_strategy_ipi_signal;

/* The signal's handler: one signal stands for all slots of the thread. */
static inline void ipi_signal_handler(void)
{
	struct sys_thread *self = sys_self();

	if (self->target)
		/* H0 pairs with S2: the requests that count on this signal */
		fetch_and_acq_rel(&self->target->word, ~SYS_TARGET_MARKS);
	for (struct swap_slot *s = self->slots; s; s = s->next)
		if (s->strategy == &swap_strategy_ipi_signal)
			ipi_signal_answer(ipi_signal_slot(s));
}

/* May a write go on that finds refuse set? A waiting request is run first. */
SWAP_COLD bool ipi_signal_pass(struct swap_slot *slot, uint32_t refuse)
{
	struct ipi_signal_slot *own = ipi_signal_slot(slot);
	unsigned int state;

	if (refuse != RB_REFUSE_SWAP)
		return false;
	if (!load_relaxed(&slot->rb.nesting)) {
		state = load_relaxed(&own->state);
		if (ipi_signal_is_deferred(state))
			ipi_signal_serve(own, state);
	}
	return true;
}

SWAP_HOT struct rb_cpu *ipi_signal_begin(struct swap_slot *slot,
					 unsigned long *level)
{
	uint32_t refuse = load_relaxed(&slot->rb.refuse); /* W0 */

	if (rb_unlikely(refuse) && !ipi_signal_pass(slot, refuse))
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
	(void)cpu;
	compiler_barrier(); /* W3 pairs with W1: events before closed */
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
}

/* One wait for an answer. */
struct ipi_signal_wait {
	struct ipi_signal_slot *slot;
	unsigned int state; /* as last seen */
	unsigned int known; /* deferred, the signal after that is sent */
};

/*
 * Answered, or nobody there to answer, or the write that the request was left
 * to has ended: unless the writer begins another one, it wants a signal.
 */
static inline bool ipi_signal_is_over(void *arg)
{
	struct ipi_signal_wait *wait = arg;
	struct swap_slot *slot = &wait->slot->base;

	/* S3 pairs with H4 H6: the snapshot's events are visible */
	wait->state = load_acquire(&wait->slot->state);
	if (!ipi_signal_is_open(wait->state))
		return wait->state != IPI_RUNNING;
	if (ipi_signal_is_deferred(wait->state) && wait->state != wait->known)
		return !load_relaxed(&slot->rb.nesting);
	return !load_relaxed(&slot->writer) &&
	       (wait->state == IPI_POSTED_TRY ||
		!load_relaxed(&slot->rb.nesting));
}

/* Without a writer the swapper does it; enter waits for its control word. */
static inline int ipi_signal_direct(struct ipi_signal_slot *slot, int err)
{
	struct rb_slot *live = &slot->base.rb;

	/* S6 pairs with X1 in writer.c: what the writer that left stored */
	if (load_acquire(&slot->base.writer) ||
	    /* S14 pairs with M3 in recover.c: made whole, then idle */
	    load_acquire(&live->nesting))
		return err;
	/* S5 pairs with W2: the fresh buffer is ready */
	store_release(&live->active, swap_prepare(load_plain(&slot->op)));
	return 0;
}

/* Nobody answered yet: withdraw, or find out that it is answered now. */
static inline int ipi_signal_withdraw(struct ipi_signal_slot *slot, int err)
{
	unsigned int state = load_relaxed(&slot->state);

	while (ipi_signal_is_open(state)) {
		/* S4 pairs with H3 H6 H8 H9: withdrawn, or run once */
		if (!cmpxchg_acq_rel(&slot->state, &state, IPI_IDLE))
			continue;
		if (ipi_signal_is_deferred(state))
			/* S9 pairs with H7: as if it had never been left */
			fetch_and_acq_rel(&slot->base.rb.refuse,
					  ~RB_REFUSE_SWAP);
		return ipi_signal_direct(slot, err);
	}
	if (state == IPI_RUNNING)
		return -EINPROGRESS;
	/* S7 pairs with H4: answered meanwhile */
	state = xchg_acq_rel(&slot->state, IPI_IDLE);
	return state == IPI_DONE ? 0 : -EBUSY;
}

/* See to it that a signal is on its way to the slot's writer: 0 or -errno. */
static inline int ipi_signal_ring(struct ipi_signal_slot *slot, int writer)
{
	uint64_t ticket = load_plain(&slot->ticket), found = ticket;
	int err;

	/* S2 pairs with H0 S10 S11 and T5 in sys_signal.c: then the mark */
	while (!cmpxchg_acq_rel(&slot->target->word, &found, ticket | IPI_RUNG))
		if ((found & ~SYS_TARGET_MARKS) != ticket)
			return 0; /* it is leaving, and answers as it does */
	if (found & IPI_RUNG)
		return 0;
	err = sys_signal_send(writer); /* S8 */
	found = ticket | IPI_RUNG;
	/* S10 pairs with S2: none on its way, who waits looks again */
	if (err && !cmpxchg_acq_rel(&slot->target->word, &found, ticket) &&
	    (found & ~SYS_TARGET_MARKS) != ticket)
		return 0; /* it has left since, or is leaving, as above */
	return err;
}

/*
 * The request was not seen. Was the signal taken by others (sigwait(3),
 * signalfd(2), a handler that has replaced ours)? Then it is off the way.
 */
static inline void ipi_signal_lost(struct ipi_signal_wait *wait)
{
	struct ipi_signal_slot *slot = wait->slot;
	uint64_t rung = load_plain(&slot->ticket) | IPI_RUNG;
	int writer;

	if (wait->state != IPI_POSTED_TRY && wait->state != IPI_POSTED_WAIT)
		return;
	writer = load_relaxed(&slot->base.writer);
	if (writer && load_relaxed(&slot->target->word) == rung &&
	    !sys_signal_is_pending(writer))
		/* S11 pairs with S2: rung no more, the next one sends */
		cmpxchg_acq_rel(&slot->target->word, &rung, rung ^ IPI_RUNG);
}

/*
 * Signal the writer again: its write has ended (no err), or it has not
 * answered for long, and the signal on its way may have turned out to be none.
 */
static inline int ipi_signal_remind(struct ipi_signal_wait *wait, int err)
{
	struct ipi_signal_slot *slot = wait->slot;
	bool inside = err && ipi_signal_is_deferred(wait->state);
	int writer = load_relaxed(&slot->base.writer);

	if (err)
		ipi_signal_lost(wait);
	wait->known = err ? IPI_IDLE : wait->state;
	err = sys_signal_check();
	if (err || inside || !writer)
		return err;
	return ipi_signal_ring(slot, writer);
}

static inline int ipi_signal_settle(struct swap_op *op, uint64_t deadline)
{
	struct ipi_signal_wait wait = { .slot = ipi_signal_slot(op->live) };
	int err;

	do {
		uint64_t until = sys_signal_look(deadline);

		err = sys_await(ipi_signal_is_over, &wait, until);
		if (err ? until == deadline
			: !ipi_signal_is_deferred(wait.state) ||
				    wait.state == wait.known)
			break;
		err = ipi_signal_remind(&wait, err);
	} while (!err);
	if (err == -ETIMEDOUT)
		ipi_signal_lost(&wait);
	return ipi_signal_withdraw(wait.slot, err ? err : -EBUSY);
}

static inline void ipi_signal_post(struct swap_op *op)
{
	struct ipi_signal_slot *slot = ipi_signal_slot(op->live);

	store_plain(&slot->op, op);
	/* S1 pairs with H1 H3: the request is complete */
	store_release(&slot->state,
		      op->mode == SWAP_TRY ? IPI_POSTED_TRY : IPI_POSTED_WAIT);
}

/* Ask the writer: -EINPROGRESS, or what is certain already. */
static inline int ipi_signal_ask(struct swap_op *op)
{
	struct ipi_signal_slot *slot = ipi_signal_slot(op->live);
	int writer = load_relaxed(&op->live->writer);
	int err = -EBUSY;

	if (writer == sys_tid()) {
		ipi_signal_answer(slot);
	} else if (writer) {
		err = sys_signal_check();
		if (!err)
			err = ipi_signal_ring(slot, writer);
		if (!err)
			return -EINPROGRESS;
	}
	return ipi_signal_withdraw(slot, err);
}

static inline int ipi_signal_swap(struct swap_op *op)
{
	int err;

	ipi_signal_post(op);
	err = ipi_signal_ask(op);
	if (err != -EINPROGRESS || op->mode == SWAP_TRY)
		return err;
	return ipi_signal_settle(op, op->deadline);
}

/*
 * All slots in one round: every request stands before a signal is sent, so
 * that one serves all slots of a thread, and all are sent before one is waited
 * for. The writers exchange meanwhile, whatever another one does.
 */
static inline void ipi_signal_swap_every(struct swap_op *ops, unsigned int n,
					 int *errors)
{
	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			ipi_signal_post(&ops[i]);
	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			errors[i] = ipi_signal_ask(&ops[i]);
	for (unsigned int i = 0; i < n; i++)
		if (errors[i] == -EINPROGRESS)
			errors[i] = ipi_signal_settle(&ops[i], ops[i].deadline);
}

static inline int ipi_signal_setup(void)
{
	return sys_signal_setup(ipi_signal_handler);
}

static inline int ipi_signal_probe(char *why, size_t size)
{
	return sys_signal_probe(ipi_signal_handler, why, size);
}

/* -EEXIST, -ENOTSUP (the thread blocks the signal), -ENOMEM, a filter's. */
static inline int ipi_signal_enter(struct swap_slot *slot)
{
	struct ipi_signal_slot *own = ipi_signal_slot(slot);
	int err = ipi_signal_setup();

	if (!err)
		err = sys_signal_reachable();
	if (err)
		return err;
	store_plain(&own->target, sys_target_claim());
	if (!own->target)
		return -ENOMEM;
	store_plain(&own->ticket,
		    load_relaxed(&own->target->word) & ~SYS_TARGET_MARKS);
	return 0;
}

static inline void ipi_signal_exit(struct swap_slot *slot)
{
	ipi_signal_answer(ipi_signal_slot(slot));
	sys_target_release();
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
	.writer_pays = "compiler barriers; a signal per swap",
	.swapper_pays = "rt_tgsigqueueinfo(2) and the wait for the writer",
	.floor = "signal",
	.needs = "a real-time signal",
	.drops = "none",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.contained = true,
	.recoverable = true,
	.uses_signal = true,
	.interrupts_calls = true,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct ipi_signal_slot),
	.swap = ipi_signal_swap,
	.swap_every = ipi_signal_swap_every,
	.settle = ipi_signal_settle,
	.setup = ipi_signal_setup,
	.writer_enter = ipi_signal_enter,
	.writer_exit = ipi_signal_exit,
	.probe = ipi_signal_probe,
};

#endif
