/* SPDX-License-Identifier: MIT */
/* scenarios.c - what the strategies are put through. */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "proof/conformance/conform.h"

#define MS UINT64_C(1000000)

/* A run is over after RUN_NS, or when it had no swap yet, after RUN_MAX_NS. */
#define RUN_NS	   (300 * MS)
#define RUN_MAX_NS (10000 * MS)

/* Deadline of a swap that must succeed, and of one that must not. */
#define LONG_NS	 (5000 * MS)
#define SHORT_NS (30 * MS)
/* How late a bounded swap may return on a machine that is busy. */
#define LATE_NS (2000 * MS)

static void need_swap(struct rig *rig)
{
	if (!rig->strategy->swap)
		rig_skip(rig, "%s refuses to swap", rig->strategy->name);
	if (rig->config.swap == SWAP_TRY && !rig->strategy->has_try)
		rig_skip(rig, "%s has no mode try", rig->strategy->name);
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

/* Nobody stays inside for LONG_NS: a wait that takes it has lost its writer. */
static void check_wait(struct rig *rig, int err)
{
	if (err == -ETIMEDOUT)
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
	printf("%llu swaps, %llu refused\n", (unsigned long long)rig->swaps,
	       (unsigned long long)rig->refused);
}

void conform_stress(struct rig *rig)
{
	struct rig_config *config = &rig->config;
	uint64_t since = sys_now();
	unsigned int slot = 0;

	if (rig->strategy->swap || config->swap == SWAP_TRY || config->protect)
		need_swap(rig);
	if (config->storm)
		need_prompt_signals(rig);
	if (config->protect && rig->strategy->memory == SWAP_TYPE_STABLE)
		rig_skip(rig, "%s declares its snapshots type-stable",
			 rig->strategy->name);
	rig_create(rig);
	rig_start(rig);
	while (is_running(rig, since)) {
		if (config->consume)
			rig_consume(rig, slot);
		if (config->storm && rig->refused % 7 == 0)
			pthread_kill(rig->writer[slot].thread, SIGVTALRM);
		if (rig->strategy->swap)
			check_wait(rig, rig_swap(rig, slot, config->swap,
						 sys_now() + LONG_NS));
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

	need_swap(rig);
	need_prompt_signals(rig);
	rig_create(rig);
	rig_enter(rig, 0);
	while (is_running(rig, since)) {
		int err;

		rig_write_some(&rig->writer[0]);
		err = rig_swap(rig, 0, rig->config.swap, sys_now() + LONG_NS);
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
	bool open = writer->open != 0;
	int err;

	if (writer->swapping)
		return; /* it interrupted the reader of a snapshot */
	writer->swapping = true;
	err = rig_swap(rig, 0, SWAP_TRY, sys_now() + LONG_NS);
	writer->swapping = false;
	if (!err && open)
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "swapped an open write away");
	else if (err && err != -EBUSY)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "try returned %d",
			      err);
}

void conform_from_handler(struct rig *rig)
{
	uint64_t since = sys_now();

	need_swap(rig);
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

	results[0] = rig_swap(rig, 0, SWAP_WAIT, sys_now() + SHORT_NS);
	results[1] = -EBUSY;
	if (rig->strategy->has_try)
		results[1] = rig_swap(rig, 0, SWAP_TRY, sys_now() + SHORT_NS);
	results[2] = 1;
}

void conform_interrupted_write(struct rig *rig)
{
	struct rig_writer *writer = &rig->writer[0];
	struct swap_write write;
	uint64_t *at;

	need_swap(rig);
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
	if (rig_swap(rig, 0, SWAP_WAIT, sys_now() + LONG_NS))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "no swap after the write has ended");
	rig_leave(rig, 0);
	rig_close(rig);
	rig_destroy(rig);
}

/* ---- Writers that do not come back ---- */

struct guest {
	struct rig *rig;
	pthread_t thread;
	_Atomic int there; /* it is where the scenario wants it */
	_Atomic int leave;
};

static void guest_invite(struct guest *guest, struct rig *rig,
			 void *(*does)(void *))
{
	guest->rig = rig;
	pthread_create(&guest->thread, NULL, does, guest);
	while (!load_relaxed(&guest->there))
		sched_yield();
}

