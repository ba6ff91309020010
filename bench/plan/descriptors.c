/* SPDX-License-Identifier: MIT */
/* descriptors.c - traits of strategies and floors, as JSON. */
#include "bench/plan/descriptors.h"

#include <string.h>

#include "bench/base/json.h"
#include "bench/plan/scenario.h"

/* ------------------------------------------------------------------------ */
/* Strategies                                                               */

static void put_text(json_t *to, const char *name, const char *text)
{
	bench_set(to, name, text ? json_string(text) : json_null());
}

/* Questions are booleans, all others texts. */
static void put_traits(json_t *to, const struct swap_strategy *s)
{
	const char *name;

	for (unsigned int i = 0; (name = swap_trait_name(i)); i++) {
		const char *word = swap_trait(s, name);

		if (swap_trait_is_question(i))
			bench_set(to, name, json_boolean(!strcmp(word, "yes")));
		else
			put_text(to, name, word);
	}
}

json_t *bench_descriptor_of_strategy(const struct swap_strategy *s)
{
	bool is_control = s->family == SWAP_CONTROL;
	json_t *json = json_object();

	put_text(json, "name", s->name);
	put_text(json, "kind", is_control ? "control" : "candidate");
	put_traits(json, s);
	return json;
}

static bool is_in_plan(const struct bench_plan *plan,
		       const struct swap_strategy *s)
{
	for (unsigned int i = 0; i < plan->n; i++) {
		const struct bench_cell *cell = &plan->cells[i].cell;
		struct bench_cell baseline;

		if (bench_cell_strategy(cell) == s ||
		    (bench_cell_baseline(cell, &baseline) &&
		     bench_cell_strategy(&baseline) == s))
			return true;
	}
	return false;
}

/* ------------------------------------------------------------------------ */
/* Floors                                                                   */

/* {"placement": "same-pu"} */
static json_t *when_json(const struct bench_floor_when *when)
{
	json_t *json = json_object();

	for (; when->axis; when++)
		put_text(json, when->axis, when->value);
	return json;
}

static json_t *bound_json(const struct bench_floor *f)
{
	const struct bench_floor_bound *b = f->bounds;
	json_t *same = json_array();

	for (size_t i = 0; b->same[i]; i++)
		json_array_append_new(same, json_string(b->same[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:o}", "name",
			 b->by ? b->by : f->name, "scenario", b->scenario,
			 "figure", b->figure, "of", b->of, "by", b->by, "same",
			 same, "only", when_json(b->only), "never",
			 when_json(b->never));
}

json_t *bench_descriptor_of_floor(const struct bench_floor *f)
{
	json_t *bounds = json_array();

	if (f->bounds)
		json_array_append_new(bounds, bound_json(f));
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", f->name,
			 "summary", f->summary, "kind",
			 bench_floor_kind_name(f->kind), "side",
			 bench_floor_side_name(f->side), "bounds", bounds);
}

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */

static json_t *scenario_json(const struct bench_scenario *s)
{
	char path[BENCH_FIGURE_PATH];

	return json_pack("{s:s, s:s, s:b, s:b, s:s}", "name", s->name,
			 "meaning", s->meaning, "of-floors", s->of_floors,
			 "has-swapper", s->has_swapper, "time",
			 bench_figure_path(s->time, path));
}

static json_t *scenarios_json(const struct bench_plan *plan)
{
	bool is_used[BENCH_SCENARIOS] = { false };
	json_t *list = json_array();

	for (unsigned int i = 0; i < plan->n; i++)
		is_used[plan->cells[i].cell.scenario] = true;
	for (unsigned int i = 0; i < BENCH_SCENARIOS; i++)
		if (is_used[i])
			json_array_append_new(
				list, scenario_json(bench_scenario_at(i)));
	return list;
}

json_t *bench_descriptors_json(const struct bench_plan *plan)
{
	json_t *strategies = json_array(), *floors = json_array();
	const struct swap_strategy *s;
	const struct bench_floor *f;

	swap_for_each_strategy (s)
		if (is_in_plan(plan, s))
			json_array_append_new(strategies,
					      bench_descriptor_of_strategy(s));
	for (unsigned int i = 0; (f = bench_floor_at(i)) != NULL; i++)
		json_array_append_new(floors, bench_descriptor_of_floor(f));
	return json_pack("{s:s, s:o, s:o, s:o}", "traits", "recorded",
			 "strategies", strategies, "floors", floors,
			 "scenarios", scenarios_json(plan));
}
