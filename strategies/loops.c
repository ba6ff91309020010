/* SPDX-License-Identifier: MIT */
/* loops.c - the measured loops of every strategy, by strategy and cell. */
#include "strategies/write_loops.h"

const uint32_t swap_payloads[SWAP_PAYLOADS] = {
	0, 8, 16, 64, 256, 1024, SWAP_PAYLOAD_VARIABLE,
};

/* Weak: a strategy that is never measured has none. */
#define SWAP_STRATEGY_ENTRY(id)                               \
	extern const struct swap_strategy swap_strategy_##id; \
	extern const struct swap_loops swap_loops_of_##id __attribute__((weak));
#include "strategies/every.def"
#undef SWAP_STRATEGY_ENTRY

static const struct {
	const struct swap_strategy *strategy;
	const struct swap_loops *loops;
} table[] = {
#define SWAP_STRATEGY_ENTRY(id) { &swap_strategy_##id, &swap_loops_of_##id },
#include "strategies/every.def"
#undef SWAP_STRATEGY_ENTRY
};

static const struct swap_loops *loops_of(const struct swap_strategy *strategy)
{
	for (unsigned int i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].strategy == strategy)
			return table[i].loops;
	return NULL;
}

swap_loop_fn swap_loop_find(const struct swap_strategy *strategy,
			    enum swap_loop_kind kind, uint32_t payload,
			    enum rb_stamp stamp, enum rb_mode mode)
{
	const struct swap_loops *loops = loops_of(strategy);

	for (unsigned int i = 0; loops && i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == payload)
			return loops->loop[kind][mode][i][stamp];
	return NULL;
}
