/* SPDX-License-Identifier: MIT */
/*
 * crew_sample.h - what a swap costs its caller, swap by swap.
 *
 * CPU time, hardware counters and system calls of some swaps each, taken by
 * themselves while warming up: to look at them takes system calls, which would
 * lengthen the swaps that are measured. For crew_swapper.c.
 */
#ifndef BENCH_MEASURE_CREW_SAMPLE_H
#define BENCH_MEASURE_CREW_SAMPLE_H

#include "bench/measure/crew.h"

/** bench_crew_sample() - fill cpu_ns, counted and syscalls of crew->swaps
 *
 * Writers are writing to the cell's target. On the swapper's thread.
 */
void bench_crew_sample(struct bench_crew *crew);

#endif
