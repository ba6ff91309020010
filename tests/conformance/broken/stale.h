/* SPDX-License-Identifier: MIT */
/* broken-stale: chooses the buffer before it announces itself. Breaks C1. */
#include "tests/conformance/broken/base.h"

#define stale_end base_end

SWAP_HOT struct rb_cpu *stale_begin(struct swap_slot *slot,
				    unsigned long *level)
{
	struct rb_cpu *cpu = load_acquire(&slot->rb.active); /* W4, too early */

	base_widen();
	return base_announce(slot, level) ? cpu : NULL;
}

BROKEN_STRATEGY(stale, "broken-stale", "chooses before it announces", base_swap,
		.slot_size = sizeof(struct swap_slot));
