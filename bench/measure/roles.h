/* SPDX-License-Identifier: MIT */
/*
 * roles.h - threads that stand where they should and start together.
 *
 *	struct bench_role roles[2] = {
 *		{ .run = write, .arg = &w, .pu = pair.writer },
 *		{ .run = swap, .arg = &s, .pu = pair.swapper },
 *	};
 *
 *	err = bench_roles_run(t, roles, 2, seed, why, sizeof(why));
 *	if (err || !roles[0].stayed)
 *		discard the measurement
 *
 * Every role is pinned, scheduled and proven to run there before the first of
 * them starts, and looked at again when it ends. Its stack begins at an offset
 * drawn from the seed: where it lies against the buffers can be worth some per
 * cent, and should vary between blocks instead of favouring one row.
 */
#ifndef BENCH_MEASURE_ROLES_H
#define BENCH_MEASURE_ROLES_H

#include <pthread.h>
#include <sys/types.h>

#include "bench/plan/cell.h"
#include "bench/machine/topology.h"

struct bench_gate;

struct bench_role {
	/* The caller's. */
	void (*run)(struct bench_role *role);
	void *arg;
	const struct bench_pu *pu;
	struct bench_sched sched;
	bool wants_real_time; /* where sched asks for no class: if permitted */

	/* Results. */
	int err; /* why it did not start */
	char why[BENCH_WHY];
	bool stayed;	    /* still bound, and there, at the end */
	uint64_t voluntary; /* context switches while it ran */
	uint64_t involuntary;
	bool is_real_time;	  /* it has such a priority */
	char ordinary[BENCH_WHY]; /* why it was wanted and is not there */

	/* Private. */
	pthread_t thread;
	struct bench_gate *gate;
	const struct bench_topology *topology;
	size_t stack_offset;
};

/**
 * bench_roles_run() - run all roles to their end
 *
 * The caller sleeps meanwhile. 0, or the error of the first role that could
 * not be created, scheduled (-EPERM: no right to a real-time class) or pinned;
 * then none has run.
 */
int bench_roles_run(const struct bench_topology *t, struct bench_role *roles,
		    unsigned int n, uint64_t seed, char *why, size_t size);

/** bench_preemptions() - of this thread, so far: PU taken away by the system */
uint64_t bench_preemptions(void);

/**
 * bench_hog_start() - a process that keeps one PU busy for ever
 *
 * Before any thread exists. It ends with its parent, or by bench_hog_stop().
 * 0 or -errno.
 */
int bench_hog_start(const struct bench_topology *t, const struct bench_pu *pu,
		    pid_t *out);
void bench_hog_stop(pid_t hog);

/* ------------------------------------------------------------------------ */
/* Waiting, inside roles                                                    */

/* How a role waits for another one. */
enum bench_patience {
	BENCH_SPIN,  /* they run on different PUs */
	BENCH_SLEEP, /* they share one, or somebody else is on it */
};

/** bench_wait_until() - until the cycle counter says so; returns its value */
uint64_t bench_wait_until(uint64_t cycles, double cycles_per_ns,
			  enum bench_patience patience);

/** bench_relax() - one turn of a waiting loop */
void bench_relax(enum bench_patience patience, unsigned int turn);

/* ------------------------------------------------------------------------ */
/* Clock                                                                    */

/**
 * bench_cycles_per_ns() - the rate of rb_clock_cycles(), measured once
 *
 * Against CLOCK_MONOTONIC over 2 ms, and kept for the process; good to some
 * 50 ppm. Call it before threads start.
 */
double bench_cycles_per_ns(void);

#endif
