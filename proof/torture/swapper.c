/* SPDX-License-Identifier: MIT */
/* swapper.c - swapper threads, and snapshots that must not change. */
#include <string.h>

#include "proof/torture/cpus.h"
#include "proof/torture/round.h"

/* What a busy machine may keep a swapper off its CPU. */
#define LATE_NS UINT64_C(2000000000)
#define SPREAD	UINT64_C(0x9e3779b97f4a7c15)

/* Four lanes, so that multiplications overlap; bytes is a multiple of 32. */
static uint64_t hash_words(uint64_t hash, const void *from, size_t bytes)
{
	const uint64_t *words = from;
	uint64_t lane[4] = { hash, hash + 1, hash + 2, hash + 3 };

	for (size_t i = 0; i < bytes / 8; i += 4)
		for (unsigned int k = 0; k < 4; k++) {
			lane[k] = (lane[k] ^ words[i + k]) * SPREAD;
			lane[k] ^= lane[k] >> 29;
		}
	for (unsigned int k = 1; k < 4; k++)
		lane[0] = (lane[0] ^ lane[k]) * SPREAD;
	return lane[0];
}

uint64_t snapshot_hash(const struct spare *spare, unsigned int slot)
{
	const struct rb_cpu *cpu = spare->slot[slot].cpu;
	uint64_t hash = hash_words(1, cpu->pages,
				   (size_t)cpu->subbufs * cpu->subbuf_size);

	if (swap_slot(spare->rb, slot)->strategy->memory == SWAP_MAY_BE_FREED)
		hash = hash_words(hash, cpu, sizeof(*cpu));
	return hash;
}

static void check_counts(struct book_reader *reader, struct rb_cpu *cpu,
			 uint64_t taken)
{
	struct rb_counts counts;

	rb_counts(cpu, &counts);
	if (counts.entries + taken != reader->events ||
	    (counts.read != taken && !reader->book->live_reader))
		torture_violation(
			TORTURE_COUNTERS,
			"slot %u: %llu events in a snapshot, "
			"%llu counted",
			reader->book->slot, (unsigned long long)reader->events,
			(unsigned long long)(counts.entries + counts.read));
}

/* Walk it, or now and then consume a little first: true. */
static bool read_snapshot(struct book_reader *reader, struct rb_slot *slot,
			  struct bench_rng *rng, bool check)
{
	bool consume = round_draw(rng, 4);
	struct rb_cpu *cpu = rb_slot_active(slot);
	char why[128];
	long taken = 0;

	if (check && rb_check(cpu, why, sizeof(why)))
		torture_violation(TORTURE_COUNTERS, "slot %u: %s",
				  reader->book->slot, why);
	if (consume)
		taken = rb_consume(slot, bench_rng_below(rng, 20),
				   book_read_event, reader);
	if (taken < 0 || rb_walk(cpu, book_read_event, reader))
		torture_violation(TORTURE_TORN,
				  "slot %u: a snapshot is not a sequence of "
				  "events",
				  reader->book->slot);
	else
		check_counts(reader, cpu, (uint64_t)taken);
	return consume;
}

/* A strategy exchanges buffers, or it copies events, as its trait says. */
static void note_kind(struct spare *spare, struct writer *w)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(spare->rb, w->index));
	bool exchanged = cpu != spare->slot[w->index].cpu;
	struct round *r = w->round;
	struct rb_counts counts;

	rb_counts(cpu, &counts);
	fetch_add_acq_rel(&r->taken, counts.entries + counts.overrun);
	if (!exchanged)
		store_relaxed(&r->copied, true);
	if (exchanged == r->strategy->copies)
		torture_violation(
			TORTURE_ERROR, "slot %u: swap returned 0 and did %s",
			w->index, exchanged ? "not copy" : "not exchange");
}

