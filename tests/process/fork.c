/* SPDX-License-Identifier: MIT */
/* fork.c - ring buffers stay with the process that made them. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "strategies/ringswap.h"
#include "tests/process/process.h"

/* Whoever hangs in a child is killed, which the parent tells. */
#define CHILD_SECONDS 10u

#define WRITES 1000

static int take_none(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 1;
}

static void writes_are_refused_as_context(struct rb *rb, unsigned int slot)
{
	uint64_t before = all_drops(rb, slot);
	uint64_t context = rb_drops(rb_slot(rb, slot), RB_DROP_CONTEXT);
	struct swap_write write;

	for (int i = 0; i < WRITES; i++)
		must_be(write_to(rb, slot), -ENOBUFS);
	must(!strategy->ops->reserve(swap_slot(rb, slot), 16, &write));
	must_be((long)(all_drops(rb, slot) - before), WRITES + 1);
	must_be((long)(rb_drops(rb_slot(rb, slot), RB_DROP_CONTEXT) - context),
		WRITES + 1);
}

static void calls_say_child(struct swap_op *pending)
{
	struct swap_op ops[2];
	int errors[2];

	must_be(swap(live, spare, 0, SWAP_WAIT, SWAP_FOREVER, ops), -ECHILD);
	must_be(swap(live, spare, 0, SWAP_TRY, 0, ops), -ECHILD);
	swap_every_slot(live, spare, SWAP_FOREVER, ops, errors);
	must_be(errors[0], -ECHILD);
	must_be(errors[1], -ECHILD);
	if (pending) {
		must_be(swap_settle(pending, SWAP_FOREVER), -ECHILD);
		/* a new op at the same place */
		memset(pending, 0, sizeof(*pending));
		must_be(swap(live, spare, 0, SWAP_TRY, 0, pending), -ECHILD);
	}
	must_be(swap_writer_exit(live, 0), -ECHILD);
	must_be(swap_writer_enter(live, 0), -ECHILD);
	must_be(swap_writer_enter(live, 1), -ECHILD);
	must_be(rb_reset(rb_slot(live, 0)), -ECHILD);
	must_be(rb_resize(rb_slot(live, 0), 4), -ECHILD);
	must_be(rb_recycle(rb_slot(spare, 0)), -ECHILD);
	must_be(rb_consume(rb_slot(spare, 0), 1, take_none, NULL), -ECHILD);
	must_be(rb_destroy(live), -ECHILD);
	must_be(rb_destroy(spare), -ECHILD);
}

/* liburcu waits for readers that are not there: then no slot is to be had. */
static void use_new_pair_or_none(void)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct rb *rb;
	int err = swap_rb_create(strategy, attr, &rb);

	if (strategy->family == SWAP_RCU && err == -ECHILD)
		return;
	must_be(err, 0);
	must_be(rb_destroy(rb), 0);
	use_new_pair();
}

/* Everything that the child may do, and what it may not. */
static void in_child(struct swap_op *pending)
{
	must_be(sys_tid(), gettid());
	writes_are_refused_as_context(live, 0);
	writes_are_refused_as_context(spare, 0);
	calls_say_child(pending);
	use_new_pair_or_none();
	must_be(load_relaxed(&rb_slot(live, 0)->nesting), 0);
}

/* fork; in the child, which the parent waits for, this is true. */
static bool forks(void)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	must(child >= 0);
	if (!child) {
		alarm(CHILD_SECONDS);
		return true;
	}
	must_be(waitpid(child, &status, 0), child);
	must_be(status, 0);
	return false;
}

void fork_quiet(void)
{
	make_pair(2, RB_OVERWRITE);
	must_be(swap_writer_enter(live, 0), 0);
	must_be(write_to(live, 0), 0);
	if (forks()) {
		in_child(NULL);
		if (forks()) { /* and a child of it */
			in_child(NULL);
			_exit(0);
		}
		_exit(0);
	}
	must_be(write_to(live, 0), 0); /* the parent has lost nothing */
	must_be((long)all_drops(live, 0), 0);
	use_new_pair();
	must_be(swap_writer_exit(live, 0), 0);
	must_be(rb_destroy(live), 0);
	must_be(rb_destroy(spare), 0);
}

