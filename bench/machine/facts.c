/* SPDX-License-Identifier: MIT */
/* Facts as JSON. */
#include "bench/machine/facts.h"

#include <stdio.h>

#include "bench/base/why.h"
#include "bench/machine/probe.h"

json_t *bench_fact_json(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_string("unavailable: not UTF-8 text");
}

void bench_fact_put(json_t *to, const char *key, const char *text)
{
	json_object_set_new(to, key, bench_fact_json(text));
}

void bench_fact_put_file(json_t *to, const char *key, const char *root,
			 const char *path)
{
	char text[512];

	bench_probe_file(root, path, text, sizeof(text));
	bench_fact_put(to, key, text);
}

void bench_fact_put_number(json_t *to, const char *key, const char *root,
			   const char *path)
{
	long long value;

	if (bench_probe_number(root, path, &value))
		bench_fact_put_file(to, key, root, path);
	else
		json_object_set_new(to, key, json_integer(value));
}

void bench_fact_put_reason(json_t *to, const char *key, int err,
			   const char *why)
{
	char text[BENCH_WHY + 16] = "available";

	if (err)
		snprintf(text, sizeof(text), "unavailable: %s", why);
	bench_fact_put(to, key, text);
}
