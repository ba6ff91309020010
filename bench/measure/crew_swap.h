/* SPDX-License-Identifier: MIT */
/*
 * crew_swap.h - one swap: its attempts, its times, its outcome.
 *
 *	struct bench_attempt attempt = { 0 };
 *
 *	err = bench_crew_swap_now(crew, slot, &attempt);
 *	bench_crew_note(crew, err, &attempt);
 *	if (!err)
 *		bench_crew_take(crew, slot);
 *
 * For crew_swapper.c, crew_sample.c, and scenarios whose swaps are others. The
 * swapper's thread alone.
 */
#ifndef BENCH_MEASURE_CREW_SWAP_H
#define BENCH_MEASURE_CREW_SWAP_H

#include "bench/measure/crew.h"

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
 * bench_crew_swap_now() - swap a slot of the cell's target, and wait for it
 *
 * 0 or what swap() and swap_settle() ended with. -EINPROGRESS: its spare is
 * the strategy's until a later call has settled it, which the next one for that
 * slot does first: with the same answer where that is still in progress, and no
 * try counted. Records nothing.
 */
int bench_crew_swap_now(struct bench_crew *crew, unsigned int slot,
			struct bench_attempt *attempt);

/** bench_crew_settle() - end a slot's swap that is in progress, if there is one
 *
 * Then its snapshot is in the books, unread, its spare is one again, and its
 * times are recorded where they were wanted. 0 or -EINPROGRESS.
 */
int bench_crew_settle(struct bench_crew *crew, unsigned int slot,
		      uint64_t deadline);

/** bench_crew_settle_all() - those of all slots, writers having left
 *
 * false: one does not end.
 */
bool bench_crew_settle_all(struct bench_crew *crew);

/** bench_crew_swap_one() - the next slot's planned swap, recorded, and recycled
 * @planned: when it is to begin, in cycles; 0: now
 */
void bench_crew_swap_one(struct bench_crew *crew, double planned);

/** bench_crew_note() - count how a swap ended */
void bench_crew_note(struct bench_crew *crew, int err,
		     const struct bench_attempt *attempt);

/** bench_crew_record() - a time in cycles; below 0 it counts as 0 */
void bench_crew_record(struct bench_crew *crew, struct bench_hist *h,
		       double cycles);

/** bench_crew_record_staleness() - how old the newest event of a snapshot was
 * @newest: its time stamp; 0: there was none
 */
void bench_crew_record_staleness(struct bench_crew *crew, uint64_t newest,
				 const struct bench_attempt *attempt);

/** bench_crew_take() - enter a slot's snapshot, unread, and make it a spare */
void bench_crew_take(struct bench_crew *crew, unsigned int slot);

/** bench_crew_put_swaps() - the part "swap"; every role has ended */
void bench_crew_put_swaps(struct bench_crew *crew);

#endif
