/* SPDX-License-Identifier: MIT */
/*
 * cmd_block.c - `ringswap block`: one block in this fresh process.
 *
 * Internal: `ringswap run` starts it, hands it a spec on standard input and
 * reads one datum, a line of JSON, from standard output.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bench/machine/topology.h"
#include "bench/measure/run.h"
#include "tools/command.h"

static int run_block(const json_t *json, unsigned int flags)
{
	struct bench_topology *topology;
	struct bench_block_spec spec;
	char why[2 * BENCH_WHY];
	json_t *datum;
	int err;

	if (bench_block_spec_parse(json, &spec, why, sizeof(why)))
		return command_error(COMMAND_USAGE, "%s", why);
	if (bench_topology_load(&topology, flags, why, sizeof(why)))
		return command_error(COMMAND_FAILED, "%s", why);
	err = bench_topology_measurable(topology, why, sizeof(why));
	if (!err)
		err = bench_block_run(topology, &spec, &datum, why,
				      sizeof(why));
	bench_topology_free(topology);
	if (err)
		return command_error(COMMAND_FAILED, "%s", why);
	err = json_dumpf(datum, stdout, JSON_COMPACT);
	json_decref(datum);
	putchar('\n');
	if (err || fflush(stdout))
		return command_error(COMMAND_FAILED, "cannot write the datum");
	return COMMAND_OK;
}

int cmd_block(int argc, char **argv)
{
	unsigned int flags = 0;
	json_error_t error;
	json_t *json;
	int status;

	if (argc == 2 && !strcmp(argv[1], "--simulate"))
		flags = BENCH_TOPOLOGY_SIMULATE;
	else if (argc != 1)
		return command_error(COMMAND_USAGE,
				     "takes a spec on standard input only");
	json = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		return command_error(COMMAND_USAGE, "spec: line %d: %s",
				     error.line, error.text);
	status = run_block(json, flags);
	json_decref(json);
	return status;
}
