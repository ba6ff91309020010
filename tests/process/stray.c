/* SPDX-License-Identifier: MIT */
/*
 * stray.c - writes of threads that never entered, or have left: what the trait
 * strays says, and in the checking build refused, whatever the trait.
 */
#include <pthread.h>
#include <sched.h>

#include "tests/process/process.h"

static struct stray {
	pthread_key_t key;
	_Atomic unsigned int writes, stop;
	uint64_t attempted, stored;
} stray;

static void write_until_told(void)
{
	while (!load_relaxed(&stray.stop)) {
		stray.attempted++;
		stray.stored += !write_to(live, 0);
		store_relaxed(&stray.writes, 1);
	}
}

/* After ringswap's own destructor, or else once more in the next round. */
static void write_late(void *arg)
{
	if (load_relaxed(&swap_slot(live, 0)->writer))
		must_be(pthread_setspecific(stray.key, arg), 0);
	else
		write_until_told();
}

static void *enter_and_end(void *arg)
{
	(void)arg;
	must_be(swap_writer_enter(live, 0), 0);
	must_be(pthread_setspecific(stray.key, &stray), 0);
	return NULL;
}

static void *never_enter(void *arg)
{
	(void)arg;
	write_until_told();
	return NULL;
}

/* Swap beside the stray: a snapshot stays what it was. Its events. */
static uint64_t read_snapshot(void)
{
	struct rb_cpu *cpu = rb_slot_active(rb_slot(spare, 0));
	struct rb_counts before, after;
	uint64_t events;

	rb_counts(cpu, &before);
	events = held(spare);
	sched_yield();
	rb_counts(cpu, &after);
	must_be((long)after.entries, (long)before.entries);
	must_be((long)after.overrun, (long)before.overrun);
	must_be((long)held(spare), (long)events);
	must_be(rb_recycle(rb_slot(spare, 0)), 0);
	return events;
}

static uint64_t swap_beside(pthread_t thread)
{
	uint64_t events = 0, end = sys_now() + 200 * MS;

	while (!load_relaxed(&stray.writes))
		nap(1);
	while (sys_now() < end)
		if (strategy->swap && !swap_whole(live, spare, 0))
			events += read_snapshot();
	store_relaxed(&stray.stop, 1);
	must_be(pthread_join(thread, NULL), 0);
	return events + held(live);
}

static void run(void *(*body)(void *), bool refused)
{
	pthread_t thread;
	uint64_t events;
	long context;

	make_pair(1, RB_OVERWRITE);
	must_be(pthread_key_create(&stray.key, write_late), 0);
	must_be(pthread_create(&thread, NULL, body, NULL), 0);
	events = swap_beside(thread);
	context = (long)rb_drops(rb_slot(live, 0), RB_DROP_CONTEXT);
	must_be((long)events, (long)stray.stored);
	must_be((long)(stray.stored + all_drops(live, 0)),
		(long)stray.attempted);
	must_be(context, refused ? (long)stray.attempted : 0);
}

void writes_from_a_late_destructor(void)
{
	if (strategy->strays == SWAP_STRAYS_UNSAFE && !SWAP_CHECKS_WRITER)
		skip("it says that strays are unsafe");
	run(enter_and_end,
	    SWAP_CHECKS_WRITER || strategy->strays == SWAP_STRAYS_REFUSED);
}

void writes_from_a_late_destructor_are_refused(void)
{
	run(enter_and_end, true);
}

void writes_without_enter_are_refused(void)
{
	run(never_enter, true);
}
