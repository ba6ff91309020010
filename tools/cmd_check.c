/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `ringswap check`: is this file what it should be? */
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/plan/matrix.h"
#include "bench/result/result.h"
#include "bench/show/show.h"
#include "bench/show/text.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap check FILE... [--table | --tables answer|all | "
	"--json] [FILTER...]\n\n"
	"Validates a result (ringswap/1), a journal of a run, or a matrix, and "
	"says in one line\nwhat is wrong, where, and what would be right.\n\n"
	"  --table           print what `ringswap run` ends with: a table of "
	"both sides and a\n"
	"                    summary\n"
	"  --tables all      print every table; answer: as --table\n"
	"  --scenario NAME   with --table: every table of this scenario, of "
	"this strategy,\n"
	"  --strategy NAME   at this placement, instead\n"
	"  --placement NAME\n"
	"  --json            one JSON object with what was found\n"
	"  --help            this text\n\n"
	"Exit status: 0 valid; 2 not valid; 3 valid, but it holds cells that "
	"are INVALID: a\nstrategy that claims soundness was caught, crashed or "
	"hung.\n\n"
	"Examples:\n"
	"  ringswap check run.json --table\n"
	"  ringswap check run.json --table --scenario swap --strategy rcu\n"
	"  ringswap check bench/plan/matrices/quick.json\n";

struct wishes {
	bool table;
	struct bench_show_options show;
	json_t *json; /* array of findings; NULL: text */
};

enum kind {
	KIND_RESULT,
	KIND_JOURNAL,
	KIND_MATRIX
};

/* By the schema that its first JSON value names; a result's errors are said by
 * the one who loads it. */
static enum kind kind_of(const char *path)
{
	enum kind kind = KIND_RESULT;
	const char *schema;
	json_error_t e;
	struct stat st;
	json_t *first;
	FILE *file;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return KIND_RESULT;
	file = fopen(path, "re");
	if (!file)
		return KIND_RESULT;
	first = json_loadf(file, JSON_DISABLE_EOF_CHECK, &e);
	fclose(file);
	schema = json_string_value(json_object_get(first, "schema"));
	if (schema && !strcmp(schema, BENCH_JOURNAL_SCHEMA))
		kind = KIND_JOURNAL;
	else if (schema && !strncmp(schema, "ringswap-matrix/", 16))
		kind = KIND_MATRIX;
	else if (!schema && json_object_get(first, "slices"))
		kind = KIND_MATRIX;
	json_decref(first);
	return kind;
}

static void count_statuses(const json_t *result, json_t *counts)
{
	const json_t *cells = json_object_get(result, "cells");
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		const char *status =
			json_string_value(json_object_get(cell, "status"));
		json_int_t n =
			json_integer_value(json_object_get(counts, status));

		json_object_set_new(counts, status, json_integer(n + 1));
	}
}

static void say_counts(const char *path, json_t *counts)
{
	const char *status, *before = "";
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	json_t *n;

	if (!to)
		return;
	fprintf(to, "%s: a valid %s result; cells: ", path,
		BENCH_RESULT_SCHEMA);
	json_object_foreach (counts, status, n) {
		fprintf(to, "%s%lld %s", before,
			(long long)json_integer_value(n), status);
		before = ", ";
	}
	fclose(to);
	bench_print_wrapped(stdout, bench_show_width(stdout), "", "  ", text);
	free(text);
}

static void show_result(const struct wishes *w, const json_t *result)
{
	if (w->table)
		bench_show_print(result, &w->show, stdout);
	else
		bench_show_head(result, w->show.width, stdout);
}

static int check_result(struct wishes *w, const char *path)
{
	char why[8 * BENCH_RESULT_WHY]; /* room for many names */
	json_t *counts, *result;
	int status;

	if (bench_result_load(path, &result, why, sizeof(why)))
		return command_error(COMMAND_USAGE, "%s", why);
	if (bench_show_check(result, &w->show, why, sizeof(why))) {
		json_decref(result);
		return command_error(COMMAND_USAGE, "%s: %s", path, why);
	}
	counts = json_object();
	count_statuses(result, counts);
	if (w->json)
		json_array_append_new(
			w->json, json_pack("{s:s, s:s, s:O}", "file", path,
					   "kind", "result", "cells", counts));
	else
		say_counts(path, counts);
	if (!w->json)
		show_result(w, result);
	status = bench_result_has_invalid(result) ? COMMAND_INVALID
						  : COMMAND_OK;
	if (status)
		command_error(status, "%s: holds INVALID cells", path);
	json_decref(counts);
	json_decref(result);
	return status;
}

