/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the clocks that stamp events and measure loops.
 *
 * rb_clock_cycles() is the CPU's constant-rate counter (TSC on x86-64, CNTVCT
 * on aarch64), unordered: it may be read a few instructions early or late.
 * rb_clock_ns() is CLOCK_MONOTONIC. Both never go backwards on one CPU, may be
 * called from signal handlers, and cannot fail. Where no counter is readable
 * from user space, RB_HAVE_CYCLES is 0 and rb_clock_cycles() is rb_clock_ns().
 * Sources: Intel SDM vol. 3 section 18.17; Arm ARM D12; clock_gettime(2).
 */
#ifndef RINGSWAP_RINGBUF_CLOCK_H
#define RINGSWAP_RINGBUF_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t rb_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) +
	       (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
#define RB_HAVE_CYCLES 1
#define RB_CYCLES_NAME "tsc"
static inline uint64_t rb_clock_cycles(void)
{
	return __builtin_ia32_rdtsc();
}
#elif defined(__aarch64__)
#define RB_HAVE_CYCLES 1
#define RB_CYCLES_NAME "cntvct"
static inline uint64_t rb_clock_cycles(void)
{
	uint64_t now;

	__asm__ __volatile__("mrs %0, cntvct_el0" : "=r"(now));
	return now;
}
#else
#define RB_HAVE_CYCLES 0
#define RB_CYCLES_NAME "clock_gettime"
static inline uint64_t rb_clock_cycles(void)
{
	return rb_clock_ns();
}
#endif

#endif
