/* SPDX-License-Identifier: MIT */
/*
 * grace.h (explorer) - a grace period that is asked for and waited for.
 *
 * Names and meaning as strategies/grace.h. Its thread is not modelled: what it
 * runs may begin no earlier than it is asked to, and ends some time later.
 */
#ifndef RINGSWAP_STRATEGIES_GRACE_H
#define RINGSWAP_STRATEGIES_GRACE_H

#include "strategies/sys.h"

struct grace {
	void (*synchronize)(void);
};

#define GRACE_INIT(wait)               \
	{                              \
		.synchronize = (wait), \
	}

static inline int grace_use(struct grace *grace)
{
	(void)grace;
	return 0;
}

static inline void grace_unuse(struct grace *grace)
{
	(void)grace;
}

static inline int grace_ready(struct grace *grace)
{
	(void)grace;
	return 0;
}

#define grace_ask(grace) ((void)(grace), xp_grace_ask(XP_SITE(XP_RCU_SYNC)))
#define grace_wait(grace, ticket, deadline) \
	((void)(grace), xp_grace_wait(XP_SITE(XP_AWAIT), (ticket), (deadline)))
#define grace_run(grace) \
	((void)(grace), xp_rcu_synchronize(XP_SITE(XP_RCU_SYNC)))

#endif
