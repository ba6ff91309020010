/* SPDX-License-Identifier: MIT */
/*
 * global-lock: one pthread mutex for all writers and swappers.
 *
 * Idea: the plain answer. Who holds the lock may write or swap. A handler that
 * interrupted a holder (or somebody about to take the lock) would wait for
 * itself, so a per-thread flag, set before locking and cleared after
 * unlocking, makes it drop instead and never touch the lock.
 * Assumptions: any number of writers; handlers of one thread nest strictly.
 * Guarantees: C1-C7, exclusive at return, snapshot may be freed.
 * Progress: writer blocks on every other writer and swapper of the process;
 * swapper bounded by its deadline.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  inside = 1
 *	W1  inside? -> contended; inside = 1    S2  lock, until the deadline
 *	W2  lock                                S3  slot->active = spare's
 *	W3  b = slot->active                    S4  unlock
 *	    ... reserve, store, commit in b ... S5  inside = 0
 *	W4  unlock
 *	W5  inside = 0
 *
 * W2 pairs with S4 and W4 with S2 through the mutex. W1 pairs with W5, and S1
 * with S5, within one thread: a handler sees the flag whenever the lock may be
 * held by its thread. inside is the thread's, not the slot's, since one mutex
 * serves all slots.
 * Cost: about 20 ns uncontended; all writers share one cache line. A process
 * with one thread is cheaper (glibc elides the lock prefix): not measured so.
 * Source: pthread_mutex_lock(3); pthread_mutex_clocklock(3).
 */
#ifndef RINGSWAP_STRATEGIES_GLOBAL_LOCK_H
#define RINGSWAP_STRATEGIES_GLOBAL_LOCK_H

#include "strategies/hooks.h"

SWAP_STATE(struct sys_mutex, global_lock, SYS_MUTEX_INIT);

SWAP_HOT struct rb_cpu *global_lock_begin(struct swap_slot *slot,
					  unsigned long *level)
{
	struct sys_thread *self = sys_self();

	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (swap_is_stray(slot))
		return swap_refuse(slot, RB_DROP_CONTEXT);
	if (rb_unlikely(load_relaxed(&self->inside))) /* W1 */
		return swap_refuse(slot, RB_DROP_CONTENDED);
	store_relaxed(&self->inside, 1);
	compiler_barrier(); /* W1 pairs with W5: flagged before locked */
	sys_mutex_lock(&global_lock); /* W2 */
	swap_nest_enter(slot, level); /* level is 0 here */
	return swap_chosen(load_relaxed(&slot->rb.active)); /* W3 */
}

SWAP_HOT void global_lock_end(struct swap_slot *slot, struct rb_cpu *cpu,
			      unsigned long level)
{
	(void)cpu;
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
	sys_mutex_unlock(&global_lock); /* W4 */
	compiler_barrier(); /* W5 pairs with W1: unlocked before unflagged */
	store_relaxed(&sys_self()->inside, 0);
}

static inline int global_lock_swap(struct swap_op *op)
{
	struct sys_thread *self = sys_self();
	int err;

	if (load_relaxed(&self->inside)) /* S1 */
		return -EBUSY;
	store_relaxed(&self->inside, 1);
	compiler_barrier(); /* S1 pairs with S5: flagged before locked */
	if (op->mode == SWAP_TRY)
		err = sys_mutex_try(&global_lock); /* S2 */
	else
		err = sys_mutex_lock_until(&global_lock, op->deadline); /* S2 */
	if (!err) {
		/* Nobody is inside; nor will be who ended there. */
		if (swap_is_abandoned(op->live))
			err = -EBUSY;
		else
			store_relaxed(&op->live->rb.active,
				      swap_prepare(op)); /* S3 */
		sys_mutex_unlock(&global_lock);		 /* S4 */
	}
	compiler_barrier(); /* S5 pairs with S1: unlocked before unflagged */
	store_relaxed(&self->inside, 0);
	return err;
}

/* Another thread's hold is nobody's; the caller's own ends with its write. */
static inline void global_lock_forked(bool alone)
{
	(void)alone;
	if (!load_relaxed(&sys_self()->inside))
		sys_mutex_init(&global_lock);
}

/* A write that never ends: its thread gives the lock back for all slots. */
static inline void global_lock_writer_abandon(struct swap_slot *slot)
{
	(void)slot;
	sys_mutex_unlock(&global_lock); /* W4 */
	compiler_barrier(); /* W5 pairs with W1: unlocked before unflagged */
	store_relaxed(&sys_self()->inside, 0);
}

SWAP_STRATEGY(global_lock) = {
	SWAP_FROM_HOOKS(global_lock),
	.name = "global-lock",
	.summary = "one pthread mutex for all writers and swappers",
	.source = "pthread_mutex_lock(3)",
	.family = SWAP_LOCK,
	.sound = true,
	.shape = SWAP_EXCLUDE,
	.mechanism = "locks, one for all",
	.baseline = "unsync",
	.represents = true,
	.writer_pays = "mutex lock and unlock, shared by all",
	.swapper_pays = "mutex lock and unlock",
	.floor = "mutex",
	.needs = "",
	.drops = "contended: a handler that interrupted a holder",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.recoverable = true,
	.strays = SWAP_STRAYS_ANY,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct swap_slot),
	.swap = global_lock_swap,
	.forked = global_lock_forked,
	.writer_abandon = global_lock_writer_abandon,
};

#endif
