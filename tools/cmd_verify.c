/* SPDX-License-Identifier: MIT */
/* cmd_verify.c - `ringswap verify`: is every strategy what it claims to be? */
#include <stdarg.h>
#include <stdlib.h>

#include "bench/base/why.h"
#include "bench/plan/trial.h"
#include "proof/explore/explore.h"
#include "tools/options.h"
#include "tools/verify.h"

/* More are hopeless, and a mistake. */
#define BOUND_MAX   16
#define SECONDS_MAX 1000000

static const char help[] =
	"usage: ringswap verify [--mode MODE] [--strategy NAME] [--seconds N] "
	"[--json]\n"
	"       ringswap verify --variants | --mutants | --faults | --replay "
	"FILE\n\n"
	"Proves every strategy sound within stated bounds, or shows what "
	"breaks it. Without a\nmode: all of them, in under three minutes on "
	"two cores, and a table of verdicts.\n\n"
	"  --mode explore   every interleaving of the real source, within a "
	"bound\n"
	"  --mode step      something comes between every two instructions\n"
	"  --mode torture   exact books on real threads, under abuse\n"
	"  --mode litmus    does this CPU reorder a store with a later load?\n"
	"  --variants       the swaps of the kernel's history, computed anew, and "
	"how each broken one breaks\n"
	"  --mutants        each labelled ordering switched off: what notices? "
	"(long)\n"
	"  --scenario NAME  explore, mutants: this one only\n"
	"  --model NAME     explore: sc, tso or c11 only; sc cannot see what "
	"membarrier(2) orders\n"
	"  --bound N        explore: so many preemptions, and no limit of time "
	"unless --seconds\n"
	"  --exhaust        explore: every scenario to its end, however long "
	"that takes; without it\n"
	"                   what does not end in time is sampled, and the row "
	"says so\n"
	"  --save DIR       explore, variants: keep interleavings that break "
	"something\n"
	"  --replay FILE    a saved interleaving, step by step; with --svg FILE "
	"its timeline\n"
	"  --faults         the fault table (Markdown): what each strategy does "
	"when a part of its\n"
	"                   world fails, expected and seen\n"
	"  --fault NAME     one row of it\n"
	"  --strategy NAME  this one only\n"
	"  --seconds N      time for the mode\n"
	"  --seed N         of the torture's rounds; default: the clock\n"
	"  --verbose        torture: a line a round; all modes: variants' "
	"listings too\n"
	"  --json           the verdicts as JSON; everything else on stderr\n"
	"  --help           this text\n\n"
	"Exit status: 0 every verdict as claimed; 3 a sound strategy broke, or "
	"an unsound one\nwas not caught; 2 bad arguments.\n\n"
	"Examples:\n"
	"  ringswap verify\n"
	"  ringswap verify --mode torture --strategy racy --seconds 2\n"
	"  ringswap verify --mode litmus --seconds 10\n"
	"  ringswap verify --mode explore --strategy racy --save .\n"
	"  ringswap verify --mode explore --strategy rcu --scenario aba "
	"--bound 4\n"
	"  ringswap verify --fault swapper-cancelled --strategy rcu\n";

void verify_add_row(struct verify *v, const char *mode, const char *subject,
		    const char *verdict, bool failed, const char *format, ...)
{
	struct verify_row *rows =
		realloc(v->rows, (v->n_rows + 1) * sizeof(v->rows[0]));
	struct verify_row *row;
	va_list args;

	if (!rows)
		abort();
	v->rows = rows;
	row = &rows[v->n_rows++];
	*row = (struct verify_row){ .mode = mode, .verdict = verdict };
	row->failed = failed;
	snprintf(row->subject, sizeof(row->subject), "%s", subject);
	va_start(args, format);
	vsnprintf(row->detail, sizeof(row->detail), format, args);
	va_end(args);
}

bool verify_is_wanted(struct verify *v, const struct swap_strategy *s,
		      const char *mode)
{
	char why[BENCH_WHY];

	if (v->strategy && strcmp(v->strategy, s->name))
		return false;
	if (!bench_trial(s, why, sizeof(why)))
		return true;
	verify_add_row(v, mode, s->name, "unavailable", false, "%s", why);
	return false;
}

unsigned int verify_count_wanted(const struct verify *v)
{
	const struct swap_strategy *s;
	unsigned int n = 0;

	swap_for_each_strategy (s)
		n += !v->strategy || !strcmp(v->strategy, s->name);
	return n;
}

/* ------------------------------------------------------------------------ */
/* The command                                                              */

static const struct mode {
	const char *name;
	double seconds; /* of a default run; 0: not part of it */
	void (*run)(struct verify *v, double seconds);
} modes[] = {
	{ "explore", 70, verify_explore },
	{ "step", 40, verify_step },
	{ "torture", 48, verify_torture },
	{ "variants", 10, verify_variants },
	{ "litmus", 6, verify_litmus },
	{ "mutants", 0, verify_mutants },
	{ NULL, 0, NULL },
};

static void print_rows(const struct verify *v)
{
	printf("%-9s %-28s %-12s %s\n", "mode", "subject", "verdict", "");
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct verify_row *row = &v->rows[i];

		printf("%-9s %-28s %-12s %s%s\n", row->mode, row->subject,
		       row->verdict, row->failed ? "!!! " : "", row->detail);
	}
}

