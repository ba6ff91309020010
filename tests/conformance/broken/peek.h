/* SPDX-License-Identifier: MIT */
/*
 * broken-peek: looks at the header of the buffer before it announces itself,
 * and yet says that snapshots may be freed. Breaks C1's memory half.
 */
#include "tests/conformance/broken/base.h"

#define peek_end base_end

SWAP_HOT struct rb_cpu *peek_begin(struct swap_slot *slot, unsigned long *level)
{
	struct rb_cpu *cpu = load_acquire(&slot->rb.active);

	base_widen();
	if (load_relaxed(&cpu->owner) != &slot->rb)
		return swap_refuse(slot, RB_DROP_OWNER);
	return base_begin(slot, level);
}

BROKEN_STRATEGY(peek, "broken-peek", "reads a header that may be gone",
		base_swap, .slot_size = sizeof(struct swap_slot));
