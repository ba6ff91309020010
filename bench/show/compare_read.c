/* SPDX-License-Identifier: MIT */
/* compare_read.c - of each result what comparisons need. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/base/json.h"
#include "bench/result/traits.h"
#include "bench/show/compare_parts.h"
#include "bench/stats/stats.h"

const struct compare_measure compare_measures[COMPARE_MEASURES] = {
	{ "write", true, 0, 0, "write: ns per event" },
	{ "swap", false, BENCH_FIGURE_SWAP_SAFE, 50,
	  "swap: p50 until safe to read" },
	{ "swap", true, 0, 0, "swap: writer's ns per stored event" },
	{ "latency", false, BENCH_FIGURE_WRITER_LATENCY, 99,
	  "latency: p99 of one write" },
	{ "footprint", false, BENCH_FIGURE_FOOTPRINT_STOLEN_NS, 0,
	  "footprint: ns stolen per swap" },
	{ "scaling", false, BENCH_FIGURE_SCALING_COST, 50,
	  "scaling: p50 of a full snapshot" },
	{ "floor", false, BENCH_FIGURE_FLOOR_NS, 0, "floor: ns" },
};

/* ---- Texts ---- */

const char *compare_word(struct bench_compare *c, const char *text)
{
	json_t *own = text ? json_object_get(c->words, text) : NULL;

	if (!text)
		return NULL;
	if (!own) {
		own = json_string(text);
		if (json_object_set_new(c->words, text, own)) {
			c->failed = true;
			return "";
		}
	}
	return json_string_value(own);
}

/* The same of a name that a file, or somebody, has: it may be anything. */
static const char *clean_word(struct bench_compare *c, const char *text)
{
	char *copy = strdup(text);
	const char *word = "";

	if (copy)
		word = compare_word(c, bench_clean(copy));
	else
		c->failed = true;
	free(copy);
	return word;
}

static const char *fact_or(const json_t *result, const char *path,
			   const char *otherwise)
{
	const char *text = bench_view_fact(result, path);

	return text ? text : otherwise;
}

/* ---- Noise ---- */

/* The furthest from 1 that identical code was in this control; NaN: it failed.
 */
static double reach_of(const struct bench_view_aa *aa)
{
	return aa->passed ? fmax(fabs(aa->low - 1), fabs(aa->high - 1)) : NAN;
}

/* Over all controls of a result; NaN: one failed, or there is none. */
static double widest_reach(const json_t *result)
{
	size_t n = bench_view_aas(result);
	double widest = n ? 0 : NAN;

	for (size_t i = 0; i < n; i++) {
		struct bench_view_aa aa;
		double reach;

		bench_view_aa(result, i, &aa);
		reach = reach_of(&aa);
		if (isnan(reach))
			return NAN;
		widest = fmax(widest, reach);
	}
	return widest;
}

/* What the cell's own control showed. What is compared with nothing inside a
 * run has none: then all of that run's must have passed. */
static double noise_of(const json_t *result, const json_t *cell)
{
	struct bench_view_aa own;

	return bench_view_aa_of(result, cell, &own) ? reach_of(&own)
						    : widest_reach(result);
}

/* ---- Figures ---- */

/* What the tables of its result say of the cell, the same to the digit: the
 * median over the rounds, but a percentile of all rounds together. */
static struct compare_number number_of(const json_t *cell,
				       const struct compare_measure *m)
{
	struct bench_value v =
		m->is_cost ? bench_view_cost(cell)
		: m->percent > 0
			? bench_view_percentile(cell, m->figure, m->percent)
			: bench_view_figure(cell, m->figure);

	return (struct compare_number){ v.value, v.low, v.high };
}

static void read_value(struct bench_compare *c, const json_t *cell, int measure,
		       struct compare_value *out)
{
	const struct compare_measure *m = &compare_measures[measure];
	enum bench_figure figure = m->is_cost ? bench_view_cost_figure(cell)
					      : m->figure;
	size_t most = json_array_size(json_object_get(cell, "rounds"));

	out->rounds = malloc((most + 1) * sizeof(*out->rounds));
	if (!out->rounds) {
		c->failed = true;
		return;
	}
	out->measure = measure;
	out->n = bench_view_rounds(cell, figure, m->percent, out->rounds, most);
	out->number = number_of(cell, m);
	if (m->percent <= 0)
		bench_stats_median(out->rounds, out->n, &out->number.value);
}

static void read_values(struct bench_compare *c, const json_t *cell,
			struct compare_cell *out)
{
	int n = 0;

	for (int v = 0; v < COMPARE_CELL_VALUES; v++)
		out->values[v].measure = -1;
	for (int m = 0; m < COMPARE_MEASURES; m++)
		if (bench_view_is_scenario(cell, compare_measures[m].scenario))
			read_value(c, cell, m, &out->values[n++]);
}

/* The baseline's own ratio is to a floor: it stands beside nothing here. One of
 * attempted events is left out, and @is_attempted says so. */
