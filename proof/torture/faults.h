/* SPDX-License-Identifier: MIT */
/*
 * faults.h - what each strategy does when a part of its world fails.
 *
 * A fault is staged in a process of its own, started afresh (some faults must
 * be there before libraries look: liburcu asks for membarrier(2) and glibc for
 * rseq(2) when they are loaded), under a watchdog. The program that stages
 * them must hand the argument vector
 *
 *	PROGRAM verify --fault-child FD --fault NAME --strategy NAME
 *
 * to fault_child(); `ringswap verify` does.
 *
 * Expectations follow from a strategy's traits; where a strategy differs for a
 * reason of its own, faults.c has a line that says so. A strategy that is
 * expected to return an error must have changed nothing: same buffers, no
 * announcement and no control word left behind, and the books are exact.
 *
 * Sources: pthread_cancel(3), pthread_sigmask(3), getrlimit(2)
 * (RLIMIT_SIGPENDING), seccomp(2), sched(7).
 */
#ifndef PROOF_TORTURE_FAULTS_H
#define PROOF_TORTURE_FAULTS_H

#include <stdbool.h>

#include "strategies/strategy.h"

enum fault {
	FAULT_SLEEPS_INSIDE,	 /* the writer sleeps in an open write */
	FAULT_EXITS_INSIDE,	 /* its thread ends there */
	FAULT_CANCELLED_INSIDE,	 /* it is cancelled there */
	FAULT_SWAPPER_CANCELLED, /* the swapper is, while it waits */
	FAULT_SIGNAL_BLOCKED,	 /* the writer blocks every signal */
	FAULT_SIGNAL_QUEUE,    /* RLIMIT_SIGPENDING is 0 from some moment on */
	FAULT_NO_SIGNAL,       /* rt_tgsigqueueinfo(2) is refused by seccomp */
	FAULT_SIGNAL_LATE,     /* refused from some moment on */
	FAULT_NO_MEMBARRIER,   /* refused by seccomp from the start */
	FAULT_MEMBARRIER_LATE, /* refused from some moment on */
	FAULT_NO_RSEQ,	       /* refused by seccomp from the start */
	FAULT_ONE_CPU,	       /* one CPU for all threads */
	FAULT_FIFO_SWAPPER,    /* SCHED_FIFO, on the writer's CPU */
	FAULTS,
};

/* The dashed name; what is done, in one clause. NULL out of range. */
const char *fault_name(enum fault fault);
const char *fault_summary(enum fault fault);

/* By name; FAULTS: unknown. */
enum fault fault_find(const char *name);

enum fault_verdict {
	FAULT_HOLDS,   /* as expected, books included */
	FAULT_DIFFERS, /* otherwise, hung or crashed */
	FAULT_SKIPPED, /* cannot be staged here: seen says why */
};

/* One cell of the table. */
struct fault_row {
	enum fault_verdict verdict;
	char expected[64];
	char seen[128];
	char books[128];
};

/*
 * Stage one fault for one strategy. Takes less than a second where all is as
 * expected; the watchdog ends it after 15. Thread context; the caller has one
 * thread. 0 or -errno (no child, no memory).
 */
int fault_run(enum fault fault, const struct swap_strategy *strategy,
	      struct fault_row *row);

/* The other half, in the fresh process; row is shared through fd. */
int fault_child(int fd, enum fault fault, const struct swap_strategy *strategy);

#endif
