/* SPDX-License-Identifier: MIT */
/* ratios.c - cells against their baselines, A/A controls and floors. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/intervals.h"
#include "bench/stats/stats.h"
#include "bench/stats/verdict.h"
#include "strategies/strategy.h"

/* ---- Ratios to the baseline ---- */

static bool has_ratio(const struct bench_result_cell *c)
{
	char key[BENCH_FIGURE_PATH];
	const json_t *round;
	size_t i;

	bench_figure_path(BENCH_FIGURE_RATIO_LOG, key);
	json_array_foreach (c->rounds, i, round)
		if (json_object_get(json_object_get(round, "figures"), key))
			return true;
	return false;
}

/* The table that a comparison stands in: its scenario's. */
unsigned int bench_result_comparisons(const struct bench_result_build *b,
				      const char *scenario)
{
	unsigned int k = 0;

	for (size_t i = 0; i < b->n_cells; i++)
		k += !bench_result_is_aa(&b->cells[i]) &&
		     has_ratio(&b->cells[i]) &&
		     !strcmp(b->cells[i].scenario, scenario);
	return k;
}

/* A/A controls of a scenario: they license one table. */
static unsigned int controls(const struct bench_result_build *b,
			     const char *scenario)
{
	unsigned int k = 0;

	for (size_t i = 0; i < b->n_cells; i++)
		k += bench_result_is_aa(&b->cells[i]) &&
		     has_ratio(&b->cells[i]) &&
		     !strcmp(b->cells[i].scenario, scenario);
	return k;
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
	size_t n;

	if (!logs)
		return -ENOMEM;
	n = bench_result_values(c, BENCH_FIGURE_RATIO_LOG, 0, logs, NULL);
	if (!c->baseline || bench_stats_median(logs, n, &median)) {
		free(logs);
		return 0;
	}
	if (bench_stats_sign_interval(logs, n, b->alpha,
				      bench_result_comparisons(b, c->scenario),
				      &s))
		s.lo = s.hi = s.level = s.family_level = NAN;
	judge(b, c, aa, median, &s, &verdict);
	bench_set(c->json, "ratio",
		  json_pack("{s:s, s:f, s:o, s:o, s:I, s:o, s:o, s:s, s:f, "
			    "s:o}",
			    "baseline", c->baseline, "median", exp(median),
			    "low", bench_number(exp(s.lo)), "high",
			    bench_number(exp(s.hi)), "n", (json_int_t)n,
			    "level", bench_number(s.level), "family-level",
			    bench_number(s.family_level), "verdict",
			    bench_verdict_name(verdict.verdict), "threshold",
			    verdict.threshold, "half-width",
			    bench_number(verdict.half_width)));
	bench_set(json_object_get(c->json, "ratio"), "control",
		  bench_or_null(json_object_get(aa, "id")));
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
	unsigned int k = controls(b, c->scenario);
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
	if (bench_stats_sign_interval(logs, n, b->alpha, k ? k : 1, &s)) {
		s.lo = s.hi = NAN;
		bench_stats_median(logs, n, &s.median);
	}
	fails = aa_fails(n, k ? k : 1, b->alpha, &s, text, sizeof(text));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_real(logs[i]));
	free(logs);
	return json_pack(
		"{s:O, s:O, s:O, s:s, s:b, s:o, s:o, s:o, s:o, s:I, s:o}", "id",
		json_object_get(c->json, "id"), "scenario",
		json_object_get(c->json, "scenario"), "placement",
		json_object_get(c->json, "placement"), "writer-state",
		bench_writer_state(c->json), "passed", !fails, "reason",
		fails ? json_string(text) : json_null(), "median",
		bench_number(exp(s.median)), "low", bench_number(exp(s.lo)),
		"high", bench_number(exp(s.hi)), "n", (json_int_t)n, "logs",
		list);
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

/* ---- Ratios to the own floor ---- */

/*
 * Which side of a strategy its floor bounds. A write cannot be cheaper than the
 * event it stores, a full barrier drains that event's stores first, and a lock
 * is taken and released around it. A swap that has to reach a running writer
 * cannot be quicker than what it reaches it with. The lock's swap waits for a
 * writer and not for a lock that is free, so nothing here bounds it.
 */
static const struct floor_side {
	const char *floor, *plus, *name, *scenario;
	enum bench_figure figure;
	double percent; /* of a distribution; else 0 */
	const char *words;
} floor_sides[] = {
#define NS_PER_EVENT BENCH_FIGURE_WRITER_NS_PER_EVENT, 0, "ns per event"
#define SWAP_CALL    BENCH_FIGURE_SWAP_CALL, 50, "p50 of the swap call"
	{ "append", NULL, "append", "write", NS_PER_EVENT },
	{ "full-barrier", "append", "barrier+append", "write", NS_PER_EVENT },
	{ "mutex", NULL, "mutex", "write", NS_PER_EVENT },
	{ "membarrier", NULL, "membarrier", "swap", SWAP_CALL },
	{ "signal", NULL, "signal", "swap", SWAP_CALL },
	{ "context-switch", NULL, "context-switch", "swap", SWAP_CALL },
	{ "cache-line", NULL, "cache-line", "swap", SWAP_CALL },
	{ .floor = NULL },
};

/* Floors of two PUs have a peer that runs all the time; so must the writer.
 * One that sleeps or shares its PU is reached in another way, or need not be
 * reached at all. */
