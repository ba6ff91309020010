/* SPDX-License-Identifier: MIT */
/* cmd_verify.c - `ringswap verify`: is every strategy what it claims to be? */
#include <stdarg.h>
#include <stdlib.h>

#include "strategies/strategy.h"
#include "tests/torture/litmus.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap verify [--mode MODE] [--strategy NAME] [--seconds N] "
	"[--json]\n\n"
	"Proves every strategy sound within stated bounds, or shows what "
	"breaks it. Without a\nmode: all of them, in under three minutes on "
	"two cores, and a table of verdicts.\n\n"
	"  --mode litmus    does this CPU reorder a store with a later load?\n"
	"  --strategy NAME  this one only\n"
	"  --seconds N      time for the mode\n"
	"  --json           the verdicts as JSON; everything else on stderr\n"
	"  --help           this text\n\n"
	"Exit status: 0 every verdict as claimed; 3 a sound strategy broke, or "
	"an unsound one\nwas not caught; 2 bad arguments.\n\n"
	"Examples:\n"
	"  ringswap verify\n"
	"  ringswap verify --mode litmus --seconds 10\n";

/* One line of the table that ends every run. */
struct row {
	const char *mode;
	char subject[64];
	const char *verdict;
	char detail[192];
	bool failed; /* otherwise than claimed */
};

struct verify {
	const char *mode;     /* NULL: all */
	const char *strategy; /* NULL: all */
	double seconds;	      /* 0: the mode's default */
	bool json;
	FILE *out; /* everything but the verdicts in JSON */
	struct row *rows;
	size_t n_rows;
};

__attribute__((format(printf, 6, 7))) static void
add_row(struct verify *v, const char *mode, const char *subject,
	const char *verdict, bool failed, const char *format, ...)
{
	struct row *rows =
		realloc(v->rows, (v->n_rows + 1) * sizeof(v->rows[0]));
	struct row *row;
	va_list args;

	if (!rows)
		abort();
	v->rows = rows;
	row = &rows[v->n_rows++];
	*row = (struct row){ .mode = mode, .verdict = verdict };
	row->failed = failed;
	snprintf(row->subject, sizeof(row->subject), "%s", subject);
	va_start(args, format);
	vsnprintf(row->detail, sizeof(row->detail), format, args);
	va_end(args);
}

/* ------------------------------------------------------------------------ */
/* Litmus                                                                   */

static void run_litmus(struct verify *v, double seconds)
{
	uint64_t each = (uint64_t)(seconds * 1e9 / LITMUS_ORDERS);
	struct litmus_result found;
	char why[128];

	fprintf(v->out,
		"store buffering: both sides store, then load the "
		"other's word; how often do both miss?\n"
		"%-14s %12s %12s %12s\n",
		"between", "trials", "both missed", "per million");
	for (enum litmus_order o = 0; o < LITMUS_ORDERS; o++) {
		int err = litmus_run(o, each, &found, why, sizeof(why));
		bool bad = !err && litmus_forbids(o) && found.both_missed;

		if (err) {
			fprintf(v->out, "%-14s unavailable: %s\n",
				litmus_name(o), why);
			add_row(v, "litmus", litmus_name(o), "unavailable",
				false, "%s", why);
			continue;
		}
		fprintf(v->out, "%s%-14s %12llu %12llu %12.1f\n",
			bad ? "!!! " : "", litmus_name(o),
			(unsigned long long)found.trials,
			(unsigned long long)found.both_missed,
			1e6 * (double)found.both_missed / (double)found.trials);
		add_row(v, "litmus", litmus_name(o),
			bad		    ? "BROKEN"
			: litmus_forbids(o) ? "never"
			: found.both_missed ? "reorders"
					    : "not seen",
			bad, "%llu of %llu trials",
			(unsigned long long)found.both_missed,
			(unsigned long long)found.trials);
	}
	fputc('\n', v->out);
}

/* ------------------------------------------------------------------------ */
/* The command                                                              */

static const struct mode {
	const char *name;
	double seconds; /* of a default run */
	void (*run)(struct verify *v, double seconds);
} modes[] = {
	{ "litmus", 6, run_litmus },
	{ NULL, 0, NULL },
};

static void print_rows(const struct verify *v)
{
	printf("%-9s %-28s %-12s %s\n", "mode", "subject", "verdict", "");
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct row *row = &v->rows[i];

		printf("%-9s %-28s %-12s %s%s\n", row->mode, row->subject,
		       row->verdict, row->failed ? "!!! " : "", row->detail);
	}
}

static json_t *rows_json(const struct verify *v, bool failed)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < v->n_rows; i++) {
		const struct row *row = &v->rows[i];

		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:s, s:s, s:b}", "mode",
				  row->mode, "subject", row->subject, "verdict",
				  row->verdict, "detail", row->detail,
				  "as-claimed", !row->failed));
	}
	return json_pack("{s:s, s:b, s:o}", "schema", "ringswap-verify/1",
			 "as-claimed", !failed, "verdicts", rows);
}

static int conclude(struct verify *v)
{
	bool failed = false;
	int status;

	for (size_t i = 0; i < v->n_rows; i++)
		failed |= v->rows[i].failed;
	if (v->json) {
		status = options_print_json(rows_json(v, failed));
	} else {
		print_rows(v);
		printf("verdict: %s\n",
		       failed ? "!!! NOT as claimed" : "as claimed");
		status = options_flush();
	}
	return status ? status : failed ? COMMAND_INVALID : COMMAND_OK;
}

static int run_modes(struct verify *v)
{
	bool known = false;

	for (const struct mode *m = modes; m->name; m++) {
		if (v->mode && strcmp(v->mode, m->name))
			continue;
		known = true;
		m->run(v, v->seconds > 0 ? v->seconds : m->seconds);
		fflush(v->out);
	}
	if (!known)
		return command_error(COMMAND_USAGE,
				     "unknown mode \"%s\"; see --help",
				     v->mode);
	return conclude(v);
}

static int parse_seconds(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (*end || end == text || !(*out > 0) || *out > 1e6)
		return command_error(COMMAND_USAGE,
				     "--seconds wants a number above 0, got "
				     "\"%s\"",
				     text);
	return 0;
}

static int parse(int argc, char **argv, struct verify *v, bool *done)
{
	static const struct option longs[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "strategy", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = options_next(argc, argv, ":m:s:t:jh", longs)) > 0) {
		if (option == 'm')
			v->mode = optarg;
		else if (option == 's')
			v->strategy = optarg;
		else if (option == 'j')
			v->json = true;
		else if (option == 't' && parse_seconds(optarg, &v->seconds))
			return COMMAND_USAGE;
		if (option == 'h') {
			*done = true;
			fputs(help, stdout);
			return options_flush();
		}
	}
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind < argc)
		return command_error(COMMAND_USAGE,
				     "takes no argument, got \"%s\"",
				     argv[optind]);
	if (v->strategy && !swap_find(v->strategy))
		return command_error(COMMAND_USAGE,
				     "unknown strategy \"%s\"; see ringswap "
				     "list",
				     v->strategy);
	return 0;
}

int cmd_verify(int argc, char **argv)
{
	struct verify v = { .mode = NULL };
	bool done = false;
	int status = parse(argc, argv, &v, &done);

	if (status || done)
		return status;
	v.out = v.json ? stderr : stdout;
	status = run_modes(&v);
	free(v.rows);
	return status;
}
