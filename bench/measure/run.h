/* SPDX-License-Identifier: MIT */
/*
 * run.h - one block: a cell against its baseline in one fresh process.
 *
 *	json_t *datum;
 *
 *	err = bench_block_run(t, &spec, &datum, why, sizeof(why));
 *
 * The datum is what docs/block-format.md says of a block from "status" on.
 */
#ifndef BENCH_MEASURE_RUN_H
#define BENCH_MEASURE_RUN_H

#include <jansson.h>

#include "bench/plan/spec.h"

struct bench_topology;

/**
 * bench_block_run() - measure, on this process's threads
 *
 * swap_setup() has been called and no other thread exists. *out is a new
 * reference; a mechanism that is missing here gives a datum with status
 * `unavailable` and no error. -ENOMEM, -EINVAL (the spec does not fit) or what
 * the system refused.
 */
int bench_block_run(const struct bench_topology *t,
		    const struct bench_block_spec *spec, json_t **out,
		    char *why, size_t n);

#endif
