/* SPDX-License-Identifier: MIT */
/*
 * local.h (explorer) - un-LOCKed read-modify-writes: one point, no fence.
 *
 * On x86 the store half goes through the store buffer like any other store.
 */
#ifndef RINGSWAP_RINGBUF_LOCAL_H
#define RINGSWAP_RINGBUF_LOCAL_H

#include "ringbuf/order.h"

#define RB_LOCAL_SPELLING "explored"

#define local_fetch_add(p, v) xp_rmw(XP_SITE(XP_LOCAL_ADD), (p), 8, (v))
#define local_cmpxchg(p, old, new_value)                                \
	({                                                              \
		uint64_t xp_old_ = (old);                               \
		xp_cmpxchg(XP_SITE(XP_LOCAL_CMPXCHG), (p), 8, &xp_old_, \
			   (new_value));                                \
	})

#endif
