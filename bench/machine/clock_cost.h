/* SPDX-License-Identifier: MIT */
/* What reading a clock costs, measured. */
#ifndef BENCH_MACHINE_CLOCK_COST_H
#define BENCH_MACHINE_CLOCK_COST_H

#include <stdint.h>

/*
 * What the cost of reading a clock is, and how fast the cycle counter runs.
 * The counter is the TSC on x86-64 and CNTVCT on arm64; 0 where there is none.
 */
struct bench_clock_cost {
	double gettime_ns; /* clock_gettime(CLOCK_MONOTONIC) */
	double counter_ns; /* the counter, unserialised */
	double counter_mhz;
	double step_ns; /* smallest difference of two reads of the counter */
};

/**
 * bench_probe_clock_cost() - measure it, in about 30 ms
 *
 * Medians of batches, on the calling thread wherever it runs.
 */
void bench_probe_clock_cost(struct bench_clock_cost *out);

#endif
