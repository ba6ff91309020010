/* SPDX-License-Identifier: MIT */
/* numbers.c - histograms, summaries and percentiles as JSON. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/stats/intervals.h"

#include "bench/result/parts.h"
#include "bench/stats/stats.h"

json_t *bench_summary_json(const double *values, size_t n, double alpha)
{
	struct bench_sign_interval s = { .lo = NAN, .hi = NAN };
	double median = NAN;

	if (bench_stats_sign_interval(values, n, alpha, 1, &s))
		s.lo = s.hi = NAN;
	bench_stats_median(values, n, &median);
	return json_pack("{s:o, s:o, s:o, s:I}", "median", bench_number(median),
			 "low", bench_number(s.lo), "high", bench_number(s.hi),
			 "n", (json_int_t)n);
}

const char *bench_writer_state(const json_t *cell)
{
	const char *state =
		bench_text(json_object_get(cell, "axes"), "writer-state");

	return state ? state : "saturated";
}

/* Controls of older results are the write's and do not say so. */
static bool speaks_for(const json_t *aa, const json_t *cell)
{
	const char *scenario = bench_text(aa, "scenario");
	const char *state = bench_text(aa, "writer-state");

	return !strcmp(scenario ? scenario : "write",
		       bench_text(cell, "scenario")) &&
	       !strcmp(bench_text(aa, "placement"),
		       bench_text(cell, "placement")) &&
	       !strcmp(state ? state : "saturated", bench_writer_state(cell));
}

const json_t *bench_aa_for(const json_t *list, const json_t *cell)
{
	const json_t *aa;
	size_t i;

	json_array_foreach (list, i, aa)
		if (speaks_for(aa, cell))
			return aa;
	return NULL;
}

bool bench_is_usable(const char *status)
{
	return !strcmp(status, "ok") || !strcmp(status, "broken");
}
