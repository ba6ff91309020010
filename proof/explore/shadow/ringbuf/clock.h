/* SPDX-License-Identifier: MIT */
/* clock.h (explorer) - one logical clock that ticks when it is read. */
#ifndef RINGSWAP_RINGBUF_CLOCK_H
#define RINGSWAP_RINGBUF_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "proof/explore/xp.h"

#define RB_HAVE_CYCLES 1
#define RB_CYCLES_NAME "logical"

static inline uint64_t rb_clock_ns(void)
{
	return xp_clock();
}

static inline uint64_t rb_clock_cycles(void)
{
	return xp_clock();
}

#endif