static int check_journal(struct wishes *w, const char *path)
{
	struct bench_journal_summary s;
	char why[BENCH_RESULT_WHY];

	if (bench_result_check_journal(path, &s, why, sizeof(why)))
		return command_error(COMMAND_USAGE, "%s", why);
	if (w->json)
		json_array_append_new(
			w->json,
			json_pack("{s:s, s:s, s:i, s:i, s:i, s:b, s:b}", "file",
				  path, "kind", "journal", "cells",
				  (int)s.cells, "blocks", (int)s.blocks,
				  "rounds", (int)s.rounds, "ended", s.ended,
				  "cut", s.cut));
	else
		printf("%s: a valid journal: %u cells, %u blocks in %u rounds, "
		       "%s%s\n",
		       path, s.cells, s.blocks, s.rounds,
		       s.ended ? "ended" : "not ended (ringswap run --resume)",
		       s.cut ? "; its last line is cut off and ignored" : "");
	return COMMAND_OK;
}

static int check_matrix(struct wishes *w, const char *path)
{
	char why[BENCH_MATRIX_WHY];
	struct bench_matrix m;
	int status = COMMAND_OK;

	bench_matrix_init(&m);
	if (bench_matrix_check(path, why, sizeof(why)))
		return command_error(COMMAND_USAGE, "%s", why);
	if (bench_matrix_load(&m, path, why, sizeof(why)))
		status = command_error(COMMAND_USAGE, "%s", why);
	else if (w->json)
		json_array_append_new(
			w->json,
			json_pack("{s:s, s:s, s:s, s:i, s:i}", "file", path,
				  "kind", "matrix", "name", m.name, "cells",
				  (int)m.n, "rounds", (int)m.rounds));
	else
		printf("%s: a valid matrix: %s, %u cells, %u rounds\n", path,
		       m.name, m.n, m.rounds);
	bench_matrix_free(&m);
	return status;
}

static int check_file(struct wishes *w, const char *path)
{
	switch (kind_of(path)) {
	case KIND_JOURNAL:
		return check_journal(w, path);
	case KIND_MATRIX:
		return check_matrix(w, path);
	default:
		return check_result(w, path);
	}
}

static int check_all(struct wishes *w, int n, char **paths)
{
	int status = COMMAND_OK;

	for (int i = 0; i < n; i++) {
		int one = check_file(w, paths[i]);

		if (one && status != COMMAND_USAGE)
			status = one;
	}
	if (w->json)
		status = options_print_json(w->json) ? COMMAND_FAILED : status;
	else if (options_flush())
		status = COMMAND_FAILED;
	return status;
}

/* An option that has no short letter. */
enum {
	OPTION_TABLES = 1000,
	OPTION_SCENARIO,
	OPTION_STRATEGY,
	OPTION_PLACEMENT,
};

static const struct option longs[] = {
	{ "table", no_argument, NULL, 't' },
	{ "tables", required_argument, NULL, OPTION_TABLES },
	{ "scenario", required_argument, NULL, OPTION_SCENARIO },
	{ "strategy", required_argument, NULL, OPTION_STRATEGY },
	{ "placement", required_argument, NULL, OPTION_PLACEMENT },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int take_option(struct wishes *w, int option, bool *json)
{
	char why[BENCH_WHY];

	switch (option) {
	case 't':
		w->table = true;
		break;
	case OPTION_TABLES:
		w->table = true;
		if (bench_show_choose(&w->show, optarg, why, sizeof(why)))
			return command_error(COMMAND_USAGE, "%s", why);
		break;
	case OPTION_SCENARIO:
		w->show.scenario = optarg;
		break;
	case OPTION_STRATEGY:
		w->show.strategy = optarg;
		break;
	case OPTION_PLACEMENT:
		w->show.placement = optarg;
		break;
	default:
		*json = true;
	}
	return 0;
}

static int check_options(const struct wishes *w, bool json, bool has_file)
{
	bool filtered = w->show.scenario || w->show.strategy ||
			w->show.placement;

	if (!has_file)
		return command_error(COMMAND_USAGE, "give a file; see --help");
	if (json && w->table)
		return command_error(COMMAND_USAGE,
				     "--json and --table exclude each other");
	if (filtered && !w->table)
		return command_error(COMMAND_USAGE,
				     "--scenario, --strategy and --placement "
				     "go with --table");
	return 0;
}

int cmd_check(int argc, char **argv)
{
	struct wishes w = { .show.width = bench_show_width(stdout) };
	bool json = false;
	int option, status = 0;

	while (!status &&
	       (option = options_next(argc, argv, ":tjh", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		status = take_option(&w, option, &json);
	}
	if (status || option == OPTIONS_BAD)
		return COMMAND_USAGE;
	status = check_options(&w, json, optind < argc);
	if (status)
		return status;
	if (json)
		w.json = json_array();
	return check_all(&w, argc - optind, argv + optind);
}
