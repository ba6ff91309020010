/* SPDX-License-Identifier: MIT */
/* test_explore.c - the explorer's properties, one a run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proof/explore/explore.h"
#include "strategies/strategy.h"

/* The first cell of an unsound strategy in which its promise broke. */
static struct explore_row broken;
static const struct swap_strategy *unsound;

static void keep_broken(const struct explore_row *row, void *arg)
{
	const char *breaks = swap_promise_name(unsound->breaks);

	(void)arg;
	if (row->verdict == EXPLORE_BROKEN && !broken.scenario &&
	    !strncmp(row->promise, breaks, strlen(row->promise)))
		broken = *row;
}

static unsigned int model_bit(const char *name)
{
	for (unsigned int m = 0; m < EXPLORE_MODELS; m++)
		if (!strcmp(name, explore_model_name(m)))
			return 1u << m;
	return 0;
}

static int fail(const char *what)
{
	fprintf(stderr, "FAILED: %s\n", what);
	return 1;
}

/* Models in which each required scenario was exhausted, by its index. */
static unsigned int exhausted[256];

static void keep_exhausted(const struct explore_row *row, void *arg)
{
	const char *name;

	(void)arg;
	for (unsigned int i = 0; (name = explore_scenario_name(i)); i++)
		if (!strcmp(name, row->scenario) &&
		    row->verdict == EXPLORE_CLEAN)
			exhausted[i] |= 1u << row->model;
}

static bool has_all_required(const char *strategy)
{
	const char *name;
	bool has = true;

	for (unsigned int i = 0; (name = explore_scenario_name(i)); i++)
		if (explore_is_required(strategy, name) &&
		    exhausted[i] != (1u << EXPLORE_MODELS) - 1) {
			fprintf(stderr, "%s is not exhausted in every model\n",
				name);
			has = false;
		}
	return has;
}

/* A sound strategy is exhausted clean, an unsound one caught, in each model. */
static int test_strategy(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;
	int err;

	options.strategy = argv[0];
	options.row = keep_exhausted;
	err = explore_run(&options, &sum);
	printf("%u cells, %u clean, %u broken, %u truncated, %u caught, "
	       "%u missed, %llu executions in %.1f s\n",
	       sum.cells, sum.clean, sum.broken, sum.truncated, sum.caught,
	       sum.missed, (unsigned long long)sum.executions, sum.seconds);
	if (err || sum.truncated || !sum.cells || !has_all_required(argv[0]))
		return fail("not every cell came out as claimed");
	return 0;
}

/* The same, of what is required of every strategy alone. */
static int test_required_of(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;
	unsigned int asked = 0;

	options.strategy = argv[0];
	options.row = keep_exhausted;
	for (unsigned int i = 0; explore_scenario_name(i); i++) {
		options.scenario = explore_scenario_name(i);
		if (!explore_is_required(argv[0], options.scenario))
			continue;
		asked++;
		if (explore_run(&options, &sum))
			return fail(options.scenario);
	}
	printf("%u scenarios\n", asked);
	return asked && has_all_required(argv[0]) ? 0 : fail(argv[0]);
}

static void stop_at_broken(const struct explore_row *row, void *arg)
{
	(void)arg;
	if (row->verdict == EXPLORE_CLEAN)
		return;
	printf("%s under %s: %s %s: %s\n", row->scenario,
	       explore_model_name(row->model),
	       explore_verdict_name(row->verdict), row->promise, row->why);
	fflush(stdout);
	_exit(1);
}

/* The same of a sound one, as far as the first cell that is not clean. */
static int explore_first(const char *strategy, const char *scenario)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;

	options.strategy = strategy;
	options.scenario = scenario;
	options.row = stop_at_broken;
	return explore_run(&options, &sum) || !sum.cells ? fail(strategy) : 0;
}

static int test_first(char **argv)
{
	return explore_first(argv[0], NULL);
}

static int test_first_in(char **argv)
{
	return explore_first(argv[0], argv[1]);
}

