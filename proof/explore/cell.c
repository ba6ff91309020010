/* SPDX-License-Identifier: MIT */
/* cell.c - explore one cell; many of them in children, within a budget. */
#include "proof/explore/cell.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Executions between two looks at the clock. */
#define LOOK 1024u
/* A cell that is this late does not come to an end. */
#define HANG_S 60u
/* The part of a budget that goes into exhausting, before sampling. */
#define EXHAUSTING 0.75
/* Executions spent on making a finding shorter. */
#define SHORTEN 20000u

double xp_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static unsigned int default_bound(const struct xp_cell *cell)
{
	unsigned int bound = cell->scenario->bound, limit;

	/* A delivered signal may come at any point: it counts as nesting. */
	limit = 2 - (xp.roles > 2) - cell->scenario->costly;
	if (xp.signal_handler && bound > limit)
		bound = limit;
	return bound;
}

unsigned int xp_cell_bound(const struct xp_cell *cell)
{
	return cell->bound >= 0 ? (unsigned int)cell->bound
				: default_bound(cell);
}

/* Operations and changes of context: what a reader has to follow. */
static unsigned int length_of_execution(void)
{
	unsigned int length = xp.preemptions * 4;

	for (unsigned int i = 0; i < xp.roles; i++)
		length += xp.role[i].ops;
	return length;
}

struct path {
	unsigned int length;
	struct xp_choice choice[XP_PATH_MAX];
};

static struct path best;

static void path_keep(void)
{
	best.length = xp.at;
	memcpy(best.choice, xp.path, xp.at * sizeof(xp.path[0]));
}

static void path_use(void)
{
	xp.length = best.length;
	memcpy(xp.path, best.choice, best.length * sizeof(xp.path[0]));
}

/* Behind the first finding: the shortest of the next ones. */
static void shorten(void)
{
	unsigned int shortest = length_of_execution();

	path_keep();
	for (unsigned int i = 0; i < SHORTEN; i++) {
		xp.length = xp.at; /* nothing of an aborted execution's rest */
		if (!xp_path_next())
			break;
		xp_scenario_execute();
		if (!xp.finding.found || length_of_execution() >= shortest)
			continue;
		shortest = length_of_execution();
		path_keep();
	}
	path_use();
}

static void row_begin(const struct xp_cell *cell, struct explore_row *row)
{
	memset(row, 0, sizeof(*row));
	row->strategy = cell->strategy->name;
	row->scenario = cell->scenario->name;
	row->model = cell->model;
	row->sound = cell->strategy->sound;
	row->verdict = EXPLORE_FAILED;
	snprintf(row->why, sizeof(row->why), "did not finish");
}

static void row_broken(const struct xp_cell *cell, struct explore_row *row)
{
	shorten();
	xp.tracing = true;
	xp_scenario_execute();
	xp.tracing = false;
	snprintf(row->why, sizeof(row->why), "%s", xp.finding.why);
	/* No promise is broken: the explorer could not go on. */
	if (!xp.finding.promise)
		row->verdict = EXPLORE_FAILED;
	else
		snprintf(row->promise, sizeof(row->promise), "C%d",
			 xp.finding.promise);
	if (cell->listing) {
		xp_report_listing(cell->listing);
		fflush(cell->listing);
	}
	if (cell->save_dir)
		xp_report_save(cell, row, row->file, sizeof(row->file));
}

/* Exhausted clean, and it has shown what it is there for, or proves nothing. */
static void row_clean(const struct xp_cell *cell, struct explore_row *row,
		      unsigned int bound)
{
	unsigned int missing =
		xp_scenario_must_see(cell->scenario, cell->strategy) & ~xp.saw;

	/* Below its own bound a scenario may not come that far. */
	if (!missing || cell->mutant || bound < default_bound(cell))
		return;
	row->verdict = EXPLORE_VACUOUS;
	snprintf(row->why, sizeof(row->why), "never: %s",
		 xp_saw_name((enum xp_saw)__builtin_ctz(missing)));
}

/* One bound, all paths. Returns the verdict so far. */
static enum explore_verdict explore_bound(const struct xp_cell *cell,
					  struct explore_row *row, double end)
{
	xp.length = 0;
	do {
		xp_scenario_execute();
		if (++row->executions % LOOK == 0 && cell->limit_s > 0 &&
		    xp_seconds() > end)
			return EXPLORE_TRUNCATED;
		if (xp.finding.found)
			return EXPLORE_BROKEN;
	} while (xp_path_next());
	return EXPLORE_CLEAN;
}

/* What could not be exhausted in time: paths at random, of the whole bound. */
static enum explore_verdict sample(struct explore_row *row, double end)
{
	xp.sampling = true;
	do {
		xp.length = 0;
		xp_scenario_execute();
		row->executions++;
		row->sampled++;
	} while (!xp.finding.found &&
		 (row->sampled % LOOK || xp_seconds() < end));
	xp.sampling = false;
	return xp.finding.found ? EXPLORE_BROKEN : EXPLORE_TRUNCATED;
}

