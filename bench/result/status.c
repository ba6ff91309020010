/* SPDX-License-Identifier: MIT */
/* status.c - whether a cell was measured, and if not, why. */
#include <stdio.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/result/traits.h"

/* The first reason that a block of this status gave; NULL: none. */
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

static bool is_violation(enum bench_figure figure)
{
	return bench_figure_info(figure)->flags & BENCH_FIGURE_VIOLATION;
}

/* "2 lost, 1 torn" */
static void violations_text(const struct bench_result_cell *c, char *text,
			    size_t n)
{
	size_t used = 0;

	text[0] = '\0';
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		enum bench_figure figure = (enum bench_figure)f;
		json_int_t count =
			json_integer_value(bench_figure_get(c->json, figure));

		if (count && used < n && is_violation(figure))
			used += (size_t)snprintf(
				text + used, n - used, "%s%lld %s",
				used ? ", " : "", (long long)count,
				bench_figure_info(figure)->title);
	}
	if (!used)
		snprintf(text, n, "%lld violations",
			 (long long)json_integer_value(bench_figure_get(
				 c->json,
				 BENCH_FIGURE_VERIFICATION_VIOLATIONS)));
}

static void crash_text(const struct bench_result_cell *c, char *text, size_t n)
{
	const json_t *round = first_of(c, "crashed");
	const json_t *number = json_object_get(round, "signal");
	const char *reason = bench_text(round, "reason");

	if (json_is_integer(number))
		snprintf(text, n, "crashed: signal %d (%s)",
			 (int)json_integer_value(number),
			 strsignal((int)json_integer_value(number)));
	else
		snprintf(text, n, "crashed: %s", reason ? reason : "");
}

static void reason_text(const struct bench_result_cell *c, const char *status,
			const char *otherwise, char *text, size_t n)
{
	const char *reason = bench_text(first_of(c, status), "reason");

	snprintf(text, n, "%s", reason ? reason : otherwise);
}

static const char *judge_status(const struct bench_result_build *b,
				const struct bench_result_cell *c, char *text,
				size_t n)
{
	const char *why = bench_text(b->end, "reason");

	if (bench_result_blocks(c, "invalid")) {
		violations_text(c, text, n);
		return "invalid";
	}
	if (bench_result_blocks(c, "crashed")) {
		crash_text(c, text, n);
		return "invalid";
	}
	if (bench_result_blocks(c, "timed-out")) {
		reason_text(c, "timed-out", "the watchdog ended it", text, n);
		return "invalid";
	}
	if (bench_result_blocks(c, "broken")) {
		violations_text(c, text, n);
		return "broken";
	}
	if (bench_result_blocks(c, "ok"))
		return "ok";
	if (bench_result_blocks(c, "unavailable")) {
		reason_text(c, "unavailable", "not said", text, n);
		return "unavailable";
	}
	if (bench_result_blocks(c, "disturbed"))
		reason_text(c, "disturbed", "disturbed", text, n);
	else
		snprintf(text, n, "run stopped before it: %s",
			 why ? why : "cut short");
	return "unmeasured";
}

void bench_finish_status(const struct bench_result_build *b,
			 struct bench_result_cell *c)
{
	const json_t *s = bench_traits_strategy(
		b->header, bench_text(c->json, "strategy"));
	char text[256] = "";
	const char *status;

	if (s && !bench_result_is_floor(c))
		bench_set(c->json, "sound",
			  json_boolean(bench_traits_flag(s, "sound")));
	if (!strcmp(bench_text(c->json, "status"), "unavailable"))
		return;
	status = judge_status(b, c, text, sizeof(text));
	bench_set(c->json, "status", json_string(status));
	bench_set(c->json, "reason", *text ? json_string(text) : json_null());
}
