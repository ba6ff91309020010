/* SPDX-License-Identifier: MIT */
/* broken-no-grace: rcu, whose grace periods wait for nobody. Breaks C1. */
#define _LGPL_SOURCE
#define CONFIG_RCU_FORCE_SYS_MEMBARRIER 1
#include <urcu/urcu-memb.h>

#include "tests/conformance/broken/uncalled.h"
#define rcu_grace no_grace_periods
#include "strategies/rcu.h"
#undef rcu_grace
#include "tests/conformance/broken/uncalled.h"

#define no_grace_begin rcu_begin
#define no_grace_end   rcu_end

static inline void no_grace_synchronize(void)
{
}

SWAP_STATE(struct grace, no_grace_periods, GRACE_INIT(no_grace_synchronize));

UNCALLED_STRATEGY(no_grace, "broken-no-grace", "rcu without its grace period",
		  .shape = SWAP_EXCHANGE_FIRST, .drops = "none",
		  .bounded = true, .strays = SWAP_STRAYS_REFUSED,
		  .slot_size = sizeof(struct rcu_slot), .swap = rcu_swap,
		  .swap_every = rcu_swap_every, .settle = rcu_settle,
		  .slot_init = rcu_slot_init, .slot_fini = rcu_slot_fini,
		  .writer_enter = rcu_writer_enter,
		  .writer_exit = rcu_writer_exit,
		  .writer_abandon = rcu_writer_abandon);
