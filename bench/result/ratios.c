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

static void judge(const struct bench_result_build *b,
		  const struct bench_result_cell *c, const json_t *aa,
		  double median, const struct bench_sign_interval *s,
		  struct bench_verdict_result *out)
{
	struct bench_verdict_input in = {
		.log_ratio = median,
		.log_lo = s->lo,
		.log_hi = s->hi,
		.threshold = b->threshold,
		.aa_log_lo = log(bench_get_number(aa, "low")),
		.aa_log_hi = log(bench_get_number(aa, "high")),
		.aa_passed = json_is_true(json_object_get(aa, "passed")),
		.invalid = !strcmp(bench_text(c->json, "status"), "invalid"),
	};

	bench_verdict_judge(&in, out);
}

int bench_finish_ratio(const struct bench_result_build *b,
		       struct bench_result_cell *c, const json_t *aas)
{
	struct bench_sign_interval s = {
		.lo = NAN, .hi = NAN, .level = NAN, .family_level = NAN
	};
	struct bench_verdict_result verdict;
	const json_t *aa = bench_aa_for(aas, c->json);
	double median, *logs = bench_result_values_new(c);
	json_t *ratio, *added = added_json(b, c);
	char of[BENCH_FIGURE_PATH];
	size_t n;

	if (!logs || !added) {
		free(logs);
		json_decref(added);
		return -ENOMEM;
	}
	n = bench_result_values(c, BENCH_FIGURE_RATIO_LOG, 0, logs, NULL);
	if (!c->baseline || bench_result_against_floor(c) ||
	    bench_stats_median(logs, n, &median)) {
		free(logs);
		json_decref(added);
		return 0;
	}
	if (bench_stats_sign_interval(logs, n, b->alpha,
				      bench_result_comparisons(b, c), &s))
		s.lo = s.hi = s.level = s.family_level = NAN;
	judge(b, c, aa, median, &s, &verdict);
	ratio = json_pack(
		"{s:s, s:f, s:o, s:o, s:I, s:s, s:o, s:o, s:s, s:f, s:o, s:o}",
		"baseline", c->baseline, "median", exp(median), "low",
		bench_number(exp(s.lo)), "high", bench_number(exp(s.hi)), "n",
		(json_int_t)n, "of", bench_figure_path(cost_of(c), of), "level",
		bench_number(s.level), "family-level",
		bench_number(s.family_level), "verdict",
		bench_verdict_name(verdict.verdict), "threshold",
		verdict.threshold, "half-width",
		bench_number(verdict.half_width), "added-ns", added);
	bench_set(ratio, "control", bench_or_null(json_object_get(aa, "id")));
	bench_set(c->json, "ratio", ratio);
	free(logs);
	return 0;
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
