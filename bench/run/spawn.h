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
 * bench_run_block() - measure what spec says
 *
 * Always gives a datum, a new reference. One of a process that died of its own
 * fault is `crashed`, one that hung `timed-out`; what this machine or somebody
 * on it kept from an end is `failed`, with the reason: no process, no memory, no
 * descriptors, no CPU, a kill. NULL: a signal wants the run to stop, or no
 * memory.
 */
json_t *bench_run_block(const struct bench_block_spec *spec, bool simulate);

#endif
