/* SPDX-License-Identifier: MIT */
/* report_effects.c - copies and planted delays: what was found of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/stats/stats.h"
#include "tests/validity/report.h"
#include "tests/validity/report_tally.h"

static double quantile(const double *values, unsigned int n, double q)
{
	double out = NAN;

	bench_stats_quantile(values, n, q, &out);
	return out;
}

static void print_tally(const struct tally *t)
{
	const unsigned int *v = t->verdicts;

	printf("| %s, %s | %+.0f %% | %u | %u | %u | %u | %u | %u | ",
	       t->truth.base, t->truth.scenario,
	       100 * expm1(t->truth.log_ratio), t->n, t->none,
	       v[BENCH_VERDICT_WORSE], v[BENCH_VERDICT_BETTER],
	       v[BENCH_VERDICT_EQUIVALENT], v[BENCH_VERDICT_NOT_RESOLVED]);
	if (t->intervals)
		printf("%+.2f %% | ±%.1f %% | ",
		       100 * expm1(quantile(t->medians, t->n, 0.5)),
		       100 * quantile(t->half, t->intervals, 0.5));
	else
		printf("- | - | ");
	report_share(t->covered, t->intervals);
	printf(" |\n");
}

static void print_runs(int n, char **paths)
{
	printf("| run | started | commit | cells | rounds | ended | A/A |\n"
	       "|---|---|---|---|---|---|---|\n");
	for (int i = 0; i < n; i++) {
		json_t *result = report_load(paths[i]);
		const json_t *run = json_object_get(result, "run");
		const json_t *aa = report_control(result);

		printf("| %s | %s | %s | %zu | %d | %s | %.3f [%.3f, %.3f] "
		       "%s |\n",
		       report_text(json_object_get(run, "matrix"), "name"),
		       report_text(run, "started"),
		       json_string_value(report_at(result, "build", "commit")),
		       json_array_size(json_object_get(result, "cells")),
		       (int)json_integer_value(json_object_get(run, "rounds")),
		       report_text(run, "status"),
		       json_number_value(json_object_get(aa, "median")),
		       json_number_value(json_object_get(aa, "low")),
		       json_number_value(json_object_get(aa, "high")),
		       report_passed(aa) ? "passed" : "failed");
		json_decref(result);
	}
}

/* Sums over the report_tallies that a question is about. */
static unsigned int sum(double from, double to, const char *scenario,
			unsigned int (*what)(const struct tally *))
{
	unsigned int total = 0;

	for (unsigned int i = 0; i < report_n_tallies; i++) {
		double effect = expm1(report_tallies[i].truth.log_ratio);

		if (effect >= from && effect < to &&
		    (!scenario ||
		     !strcmp(report_tallies[i].truth.scenario, scenario)))
			total += what(&report_tallies[i]);
	}
	return total;
}

static unsigned int judged(const struct tally *t)
{
	return t->n;
}

static unsigned int found(const struct tally *t)
{
	return t->verdicts[BENCH_VERDICT_WORSE];
}

static unsigned int different(const struct tally *t)
{
	return t->verdicts[BENCH_VERDICT_WORSE] +
	       t->verdicts[BENCH_VERDICT_BETTER];
}

static unsigned int excluded(const struct tally *t)
{
	return t->excluded;
}

static unsigned int wrong_sign(const struct tally *t)
{
	return t->wrong_sign;
}

static unsigned int intervals(const struct tally *t)
{
	return t->intervals;
}

static unsigned int covered(const struct tally *t)
{
	return t->covered;
}

static void print_identical(void)
{
	unsigned int n = sum(-0.001, 0.001, NULL, judged);
	unsigned int hits = sum(-0.001, 0.001, NULL, different);

	printf("\n**Identical code called different:** ");
	report_share(hits, n);
	printf(". Target, at most 5 %% in at least 60 comparisons: %s%s.\n",
	       report_held(n && hits * 20 <= n), n < 60 ? ", too few" : "");
	printf("Intervals that exclude 1, whatever the threshold says: ");
	report_share(sum(-0.001, 0.001, NULL, excluded), n);
	printf(".\n");
}

static void print_found(double effect, const char *scenario)
{
	unsigned int n = sum(effect - 0.001, effect + 0.001, scenario, judged);

	if (!n)
		return;
	printf("- planted %+.0f %% in the %s, called WORSE: ", 100 * effect,
	       scenario);
	report_share(sum(effect - 0.001, effect + 0.001, scenario, found), n);
	printf("; intervals without 1: ");
	report_share(sum(effect - 0.001, effect + 0.001, scenario, excluded),
		     n);
	printf("\n");
}

static void print_resolvable(const char *scenario)
{
	static const double sizes[] = { 0.02, 0.05, 0.1, 0.2 };

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		double from = sizes[i] - 0.001, to = sizes[i] + 0.001;
		unsigned int n = sum(from, to, scenario, judged);

		if (!n || sum(from, to, scenario, found) * 20 < n * 19)
			continue;
		printf("The smallest planted effect in the %s that was "
		       "called in at least 95 %% of comparisons: %+.0f %%.\n",
		       scenario, 100 * sizes[i]);
		return;
	}
	printf("No planted effect in the %s was called in 95 %% of "
	       "comparisons.\n",
	       scenario);
}

/* The targets of one side: +5 % and above is to be found. */
static void print_side(const char *scenario)
{
	unsigned int n = sum(0.04, 1, scenario, judged);
	unsigned int hits = sum(0.04, 1, scenario, found);
	unsigned int wrong = sum(0.01, 1, scenario, wrong_sign);

	if (!sum(0.01, 1, scenario, judged))
		return;
	printf("\n");
	print_found(0.02, scenario);
	print_found(0.05, scenario);
	print_found(0.1, scenario);
	print_found(0.2, scenario);
	printf("\n**Planted +5 %% and above in the %s, found:** ", scenario);
	report_share(hits, n);
	printf(". Target, at least 95 %%: %s. ",
	       report_held(n && hits * 20 >= n * 19));
	print_resolvable(scenario);
	printf("\n**Wrong signs:** %u. Target, none: %s.\n", wrong,
	       report_held(!wrong));
}

static void print_planted(void)
{
	double level = 0;

	for (unsigned int i = 0; i < report_n_tallies; i++)
		level += report_tallies[i].level;
	print_side("write");
	print_side("swap");
	printf("\n**Intervals that cover the truth:** ");
	report_share(sum(-1, 1, NULL, covered), sum(-1, 1, NULL, intervals));
	printf("; promised on average %.1f %%.\n",
	       100 * level / sum(-1, 1, NULL, intervals));
}

int report_effects(int n, char **paths)
{
	for (int i = 0; i < n; i++) {
		json_t *result = report_load(paths[i]);

		/* truths keep pointing into it */
		report_count(result);
	}
	print_runs(n, paths);
	printf("\n| row | truth | judged | A/A failed | WORSE | BETTER | "
	       "EQUIVALENT | NOT RESOLVED | median found | half-width | "
	       "interval covers the truth |\n"
	       "|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (unsigned int i = 0; i < report_n_tallies; i++)
		print_tally(&report_tallies[i]);
	if (sum(-0.001, 0.001, NULL, judged))
		print_identical();
	if (sum(-1, 1, NULL, intervals))
		print_planted();
	else
		printf("\nA/A failed in every run: this machine was too noisy "
		       "to judge anything.\n");
	return 0;
}
