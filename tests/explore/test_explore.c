/* SPDX-License-Identifier: MIT */
/* test_explore.c - the explorer's properties, one a run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/explore/explore.h"

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

static int test_variants(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;

	return explore_variants(&options, !strcmp(argv[0], "full"));
}

static int test_mutants(char **argv)
{
	struct explore_options options = EXPLORE_DEFAULTS;

	options.strategy = strcmp(argv[0], "all") ? argv[0] : NULL;
	return explore_mutants(&options);
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **argv);
} tests[] = {
	{ "strategy", 1, test_strategy }, { "caught", 3, test_caught },
	{ "replay", 3, test_replay },	  { "variants", 1, test_variants },
	{ "mutants", 1, test_mutants },
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
