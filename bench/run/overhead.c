/* SPDX-License-Identifier: MIT */
/* overhead.c - what blocks take beside their measured time, by their sort. */
#include "bench/run/runner.h"
#include "bench/run/spawn.h"

/* What such a block takes in all, the quicker of two tries; 0: unknown. */
static double time_block(const struct bench_block_spec *spec, bool simulate)
{
	double least = 0;

	for (unsigned int i = 0; i < 2; i++) {
		json_t *datum = bench_run_block(spec, simulate);
		double ms =
			json_number_value(json_object_get(datum, "wall-ms"));

		if (ms > 0 && (least == 0 || ms < least))
			least = ms;
		json_decref(datum);
	}
	return least;
}

void bench_run_overheads(struct bench_plan *plan, bool simulate)
{
	double known[BENCH_PLAN_CLASSES] = { 0 };

	for (unsigned int i = 0; i < plan->n_available; i++) {
		struct bench_plan_cell *c = &plan->cells[plan->available[i]];
		unsigned int class = bench_plan_class(c);
		struct bench_block_spec spec;

		if (known[class])
			continue;
		bench_plan_spec(plan, plan->available[i], 0, &spec);
		spec.block_ms = 1;
		known[class] = time_block(&spec, simulate);
	}
	bench_run_overheads_take(plan, known);
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
