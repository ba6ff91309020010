/* SPDX-License-Identifier: MIT */
/*
 * lock.h - a lock around the write and around the swap: what the lock
 * strategies have in common. Which lock it is, and whether there is one for all
 * slots or one a slot, is theirs.
 *
 * Who holds the lock may write or swap. A handler that interrupted a holder (or
 * somebody about to take the lock) would wait for its own thread, so a flag of
 * the thread, set before locking and cleared after unlocking, makes it drop
 * instead and never touch the lock. The flag is the thread's and not the
 * slot's: a handler may write to another slot under the same lock.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  inside? -> EBUSY; inside = 1
 *	W1  inside? -> contended; inside = 1    S2  lock, until the deadline
 *	W2  lock                                S3  slot->active = spare's
 *	W3  b = slot->active                    S4  unlock
 *	    ... reserve, store, commit in b ... S5  inside = 0
 *	W4  unlock
 *	W5  inside = 0
 *
 * W2 pairs with S4 and W4 with S2 through the lock. W1 pairs with W5, and S1
 * with S5, within one thread: a handler sees the flag whenever the lock may be
 * held by its thread.
 */
#ifndef RINGSWAP_STRATEGIES_PARTS_LOCK_H
#define RINGSWAP_STRATEGIES_PARTS_LOCK_H

#include "strategies/strategy.h"

/* What a lock can do. Constant where it is used, so that calls are inlined. */
struct lock_kind {
	void (*take)(void *lock);
	void (*give)(void *lock);
	int (*attempt)(void *lock); /* 0 or -EBUSY */
	/* 0 or -ETIMEDOUT; deadline as sys_await */
	int (*take_until)(void *lock, uint64_t deadline);
};

/* ------------------------------------------------------------------------ */
/* pthread_mutex_lock(3): who waits sleeps                                  */

SWAP_HOT void lock_mutex_take(void *lock)
{
	sys_mutex_lock((struct sys_mutex *)lock);
}

SWAP_HOT void lock_mutex_give(void *lock)
{
	sys_mutex_unlock((struct sys_mutex *)lock);
}

static inline int lock_mutex_attempt(void *lock)
{
	return sys_mutex_try((struct sys_mutex *)lock);
}

static inline int lock_mutex_take_until(void *lock, uint64_t deadline)
{
	return sys_mutex_lock_until((struct sys_mutex *)lock, deadline);
}

static const struct lock_kind lock_mutex = {
	.take = lock_mutex_take,
	.give = lock_mutex_give,
	.attempt = lock_mutex_attempt,
	.take_until = lock_mutex_take_until,
};

/* ------------------------------------------------------------------------ */
/* pthread_spin_lock(3): who waits spins, a swapper by attempts             */

SWAP_HOT void lock_spin_take(void *lock)
{
	sys_spin_lock((struct sys_spin *)lock);
}

SWAP_HOT void lock_spin_give(void *lock)
{
	sys_spin_unlock((struct sys_spin *)lock);
}

static inline int lock_spin_attempt(void *lock)
{
	return sys_spin_try((struct sys_spin *)lock);
}

static inline int lock_spin_take_until(void *lock, uint64_t deadline)
{
	return sys_spin_lock_until((struct sys_spin *)lock, deadline);
}

static const struct lock_kind lock_spin = {
	.take = lock_spin_take,
	.give = lock_spin_give,
	.attempt = lock_spin_attempt,
	.take_until = lock_spin_take_until,
};

/* ------------------------------------------------------------------------ */
/* The writer                                                               */

SWAP_HOT struct rb_cpu *lock_begin(struct swap_slot *slot, unsigned long *level,
				   void *lock, const struct lock_kind *kind)
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
	kind->take(lock);   /* W2 */
	swap_nest_enter(slot, level); /* level is 0 here */
	return swap_chosen(load_relaxed(&slot->rb.active)); /* W3 */
}

SWAP_HOT void lock_leave(void *lock, const struct lock_kind *kind)
{
	kind->give(lock);   /* W4 */
	compiler_barrier(); /* W5 pairs with W1: unlocked before unflagged */
	store_relaxed(&sys_self()->inside, 0);
}

SWAP_HOT void lock_end(struct swap_slot *slot, unsigned long level, void *lock,
		       const struct lock_kind *kind)
{
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
	lock_leave(lock, kind);
}

/* ------------------------------------------------------------------------ */
/* The swapper                                                              */

/* With the lock held nobody is inside; nor will be who ended there. */
static inline int lock_exchange(struct swap_op *op)
{
	if (swap_is_abandoned(op->live))
		return -EBUSY;
	store_relaxed(&op->live->rb.active, swap_prepare(op)); /* S3 */
	return 0;
}

static inline int lock_swap(struct swap_op *op, void *lock,
			    const struct lock_kind *kind)
{
	struct sys_thread *self = sys_self();
	int err;

	if (load_relaxed(&self->inside)) /* S1 */
		return -EBUSY;
	store_relaxed(&self->inside, 1);
	compiler_barrier(); /* S1 pairs with S5: flagged before locked */
	if (op->mode == SWAP_TRY)
		err = kind->attempt(lock); /* S2 */
	else
		err = kind->take_until(lock, op->deadline); /* S2 */
	if (!err) {
		err = lock_exchange(op);
		kind->give(lock); /* S4 */
	}
	compiler_barrier(); /* S5 pairs with S1: unlocked before unflagged */
	store_relaxed(&self->inside, 0);
	return err;
}

#endif
