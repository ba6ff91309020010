/* SPDX-License-Identifier: MIT */
/* plan.c - from a matrix to the blocks of a run. */
#include "bench/plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/rng.h"
#include "bench/machine/placement.h"
#include "bench/plan/trial.h"
#include "bench/stats/intervals.h"

/* Until it is measured: what a block takes beside its measured time. */
#define OVERHEAD_MS 15.0

/* The nearest two cores; one CPU alone still has same-pu. */
static const enum bench_placement nearest[] = {
	BENCH_SHARED_L2,  BENCH_SHARED_L3,     BENCH_SAME_NUMA,
	BENCH_CROSS_NUMA, BENCH_CROSS_PACKAGE, BENCH_SMT_SIBLING,
	BENCH_SAME_PU,
};

static bool is_efficient(const struct bench_pair *pair)
{
	return pair->writer->kind == BENCH_CORE_E ||
	       pair->swapper->kind == BENCH_CORE_E;
}

/* Efficiency cores often share an L2 where others do not: nearer, and slower. */
void bench_plan_auto(const struct bench_topology *t, struct bench_pair *pair)
{
	char why[BENCH_WHY];

	for (unsigned int e = 0; e < 2; e++)
		for (unsigned int i = 0;
		     i < sizeof(nearest) / sizeof(nearest[0]); i++)
			if (!bench_placement_choose(t, nearest[i], pair, why,
						    sizeof(why)) &&
			    (e || !is_efficient(pair)))
				return;
}

/* Everything that can be known without trying. */
static void find_out(const struct bench_topology *t, struct bench_plan_cell *c)
{
	const struct swap_strategy *s = bench_cell_strategy(&c->cell);
	const struct bench_pu **pus;
	struct bench_pair pair;
	int err;

	err = bench_placement_choose(t, c->cell.placement, &pair, c->why,
				     sizeof(c->why));
	if (!err && s)
		err = bench_trial(s, c->why, sizeof(c->why));
	if (!err && bench_cell_is_floor(&c->cell))
		err = bench_trial_floor(bench_floor_find(c->cell.strategy),
					c->why, sizeof(c->why));
	if (!err && bench_cell_refuses_to_swap(&c->cell) && c->cell.swap_rate &&
	    bench_cell_has_swapper(&c->cell)) {
		snprintf(c->why, sizeof(c->why), "%s refuses to swap", s->name);
		err = -ENOTSUP;
	}
	if (!err && c->cell.writers > 1) {
		pus = calloc(c->cell.writers, sizeof(*pus));
		err = !pus ? -ENOMEM
			   : bench_placement_writers(t, &pair,
						     c->cell.writers - 1, pus,
						     c->cell.oversubscribe,
						     c->why, sizeof(c->why));
		free(pus);
	}
	c->is_available = err >= 0;
}

/* "aa/STRATEGY/PLACEMENT", and what else sets it apart from the default. */
static void control_id(const struct bench_cell *cell, char *id, size_t n)
{
	char text[32];
	bool is_plain = cell->writer_state == BENCH_SATURATED;
	struct bench_cell usual;
	bool is_usual;

	bench_cell_default(&usual);
	is_usual = cell->scenario == usual.scenario;
	snprintf(id, n, "aa/%s/%s%s%s%s%s", cell->strategy,
		 bench_placement_name(cell->placement),
		 is_usual ? "" : "/scenario=",
		 is_usual ? "" : bench_cell_scenario(cell)->name,
		 is_plain ? "" : "/writer-state=",
		 is_plain ? ""
			  : bench_cell_get(cell, "writer-state", text,
					   sizeof(text)));
}

static void add_cell(const struct bench_topology *t, struct bench_plan *plan,
		     const struct bench_cell *cell, unsigned int block_ms,
		     bool is_aa)
{
	struct bench_plan_cell *c = &plan->cells[plan->n++];

	c->cell = *cell;
	c->block_ms = block_ms;
	c->is_aa = is_aa;
	c->overhead_ms = OVERHEAD_MS;
	bench_cell_id(cell, c->id, sizeof(c->id));
	if (is_aa)
		control_id(cell, c->id, sizeof(c->id));
	find_out(t, c);
}

/* Do its blocks yield a ratio that is judged? Paced writers have no cost to
 * compare, and a floor is a limit and no rival. */
static bool has_ratio(const struct bench_plan_cell *c)
{
	struct bench_cell baseline;

	return c->is_available && !c->is_aa &&
	       c->cell.writer_state != BENCH_PACED &&
	       bench_cell_baseline(&c->cell, &baseline) &&
	       !bench_cell_is_floor(&baseline);
}

/* The plain baseline of that scenario, placement and writer's state, which
 * nobody swaps. */
static void control_of(const struct bench_cell *cell, struct bench_cell *aa)
{
	bench_cell_default(aa);
	aa->scenario = cell->scenario;
	aa->placement = cell->placement;
	aa->writer_state = cell->writer_state;
	aa->swap_rate = 0;
	bench_cell_normalise(aa);
}

