/* SPDX-License-Identifier: MIT */
/*
 * stalling_swap.h - membarrier, a few swaps of which hang for STALL_NS: one in
 * STALL_EVERY, those of the warm-up included.
 */
#ifndef RINGSWAP_TESTS_VALIDITY_STALLING_SWAP_H
#define RINGSWAP_TESTS_VALIDITY_STALLING_SWAP_H

#include "strategies/write_loops.h"
#include "tests/validity/stall.h"

static int stalling_swap(struct swap_op *op);

#include "twins/membarrier_stalling.h"

static int stalling_swap(struct swap_op *op)
{
	static unsigned int swaps;
	int err = membarrier_stalling_swap(op);
	uint64_t end = sys_now() + STALL_NS;

	while (swaps % STALL_EVERY == STALL_EVERY - 1 && sys_now() < end)
		;
	swaps++;
	return err;
}

#endif
