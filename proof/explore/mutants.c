/* SPDX-License-Identifier: MIT */
/*
 * mutants.c - every ordering switched off, one at a time: is it noticed?
 *
 * A mutant is one operation, by file and line, in every unit that holds it: an
 * acquire or release made relaxed, a fence (membarrier, section, grace period)
 * left out, a test that does not see. Compiler barriers and un-LOCKed
 * read-modify-writes are exempt: they order nothing between CPUs, and step
 * mode and the disassembly check look after them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proof/explore/cell.h"

#define MUTANTS 256u

static struct xp_mutant mutants[MUTANTS];
static unsigned int mutant_count;

/* "global_lock.h", in whatever folder, for "global-lock"; of units, ".c". */
static bool is_named(const char *file, const struct swap_strategy *s,
		     const char *ending)
{
	const char *base = strrchr(file, '/');
	size_t i;

	base = base ? base + 1 : file;
	for (i = 0; s->name[i]; i++)
		if (base[i] != (s->name[i] == '-' ? '_' : s->name[i]))
			return false;
	return !strcmp(base + i, ending);
}

static bool is_file_of(const char *file, const struct swap_strategy *s)
{
	return is_named(file, s, ".h");
}

static bool is_at(const struct xp_mutant *mutant, const struct xp_site *site)
{
	return site->line == mutant->line && site->op == mutant->op &&
	       !strcmp(xp_site_file(site), mutant->file);
}

/* Does the strategy hold the operation, in its header or a part of it? */
static bool is_held_by(const struct xp_mutant *mutant,
		       const struct swap_strategy *s)
{
	struct xp_site *site;

	for (unsigned int i = 0; (site = xp_site_at(i)); i++)
		if (is_at(mutant, site) && is_named(site->unit, s, ".c"))
			return true;
	return false;
}

void xp_mutant_apply(const struct xp_mutant *mutant)
{
	struct xp_site *site;

	for (unsigned int i = 0; (site = xp_site_at(i)); i++)
		site->mutation = mutant && is_at(mutant, site)
					 ? (uint8_t)mutant->mutation
					 : XP_INTACT;
}

/* ------------------------------------------------------------------------ */
/* Which there are                                                          */

static void mutant_add(const struct xp_site *site, enum xp_mutation mutation)
{
	struct xp_mutant *mutant = &mutants[mutant_count];

	if (mutant_count == MUTANTS) {
		fprintf(stderr, "explore: more than %u mutants\n", MUTANTS);
		abort();
	}
	*mutant = (struct xp_mutant){
		.file = xp_site_file(site),
		.line = site->line,
		.op = (enum xp_op)site->op,
		.mutation = mutation,
		.label = site->label,
		.what = site->what,
	};
	for (unsigned int i = 0; i < mutant_count; i++)
		if (is_at(&mutants[i], site) && mutants[i].mutation == mutation)
			return;
	mutant_count++;
}

/* Words that a test reads to find somebody else's announcement. */
static bool is_test(const struct xp_site *site)
{
	static const char *const words[] = { "refuse", "nesting", "deferred",
					     "inside", "writer",  "private" };

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(site->what, words[i]))
			return true;
	return false;
}

static void mutants_of(const struct xp_site *site)
{
	switch (site->op) {
	case XP_LOAD_ACQUIRE:
		mutant_add(site, XP_NO_ACQUIRE);
		/* fallthrough */
	case XP_LOAD_RELAXED:
		if (site->label[0] && is_test(site))
			mutant_add(site, XP_BLIND);
		break;
	case XP_STORE_RELEASE:
		mutant_add(site, XP_NO_RELEASE);
		break;
	case XP_XCHG:
	case XP_ADD:
	case XP_OR:
	case XP_AND:
	case XP_CMPXCHG:
		mutant_add(site, XP_NO_ACQUIRE);
		mutant_add(site, XP_NO_RELEASE);
		break;
	case XP_FULL_BARRIER:
	case XP_MEMBARRIER:
	case XP_LOCK:
	case XP_RCU_LOCK:
	case XP_RCU_SYNC:
		mutant_add(site, XP_OFF);
		break;
	default:
		break;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct xp_mutant *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	return order ? order : (int)x->line - (int)y->line;
}

/* What an unsound strategy gets wrong needs no mutant. */
static bool is_unsound(const char *file)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		if (!s->sound && is_file_of(file, s))
			return true;
	return false;
}

static bool is_source(const struct xp_site *site)
{
	const char *file = xp_site_file(site);

	/* A probe asks what there is; nothing is ordered by it. */
	return strncmp(file, "proof/", 6) && !strstr(site->func, "_probe") &&
	       !is_unsound(file);
}

static void gather_mutants(void)
{
	struct xp_site *site;

	mutant_count = 0;
	for (unsigned int i = 0; (site = xp_site_at(i)); i++)
		if (is_source(site))
			mutants_of(site);
	qsort(mutants, mutant_count, sizeof(mutants[0]), by_place);
}

/* ------------------------------------------------------------------------ */
/* Killing                                                                  */

