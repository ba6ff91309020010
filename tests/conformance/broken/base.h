/* SPDX-License-Identifier: MIT */
/*
 * base.h - a sound strategy in pieces, of which each broken variant replaces
 * one: announce, full barrier, test, as strategies/barrier.h.
 */
#ifndef RINGSWAP_TESTS_CONFORMANCE_BROKEN_BASE_H
#define RINGSWAP_TESTS_CONFORMANCE_BROKEN_BASE_H

#include "strategies/hooks.h"

/* A window of one instruction, widened so that a loaded machine hits it. */
static inline void base_widen(void)
{
	for (volatile int i = 0; i < 200; i++)
		;
}

SWAP_HOT bool base_announce(struct swap_slot *slot, unsigned long *level)
{
	if (!swap_nest_enter(slot, level)) {
		rb_drop(&slot->rb, RB_DROP_RECURSION);
		return false;
	}
	full_barrier(); /* W2 pairs with S2: announce before test */
	/* W3 pairs with S5: no swap seen means its exchange is seen */
	if (!load_acquire(&slot->rb.refuse))
		return true;
	/* W6 pairs with S3: handlers' events before idle */
	store_release(&slot->rb.nesting, (uint32_t)*level);
	rb_drop(&slot->rb, RB_DROP_EARLY);
	return false;
}

SWAP_HOT struct rb_cpu *base_begin(struct swap_slot *slot, unsigned long *level)
{
	if (load_relaxed(&slot->rb.refuse)) /* W0 */
		return swap_refuse(slot, RB_DROP_EARLY);
	if (!base_announce(slot, level))
		return NULL;
	/* W4 pairs with S4: a published buffer is ready */
	return load_acquire(&slot->rb.active);
}

SWAP_HOT void base_end(struct swap_slot *slot, struct rb_cpu *cpu,
		       unsigned long level)
{
	(void)cpu;
	/* W5 pairs with S3: events before idle */
	store_release(&slot->rb.nesting, (uint32_t)level);
}

static inline bool base_is_idle(void *arg)
{
	struct rb_slot *live = arg;

	/* S3 pairs with W5 W6: events before idle */
	return load_acquire(&live->nesting) == 0;
}

static inline void base_forbid(struct swap_op *op)
{
	/* S1 pairs with S5: announced */
	fetch_or_acq_rel(&op->live->rb.refuse, RB_REFUSE_SWAP);
	full_barrier(); /* S2 pairs with W2: announce before test */
}

static inline void base_exchange(struct swap_op *op)
{
	/* S4 pairs with W4: the fresh buffer is ready */
	store_release(&op->live->rb.active, swap_prepare(op));
}

static inline void base_allow(struct swap_op *op)
{
	/* S5 pairs with W3 S1: exchanged before withdrawn */
	fetch_and_acq_rel(&op->live->rb.refuse, ~RB_REFUSE_SWAP);
}

static inline int base_await(struct swap_op *op)
{
	if (op->mode == SWAP_TRY)
		return base_is_idle(&op->live->rb) ? 0 : -EBUSY;
	return sys_await(base_is_idle, &op->live->rb, op->deadline);
}

static inline int base_swap(struct swap_op *op)
{
	int err;

	base_forbid(op);
	err = base_await(op);
	if (!err)
		base_exchange(op);
	base_allow(op);
	return err;
}

/* A descriptor that promises everything. */
#define BROKEN_STRATEGY(id, name_, summary_, swap_, ...)                 \
	SWAP_STRATEGY(id) = { SWAP_FROM_HOOKS(id),                       \
			      .name = (name_),                           \
			      .summary = (summary_),                     \
			      .source = "tests/conformance/broken",      \
			      .family = SWAP_CONTROL,                    \
			      .sound = true,                             \
			      .shape = SWAP_REFUSE_FIRST,                \
			      .mechanism = "full barrier on both sides", \
			      .baseline = "unsync",                      \
			      .writer_pays = "",                         \
			      .swapper_pays = "",                        \
			      .floor = "",                               \
			      .needs = "",                               \
			      .drops = "early, while the swap runs",     \
			      .exclusive = SWAP_AT_RETURN,               \
			      .memory = SWAP_MAY_BE_FREED,               \
			      .has_try = true,                           \
			      .bounded = true,                           \
			      .write_from_handler = true,                \
			      .swap_from_handler = true,                 \
			      .swap = (swap_),                           \
			      __VA_ARGS__ }

#endif
