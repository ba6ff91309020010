/* SPDX-License-Identifier: MIT */
/*
 * meet.c - rounds in which a write and a swap begin at the same moment.
 *
 * What is wrong between a store and a later load of two CPUs shows for some
 * nanoseconds: writers and swappers that run freely hardly ever come so close.
 * Here they wait for each other before every single one of them, the writer
 * with the slot's words in its cache, so that its announcement waits in the
 * store buffer while its test is answered at once. A writer that is inside
 * stays there for a while; the snapshot is looked at when the swap returns, and
 * again when the writer is out.
 *
 * Source: proof/litmus, which does this with two words.
 */
#include "proof/torture/cpus.h"
#include "proof/torture/round.h"

/* A writer that does not come at all: its slot was refused. */
#define NEVER_COMES UINT64_MAX

/* Neither side begins a step before the other has finished the last. */
static void meet(struct round *r, enum side me, uint64_t step)
{
	struct swap_slot *slot = swap_slot(r->live, 0);

	/* M1 pairs with M2: the step before this one is over */
	store_release(&r->side[me].arrived, step);
	/* M2 pairs with M1: and so is the other side's */
	for (unsigned int spins = 0; load_acquire(&r->side[!me].arrived) < step;
	     spins++) {
		if (me == SIDE_WRITER)
			swap_writer_poll(slot);
		if (spins > 20000)
			sched_yield();
	}
}

/* A moment of 1 to 512 spins, short ones more often. */
static void come_late(struct swap_slot *slot, struct bench_rng *rng)
{
	uint64_t most = UINT64_C(1) << bench_rng_below(rng, 10);

	for (uint64_t n = bench_rng_below(rng, most); n; n--)
		(void)load_relaxed(&slot->rb.refuse); /* stay in the cache */
}

void writer_meets(struct writer *w, void (*write)(struct writer *w))
{
	struct round *r = w->round;
	struct swap_slot *slot = swap_slot(r->live, w->index);

	for (uint64_t step = 1;; step += 2) {
		meet(r, SIDE_WRITER, step);
		if (load_relaxed(&r->parted))
			return;
		come_late(slot, &w->rng[0]);
		write(w);
		swap_writer_poll(slot);
		meet(r, SIDE_WRITER, step + 1);
	}
}

void writer_never_meets(struct round *r)
{
	/* M3 pairs with M2: nobody waits for it */
	store_release(&r->side[SIDE_WRITER].arrived, NEVER_COMES);
}

/* One swap, however long it takes; its value. */
static int swap_to_the_end(struct swapper *s, struct spare *spare)
{
	struct round *r = s->round;
	bool tries = r->strategy->has_try && bench_rng_below(&s->rng, 2);
	int first, err;

	first = swap(r->live, spare->rb, 0, tries ? SWAP_TRY : SWAP_WAIT,
		     round_deadline(r, 20000000), &spare->ops[0]);
	for (err = first; err == -EINPROGRESS; s->in_progress++)
		err = swap_settle(&spare->ops[0], round_deadline(r, 20000000));
	swap_count(s->swaps, first == -EINPROGRESS ? first : 0, err, false);
	return err;
}

static void meet_once(struct swapper *s, struct spare *spare, uint64_t step)
{
	struct round *r = s->round;
	struct writer *w = &r->writers[0];
	struct spare seen = *spare;
	uint64_t hash = 0;
	int err;

	spare->slot[0].cpu = rb_slot_active(rb_slot(spare->rb, 0));
	meet(r, SIDE_SWAPPER, step);
	come_late(swap_slot(r->live, 0), &s->rng);
	err = swap_to_the_end(s, spare);
	seen.slot[0].cpu = rb_slot_active(rb_slot(spare->rb, 0));
	if (!err)
		hash = snapshot_hash(&seen, 0);
	meet(r, SIDE_SWAPPER, step + 1);
	if (err)
		return;
	if (snapshot_hash(&seen, 0) != hash)
		torture_violation(TORTURE_CHANGED,
				  "a write went on in a buffer after its swap "
				  "had returned");
	if (!snapshot_take(spare, w, &s->rng, r->config.check_buffers))
		store_relaxed(&r->stop, true);
	s->held++;
	snapshot_check(spare, w, r->result);
	snapshot_give_back(spare, 0);
}

void swapper_meets(struct swapper *s)
{
	struct round *r = s->round;
	uint64_t step = 1;

	for (; !load_relaxed(&r->stop); step += 2) {
		meet_once(s, &s->spares[step / 2 % ROUND_SPARES], step);
		if (step % 256 == 1)
			fetch_add_acq_rel(&r->result->progress, 1);
	}
	store_relaxed(&r->parted, true);
	/* M1 pairs with M2: parted is seen */
	store_release(&r->side[SIDE_SWAPPER].arrived, step);
}
