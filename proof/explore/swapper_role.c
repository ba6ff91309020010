/* SPDX-License-Identifier: MIT */
/* swapper_role.c - what swappers do, and what holds when swap returns. */
#include "proof/explore/roles.h"

#include <errno.h>
#include <string.h>

uint64_t xp_deadline(void)
{
	return xp_world.strategy->bounded ? XP_DEADLINE : UINT64_MAX;
}

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
	xp_see(XP_SAW_TAKEN);
	if (found->count)
		xp_see(XP_SAW_EVENTS);
}

/* Errors that every swap may answer, and those of the call that failed. */
static bool is_explained(int err)
{
	if (err == -EBUSY || err == -ETIMEDOUT || err == -EAGAIN ||
	    (err == -EINPROGRESS && xp_book.unsettled))
		return true;
	/* A full queue has an errno of its own. */
	return xp.failed &&
	       (err == -xp.failed || (xp.failed == EAGAIN && err == -ENOBUFS));
}

/* Is a write open in the slot's buffer? Asked outside the execution's time. */
static bool is_writing(unsigned int slot)
{
	bool running = xp.running, is_open;

	xp.running = false;
	is_open = xp_book.open[xp_cpu_index(
		rb_slot_active(&xp_live_slot(slot)->rb))];
	xp.running = running;
	/* Which buffer a whole write has taken is not told. */
	return is_open ||
	       (!xp_world.strategy->ops->reserve && xp_book.slot[slot].depth);
}

struct xp_swap xp_swap_begins(unsigned int slot, unsigned int spare)
{
	if (is_writing(slot))
		xp_see(XP_SAW_MET);
	xp.now->swapping = true;
	return (struct xp_swap){
		.slot = slot,
		.spare = spare,
		.called = xp.clock,
	};
}

void xp_swap_ends(const struct xp_swap *way, int err, const struct swap_op *op)
{
	struct rb_slot *spare;

	xp.now->swapping = false;
	xp_note("swap returns %s", err ? strerrorname_np(-err) : "0");
	if (err == -EBUSY)
		xp_see(XP_SAW_BUSY);
	if (err && !is_explained(err))
		xp_broken(4, "swap returns %s", strerrorname_np(-err));
	if (err == -EINPROGRESS) { /* for ever: its writer is dead */
		spare = rb_slot(xp_world.spare[way->spare], way->slot);
		xp_collect(
			rb_slot_active(spare),
			xp_snapshot_add(way->slot, op->exchanged, way->spare));
	}
	if (err)
		return;
	if (!xp_exchange_was(way->slot, way->called, op->exchanged))
		xp_broken(3, "the time of the exchange is not when it was");
	spare = rb_slot(xp_world.spare[way->spare], way->slot);
	snapshot_begins(rb_slot_active(spare),
			xp_snapshot_add(way->slot, op->exchanged, way->spare));
}

int xp_settled(int err, struct swap_op *op)
{
	while (err == -EINPROGRESS) {
		xp_see(XP_SAW_IN_PROGRESS);
		err = swap_settle(op, xp_deadline());
		/* It answered in time; the writer never will. */
		if (err == -EINPROGRESS && xp_world.scenario->dead_writer) {
			xp_book.unsettled = true;
			break;
		}
	}
	return err;
}

static int swap_until(unsigned int slot, unsigned int spare,
		      enum swap_mode mode, uint64_t deadline)
{
	struct xp_swap way = xp_swap_begins(slot, spare);
	struct swap_op op;
	int err = swap(xp_world.live, xp_world.spare[spare], slot, mode,
		       deadline, &op);

	err = xp_settled(err, &op);
	xp_swap_ends(&way, err, &op);
	return err;
}

int xp_swap_with(unsigned int slot, unsigned int spare, enum swap_mode mode)
{
	return swap_until(slot, spare, mode, xp_deadline());
}

void xp_swap_forever_second(void)
{
	swap_until(0, 1, SWAP_WAIT, UINT64_MAX);
}

void xp_swap_direct(unsigned int spare)
{
	struct xp_swap way = xp_swap_begins(0, spare);
	struct swap_op op = {
		.live = xp_live_slot(0),
		.spare = swap_slot(xp_world.spare[spare], 0),
		.mode = SWAP_TRY,
		.deadline = xp_deadline(),
	};
	int err = xp_world.strategy->swap(&op);

	xp_swap_ends(&way, err, &op);
}

void xp_swap_wait(void)
{
	xp_swap_with(0, 0, SWAP_WAIT);
}

/* Every slot: the errors by slot. */
static void swap_every_with(unsigned int spare, int *errors)
{
	struct xp_swap way[XP_SLOTS];
	struct swap_op ops[XP_SLOTS];

	for (unsigned int i = 0; i < xp_world.slots; i++)
		way[i] = xp_swap_begins(i, spare);
	swap_every_slot(xp_world.live, xp_world.spare[spare], xp_deadline(),
			ops, errors);
	for (unsigned int i = 0; i < xp_world.slots; i++) {
		xp.now->swapping = true;
		errors[i] = xp_settled(errors[i], &ops[i]);
		xp_swap_ends(&way[i], errors[i], &ops[i]);
	}
}

void xp_swap_every(void)
{
	int errors[XP_SLOTS];

	swap_every_with(0, errors);
}

void xp_swap_wait_second(void)
{
	xp_swap_with(0, 1, SWAP_WAIT);
}

void xp_swap_second_slot(void)
{
	xp_swap_with(1, 0, SWAP_WAIT);
}

void xp_swap_try(void)
{
	xp_swap_with(0, 0, SWAP_TRY);
}

/* Of two handlers one inside the other the first swaps, the second writes;
 * once there is a snapshot, handlers only write. */
void xp_swap_or_write(void)
{
	if (xp.now->depth == 1 && !xp_book.slot[0].snapshots)
		xp_swap_try();
	else
		xp_write();
}

/* The snapshot has been read, and is a spare again. */
static void give_back(unsigned int slot, unsigned int spare)
{
	struct rb_slot *given = rb_slot(xp_world.spare[spare], slot);

	xp_unguard(xp_cpu_index(rb_slot_active(given)));
	if (rb_recycle(given))
		xp_broken(7, "the snapshot cannot be recycled");
}

void xp_swap_recycle_swap(void)
{
	if (!xp_swap_with(0, 0, SWAP_WAIT))
		give_back(0, 0);
	xp_swap_with(0, 0, SWAP_WAIT);
}

void xp_every_recycle_every(void)
{
	int errors[XP_SLOTS];

	swap_every_with(0, errors);
	for (unsigned int i = 0; i < xp_world.slots; i++)
		if (!errors[i])
			give_back(i, 0);
	swap_every_with(0, errors);
}

void xp_write_swap_write(void)
{
	xp_write();
	xp_swap_wait();
	xp_write();
}

void xp_disable_enable(void)
{
	rb_slot_record_disable(&xp_live_slot(0)->rb);
	xp_swap_try();
	if (rb_slot_record_enable(&xp_live_slot(0)->rb))
		xp_broken(7, "the count of disables was lost");
}
