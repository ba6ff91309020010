/* SPDX-License-Identifier: MIT */
/* cmd_verify.c - `ringswap verify`: is every strategy what it claims to be? */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "strategies/strategy.h"
#ifdef VERIFY_EXPLORE
#include "tests/explore/explore.h"
#endif
#ifdef VERIFY_STEP
#include "tests/step/step.h"
#endif
#include "tests/torture/cpus.h"
#include "tests/torture/faults.h"
#include "tests/torture/litmus.h"
#include "tests/torture/torture.h"
#include "tools/options.h"

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
	"  --variants       the swaps of the kernel's history, computed anew\n"
	"  --mutants        each labelled ordering switched off: what notices? "
	"(long)\n"
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
	"  --verbose        torture: a line a round; variants: the listings\n"
	"  --json           the verdicts as JSON; everything else on stderr\n"
	"  --help           this text\n\n"
	"Exit status: 0 every verdict as claimed; 3 a sound strategy broke, or "
	"an unsound one\nwas not caught; 2 bad arguments.\n\n"
	"Examples:\n"
	"  ringswap verify\n"
	"  ringswap verify --mode torture --strategy racy --seconds 2\n"
	"  ringswap verify --mode litmus --seconds 10\n"
	"  ringswap verify --mode explore --strategy racy --save .\n"
	"  ringswap verify --fault swapper-cancelled --strategy rcu\n";

#define CELLS_MAX 64

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
	enum fault fault;   /* FAULTS: all */
	int fault_fd;	    /* the child's: where its row goes */
	const char *replay; /* file of a saved interleaving */
	const char *svg;    /* its timeline goes there */
	const char *save;   /* folder for interleavings that break something */
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

static unsigned int count_wanted(const struct verify *v)
{
	const struct swap_strategy *s;
	unsigned int n = 0;

	swap_for_each_strategy (s)
		n += !v->strategy || !strcmp(v->strategy, s->name);
	return n;
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

/* What this command was built without, it says. */
__attribute__((unused)) static void not_built(struct verify *v,
					      const char *mode)
{
	add_row(v, mode, "all", "not built", false,
		"this command was built without it");
}

/* ------------------------------------------------------------------------ */
/* Explore, variants, mutants, replay                                       */

#ifdef VERIFY_EXPLORE
/* The cells of one strategy, summed. */
struct explored {
	const char *strategy;
	bool sound;
	unsigned int cells, clean, truncated, broken, failed, bound;
	uint64_t executions;
	char first[192];
};

struct exploration {
	struct explored sums[CELLS_MAX];
	unsigned int n;
};

static struct explored *explored_of(struct exploration *e, const char *strategy)
{
	for (unsigned int i = 0; i < e->n; i++)
		if (!strcmp(e->sums[i].strategy, strategy))
			return &e->sums[i];
	if (e->n == CELLS_MAX)
		abort();
	e->sums[e->n] = (struct explored){ .bound = ~0u };
	e->sums[e->n].strategy = swap_find(strategy) ? swap_find(strategy)->name
						     : "?";
	return &e->sums[e->n++];
}

static void add_explored(const struct explore_row *row, void *arg)
{
	struct explored *sum = explored_of(arg, row->strategy);

	sum->sound = row->sound;
	sum->cells++;
	sum->executions += row->executions;
	sum->clean += row->verdict == EXPLORE_CLEAN;
	sum->truncated += row->verdict == EXPLORE_TRUNCATED;
	sum->broken += row->verdict == EXPLORE_BROKEN;
	sum->failed += row->verdict == EXPLORE_FAILED;
	if (row->bound < sum->bound)
		sum->bound = row->bound;
	if (!*sum->first &&
	    (row->verdict == EXPLORE_BROKEN || row->verdict == EXPLORE_FAILED))
		snprintf(sum->first, sizeof(sum->first), "%s, %s: %s %s",
			 row->scenario, explore_model_name(row->model),
			 row->promise, row->why);
}

static void conclude_explored(struct verify *v, const struct explored *sum)
{
	const char *verdict = "clean";
	bool failed = sum->failed ||
		      (sum->sound ? sum->broken > 0 : !sum->broken);

	if (sum->failed)
		verdict = "FAILED";
	else if (sum->broken)
		verdict = sum->sound ? "BROKEN" : "caught";
	else if (!sum->sound)
		verdict = "NOT CAUGHT";
	else if (sum->truncated)
		verdict = "truncated";
	add_row(v, "explore", sum->strategy, verdict, failed,
		"%u of %u cells exhausted, %.1f M executions%s%s", sum->clean,
		sum->cells, (double)sum->executions * 1e-6,
		*sum->first ? "; " : "", sum->first);
}

static void run_explore(struct verify *v, double seconds)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct exploration *e = calloc(1, sizeof(*e));
	struct explore_summary sum;
	int err;

	if (!e)
		abort();
	options.strategy = v->strategy;
	options.budget_s = seconds;
	options.save_dir = v->save;
	options.out = v->out;
	options.row = add_explored;
	options.arg = e;
	err = explore_run(&options, &sum);
	for (unsigned int i = 0; i < e->n; i++)
		conclude_explored(v, &e->sums[i]);
	if (err)
		add_row(v, "explore", "all", err > 0 ? "BROKEN" : "FAILED",
			true, "%s",
			err > 0 ? "not as claimed" : strerror(-err));
	free(e);
	fputc('\n', v->out);
}

