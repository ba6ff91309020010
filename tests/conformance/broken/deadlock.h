/* SPDX-License-Identifier: MIT */
/* broken-deadlock: a lock without the inside flag, so that a handler waits
 * for the write that it interrupted. Breaks C5. */
#include "tests/conformance/broken/base.h"

struct deadlock_slot {
	struct swap_slot base;
	struct sys_mutex lock;
};

static inline struct sys_mutex *deadlock_lock(struct swap_slot *slot)
{
	return &((struct deadlock_slot *)slot)->lock;
}

SWAP_HOT struct rb_cpu *deadlock_begin(struct swap_slot *slot,
				       unsigned long *level)
{
	sys_mutex_lock(deadlock_lock(slot));
	swap_nest_enter(slot, level);
	return load_relaxed(&slot->rb.active);
}

SWAP_HOT void deadlock_end(struct swap_slot *slot, struct rb_cpu *cpu,
			   unsigned long level)
{
	(void)cpu;
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
	sys_mutex_unlock(deadlock_lock(slot));
}

static inline int deadlock_swap(struct swap_op *op)
{
	struct sys_mutex *lock = deadlock_lock(op->live);
	int err = op->mode == SWAP_TRY
			  ? sys_mutex_try(lock)
			  : sys_mutex_lock_until(lock, op->deadline);

	if (err)
		return err;
	base_exchange(op);
	sys_mutex_unlock(lock);
	return 0;
}

static inline int deadlock_init(struct swap_slot *slot)
{
	return sys_mutex_init(deadlock_lock(slot));
}

BROKEN_STRATEGY(deadlock, "broken-deadlock", "a handler waits for itself",
		deadlock_swap, .slot_init = deadlock_init,
		.slot_size = sizeof(struct deadlock_slot));