static json_t *rows_json(const struct verify *v, bool failed)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < v->n_rows; i++) {
		const struct verify_row *row = &v->rows[i];

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

/* What had no time is not proven, and the last line says so. */
static void print_verdict(const struct verify *v, bool failed)
{
	unsigned int truncated = 0;

	for (size_t i = 0; i < v->n_rows; i++)
		truncated += !strcmp(v->rows[i].verdict, "truncated");
	printf("verdict: %s", failed ? "!!! NOT as claimed" : "as claimed");
	if (truncated)
		printf("; %u truncated, for which there was no time (see "
		       "--seconds)",
		       truncated);
	putchar('\n');
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
		print_verdict(v, failed);
		status = options_flush();
	}
	return status ? status : failed ? COMMAND_INVALID : COMMAND_OK;
}

static int run_modes(struct verify *v)
{
	bool known = false;

	for (const struct mode *m = modes; m->name; m++) {
		if (v->mode ? strcmp(v->mode, m->name) != 0 : !m->seconds)
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
	const char *end = options_decimal(text, out);

	if (!end || *end || *out <= 0 || *out > SECONDS_MAX)
		return command_error(COMMAND_USAGE,
				     "--seconds \"%s\": give a number above 0, "
				     "at most %d",
				     text, SECONDS_MAX);
	return 0;
}

static int parse_bound(const char *text, int *out)
{
	char *end;
	long bound = strtol(text, &end, 10);

	if (*end || end == text || bound < 0 || bound > BOUND_MAX)
		return command_error(COMMAND_USAGE,
				     "--bound \"%s\": give 0 to %d preemptions",
				     text, BOUND_MAX);
	*out = (int)bound;
	return 0;
}

static int parse_scenario(const char *text, const char **out)
{
	const char *name;

	for (unsigned int i = 0; (name = explore_scenario_name(i)); i++)
		if (!strcmp(text, name)) {
			*out = name;
			return 0;
		}
	command_error(COMMAND_USAGE,
		      "unknown scenario \"%s\"; known are:", text);
	for (unsigned int i = 0; (name = explore_scenario_name(i)); i++)
		fprintf(stderr, "  %s\n", name);
	return COMMAND_USAGE;
}

static int parse_model(const char *text, unsigned int *out)
{
	for (unsigned int m = 0; m < EXPLORE_MODELS; m++)
		if (!strcmp(text, explore_model_name((enum explore_model)m))) {
			*out = 1u << m;
			return 0;
		}
	return command_error(COMMAND_USAGE,
			     "unknown model \"%s\"; there are sc, tso and c11",
			     text);
}

static int parse_seed(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno)
		return command_error(
			COMMAND_USAGE,
			"--seed \"%s\": give an integer below 2^64", text);
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

/* Long options only; a misspelt one has no short form to fall into. */
static const struct option options_known[] = {
	{ "mode", required_argument, NULL, 'm' },
	{ "strategy", required_argument, NULL, 's' },
	{ "seconds", required_argument, NULL, 't' },
	{ "seed", required_argument, NULL, 'e' },
	{ "variants", no_argument, NULL, 'V' },
	{ "mutants", no_argument, NULL, 'M' },
	{ "replay", required_argument, NULL, 'r' },
	{ "svg", required_argument, NULL, 'g' },
	{ "scenario", required_argument, NULL, 'C' },
	{ "model", required_argument, NULL, 'o' },
	{ "bound", required_argument, NULL, 'b' },
	{ "exhaust", no_argument, NULL, 'x' },
	{ "save", required_argument, NULL, 'S' },
	{ "faults", no_argument, NULL, 'F' },
	{ "fault", required_argument, NULL, 'f' },
	{ "fault-child", required_argument, NULL, 'c' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* An option whose value must be understood; 0, or COMMAND_USAGE and told. */
static int take_value(int option, struct verify *v)
{
	switch (option) {
	case 'e':
		return parse_seed(optarg, &v->seed);
	case 'C':
		return parse_scenario(optarg, &v->scenario);
	case 'o':
		return parse_model(optarg, &v->models);
	case 'b':
		return parse_bound(optarg, &v->bound);
	case 'f':
		return parse_fault(optarg, v);
	case 't':
		return parse_seconds(optarg, &v->seconds);
	case 'c':
		v->fault_fd = atoi(optarg);
	}
	return 0;
}

/* One that says what to do, or names something. */
static void take_word(int option, struct verify *v)
{
	switch (option) {
	case 'm':
		v->mode = optarg;
		break;
	case 'V':
		v->mode = "variants";
		break;
	case 'M':
		v->mode = "mutants";
		break;
	case 's':
		v->strategy = optarg;
		break;
	case 'r':
		v->replay = optarg;
		break;
	case 'g':
		v->svg = optarg;
		break;
	case 'S':
		v->save = optarg;
		break;
	}
	v->faults |= option == 'F';
	v->exhaust |= option == 'x';
	v->json |= option == 'j';
	v->verbose |= option == 'v';
}

static int parse(int argc, char **argv, struct verify *v, bool *done)
{
	int option;

	while ((option = options_next(argc, argv, ":", options_known)) > 0) {
		if (option == 'h') {
			*done = true;
			fputs(help, stdout);
			return options_flush();
		}
		take_word(option, v);
		if (take_value(option, v))
			return COMMAND_USAGE;
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
	struct verify v = {
		.seed = rb_clock_ns(),
		.fault = FAULTS,
		.bound = -1,
	};
	bool done = false;
	int status = parse(argc, argv, &v, &done);

	if (status || done)
		return status;
	if (v.fault_fd)
		return fault_child(v.fault_fd, v.fault, swap_find(v.strategy))
			       ? COMMAND_FAILED
			       : COMMAND_OK;
	if (v.replay)
		return verify_replay(&v);
	v.out = v.json ? stderr : stdout;
	if (v.faults) {
		verify_faults(&v);
		status = conclude(&v);
	} else {
		status = run_modes(&v);
	}
	free(v.rows);
	return status;
}
