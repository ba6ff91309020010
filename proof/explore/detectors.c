/* SPDX-License-Identifier: MIT */
/* detectors.c - for each promise a strategy that breaks it: is it caught? */
#define SWAP_DEFINE /* the strategy of this file */

#include <errno.h>
#include <string.h>

#include "proof/explore/cell.h"
#include "proof/explore/variants.h"
#include "proof/explore/variants/detectors.h"

#define FAULTS 9u
#define ALL    ((1u << EXPLORE_MODELS) - 1)
#define C11    (1u << EXPLORE_C11)

int detector_breaks;

/* Fault 0: the sound form, under the scenario of the nested write. */
static const struct {
	const char *name;
	const char *like;     /* the scenario it borrows */
	unsigned int promise; /* that it breaks; 0: none */
	unsigned int models;  /* in which that shows */
	const char *fault;
} faults[FAULTS] = {
	{ "breaks-nothing", "nested", 0, ALL,
	  "none: the control of this table" },
	{ "breaks-c1", "2w1s", 1, ALL,
	  "the exchange does not wait for a write" },
	{ "breaks-c2", "2w1s", 2, ALL, "a refused write is not counted" },
	{ "breaks-c3", "2w1s", 3, ALL,
	  "the exchange is taken back and done again" },
	{ "breaks-c4", "2w1s", 4, ALL,
	  "the exchange is done and reported as busy" },
	{ "breaks-c5", "nested", 5, ALL,
	  "a nested write waits for its own thread" },
	{ "breaks-c6", "2w1s", 6, ALL, "the swap waits for a next write" },
	{ "breaks-c7", "2w1s", 7, ALL, "an announcement is not withdrawn" },
	{ "breaks-order", "2w1s", 5, C11,
	  "a plain field is handed over by a relaxed store" },
};

static struct xp_scenario scenarios[FAULTS];

static void set_fault(const struct xp_scenario *scenario)
{
	detector_breaks = (int)(scenario - scenarios);
}

const struct xp_scenario *xp_detector_scenario(const char *name)
{
	for (unsigned int i = 0; i < FAULTS; i++) {
		scenarios[i] = *xp_scenario_find(faults[i].like);
		scenarios[i].name = faults[i].name;
		scenarios[i].summary = faults[i].fault;
		scenarios[i].on_setup = set_fault;
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

	if (!promise || !(faults[fault].models & 1u << row->model))
		return row->verdict == EXPLORE_CLEAN;
	return row->verdict == EXPLORE_BROKEN &&
	       row->promise[1] - '0' == (int)promise;
}

int explore_detectors(const struct explore_options *options)
{
	struct xp_batch batch = {
		.jobs = options->jobs ? options->jobs : 2,
		.budget_s = options->budget_s,
	};
	static const char *const names[] = { "-",  "C1", "C2", "C3",
					     "C4", "C5", "C6", "C7" };
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
			"| promise | fault | model | verdict |\n"
			"|---|---|---|---|\n");
	for (unsigned int i = 0; i < batch.count; i++) {
		const struct explore_row *row = &batch.rows[i];
		unsigned int fault = i / EXPLORE_MODELS;
		bool right = is_right(row, fault);

		ok &= right;
		if (options->out)
			fprintf(options->out, "| %s | %s | %s | %s%s%s%s |\n",
				names[faults[fault].promise],
				faults[fault].fault,
				explore_model_name(row->model),
				right ? "" : "!!! ",
				row->promise[0]
					? row->promise
					: explore_verdict_name(row->verdict),
				row->why[0] ? ": " : "", row->why);
	}
	xp_batch_close(&batch);
	return !ok;
}
