/* SPDX-License-Identifier: MIT */
/* trap.c - after each instruction: count, and inject at the chosen one. */
#include "proof/step/stepping.h"

#ifndef STEP_UNAVAILABLE

/* After the cut: step on until the event is open, then let the swap go on. */
static bool wait_for_open_event(void)
{
	if (!step_state.injected || !step_state.inside)
		return !step_state.injected || step_state.cut;
	if (step_state.cut)
		step_resume_cut_swap();
	step_state.cut = false;
	return false;
}

void step_on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;
	bool reads = step_state.options->what == STEP_LIVE_READER &&
		     !step_state.options->twice;
	bool more, go_on;

	(void)number;
	(void)info;
	if (step_is_helper()) {
		step_on_helper_trap(at);
		return;
	}
	step_state.count++;
	go_on = step_follow_section(at);
	if (step_state.count == step_state.at) {
		step_state.injected = true;
		step_inject();
		step_abort_section(at);
	} else if (step_state.options->twice &&
		   step_state.count == step_state.again) {
		step_state.injected_again = true;
		step_inject();
		step_abort_section(at);
	}
	if (reads && step_state.injected)
		step_inject_reader();
	if (step_state.count > STEPS_MAX)
		step_violation("does not end");
	more = reads ||
	       (step_state.options->twice && !step_state.injected_again);
	if (step_state.options->what == STEP_CUT_SWAP)
		more = wait_for_open_event();
	if (!go_on || step_state.count > STEPS_MAX ||
	    (step_state.injected && !more))
		at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

#endif
