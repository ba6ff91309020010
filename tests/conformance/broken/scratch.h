/* SPDX-License-Identifier: MIT */
/* broken-scratch: keeps the level in the slot, where a handler overwrites it,
 * instead of in a register. Breaks C7. */
#include "tests/conformance/broken/base.h"

struct scratch_slot {
	struct swap_slot base;
	_Atomic uint32_t level;
};

static inline struct scratch_slot *scratch_slot(struct swap_slot *slot)
{
	return (struct scratch_slot *)slot;
}

SWAP_HOT struct rb_cpu *scratch_begin(struct swap_slot *slot,
				      unsigned long *level)
{
	store_relaxed(&scratch_slot(slot)->level,
		      load_relaxed(&slot->rb.nesting));
	compiler_barrier(); /* W7 pairs with W8: kept, and then announced */
	return base_begin(slot, level);
}

SWAP_HOT void scratch_end(struct swap_slot *slot, struct rb_cpu *cpu,
			  unsigned long level)
{
	(void)level;
	compiler_barrier(); /* W8 pairs with W7: what is left of it */
	base_end(slot, cpu, load_relaxed(&scratch_slot(slot)->level));
}

BROKEN_STRATEGY(scratch, "broken-scratch", "a handler overwrites its level",
		base_swap, .slot_size = sizeof(struct scratch_slot));
