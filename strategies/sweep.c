/* SPDX-License-Identifier: MIT */
/*
 * sweep.c - a snapshot of every slot under one call.
 *
 * In passes: each tries what is left, together where the strategy can share
 * something, and waits for a slice of the time at most. So a slot that cannot
 * be swapped, because its writer sleeps inside a write or somebody else has
 * its control word, costs the others a slice and not the deadline.
 */
#include <string.h>

#include "strategies/swap_private.h"

/* A pass that waits in vain is followed by one twice as long, up to this. */
#define SLICE_MAX_NS (100u * SWAP_SLICE_NS)

enum sweep_state {
	SWEEP_LEFT,    /* not held; to be tried */
	SWEEP_HELD,    /* in this pass */
	SWEEP_PENDING, /* in progress; to be settled */
	SWEEP_DONE,
};

struct sweep {
	const struct swap_strategy *strategy;
	struct swap_op *ops;
	int *errors;
	unsigned int n;
	uint64_t deadline;		   /* of all */
	uint64_t slice;			   /* of the next pass, ns */
	unsigned char state[RB_SLOTS_MAX]; /* enum sweep_state */
};

struct each {
	struct swap_op *ops;
	int *errors;
	unsigned int n;
	swap_step_fn step;
};

static bool each_is_done(void *arg)
{
	struct each *each = arg;
	bool done = true;

	for (unsigned int i = 0; i < each->n; i++) {
		if (each->errors[i] != -EINPROGRESS)
			continue;
		each->errors[i] = each->step(&each->ops[i]);
		done = done && each->errors[i] != -EINPROGRESS;
	}
	return done;
}

void swap_await_each(struct swap_op *ops, unsigned int n, int *errors,
		     swap_step_fn step, uint64_t deadline)
{
	struct each each = { ops, errors, n, step };

	sys_await(each_is_done, &each, deadline);
}

/* A slot's answer to this pass: final, or to be tried or settled again. */
static void sweep_answer(struct sweep *s, unsigned int i, int err)
{
	struct swap_op *op = &s->ops[i];
	bool passes = err == -ETIMEDOUT ||
		      (err == -EBUSY && swap_is_abandoned(op->live));

	s->errors[i] = swap_close(op, err);
	if (err == -EINPROGRESS)
		s->state[i] = SWEEP_PENDING;
	else
		s->state[i] = passes ? SWEEP_LEFT : SWEEP_DONE;
}

/* Hold what can be had at once; what is somebody's for now stays left. */
static void sweep_hold(struct sweep *s, unsigned int i)
{
	struct swap_op *op = &s->ops[i];
	int err;

	op->mode = SWAP_TRY;
	err = swap_hold(op);
	op->mode = SWAP_WAIT;
	s->errors[i] = err == -EBUSY ? -ETIMEDOUT : err;
	if (err == -EBUSY)
		return;
	if (err) {
		s->state[i] = SWEEP_DONE;
		return;
	}
	err = swap_check(op);
	if (!err && swap_is_abandoned(op->live))
		err = -ETIMEDOUT;
	if (err)
		sweep_answer(s, i, err);
	else
		s->state[i] = SWEEP_HELD;
}

/* How many slots are in one of the two states. */
static unsigned int sweep_count(const struct sweep *s, enum sweep_state one,
				enum sweep_state other)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < s->n; i++)
		count += s->state[i] == one || s->state[i] == other;
	return count;
}

/*
 * When this pass ends: with the deadline, unless a slot would wait meanwhile
 * for others: one that is not held, or one whose turn comes after theirs.
 */
static uint64_t sweep_until(struct sweep *s)
{
	unsigned int held = sweep_count(s, SWEEP_HELD, SWEEP_HELD);
	unsigned int others = sweep_count(s, SWEEP_LEFT, SWEEP_PENDING);
	uint64_t until = sys_now() + s->slice;

	if (!s->strategy->bounded || (!others && held <= 1) ||
	    (!held && others <= 1) || until > s->deadline)
		return s->deadline;
	if (s->slice < SLICE_MAX_NS)
		s->slice *= 2;
	return until;
}

/*
 * The strategy's own way for all that are held, which share something. An
 * earlier pass's answer, 0 above all, is none of its business.
 */
