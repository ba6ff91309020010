/* SPDX-License-Identifier: MIT */
/* compare_before.c - one machine before and after. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/show/compare_parts.h"
#include "bench/stats/stats.h"
#include "bench/stats/two_samples.h"

/* ---- Two sets of rounds ---- */

static bool all_positive(const struct compare_value *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->rounds[i] <= 0)
			return false;
	return true;
}

/* A copy, as logarithms if that is asked for; the caller frees. */
static double *copy_of(const struct compare_value *v, bool as_logs)
{
	double *copy = calloc(v->n + 1, sizeof(*copy));

	for (size_t i = 0; copy && i < v->n; i++)
		copy[i] = as_logs ? log(v->rounds[i]) : v->rounds[i];
	return copy;
}

/* As a ratio, or as a difference in the figure's own unit. */
static json_t *shift_json(const struct bench_shift *s, bool is_ratio, size_t na,
			  size_t nb)
{
	double low = s->has_interval ? s->lo : NAN;
	double high = s->has_interval ? s->hi : NAN;
	json_t *row = json_pack("{s:I, s:I, s:f, s:f}", "n-a", (json_int_t)na,
				"n-b", (json_int_t)nb, "p", s->p, "a12",
				s->a12);

	bench_set(row, "ratio", bench_number(is_ratio ? exp(s->shift) : NAN));
	bench_set(row, "difference", bench_number(is_ratio ? NAN : s->shift));
	bench_set(row, "low", bench_number(is_ratio ? exp(low) : low));
	bench_set(row, "high", bench_number(is_ratio ? exp(high) : high));
	return row;
}

/* B against A; NULL: too little of one of them. A figure that is not positive
 * in every round has no ratio: leaving those rounds out would choose. */
static json_t *row_compare(const struct compare_value *a,
			   const struct compare_value *b)
{
	bool is_ratio = all_positive(a) && all_positive(b);
	double *x = copy_of(a, is_ratio), *y = copy_of(b, is_ratio);
	struct bench_shift s;
	json_t *row = NULL;

	if (x && y && !bench_stats_shift(x, a->n, y, b->n, COMPARE_ALPHA, &s)) {
		row = shift_json(&s, is_ratio, a->n, b->n);
		bench_set(row, "a", bench_number(a->number.value));
		bench_set(row, "b", bench_number(b->number.value));
	}
	free(x);
	free(y);
	return row;
}

/* ---- Rows ---- */

static void add_row(json_t *rows, const struct bench_compare *c, size_t with,
		    const struct compare_cell *a, const struct compare_cell *b,
		    int v)
{
	const struct compare_value *x = &a->values[v], *y = &b->values[v];
	json_t *row = row_compare(x, y);

	if (!row)
		return;
	bench_set(row, "id", json_string(a->id));
	bench_set(row, "strategy", json_string(a->strategy));
	bench_set(row, "kind", json_string(a->kind));
	bench_set(row, "measure",
		  json_string(compare_measures[x->measure].words));
	bench_set(row, "with", json_string(c->results[with].name));
	bench_set(row, "b-number", json_integer((json_int_t)with));
	bench_set(row, "aa-passed",
		  json_boolean(!isnan(a->reach) && !isnan(b->reach)));
	bench_set(row, "threshold",
		  json_real(fmax(COMPARE_THRESHOLD, fmax(a->reach, b->reach))));
	json_array_append_new(rows, row);
}

static void add_rows(json_t *rows, const struct bench_compare *c, size_t with,
		     int measure)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_cell *a = compare_cell(c, &c->rows[i], 0);
		const struct compare_cell *b =
			compare_cell(c, &c->rows[i], with);

		if (!a || !b || !a->has_numbers || !b->has_numbers)
			continue;
		for (int v = 0; v < COMPARE_CELL_VALUES; v++)
			if (a->values[v].measure == measure &&
			    b->values[v].measure == measure)
				add_row(rows, c, with, a, b, v);
	}
}

/* ---- Drift ---- */

/* What the floors moved between two runs, as a share: their code is no
 * strategy's, so that is the machine. The median over them; 0: no floor. */
static double drift_of(const json_t *rows, size_t with)
{
	double *shifts = calloc(json_array_size(rows) + 1, sizeof(*shifts));
	double drift = 0;
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach (rows, i, row) {
		double ratio = bench_get_number(row, "ratio");

		if (shifts && !strcmp(bench_text(row, "kind"), "floor") &&
		    bench_get_number(row, "b-number") == (double)with &&
		    ratio > 0)
			shifts[n++] = fabs(log(ratio));
	}
	if (n && !bench_stats_median(shifts, n, &drift))
		drift = expm1(drift);
	free(shifts);
	return drift;
}

