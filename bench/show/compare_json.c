/* SPDX-License-Identifier: MIT */
/* compare_json.c - a comparison as JSON, and as CSV. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/show/compare_parts.h"

/* More results than that have no sides in JSON: CSV has them line by line. */
#define SIDES_MOST 64

/* ---- What both have ---- */

static json_t *result_json(const struct compare_result *r)
{
	const char *cpu = bench_view_fact(r->facts, "machine.cpu.model");

	return json_pack(
		"{s:s, s:s, s:s, s:s?, s:s?, s:b, s:b, s:b, s:s?}", "name",
		r->name, "key", r->key, "cpu", cpu ? cpu : "unknown", "started",
		bench_view_fact(r->facts, "run.started"), "commit",
		bench_view_fact(r->facts, "build.commit"), "indicative",
		bench_view_is_indicative(r->facts), "compact",
		json_object_get(r->facts, "compact") != NULL, "aa-passed",
		r->is_quiet, "left-out", r->left_out);
}

static json_t *differences_json(const struct bench_compare *c)
{
	json_t *list = json_array(), *mitigations = compare_mitigations(c);
	json_t *values;
	const char *name;
	char text[512];

	for (size_t i = 0; i < compare_fact_count; i++) {
		if (!compare_fact_differs(c, &compare_facts[i]))
			continue;
		values = json_array();
		for (size_t r = 0; r < c->n; r++)
			json_array_append_new(
				values,
				json_string(compare_fact(&c->results[r],
							 &compare_facts[i],
							 text, sizeof(text))));
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:o}", "what",
						compare_facts[i].title, "path",
						compare_facts[i].path, "values",
						values));
	}
	json_object_foreach (mitigations, name, values)
		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:O}", "what", name, "path",
				  json_sprintf("machine.mitigations.%s", name),
				  "values", values));
	json_decref(mitigations);
	return list;
}

/* ---- Machines ---- */

static json_t *side_json(const struct bench_compare *c,
			 const struct compare_row *row, size_t result,
			 enum compare_cost cost)
{
	struct compare_side side;

	compare_side(c, row, result, cost, &side);
	if (!side.cell)
		return json_pack("{s:s}", "status",
				 c->results[result].left_out
					 ? "left out"
					 : "not in this run");
	if (isnan(side.cost.value))
		return json_pack("{s:s, s:s?, s:s}", "status",
				 side.cell->status, "reason", side.cell->why,
				 "placement", side.cell->placement);
	return json_pack(
		"{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:i}", "status",
		side.cell->status, "placement", side.cell->placement, "auto",
		side.cell->is_auto, "cost", bench_number(side.cost.value),
		"low", bench_number(side.cost.low), "high",
		bench_number(side.cost.high), "added-ns",
		bench_number(cost == COMPARE_WRITER ? side.cell->added : NAN),
		"rank", side.rank);
}

static json_t *spread_json(const struct bench_compare *c,
			   const struct compare_row *row,
			   enum compare_cost cost)
{
	struct compare_spread s;

	compare_spread(c, row, cost, &s);
	return json_pack(
		"{s:I, s:I, s:i, s:i, s:o, s:o, s:o, s:s, s:s, s:o}", "results",
		(json_int_t)s.n, "first", (json_int_t)s.first, "best-rank",
		s.best, "worst-rank", s.worst, "median", bench_number(s.median),
		"least", bench_number(s.least.value), "most",
		bench_number(s.most.value), "least-on",
		c->results[s.where_least].name, "most-on",
		c->results[s.where_most].name, "apart", bench_number(s.apart));
}

static json_t *across_row(const struct bench_compare *c,
			  const struct compare_row *row, enum compare_cost cost)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:o}", "group",
				 c->groups[row->group].name, "strategy",
				 row->strategy, "kind", row->kind, "measure",
				 compare_cost_words(cost), "spread",
				 spread_json(c, row, cost));
	json_t *sides;

	if (c->n > SIDES_MOST)
		return json;
	sides = json_array();
	for (size_t r = 0; r < c->n; r++)
		json_array_append_new(sides, side_json(c, row, r, cost));
	bench_set(json, "sides", sides);
	return json;
}

/* Calls for each row of each table that has numbers in two results. */
#define for_each_row(c, cost, row)                                         \
	for (int cost = 0; cost < COMPARE_COSTS; cost++)                   \
		for (size_t row = 0; row < (c)->n_rows; row++)             \
			if (compare_group_has(                             \
				    c, &(c)->groups[(c)->rows[row].group], \
				    (enum compare_cost)cost) &&            \
			    compare_row_has(c, &(c)->rows[row],            \
					    (enum compare_cost)cost))

static json_t *across_rows(const struct bench_compare *c)
{
	json_t *rows = json_array();

	for_each_row(c, cost, row) json_array_append_new(
		rows, across_row(c, &c->rows[row], (enum compare_cost)cost));
	return rows;
}

static json_t *move_json(const struct bench_compare *c,
			 const struct compare_group *g, enum compare_cost cost,
			 const struct compare_move *m)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:s, s:f, s:s}",
			 "group", g->name, "measure", compare_cost_words(cost),
			 "a", m->a->strategy, "b", m->b->strategy,
			 "a-dearer-on", (json_int_t)m->dearer, "a-cheaper-on",
			 (json_int_t)m->cheaper, "most", m->most, "most-on",
			 c->results[m->where_most].name, "least", m->least,
			 "least-on", c->results[m->where_least].name);
}

