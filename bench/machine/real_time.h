/* SPDX-License-Identifier: MIT */
/*
 * real_time.h - a real-time priority for threads that are timed.
 *
 * What ordinary threads wait for includes everybody else on their PU, which
 * belongs to the scheduler and not to what is measured.
 *
 *	if (!bench_real_time_safe("", why, sizeof(why)))
 *		err = bench_real_time_take(why, sizeof(why));
 */
#ifndef BENCH_MACHINE_REAL_TIME_H
#define BENCH_MACHINE_REAL_TIME_H

#include <stddef.h>

/**
 * bench_real_time_safe() - may a thread spin at such a priority here?
 *
 * 0, or -EPERM and the reason: this system never takes a PU from such a thread,
 * so that one that hangs would stop the machine, or does not say whether it
 * does. @root as in probe.h.
 */
int bench_real_time_safe(const char *root, char *why, size_t n);

/**
 * bench_real_time_take() - the lowest SCHED_FIFO priority, for this thread
 *
 * 0, or -errno and the reason; then nothing has changed.
 */
int bench_real_time_take(char *why, size_t n);

#endif
