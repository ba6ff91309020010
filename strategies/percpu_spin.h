/* SPDX-License-Identifier: MIT */
/*
 * percpu-spin: one pthread spin lock a slot, for its writer and its swapper.
 *
 * Idea: percpu-mutex with a lock that is one word: an exchange takes it, and a
 * store gives it back, so that a write pays one locked instruction and not two.
 * Handlers drop where their thread holds a lock, as parts/lock.h says.
 * Assumptions: any number of writers; handlers of one thread nest strictly.
 * Guarantees: C1-C9, exclusive at return, snapshot may be freed.
 * Progress: writer spins while a swapper of its slot moves two pointers, and for
 * as long as that one is off its CPU, for it never sleeps; swapper bounded by
 * its deadline, by attempts.
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
 * W2 pairs with S4 and W4 with S2 through the lock; the rest within one
 * thread: parts/lock.h.
 * Cost: one locked instruction a write, on a line of the writer's own.
 * Source: pthread_spin_lock(3).
 */
#ifndef RINGSWAP_STRATEGIES_PERCPU_SPIN_H
#define RINGSWAP_STRATEGIES_PERCPU_SPIN_H

#include "strategies/hooks.h"
#include "strategies/parts/lock.h"

struct percpu_spin_slot {
	struct swap_slot base;
	struct sys_spin lock; /* writer, and swapper of this slot */
};

SWAP_HOT struct sys_spin *percpu_spin_of(struct swap_slot *slot)
{
	return &((struct percpu_spin_slot *)slot)->lock;
}

SWAP_HOT struct rb_cpu *percpu_spin_begin(struct swap_slot *slot,
					  unsigned long *level)
{
	return lock_begin(slot, level, percpu_spin_of(slot), &lock_spin);
}

SWAP_HOT void percpu_spin_end(struct swap_slot *slot, struct rb_cpu *cpu,
			      unsigned long level)
{
	(void)cpu;
	lock_end(slot, level, percpu_spin_of(slot), &lock_spin);
}

static inline int percpu_spin_swap(struct swap_op *op)
{
	return lock_swap(op, percpu_spin_of(op->live), &lock_spin);
}

static inline void percpu_spin_abandon(struct swap_slot *slot)
{
	lock_leave(percpu_spin_of(slot), &lock_spin);
}

static inline int percpu_spin_init(struct swap_slot *slot)
{
	return sys_spin_init(percpu_spin_of(slot));
}

SWAP_STRATEGY(percpu_spin) = {
	SWAP_FROM_HOOKS(percpu_spin),
	.name = "percpu-spin",
	.summary = "one pthread spin lock a slot",
	.source = "pthread_spin_lock(3)",
	.family = SWAP_LOCK,
	.sound = true,
	.shape = SWAP_EXCLUDE,
	.mechanism = "locks, one a slot",
	.baseline = "unsync",
	.writer_pays = "spin lock and unlock",
	.swapper_pays = "spin lock and unlock",
	.floor = "locked-rmw",
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
	.slot_size = sizeof(struct percpu_spin_slot),
	.slot_init = percpu_spin_init,
	.writer_abandon = percpu_spin_abandon,
	.swap = percpu_spin_swap,
};

#endif
