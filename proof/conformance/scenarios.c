/* SPDX-License-Identifier: MIT */
/* scenarios.c - what the strategies are put through. */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "proof/conformance/conform.h"

/* A run is over after RUN_NS, or when it had no swap yet, after RUN_MAX_NS. */
#define RUN_NS	   (300 * RIG_MS)
#define RUN_MAX_NS (10000 * RIG_MS)

void rig_need_swap(struct rig *rig)
{
	if (!rig->strategy->swap)
		rig_skip(rig, "%s refuses to swap", rig->strategy->name);
	if (rig->config.swap == SWAP_TRY && !rig->strategy->has_try)
		rig_skip(rig, "%s has no mode try", rig->strategy->name);
}

void rig_need_open_write(struct rig *rig)
{
	if (!rig->strategy->ops->reserve)
		rig_skip(rig, "%s writes an event whole: none stays open",
			 rig->strategy->name);
}

/* Signals are what a sanitizer delays until it suits it. */
static void need_prompt_signals(struct rig *rig)
{
#ifdef RB_HAVE_TSAN
	rig_skip(rig,
		 "ThreadSanitizer delays signals: nothing is interrupted "
		 "where it matters");
#else
	(void)rig;
#endif
}

/* Nobody stays inside so long: a wait that takes it has lost its writer. */
static void check_wait(struct rig *rig, int err)
{
	if (err == -ETIMEDOUT || err == -EINPROGRESS)
		rig_violation(rig, SWAP_C6_BOUNDED, "a wait of 5 s timed out");
}

static bool is_running(struct rig *rig, uint64_t since)
{
	uint64_t now = sys_now();

	return now < since + RUN_NS ||
	       (rig->strategy->swap && !rig->swaps && now < since + RUN_MAX_NS);
}

static void need_swaps_done(struct rig *rig)
{
	if (rig->strategy->swap && !rig->swaps)
		rig_violation(rig, SWAP_C6_BOUNDED,
			      "no swap succeeded in 10 s");
	if (rig->strategy->copies && !rig->taken)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "no swap took anything");
	printf("%llu swaps, %llu of them in progress first, %llu refused\n",
	       (unsigned long long)rig->swaps,
	       (unsigned long long)rig->in_progress,
	       (unsigned long long)rig->refused);
}

void conform_stress(struct rig *rig)
{
	struct rig_config *config = &rig->config;
	uint64_t since = sys_now();
	unsigned int slot = 0;

	if (rig->strategy->swap || config->swap == SWAP_TRY || config->protect)
		rig_need_swap(rig);
	if (config->storm)
		need_prompt_signals(rig);
	if (config->protect && rig->strategy->memory == SWAP_TYPE_STABLE)
		rig_skip(rig, "%s declares its snapshots type-stable",
			 rig->strategy->name);
	rig_create(rig);
	rig_start(rig);
	while (is_running(rig, since)) {
		if (config->consume && !rig->pending[slot].in_progress)
			rig_consume(rig, slot);
		if (config->storm && rig->refused % 7 == 0)
			pthread_kill(rig->writer[slot].thread, SIGVTALRM);
		if (rig->strategy->swap)
			check_wait(rig, rig_swap(rig, slot, config->swap,
						 RIG_LONG_NS));
		slot = (slot + 1) % config->writers;
	}
	rig_stop(rig);
	need_swaps_done(rig);
	rig_close(rig);
	rig_destroy(rig);
}

void conform_own_thread(struct rig *rig)
{
	uint64_t since = sys_now();

	rig_need_swap(rig);
	need_prompt_signals(rig);
	rig_create(rig);
	rig_enter(rig, 0);
	while (is_running(rig, since)) {
		int err;

		rig_write_some(&rig->writer[0]);
		err = rig_swap(rig, 0, rig->config.swap, RIG_LONG_NS);
		if (err && rig->config.swap == SWAP_WAIT)
			rig_violation(rig, SWAP_C6_BOUNDED,
				      "the idle writer's own swap: %d", err);
	}
	rig_leave(rig, 0);
	need_swaps_done(rig);
	rig_close(rig);
	rig_destroy(rig);
}

/* ---- From a handler ---- */

static void swap_in_handler(struct rig_writer *writer)
{
	struct rig *rig = writer->rig;
	bool open = writer->open != 0 && !rig->pending[0].in_progress;
	int err;

	if (writer->swapping)
		return; /* it interrupted the reader of a snapshot */
	writer->swapping = true;
	err = rig_swap(rig, 0, SWAP_TRY, /* patience */ 0);
	writer->swapping = false;
	if (!err && open)
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "swapped an open write away");
	else if (err && err != -EBUSY && err != -EINPROGRESS)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "try returned %d",
			      err);
}