static bool has_control(const struct bench_plan *plan,
			const struct bench_cell *aa)
{
	for (unsigned int i = 0; i < plan->n; i++) {
		const struct bench_cell *c = &plan->cells[i].cell;

		if (plan->cells[i].is_aa && c->scenario == aa->scenario &&
		    c->placement == aa->placement &&
		    c->writer_state == aa->writer_state)
			return true;
	}
	return false;
}

/* A control for every sort of comparison; where nothing is compared, one of
 * the write, which says how noisy the machine was. */
static void add_aa(const struct bench_topology *t, struct bench_plan *plan,
		   unsigned int cells)
{
	struct bench_cell aa;

	for (unsigned int i = 0; i < cells; i++) {
		const struct bench_plan_cell *c = &plan->cells[i];

		control_of(&c->cell, &aa);
		if (has_ratio(c) && !has_control(plan, &aa))
			add_cell(t, plan, &aa, c->block_ms, true);
	}
	for (unsigned int i = 0; i < cells && plan->n == cells; i++) {
		if (!plan->cells[i].is_available)
			continue;
		bench_cell_default(&aa);
		aa.placement = plan->cells[i].cell.placement;
		bench_cell_normalise(&aa);
		add_cell(t, plan, &aa, plan->cells[i].block_ms, true);
	}
}

static int list_available(struct bench_plan *plan)
{
	plan->available = calloc(plan->n + 1, sizeof(*plan->available));
	if (!plan->available)
		return -ENOMEM;
	for (unsigned int i = 0; i < plan->n; i++)
		if (plan->cells[i].is_available)
			plan->available[plan->n_available++] = i;
	return 0;
}

/* Is it of this machine, and none that another slice has by another name? */
static bool is_wanted(const struct bench_topology *t,
		      const struct bench_plan *plan,
		      const struct bench_matrix_cell *m,
		      const struct bench_cell *cell)
{
	struct bench_pair pair;
	char id[BENCH_ID], why[BENCH_WHY];

	if (m->if_there &&
	    bench_placement_choose(t, cell->placement, &pair, why, sizeof(why)))
		return false;
	bench_cell_id(cell, id, sizeof(id));
	for (unsigned int i = 0; i < plan->n; i++)
		if (!strcmp(plan->cells[i].id, id))
			return false;
	return true;
}

int bench_plan_make(const struct bench_topology *t,
		    const struct bench_matrix *m, struct bench_plan *plan)
{
	struct bench_pair usual;
	int err;

	bench_plan_auto(t, &usual);
	memset(plan, 0, sizeof(*plan));
	plan->digest = m->digest;
	snprintf(plan->name, sizeof(plan->name), "%s", m->name);
	snprintf(plan->description, sizeof(plan->description), "%s",
		 m->description);
	plan->cells = calloc(2 * m->n + 1, sizeof(*plan->cells));
	if (!plan->cells)
		return -ENOMEM;
	for (unsigned int i = 0; i < m->n; i++) {
		struct bench_cell cell = m->cells[i].cell;

		if (cell.placement == BENCH_AUTO) {
			cell.placement = usual.asked;
			plan->auto_placement =
				bench_placement_name(usual.asked);
		}
		if (is_wanted(t, plan, &m->cells[i], &cell))
			add_cell(t, plan, &cell, m->cells[i].block_ms, false);
	}
	add_aa(t, plan, plan->n);
	err = list_available(plan);
	if (err)
		bench_plan_free(plan);
	return err;
}

void bench_plan_free(struct bench_plan *plan)
{
	free(plan->cells);
	free(plan->available);
	memset(plan, 0, sizeof(*plan));
}

unsigned int bench_plan_comparisons(const struct bench_plan *plan)
{
	unsigned int n[BENCH_SCENARIOS] = { 0 }, most = 0;

	for (unsigned int i = 0; i < plan->n; i++)
		if (has_ratio(&plan->cells[i]))
			n[plan->cells[i].cell.scenario]++;
	for (unsigned int i = 0; i < BENCH_SCENARIOS; i++)
		most = n[i] > most ? n[i] : most;
	return most;
}

unsigned int bench_plan_rounds(const struct bench_plan *plan)
{
	unsigned int k = bench_plan_comparisons(plan), controls = 0;

	for (unsigned int i = 0; i < plan->n; i++)
		controls += plan->cells[i].is_aa && plan->cells[i].is_available;
	k = k > controls ? k : controls;
	return bench_stats_rounds_enough(k ? k : 1, BENCH_PLAN_ALPHA);
}

double bench_plan_round_s(const struct bench_plan *plan)
{
	double ms = 0;

	for (unsigned int i = 0; i < plan->n_available; i++) {
		const struct bench_plan_cell *c =
			&plan->cells[plan->available[i]];

		ms += c->block_ms + c->overhead_ms;
	}
	return ms / 1e3;
}

