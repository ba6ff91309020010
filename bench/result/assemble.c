/* SPDX-License-Identifier: MIT */
/* assemble.c - what cells and run come to, once all blocks are in. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/intervals.h"
#include "bench/stats/ranks.h"
#include "bench/stats/stats.h"
#include "bench/stats/verdict.h"
#include "ringbuf/local.h"
#include "strategies/strategy.h"

/* ---- Raw values of a cell ---- */

/* One figure over the usable rounds, into @values (room for all rounds) and,
 * unless NULL, their round numbers. */
static size_t collect(const struct bench_result_cell *c, const char *figure,
		      double *values, json_int_t *numbers)
{
	size_t size = json_array_size(c->rounds), n = 0;

	for (size_t i = 0; i < size; i++) {
		const json_t *round = json_array_get(c->rounds, i);
		const json_t *value = json_object_get(
			json_object_get(round, "figures"), figure);

		if (!json_is_number(value))
			continue;
		if (numbers)
			numbers[n] = json_integer_value(
				json_object_get(round, "round"));
		values[n++] = json_number_value(value);
	}
	return n;
}

static double *values_new(const struct bench_result_cell *c)
{
	return calloc(json_array_size(c->rounds) + 1, sizeof(double));
}

/* ---- Status ---- */

static json_int_t count_of(const struct bench_result_cell *c,
			   const char *status)
{
	return json_integer_value(json_object_get(c->blocks, status));
}

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

/* "2 lost, 1 torn" */
static void violations_text(const struct bench_result_cell *c, char *text,
			    size_t n)
{
	static const char *const kinds[][2] = {
		{ "lost", "lost" },
		{ "duplicated", "duplicated" },
		{ "torn", "torn" },
		{ "out-of-order", "out of order" },
		{ "unreadable", "snapshots unreadable" },
		{ "late", "snapshots written to while read" },
	};
	const json_t *v = json_object_get(c->json, "verification");
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json_int_t count =
			json_integer_value(json_object_get(v, kinds[i][0]));

		if (count && used < n)
			used += (size_t)snprintf(text + used, n - used,
						 "%s%lld %s", used ? ", " : "",
						 (long long)count, kinds[i][1]);
	}
	if (!used)
		snprintf(text, n, "%lld violations",
			 (long long)json_integer_value(
				 json_object_get(v, "violations")));
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

	if (count_of(c, "invalid")) {
		violations_text(c, text, n);
		return "invalid";
	}
	if (count_of(c, "crashed")) {
		crash_text(c, text, n);
		return "invalid";
	}
	if (count_of(c, "timed-out")) {
		reason_text(c, "timed-out", "the watchdog ended it", text, n);
		return "invalid";
	}
	if (count_of(c, "broken")) {
		violations_text(c, text, n);
		return "broken";
	}
	if (count_of(c, "ok"))
		return "ok";
	if (count_of(c, "unavailable")) {
		reason_text(c, "unavailable", "not said", text, n);
		return "unavailable";
	}
	if (count_of(c, "disturbed"))
		reason_text(c, "disturbed", "disturbed", text, n);
	else
		snprintf(text, n, "run stopped before it: %s",
			 why ? why : "cut short");
	return "unmeasured";
}

static void finish_status(const struct bench_result_build *b,
			  struct bench_result_cell *c)
{
	const struct swap_strategy *s =
		swap_find(bench_text(c->json, "strategy"));
	char text[256] = "";
	const char *status;

	if (s && strcmp(c->scenario, "floor"))
		bench_set(c->json, "sound", json_boolean(s->sound));
	if (!strcmp(bench_text(c->json, "status"), "unavailable"))
		return;
	status = judge_status(b, c, text, sizeof(text));
	bench_set(c->json, "status", json_string(status));
	bench_set(c->json, "reason", *text ? json_string(text) : json_null());
}

/* ---- Summaries and distributions ---- */

static int finish_figures(const struct bench_result_build *b,
			  struct bench_result_cell *c)
{
	double *values = values_new(c);
	char key[64];

	if (!values)
		return -ENOMEM;
	/* the first, the log ratio, gets a verdict instead */
	for (int i = 1; i < BENCH_FIGURES; i++) {
		const struct bench_member *f = &bench_figures[i];
		size_t n;

		snprintf(key, sizeof(key), "%s.%s", f->part, f->name);
		n = collect(c, key, values, NULL);
		if (n)
			bench_set(bench_part(c->json, f->part), f->name,
				  bench_summary_json(values, n, b->alpha));
	}
	free(values);
	return 0;
}

/* One percentile of a pool; its interval runs over the rounds' percentiles if
 * there are enough of them, else over the pooled values. */
