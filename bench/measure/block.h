/* SPDX-License-Identifier: MIT */
/*
 * block.h - a block under way, for run.c and the scenarios.
 *
 *	struct bench_block block = { .topology = t, .spec = &spec,
 *				     .cell = &spec.cell, .datum = json_object() };
 *
 *	err = bench_block_set_up(&block, NULL, why, sizeof(why));
 *	if (!err)
 *		err = ... its scenario: roles run, members enter the datum ...
 *	if (!err)
 *		bench_block_sum_up(&block);
 *	bench_block_tear_down(&block);
 */
#ifndef BENCH_MEASURE_BLOCK_H
#define BENCH_MEASURE_BLOCK_H

#include <jansson.h>

#include "bench/machine/placement.h"
#include "bench/machine/probe.h"
#include "bench/measure/roles.h"
#include "bench/measure/target.h"
#include "bench/plan/spec.h"

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
	struct bench_cpu_time cpu_time; /* of the machine, before it ran */

	/* Results; the scenario adds its members to datum. */
	json_t *datum;
	uint64_t measured_cycles;
	const char *disturbed; /* why its numbers mean nothing; NULL */
	struct bench_role *roles;
	unsigned int n_roles;
};

/**
 * bench_block_set_up() - choose PUs, plan times, create the targets
 * @slots: how many a target has, asked once PUs and times are known; NULL: one
 *	   for each writer
 *
 * 0, or -errno and the reason: -ENOTSUP this machine lacks something;
 * -ENOMEM.
 */
int bench_block_set_up(struct bench_block *block,
		       unsigned int (*slots)(const struct bench_block *),
		       char *why, size_t n);

/** bench_block_sum_up() - what every datum has: PUs, memory, books, status */
void bench_block_sum_up(struct bench_block *block);

/** bench_block_put_status() - and its reason; NULL or "" is none */
void bench_block_put_status(struct bench_block *block, const char *status,
			    const char *reason);

/** bench_block_tear_down() - free all but the datum; from any state */
void bench_block_tear_down(struct bench_block *block);

#endif