void bench_plan_spec(const struct bench_plan *plan, unsigned int cell,
		     unsigned int round, struct bench_block_spec *out)
{
	uint64_t state = plan->seed + (uint64_t)round * 65536 + cell;

	*out = (struct bench_block_spec){
		.cell = plan->cells[cell].cell,
		.is_aa = plan->cells[cell].is_aa,
		.seed = bench_splitmix64(&state) >> 11,
		.block_ms = plan->cells[cell].block_ms,
	};
}

unsigned int bench_plan_class(const struct bench_plan_cell *c)
{
	unsigned int shares = c->cell.placement == BENCH_SAME_PU;

	return (c->cell.scenario * BENCH_WRITER_STATES + c->cell.writer_state) *
		       2 +
	       shares;
}

/* ------------------------------------------------------------------------ */
/* JSON                                                                     */

static const char *kind_of(const struct bench_plan_cell *c)
{
	const struct swap_strategy *s = bench_cell_strategy(&c->cell);

	if (c->is_aa)
		return "aa";
	if (!s)
		return "floor";
	return s->family == SWAP_CONTROL ? "control" : "candidate";
}

static json_t *cell_json(const struct bench_plan_cell *c, unsigned int index)
{
	struct bench_cell base;
	json_t *base_json = json_null(), *base_id = json_null();
	char id[BENCH_ID];

	if (c->is_aa || bench_cell_baseline(&c->cell, &base)) {
		if (c->is_aa)
			base = c->cell;
		base_json = bench_cell_json(&base);
		base_id = json_string(bench_cell_id(&base, id, sizeof(id)));
	}
	return json_pack("{s:i,s:s,s:s,s:o,s:o,s:o,s:i,s:s,s:o}", "cell",
			 (int)index, "id", c->id, "kind", kind_of(c), "axes",
			 bench_cell_json(&c->cell), "baseline", base_json,
			 "baseline-id", base_id, "block-ms", (int)c->block_ms,
			 "status", c->is_available ? "planned" : "unavailable",
			 "reason",
			 c->is_available ? json_null() : json_string(c->why));
}

json_t *bench_plan_json(const struct bench_plan *plan)
{
	json_t *cells = json_array();

	for (unsigned int i = 0; i < plan->n; i++)
		json_array_append_new(cells, cell_json(&plan->cells[i], i));
	return json_pack(
		"{s:i,s:o,s:f,s:o,s:s?}", "rounds", (int)plan->rounds,
		"precision",
		plan->precision > 0 ? json_real(plan->precision) : json_null(),
		"predicted-s", bench_plan_round_s(plan) * plan->rounds, "cells",
		cells, "auto-placement", plan->auto_placement);
}

static int cell_from_json(const json_t *json, struct bench_plan_cell *c,
			  char *why, size_t n)
{
	const char *id, *kind, *status;
	int block_ms, err;
	json_t *axes;

	if (json_unpack((json_t *)json, "{s:s,s:s,s:s,s:i,s:o}", "id", &id,
			"kind", &kind, "status", &status, "block-ms", &block_ms,
			"axes", &axes)) {
		snprintf(why, n, "the plan holds something that is no cell");
		return -EINVAL;
	}
	err = bench_cell_from_json(axes, &c->cell, why, n);
	if (!err)
		err = bench_cell_check(&c->cell, why, n);
	snprintf(c->id, sizeof(c->id), "%s", id);
	c->is_aa = !strcmp(kind, "aa");
	c->is_available = !strcmp(status, "planned");
	c->block_ms = (unsigned int)block_ms;
	c->overhead_ms = OVERHEAD_MS;
	return err;
}

int bench_plan_from_json(const json_t *json, struct bench_plan *plan, char *why,
			 size_t n)
{
	json_t *cells, *cell, *precision;
	size_t i;
	int rounds, err = 0;

	memset(plan, 0, sizeof(*plan));
	if (json_unpack((json_t *)json, "{s:i,s:o,s:o}", "rounds", &rounds,
			"precision", &precision, "cells", &cells) ||
	    !json_is_array(cells) || rounds < 1 ||
	    json_array_size(cells) > 2 * BENCH_MATRIX_CELLS) {
		snprintf(why, n, "the header holds no plan");
		return -EINVAL;
	}
	plan->rounds = (unsigned int)rounds;
	plan->precision = json_number_value(precision);
	plan->cells = calloc(json_array_size(cells) + 1, sizeof(*plan->cells));
	if (!plan->cells)
		return -ENOMEM;
	json_array_foreach (cells, i, cell)
		if (!err)
			err = cell_from_json(cell, &plan->cells[plan->n++], why,
					     n);
	if (!err)
		err = list_available(plan);
	if (err)
		bench_plan_free(plan);
	return err;
}
