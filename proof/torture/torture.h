/* SPDX-License-Identifier: MIT */
/*
 * torture.h - every promise of a strategy, on real threads, under abuse.
 *
 *	struct torture_options options = { .strategy = s, .seconds = 2,
 *					   .seed = 1, .out = stdout };
 *	struct torture_result *result = torture_result_new();
 *
 *	torture_run(&options, result);
 *	puts(torture_verdict_name(torture_verdict(s, result)));
 *
 * A run is a sequence of rounds of some 100 ms: the measured loops alone, writes
 * that each meet a swap, or everything at once. Each draws a configuration
 * from the seed: geometry, mode, stamps, payload, writers and their duty,
 * swappers, signals, delays at numbered points, a CPU hog, affinity shuffling,
 * resize, reset, disable and consume beside it. At the end of a round all is
 * quiet and the books are closed exactly:
 *
 *	attempted = stored + refused + discarded		per source
 *	stored    = read + overrun			per source and in all
 *	refused   = the slot's drops of all causes
 *
 * A source is one writer of a slot: its thread (0), the handlers of two
 * signals (1, 2; the second may interrupt the first), and writes that the
 * thread itself nests into an open one (3). Beside the totals every event read
 * is checked: payload, sequence, and (except in rounds that use the measured
 * loops) its ordinal among its source's stored events, so that a loss is seen
 * where it happened. Snapshots of one slot must follow each other in every
 * source (one cut), must not change while they are held (hashed at hand-over
 * and again before they are given back), and errors must change nothing.
 *
 * "Checked" events are those read from a snapshot and verified one by one;
 * overrun and refused ones are counted: known by their number only.
 *
 * Each violation prints one line that begins with "!!!". Thread context; one
 * run at a time a process.
 */
#ifndef PROOF_TORTURE_TORTURE_H
#define PROOF_TORTURE_TORTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "strategies/strategy.h"

#define TORTURE_SOURCES 4

/* What went wrong. */
enum torture_kind {
	TORTURE_CHANGED,   /* C1: a snapshot changed while it was held */
	TORTURE_LOST,	   /* C2: stored events that were never read */
	TORTURE_DUPLICATE, /* C2: an event read twice, or resurrected */
	TORTURE_COUNTERS,  /* C2: the core's counters contradict the events */
	TORTURE_CUT,	   /* C3: two snapshots overlap in a source */
	TORTURE_STAMP,	   /* C3: time runs backwards */
	TORTURE_ERROR,	   /* C4: an error changed something, or a wrong one */
	TORTURE_TORN,	   /* C5: wrong payload, or not a sequence of events */
	TORTURE_BALANCE,   /* C7: a word is not zero again, an owner is wrong */
	TORTURE_LATE,	   /* C6: a swap came back long after its deadline */
	TORTURE_HUNG,	   /* C6: no progress until the watchdog came */
	TORTURE_CRASHED,   /* the process was killed by a signal */
	TORTURE_KINDS,
};

/* "changed", ...; and the promise that it breaks, "C1". */
const char *torture_kind_name(enum torture_kind kind);
const char *torture_kind_promise(enum torture_kind kind);

/* How swaps ended. */
enum torture_outcome {
	TORTURE_OK,
	TORTURE_DEFERRED, /* -EINPROGRESS first, then 0 */
	TORTURE_BUSY,
	TORTURE_AGAIN, /* recording was disabled */
	TORTURE_TIMED_OUT,
	TORTURE_OTHER, /* refused geometry, mode not supported */
	TORTURE_OUTCOMES,
};

const char *torture_outcome_name(enum torture_outcome outcome);

struct torture_options {
	const struct swap_strategy *strategy;
	double seconds;
	uint64_t events; /* end at so many, counted ones included; 0: never */
	uint64_t seed;
	unsigned int watchdog_s; /* no progress for so long; 0: 30 */
	/* End with the round that is broken; of an unsound strategy: by the
	 * promise that it names. */
	bool stop_when_broken;
	FILE *out; /* "!!!" lines and, verbose, one a round */
	bool verbose;
};

/* Filled by the run; in memory that a child may share with its parent. */
struct torture_result {
	uint64_t rounds;
	uint64_t ns;	    /* in rounds */
	uint64_t writer_ns; /* the same, times the writers of each round */
	/* Rounds of measured loops alone: the rate that is claimed. */
	uint64_t pure_ns, pure_checked, pure_counted;
	uint64_t attempted;
	uint64_t checked; /* read and verified */
	uint64_t overrun;
	uint64_t refused;
	uint64_t discarded;
	uint64_t nested; /* of attempted: by handlers and nested writes */
	uint64_t swaps[TORTURE_OUTCOMES];
	uint64_t handler_swaps; /* of them, from handlers */
	uint64_t in_progress;	/* answers that were neither; settled later */
	uint64_t held;		/* snapshots hashed twice */
	_Atomic int forbidden;	/* errno by which the system refused swaps */
	uint64_t violations[TORTURE_KINDS];
	uint64_t broken_ns; /* run time until the first violation */
	char first[256];    /* its line */
	char config[256];   /* of the round under way */
	_Atomic uint64_t progress;
};

enum torture_verdict {
	TORTURE_HOLDS,
	TORTURE_BROKEN, /* a sound strategy with violations */
	TORTURE_CAUGHT, /* an unsound one breaks what it says it breaks */
	TORTURE_MISSED, /* it does not, whatever else it breaks */
};

/* "holds", "BROKEN", "caught", "NOT CAUGHT". */
const char *torture_verdict_name(enum torture_verdict verdict);

/* Sum of all kinds; what the result says about a strategy's claim. */
uint64_t torture_violations(const struct torture_result *result);
enum torture_verdict torture_verdict(const struct swap_strategy *strategy,
				     const struct torture_result *result);

/* Zeroed, in memory shared with children; NULL when there is none. */
struct torture_result *torture_result_new(void);
void torture_result_free(struct torture_result *result);

/*
 * Torture options->strategy in a child process of its own, so that a crash or
 * a hang is a finding and not the end: a watchdog kills a run that makes no
 * progress. Fills result. The caller has one thread.
 * Errors: -ENOMEM, -EAGAIN (no child to be had); the strategy's probe is the
 * caller's.
 */
int torture_run(const struct torture_options *options,
		struct torture_result *result);

#endif
