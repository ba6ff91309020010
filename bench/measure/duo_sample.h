/* SPDX-License-Identifier: MIT */
/*
 * duo_sample.h - what a swap costs its caller, swap by swap.
 *
 * CPU time, hardware counters and system calls of some swaps each, taken by
 * themselves while warming up: to look at them takes system calls, which would
 * lengthen the swaps that are measured. For duo_swapper.c.
 */
#ifndef BENCH_MEASURE_DUO_SAMPLE_H
#define BENCH_MEASURE_DUO_SAMPLE_H

#include "bench/measure/duo.h"

/** bench_duo_sample() - fill cpu_ns, counted and syscalls of duo->swaps
 *
 * Writers are writing to the cell's target. On the swapper's thread.
 */
void bench_duo_sample(struct bench_duo *duo);

#endif
