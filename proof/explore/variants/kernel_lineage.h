/* SPDX-License-Identifier: MIT */
/*
 * kernel-lineage: the kernel's swap from 2009 to 2026, by switches.
 *
 * Idea: one strategy with the kernel's placement of state: flags and the owner
 * pointer stand in the object that is exchanged, so a writer has to choose the
 * object before it can announce itself in it. Every step that was ever added,
 * removed or proposed is a switch, so that each form in history is a row.
 * Assumptions: one writer thread and its handlers. Tests only; no code of the
 * kernel, but its order of steps.
 * Guarantees: by row; `ringswap verify --variants` computes them.
 * Progress: writer wait-free; the swapper never waits (-EBUSY).
 *
 *	writer                                  swapper
 *	W0  a = slot->active                    S1  a.record_disabled++
 *	W1  a.record_disabled? -> early         S2  b.record_disabled++
 *	W2  a.current_context++                     [swapper fence]
 *	W3  a.committing++                      S3  a busy? -> EBUSY
 *	    [writer fence]                      S4  b busy? -> EBUSY
 *	W4  [a.record_disabled? -> early]       S5  live->active = b
 *	W5  [a.owner != slot? -> owner]         S6  spare->active = a
 *	W6  [crossing: a.committing--]          S7  b.owner = live
 *	W7  [crossing: a.committing++]          S8  a.owner = spare
 *	    ... reserve and store in a ...      S9  a.record_disabled--
 *	W8  [a = slot->active, again]           S10 b.record_disabled--
 *	W9  a.committing--
 *	W10 a.current_context--
 *
 * The steps are kernel.md's W0..W12 and S1..S10; busy is committing, or
 * current_context. Source: Linux kernel/trace/ring_buffer.c: 62f0b3eb5cb5
 * (W5, 2009), f1affcaaa861 (remote swap, 2013), Mladek v1 (W4 and fences) and
 * v2 (same CPU, 2014), 3163f635b20e (2023), f27bdc43077e (current_context,
 * 2026).
 */
#ifndef RINGSWAP_EXPLORE_KERNEL_LINEAGE_H
#define RINGSWAP_EXPLORE_KERNEL_LINEAGE_H

#include "strategies/hooks.h"

enum kernel_lineage_busy {
	BUSY_COMMITTING,
	BUSY_CURRENT_CONTEXT
};

struct kernel_lineage {
	bool retest;	    /* W4 */
	bool writer_fence;  /* between W3 and W4 */
	bool swapper_fence; /* between S2 and S3 */
	bool owner_check;   /* W5 */
	bool dip;	    /* W6, W7: committing falls to 0 at a crossing */
	bool one_lookup;    /* no W8 */
	bool locked; /* increments with a LOCK, which the kernel avoids */
	enum kernel_lineage_busy busy;
};

/* The row under test; set before an exploration. */
extern struct kernel_lineage kernel_lineage_how;

/* What the kernel keeps in its per-CPU object beside owner. */
struct kernel_lineage_object {
	_Atomic uint64_t record_disabled;
	_Atomic uint64_t current_context;
	_Atomic uint64_t committing;
	_Atomic uint64_t warned; /* RB_WARN_ON(!committing) in the commit */
};

struct kernel_lineage_slot {
	struct swap_slot base;
	struct kernel_lineage_object object; /* of the buffer made with it */
	struct rb_cpu *made;
	struct kernel_lineage_slot *peer; /* the other of the pair */
};

SWAP_HOT struct kernel_lineage_object *
kernel_lineage_object(struct swap_slot *slot, const struct rb_cpu *cpu)
{
	struct kernel_lineage_slot *own = (struct kernel_lineage_slot *)slot;

	return cpu == own->made ? &own->object : &own->peer->object;
}

/* Once, before the first write: which buffer belongs to which words. */
static inline void kernel_lineage_pair(struct swap_slot *a, struct swap_slot *b)
{
	struct kernel_lineage_slot *first = (struct kernel_lineage_slot *)a;
	struct kernel_lineage_slot *second = (struct kernel_lineage_slot *)b;

	first->made = rb_slot_active(&a->rb);
	second->made = rb_slot_active(&b->rb);
	first->peer = second;
	second->peer = first;
}

/* Un-LOCKed, as the kernel's local_inc and local_dec on x86, but for a switch;
 * a macro, so that a listing says where it stands. */
#define kernel_lineage_add(p, v)                             \
	(kernel_lineage_how.locked ? fetch_add_acq_rel(p, v) \
				   : local_fetch_add(p, v))

SWAP_HOT void kernel_lineage_leave(struct swap_slot *slot,
				   struct kernel_lineage_object *object,
				   unsigned long level)
{
	kernel_lineage_add(&object->committing, (uint64_t)-1);	    /* W9 */
	kernel_lineage_add(&object->current_context, (uint64_t)-1); /* W10 */
	store_relaxed(&slot->rb.nesting, (uint32_t)level);
}

