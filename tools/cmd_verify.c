/* SPDX-License-Identifier: MIT */
/* cmd_verify.c - `ringswap verify`: is every strategy what it claims to be? */
#include <stdarg.h>
#include <stdlib.h>

#include "strategies/strategy.h"
#include "tests/torture/faults.h"
#include "tests/torture/litmus.h"
#include "tests/torture/torture.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap verify [--mode MODE] [--strategy NAME] [--seconds N] "
	"[--json]\n\n"
	"Proves every strategy sound within stated bounds, or shows what "
	"breaks it. Without a\nmode: all of them, in under three minutes on "
	"two cores, and a table of verdicts.\n\n"
	"  --mode torture   exact books on real threads, under abuse\n"
	"  --mode litmus    does this CPU reorder a store with a later load?\n"
	"  --faults         the fault table (Markdown): what each strategy does "
	"when a part of its\n"
	"                   world fails, expected and seen\n"
	"  --fault NAME     one row of it\n"
	"  --strategy NAME  this one only\n"
	"  --seconds N      time for the mode\n"
	"  --seed N         of the torture's rounds; default: the clock\n"
	"  --verbose        torture: a line for every round\n"
	"  --json           the verdicts as JSON; everything else on stderr\n"
	"  --help           this text\n\n"
	"Exit status: 0 every verdict as claimed; 3 a sound strategy broke, or "
	"an unsound one\nwas not caught; 2 bad arguments.\n\n"
	"Examples:\n"
	"  ringswap verify\n"
	"  ringswap verify --mode torture --strategy racy --seconds 2\n"
	"  ringswap verify --mode litmus --seconds 10\n"
	"  ringswap verify --fault swapper-cancelled --strategy rcu\n";

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
	uint64_t seed;
	bool faults;
	enum fault fault; /* FAULTS: all */
	int fault_fd;	  /* the child's: where its row goes */
	bool json;
	bool verbose;
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
/* Torture                                                                  */

static unsigned long long swaps_done(const struct torture_result *r)
{
	return r->swaps[TORTURE_OK] + r->swaps[TORTURE_DEFERRED];
}

static void print_torture(struct verify *v, const struct swap_strategy *s,
			  const struct torture_result *r)
{
	double seconds = (double)r->pure_ns * 1e-9 + 1e-9;

	fprintf(v->out,
		"%-12s %4llu %8.1f %8.1f %8.1f %8.2f %9llu %9llu %7.1f %7.1f "
		" %s\n",
		s->name, (unsigned long long)r->rounds,
		(double)r->checked * 1e-6, (double)r->overrun * 1e-6,
		(double)r->refused * 1e-6, (double)r->nested * 1e-6,
		swaps_done(r), (unsigned long long)torture_violations(r),
		(double)r->pure_checked * 1e-6 / seconds,
		(double)r->pure_booked * 1e-6 / seconds,
		torture_verdict_name(torture_verdict(s, r)));
	fflush(v->out);
}

static void torture_one(struct verify *v, const struct swap_strategy *s,
			double seconds)
{
	struct torture_options options = {
		.strategy = s,
		.seconds = seconds,
		.seed = v->seed,
		.stop_when_broken = !s->sound,
		.out = v->out,
		.verbose = v->verbose,
	};
	struct torture_result *r = torture_result_new();
	enum torture_verdict verdict;
	int err = r ? torture_run(&options, r) : -ENOMEM;

	if (err) {
		add_row(v, "torture", s->name, "FAILED", true, "%s",
			strerror(-err));
		torture_result_free(r);
		return;
	}
	verdict = torture_verdict(s, r);
	print_torture(v, s, r);
	if (torture_violations(r))
		add_row(v, "torture", s->name, torture_verdict_name(verdict),
			verdict == TORTURE_BROKEN,
			"%llu violations after "
			"%.0f ms: %s",
			(unsigned long long)torture_violations(r),
			(double)r->broken_ns * 1e-6, r->first);
	else
		add_row(v, "torture", s->name, torture_verdict_name(verdict),
			verdict != TORTURE_HOLDS,
			"%.1f M events checked, %.1f M booked, %llu swaps",
			(double)r->checked * 1e-6,
			(double)(r->overrun + r->refused) * 1e-6,
			swaps_done(r));
	torture_result_free(r);
}

/* Is this one asked for, and can it run here? */
static bool is_wanted(struct verify *v, const struct swap_strategy *s,
		      const char *mode)
{
	char why[160];

	if (v->strategy && strcmp(v->strategy, s->name))
		return false;
	if (!swap_probe(s, why, sizeof(why)))
		return true;
	add_row(v, mode, s->name, "unavailable", false, "%s", why);
	return false;
}

static void run_torture(struct verify *v, double seconds)
{
	const struct swap_strategy *s;
	unsigned int n = 0;

	swap_for_each_strategy (s)
		n += !v->strategy || !strcmp(v->strategy, s->name);
	fprintf(v->out,
		"torture, seed %llu; millions of events, and per second and "
		"writer in the rounds of measured loops\n"
		"%-12s %4s %8s %8s %8s %8s %9s %9s %7s %7s  %s\n",
		(unsigned long long)v->seed, "strategy", "rnds", "checked",
		"overrun", "refused", "nested", "swaps", "violated", "chk/s",
		"book/s", "verdict");
	swap_for_each_strategy (s)
		if (is_wanted(v, s, "torture"))
			torture_one(v, s, seconds / n);
	fputc('\n', v->out);
}