static void read_ratio(const json_t *result, const json_t *cell,
		       struct compare_cell *out, bool *is_attempted)
{
	struct bench_view_ratio r;

	out->ratio = (struct compare_number){ NAN, NAN, NAN };
	out->added = NAN;
	if (!out->has_numbers || !bench_view_ratio(cell, &r))
		return;
	if (!bench_view_is_of_cost(cell, &r)) {
		*is_attempted = true;
		return;
	}
	if (bench_traits_is_baseline(result, out->strategy))
		return;
	out->ratio = (struct compare_number){ r.value, r.low, r.high };
	out->added = r.added.value;
}

/* ---- Where ---- */

/* The placement that the machine chose; NULL: not known. A result that does
 * not say so is of a shipped matrix, of which the first cell is placed so. */
static const char *auto_placement(const json_t *result)
{
	static const char *const shipped[] = { "smoke", "quick", "full" };
	const char *told = bench_view_fact(result, "run.auto-placement");
	const char *matrix = bench_view_fact(result, "run.matrix.name");
	const json_t *cell;

	for (size_t i = 0; !told && matrix && i < 3; i++)
		if (!strcmp(matrix, shipped[i])) {
			cell = bench_view_cell(result, 0);
			told = cell ? bench_view_placement(cell) : NULL;
		}
	return told;
}

/* "scenario/strategy/placement/axes" and the same without the strategy. A
 * writer alone costs the same wherever nobody swaps it: where a run does not
 * say what chose its place, the machine did. */
static int name_cell(struct bench_compare *c, const json_t *cell,
		     const char *chosen, struct compare_cell *out,
		     const char **key, const char **group)
{
	const char *axes = bench_view_axes(cell);
	const char *scenario = bench_view_scenario(cell);
	const char *place = out->placement;
	char *text = NULL;

	out->is_auto = chosen ? !strcmp(chosen, place)
			      : !strcmp(scenario, "write");
	if (out->is_auto)
		place = "auto";
	if (asprintf(&text, "%s/%s/%s%s%s", scenario, out->strategy, place,
		     *axes ? "/" : "", axes) < 0)
		return -ENOMEM;
	*key = compare_word(c, text);
	free(text);
	if (asprintf(&text, "%s, %s%s%s", scenario, place, *axes ? ", " : "",
		     axes) < 0)
		return -ENOMEM;
	*group = compare_word(c, text);
	free(text);
	return 0;
}

static void *more(struct bench_compare *c, void *list, size_t n, size_t size)
{
	void *grown;

	if (n & (n - 1)) /* grown whenever n is a power of two, or 0 */
		return list;
	grown = realloc(list, (n ? 2 * n : 1) * size);
	if (!grown)
		c->failed = true;
	return grown ? grown : list;
}

static size_t find_number(json_t *numbers, const char *text, size_t next)
{
	json_t *known = json_object_get(numbers, text);

	if (known)
		return (size_t)json_integer_value(known);
	json_object_set_new(numbers, text, json_integer((json_int_t)next));
	return next;
}

static size_t group_number(struct bench_compare *c, const char *name,
			   const char *scenario)
{
	size_t at = find_number(c->group_of, name, c->n_groups);

	if (at == c->n_groups) {
		c->groups = more(c, c->groups, c->n_groups, sizeof(*c->groups));
		if (c->failed)
			return 0;
		c->groups[c->n_groups++] = (struct compare_group){
			.name = name,
			.scenario = compare_word(c, scenario),
		};
	}
	return at;
}

static void add_to_group(struct bench_compare *c, size_t group, size_t row)
{
	struct compare_group *g = &c->groups[group];

	g->rows = more(c, g->rows, g->n, sizeof(*g->rows));
	if (!c->failed)
		g->rows[g->n++] = row;
}

static struct compare_row *row_for(struct bench_compare *c, const char *key,
				   const char *group, const char *scenario,
				   const struct compare_cell *cell)
{
	size_t at = find_number(c->row_of, key, c->n_rows);

	if (at == c->n_rows) {
		c->rows = more(c, c->rows, c->n_rows, sizeof(*c->rows));
		if (c->failed)
			return NULL;
		c->rows[c->n_rows] = (struct compare_row){
			.key = key,
			.strategy = cell->strategy,
			.kind = cell->kind,
			.group = group_number(c, group, scenario),
		};
		if (!c->failed)
			add_to_group(c, c->rows[c->n_rows].group, c->n_rows);
		c->n_rows++;
	}
	return c->failed ? NULL : &c->rows[at];
}

/* The row's cell in the result that is being read, the c->n-th; those before
 * that had none say so. */
static void put_in_row(struct bench_compare *c, struct compare_row *row,
		       int cell)
{
	int *grown = realloc(row->cells, (c->n + 1) * sizeof(*grown));

	if (!grown) {
		c->failed = true;
		return;
	}
	row->cells = grown;
	while (row->n < c->n)
		row->cells[row->n++] = -1;
	row->cells[c->n] = cell;
	row->n = c->n + 1;
}

