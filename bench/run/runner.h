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

#include <stdbool.h>
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
	unsigned int invalid; /* blocks: evidence against a sound strategy */
	unsigned int failed;  /* blocks of A/A controls that could not run */
	double wall_s;
	double measured_s;

	/* Private. */
	struct bench_journal journal;
	double *logs; /* log ratios, by cell and round; NaN: none */
	bool *done;   /* by cell and round: in the journal already */
	uint64_t started_ns;
	double before_s; /* wall time before it was resumed */
	double overheads[BENCH_PLAN_CLASSES]; /* as its blocks had, ms */
	unsigned int shown;
};

/**
 * bench_run_overheads() - measure what a block takes beside its measured time
 *
 * One very short block of each sort in the plan, some 20 ms each, and then of
 * each cell, for half a second in all. Where a sort cannot be tried its usual
 * value stays.
 */
void bench_run_overheads(struct bench_plan *plan, bool simulate);

/** bench_run_begin() - create the journal; `header` stays the caller's */
int bench_run_begin(struct bench_run *run, const json_t *header, char *why,
		    size_t n);

/**
 * bench_run_resume() - instead of begin: the run that a journal holds
 * @journal: its path
 * @t: this machine
 * @digest: of a matrix that is asked for as well (bench_run_digest()); NULL:
 * none is
 *
 * Fills run->plan, which stays the caller's to free, takes the finished blocks
 * as done, and adds a line that says so to the journal. A journal that is
 * refused is not touched. Nothing is measured: the finished blocks say what
 * the others will take, so that a run which is killed again and again advances.
 *
 * 0, or a reason and -EINVAL: no journal, or a line of it is wrong; -ESTALE:
 * the machine, the build or the matrix has changed; -ENOMEM; system errors.
 */
int bench_run_resume(struct bench_run *run, const char *journal,
		     const struct bench_topology *t, const char *digest,
		     char *why, size_t n);

/**
 * bench_run_blocks() - to the end, the precision, or the first signal
 *
 * SIGINT, SIGTERM and SIGHUP, unless they were ignored, stop it: the block under
 * way is lost, the others
 * are kept. 0 (see run->status), or -errno: the journal cannot be written.
 */
int bench_run_blocks(struct bench_run *run, char *why, size_t n);

/** bench_run_is_evidence() - does a block's status speak against the strategy of
 * its cell, as that claims to be sound? */
bool bench_run_is_evidence(const struct bench_plan_cell *c, const char *status);

/** bench_run_end() - close and free */
void bench_run_end(struct bench_run *run);

/* ------------------------------------------------------------------------ */
/* For resume.c                                                             */

/** bench_run_prepare() - room for what the plan's blocks say; 0, -ENOMEM */
int bench_run_prepare(struct bench_run *run);

/**
 * bench_run_overhead_learn() - what a finished block took, into known by its
 * sort: the least of them
 */
void bench_run_overhead_learn(const struct bench_plan *plan, unsigned int cell,
			      const json_t *line, double *known);

/** bench_run_overheads_take() - predict by these; 0: as before */
void bench_run_overheads_take(struct bench_plan *plan, const double *known);

/**
 * bench_run_restore() - take a block of the journal as done
 *
 * What is no block is passed over. -EINVAL: it is not of the plan.
 */
int bench_run_restore(struct bench_run *run, const json_t *line, char *why,
		      size_t n);

#endif
