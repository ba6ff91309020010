/* SPDX-License-Identifier: MIT */
/*
 * step.h - something happens at every machine instruction of a write or swap.
 *
 * The processor's trap flag (EFLAGS.TF, x86-64) raises SIGTRAP after each
 * instruction; the handler counts, and at the k-th instruction does what a
 * handler or another thread could do there. One run for each k, until a run
 * ends before its k-th instruction; the books are checked after each. It shows
 * what the compiler made of the compiler barriers, which no model of the
 * source can, and finds windows of one instruction that no stress finds.
 *
 * Example:
 *
 *	struct step_options options = { .strategy = swap_find("barrier"),
 *					.what = STEP_HANDLER_SWAP };
 *	struct step_report report;
 *	int err = step_run(&options, &report);
 *
 *	if (!err && report.violations)
 *		puts(report.first);
 *
 * What it cannot show is the reordering of other CPUs: everything is stopped
 * while something is injected. Source: Intel SDM vol. 3 section 17.3.1.4.
 */
#ifndef PROOF_STEP_STEP_H
#define PROOF_STEP_STEP_H

#include "strategies/strategy.h"

/* What is stepped, and what is injected. */
enum step_what {
	STEP_NESTED_WRITE, /* ops->write: a handler writes */
	STEP_NESTED_SPLIT, /* reserve..commit, called apart: a handler writes */
	STEP_NESTED_LOOP,  /* the measured loop itself: a handler writes */
	STEP_HANDLER_SWAP, /* reserve..commit: a handler tries to swap */
	STEP_THREAD_SWAP,  /* reserve..commit: another thread swaps (wait) */
	STEP_THREAD_TRY,   /* reserve..commit: another thread swaps (try) */
	STEP_LOOP_SWAP,	   /* the measured loop: another thread swaps (wait) */
	STEP_NESTED_IN_SWAP, /* swap by the writer (wait): a handler writes */
	STEP_NESTED_IN_TRY,  /* swap by the writer (try): a handler writes */
	/* Above, what every strategy must pass; below, more of the core. */
	STEP_NESTED_DISCARD, /* reserve..discard: a handler writes */
	STEP_LIVE_READER,    /* produce-consume: a handler writes, and a reader
			      * reads at every instruction after it */
	STEP_FULL_BUFFER,    /* overwrite, all sub-buffers full, the oldest
			      * partly read: a handler writes */
	STEP_CUT_SWAP,	     /* reserve..commit: another thread's swap (try)
			      * begins, is stopped at every third of its own
			      * instructions (of a long one at fewer), and goes
			      * on when the event is open: what finds racy. See
			      * limit_ns, and instructions for how far it came */
	STEP_WHATS,
	STEP_REQUIRED = STEP_NESTED_IN_TRY + 1,
};

struct step_options {
	const struct swap_strategy *strategy;
	enum step_what what;
	bool crossing;	   /* writes cross sub-buffers, nested ones several */
	bool twice;	   /* inject again, 1 2 3 5 8 13... instructions later;
			    * the reader then reads in the handlers only */
	uint64_t limit_ns; /* of a cut-swap; 0: 8 s */
	enum rb_mode mode; /* but for the kinds that name theirs */
	enum rb_stamp stamp;
};

struct step_report {
	uint64_t instructions; /* stepped places at which was injected */
	uint64_t runs;
	uint64_t swaps;	   /* injected or stepped ones that exchanged */
	uint64_t refused;  /* that did not */
	uint64_t dropped;  /* writes that were refused and counted */
	uint64_t sections; /* restartable ones that were stepped through */
	uint64_t aborted; /* of them, at an instruction, by what was injected */
	uint64_t violations;
	uint64_t where;	 /* instruction of the first violation */
	char first[200]; /* what it was; or why nothing could run */
};

/* The dashed name of a kind, as in ctest names ("nested-write"). */
const char *step_what_name(enum step_what what);

/*
 * Step through one kind for one strategy. Call swap_setup() before; the
 * calling thread becomes the writer of a ring buffer of its own, SIGTRAP is
 * taken and given back. Some seconds at most. Thread context, one at a time.
 *
 *  0           done: see report->violations
 *  -ENOTSUP    not here, or not with this strategy: report->first says why
 *  -ENOMEM     no ring buffer
 */
int step_run(const struct step_options *options, struct step_report *report);

#endif
