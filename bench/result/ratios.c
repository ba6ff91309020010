/* SPDX-License-Identifier: MIT */
/* ratios.c - cells against their baselines, and the A/A controls. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/result/view.h"
#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"
#include "bench/stats/verdict.h"

/* ---- Ratios to the baseline ---- */

static bool has_figure(const struct bench_result_cell *c,
		       enum bench_figure figure)
{
	char key[BENCH_FIGURE_PATH];
	const json_t *round;
	size_t i;

	bench_figure_path(figure, key);
	json_array_foreach (c->rounds, i, round)
		if (json_object_get(json_object_get(round, "figures"), key))
			return true;
	return false;
}

static bool has_ratio(const struct bench_result_cell *c)
{
	return has_figure(c, BENCH_FIGURE_RATIO_LOG) &&
	       !bench_result_against_floor(c);
}

unsigned int bench_result_comparisons(const struct bench_result_build *b,
				      const struct bench_result_cell *c)
{
	unsigned int k = 0;

	for (size_t i = 0; i < b->n_cells; i++)
		k += !bench_result_is_aa(&b->cells[i]) &&
		     has_ratio(&b->cells[i]) &&
		     bench_view_same_family(b->cells[i].json, c->json);
	return k;
}

/* All A/A controls of a run together: it is the run that is to fail by chance
 * as seldom as alpha says. */
static unsigned int controls(const struct bench_result_build *b)
{
	unsigned int k = 0;

	for (size_t i = 0; i < b->n_cells; i++)
		k += bench_result_is_aa(&b->cells[i]) &&
		     has_ratio(&b->cells[i]);
	return k ? k : 1;
}

/* What one event costs, of a writer with swaps one that was stored. */
static enum bench_figure cost_of(const struct bench_result_cell *c)
{
	return has_figure(c, BENCH_FIGURE_WRITER_NS_PER_COMMITTED)
		       ? BENCH_FIGURE_WRITER_NS_PER_COMMITTED
		       : BENCH_FIGURE_WRITER_NS_PER_EVENT;
}

/* What an event costs more than the baseline's, over the rounds. NULL: no
 * memory. */
static json_t *added_json(const struct bench_result_build *b,
			  const struct bench_result_cell *c)
{
	double *added = bench_result_values_new(c);
	size_t n = 0;
	json_t *json;

	if (!added)
		return NULL;
	for (size_t i = 0; i < json_array_size(c->rounds); i++) {
		double ns = bench_result_in_round(c, cost_of(c), i) -
			    bench_result_in_round(
				    c,
				    BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT,
				    i);

		if (!isnan(ns))
			added[n++] = ns;
	}
	json = bench_summary_json(added, n, b->alpha);
	free(added);
	return json;
}

/* What a ratio is made of. */
struct ratio {
	const char *baseline;
	enum bench_figure of;
	double *logs; /* of the rounds */
	size_t n;
	unsigned int comparisons;
	double alpha, threshold;
	bool is_invalid;
	const json_t *aa;
	json_t *added; /* becomes the ratio's */
};

static void judge(const struct ratio *r, double median,
		  const struct bench_sign_interval *s,
		  struct bench_verdict_result *out)
{
	struct bench_verdict_input in = {
		.log_ratio = median,
		.log_lo = s->lo,
		.log_hi = s->hi,
		.threshold = r->threshold,
		.aa_log_lo = log(bench_get_number(r->aa, "low")),
		.aa_log_hi = log(bench_get_number(r->aa, "high")),
		.aa_passed = json_is_true(json_object_get(r->aa, "passed")),
		.invalid = r->is_invalid,
	};

	bench_verdict_judge(&in, out);
}

/* NULL: there is no round; what was added is freed then. */
static json_t *ratio_json(const struct ratio *r)
{
	struct bench_sign_interval s = {
		.lo = NAN, .hi = NAN, .level = NAN, .family_level = NAN
	};
	struct bench_verdict_result verdict;
	char of[BENCH_FIGURE_PATH];
	double median;

	if (bench_stats_median(r->logs, r->n, &median)) {
		json_decref(r->added);
		return NULL;
	}
	if (bench_stats_sign_interval(r->logs, r->n, r->alpha, r->comparisons,
				      &s))
		s.lo = s.hi = s.level = s.family_level = NAN;
	judge(r, median, &s, &verdict);
	return json_pack(
		"{s:s, s:f, s:o, s:o, s:I, s:s, s:o, s:o, s:s, s:f, s:o, s:o, "
		"s:o}",
		"baseline", r->baseline, "median", exp(median), "low",
		bench_number(exp(s.lo)), "high", bench_number(exp(s.hi)), "n",
		(json_int_t)r->n, "of", bench_figure_path(r->of, of), "level",
		bench_number(s.level), "family-level",
		bench_number(s.family_level), "verdict",
		bench_verdict_name(verdict.verdict), "threshold",
		verdict.threshold, "half-width",
		bench_number(verdict.half_width), "added-ns", r->added,
		"control", bench_or_null(json_object_get(r->aa, "id")));
}

