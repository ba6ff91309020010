/* SPDX-License-Identifier: MIT */
/* What moves numbers, as text and as its hash. */
#include "bench/machine/key.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench/machine/cpu.h"
#include "bench/machine/probe.h"

/* Appends to a malloc'ed string and takes both arguments' fate along. */
__attribute__((format(printf, 2, 3))) static char *append(char *text,
							  const char *fmt, ...)
{
	char *more = NULL, *all = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&more, fmt, ap) < 0)
		more = NULL;
	va_end(ap);
	if (text && more && asprintf(&all, "%s%s", text, more) < 0)
		all = NULL;
	free(text);
	free(more);
	return all;
}

static char *object_name(hwloc_obj_t obj)
{
	char type[32];
	char *name = strdup("");

	hwloc_obj_type_snprintf(type, sizeof(type), obj, 0);
	if (hwloc_obj_type_is_cache(obj->type))
		name = append(name, "%s:%" PRIu64 "K", type,
			      obj->attr->cache.size >> 10);
	else
		name = append(name, "%s", type);
	if (obj->memory_arity)
		name = append(name, "[%u*NUMA]", obj->memory_arity);
	return name;
}

static char *shape_of(hwloc_obj_t obj);

/* The children's shapes, runs of equal ones counted. */
static char *children_shape(hwloc_obj_t parent)
{
	char *all = strdup(""), *run = NULL;
	unsigned int length = 0;

	for (unsigned int i = 0; i <= parent->arity; i++) {
		char *one = NULL;

		if (i < parent->arity)
			one = shape_of(parent->children[i]);
		if (run && one && !strcmp(run, one)) {
			free(one);
			length++;
			continue;
		}
		if (run)
			all = append(all, "%s%u*%s", all && *all ? "+" : "",
				     length, run);
		free(run);
		run = one;
		length = 1;
	}
	return all;
}

static char *shape_of(hwloc_obj_t obj)
{
	char *name = object_name(obj), *children;

	if (!obj->arity)
		return name;
	children = children_shape(obj);
	name = append(name, "(%s)", children ? children : "");
	free(children);
	return name;
}

char *bench_machine_shape(const struct bench_topology *t)
{
	return shape_of(hwloc_get_root_obj(t->hwloc));
}

/* FNV-1a: short, public, and the same on every machine and release. */
static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h;
}

static char *add_mitigations(char *text, const char *root)
{
	json_t *all = bench_cpu_mitigations(root), *value;
	const char *name;

	json_object_foreach (all, name, value)
		text = append(text, "%s=%s\n", name, json_string_value(value));
	json_decref(all);
	return text;
}

static char *key_text(const char *root, const struct bench_topology *t)
{
	char fact[BENCH_FACT], *shape = bench_machine_shape(t);
	struct utsname uts;
	char *text = strdup("");

	uname(&uts);
	text = append(text, "architecture=%s\n", uts.machine);
	for (size_t i = 0; i < BENCH_CPU_FIELDS; i++) {
		const char *name = bench_cpu_field(root, i, fact, sizeof(fact));

		text = append(text, "%s=%s\n", name, fact);
	}
	text = append(text, "shape=%s\n", shape ? shape : "");
	free(shape);
	text = append(text, "simulated=%s\n", t->simulated ? "yes" : "no");
	bench_probe_smt(root, fact, sizeof(fact));
	text = append(text, "smt=%s\n", fact);
	bench_probe_governor(root, fact, sizeof(fact));
	text = append(text, "governor=%s\n", fact);
	bench_probe_turbo(root, fact, sizeof(fact));
	text = append(text, "turbo=%s\n", fact);
	bench_probe_file(root, "/proc/sys/kernel/osrelease", fact,
			 sizeof(fact));
	text = append(text, "kernel=%s\n", fact);
	bench_probe_hypervisor(root, fact, sizeof(fact));
	text = append(text, "hypervisor=%s\n", fact);
	return add_mitigations(text, root);
}

int bench_machine_key(const char *root, const struct bench_topology *t,
		      char key[BENCH_KEY], char **text)
{
	char *hashed = key_text(root, t);

	if (!hashed)
		return -ENOMEM;
	snprintf(key, BENCH_KEY, "m-%016" PRIx64, hash(hashed));
	if (text)
		*text = hashed;
	else
		free(hashed);
	return 0;
}