static bool is_shared(const struct xp_mutant *mutant)
{
	return !strncmp(mutant->file, "ringbuf/", 8) ||
	       !strcmp(mutant->file, "strategies/swap.c") ||
	       !strcmp(mutant->file, "strategies/strategy.h") ||
	       !strcmp(mutant->file, "strategies/hooks.h");
}

/* The two that differ most in who swaps: the writer, or who lends it order. */
static bool tries_shared(const struct swap_strategy *s)
{
	return s->represents &&
	       (s->family == SWAP_SAME_CPU || (s->shape == SWAP_REFUSE_FIRST &&
					       strstr(s->needs, "membarrier")));
}

/*
 * Does the mutant's file take part when this strategy is explored? What all
 * share: the core alone, and those two.
 */
static bool concerns(const struct xp_mutant *mutant,
		     const struct swap_strategy *s)
{
	if (!s->sound)
		return false;
	if (!is_shared(mutant))
		return is_held_by(mutant, s);
	return !s->swap || tries_shared(s);
}

/* Preemptions at most: what kills a mutant at all does so early. */
static int cap_of(const struct xp_scenario *scenario,
		  const struct swap_strategy *s)
{
	if (s->family == SWAP_SAME_CPU)
		return 1;
	return scenario->core && scenario->roles > 1 && scenario->handlers ? 1
									   : 2;
}

static const char *only; /* scenario asked for, or NULL */

static bool kill_with(const struct xp_cell *cell, struct explore_row *row,
		      const struct swap_strategy *s, enum explore_model model)
{
	const struct xp_scenario *scenario;
	uint64_t executions = 0;
	double seconds = 0;

	for (unsigned int i = 0; (scenario = xp_scenario_at(i)); i++) {
		struct xp_cell one = *cell;

		if (!xp_scenario_applies(scenario, s) ||
		    (only && strcmp(only, scenario->name)))
			continue;
		one.strategy = s;
		one.scenario = scenario;
		one.model = model;
		one.run = NULL;
		one.cap = cap_of(scenario, s);
		xp_cell_run(&one, row);
		executions += row->executions;
		seconds += row->seconds;
		row->executions = executions;
		row->seconds = seconds;
		if (row->verdict != EXPLORE_CLEAN)
			return true;
	}
	return false;
}

/* In a child: explore until a promise breaks. */
static void kill_mutant(const struct xp_cell *cell, struct explore_row *row)
{
	static const enum explore_model order[] = { EXPLORE_C11, EXPLORE_TSO };
	const struct swap_strategy *s;

	for (unsigned int m = 0; m < 2; m++)
		swap_for_each_strategy (s)
			if (concerns(cell->mutant, s) &&
			    kill_with(cell, row, s, order[m]))
				return;
}

/* ------------------------------------------------------------------------ */
/* The table                                                                */

struct argument {
	const char *file;
	const char *label;
	enum xp_mutation mutation;
	const char *why;
};

static const struct argument arguments[] = {
#include "proof/explore/survivors.inc"
};

static const char *argument_for(const struct xp_mutant *mutant)
{
	for (unsigned int i = 0; i < sizeof(arguments) / sizeof(arguments[0]);
	     i++)
		if (!strcmp(arguments[i].file, mutant->file) &&
		    !strcmp(arguments[i].label, mutant->label) &&
		    arguments[i].mutation == mutant->mutation)
			return arguments[i].why;
	return NULL;
}

/* Print one line; false: a survivor that nobody has argued. */
static bool conclude(const struct xp_mutant *mutant,
		     const struct explore_row *row, FILE *out)
{
	bool killed = row->verdict == EXPLORE_BROKEN;
	const char *why = killed ? NULL : argument_for(mutant);

	if (out)
		fprintf(out, "| %s | %s | %s | %s | ", mutant->file,
			mutant->label[0] ? mutant->label : "-",
			xp_op_name(mutant->op),
			xp_mutation_name(mutant->mutation));
	if (out && killed)
		fprintf(out, "%s in %s, %s (%s), bound %u |\n", row->promise,
			row->strategy, row->scenario,
			explore_model_name(row->model), row->bound);
	else if (out)
		fprintf(out, "%s: %s |\n",
			row->verdict == EXPLORE_CLEAN ? "survives"
						      : "not finished",
			why ? why : "!!! not argued");
	return killed || why;
}

struct tally {
	const struct explore_options *options;
};

static void cell_done(struct xp_batch *batch, unsigned int i, void *arg)
{
	struct tally *tally = arg;

	if (tally->options->row)
		tally->options->row(&batch->rows[i], tally->options->arg);
}

static bool is_asked_for(const struct explore_options *options,
			 const struct xp_mutant *mutant)
{
	const struct swap_strategy *s;

	if (!options->strategy)
		return true;
	s = swap_find(options->strategy);
	if (!s)
		return is_shared(mutant);
	return !is_shared(mutant) && is_held_by(mutant, s);
}

