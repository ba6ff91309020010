/* SPDX-License-Identifier: MIT */
/*
 * descriptors.h - what strategies and floors say of themselves, as JSON.
 *
 * A journal's header carries them, so that a result is made of its journal and
 * of nothing else: whoever reads it need not know the strategies of the build
 * that measured. docs/block-format.md describes the members; nobody else makes
 * them. A json_t that is returned is a new reference, NULL: out of memory.
 */
#ifndef BENCH_PLAN_DESCRIPTORS_H
#define BENCH_PLAN_DESCRIPTORS_H

#include <jansson.h>

#include "bench/floors/floors.h"
#include "bench/plan/plan.h"
#include "strategies/strategy.h"

/** bench_descriptor_of_strategy() - its name, kind, traits */
json_t *bench_descriptor_of_strategy(const struct swap_strategy *strategy);

/** bench_descriptor_of_floor() - what it is, and what it bounds */
json_t *bench_descriptor_of_floor(const struct bench_floor *floor);

/**
 * bench_descriptors_json() - the header's member "descriptors"
 *
 * The strategies of the plan's cells and those that they are compared with,
 * every floor, every scenario of the plan.
 */
json_t *bench_descriptors_json(const struct bench_plan *plan);

#endif
