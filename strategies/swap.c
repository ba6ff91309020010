/* SPDX-License-Identifier: MIT */
/* swap.c - what every swap has in common: preconditions, control, writers. */
#include "strategies/strategy.h"

int swap_rb_create(const struct swap_strategy *strategy, struct rb_attr attr,
		   struct rb **out)
{
	int err;

	swap_setup_once(strategy);
	attr.slot_size = strategy->slot_size;
	err = rb_create(&attr, out);
	if (err)
		return err;
	for (unsigned int i = 0; i < attr.slots && !err; i++) {
		swap_slot(*out, i)->strategy = strategy;
		if (strategy->slot_init)
			err = strategy->slot_init(swap_slot(*out, i));
	}
	if (err)
		rb_destroy(*out);
	return err;
}

static bool control_is_free(void *arg)
{
	return rb_control_try(arg) == 0;
}

/* Take a slot's control word, waiting for it as the mode says. */
static int control_take(struct swap_slot *slot, const struct swap_op *op)
{
	if (op->mode == SWAP_TRY)
		return rb_control_try(&slot->rb);
	return sys_await(control_is_free, &slot->rb, op->deadline) ? -EBUSY : 0;
}

/*
 * Both slots' control words; 0, or -EBUSY and none. By address: somebody else
 * may swap the same two the other way round.
 */
static int swap_hold(struct swap_op *op)
{
	struct swap_slot *first = op->live < op->spare ? op->live : op->spare;
	struct swap_slot *second = op->live < op->spare ? op->spare : op->live;
	int err = control_take(first, op);

	if (err)
		return err;
	err = control_take(second, op);
	if (err)
		rb_control_end(&first->rb);
	return err;
}