static json_t *moves_json(const struct bench_compare *c)
{
	json_t *all = json_array();

	for (int cost = 0; cost < COMPARE_COSTS; cost++)
		for (size_t i = 0; i < c->n_groups; i++) {
			struct compare_move *list;
			size_t n;

			if (!compare_group_has(c, &c->groups[i],
					       (enum compare_cost)cost))
				continue;
			list = compare_moves(c, &c->groups[i],
					     (enum compare_cost)cost, &n);
			for (size_t k = 0; k < n; k++)
				json_array_append_new(
					all, move_json(c, &c->groups[i],
						       (enum compare_cost)cost,
						       &list[k]));
			free(list);
		}
	return all;
}

/* ---- The whole ---- */

json_t *bench_compare_json(struct bench_compare *c)
{
	bool alike = bench_compare_is_alike(c);
	json_t *results = json_array();
	json_t *json;

	for (size_t r = 0; r < c->n; r++)
		json_array_append_new(results, result_json(&c->results[r]));
	json = json_pack("{s:s, s:b, s:o, s:o, s:o, s:o}", "schema",
			 "ringswap-compare/2", "same-machine", alike, "results",
			 results, "notes", compare_notes(c), "differences",
			 differences_json(c), "left-out", compare_left_out(c));
	if (alike) {
		bench_set(json, "rows", bench_or_null(compare_before(c)));
	} else {
		bench_set(json, "rows", across_rows(c));
		bench_set(json, "moves", moves_json(c));
	}
	return json;
}

bool bench_compare_has_common(struct bench_compare *c)
{
	if (bench_compare_is_alike(c))
		return json_array_size(compare_before(c)) > 0;
	for (int cost = 0; cost < COMPARE_COSTS; cost++)
		for (size_t i = 0; i < c->n_groups; i++)
			if (compare_group_has(c, &c->groups[i],
					      (enum compare_cost)cost))
				return true;
	return false;
}

/* ---- CSV, RFC 4180 ---- */

/* Spreadsheets take what begins so for a formula and run it; behind a ' it is
 * a text. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@", *text);
}

static void csv_text(FILE *to, const char *text)
{
	if (!text)
		text = "";
	if (!is_formula(text) && !strpbrk(text, ",\"\r\n")) {
		fputs(text, to);
		return;
	}
	fputs(is_formula(text) ? "\"'" : "\"", to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static void csv_texts(FILE *to, const char *const texts[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputc(',', to);
		csv_text(to, texts[i]);
	}
}

static void csv_number(FILE *to, double value)
{
	fputc(',', to);
	if (isfinite(value))
		fprintf(to, "%.6g", value);
}

static void csv_side(const struct bench_compare *c, size_t row, size_t result,
		     enum compare_cost cost, FILE *to)
{
	const struct compare_row *r = &c->rows[row];
	struct compare_side side;

	compare_side(c, r, result, cost, &side);
	if (!side.cell)
		return;
	csv_texts(to,
		  (const char *const[]){
			  c->groups[r->group].name, r->strategy, r->kind,
			  compare_cost_words(cost), c->results[result].name,
			  c->results[result].key, side.cell->placement,
			  side.cell->status, side.cell->why },
		  9);
	csv_number(to, side.cost.value);
	csv_number(to, side.cost.low);
	csv_number(to, side.cost.high);
	csv_number(to, cost == COMPARE_WRITER ? side.cell->added : NAN);
	csv_number(to, side.rank ? side.rank : NAN);
	fputs("\r\n", to);
}

static void csv_across(const struct bench_compare *c, FILE *to)
{
	fputs("group,strategy,kind,measure,result,machine,placement,status,"
	      "reason,cost,low,high,added_ns,rank\r\n",
	      to);
	for_each_row(c, cost, row) for (size_t result = 0; result < c->n;
					result++)
		csv_side(c, row, result, (enum compare_cost)cost, to);
}

static void csv_before(struct bench_compare *c, FILE *to)
{
	static const char *const numbers[] = { "a",	 "b",
					       "ratio",	 "difference",
					       "low",	 "high",
					       "p-holm", "threshold" };
	const json_t *row;
	size_t i;

	fputs("cell,strategy,kind,measure,with,verdict,a_ns,b_ns,ratio,"
	      "difference_ns,low,high,p_holm,threshold\r\n",
	      to);
	json_array_foreach (compare_before(c), i, row) {
		csv_texts(to,
			  (const char *const[]){ bench_text(row, "id"),
						 bench_text(row, "strategy"),
						 bench_text(row, "kind"),
						 bench_text(row, "measure"),
						 bench_text(row, "with"),
						 bench_text(row, "verdict") },
			  6);
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]);
		     k++)
			csv_number(to, bench_get_number(row, numbers[k]));
		fputs("\r\n", to);
	}
}

void compare_csv(struct bench_compare *c, FILE *to)
{
	if (bench_compare_is_alike(c))
		csv_before(c, to);
	else
		csv_across(c, to);
}

void bench_compare_print(struct bench_compare *c,
			 const struct bench_compare_options *options, FILE *to)
{
	json_t *json;

	if (options->format == BENCH_COMPARE_CSV) {
		compare_csv(c, to);
	} else if (options->format == BENCH_COMPARE_JSON) {
		json = bench_compare_json(c);
		json_dumpf(json, to, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		fputc('\n', to);
		json_decref(json);
	} else {
		compare_text(c, options, to);
	}
}
