/* SPDX-License-Identifier: MIT */
/*
 * block.h - one block: a cell against its baseline in one fresh process.
 *
 *	json_t *datum;
 *
 *	err = bench_block_run(t, &spec, &datum, why, sizeof(why));
 *
 * The datum is what docs/block-format.md says of a block from "status" on.
 */
#ifndef BENCH_MEASURE_BLOCK_H
#define BENCH_MEASURE_BLOCK_H

#include <jansson.h>

#include "bench/base/json.h"
#include "bench/base/why.h"
#include "bench/plan/spec.h"
#include "bench/measure/counters.h"
#include "bench/machine/placement.h"
#include "bench/measure/roles.h"
#include "bench/measure/target.h"

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

/* ------------------------------------------------------------------------ */
/* For the scenarios                                                        */

#define BENCH_PAIRS_MAX 4096

/* A block under way. */
struct bench_block {
	const struct bench_topology *topology;
	const struct bench_block_spec *spec;
	const struct bench_cell *cell;
	struct bench_pair pair;
	const struct bench_pu **writer_pus;
	unsigned int n_writers;
	bool oversubscribed;
	bool has_baseline;
	struct bench_target target; /* the cell's */
	struct bench_target base;   /* its baseline's; zeroed without one */
	double cycles_per_ns;
	uint64_t slice_cycles;
	uint64_t budget_cycles;

	/* Results; the scenario adds its members to datum. */
	json_t *datum;
	uint64_t measured_cycles;
	const char *disturbed; /* why its numbers mean nothing; NULL */
	struct bench_role *roles;
	unsigned int n_roles;
};

/* One writer's cost in one slice: cycles an event, or a negative number. */
struct bench_slices {
	double base[BENCH_PAIRS_MAX];
	double cell[BENCH_PAIRS_MAX];
	double stored[BENCH_PAIRS_MAX]; /* cell, of stored events; duo only */
	unsigned int n;
};

/* What hardware counters told of a sample that nobody times. */
struct bench_counted {
	int err; /* 0 or why there is nothing, in words in why */
	char why[BENCH_WHY];
	struct bench_counts counts;
	uint64_t units; /* the sample's events, or swaps */
};

int bench_block_write(struct bench_block *block, char *why, size_t n);
int bench_block_floor(struct bench_block *block, char *why, size_t n);
int bench_block_duo(struct bench_block *block, char *why, size_t n);

/** bench_block_ratio() - add "ratio" and the writer's ns/event members */
void bench_block_ratio(struct bench_block *block,
		       const struct bench_slices *slices, json_t *writer);

/** bench_block_writer() - "writer" with the counters of the cell's books */
json_t *bench_block_writer(const struct bench_block *block);

/**
 * bench_block_counters() - add "counters", and the figures of one side
 * @side: "writer" or "swap"; gets "instructions-per-UNIT" and the like
 * @unit: "event" or "swap"
 */
void bench_block_counters(struct bench_block *block,
			  const struct bench_counted *counted, const char *unit,
			  json_t *side);

#endif
