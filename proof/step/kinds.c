/* SPDX-License-Identifier: MIT */
/* kinds.c - the kinds of steps, by name and by what they need. */
#include "proof/step/stepping.h"

static const char *const what_names[STEP_WHATS] = {
	[STEP_NESTED_WRITE] = "nested-write",
	[STEP_NESTED_SPLIT] = "nested-split",
	[STEP_NESTED_LOOP] = "nested-loop",
	[STEP_HANDLER_SWAP] = "handler-swap",
	[STEP_THREAD_SWAP] = "thread-swap",
	[STEP_THREAD_TRY] = "thread-try",
	[STEP_LOOP_SWAP] = "loop-swap",
	[STEP_NESTED_IN_SWAP] = "nested-in-swap",
	[STEP_NESTED_IN_TRY] = "nested-in-try",
	[STEP_NESTED_DISCARD] = "nested-discard",
	[STEP_LIVE_READER] = "live-reader",
	[STEP_FULL_BUFFER] = "full-buffer",
	[STEP_CUT_SWAP] = "cut-swap",
};

const char *step_what_name(enum step_what what)
{
	return (unsigned int)what < STEP_WHATS ? what_names[what] : "?";
}

#ifndef STEP_UNAVAILABLE

bool step_needs_helper(enum step_what what)
{
	return what == STEP_THREAD_SWAP || what == STEP_THREAD_TRY ||
	       what == STEP_LOOP_SWAP || what == STEP_CUT_SWAP;
}

bool step_goes_round(enum step_what what)
{
	return what == STEP_LIVE_READER || what == STEP_FULL_BUFFER;
}

const char *step_why_not(const struct step_options *options)
{
	const struct swap_strategy *s = options->strategy;

	if (!s->ops->reserve && (options->what == STEP_NESTED_SPLIT ||
				 options->what == STEP_NESTED_DISCARD ||
				 options->what == STEP_CUT_SWAP))
		return "it writes an event whole";
	switch (options->what) {
	case STEP_HANDLER_SWAP:
		if (!s->swap || !s->swap_from_handler)
			return "it does not swap from a handler";
		break;
	case STEP_THREAD_SWAP:
	case STEP_LOOP_SWAP:
	case STEP_NESTED_IN_SWAP:
		if (!s->swap)
			return "it refuses to swap";
		break;
	case STEP_THREAD_TRY:
	case STEP_CUT_SWAP:
	case STEP_NESTED_IN_TRY:
		if (!s->swap || !s->has_try)
			return "it has no mode try";
		break;
	default:
		break;
	}
	return NULL;
}

#endif