int bench_finish_ratio(const struct bench_result_build *b,
		       struct bench_result_cell *c, const json_t *aas)
{
	struct ratio r = {
		.baseline = c->baseline,
		.of = cost_of(c),
		.logs = bench_result_values_new(c),
		.comparisons = bench_result_comparisons(b, c),
		.alpha = b->alpha,
		.threshold = b->threshold,
		.is_invalid = !strcmp(bench_text(c->json, "status"), "invalid"),
		.aa = bench_aa_for(aas, c->json),
	};
	json_t *ratio = NULL;

	if (!r.logs)
		return -ENOMEM;
	r.n = bench_result_values(c, BENCH_FIGURE_RATIO_LOG, 0, r.logs, NULL);
	if (c->baseline && !bench_result_against_floor(c)) {
		r.added = added_json(b, c);
		if (!r.added) {
			free(r.logs);
			return -ENOMEM;
		}
		ratio = ratio_json(&r);
	}
	if (ratio)
		bench_set(c->json, "ratio", ratio);
	free(r.logs);
	return 0;
}

/* ---- Results of builds that judged attempted events ---- */

static double in_round(const json_t *round, enum bench_figure figure)
{
	const json_t *value = json_object_get(json_object_get(round, "figures"),
					      bench_figure_key(figure));

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Take a round's ratio anew; false: it lacks what that takes. */
static bool judge_round(json_t *round, double *log, double *added)
{
	double ns = in_round(round, BENCH_FIGURE_WRITER_NS_PER_COMMITTED);
	double base =
		in_round(round, BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT);

	*added = ns - base;
	return !bench_stats_log_ratio(ns, base, log);
}

static void put_rounds(json_t *cell, const double *logs)
{
	json_t *rounds = json_object_get(cell, "rounds"), *round;
	char key[BENCH_FIGURE_PATH];
	size_t i, n = 0;

	bench_figure_path(BENCH_FIGURE_RATIO_LOG, key);
	json_array_foreach (rounds, i, round)
		if (!isnan(in_round(round, BENCH_FIGURE_RATIO_LOG)))
			bench_set(json_object_get(round, "figures"), key,
				  json_real(logs[n++]));
}

/* The logs and what is added, of every round that has a ratio; false: one of
 * them lacks what it takes. */
static bool judge_rounds(const json_t *cell, struct ratio *r, double *added)
{
	json_t *rounds = json_object_get(cell, "rounds"), *round;
	size_t i;

	json_array_foreach (rounds, i, round) {
		if (isnan(in_round(round, BENCH_FIGURE_RATIO_LOG)))
			continue;
		if (!judge_round(round, &r->logs[r->n], &added[r->n]))
			return false;
		r->n++;
	}
	return r->n > 0;
}

/* A share by which a cost may differ from the time that passed. */
#define HIDDEN 0.1

/*
 * Those builds took the median slice. Where swaps are rarer than slices, or take
 * few of them as a whole, that is one without a swap: more time has passed for
 * each stored event than the cost says.
 */
static bool hides_swaps(const json_t *cell)
{
	double cost = bench_get_number(cell, "writer.ns-per-committed.median");
	double rate = bench_get_number(cell, "writer.committed-per-s.median");

	return 1e9 / rate > cost * (1 + HIDDEN);
}

static void forget_stored(json_t *cell)
{
	json_t *rounds = json_object_get(cell, "rounds"), *round;
	char key[BENCH_FIGURE_PATH];
	size_t i;

	bench_figure_path(BENCH_FIGURE_WRITER_NS_PER_COMMITTED, key);
	json_array_foreach (rounds, i, round)
		json_object_del(json_object_get(round, "figures"), key);
	json_object_del(json_object_get(cell, "writer"), "ns-per-committed");
}

static int judge_cell(const json_t *result, json_t *cell)
{
	json_t *old = json_object_get(cell, "ratio"), *ratio = NULL;
	size_t rounds = json_array_size(json_object_get(cell, "rounds"));
	double *added = calloc(rounds + 1, sizeof(*added));
	char key[64];
	double k;
	struct ratio r = {
		.baseline = bench_text(old, "baseline"),
		.of = BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
		.logs = calloc(rounds + 1, sizeof(*r.logs)),
		.alpha = bench_get_number(result, "statistics.alpha"),
		.threshold = bench_get_number(result, "statistics.threshold"),
		.is_invalid = !strcmp(bench_text(cell, "status"), "invalid"),
		.aa = bench_aa_for(json_object_get(result, "aa"), cell),
	};
	int err = r.logs && added ? 0 : -ENOMEM;

	snprintf(key, sizeof(key), "statistics.comparisons.%s",
		 bench_text(cell, "scenario"));
	k = bench_get_number(result, key);
	r.comparisons = k >= 1 ? (unsigned int)k : 1;
	if (!err && judge_rounds(cell, &r, added)) {
		r.added = bench_summary_json(added, r.n, r.alpha);
		put_rounds(cell, r.logs);
		ratio = ratio_json(&r);
	}
	if (ratio)
		bench_set(cell, "ratio", ratio);
	free(r.logs);
	free(added);
	return err;
}

int bench_legacy_judge(json_t *result)
{
	json_t *cells = json_object_get(result, "cells"), *cell;
	size_t i;
	int err = 0;

	json_array_foreach (cells, i, cell) {
		const json_t *ratio = json_object_get(cell, "ratio");

		if (!err && json_is_object(ratio) && !bench_text(ratio, "of") &&
		    bench_view_is_swapped(cell)) {
			if (hides_swaps(cell))
				forget_stored(cell);
			else
				err = judge_cell(result, cell);
		}
	}
	return err;
}

/* ---- The A/A control ---- */

/* Why this A/A control failed, in words; false: it passed. */
static bool aa_fails(size_t n, unsigned int k, double alpha,
		     const struct bench_sign_interval *s, char *text,
		     size_t size)
{
	double most = fmax(fabs(expm1(s->lo)), fabs(expm1(s->hi)));

	if (isnan(s->lo))
		snprintf(text, size, "%zu rounds are too few, %u are needed", n,
			 bench_stats_rounds_needed(k, alpha));
	else if (s->lo > 0 || s->hi < 0)
		snprintf(text, size,
			 "identical code differed by %.1f %%: this machine was "
			 "too noisy",
			 100 * fabs(expm1(s->median)));
	else if (most > BENCH_AA_LIMIT)
		snprintf(text, size,
			 "identical code is told apart to %.0f %% only (limit "
			 "%.0f %%): this machine was too noisy",
			 100 * most, 100 * BENCH_AA_LIMIT);
	else
		return false;
	return true;
}

static json_t *aa_json(const struct bench_result_build *b,
		       const struct bench_result_cell *c)
{
	struct bench_sign_interval s = { .median = NAN, .lo = NAN, .hi = NAN };
	unsigned int k = controls(b);
	double *logs = bench_result_values_new(c);
	json_t *list = json_array();
	char text[160] = "";
	bool fails;
	size_t n;

	if (!logs || !list) {
		free(logs);
		json_decref(list);
		return NULL;
	}
	n = bench_result_values(c, BENCH_FIGURE_RATIO_LOG, 0, logs, NULL);
	if (bench_stats_sign_interval(logs, n, b->alpha, k, &s)) {
		s.lo = s.hi = NAN;
		bench_stats_median(logs, n, &s.median);
	}
	fails = aa_fails(n, k, b->alpha, &s, text, sizeof(text));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_real(logs[i]));
	free(logs);
	return json_pack(
		"{s:O, s:O, s:O, s:s, s:b, s:o, s:o, s:o, s:o, s:I, s:i, s:o}",
		"id", json_object_get(c->json, "id"), "scenario",
		json_object_get(c->json, "scenario"), "placement",
		json_object_get(c->json, "placement"), "writer-state",
		bench_writer_state(c->json), "passed", !fails, "reason",
		fails ? json_string(text) : json_null(), "median",
		bench_number(exp(s.median)), "low", bench_number(exp(s.lo)),
		"high", bench_number(exp(s.hi)), "n", (json_int_t)n, "marked",
		(int)c->marked, "logs", list);
}

json_t *bench_aas_json(const struct bench_result_build *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->n_cells; i++)
		if (bench_result_is_aa(&b->cells[i]) &&
		    json_array_size(b->cells[i].rounds))
			json_array_append_new(list, aa_json(b, &b->cells[i]));
	return list;
}
