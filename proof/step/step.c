/* SPDX-License-Identifier: MIT */
/* step.c - run, trap, inject, check; once for every instruction. */
#include "proof/step/stepping.h"

#include <stdio.h>
#include <string.h>

#ifdef STEP_UNAVAILABLE
int step_run(const struct step_options *options, struct step_report *report)
{
	(void)options;
	memset(report, 0, sizeof(*report));
	snprintf(report->first, sizeof(report->first), "%s", STEP_UNAVAILABLE);
	return -ENOTSUP;
}
#else

struct step_state step_state;

/* With crossing, the sub-buffer has no room for another SMALL event. */
static void prefill(void)
{
	step_write_small(0);
	if (!step_state.options->crossing)
		return;
	step_write_large(0);
	step_write_large(0);
	if (step_state.options->what == STEP_FULL_BUFFER) {
		for (unsigned int i = 0; i < 2 * (SUBBUFS_FEW - 1); i++)
			step_write_large(0);
		rb_consume(rb_slot(step_state.live, 0), 2, step_collect, NULL);
		step_write_small(0);
	}
	step_write_small(0);
}

/* One run with injections at these instructions; false: it ended before. */
static bool step_once(uint64_t at, uint64_t again)
{
	memset(step_state.attempts, 0, sizeof(step_state.attempts));
	memset(step_state.attempted, 0, sizeof(step_state.attempted));
	memset(step_state.next, 0, sizeof(step_state.next));
	step_state.at = at;
	step_state.again = again;
	step_state.count = step_state.overrun = step_state.last_stamp = 0;
	step_state.in_progress = false;
	step_state.section = NULL;
	step_state.injected = step_state.injected_again = step_state.swapped =
		false;
	step_state.inside = step_state.cut = step_state.was_cut =
		step_state.late = false;
	rb_recycle(rb_slot(step_state.live, 0));
	rb_recycle(rb_slot(step_state.spare, 0));
	step_state.drops = step_drops_now();
	prefill();
	step_body();
	step_check_run();
	step_state.report->runs++;
	return step_state.options->twice ? step_state.injected_again
					 : step_state.injected;
}

/*
 * A swap that begins at this instruction, cut at every third of its own, or at
 * CUTS places if it has more; those between have their turn at the next ones.
 * How long it is shows at the first instruction.
 * Behind the first open event there is nothing new to cut.
 */
static bool step_cuts_at(uint64_t at)
{
	uint64_t stride = step_state.swap_length / CUTS;
	uint64_t apart;

	if (stride < 3)
		stride = 3;
	for (apart = 1 + (at - 1) % stride;
	     !step_state.report->violations && step_once(at, apart) &&
	     step_state.was_cut && !step_state.late;
	     apart += step_state.swap_length ? stride : 3 + apart / CUTS * 3)
		;
	if (apart > step_state.swap_length)
		step_state.swap_length = apart;
	return step_state.injected && !step_state.late &&
	       (sys_now() < step_state.end ||
		(at < CUT_LEAST && !step_state.options->limit_ns));
}

/* All runs whose first injection is at this instruction; false: none is. */
static bool step_at(uint64_t at)
{
	uint64_t before = 1, apart = 1;

	if (step_state.options->what == STEP_CUT_SWAP)
		return step_cuts_at(at);
	if (!step_state.options->twice)
		return step_once(at, 0);
	while (!step_state.report->violations && step_once(at, at + apart)) {
		apart += before;
		before = apart - before;
	}
	return step_state.injected;
}

static void step_all(void)
{
	step_state.end = sys_now() + (step_state.options->limit_ns
					      ? step_state.options->limit_ns
					      : CUT_NS);
	for (uint64_t at = 1; !step_state.report->violations && step_at(at);
	     at++)
		step_state.report->instructions = at;
}

static int make_buffers(const struct step_options *options)
{
	struct rb_attr attr = {
		.slots = 1,
		.subbufs = step_goes_round(options->what) ? SUBBUFS_FEW
							  : SUBBUFS_MANY,
		.subbuf_size = SUBBUF,
		.mode = options->mode,
		.stamp = options->stamp,
	};
	int err;

	if (options->what == STEP_LIVE_READER)
		attr.mode = RB_PRODUCE_CONSUME;
	else if (options->what == STEP_FULL_BUFFER)
		attr.mode = RB_OVERWRITE;
	step_state.mode = attr.mode;
	err = swap_rb_create(options->strategy, attr, &step_state.live);
	if (err)
		return err;
	err = swap_rb_create(options->strategy, attr, &step_state.spare);
	if (err)
		rb_destroy(step_state.live);
	return err;
}

int step_run(const struct step_options *options, struct step_report *report)
{
	struct sigaction action, old;
	const char *why = step_why_not(options);
	int err;

	memset(report, 0, sizeof(*report));
	if (why) {
		snprintf(report->first, sizeof(report->first), "%s: %s",
			 options->strategy->name, why);
		return -ENOTSUP;
	}
	memset(&step_state, 0, sizeof(step_state));
	step_state.options = options;
	step_state.report = report;
	err = make_buffers(options);
	if (err)
		return err;
	step_state.slot = swap_slot(step_state.live, 0);
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = step_on_trap;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigaction(SIGTRAP, &action, &old);
	err = swap_writer_enter(step_state.live, 0);
	if (err)
		goto out;
	/* A second thread is not free: it waits by yielding its CPU. */
	if (step_needs_helper(options->what))
		pthread_create(&step_state.helper.thread, NULL,
			       step_helper_thread, &step_state.helper);
	step_all();
	step_sections_end();
	store_release(&step_state.helper.state, HELPER_QUIT);
	if (step_needs_helper(options->what))
		pthread_join(step_state.helper.thread, NULL);
	swap_writer_exit(step_state.live, 0);
out:
	sigaction(SIGTRAP, &old, NULL);
	rb_destroy(step_state.live);
	rb_destroy(step_state.spare);
	return err;
}
#endif
