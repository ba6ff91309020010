/* SPDX-License-Identifier: MIT */
/* broken-uncounted: refuses without counting, as the kernel. Breaks C2. */
#include "tests/conformance/broken/base.h"

#define uncounted_end base_end

SWAP_HOT struct rb_cpu *uncounted_begin(struct swap_slot *slot,
					unsigned long *level)
{
	if (load_relaxed(&slot->rb.refuse))
		return NULL;
	return base_begin(slot, level);
}

BROKEN_STRATEGY(uncounted, "broken-uncounted", "refuses without counting",
		base_swap, .slot_size = sizeof(struct swap_slot));
