/* SPDX-License-Identifier: MIT */
/*
 * detector: breaks one promise, by a switch, so that its check is tested.
 *
 * Idea: the announcement protocol of barrier.h, sound when the switch is 0,
 * and one deliberate fault a promise. Tests only.
 * Assumptions: one writer thread and its handlers.
 * Guarantees: all but the promise of the switch:
 *	C1  the exchange does not wait for an open write
 *	C2  a refused write is not counted
 *	C3  the exchange is taken back and done again: writes in between stand
 *	    on the wrong side of the cut
 *	C4  the exchange is done and reported as -EBUSY
 *	C5  a nested write waits for a lock that the interrupted one holds
 *	C6  the swap waits for the writer's next write, without a deadline
 *	C7  the announcement of a refused swap is not withdrawn
 *	C5  again, as 8: a plain field is handed over by a relaxed store
 * Progress: as barrier, but for C5 and C6.
 * Source: rcutorture's torture_type=busted, for the idea.
 */
#ifndef RINGSWAP_EXPLORE_DETECTORS_H
#define RINGSWAP_EXPLORE_DETECTORS_H

#include "strategies/hooks.h"

/* The promise to break, 1..7; 8: C5 by a race; 0: none. */
extern int detector_breaks;

struct detector_slot {
	struct swap_slot base;
	_Atomic unsigned int writes; /* begun, as the writer tells */
	_Atomic unsigned int handed; /* C5 by a race: note is there */
	uint32_t note;
	struct sys_mutex lock;
};

SWAP_HOT struct detector_slot *detector_slot(struct swap_slot *slot)
{
	return (struct detector_slot *)slot;
}

SWAP_HOT struct rb_cpu *detector_begin(struct swap_slot *slot,
				       unsigned long *level)
{
	struct detector_slot *own = detector_slot(slot);

	if (!swap_nest_enter(slot, level))
		return swap_refuse(slot, RB_DROP_RECURSION);
	full_barrier();
	if (load_acquire(&slot->rb.refuse)) {
		store_release(&slot->rb.nesting, (uint32_t)*level);
		return detector_breaks == 2 ? NULL
					    : swap_refuse(slot, RB_DROP_EARLY);
	}
	if (detector_breaks == 5)
		sys_mutex_lock(&own->lock);
	if (detector_breaks == 6)
		store_release(&own->writes, load_relaxed(&own->writes) + 1);
	if (detector_breaks == 8 && load_acquire(&own->handed))
		(void)load_plain(&own->note);
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void detector_end(struct swap_slot *slot, struct rb_cpu *cpu,
			   unsigned long level)
{
	(void)cpu;
	if (detector_breaks == 5)
		sys_mutex_unlock(&detector_slot(slot)->lock);
	store_release(&slot->rb.nesting, (uint32_t)level);
}

static inline bool detector_is_idle(void *arg)
{
	struct rb_slot *live = arg;

	return load_acquire(&live->nesting) == 0;
}

/* C6: has the writer written since? */
struct detector_wait {
	struct detector_slot *slot;
	unsigned int since;
};

static inline bool detector_has_written(void *arg)
{
	struct detector_wait *wait = arg;

	return load_acquire(&wait->slot->writes) != wait->since;
}

/* Announce, wait for the writer to be out, exchange, withdraw. */
static inline int detector_exchange(struct swap_op *op)
{
	struct rb_slot *live = &op->live->rb;
	int err = 0;

	fetch_or_acq_rel(&live->refuse, RB_REFUSE_SWAP);
	full_barrier();
	if (detector_breaks != 1)
		err = sys_await(detector_is_idle, live, op->deadline);
	if (!err)
		store_release(&live->active, swap_prepare(op));
	else if (detector_breaks == 7)
		return err;
	fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	return err;
}

static inline int detector_swap(struct swap_op *op)
{
	struct detector_wait wait = { .slot = detector_slot(op->live) };
	int err;

	wait.since = load_relaxed(&wait.slot->writes);
	if (detector_breaks == 8) {
		store_plain(&wait.slot->note, 1);
		store_relaxed(&wait.slot->handed, 1);
	}
	if (detector_breaks == 6)
		sys_await(detector_has_written, &wait, UINT64_MAX);
	err = detector_exchange(op);
	if (detector_breaks == 3)
		op->deadline = UINT64_MAX; /* all three, or none */
	for (int again = 0; !err && detector_breaks == 3 && again < 2; again++)
		err = detector_exchange(op);
	return !err && detector_breaks == 4 ? -EBUSY : err;
}

SWAP_STRATEGY(detector) = {
	SWAP_FROM_HOOKS(detector),
	.name = "detector",
	.summary = "breaks one promise, so that its check is tested",
	.source = "rcutorture, torture_type=busted",
	.family = SWAP_CONTROL,
	.sound = false,
	.breaks = SWAP_C1_EXCLUSIVE,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "full barrier on both sides",
	.baseline = "unsync",
	.writer_pays = "full barrier",
	.swapper_pays = "two atomic RMWs, full barrier",
	.floor = "full-barrier",
	.needs = "",
	.drops = "early, while the swap runs",
	.exclusive = SWAP_NEVER,
	.memory = SWAP_MAY_BE_FREED,
	.bounded = true,
	.write_from_handler = true,
	.slot_size = sizeof(struct detector_slot),
	.swap = detector_swap,
};

#endif
