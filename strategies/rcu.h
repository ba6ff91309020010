/* SPDX-License-Identifier: MIT */
/*
 * rcu: exchange the pointer, wait a grace period, drop nothing.
 *
 * Idea: a write is a read-side section of RCU in which the writer looks the
 * buffer up. The swapper publishes the spare and waits until every section
 * that may have found the old buffer has ended. New writes go on meanwhile,
 * into the new buffer.
 * Assumptions: liburcu's memb flavour, read side inlined (_LGPL_SOURCE). A
 * writer that the application has registered with liburcu stays registered; one
 * that it has not is registered by enter, and the application must not do so
 * again before exit: liburcu aborts.
 * Guarantees: C1-C7. Nothing is refused while a swap runs. Snapshot may be
 * freed. One slot's open write holds every slot's swap (C8: not contained), and
 * a swap from inside a section, of any slot or the application's, is -EBUSY.
 * Progress: writer wait-free; swapper waits for open sections until its
 * deadline, then is in progress. liburcu 0.13 can neither poll nor time out a
 * grace period, so a thread of ours waits (grace.h); without a deadline the
 * swapper itself does.
 *
 *	writer                                  swapper
 *	W0  refuse? -> early                    S1  slot->active = spare's
 *	    not entered? -> context             S2  synchronize_rcu
 *	W1  rcu_read_lock
 *	W2  b = slot->active
 *	    ... reserve, store, commit in b ...
 *	W3  rcu_read_unlock
 *
 * W1 and W3 pair with S2: a section that began before S1 has ended when S2
 * is over, and its events are visible. W2 pairs with S1: the fresh buffer is
 * ready. Mode try exchanges, returns -EINPROGRESS and leaves S2 to settle. For
 * every slot at once, S3 and S4 are the S1 and S2 of all, behind one grace
 * period. W4 pairs with W5, in one thread: registered while handlers may write.
 * Where membarrier(2) is missing, liburcu silently falls back to full barriers
 * in W1 and W3. The read side built here is the one without that question,
 * as liburcu offers it; probe asks the library, and refuses where it fell back.
 * Cost: writer two thread-local stores and two loads; swapper two membarriers,
 * and with a deadline two switches of threads: 23 us instead of 17 beside a
 * busy writer, 7 instead of 1 beside an idle one; call_rcu would take 10 ms.
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

#include "strategies/grace.h"
#include "strategies/hooks.h"
#include "strategies/tsan.h"

/* What a thread has of this strategy; its own, from enter to exit. */
struct rcu_thread {
	unsigned int slots; /* that it is the writer of */
	bool is_ours;	    /* we registered it, and not the application */
};

SWAP_THREAD_STATE(struct rcu_thread, rcu_thread);
SWAP_STATE(struct grace, rcu_grace, GRACE_INIT(urcu_memb_synchronize_rcu));

struct rcu_slot {
	struct swap_slot base;
	uint32_t ticket; /* of the period in progress; 0: none; swapper */
};

static inline struct rcu_slot *rcu_slot(struct swap_slot *slot)
{
	return (struct rcu_slot *)slot;
}

