/* SPDX-License-Identifier: MIT */
/*
 * tsan.h - what ThreadSanitizer cannot see: order that a library lends.
 *
 * tsan_release(p) in one thread and tsan_acquire(p) in another say that what
 * came before the one happened before what comes after the other, where a
 * library that is not instrumented, or membarrier(2), makes it so. They are
 * nothing in any other build: no instruction, no order. Each use names the
 * promise of the library that it repeats.
 *
 * Source: sanitizer/tsan_interface.h.
 */
#ifndef RINGSWAP_STRATEGIES_TSAN_H
#define RINGSWAP_STRATEGIES_TSAN_H

#include "ringbuf/order.h"

#ifdef RB_HAVE_TSAN
#include <sanitizer/tsan_interface.h>

#define tsan_release(p) __tsan_release((void *)(p))
#define tsan_acquire(p) __tsan_acquire((void *)(p))
#else
#define tsan_release(p) ((void)(p))
#define tsan_acquire(p) ((void)(p))
#endif

#endif