/* Would one more event of the explorer's size cross into the next page? */
SWAP_HOT bool kernel_lineage_crosses(struct rb_cpu *cpu)
{
	struct rb_page *page = rb_page_of(load_relaxed(&cpu->tail));

	return rb_word_bytes(load_relaxed(&page->write)) + 24 > cpu->capacity;
}

SWAP_HOT struct rb_cpu *kernel_lineage_begin(struct swap_slot *slot,
					     unsigned long *level)
{
	const struct kernel_lineage *how = &kernel_lineage_how;
	struct rb_cpu *cpu = load_acquire(&slot->rb.active); /* W0 */
	struct kernel_lineage_object *object = kernel_lineage_object(slot, cpu);

	if (load_relaxed(&object->record_disabled)) /* W1 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (!swap_nest_enter(slot, level))
		return swap_refuse(slot, RB_DROP_RECURSION);
	kernel_lineage_add(&object->current_context, 1); /* W2 */
	kernel_lineage_add(&object->committing, 1);	 /* W3 */
	if (how->writer_fence)
		full_barrier();
	if (how->retest && load_relaxed(&object->record_disabled)) { /* W4 */
		kernel_lineage_leave(slot, object, *level);
		return swap_refuse(slot, RB_DROP_EARLY);
	}
	if (how->owner_check &&
	    load_relaxed(&cpu->owner) != &slot->rb) { /* W5 */
		kernel_lineage_leave(slot, object, *level);
		return swap_refuse(slot, RB_DROP_OWNER);
	}
	if (how->dip && kernel_lineage_crosses(cpu)) {
		kernel_lineage_add(&object->committing, (uint64_t)-1); /* W6 */
		kernel_lineage_add(&object->committing, 1);	       /* W7 */
	}
	return cpu;
}

SWAP_HOT void kernel_lineage_end(struct swap_slot *slot, struct rb_cpu *cpu,
				 unsigned long level)
{
	struct kernel_lineage_object *object;

	if (!kernel_lineage_how.one_lookup)
		cpu = load_acquire(&slot->rb.active); /* W8 */
	object = kernel_lineage_object(slot, cpu);
	if (!load_relaxed(&object->committing))
		store_relaxed(&object->warned, 1);
	kernel_lineage_leave(slot, object, level);
}

static inline bool kernel_lineage_is_busy(struct kernel_lineage_object *object)
{
	if (kernel_lineage_how.busy == BUSY_COMMITTING)
		return load_acquire(&object->committing); /* S3 S4 */
	return load_acquire(&object->current_context);	  /* S3 S4 */
}

static inline int kernel_lineage_swap(struct swap_op *op)
{
	struct rb_slot *live = &op->live->rb, *spare = &op->spare->rb;
	struct rb_cpu *a = load_relaxed(&live->active);
	struct rb_cpu *b = load_relaxed(&spare->active);
	struct kernel_lineage_object *of_a = kernel_lineage_object(op->live, a);
	struct kernel_lineage_object *of_b = kernel_lineage_object(op->live, b);
	int err = -EBUSY;

	kernel_lineage_add(&of_a->record_disabled, 1); /* S1 */
	kernel_lineage_add(&of_b->record_disabled, 1); /* S2 */
	if (kernel_lineage_how.swapper_fence)
		full_barrier();
	if (!kernel_lineage_is_busy(of_a) &&	 /* S3 */
	    !kernel_lineage_is_busy(of_b)) {	 /* S4 */
		store_release(&live->active, b); /* S5 */
		op->exchanged = rb_clock_cycles();
		store_release(&spare->active, a); /* S6 */
		store_relaxed(&b->owner, live);	  /* S7 */
		store_relaxed(&a->owner, spare);  /* S8 */
		err = 0;
	}
	kernel_lineage_add(&of_a->record_disabled, (uint64_t)-1); /* S9 */
	kernel_lineage_add(&of_b->record_disabled, (uint64_t)-1); /* S10 */
	return err;
}

SWAP_STRATEGY(kernel_lineage) = {
	SWAP_FROM_HOOKS(kernel_lineage),
	.name = "kernel-lineage",
	.summary = "the kernel's swap from 2009 to 2026, by switches",
	.source = "Linux kernel/trace/ring_buffer.c",
	.family = SWAP_CONTROL,
	.sound = false,
	.breaks = SWAP_C1_EXCLUSIVE,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "none",
	.baseline = "unsync",
	.writer_pays = "by row",
	.swapper_pays = "by row",
	.floor = "append",
	.needs = "",
	.drops = "early and owner, while the swap runs",
	.exclusive = SWAP_NEVER,
	.memory = SWAP_TYPE_STABLE,
	.has_try = true,
	.bounded = true,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct kernel_lineage_slot),
	.swap = kernel_lineage_swap,
};

#endif
