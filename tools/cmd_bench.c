/* SPDX-License-Identifier: MIT */
/*
 * cmd_bench.c - `ringswap bench`: the cells of a matrix as plain Google
 * Benchmarks.
 *
 * Each cell is one benchmark with manual time and fixed iterations: an
 * iteration is a block of `ringswap run` in a fresh process, its time that of
 * one event (write), one swap (swap, scaling) or one operation (floor).
 * Google Benchmark's own threads would average unlike roles.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/gbench/gbench.h"
#include "bench/machine/topology.h"
#include "bench/plan/plan.h"
#include "bench/run/runner.h"
#include "bench/run/spawn.h"
#include "tools/files.h"
#include "tools/options.h"

static const char help[] =
	"usage: ringswap bench [--matrix NAME|FILE] [--AXIS VALUE[,VALUE...]]"
	"... [--force]\n"
	"                      [--benchmark_...]\n\n"
	"Runs every cell as a plain Google Benchmark, with its flags and its "
	"JSON: for tools\nthat read those. One iteration is one block in a "
	"fresh process; the time is that of\none event (scenario write), of "
	"one that was stored (latency, footprint), one swap\n(swap, scaling) "
	"or one operation (floors), CPU what the writer spends on that event,\n"
	"the swapper on that swap.\nClaims need `ringswap run`: its rounds, intervals and "
	"A/A control.\n\n"
	"  --matrix NAME|FILE  smoke, quick (default), full, or a file\n"
	"  --AXIS VALUE        as for ringswap run\n"
	"  --force             measure although another run is under way\n"
	"  --help              this text; --benchmark_help: Google Benchmark's\n\n"
	"Exit status: 0; 1 a benchmark failed (stderr names it); 2 bad input, such as a filter "
	"that selects none;\n3 a strategy that claims soundness was caught "
	"breaking, crashed or hung.\n\n"
	"Examples:\n"
	"  ringswap bench --benchmark_filter=write/ "
	"--benchmark_repetitions=9\n"
	"  ringswap bench --matrix smoke --benchmark_format=json > b.json\n"
	"  ringswap bench --scenario swap --strategy sound\n";

#define NOTHING_DONE "no time: nothing was done"

/* Blocks of one iteration, at most: a short one may lose its PU throughout. */
#define TRIES 10

struct entry {
	const struct bench_plan *plan;
	unsigned int cell;
	unsigned int calls; /* so that every repetition draws a new seed */
};

/* Of all blocks: was one evidence against a sound strategy, or a failure? */
static unsigned int n_invalid, n_failed;

