/* SPDX-License-Identifier: MIT */
/* promises.c - C1-C7, at the end of an execution. */
#include "proof/explore/books.h"

#include <string.h>

#include "strategies/events.h"
#include "proof/explore/arena.h"

/* C4: the slots point where the returned values say. */
static void check_pointers(void)
{
	struct rb_slot *live = rb_slot(xp_world.live, 0);
	struct rb_cpu *at[1 + XP_SPARES];

	memcpy(at, xp_world.cpu, sizeof(at));
	for (unsigned int s = 0; s < xp_book.snapshots; s++) {
		unsigned int spare = 1 + xp_book.snapshot[s].spare;
		struct rb_cpu *taken = at[0];

		at[0] = at[spare];
		at[spare] = taken;
	}
	if (rb_slot_active(live) != at[0])
		xp_broken(4,
			  "the live slot's buffer is not the one that "
			  "swap's return values say");
	for (unsigned int i = 0; i < XP_SPARES; i++) {
		struct rb_slot *spare = rb_slot(xp_world.spare[i], 0);

		if (rb_slot_active(spare) != at[1 + i])
			xp_broken(4,
				  "a spare slot's buffer is not the one "
				  "that swap's return values say");
		if (load_relaxed(&rb_slot_active(spare)->owner) != spare)
			xp_broken(4,
				  "a buffer's owner is not the slot that "
				  "points to it");
	}
	if (load_relaxed(&rb_slot_active(live)->owner) != live)
		xp_broken(4, "the live buffer's owner is not its slot");
}

/* C7: what was announced is withdrawn, but for what a dead writer left open. */
static void check_balance(void)
{
	bool dead = xp_world.scenario->dead_writer;
	struct rb *rbs[] = { xp_world.live, xp_world.spare[0],
			     xp_world.spare[1] };

	for (unsigned int i = 0; i < 1 + XP_SPARES; i++) {
		struct rb_slot *slot = rb_slot(rbs[i], 0);

		if (load_relaxed(&slot->nesting) && !(dead && i == 0))
			xp_broken(7, "nesting is not back to zero");
		if (load_relaxed(&slot->refuse))
			xp_broken(7, "an announcement was not withdrawn");
		if (load_relaxed(&slot->control))
			xp_broken(7, "a control word is still held");
	}
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		if (load_relaxed(&xp_threads[i].inside) && !(dead && i == 0))
			xp_broken(7, "a thread still says that it is inside");
		if (xp.role[i].masked || xp.role[i].rcu_depth)
			xp_broken(7, "a mask or a section is left behind");
	}
}

/* C3: within a snapshot, and from one to the next, sequences increase. */
static void check_order(void)
{
	int64_t last[XP_CONTEXTS] = { -1, -1, -1, -1 };

	for (unsigned int s = 0; s < xp_book.snapshots; s++)
		for (unsigned int i = 0; i < xp_book.snapshot[s].count; i++) {
			uint64_t sequence = xp_book.snapshot[s].sequence[i];
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

static void count_found(uint8_t seen[XP_CONTEXTS][XP_EVENTS],
			const struct xp_found *found)
{
	for (unsigned int i = 0; i < found->count; i++) {
		unsigned int context =
			(unsigned int)(found->sequence[i] >> SWAP_LEVEL_SHIFT);
		uint64_t n = found->sequence[i] & SWAP_SEQUENCE_MASK;

		if (context >= XP_CONTEXTS || n >= xp_book.next[context])
			xp_broken(2, "an event that was never written");
		else
			seen[context][n]++;
	}
}

/* C2: every attempt has one fate, and the counters say so. */
static void check_conservation(uint8_t seen[XP_CONTEXTS][XP_EVENTS])
{
	uint64_t missing = 0, drops = 0;

	for (unsigned int c = 0; c < XP_CONTEXTS; c++)
		for (unsigned int n = 0; n < xp_book.next[c]; n++) {
			if (seen[c][n] > 1)
				xp_broken(2, "an event is there twice");
			if (seen[c][n] && xp_book.fate[c][n] != XP_STORED &&
			    xp_book.fate[c][n] != XP_OPEN)
				xp_broken(2, "a refused event is there");
			if (!seen[c][n] && xp_book.fate[c][n] == XP_STORED)
				missing++;
		}
	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		drops += rb_drops(rb_slot(xp_world.live, 0),
				  (enum rb_drop)cause);
	if (missing != xp_book.overrun)
		xp_broken(2,
			  "%llu stored events are missing, %llu counted as "
			  "overrun",
			  (unsigned long long)missing,
			  (unsigned long long)xp_book.overrun);
	if (drops != xp_book.refused)
		xp_broken(2, "%llu writes were refused, %llu counted",
			  (unsigned long long)xp_book.refused,
			  (unsigned long long)drops);
}

static void check_books(void)
{
	uint8_t seen[XP_CONTEXTS][XP_EVENTS];
	struct xp_found *live;

	memset(seen, 0, sizeof(seen));
	live = xp_snapshot_add(UINT64_MAX, 0);
	xp_collect(rb_slot_active(rb_slot(xp_world.live, 0)), live);
	if (xp.finding.found)
		return;
	for (unsigned int s = 0; s < xp_book.snapshots; s++)
		count_found(seen, &xp_book.snapshot[s]);
	count_found(seen, &xp_book.consumed);
	check_order();
	check_conservation(seen);
}

void xp_scenario_execute(void)
{
	xp_arena_restore();
	xp_book_open();
	xp_execute();
	if (xp.finding.found)
		return;
	check_pointers();
	check_balance();
	check_books();
	if (xp_world.scenario->on_check)
		xp_world.scenario->on_check();
}