SWAP_HOT struct rb_cpu *rcu_begin(struct swap_slot *slot, unsigned long *level)
{
	if (rb_unlikely(load_relaxed(&slot->rb.refuse))) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (rb_unlikely(!swap_thread(rcu_thread)->slots))
		return swap_refuse(slot, RB_DROP_CONTEXT);
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

/* 0, or why nothing may be exchanged: inside a section we waited for us. */
static inline int rcu_may_swap(uint64_t deadline)
{
	if (urcu_memb_read_ongoing())
		return -EBUSY;
	return deadline == SWAP_FOREVER ? 0 : grace_ready(&rcu_grace);
}

static inline int rcu_settle(struct swap_op *op, uint64_t deadline)
{
	struct rcu_slot *live = rcu_slot(op->live);
	bool is_inside = urcu_memb_read_ongoing();
	int err = 0;

	if (!live->ticket && (is_inside || deadline != SWAP_FOREVER))
		live->ticket = grace_ask(&rcu_grace); /* S2 */
	if (live->ticket)
		err = grace_wait(&rcu_grace, live->ticket,
				 is_inside ? 0 : deadline);
	else
		grace_run(&rcu_grace); /* S2 */
	if (err)
		return err;
	live->ticket = 0;
	tsan_acquire(&op->live->rb.nesting);
	return 0;
}

static inline int rcu_swap(struct swap_op *op)
{
	int err = rcu_may_swap(op->mode == SWAP_TRY ? 0 : op->deadline);

	if (err)
		return err;
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
	int err = rcu_may_swap(0);
	uint32_t ticket = 0;

	for (unsigned int i = 0; i < n; i++)
		if (!errors[i] && !(errors[i] = err))
			/* S3 pairs with W2: the fresh buffer is ready */
			store_release(&ops[i].live->rb.active,
				      swap_prepare(&ops[i]));
	if (!err)
		ticket = grace_ask(&rcu_grace); /* S4 */
	for (unsigned int i = 0; i < n; i++)
		if (!errors[i]) {
			rcu_slot(ops[i].live)->ticket = ticket;
			errors[i] = rcu_settle(&ops[i], ops[i].deadline);
		}
}

/* A thread that the application has registered is not ours to take out. */
static inline int rcu_writer_enter(struct swap_slot *slot)
{
	struct rcu_thread *self = swap_thread(rcu_thread);

	(void)slot;
	if (!self->slots && !URCU_TLS(urcu_memb_reader).registered) {
		urcu_memb_register_thread();
		self->is_ours = true;
	}
	compiler_barrier(); /* W4 pairs with W5: registered before it writes */
	self->slots++;
	return 0;
}

static inline void rcu_writer_exit(struct swap_slot *slot)
{
	struct rcu_thread *self = swap_thread(rcu_thread);

	(void)slot;
	self->slots--;
	compiler_barrier(); /* W5 pairs with W4: no write once it has left */
	if (!self->slots && self->is_ours) {
		urcu_memb_unregister_thread();
		self->is_ours = false;
	}
}

/* Writes that never end: grace periods of others go on without them. */
static inline void rcu_writer_abandon(struct swap_slot *slot)
{
	for (uint32_t n = load_relaxed(&slot->rb.nesting); n; n--)
		if (urcu_memb_read_ongoing())
			urcu_memb_read_unlock();
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

/*
 * Or it knows the thread that forked, as the writer of slots that are gone. A
 * grace period would walk over its end: it takes itself out first, by the
 * next slot that it makes, and nobody else can.
 */
SWAP_STATE(struct rcu_thread *_Atomic, rcu_left_over, NULL);

static inline void rcu_forked(bool alone)
{
	struct rcu_thread *self = swap_thread(rcu_thread);

	rcu_is_orphaned |= !alone;
	self->slots = 0;
	if (self->is_ours)
		store_relaxed(&rcu_left_over, self);
}

static inline int rcu_slot_init(struct swap_slot *slot)
{
	struct rcu_thread *self = swap_thread(rcu_thread);

	(void)slot;
	if (rcu_is_orphaned)
		return -ECHILD;
	if (load_relaxed(&rcu_left_over) == self && self->is_ours) {
		urcu_memb_unregister_thread();
		self->is_ours = false;
		store_relaxed(&rcu_left_over, NULL);
	}
	return load_relaxed(&rcu_left_over) ? -ECHILD : grace_use(&rcu_grace);
}

static inline void rcu_slot_fini(struct swap_slot *slot)
{
	(void)slot;
	grace_unuse(&rcu_grace);
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
	.bounded = true,
	.recoverable = true,
	.strays = SWAP_STRAYS_REFUSED,
	.write_from_handler = true,
	.swap_from_handler = false,
	.slot_size = sizeof(struct rcu_slot),
	.swap = rcu_swap,
	.swap_every = rcu_swap_every,
	.settle = rcu_settle,
	.forked = rcu_forked,
	.slot_init = rcu_slot_init,
	.slot_fini = rcu_slot_fini,
	.writer_enter = rcu_writer_enter,
	.writer_exit = rcu_writer_exit,
	.writer_abandon = rcu_writer_abandon,
	.probe = rcu_probe,
};

#endif
