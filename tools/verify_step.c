/* SPDX-License-Identifier: MIT */
/* verify_step.c - verify by single steps, each strategy in its own process. */
#include "tools/verify.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proof/step/step.h"

/* One kind takes a second or some; on a busy machine, some more. */
#define STEP_WATCHDOG_S 60

/* What a child that steps through one strategy has found. */
struct stepped {
	struct step_report sum;
	unsigned int cells, skipped;
	char why[200]; /* the last reason for a skip */
	char doing[64];
};

static void step_cell(const struct step_options *options, struct stepped *s)
{
	struct step_report report;
	int err;

	memset(&report, 0, sizeof(report));
	snprintf(s->doing, sizeof(s->doing), "%s%s",
		 step_what_name(options->what),
		 options->crossing ? ", crossing" : "");
	err = step_run(options, &report);
	if (err) {
		s->skipped++;
		snprintf(s->why, sizeof(s->why), "%s",
			 err == -ENOTSUP ? report.first : strerror(-err));
		return;
	}
	s->cells++;
	s->sum.instructions += report.instructions;
	s->sum.runs += report.runs;
	s->sum.swaps += report.swaps;
	if (report.violations && !s->sum.violations)
		snprintf(s->sum.first, sizeof(s->sum.first),
			 "%.60s, instruction %llu: %.100s", s->doing,
			 (unsigned long long)report.where, report.first);
	s->sum.violations += report.violations;
}

/* Every kind; then all crossing sub-buffers; then in the other mode. */
#define STEP_CELLS (STEP_WHATS * 2u * 2u)

static void step_all(const struct swap_strategy *strategy, uint64_t end,
		     struct stepped *s)
{
	uint64_t longest = 0;

	for (unsigned int i = 0; i < STEP_CELLS; i++) {
		/* The kinds that catch an unsound one stand at the end. */
		unsigned int what = strategy->sound
					    ? i % STEP_WHATS
					    : STEP_WHATS - 1 - i % STEP_WHATS;
		struct step_options options = {
			.strategy = strategy,
			.what = (enum step_what)what,
			.crossing = i / STEP_WHATS % 2,
			.mode = i / STEP_WHATS / 2 ? RB_PRODUCE_CONSUME
						   : RB_OVERWRITE,
		};
		uint64_t began = sys_now();

		/* What is begun is finished: begin what may fit. */
		if (what == STEP_CUT_SWAP && strategy->sound)
			options.limit_ns = began < end ? end - began : 1;
		else if (i >= STEP_REQUIRED && began + longest > end)
			return;
		if (began > end || (s->sum.violations && !strategy->sound))
			return;
		alarm(STEP_WATCHDOG_S);
		step_cell(&options, s);
		if (sys_now() - began > longest)
			longest = sys_now() - began;
	}
}

/* In a process of its own: it traps, starts threads, and may hang. */
static int step_apart(const struct swap_strategy *strategy, double seconds,
		      struct stepped *s)
{
	uint64_t end = sys_now() + (uint64_t)(seconds * 1e9);
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return -EAGAIN;
	if (!child) {
		swap_setup();
		step_all(strategy, end, s);
		_Exit(0);
	}
	waitpid(child, &status, 0);
	if (!WIFSIGNALED(status))
		return 0;
	s->sum.violations++;
	snprintf(s->sum.first, sizeof(s->sum.first), "%s: %s", s->doing,
		 WTERMSIG(status) == SIGALRM ? "hung"
					     : strsignal(WTERMSIG(status)));
	return 0;
}

static void conclude_stepped(struct verify *v, const struct swap_strategy *s,
			     const struct stepped *found)
{
	bool broken = found->sum.violations != 0;
	bool truncated = found->cells + found->skipped < STEP_REQUIRED;
	const char *verdict = "holds";

	if (!found->cells && !broken && *found->why) {
		verify_add_row(v, "step", s->name, "unavailable", false, "%s",
			       found->why);
		return;
	}
	if (broken)
		verdict = s->sound ? "BROKEN" : "caught";
	else if (truncated)
		verdict = "truncated";
	else if (!s->sound)
		verdict = "NOT CAUGHT";
	verify_add_row(v, "step", s->name, verdict,
		       broken == s->sound && (broken || !truncated),
		       "%llu places, %llu runs in %u of %u kinds%s%s",
		       (unsigned long long)found->sum.instructions,
		       (unsigned long long)found->sum.runs, found->cells,
		       STEP_CELLS - found->skipped, broken ? "; " : "",
		       found->sum.first);
	fprintf(v->out,
		"%s%-*s %3u kinds %7llu places %8llu runs %7llu swaps  "
		"%s%s%s\n",
		broken && s->sound ? "!!! " : "", swap_name_width(), s->name,
		found->cells, (unsigned long long)found->sum.instructions,
		(unsigned long long)found->sum.runs,
		(unsigned long long)found->sum.swaps, verdict,
		broken ? ": " : "", found->sum.first);
	fflush(v->out);
}

void verify_step(struct verify *v, double seconds)
{
	const struct swap_strategy *s;
	struct stepped *found = mmap(NULL, sizeof(*found),
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int n = verify_count_wanted(v);
	double began = (double)sys_now() / 1e9, left;

	if (found == MAP_FAILED)
		abort();
	fprintf(v->out,
		"step: a nested write or a swap at every instruction "
		"of a write, and of a swap; no other CPU reorders, so that "
		"what membarrier(2) orders is not seen\n");
	swap_for_each_strategy (s) {
		if (!verify_is_wanted(v, s, "step"))
			continue;
		memset(found, 0, sizeof(*found));
		/* What the ones before did not need is for the others. */
		left = began + seconds - (double)sys_now() / 1e9;
		if (step_apart(s, left > 0 ? left / n : 0, found))
			snprintf(found->why, sizeof(found->why), "no process");
		n -= n > 1;
		conclude_stepped(v, s, found);
	}
	munmap(found, sizeof(*found));
	fputc('\n', v->out);
}
