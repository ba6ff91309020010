/* SPDX-License-Identifier: MIT */
/*
 * How much time the machine takes away from a thread that only wants to run:
 * a pinned spin on the clock, after oslat of rt-tests.
 */
#ifndef BENCH_MACHINE_NOISE_H
#define BENCH_MACHINE_NOISE_H

#include <stdint.h>

#include "bench/machine/topology.h"

/* How many of the longest gaps are kept. */
#define BENCH_LONGEST 8

/* Thresholds that gaps are counted over: 1 us, 10 us, 100 us, 1 ms. */
#define BENCH_GAP_CLASSES 4
extern const uint64_t bench_gap_ns[BENCH_GAP_CLASSES];

/*
 * One PU's spin. A gap is the time between two successive clock reads where it
 * is over 1 us: far longer than a clock read (where the clock source is a sane
 * one), so the thread did not run: timer tick, interrupt, another thread,
 * hypervisor.
 */
struct bench_gaps {
	unsigned int os; /* OS index of the PU that it ran on */
	int err;	 /* 0, or why there is no measurement */
	char why[BENCH_WHY];
	uint64_t elapsed_ns;
	uint64_t reads;			    /* clock reads in that time */
	uint64_t stolen_ns;		    /* sum of all gaps */
	uint64_t over[BENCH_GAP_CLASSES];   /* gaps over each threshold */
	uint64_t longest_ns[BENCH_LONGEST]; /* descending, 0: none */
	uint64_t preempted;		    /* involuntary context switches */
};

/** bench_gaps_share() - the share of the time that was taken away, 0..1 */
double bench_gaps_share(const struct bench_gaps *g);

/**
 * bench_noise_spin() - pin the calling thread to @pu, spin, and report
 * @ms: how long
 *
 * The thread stays pinned. 0 or -errno as bench_topology_pin() and _check();
 * out->err and out->why say the same.
 */
int bench_noise_spin(const struct bench_topology *t, const struct bench_pu *pu,
		     unsigned int ms, struct bench_gaps *out);

/**
 * bench_noise_all() - spin on every allowed PU at once, for @ms
 * @out: an array of t->n_pus, in their order
 *
 * 0, or -ENOMEM/-EAGAIN when threads cannot be had; a PU that could not be
 * measured says so in its own err.
 */
int bench_noise_all(const struct bench_topology *t, unsigned int ms,
		    struct bench_gaps *out);

#endif
