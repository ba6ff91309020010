/* SPDX-License-Identifier: MIT */
/* json.c - members set, copied and found by path. */
#include "bench/base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

json_t *bench_number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *bench_count(uint64_t count)
{
	return json_integer((json_int_t)count);
}

const char *bench_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

double bench_get_number(const json_t *object, const char *path)
{
	const char *dot;
	char name[64];

	while ((dot = strchr(path, '.'))) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - path), path);
		object = json_object_get(object, name);
		path = dot + 1;
	}
	object = json_object_get(object, path);
	return json_is_number(object) ? json_number_value(object) : NAN;
}

void bench_set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

json_t *bench_or_null(json_t *value)
{
	return value ? json_incref(value) : json_null();
}

void bench_copy(json_t *to, const json_t *from, const char *name)
{
	bench_set(to, name, bench_or_null(json_object_get(from, name)));
}

json_t *bench_part(json_t *object, const char *name)
{
	json_t *part = json_object_get(object, name);

	if (!part) {
		part = json_object();
		bench_set(object, name, part);
	}
	return part;
}
