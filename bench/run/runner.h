/* SPDX-License-Identifier: MIT */
/*
 * runner.h - run a plan: every block in a process of its own, each finished
 * one on disk before the next begins.
 *
 *	struct bench_run run = { .topology = t, .plan = &plan, ... };
 *
 *	err = bench_run_begin(&run, header, why, sizeof(why));
 *	if (!err)
 *		err = bench_run_blocks(&run, why, sizeof(why));
 *	bench_run_end(&run);
 *
 * The calling process has one thread and measures nothing itself; it sleeps
 * while a block runs.
 */
#ifndef BENCH_RUN_RUNNER_H
#define BENCH_RUN_RUNNER_H

#include <stdio.h>

#include "bench/run/journal.h"
#include "bench/plan/plan.h"

/* Why a run is over. */
enum bench_run_status {
	BENCH_RUN_COMPLETE,
	BENCH_RUN_PRECISE,     /* the precision asked for is reached */
	BENCH_RUN_CAP,	       /* it is not, and the rounds are used up */
	BENCH_RUN_INTERRUPTED, /* a signal; what is finished is kept */
	BENCH_RUN_FAILED,      /* the journal cannot be written */
};

struct bench_run {
	/* The caller's. */
	struct bench_plan *plan;
	const char *journal_path;
	bool simulate;
	FILE *progress; /* NULL: silent */

	/* Results. */
	enum bench_run_status status;
	unsigned int rounds; /* finished */
	unsigned int blocks;
	unsigned int invalid; /* blocks that make their cell INVALID */
	double wall_s;
	double measured_s;

	/* Private. */
	struct bench_journal journal;
	double *logs; /* log ratios, by cell and round; NaN: none */
	bool *done;   /* by cell and round: in the journal already */
	uint64_t started_ns;
	double before_s; /* wall time of the parts before a resume */
	unsigned int shown;
};

/**
 * bench_run_overheads() - measure what a block takes beside its measured time
 *
 * One very short block of each sort in the plan: some 20 ms each. Where a
 * sort cannot be tried its usual value stays.
 */
void bench_run_overheads(struct bench_plan *plan, bool simulate);

/** bench_run_begin() - create the journal; `header` stays the caller's */
int bench_run_begin(struct bench_run *run, const json_t *header, char *why,
		    size_t n);

/**
 * bench_run_resume() - instead of begin, for a journal that exists; 0, -ENOMEM
 *
 * Its lines are taken up one by one while bench_journal_reopen() gives them.
 */
int bench_run_resume(struct bench_run *run);

/**
 * bench_run_take_up() - a line of the journal that is gone on with
 *
 * What is no block is passed over. -EINVAL: a block is not of the plan.
 */
int bench_run_take_up(struct bench_run *run, const json_t *line, char *why,
		      size_t n);

/**
 * bench_run_blocks() - to the end, the precision, or the first signal
 *
 * SIGINT, SIGTERM and SIGHUP stop it: the block under way is lost, the others
 * are kept. 0 (see run->status), or -errno: the journal cannot be written.
 */
int bench_run_blocks(struct bench_run *run, char *why, size_t n);

/** bench_run_end() - close and free */
void bench_run_end(struct bench_run *run);

/**
 * bench_run_block() - one block in a fresh process
 *
 * Always gives a datum: a process that crashed, hung or said nothing gives one
 * with that status. NULL: a signal stopped it, or no memory.
 */
json_t *bench_run_block(const struct bench_block_spec *spec, bool simulate);

/**
 * bench_run_lock() - at most one run on this machine
 * @path: NULL for the usual place (RINGSWAP_LOCK names another)
 *
 * The lock ends with the process. Returns a file descriptor or -EBUSY, and
 * `why` names the holder's pid; or -errno.
 */
int bench_run_lock(const char *path, char *why, size_t n);

#endif