static void swap_release(struct swap_op *op)
{
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
static int swap_check(struct swap_op *op)
{
	if (!swap_is_alike(op))
		return -EINVAL;
	if (rb_slot_is_disabled(&op->live->rb) ||
	    rb_slot_is_disabled(&op->spare->rb))
		return -EAGAIN;
	if (load_relaxed(&op->spare->rb.nesting))
		return -EBUSY;
	return 0;
}

/* Did this call interrupt a write to the slot by its own thread? */
static bool swap_interrupts_write(struct swap_slot *slot)
{
	return load_relaxed(&slot->rb.nesting) &&
	       load_relaxed(&slot->writer) == sys_tid();
}

/* Fill in op, hold both slots and check them: 0, or an error and not held. */
static int swap_open(struct rb *live, struct rb *spare, unsigned int slot,
		     enum swap_mode mode, uint64_t deadline, struct swap_op *op)
{
	const struct swap_strategy *strategy;
	int err;

	if (slot >= live->attr.slots || slot >= spare->attr.slots ||
	    live == spare)
		return -EINVAL;
	*op = (struct swap_op){
		.live = swap_slot(live, slot),
		.spare = swap_slot(spare, slot),
		.mode = mode,
		.deadline = deadline,
	};
	strategy = op->live->strategy;
	if (strategy != op->spare->strategy)
		return -EINVAL;
	if (!strategy->swap || (mode == SWAP_TRY && !strategy->has_try))
		return -EOPNOTSUPP;
	if (swap_interrupts_write(op->live))
		return -EBUSY;
	err = swap_hold(op);
	if (err)
		return err;
	err = swap_check(op);
	if (err)
		swap_release(op);
	return err;
}

int swap(struct rb *live, struct rb *spare, unsigned int slot,
	 enum swap_mode mode, uint64_t deadline, struct swap_op *op)
{
	int err = swap_open(live, spare, slot, mode, deadline, op);

	if (err)
		return err;
	err = op->live->strategy->swap(op);
	if (err != -EINPROGRESS)
		swap_release(op);
	return err;
}

int swap_settle(struct swap_op *op, uint64_t deadline)
{
	int err = op->live->strategy->settle(op, deadline);

	if (err != -EINPROGRESS)
		swap_release(op);
	return err;
}

/*
 * Slot by slot. What is still in progress at the deadline can only be waited
 * for: the writer's thread is at it.
 */
static void swap_one_by_one(struct rb *live, struct rb *spare,
			    uint64_t deadline, struct swap_op *ops, int *errors)
{
	for (unsigned int i = 0; i < live->attr.slots; i++) {
		errors[i] = swap(live, spare, i, SWAP_WAIT, deadline, &ops[i]);
		while (errors[i] == -EINPROGRESS)
			errors[i] = swap_settle(&ops[i], UINT64_MAX);
	}
}

void swap_every_slot(struct rb *live, struct rb *spare, uint64_t deadline,
		     struct swap_op *ops, int *errors)
{
	const struct swap_strategy *strategy = swap_slot(live, 0)->strategy;
	bool held[RB_SLOTS_MAX];

	if (!strategy->swap_every) {
		swap_one_by_one(live, spare, deadline, ops, errors);
		return;
	}
	for (unsigned int i = 0; i < live->attr.slots; i++) {
		errors[i] =
			swap_open(live, spare, i, SWAP_WAIT, deadline, &ops[i]);
		held[i] = !errors[i];
	}
	strategy->swap_every(ops, live->attr.slots, errors);
	for (unsigned int i = 0; i < live->attr.slots; i++)
		if (held[i])
			swap_release(&ops[i]);
}

struct rb_cpu *swap_prepare(struct swap_op *op)
{
	struct rb_cpu *fresh = rb_slot_active(&op->spare->rb);
	struct rb_cpu *taken = rb_slot_active(&op->live->rb);

	rb_cpu_freshen(fresh);
	store_relaxed(&fresh->owner, &op->live->rb);
	store_relaxed(&taken->owner, &op->spare->rb);
	store_relaxed(&op->spare->rb.active, taken);
	op->exchanged = rb_clock_cycles();
	return fresh;
}

static void writer_leave(struct swap_slot *slot)
{
	struct swap_slot **link = &sys_self()->slots;
	sigset_t mask = sys_signal_mask();

	while (*link != slot)
		link = &(*link)->next;
	if (slot->strategy->writer_exit)
		slot->strategy->writer_exit(slot);
	*link = slot->next;
	/* X1 pairs with X2, and with S6 in ipi_signal.h: its last stores */
	store_release(&slot->writer, 0);
	sys_signal_unmask(&mask);
}

/* A thread that ends without exit leaves every slot that it writes. */
static void thread_leaves(void)
{
	while (sys_self()->slots)
		writer_leave(sys_self()->slots);
}

int swap_writer_enter(struct rb *live, unsigned int index)
{
	struct swap_slot *slot;
	sigset_t mask;
	int err;

	if (index >= live->attr.slots)
		return -EINVAL;
	slot = swap_slot(live, index);
	err = sys_thread_watch(thread_leaves);
	if (err)
		return err;
	err = rb_control_try(&slot->rb);
	if (err)
		return err;
	err = -EBUSY;
	if (load_relaxed(&slot->writer))
		goto out;
	err = slot->strategy->writer_enter ? slot->strategy->writer_enter(slot)
					   : 0;
	if (err)
		goto out;
	mask = sys_signal_mask();
	slot->next = sys_self()->slots;
	sys_self()->slots = slot;
	/* X2 pairs with X1: the writer before this one has left */
	xchg_acq_rel(&slot->writer, sys_tid());
	sys_signal_unmask(&mask);
out:
	rb_control_end(&slot->rb);
	return err;
}

int swap_writer_exit(struct rb *live, unsigned int index)
{
	if (index >= live->attr.slots ||
	    load_relaxed(&swap_slot(live, index)->writer) != sys_tid())
		return -EINVAL;
	writer_leave(swap_slot(live, index));
	return 0;
}
