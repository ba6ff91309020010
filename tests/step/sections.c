/* SPDX-License-Identifier: MIT */
/*
 * sections.c - the stepper comes through restartable sections, and a signal at
 * each of their instructions aborts them. Built a second time with a section
 * that leaves something behind (RESTARTED_COUNTS): that must be found.
 *
 * Exit status 0, 1, 77 not here.
 */
#include <stdio.h>

#include "proof/step/step.h"

#if defined(__x86_64__) && __has_include(<sys/rseq.h>) && \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#define SWAP_DEFINE /* the strategy is this program's own */
#include "tests/step/restarted.h"

static int skip(const char *why)
{
	printf("skipped: %s\n", why);
	return 77;
}

#ifdef RESTARTED_COUNTS
static const bool must_hold = false;
#else
static const bool must_hold = true;
#endif

/* The instructions of the section: two tests with their jumps, and the store. */
#define INSIDE 5u

/* Stepped through, aborted at its instructions, and as it must be. */
static bool kind_is_right(enum step_what what)
{
	struct step_options options = { .strategy = &swap_strategy_restarted,
					.what = what };
	struct step_report report;
	int err = step_run(&options, &report);

	printf("%s: %d; %llu instructions, %llu sections, %llu aborted, "
	       "%llu swaps, %llu violations%s%s\n",
	       step_what_name(what), err,
	       (unsigned long long)report.instructions,
	       (unsigned long long)report.sections,
	       (unsigned long long)report.aborted,
	       (unsigned long long)report.swaps,
	       (unsigned long long)report.violations,
	       report.first[0] ? ": " : "", report.first);
	if (err)
		return false;
	if (!must_hold)
		return report.violations;
	return !report.violations && report.aborted >= INSIDE &&
	       report.instructions > 50;
}

int main(void)
{
	static const enum step_what kinds[] = { STEP_NESTED_WRITE,
						STEP_HANDLER_SWAP,
						STEP_THREAD_SWAP,
						STEP_THREAD_TRY };
	unsigned int wrong = 0;

	if (!__rseq_size)
		return skip("the libc has not registered rseq(2)");
	if (restarted_setup())
		return skip("membarrier(2) cannot abort sections here");
	swap_setup();
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		wrong += !kind_is_right(kinds[i]);
	return wrong != 0;
}

#else

int main(void)
{
	printf("skipped: steps and sections need x86-64, rseq and no "
	       "sanitizer\n");
	return 77;
}

#endif
