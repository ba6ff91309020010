/* SPDX-License-Identifier: MIT */
/*
 * slower_swap.h - membarrier, every swap of which takes a tenth longer.
 *
 * The twin that follows names slower_swap() its swap. The delay is a tenth of
 * what that very swap took, spun away after it.
 */
#ifndef RINGSWAP_TESTS_VALIDITY_SLOWER_SWAP_H
#define RINGSWAP_TESTS_VALIDITY_SLOWER_SWAP_H

#include "ringbuf/clock.h"
#include "strategies/write_loops.h"

static int slower_swap(struct swap_op *op);

#include "twins/membarrier_slower.h"

static int slower_swap(struct swap_op *op)
{
	uint64_t start = rb_clock_cycles(), end;
	int err = membarrier_slower_swap(op);

	end = rb_clock_cycles();
	end += (end - start) / 10;
	while (rb_clock_cycles() < end)
		;
	return err;
}

#endif
