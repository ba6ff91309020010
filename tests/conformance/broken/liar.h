/* SPDX-License-Identifier: MIT */
/* broken-liar: says -EBUSY now and then after it has exchanged. Breaks C4. */
#include "tests/conformance/broken/base.h"

#define liar_begin base_begin
#define liar_end   base_end

static inline int liar_swap(struct swap_op *op)
{
	static unsigned int swaps;
	int err = base_swap(op);

	return !err && ++swaps % 16 == 0 ? -EBUSY : err;
}

BROKEN_STRATEGY(liar, "broken-liar", "exchanges and says busy", liar_swap,
		.slot_size = sizeof(struct swap_slot));
