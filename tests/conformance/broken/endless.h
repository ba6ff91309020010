/* SPDX-License-Identifier: MIT */
/* broken-endless: waits for an open write past its deadline. Breaks C6. */
#include "tests/conformance/broken/base.h"

#define endless_begin base_begin
#define endless_end   base_end

static inline int endless_swap(struct swap_op *op)
{
	int err;

	base_forbid(op);
	do
		err = base_await(op);
	while (err == -ETIMEDOUT);
	if (!err)
		base_exchange(op);
	base_allow(op);
	return err;
}

BROKEN_STRATEGY(endless, "broken-endless", "waits past its deadline",
		endless_swap, .slot_size = sizeof(struct swap_slot));
