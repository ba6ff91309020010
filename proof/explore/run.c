/* SPDX-License-Identifier: MIT */
/* run.c - explore all cells, tell what came out, replay what was saved. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proof/explore/cell.h"
#include "proof/explore/variants.h"

const char *explore_model_name(enum explore_model model)
{
	static const char *const names[] = { "sc", "tso", "c11" };

	return (unsigned int)model < EXPLORE_MODELS ? names[model] : "?";
}

const char *explore_verdict_name(enum explore_verdict verdict)
{
	static const char *const names[] = { "clean", "broken", "truncated",
					     "failed", "vacuous" };

	return names[verdict];
}

const char *explore_scenario_name(unsigned int index)
{
	const struct xp_scenario *scenario = xp_scenario_at(index);

	return scenario ? scenario->name : NULL;
}

bool explore_is_required(const char *strategy, const char *scenario)
{
	const struct swap_strategy *s = swap_find(strategy);
	const struct xp_scenario *found = xp_scenario_find(scenario);

	return s && found && found->required && s->sound &&
	       xp_scenario_applies(found, s);
}

const struct swap_strategy *xp_strategy_find(const char *name)
{
	const struct swap_strategy *strategy = swap_find(name);

	if (!strategy)
		strategy = xp_variant_strategy(name);
	return strategy ? strategy : xp_detector_strategy(name);
}

const struct xp_scenario *xp_scenario_find_any(const char *name)
{
	const struct xp_scenario *scenario = xp_scenario_find(name);

	if (!scenario)
		scenario = xp_variant_scenario(name);
	return scenario ? scenario : xp_detector_scenario(name);
}

/* ------------------------------------------------------------------------ */
/* All cells                                                                */

struct run {
	const struct explore_options *options;
	struct explore_summary *summary;
	/* Unsound strategies by index: models in which they were caught. */
	unsigned int caught[64];
	unsigned int seen[64];
	bool listed[64];
};

static bool is_wanted(const struct explore_options *options,
		      const struct swap_strategy *strategy,
		      const struct xp_scenario *scenario, unsigned int model)
{
	if (options->strategy && strcmp(options->strategy, strategy->name))
		return false;
	if (options->scenario && strcmp(options->scenario, scenario->name))
		return false;
	if (options->models && !(options->models & 1u << model))
		return false;
	return xp_scenario_applies(scenario, strategy);
}

/* In this order, so that a budget covers what matters most, and then most. */
enum rank {
	REQUIRED,
	CHEAP,
	FIRST_SIGNALS,
	LIVE_READER,
	SIGNALS,
	RANKS
};

static enum rank rank_of(const struct swap_strategy *strategy,
			 const struct xp_scenario *scenario)
{
	if (scenario->required)
		return REQUIRED;
	if (strategy->family == SWAP_SAME_CPU)
		return scenario->first ? FIRST_SIGNALS : SIGNALS;
	return scenario->core && scenario->roles > 1 ? LIVE_READER : CHEAP;
}

static void gather(struct xp_batch *batch, const struct explore_options *o,
		   enum rank rank)
{
	const struct swap_strategy *s;
	const struct xp_scenario *scenario;

	swap_for_each_strategy (s)
		for (unsigned int i = 0; (scenario = xp_scenario_at(i)); i++)
			for (unsigned int m = 0; m < EXPLORE_MODELS; m++)
				if (rank_of(s, scenario) == rank &&
				    is_wanted(o, s, scenario, m))
					batch->cells[batch->count++] =
						(struct xp_cell){
							.strategy = s,
							.scenario = scenario,
							.model = m,
							.bound = o->bound,
							.save_dir = o->save_dir,
						};
}

/* At most: every scenario of every strategy. */
static unsigned int count_cells(void)
{
	const struct swap_strategy *s;
	unsigned int strategies = 0, scenarios = 0;

	swap_for_each_strategy (s)
		strategies++;
	while (xp_scenario_at(scenarios))
		scenarios++;
	return strategies * scenarios * EXPLORE_MODELS;
}

static unsigned int strategy_index(const char *name)
{
	const struct swap_strategy *s;
	unsigned int index = 0;

	for (; (s = swap_at(index)); index++)
		if (!strcmp(s->name, name))
			return index;
	return 63;
}

