/* SPDX-License-Identifier: MIT */
/*
 * legacy.c - the traits that journals and results did not carry before their
 * headers held descriptors.
 *
 * There were seven strategies and eleven floors then. This is what they were,
 * written down once and for all: it does not follow the strategies of today.
 */
#include <string.h>

#include "bench/base/json.h"
#include "bench/result/parts.h"
#include "bench/result/traits.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name, *kind, *family, *shape, *mechanism;
	bool is_sound;
	const char *breaks, *baseline, *floor;
	bool is_bounded;
	const char *writer_pays, *swapper_pays, *drops;
} strategies[] = {
	{ "unsync", "control", "control", "none", "none", true, "none",
	  "append", "append", true, "nothing", "no swap", "no swap" },
	{ "racy", "control", "control", "refuse-first", "none", false,
	  "C1-exclusive", "unsync", "append", true, "an owner check",
	  "two atomic RMWs", "early and owner, while the swap runs" },
	{ "barrier", "candidate", "barrier", "refuse-first",
	  "full barrier on both sides", true, "none", "unsync", "full-barrier",
	  true, "full barrier", "two atomic RMWs, full barrier",
	  "early, while the swap runs" },
	{ "membarrier", "candidate", "barrier", "refuse-first",
	  "membarrier, private expedited", true, "none", "unsync", "membarrier",
	  true, "compiler barrier", "membarrier(2), two atomic RMWs",
	  "early, while the swap runs" },
	{ "ipi-signal", "candidate", "same-cpu", "exclude",
	  "the writer's thread, by signal", true, "none", "unsync", "signal",
	  true, "compiler barriers, one load; a signal per swap",
	  "rt_tgsigqueueinfo(2) and the wait for the writer", "none" },
	{ "global-lock", "candidate", "lock", "exclude", "locks, one for all",
	  true, "none", "unsync", "mutex", true,
	  "mutex lock and unlock, shared by all", "mutex lock and unlock",
	  "contended: a handler that interrupted a holder" },
	{ "rcu", "candidate", "rcu", "exchange-first", "grace periods", true,
	  "none", "unsync", "membarrier", false, "read-side section, inlined",
	  "synchronize_rcu: two membarriers or more", "none" },
};

/* What a floor bounded. */
enum bound {
	NOTHING,
	A_WRITE,      /* its ns per event, wherever either was measured */
	A_WRITE_LIKE, /* of the same events */
	A_SWAP,	      /* of a saturated writer between the same two PUs */
};

static const struct {
	const char *name, *kind, *side;
	enum bound bounds;
	const char *plus, *limit; /* a sum, and its name */
} floors[] = {
	{ "empty", "loop", "write", NOTHING, NULL, NULL },
	{ "append", "loop", "write", A_WRITE_LIKE, NULL, "append" },
	{ "timer", "solo", "clock", NOTHING, NULL, NULL },
	{ "full-barrier", "solo", "write", A_WRITE, "append",
	  "barrier+append" },
	{ "locked-rmw", "solo", "write", NOTHING, NULL, NULL },
	{ "mutex", "solo", "write", A_WRITE, NULL, "mutex" },
	{ "cache-line", "pair", "swap", A_SWAP, NULL, "cache-line" },
	{ "membarrier", "pair", "swap", A_SWAP, NULL, "membarrier" },
	{ "signal", "pair", "swap", A_SWAP, NULL, "signal" },
	{ "futex-wake", "pair", "swap", NOTHING, NULL, NULL },
	{ "context-switch", "pair", "swap", A_SWAP, NULL, "context-switch" },
};

static const char *const scenarios[] = { "write",     "latency", "swap",
					 "footprint", "scaling", "floor" };

static json_t *strategies_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT(strategies); i++)
		json_array_append_new(
			list,
			json_pack(
				"{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s,"
				" s:b, s:s, s:s, s:s}",
				"name", strategies[i].name, "kind",
				strategies[i].kind, "family",
				strategies[i].family, "shape",
				strategies[i].shape, "mechanism",
				strategies[i].mechanism, "sound",
				strategies[i].is_sound, "breaks",
				strategies[i].breaks, "baseline",
				strategies[i].baseline, "floor",
				strategies[i].floor, "bounded",
				strategies[i].is_bounded, "writer-pays",
				strategies[i].writer_pays, "swapper-pays",
				strategies[i].swapper_pays, "drops",
				strategies[i].drops));
	return list;
}

