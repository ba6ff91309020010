/* SPDX-License-Identifier: MIT */
/*
 * summary.h - what a result says, as answers; how they are worded is not here.
 *
 *	struct bench_summary s;
 *
 *	if (!bench_summary_make(result, &s))
 *		if (s.writer.kind == BENCH_CHOICE_ONE)
 *			puts(s.writer.names.name[0]);
 *	bench_summary_free(&s);
 *
 * The rules:
 * - A choice is made among candidates that claim to be sound, were measured,
 *   and were not caught breaking in any cell of the result. Controls are none.
 * - It is made at one point of each scenario: of the tables with the most such
 *   candidates the one with the fewest axes away from their defaults; of these
 *   one with the other side's placement; of these the first.
 * - The cheapest is the one that none of the others undercuts. One undercuts
 *   another if the interval of their ratio, round by round, excludes 1, and
 *   its median is beyond the threshold that verdicts have there. The intervals
 *   are as wide as it takes for the true cheapest to be among those that are
 *   left in 1 - alpha of all runs. More than one left: not told apart.
 * - Without a passed A/A control at that point, or with too few rounds, nobody
 *   is chosen, and the answer says so.
 * - "Loses no event" is said of rivals in whose swaps not one event was refused,
 *   in this table and in every other one of the run. A buffer that is full is
 *   its reader's doing and does not count.
 *
 * Texts belong to the result, which must outlive the summary. Cold; any thread;
 * not from signal handlers.
 */
#ifndef BENCH_SHOW_SUMMARY_H
#define BENCH_SHOW_SUMMARY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/result/view.h"

/* Strategies, and a number that belongs to each (which: see there). */
struct bench_names {
	size_t n;
	const char **name;
	double *value;
};

enum bench_choice_kind {
	BENCH_CHOICE_NOTHING,	 /* no candidate has a number there */
	BENCH_CHOICE_NO_CONTROL, /* A/A failed or is missing: why */
	BENCH_CHOICE_TOO_FEW,	 /* rounds: needs says how many */
	BENCH_CHOICE_ALONE,	 /* one candidate: no choice */
	BENCH_CHOICE_ONE,	 /* the cheapest */
	BENCH_CHOICE_SEVERAL,	 /* not told apart */
};

struct bench_choice {
	enum bench_choice_kind kind;
	/* Those that may be the cheapest; of the first two kinds but NOTHING
	 * all rivals. The smallest median comes first; values are medians in
	 * ns: of an event, of a swap until it is safe to read. */
	struct bench_names names;
	size_t rivals;		     /* among how many */
	struct bench_names unpriced; /* more, without a number to compare:
				      * too few swaps for a median */
	const json_t *at;    /* a cell of the table; NULL: there is none */
	const json_t *best;  /* the cell of the first name; NULL: none */
	const char *why;     /* NO_CONTROL: the reason; NULL: it is missing */
	unsigned int rounds; /* that the rivals share */
	unsigned int needs;  /* rounds for so many rivals */
};

/* What to do next: the first that applies. */
enum bench_next {
	BENCH_NEXT_VERIFY,  /* a sound strategy was caught: invalid */
	BENCH_NEXT_ROUNDS,  /* more of them: needs */
	BENCH_NEXT_DOCTOR,  /* a quieter machine */
	BENCH_NEXT_LONGER,  /* an unsound strategy was not caught */
	BENCH_NEXT_MEASURE, /* one of the two sides is missing */
	BENCH_NEXT_RESOLVE, /* rounds until differences show */
	BENCH_NEXT_LOOK,    /* all is answered: the other tables, the charts */
};

struct bench_summary {
	struct bench_choice writer, swapper;
	struct bench_names lossless; /* values: 0 */
	/* Values: events refused for each swap of this table; NaN: of others */
	struct bench_names lossy;
	struct bench_names caught;   /* unsound; values: violations, or 0: a
				      * crash, a hang */
	struct bench_names uncaught; /* unsound, swapped, not seen breaking */
	struct bench_names invalid;  /* claims soundness; values: violations */
	/* Candidates of the writer's table whose ratio to the baseline is not
	 * resolved; values: the difference that would have been, as a share */
	struct bench_names unresolved;
	struct bench_names unjudged; /* the same without a verdict */
	size_t unmeasured; /* cells without numbers that are not invalid */
	const json_t *first_unmeasured;
	size_t tables; /* points of the two scenarios that were not asked */
	enum bench_next next;
	unsigned int needs; /* of BENCH_NEXT_ROUNDS */
};

/** bench_summary_make() - compute every answer; 0 or -ENOMEM */
int bench_summary_make(const json_t *result, struct bench_summary *out);

/** bench_summary_free() - also after a failure */
void bench_summary_free(struct bench_summary *s);

/** bench_summary_holds() - was the strategy never caught breaking a promise? */
bool bench_summary_holds(const json_t *result, const char *strategy);

#endif