static json_t *percentile_json(const struct bench_result_build *b,
			       const struct bench_result_cell *c, int dist,
			       int p, double *values)
{
	double q = bench_percents[p] / 100;
	struct bench_hist_quantile pooled;
	struct bench_sign_interval over;
	uint64_t needs = bench_stats_support(q, b->alpha);
	char key[64];
	size_t n;

	if (bench_hist_percentile(c->pool[dist], q, b->alpha, &pooled))
		return json_pack("{s:f, s:n, s:n, s:n, s:n, s:I}", "percent",
				 bench_percents[p], "ns", "low", "high", "over",
				 "needs", (json_int_t)needs);
	snprintf(key, sizeof(key), "%s.%s.%s", bench_dists[dist].part,
		 bench_dists[dist].name, bench_percent_names[p]);
	n = collect(c, key, values, NULL);
	if (!bench_stats_sign_interval(values, n, b->alpha, 1, &over))
		return json_pack("{s:f, s:f, s:f, s:f, s:s, s:I}", "percent",
				 bench_percents[p], "ns", pooled.value, "low",
				 fmin(over.lo, pooled.value), "high",
				 fmax(over.hi, pooled.value), "over", "rounds",
				 "needs", (json_int_t)needs);
	return json_pack("{s:f, s:f, s:f, s:f, s:s, s:I}", "percent",
			 bench_percents[p], "ns", pooled.value, "low",
			 (double)pooled.lo, "high", (double)pooled.hi, "over",
			 "values", "needs", (json_int_t)needs);
}

static json_t *distribution_json(const struct bench_result_build *b,
				 const struct bench_result_cell *c, int dist,
				 double *values)
{
	const struct bench_hist *h = c->pool[dist];
	json_t *list = json_array();

	for (int p = 0; p < BENCH_PERCENTS; p++)
		json_array_append_new(list,
				      percentile_json(b, c, dist, p, values));
	if (!h->total)
		return json_pack("{s:i, s:n, s:n, s:n, s:o}", "n", 0, "min",
				 "max", "mean", "percentiles", list);
	return json_pack("{s:I, s:I, s:I, s:f, s:o, s:o}", "n",
			 (json_int_t)h->total, "min", (json_int_t)h->min, "max",
			 (json_int_t)h->max, "mean", bench_hist_mean(h),
			 "percentiles", list, "histogram", bench_hist_json(h));
}

static int finish_distributions(const struct bench_result_build *b,
				struct bench_result_cell *c)
{
	double *values = values_new(c);

	if (!values)
		return -ENOMEM;
	for (int i = 0; i < BENCH_DISTS; i++)
		if (c->pool[i])
			bench_set(bench_part(c->json, bench_dists[i].part),
				  bench_dists[i].name,
				  distribution_json(b, c, i, values));
	free(values);
	return 0;
}

/* ---- Footprint ---- */

static double quantile_or_nan(const struct bench_hist *h, double q,
			      double alpha)
{
	struct bench_hist_quantile value;

	if (!h || bench_hist_percentile(h, q, alpha, &value))
		return NAN;
	return value.value;
}

static json_t *bins_json(const struct bench_result_build *b,
			 const struct bench_result_bins *bins, int series)
{
	json_t *list = json_array();

	for (size_t i = 0; i < bins->n[series]; i++) {
		const struct bench_hist *h = bins->at[series][i];
		double middle =
			bins->from_ns + ((double)i + 0.5) * bins->bin_ns;

		json_array_append_new(
			list,
			json_pack(
				"{s:f, s:I, s:o, s:o}", "t-us", middle / 1e3,
				"n", (json_int_t)(h ? h->total : 0),
				"median-ns",
				bench_number(quantile_or_nan(h, 0.5, b->alpha)),
				"p99-ns",
				bench_number(
					quantile_or_nan(h, 0.99, b->alpha))));
	}
	return list;
}

static void finish_footprint(const struct bench_result_build *b,
			     struct bench_result_cell *c)
{
	json_t *f = json_object_get(c->json, "footprint");

	if (!f || !c->bins.at[0] || !c->bins.at[1])
		return;
	bench_set(f, "swap", bins_json(b, &c->bins, 0));
	bench_set(f, "control", bins_json(b, &c->bins, 1));
}

/* ---- Ratios to the baseline ---- */

static bool is_aa(const struct bench_result_cell *c)
{
	return !strcmp(c->kind, "aa");
}

static bool is_floor(const struct bench_result_cell *c)
{
	return !strcmp(c->scenario, "floor");
}