/* Under one model, as far as the first cell that breaks as claimed. */
static int find_broken(const char *model, const char *scenario,
		       const char *save_dir)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;

	broken = (struct explore_row){ 0 };
	options.strategy = unsound->name;
	options.scenario = scenario;
	options.models = model_bit(model);
	options.save_dir = save_dir;
	options.row = keep_broken;
	if (explore_run(&options, &sum) || !broken.scenario)
		return fail(unsound->name);
	printf("%s breaks %s in %s\n", unsound->name, broken.promise,
	       broken.scenario);
	return 0;
}

/* Every unsound strategy breaks what it says, and not only something. */
static int test_caught(char **argv)
{
	unsigned int seen = 0;

	swap_for_each_strategy (unsound)
		if (!unsound->sound && ++seen &&
		    find_broken(argv[0], NULL, NULL))
			return fail("it was not seen to break its promise");
	return seen ? 0 : fail("there is no unsound strategy");
}

static const struct swap_strategy *first_unsound(void)
{
	const struct swap_strategy *s;

	swap_for_each_strategy (s)
		if (!s->sound)
			return s;
	return NULL;
}

/* The saved file breaks the same promise; a damaged one does not pass. */
static int test_replay(char **argv)
{
	char dir[] = "/tmp/ringswap-explore-XXXXXX", line[65536];
	char damaged[300];
	FILE *in, *out;
	int err;

	unsound = first_unsound();
	if (!unsound || find_broken(argv[0], NULL, NULL))
		return fail("nothing to save");
	if (!mkdtemp(dir) || find_broken(argv[0], broken.scenario, dir) ||
	    !broken.file[0])
		return fail("nothing was saved");
	err = explore_replay(broken.file, stdout, NULL);
	snprintf(damaged, sizeof(damaged), "%s/damaged", dir);
	in = fopen(broken.file, "r");
	out = fopen(damaged, "w");
	while (in && out && fgets(line, sizeof(line), in))
		fputs(strncmp(line, "promise", 7) ? line : "promise C7\n", out);
	if (in)
		fclose(in);
	if (out)
		fclose(out);
	if (!err && explore_replay(damaged, NULL, NULL) != 1)
		err = fail("a replay that breaks another promise passed");
	unlink(damaged);
	unlink(broken.file);
	rmdir(dir);
	return err ? fail("the replay did not reproduce") : 0;
}

/* The study's table; rows of one CPU: one model says it all. Under C11 the
 * remote ones lack an acquire; with a LOCK before them TSO needs no fence. */
static const struct {
	const char *row;
	const char *sc;
	const char *tso;
	const char *c11;
	const char *tso_locked;
} expected[] = {
	{ "remote-prepatch", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "remote-no-retest", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "remote-no-fences", "safe", "BROKEN", "BROKEN", "safe" },
	{ "remote-swapper-fence", "safe", "BROKEN", "BROKEN", "safe" },
	{ "remote-writer-fence", "safe", "BROKEN", "BROKEN", "safe" },
	{ "remote-v1", "safe", "safe", "BROKEN", "safe" },
	{ "remote-v1-no-owner", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "remote-v1-dip", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "remote-v1-dip-context", "safe", "safe", "BROKEN", "safe" },
	{ "local-v2", "safe", "safe", "safe", "safe" },
	{ "local-no-owner", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "local-dip", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "local-context", "safe", "safe", "safe", "safe" },
	{ "local-context-no-owner", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "nmi-committing", "safe", "safe", "safe", "safe" },
	{ "nmi-dip", "BROKEN", "BROKEN", "BROKEN", "BROKEN" },
	{ "nmi-dip-context", "safe", "safe", "safe", "safe" },
	{ "remote-one-lookup", "late", "late", "late", "late" },
};

#define EXPECTED (sizeof(expected) / sizeof(expected[0]))

struct variants {
	unsigned int seen;
	unsigned int wrong;
};

static const char *variant_word(const struct explore_row *row)
{
	if (row->verdict == EXPLORE_CLEAN)
		return "safe";
	if (row->verdict != EXPLORE_BROKEN)
		return explore_verdict_name(row->verdict);
	return strncmp(row->why, "late write", 10) ? "BROKEN" : "late";
}

