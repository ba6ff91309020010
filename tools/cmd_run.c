/* SPDX-License-Identifier: MIT */
/* cmd_run.c - `ringswap run`: measure a matrix, keep every block. */
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/result/result.h"
#include "bench/run/header.h"
#include "bench/run/runner.h"
#include "bench/show/show.h"
#include "bench/show/text.h"
#include "bench/stats/intervals.h"
#include "tools/files.h"
#include "tools/options.h"

#define PRECISE_CAP  64u /* rounds at most, unless --rounds says */
#define SEED_MASK    ((UINT64_C(1) << 53) - 1)
#define AXIS_OPTIONS 1000 /* values of the axes' flags begin here */

static const char help_head[] =
	"usage: ringswap run [--matrix NAME|FILE] [--AXIS VALUE[,VALUE...]]... "
	"[OPTION...]\n\n"
	"Measures every cell of a matrix. A block is a fresh process that "
	"alternates slices\nof a cell with slices of its baseline; a round "
	"holds every cell once, in random\norder, and an A/A block for each sort of comparison. Each "
	"finished block is on\ndisk before the next begins.\n\n"
	"  --matrix NAME|FILE  smoke, quick (default), full, or a file; without "
	"it but with\n"
	"                      axes: the one slice they describe, and the floors\n"
	"  --rounds N          how often every cell is measured (--repetitions "
	"N); else the\n"
	"                      fewest that leave the extremes out of every interval\n"
	"  --precision P%      go on until every interval is that narrow; "
	"--rounds is the\n"
	"                      cap (64)\n"
	"  --seed N            of the order and everything else that is random\n"
	"  --out FILE          the result (ringswap-NAME.json); its journal lies "
	"beside it, older\n"
	"                      ones are kept as FILE.prev\n"
	"  --resume FILE       resume a run that was cut short, as its journal "
	"says\n"
	"  --dry-run           print cells, rounds and predicted time; measure "
	"nothing\n"
	"  --force             measure although another run is under way\n"
	"  --simulate          measure although the machine is a described one; "
	"everything\n"
	"                      then says simulated. A machine is described by "
	"HWLOC_SYNTHETIC\n"
	"                      ('Package:2 [NUMANode] L3Cache:1 L2Cache:4 Core:1 "
	"PU:2') or\n"
	"                      HWLOC_XMLFILE (a file that lstopo saved there)\n"
	"  --tables all        end with every table instead of the answer alone\n"
	"  --json              the result (or plan) as JSON instead of tables\n"
	"  --help              this text\n\n"
	"Axes (for --strategy and --scenario a matrix's cells are picked, the "
	"others are\nreplaced):\n";

static const char help_tail[] =
	"\nExit status: 0 measured; 1 something could not be measured, what is "
	"finished is kept;\n2 bad input; 3 a strategy that claims soundness was "
	"caught breaking, crashed or hung;\n130 interrupted.\n\n"
	"Examples:\n"
	"  ringswap run\n"
	"  ringswap run --matrix quick --strategy membarrier,rcu --payload "
	"16,256\n"
	"  ringswap run --scenario swap --strategy sound --writer-state "
	"descheduled\n"
	"  ringswap run --scenario swap --strategy sound --placement all\n"
	"  ringswap run --matrix full --dry-run\n"
	"  ringswap run --matrix quick --precision 2% --out tonight.json\n"
	"  ringswap run --resume tonight.journal\n";

struct options {
	const char *matrix;
	const char *out;
	const char *resume;
	unsigned int rounds; /* 0: not given */
	double precision;
	uint64_t seed;
	bool has_seed;
	bool dry_run;
	bool force;
	bool simulate;
	bool json;
	struct bench_show_options show;
	struct bench_matrix parsed;
};

static void print_help(void)
{
	const char *name;

	fputs(help_head, stdout);
	for (unsigned int i = 0; (name = bench_axis_name(i)) != NULL; i++)
		printf("  --%-16s  %s\n", name, bench_axis_help(i));
	fputs(help_tail, stdout);
}

/* ------------------------------------------------------------------------ */
/* Arguments                                                                */

