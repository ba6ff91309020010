/* SPDX-License-Identifier: MIT */
/* swap.c - what every swap has in common: preconditions, control, the end. */
#include "strategies/swap_private.h"

static bool slot_has_writer(const struct rb_slot *slot)
{
	const struct swap_slot *own = (const struct swap_slot *)slot;

	/* X5 pairs with X1 in writer.c: who left has finished with it */
	return load_acquire(&own->writer) != 0;
}

/* A slot without a strategy never began. */
static void slot_ends(struct rb_slot *slot)
{
	struct swap_slot *own = (struct swap_slot *)slot;

	if (own->strategy && own->strategy->slot_fini)
		own->strategy->slot_fini(own);
	if (slot->index == 0)
		swap_unlist(own);
}

static int slot_begins(struct swap_slot *slot,
		       const struct swap_strategy *strategy)
{
	int err = 0;

	slot->strategy = strategy;
	if (strategy->slot_init)
		err = strategy->slot_init(slot);
	if (err)
		slot->strategy = NULL;
	return err;
}

int swap_rb_create(const struct swap_strategy *strategy, struct rb_attr attr,
		   struct rb **out)
{
	struct rb *rb;
	int err;

	err = swap_process_ready();
	if (err)
		return err;
	swap_setup_once(strategy);
	attr.slot_size = strategy->slot_size;
	attr.slot_busy = slot_has_writer;
	attr.slot_fini = slot_ends;
	err = rb_create(&attr, &rb);
	if (err)
		return err;
	for (unsigned int i = 0; i < attr.slots && !err; i++)
		err = slot_begins(swap_slot(rb, i), strategy);
	if (err) {
		rb_destroy(rb);
		return err;
	}
	swap_list(swap_slot(rb, 0));
	*out = rb;
	return 0;
}

/* ------------------------------------------------------------------------ */
/* One slot                                                                 */

/* A control word that is waited for, and what trying it said last. */
struct control_wait {
	struct rb_slot *slot;
	int err;
};

static bool control_is_answered(void *arg)
{
	struct control_wait *wait = arg;

	wait->err = rb_control_try(wait->slot);
	return wait->err != -EBUSY;
}

/* Take a slot's control word, waiting for it as the mode says. */
static int control_take(struct swap_slot *slot, const struct swap_op *op)
{
	struct control_wait wait = { &slot->rb, 0 };

	if (op->mode == SWAP_TRY)
		return rb_control_try(&slot->rb);
	if (sys_await(control_is_answered, &wait, op->deadline))
		return -ETIMEDOUT;
	return wait.err;
}

/*
 * Both slots' control words; 0, or an error and none. By address: somebody
 * else may swap the same two the other way round.
 */
int swap_hold(struct swap_op *op)
{
	struct swap_slot *first = op->live < op->spare ? op->live : op->spare;
	struct swap_slot *second = op->live < op->spare ? op->spare : op->live;
	int err = control_take(first, op);

	if (err)
		return err;
	err = control_take(second, op);
	if (err)
		rb_control_end(&first->rb);
	else
		store_relaxed(&op->live->op, op);
	return err;
}

static void swap_release(struct swap_op *op)
{
	store_relaxed(&op->live->pending, NULL);
	store_relaxed(&op->live->op, NULL);
	rb_control_end(&op->spare->rb);
	rb_control_end(&op->live->rb);
}

/* Would the two buffers behave alike in each other's place? */
static bool swap_is_alike(struct swap_op *op)
{
	const struct rb_cpu *a = rb_slot_active(&op->live->rb);
	const struct rb_cpu *b = rb_slot_active(&op->spare->rb);

	return a->subbufs == b->subbufs && a->subbuf_size == b->subbuf_size &&
	       a->mode == b->mode && a->stamp == b->stamp;
}

/* The conditions of ring_buffer_swap_cpu(), under control of both slots. */
int swap_check(struct swap_op *op)
{
	if (!swap_is_alike(op))
		return -EINVAL;
	if (rb_slot_is_disabled(&op->live->rb) ||
	    rb_slot_is_disabled(&op->spare->rb))
		return -EAGAIN;
	/* Under its control word nobody enters. */
	/* X6 pairs with X1 in writer.c: all that the spare's writer stored */
	if (load_acquire(&op->spare->writer) ||
	    load_relaxed(&op->spare->rb.nesting))
		return -EBUSY;
	/* A snapshot that nobody has read would be written over, or come twice. */
	return rb_cpu_has_unread(rb_slot_active(&op->spare->rb)) ? -EBUSY : 0;
}

/* Did this call interrupt a write to the slot by its own thread? */
static bool swap_interrupts_write(struct swap_slot *slot)
{
	return load_relaxed(&slot->rb.nesting) &&
	       load_relaxed(&slot->writer) == sys_tid();
}

/* Can it keep the deadline? */
static bool swap_keeps(const struct swap_strategy *strategy, uint64_t deadline)
{
	return strategy->bounded || deadline == SWAP_FOREVER;
}

