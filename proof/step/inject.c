/* SPDX-License-Identifier: MIT */
/* inject.c - what a handler does at an instruction. */
#include "proof/step/stepping.h"

#ifndef STEP_UNAVAILABLE

void step_inject_reader(void)
{
	if (rb_consume(rb_slot(step_state.live, 0), EVENTS, step_collect,
		       NULL) < 0)
		step_violation(
			"a live reader finds no events where some must be");
}

static void inject_write(void)
{
	unsigned int n = step_state.options->crossing ? INJECTED : 1;

	for (unsigned int i = 0; i < n; i++) {
		if (step_state.options->crossing)
			step_write_large(1);
		else
			step_write_small(1);
		if (step_state.options->what == STEP_LIVE_READER)
			step_inject_reader();
	}
}

/* The handler's swap: a new one, or another look at the one in progress. It
 * does not wait for the writer that it interrupted. */
static void inject_swap(void)
{
	struct swap_op *op = &step_state.op;
	int err;

	if (step_state.swapped)
		return;
	if (step_state.in_progress)
		err = swap_settle(
			op,
			swap_deadline(step_state.options->strategy, sys_now()));
	else
		err = swap(step_state.live, step_state.spare, 0, SWAP_TRY,
			   sys_now() + LONG_NS, op);
	step_state.in_progress = err == -EINPROGRESS;
	if (step_state.in_progress)
		return;
	if (err && err != -EBUSY)
		step_violation("a handler's try returned %d", err);
	step_note_swap(err);
}

void step_inject(void)
{
	switch (step_state.options->what) {
	case STEP_HANDLER_SWAP:
		inject_swap();
		break;
	case STEP_THREAD_SWAP:
	case STEP_THREAD_TRY:
	case STEP_LOOP_SWAP:
		step_inject_thread_swap();
		break;
	case STEP_CUT_SWAP:
		step_inject_cut_swap();
		break;
	default:
		inject_write();
		break;
	}
}

#endif