const struct compare_cell *compare_cell(const struct bench_compare *c,
					const struct compare_row *row,
					size_t result)
{
	const struct compare_result *r = &c->results[result];

	if (r->left_out || result >= row->n || row->cells[result] < 0)
		return NULL;
	return &r->cells[row->cells[result]];
}

static void read_cell(struct bench_compare *c, const json_t *result,
		      const json_t *cell, const char *chosen,
		      struct compare_cell *out, int number, bool *is_attempted)
{
	const char *key, *group;
	struct compare_row *row;

	out->id = compare_word(c, bench_view_id(cell));
	out->strategy = compare_word(c, bench_view_strategy(cell));
	out->kind = compare_word(c, bench_view_kind(cell));
	out->placement = compare_word(c, bench_view_placement(cell));
	out->status = compare_word(c, bench_view_status(cell));
	out->why = compare_word(c, bench_view_why(cell));
	out->has_numbers = bench_view_has_numbers(cell);
	out->is_rival = out->has_numbers && bench_view_is_candidate(cell);
	out->reach = noise_of(result, cell);
	read_ratio(result, cell, out, is_attempted);
	read_values(c, cell, out);
	if (name_cell(c, cell, chosen, out, &key, &group)) {
		c->failed = true;
		return;
	}
	row = row_for(c, key, group, bench_view_scenario(cell), out);
	if (row)
		put_in_row(c, row, number);
}

/* ---- A result ---- */

/* Why its costs are not those of a strategy on a machine; NULL: they are. */
static const char *mark_of(const json_t *result)
{
	const json_t *run = json_object_get(result, "run");
	const char *sanitizer = fact_or(result, "build.sanitizer", "none");

	if (json_is_true(json_object_get(run, "simulated")))
		return "simulated";
	if (*sanitizer && strcmp(sanitizer, "none") != 0)
		return "a sanitizer build";
	if (!strcmp(fact_or(result, "build.build-type", ""), "Debug"))
		return "a debug build";
	return NULL;
}

static json_t *facts_of(const json_t *result)
{
	static const char *const kept[] = { "machine", "build", "run",
					    "indicative", "compact" };
	json_t *facts = json_object();

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		json_t *value = json_object_get(result, kept[i]);

		if (value)
			json_object_set(facts, kept[i], value);
	}
	if (bench_traits_are_assumed(result))
		bench_set(facts, "assumed", json_true());
	return facts;
}

/* Marks that make costs unlike: what the first result has, all must have. */
static const char *left_out(struct bench_compare *c, const json_t *result)
{
	const char *own = mark_of(result);
	const char *first = c->n ? mark_of(c->results[0].facts) : own;
	char text[160];

	if (own == first || (own && first && !strcmp(own, first)))
		return NULL;
	snprintf(text, sizeof(text), "it is %s, and %s is %s",
		 own ? own : "a measured release build", c->results[0].name,
		 first ? first : "none");
	return compare_word(c, text);
}

int bench_compare_add(struct bench_compare *c, const char *name,
		      const json_t *result)
{
	const char *chosen = auto_placement(result);
	struct compare_result r = {
		.n = bench_view_cells(result),
		.is_quiet = !isnan(widest_reach(result)),
	};

	c->results = more(c, c->results, c->n, sizeof(*c->results));
	r.cells = calloc(r.n + 1, sizeof(*r.cells));
	r.facts = facts_of(result);
	r.name = clean_word(c, name);
	r.key = compare_word(c, fact_or(result, "machine.key", "unknown"));
	r.left_out = left_out(c, result);
	if (c->failed || !r.cells || !r.facts) {
		c->failed = true;
		free(r.cells);
		json_decref(r.facts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < r.n && !c->failed; i++) {
		const json_t *cell = bench_view_cell(result, i);

		read_cell(c, result, cell, chosen, &r.cells[i], (int)i,
			  &r.is_attempted);
	}
	c->results[c->n++] = r;
	return c->failed ? -ENOMEM : 0;
}

/* ---- The whole ---- */

struct bench_compare *bench_compare_new(void)
{
	struct bench_compare *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->words = json_object();
	c->row_of = json_object();
	c->group_of = json_object();
	if (c->words && c->row_of && c->group_of)
		return c;
	bench_compare_free(c);
	return NULL;
}

static void free_result(struct compare_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		for (int v = 0; v < COMPARE_CELL_VALUES; v++)
			free(r->cells[i].values[v].rounds);
	free(r->cells);
	json_decref(r->facts);
}

void bench_compare_free(struct bench_compare *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		free_result(&c->results[i]);
	for (size_t i = 0; i < c->n_rows; i++)
		free(c->rows[i].cells);
	for (size_t i = 0; i < c->n_groups; i++)
		free(c->groups[i].rows);
	free(c->results);
	free(c->rows);
	free(c->groups);
	json_decref(c->row_of);
	json_decref(c->group_of);
	json_decref(c->before);
	json_decref(c->words);
	free(c);
}

bool bench_compare_is_alike(const struct bench_compare *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (strcmp(c->results[i].key, c->results[0].key) != 0)
			return false;
	return true;
}
