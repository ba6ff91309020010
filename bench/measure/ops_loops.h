/* SPDX-License-Identifier: MIT */
/*
 * ops_loops.h - loops of writes as an application makes them that chooses its
 * strategy at run time: each event is made, and given to ops->write(), which
 * copies it.
 *
 *	loop.ops = strategy->ops;
 *	bench_ops_loop(SWAP_LOOP_BATCH, 16)(&loop);
 *
 * What such a call costs is the same for all strategies and several times a
 * write, so it hides what they differ in: the measured loops of write_loops.h
 * have none (docs/architecture.md). These here are the axis `call`.
 */
#ifndef BENCH_MEASURE_OPS_LOOPS_H
#define BENCH_MEASURE_OPS_LOOPS_H

#include "strategies/write_loops.h"

/** bench_ops_loop() - NULL: no such payload */
swap_loop_fn bench_ops_loop(enum swap_loop_kind kind, uint32_t payload);

#endif
