/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `ringswap check`: is this file what it should be? */
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/base/clean.h"
#include "bench/plan/matrix.h"
#include "bench/result/result.h"
#include "bench/show/show.h"
#include "bench/show/text.h"
#include "tools/files.h"
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

struct options {
	bool table;
	struct bench_show_options show;
	json_t *json; /* array of findings; NULL: text */
};

/* A matrix says so by its schema or has slices; the errors of all other files
 * are said by the one who opens results. */
static bool is_matrix(const char *path)
{
	const char *schema;
	json_error_t e;
	struct stat st;
	json_t *first;
	FILE *file;
	bool yes;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	first = json_loadf(file, JSON_DISABLE_EOF_CHECK, &e);
	fclose(file);
	schema = json_string_value(json_object_get(first, "schema"));
	yes = schema ? !strncmp(schema, "ringswap-matrix/", 16)
		     : json_object_get(first, "slices") != NULL;
	json_decref(first);
	return yes;
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

static void say_journal(const char *path, const struct bench_journal_summary *s,
			FILE *to)
{
	fprintf(to,
		"%s: a valid journal: %u blocks in %u rounds, %s%s; cells: ",
		path, s->blocks, s->rounds,
		s->ended ? "ended" : "not ended (ringswap run --resume)",
		s->cut ? "; its last line is cut off and ignored" : "");
}

static void say_counts(const char *path,
		       const struct bench_result_source *source, json_t *counts)
{
	const char *status, *before = "";
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	json_t *n;

	if (!to)
		return;
	if (source->is_journal)
		say_journal(path, &source->journal, to);
	else
		fprintf(to, "%s: a valid %s result; cells: ", path,
			BENCH_RESULT_SCHEMA);
	json_object_foreach (counts, status, n) {
		fprintf(to, "%s%lld %s", before,
			(long long)json_integer_value(n), status);
		before = ", ";
	}
	fclose(to);
	bench_print_wrapped(stdout, bench_show_width(stdout), "", "  ",
			    bench_clean(text));
	free(text);
}

/* A file's name; what is no UTF-8 has no JSON. */
static json_t *name_json(const char *path)
{
	json_t *name = json_string(path);
	char *text = name ? NULL : strdup(path);

	if (text)
		name = json_string(bench_clean(text));
	free(text);
	return name;
}

static json_t *finding(const char *path,
		       const struct bench_result_source *source, json_t *counts)
{
	const struct bench_journal_summary *s = &source->journal;
	json_t *json = json_pack(
		"{s:o, s:s, s:O}", "file", name_json(path), "kind",
		source->is_journal ? "journal" : "result", "cells", counts);

	if (source->is_journal)
		json_object_update_new(json, json_pack("{s:i, s:i, s:b, s:b}",
						       "blocks", (int)s->blocks,
						       "rounds", (int)s->rounds,
						       "ended", s->ended, "cut",
						       s->cut));
	return json;
}

static void show_result(const struct options *o, const json_t *result)
{
	if (o->table)
		bench_show_print(result, &o->show, stdout);
	else
		bench_show_head(result, o->show.width, stdout);
}

static int check_result(struct options *o, const char *path)
{
	char why[8 * BENCH_RESULT_WHY]; /* room for many names */
	struct bench_result_source source;
	json_t *counts, *result;
	int err, status;

	err = bench_result_open(path, &source, &result, why, sizeof(why));
	if (err)
		return files_error(err, why);
	if (bench_show_check(result, &o->show, why, sizeof(why))) {
		json_decref(result);
		return command_error(COMMAND_USAGE, "%s: %s", path, why);
	}
	counts = json_object();
	count_statuses(result, counts);
	if (o->json)
		json_array_append_new(o->json, finding(path, &source, counts));
	else
		say_counts(path, &source, counts);
	if (!o->json)
		show_result(o, result);
	status = bench_result_has_invalid(result) ? COMMAND_INVALID
						  : COMMAND_OK;
	if (status)
		command_error(status, "%s: holds INVALID cells", path);
	json_decref(counts);
	json_decref(result);
	return status;
}

static int check_matrix(struct options *o, const char *path)
{
	char why[BENCH_MATRIX_WHY];
	struct bench_matrix m;
	int status = COMMAND_OK;

	if (o->table)
		return command_error(COMMAND_USAGE,
				     "%s: a matrix has no table; --table and "
				     "--tables are for results and journals",
				     path);
	bench_matrix_init(&m);
	if (bench_matrix_check(path, why, sizeof(why)))
		return command_error(COMMAND_USAGE, "%s", why);
	if (bench_matrix_load(&m, path, why, sizeof(why)))
		status = command_error(COMMAND_USAGE, "%s", why);
	else if (o->json)
		json_array_append_new(
			o->json, json_pack("{s:o, s:s, s:s, s:i, s:i}", "file",
					   name_json(path), "kind", "matrix",
					   "name", m.name, "cells", (int)m.n,
					   "rounds", (int)m.rounds));
	else
		command_print("%s: a valid matrix: %s, %u cells, %u rounds",
			      path, m.name, m.n, m.rounds);
	bench_matrix_free(&m);
	return status;
}

static int check_file(struct options *o, const char *path)
{
	return is_matrix(path) ? check_matrix(o, path) : check_result(o, path);
}

static int check_all(struct options *o, int n, char **paths)
{
	int status = COMMAND_OK;

	for (int i = 0; i < n; i++) {
		int one = check_file(o, paths[i]);

		if (one && status != COMMAND_USAGE)
			status = one;
	}
	if (o->json)
		status = options_print_json(o->json) ? COMMAND_FAILED : status;
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

static int take_option(struct options *o, int option, bool *json)
{
	char why[BENCH_WHY];

	switch (option) {
	case 't':
		o->table = true;
		break;
	case OPTION_TABLES:
		o->table = true;
		if (bench_show_choose(&o->show, optarg, why, sizeof(why)))
			return command_error(COMMAND_USAGE, "%s", why);
		break;
	case OPTION_SCENARIO:
		o->show.scenario = optarg;
		break;
	case OPTION_STRATEGY:
		o->show.strategy = optarg;
		break;
	case OPTION_PLACEMENT:
		o->show.placement = optarg;
		break;
	default:
		*json = true;
	}
	return 0;
}

static int check_options(const struct options *o, bool json, bool has_file)
{
	bool filtered = o->show.scenario || o->show.strategy ||
			o->show.placement;

	if (!has_file)
		return command_error(COMMAND_USAGE, "give a file; see --help");
	if (json && o->table)
		return command_error(COMMAND_USAGE,
				     "--json and --table exclude each other");
	if (filtered && !o->table)
		return command_error(COMMAND_USAGE,
				     "--scenario, --strategy and --placement "
				     "go with --table");
	return 0;
}

int cmd_check(int argc, char **argv)
{
	struct options o = { .show.width = bench_show_width(stdout) };
	bool json = false;
	int option, status = 0;

	while (!status &&
	       (option = options_next(argc, argv, ":tjh", longs)) > 0) {
		if (option == 'h') {
			fputs(help, stdout);
			return options_flush();
		}
		status = take_option(&o, option, &json);
	}
	if (status || option == OPTIONS_BAD)
		return COMMAND_USAGE;
	status = check_options(&o, json, optind < argc);
	if (status)
		return status;
	if (json)
		o.json = json_array();
	return check_all(&o, argc - optind, argv + optind);
}
