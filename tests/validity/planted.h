/* SPDX-License-Identifier: MIT */
/*
 * planted.h - a known delay in the measured loops of another strategy.
 *
 *	#define PLANTED_BASE	  swap_strategy_unsync
 *	#define PLANTED_PER_MILLE 50
 *	#include "tests/validity/planted.h"
 *	#include "twins/planted_unsync_5.h"
 *
 * The batch loops of the twin that follows become loops that call those of
 * PLANTED_BASE, the same machine code, k events at a time, and spin after
 * each k-th. So nothing differs from the base but the delay, whose size is
 * known, where a copy of the code would also differ by where it lies.
 *
 * A spin lasts that many per mille of what the k events before it took, so
 * the truth is the same in a slow moment and in a fast one. k is chosen so that
 * a spin is long beside the clock's own steps, from the cost of an event of the
 * base, which is measured in the same process before the first event that
 * counts. Loops that stamp every event get no delay. One writer, mode
 * overwrite.
 */
#ifndef RINGSWAP_TESTS_VALIDITY_PLANTED_H
#define RINGSWAP_TESTS_VALIDITY_PLANTED_H

#include <stdlib.h>

#include "ringbuf/clock.h"
#include "strategies/write_loops.h"

#define PLANTED_STEPS	  256 /* of the clock, in one spin */
#define PLANTED_TRIES	  31
#define PLANTED_WARM_UP	  8
#define PLANTED_TRY_COUNT 8192 /* events */

extern const struct swap_strategy PLANTED_BASE;

struct planted {
	swap_loop_fn base; /* calibrated for it; NULL: not yet */
	uint64_t every;	   /* events from one spin to the next */
	uint64_t since;	   /* events since the last spin */
	uint64_t step;	   /* of the clock, cycles */
	int64_t owed;	   /* cycles of delay not yet spent */
};

static int planted_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t planted_median(uint64_t *values)
{
	qsort(values, PLANTED_TRIES, sizeof(*values), planted_compare);
	return values[PLANTED_TRIES / 2];
}

/* What two readings of the clock in a row differ by. */
static uint64_t planted_clock_step(void)
{
	uint64_t steps[PLANTED_TRIES];

	for (unsigned int i = 0; i < PLANTED_TRIES; i++) {
		uint64_t start = rb_clock_cycles();

		steps[i] = rb_clock_cycles() - start;
	}
	return planted_median(steps) + 1;
}

static uint64_t planted_try(const struct planted *p, struct swap_loop *loop)
{
	uint64_t start = rb_clock_cycles();

	loop->count = PLANTED_TRY_COUNT;
	p->base(loop);
	return rb_clock_cycles() - start;
}

static void planted_calibrate(struct planted *p, struct swap_loop *loop)
{
	uint64_t tries[PLANTED_TRIES];
	double per_event;

	for (unsigned int i = 0; i < PLANTED_WARM_UP; i++)
		planted_try(p, loop);
	for (unsigned int i = 0; i < PLANTED_TRIES; i++)
		tries[i] = planted_try(p, loop);
	per_event = (double)planted_median(tries) / PLANTED_TRY_COUNT;
	p->step = planted_clock_step();
	p->every = (uint64_t)((double)(PLANTED_STEPS * p->step) * 1000 /
			      (PLANTED_PER_MILLE * per_event)) +
		   1;
	p->since = 0;
	p->owed = 0;
}

/* Spin for what is owed; it ends half a step late on average. */
static void planted_wait(struct planted *p, uint64_t start)
{
	int64_t spin = p->owed - (int64_t)p->step / 2;

	while ((int64_t)(rb_clock_cycles() - start) < spin)
		;
	p->since = 0;
}

/* Whatever passed between two calls of the base was delay. Much more than
 * planned was somebody else's, and is not made up for. */
static void planted_pay(struct planted *p, uint64_t cycles)
{
	p->owed -= (int64_t)cycles;
	if (p->owed < -(int64_t)(PLANTED_STEPS * p->step))
		p->owed = 0;
}

static void planted_batch(struct swap_loop *loop, uint32_t payload,
			  enum rb_mode mode, enum rb_stamp stamp)
{
	static _Thread_local struct planted planted;
	struct planted *p = &planted;
	uint64_t count = loop->count, left = count, end = 0;
	swap_loop_fn base = swap_loop_find(&PLANTED_BASE, SWAP_LOOP_BATCH,
					   payload, stamp, mode);

	if (p->base != base) {
		p->base = base;
		planted_calibrate(p, loop);
	}
	while (left) {
		uint64_t room = p->every - p->since, start;

		loop->count = left < room ? left : room;
		left -= loop->count;
		p->since += loop->count;
		start = rb_clock_cycles();
		if (end)
			planted_pay(p, start - end);
		base(loop);
		end = rb_clock_cycles();
		p->owed += (int64_t)((end - start) * PLANTED_PER_MILLE / 1000);
		if (p->since == p->every)
			planted_wait(p, end);
	}
	if (end && !p->since)
		planted_pay(p, rb_clock_cycles() - end);
	loop->count = count;
}

static void planted_latency(struct swap_loop *loop, uint32_t payload,
			    enum rb_mode mode, enum rb_stamp stamp)
{
	swap_loop_find(&PLANTED_BASE, SWAP_LOOP_LATENCY, payload, stamp,
		       mode)(loop);
}

/* Every loop of the twin that follows. */
#undef SWAP_LOOP
#define SWAP_LOOP(name, kind, mode, payload, bytes, word, stamp)             \
	static void swap_loop_##name##_##kind##_##mode##_##payload##_##word( \
		struct swap_loop *loop)                                      \
	{                                                                    \
		planted_##kind(loop, bytes, SWAP_MODE_##mode, stamp);        \
	}

#endif
