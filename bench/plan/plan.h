/* SPDX-License-Identifier: MIT */
/*
 * plan.h - which blocks a run consists of, on this machine, and how long they
 * will take.
 *
 * A round holds every available cell once, in the order of a randomised
 * cyclic Latin square, and an A/A block (the baseline against itself, never swapped)
 * for each scenario, placement and writer's state that compares anything: what
 * identical code shows there is what its verdicts are held against.
 */
#ifndef BENCH_PLAN_PLAN_H
#define BENCH_PLAN_PLAN_H

#include <jansson.h>

#include "bench/machine/placement.h"
#include "bench/plan/matrix.h"
#include "bench/plan/scenario.h"
#include "bench/plan/spec.h"

struct bench_topology;

#define BENCH_PLAN_ALPHA 0.05 /* error rate of a run's verdicts */

struct bench_plan_cell {
	struct bench_cell cell; /* its placement resolved */
	bool is_aa;
	bool is_available;
	unsigned int block_ms;
	double overhead_ms; /* start-up, warm-up and end of one block */
	char id[BENCH_ID];
	char why[BENCH_WHY]; /* unavailable */
};

struct bench_plan {
	struct bench_plan_cell *cells;
	unsigned int n;
	unsigned int n_available;
	unsigned int *available; /* their indices */
	unsigned int rounds;	 /* with a precision: the cap */
	double precision;	 /* 0: none asked for */
	uint64_t seed;
	uint64_t digest; /* of the matrix */
	char name[BENCH_NAME_MAX + 1];
	char description[256];
	const char *auto_placement; /* what auto became; NULL: no cell is auto */
};

/**
 * bench_plan_make() - resolve placements, find out what is missing here
 *
 * Probes the strategies, so swap_setup() has been called. Rounds, seed and
 * precision are the caller's to set afterwards. 0 or -ENOMEM.
 */
int bench_plan_make(const struct bench_topology *t,
		    const struct bench_matrix *m, struct bench_plan *out);

/** bench_plan_free() - a zeroed plan is allowed */
void bench_plan_free(struct bench_plan *plan);

/**
 * bench_plan_comparisons() - ratios that must be right together
 *
 * Cells whose blocks yield one, A/A left out, of the scenario that has most: a
 * result's intervals are as wide as their own scenario asks for.
 */
unsigned int bench_plan_comparisons(const struct bench_plan *plan);

/**
 * bench_plan_rounds() - the fewest whose intervals leave out an extreme
 *
 * Those of that scenario's ratios, and those of all A/A controls together.
 */
unsigned int bench_plan_rounds(const struct bench_plan *plan);

/**
 * bench_plan_auto() - the pair that placement auto stands for here
 *
 * The nearest two cores, efficiency cores only where there are no others.
 */
void bench_plan_auto(const struct bench_topology *t, struct bench_pair *pair);

/** bench_plan_round_s() - predicted seconds of one round */
double bench_plan_round_s(const struct bench_plan *plan);

/** bench_plan_spec() - the block of a cell in a round */
void bench_plan_spec(const struct bench_plan *plan, unsigned int cell,
		     unsigned int round, struct bench_block_spec *out);

/** bench_plan_json() - the header's member "plan"; a new reference */
json_t *bench_plan_json(const struct bench_plan *plan);

/** bench_plan_from_json() - the inverse, for resuming; 0, -EINVAL, -ENOMEM */
int bench_plan_from_json(const json_t *json, struct bench_plan *out, char *why,
			 size_t n);

/** bench_plan_class() - blocks of equal class have the same overhead */
unsigned int bench_plan_class(const struct bench_plan_cell *cell);
#define BENCH_PLAN_CLASSES (BENCH_SCENARIOS * BENCH_WRITER_STATES * 2)

#endif
