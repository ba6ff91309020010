/* SPDX-License-Identifier: MIT */
/* overhead.c - what blocks take beside their measured time, by cell or by sort. */
#include "bench/run/runner.h"
#include "bench/run/spawn.h"
#include "ringbuf/clock.h"

#define TRIES_NS UINT64_C(500000000)

/* What such a block takes in all; 0: unknown. */
static double time_block(const struct bench_block_spec *spec, bool simulate)
{
	json_t *datum = bench_run_block(spec, simulate);
	double ms = json_number_value(json_object_get(datum, "wall-ms"));

	json_decref(datum);
	return ms;
}

static double try_cell(const struct bench_plan *plan, unsigned int cell,
		       bool simulate)
{
	struct bench_block_spec spec;

	bench_plan_spec(plan, cell, 0, &spec);
	spec.block_ms = 1;
	return time_block(&spec, simulate);
}

/* One of each sort, for all of them. */
static void try_sorts(struct bench_plan *plan, bool simulate)
{
	double known[BENCH_PLAN_CLASSES] = { 0 };

	for (unsigned int i = 0; i < plan->n_available; i++) {
		unsigned int cell = plan->available[i];
		double *ms = &known[bench_plan_class(&plan->cells[cell])];

		if (*ms <= 0)
			*ms = try_cell(plan, cell, simulate);
	}
	bench_run_overheads_take(plan, known);
}

/* Then each by itself: two of a sort may differ by their buffers, writers and
 * strategy. Not for long: the journal, which a run that is killed goes on from,
 * has not begun. */
void bench_run_overheads(struct bench_plan *plan, bool simulate)
{
	uint64_t end = rb_clock_ns() + TRIES_NS;

	try_sorts(plan, simulate);
	for (unsigned int i = 0; i < plan->n_available && rb_clock_ns() < end;
	     i++) {
		unsigned int cell = plan->available[i];
		double ms = try_cell(plan, cell, simulate);

		if (ms > 0)
			plan->cells[cell].overhead_ms = ms;
	}
}

void bench_run_overhead_learn(const struct bench_plan *plan, unsigned int cell,
			      const json_t *line, double *known)
{
	const struct bench_plan_cell *c = &plan->cells[cell];
	double *least = &known[bench_plan_class(c)];
	double ms = json_number_value(json_object_get(line, "wall-ms")) -
		    c->block_ms;

	if (ms > 0 && (*least <= 0 || ms < *least))
		*least = ms;
}

void bench_run_overheads_take(struct bench_plan *plan, const double *known)
{
	for (unsigned int i = 0; i < plan->n; i++) {
		double ms = known[bench_plan_class(&plan->cells[i])];

		if (ms > 0)
			plan->cells[i].overhead_ms = ms;
	}
}
