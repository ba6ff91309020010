/* SPDX-License-Identifier: MIT */
/* summary_helper.h - results made to order, and what is said of them. */
#ifndef TESTS_UNIT_SHOW_SUMMARY_HELPER_H
#define TESTS_UNIT_SHOW_SUMMARY_HELPER_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/show/show.h"
#include "bench/show/summary.h"

#define ROUNDS 12

/* ---- Results made to order ---- */

static inline json_t *control(const char *scenario, bool passed)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:f, s:f, s:f}", "id",
			 "aa", "scenario", scenario, "placement", "here",
			 "writer-state", "saturated", "passed", passed,
			 "reason",
			 passed ? json_null() : json_string("too noisy here"),
			 "median", 1.0, "low", 0.99, "high", 1.01);
}

static inline json_t *result_of(int rounds, bool quiet)
{
	return json_pack(
		"{s:s, s:{s:i, s:i, s:s}, s:{s:f, s:f, s:{s:i, s:i}}, "
		"s:[o, o], s:[]}",
		"schema", "ringswap/1", "run", "rounds", rounds,
		"rounds-planned", rounds, "status", "complete", "statistics",
		"alpha", 0.05, "threshold", 0.03, "comparisons", "write", 5,
		"swap", 5, "aa", control("write", quiet),
		control("swap", quiet), "cells");
}

static inline json_t *spread(double value)
{
	return json_pack("{s:f, s:f, s:f, s:i}", "median", value, "low",
			 value * 0.99, "high", value * 1.01, "n", ROUNDS);
}

/* Rounds around a value, every other one above it; the same for all cells of
 * one noise, so that their differences are exact. */
static inline double in_round(double value, int round, double noise)
{
	return value * (1 + (round % 2 ? noise : -noise));
}

static inline json_t *cell_new(const char *scenario, const char *strategy,
			       const char *axes)
{
	char id[200];

	snprintf(id, sizeof(id), "%s/%s/here%s%s", scenario, strategy,
		 *axes ? "/" : "", axes);
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:n, s:{}, "
		"s:{s:i, s:i}, s:[]}",
		"id", id, "strategy", strategy, "scenario", scenario,
		"placement", "here", "kind", "candidate", "status", "ok",
		"sound", true, "reason", "axes", "verification", "snapshots",
		100, "violations", 0, "rounds");
}

static inline void add_round(json_t *cell, int round, const char *figure,
			     double value)
{
	json_t *rounds = json_object_get(cell, "rounds");

	while ((int)json_array_size(rounds) <= round)
		json_array_append_new(rounds,
				      json_pack("{s:i, s:s, s:{}}", "round",
						(int)json_array_size(rounds),
						"status", "ok", "figures"));
	json_object_set_new(
		json_object_get(json_array_get(rounds, (size_t)round),
				"figures"),
		figure, json_real(value));
}

static inline json_t *append(json_t *result, json_t *cell)
{
	json_array_append_new(json_object_get(result, "cells"), cell);
	return cell;
}

static inline int rounds_of(const json_t *result)
{
	return (int)json_integer_value(
		json_object_get(json_object_get(result, "run"), "rounds"));
}

/* A write of so many ns beside a baseline of 1 ns. */
static inline json_t *add_write(json_t *result, const char *strategy, double ns,
				double noise)
{
	json_t *cell = append(result, cell_new("write", strategy, ""));
	json_t *ratio = spread(ns);

	json_object_update_new(ratio,
			       json_pack("{s:s, s:s, s:f, s:f, s:s}",
					 "baseline", "write/unsync/here",
					 "verdict", "worse", "threshold", 0.03,
					 "half-width", 0.01, "control", "aa"));
	json_object_set_new(cell, "ratio", ratio);
	json_object_set_new(
		cell, "writer",
		json_pack("{s:o, s:{}}", "ns-per-event", spread(ns), "drops"));
	for (int i = 0; i < rounds_of(result); i++) {
		add_round(cell, i, "ratio.log", log(in_round(ns, i, noise)));
		add_round(cell, i, "writer.ns-per-event",
			  in_round(ns, i, noise));
		add_round(cell, i, "writer.baseline-ns-per-event", 1);
	}
	return cell;
}

