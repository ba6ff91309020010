/* SPDX-License-Identifier: MIT */
/* runner.c - rounds of blocks, their journal, their end. */
#include "bench/run/runner.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/run/spawn.h"
#include "bench/stats/intervals.h"
#include "bench/stats/order.h"

#include "ringbuf/clock.h"

/* Intervals are looked at each time their number of rounds has doubled: more
 * often would cost coverage (bench/stats/stats.h). */
#define FIRST_LOOK 8u

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
	stopped = number;
}

/* What is ignored stays so: nohup ignores SIGHUP, a shell SIGINT for what it
 * starts in the background. */
static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action, old;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_stop; /* no SA_RESTART: poll must return */
	for (unsigned int i = 0; i < 3; i++)
		if (!sigaction(numbers[i], NULL, &old) &&
		    old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	signal(SIGCHLD, SIG_DFL); /* ignored, it would hide how a block ended */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file-size limit is a full disk */
}

/* ------------------------------------------------------------------------ */
/* Bookkeeping                                                              */

static size_t place(const struct bench_run *run, unsigned int cell,
		    unsigned int round)
{
	return (size_t)cell * run->plan->rounds + round;
}

int bench_run_prepare(struct bench_run *run)
{
	size_t places = (size_t)run->plan->n * run->plan->rounds;

	catch_signals();
	run->logs = malloc(places * sizeof(*run->logs));
	run->done = calloc(places, sizeof(*run->done));
	if (!run->logs || !run->done)
		return -ENOMEM;
	for (size_t i = 0; i < places; i++)
		run->logs[i] = NAN;
	run->started_ns = rb_clock_ns();
	return 0;
}

static bool is_trouble(const char *status)
{
	return !strcmp(status, "invalid") || !strcmp(status, "crashed") ||
	       !strcmp(status, "timed-out") || !strcmp(status, "failed");
}

bool bench_run_is_evidence(const struct bench_plan_cell *c, const char *status)
{
	const struct swap_strategy *s = bench_cell_strategy(&c->cell);

	return s && s->sound && is_trouble(status) && strcmp(status, "failed");
}

/* Remember what a finished block says. */
static void enter(struct bench_run *run, unsigned int cell, unsigned int round,
		  const json_t *datum)
{
	const char *status =
		json_string_value(json_object_get(datum, "status"));
	const json_t *log =
		json_object_get(json_object_get(datum, "ratio"), "log");

	run->blocks++;
	run->done[place(run, cell, round)] = true;
	run->measured_s +=
		json_number_value(json_object_get(datum, "measured-ms")) / 1e3;
	if (status && bench_run_is_evidence(&run->plan->cells[cell], status))
		run->invalid++;
	if (status && run->plan->cells[cell].is_aa && !strcmp(status, "failed"))
		run->failed++;
	if (status && !strcmp(status, "ok") && json_is_number(log))
		run->logs[place(run, cell, round)] = json_number_value(log);
}

static double elapsed_s(const struct bench_run *run)
{
	return run->before_s + (double)(rb_clock_ns() - run->started_ns) / 1e9;
}

/* ------------------------------------------------------------------------ */
/* Progress                                                                 */

static void show(struct bench_run *run, unsigned int round, unsigned int cell,
		 unsigned int position)
{
	const struct bench_plan *plan = run->plan;
	double left =
		bench_plan_round_s(plan) *
		(plan->rounds - round - (double)position / plan->n_available);
	bool is_terminal;

	if (!run->progress)
		return;
	is_terminal = isatty(fileno(run->progress));
	if (is_terminal)
		fprintf(run->progress,
			"\r\033[Kround %u/%u  block %u/%u  %.0f s left  %.60s",
			round + 1, plan->rounds, position + 1,
			plan->n_available, left, plan->cells[cell].id);
	else if (position == 0)
		fprintf(run->progress, "round %u/%u, %.0f s left\n", round + 1,
			plan->rounds, left);
	fflush(run->progress);
}

