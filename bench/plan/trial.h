/* SPDX-License-Identifier: MIT */
/*
 * trial.h - can a strategy or a floor run here? Asked where it does no harm.
 *
 *	if (bench_trial(strategy, why, sizeof(why)))
 *		... unavailable: why ...
 */
#ifndef BENCH_PLAN_TRIAL_H
#define BENCH_PLAN_TRIAL_H

#include <stddef.h>

#include "bench/floors/floors.h"
#include "strategies/strategy.h"

/**
 * bench_trial() - swap_probe(), after a child has survived it
 *
 * Where a filter kills whoever makes a system call, the child dies, and the
 * answer is -ENOTSUP; else it is that of swap_probe(). Each strategy is tried
 * once in a process. Not from several threads at a time.
 */
int bench_trial(const struct swap_strategy *strategy, char *why, size_t n);

/**
 * bench_trial_floor() - the same of a floor's mechanism
 *
 * 0, or -ENOTSUP where the system has not got its call, or forbids it; another
 * failure is for who measures it.
 */
int bench_trial_floor(const struct bench_floor *floor, char *why, size_t n);

#endif
