/* SPDX-License-Identifier: MIT */
/*
 * status.c - whether a cell was measured, and if not, why.
 *
 * INVALID is evidence against a strategy that claims to be sound, and nothing
 * else is: what a block could not do, what was found in a floor, and what a
 * strategy did that is declared unsound are each called something else
 * (docs/results-format.md).
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/result/parts.h"
#include "bench/result/traits.h"
#include "bench/result/view.h"

/* Room for every reason of a block, and a word before it. */
#define REASON (BENCH_CLEAN_MAX + 64)

/* ---- Blocks ---- */

/* The first round of this status, or NULL. */
static const json_t *first_of(const struct bench_result_cell *c,
			      const char *status)
{
	const json_t *round;
	size_t i;

	json_array_foreach (c->rounds, i, round)
		if (!strcmp(bench_text(round, "status"), status))
			return round;
	return NULL;
}

/* Did the process do it to itself? A kill came from outside, and an exit status
 * is the harness's own word, whatever older runs call them. */
static bool is_own_fault(const json_t *round)
{
	static const int faults[] = { SIGSEGV, SIGBUS,	SIGILL,
				      SIGFPE,  SIGABRT, SIGTRAP };
	const json_t *number = json_object_get(round, "signal");

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (json_is_integer(number) &&
		    json_integer_value(number) == faults[i])
			return true;
	return false;
}

static const json_t *first_crash(const struct bench_result_cell *c, bool own)
{
	const json_t *round;
	size_t i;

	json_array_foreach (c->rounds, i, round)
		if (!strcmp(bench_text(round, "status"), "crashed") &&
		    is_own_fault(round) == own)
			return round;
	return NULL;
}

static bool is_violation(enum bench_figure figure)
{
	return bench_figure_info(figure)->flags & BENCH_FIGURE_VIOLATION;
}

static json_int_t count_of(const struct bench_result_cell *c,
			   enum bench_figure figure)
{
	return json_integer_value(bench_figure_get(c->json, figure));
}

/* "2 lost, 1 torn"; what the block says where nothing was counted. */
static void violations_text(const struct bench_result_cell *c,
			    const json_t *round, char *text, size_t n)
{
	const char *reason = bench_text(round, "reason");
	size_t used = 0;

	text[0] = '\0';
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		json_int_t count = count_of(c, (enum bench_figure)f);

		if (count && used < n && is_violation((enum bench_figure)f))
			used += (size_t)snprintf(
				text + used, n - used, "%s%lld %s",
				used ? ", " : "", (long long)count,
				bench_figure_info((enum bench_figure)f)->title);
	}
	if (!used && reason)
		snprintf(text, n, "%s", reason);
	else if (!used)
		snprintf(text, n, "%lld violations",
			 (long long)count_of(
				 c, BENCH_FIGURE_VERIFICATION_VIOLATIONS));
}

static void crash_text(const json_t *round, char *text, size_t n)
{
	const json_t *number = json_object_get(round, "signal");
	const char *reason = bench_text(round, "reason");

	if (json_is_integer(number))
		snprintf(text, n, "crashed: signal %d (%s)",
			 (int)json_integer_value(number),
			 strsignal((int)json_integer_value(number)));
	else
		snprintf(text, n, "crashed: %s", reason ? reason : "");
}

static void reason_text(const json_t *round, const char *otherwise, char *text,
			size_t n)
{
	const char *reason = bench_text(round, "reason");

	snprintf(text, n, "%s", reason ? reason : otherwise);
}

/* ---- Evidence ---- */

/* Was something seen that a sound strategy never does? */
static bool was_caught(const struct bench_result_cell *c, char *text, size_t n)
{
	const json_t *round = first_of(c, "invalid");

	if (!round)
		round = first_of(c, "broken");
	if (round) {
		violations_text(c, round, text, n);
		return true;
	}
	round = first_crash(c, /* own */ true);
	if (round) {
		crash_text(round, text, n);
		return true;
	}
	round = first_of(c, "timed-out");
	if (round)
		reason_text(round, "hung: the watchdog ended it", text, n);
	return round != NULL;
}

/* ---- Was the thing measured? ---- */

static bool plans_swaps(const struct bench_result_cell *c)
{
	const json_t *planned =
		bench_figure_get(c->json, BENCH_FIGURE_SWAP_PLANNED_PER_S);

	return bench_figure_get(c->json, BENCH_FIGURE_SWAP_OUTCOMES) &&
	       (!json_is_integer(planned) || json_integer_value(planned) > 0);
}

/* "no swap succeeded: busy 300, error 2"; false: some did, or none was asked
 * for. */
static bool swapped_nothing(const struct bench_result_cell *c, char *text,
			    size_t n)
{
	json_t *outcomes =
		bench_figure_get(c->json, BENCH_FIGURE_SWAP_OUTCOMES);
	json_t *count;
	const char *name, *error = json_string_value(bench_figure_get(
				  c->json, BENCH_FIGURE_SWAP_ERROR));
	int used;

	if (!plans_swaps(c) ||
	    json_integer_value(json_object_get(outcomes, "ok")) ||
	    json_integer_value(json_object_get(outcomes, "deferred")))
		return false;
	used = snprintf(text, n, "no swap succeeded");
	json_object_foreach (outcomes, name, count)
		if (json_integer_value(count) && used > 0 && (size_t)used < n)
			used += snprintf(text + used, n - (size_t)used,
					 "%s %s %lld",
					 strchr(text, ':') ? "," : ":", name,
					 (long long)json_integer_value(count));
	if (error && used > 0 && (size_t)used < n)
		snprintf(text + used, n - (size_t)used, ": %s", error);
	return true;
}

