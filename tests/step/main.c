/* SPDX-License-Identifier: MIT */
/*
 * main.c - kinds of steps for one strategy, as a test.
 *
 *	step STRATEGY                               every kind that swaps or
 *		nests: what the descriptor says. A sound one holds in each; an
 *		unsound one is caught in one, or 77: no step shows its fault
 *	step STRATEGY WHAT [crossing] [twice] [consume] [cycles] [caught]
 *
 * STRATEGY "baseline": that of the others, where the core alone is tried.
 * caught: it must be found broken. Exit status 0, 1, 2 usage, 77 not here.
 */
#include <stdio.h>
#include <string.h>

#include "proof/step/step.h"

/* No write or swap is shorter; a cut-swap starts anew at each of them. */
#define INSTRUCTIONS_LEAST 5u

static int find_what(const char *name)
{
	for (int i = 0; i < STEP_WHATS; i++)
		if (!strcmp(step_what_name((enum step_what)i), name))
			return i;
	return -1;
}

static bool take_word(struct step_options *options, const char *word,
		      bool *caught)
{
	if (!strcmp(word, "crossing"))
		options->crossing = true;
	else if (!strcmp(word, "twice"))
		options->twice = true;
	else if (!strcmp(word, "consume"))
		options->mode = RB_PRODUCE_CONSUME;
	else if (!strcmp(word, "cycles"))
		options->stamp = RB_STAMP_CYCLES;
	else if (!strcmp(word, "caught"))
		*caught = true;
	else
		return false;
	return true;
}

static int usage(const char *name)
{
	fprintf(stderr,
		"usage: %s STRATEGY [WHAT [crossing] [twice] [consume] "
		"[cycles] [caught]]\n",
		name);
	return 2;
}

static void print_report(const struct step_report *report)
{
	printf("%llu instructions, %llu runs, %llu swaps, %llu refused, "
	       "%llu writes dropped\n",
	       (unsigned long long)report->instructions,
	       (unsigned long long)report->runs,
	       (unsigned long long)report->swaps,
	       (unsigned long long)report->refused,
	       (unsigned long long)report->dropped);
	if (report->violations)
		printf("!!! at instruction %llu: %s\n",
		       (unsigned long long)report->where, report->first);
}

/* Stepped at all, and where something swaps, some swap went through? */
static bool has_tested(const struct step_options *options,
		       const struct step_report *report)
{
	bool swaps = options->what != STEP_NESTED_WRITE &&
		     options->what != STEP_NESTED_SPLIT &&
		     options->what != STEP_NESTED_LOOP &&
		     options->what != STEP_NESTED_DISCARD &&
		     options->what != STEP_LIVE_READER &&
		     options->what != STEP_FULL_BUFFER;

	if (report->instructions >= INSTRUCTIONS_LEAST &&
	    (!swaps || report->swaps))
		return true;
	fprintf(stderr, "step: nothing was tested\n");
	return false;
}

enum verdict {
	HOLDS,
	BROKEN,
	UNTESTED, /* or an error; told */
	NOT_HERE,
};

static enum verdict run_kind(struct step_options *options)
{
	struct step_report report;
	int err = step_run(options, &report);

	if (err == -ENOTSUP) {
		printf("skipped: %s\n", report.first);
		return NOT_HERE;
	}
	if (err) {
		fprintf(stderr, "step: %s\n", strerror(-err));
		return UNTESTED;
	}
	print_report(&report);
	if (report.violations)
		return BROKEN;
	return has_tested(options, &report) ? HOLDS : UNTESTED;
}

/* Where the same kind also differs when a write crosses into the next page. */
static bool differs_crossing(enum step_what what)
{
	return what == STEP_NESTED_SPLIT || what == STEP_HANDLER_SWAP ||
	       what == STEP_THREAD_SWAP || what == STEP_THREAD_TRY;
}

/* What is the core's alone is stepped once, and not for each strategy. */
static bool is_core(enum step_what what)
{
	return what == STEP_NESTED_DISCARD || what == STEP_FULL_BUFFER;
}

static int run_every(struct step_options *options)
{
	unsigned int seen[NOT_HERE + 1] = { 0 };
	bool sound = options->strategy->sound;

	for (int i = 0; i < 2 * STEP_WHATS; i++) {
		options->what = (enum step_what)(i / 2);
		options->crossing = i % 2;
		if (is_core(options->what) ||
		    (options->crossing && !differs_crossing(options->what)))
			continue;
		printf("--- %s%s\n", step_what_name(options->what),
		       options->crossing ? " crossing" : "");
		seen[run_kind(options)]++;
		if (seen[BROKEN] && !sound)
			return 0; /* caught */
	}
	if (!sound)
		printf("skipped: no step shows its fault\n");
	if (!sound || !(seen[HOLDS] + seen[BROKEN] + seen[UNTESTED]))
		return 77;
	return seen[BROKEN] + seen[UNTESTED] ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct step_options options = { .mode = RB_OVERWRITE };
	enum verdict verdict;
	bool caught = false;
	char why[200];
	int what = 0;

	if (argc < 2)
		return usage(argv[0]);
	options.strategy = strcmp(argv[1], "baseline") ? swap_find(argv[1])
						       : swap_baseline();
	if (argc > 2)
		what = find_what(argv[2]);
	if (!options.strategy || what < 0)
		return usage(argv[0]);
	options.what = (enum step_what)what;
	for (int i = 3; i < argc; i++)
		if (!take_word(&options, argv[i], &caught))
			return usage(argv[0]);
	swap_setup();
	if (swap_probe(options.strategy, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	if (argc == 2)
		return run_every(&options);
	verdict = run_kind(&options);
	if (verdict == NOT_HERE)
		return 77;
	return verdict == (caught ? BROKEN : HOLDS) ? 0 : 1;
}