static void print_row(FILE *out, const struct explore_row *row)
{
	fprintf(out, "%-*s %-21s %-4s %u %11llu %8.2f  %s", swap_name_width(),
		row->strategy, row->scenario, explore_model_name(row->model),
		row->bound, (unsigned long long)row->executions, row->seconds,
		explore_verdict_name(row->verdict));
	if (row->verdict == EXPLORE_BROKEN)
		fprintf(out, " %s: %s%s", row->promise, row->why,
			row->sound ? " !!!" : " (as claimed)");
	else if (row->verdict == EXPLORE_TRUNCATED)
		fprintf(out, "; %llu at random",
			(unsigned long long)row->sampled);
	else if (row->verdict == EXPLORE_FAILED ||
		 row->verdict == EXPLORE_VACUOUS)
		fprintf(out, " %s%s", row->why, row->sound ? " !!!" : "");
	fputc('\n', out);
	if (row->file[0])
		fprintf(out, "  saved: %s\n", row->file);
}

static void copy_listing(FILE *listing, FILE *out)
{
	char line[512];

	if (!listing)
		return;
	rewind(listing);
	while (fgets(line, sizeof(line), listing))
		fputs(line, out);
	fputc('\n', out);
}

static void count_row(struct run *run, const struct explore_row *row)
{
	struct explore_summary *sum = run->summary;
	unsigned int i = strategy_index(row->strategy);

	sum->cells++;
	sum->executions += row->executions;
	sum->sampled += row->sampled;
	sum->clean += row->verdict == EXPLORE_CLEAN;
	sum->truncated += row->verdict == EXPLORE_TRUNCATED;
	sum->failed += row->verdict == EXPLORE_FAILED;
	sum->vacuous += row->sound && row->verdict == EXPLORE_VACUOUS;
	if (!row->sound)
		run->seen[i] |= 1u << row->model;
	if (row->verdict != EXPLORE_BROKEN)
		return;
	sum->broken += row->sound;
	if (!row->sound)
		run->caught[i] |= 1u << row->model;
}

static void cell_done(struct xp_batch *batch, unsigned int i, void *arg)
{
	struct run *run = arg;
	const struct explore_row *row = &batch->rows[i];
	unsigned int s = strategy_index(row->strategy);
	FILE *out = run->options->out;

	count_row(run, row);
	if (out)
		print_row(out, row);
	if (out && row->verdict == EXPLORE_BROKEN &&
	    (row->sound || !run->listed[s])) {
		run->listed[s] = true;
		copy_listing(batch->listings[i], out);
	}
	if (out)
		fflush(out);
	if (run->options->row)
		run->options->row(row, run->options->arg);
}

/* Models in which an unsound strategy got away. */
static void count_missed(struct run *run)
{
	for (unsigned int i = 0; i < 64; i++) {
		run->summary->caught +=
			(unsigned int)__builtin_popcount(run->caught[i]);
		run->summary->missed += (unsigned int)__builtin_popcount(
			run->seen[i] & ~run->caught[i]);
	}
}

static int check_names(const struct explore_options *options)
{
	if (options->strategy && !swap_find(options->strategy)) {
		fprintf(stderr,
			"ringswap verify: no strategy \"%s\"; ringswap list "
			"names them\n",
			options->strategy);
		return -EINVAL;
	}
	if (options->scenario && !xp_scenario_find(options->scenario)) {
		const char *name;

		fprintf(stderr,
			"ringswap verify: no scenario \"%s\"; there "
			"are:",
			options->scenario);
		for (unsigned int i = 0; (name = explore_scenario_name(i)); i++)
			fprintf(stderr, " %s", name);
		fputc('\n', stderr);
		return -EINVAL;
	}
	return 0;
}

int explore_run(const struct explore_options *options,
		struct explore_summary *summary)
{
	struct xp_batch batch = {
		.jobs = options->jobs ? options->jobs : 2,
		.budget_s = options->budget_s,
	};
	struct run run = { .options = options, .summary = summary };
	double begin = xp_seconds();
	int err = check_names(options);

