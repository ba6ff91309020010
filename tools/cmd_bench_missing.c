/* SPDX-License-Identifier: MIT */
/* cmd_bench_missing.c - `ringswap bench` of a build without Google Benchmark. */
#include "tools/command.h"

int cmd_bench(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return command_error(
		COMMAND_MISSING,
		"this build has no Google Benchmark: install " RINGSWAP_BENCH_MISSING
		" and build again, or measure the same cells by ringswap run");
}
