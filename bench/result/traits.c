/* SPDX-License-Identifier: MIT */
/* traits.c - the descriptors of a result, by name. */
#include <string.h>

#include "bench/base/json.h"
#include "bench/result/traits.h"

static const json_t *find(const json_t *of, const char *kind, const char *name)
{
	const json_t *list =
		json_object_get(json_object_get(of, "descriptors"), kind);
	const json_t *descriptor;
	size_t i;

	json_array_foreach (list, i, descriptor) {
		const char *own = bench_text(descriptor, "name");

		if (name && own && !strcmp(own, name))
			return descriptor;
	}
	return NULL;
}

const json_t *bench_traits_strategy(const json_t *of, const char *name)
{
	return find(of, "strategies", name);
}

const json_t *bench_traits_floor(const json_t *of, const char *name)
{
	return find(of, "floors", name);
}

const json_t *bench_traits_scenario(const json_t *of, const char *name)
{
	return find(of, "scenarios", name);
}

const char *bench_traits_word(const json_t *descriptor, const char *trait)
{
	return bench_text(descriptor, trait);
}

bool bench_traits_flag(const json_t *descriptor, const char *trait)
{
	return json_is_true(json_object_get(descriptor, trait));
}

bool bench_traits_is_baseline(const json_t *of, const char *strategy)
{
	const json_t *s = bench_traits_strategy(of, strategy);
	const char *own = bench_text(s, "baseline");

	return own && !bench_traits_strategy(of, own) &&
	       bench_traits_floor(of, own);
}

const char *bench_traits_baseline(const json_t *of)
{
	const json_t *list = json_object_get(json_object_get(of, "descriptors"),
					     "strategies");
	const json_t *strategy;
	size_t i;

	json_array_foreach (list, i, strategy)
		if (bench_traits_is_baseline(of, bench_text(strategy, "name")))
			return bench_text(strategy, "name");
	return NULL;
}

bool bench_traits_are_assumed(const json_t *of)
{
	const char *traits =
		bench_text(json_object_get(of, "descriptors"), "traits");

	return traits && !strcmp(traits, "assumed");
}