static void tell(struct bench_run *run, unsigned int cell, const json_t *datum)
{
	const char *status =
		json_string_value(json_object_get(datum, "status"));
	const char *reason =
		json_string_value(json_object_get(datum, "reason"));

	if (!run->progress || !status || !is_trouble(status))
		return;
	if (isatty(fileno(run->progress)))
		fputs("\r\033[K", run->progress);
	fprintf(run->progress, "%s: %s: %s\n", run->plan->cells[cell].id,
		status, reason ? reason : "");
}

static void clear_progress(struct bench_run *run)
{
	if (run->progress && isatty(fileno(run->progress)))
		fputs("\r\033[K", run->progress);
}

/* ------------------------------------------------------------------------ */
/* Blocks                                                                   */

static json_t *line_of(const struct bench_run *run, unsigned int round,
		       unsigned int position, unsigned int cell,
		       const struct bench_block_spec *spec, json_t *datum)
{
	const struct bench_plan_cell *c = &run->plan->cells[cell];
	struct bench_cell base;
	json_t *base_id = json_null();
	char id[BENCH_ID];
	json_t *line;

	if (c->is_aa)
		base = c->cell;
	if (c->is_aa || bench_cell_baseline(&c->cell, &base))
		base_id = json_string(bench_cell_id(&base, id, sizeof(id)));
	line = json_pack("{s:s,s:i,s:i,s:i,s:s,s:o,s:o,s:I,s:f}", "type",
			 "block", "round", (int)round, "position",
			 (int)position, "cell", (int)cell, "id", c->id, "axes",
			 bench_cell_json(&c->cell), "baseline-id", base_id,
			 "seed", (json_int_t)spec->seed, "started-s",
			 elapsed_s(run));
	if (line)
		json_object_update(line, datum);
	return line;
}

/* 0, -EINTR (a signal), or the journal's error. */
static int run_one(struct bench_run *run, unsigned int round,
		   unsigned int position, unsigned int cell, char *why,
		   size_t n)
{
	struct bench_block_spec spec;
	json_t *datum, *line;
	int err;

	bench_plan_spec(run->plan, cell, round, &spec);
	show(run, round, cell, position);
	datum = bench_run_block(&spec, run->simulate);
	if (!datum)
		return -EINTR;
	line = line_of(run, round, position, cell, &spec, datum);
	err = bench_journal_append(&run->journal, line, why, n);
	if (!err) {
		enter(run, cell, round, datum);
		tell(run, cell, datum);
	}
	json_decref(line);
	json_decref(datum);
	return err;
}

static int run_round(struct bench_run *run, unsigned int round,
		     unsigned int *order, char *why, size_t n)
{
	unsigned int k = run->plan->n_available;

	bench_latin_round(run->plan->seed, k, round, order);
	for (unsigned int i = 0; i < k; i++) {
		unsigned int cell = run->plan->available[order[i]];
		int err;

		if (run->done[place(run, cell, round)])
			continue;
		err = stopped ? -EINTR : run_one(run, round, i, cell, why, n);
		if (err)
			return err;
	}
	run->rounds = round + 1;
	return 0;
}

/* Is every comparison's interval as narrow as was asked for? */
static bool is_precise(const struct bench_run *run, unsigned int rounds)
{
	unsigned int k = bench_plan_comparisons(run->plan);
	double limit = log1p(run->plan->precision);

	for (unsigned int cell = 0; cell < run->plan->n; cell++) {
		struct bench_sign_interval interval;
		double logs[BENCH_ROUNDS_MAX];
		size_t n = 0;

		for (unsigned int i = 0; i < rounds; i++) {
			double value = run->logs[place(run, cell, i)];

			if (!isnan(value))
				logs[n++] = value;
		}
		if (!n)
			continue;
		if (bench_stats_sign_interval(logs, n, 0.05, k ? k : 1,
					      &interval) ||
		    (interval.hi - interval.lo) / 2 > limit)
			return false;
	}
	return true;
}

static bool is_time_to_look(unsigned int rounds)
{
	return rounds >= FIRST_LOOK && (rounds & (rounds - 1)) == 0;
}

