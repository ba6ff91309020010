/* SPDX-License-Identifier: MIT */
/* broken-hasty: closes its section before it has stored the event. Breaks C1. */
#include "tests/conformance/broken/base.h"

SWAP_HOT struct rb_cpu *hasty_begin(struct swap_slot *slot,
				    unsigned long *level)
{
	struct rb_cpu *cpu = base_begin(slot, level);

	if (cpu)
		base_end(slot, cpu, *level); /* W5, too early */
	return cpu;
}

SWAP_HOT void hasty_end(struct swap_slot *slot, struct rb_cpu *cpu,
			unsigned long level)
{
	(void)slot;
	(void)cpu;
	(void)level;
}

BROKEN_STRATEGY(hasty, "broken-hasty", "idle before its event is stored",
		base_swap, .slot_size = sizeof(struct swap_slot));
