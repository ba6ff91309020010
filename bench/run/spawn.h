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
 * Always gives a datum, a new reference: a process that crashed, hung or said
 * nothing gives one with that status. NULL: a signal stopped it, or no memory.
 */
json_t *bench_run_block(const struct bench_block_spec *spec, bool simulate);

#endif