static enum bench_run_status status_of(const struct bench_run *run, int err)
{
	if (err == -EINTR)
		return BENCH_RUN_INTERRUPTED;
	if (err)
		return BENCH_RUN_FAILED;
	if (run->plan->precision <= 0)
		return BENCH_RUN_COMPLETE;
	return is_precise(run, run->rounds) ? BENCH_RUN_PRECISE : BENCH_RUN_CAP;
}

/* The last line. What cannot be written any more is not worth an error. */
static void write_end(struct bench_run *run, const char *trouble)
{
	static const char *const words[] = {
		[BENCH_RUN_COMPLETE] = "complete",
		[BENCH_RUN_PRECISE] = "precise-enough",
		[BENCH_RUN_CAP] = "cap-reached",
		[BENCH_RUN_INTERRUPTED] = "interrupted",
		[BENCH_RUN_FAILED] = "failed",
	};
	char why[BENCH_WHY];
	json_t *line;

	if (run->status >= BENCH_RUN_INTERRUPTED)
		line = json_pack(
			"{s:s,s:s,s:i,s:i}", "type", "stop", "reason",
			run->status == BENCH_RUN_FAILED ? trouble
							: words[run->status],
			"rounds", (int)run->rounds, "blocks", (int)run->blocks);
	else
		line = json_pack("{s:s,s:s,s:i,s:i,s:f,s:f,s:f}", "type", "end",
				 "status", words[run->status], "rounds",
				 (int)run->rounds, "blocks", (int)run->blocks,
				 "wall-s", run->wall_s, "measured-s",
				 run->measured_s, "predicted-s",
				 bench_plan_round_s(run->plan) * run->rounds);
	bench_journal_append(&run->journal, line, why, sizeof(why));
	json_decref(line);
}

int bench_run_blocks(struct bench_run *run, char *why, size_t n)
{
	unsigned int *order =
		calloc(run->plan->n_available + 1, sizeof(*order));
	int err = order ? 0 : -ENOMEM;

	for (unsigned int round = 0; round < run->plan->rounds && !err;
	     round++) {
		err = run_round(run, round, order, why, n);
		if (!err && run->plan->precision > 0 &&
		    is_time_to_look(round + 1) && is_precise(run, round + 1))
			break;
	}
	free(order);
	clear_progress(run);
	run->wall_s = elapsed_s(run);
	run->status = status_of(run, err);
	write_end(run, err == -ENOSPC ? "disk-full" : "failed");
	return err == -EINTR ? 0 : err;
}

int bench_run_begin(struct bench_run *run, const json_t *header, char *why,
		    size_t n)
{
	int err = bench_run_prepare(run);

	if (err) {
		snprintf(why, n, "no memory");
		return err;
	}
	return bench_journal_create(&run->journal, run->journal_path, header,
				    why, n);
}

int bench_run_restore(struct bench_run *run, const json_t *line, char *why,
		      size_t n)
{
	const char *type = json_string_value(json_object_get(line, "type"));
	json_int_t cell = json_integer_value(json_object_get(line, "cell"));
	json_int_t round = json_integer_value(json_object_get(line, "round"));
	double at = json_number_value(json_object_get(line, "started-s")) +
		    json_number_value(json_object_get(line, "wall-ms")) / 1e3;

	if (!type || strcmp(type, "block") != 0)
		return 0;
	if (cell < 0 || cell >= run->plan->n || round < 0 ||
	    round >= run->plan->rounds) {
		snprintf(why, n, "the block is not of the plan");
		return -EINVAL;
	}
	enter(run, (unsigned int)cell, (unsigned int)round, line);
	bench_run_overhead_learn(run->plan, (unsigned int)cell, line,
				 run->overheads);
	run->before_s = at > run->before_s ? at : run->before_s;
	return 0;
}

void bench_run_end(struct bench_run *run)
{
	bench_journal_close(&run->journal);
	free(run->logs);
	free(run->done);
	run->logs = NULL;
	run->done = NULL;
}