static bool is_empty(const struct bench_result_cell *c,
		     enum bench_figure figure)
{
	const json_t *count = bench_figure_get(c->json, figure);

	return json_is_integer(count) && !json_integer_value(count);
}

/* A cell in whose blocks the thing itself never happened has no numbers. */
static bool nothing_happened(const struct bench_result_cell *c, char *text,
			     size_t n)
{
	const struct bench_result_pools *cost =
		&c->pools[BENCH_FIGURE_SCALING_COST];
	const char *what = NULL;

	if (swapped_nothing(c, text, n))
		return true;
	if (count_of(c, BENCH_FIGURE_WRITER_ATTEMPTED) &&
	    is_empty(c, BENCH_FIGURE_WRITER_COMMITTED))
		what = "no event was stored";
	else if (is_empty(c, BENCH_FIGURE_FOOTPRINT_SWAPS))
		what = "no swap succeeded";
	else if (cost->n && !cost->at[0]->total)
		what = "no snapshot of every slot succeeded";
	if (what)
		snprintf(text, n, "%s", what);
	return what != NULL;
}

/* ---- The status ---- */

/* Neither evidence nor numbers. */
static const char *judge_rest(const struct bench_result_build *b,
			      const struct bench_result_cell *c, char *text,
			      size_t n)
{
	const char *why = bench_text(b->end, "reason");
	const json_t *failed = first_of(c, "failed");

	if (!failed)
		failed = first_crash(c, /* own */ false);
	if (failed) {
		reason_text(failed, "not said", text, n);
		return "failed";
	}
	if (bench_result_blocks(c, "unavailable")) {
		reason_text(first_of(c, "unavailable"), "not said", text, n);
		return "unavailable";
	}
	if (bench_result_blocks(c, "disturbed"))
		reason_text(first_of(c, "disturbed"), "disturbed", text, n);
	else
		snprintf(text, n, "run stopped before it: %s",
			 why ? why : "cut short");
	return "unmeasured";
}

/* Of a floor, which claims nothing, nothing is evidence. Of a strategy that
 * nobody describes the blocks know what it is. */
static const char *judge_caught(const struct bench_result_cell *c,
				const json_t *strategy)
{
	if (bench_result_is_floor(c))
		return "failed";
	if (strategy)
		return bench_traits_flag(strategy, "sound") ? "invalid"
							    : "broken";
	return first_of(c, "broken") && !first_of(c, "invalid") ? "broken"
								: "invalid";
}

static const char *judge_status(const struct bench_result_build *b,
				const struct bench_result_cell *c,
				const json_t *strategy, char *text, size_t n)
{
	if (was_caught(c, text, n))
		return judge_caught(c, strategy);
	if (!bench_result_blocks(c, "ok"))
		return judge_rest(b, c, text, n);
	return nothing_happened(c, text, n) ? "failed" : "ok";
}

void bench_finish_status(const struct bench_result_build *b,
			 struct bench_result_cell *c)
{
	const json_t *s = bench_traits_strategy(
		b->header, bench_text(c->json, "strategy"));
	char text[REASON] = "";
	const char *status;

	if (s && !bench_result_is_floor(c))
		bench_set(c->json, "sound",
			  json_boolean(bench_traits_flag(s, "sound")));
	if (!strcmp(bench_text(c->json, "status"), "unavailable"))
		return;
	status = judge_status(b, c, s, text, sizeof(text));
	bench_set(c->json, "status", json_string(status));
	bench_set(c->json, "reason", *text ? json_string(text) : json_null());
}

/* ---- Of the whole result ---- */

bool bench_result_has_invalid(const json_t *result)
{
	const json_t *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)) != NULL; i++)
		if (bench_view_is_invalid(cell))
			return true;
	return false;
}

static bool fails(const json_t *cell, char *why, size_t n)
{
	if (strcmp(bench_view_status(cell), "failed") != 0)
		return false;
	snprintf(why, n, "%s: failed: %s", bench_view_id(cell),
		 bench_view_why(cell));
	return true;
}

/* What a run is about: the first of these that it has cells of. */
enum {
	CANDIDATES,
	CONTROLS,
	FLOORS,
	KINDS
};

static int kind_of(const json_t *cell)
{
	if (bench_view_is_candidate(cell))
		return CANDIDATES;
	return bench_view_is_floor(cell) ? FLOORS : CONTROLS;
}

bool bench_result_has_failed(const json_t *result, char *why, size_t n)
{
	static const char *const words[] = { "candidate", "control", "floor" };
	const json_t *cell, *first[KINDS] = { NULL };
	bool is_measured[KINDS] = { false };
	int k = 0;

	for (size_t i = 0; (cell = bench_view_cell(result, i)) != NULL; i++) {
		int kind = kind_of(cell);

		if (fails(cell, why, n))
			return true;
		is_measured[kind] |= bench_view_has_numbers(cell) ||
				     bench_view_is_invalid(cell);
		if (!first[kind])
			first[kind] = cell;
	}
	while (k < KINDS && !first[k])
		k++;
	if (k == KINDS || is_measured[k])
		return false;
	snprintf(why, n, "no %s was measured; %s: %s: %s", words[k],
		 bench_view_id(first[k]), bench_view_status(first[k]),
		 bench_view_why(first[k]));
	return true;
}
