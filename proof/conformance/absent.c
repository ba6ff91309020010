/* SPDX-License-Identifier: MIT */
/* absent.c - writers that do not come back, or not in time. */
#include <sched.h>

#include "proof/conformance/conform.h"

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
	rig_write_some(&guest->rig->writer[0]);
	guest_write_slowly(guest, false);
	return NULL;
}

/* A swap that cannot succeed comes back by its deadline (rig_swap() looks at
 * that) and changes nothing, or is in progress. */
static void swap_in_vain(struct rig *rig, enum swap_mode mode)
{
	if (!rig_swap(rig, 0, mode, RIG_SHORT_NS))
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "swapped while a write was open");
}

static void need_bounded(struct rig *rig)
{
	rig_need_swap(rig);
	if (!rig->strategy->bounded)
		rig_skip(rig, "%s declares its wait unbounded",
			 rig->strategy->name);
}

/* Nothing is in the way any more. */
static void swap_at_last(struct rig *rig, const char *when)
{
	int err = rig_swap(rig, 0, SWAP_WAIT, RIG_LONG_NS);

	if (err)
		rig_violation(rig, SWAP_C6_BOUNDED, "no swap %s: %d", when,
			      err);
}

/* The guest goes home; then a swap succeeds, and the books are closed. */
static void guest_leaves(struct guest *guest)
{
	struct rig *rig = guest->rig;

	store_relaxed(&guest->leave, 1);
	pthread_join(guest->thread, NULL);
	swap_at_last(rig, "after the writer left");
	rig_close(rig);
	rig_destroy(rig);
}

void conform_stopped_writer(struct rig *rig)
{
	struct guest guest = { .there = 0 };

	need_bounded(rig);
	rig_need_open_write(rig);
	rig_create(rig);
	guest_invite(&guest, rig, stop_inside);
	for (int i = 0; i < 3; i++) {
		swap_in_vain(rig, SWAP_WAIT);
		if (rig->strategy->has_try)
			swap_in_vain(rig, SWAP_TRY);
	}
	guest_leaves(&guest);
}

/* Before it is recovered: nobody enters, and no snapshot holds the open event:
 * of a buffer that was exchanged first it is dropped. */
static void find_dead(struct rig *rig)
{
	bool exchanges = rig->strategy->shape == SWAP_EXCHANGE_FIRST;
	int err = swap_writer_enter(rig->live, 0);

	if (err != -EOWNERDEAD)
		rig_violation(rig, SWAP_C9_RECOVERABLE,
			      "enter a dead writer's slot: %d", err);
	for (int i = 0; i < 1 + rig->strategy->has_try; i++)
		if (!rig_swap(rig, 0, i ? SWAP_TRY : SWAP_WAIT, RIG_SHORT_NS) &&
		    !exchanges)
			rig_violation(rig, SWAP_C1_EXCLUSIVE,
				      "swapped while a write was open");
}

/* It was never ended: it is in no snapshot, nor in the live buffer. */
static void check_never_read(struct rig *rig, uint64_t number)
{
	if (rig->writer[0].books[0].window[number % RIG_WINDOW] == number + 1)
		rig_violation(rig, SWAP_C9_RECOVERABLE,
			      "the open event is handed out as valid");
}

void conform_dead_writer(struct rig *rig)
{
	struct guest guest = { .there = 0 };
	uint64_t open, drops;
	bool recovered;

	need_bounded(rig);
	rig_need_open_write(rig);
	rig_create(rig);
	guest_invite(&guest, rig, die_inside);
	pthread_join(guest.thread, NULL);
	open = rig->writer[0].attempted[0] - 1;
	find_dead(rig);
	recovered = !swap_slot_recover(rig->live, 0) &&
		    !rig_swap(rig, 0, SWAP_WAIT, 10 * RIG_SHORT_NS);
	if (recovered != rig->strategy->recoverable)
		rig_violation(rig, SWAP_C9_RECOVERABLE,
			      recovered ? "declared not recoverable, but is"
					: "recovered, but not swapped");
	if (!recovered)
		return; /* who holds what it held waits for ever */
	rig_enter(rig, 0);
	drops = rb_drops(rb_slot(rig->live, 0), RB_DROP_EARLY);
	rig_write_some(&rig->writer[0]);
	if (rb_drops(rb_slot(rig->live, 0), RB_DROP_EARLY) != drops)
		rig_violation(rig, SWAP_C9_RECOVERABLE,
			      "its successor's writes are refused");
	rig_leave(rig, 0);
	swap_at_last(rig, "after recovery");
	rig_close(rig);
	check_never_read(rig, open);
	rig_destroy(rig);
}