int explore_mutants(const struct explore_options *options)
{
	struct xp_batch batch = {
		.jobs = options->jobs ? options->jobs : 2,
		.budget_s = options->budget_s,
	};
	struct tally tally = { .options = options };
	unsigned int killed = 0;
	bool ok = true;

	only = options->scenario;
	xp_labels_load();
	gather_mutants();
	if (xp_batch_open(&batch, mutant_count))
		return -ENOMEM;
	for (unsigned int i = 0; i < mutant_count; i++)
		if (is_asked_for(options, &mutants[i]))
			batch.cells[batch.count++] = (struct xp_cell){
				.strategy = swap_at(0),
				.scenario = xp_scenario_at(0),
				.mutant = &mutants[i],
				.bound = options->bound,
				.save_dir = options->save_dir,
				.run = kill_mutant,
			};
	xp_batch_run(&batch, cell_done, &tally);
	if (options->out)
		fprintf(options->out,
			"| file | label | operation | mutant | "
			"verdict |\n|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < batch.count; i++) {
		ok &= conclude(batch.cells[i].mutant, &batch.rows[i],
			       options->out);
		killed += batch.rows[i].verdict == EXPLORE_BROKEN;
	}
	if (options->out)
		fprintf(options->out, "\n%u mutants, %u killed, %u survive\n",
			batch.count, killed, batch.count - killed);
	xp_batch_close(&batch);
	return !ok;
}

/* ------------------------------------------------------------------------ */
/* The calls that a strategy rests on                                       */

#define ANY_MODEL  ((1u << EXPLORE_MODELS) - 1)
#define WEAK_MODEL (1u << EXPLORE_TSO | 1u << EXPLORE_C11)

/* What is missed without them, and where that shows: a fence lent from outside
 * orders what no interleaving disturbs. */
static const struct {
	enum xp_op op;
	const char *name;
	unsigned int models;
} calls[] = {
	{ XP_MEMBARRIER, "membarrier(2)", WEAK_MODEL },
	{ XP_RCU_SYNC, "grace period", ANY_MODEL },
};

#define CALL_PROMISES (1u << 1) /* C1 */

#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Models in which one place of it at least was noticed. */
static unsigned int noticed[CALLS];

static unsigned int call_of(const struct xp_mutant *mutant)
{
	unsigned int i = 0;

	while (i < CALLS && calls[i].op != mutant->op)
		i++;
	return i;
}

/* In a child: one model, and the scenarios that between them make every call. */
static void kill_call(const struct xp_cell *cell, struct explore_row *row)
{
	static const char *const names[] = { "2w1s", "try", "every" };
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		for (unsigned int i = 0; i < 3 && concerns(cell->mutant, s);
		     i++) {
			only = names[i];
			if (kill_with(cell, row, s, cell->model))
				return;
		}
}

/* Print one line; false: it breaks where nothing can show, or otherwise. A place
 * that these scenarios do not come to (a wait without a deadline) is clean. */
static bool conclude_call(const struct xp_cell *cell,
			  const struct explore_row *row, FILE *out)
{
	const struct xp_mutant *mutant = cell->mutant;
	unsigned int call = call_of(mutant);
	bool shows = calls[call].models & 1u << cell->model;
	bool broken = row->verdict == EXPLORE_BROKEN;
	bool right = broken ? shows
			    : row->verdict == EXPLORE_CLEAN && row->executions;

	if (broken)
		noticed[call] |= 1u << cell->model;

	if (out)
		fprintf(out, "| %s | %s | %s | %s | %s%s%s%s |\n",
			calls[call].name, mutant->file, mutant->label,
			explore_model_name(cell->model), right ? "" : "!!! ",
			row->promise[0] ? row->promise
					: explore_verdict_name(row->verdict),
			row->promise[0] ? " in " : "",
			row->promise[0] ? row->scenario : "");
	return right;
}

int explore_calls(const struct explore_options *options)
{
	struct xp_batch batch = {
		.jobs = options->jobs ? options->jobs : 2,
		.budget_s = options->budget_s,
	};
	struct tally tally = { .options = options };
	bool ok;

	xp_labels_load();
	gather_mutants();
	if (xp_batch_open(&batch, EXPLORE_MODELS * mutant_count))
		return -ENOMEM;
	for (unsigned int i = 0; i < EXPLORE_MODELS * mutant_count; i++)
		if (call_of(&mutants[i / EXPLORE_MODELS]) < CALLS)
			batch.cells[batch.count++] = (struct xp_cell){
				.strategy = swap_at(0),
				.scenario = xp_scenario_at(0),
				.model = i % EXPLORE_MODELS,
				.mutant = &mutants[i / EXPLORE_MODELS],
				.ignore = ~CALL_PROMISES,
				.bound = options->bound,
				.run = kill_call,
			};
	xp_batch_run(&batch, cell_done, &tally);
	ok = batch.count != 0;
	if (options->out)
		fprintf(options->out,
			"| call | file | label | model | "
			"without it |\n|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < batch.count; i++)
		ok &= conclude_call(&batch.cells[i], &batch.rows[i],
				    options->out);
	for (unsigned int i = 0; i < batch.count; i++) {
		unsigned int call = call_of(batch.cells[i].mutant);

		ok &= noticed[call] == calls[call].models;
	}
	xp_batch_close(&batch);
	return !ok;
}
