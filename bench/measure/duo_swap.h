/* SPDX-License-Identifier: MIT */
/*
 * duo_swap.h - one swap: its attempts, its times, its outcome.
 *
 *	struct bench_attempt attempt = { 0 };
 *
 *	err = bench_duo_swap_now(duo, slot, &duo->ops[slot], &attempt);
 *	bench_duo_note(duo, err, &attempt);
 *	if (!err)
 *		bench_duo_take(duo, slot);
 *
 * For duo_swapper.c, duo_sample.c, and scenarios whose swaps are others. The
 * swapper's thread alone.
 */
#ifndef BENCH_MEASURE_DUO_SWAP_H
#define BENCH_MEASURE_DUO_SWAP_H

#include "bench/measure/duo.h"

/* A swap that waits gives up after so long. */
#define BENCH_SWAP_DEADLINE_NS UINT64_C(1000000000)

struct bench_attempt {
	uint64_t start;
	uint64_t safe;
	uint64_t safe_ns; /* only if events are stamped so */
	unsigned int tries;
	bool settled;
};

/**
 * bench_duo_swap_now() - swap a slot of the cell's target, and wait for it
 *
 * 0 or what swap() and swap_settle() ended with. Records nothing.
 */
int bench_duo_swap_now(struct bench_duo *duo, unsigned int slot,
		       struct swap_op *op, struct bench_attempt *attempt);

/** bench_duo_swap_one() - the next slot's planned swap, recorded, and recycled
 * @intended: when it was planned to begin, in cycles; 0: now
 */
void bench_duo_swap_one(struct bench_duo *duo, double intended);

/** bench_duo_note() - count how a swap ended */
void bench_duo_note(struct bench_duo *duo, int err,
		    const struct bench_attempt *attempt);

/** bench_duo_record() - a time in cycles; below 0 it counts as 0 */
void bench_duo_record(struct bench_duo *duo, struct bench_hist *h,
		      double cycles);

/** bench_duo_record_staleness() - how old the newest event of a snapshot was
 * @newest: its time stamp; 0: there was none
 */
void bench_duo_record_staleness(struct bench_duo *duo, uint64_t newest,
				const struct bench_attempt *attempt);

/** bench_duo_take() - enter a slot's snapshot, unread, and make it a spare */
void bench_duo_take(struct bench_duo *duo, unsigned int slot);

/** bench_duo_put_swaps() - the part "swap"; every role has ended */
void bench_duo_put_swaps(struct bench_duo *duo);

#endif