static bool has_ratio(const struct bench_result_cell *c)
{
	const json_t *round;
	size_t i;

	json_array_foreach (c->rounds, i, round)
		if (json_object_get(json_object_get(round, "figures"),
				    "ratio.log"))
			return true;
	return false;
}

/* The table that a comparison stands in: its scenario's. */
static unsigned int comparisons(const struct bench_result_build *b,
				const char *scenario)
{
	unsigned int k = 0;

	for (size_t i = 0; i < b->n_cells; i++)
		k += !is_aa(&b->cells[i]) && has_ratio(&b->cells[i]) &&
		     !strcmp(b->cells[i].scenario, scenario);
	return k;
}

/* A/A controls of a scenario: they license one table. */
static unsigned int controls(const struct bench_result_build *b,
			     const char *scenario)
{
	unsigned int k = 0;

	for (size_t i = 0; i < b->n_cells; i++)
		k += is_aa(&b->cells[i]) && has_ratio(&b->cells[i]) &&
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

static json_t *or_null(json_t *value)
{
	return value ? json_incref(value) : json_null();
}

static int finish_ratio(const struct bench_result_build *b,
			struct bench_result_cell *c, const json_t *aas)
{
	struct bench_sign_interval s = {
		.lo = NAN, .hi = NAN, .level = NAN, .family_level = NAN
	};
	struct bench_verdict_result verdict;
	const json_t *aa = bench_aa_for(aas, c->json);
	double median, *logs = values_new(c);
	size_t n;

	if (!logs)
		return -ENOMEM;
	n = collect(c, "ratio.log", logs, NULL);
	if (!c->baseline || bench_stats_median(logs, n, &median)) {
		free(logs);
		return 0;
	}
	if (bench_stats_sign_interval(logs, n, b->alpha,
				      comparisons(b, c->scenario), &s))
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
		  or_null(json_object_get(aa, "id")));
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
	double *logs = values_new(c);
	json_t *list = json_array();
	char text[160] = "";
	bool fails;
	size_t n;

	if (!logs || !list) {
		free(logs);
		json_decref(list);
		return NULL;
	}
	n = collect(c, "ratio.log", logs, NULL);
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

static json_t *aas_json(const struct bench_result_build *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->n_cells; i++)
		if (is_aa(&b->cells[i]) && json_array_size(b->cells[i].rounds))
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
	const char *floor, *plus, *name, *scenario, *figure, *words;
} floor_sides[] = {
	{ "append", NULL, "append", "write", "writer.ns-per-event",
	  "ns per event" },
	{ "full-barrier", "append", "barrier+append", "write",
	  "writer.ns-per-event", "ns per event" },
	{ "mutex", NULL, "mutex", "write", "writer.ns-per-event",
	  "ns per event" },
	{ "membarrier", NULL, "membarrier", "swap", "swap.call.p50",
	  "p50 of the swap call" },
	{ "signal", NULL, "signal", "swap", "swap.call.p50",
	  "p50 of the swap call" },
	{ "context-switch", NULL, "context-switch", "swap", "swap.call.p50",
	  "p50 of the swap call" },
	{ "cache-line", NULL, "cache-line", "swap", "swap.call.p50",
	  "p50 of the swap call" },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
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
		    !count_of(c, "ok") ||
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
	const json_t *round, *ns;
	size_t i;

	json_array_foreach (floor->rounds, i, round) {
		ns = json_object_get(json_object_get(round, "figures"),
				     "floor.ns");
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
	double *ns = values_new(c);

	*n = 0;
	if (numbers && ns)
		rounds = collect(c, side->figure, ns, numbers);
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
	logs = values_new(c);
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

static int finish_own_floor(const struct bench_result_build *b,
			    struct bench_result_cell *c)
{
	const struct swap_strategy *s =
		swap_find(bench_text(c->json, "strategy"));

	if (!s || is_aa(c) || !is_bounded(c))
		return 0;
	for (int i = 0; floor_sides[i].floor; i++)
		if (!strcmp(s->floor, floor_sides[i].floor) &&
		    !strcmp(c->scenario, floor_sides[i].scenario))
			return own_floor_with(b, c, &floor_sides[i]);
	return 0;
}

/* ---- The run ---- */

/* How the run ended: "complete", "interrupted", "cut short", ... */
static const char *run_status(const struct bench_result_build *b)
{
	const char *status = bench_text(b->end, "status");

	if (!status)
		status = bench_text(b->end, "reason");
	return status ? status : "cut short";
}

static json_t *run_json(const struct bench_result_build *b)
{
	json_t *plan = json_object_get(b->header, "plan");
	json_t *run = json_object();

	bench_copy(run, b->header, "started");
	bench_copy(run, b->header, "command");
	bench_copy(run, b->header, "matrix");
	bench_copy(run, b->header, "seed");
	bench_copy(run, b->header, "simulated");
	bench_set(run, "rounds-planned",
		  or_null(json_object_get(plan, "rounds")));
	bench_set(run, "rounds", json_integer(b->rounds));
	bench_set(run, "blocks", json_integer(b->blocks));
	bench_set(run, "status", json_string(run_status(b)));
	bench_copy(run, plan, "precision");
	bench_copy(run, b->end, "wall-s");
	bench_copy(run, b->end, "measured-s");
	bench_copy(run, plan, "predicted-s");
	return run;
}

static json_t *build_json(const struct bench_result_build *b)
{
	json_t *build = json_copy(json_object_get(b->header, "build"));

	if (!json_object_get(build, "barrier"))
		bench_set(build, "barrier", json_string(RB_FULL_BARRIER));
	if (!json_object_get(build, "local"))
		bench_set(build, "local", json_string(RB_LOCAL_SPELLING));
	return build;
}

/* Why no number here is more than an indication. */
static json_t *reasons_json(const struct bench_result_build *b)
{
	const json_t *doctor = json_object_get(b->header, "doctor");
	const json_t *build = json_object_get(b->header, "build");
	const char *type = bench_text(build, "build-type");
	const char *sanitizer = bench_text(build, "sanitizer");
	json_t *reasons = json_deep_copy(json_object_get(doctor, "reasons"));

	if (!json_is_array(reasons)) {
		json_decref(reasons);
		reasons = json_array();
	}
	if (!json_is_object(doctor))
		json_array_append_new(
			reasons, json_string("the machine was not examined"));
	if (json_is_true(json_object_get(b->header, "simulated")))
		json_array_append_new(reasons,
				      json_string("simulated topology"));
	if (type && !strcmp(type, "Debug"))
		json_array_append_new(reasons, json_string("a debug build"));
	if (sanitizer && *sanitizer && strcmp(sanitizer, "none"))
		json_array_append_new(reasons,
				      json_sprintf("%s sanitizer", sanitizer));
	return reasons;
}

static json_t *statistics_json(const struct bench_result_build *b)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < b->n_cells; i++) {
		const char *scenario = b->cells[i].scenario;
		unsigned int k = comparisons(b, scenario);

		if (k)
			bench_set(counts, scenario, json_integer(k));
	}
	return json_pack("{s:f, s:f, s:o}", "alpha", b->alpha, "threshold",
			 b->threshold, "comparisons", counts);
}

