/* SPDX-License-Identifier: MIT */
/* detectors.c - for each promise a strategy that breaks it: is it caught? */
#define SWAP_DEFINE /* the strategy of this file */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proof/explore/cell.h"
#include "proof/explore/roles.h"
#include "proof/explore/variants.h"
#include "proof/explore/variants/detectors.h"

#define ALL  ((1u << EXPLORE_MODELS) - 1)
#define C11  (1u << EXPLORE_C11)
#define WEAK (C11 | 1u << EXPLORE_TSO)

enum detector_fault detector_fault;

/* What must come of it; a verdict that is not named is clean. */
static const struct {
	const char *name;
	const char *like; /* the scenario it borrows */
	enum detector_fault fault;
	unsigned int promise; /* that it breaks; 0: none */
	enum explore_verdict verdict;
	unsigned int models; /* in which that shows */
	const char *what;
} faults[] = {
#define BREAKS(name, like, fault, promise, models, what) \
	{ name, like, fault, promise, EXPLORE_BROKEN, models, what },
#define IS(verdict, name, like, fault, what) \
	{ name, like, fault, 0, EXPLORE_##verdict, ALL, what },
#include "proof/explore/detectors.inc"
#undef BREAKS
#undef IS
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static struct xp_scenario scenarios[FAULTS];

/* Of tests only: what no strategy in the tree needs. */
static const struct xp_scenario engine_scenarios[] = {
	{ .name = "section",
	  .roles = 2,
	  .body = { xp_write, xp_swap_wait },
	  .aborts = 1,
	  .bound = 3,
	  .must_see = 1u << XP_SAW_ABORTED },
	{ .name = "one-cpu",
	  .roles = 2,
	  .body = { xp_write_twice, xp_swap_wait },
	  .share = 1u << 1,
	  .bound = 3,
	  .must_see = 1u << XP_SAW_ABORTED },
};

static const struct xp_scenario *scenario_like(const char *name)
{
	for (unsigned int i = 0; i < 2; i++)
		if (!strcmp(engine_scenarios[i].name, name))
			return &engine_scenarios[i];
	return xp_scenario_find(name);
}

static void set_fault(const struct xp_scenario *scenario)
{
	const struct xp_scenario *like =
		scenario_like(faults[scenario - scenarios].like);

	detector_fault = faults[scenario - scenarios].fault;
	if (like->on_setup)
		like->on_setup(like);
}

const struct xp_scenario *xp_detector_scenario(const char *name)
{
	for (unsigned int i = 0; i < FAULTS; i++) {
		scenarios[i] = *scenario_like(faults[i].like);
		scenarios[i].name = faults[i].name;
		scenarios[i].summary = faults[i].what;
		scenarios[i].on_setup = set_fault;
		scenarios[i].blind_spare =
			!strncmp(faults[i].name, "blind-", 6);
		if (!strcmp(faults[i].name, name))
			return &scenarios[i];
	}
	return NULL;
}

const struct swap_strategy *xp_detector_strategy(const char *name)
{
	return strcmp(name, swap_strategy_detector.name)
		       ? NULL
		       : &swap_strategy_detector;
}

static void cell_done(struct xp_batch *batch, unsigned int i, void *arg)
{
	const struct explore_options *options = arg;

	if (options->row)
		options->row(&batch->rows[i], options->arg);
}

/* Caught by the name of its own promise; where it cannot show, clean. */
static bool is_right(const struct explore_row *row, unsigned int fault)
{
	unsigned int promise = faults[fault].promise;
	bool shows = faults[fault].models & 1u << row->model;

	return row->verdict ==
		       (shows ? faults[fault].verdict : EXPLORE_CLEAN) &&
	       (!shows || !promise ||
		strtoul(row->promise + 1, NULL, 10) == promise);
}

static void print_fault(FILE *out, const struct explore_row *row,
			unsigned int fault)
{
	char promise[16] = "-";

	if (faults[fault].promise)
		snprintf(promise, sizeof(promise), "C%u",
			 faults[fault].promise);
	fprintf(out, "| %s | %s | `%s` | %s | %s%s%s%s |\n", promise,
		faults[fault].what, faults[fault].like,
		explore_model_name(row->model),
		is_right(row, fault) ? "" : "!!! ",
		row->promise[0] ? row->promise
				: explore_verdict_name(row->verdict),
		row->why[0] ? ": " : "", row->why);
}

int explore_detectors(const struct explore_options *options)
{
	struct xp_batch batch = {
		.jobs = options->jobs ? options->jobs : 2,
		.budget_s = options->budget_s,
	};
	bool ok = true;

	xp_labels_load();
	if (xp_batch_open(&batch, FAULTS * EXPLORE_MODELS))
		return -ENOMEM;
	for (unsigned int i = 0; i < FAULTS * EXPLORE_MODELS; i++)
		batch.cells[batch.count++] = (struct xp_cell){
			.strategy = &swap_strategy_detector,
			.scenario = xp_detector_scenario(
				faults[i / EXPLORE_MODELS].name),
			.model = i % EXPLORE_MODELS,
			.bound = options->bound,
			.save_dir = options->save_dir,
		};
	xp_batch_run(&batch, cell_done, (void *)(uintptr_t)options);
	if (options->out)
		fprintf(options->out,
			"| promise | fault | scenario | model | verdict |\n"
			"|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < batch.count; i++) {
		const struct explore_row *row = &batch.rows[i];
		unsigned int fault = i / EXPLORE_MODELS;

		ok &= is_right(row, fault);
		if (options->out)
			print_fault(options->out, row, fault);
	}
	xp_batch_close(&batch);
	return !ok;
}
