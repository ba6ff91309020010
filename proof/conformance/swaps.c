/* SPDX-License-Identifier: MIT */
/* swaps.c - swaps that check themselves, settled as the contract says. */
#include <stdlib.h>
#include <sys/mman.h>

#include "proof/conformance/conform.h"

/* A snapshot's pages and header, as they were mapped. */
static void protect(struct rb_cpu *cpu, unsigned char *pages, size_t bytes,
		    int how)
{
	size_t all = rig_mapped(bytes) + rig_mapped(sizeof(*cpu));

	if (mprotect(pages, all, how))
		abort();
}

/* ---- Swapping ---- */

/* Lay a snapshot to rest: it was read, and must not change from here on. */
static void rest(struct rig *rig, unsigned int place, unsigned int slot)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(rig->spares[place], slot));

	rig->hash[place][slot] = book_hash(cpu);
	rig->resting[place][slot] = true;
	if (rig->config.protect)
		protect(cpu, cpu->pages,
			(size_t)cpu->max_subbufs * cpu->subbuf_size, PROT_NONE);
}

/* Has a resting snapshot changed? Then make it a spare again. */
static void wake(struct rig *rig, unsigned int place, unsigned int slot)
{
	struct rb_slot *spare = rb_slot(rig->spares[place], slot);
	struct rb_cpu *cpu = rb_slot_active(spare);
	size_t bytes = (size_t)rig->config.subbufs * 1024;

	if (!rig->resting[place][slot])
		return;
	rig->resting[place][slot] = false;
	if (rig->config.protect)
		protect(cpu, (unsigned char *)cpu - bytes, bytes,
			PROT_READ | PROT_WRITE);
	if (book_hash(cpu) != rig->hash[place][slot])
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "a snapshot changed after it was handed over");
	if (rb_recycle(spare))
		rig_violation(rig, SWAP_C7_BALANCED,
			      "a snapshot is not recycled");
}

/* Now, or as late as a strategy lets itself be told. */
static uint64_t deadline_in(const struct rig *rig, uint64_t patience)
{
	return swap_deadline(rig->strategy, sys_now() + patience);
}

/* A bounded strategy is back by its deadline, whatever its writer does: C6. */
static int timed(struct rig *rig, uint64_t deadline, int err)
{
	uint64_t now = sys_now();

	store_relaxed(&rig->verdict->swapping_since, 0);
	if (rig->strategy->bounded && now > deadline &&
	    now - deadline > RIG_LATE_NS)
		rig_violation(rig, SWAP_C6_BOUNDED, "back %llu ms late",
			      (unsigned long long)(now - deadline) / 1000000);
	return err;
}

static void begin_timed(struct rig *rig, uint64_t patience)
{
	store_relaxed(&rig->verdict->deadline, sys_now() + patience);
	store_relaxed(&rig->verdict->swapping_since, sys_now());
}

int rig_swap_with(struct rig *rig, struct rb *spare, unsigned int slot,
		  enum swap_mode mode, uint64_t patience, struct swap_op *op)
{
	uint64_t deadline = deadline_in(rig, patience);

	begin_timed(rig, patience);
	return timed(rig, deadline,
		     swap(rig->live, spare, slot, mode, deadline, op));
}

int rig_settle_with(struct rig *rig, uint64_t patience, struct swap_op *op)
{
	uint64_t deadline = deadline_in(rig, patience);

	begin_timed(rig, patience);
	return timed(rig, deadline, swap_settle(op, deadline));
}

/* While it is in progress both slots are held: nothing is read, given back or
 * exchanged against another early. */
static void check_tied_up(struct rig *rig, unsigned int slot)
{
	struct rig_pending *pending = &rig->pending[slot];
	unsigned int other = (pending->place + 1) % RIG_SPARES;
	struct rb_slot *spare = rb_slot(rig->spares[pending->place], slot);
	struct swap_op op;

	if (rb_recycle(spare) != -EBUSY)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "the spare of a swap in progress is recycled");
	if (rb_consume(spare, 1, book_event, &rig->writer[slot]) != -EBUSY)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "the spare of a swap in progress is read");
	if (rig->strategy->has_try && !rig->resting[other][slot] &&
	    swap(rig->live, rig->spares[other], slot, SWAP_TRY, 0, &op) !=
		    -EBUSY)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "a second swap beside one in progress");
}

/* Both slots hold the other's buffer now, or their own. */
static bool was_exchanged(struct rig *rig, const struct rig_pending *before,
			  unsigned int slot)
{
	struct rb_cpu *live = rb_slot_active(rb_slot(rig->live, slot));
	struct rb_cpu *spare =
		rb_slot_active(rb_slot(rig->spares[before->place], slot));

	if ((live == before->live) != (spare == before->spare) ||
	    (live == before->spare) != (spare == before->live))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "half of the exchange");
	return live != before->live;
}

