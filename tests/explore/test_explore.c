/* SPDX-License-Identifier: MIT */
/* test_explore.c - the explorer's properties, one a run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proof/explore/explore.h"

/* What the one cell of a test came to. */
static struct explore_row last;

static void keep_row(const struct explore_row *row, void *arg)
{
	(void)arg;
	last = *row;
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

/* A sound strategy is exhausted clean, an unsound one caught, in each model. */
static int test_strategy(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;
	int err;

	options.strategy = argv[0];
	err = explore_run(&options, &sum);
	printf("%u cells, %u clean, %u broken, %u truncated, %u caught, "
	       "%u missed, %llu executions in %.1f s\n",
	       sum.cells, sum.clean, sum.broken, sum.truncated, sum.caught,
	       sum.missed, (unsigned long long)sum.executions, sum.seconds);
	if (err || sum.truncated || !sum.cells)
		return fail("not every cell came out as claimed");
	return 0;
}

static int explore_one(char **argv, const char *save_dir)
{
	struct explore_options options = EXPLORE_DEFAULTS;
	struct explore_summary sum;

	options.strategy = argv[0];
	options.scenario = argv[1];
	options.models = model_bit(argv[2]);
	options.save_dir = save_dir;
	options.row = keep_row;
	return explore_run(&options, &sum);
}

static int test_caught(char **argv)
{
	if (explore_one(argv, NULL) || last.verdict != EXPLORE_BROKEN)
		return fail("the race was not found");
	return strcmp(last.promise, "C1") ? fail("another promise broke") : 0;
}

/* The saved file breaks the same promise; a damaged one does not pass. */
static int test_replay(char **argv)
{
	char dir[] = "/tmp/ringswap-explore-XXXXXX", line[65536];
	char damaged[300];
	FILE *in, *out;
	int err;

	if (!mkdtemp(dir) || explore_one(argv, dir) || !last.file[0])
		return fail("nothing was saved");
	err = explore_replay(last.file, stdout, NULL);
	snprintf(damaged, sizeof(damaged), "%s/damaged", dir);
	in = fopen(last.file, "r");
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
	unlink(last.file);
	rmdir(dir);
	return err ? fail("the replay did not reproduce") : 0;
}

/* kernel.md's table, and the rows of one CPU: one model says it all. */
static const struct {
	const char *row;
	const char *sc;
	const char *tso;
} expected[] = {
	{ "remote-prepatch", "BROKEN", "BROKEN" },
	{ "remote-no-retest", "BROKEN", "BROKEN" },
	{ "remote-no-fences", "safe", "BROKEN" },
	{ "remote-swapper-fence", "safe", "BROKEN" },
	{ "remote-writer-fence", "safe", "BROKEN" },
	{ "remote-v1", "safe", "safe" },
	{ "remote-v1-no-owner", "BROKEN", "BROKEN" },
	{ "remote-v1-dip", "BROKEN", "BROKEN" },
	{ "remote-v1-dip-context", "safe", "safe" },
	{ "local-v2", "safe", "safe" },
	{ "local-no-owner", "BROKEN", "BROKEN" },
	{ "local-dip", "BROKEN", "BROKEN" },
	{ "local-context", "safe", "safe" },
	{ "local-context-no-owner", "BROKEN", "BROKEN" },
	{ "nmi-committing", "safe", "safe" },
	{ "nmi-dip", "BROKEN", "BROKEN" },
	{ "nmi-dip-context", "safe", "safe" },
	{ "remote-one-lookup", "late", "late" },
};

#define EXPECTED (sizeof(expected) / sizeof(expected[0]))

struct variants {
	unsigned int seen;
	unsigned int wrong;
};

static void check_variant(const struct explore_row *row, void *arg)
{
	struct variants *variants = arg;
	const char *word = row->verdict == EXPLORE_CLEAN ? "safe"
			   : row->verdict != EXPLORE_BROKEN
				   ? explore_verdict_name(row->verdict)
			   : strncmp(row->why, "late write", 10) ? "BROKEN"
								 : "late";

	variants->seen++;
	for (size_t i = 0; i < EXPECTED; i++) {
		const char *want = row->model == EXPLORE_SC ? expected[i].sc
							    : expected[i].tso;

		if (strcmp(expected[i].row, row->scenario) ||
		    !strcmp(want, word))
			continue;
		fprintf(stderr, "%s, %s: %s, expected %s\n", row->scenario,
			explore_model_name(row->model), word, want);
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
	if (err || variants.wrong || variants.seen != 2 * EXPECTED)
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

static int test_detectors(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;

	(void)argv;
	return explore_detectors(&options);
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} tests[] = {
	{ "strategy", 1, test_strategy }, { "caught", 3, test_caught },
	{ "replay", 3, test_replay },	  { "variants", 1, test_variants },
	{ "mutants", 2, test_mutants },	  { "detectors", 0, test_detectors },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc == 2 + tests[i].args &&
		    !strcmp(argv[1], tests[i].name))
			return tests[i].run(argv + 2);
	fprintf(stderr,
		"usage: test_explore strategy NAME | caught NAME "
		"SCENARIO MODEL | replay NAME SCENARIO MODEL\n");
	return 2;
}
