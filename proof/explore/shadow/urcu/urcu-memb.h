/* SPDX-License-Identifier: MIT */
/*
 * urcu-memb.h (explorer) - the contract of liburcu's memb flavour.
 *
 * A grace period ends no earlier than every read-side section of a registered
 * thread that was open when it began; memory before it is visible to sections
 * that begin after, and memory of the sections it waited for is visible after
 * it. A thread is registered once at a time, or the library aborts.
 */
#ifndef RINGSWAP_EXPLORE_URCU_MEMB_H
#define RINGSWAP_EXPLORE_URCU_MEMB_H

#include "ringbuf/order.h"
#include "strategies/sys.h"

struct urcu_reader {
	unsigned int registered;
};

extern SYS_THREAD_VARIABLE(struct urcu_reader, urcu_memb_reader);

#define URCU_TLS(name) (*SYS_OF_THREAD(name))

#define urcu_memb_read_lock()	      xp_rcu_read_lock(XP_SITE(XP_RCU_LOCK))
#define urcu_memb_read_unlock()	      xp_rcu_read_unlock(XP_SITE(XP_RCU_UNLOCK))
#define urcu_memb_read_ongoing()      xp_rcu_read_ongoing()
#define urcu_memb_register_thread()   xp_rcu_register()
#define urcu_memb_unregister_thread() xp_rcu_unregister()

/* Its address is taken, and nothing else. */
static inline void urcu_memb_synchronize_rcu(void)
{
	xp_rcu_synchronize(XP_SITE(XP_RCU_SYNC));
}

static const int urcu_memb_has_sys_membarrier = 1;

#endif
