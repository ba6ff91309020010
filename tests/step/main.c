/* SPDX-License-Identifier: MIT */
/*
 * main.c - one kind of steps for one strategy, as a test.
 *
 *	step STRATEGY WHAT [crossing] [twice] [consume] [cycles] [caught]
 *
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
		"usage: %s STRATEGY WHAT [crossing] [twice] [consume] "
		"[cycles] [caught]\n",
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

int main(int argc, char **argv)
{
	struct step_options options = { .mode = RB_OVERWRITE };
	struct step_report report;
	bool caught = false;
	char why[200];
	int what, err;

	if (argc < 3)
		return usage(argv[0]);
	options.strategy = swap_find(argv[1]);
	what = find_what(argv[2]);
	if (!options.strategy || what < 0)
		return usage(argv[0]);
	options.what = (enum step_what)what;
	for (int i = 3; i < argc; i++)
		if (!take_word(&options, argv[i], &caught))
			return usage(argv[0]);
	swap_setup();
	err = swap_probe(options.strategy, why, sizeof(why));
	if (!err)
		err = step_run(&options, &report);
	else
		snprintf(report.first, sizeof(report.first), "%s", why);
	if (err == -ENOTSUP) {
		printf("skipped: %s\n", report.first);
		return 77;
	}
	if (err) {
		fprintf(stderr, "step: %s\n", strerror(-err));
		return 1;
	}
	print_report(&report);
	if (!caught && !report.violations && !has_tested(&options, &report))
		return 1;
	return (report.violations != 0) == caught ? 0 : 1;
}
