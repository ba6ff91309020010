/* SPDX-License-Identifier: MIT */
/*
 * swap.c - a writer thread and a swapper thread of one slot, by strategy.h.
 *
 *	example_swap STRATEGY
 *
 * Tells what became of the events. Exit status 0; 1: something failed, which
 * is told; 77: the strategy does not run here.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "strategies/strategy.h"

#define EVENTS	    1000000u
#define DEADLINE_NS 100000u /* short: some swaps time out, or are settled */

struct job {
	const struct swap_strategy *strategy;
	struct rb *live, *spare;
	_Atomic bool done;		      /* by the writer */
	unsigned long written, read, overrun; /* events */
	int error;			      /* the writer's */
};

static int tell(const char *what, int err)
{
	if (err)
		fprintf(stderr, "%s: %s\n", what, strerror(-err));
	return err;
}

static void *writer(void *arg)
{
	struct job *job = arg;
	struct swap_slot *slot = swap_slot(job->live, 0);

	do /* -EAGAIN: a swap is under way */
		job->error = swap_writer_enter(job->live, 0);
	while (job->error == -EAGAIN);
	if (!job->error) {
		for (uint64_t i = 0; i < EVENTS; i++)
			if (!job->strategy->ops->write(slot, &i, sizeof(i)))
				job->written++; /* else counted by cause */
		job->error = swap_writer_exit(job->live, 0);
	}
	store_release(&job->done, true); /* W1 pairs with S1: its last words */
	return NULL;
}

static int see(const struct rb_event *event, void *arg)
{
	++*(unsigned long *)arg; /* event->payload, event->length */
	return event->length != sizeof(uint64_t);
}

/* Everything in the buffer that rb's slot 0 has now; then it is empty. */
static int read_all(struct job *job, struct rb *rb)
{
	struct rb_slot *slot = rb_slot(rb, 0);
	long n = rb_consume(slot, ULONG_MAX, see, &job->read);
	struct rb_counts counts;

	if (n < 0)
		return tell("consume", (int)n);
	rb_counts(rb_slot_active(slot), &counts);
	job->overrun += counts.overrun;
	return tell("recycle", rb_recycle(slot));
}

/* A swap that is in progress is never left: it is settled until it is over. */
static int swap_once(struct job *job)
{
	struct swap_op op;
	uint64_t end = swap_deadline(job->strategy, sys_now() + DEADLINE_NS);
	int err = swap(job->live, job->spare, 0, SWAP_WAIT, end, &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, SWAP_FOREVER);
	if (err == -ETIMEDOUT)
		return 0; /* nothing has changed; the next one may do better */
	return err ? tell("swap", err) : read_all(job, job->spare);
}

static int run(struct job *job)
{
	pthread_t thread;
	int err = tell("thread", -pthread_create(&thread, NULL, writer, job));

	if (err)
		return err;
	while (!err && !load_acquire(&job->done)) /* S1 pairs with W1 */
		err = swap_once(job);
	pthread_join(thread, NULL);
	if (!err)
		err = tell("writer", job->error);
	return err ? err : read_all(job, job->live); /* the last events */
}

int main(int argc, char **argv)
{
	const struct rb_attr attr = RB_ATTR_DEFAULT;
	struct job job = { .strategy = argc == 2 ? swap_find(argv[1]) : NULL };
	char why[160] = "it is no strategy that swaps and is sound";
	const struct swap_strategy *s = job.strategy;

	if (!s || !s->sound || !s->swap || swap_probe(s, why, sizeof(why)))
		return puts(why), 77;
	if (tell("create", swap_rb_create(s, attr, &job.live)) ||
	    tell("create", swap_rb_create(s, attr, &job.spare)) || run(&job) ||
	    tell("destroy", rb_destroy(job.live)) ||
	    tell("destroy", rb_destroy(job.spare)))
		return 1;
	printf("%lu written, %lu read, %lu overwritten\n", job.written,
	       job.read, job.overrun);
	return job.written != job.read + job.overrun;
}
