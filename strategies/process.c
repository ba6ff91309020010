/* SPDX-License-Identifier: MIT */
/*
 * process.c - what ring buffers owe the process that they are in: to be known,
 * so that a fork can be told to each, and to be gone when they are destroyed.
 *
 * A child has the memory of its parent and one of its threads. Whatever the
 * others were at stays undone: a write, a swap, a lock. So a ring buffer stays
 * the parent's; in the child its writes are refused and its calls are answered
 * by -ECHILD, and what the child itself makes is as good as anybody's.
 *
 * The list is guarded while the process forks. A child that saw half an entry
 * could not walk it: its memory is no cut in time of what other threads do. A
 * handler may fork: it never interrupts a thread that is at the list.
 */
#include "strategies/swap_private.h"

/* Slot 0 of each ring buffer; under the guard. */
static struct swap_slot *list;

static void refuse_all_slots(struct rb *rb)
{
	for (unsigned int i = 0; i < rb->attr.slots; i++)
		/* F1 pairs with F1: in this process there is no other thread */
		fetch_or_acq_rel(&rb_slot(rb, i)->refuse, RB_REFUSE_FORKED);
}

/* How many slots of the strategy are written, or being swapped. */
static unsigned int in_use(const struct rb *rb,
			   const struct swap_strategy *strategy)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < rb->attr.slots; i++) {
		struct swap_slot *slot = swap_slot(rb, i);

		n += slot->strategy == strategy && load_relaxed(&slot->writer);
		n += slot->strategy == strategy && load_relaxed(&slot->op);
	}
	return n;
}

/* Was the forking thread alone in using the strategy, and not in a swap? */
static bool was_alone(const struct swap_strategy *strategy)
{
	unsigned int others = 0;
	struct swap_slot *slot;

	for (slot = list; slot; slot = slot->listed_next)
		others += in_use(slot->rb.rb, strategy);
	for (slot = sys_self()->slots; slot; slot = slot->next)
		others -= slot->strategy == strategy;
	return !others;
}

/* In the child, under the guard. The forking thread writes to no slot there. */
static void in_child(void)
{
	const struct swap_strategy *s;

	swap_setup_forked();
	for (struct swap_slot *slot = list; slot; slot = slot->listed_next)
		refuse_all_slots(slot->rb.rb);
	swap_for_each_strategy (s)
		if (s->forked)
			s->forked(was_alone(s));
	list = NULL;
	sys_self()->slots = NULL;
}

int swap_process_ready(void)
{
	int err = sys_thread_watch(NULL);

	return err ? err : sys_fork_guard(in_child);
}

void swap_list(struct swap_slot *slot)
{
	sigset_t mask = sys_guard_take();

	slot->listed_next = list;
	slot->listed_link = &list;
	if (list)
		list->listed_link = &slot->listed_next;
	list = slot;
	sys_guard_give(&mask);
}

void swap_unlist(struct swap_slot *slot)
{
	sigset_t mask;

	if (!slot->listed_link)
		return;
	mask = sys_guard_take();
	*slot->listed_link = slot->listed_next;
	if (slot->listed_next)
		slot->listed_next->listed_link = slot->listed_link;
	sys_guard_give(&mask);
}
