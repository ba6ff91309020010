/* SPDX-License-Identifier: MIT */
/*
 * library.c - a writer thread and a swapper thread of one slot, by ringswap.h.
 *
 *	example_library STRATEGY
 *
 * Tells what became of the events. Exit status 0; 1: something failed, which
 * is told; 77: the strategy does not run here.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "strategies/ringswap.h" /* installed: <ringswap/ringswap.h> */

#define EVENTS	    1000000u
#define DEADLINE_NS 100000u /* short: some swaps time out, or are settled */

struct job {
	struct ringswap *r;
	int done;			      /* by the writer, atomic */
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

	do /* -EAGAIN: a swap is under way */
		job->error = ringswap_enter(job->r, 0);
	while (job->error == -EAGAIN);
	if (!job->error) {
		for (uint64_t i = 0; i < EVENTS; i++)
			if (!ringswap_write(job->r, 0, &i, sizeof(i)))
				job->written++; /* else counted by cause */
		job->error = ringswap_exit(job->r, 0);
	}
	__atomic_store_n(&job->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* The whole snapshot; then it is the spare of the next swap. */
static int read_all(struct job *job)
{
	struct ringswap_counts counts;
	struct ringswap_event event;
	int err;

	while ((err = ringswap_next(job->r, 0, &event)) == 1)
		job->read++; /* event.payload, event.length */
	if (!err)
		err = ringswap_counts(job->r, 0, &counts);
	if (err)
		return tell("read", err);
	job->overrun += counts.overrun;
	return tell("recycle", ringswap_recycle(job->r, 0));
}

/* A swap that is in progress is never left: it is settled until it is over. */
static int swap_once(struct job *job, uint64_t ns)
{
	int err = ringswap_swap(job->r, 0, ringswap_in(ns));

	if (err == -EOPNOTSUPP) /* the strategy has no deadlines */
		err = ringswap_swap(job->r, 0, RINGSWAP_FOREVER);
	while (err == -EINPROGRESS)
		err = ringswap_settle(job->r, 0, RINGSWAP_FOREVER);
	if (err == -ETIMEDOUT)
		return 0; /* nothing has changed; the next one may do better */
	return err ? tell("swap", err) : read_all(job);
}

static int run(struct job *job)
{
	pthread_t thread;
	int err = tell("thread", -pthread_create(&thread, NULL, writer, job));

	if (err)
		return err;
	while (!err && !__atomic_load_n(&job->done, __ATOMIC_ACQUIRE))
		err = swap_once(job, DEADLINE_NS);
	pthread_join(thread, NULL);
	if (!err)
		err = tell("writer", job->error);
	return err ? err : swap_once(job, 1000000000); /* the last events */
}

int main(int argc, char **argv)
{
	const char *name = argc == 2 ? argv[1] : "";
	const char *sound = ringswap_trait(name, "sound");
	const char *shape = ringswap_trait(name, "shape");
	char why[160] = "it is no strategy that swaps and is sound";
	struct job job = { 0 };

	if (!sound || strcmp(sound, "yes") || !strcmp(shape, "none") ||
	    ringswap_probe(name, why, sizeof(why))) {
		fprintf(stderr, "cannot run: %s\n", why);
		return 77;
	}
	if (tell("create", ringswap_create(name, NULL, &job.r)) || run(&job) ||
	    tell("destroy", ringswap_destroy(job.r)))
		return 1;
	printf("%lu written, %lu read, %lu overwritten\n", job.written,
	       job.read, job.overrun);
	return job.written != job.read + job.overrun;
}