static double number_of(const json_t *datum, enum bench_figure figure)
{
	const json_t *value = bench_figure_get(datum, figure);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* The median of a stored histogram. */
static double median_of(const json_t *h)
{
	double n = json_number_value(json_object_get(h, "n")), seen = 0;
	json_t *bucket;
	size_t i;

	json_array_foreach (json_object_get(h, "buckets"), i, bucket) {
		seen += json_number_value(json_array_get(bucket, 2));
		if (seen >= n / 2)
			return (json_number_value(json_array_get(bucket, 0)) +
				json_number_value(json_array_get(bucket, 1))) /
			       2;
	}
	return NAN;
}

static double time_ns(const struct bench_cell *cell, const json_t *datum)
{
	enum bench_figure time = bench_cell_scenario(cell)->time;
	const json_t *value = bench_figure_get(datum, time);

	if (bench_figure_info(time)->kind == BENCH_KIND_DIST)
		return median_of(value);
	return number_of(datum, time);
}

/* CPU time of whoever the time is of: a saturated writer has its PU to itself,
 * and a swapper's is timed on its own. */
static double cpu_ns(const struct bench_cell *cell, const json_t *datum,
		     double ns)
{
	enum bench_figure time = bench_cell_scenario(cell)->time;
	double cpu = number_of(datum, BENCH_FIGURE_SWAP_SWAPPER_CPU_NS);

	if (bench_figure_info(time)->kind == BENCH_KIND_DIST && isfinite(cpu))
		return cpu;
	return ns;
}

/* Does one of its blocks have a time? A control of swaps, which nobody swaps,
 * has a ratio and no swap. */
static bool has_time(const struct bench_plan_cell *c)
{
	enum bench_figure time = bench_cell_scenario(&c->cell)->time;

	return bench_figure_info(time)->kind != BENCH_KIND_DIST ||
	       c->cell.swap_rate;
}

static void count(struct gb_state *s, const char *name, double value)
{
	if (isfinite(value))
		gb_set_counter(s, name, value, GB_COUNTER_PLAIN);
}

/* The baseline itself takes turns with a floor, which is no rival. */
static bool is_against_floor(const struct bench_cell *cell)
{
	struct bench_cell base;

	return bench_cell_baseline(cell, &base) && bench_cell_is_floor(&base);
}

static void put_counters(struct gb_state *s, const struct bench_cell *cell,
			 const json_t *datum)
{
	double log = number_of(datum, BENCH_FIGURE_RATIO_LOG);

	if (isfinite(log))
		count(s, is_against_floor(cell) ? "floor_ratio" : "ratio",
		      exp(log));
	count(s, "writer_ns",
	      number_of(datum, BENCH_FIGURE_WRITER_NS_PER_EVENT));
	count(s, "stored_ns",
	      number_of(datum, BENCH_FIGURE_WRITER_NS_PER_COMMITTED));
	count(s, "swaps_per_s",
	      number_of(datum, BENCH_FIGURE_SWAP_ACHIEVED_PER_S));
	count(s, "drops_per_swap",
	      number_of(datum, BENCH_FIGURE_SWAP_DROPS_PER_SWAP));
	count(s, "swapper_syscalls",
	      number_of(datum, BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS));
	count(s, "violations",
	      number_of(datum, BENCH_FIGURE_VERIFICATION_VIOLATIONS));
}

/* A disturbed block is shown with its reason: there are no others here that
 * could stand for it. */
static bool has_numbers(const char *status)
{
	return !strcmp(status, "ok") || !strcmp(status, "broken") ||
	       !strcmp(status, "disturbed");
}

/* Count it, and name it where no JSON or table hides it. */
static void tell(const struct bench_plan_cell *c, const char *status,
		 const char *reason)
{
	if (bench_run_is_evidence(c, status))
		n_invalid++;
	else
		n_failed++;
	fprintf(stderr, "%s: %s: %s\n", c->id, status, reason);
}

static const char *text_of(const json_t *datum, const char *key)
{
	return json_string_value(json_object_get(datum, key));
}

/* A block that was disturbed so much that it has no time is measured again. */
static json_t *measure(struct entry *e, double *ns)
{
	const struct bench_plan_cell *c = &e->plan->cells[e->cell];
	struct bench_block_spec spec;
	const char *status;
	json_t *datum = NULL;

	for (unsigned int i = 0; i < TRIES; i++) {
		json_decref(datum);
		bench_plan_spec(e->plan, e->cell, e->calls++, &spec);
		datum = bench_run_block(&spec, false);
		status = text_of(datum, "status");
		*ns = status && has_numbers(status) ? time_ns(&c->cell, datum)
						    : NAN;
		if (isfinite(*ns) || !status || strcmp(status, "disturbed"))
			break;
	}
	return datum;
}

static void iterate(struct gb_state *s, struct entry *e)
{
	const struct bench_plan_cell *c = &e->plan->cells[e->cell];
	double ns;
	json_t *datum = measure(e, &ns);
	const char *status = text_of(datum, "status");
	const char *reason = text_of(datum, "reason");

	if (isfinite(ns)) {
		put_counters(s, &c->cell, datum);
		if (!strcmp(status, "broken"))
			gb_set_label(s, "broken, as expected");
		else if (reason)
			gb_set_label(s, reason); /* disturbed */
		gb_set_iteration_time(s, ns / 1e9);
		gb_set_cpu_time(s, cpu_ns(&c->cell, datum, ns) / 1e9);
	} else {
		if (!status)
			reason = "interrupted";
		else if (!reason)
			reason = NOTHING_DONE;
		tell(c, status && strcmp(status, "ok") ? status : "failed",
		     reason);
		gb_skip_with_error(s, reason);
	}
	json_decref(datum);
}

static void run_cell(struct gb_state *s, void *arg)
{
	while (gb_keep_running(s))
		iterate(s, arg);
}

static int register_cells(struct bench_plan *plan, struct entry *entries)
{
	for (unsigned int i = 0; i < plan->n; i++) {
		struct gb_benchmark *b;
		int err;

		entries[i] = (struct entry){ .plan = plan, .cell = i };
		/* What this machine lacks is not a failed benchmark. */
		if (!plan->cells[i].is_available || !has_time(&plan->cells[i]))
			continue;
		err = gb_register(plan->cells[i].id, run_cell, &entries[i], &b);
		if (err)
			return err;
		gb_use_manual_time(b);
		gb_set_iterations(b, 1);
	}
	return 0;
}

static int run_benchmarks(struct bench_plan *plan)
{
	struct entry *entries = calloc(plan->n + 1, sizeof(*entries));
	struct gb_summary summary = { 0 };
	int err = -ENOMEM;

	if (entries)
		err = register_cells(plan, entries);
	if (!err)
		err = gb_run_benchmarks(NULL, NULL, &summary);
	gb_shutdown();
	free(entries);
	if (err) /* a filter that selects none, or is no expression: bad input */
		return command_error(err == -ENOENT ? COMMAND_USAGE
						    : COMMAND_FAILED,
				     "%s", gb_error());
	if (n_invalid)
		return COMMAND_INVALID;
	return gb_ok(&summary) ? options_flush() : COMMAND_FAILED;
}

static int load(int argc, char **argv, struct bench_matrix *m, bool *force)
{
	const char *matrix = NULL;
	char why[BENCH_MATRIX_WHY];
	int err = 0;

	for (int i = 1; i < argc && !err; i++) {
		const char *name = argv[i] + 2;
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!strcmp(argv[i], "--force")) {
			*force = true;
			continue;
		}
		if (strncmp(argv[i], "--", 2) != 0 || !value)
			return command_error(COMMAND_USAGE,
					     "unknown or incomplete \"%s\"; "
					     "see --help",
					     argv[i]);
		i++;
		if (!strcmp(name, "matrix"))
			matrix = value;
		else
			err = bench_matrix_override(m, name, value, why,
						    sizeof(why));
	}
	if (!err && !matrix && m->n_overrides)
		err = bench_matrix_flags(m, why, sizeof(why));
	else if (!err)
		err = bench_matrix_load(m, matrix ? matrix : "quick", why,
					sizeof(why));
	return err ? command_error(COMMAND_USAGE, "%s", why) : 0;
}

