/* SPDX-License-Identifier: MIT */
/*
 * solo.h - a writer alone: whole slices of one loop call each.
 *
 *	err = bench_solo_run(block, why, sizeof(why));
 *
 * Slices of the baseline and of the cell alternate, and which of the two goes
 * first alternates too, so that a slow drift falls on both alike. A pair in
 * which the writer was preempted measures the scheduler: it is counted and left
 * out, as long as others remain.
 *
 * The pairs take turns on the target's slots. Hardware counters get one more
 * slice of the cell, which nobody times: a system call beside the cell's slices
 * alone would lean on the ratio.
 */
#ifndef BENCH_MEASURE_SOLO_H
#define BENCH_MEASURE_SOLO_H

#include "bench/measure/block.h"

/**
 * bench_solo_run() - run the writer to its end, and put what it found
 *
 * The block is set up. 0, or -errno and the reason.
 */
int bench_solo_run(struct bench_block *block, char *why, size_t n);

#endif
