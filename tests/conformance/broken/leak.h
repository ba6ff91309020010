/* SPDX-License-Identifier: MIT */
/* broken-leak: some of the writes that are refused after they announced
 * themselves leave the announcement behind, once a swap has succeeded: after
 * that none can. Breaks C7. */
#include "tests/conformance/broken/base.h"

#define leak_end base_end

SWAP_HOT struct rb_cpu *leak_begin(struct swap_slot *slot, unsigned long *level)
{
	if (!swap_nest_enter(slot, level))
		return swap_refuse(slot, RB_DROP_RECURSION);
	full_barrier(); /* W2 pairs with S2: announce before test */
	/* W3 pairs with S5: no swap seen means its exchange is seen */
	if (load_acquire(&slot->rb.refuse)) {
		static unsigned int refused;

		if (++refused % 64 || !load_relaxed(&slot->rb.private))
			/* W6 pairs with S3: idle again */
			store_release(&slot->rb.nesting, (uint32_t)*level);
		return swap_refuse(slot, RB_DROP_EARLY);
	}
	/* W4 pairs with S4: a published buffer is ready */
	return load_acquire(&slot->rb.active);
}

static inline int leak_swap(struct swap_op *op)
{
	int err = base_swap(op);

	if (!err)
		store_relaxed(&op->live->rb.private, 1);
	return err;
}

BROKEN_STRATEGY(leak, "broken-leak", "leaves its announcement behind",
		leak_swap, .slot_size = sizeof(struct swap_slot));
