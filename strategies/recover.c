/* SPDX-License-Identifier: MIT */
/*
 * recover.c - a slot whose writer ended inside a write.
 *
 * The writer that leaves marks its slot (writer.c). Its open event stands in
 * the live buffer or, where the strategy exchanges first, in the snapshot of a
 * swap in progress. Who makes them whole has the mark at SWAP_MENDED: whoever
 * recovers the slot, both; a swapper that has got its snapshot, that alone.
 *
 *	writer, leaving         recover                 swap, exchange first
 *	X3  abandoned           M1  -> mended           S   exchanged, quiescent
 *	                        M9  full barrier        X4  abandoned? -> M1, make
 *	                        M2  active, pending         it whole, M7 abandoned
 *	                            made whole          M4  pending = none
 *	                        M3  nesting = 0         M5  full barrier
 *	                        M8  -> owned            M6  mended? -> wait
 *
 * X4 finds the mark of whoever ended in the snapshot, unless M8 has taken it
 * back; but then M2 had found the snapshot, which was not yet hidden, and made
 * it whole. M9 pairs with M5: an owner who ends after that is recovered by one
 * who does not see the snapshot any more, or whom M6 waits for. X3 pairs with
 * M1, M6: the open event's bytes.
 */
#include "strategies/swap_private.h"

bool swap_is_abandoned(struct swap_slot *slot)
{
	/* X4 pairs with X3 in writer.c, M8: what stood before the mark */
	return load_acquire(&slot->abandoned) != SWAP_OWNED;
}

/* Become the one who makes the slot whole, if it is in state from. */
static bool take(struct swap_slot *slot, unsigned int from)
{
	/* M1 pairs with X3 in writer.c: the open event */
	return cmpxchg_acq_rel(&slot->abandoned, &from, SWAP_MENDED);
}

static bool is_not_mended(void *arg)
{
	struct swap_slot *slot = arg;

	/* M6 pairs with M7 M8: made whole */
	return load_acquire(&slot->abandoned) != SWAP_MENDED;
}

/*
 * As long as pending shows the snapshot, whoever makes the slot whole makes the
 * snapshot whole too; so it is hidden only when that is done or not needed.
 * Then somebody who still holds the mark may have seen it: wait for the end.
 */
int swap_mend_snapshot(struct swap_slot *slot, struct rb_cpu *snapshot,
		       uint64_t deadline)
{
	while (swap_is_abandoned(slot)) {
		if (sys_await(is_not_mended, slot, deadline))
			return -ETIMEDOUT;
		if (!take(slot, SWAP_ABANDONED))
			continue;
		rb_recover(snapshot);
		/* M7 pairs with M6: the snapshot is whole, the slot is not */
		store_release(&slot->abandoned, SWAP_ABANDONED);
		break;
	}
	store_relaxed(&slot->pending, NULL); /* M4 */
	full_barrier(); /* M5 pairs with M9: hidden, then look at the mark */
	return sys_await(is_not_mended, slot, deadline);
}

/* The live buffer, and what is exchanged and not yet handed out. */
static void mend(struct swap_slot *slot)
{
	struct rb_cpu *active, *pending;

	full_barrier(); /* M9 pairs with M5: marked, then look what is hidden */
	do {
		/* M2 pairs with R1 in swap.c: exchanged, then pending */
		active = load_acquire(&slot->rb.active);
		rb_recover(active);
		pending = load_relaxed(&slot->pending);
		if (pending)
			rb_recover(pending);
	} while (load_relaxed(&slot->rb.active) != active);
}

/* A writer that lives, and left its write without an end: by longjmp. */
static int take_own(struct swap_slot *slot)
{
	if (!load_relaxed(&slot->rb.nesting))
		return 0;
	if (!take(slot, SWAP_OWNED))
		return -EAGAIN;
	if (slot->strategy->writer_abandon)
		slot->strategy->writer_abandon(slot);
	return 1;
}

/* 1: the caller makes it whole; 0: it is; or an error. */
static int take_any(struct swap_slot *slot)
{
	int writer = load_relaxed(&slot->writer);

	if (writer == sys_tid())
		return take_own(slot);
	if (!swap_is_abandoned(slot))
		return writer ? -EBUSY : 0;
	/* It leaves, but has not left. */
	if (writer)
		return -EAGAIN;
	return take(slot, SWAP_ABANDONED) ? 1 : -EAGAIN;
}

int swap_slot_recover(struct rb *live, unsigned int index)
{
	struct swap_slot *slot;
	int err;

	if (index >= live->attr.slots)
		return -EINVAL;
	slot = swap_slot(live, index);
	if (load_relaxed(&slot->rb.refuse) & RB_REFUSE_FORKED)
		return -ECHILD;
	err = take_any(slot);
	if (err <= 0)
		return err;
	mend(slot);
	/* M3 pairs with S14 in ipi_signal.h, S3 in barrier.h: whole, then idle */
	store_release(&slot->rb.nesting, 0);
	/* M8 pairs with X4 M6: whole and idle, then owned */
	store_release(&slot->abandoned, SWAP_OWNED);
	return 0;
}