bool snapshot_take(struct spare *spare, struct writer *w, struct bench_rng *rng,
		   bool check)
{
	struct rb_slot *slot = rb_slot(spare->rb, w->index);
	struct book_reader reader = { .book = &w->book };
	uint64_t hash;

	note_kind(spare, w);
	spare->slot[w->index].cpu = rb_slot_active(slot);
	hash = snapshot_hash(spare, w->index);
	/* Consuming moves what only a reader may move. */
	if (read_snapshot(&reader, slot, rng, check))
		hash = snapshot_hash(spare, w->index);
	spare->slot[w->index].hash = hash;
	spare->slot[w->index].held = true;
	return book_enter(&w->book, &reader.chunk,
			  rb_overrun(rb_slot_active(slot)));
}

void snapshot_check(struct spare *spare, struct writer *w,
		    struct torture_result *result)
{
	spare->slot[w->index].held = false;
	if (snapshot_hash(spare, w->index) != spare->slot[w->index].hash)
		torture_violation(TORTURE_CHANGED,
				  "slot %u: a snapshot changed while it was "
				  "held",
				  w->index);
	(void)result;
}

void snapshot_give_back(struct spare *spare, unsigned int slot)
{
	int err = rb_recycle(rb_slot(spare->rb, slot));

	if (err)
		torture_violation(TORTURE_ERROR, "slot %u: recycle: %s", slot,
				  strerror(-err));
}

/* A filter or a limit that came in the middle of the run: no fault of ours. */
static bool is_the_systems(int err)
{
	return err == -EPERM || err == -ENOSYS || err == -ENOBUFS ||
	       err == -EEXIST;
}

void swap_count(uint64_t swaps[TORTURE_OUTCOMES], int first, int err,
		bool may_differ)
{
	enum torture_outcome outcome = TORTURE_OTHER;

	if (!err)
		outcome = first ? TORTURE_DEFERRED : TORTURE_OK;
	else if (err == -EBUSY)
		outcome = TORTURE_BUSY;
	else if (err == -EAGAIN)
		outcome = TORTURE_AGAIN;
	else if (err == -ETIMEDOUT)
		outcome = TORTURE_TIMED_OUT;
	swaps[outcome]++;
	if (is_the_systems(err))
		torture_forbidden(-err);
	else if (outcome == TORTURE_OTHER && err != -EOPNOTSUPP)
		torture_violation(TORTURE_ERROR, "swap: unexpected %s",
				  strerror(-err));
	if (outcome == TORTURE_AGAIN && !may_differ)
		torture_violation(TORTURE_ERROR,
				  "swap: EAGAIN, but nobody disabled");
}

/* A failed swap left the spare as it was: same buffer, empty. */
static void check_untouched(struct spare *spare, unsigned int slot, int err)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(spare->rb, slot));
	struct rb_counts counts;

	rb_counts(cpu, &counts);
	if (cpu != spare->slot[slot].cpu || counts.entries || counts.overrun)
		torture_violation(TORTURE_ERROR,
				  "slot %u: swap failed (%s), yet the spare "
				  "changed",
				  slot, strerror(-err));
}

/* Where this swapper is the only one, no announcement is left behind. */
static void check_withdrawn(struct swapper *s, unsigned int slot, int err)
{
	const struct round_config *c = &s->round->config;
	uint32_t refuse = load_relaxed(&rb_slot(s->round->live, slot)->refuse);

	if (c->swappers == 1 && !c->handler_swap_in && !c->own_swap_in &&
	    (refuse & RB_REFUSE_SWAP))
		torture_violation(TORTURE_ERROR,
				  "slot %u: swap failed (%s), yet is still "
				  "announced",
				  slot, strerror(-err));
}

