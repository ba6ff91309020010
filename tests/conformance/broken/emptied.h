/* SPDX-License-Identifier: MIT */
/* broken-emptied: copies what it has emptied just before. Breaks C2. */
#include "tests/conformance/broken/base.h"

SWAP_HOT struct rb_cpu *emptied_begin(struct swap_slot *slot,
				      unsigned long *level)
{
	return base_begin(slot, level);
}

SWAP_HOT void emptied_end(struct swap_slot *slot, struct rb_cpu *cpu,
			  unsigned long level)
{
	base_end(slot, cpu, level);
}

static inline int emptied_swap(struct swap_op *op)
{
	int err;

	base_forbid(op);
	err = base_await(op);
	if (!err) {
		rb_cpu_empty(rb_slot_active(&op->live->rb));
		swap_copy(op);
	}
	base_allow(op);
	return err;
}

BROKEN_STRATEGY(emptied, "broken-emptied", "empties before it copies",
		emptied_swap, .copies = true,
		.slot_size = sizeof(struct swap_slot));