static void sweep_together(struct sweep *s)
{
	int earlier[RB_SLOTS_MAX];

	for (unsigned int i = 0; i < s->n; i++) {
		earlier[i] = s->errors[i];
		if (s->state[i] != SWEEP_HELD)
			s->errors[i] = -EALREADY;
	}
	s->strategy->swap_every(s->ops, s->n, s->errors);
	for (unsigned int i = 0; i < s->n; i++) {
		int err = s->errors[i];

		if (s->state[i] != SWEEP_HELD) {
			s->errors[i] = earlier[i];
			continue;
		}
		if (!err)
			err = swap_finish(&s->ops[i], 0);
		sweep_answer(s, i, err);
	}
}

/*
 * The time of the pass, or a slice of its own for a slot before which another
 * has used that up: one look at a busy writer is hardly ever enough.
 */
static uint64_t sweep_patience(struct sweep *s, uint64_t until)
{
	uint64_t slice = sys_now() + SWAP_SLICE_NS;

	if (slice > s->deadline)
		slice = s->deadline;
	return until > slice ? until : slice;
}

static void sweep_one_by_one(struct sweep *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		struct swap_op *op = &s->ops[i];

		if (s->state[i] != SWEEP_HELD)
			continue;
		op->deadline = sweep_patience(s, op->deadline);
		sweep_answer(s, i, swap_run(op));
	}
}

/* May a slot that is left be held now? */
static bool sweep_has_free(void *arg)
{
	struct sweep *s = arg;

	for (unsigned int i = 0; i < s->n; i++) {
		struct swap_op *op = &s->ops[i];

		if (s->state[i] == SWEEP_LEFT &&
		    !load_relaxed(&op->live->rb.control) &&
		    !load_relaxed(&op->spare->rb.control) &&
		    !swap_is_abandoned(op->live))
			return true;
	}
	return false;
}

/* Everything that is left or pending once more. */
static void sweep_pass(struct sweep *s)
{
	uint64_t until;

	for (unsigned int i = 0; i < s->n; i++)
		if (s->state[i] == SWEEP_LEFT)
			sweep_hold(s, i);
	if (sweep_count(s, SWEEP_LEFT, SWEEP_LEFT) &&
	    !sweep_count(s, SWEEP_HELD, SWEEP_PENDING)) {
		sys_await(sweep_has_free, s, s->deadline);
		return;
	}
	until = sweep_until(s);
	for (unsigned int i = 0; i < s->n; i++)
		if (s->state[i] == SWEEP_HELD)
			s->ops[i].deadline = until;
	/* What is shared, a grace period, would be waited for by nobody. */
	if (s->strategy->swap_every && sweep_count(s, SWEEP_HELD, SWEEP_HELD))
		sweep_together(s);
	else
		sweep_one_by_one(s);
	for (unsigned int i = 0; i < s->n; i++)
		if (s->state[i] == SWEEP_PENDING) {
			s->errors[i] = swap_settle(&s->ops[i], until);
			if (s->errors[i] != -EINPROGRESS)
				s->state[i] = SWEEP_DONE;
		}
}

/* A slot as it comes: an op that is still in progress is not begun anew. */
static enum sweep_state sweep_begin(struct sweep *s, struct rb *live,
				    struct rb *spare, unsigned int i)
{
	if (s->errors[i])
		return SWEEP_DONE;
	if (swap_is_open(live, i, &s->ops[i]))
		return SWEEP_PENDING;
	s->errors[i] = swap_describe(live, spare, i, SWAP_WAIT, s->deadline,
				     &s->ops[i]);
	return s->errors[i] ? SWEEP_DONE : SWEEP_LEFT;
}

void swap_each_slot(struct rb *live, struct rb *spare, uint64_t deadline,
		    struct swap_op *ops, int *errors)
{
	struct sweep s = {
		.strategy = swap_slot(live, 0)->strategy,
		.ops = ops,
		.errors = errors,
		.n = live->attr.slots,
		.deadline = deadline,
		.slice = SWAP_SLICE_NS,
	};

	for (unsigned int i = 0; i < s.n; i++)
		s.state[i] = sweep_begin(&s, live, spare, i);
	do
		sweep_pass(&s);
	while (sweep_count(&s, SWEEP_LEFT, SWEEP_PENDING) &&
	       sys_now() < deadline);
}

void swap_every_slot(struct rb *live, struct rb *spare, uint64_t deadline,
		     struct swap_op *ops, int *errors)
{
	memset(errors, 0, live->attr.slots * sizeof(*errors));
	swap_each_slot(live, spare, deadline, ops, errors);
}
