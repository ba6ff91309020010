/* SPDX-License-Identifier: MIT */
/* distributions.c - what becomes of a cell's figures over its rounds. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/intervals.h"
#include "bench/stats/ranks.h"

/* ---- Distributions ---- */

/* One percentile of a pool; its interval runs over the rounds' percentiles if
 * there are enough of them, else over the pooled values. */
static json_t *percentile_json(const struct bench_result_build *b,
			       const struct bench_result_cell *c,
			       enum bench_figure figure, double percent,
			       double *values)
{
	double q = percent / 100;
	struct bench_hist_quantile pooled;
	struct bench_sign_interval over;
	json_int_t needs = (json_int_t)bench_stats_support(q, b->alpha);
	size_t n;

	if (bench_hist_percentile(c->pools[figure].at[0], q, b->alpha, &pooled))
		return json_pack("{s:f, s:n, s:n, s:n, s:n, s:I}", "percent",
				 percent, "ns", "low", "high", "over", "needs",
				 needs);
	n = bench_result_values(c, figure, percent, values, NULL);
	if (!bench_stats_sign_interval(values, n, b->alpha, 1, &over))
		return json_pack("{s:f, s:f, s:f, s:f, s:s, s:I}", "percent",
				 percent, "ns", pooled.value, "low",
				 fmin(over.lo, pooled.value), "high",
				 fmax(over.hi, pooled.value), "over", "rounds",
				 "needs", needs);
	return json_pack("{s:f, s:f, s:f, s:f, s:s, s:I}", "percent", percent,
			 "ns", pooled.value, "low", (double)pooled.lo, "high",
			 (double)pooled.hi, "over", "values", "needs", needs);
}

static json_t *distribution_json(const struct bench_result_build *b,
				 const struct bench_result_cell *c,
				 enum bench_figure figure, double *values)
{
	const struct bench_hist *h = c->pools[figure].at[0];
	json_t *list = json_array();

	for (int p = 0; p < BENCH_PERCENTS; p++)
		json_array_append_new(list, percentile_json(b, c, figure,
							    bench_percents[p],
							    values));
	if (!h->total)
		return json_pack("{s:i, s:n, s:n, s:n, s:o}", "n", 0, "min",
				 "max", "mean", "percentiles", list);
	return json_pack("{s:I, s:I, s:I, s:f, s:o, s:o}", "n",
			 (json_int_t)h->total, "min", (json_int_t)h->min, "max",
			 (json_int_t)h->max, "mean", bench_hist_mean(h),
			 "percentiles", list, "histogram", bench_hist_json(h));
}

/* ---- Series ---- */

static double quantile_or_nan(const struct bench_hist *h, double q,
			      double alpha)
{
	struct bench_hist_quantile value;

	if (bench_hist_percentile(h, q, alpha, &value))
		return NAN;
	return value.value;
}

static json_t *bin_json(const struct bench_hist *h, double middle_ns,
			double alpha)
{
	return json_pack("{s:f, s:I, s:o, s:o}", "t-us", middle_ns / 1e3, "n",
			 (json_int_t)h->total, "median-ns",
			 bench_number(quantile_or_nan(h, 0.5, alpha)), "p99-ns",
			 bench_number(quantile_or_nan(h, 0.99, alpha)));
}

static json_t *series_json(const struct bench_result_build *b,
			   const struct bench_result_cell *c,
			   const struct bench_result_pools *bins)
{
	json_t *list = json_array();

	for (size_t i = 0; i < bins->n; i++)
		json_array_append_new(
			list,
			bin_json(bins->at[i],
				 c->from_ns + ((double)i + 0.5) * c->bin_ns,
				 b->alpha));
	return list;
}

/* ---- Every figure by its kind ---- */

/* What becomes of a figure; NULL: nothing, or fold.c has done it. */
static json_t *figure_json(const struct bench_result_build *b,
			   const struct bench_result_cell *c,
			   enum bench_figure figure, double *values)
{
	const struct bench_result_pools *pools = &c->pools[figure];
	size_t n;

	switch (bench_figure_info(figure)->kind) {
	case BENCH_KIND_VALUE:
		n = bench_result_values(c, figure, 0, values, NULL);
		return n ? bench_summary_json(values, n, b->alpha) : NULL;
	case BENCH_KIND_DIST:
		return pools->at ? distribution_json(b, c, figure, values)
				 : NULL;
	case BENCH_KIND_SERIES:
		return pools->at ? series_json(b, c, pools) : NULL;
	default:
		return NULL;
	}
}

int bench_finish_figures(const struct bench_result_build *b,
			 struct bench_result_cell *c)
{
	double *values = bench_result_values_new(c);

	if (!values)
		return -ENOMEM;
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		enum bench_figure figure = (enum bench_figure)f;
		json_t *json = figure_json(b, c, figure, values);

		if (json)
			bench_figure_set(c->json, figure, json);
	}
	free(values);
	return 0;
}
