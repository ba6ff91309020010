/* SPDX-License-Identifier: MIT */
/* cmd_compare.c - `ringswap compare`: results side by side. */
#include <stdlib.h>

#include "bench/result/result.h"
#include "bench/show/compare.h"
#include "bench/show/text.h"
#include "tools/files.h"
#include "tools/names.h"
#include "tools/options.h"

#define RESULTS_MAX 4096

static const char help[] =
	"usage: ringswap compare RESULT RESULT... [OPTION...]\n\n"
	"Results of one machine, before and after: each cell with the same of "
	"the first, rounds\nas two independent sets, and a verdict. Results of "
	"different machines: side by side as\nratios to each one's own "
	"baseline; whether the order of the strategies holds, which\nchange "
	"places and by how much, and what else differs. Their nanoseconds are "
	"never pooled\nor compared.\n\n"
	"  --tables all      every table, and what is left out; answer "
	"(default): those of the\n"
	"                    default point, before and after the changed rows; "
	"only: as\n"
	"                    different machines, and nothing but those tables\n"
	"  --format FORMAT   text (default), markdown, json or csv\n"
	"  --json            the same as --format json\n"
	"  --fail-on worse[:PERCENT]\n"
	"                    exit with 5 if a cell of one machine is WORSE than "
	"in the first (by\n"
	"                    more than PERCENT): in 5 % of runs at most where "
	"nothing is worse\n"
	"  --help            this text\n\n"
	"Exit status: 0; 1 no cell has numbers in two of them, or --fail-on "
	"cannot judge: a result\nof which nothing is compared, no verdict at "
	"all, a candidate without numbers that it has\nin the first; 2 bad "
	"input; 5 as --fail-on says.\n\n"
	"Examples:\n"
	"  ringswap compare before.json after.json --fail-on worse:10\n"
	"  ringswap compare results/m-*/*.json\n";

struct options {
	struct bench_compare_options show;
	bool fails;
	double percent;
};

/* ---- Arguments ---- */

static int parse_format(const char *text, struct options *o)
{
	static const char *const names[BENCH_COMPARE_FORMATS] = {
		[BENCH_COMPARE_TEXT] = "text",
		[BENCH_COMPARE_MARKDOWN] = "markdown",
		[BENCH_COMPARE_JSON] = "json",
		[BENCH_COMPARE_CSV] = "csv",
	};

	for (int f = 0; f < BENCH_COMPARE_FORMATS; f++)
		if (!strcmp(text, names[f])) {
			o->show.format = (enum bench_compare_format)f;
			return 0;
		}
	return command_error(COMMAND_USAGE,
			     "--format \"%s\": give text, markdown, json or "
			     "csv",
			     text);
}

static int parse_fail_on(const char *text, struct options *o)
{
	const char *end = NULL;

	o->fails = true;
	if (!strcmp(text, "worse"))
		return 0;
	if (!strncmp(text, "worse:", strlen("worse:")))
		end = options_decimal(text + strlen("worse:"), &o->percent);
	if (end && !strcmp(end + (*end == '%'), ""))
		return 0;
	return command_error(COMMAND_USAGE,
			     "--fail-on \"%s\": give worse, or worse and per "
			     "cent from 0, like worse:10",
			     text);
}

static int parse_tables(const char *text, struct options *o)
{
	o->show.all = !strcmp(text, "all");
	o->show.tables_only = !strcmp(text, "only");
	if (o->show.all || o->show.tables_only || !strcmp(text, "answer"))
		return 0;
	return command_error(COMMAND_USAGE,
			     "--tables \"%s\": give answer, only or all", text);
}

/* ---- Comparing ---- */

/* As much of its path as tells it from the others; of one that results/ keeps,
 * the folder of its machine too: many have the same name. */
static const char *name_of(const char *path, const char *distinct)
{
	const char *name = path, *folder = path;

	for (const char *at = path; *at; at++)
		if (*at == '/') {
			folder = name;
			name = at + 1;
		}
	return !strncmp(folder, "m-", 2) && !strcmp(distinct, name) ? folder
								    : distinct;
}

static int read_all(struct bench_compare *c, size_t n, char **paths)
{
	char **names = names_distinct(n, paths, '/', NULL);
	int status = names ? 0 : command_error(COMMAND_FAILED, "out of memory");

	for (size_t i = 0; i < n && !status; i++) {
		json_t *result;

		status = files_open_figures(paths[i], &result);
		if (status)
			break;
		if (bench_compare_add(c, name_of(paths[i], names[i]), result))
			status = command_error(COMMAND_FAILED, "out of memory");
		json_decref(result);
	}
	names_free(n, names);
	return status;
}

/* What --fail-on asks for: WORSE is evidence, and comes first. */
static int judge_worse(struct bench_compare *c, double percent)
{
	char why[BENCH_RESULT_WHY];
	size_t worse = bench_compare_worse(c, percent);

	if (worse)
		return command_error(COMMAND_WORSE,
				     "%zu cells are WORSE than in the first "
				     "result by more than %g %%",
				     worse, percent);
	if (bench_compare_unjudged(c, why, sizeof(why)))
		return command_error(COMMAND_FAILED, "--fail-on: %s", why);
	return 0;
}

static int judge(struct bench_compare *c, const struct options *o)
{
	if (!bench_compare_has_common(c))
		return command_error(COMMAND_FAILED,
				     "nothing to compare: no cell has numbers "
				     "in two of these results");
	return o->fails ? judge_worse(c, o->percent) : 0;
}

static int compare(size_t n, char **paths, struct options *o)
{
	struct bench_compare *c = bench_compare_new();
	int status = c ? read_all(c, n, paths)
		       : command_error(COMMAND_FAILED, "out of memory");

	if (!status && o->fails && !bench_compare_is_alike(c))
		status = command_error(COMMAND_USAGE,
				       "--fail-on: these are of different "
				       "machines, where nothing is worse or "
				       "better");
	if (!status) {
		o->show.width = bench_show_width(stdout);
		bench_compare_print(c, &o->show, stdout);
		status = options_flush();
	}
	if (!status && !o->show.tables_only)
		status = judge(c, o);
	bench_compare_free(c);
	return status;
}

int cmd_compare(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "tables", required_argument, NULL, 't' },
		{ "format", required_argument, NULL, 'f' },
		{ "fail-on", required_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options o = { 0 };
	int option, status = 0;

	while (!status &&
	       (option = options_next(argc, argv, ":jh", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		if (option == 'j')
			o.show.format = BENCH_COMPARE_JSON;
		if (option == 'f')
			status = parse_format(optarg, &o);
		if (option == 't')
			status = parse_tables(optarg, &o);
		if (option == 'w')
			status = parse_fail_on(optarg, &o);
	}
	if (status || option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (o.fails && o.show.tables_only)
		return command_error(COMMAND_USAGE,
				     "--tables only makes tables of different "
				     "machines, --fail-on judges one: give one "
				     "of the two");
	if (argc - optind < (o.show.tables_only ? 1 : 2) ||
	    argc - optind > RESULTS_MAX)
		return command_error(COMMAND_USAGE,
				     "give 2 to %d result files, got %d",
				     RESULTS_MAX, argc - optind);
	return compare((size_t)(argc - optind), argv + optind, &o);
}
