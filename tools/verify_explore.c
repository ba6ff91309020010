/* SPDX-License-Identifier: MIT */
/* verify_explore.c - verify by the explorer: cells, variants, mutants. */
#include "tools/verify.h"

#include <stdlib.h>
#include <string.h>

#include "proof/explore/explore.h"
#include "tools/options.h"

/* The cells of one strategy, summed. */
struct explored {
	const char *strategy;
	bool sound;
	unsigned int cells, clean, truncated, broken, failed, vacuous, bound;
	uint64_t executions, sampled;
	char first[192];
};

struct exploration {
	struct explored sums[VERIFY_STRATEGIES_MAX];
	unsigned int n;
};

static struct explored *explored_of(struct exploration *e, const char *strategy)
{
	for (unsigned int i = 0; i < e->n; i++)
		if (!strcmp(e->sums[i].strategy, strategy))
			return &e->sums[i];
	if (e->n == VERIFY_STRATEGIES_MAX)
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
	sum->sampled += row->sampled;
	sum->clean += row->verdict == EXPLORE_CLEAN;
	sum->truncated += row->verdict == EXPLORE_TRUNCATED;
	sum->broken += row->verdict == EXPLORE_BROKEN;
	sum->failed += row->verdict == EXPLORE_FAILED;
	if (row->bound < sum->bound)
		sum->bound = row->bound;
	sum->vacuous += row->sound && row->verdict == EXPLORE_VACUOUS;
	if (!*sum->first &&
	    (row->verdict == EXPLORE_BROKEN || row->verdict == EXPLORE_FAILED ||
	     (row->sound && row->verdict == EXPLORE_VACUOUS)))
		snprintf(sum->first, sizeof(sum->first), "%s, %s: %s %s",
			 row->scenario, explore_model_name(row->model),
			 row->promise, row->why);
}

/* A part of what there is: an unsound strategy need not show there. */
static bool is_partial(const struct verify *v)
{
	return v->scenario || v->models || v->bound >= 0;
}

static void conclude_explored(struct verify *v, const struct explored *sum)
{
	const char *verdict = "clean";
	char sampled[40] = "";
	bool missed = !sum->sound && !sum->broken && !sum->truncated &&
		      !is_partial(v);
	bool failed = sum->failed || sum->vacuous || missed ||
		      (sum->sound && sum->broken);

	if (sum->failed)
		verdict = "FAILED";
	else if (sum->broken)
		verdict = sum->sound ? "BROKEN" : "caught";
	else if (sum->vacuous)
		verdict = "VACUOUS";
	else if (missed)
		verdict = "NOT CAUGHT";
	else if (sum->truncated)
		verdict = "truncated";
	else if (!sum->sound)
		verdict = "not caught";
	if (sum->sampled)
		snprintf(sampled, sizeof(sampled), ", %.1f M at random",
			 (double)sum->sampled * 1e-6);
	verify_add_row(v, "explore", sum->strategy, verdict, failed,
		       "%u of %u cells exhausted, %.1f M executions%s%s%s",
		       sum->clean, sum->cells, (double)sum->executions * 1e-6,
		       sampled, *sum->first ? "; " : "", sum->first);
}

void verify_explore(struct verify *v, double seconds)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct exploration *e = calloc(1, sizeof(*e));
	struct explore_summary sum;
	int err;

	if (!e)
		abort();
	options.strategy = v->strategy;
	options.scenario = v->scenario;
	options.models = v->models;
	options.bound = v->bound;
	/* Who names a bound wants it exhausted. */
	options.budget_s = v->bound >= 0 || v->exhaust ? v->seconds : seconds;
	options.save_dir = v->save;
	options.out = v->out;
	options.row = add_explored;
	options.arg = e;
	err = explore_run(&options, &sum);
	if (err > 0 && is_partial(v) && !sum.broken && !sum.failed)
		err = 0;
	if (!err && !sum.cells)
		verify_add_row(v, "explore", v->strategy ? v->strategy : "all",
			       "unavailable", false,
			       "the scenario does not apply to it");
	for (unsigned int i = 0; i < e->n; i++)
		conclude_explored(v, &e->sums[i]);
	if (err)
		verify_add_row(v, "explore", "all",
			       err > 0 ? "BROKEN" : "FAILED", true, "%s",
			       err > 0 ? "not as claimed" : strerror(-err));
	free(e);
	fputc('\n', v->out);
}

int verify_replay(struct verify *v)
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

void verify_variants(struct verify *v, double seconds)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	int err;

	options.budget_s = seconds;
	options.save_dir = v->save;
	options.out = v->out;
	/* Asked for by name: each broken row with its interleaving. */
	err = explore_variants(&options, v->mode || v->verbose);
	verify_add_row(v, "variants", "kernel-lineage",
		       err ? "DIFFERS" : "matches", err != 0,
		       "the table of the kernel's history");
	fputc('\n', v->out);
}

void verify_mutants(struct verify *v, double seconds)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	int err;

	(void)seconds; /* all of them, or the table says nothing */
	options.strategy = v->strategy;
	options.scenario = v->scenario;
	options.out = v->out;
	err = explore_mutants(&options);
	verify_add_row(v, "mutants", "all labels", err ? "SURVIVORS" : "killed",
		       err != 0, "%s",
		       err ? "an unexplained survivor" : "or argued, each one");
	fputc('\n', v->out);
}