static const char *wanted(size_t i, const struct explore_row *row, bool locked)
{
	if (row->model == EXPLORE_SC)
		return expected[i].sc;
	if (row->model == EXPLORE_C11)
		return expected[i].c11;
	return locked ? expected[i].tso_locked : expected[i].tso;
}

static void check_variant(const struct explore_row *row, void *arg)
{
	struct variants *variants = arg;
	const char *word = variant_word(row);
	bool locked = strstr(row->scenario, "-locked");
	size_t length =
		strlen(row->scenario) - (locked ? sizeof("-locked") - 1 : 0);

	variants->seen++;
	for (size_t i = 0; i < EXPECTED; i++) {
		if (strlen(expected[i].row) != length ||
		    strncmp(expected[i].row, row->scenario, length) ||
		    !strcmp(wanted(i, row, locked), word))
			continue;
		fprintf(stderr, "%s, %s: %s, expected %s\n", row->scenario,
			explore_model_name(row->model), word,
			wanted(i, row, locked));
		variants->wrong++;
	}
}

/* The history comes out as the study of the kernel says, row by row. */
static int test_variants(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct variants variants = { 0, 0 };
	int err;

	options.row = check_variant;
	options.arg = &variants;
	err = explore_variants(&options, !strcmp(argv[0], "full"));
	if (err || variants.wrong || variants.seen != 5 * EXPECTED)
		return fail("the table of variants differs");
	return 0;
}

static int test_mutants(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;

	options.strategy = strcmp(argv[0], "all") ? argv[0] : NULL;
	options.scenario = strcmp(argv[1], "all") ? argv[1] : NULL;
	return explore_mutants(&options);
}

static int test_calls(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;

	(void)argv;
	return explore_calls(&options);
}

static int test_detectors(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;

	(void)argv;
	return explore_detectors(&options);
}

/* Every sound strategy that swaps has them, but what its traits exclude. */
static int test_required(char **argv)
{
	static const char *const always[] = { "2w1s", "aba", "reuse",
					      "two-swappers", "every" };
	const struct swap_strategy *s;

	(void)argv;
	swap_for_each_strategy (s)
		for (unsigned int i = 0; i < 5 && s->sound && s->swap; i++)
			if (!explore_is_required(s->name, always[i]))
				return fail(always[i]);
	swap_for_each_strategy (s)
		if (s->sound && s->swap &&
		    (explore_is_required(s->name, "nested") !=
			     s->write_from_handler ||
		     explore_is_required(s->name, "handler-swap") !=
			     s->swap_from_handler))
			return fail(s->name);
	return 0;
}

/* A budget too small for a cell samples the rest of it, and says so. */
static int test_sampled(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;

	options.strategy = argv[0];
	options.scenario = argv[1];
	options.models = 1u << EXPLORE_C11;
	options.bound = 12;
	options.budget_s = 1;
	if (explore_run(&options, &sum))
		return fail("it broke");
	printf("%llu of %llu at random\n", (unsigned long long)sum.sampled,
	       (unsigned long long)sum.executions);
	if (sum.truncated != 1 || !sum.sampled || sum.sampled >= sum.executions)
		return fail("what had no time was not sampled");
	return 0;
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} tests[] = {
	{ "strategy", 1, test_strategy }, { "first", 1, test_first },
	{ "first", 2, test_first_in },	  { "caught", 1, test_caught },
	{ "replay", 1, test_replay },	  { "variants", 1, test_variants },
	{ "mutants", 2, test_mutants },	  { "detectors", 0, test_detectors },
	{ "required", 0, test_required }, { "sampled", 2, test_sampled },
	{ "calls", 0, test_calls },	  { "required", 1, test_required_of },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc == 2 + tests[i].args &&
		    !strcmp(argv[1], tests[i].name))
			return tests[i].run(argv + 2);
	fprintf(stderr,
		"usage: test_explore strategy NAME | first NAME [SCENARIO] | caught MODEL | "
		"replay MODEL | variants short|full |\n"
		"       mutants NAME|all SCENARIO|all | detectors | calls | required [NAME] |\n"
		"       sampled NAME SCENARIO\n");
	return 2;
}