/* Does the strategy swap at all, in this mode, by this deadline? */
static bool swap_is_offered(const struct swap_strategy *strategy,
			    enum swap_mode mode, uint64_t deadline)
{
	if (mode == SWAP_TRY)
		return strategy->swap && strategy->has_try;
	return strategy->swap && swap_keeps(strategy, deadline);
}

int swap_describe(struct rb *live, struct rb *spare, unsigned int slot,
		  enum swap_mode mode, uint64_t deadline, struct swap_op *op)
{
	if (slot >= live->attr.slots || slot >= spare->attr.slots ||
	    live == spare)
		return -EINVAL;
	if (swap_is_forked(swap_slot(live, slot)))
		return -ECHILD;
	*op = (struct swap_op){
		.live = swap_slot(live, slot),
		.spare = swap_slot(spare, slot),
		.mode = mode,
		.deadline = deadline,
	};
	if (op->live->strategy != op->spare->strategy)
		return -EINVAL;
	if (swap_interrupts_write(op->live))
		return -EBUSY;
	return swap_is_offered(op->live->strategy, mode, deadline)
		       ? 0
		       : -EOPNOTSUPP;
}

static bool is_recovered(void *arg)
{
	return !swap_is_abandoned(arg);
}

/*
 * An owner that died inside its write left an event that is none: whoever may
 * wait does so until somebody has recovered the slot.
 */
static int swap_await_recovery(struct swap_slot *slot, enum swap_mode mode,
			       uint64_t deadline)
{
	if (!swap_is_abandoned(slot))
		return 0;
	if (mode == SWAP_TRY)
		return -EBUSY;
	return sys_await(is_recovered, slot, deadline);
}

/* Quiescent, says the strategy; but the open write of a dead owner is not. */
int swap_finish(struct swap_op *op, uint64_t deadline)
{
	op->settled = true;
	if (op->live->strategy->shape != SWAP_EXCHANGE_FIRST)
		return 0;
	return swap_mend_snapshot(op->live, rb_slot_active(&op->spare->rb),
				  deadline)
		       ? -EINPROGRESS
		       : 0;
}

/* Swap under control. The owner may die meanwhile: then wait on. */
int swap_run(struct swap_op *op)
{
	const struct swap_strategy *strategy = op->live->strategy;
	int err;

	do {
		err = swap_await_recovery(op->live, op->mode, op->deadline);
		if (err)
			return err;
		err = strategy->swap(op);
	} while (err == -EBUSY && op->mode == SWAP_WAIT &&
		 swap_is_abandoned(op->live) && sys_now() < op->deadline);
	if (!err)
		err = swap_finish(op, op->deadline);
	return err;
}

bool swap_is_open(struct rb *live, unsigned int slot, const struct swap_op *op)
{
	return slot < live->attr.slots &&
	       !swap_is_forked(swap_slot(live, slot)) &&
	       load_relaxed(&swap_slot(live, slot)->op) == op;
}

/* Let go of both slots, unless the swap goes on. */
int swap_close(struct swap_op *op, int err)
{
	if (err != -EINPROGRESS)
		swap_release(op);
	return err;
}

int swap(struct rb *live, struct rb *spare, unsigned int slot,
	 enum swap_mode mode, uint64_t deadline, struct swap_op *op)
{
	int err;

	if (swap_is_open(live, slot, op))
		return swap_settle(op, mode == SWAP_TRY ? 0 : deadline);
	err = swap_describe(live, spare, slot, mode, deadline, op);
	if (!err)
		err = swap_hold(op);
	if (err)
		return err;
	err = swap_check(op);
	return swap_close(op, err ? err : swap_run(op));
}

int swap_settle(struct swap_op *op, uint64_t deadline)
{
	const struct swap_strategy *strategy = op->live->strategy;
	int err = 0;

	if (load_relaxed(&op->live->op) != op)
		return -EINVAL;
	if (swap_is_forked(op->live))
		return -ECHILD;
	if (!swap_keeps(strategy, deadline))
		return -EOPNOTSUPP;
	if (!op->settled)
		err = strategy->settle(op, deadline);
	if (!err)
		err = swap_finish(op, deadline);
	return swap_close(op, err);
}

struct rb_cpu *swap_prepare(struct swap_op *op)
{
	struct rb_cpu *fresh = rb_slot_active(&op->spare->rb);
	struct rb_cpu *taken = rb_slot_active(&op->live->rb);

	rb_cpu_freshen(fresh);
	store_relaxed(&fresh->owner, &op->live->rb);
	store_relaxed(&taken->owner, &op->spare->rb);
	store_relaxed(&op->spare->rb.active, taken);
	if (op->live->strategy->shape == SWAP_EXCHANGE_FIRST)
		/* R1 pairs with M2 in recover.c: pending, then exchanged */
		store_release(&op->live->pending, taken);
	op->exchanged = rb_clock_cycles();
	return fresh;
}

void swap_copy(struct swap_op *op)
{
	struct rb_cpu *live = rb_slot_active(&op->live->rb);

	rb_cpu_copy(rb_slot_active(&op->spare->rb), live);
	op->exchanged = rb_clock_cycles();
	rb_cpu_empty(live);
}
