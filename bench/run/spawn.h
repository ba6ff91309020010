/* SPDX-License-Identifier: MIT */
/*
 * spawn.h - one block in a fresh process, and the watchdog over it.
 */
#ifndef BENCH_RUN_SPAWN_H
#define BENCH_RUN_SPAWN_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/plan/spec.h"

/**
 * bench_run_can_start() - can this program start its blocks?
 *
 * 0, or a reason and -errno: there is no /proc. Ask before measuring.
 */
int bench_run_can_start(char *why, size_t n);

/**
 * bench_run_block() - measure what spec says
 *
 * Always gives a datum, a new reference. One of a process that died of its own
 * fault is `crashed`, one that hung `timed-out`; what this machine or somebody
 * on it kept from an end is `failed`, with the reason: no process, no memory, no
 * descriptors, no CPU, a kill. NULL: a signal wants the run to stop, or no
 * memory.
 */
json_t *bench_run_block(const struct bench_block_spec *spec, bool simulate);

/* A thread of a block that is late, looked at twice within a moment. */
struct bench_thread {
	double ran_ms; /* since it began */
	double ran_before_ms;
	double waited_ms; /* for a PU, until it last got one */
	bool stopped;	  /* by a signal, or a debugger */
	bool ready; /* to run, or waiting for a disk; at the second look */
	bool said;  /* by the system */
};

/**
 * bench_run_kept_ms() - so long it could have run and did not
 *
 * A wait that is not over is in no statistics of the system's (a thread behind
 * one of the same real-time priority may wait for seconds): who is ready and
 * does not run has waited all the time that it has not run.
 */
double bench_run_kept_ms(const struct bench_thread *at, double took_ms);

/* Of a block's time until its watchdog came, as shares of it. */
struct bench_shares {
	double most_kept; /* a thread could run and did not */
	double kept;	  /* all its threads together */
	double ran;	  /* the same, running */
};

/**
 * bench_run_was_kept() - had it no chance to finish, as others ran instead?
 *
 * Threads that wait for each other in turn each lose only part of the time on a
 * loaded machine, and together all of it. Those that share one PU keep each
 * other from running, and nobody else does: together they run all the time.
 */
bool bench_run_was_kept(const struct bench_shares *shares);

#endif