/* Unequal geometry must be refused, whatever is under way beside it. */
static void swap_must_refuse(struct swapper *s, struct rb *with,
			     unsigned int slot)
{
	struct swap_op op;
	int err = swap(s->round->live, with, slot,
		       bench_rng_below(&s->rng, 2) ? SWAP_WAIT : SWAP_TRY,
		       round_deadline(s->round, 1000000), &op);

	if (err == -EINVAL || err == -EBUSY || err == -EOPNOTSUPP ||
	    err == -ETIMEDOUT)
		return;
	torture_violation(TORTURE_ERROR, "slot %u: swap of unequal buffers: %s",
			  slot, err ? strerror(-err) : "done");
}

/* A spare of another size is refused; then it is made alike again. */
static void resize_spare(struct swapper *s, struct spare *spare,
			 unsigned int slot)
{
	struct rb_slot *own = rb_slot(spare->rb, slot);
	unsigned int subbufs = s->round->config.attr.subbufs;

	if (rb_resize(own, subbufs + 1))
		torture_violation(TORTURE_ERROR, "resize of a spare failed");
	swap_must_refuse(s, spare->rb, slot);
	if (rb_resize(own, subbufs))
		torture_violation(TORTURE_ERROR, "resize of a spare failed");
}

/* Nanoseconds: mostly enough, now and then hardly any. */
static uint64_t draw_patience(struct bench_rng *rng)
{
	return round_draw(rng, 4) ? bench_rng_below(rng, 20000)
				  : 100000 + bench_rng_below(rng, 20000000);
}

/* C6: a bounded strategy keeps its deadline, but for what the scheduler adds. */
static void check_deadline(struct swapper *s, uint64_t deadline)
{
	uint64_t now = sys_now();

	if (s->round->strategy->bounded && now > deadline + LATE_NS)
		torture_violation(TORTURE_LATE,
				  "swap came back %llu ms after its deadline",
				  (unsigned long long)(now - deadline) /
					  1000000);
}

uint64_t round_deadline(const struct round *round, uint64_t patience)
{
	return swap_deadline(round->strategy, sys_now() + patience);
}

/* Until it is settled, nobody gets at the spare. */
static void check_tied_up(struct spare *spare, unsigned int slot)
{
	if (rb_recycle(rb_slot(spare->rb, slot)) != -EBUSY)
		torture_violation(TORTURE_ERROR,
				  "slot %u: the spare of a swap in progress "
				  "is given back",
				  slot);
}

/* What swap or settle came to; first: what swap itself said. */
static void swap_ended(struct swapper *s, struct spare *spare,
		       unsigned int slot, int first, int err)
{
	const struct round_config *c = &s->round->config;

	spare->slot[slot].in_progress = err == -EINPROGRESS;
	if (spare->slot[slot].in_progress) {
		s->in_progress++;
		check_tied_up(spare, slot);
		return;
	}
	swap_count(s->swaps, first == -EINPROGRESS ? first : 0, err,
		   c->control);
	if (err) {
		check_untouched(spare, slot, err);
		check_withdrawn(s, slot, err);
		return;
	}
	round_point(c, &s->rng, POINT_EXCHANGED);
	if (!snapshot_take(spare, &s->round->writers[slot], &s->rng,
			   c->check_buffers))
		store_relaxed(&s->round->stop, true);
	s->held++;
}

/* One more look at a swap in progress. */
static void settle_once(struct swapper *s, struct spare *spare,
			unsigned int slot)
{
	uint64_t deadline = round_deadline(s->round, draw_patience(&s->rng));
	int err;

	round_point(&s->round->config, &s->rng, POINT_IN_PROGRESS);
	err = swap_settle(&spare->ops[slot], deadline);
	check_deadline(s, deadline);
	swap_ended(s, spare, slot, -EINPROGRESS, err);
}