	memset(summary, 0, sizeof(*summary));
	if (err)
		return err;
	xp_labels_load();
	err = xp_batch_open(&batch, count_cells());
	if (err)
		return err;
	for (enum rank rank = REQUIRED; rank < RANKS; rank++)
		gather(&batch, options, rank);
	if (options->out)
		fprintf(options->out, "%-*s %-21s %-4s %s %11s %8s  %s\n",
			swap_name_width(), "strategy", "scenario", "mem", "b",
			"executions", "cpu s", "verdict");
	xp_batch_run(&batch, cell_done, &run);
	xp_batch_close(&batch);
	count_missed(&run);
	summary->seconds = xp_seconds() - begin;
	return summary->broken || summary->missed || summary->failed ||
	       summary->vacuous;
}

/* ------------------------------------------------------------------------ */
/* Replay                                                                   */

struct saved {
	char strategy[64];
	char scenario[64];
	char model[8];
	char promise[8];
	unsigned int bound;
	char file[256];
	unsigned int line;
	int op;
	int mutation;
};

static bool read_path(FILE *in)
{
	unsigned int taken, options;

	xp.length = 0;
	while (xp.length < XP_PATH_MAX &&
	       fscanf(in, " %u/%u", &taken, &options) == 2)
		xp.path[xp.length++] = (struct xp_choice){
			.taken = (uint8_t)taken,
			.options = (uint8_t)options,
		};
	return xp.length != 0;
}

static int read_saved(FILE *in, struct saved *saved)
{
	char word[32];
	int version;

	if (fscanf(in, "ringswap-interleaving %d", &version) != 1 ||
	    version != 1)
		return -EINVAL;
	while (fscanf(in, " %31s", word) == 1) {
		bool ok = true;

		if (!strcmp(word, "strategy"))
			ok = fscanf(in, " %63s", saved->strategy) == 1;
		else if (!strcmp(word, "scenario"))
			ok = fscanf(in, " %63s", saved->scenario) == 1;
		else if (!strcmp(word, "model"))
			ok = fscanf(in, " %7s", saved->model) == 1;
		else if (!strcmp(word, "bound"))
			ok = fscanf(in, " %u", &saved->bound) == 1;
		else if (!strcmp(word, "promise"))
			ok = fscanf(in, " %7s", saved->promise) == 1;
		else if (!strcmp(word, "mutant"))
			ok = fscanf(in, " %255s %u %d %d", saved->file,
				    &saved->line, &saved->op,
				    &saved->mutation) == 4;
		else if (!strcmp(word, "why"))
			ok = fscanf(in, "%*[^\n]") == 0;
		else if (!strcmp(word, "path"))
			return read_path(in) ? 0 : -EINVAL;
		if (!ok)
			return -EINVAL;
	}
	return -EINVAL;
}

static void apply_saved(const struct saved *saved)
{
	struct xp_mutant mutant = {
		.file = saved->file,
		.line = saved->line,
		.op = (enum xp_op)saved->op,
		.mutation = (enum xp_mutation)saved->mutation,
	};

	xp_mutant_apply(saved->line ? &mutant : NULL);
}

static int replay_saved(const struct saved *saved, FILE *out, FILE *svg)
{
	struct xp_cell cell = {
		.strategy = xp_strategy_find(saved->strategy),
		.scenario = xp_scenario_find_any(saved->scenario),
	};
	unsigned int length = xp.length;
	char promise[8];

	while (cell.model < EXPLORE_C11 &&
	       strcmp(explore_model_name(cell.model), saved->model))
		cell.model++;
	if (!cell.strategy || !cell.scenario)
		return -EINVAL;
	xp_labels_load();
	xp.model = cell.model;
	xp.bound = saved->bound;
	if (xp_scenario_setup(cell.scenario, cell.strategy))
		return -EINVAL;
	apply_saved(saved);
	xp.length = length;
	xp.tracing = true;
	xp_scenario_execute();
	xp.tracing = false;
	xp_mutant_apply(NULL);
	if (out)
		xp_report_listing(out);
	if (svg)
		xp_report_svg(svg, &cell);
	snprintf(promise, sizeof(promise), "C%d", xp.finding.promise);
	return !xp.finding.found || xp.diverged || xp.at != length ||
	       strcmp(promise, saved->promise);
}

int explore_replay(const char *file, FILE *out, FILE *svg)
{
	struct saved saved;
	FILE *in = fopen(file, "r");
	int err;

	if (!in)
		return -errno;
	memset(&saved, 0, sizeof(saved));
	err = read_saved(in, &saved);
	fclose(in);
	return err ? err : replay_saved(&saved, out, svg);
}
