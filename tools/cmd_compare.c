/* SPDX-License-Identifier: MIT */
/* cmd_compare.c - `ringswap compare`: results side by side. */
#include <stdlib.h>

#include "bench/show/compare.h"
#include "bench/show/text.h"
#include "tools/files.h"
#include "tools/options.h"

#define RESULTS_MAX 8

static const char help[] =
	"usage: ringswap compare RESULT RESULT... [--json]\n\n"
	"Results of one machine are compared cell by cell with the first, "
	"rounds as two\nindependent sets. Results of different machines stand "
	"side by side as ratios to\nthe baseline and ranks; their nanoseconds are "
	"never pooled or compared. 2 to 8 results.\n\n"
	"  --json   the comparison as JSON\n"
	"  --help   this text\n\n"
	"Exit status: 0; 1 no cell has numbers in two of them; 2 bad input.\n\n"
	"Examples:\n"
	"  ringswap compare before.json after.json\n"
	"  ringswap compare laptop.json server.json\n";

static int compare(size_t n, char **paths, bool json)
{
	json_t *results[RESULTS_MAX] = { NULL };
	const char *names[RESULTS_MAX];
	struct bench_compare c = { n, results, names };
	json_t *comparison;
	bool has_common;
	int status = 0;

	for (size_t i = 0; i < n && !status; i++) {
		const char *slash = strrchr(paths[i], '/');

		names[i] = slash ? slash + 1 : paths[i];
		status = files_open_result(paths[i], &results[i]);
	}
	if (status)
		goto out;
	comparison = bench_compare_json(&c);
	has_common = bench_compare_has_common(comparison);
	if (json || !comparison) {
		status = options_print_json(comparison);
	} else {
		bench_compare_print(comparison, bench_show_width(stdout),
				    stdout);
		json_decref(comparison);
		status = options_flush();
	}
	if (!status && !has_common)
		status =
			command_error(COMMAND_FAILED,
				      "nothing to compare: no cell has numbers "
				      "in two of these results");
out:
	for (size_t i = 0; i < n; i++)
		json_decref(results[i]);
	return status;
}

int cmd_compare(int argc, char **argv)
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
	if (argc - optind < 2 || argc - optind > RESULTS_MAX)
		return command_error(COMMAND_USAGE,
				     "give 2 to %d result files, got %d",
				     RESULTS_MAX, argc - optind);
	return compare((size_t)(argc - optind), argv + optind, json);
}