static void swap_once(struct swapper *s, struct spare *spare, unsigned int slot)
{
	const struct round_config *c = &s->round->config;
	enum swap_mode mode = round_draw(&s->rng, c->try_in) ? SWAP_TRY
							     : SWAP_WAIT;
	uint64_t patience = draw_patience(&s->rng), deadline;
	int err;

	spare->slot[slot].cpu = rb_slot_active(rb_slot(spare->rb, slot));
	round_point(c, &s->rng, POINT_SWAP);
	deadline = round_deadline(s->round, patience);
	err = swap(s->round->live, spare->rb, slot, mode, deadline,
		   &spare->ops[slot]);
	check_deadline(s, deadline);
	swap_ended(s, spare, slot, 0, err);
	/* Now at once, now when this spare's turn comes again; who waits without
	 * a deadline for what it holds itself never would. */
	while (spare->slot[slot].in_progress &&
	       !(s->round->strategy->bounded && round_draw(&s->rng, 4)))
		settle_once(s, spare, slot);
}

static void give_back_held(struct swapper *s, struct spare *spare,
			   unsigned int slot)
{
	if (!spare->slot[slot].held)
		return;
	round_point(&s->round->config, &s->rng, POINT_GIVE_BACK);
	snapshot_check(spare, &s->round->writers[slot], s->round->result);
	snapshot_give_back(spare, slot);
}

/* All slots in one call: as if each were swapped alone. */
static void swap_every(struct swapper *s, struct spare *spare)
{
	const struct round_config *c = &s->round->config;
	int errors[ROUND_WRITERS];
	uint64_t deadline;

	for (unsigned int i = 0; i < c->writers; i++) {
		while (spare->slot[i].in_progress)
			settle_once(s, spare, i);
		give_back_held(s, spare, i);
		spare->slot[i].cpu = rb_slot_active(rb_slot(spare->rb, i));
	}
	round_point(c, &s->rng, POINT_SWAP);
	deadline = round_deadline(s->round, draw_patience(&s->rng));
	swap_every_slot(s->round->live, spare->rb, deadline, spare->ops,
			errors);
	check_deadline(s, deadline);
	for (unsigned int i = 0; i < c->writers; i++) {
		swap_ended(s, spare, i, 0, errors[i]);
		while (spare->slot[i].in_progress &&
		       !s->round->strategy->bounded)
			settle_once(s, spare, i);
	}
}

static void use_spare(struct swapper *s, struct spare *spare)
{
	const struct round_config *c = &s->round->config;
	unsigned int slot = (unsigned int)bench_rng_below(&s->rng, c->writers);

	/* A writer that is not there needs the control word to come back:
	 * swap without it now and then, but let it. */
	if (!load_relaxed(&s->round->writers[slot].tid) &&
	    !round_draw(&s->rng, 8)) {
		sched_yield();
		return;
	}
	if (round_draw(&s->rng, c->every_in)) {
		swap_every(s, spare);
		return;
	}
	if (spare->slot[slot].in_progress) {
		settle_once(s, spare, slot);
		return;
	}
	give_back_held(s, spare, slot);
	if (c->control && round_draw(&s->rng, 64))
		resize_spare(s, spare, slot);
	if (c->control && round_draw(&s->rng, 16))
		swap_must_refuse(s, s->round->decoy, slot);
	swap_once(s, spare, slot);
}

void *swapper_main(void *arg)
{
	struct swapper *s = arg;
	struct round *r = s->round;

	store_relaxed(&s->tid, sys_tid());
	/* Away from the first writer where that is possible. */
	if (!r->config.shuffle_swappers)
		cpus_pin(r->cpus[(s->index + 1) % (unsigned int)r->n_cpus]);
	if (r->config.meets)
		swapper_meets(s);
	for (unsigned int i = 0; !load_relaxed(&r->stop); i++) {
		use_spare(s, &s->spares[i % ROUND_SPARES]);
		if (i % 256 == 0)
			fetch_add_acq_rel(&r->result->progress, 1);
	}
	for (unsigned int k = 0; k < ROUND_SPARES; k++)
		for (unsigned int i = 0; i < r->config.writers; i++)
			while (s->spares[k].slot[i].in_progress)
				settle_once(s, &s->spares[k], i);
	return NULL;
}
