/* SPDX-License-Identifier: MIT */
/* disturb.c - everything that goes on beside writers and swappers. */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proof/torture/cpus.h"
#include "proof/torture/round.h"

/* Signals that a writer has not yet had; more would only fill the queue. */
#define SIGNALS_WAITING 8u

static void nap_us(struct bench_rng *rng, unsigned int us)
{
	struct timespec nap = { 0, 0 };

	nap.tv_nsec = 1000 * (long)(1 + bench_rng_below(rng, 2 * us));
	nanosleep(&nap, NULL);
}

static unsigned int pester(struct round *r, struct bench_rng *rng,
			   unsigned int index, unsigned int sent)
{
	struct writer *w = &r->writers[index];
	int tid = load_relaxed(&w->tid);
	int number = SIGRTMIN + 6 + (int)bench_rng_below(rng, 2);

	if (!tid ||
	    (int)(sent - load_relaxed(&w->handled)) >= (int)SIGNALS_WAITING)
		return 0;
	return syscall(SYS_tgkill, getpid(), tid, number) == 0;
}

static void shuffle(struct round *r, struct bench_rng *rng)
{
	unsigned int n = (unsigned int)r->n_cpus;
	int tid = 0;

	if (r->config.shuffle_swappers && r->config.swappers)
		tid = load_relaxed(
			&r->swappers[bench_rng_below(rng, r->config.swappers)]
				 .tid);
	if (tid)
		cpus_bind(tid, r->cpus[bench_rng_below(rng, n)]);
	if (!r->config.shuffle_writers)
		return;
	tid = load_relaxed(
		&r->writers[bench_rng_below(rng, r->config.writers)].tid);
	if (tid)
		cpus_bind(tid, r->cpus[bench_rng_below(rng, n)]);
}

void *pest_main(void *arg)
{
	struct round *r = arg;
	unsigned int sent[ROUND_WRITERS] = { 0 };
	unsigned int us = r->config.pest_us ? r->config.pest_us : 500;
	struct bench_rng rng;

	bench_rng_seed(&rng, r->config.seed ^ 0x9e57);
	for (unsigned int i = 0; !load_relaxed(&r->stop); i++) {
		unsigned int index = i % r->config.writers;

		if (r->config.pest_us)
			sent[index] += pester(r, &rng, index, sent[index]);
		if (round_draw(&rng, r->config.pest_us ? 32 : 1))
			shuffle(r, &rng);
		nap_us(&rng, us);
	}
	return NULL;
}

/* Consume from a live buffer: that, too, is a chunk of the book. */
static void consume_live(struct round *r, struct bench_rng *rng,
			 unsigned int index)
{
	struct writer *w = &r->writers[index];
	struct book_reader reader = { .book = &w->book };
	long taken = rb_consume(rb_slot(r->live, index),
				bench_rng_below(rng, 500), book_read_event,
				&reader);

	if (taken < 0 && taken != -EBUSY)
		torture_violation(TORTURE_TORN,
				  "slot %u: consume of the live buffer: %s",
				  index, strerror((int)-taken));
	if (reader.events && !book_enter(&w->book, &reader.chunk, 0))
		store_relaxed(&r->stop, true);
}

static void disable_for_a_moment(struct round *r, struct bench_rng *rng,
				 unsigned int index)
{
	bool whole = bench_rng_below(rng, 2);
	int err;

	if (whole)
		rb_record_disable(r->live);
	else
		rb_slot_record_disable(rb_slot(r->live, index));
	nap_us(rng, 50);
	err = whole ? rb_record_enable(r->live)
		    : rb_slot_record_enable(rb_slot(r->live, index));
	if (err)
		torture_violation(TORTURE_BALANCE, "record_enable: %s",
				  strerror(-err));
}

/* Sizes that no spare has, under swaps that must refuse them. */
static void change_decoy(struct round *r, struct bench_rng *rng,
			 unsigned int index)
{
	struct rb_slot *slot = rb_slot(r->decoy, index);
	unsigned int subbufs = r->config.attr.subbufs + 1 +
			       (unsigned int)bench_rng_below(rng, 2);
	int err = bench_rng_below(rng, 2) ? rb_reset(slot)
					  : rb_resize(slot, subbufs);

	if (err && err != -EBUSY)
		torture_violation(TORTURE_ERROR, "resize or reset: %s",
				  strerror(-err));
}

void *controller_main(void *arg)
{
	struct round *r = arg;
	struct bench_rng rng;

	bench_rng_seed(&rng, r->config.seed ^ 0xc0de);
	while (!load_relaxed(&r->stop)) {
		unsigned int index =
			(unsigned int)bench_rng_below(&rng, r->config.writers);

		if (r->config.consume)
			consume_live(r, &rng, index);
		if (r->config.control)
			for (unsigned int i = 0; i < 20; i++)
				change_decoy(r, &rng, index);
		if (r->config.control && round_draw(&rng, 8))
			disable_for_a_moment(r, &rng, index);
		nap_us(&rng, r->config.consume ? 50 : 200);
	}
	return NULL;
}

void *hog_main(void *arg)
{
	struct round *r = arg;

	cpus_pin(r->writers[0].cpu);
	while (!load_relaxed(&r->stop))
		for (unsigned int i = 0; i < 10000; i++)
			compiler_barrier();
	return NULL;
}