static int replay(struct verify *v)
{
	FILE *svg = NULL;
	int err;

	if (v->svg) {
		svg = fopen(v->svg, "w");
		if (!svg)
			return command_error(COMMAND_FAILED, "%s: %s", v->svg,
					     strerror(errno));
	}
	err = explore_replay(v->replay, stdout, svg);
	if (svg && fclose(svg))
		err = -errno;
	if (err < 0)
		return command_error(COMMAND_FAILED, "%s: %s", v->replay,
				     strerror(-err));
	return err ? COMMAND_INVALID : options_flush();
}
#else
static void run_explore(struct verify *v, double seconds)
{
	(void)seconds;
	not_built(v, "explore");
}

static int replay(struct verify *v)
{
	return command_error(COMMAND_FAILED, "%s: built without the explorer",
			     v->replay);
}
#endif

#ifdef VERIFY_VARIANTS
static void run_variants(struct verify *v, double seconds)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	int err;

	options.budget_s = seconds;
	options.save_dir = v->save;
	options.out = v->out;
	err = explore_variants(&options, v->verbose);
	add_row(v, "variants", "kernel-lineage", err ? "DIFFERS" : "matches",
		err != 0, "the table of the kernel's history");
	fputc('\n', v->out);
}
#else
static void run_variants(struct verify *v, double seconds)
{
	(void)seconds;
	not_built(v, "variants");
}
#endif

#ifdef VERIFY_MUTANTS
static void run_mutants(struct verify *v, double seconds)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	int err;

	(void)seconds; /* all of them, or the table says nothing */
	options.strategy = v->strategy;
	options.out = v->out;
	err = explore_mutants(&options);
	add_row(v, "mutants", "all labels", err ? "SURVIVORS" : "killed",
		err != 0, "%s",
		err ? "an unexplained survivor" : "or argued, each one");
	fputc('\n', v->out);
}
#else
static void run_mutants(struct verify *v, double seconds)
{
	(void)seconds;
	not_built(v, "mutants");
}
#endif

/* ------------------------------------------------------------------------ */
/* Step                                                                     */

#ifdef VERIFY_STEP
/* One kind takes a second or some; on a busy machine, some more. */
#define STEP_WATCHDOG_S 60

/* What a child that steps through one strategy has found. */
struct stepped {
	struct step_report sum;
	unsigned int cells, skipped;
	char why[200]; /* the last reason for a skip */
	char doing[64];
};

static void step_cell(const struct step_options *options, struct stepped *s)
{
	struct step_report report;
	int err;

	memset(&report, 0, sizeof(report));
	snprintf(s->doing, sizeof(s->doing), "%s%s",
		 step_what_name(options->what),
		 options->crossing ? ", crossing" : "");
	err = step_run(options, &report);
	if (err) {
		s->skipped++;
		snprintf(s->why, sizeof(s->why), "%s",
			 err == -ENOTSUP ? report.first : strerror(-err));
		return;
	}
	s->cells++;
	s->sum.instructions += report.instructions;
	s->sum.runs += report.runs;
	s->sum.swaps += report.swaps;
	if (report.violations && !s->sum.violations)
		snprintf(s->sum.first, sizeof(s->sum.first),
			 "%.60s, instruction %llu: %.100s", s->doing,
			 (unsigned long long)report.where, report.first);
	s->sum.violations += report.violations;
}

/* Every kind; then all crossing sub-buffers; then in the other mode. */
#define STEP_CELLS (STEP_WHATS * 2u * 2u)

static void step_all(const struct swap_strategy *strategy, uint64_t end,
		     struct stepped *s)
{
	for (unsigned int i = 0; i < STEP_CELLS && sys_now() < end; i++) {
		struct step_options options = {
			.strategy = strategy,
			.what = (enum step_what)(i % STEP_WHATS),
			.crossing = i / STEP_WHATS % 2,
			.mode = i / STEP_WHATS / 2 ? RB_PRODUCE_CONSUME
						   : RB_OVERWRITE,
		};

		alarm(STEP_WATCHDOG_S);
		step_cell(&options, s);
	}
}