static int parse_rounds(const char *text, unsigned int *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !value ||
	    value > BENCH_ROUNDS_MAX)
		return command_error(COMMAND_USAGE,
				     "--rounds \"%s\": give 1 to %u", text,
				     BENCH_ROUNDS_MAX);
	*out = (unsigned int)value;
	return 0;
}

static int parse_precision(const char *text, double *out)
{
	double value;
	const char *end = options_decimal(text, &value);

	if (!end || strcmp(end, "%") != 0 || value < 0.1 || value > 100)
		return command_error(COMMAND_USAGE,
				     "--precision \"%s\": give per cent from "
				     "0.1%% to 100%%, like 2%%",
				     text);
	*out = value / 100;
	return 0;
}

static int parse_seed(const char *text, struct options *o)
{
	char *end;

	errno = 0;
	o->seed = strtoull(text, &end, 0);
	o->has_seed = true;
	if (*text < '0' || *text > '9' || *end || errno || o->seed > SEED_MASK)
		return command_error(COMMAND_USAGE,
				     "--seed \"%s\": give an integer below "
				     "2^53",
				     text);
	return 0;
}

static int take_axis(struct options *o, unsigned int axis, const char *value)
{
	char why[BENCH_MATRIX_WHY];

	if (!bench_matrix_override(&o->parsed, bench_axis_name(axis), value,
				   why, sizeof(why)))
		return 0;
	return command_error(COMMAND_USAGE, "--%s: %s", bench_axis_name(axis),
			     why);
}

static int take_tables(struct options *o, const char *word)
{
	char why[BENCH_WHY];

	if (bench_show_choose(&o->show, word, why, sizeof(why)))
		return command_error(COMMAND_USAGE, "%s", why);
	return 0;
}

static int take_option(struct options *o, int option)
{
	switch (option) {
	case 'm':
		o->matrix = optarg;
		return 0;
	case 'r':
		return parse_rounds(optarg, &o->rounds);
	case 'p':
		return parse_precision(optarg, &o->precision);
	case 's':
		return parse_seed(optarg, o);
	case 'o':
		o->out = optarg;
		return 0;
	case 'R':
		o->resume = optarg;
		return 0;
	case 'n':
		o->dry_run = true;
		return 0;
	case 'f':
		o->force = true;
		return 0;
	case 'S':
		o->simulate = true;
		return 0;
	case 'T':
		return take_tables(o, optarg);
	case 'j':
		o->json = true;
		return 0;
	default:
		return take_axis(o, (unsigned int)(option - AXIS_OPTIONS),
				 optarg);
	}
}

/* What the journal has decided cannot be asked for again. */
static int check_resume(const struct options *o)
{
	const char *option = o->rounds		? "--rounds"
			     : o->has_seed	? "--seed"
			     : o->precision > 0 ? "--precision"
			     : o->out		? "--out"
			     : o->dry_run	? "--dry-run"
						: NULL;

	if (!o->resume || !option)
		return 0;
	return command_error(COMMAND_USAGE,
			     "%s goes with a new run: --resume does as %s "
			     "says",
			     option, o->resume);
}

/* 0, an exit status, or -1: help was printed. */
static int parse(int argc, char **argv, struct options *o)
{
	struct option longs[64] = {
		{ "matrix", required_argument, NULL, 'm' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "repetitions", required_argument, NULL, 'r' },
		{ "precision", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 's' },
		{ "out", required_argument, NULL, 'o' },
		{ "resume", required_argument, NULL, 'R' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "force", no_argument, NULL, 'f' },
		{ "simulate", no_argument, NULL, 'S' },
		{ "tables", required_argument, NULL, 'T' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
	};
	unsigned int n = 13;
	int option, err = 0;

	for (unsigned int i = 0; bench_axis_name(i); i++)
		longs[n++] = (struct option){ bench_axis_name(i),
					      required_argument, NULL,
					      AXIS_OPTIONS + (int)i };
	while (!err && (option = options_next(argc, argv, ":o:", longs)) > 0) {
		if (option == 'h') {
			print_help();
			return -1;
		}
		err = take_option(o, option);
	}
	if (err)
		return err;
	if (option == OPTIONS_BAD)
		return COMMAND_USAGE;
	if (optind < argc)
		return command_error(COMMAND_USAGE,
				     "unexpected argument \"%s\"; a matrix is "
				     "given by --matrix",
				     argv[optind]);
	return check_resume(o);
}

/* ------------------------------------------------------------------------ */
/* The plan                                                                 */

static int load_matrix(struct options *o)
{
	char why[BENCH_MATRIX_WHY];
	int err;

	if (!o->matrix && o->parsed.n_overrides)
		err = bench_matrix_flags(&o->parsed, why, sizeof(why));
	else
		err = bench_matrix_load(&o->parsed,
					o->matrix ? o->matrix : "quick", why,
					sizeof(why));
	return err ? command_error(COMMAND_USAGE, "%s", why) : 0;
}

static uint64_t fresh_seed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((uint64_t)now.tv_sec * 1000003u + (uint64_t)now.tv_nsec +
		(uint64_t)getpid() * 7919u) &
	       0xffffffffu;
}

