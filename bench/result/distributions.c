/* SPDX-License-Identifier: MIT */
/* distributions.c - a cell's figures over its rounds: summaries, percentiles,
 * bins. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/intervals.h"
#include "bench/stats/ranks.h"

/* ---- Summaries and distributions ---- */

int bench_finish_figures(const struct bench_result_build *b,
			 struct bench_result_cell *c)
{
	double *values = bench_result_values_new(c);
	char key[64];

	if (!values)
		return -ENOMEM;
	/* the first, the log ratio, gets a verdict instead */
	for (int i = 1; i < BENCH_FIGURES; i++) {
		const struct bench_member *f = &bench_figures[i];
		size_t n;

		snprintf(key, sizeof(key), "%s.%s", f->part, f->name);
		n = bench_result_values(c, key, values, NULL);
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
	n = bench_result_values(c, key, values, NULL);
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

int bench_finish_distributions(const struct bench_result_build *b,
			       struct bench_result_cell *c)
{
	double *values = bench_result_values_new(c);

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

void bench_finish_footprint(const struct bench_result_build *b,
			    struct bench_result_cell *c)
{
	json_t *f = json_object_get(c->json, "footprint");

	if (!f || !c->bins.at[0] || !c->bins.at[1])
		return;
	bench_set(f, "swap", bins_json(b, &c->bins, 0));
	bench_set(f, "control", bins_json(b, &c->bins, 1));
}