static void add_drift(json_t *rows, size_t results)
{
	for (size_t with = 1; with < results; with++) {
		double drift = drift_of(rows, with);
		json_t *row;
		size_t i;

		json_array_foreach (rows, i, row) {
			if (bench_get_number(row, "b-number") != (double)with)
				continue;
			bench_set(row, "drift", json_real(drift));
			bench_set(row, "threshold",
				  json_real(fmax(
					  drift,
					  bench_get_number(row, "threshold"))));
		}
	}
}

/* ---- Verdicts ---- */

/* How far from no difference, as a share: of 1, or of the larger median. */
static double share_of(const json_t *row, const char *name)
{
	double value = bench_get_number(row, name);

	if (!isnan(bench_get_number(row, "ratio")))
		return value - 1;
	return value / fmax(fabs(bench_get_number(row, "a")),
			    fabs(bench_get_number(row, "b")));
}

static double share_of_row(const json_t *row)
{
	bool is_ratio = !isnan(bench_get_number(row, "ratio"));

	return share_of(row, is_ratio ? "ratio" : "difference");
}

/* A difference needs both: p adjusted over the table, and enough size. */
static const char *word_for(const json_t *row, double adjusted)
{
	double share = share_of_row(row);
	double threshold = bench_get_number(row, "threshold");

	if (!json_is_true(json_object_get(row, "aa-passed")))
		return "no-verdict";
	if (adjusted <= COMPARE_ALPHA && fabs(share) > threshold)
		return share < 0 ? "better" : "worse";
	if (share_of(row, "low") >= -threshold &&
	    share_of(row, "high") <= threshold)
		return "equivalent";
	return "not-resolved";
}

static int judge_rows(json_t *rows)
{
	size_t n = json_array_size(rows);
	double *p = calloc(n + 1, sizeof(*p));

	if (!p)
		return -1;
	for (size_t i = 0; i < n; i++)
		p[i] = bench_get_number(json_array_get(rows, i), "p");
	if (n)
		bench_stats_holm(p, n, p);
	for (size_t i = 0; i < n; i++) {
		json_t *row = json_array_get(rows, i);

		bench_set(row, "p-holm", bench_number(p[i]));
		bench_set(row, "verdict", json_string(word_for(row, p[i])));
	}
	free(p);
	return 0;
}

json_t *compare_before(struct bench_compare *c)
{
	json_t *rows = c->before;

	if (rows)
		return rows;
	rows = json_array();
	for (size_t with = 1; with < c->n; with++)
		for (int m = 0; m < COMPARE_MEASURES; m++)
			add_rows(rows, c, with, m);
	add_drift(rows, c->n);
	if (judge_rows(rows)) {
		json_decref(rows);
		return NULL;
	}
	c->before = rows;
	return rows;
}

size_t bench_compare_worse(struct bench_compare *c, double percent)
{
	const json_t *rows = compare_before(c), *row;
	size_t i, n = 0;

	json_array_foreach (rows, i, row)
		n += !strcmp(bench_text(row, "verdict"), "worse") &&
		     strcmp(bench_text(row, "kind"), "floor") != 0 &&
		     100 * share_of_row(row) > percent;
	return n;
}

/* ---- What cannot be judged ---- */

/* How many rows a result has with the first, and how many have a verdict. */
static size_t count_rows(const json_t *rows, size_t with, size_t *judged)
{
	const json_t *row;
	size_t i, n = 0;

	*judged = 0;
	json_array_foreach (rows, i, row) {
		if (bench_get_number(row, "b-number") != (double)with)
			continue;
		n++;
		*judged += strcmp(bench_text(row, "verdict"), "no-verdict") !=
			   0;
	}
	return n;
}

static bool is_unjudged(const struct bench_compare *c, const json_t *rows,
			size_t with, char *why, size_t n)
{
	const char *left_out = c->results[with].left_out;
	size_t judged, all = count_rows(rows, with, &judged);

	if (judged)
		return false;
	if (all)
		snprintf(why, n,
			 "no cell of %s has a verdict: A/A controls failed",
			 c->results[with].name);
	else
		snprintf(why, n, "nothing of %s is compared: %s",
			 c->results[with].name,
			 left_out ? left_out
				  : "no cell has numbers in it and in the "
				    "first result");
	return true;
}

/* A candidate that was measured and now was not, though it should have been. */
static bool has_lost(const struct bench_compare *c, size_t with, char *why,
		     size_t n)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_cell *a = compare_cell(c, &c->rows[i], 0);
		const struct compare_cell *b =
			compare_cell(c, &c->rows[i], with);

		if (!a || !b || !a->is_rival || b->has_numbers)
			continue;
		snprintf(why, n, "%s has no numbers in %s: %s%s%s", b->id,
			 c->results[with].name, b->status, b->why ? ": " : "",
			 b->why ? b->why : "");
		return true;
	}
	return false;
}

bool bench_compare_unjudged(struct bench_compare *c, char *why, size_t n)
{
	const json_t *rows = compare_before(c);

	for (size_t with = 1; with < c->n; with++)
		if (is_unjudged(c, rows, with, why, n) ||
		    has_lost(c, with, why, n))
			return true;
	return false;
}
