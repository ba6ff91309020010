/* SPDX-License-Identifier: MIT */
/*
 * signal_helper.h - a case in a process of its own, and a writer that does what
 * it is told while ipi-signal swaps its slot.
 */
#ifndef TESTS_UNIT_STRATEGIES_SIGNAL_HELPER_H
#define TESTS_UNIT_STRATEGIES_SIGNAL_HELPER_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "strategies/strategy.h"

#define MS	 UINT64_C(1000000)
#define PATIENCE (sys_now() + 10000 * MS)

/* In the process of a case: say what does not hold, and end. */
static inline void hold(bool holds, const char *what, int line)
{
	if (holds)
		return;
	printf("line %d: %s\n", line, what);
	fflush(stdout);
	_exit(1);
}

#define HOLDS(expression) hold((expression), #expression, __LINE__)

/* Same, with both errors by name. */
static inline void same(int seen, int wanted, const char *what, int line)
{
	if (seen == wanted)
		return;
	printf("line %d: %s is %d (%s), not %d (%s)\n", line, what, seen,
	       strerror(-seen), wanted, strerror(-wanted));
	fflush(stdout);
	_exit(1);
}

#define SAME(expression, wanted) \
	same((expression), (wanted), #expression, __LINE__)

static inline void in_a_process(void (*body)(void))
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (!child) {
		alarm(40);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* A cmocka test of a case. */
#define CASE(name)                         \
	static void name(void **state)     \
	{                                  \
		(void)state;               \
		in_a_process(name##_case); \
	}

/* ------------------------------------------------------------------------ */
/* A writer to be interrupted                                               */

enum order {
	IDLE,	/* sleep */
	WRITE,	/* and write meanwhile */
	INSIDE, /* open a write and sleep in it */
	BLOCK,	/* block every signal and sleep */
	TAKE,	/* block the signal and take it by sigwaitinfo(2) */
	LEAVE,
};

static const struct swap_strategy *strategy;
static struct rb *live, *spare;
static struct swap_op op;

struct writer {
	pthread_t thread;
	_Atomic enum order order;
	_Atomic enum order obeyed; /* the last order that was begun */
	_Atomic unsigned int taken;
	unsigned int first, slots;
	int entered;
	int left;
};

static inline void nap(unsigned int us)
{
	struct timespec time = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&time, NULL);
}

static inline void set_blocked(bool blocked)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &all, NULL);
}

static inline void take_signals(struct writer *w)
{
	const struct timespec soon = { 0, 1000000 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sys_signal_number());
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (sigtimedwait(&set, NULL, &soon) > 0)
		w->taken++;
}

static inline void obey(struct writer *w, struct swap_write *open, bool *inside)
{
	struct swap_slot *slot = swap_slot(live, w->first);
	enum order order = w->order;
	uint64_t data = 1;

	if (*inside && order != INSIDE) {
		strategy->ops->commit(slot, open);
		*inside = false;
	}
	if (order == INSIDE && !*inside)
		*inside = strategy->ops->reserve(slot, 8, open) != NULL;
	else if (order == BLOCK)
		set_blocked(true);
	else if (order == TAKE)
		take_signals(w);
	else if (w->obeyed == BLOCK || w->obeyed == TAKE)
		set_blocked(false);
	for (int i = 0; order == WRITE && i < 1000; i++)
		strategy->ops->write(slot, &data, sizeof(data));
	w->obeyed = order;
	if (order != WRITE)
		nap(200);
}

static inline void *writer_main(void *arg)
{
	struct writer *w = arg;
	struct swap_write open;
	bool inside = false;

	for (unsigned int i = 0; i < w->slots && !w->entered; i++)
		w->entered = swap_writer_enter(live, w->first + i);
	w->obeyed = IDLE;
	while (w->order != LEAVE)
		obey(w, &open, &inside);
	for (unsigned int i = 0; i < w->slots && !w->entered; i++)
		w->left |= swap_writer_exit(live, w->first + i);
	w->obeyed = LEAVE;
	return NULL;
}

static inline void command(struct writer *w, enum order order)
{
	w->order = order;
	while (w->obeyed != order)
		nap(100);
}

static inline void start(struct writer *w, unsigned int first,
			 unsigned int slots)
{
	*w = (struct writer){ .first = first, .slots = slots };
	w->obeyed = LEAVE;
	HOLDS(!pthread_create(&w->thread, NULL, writer_main, w));
	while (w->obeyed != IDLE)
		nap(100);
}

static inline void stop(struct writer *w)
{
	command(w, LEAVE);
	pthread_join(w->thread, NULL);
	SAME(w->left, 0);
}

static inline struct rb *make(unsigned int slots)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;

	attr.slots = slots;
	attr.subbufs = 2;
	attr.subbuf_size = 1024;
	SAME(swap_rb_create(strategy, attr, &rb), 0);
	return rb;
}

static inline void make_both(unsigned int slots)
{
	strategy = swap_find("ipi-signal");
	live = make(slots);
	spare = make(slots);
}

/* One slot, one entered writer. */
static struct writer writer;

static inline void begin(void)
{
	make_both(1);
	start(&writer, 0, 1);
	SAME(writer.entered, 0);
}

static inline int swap_within(uint64_t deadline)
{
	int err = swap(live, spare, 0, SWAP_WAIT, deadline, &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, sys_now() + 100 * MS);
	if (!err)
		SAME(rb_recycle(rb_slot(spare, 0)), 0);
	return err;
}

/* Nothing changed: the buffers are where they were, and free to be swapped. */
static inline void swap_answers(int wanted)
{
	struct rb_cpu *a = rb_slot_active(rb_slot(live, 0));
	struct rb_cpu *b = rb_slot_active(rb_slot(spare, 0));

	SAME(swap_within(PATIENCE), wanted);
	HOLDS((rb_slot_active(rb_slot(live, 0)) == a) == !!wanted);
	HOLDS((rb_slot_active(rb_slot(spare, 0)) == b) == !!wanted);
	HOLDS(!load_relaxed(&rb_slot(live, 0)->control));
	HOLDS(!load_relaxed(&rb_slot(live, 0)->refuse));
}

#endif