/* One event of the base level, open until told otherwise. */
static void guest_write_slowly(struct guest *guest, bool commit)
{
	struct rig_writer *writer = &guest->rig->writer[0];
	const struct swap_ops *ops = guest->rig->strategy->ops;
	struct swap_write write;
	uint64_t *at = ops->reserve(writer->slot, 16, &write);

	swap_event_fill(at, 16,
			swap_event_word(writer->attempted[0]++, RIG_SALT));
	store_relaxed(&guest->there, 1);
	if (!commit)
		pthread_exit(NULL);
	while (!load_relaxed(&guest->leave))
		sched_yield();
	ops->commit(writer->slot, &write);
}

static void *stop_inside(void *arg)
{
	struct guest *guest = arg;

	rig_enter(guest->rig, 0);
	rig_write_some(&guest->rig->writer[0]);
	guest_write_slowly(guest, true);
	rig_leave(guest->rig, 0);
	return NULL;
}

static void *die_inside(void *arg)
{
	struct guest *guest = arg;

	rig_enter(guest->rig, 0);
	guest_write_slowly(guest, false);
	return NULL;
}

/* A swap that cannot succeed comes back by its deadline and changes nothing. */
static void swap_in_vain(struct rig *rig, enum swap_mode mode)
{
	uint64_t deadline = sys_now() + SHORT_NS;
	int err = rig_swap(rig, 0, mode, deadline);

	if (!err)
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "swapped while a write was open");
	if (sys_now() > deadline + LATE_NS)
		rig_violation(
			rig, SWAP_C6_BOUNDED, "back %llu ms after deadline",
			(unsigned long long)(sys_now() - deadline) / 1000000);
}

static void need_bounded(struct rig *rig)
{
	need_swap(rig);
	if (!rig->strategy->bounded)
		rig_skip(rig, "%s declares its wait unbounded",
			 rig->strategy->name);
}

void conform_stopped_writer(struct rig *rig)
{
	struct guest guest = { .there = 0 };

	need_bounded(rig);
	rig_create(rig);
	guest_invite(&guest, rig, stop_inside);
	for (int i = 0; i < 3; i++) {
		swap_in_vain(rig, SWAP_WAIT);
		if (rig->strategy->has_try)
			swap_in_vain(rig, SWAP_TRY);
	}
	store_relaxed(&guest.leave, 1);
	pthread_join(guest.thread, NULL);
	if (rig_swap(rig, 0, SWAP_WAIT, sys_now() + LONG_NS))
		rig_violation(rig, SWAP_C6_BOUNDED,
			      "no swap after the writer left");
	rig_close(rig);
	rig_destroy(rig);
}

void conform_dead_writer(struct rig *rig)
{
	struct guest guest = { .there = 0 };

	need_bounded(rig);
	rig_create(rig);
	guest_invite(&guest, rig, die_inside);
	pthread_join(guest.thread, NULL);
	swap_in_vain(rig, SWAP_WAIT);
	if (rig->strategy->has_try)
		swap_in_vain(rig, SWAP_TRY);
	rig_destroy(rig); /* its books stay open: an event is half written */
}

static void *deaf_writer(void *arg)
{
	struct guest *guest = arg;
	sigset_t all, old;

	rig_enter(guest->rig, 0);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	store_relaxed(&guest->there, 1);
	while (!load_relaxed(&guest->leave))
		rig_write_some(&guest->rig->writer[0]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	rig_leave(guest->rig, 0);
	return NULL;
}

void conform_blocked_signals(struct rig *rig)
{
	struct guest guest = { .there = 0 };

	need_bounded(rig);
	rig_create(rig);
	guest_invite(&guest, rig, deaf_writer);
	for (int i = 0; i < 6; i++) {
		uint64_t deadline = sys_now() + SHORT_NS;
		bool try = rig->strategy->has_try && i % 2;
		int err =
			rig_swap(rig, 0, try ? SWAP_TRY : SWAP_WAIT, deadline);

		if (err && err != -ETIMEDOUT && !(try && err == -EBUSY))
			rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "swap: %d",
				      err);
		if (sys_now() > deadline + LATE_NS)
			rig_violation(rig, SWAP_C6_BOUNDED, "late");
	}
	store_relaxed(&guest.leave, 1);
	pthread_join(guest.thread, NULL);
	if (rig_swap(rig, 0, SWAP_WAIT, sys_now() + LONG_NS))
		rig_violation(rig, SWAP_C6_BOUNDED,
			      "no swap after the writer left");
	rig_close(rig);
	rig_destroy(rig);
}

