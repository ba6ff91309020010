/* SPDX-License-Identifier: MIT */
/*
 * local.h - read-modify-write against the own thread's signal handlers only.
 *
 * One instruction, so that a handler sees it done or not begun, but without
 * the bus lock that other CPUs would need: the kernel's local_t, which C11
 * cannot say. On x86-64 that is xadd and cmpxchg without the lock prefix
 * (measured 2.7 ns against 9.9 ns); elsewhere a relaxed C11 atomic, which is
 * correct and costs what it costs.
 *
 * The words belong to one thread and its handlers; other threads may load
 * them. These operations order nothing with other CPUs; the "memory" clobber
 * keeps the compiler from moving accesses across them.
 *
 *	local_fetch_add(p, v)      -> old value; p points to _Atomic uint64_t
 *	local_cmpxchg(p, old, new) -> bool; p to _Atomic uint64_t
 *
 * Source: Linux Documentation/core-api/local_ops.rst.
 */
#ifndef RINGSWAP_RINGBUF_LOCAL_H
#define RINGSWAP_RINGBUF_LOCAL_H

#include "ringbuf/order.h"

#if defined(__x86_64__) && !defined(RB_HAVE_TSAN)
#define RB_LOCAL_SPELLING "xadd, cmpxchg without lock"

static inline uint64_t local_fetch_add(_Atomic uint64_t *p, uint64_t v)
{
	__asm__ __volatile__("xaddq %0, %1"
			     : "+r"(v), "+m"(*p)
			     :
			     : "memory", "cc");
	return v;
}

static inline bool local_cmpxchg(_Atomic uint64_t *p, uint64_t old,
				 uint64_t new_value)
{
	bool done;

	__asm__ __volatile__("cmpxchgq %3, %1"
			     : "=@ccz"(done), "+m"(*p), "+a"(old)
			     : "r"(new_value)
			     : "memory");
	return done;
}
#else
#define RB_LOCAL_SPELLING "relaxed atomics"

static inline uint64_t local_fetch_add(_Atomic uint64_t *p, uint64_t v)
{
	return atomic_fetch_add_explicit(p, v, memory_order_relaxed);
}

static inline bool local_cmpxchg(_Atomic uint64_t *p, uint64_t old,
				 uint64_t new_value)
{
	return atomic_compare_exchange_strong_explicit(
		p, &old, new_value, memory_order_relaxed, memory_order_relaxed);
}
#endif

#endif
