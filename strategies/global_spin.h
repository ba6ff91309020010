/* SPDX-License-Identifier: MIT */
/*
 * global-spin: one pthread spin lock for all writers and swappers.
 *
 * Idea: global-lock with a lock that is one word: an exchange takes it, and a
 * store gives it back. Cheaper while it is free; who waits burns its CPU, and
 * all wait for as long as a holder is off its own. Handlers drop where their
 * thread holds the lock, as parts/lock.h says.
 * Assumptions: any number of writers; handlers of one thread nest strictly.
 * Guarantees: C1-C7, exclusive at return, snapshot may be freed.
 * Progress: writer spins on every other writer and swapper of the process;
 * swapper bounded by its deadline, by attempts.
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
 * W2 pairs with S4 and W4 with S2 through the lock; the rest within one
 * thread: parts/lock.h.
 * Cost: one locked instruction a write, on a cache line that all writers share.
 * Source: pthread_spin_lock(3).
 */
#ifndef RINGSWAP_STRATEGIES_GLOBAL_SPIN_H
#define RINGSWAP_STRATEGIES_GLOBAL_SPIN_H

#include "strategies/hooks.h"
#include "strategies/parts/lock.h"

SWAP_STATE(struct sys_spin, global_spin, SYS_SPIN_INIT);

SWAP_HOT struct rb_cpu *global_spin_begin(struct swap_slot *slot,
					  unsigned long *level)
{
	return lock_begin(slot, level, &global_spin, &lock_spin);
}

SWAP_HOT void global_spin_end(struct swap_slot *slot, struct rb_cpu *cpu,
			      unsigned long level)
{
	(void)cpu;
	lock_end(slot, level, &global_spin, &lock_spin);
}

static inline int global_spin_swap(struct swap_op *op)
{
	return lock_swap(op, &global_spin, &lock_spin);
}

static inline int global_spin_setup(void)
{
	return sys_spin_init(&global_spin);
}

/* Another thread's hold is nobody's; the caller's own ends with its write. */
static inline void global_spin_forked(bool alone)
{
	(void)alone;
	if (!load_relaxed(&sys_self()->inside))
		sys_spin_init(&global_spin);
}

/* A write that never ends: its thread gives the lock back for all slots. */
static inline void global_spin_abandon(struct swap_slot *slot)
{
	(void)slot;
	lock_leave(&global_spin, &lock_spin);
}

SWAP_STRATEGY(global_spin) = {
	SWAP_FROM_HOOKS(global_spin),
	.name = "global-spin",
	.summary = "one pthread spin lock for all writers and swappers",
	.source = "pthread_spin_lock(3)",
	.family = SWAP_LOCK,
	.sound = true,
	.shape = SWAP_EXCLUDE,
	.mechanism = "locks, one for all",
	.baseline = "unsync",
	.writer_pays = "spin lock and unlock, shared by all",
	.swapper_pays = "spin lock and unlock",
	.floor = "locked-rmw",
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
	.swap = global_spin_swap,
	.setup = global_spin_setup,
	.forked = global_spin_forked,
	.writer_abandon = global_spin_abandon,
};

#endif
