/* SPDX-License-Identifier: MIT */
/* cmd_topo.c - `ringswap topo`: this machine's placements and their PUs. */
#include <stdlib.h>

#include "bench/machine/key.h"
#include "bench/machine/placement.h"
#include "tools/files.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap topo [--json]\n\n"
	"Shows each placement (the distance between a writer's PU and a "
	"swapper's) with the\npair of PUs that stands for it on this machine, "
	"or what the machine lacks.\n\n"
	"  --json   the same as JSON\n"
	"  --help   this text\n\n"
	"Examples:\n"
	"  ringswap topo\n"
	"  HWLOC_SYNTHETIC='Package:2 [NUMANode] L2Cache:2 Core:1 PU:2' "
	"ringswap topo\n";

static void print_pair(const struct bench_topology *t,
		       const struct bench_pair *pair)
{
	printf("  %-14s %-6u %u", bench_placement_name(pair->asked),
	       pair->writer->os, pair->swapper->os);
	if (!t->kinds_why)
		printf("%*s%s, %s", pair->swapper->os < 10 ? 7 : 5, "",
		       bench_core_kind_name(pair->writer->kind),
		       bench_core_kind_name(pair->swapper->kind));
	putchar('\n');
}

static void print_placement(const struct bench_topology *t,
			    enum bench_placement placement)
{
	const char *name = bench_placement_name(placement);
	struct bench_pair pair;
	char why[BENCH_WHY];

	if (bench_placement_choose(t, placement, &pair, why, sizeof(why)))
		printf("  %-14s unavailable: %s\n", name, why);
	else
		print_pair(t, &pair);
}

/* The PUs of each sort of core. */
static void print_kinds(const struct bench_topology *t)
{
	char list[256];

	for (int kind = 0; kind < BENCH_CORE_KINDS && !t->kinds_why; kind++)
		if (*bench_topology_of_kind(t, kind, list, sizeof(list)))
			printf("  %-14s %s\n", bench_core_kind_name(kind),
			       list);
}

static void print_text(const struct bench_topology *t, const char *shape,
		       const char *key)
{
	char allowed[256];

	printf("%s%s\n", t->simulated ? "SIMULATED, from " : "", t->source);
	printf("  machine key    %s\n", key);
	printf("  shape          %s\n", shape);
	printf("  allowed PUs    %s (OS indices)\n",
	       bench_topology_allowed(t, allowed, sizeof(allowed)));
	print_kinds(t);
	putchar('\n');
	printf("  placement      writer swapper   (PU by OS index)\n");
	for (int p = 0; p < BENCH_PLACEMENTS; p++)
		print_placement(t, p);
}

static json_t *placement_json(const struct bench_topology *t,
			      enum bench_placement placement)
{
	const char *name = bench_placement_name(placement);
	struct bench_pair pair;
	char why[BENCH_WHY];

	if (bench_placement_choose(t, placement, &pair, why, sizeof(why)))
		return json_pack("{s:s, s:b, s:s}", "name", name, "available",
				 0, "reason", why);
	return json_pack("{s:s, s:b, s:i, s:i, s:s, s:s, s:s}", "name", name,
			 "available", 1, "writer", (int)pair.writer->os,
			 "swapper", (int)pair.swapper->os, "distance",
			 bench_placement_name(pair.distance), "writer-kind",
			 bench_core_kind_name(pair.writer->kind),
			 "swapper-kind",
			 bench_core_kind_name(pair.swapper->kind));
}

static json_t *topo_json(const struct bench_topology *t, const char *shape,
			 const char *key)
{
	json_t *placements = json_array();
	char allowed[256];

	for (int p = 0; p < BENCH_PLACEMENTS; p++)
		json_array_append_new(placements, placement_json(t, p));
	return json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:s, s:i, s:i, s:i, s:i, s:o}",
		"schema", "ringswap-topo/1", "key", key, "source", t->source,
		"simulated", t->simulated, "shape", shape, "allowed",
		bench_topology_allowed(t, allowed, sizeof(allowed)), "pus",
		(int)t->n_pus, "cores", (int)t->n_cores, "packages",
		(int)t->n_packages, "nodes", (int)t->n_nodes, "placements",
		placements);
}

static int show(bool json)
{
	struct bench_topology *t;
	char key[BENCH_KEY], why[BENCH_WHY];
	char *shape;
	int status, err = bench_topology_load(&t, 0, why, sizeof(why));

	if (err)
		return files_error(err, why);
	shape = bench_machine_shape(t);
	if (!shape || bench_machine_key("", t, key, NULL)) {
		status = command_error(COMMAND_FAILED, "out of memory");
	} else if (json) {
		status = options_print_json(topo_json(t, shape, key));
	} else {
		print_text(t, shape, key);
		status = options_flush();
	}
	free(shape);
	bench_topology_free(t);
	return status;
}

int cmd_topo(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool json = false;
	int option;

	while ((option = options_next(argc, argv, ":jh", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		json = true;
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind < argc)
		return command_error(COMMAND_USAGE,
				     "takes no argument, got \"%s\"",
				     argv[optind]);
	return show(json);
}