static struct swap_op pending;

static void *swap_in_thread(void *arg)
{
	int err = swap(live, spare, 0, SWAP_WAIT,
		       swap_deadline(strategy, sys_now() + 500 * MS), &pending);

	while (err == -EINPROGRESS)
		err = swap_settle(&pending, SWAP_FOREVER);
	*(int *)arg = err;
	return NULL;
}

/* The writer forks inside a write while another thread waits in a swap. */
void fork_in_swap(void)
{
	struct swap_write write;
	pthread_t thread;
	int err = -1;

	make_pair(2, RB_OVERWRITE);
	must_be(swap_writer_enter(live, 0), 0);
	must(strategy->ops->reserve(swap_slot(live, 0), 16, &write) != NULL);
	must_be(pthread_create(&thread, NULL, swap_in_thread, &err), 0);
	nap(50);
	if (forks()) {
		strategy->ops->commit(swap_slot(live, 0), &write);
		in_child(load_relaxed(&swap_slot(live, 0)->op) ? &pending
							       : NULL);
		_exit(0);
	}
	strategy->ops->commit(swap_slot(live, 0), &write);
	must_be(pthread_join(thread, NULL), 0);
	if (strategy->sound && strategy->swap)
		must_be(err, 0);
}

static _Atomic unsigned int is_inside, may_end;

static void *write_slowly(void *arg)
{
	struct swap_write write;

	(void)arg;
	must_be(swap_writer_enter(live, 0), 0);
	must(strategy->ops->reserve(swap_slot(live, 0), 16, &write) != NULL);
	store_relaxed(&is_inside, 1);
	while (!load_relaxed(&may_end))
		nap(1);
	strategy->ops->commit(swap_slot(live, 0), &write);
	must_be(swap_writer_exit(live, 0), 0);
	return NULL;
}

/* Another thread is inside a write, which nobody ends in the child. */
void fork_beside_a_write(void)
{
	pthread_t thread;

	make_pair(2, RB_OVERWRITE);
	must_be(pthread_create(&thread, NULL, write_slowly, NULL), 0);
	while (!load_relaxed(&is_inside))
		nap(1);
	if (forks()) {
		writes_are_refused_as_context(live, 0);
		writes_are_refused_as_context(live, 1);
		calls_say_child(NULL);
		use_new_pair_or_none();
		_exit(0);
	}
	store_relaxed(&may_end, 1);
	must_be(pthread_join(thread, NULL), 0);
	use_new_pair();
}

static void *fork_and_end(void *arg)
{
	(void)arg;
	must_be(swap_writer_enter(live, 0), 0);
	if (forks()) {
		in_child(NULL);
		pthread_exit(NULL); /* the last thread: exit(0) */
	}
	return NULL;
}

/* The thread that forked ends in the child: no slot of it is left there. */
void fork_and_the_thread_ends(void)
{
	make_pair(2, RB_OVERWRITE);
	on_thread(fork_and_end, NULL);
	must_be(rb_destroy(live), 0); /* in the parent it has left */
	must_be(rb_destroy(spare), 0);
}

