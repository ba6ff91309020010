/* SPDX-License-Identifier: MIT */
/*
 * template: one sentence that says what it does and who pays.
 *
 * Copy this file to strategies/<id>.h, replace "template" by <id> and add the
 * line SWAP_STRATEGY_ENTRY(<id>) to strategies.def; that is all. What its tests
 * expect they take from the descriptor. As it stands it is a working strategy,
 * the global lock's plain cousin with one mutex a slot, and tested like others.
 * State that all slots share is declared by SWAP_STATE (hooks.h), not static.
 *
 * Idea: three to six lines.
 * Assumptions: what must hold outside this file.
 * Guarantees: which of C1-C7 (docs/architecture.md), when a snapshot is safe
 * to read, and what may then happen to its memory.
 * Progress: of the writer; of the swapper.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  inside = 1
 *	W1  inside? -> contended; inside = 1    S2  try or lock
 *	W2  lock                                S3  slot->active = spare's
 *	W3  b = slot->active                    S4  unlock
 *	    ... reserve, store, commit in b ... S5  inside = 0
 *	W4  unlock
 *	W5  inside = 0
 *
 * Ordering: every acquire, release and barrier has a label and names its
 * partner, here and beside the operation. W2 pairs with S4 and W4 with S2
 * through the mutex. W1 pairs with W5, and S1 with S5, within one thread: a
 * handler that interrupted a write, or a swap by the writer itself, finds the
 * flag and does not wait for the lock that its own thread holds.
 * Cost: what writer and swapper execute more than unsync.
 * Source: paper, commit or man page.
 */
#ifndef RINGSWAP_STRATEGIES_TEMPLATE_H
#define RINGSWAP_STRATEGIES_TEMPLATE_H

#include "strategies/hooks.h"

/* Private state, if any: struct swap_slot first. Optional. */
struct template_slot {
	struct swap_slot base;
	struct sys_mutex lock; /* writer and swapper of this slot */
};

static inline struct template_slot *template_slot(struct swap_slot *slot)
{
	return (struct template_slot *)slot;
}

/* Required. Returns the buffer to write to, or NULL with the cause counted. */
SWAP_HOT struct rb_cpu *template_begin(struct swap_slot *slot,
				       unsigned long *level)
{
	struct sys_thread *self = sys_self();

	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (swap_is_stray(slot))
		return swap_refuse(slot, RB_DROP_CONTEXT);
	if (rb_unlikely(load_relaxed(&self->inside)))
		return swap_refuse(slot, RB_DROP_CONTENDED);
	store_relaxed(&self->inside, 1);
	compiler_barrier(); /* W1 pairs with W5: flagged before locked */
	sys_mutex_lock(&template_slot(slot)->lock);	    /* W2 */
	swap_nest_enter(slot, level);			    /* it is 0 here */
	return swap_chosen(load_relaxed(&slot->rb.active)); /* W3 */
}

/* Required. Gets back what begin returned and stored in level. */
SWAP_HOT void template_end(struct swap_slot *slot, struct rb_cpu *cpu,
			   unsigned long level)
{
	(void)cpu;
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
	sys_mutex_unlock(&template_slot(slot)->lock); /* W4 */
	compiler_barrier(); /* W5 pairs with W1: unlocked before unflagged */
	store_relaxed(&sys_self()->inside, 0);
}

/*
 * Required of all but controls. Both slots' control words are held: no other
 * swap, resize, reset or consume is under way. 0, -EINPROGRESS, or an error
 * after which nothing has changed.
 */
static inline int template_swap(struct swap_op *op)
{
	struct template_slot *slot = template_slot(op->live);
	struct sys_thread *self = sys_self();
	int err;

	if (load_relaxed(&self->inside))
		return -EBUSY;
	store_relaxed(&self->inside, 1);
	compiler_barrier(); /* S1 pairs with S5: flagged before locked */
	if (op->mode == SWAP_TRY)
		err = sys_mutex_try(&slot->lock);
	else
		err = sys_mutex_lock_until(&slot->lock, op->deadline);
	if (!err) { /* S2; the writer may have ended inside a write */
		if (swap_is_abandoned(op->live))
			err = -EBUSY;
		else /* S3 */
			store_relaxed(&op->live->rb.active, swap_prepare(op));
		sys_mutex_unlock(&slot->lock); /* S4 */
	}
	compiler_barrier(); /* S5 pairs with S1: unlocked before unflagged */
	store_relaxed(&self->inside, 0);
	return err;
}

/*
 * Optional: the calling thread ends inside a write, whose end hook will not
 * run. Gives back what begin took; for the trait recoverable.
 */
static inline void template_abandon(struct swap_slot *slot)
{
	sys_mutex_unlock(&template_slot(slot)->lock);
	store_relaxed(&sys_self()->inside, 0);
}

/* Optional: private state of a new slot, which is zero-filled. */
static inline int template_init(struct swap_slot *slot)
{
	return sys_mutex_init(&template_slot(slot)->lock);
}

SWAP_STRATEGY(template) = {
	SWAP_FROM_HOOKS(template),
	.name = "template",				/* Required */
	.summary = "one pthread mutex a slot",		/* Required */
	.source = "pthread_mutex_lock(3)",		/* Required */
	.family = SWAP_LOCK,				/* Required */
	.sound = true,					/* Required */
	.shape = SWAP_EXCLUDE,				/* Required */
	.mechanism = "locks, one a slot",		/* Required */
	.baseline = "unsync",				/* Required */
	.writer_pays = "mutex lock and unlock",		/* Required */
	.swapper_pays = "mutex lock and unlock",	/* Required */
	.floor = "mutex",				/* Required */
	.needs = "",					/* Required */
	.drops = "contended: a handler inside a write", /* Required */
	.exclusive = SWAP_AT_RETURN,			/* Required */
	.memory = SWAP_MAY_BE_FREED,			/* Required */
	.strays = SWAP_STRAYS_ANY,			/* Required */
	.has_try = true,
	.bounded = true,			   /* Required */
	.contained = true,			   /* Required */
	.recoverable = true,			   /* Required */
	.write_from_handler = true,		   /* Required */
	.swap_from_handler = true,		   /* Required */
	.slot_size = sizeof(struct template_slot), /* Required */
	.slot_init = template_init,		   /* Optional */
	.writer_abandon = template_abandon,	   /* Optional */
	.swap = template_swap,			   /* Required */
						   /*
	 * Optional: .breaks (the promise, where .sound is false) .represents
	 * .copies .pinned_writer .writer_must_poll .uses_signal
	 * .interrupts_calls .fork .settle .swap_every .setup .slot_fini
	 * .writer_enter .writer_exit .poll .idle .online .probe; see
	 * strategies/strategy.h. Exclude, as here: answer -EBUSY where
	 * swap_is_abandoned(), once it is excluded.
	 */
};

#endif