void xp_cell_run(const struct xp_cell *cell, struct explore_row *row)
{
	double begin = cpu_seconds(), now = xp_seconds();
	double end = now + cell->limit_s * EXHAUSTING;
	enum explore_verdict verdict = EXPLORE_CLEAN;
	unsigned int bound;

	row_begin(cell, row);
	xp.model = cell->model;
	xp.ignore = cell->ignore;
	if (xp_scenario_setup(cell->scenario, cell->strategy)) {
		snprintf(row->why, sizeof(row->why), "setup failed");
		return;
	}
	xp_mutant_apply(cell->mutant);
	bound = xp_cell_bound(cell);
	if (cell->cap && bound > (unsigned int)cell->cap)
		bound = (unsigned int)cell->cap;
	for (xp.bound = 0; verdict == EXPLORE_CLEAN && xp.bound <= bound;) {
		verdict = explore_bound(cell, row, end);
		row->bound = xp.bound;
		if (verdict == EXPLORE_CLEAN)
			xp.bound++;
		else if (verdict == EXPLORE_TRUNCATED && row->bound)
			row->bound--;
	}
	if (verdict == EXPLORE_TRUNCATED) {
		xp.bound = bound;
		verdict = sample(row, now + cell->limit_s);
	}
	row->why[0] = '\0';
	row->verdict = verdict;
	if (verdict == EXPLORE_BROKEN)
		row_broken(cell, row);
	else if (verdict == EXPLORE_CLEAN)
		row_clean(cell, row, bound);
	xp_mutant_apply(NULL);
	row->seconds = cpu_seconds() - begin;
}

/* ------------------------------------------------------------------------ */
/* Batches                                                                  */

int xp_batch_open(struct xp_batch *batch, unsigned int room)
{
	batch->cells = calloc(room, sizeof(batch->cells[0]));
	batch->listings = calloc(room, sizeof(batch->listings[0]));
	batch->rows = mmap(NULL, room * sizeof(batch->rows[0]),
			   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1, 0);
	return batch->cells && batch->listings && batch->rows != MAP_FAILED
		       ? 0
		       : -ENOMEM;
}

void xp_batch_close(struct xp_batch *batch)
{
	for (unsigned int i = 0; i < batch->count; i++)
		if (batch->listings[i])
			fclose(batch->listings[i]);
	free(batch->cells);
	free(batch->listings);
}

static pid_t cell_start(struct xp_batch *batch, unsigned int i, double end)
{
	struct xp_cell *cell = &batch->cells[i];
	double left = end - xp_seconds();
	pid_t child;

	row_begin(cell, &batch->rows[i]);
	if (batch->budget_s > 0) {
		unsigned int after = batch->count - i;

		/* Most need far less than a fair share: let one have more. */
		cell->limit_s = left * batch->jobs * 16 / after;
		if (cell->limit_s > left)
			cell->limit_s = left;
		if (cell->limit_s < 0.05)
			cell->limit_s = 0.05;
	}
	batch->listings[i] = cell->listing = tmpfile();
	fflush(NULL);
	child = fork();
	if (child)
		return child;
	/* It looks at the clock between executions, if they end. */
	if (cell->limit_s > 0)
		alarm((unsigned int)cell->limit_s + HANG_S);
	(cell->run ? cell->run : xp_cell_run)(cell, &batch->rows[i]);
	_exit(0);
}

struct job {
	pid_t pid;
	unsigned int cell;
};

void xp_batch_run(struct xp_batch *batch,
		  void (*done)(struct xp_batch *batch, unsigned int cell,
			       void *arg),
		  void *arg)
{
	struct job jobs[64] = { { 0, 0 } };
	unsigned int running = 0, next = 0;
	double end = xp_seconds() + batch->budget_s;

	if (!batch->jobs || batch->jobs > 64)
		batch->jobs = 2;
	while (next < batch->count || running) {
		if (next < batch->count && running < batch->jobs) {
			struct job *job = jobs;

			while (job->pid)
				job++;
			job->cell = next;
			job->pid = cell_start(batch, next++, end);
			if (job->pid > 0) {
				running++;
			} else {
				job->pid = 0;
				snprintf(batch->rows[job->cell].why,
					 sizeof(batch->rows[0].why),
					 "no process for it");
				done(batch, job->cell, arg);
			}
			continue;
		}
		for (struct job *job = jobs; job < jobs + batch->jobs; job++) {
			if (!job->pid || waitpid(job->pid, NULL, WNOHANG) <= 0)
				continue;
			job->pid = 0;
			running--;
			done(batch, job->cell, arg);
		}
		usleep(1000);
	}
}
