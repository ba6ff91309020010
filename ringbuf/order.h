/* SPDX-License-Identifier: MIT */
/*
 * order.h - every access to shared memory, named by its order.
 *
 * Core and strategies touch memory that another context may touch only through
 * these operations, so that order is visible where it stands and can be
 * grepped, checked and replaced: the explorer builds the same sources with a
 * header of this name of its own, in which each operation is a scheduling
 * point.
 *
 * Every acquire, release, read-modify-write and barrier carries a label and
 * names its partner in a comment: "W2 pairs with S1: text". The check
 * tools/checks/pairing holds that at 100 %. Relaxed, data and plain accesses
 * need no label: they order nothing.
 *
 *	load_relaxed(p)           store_relaxed(p, v)
 *	load_acquire(p)           store_release(p, v)
 *	load_data(p)              store_data(p, v)     event header and payload
 *	copy_data(to, from, n)    n words of data, those of a page's header too
 *	load_plain(p)             store_plain(p, v)    a field that a word guards
 *	xchg_acq_rel(p, v)        -> old value
 *	cmpxchg_acq_rel(p, o, v)  -> bool; *o is updated when it fails
 *	fetch_add_acq_rel(p, v)   fetch_or_acq_rel(p, v)  fetch_and_acq_rel(p, v)
 *	compiler_barrier()        orders what this CPU's own handlers see
 *	full_barrier()            orders stores before it with loads after it
 *
 * Nothing here is seq_cst by omission. Sources: C11 7.17; the kernel's
 * Documentation/memory-barriers.txt; Intel SDM vol. 3 section 9.2.
 */
#ifndef RINGSWAP_RINGBUF_ORDER_H
#define RINGSWAP_RINGBUF_ORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define load_relaxed(p) atomic_load_explicit((p), memory_order_relaxed)
#define load_acquire(p) atomic_load_explicit((p), memory_order_acquire)
#define store_relaxed(p, v) \
	atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_release(p, v) \
	atomic_store_explicit((p), (v), memory_order_release)

#define xchg_acq_rel(p, v) \
	atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define cmpxchg_acq_rel(p, o, v)                 \
	atomic_compare_exchange_strong_explicit( \
		(p), (o), (v), memory_order_acq_rel, memory_order_acquire)
#define fetch_add_acq_rel(p, v) \
	atomic_fetch_add_explicit((p), (v), memory_order_acq_rel)
#define fetch_or_acq_rel(p, v) \
	atomic_fetch_or_explicit((p), (v), memory_order_acq_rel)
#define fetch_and_acq_rel(p, v) \
	atomic_fetch_and_explicit((p), (v), memory_order_acq_rel)

/*
 * Event bytes: written by one context, read by others only after a release
 * and acquire on some other word. Plain accesses, so that the compiler may
 * combine and vectorise them.
 */
#define load_data(p)	 (*(p))
#define store_data(p, v) ((void)(*(p) = (v)))

/* One operation in the explorer, which loads and stores word by word. */
static inline void copy_data(uint64_t *to, const uint64_t *from, size_t words)
{
	memcpy(to, from, words * sizeof(*to));
}

/*
 * Fields that belong to whoever holds some word (control, a posted request):
 * plain accesses too, which the word's acquires and releases must order. In
 * the explorer they are no scheduling points, but a race between two is found.
 */
#define load_plain(p)	  (*(p))
#define store_plain(p, v) ((void)(*(p) = (v)))

#define compiler_barrier() atomic_signal_fence(memory_order_seq_cst)

/*
 * The full barrier is spelled here because compilers disagree by a factor of
 * two on atomic_thread_fence(seq_cst): gcc 12 emits a locked instruction,
 * clang 14 mfence. The spelling is stored in every result.
 */
#if defined(__SANITIZE_THREAD__)
#define RB_HAVE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RB_HAVE_TSAN 1
#endif
#endif

#ifdef RB_HAVE_TSAN
/* ThreadSanitizer does not model fences: a seq_cst RMW of one word does. */
#define RB_FULL_BARRIER "seq_cst fetch_add (ThreadSanitizer)"
extern _Atomic unsigned int rb_tsan_fence_word;
static inline void full_barrier(void)
{
	atomic_fetch_add_explicit(&rb_tsan_fence_word, 0, memory_order_seq_cst);
}
#elif defined(__x86_64__)
#define RB_FULL_BARRIER "lock addl $0, -8(%rsp)"
static inline void full_barrier(void)
{
	__asm__ __volatile__("lock addl $0, -8(%%rsp)" ::: "memory", "cc");
}
#elif defined(__aarch64__)
#define RB_FULL_BARRIER "dmb ish"
static inline void full_barrier(void)
{
	__asm__ __volatile__("dmb ish" ::: "memory");
}
#else
#define RB_FULL_BARRIER "atomic_thread_fence(seq_cst)"
static inline void full_barrier(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}
#endif

#endif
