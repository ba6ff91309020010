/* SPDX-License-Identifier: MIT */
/* registry.c - the strategies of strategies.def, by index and by name. */
#include <string.h>

#include "strategies/strategy.h"
#include "strategies/write_loops.h"

const uint32_t swap_payloads[SWAP_PAYLOADS] = {
	0, 8, 16, 64, 256, 1024, SWAP_PAYLOAD_VARIABLE,
};

#define SWAP_STRATEGY_ENTRY(id) \
	extern const struct swap_strategy swap_strategy_##id;
#include "strategies/strategies.def"
#ifdef SWAP_EXTRA_DEF
#include SWAP_EXTRA_DEF
#endif
#undef SWAP_STRATEGY_ENTRY

static const struct swap_strategy *const strategies[] = {
#define SWAP_STRATEGY_ENTRY(id) &swap_strategy_##id,
#include "strategies/strategies.def"
#ifdef SWAP_EXTRA_DEF
#include SWAP_EXTRA_DEF
#endif
#undef SWAP_STRATEGY_ENTRY
};

const struct swap_strategy *swap_at(unsigned int index)
{
	if (index >= sizeof(strategies) / sizeof(strategies[0]))
		return NULL;
	return strategies[index];
}

const struct swap_strategy *swap_find(const char *name)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

void swap_setup(void)
{
	const struct swap_strategy *s;

	/* A setup that fails is told by the probe, with its reason. */
	swap_for_each_strategy (s)
		if (s->setup)
			s->setup();
}

int swap_probe(const struct swap_strategy *strategy, char *why, size_t size)
{
	if (size)
		why[0] = '\0';
	return strategy->probe ? strategy->probe(why, size) : 0;
}

const char *swap_family_name(enum swap_family family)
{
	static const char *const names[] = {
		[SWAP_BARRIER] = "barrier", [SWAP_SAME_CPU] = "same-cpu",
		[SWAP_LOCK] = "lock",	    [SWAP_RCU] = "rcu",
		[SWAP_OTHER] = "other",	    [SWAP_CONTROL] = "control",
	};

	return names[family];
}

swap_loop_fn swap_loop_find(const struct swap_strategy *strategy,
			    enum swap_loop_kind kind, uint32_t payload,
			    enum rb_stamp stamp, enum rb_mode mode)
{
	for (unsigned int i = 0; i < SWAP_PAYLOADS; i++)
		if (swap_payloads[i] == payload)
			return strategy->loops->loop[kind][mode][i][stamp];
	return NULL;
}
