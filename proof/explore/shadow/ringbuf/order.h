/* SPDX-License-Identifier: MIT */
/*
 * order.h (explorer) - ringbuf/order.h with every operation a scheduling point.
 *
 * Same names, same meaning; what each does is in proof/explore/operations.c. A
 * store of data is a store like others: a payload word is a point.
 */
#ifndef RINGSWAP_RINGBUF_ORDER_H
#define RINGSWAP_RINGBUF_ORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proof/explore/xp.h"

#define RB_FULL_BARRIER "explored"

/* The type of *p without _Atomic and qualifiers. */
#define XP_VALUE(p) __typeof__((void)0, *(p))

/* Pointers in the section: they lie close, whatever the compiler aligns. */
#define XP_SITE(kind) XP_SITE_OF(kind, "")
#define XP_SITE_OF(kind, operand)                                    \
	({                                                           \
		static struct xp_site xp_site_ = {                   \
			.file = __FILE__,                            \
			.unit = __BASE_FILE__,                       \
			.func = __func__,                            \
			.what = operand,                             \
			.line = __LINE__,                            \
			.op = (kind),                                \
			.label = "",                                 \
		};                                                   \
		static struct xp_site *const xp_site_at_             \
			__attribute__((section("xp_sites"), used)) = \
				&xp_site_;                           \
		(void)xp_site_at_;                                   \
		&xp_site_;                                           \
	})

#define XP_LOAD(kind, p) \
	((XP_VALUE(p))xp_load(XP_SITE_OF(kind, #p), (p), sizeof(*(p))))
#define XP_STORE(kind, p, v)                              \
	xp_store(XP_SITE_OF(kind, #p), (p), sizeof(*(p)), \
		 (uint64_t)(XP_VALUE(p))(v))
#define XP_RMW(kind, p, v)                                             \
	({                                                             \
		uint64_t xp_old_ = xp_rmw(XP_SITE_OF(kind, #p), (p),   \
					  sizeof(*(p)),                \
					  (uint64_t)(XP_VALUE(p))(v)); \
		(XP_VALUE(p)) xp_old_;                                 \
	})

#define load_relaxed(p)	    XP_LOAD(XP_LOAD_RELAXED, p)
#define load_acquire(p)	    XP_LOAD(XP_LOAD_ACQUIRE, p)
#define load_data(p)	    XP_LOAD(XP_LOAD_DATA, p)
#define store_relaxed(p, v) XP_STORE(XP_STORE_RELAXED, p, v)
#define store_release(p, v) XP_STORE(XP_STORE_RELEASE, p, v)
#define store_data(p, v)    XP_STORE(XP_STORE_DATA, p, v)

#define copy_data(to, from, words) \
	xp_copy(XP_SITE(XP_COPY_DATA), to, from, words)

/* No points: where nothing races, another order of them changes nothing. */
#define load_plain(p)                                                   \
	((XP_VALUE(p))xp_load_plain(XP_SITE_OF(XP_LOAD_PLAIN, #p), (p), \
				    sizeof(*(p))))
#define store_plain(p, v)                                                 \
	xp_store_plain(XP_SITE_OF(XP_STORE_PLAIN, #p), (p), sizeof(*(p)), \
		       (uint64_t)(XP_VALUE(p))(v))

#define xchg_acq_rel(p, v)	XP_RMW(XP_XCHG, p, v)
#define fetch_add_acq_rel(p, v) XP_RMW(XP_ADD, p, v)
#define fetch_or_acq_rel(p, v)	XP_RMW(XP_OR, p, v)
#define fetch_and_acq_rel(p, v) XP_RMW(XP_AND, p, v)
#define cmpxchg_acq_rel(p, o, v)                                            \
	({                                                                  \
		XP_VALUE(o) *xp_o_ = (o);                                   \
		uint64_t xp_old_ = (uint64_t)*xp_o_;                        \
		bool xp_done_ = xp_cmpxchg(XP_SITE_OF(XP_CMPXCHG, #p), (p), \
					   sizeof(*(p)), &xp_old_,          \
					   (uint64_t)(XP_VALUE(p))(v));     \
		*xp_o_ = (XP_VALUE(o))xp_old_;                              \
		xp_done_;                                                   \
	})

#define compiler_barrier() xp_compiler_barrier(XP_SITE(XP_COMPILER_BARRIER))
#define full_barrier()	   xp_full_barrier(XP_SITE(XP_FULL_BARRIER))

#endif