/* A swap that failed has changed nothing; true: it has. */
static bool has_changed(struct rig *rig, unsigned int slot, int err)
{
	const struct rig_pending *before = &rig->pending[slot];
	struct rb_counts counts;

	if (was_exchanged(rig, before, slot)) {
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "swap returned %d: but exchanged", err);
		return true;
	}
	rb_counts(before->spare, &counts);
	if (counts.entries || counts.overrun)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "swap returned %d: but the spare has events",
			      err);
	return false;
}

static void take_snapshot(struct rig *rig, unsigned int slot)
{
	unsigned int place = rig->pending[slot].place;
	struct rb_cpu *cpu = rb_slot_active(rb_slot(rig->spares[place], slot));
	bool exchanged = was_exchanged(rig, &rig->pending[slot], slot);

	if (exchanged == rig->strategy->copies)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "swap returned 0: but did %s",
			      exchanged ? "not copy" : "not exchange");
	rig->swaps++;
	book_snapshot(rig, slot, cpu);
	rest(rig, place, slot);
}

/* What a swap or settle came to. */
static int conclude(struct rig *rig, unsigned int slot, int err)
{
	struct rig_pending *pending = &rig->pending[slot];

	pending->in_progress = err == -EINPROGRESS;
	if (pending->in_progress) {
		check_tied_up(rig, slot);
		return err;
	}
	rig->refused += err != 0;
	if (!err || has_changed(rig, slot, err))
		take_snapshot(rig, slot);
	return err;
}

/* The one in progress: until the patience ends. */
static int settle_pending(struct rig *rig, unsigned int slot, uint64_t patience)
{
	struct rig_pending *pending = &rig->pending[slot];

	return conclude(rig, slot,
			rig_settle_with(rig, patience, &pending->op));
}

int rig_swap(struct rig *rig, unsigned int slot, enum swap_mode mode,
	     uint64_t patience)
{
	struct rig_pending *pending = &rig->pending[slot];
	int err;

	if (pending->in_progress)
		return settle_pending(rig, slot, patience);
	pending->place = (unsigned int)(rig->swaps % RIG_SPARES);
	wake(rig, pending->place, slot);
	pending->live = rb_slot_active(rb_slot(rig->live, slot));
	pending->spare =
		rb_slot_active(rb_slot(rig->spares[pending->place], slot));
	err = conclude(rig, slot,
		       rig_swap_with(rig, rig->spares[pending->place], slot,
				     mode, patience, &pending->op));
	if (err != -EINPROGRESS)
		return err;
	rig->in_progress++;
	return settle_pending(rig, slot, patience);
}

void rig_consume(struct rig *rig, unsigned int slot)
{
	long n = rb_consume(rb_slot(rig->live, slot), 1 + rig->swaps % 40,
			    book_event, &rig->writer[slot]);

	if (n < 0)
		rig_violation(rig, SWAP_C1_EXCLUSIVE, "consume: %ld", n);
	else
		rig->consumed[slot] += (uint64_t)n;
}

static void check_balanced(struct rig *rig, struct rb *rb, unsigned int index)
{
	struct swap_slot *slot = swap_slot(rb, index);

	if (load_relaxed(&slot->rb.nesting))
		rig_violation(rig, SWAP_C7_BALANCED, "nesting is %u",
			      load_relaxed(&slot->rb.nesting));
	if (load_relaxed(&slot->rb.refuse))
		rig_violation(rig, SWAP_C7_BALANCED, "refuse is %#x",
			      load_relaxed(&slot->rb.refuse));
	if (load_relaxed(&slot->rb.control))
		rig_violation(rig, SWAP_C7_BALANCED, "control is held");
	if (load_relaxed(&slot->writer))
		rig_violation(rig, SWAP_C7_BALANCED, "the writer has not left");
	if (load_relaxed(&rb_slot_active(&slot->rb)->owner) != &slot->rb)
		rig_violation(rig, SWAP_C7_BALANCED,
			      "the owner is another slot");
}

void rig_close(struct rig *rig)
{
	for (unsigned int i = 0; i < rig->config.writers; i++) {
		if (rig->pending[i].in_progress &&
		    settle_pending(rig, i, RIG_LONG_NS))
			rig_violation(rig, SWAP_C6_BOUNDED,
				      "still in progress with no writer");
		for (unsigned int place = 0; place < RIG_SPARES; place++) {
			wake(rig, place, i);
			check_balanced(rig, rig->spares[place], i);
		}
		check_balanced(rig, rig->live, i);
		book_buffer(rig, i, rb_slot_active(rb_slot(rig->live, i)));
		book_balance(rig, i);
	}
	if (load_relaxed(&sys_self()->inside))
		rig_violation(rig, SWAP_C7_BALANCED, "the swapper is inside");
}
