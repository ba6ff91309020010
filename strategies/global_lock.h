/* SPDX-License-Identifier: MIT */
/*
 * global-lock: one pthread mutex for all writers and swappers.
 *
 * Idea: the plain answer. Who holds the lock may write or swap. A handler that
 * interrupted a holder (or somebody about to take the lock) would wait for
 * itself, and drops instead: parts/lock.h.
 * Assumptions: any number of writers; handlers of one thread nest strictly.
 * Guarantees: C1-C7, exclusive at return, snapshot may be freed.
 * Progress: writer blocks on every other writer and swapper of the process;
 * swapper bounded by its deadline.
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
 * W2 pairs with S4 and W4 with S2 through the mutex; the rest within one
 * thread: parts/lock.h.
 * Cost: about 20 ns uncontended; all writers share one cache line. A process
 * with one thread is cheaper (glibc elides the lock prefix): not measured so.
 * Source: pthread_mutex_lock(3); pthread_mutex_clocklock(3).
 */
#ifndef RINGSWAP_STRATEGIES_GLOBAL_LOCK_H
#define RINGSWAP_STRATEGIES_GLOBAL_LOCK_H

#include "strategies/hooks.h"
#include "strategies/parts/lock.h"

SWAP_STATE(struct sys_mutex, global_lock, SYS_MUTEX_INIT);

SWAP_HOT struct rb_cpu *global_lock_begin(struct swap_slot *slot,
					  unsigned long *level)
{
	return lock_begin(slot, level, &global_lock, &lock_mutex);
}

SWAP_HOT void global_lock_end(struct swap_slot *slot, struct rb_cpu *cpu,
			      unsigned long level)
{
	(void)cpu;
	lock_end(slot, level, &global_lock, &lock_mutex);
}

static inline int global_lock_swap(struct swap_op *op)
{
	return lock_swap(op, &global_lock, &lock_mutex);
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
	lock_leave(&global_lock, &lock_mutex);
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