static int bench(struct bench_matrix *m, bool force)
{
	struct bench_topology *t;
	struct bench_plan plan = { 0 };
	char why[BENCH_MATRIX_WHY];
	int status, err;

	if (files_lock_machine(force))
		return COMMAND_FAILED;
	err = bench_topology_load(&t, 0, why, sizeof(why));
	if (err)
		return files_error(err, why);
	if (bench_topology_measurable(t, why, sizeof(why)))
		status = command_error(COMMAND_USAGE, "%s", why);
	else if (bench_plan_make(t, m, &plan))
		status = command_error(COMMAND_FAILED, "out of memory");
	else
		status = run_benchmarks(&plan);
	bench_plan_free(&plan);
	bench_topology_free(t);
	return status;
}

int cmd_bench(int argc, char **argv)
{
	struct bench_matrix m;
	bool force = false;
	int status;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			fputs(help, stdout);
			return options_flush();
		}
		if (!strcmp(argv[i], "--benchmark_help"))
			argv[i] = "--help";
	}
	if (gb_init(&argc, argv))
		return command_error(COMMAND_USAGE, "%s", gb_error());
	bench_matrix_init(&m);
	status = load(argc, argv, &m, &force);
	if (!status)
		status = bench(&m, force);
	bench_matrix_free(&m);
	return status;
}