static void block_signals(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, old);
}

static void *deaf_writer(void *arg)
{
	struct guest *guest = arg;
	sigset_t old;

	rig_enter(guest->rig, 0);
	block_signals(&old);
	store_relaxed(&guest->there, 1);
	while (!load_relaxed(&guest->leave))
		rig_write_some(&guest->rig->writer[0]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	rig_leave(guest->rig, 0);
	return NULL;
}

static void guest_sleeps(struct guest *guest)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	store_relaxed(&guest->there, 1);
	while (!load_relaxed(&guest->leave))
		nanosleep(&moment, NULL);
}

/* As one that is not scheduled: neither writes, nor takes a signal, nor says
 * anything of itself. */
static void *sleep_outside(void *arg)
{
	struct guest *guest = arg;
	sigset_t old;

	rig_enter(guest->rig, 0);
	rig_write_some(&guest->rig->writer[0]);
	block_signals(&old);
	guest_sleeps(guest);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	rig_leave(guest->rig, 0);
	return NULL;
}

/* Asleep too, but it said so. */
static void *be_idle(void *arg)
{
	struct guest *guest = arg;
	struct rig_writer *writer = &guest->rig->writer[0];

	rig_enter(guest->rig, 0);
	rig_write_some(writer);
	swap_writer_idle(writer->slot);
	guest_sleeps(guest);
	swap_writer_online(writer->slot);
	rig_write_some(writer);
	rig_leave(guest->rig, 0);
	return NULL;
}

/* Whatever comes of it, in both modes and by the deadline, is an answer. How
 * many were taken. */
static unsigned int swap_and_see(struct rig *rig)
{
	unsigned int taken = 0;

	for (int i = 0; i < 6; i++) {
		bool try = rig->strategy->has_try && i % 2;
		int err = rig_swap(rig, 0, try ? SWAP_TRY : SWAP_WAIT,
				   RIG_SHORT_NS);

		if (err && err != -ETIMEDOUT && err != -EINPROGRESS &&
		    !(try && err == -EBUSY))
			rig_violation(rig, SWAP_C4_ALL_OR_NOTHING, "swap: %d",
				      err);
		taken += !err;
	}
	return taken;
}

void conform_blocked_signals(struct rig *rig)
{
	struct guest guest = { .there = 0 };

	need_bounded(rig);
	rig_create(rig);
	guest_invite(&guest, rig, deaf_writer);
	swap_and_see(rig);
	guest_leaves(&guest);
}

void conform_asleep_outside(struct rig *rig)
{
	const struct swap_strategy *s = rig->strategy;
	bool needs_writer = s->writer_must_poll || s->uses_signal;
	struct guest guest = { .there = 0 };

	need_bounded(rig);
	rig_create(rig);
	guest_invite(&guest, rig, sleep_outside);
	if (!swap_and_see(rig) != needs_writer)
		rig_violation(rig, SWAP_C6_BOUNDED,
			      needs_writer ? "swapped without the writer's help"
					   : "waits for a writer outside");
	guest_leaves(&guest);
}

void conform_idle_writer(struct rig *rig)
{
	struct guest guest = { .there = 0 };

	rig_need_swap(rig);
	rig_create(rig);
	guest_invite(&guest, rig, be_idle);
	for (int i = 0; i < 3; i++)
		swap_at_last(rig, "beside an idle writer");
	guest_leaves(&guest);
}

struct waiting {
	struct rig *rig;
	_Atomic int back;
	int err;
};

static void *swap_until_back(void *arg)
{
	struct waiting *waiting = arg;

	waiting->err = rig_swap(waiting->rig, 0, SWAP_WAIT, RIG_SHORT_NS);
	store_relaxed(&waiting->back, 1);
	return NULL;
}

void conform_unbounded(struct rig *rig)
{
	struct waiting waiting = { .rig = rig };
	struct guest guest = { .there = 0 };
	struct timespec half_second = { .tv_nsec = 500 * 1000000 };
	struct swap_op op = { .live = NULL };
	pthread_t swapper;

	rig_need_swap(rig);
	if (rig->strategy->bounded)
		rig_skip(rig, "%s declares its wait bounded",
			 rig->strategy->name);
	rig_create(rig);
	/* It refuses what it cannot keep, before anything changes. */
	waiting.err = swap(rig->live, rig->spares[0], 0, SWAP_WAIT,
			   sys_now() + RIG_SHORT_NS, &op);
	if (waiting.err != -EOPNOTSUPP)
		rig_violation(rig, SWAP_C6_BOUNDED,
			      "a deadline that it cannot keep: %d",
			      waiting.err);
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