/* Rounds: as asked for; as the matrix says; as many as its comparisons need. */
static void choose_rounds(const struct options *o, struct bench_plan *plan)
{
	plan->seed = o->has_seed ? o->seed : fresh_seed();
	plan->precision = o->precision;
	if (o->rounds)
		plan->rounds = o->rounds;
	else if (o->precision > 0)
		plan->rounds = PRECISE_CAP;
	else
		plan->rounds = o->parsed.rounds;
	if (!plan->rounds)
		plan->rounds = bench_plan_rounds(plan);
}

/* What auto is here; which sort of core, where there are several. */
static void print_auto(const struct bench_topology *t)
{
	struct bench_pair pair;

	bench_plan_auto(t, &pair);
	printf("placement auto is %s: writer on PU %u",
	       bench_placement_name(pair.asked), pair.writer->os);
	if (!t->kinds_why)
		printf(" (%s)", bench_core_kind_name(pair.writer->kind));
	printf(", swapper on PU %u", pair.swapper->os);
	if (!t->kinds_why)
		printf(" (%s)", bench_core_kind_name(pair.swapper->kind));
	putchar('\n');
}

static void print_plan(const struct bench_topology *t,
		       const struct bench_plan *plan)
{
	unsigned int k = bench_plan_comparisons(plan);
	unsigned int needed =
		bench_stats_rounds_needed(k ? k : 1, BENCH_PLAN_ALPHA);

	printf("matrix %s: %u cells, %u here, %u rounds, predicted %.1f s\n",
	       plan->name, plan->n, plan->n_available, plan->rounds,
	       bench_plan_round_s(plan) * plan->rounds);
	if (plan->rounds < needed)
		printf("%u comparisons need %u rounds to have intervals\n", k,
		       needed);
	else if (plan->rounds < bench_plan_rounds(plan))
		printf("every interval will reach from the smallest round to "
		       "the largest: %u rounds leave these out\n",
		       bench_plan_rounds(plan));
	print_auto(t);
	for (unsigned int i = 0; i < plan->n; i++) {
		const struct bench_plan_cell *c = &plan->cells[i];

		if (c->is_available)
			printf("  %5u ms x %-3u %s\n", c->block_ms,
			       plan->rounds, c->id);
		else
			printf("  unavailable    %s: %s\n", c->id, c->why);
	}
}

static int dry_run(const struct options *o, const struct bench_topology *t,
		   const struct bench_plan *plan)
{
	if (o->json)
		return options_print_json(bench_plan_json(plan));
	print_plan(t, plan);
	return options_flush();
}

/* ------------------------------------------------------------------------ */
/* Resuming                                                                 */

static int resume(struct options *o, const struct bench_topology *t,
		  struct bench_run *run, const char *journal)
{
	bool has_matrix = o->matrix || o->parsed.n_overrides;
	char digest[BENCH_DIGEST], why[BENCH_MATRIX_WHY];
	int err;

