/* SPDX-License-Identifier: MIT */
/* descriptors.c - traits of strategies and floors, as JSON. */
#include "bench/plan/descriptors.h"

#include <string.h>

#include "bench/base/json.h"

/* ------------------------------------------------------------------------ */
/* Strategies                                                               */

static void put_text(json_t *to, const char *name, const char *text)
{
	bench_set(to, name, text ? json_string(text) : json_null());
}

static void put_words(json_t *to, const struct swap_strategy *s)
{
	put_text(to, "summary", s->summary);
	put_text(to, "source", s->source);
	put_text(to, "mechanism", s->mechanism);
	put_text(to, "baseline", s->baseline);
	put_text(to, "floor", s->floor);
	put_text(to, "writer-pays", s->writer_pays);
	put_text(to, "swapper-pays", s->swapper_pays);
	put_text(to, "needs", s->needs);
	put_text(to, "drops", s->drops);
}

static void put_facts(json_t *to, const struct swap_strategy *s)
{
	const struct {
		const char *name;
		bool value;
	} facts[] = {
		{ "sound", s->sound },
		{ "swaps", s->swap != NULL },
		{ "represents", s->represents },
		{ "try", s->has_try },
		{ "bounded", s->bounded },
		{ "write-from-handler", s->write_from_handler },
		{ "swap-from-handler", s->swap_from_handler },
		{ "pinned-writer", s->pinned_writer },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		bench_set(to, facts[i].name, json_boolean(facts[i].value));
}

json_t *bench_descriptor_of_strategy(const struct swap_strategy *s)
{
	bool is_control = s->family == SWAP_CONTROL;
	json_t *json = json_object();

	put_text(json, "name", s->name);
	put_text(json, "kind", is_control ? "control" : "candidate");
	put_text(json, "family", swap_family_name(s->family));
	put_text(json, "shape", swap_shape_name(s->shape));
	put_text(json, "breaks", swap_promise_name(s->breaks));
	put_text(json, "exclusive", swap_exclusive_name(s->exclusive));
	put_text(json, "memory", swap_memory_name(s->memory));
	put_words(json, s);
	put_facts(json, s);
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
			 b->name ? b->name : f->name, "scenario", b->scenario,
			 "figure", b->figure, "of", b->of, "plus", b->plus,
			 "same", same, "only", when_json(b->only), "never",
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

static json_t *scenarios_json(const struct bench_plan *plan)
{
	bool is_used[BENCH_SCENARIOS] = { false };
	json_t *list = json_array();

	for (unsigned int i = 0; i < plan->n; i++)
		is_used[plan->cells[i].cell.scenario] = true;
	for (unsigned int i = 0; i < BENCH_SCENARIOS; i++)
		if (is_used[i])
			json_array_append_new(
				list, json_pack("{s:s}", "name",
						bench_scenario_name(i)));
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
