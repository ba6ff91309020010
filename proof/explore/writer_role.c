/* SPDX-License-Identifier: MIT */
/* writer_role.c - what writers do, and the handlers that interrupt them. */
#include "proof/explore/roles.h"

#include <errno.h>

#include "strategies/events.h"

static uint64_t event_sequence(unsigned int context, unsigned int n)
{
	return (uint64_t)context << SWAP_LEVEL_SHIFT | n;
}

/* Begin an attempt of this context and fill its event; false: refused. */
bool xp_reserve_as(unsigned int slot, unsigned int context,
		   struct swap_write *write)
{
	struct xp_account *account = &xp_book.slot[slot];
	unsigned int n = account->next[context]++;
	void *at;

	if (account->depth)
		xp_see(XP_SAW_NESTED);
	at = xp_world.strategy->ops->reserve(xp_live_slot(slot), XP_PAYLOAD,
					     write);

	if (!at) {
		account->refused++;
		account->fate[context][n] = XP_REFUSED;
		xp_see(XP_SAW_REFUSED);
		return false;
	}
	xp_section_opens(slot, write->cpu);
	swap_event_fill(at, XP_PAYLOAD,
			swap_event_word(event_sequence(context, n), slot));
	return true;
}

/* Where nothing stays open: what the guards see of it is all there is. */
static enum xp_fate write_whole_as(unsigned int slot, unsigned int context)
{
	struct xp_account *account = &xp_book.slot[slot];
	unsigned int n = account->next[context]++;
	uint64_t data[XP_PAYLOAD / 8];
	bool stored;

	if (account->depth)
		xp_see(XP_SAW_NESTED);
	for (unsigned int i = 0; i < XP_PAYLOAD / 8; i++)
		data[i] = swap_event_word(event_sequence(context, n), slot) + i;
	account->depth++;
	stored = !xp_world.strategy->ops->write(xp_live_slot(slot), data,
						XP_PAYLOAD);
	account->depth--;
	account->refused += !stored;
	if (!stored)
		xp_see(XP_SAW_REFUSED);
	account->fate[context][n] = stored ? XP_STORED : XP_REFUSED;
	return account->fate[context][n];
}

enum xp_fate xp_write_as(unsigned int slot, unsigned int context, bool keep)
{
	const struct swap_ops *ops = xp_world.strategy->ops;
	struct xp_account *account = &xp_book.slot[slot];
	unsigned int n = account->next[context];
	struct swap_write write;

	if (!ops->reserve)
		return write_whole_as(slot, context);
	if (!xp_reserve_as(slot, context, &write))
		return XP_REFUSED;
	xp_section_closes(slot, write.cpu);
	account->fate[context][n] = keep ? XP_STORED : XP_DISCARDED;
	if (keep)
		ops->commit(xp_live_slot(slot), &write);
	else
		ops->discard(xp_live_slot(slot), &write);
	return account->fate[context][n];
}

void xp_write(void)
{
	unsigned int slot = xp_own_slot();

	xp_write_as(slot, xp.now->depth, true);
	if (!xp.now->depth)
		swap_writer_poll(xp_live_slot(slot));
}

void xp_writer_sleeps(void)
{
	for (struct swap_slot *s = sys_self()->slots; s; s = s->next)
		if (s->strategy->idle && !load_relaxed(&s->rb.nesting))
			s->strategy->idle(s);
}

void xp_write_twice(void)
{
	xp_write();
	xp_write();
}

void xp_write_thrice(void)
{
	xp_write_twice();
	xp_write();
}

void xp_discard_one(void)
{
	xp_write_as(xp_own_slot(), xp.now->depth, false);
}

void xp_write_discard_write(void)
{
	xp_write();
	xp_discard_one();
	xp_write();
}

/* Reserve, fill and never commit: the writer sleeps, or is gone. */
void xp_write_open(void)
{
	struct xp_account *account = &xp_book.slot[0];
	struct swap_write write;

	xp_write();
	if (xp_world.strategy->ops->reserve && xp_reserve_as(0, 0, &write))
		account->fate[0][account->next[0] - 1] = XP_OPEN;
}

/* The thread ends inside a write: its exit takes it out of the slot. */
void xp_write_open_leave(void)
{
	int err;

	xp_write_open();
	err = swap_writer_exit(xp_world.live, 0);
	if (err != (xp_book.slot[0].depth ? -EOWNERDEAD : 0))
		xp_broken(9,
			  "a writer that leaves inside a write is told "
			  "otherwise");
}

void xp_write_leave_enter_write(void)
{
	xp_write();
	if (swap_writer_exit(xp_world.live, 0))
		xp_broken(7, "the writer cannot leave its slot");
	if (!swap_writer_enter(xp_world.live, 0))
		xp_write();
}

void xp_write_leave(void)
{
	xp_write();
	if (swap_writer_exit(xp_world.live, 0))
		xp_broken(7, "the writer cannot leave its slot");
}

void xp_enter_write(void)
{
	if (!swap_writer_enter(xp_world.live, 0))
		xp_write();
}

/* The writer of both slots. */
void xp_write_both(void)
{
	xp_write_as(0, xp.now->depth, true);
	xp_write_as(1, xp.now->depth, true);
}

/* It stays the writer of the one that it does not leave. */
void xp_leave_first_write_second(void)
{
	xp_write_as(0, 0, true);
	if (swap_writer_exit(xp_world.live, 0))
		xp_broken(7, "the writer cannot leave its slot");
	xp_write_as(1, 0, true);
}

/* Empty the live buffer, unless that interrupts a write. */
void xp_reset_live(void)
{
	struct xp_account *account = &xp_book.slot[0];

	if (rb_reset(&xp_live_slot(0)->rb))
		return;
	for (unsigned int c = 0; c < XP_CONTEXTS; c++)
		for (unsigned int n = 0; n < account->next[c]; n++)
			if (account->fate[c][n] == XP_STORED)
				account->fate[c][n] = XP_DISCARDED;
}

void xp_disable_write_enable_write(void)
{
	rb_slot_record_disable(&xp_live_slot(0)->rb);
	if (xp_write_as(0, 0, true) != XP_REFUSED)
		xp_broken(7, "a write is stored while recording is disabled");
	if (rb_slot_record_enable(&xp_live_slot(0)->rb))
		xp_broken(7, "the count of disables was lost");
	xp_write();
}