	/* The journal has its plan; a matrix that is given too must be it. */
	if (has_matrix && load_matrix(o))
		return COMMAND_USAGE;
	bench_run_digest(o->parsed.digest, digest);
	err = bench_run_resume(run, journal, t, has_matrix ? digest : NULL, why,
			       sizeof(why));
	if (err)
		return command_error(err == -EINVAL || err == -ESTALE ||
						     err == -ENOENT
					     ? COMMAND_USAGE
					     : COMMAND_FAILED,
				     "not resumed: %s", why);
	if (run->progress)
		command_say("%s: resumed after %u blocks", o->resume,
			    run->blocks);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* The end                                                                  */

/* Evidence first, then what could not be measured. A/A blocks are in no cell of
 * the result, but no run is good without them. */
static int judge(const struct bench_run *run, bool invalid, const char *failure)
{
	if (invalid || run->invalid)
		return COMMAND_INVALID;
	if (run->status == BENCH_RUN_INTERRUPTED)
		return COMMAND_OK;
	if (failure)
		return command_error(COMMAND_FAILED, "%s", failure);
	if (run->failed)
		return command_error(COMMAND_FAILED,
				     "%u blocks of A/A controls failed",
				     run->failed);
	return COMMAND_OK;
}

static int show_result(const struct options *o, const struct bench_run *run,
		       const char *out)
{
	char why[BENCH_RESULT_WHY], failure[8 * BENCH_RESULT_WHY];
	bool invalid, failed;
	json_t *result;

	if (bench_journal_is_there(&run->journal, why, sizeof(why)) ||
	    bench_result_build(run->journal.path, NULL, &result, why,
			       sizeof(why)))
		return command_error(COMMAND_FAILED, "%s", why);
	invalid = bench_result_has_invalid(result);
	failed = bench_result_has_failed(result, failure, sizeof(failure));
	if (bench_result_write(result, out, why, sizeof(why))) {
		json_decref(result);
		return command_error(COMMAND_FAILED,
				     "%s; the journal %s is whole", why,
				     run->journal.path);
	}
	if (o->json) {
		options_print_json(result);
	} else {
		struct bench_show_options show = o->show;

		show.width = bench_show_width(stdout);
		bench_show_print(result, &show, stdout);
		putchar('\n');
		command_print("result %s, journal %s", out, run->journal.path);
		command_print("every table: ringswap check %s --tables all",
			      out);
		json_decref(result);
	}
	if (options_flush())
		return COMMAND_FAILED;
	return judge(run, invalid, failed ? failure : NULL);
}

static int finish(const struct options *o, const struct bench_run *run,
		  const char *out)
{
	int status = COMMAND_OK;

	/* of cells that are all unavailable there are no blocks to tell of */
	if (run->blocks || run->status != BENCH_RUN_INTERRUPTED)
		status = show_result(o, run, out);
	if (run->status == BENCH_RUN_INTERRUPTED) {
		return command_error(COMMAND_STOPPED,
				     "interrupted: %u finished blocks are kept"
				     "; resume it with --resume %s",
				     run->blocks, run->journal.path);
	}
	return status;
}

static int measure(const struct options *o, struct bench_run *run,
		   const char *out)
{
	char why[BENCH_MATRIX_WHY];

	if (bench_run_blocks(run, why, sizeof(why)))
		return command_error(COMMAND_FAILED,
				     "%s; %u finished blocks are kept, resume "
				     "it with --resume %s",
				     why, run->blocks, run->journal.path);
	if (run->progress)
		fprintf(run->progress,
			"%u blocks in %.1f s (%.0f %% measuring; predicted "
			"%.1f s)\n",
			run->blocks, run->wall_s,
			100 * run->measured_s / run->wall_s,
			bench_plan_round_s(run->plan) * run->rounds);
	return finish(o, run, out);
}

/* ------------------------------------------------------------------------ */
/* The command                                                              */

/* x.json -> x.journal; x.journal stays; x -> x.journal */
static void journal_of(const char *out, char *path, size_t n)
{
	size_t length = strlen(out);

	if (length > 5 && !strcmp(out + length - 5, ".json"))
		length -= 5;
	else if (length > 8 && !strcmp(out + length - 8, ".journal"))
		length -= 8;
	snprintf(path, n, "%.*s.journal", (int)length, out);
}

/* Where a run leaves what it finds. */
struct places {
	char journal[PATH_MAX + 16];
	char out[PATH_MAX + 16];
};

/* Before anything is measured; 0 or an exit status. */
static int choose_places(const struct options *o, const char *matrix,
			 struct places *p)
{
	int status;

