/* SPDX-License-Identifier: MIT */
/*
 * rcu: exchange the pointer, wait a grace period, drop nothing.
 *
 * Idea: a write is a read-side section of RCU in which the writer looks the
 * buffer up. The swapper publishes the spare and waits until every section
 * that may have found the old buffer has ended. New writes go on meanwhile,
 * into the new buffer.
 * Assumptions: liburcu's memb flavour, read side inlined (_LGPL_SOURCE);
 * writers registered by enter.
 * Guarantees: C1-C7 but for C6: liburcu 0.13 can neither poll nor time out a
 * grace period, so a writer that sleeps inside holds the swapper. Nothing is
 * refused while a swap runs. Snapshot may be freed.
 * Progress: writer wait-free; swapper waits for open sections, unbounded.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  slot->active = spare's
 *	W1  rcu_read_lock                       S2  synchronize_rcu
 *	W2  b = slot->active
 *	    ... reserve, store, commit in b ...
 *	W3  rcu_read_unlock
 *
 * W1 and W3 pair with S2: a section that began before S1 has ended when S2
 * returns, and its events are visible. W2 pairs with S1: the fresh buffer is
 * ready. Mode try exchanges, returns -EINPROGRESS and leaves S2 to settle. For
 * every slot at once, S3 and S4 are the S1 and S2 of all, behind one grace period.
 * Where membarrier(2) is missing, liburcu silently falls back to full barriers
 * in W1 and W3. The read side built here is the one without that question,
 * as liburcu offers it; probe asks the library, and refuses where it fell back.
 * Cost: writer two thread-local stores and a load; swapper two membarriers.
 * Source: Desnoyers et al., User-Level Implementations of RCU, TPDS 2012;
 * liburcu include/urcu/static/urcu-memb.h.
 */
#ifndef RINGSWAP_STRATEGIES_RCU_H
#define RINGSWAP_STRATEGIES_RCU_H

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE /* inline the read side: 3 ns instead of 14 */
#endif
#ifndef CONFIG_RCU_FORCE_SYS_MEMBARRIER
/* Three tests of a global a write less: 1.66 -> 1.42 times unsync. */
#define CONFIG_RCU_FORCE_SYS_MEMBARRIER 1
#endif
#include <stdio.h>
#include <urcu/urcu-memb.h>

#include "strategies/hooks.h"
#include "strategies/tsan.h"

SWAP_HOT struct rb_cpu *rcu_begin(struct swap_slot *slot, unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_nest_enter(slot, level)))
		return swap_refuse(slot, RB_DROP_RECURSION);
	urcu_memb_read_lock(); /* W1 */
	/* W2 pairs with S1 S3: a published buffer is ready */
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void rcu_end(struct swap_slot *slot, struct rb_cpu *cpu,
		      unsigned long level)
{
	(void)cpu;
	tsan_release(&slot->rb.nesting); /* what S2 waits for is complete */
	urcu_memb_read_unlock();	 /* W3 */
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
}

static inline int rcu_settle(struct swap_op *op, uint64_t deadline)
{
	(void)deadline;		     /* C6: there is no bounded wait */
	urcu_memb_synchronize_rcu(); /* S2 */
	tsan_acquire(&op->live->rb.nesting);
	return 0;
}

static inline int rcu_swap(struct swap_op *op)
{
	/* S1 pairs with W2: the fresh buffer is ready */
	store_release(&op->live->rb.active, swap_prepare(op));
	if (op->mode == SWAP_TRY)
		return -EINPROGRESS;
	return rcu_settle(op, op->deadline);
}

/* All slots with one grace period. */
static inline void rcu_swap_every(struct swap_op *ops, unsigned int n,
				  int *errors)
{
	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			/* S3 pairs with W2: the fresh buffer is ready */
			store_release(&ops[i].live->rb.active,
				      swap_prepare(&ops[i]));
	urcu_memb_synchronize_rcu(); /* S4, as S2 */
	for (unsigned int i = 0; i < n; i++)
		if (!errors[i])
			tsan_acquire(&ops[i].live->rb.nesting);
}

static inline int rcu_writer_enter(struct swap_slot *slot)
{
	(void)slot;
	if (!sys_self()->rcu_slots++)
		urcu_memb_register_thread();
	return 0;
}

static inline void rcu_writer_exit(struct swap_slot *slot)
{
	(void)slot;
	if (!--sys_self()->rcu_slots)
		urcu_memb_unregister_thread();
}

/* The library's own answer; its header has replaced the name by 1. */
extern int rcu_library_has_membarrier __asm__("urcu_memb_has_sys_membarrier")
	__attribute__((weak));

static inline int rcu_probe(char *why, size_t size)
{
	if (!&rcu_library_has_membarrier || rcu_library_has_membarrier)
		return 0;
	snprintf(why, size,
		 "liburcu fell back from membarrier(2): its readers would need "
		 "full barriers");
	return -ENOTSUP;
}

/* In a child: liburcu knows readers, or has locks held, that are not there. */
SWAP_STATE(bool, rcu_is_orphaned, false);

static inline void rcu_forked(bool alone)
{
	rcu_is_orphaned |= !alone;
}

static inline int rcu_slot_init(struct swap_slot *slot)
{
	(void)slot;
	return rcu_is_orphaned ? -ECHILD : 0;
}

SWAP_STRATEGY(rcu) = {
	SWAP_FROM_HOOKS(rcu),
	.name = "rcu",
	.summary = "exchange the pointer, wait a grace period of liburcu memb",
	.source = "liburcu, memb flavour, read side inlined",
	.family = SWAP_RCU,
	.sound = true,
	.shape = SWAP_EXCHANGE_FIRST,
	.mechanism = "grace periods",
	.baseline = "unsync",
	.represents = true,
	.writer_pays = "read-side section, inlined",
	.swapper_pays = "synchronize_rcu: two membarriers or more",
	.floor = "membarrier",
	.needs = "liburcu, membarrier",
	.drops = "none",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = false,
	.write_from_handler = true,
	.swap_from_handler = false,
	.slot_size = sizeof(struct swap_slot),
	.swap = rcu_swap,
	.swap_every = rcu_swap_every,
	.settle = rcu_settle,
	.forked = rcu_forked,
	.slot_init = rcu_slot_init,
	.writer_enter = rcu_writer_enter,
	.writer_exit = rcu_writer_exit,
	.probe = rcu_probe,
};

#endif