void conform_from_handler(struct rig *rig)
{
	uint64_t since = sys_now();

	rig_need_swap(rig);
	need_prompt_signals(rig);
	if (!rig->strategy->swap_from_handler)
		rig_skip(rig, "%s: not from a handler", rig->strategy->name);
	rig_create(rig);
	rig_on_signal = swap_in_handler;
	rig_enter(rig, 0);
	while (is_running(rig, since))
		rig_write_some(&rig->writer[0]);
	rig_leave(rig, 0);
	need_swaps_done(rig);
	rig_close(rig);
	rig_destroy(rig);
}

static int results[3];

static void swap_inside_write(struct rig_writer *writer)
{
	struct rig *rig = writer->rig;

	results[0] = rig_swap(rig, 0, SWAP_WAIT, RIG_SHORT_NS);
	results[1] = -EBUSY;
	if (rig->strategy->has_try)
		results[1] = rig_swap(rig, 0, SWAP_TRY, RIG_SHORT_NS);
	results[2] = 1;
}

void conform_interrupted_write(struct rig *rig)
{
	struct rig_writer *writer = &rig->writer[0];
	struct swap_write write;
	uint64_t *at;

	rig_need_swap(rig);
	rig_need_open_write(rig);
	rig_create(rig);
	rig_on_signal = swap_inside_write;
	rig_enter(rig, 0);
	rig_write_some(writer);
	at = rig->strategy->ops->reserve(writer->slot, 16, &write);
	raise(SIGUSR1);
	if (results[0] != -EBUSY || results[1] != -EBUSY || !results[2])
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "a swap that interrupted a write: wait %d, "
			      "try %d instead of -EBUSY",
			      results[0], results[1]);
	if (at) {
		swap_event_fill(
			at, 16,
			swap_event_word(writer->attempted[0], RIG_SALT));
		rig->strategy->ops->commit(writer->slot, &write);
	}
	writer->attempted[0]++;
	if (rig_swap(rig, 0, SWAP_WAIT, RIG_LONG_NS))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "no swap after the write has ended");
	rig_leave(rig, 0);
	rig_close(rig);
	rig_destroy(rig);
}

/* ---- Two swappers ---- */

struct swapper {
	struct rig *rig;
	struct rb *spare;
	pthread_t thread;
	_Atomic uint64_t swaps;
};

static pthread_mutex_t books_lock = PTHREAD_MUTEX_INITIALIZER;

static void *swap_beside(void *arg)
{
	struct swapper *me = arg;
	struct rig *rig = me->rig;

	for (unsigned int i = 0; !load_relaxed(&rig->stop); i++) {
		struct swap_op op;
		int err = rig_swap_with(rig, me->spare, 0,
					i % 2 ? SWAP_WAIT : SWAP_TRY,
					RIG_LONG_NS, &op);

		if (err == -EINPROGRESS)
			err = rig_settle_with(rig, RIG_LONG_NS, &op);

		check_wait(rig, err);
		if (err)
			continue;
		store_relaxed(&me->swaps, load_relaxed(&me->swaps) + 1);
		pthread_mutex_lock(&books_lock);
		book_snapshot(rig, 0, rb_slot_active(rb_slot(me->spare, 0)));
		pthread_mutex_unlock(&books_lock);
		if (rb_recycle(rb_slot(me->spare, 0)))
			rig_violation(rig, SWAP_C7_BALANCED, "not recycled");
	}
	return NULL;
}

void conform_swappers(struct rig *rig)
{
	struct swapper swapper[2];
	uint64_t since = sys_now();

	rig_need_swap(rig);
	need_prompt_signals(rig);
	rig_create(rig);
	rig->unordered = true; /* who books first is not who swapped first */
	rig_start(rig);
	for (int i = 0; i < 2; i++) {
		swapper[i] =
			(struct swapper){ .rig = rig, .spare = rig->spares[i] };
		pthread_create(&swapper[i].thread, NULL, swap_beside,
			       &swapper[i]);
	}
	/* One may starve the other, whose wait for control then is -EBUSY. */
	while (sys_now() < since + RUN_NS ||
	       (sys_now() < since + RUN_MAX_NS &&
		!load_relaxed(&swapper[0].swaps) &&
		!load_relaxed(&swapper[1].swaps)))
		sched_yield();
	rig_stop(rig);
	for (int i = 0; i < 2; i++) {
		pthread_join(swapper[i].thread, NULL);
		rig->swaps += load_relaxed(&swapper[i].swaps);
	}
	need_swaps_done(rig);
	rig_close(rig);
	rig_destroy(rig);
}
