/* SPDX-License-Identifier: MIT */
/*
 * percpu-mutex: one pthread mutex a slot, for its writer and its swapper.
 *
 * Idea: the lock of global-lock cut into one a slot. A writer meets its swapper
 * there and nobody else, so the lock is free but for the moment of a swap, and
 * its cache line stays where the writer is. Handlers drop where their thread
 * holds a lock, as parts/lock.h says.
 * Assumptions: any number of writers; handlers of one thread nest strictly.
 * Guarantees: C1-C9, exclusive at return, snapshot may be freed.
 * Progress: writer blocks on a swapper of its slot for as long as that moves
 * two pointers, or is off its CPU while it does; swapper bounded by its
 * deadline.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  inside? -> EBUSY; inside = 1
 *	W1  inside? -> contended; inside = 1    S2  the slot's lock, or deadline
 *	W2  the slot's lock                     S3  slot->active = spare's
 *	W3  b = slot->active                    S4  unlock
 *	    ... reserve, store, commit in b ... S5  inside = 0
 *	W4  unlock
 *	W5  inside = 0
 *
 * W2 pairs with S4 and W4 with S2 through the mutex; the rest within one
 * thread: parts/lock.h.
 * Cost: two locked instructions a write, on a line of the writer's own.
 * Source: pthread_mutex_lock(3); liburcu's test_perthreadlock.
 */
#ifndef RINGSWAP_STRATEGIES_PERCPU_MUTEX_H
#define RINGSWAP_STRATEGIES_PERCPU_MUTEX_H

#include "strategies/hooks.h"
#include "strategies/parts/lock.h"

struct percpu_mutex_slot {
	struct swap_slot base;
	struct sys_mutex lock; /* writer, and swapper of this slot */
};

SWAP_HOT struct sys_mutex *percpu_mutex_of(struct swap_slot *slot)
{
	return &((struct percpu_mutex_slot *)slot)->lock;
}

SWAP_HOT struct rb_cpu *percpu_mutex_begin(struct swap_slot *slot,
					   unsigned long *level)
{
	return lock_begin(slot, level, percpu_mutex_of(slot), &lock_mutex);
}

SWAP_HOT void percpu_mutex_end(struct swap_slot *slot, struct rb_cpu *cpu,
			       unsigned long level)
{
	(void)cpu;
	lock_end(slot, level, percpu_mutex_of(slot), &lock_mutex);
}

static inline int percpu_mutex_swap(struct swap_op *op)
{
	return lock_swap(op, percpu_mutex_of(op->live), &lock_mutex);
}

static inline void percpu_mutex_abandon(struct swap_slot *slot)
{
	lock_leave(percpu_mutex_of(slot), &lock_mutex);
}

static inline int percpu_mutex_init(struct swap_slot *slot)
{
	return sys_mutex_init(percpu_mutex_of(slot));
}

SWAP_STRATEGY(percpu_mutex) = {
	SWAP_FROM_HOOKS(percpu_mutex),
	.name = "percpu-mutex",
	.summary = "one pthread mutex a slot",
	.source = "pthread_mutex_lock(3); liburcu's test_perthreadlock",
	.family = SWAP_LOCK,
	.sound = true,
	.shape = SWAP_EXCLUDE,
	.mechanism = "locks, one a slot",
	.baseline = "unsync",
	.writer_pays = "mutex lock and unlock",
	.swapper_pays = "mutex lock and unlock",
	.floor = "mutex",
	.needs = "",
	.drops = "contended: a handler that interrupted a holder",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.contained = true,
	.recoverable = true,
	.strays = SWAP_STRAYS_ANY,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct percpu_mutex_slot),
	.slot_init = percpu_mutex_init,
	.writer_abandon = percpu_mutex_abandon,
	.swap = percpu_mutex_swap,
};

#endif
