/* SPDX-License-Identifier: MIT */
/*
 * figures_table.c - prints the tables of figures of two pages.
 *
 * usage: figures_table blocks|results
 *
 * For tools/checks/figures, which compares them with docs/block-format.md and
 * docs/results-format.md.
 */
#include <stdio.h>
#include <string.h>

#include "bench/result/figures.h"

/* What a block holds, and what a result makes of it; NULL: nothing. */
static const struct {
	const char *block, *result;
} words[BENCH_KINDS] = {
	[BENCH_KIND_LOG_RATIO] = { "number", "the cell's `ratio`" },
	[BENCH_KIND_VALUE] = { "number", "summary" },
	[BENCH_KIND_COUNT] = { "integer", "sum" },
	[BENCH_KIND_COUNTS] = { "integers by name", "sums by name" },
	[BENCH_KIND_DIST] = { "HISTOGRAM", "distribution" },
	[BENCH_KIND_SERIES] = { "HISTOGRAMs, one a bin", "bins" },
	[BENCH_KIND_SETTING] = { "integer or word", "the same" },
	[BENCH_KIND_TEXT] = { "text", "the first one" },
	[BENCH_KIND_DETAIL] = { "number", NULL },
};

/* Of histograms the unit is always ns; words and plain ratios have none. */
static const char *unit_of(const struct bench_figure_info *info)
{
	return strcmp(info->unit, "1") ? info->unit : "";
}

static void print(int is_result)
{
	printf("| figure | %s | unit | meaning |\n|---|---|---|---|\n",
	       is_result ? "in a cell" : "in a block");
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		const struct bench_figure_info *info =
			bench_figure_info((enum bench_figure)f);
		const char *what = is_result ? words[info->kind].result
					     : words[info->kind].block;

		if (what)
			printf("| `%s.%s` | %s | %s | %s |\n", info->part,
			       info->name, what, unit_of(info), info->meaning);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2 ||
	    (strcmp(argv[1], "blocks") && strcmp(argv[1], "results"))) {
		fprintf(stderr, "usage: figures_table blocks|results\n");
		return 2;
	}
	print(!strcmp(argv[1], "results"));
	return 0;
}
