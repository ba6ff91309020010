/* SPDX-License-Identifier: MIT */
/* broken-nowait: exchanges while a write is open. Breaks C1. */
#include "tests/conformance/broken/base.h"

#define nowait_begin base_begin
#define nowait_end   base_end

static inline int nowait_swap(struct swap_op *op)
{
	base_forbid(op);
	base_exchange(op);
	base_allow(op);
	return 0;
}

BROKEN_STRATEGY(nowait, "broken-nowait", "does not wait for an open write",
		nowait_swap, .slot_size = sizeof(struct swap_slot));