static int finish_cell(const struct bench_result_build *b,
		       struct bench_result_cell *c, const json_t *aas)
{
	int err;

	finish_status(b, c);
	err = finish_figures(b, c);
	if (!err)
		err = finish_distributions(b, c);
	if (!err)
		err = finish_ratio(b, c, aas);
	if (!err)
		err = finish_own_floor(b, c);
	finish_footprint(b, c);
	return err;
}

/* Own floors need the floors' figures, so floors come first. */
static int finish_cells(const struct bench_result_build *b, const json_t *aas,
			json_t *list)
{
	int err = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < b->n_cells && !err; i++)
			if (is_floor(&b->cells[i]) == (pass == 0))
				err = finish_cell(b, &b->cells[i], aas);
	for (size_t i = 0; i < b->n_cells && !err; i++)
		if (!is_aa(&b->cells[i]))
			json_array_append(list, b->cells[i].json);
	return err;
}

int bench_result_assemble(struct bench_result_build *b, json_t **out)
{
	json_t *aas = aas_json(b);
	json_t *reasons = reasons_json(b);
	json_t *result = json_object();
	json_t *cells = json_array();
	int err;

	err = finish_cells(b, aas, cells);
	bench_set(result, "schema", json_string(BENCH_RESULT_SCHEMA));
	bench_set(result, "run", run_json(b));
	bench_copy(result, b->header, "machine");
	bench_copy(result, b->header, "doctor");
	bench_set(result, "indicative",
		  json_pack("{s:b, s:o}", "stamp", json_array_size(reasons) > 0,
			    "reasons", reasons));
	bench_set(result, "build", build_json(b));
	bench_set(result, "statistics", statistics_json(b));
	bench_set(result, "aa", aas);
	bench_set(result, "cells", cells);
	if (err)
		json_decref(result);
	else
		*out = result;
	return err;
}

bool bench_result_has_invalid(const json_t *result)
{
	const json_t *list = json_object_get(result, "cells");
	const json_t *cell;
	size_t i;

	json_array_foreach (list, i, cell)
		if (!strcmp(bench_text(cell, "status"), "invalid"))
			return true;
	return false;
}