/* In a process of its own: it traps, starts threads, and may hang. */
static int step_apart(const struct swap_strategy *strategy, double seconds,
		      struct stepped *s)
{
	uint64_t end = sys_now() + (uint64_t)(seconds * 1e9);
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return -EAGAIN;
	if (!child) {
		swap_setup();
		step_all(strategy, end, s);
		_Exit(0);
	}
	waitpid(child, &status, 0);
	if (!WIFSIGNALED(status))
		return 0;
	s->sum.violations++;
	snprintf(s->sum.first, sizeof(s->sum.first), "%s: %s", s->doing,
		 WTERMSIG(status) == SIGALRM ? "hung"
					     : strsignal(WTERMSIG(status)));
	return 0;
}

static void conclude_stepped(struct verify *v, const struct swap_strategy *s,
			     const struct stepped *found)
{
	bool broken = found->sum.violations != 0;
	const char *verdict = "holds";

	if (!found->cells && !broken) {
		add_row(v, "step", s->name, "unavailable", false, "%s",
			found->why);
		return;
	}
	if (broken)
		verdict = s->sound ? "BROKEN" : "caught";
	else if (!s->sound)
		verdict = "NOT CAUGHT";
	else if (found->cells + found->skipped < STEP_WHATS)
		verdict = "truncated";
	add_row(v, "step", s->name, verdict, broken == s->sound,
		"%llu places, %llu runs in %u of %u kinds%s%s",
		(unsigned long long)found->sum.instructions,
		(unsigned long long)found->sum.runs, found->cells,
		STEP_CELLS - found->skipped, broken ? "; " : "",
		found->sum.first);
	fprintf(v->out,
		"%s%-12s %3u kinds %7llu places %8llu runs %7llu swaps  "
		"%s%s%s\n",
		broken && s->sound ? "!!! " : "", s->name, found->cells,
		(unsigned long long)found->sum.instructions,
		(unsigned long long)found->sum.runs,
		(unsigned long long)found->sum.swaps, verdict,
		broken ? ": " : "", found->sum.first);
	fflush(v->out);
}

static void run_step(struct verify *v, double seconds)
{
	const struct swap_strategy *s;
	struct stepped *found = mmap(NULL, sizeof(*found),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int n = count_wanted(v);

	if (found == MAP_FAILED)
		abort();
	fprintf(v->out,
		"step: a nested write or a swap at every instruction "
		"of a write, and of a swap\n");
	swap_for_each_strategy (s) {
		if (!is_wanted(v, s, "step"))
			continue;
		memset(found, 0, sizeof(*found));
		if (step_apart(s, seconds / n, found))
			snprintf(found->why, sizeof(found->why), "no process");
		conclude_stepped(v, s, found);
	}
	munmap(found, sizeof(*found));
	fputc('\n', v->out);
}
#else
static void run_step(struct verify *v, double seconds)
{
	(void)seconds;
	not_built(v, "step");
}
#endif

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
	if (verdict == TORTURE_MISSED && cpus_allowed((int[2]){ 0 }, 2) < 2)
		add_row(v, "torture", s->name, "unavailable", false,
			"one CPU allowed: nothing runs at the same time");
	else if (torture_violations(r))
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

static void run_torture(struct verify *v, double seconds)
{
	const struct swap_strategy *s;
	unsigned int n = count_wanted(v);

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
	double seconds; /* of a default run; 0: not part of it */
	void (*run)(struct verify *v, double seconds);
} modes[] = {
	{ "explore", 60, run_explore },
	{ "step", 30, run_step },
	{ "torture", 60, run_torture },
	{ "variants", 20, run_variants },
	{ "litmus", 6, run_litmus },
	{ "mutants", 0, run_mutants },
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
	char *end;

	*out = strtod(text, &end);
	if (*end || end == text || !(*out > 0) || *out > 1e6)
		return command_error(COMMAND_USAGE,
				     "--seconds wants a number above 0, got "
				     "\"%s\"",
				     text);
	return 0;
}

static int parse_seed(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 0);
	if (*end || end == text || *text == '-')
		return command_error(COMMAND_USAGE,
				     "--seed wants a number, got \"%s\"", text);
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
		{ "variants", no_argument, NULL, 'V' },
		{ "mutants", no_argument, NULL, 'M' },
		{ "replay", required_argument, NULL, 'r' },
		{ "svg", required_argument, NULL, 'g' },
		{ "save", required_argument, NULL, 'S' },
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
		else if (option == 'e' && parse_seed(optarg, &v->seed))
			return COMMAND_USAGE;
		else if (option == 'F')
			v->faults = true;
		else if (option == 'V')
			v->mode = "variants";
		else if (option == 'M')
			v->mode = "mutants";
		else if (option == 'r')
			v->replay = optarg;
		else if (option == 'g')
			v->svg = optarg;
		else if (option == 'S')
			v->save = optarg;
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
	if (v.replay)
		return replay(&v);
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
