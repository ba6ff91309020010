/* SPDX-License-Identifier: MIT */
/* ringswap_urcu.c - what libringswap-urcu brings; SWAP_URCU_DEF is its list. */
#include "strategies/ringswap-urcu.h"

#include "strategies/strategy.h"

#define SWAP_STRATEGY_ENTRY(id) \
	extern const struct swap_strategy swap_strategy_##id;
#include SWAP_URCU_DEF
#undef SWAP_STRATEGY_ENTRY

static const struct swap_strategy *const strategies[] = {
#define SWAP_STRATEGY_ENTRY(id) &swap_strategy_##id,
#include SWAP_URCU_DEF
#undef SWAP_STRATEGY_ENTRY
};

int ringswap_urcu_add(void)
{
	for (unsigned int i = 0; i < sizeof(strategies) / sizeof(strategies[0]);
	     i++) {
		int err = swap_add(strategies[i]);

		if (err && err != -EEXIST)
			return err;
	}
	return 0;
}