static bool is_bounded(const struct bench_result_cell *c)
{
	return strcmp(c->scenario, "swap") != 0 ||
	       (!strcmp(bench_writer_state(c->json), "saturated") &&
		strcmp(bench_text(c->json, "placement"), "same-pu") != 0);
}

/* Does this row of `append` write what the cell writes? */
static bool writes_the_same(const json_t *floor, const json_t *cell)
{
	static const char *const axes[] = { "payload", "buffer-kib", "stamp",
					    "mode" };
	const json_t *a = json_object_get(floor, "axes");
	const json_t *b = json_object_get(cell, "axes");

	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++)
		if (!json_equal(json_object_get(a, axes[i]),
				json_object_get(b, axes[i])))
			return false;
	return true;
}

/* The row of a floor that stands for a cell: a swap's for the same two PUs, a
 * write's wherever it was measured. */
static const struct bench_result_cell *
find_floor(const struct bench_result_build *b, const char *name,
	   const struct bench_result_cell *of)
{
	const char *placement = bench_text(of->json, "placement");
	const struct bench_result_cell *other = NULL;

	for (size_t i = 0; i < b->n_cells; i++) {
		const struct bench_result_cell *c = &b->cells[i];

		if (strcmp(c->scenario, "floor") ||
		    strcmp(bench_text(c->json, "strategy"), name) ||
		    !bench_result_blocks(c, "ok") ||
		    (!strcmp(name, "append") &&
		     !writes_the_same(c->json, of->json)))
			continue;
		if (!strcmp(bench_text(c->json, "placement"), placement))
			return c;
		other = c;
	}
	return strcmp(of->scenario, "write") ? NULL : other;
}

/* What a floor took in one round; NaN: nothing. */
static double floor_in_round(const struct bench_result_cell *floor,
			     json_int_t number)
{
	char key[BENCH_FIGURE_PATH];
	const json_t *round, *ns;
	size_t i;

	bench_figure_path(BENCH_FIGURE_FLOOR_NS, key);
	json_array_foreach (floor->rounds, i, round) {
		ns = json_object_get(json_object_get(round, "figures"), key);
		if (json_is_number(ns) && json_integer_value(json_object_get(
						  round, "round")) == number)
			return json_number_value(ns);
	}
	return NAN;
}

/* Log ratios of the rounds that have both; not paired in one process. @plus
 * may be NULL. */
static int ratios_by_round(const struct bench_result_cell *c,
			   const struct floor_side *side,
			   const struct bench_result_cell *floor,
			   const struct bench_result_cell *plus, double *logs,
			   size_t *n)
{
	size_t rounds = json_array_size(c->rounds);
	json_int_t *numbers = calloc(rounds + 1, sizeof(*numbers));
	double *ns = bench_result_values_new(c);

	*n = 0;
	if (numbers && ns)
		rounds = bench_result_values(c, side->figure, side->percent, ns,
					     numbers);
	for (size_t i = 0; numbers && ns && i < rounds; i++) {
		double limit = floor_in_round(floor, numbers[i]);

		if (plus)
			limit += floor_in_round(plus, numbers[i]);
		if (!bench_stats_log_ratio(ns[i], limit, &logs[*n]))
			++*n;
	}
	free(ns);
	free(numbers);
	return numbers && ns ? 0 : -ENOMEM;
}

static double floor_median(const struct bench_result_cell *floor)
{
	return bench_get_number(floor->json, "floor.ns.median");
}

static int own_floor_with(const struct bench_result_build *b,
			  struct bench_result_cell *c,
			  const struct floor_side *side)
{
	struct bench_sign_interval s = { .lo = NAN, .hi = NAN };
	const struct bench_result_cell *floor, *plus = NULL;
	double median, *logs;
	size_t n;
	int err;

	floor = find_floor(b, side->floor, c);
	if (side->plus)
		plus = find_floor(b, side->plus, c);
	if (!floor || (side->plus && !plus))
		return 0;
	logs = bench_result_values_new(c);
	if (!logs)
		return -ENOMEM;
	err = ratios_by_round(c, side, floor, plus, logs, &n);
	if (bench_stats_sign_interval(logs, n, b->alpha, 1, &s))
		s.lo = s.hi = NAN;
	if (!err && !bench_stats_median(logs, n, &median))
		bench_set(c->json, "own-floor",
			  json_pack("{s:s, s:s, s:f, s:f, s:o, s:o, s:I}",
				    "name", side->name, "of", side->words, "ns",
				    floor_median(floor) +
					    (plus ? floor_median(plus) : 0),
				    "ratio", exp(median), "low",
				    bench_number(exp(s.lo)), "high",
				    bench_number(exp(s.hi)), "n",
				    (json_int_t)n));
	free(logs);
	return err;
}

int bench_finish_own_floor(const struct bench_result_build *b,
			   struct bench_result_cell *c)
{
	const struct swap_strategy *s =
		swap_find(bench_text(c->json, "strategy"));

	if (!s || bench_result_is_aa(c) || !is_bounded(c))
		return 0;
	for (int i = 0; floor_sides[i].floor; i++)
		if (!strcmp(s->floor, floor_sides[i].floor) &&
		    !strcmp(c->scenario, floor_sides[i].scenario))
			return own_floor_with(b, c, &floor_sides[i]);
	return 0;
}