static inline json_t *add_swap_at(json_t *result, const char *strategy,
				  const char *axes, double us, double dropped)
{
	json_t *cell = append(result, cell_new("swap", strategy, axes));
	json_t *p50 = json_pack("{s:f, s:f, s:f, s:f}", "percent", 50.0, "ns",
				us * 1e3, "low", us * 990, "high", us * 1010);

	json_object_set_new(cell, "swap",
			    json_pack("{s:{s:i}, s:i, s:o, s:{s:i, s:[o]}}",
				      "outcomes", "ok", 100, "retries", 0,
				      "drops-per-swap", spread(dropped), "safe",
				      "n", 1200, "percentiles", p50));
	json_object_set_new(cell, "writer", json_pack("{s:{}}", "drops"));
	if (dropped > 0)
		json_object_set_new(
			json_object_get(json_object_get(cell, "writer"),
					"drops"),
			"early", json_integer((json_int_t)(dropped * 100)));
	for (int i = 0; i < rounds_of(result); i++)
		add_round(cell, i, "swap.safe.p50",
			  in_round(us * 1e3, i, 0.005));
	return cell;
}

static inline json_t *add_swap(json_t *result, const char *strategy, double us,
			       double dropped)
{
	return add_swap_at(result, strategy, "", us, dropped);
}

static inline void set_status(json_t *cell, const char *status,
			      const char *reason)
{
	json_object_set_new(cell, "status", json_string(status));
	json_object_set_new(cell, "reason", json_string(reason));
}

static inline void set_violations(json_t *cell, int n)
{
	json_object_set_new(json_object_get(cell, "verification"), "violations",
			    json_integer(n));
}

/* racy: declared unsound, caught n times */
static inline json_t *add_racy(json_t *result, int n)
{
	json_t *cell = add_swap(result, "racy", 0.1, 1);

	json_object_set_new(cell, "kind", json_string("control"));
	json_object_set_new(cell, "sound", json_false());
	if (n)
		set_status(cell, "broken", "lost events");
	set_violations(cell, n);
	return cell;
}

/* Two sides, four candidates that differ clearly, and a control. */
static inline json_t *whole(void)
{
	json_t *result = result_of(ROUNDS, true);

	add_write(result, "fence", 6, 0.005);
	add_write(result, "lent", 1.05, 0.005);
	add_write(result, "lock", 13, 0.005);
	add_swap(result, "fence", 0.7, 30);
	add_swap(result, "lent", 17, 4000);
	add_swap(result, "lock", 1.3, 0);
	add_racy(result, 36);
	return result;
}

/* ---- Judging ---- */

static inline struct bench_summary summary_of(const json_t *result)
{
	struct bench_summary s;

	assert_int_equal(bench_summary_make(result, &s), 0);
	return s;
}

static inline void names_are(const struct bench_names *names, const char *want)
{
	char text[2000] = "";

	for (size_t i = 0; i < names->n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, names->name[i]);
	}
	assert_string_equal(text, want);
}

static inline void choice_is(const struct bench_choice *c,
			     enum bench_choice_kind kind, const char *names)
{
	assert_int_equal(c->kind, kind);
	names_are(&c->names, names);
}

/* The answer in words, releasing both. */
static inline void says(json_t *result, struct bench_summary *s,
			const char *const *lines)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	bench_show_print(result, &(struct bench_show_options){ 0 }, to);
	fclose(to);
	for (; *lines; lines++)
		if (!strstr(text, *lines))
			fail_msg("no \"%s\" in:\n%s", *lines, text);
	if (strstr(text, "nan"))
		fail_msg("a number that is none, in:\n%s", text);
	free(text);
	bench_summary_free(s);
	json_decref(result);
}

#endif
