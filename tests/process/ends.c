/* SPDX-License-Identifier: MIT */
/*
 * ends.c - what a thread leaves behind that ends, or gives up, halfway: a write
 * by whatever way out, a consume, a swap in progress. In both modes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/process/process.h"

#define WRITES 100

static void in_both_modes(void (*run)(void))
{
	if (!strategy->sound || !strategy->swap)
		skip("it does not swap, or not soundly");
	for (int mode = RB_OVERWRITE; mode <= RB_PRODUCE_CONSUME; mode++) {
		make_pair(1, (enum rb_mode)mode);
		run();
		must_be(rb_destroy(live), 0);
		must_be(rb_destroy(spare), 0);
	}
}

/* ------------------------------------------------------------------------ */
/* Ways out of a write                                                      */

static sigjmp_buf out;

/* An event that is never committed, and that nobody may read. */
static void leave_open(struct swap_write *write)
{
	void *at = strategy->ops->reserve(swap_slot(live, 0), 16, write);

	must(at != NULL);
	memset(at, 'X', 16);
}

static void by_cancel(void)
{
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static void by_exit(void)
{
	pthread_exit(NULL);
}

static void by_jump(void)
{
	siglongjmp(out, 1);
}

/* On top of the open write: one more, or refused since the lock is held. */
static void jump_from_handler(int number)
{
	struct swap_write write;
	void *at = strategy->ops->reserve(swap_slot(live, 0), 16, &write);

	(void)number;
	if (at)
		memset(at, 'X', 16);
	else
		must_be((long)all_drops(live, 0),
			(long)rb_drops(rb_slot(live, 0), RB_DROP_CONTENDED));
	siglongjmp(out, 1);
}

static void by_jump_from_handler(void)
{
	signal(SIGUSR1, jump_from_handler);
	raise(SIGUSR1);
}

static void (*way_out)(void);

static void *end_inside(void *arg)
{
	struct swap_write write;

	(void)arg;
	must_be(swap_writer_enter(live, 0), 0);
	if (sigsetjmp(out, 1))
		return NULL;
	leave_open(&write);
	way_out();
	must(false);
	return NULL;
}

static void *write_all(void *arg)
{
	(void)arg;
	must_be(swap_writer_enter(live, 0), 0);
	for (int i = 0; i < WRITES; i++)
		must_be(write_to(live, 0), 0);
	must_be(swap_writer_exit(live, 0), 0);
	return NULL;
}

static int see(const struct rb_event *event, void *arg)
{
	(void)arg;
	must_be(event->length, 16);
	must(memcmp(event->payload, "XXXX", 4) != 0);
	return 0;
}

/* The snapshot holds what the successor wrote, and nothing else. */
static void successor_is_read(void)
{
	must_be(swap_whole(live, spare, 0), 0);
	must_be((long)held(spare), WRITES);
	must_be(rb_consume(rb_slot(spare, 0), 2 * WRITES, see, NULL), WRITES);
	must_be(rb_recycle(rb_slot(spare, 0)), 0);
}

static void is_succeeded(void)
{
	on_thread(end_inside, NULL);
	must_be(swap_writer_enter(live, 0), -EOWNERDEAD);
	must_be(swap_slot_recover(live, 0), 0);
	on_thread(write_all, NULL);
	successor_is_read();
}

static void succeeds(void (*way)(void))
{
	if (!strategy->recoverable)
		skip("it is not recoverable");
	way_out = way;
	in_both_modes(is_succeeded);
}

void successor_after_cancel(void)
{
	succeeds(by_cancel);
}

void successor_after_exit(void)
{
	succeeds(by_exit);
}

void successor_after_longjmp(void)
{
	succeeds(by_jump);
}

void successor_after_a_nested_handler(void)
{
	succeeds(by_jump_from_handler);
}

/* ------------------------------------------------------------------------ */
/* A reader cancelled in its callback                                       */

static _Atomic unsigned int in_callback;

static int sleep_inside(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	store_relaxed(&in_callback, 1);
	while (load_relaxed(&in_callback))
		sleep(1);
	return 0;
}

static void *drain(void *arg)
{
	(void)arg;
	rb_consume(rb_slot(live, 0), 1000, sleep_inside, NULL);
	return NULL;
}

static void reader_is_cancelled(void)
{
	pthread_t thread;

	must_be(swap_writer_enter(live, 0), 0);
	must_be(write_to(live, 0), 0);
	store_relaxed(&in_callback, 0);
	must_be(pthread_create(&thread, NULL, drain, NULL), 0);
	while (!load_relaxed(&in_callback))
		nap(1);
	must_be(pthread_cancel(thread), 0);
	must_be(pthread_join(thread, NULL), 0);
	must_be(rb_reset(rb_slot(live, 0)), 0);
	for (int i = 0; i < WRITES; i++)
		must_be(write_to(live, 0), 0);
	successor_is_read();
	must_be(swap_writer_exit(live, 0), 0);
	must_be(swap_writer_enter(live, 0), 0);
	must_be(swap_writer_exit(live, 0), 0);
}

void reader_cancelled_in_its_callback(void)
{
	in_both_modes(reader_is_cancelled);
}

/* ------------------------------------------------------------------------ */
/* A swap in progress that its caller forgets                               */

static _Atomic unsigned int stop;

static void *write_until_told(void *arg)
{
	must_be(swap_writer_enter(live, 0), 0);
	store_relaxed((_Atomic unsigned int *)arg, 1);
	while (!load_relaxed(&stop))
		write_to(live, 0);
	must_be(swap_writer_exit(live, 0), 0);
	return NULL;
}

/* One settle with a deadline that has passed; then the same op once more. */
static int swap_and_forget(struct swap_op *op)
{
	uint64_t deadline = swap_deadline(strategy, sys_now() + 8000);
	int err = swap(live, spare, 0, SWAP_WAIT, deadline, op);

	if (err == -EINPROGRESS)
		err = swap_settle(op, deadline);
	if (!err)
		must_be(rb_recycle(rb_slot(spare, 0)), 0);
	must(!err || err == -ETIMEDOUT || err == -EINPROGRESS);
	return err;
}

static void swap_is_forgotten(void)
{
	static _Atomic unsigned int entered;
	static struct swap_op op;
	uint64_t end = sys_now() + 200 * MS;
	pthread_t thread;
	int err = 0;

	store_relaxed(&stop, 0);
	store_relaxed(&entered, 0);
	must_be(pthread_create(&thread, NULL, write_until_told, &entered), 0);
	while (!load_relaxed(&entered))
		nap(1);
	while (sys_now() < end)
		err = swap_and_forget(&op);
	while (err == -EINPROGRESS)
		err = swap_settle(&op, SWAP_FOREVER);
	must(!err || err == -ETIMEDOUT);
	rb_recycle(rb_slot(spare, 0));
	must_be(swap_whole(live, spare, 0), 0);
	store_relaxed(&stop, 1);
	must_be(pthread_join(thread, NULL), 0);
}

void swap_in_progress_forgotten(void)
{
	in_both_modes(swap_is_forgotten);
}
