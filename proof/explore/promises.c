/* SPDX-License-Identifier: MIT */
/* promises.c - C1-C7, at the end of an execution. */
#include "proof/explore/books.h"

#include <string.h>

#include "strategies/events.h"
#include "proof/explore/arena.h"

/* C4: the slots point where the returned values say. */
static void check_pointers_of(unsigned int slot)
{
	const struct xp_account *account = &xp_book.slot[slot];
	struct rb_cpu *at[XP_RINGS];

	memcpy(at, &xp_world.cpu[slot * XP_RINGS], sizeof(at));
	for (unsigned int s = 0; s < account->snapshots; s++) {
		unsigned int spare = 1 + account->snapshot[s].spare;
		struct rb_cpu *taken = at[0];

		if (xp_world.strategy->copies)
			continue;
		at[0] = at[spare];
		at[spare] = taken;
	}
	for (unsigned int i = 0; i < XP_RINGS; i++) {
		struct rb_slot *own = rb_slot(xp_ring(i), slot);

		if (rb_slot_active(own) != at[i])
			xp_broken(4,
				  "the %s slot's buffer is not the one that "
				  "swap's return values say",
				  i ? "spare" : "live");
		if (load_relaxed(&rb_slot_active(own)->owner) != own)
			xp_broken(4,
				  "a buffer's owner is not the slot that "
				  "points to it");
	}
}

/* dead: its writer is; held: its swap is in progress for ever. */
static void check_words(struct rb_slot *slot, bool dead, bool held)
{
	if (load_relaxed(&slot->nesting) && !dead)
		xp_broken(7, "nesting is not back to zero");
	if (load_relaxed(&slot->refuse))
		xp_broken(7, "an announcement was not withdrawn");
	if (load_relaxed(&slot->control) && !held)
		xp_broken(7, "a control word is still held");
}

/* C7: a thread that has ended is no slot's writer. */
static void check_writer(struct swap_slot *slot)
{
	unsigned int role = (unsigned int)load_relaxed(&slot->writer) - 1;

	if (role < XP_ROLES && xp.role[role].is_gone)
		xp_broken(7, "a thread that has ended is still a writer");
}

/* C7: what was announced is withdrawn, but for what a dead writer left open. */
static void check_balance(void)
{
	bool dead = xp_world.scenario->dead_writer;

	for (unsigned int i = 0; i < xp_world.slots; i++)
		check_writer(xp_live_slot(i));
	for (unsigned int i = 0; i < XP_RINGS * xp_world.slots; i++)
		check_words(rb_slot(xp_ring(i % XP_RINGS), i / XP_RINGS),
			    dead && i == 0, xp_book.unsettled && i < 2);
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		if (load_relaxed(&xp_threads[i].inside) && !(dead && i == 0))
			xp_broken(7, "a thread still says that it is inside");
		if (xp.role[i].masked ||
		    (xp.role[i].rcu_depth && !(dead && i == 0)))
			xp_broken(7, "a mask or a section is left behind");
	}
}

/* C3: within a snapshot, and from one to the next, sequences increase. */
static void check_order(const struct xp_account *account)
{
	int64_t last[XP_CONTEXTS] = { -1, -1, -1, -1 };

	for (unsigned int s = 0; s < account->snapshots; s++)
		for (unsigned int i = 0; i < account->snapshot[s].count; i++) {
			uint64_t sequence = account->snapshot[s].sequence[i];
			unsigned int context =
				(unsigned int)(sequence >> SWAP_LEVEL_SHIFT);
			int64_t n = (int64_t)(sequence & SWAP_SEQUENCE_MASK);

			if (context >= XP_CONTEXTS || n <= last[context]) {
				xp_broken(3,
					  "events are out of order, or on "
					  "the wrong side of the cut");
				return;
			}
			last[context] = n;
		}
}

static void count_found(const struct xp_account *account,
			uint8_t seen[XP_CONTEXTS][XP_EVENTS],
			const struct xp_found *found)
{
	for (unsigned int i = 0; i < found->count; i++) {
		unsigned int context =
			(unsigned int)(found->sequence[i] >> SWAP_LEVEL_SHIFT);
		uint64_t n = found->sequence[i] & SWAP_SEQUENCE_MASK;

		if (context >= XP_CONTEXTS || n >= account->next[context])
			xp_broken(2, "an event that was never written");
		else
			seen[context][n]++;
	}
}

/* C2: every attempt has one fate, and the counters say so. */
static void check_conservation(unsigned int slot,
			       uint8_t seen[XP_CONTEXTS][XP_EVENTS])
{
	const struct xp_account *account = &xp_book.slot[slot];
	uint64_t missing = 0, drops = 0;

	for (unsigned int c = 0; c < XP_CONTEXTS; c++)
		for (unsigned int n = 0; n < account->next[c]; n++) {
			if (seen[c][n] > 1)
				xp_broken(2, "an event is there twice");
			if (seen[c][n] && (account->fate[c][n] == XP_REFUSED ||
					   account->fate[c][n] == XP_DISCARDED))
				xp_broken(2, "a refused event is there");
			if (seen[c][n] && account->fate[c][n] == XP_LOST)
				xp_broken(9,
					  "the open event of a writer that "
					  "ended is handed out");
			if (!seen[c][n] && (account->fate[c][n] == XP_STORED ||
					    account->fate[c][n] == XP_LOST))
				missing++;
		}
	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		drops += rb_drops(rb_slot(xp_world.live, slot),
				  (enum rb_drop)cause);
	if (missing != account->overrun + account->lost)
		xp_broken(
			2,
			"%llu stored events are missing, %llu counted as "
			"overrun or lost",
			(unsigned long long)missing,
			(unsigned long long)(account->overrun + account->lost));
	if (drops != account->refused)
		xp_broken(2, "%llu writes were refused, %llu counted",
			  (unsigned long long)account->refused,
			  (unsigned long long)drops);
}

static void check_books_of(unsigned int slot)
{
	struct xp_account *account = &xp_book.slot[slot];
	uint8_t seen[XP_CONTEXTS][XP_EVENTS];
	struct xp_found *live;

	memset(seen, 0, sizeof(seen));
	live = xp_snapshot_add(slot, UINT64_MAX, 0);
	xp_collect(rb_slot_active(rb_slot(xp_world.live, slot)), live);
	if (xp.finding.found)
		return;
	for (unsigned int s = 0; s < account->snapshots; s++)
		count_found(account, seen, &account->snapshot[s]);
	count_found(account, seen, &account->consumed);
	check_order(account);
	check_conservation(slot, seen);
}

void xp_scenario_execute(void)
{
	xp_arena_restore();
	xp_book_open();
	xp_execute();
	if (xp.finding.found)
		return;
	for (unsigned int i = 0; i < xp_world.slots; i++)
		if (!xp_world.scenario->across)
			check_pointers_of(i);
	check_balance();
	for (unsigned int i = 0; i < xp_world.slots; i++)
		check_books_of(i);
	if (xp_world.scenario->on_check)
		xp_world.scenario->on_check();
}
