/* SPDX-License-Identifier: MIT */
/* writer.c - who writes to a slot: enter, exit, the end of a thread. */
#include "strategies/strategy.h"

/*
 * The calling thread leaves with a write open, which nobody will end. Marked
 * first: whoever finds out that the write-side section is over, by whatever
 * the strategy gives back here or in its exit, finds the mark too.
 */
static void writer_abandon(struct swap_slot *slot)
{
	/* X3 pairs with X4 in recover.c, M1 in recover.c: event, then mark */
	store_release(&slot->abandoned, SWAP_ABANDONED);
	if (slot->strategy->writer_abandon)
		slot->strategy->writer_abandon(slot);
}

/* 0, or -EOWNERDEAD: it left inside a write. */
static int writer_leave(struct swap_slot *slot)
{
	struct swap_slot **link = &sys_self()->slots;
	sigset_t mask = sys_signal_mask();
	int err = 0;

	while (*link && *link != slot)
		link = &(*link)->next;
	if (!*link) { /* a handler has forked, and this is the child */
		sys_signal_unmask(&mask);
		return -ECHILD;
	}
	if (load_relaxed(&slot->rb.nesting)) {
		writer_abandon(slot);
		err = -EOWNERDEAD;
	}
	if (slot->strategy->writer_exit)
		slot->strategy->writer_exit(slot);
	*link = slot->next;
	/* X1 pairs with X2, X7, X5 in swap.c, X6 in swap.c, S6 in ipi_signal.h */
	store_release(&slot->writer, 0);
	sys_signal_unmask(&mask);
	return err;
}

/* A thread that ends without exit leaves every slot that it writes. */
static void thread_leaves(void)
{
	while (sys_self()->slots)
		writer_leave(sys_self()->slots);
}

/* Under control: may somebody become the slot's writer? */
static int enter_check(struct swap_slot *slot)
{
	/* X7 pairs with X1: what the writer before this one kept here */
	if (load_acquire(&slot->writer))
		return -EBUSY;
	return swap_is_abandoned(slot) ? -EOWNERDEAD : 0;
}

/* Under control: the hook, then the slot is the calling thread's. */
static int enter(struct swap_slot *slot)
{
	sigset_t mask;
	int err = enter_check(slot);

	if (!err && slot->strategy->writer_enter)
		err = slot->strategy->writer_enter(slot);
	if (err)
		return err;
	mask = sys_signal_mask();
	slot->next = sys_self()->slots;
	sys_self()->slots = slot;
	/* X2 pairs with X1: the writer before this one has left */
	xchg_acq_rel(&slot->writer, sys_tid());
	sys_signal_unmask(&mask);
	return 0;
}

int swap_writer_enter(struct rb *live, unsigned int index)
{
	struct swap_slot *slot;
	int err;

	if (index >= live->attr.slots)
		return -EINVAL;
	slot = swap_slot(live, index);
	err = sys_thread_watch(thread_leaves);
	if (err)
		return err;
	err = rb_control_try(&slot->rb);
	if (err)
		return err != -EBUSY || load_relaxed(&slot->writer) ? err
								    : -EAGAIN;
	err = enter(slot);
	rb_control_end(&slot->rb);
	return err;
}

int swap_writer_exit(struct rb *live, unsigned int index)
{
	if (index < live->attr.slots && swap_is_forked(swap_slot(live, index)))
		return -ECHILD;
	if (index >= live->attr.slots ||
	    load_relaxed(&swap_slot(live, index)->writer) != sys_tid())
		return -EINVAL;
	return writer_leave(swap_slot(live, index));
}