/* ------------------------------------------------------------------------ */
/* Faults                                                                   */

static const char *const fault_words[] = {
	[FAULT_HOLDS] = "holds",
	[FAULT_DIFFERS] = "DIFFERS",
	[FAULT_SKIPPED] = "skipped",
};

#define CELLS_MAX 64

/* One strategy under the fault whose row is being made. */
struct cell {
	const char *name;
	struct fault_row row;
	bool printed;
};

static void stage_one(struct verify *v, enum fault fault,
		      const struct swap_strategy *s, struct cell *cell)
{
	struct fault_row *row = &cell->row;
	char subject[64];
	int err;

	*cell = (struct cell){ .name = s->name };
	row->verdict = FAULT_DIFFERS;
	err = fault_run(fault, s, row);
	if (err)
		snprintf(row->seen, sizeof(row->seen), "%s", strerror(-err));
	snprintf(subject, sizeof(subject), "%s.%s", s->name, fault_name(fault));
	add_row(v, "fault", subject, fault_words[row->verdict],
		row->verdict == FAULT_DIFFERS, "%s; books: %s", row->seen,
		row->books);
}

static bool is_alike(const struct fault_row *a, const struct fault_row *b)
{
	return a->verdict == b->verdict && !strcmp(a->expected, b->expected) &&
	       !strcmp(a->seen, b->seen) && !strcmp(a->books, b->books);
}

/* Strategies that end alike share a line. */
static void print_cells(struct verify *v, enum fault fault, struct cell *cells,
			unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct fault_row *row = &cells[i].row;

		if (cells[i].printed)
			continue;
		fprintf(v->out, "| %s |", fault_name(fault));
		for (unsigned int k = i; k < n; k++)
			if (is_alike(row, &cells[k].row)) {
				fprintf(v->out, " `%s`", cells[k].name);
				cells[k].printed = true;
			}
		fprintf(v->out, " | %s | %s | %s | %s%s |\n", row->expected,
			row->seen, row->books,
			row->verdict == FAULT_DIFFERS ? "!!! " : "",
			fault_words[row->verdict]);
	}
	fflush(v->out);
}

static void run_faults(struct verify *v)
{
	const struct swap_strategy *s;
	struct cell cells[CELLS_MAX];

	fprintf(v->out,
		"| fault | strategies | expected of swap | seen | "
		"books | verdict |\n|---|---|---|---|---|---|\n");
	for (enum fault f = 0; f < FAULTS; f++) {
		unsigned int n = 0;

		if (v->fault != FAULTS && v->fault != f)
			continue;
		swap_for_each_strategy (s)
			if ((!v->strategy || !strcmp(v->strategy, s->name)) &&
			    n < CELLS_MAX)
				stage_one(v, f, s, &cells[n++]);
		print_cells(v, f, cells, n);
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
	{ "torture", 60, run_torture },
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

static int parse_fault(const char *name, struct verify *v)
{
	v->faults = true;
	v->fault = fault_find(name);
	if (v->fault < FAULTS)
		return 0;
	command_error(COMMAND_USAGE, "unknown fault \"%s\"; known are:", name);
	for (enum fault f = 0; f < FAULTS; f++)
		fprintf(stderr, "  %-24s %s\n", fault_name(f),
			fault_summary(f));
	return COMMAND_USAGE;
}

static int parse(int argc, char **argv, struct verify *v, bool *done)
{
	static const struct option longs[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "strategy", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 'e' },
		{ "faults", no_argument, NULL, 'F' },
		{ "fault", required_argument, NULL, 'f' },
		{ "fault-child", required_argument, NULL, 'c' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	/* Long options only; a misspelt one has no short form to fall into. */
	while ((option = options_next(argc, argv, ":", longs)) > 0) {
		if (option == 'm')
			v->mode = optarg;
		else if (option == 's')
			v->strategy = optarg;
		else if (option == 'j')
			v->json = true;
		else if (option == 'v')
			v->verbose = true;
		else if (option == 'e')
			v->seed = strtoull(optarg, NULL, 0);
		else if (option == 'F')
			v->faults = true;
		else if (option == 'c')
			v->fault_fd = atoi(optarg);
		else if (option == 'f' && parse_fault(optarg, v))
			return COMMAND_USAGE;
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
	struct verify v = { .seed = rb_clock_ns(), .fault = FAULTS };
	bool done = false;
	int status = parse(argc, argv, &v, &done);

	if (status || done)
		return status;
	if (v.fault_fd)
		return fault_child(v.fault_fd, v.fault, swap_find(v.strategy))
			       ? COMMAND_FAILED
			       : COMMAND_OK;
	v.out = v.json ? stderr : stdout;
	if (v.faults) {
		run_faults(&v);
		status = conclude(&v);
	} else {
		status = run_modes(&v);
	}
	free(v.rows);
	return status;
}