/* The same by ringswap.h: each call, in every state that a slot can have. */
void fork_of_a_library_user(void)
{
	struct ringswap_event event;
	struct ringswap_counts counts;
	struct ringswap_reservation reservation;
	struct ringswap *r;
	int errors[1];

	must_be(ringswap_create(strategy->name, NULL, &r), 0);
	must_be(ringswap_enter(r, 0), 0);
	must_be(ringswap_write(r, 0, "abc", 4), 0);
	if (strategy->swap)
		must_be(ringswap_swap(r, 0, RINGSWAP_FOREVER), 0);
	if (!forks()) {
		must_be(ringswap_write(r, 0, "abc", 4), 0);
		must_be(ringswap_exit(r, 0), 0);
		must_be(ringswap_destroy(r), 0);
		return;
	}
	must_be(ringswap_write(r, 0, "abc", 4), -ENOBUFS);
	must(!ringswap_reserve(r, 0, 4, &reservation));
	must_be((long)ringswap_drops(r, 0, RB_DROP_CONTEXT), 2);
	must_be(ringswap_enter(r, 0), -ECHILD);
	must_be(ringswap_exit(r, 0), -ECHILD);
	must_be(ringswap_swap(r, 0, RINGSWAP_FOREVER), -ECHILD);
	must_be(ringswap_try_swap(r, 0), -ECHILD);
	must_be(ringswap_settle(r, 0, RINGSWAP_FOREVER), -ECHILD);
	must_be(ringswap_swap_all(r, RINGSWAP_FOREVER, errors), 0);
	must_be(errors[0], -ECHILD);
	must_be(ringswap_next(r, 0, &event), -ECHILD);
	must_be(ringswap_counts(r, 0, &counts), -ECHILD);
	must_be(ringswap_recycle(r, 0), -ECHILD);
	must_be(ringswap_destroy(r), -ECHILD);
	must_be(ringswap_create(strategy->name, NULL, &r), 0);
	must_be(ringswap_enter(r, 0), 0);
	must_be(ringswap_write(r, 0, "abc", 4), 0);
	must_be(ringswap_exit(r, 0), 0);
	must_be(ringswap_destroy(r), 0);
	_exit(0);
}

static volatile sig_atomic_t handlers, forks_on_top;

/* A handler that forks, whatever it has interrupted; that child goes at once. */
static void fork_on_top(int number)
{
	pid_t child = fork();
	int status = -1;

	(void)number;
	if (!child)
		_exit(0);
	if (child > 0)
		waitpid(child, &status, 0);
	forks_on_top = forks_on_top + !status;
}

/* The application's handler runs between the library's and the fork. */
static void interrupt_the_fork(void)
{
	handlers = handlers + 1;
	if (handlers == 1)
		raise(SIGUSR1);
}

static struct rb *of_the_child;

static void create_in_child(void)
{
	int err = swap_rb_create(strategy, (struct rb_attr)RB_ATTR_DEFAULT,
				 &of_the_child);

	must(!err || (err == -ECHILD && strategy->family == SWAP_RCU));
}

static void handle(int number)
{
	struct sigaction action = { .sa_handler = fork_on_top,
				    .sa_flags = SA_RESTART };

	must_be(sigaction(number, &action, NULL), 0);
}

/*
 * A handler forks on top of a fork, and the application's own fork handler,
 * which is older than ours, makes a ring buffer: no hang, and it is usable.
 */
void fork_in_handlers(void)
{
	alarm(CHILD_SECONDS);
	handle(SIGUSR1);
	must_be(pthread_atfork(interrupt_the_fork, NULL, create_in_child), 0);
	make_pair(1, RB_OVERWRITE);
	if (forks()) {
		must_be(swap_writer_enter(live, 0), -ECHILD);
		if (of_the_child) {
			must_be(swap_writer_enter(of_the_child, 0), 0);
			must_be(write_to(of_the_child, 0), 0);
			must_be(swap_writer_exit(of_the_child, 0), 0);
			must_be(rb_destroy(of_the_child), 0);
		}
		_exit(0);
	}
	must_be(forks_on_top, 1);
	must_be(handlers, 2);
	use_new_pair();
}

/* It interrupts whatever makes and destroys ring buffers. */
void fork_in_a_timer(void)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	alarm(CHILD_SECONDS);
	handle(SIGVTALRM);
	make_pair(1, RB_OVERWRITE);
	must_be(setitimer(ITIMER_VIRTUAL, &often, NULL), 0);
	while (forks_on_top < 100) {
		struct rb *rb = make_one(1, RB_OVERWRITE);

		must_be(rb_destroy(rb), 0);
	}
	must_be(setitimer(ITIMER_VIRTUAL, &never, NULL), 0);
	use_new_pair();
}
