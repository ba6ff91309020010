/* SPDX-License-Identifier: MIT */
/* report_tally.c - rows against what is known of them. */
#include "tests/validity/report_tally.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"
#include "tests/validity/report.h"

#define JUDGED_MAX 4096

static bool truth_of(const json_t *cell, struct truth *out)
{
	const char *name = report_text(cell, "strategy"), *end;

	out->scenario = report_text(cell, "scenario");
	if ((end = strstr(name, "-twin-")) != NULL)
		out->log_ratio = 0;
	else if ((end = strstr(name, "-plus-")) != NULL)
		out->log_ratio = log1p(atof(end + 6) / 100);
	else if ((end = strstr(name, "-slower")) != NULL)
		out->log_ratio = log1p(0.1);
	else
		return false;
	snprintf(out->base, sizeof(out->base), "%.*s", (int)(end - name), name);
	return true;
}

/* The row of the same point that has no delay. */
static const json_t *reference(const json_t *result, const json_t *cell,
			       const char *base)
{
	json_t *axes = json_deep_copy(json_object_get(cell, "axes"));
	const json_t *other, *found_one = NULL;
	size_t i;

	json_object_set_new(axes, "strategy", json_string(base));
	json_array_foreach (json_object_get(result, "cells"), i, other)
		if (json_equal(axes, json_object_get(other, "axes")))
			found_one = other;
	json_decref(axes);
	if (!found_one)
		report_die("a row lacks the one that it is compared with");
	return found_one;
}

/* ------------------------------------------------------------------------ */
/* One comparison                                                           */

struct comparison {
	enum bench_verdict verdict;
	double median, lo, hi; /* logarithms; the interval NaN: none */
	double level;
};

static double round_value(const json_t *cell, json_int_t number,
			  const char *figure)
{
	const json_t *round, *value;
	size_t i;

	json_array_foreach (json_object_get(cell, "rounds"), i, round) {
		if (json_integer_value(json_object_get(round, "round")) !=
		    number)
			continue;
		value = report_at(round, "figures", figure);
		return json_is_number(value) ? json_number_value(value) : NAN;
	}
	return NAN;
}

/* Differences of logarithms in the rounds that both have. */
static size_t differences(const json_t *cell, const json_t *base,
			  const char *figure, bool is_log, double *out)
{
	size_t n = 0;

	for (json_int_t i = 0; i < ROUNDS_MAX; i++) {
		double x = round_value(cell, i, figure);
		double y = round_value(base, i, figure);
		double d = is_log ? x - y : log(x / y);

		if (isfinite(d))
			out[n++] = d;
	}
	return n;
}

/* Rows of a result that are judged by their difference from another one. */
static unsigned int paired_rows(const json_t *result)
{
	unsigned int k = 0;
	struct truth truth;
	const json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell)
		k += truth_of(cell, &truth) &&
		     strcmp(truth.base, "unsync") != 0;
	return k;
}

/* The A/A control of a scenario; NULL: it has none. Results of a time that had
 * the write's alone do not say which it is. */
static const json_t *control(const json_t *result, const char *scenario)
{
	const json_t *aa;
	size_t i;

	json_array_foreach (json_object_get(result, "aa"), i, aa) {
		const char *of = report_text(aa, "scenario");

		if (!strcmp(*of ? of : "write", scenario))
			return aa;
	}
	return NULL;
}

static void compare_rows(const json_t *result, const json_t *cell,
			 const struct truth *truth, struct comparison *c)
{
	bool is_swap = !strcmp(truth->scenario, "swap");
	const json_t *base = reference(result, cell, truth->base);
	const json_t *aa = control(result, truth->scenario);
	struct bench_sign_interval s = { .median = NAN, .lo = NAN, .hi = NAN };
	struct bench_verdict_input in = { .threshold = 0.03 };
	struct bench_verdict_result judged;
	double values[ROUNDS_MAX];
	size_t n = differences(cell, base,
			       is_swap ? "swap.call.p50" : "ratio.log",
			       !is_swap, values);

	bench_stats_median(values, n, &s.median);
	if (bench_stats_sign_interval(values, n, ALPHA, paired_rows(result),
				      &s))
		s.lo = s.hi = s.level = NAN;
	in.log_ratio = s.median;
	in.log_lo = s.lo;
	in.log_hi = s.hi;
	in.aa_passed = report_passed(aa);
	in.aa_log_lo = log(json_number_value(json_object_get(aa, "low")));
	in.aa_log_hi = log(json_number_value(json_object_get(aa, "high")));
	bench_verdict_judge(&in, &judged);
	*c = (struct comparison){ judged.verdict, s.median, s.lo, s.hi,
				  s.level };
}

static double log_at(const json_t *ratio, const char *name)
{
	const json_t *value = json_object_get(ratio, name);

	return json_is_number(value) ? log(json_number_value(value)) : NAN;
}

static void take_printed(const json_t *cell, struct comparison *c)
{
	const json_t *ratio = json_object_get(cell, "ratio");
	const char *word = report_text(ratio, "verdict");
	enum bench_verdict verdict = BENCH_VERDICT_INVALID;

	while (verdict < BENCH_VERDICT_NOT_RESOLVED &&
	       strcmp(word, bench_verdict_name(verdict)) != 0)
		verdict++;
	c->verdict = verdict;
	c->median = log_at(ratio, "median");
	c->lo = log_at(ratio, "low");
	c->hi = log_at(ratio, "high");
	c->level = json_number_value(json_object_get(ratio, "level"));
}

/* ------------------------------------------------------------------------ */
/* Tallies                                                                  */

struct tally report_tallies[TALLIES];
unsigned int report_n_tallies;

static struct tally *tally_of(const struct truth *truth)
{
	struct tally *t = report_tallies;

	for (; t < report_tallies + report_n_tallies; t++)
		if (!strcmp(t->truth.base, truth->base) &&
		    !strcmp(t->truth.scenario, truth->scenario) &&
		    fabs(t->truth.log_ratio - truth->log_ratio) < 1e-12)
			return t;
	if (report_n_tallies == TALLIES)
		report_die("too many sorts of rows");
	report_n_tallies++;
	t->truth = *truth;
	t->half = calloc(JUDGED_MAX, sizeof(double));
	t->medians = calloc(JUDGED_MAX, sizeof(double));
	if (!t->half || !t->medians)
		report_die("no memory");
	return t;
}

static void count(struct tally *t, const struct comparison *c)
{
	double truth = t->truth.log_ratio;

	if (c->verdict == BENCH_VERDICT_NONE) {
		t->none++;
		return;
	}
	if (t->n == JUDGED_MAX)
		report_die("too many comparisons");
	t->medians[t->n] = c->median;
	t->n++;
	t->verdicts[c->verdict]++;
	if (isnan(c->lo))
		return;
	t->half[t->intervals] = expm1((c->hi - c->lo) / 2);
	t->intervals++;
	t->level += c->level;
	t->covered += c->lo <= truth && truth <= c->hi;
	t->excluded += c->lo > 0 || c->hi < 0;
	t->wrong_sign += truth > 0 && c->hi < 0;
}

void report_count(const json_t *result)
{
	struct comparison c;
	struct truth truth;
	const json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell) {
		if (!truth_of(cell, &truth))
			continue;
		if (strcmp(truth.base, "unsync") != 0)
			compare_rows(result, cell, &truth, &c);
		else
			take_printed(cell, &c);
		count(tally_of(&truth), &c);
	}
}
