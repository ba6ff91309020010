/* SPDX-License-Identifier: MIT */
/*
 * urcu-memb.h (explorer) - the contract of liburcu's memb flavour.
 *
 * A grace period ends no earlier than every read-side section that was open
 * when it began; memory before it is visible to sections that begin after, and
 * memory of the sections it waited for is visible after it.
 */
#ifndef RINGSWAP_EXPLORE_URCU_MEMB_H
#define RINGSWAP_EXPLORE_URCU_MEMB_H

#include "ringbuf/order.h"

#define urcu_memb_read_lock()	      xp_rcu_read_lock(XP_SITE(XP_RCU_LOCK))
#define urcu_memb_read_unlock()	      xp_rcu_read_unlock(XP_SITE(XP_RCU_UNLOCK))
#define urcu_memb_synchronize_rcu()   xp_rcu_synchronize(XP_SITE(XP_RCU_SYNC))
#define urcu_memb_register_thread()   ((void)0)
#define urcu_memb_unregister_thread() ((void)0)

static const int urcu_memb_has_sys_membarrier = 1;

#endif
