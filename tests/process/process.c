/* SPDX-License-Identifier: MIT */
/* process.c - what the cases share. */
#include "tests/process/process.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EVENTS 1000u

const struct swap_strategy *strategy;
struct rb *live, *spare;

void must_hold(bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	printf("%s:%d: not so: %s\n", file, line, what);
	fflush(stdout);
	_exit(1);
}

void must_equal(long is, long right, const char *what, const char *file,
		int line)
{
	if (is == right)
		return;
	printf("%s:%d: %s is %ld, not %ld\n", file, line, what, is, right);
	fflush(stdout);
	_exit(1);
}

void skip(const char *why)
{
	printf("skipped: %s\n", why);
	fflush(stdout);
	_exit(77);
}

struct rb *make_one(unsigned int slots, enum rb_mode mode)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.slots = slots;
	attr.mode = mode;
	must_be(swap_rb_create(strategy, attr, &rb), 0);
	return rb;
}

void make_pair(unsigned int slots, enum rb_mode mode)
{
	live = make_one(slots, mode);
	spare = make_one(slots, mode);
}

int write_to(struct rb *rb, unsigned int slot)
{
	return strategy->ops->write(swap_slot(rb, slot), "sixteen bytes..", 16);
}

int swap_whole(struct rb *from, struct rb *to, unsigned int slot)
{
	struct swap_op op;
	uint64_t deadline = swap_deadline(strategy, sys_now() + 2000 * MS);
	int err = swap(from, to, slot, SWAP_WAIT, deadline, &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, SWAP_FOREVER);
	return err;
}

uint64_t all_drops(struct rb *rb, unsigned int slot)
{
	uint64_t n = 0;

	for (int cause = 0; cause < RB_DROP_CAUSES; cause++)
		n += rb_drops(rb_slot(rb, slot), (enum rb_drop)cause);
	return n;
}

void nap(unsigned int ms)
{
	struct timespec time = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&time, &time))
		;
}

void on_thread(void *(*body)(void *), void *arg)
{
	pthread_t thread;

	must_be(pthread_create(&thread, NULL, body, arg), 0);
	must_be(pthread_join(thread, NULL), 0);
}

/* ------------------------------------------------------------------------ */
/* A pair in use                                                            */

struct use {
	struct rb *live, *spare;
	_Atomic unsigned int swapped;
	uint64_t stored;
};

static void *use_writer(void *arg)
{
	struct use *use = arg;

	must_be(swap_writer_enter(use->live, 0), 0);
	must_be(load_relaxed(&swap_slot(use->live, 0)->writer), gettid());
	while (!load_relaxed(&use->swapped))
		use->stored += !write_to(use->live, 0);
	for (unsigned int i = 0; i < EVENTS; i++)
		use->stored += !write_to(use->live, 0);
	must_be(swap_writer_exit(use->live, 0), 0);
	return NULL;
}

uint64_t held(struct rb *rb)
{
	struct rb_counts counts;
	char why[128];

	must_be(rb_check(rb_slot_active(rb_slot(rb, 0)), why, sizeof(why)), 0);
	rb_counts(rb_slot_active(rb_slot(rb, 0)), &counts);
	return counts.entries + counts.overrun;
}

void use_new_pair(void)
{
	struct use use = { make_one(1, RB_OVERWRITE), make_one(1, RB_OVERWRITE),
			   0, 0 };
	pthread_t thread;

	must_be(pthread_create(&thread, NULL, use_writer, &use), 0);
	while (!load_relaxed(&swap_slot(use.live, 0)->writer))
		nap(1);
	if (strategy->sound && strategy->swap)
		must_be(swap_whole(use.live, use.spare, 0), 0);
	store_relaxed(&use.swapped, 1);
	must_be(pthread_join(thread, NULL), 0);
	if (strategy->sound)
		must_be((long)(held(use.live) + held(use.spare)),
			(long)use.stored);
	must_be(rb_destroy(use.live), 0);
	must_be(rb_destroy(use.spare), 0);
}