	snprintf(p->out, sizeof(p->out), "ringswap-%s.json", matrix);
	if (o->out)
		snprintf(p->out, sizeof(p->out), "%s", o->out);
	journal_of(p->out, p->journal, sizeof(p->journal));
	if (!strcmp(p->out, p->journal))
		bench_result_name(p->journal, p->out, sizeof(p->out));
	status = files_may_replace(p->out);
	return status ? status : files_may_replace(p->journal);
}

/* Before the first block: how long one has to wait. */
static void say_time(const struct bench_plan *plan)
{
	double s = bench_plan_round_s(plan) * plan->rounds;

	command_say("%u cells in %u rounds, some %.*f %s", plan->n_available,
		    plan->rounds, s < 600 ? 0 : 1,
		    s < 120    ? s
		    : s < 7200 ? s / 60
			       : s / 3600,
		    s < 120    ? "s"
		    : s < 7200 ? "minutes"
			       : "hours");
}

static int run_plan(int argc, char **argv, const struct options *o,
		    const struct bench_topology *t, struct bench_run *run,
		    const char *out)
{
	char why[BENCH_MATRIX_WHY];
	json_t *header;
	int status = COMMAND_FAILED;

	bench_run_overheads(run->plan, o->simulate);
	run->progress = stderr;
	header = bench_run_header(argc, argv, t, run->plan);
	if (!header)
		command_error(COMMAND_FAILED, "out of memory");
	else if (bench_run_begin(run, header, why, sizeof(why)))
		command_error(COMMAND_FAILED, "%s", why);
	else if (!files_keep_older(out)) {
		say_time(run->plan);
		status = measure(o, run, out);
	}
	json_decref(header);
	return status;
}

static int run_new(int argc, char **argv, struct options *o,
		   const struct bench_topology *t)
{
	char why[BENCH_MATRIX_WHY];
	struct bench_plan plan = { 0 };
	struct bench_run run = { .plan = &plan, .simulate = o->simulate };
	struct places places;
	int status = load_matrix(o);

	if (status)
		return status;
	if (bench_plan_make(t, &o->parsed, &plan))
		return command_error(COMMAND_FAILED, "out of memory");
	choose_rounds(o, &plan);
	run.journal_path = places.journal;
	if (o->dry_run)
		status = dry_run(o, t, &plan);
	else if (bench_topology_measurable(t, why, sizeof(why)))
		status = command_error(COMMAND_USAGE, "%s", why);
	else
		status = choose_places(o, plan.name, &places);
	if (!status && !o->dry_run)
		status = run_plan(argc, argv, o, t, &run, places.out);
	bench_run_end(&run);
	bench_plan_free(&plan);
	return status;
}

static int run_again(struct options *o, const struct bench_topology *t)
{
	struct bench_plan plan = { 0 };
	struct bench_run run = { .plan = &plan, .simulate = o->simulate };
	struct places places;
	int status;

	journal_of(o->resume, places.journal, sizeof(places.journal));
	bench_result_name(places.journal, places.out, sizeof(places.out));
	run.progress = stderr;
	status = files_may_replace(places.out);
	if (!status)
		status = resume(o, t, &run, places.journal);
	if (!status)
		status = measure(o, &run, places.out);
	bench_run_end(&run);
	bench_plan_free(&plan);
	return status;
}

static int run(int argc, char **argv, struct options *o)
{
	char why[BENCH_MATRIX_WHY];
	struct bench_topology *t;
	int status, err;

	/* First: hwloc has words of its own for a machine without /proc. */
	if (!o->dry_run && files_lock_machine(o->force))
		return COMMAND_FAILED;
	err = bench_topology_load(&t, o->simulate ? BENCH_TOPOLOGY_SIMULATE : 0,
				  why, sizeof(why));
	if (err)
		return files_error(err, why);
	if (o->resume)
		status = run_again(o, t);
	else
		status = run_new(argc, argv, o, t);
	bench_topology_free(t);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct options o = { 0 };
	int status;

	bench_matrix_init(&o.parsed);
	status = parse(argc, argv, &o);
	if (status == -1)
		status = options_flush();
	else if (!status)
		status = run(argc, argv, &o);
	bench_matrix_free(&o.parsed);
	return status;
}