struct waiting {
	struct rig *rig;
	_Atomic int back;
	int err;
};

static void *swap_until_back(void *arg)
{
	struct waiting *waiting = arg;

	waiting->err =
		rig_swap(waiting->rig, 0, SWAP_WAIT, sys_now() + SHORT_NS);
	store_relaxed(&waiting->back, 1);
	return NULL;
}

void conform_unbounded(struct rig *rig)
{
	struct waiting waiting = { .rig = rig };
	struct guest guest = { .there = 0 };
	struct timespec half_second = { .tv_nsec = 500 * 1000000 };
	pthread_t swapper;

	need_swap(rig);
	if (rig->strategy->bounded)
		rig_skip(rig, "%s declares its wait bounded",
			 rig->strategy->name);
	rig_create(rig);
	guest_invite(&guest, rig, stop_inside);
	pthread_create(&swapper, NULL, swap_until_back, &waiting);
	nanosleep(&half_second, NULL);
	if (load_relaxed(&waiting.back))
		rig_violation(rig, SWAP_C6_BOUNDED,
			      "declared unbounded, but back at its deadline");
	store_relaxed(&guest.leave, 1);
	pthread_join(guest.thread, NULL);
	pthread_join(swapper, NULL);
	if (waiting.err)
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "swap: %d",
			      waiting.err);
	rig_close(rig);
	rig_destroy(rig);
}

/* ---- Declarations ---- */

static bool handler_stored;

static void note_store(struct rig_writer *writer)
{
	uint64_t word = swap_event_word((uint64_t)1 << SWAP_LEVEL_SHIFT |
						writer->attempted[1]++,
					RIG_SALT);
	uint64_t event[2] = { word, word + 1 };

	handler_stored =
		!writer->rig->strategy->ops->write(writer->slot, event, 16);
}

/* What every descriptor says, and what follows from what. */
static void check_descriptor(struct rig *rig, const struct swap_strategy *s)
{
	const char *const words[] = {
		s->name,     s->summary,     s->source,	      s->mechanism,
		s->baseline, s->writer_pays, s->swapper_pays, s->floor,
		s->needs,    s->drops,
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!words[i])
			rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
				      "word %zu of the descriptor is missing",
				      i);
	if (s->sound != (s->breaks == SWAP_BREAKS_NOTHING))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING,
			      "the traits sound and breaks contradict");
	if (!s->swap != (s->shape == SWAP_NO_SHAPE))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "the trait shape");
}

void conform_traits(struct rig *rig)
{
	const struct swap_strategy *s = rig->strategy;
	int try, wait;

	check_descriptor(rig, s);
	rig_create(rig);
	rig_on_signal = note_store;
	rig_enter(rig, 0);
	rig_write_some(&rig->writer[0]);
	raise(SIGUSR1);
	if (handler_stored != s->write_from_handler)
		rig_violation(rig, SWAP_C5_NESTING,
			      "write-from-handler is wrong");
	try = rig_swap(rig, 0, SWAP_TRY, sys_now() + LONG_NS);
	wait = rig_swap(rig, 0, SWAP_WAIT, sys_now() + LONG_NS);
	if (try != (s->swap && s->has_try ? 0 : -EOPNOTSUPP))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "mode try: %d", try);
	if (wait != (s->swap ? 0 : -EOPNOTSUPP))
		rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "mode wait: %d",
			      wait);
	if (!s->swap != (s->exclusive == SWAP_NEVER) && s->sound)
		rig_violation(rig, SWAP_C1_EXCLUSIVE, "the trait exclusive");
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
		int err = rig_swap_raw(rig, me->spare, 0,
				       i % 2 ? SWAP_WAIT : SWAP_TRY,
				       sys_now() + LONG_NS);

		check_wait(rig, err);
		if (err)
			continue;
		store_relaxed(&me->swaps, load_relaxed(&me->swaps) + 1);
		pthread_mutex_lock(&books_lock);
		book_buffer(rig, 0, rb_slot_active(rb_slot(me->spare, 0)));
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

	need_swap(rig);
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
