/* SPDX-License-Identifier: MIT */
/* swapper_role.c - what swappers do, and what holds when swap returns. */
#include "proof/explore/roles.h"

#include <errno.h>
#include <string.h>

/* Any deadline but "never": it passes when the explorer chooses so. */
#define DEADLINE 1u

/* swap returned 0: C1 holds from here on, and the books take the events. */
static void snapshot_begins(struct rb_cpu *cpu, struct xp_found *found)
{
	unsigned int i = xp_cpu_index(cpu);
	const void *from;
	size_t bytes;

	if (xp_book.open[i])
		xp_broken(1,
			  "swap returns while a write is open in the "
			  "snapshot");
	xp_cpu_range(cpu, &from, &bytes);
	if (!xp_memory_is_visible(xp.now, from, bytes))
		xp_broken(1,
			  "swap returns before every store to the snapshot "
			  "is visible to it");
	xp_memory_read(xp.now, from, bytes);
	xp_guard(i, from, bytes);
	xp_collect(cpu, found);
}

static void swap_returned(unsigned int spare, int err, struct swap_op *op)
{
	xp_note("swap returns %s", err ? strerrorname_np(-err) : "0");
	if (!err)
		snapshot_begins(rb_slot_active(&op->spare->rb),
				xp_snapshot_add(op->exchanged, spare));
	else if (err != -EBUSY && err != -ETIMEDOUT && err != -EAGAIN)
		xp_broken(4, "swap returns %s", strerrorname_np(-err));
}

static int swap_with(unsigned int spare, enum swap_mode mode)
{
	struct swap_op op;
	int err = swap(xp_world.live, xp_world.spare[spare], 0, mode, DEADLINE,
		       &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, DEADLINE);
	swap_returned(spare, err, &op);
	return err;
}

void xp_swap_direct(unsigned int spare)
{
	struct swap_op op = {
		.live = xp_live_slot(),
		.spare = swap_slot(xp_world.spare[spare], 0),
		.mode = SWAP_TRY,
		.deadline = DEADLINE,
	};

	swap_returned(spare, xp_world.strategy->swap(&op), &op);
}

void xp_swap_wait(void)
{
	swap_with(0, SWAP_WAIT);
}

/* Every slot, of which there is one. */
static int swap_every_with(unsigned int spare, enum swap_mode mode)
{
	struct swap_op op;
	int err;

	(void)mode; /* it waits */
	swap_every_slot(xp_world.live, xp_world.spare[spare], DEADLINE, &op,
			&err);
	swap_returned(spare, err, &op);
	return err;
}

void xp_swap_every(void)
{
	swap_every_with(0, SWAP_WAIT);
}

void xp_swap_wait_second(void)
{
	swap_with(1, SWAP_WAIT);
}

void xp_swap_try(void)
{
	swap_with(0, SWAP_TRY);
}

/* Of two handlers one inside the other the first swaps, the second writes;
 * once there is a snapshot, handlers only write. */
void xp_swap_or_write(void)
{
	if (xp.now->depth == 1 && !xp_book.snapshots)
		xp_swap_try();
	else
		xp_write();
}

/* The same spare twice: the first snapshot is given back in between. */
static void twice_with_one_spare(int (*exchange)(unsigned int spare,
						 enum swap_mode mode))
{
	if (!exchange(0, SWAP_WAIT)) {
		struct rb_slot *slot = rb_slot(xp_world.spare[0], 0);

		xp_unguard(xp_cpu_index(rb_slot_active(slot)));
		if (rb_recycle(slot))
			xp_broken(7, "the snapshot cannot be recycled");
	}
	exchange(0, SWAP_WAIT);
}

void xp_swap_recycle_swap(void)
{
	twice_with_one_spare(swap_with);
}

void xp_every_recycle_every(void)
{
	twice_with_one_spare(swap_every_with);
}

void xp_write_swap_write(void)
{
	xp_write();
	xp_swap_wait();
	xp_write();
}

void xp_disable_enable(void)
{
	rb_slot_record_disable(&xp_live_slot()->rb);
	xp_swap_try();
	if (rb_slot_record_enable(&xp_live_slot()->rb))
		xp_broken(7, "the count of disables was lost");
}