static json_t *same_json(enum bound bound)
{
	if (bound == A_WRITE_LIKE)
		return json_pack("[s, s, s, s]", "payload", "buffer-kib",
				 "stamp", "mode");
	return bound == A_SWAP ? json_pack("[s]", "placement") : json_array();
}

static json_t *bound_json(size_t i)
{
	bool swap = floors[i].bounds == A_SWAP;
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:s, s:s?, s:o}", "name", floors[i].limit,
		"scenario", swap ? "swap" : "write", "figure",
		swap ? "swap.call.p50" : "writer.ns-per-event", "of",
		swap ? "p50 of the swap call" : "ns per event", "plus",
		floors[i].plus, "same", same_json(floors[i].bounds));

	bench_set(json, "only",
		  swap ? json_pack("{s:s}", "writer-state", "saturated")
		       : json_object());
	bench_set(json, "never",
		  swap ? json_pack("{s:s}", "placement", "same-pu")
		       : json_object());
	return json;
}

static json_t *floors_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT(floors); i++) {
		json_t *bounds = json_array();

		if (floors[i].bounds)
			json_array_append_new(bounds, bound_json(i));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}",
						      "name", floors[i].name,
						      "kind", floors[i].kind,
						      "side", floors[i].side,
						      "bounds", bounds));
	}
	return list;
}

static json_t *scenarios_json(void)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT(scenarios); i++)
		json_array_append_new(list,
				      json_pack("{s:s}", "name", scenarios[i]));
	return list;
}

/* A cell of a result that does not say whether it claims to be sound: its
 * descriptor does. */
static void describe_cells(json_t *of)
{
	json_t *cells = json_object_get(of, "cells"), *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		const json_t *s =
			bench_traits_strategy(of, bench_text(cell, "strategy"));
		const char *scenario = bench_text(cell, "scenario");

		if (s && scenario && strcmp(scenario, "floor") != 0 &&
		    !json_object_get(cell, "sound"))
			bench_set(cell, "sound",
				  json_boolean(bench_traits_flag(s, "sound")));
	}
}

void bench_legacy_describe(json_t *of)
{
	if (!json_object_get(of, "descriptors"))
		bench_set(of, "descriptors",
			  json_pack("{s:s, s:o, s:o, s:o}", "traits", "assumed",
				    "strategies", strategies_json(), "floors",
				    floors_json(), "scenarios",
				    scenarios_json()));
	describe_cells(of);
}

/* ---- What was called a limit, and is none ---- */

bool bench_is_sum(const json_t *bound)
{
	return bench_text(bound, "plus") != NULL;
}

/* Is it the name of a sum of floors? */
static bool names_sum(const json_t *list, const char *name)
{
	const json_t *floor, *bounds, *bound;
	size_t i, k;

	json_array_foreach (list, i, floor) {
		bounds = json_object_get(floor, "bounds");
		json_array_foreach (bounds, k, bound)
			if (bench_is_sum(bound) && name &&
			    !strcmp(bench_text(bound, "name"), name))
				return true;
	}
	return false;
}

/* A ratio to a floor is that of the cell's own floor once more. */
static bool is_to_floor(const json_t *ratio)
{
	const char *baseline = bench_text(ratio, "baseline");

	return baseline && !strncmp(baseline, "floor/", strlen("floor/"));
}

void bench_legacy_drop_limits(json_t *result)
{
	const json_t *list = json_object_get(
		json_object_get(result, "descriptors"), "floors");
	json_t *cells = json_object_get(result, "cells"), *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		if (is_to_floor(json_object_get(cell, "ratio")))
			json_object_del(cell, "ratio");
		if (names_sum(list,
			      bench_text(json_object_get(cell, "own-floor"),
					 "name")))
			json_object_del(cell, "own-floor");
	}
}
