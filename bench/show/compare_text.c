/* SPDX-License-Identifier: MIT */
/* compare_text.c - a comparison as text or as Markdown. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/show/compare_out.h"
#include "bench/show/compare_parts.h"
#include "bench/show/text.h"
#include "bench/stats/verdict.h"

/* Tables have a column for each result up to so many, and else describe them
 * all. */
#define COLUMNS_MOST 5

/* Facts of so many results are told one by one. */
#define LETTERS_MOST 26

static const char *shown(const struct bench_compare *c, size_t result,
			 char text[24])
{
	return c->n <= LETTERS_MOST ? compare_letter(result, text)
				    : c->results[result].name;
}

/* ---- The results ---- */

static void print_results(struct out *o, const struct bench_compare *c)
{
	char letter[24], kernel[256], cpu[256];
	static const struct compare_fact of_cpu = { "", "machine.cpu.model" };
	static const struct compare_fact of_kernel = {
		"", "machine.kernel.release"
	};

	for (size_t r = 0; r < c->n && c->n <= LETTERS_MOST; r++) {
		const struct compare_result *one = &c->results[r];

		out_item(o, compare_letter(r, letter),
			 "%s: %s, %s, Linux %s%s%s", one->name, one->key,
			 compare_fact(one, &of_cpu, cpu, sizeof(cpu)),
			 compare_fact(one, &of_kernel, kernel, sizeof(kernel)),
			 bench_view_is_indicative(one->facts) ? ", INDICATIVE"
							      : "",
			 one->is_quiet ? "" : ", an A/A FAILED");
	}
	if (c->n > LETTERS_MOST)
		out_item(o, "results", "%zu, called by their file's name",
			 c->n);
}

static void print_notes(struct out *o, const struct bench_compare *c)
{
	json_t *notes = compare_notes(c), *note;
	size_t i;

	json_array_foreach (notes, i, note)
		out_item(o, "note", "%s", json_string_value(note));
	json_decref(notes);
}

/* ---- What differs ---- */

static size_t distinct(const struct bench_compare *c,
		       const struct compare_fact *fact)
{
	json_t *seen = json_object();
	char text[512];
	size_t n;

	for (size_t r = 0; r < c->n; r++)
		json_object_set_new(
			seen,
			compare_fact(&c->results[r], fact, text, sizeof(text)),
			json_true());
	n = json_object_size(seen);
	json_decref(seen);
	return n;
}

static void print_fact(struct out *o, const struct bench_compare *c,
		       const struct compare_fact *fact)
{
	char text[512];

	out_row(o);
	out_put(o, "%s", fact->title);
	if (c->n > COLUMNS_MOST)
		out_put(o, "%zu different values", distinct(c, fact));
	for (size_t r = 0; c->n <= COLUMNS_MOST && r < c->n; r++)
		out_put(o, "%s",
			compare_fact(&c->results[r], fact, text, sizeof(text)));
}

static void print_mitigations(struct out *o, const struct bench_compare *c)
{
	json_t *differing = compare_mitigations(c), *values, *value;
	const char *name;
	size_t i;

	json_object_foreach (differing, name, values) {
		out_row(o);
		out_put(o, "%s", name);
		if (c->n > COLUMNS_MOST)
			out_put(o, "differs");
		else
			json_array_foreach (values, i, value)
				out_put(o, "%s",
					json_is_string(value)
						? json_string_value(value)
						: "unknown");
	}
	json_decref(differing);
}

static void print_facts(struct out *o, const struct bench_compare *c)
{
	char letter[24];

	out_title(o, "What differs beside the numbers");
	out_column(o, &(struct bench_column){ .title = "fact" });
	for (size_t r = 0; c->n <= COLUMNS_MOST && r < c->n; r++)
		out_column(o, &(struct bench_column){
				      .title = compare_letter(r, letter) });
	if (c->n > COLUMNS_MOST)
		out_column(o, &(struct bench_column){ .title = "values" });
	for (size_t i = 0; i < compare_fact_count; i++)
		if (compare_fact_differs(c, &compare_facts[i]))
			print_fact(o, c, &compare_facts[i]);
	print_mitigations(o, c);
	out_end(o);
}

/* ---- Tables of machines ---- */

/* "4.80 [4.72, 5.13]" */
static const char *number_text(const struct compare_number *n,
			       char text[BENCH_INTERVAL_TEXT])
{
	return bench_text_interval(n->value, n->low, n->high, 1, text);
}

static const char *signed_text(double ns, char text[BENCH_NUMBER_TEXT + 1])
{
	char number[BENCH_NUMBER_TEXT];

	snprintf(text, BENCH_NUMBER_TEXT + 1, "%s%s",
		 isnan(ns) || ns < 0 ? "" : "+", bench_text_number(ns, number));
	return text;
}

static void put_apart(struct out *o, const struct compare_spread *s)
{
	char text[BENCH_NUMBER_TEXT];

	if (s->n < 2)
		out_put(o, "-");
	else if (s->apart > 1)
		out_put(o, "%s x", bench_text_number(s->apart, text));
	else
		out_put(o, "no");
}

static void put_side(struct out *o, const struct bench_compare *c,
		     const struct compare_row *row, size_t result,
		     enum compare_cost cost)
{
	char text[BENCH_INTERVAL_TEXT], ns[BENCH_NUMBER_TEXT + 1];
	struct compare_side side;

	compare_side(c, row, result, cost, &side);
	if (isnan(side.cost.value))
		out_put(o, "%s",
			c->results[result].left_out ? "left out"
			: !side.cell		    ? "not in this run"
			: side.cell->has_numbers    ? "-"
						    : side.cell->status);
	else
		out_put(o, "%s%s", number_text(&side.cost, text),
			!strcmp(side.cell->status, "broken") ? " broken" : "");
	if (cost == COMPARE_WRITER)
		out_put(o, "%s",
			signed_text(side.cell ? side.cell->added : NAN, ns));
	if (side.rank)
		out_put(o, "%d", side.rank);
	else
		out_put(o, "-");
}

static const char *name_text(const struct compare_row *row, char text[160])
{
	snprintf(text, 160, "%s%s", row->strategy,
		 strcmp(row->kind, "control") ? "" : " (control)");
	return text;
}

static void add_row(struct out *o, const struct bench_compare *c,
		    const struct compare_row *row, enum compare_cost cost)
{
	struct compare_spread s;
	char name[160];

	compare_spread(c, row, cost, &s);
	out_row(o);
	out_put(o, "%s", name_text(row, name));
	for (size_t r = 0; r < c->n; r++)
		put_side(o, c, row, r, cost);
	if (c->n > 1)
		put_apart(o, &s);
}

/* The same over many results. */
static void add_spread(struct out *o, const struct bench_compare *c,
		       const struct compare_row *row, enum compare_cost cost)
{
	char name[160], number[BENCH_NUMBER_TEXT], letter[24];
	struct compare_spread s;

	compare_spread(c, row, cost, &s);
	out_row(o);
	out_put(o, "%s", name_text(row, name));
	out_put(o, "%zu", s.n);
	out_put(o, "%s", bench_text_number(s.median, number));
	out_put(o, "%s on %s", bench_text_number(s.least.value, number),
		shown(c, s.where_least, letter));
	out_put(o, "%s on %s", bench_text_number(s.most.value, number),
		shown(c, s.where_most, letter));
	put_apart(o, &s);
	if (s.best)
		out_put(o, "%d to %d, first on %zu", s.best, s.worst, s.first);
	else
		out_put(o, "-");
}

static void add_columns(struct out *o, const struct bench_compare *c,
			enum compare_cost cost)
{
	const char *title = cost == COMPARE_WRITER ? "ratio" : "multiple";
	char letter[24];

	out_column(o, &(struct bench_column){ .title = "strategy" });
	if (c->n > COLUMNS_MOST) {
		static const char *const titles[] = { "results", "median",
						      "least",	 "most",
						      "apart",	 "ranks" };

		for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
			out_column(o, &(struct bench_column){
					      .title = titles[i] });
		return;
	}
	for (size_t r = 0; r < c->n; r++) {
		const char *group = compare_letter(r, letter);

		out_column(o, &(struct bench_column){ .group = group,
						      .title = title,
						      .keep = 3 });
		if (cost == COMPARE_WRITER)
			out_column(o, &(struct bench_column){ .group = group,
							      .title = "+ ns",
							      .keep = 2 });
		out_column(o, &(struct bench_column){ .group = group,
						      .title = "rank" });
	}
	if (c->n > 1)
		out_column(o, &(struct bench_column){ .title = "apart",
						      .keep = 1 });
}

/* "swap, auto, swap-rate=10000": with the placements that auto was. */
static void print_group_title(struct out *o, const struct bench_compare *c,
			      const struct compare_group *g,
			      enum compare_cost cost)
{
	const char *place = strstr(g->name, ", auto");
	char *text = NULL, letter[24];
	size_t size = 0;
	FILE *to;

	if (!place || c->n > COLUMNS_MOST) {
		out_title(o, "%s: %s", g->name, compare_cost_words(cost));
		return;
	}
	to = open_memstream(&text, &size);
	if (!to)
		return;
	for (size_t r = 0; r < c->n; r++) {
		const struct compare_cell *cell = NULL;

		for (size_t i = 0; i < g->n && !cell; i++)
			cell = compare_cell(c, &c->rows[g->rows[i]], r);
		if (cell)
			fprintf(to, "%s%s %s", ftell(to) ? ", " : "",
				compare_letter(r, letter), cell->placement);
	}
	fclose(to);
	out_title(o, "%.*s, placed by the machine (%s)%s: %s",
		  (int)(place - g->name), g->name, text,
		  place + strlen(", auto"), compare_cost_words(cost));
	free(text);
}

/* table: where that is, or NULL beneath the table itself. */
static void print_move(struct out *o, const struct bench_compare *c,
		       const struct compare_move *m, const char *name,
		       const char *table)
{
	char most[BENCH_NUMBER_TEXT], least[BENCH_NUMBER_TEXT];
	char one[24], other[24];

	out_item(o, name,
		 "%s and %s: %s costs %s x %s on %s, %s x on %s%s%s%s%s",
		 m->a->strategy, m->b->strategy, m->a->strategy,
		 bench_text_number(m->most, most), m->b->strategy,
		 shown(c, m->where_most, one),
		 bench_text_number(m->least, least),
		 shown(c, m->where_least, other), c->n > 2 ? " (extremes)" : "",
		 table ? " (" : "", table ? table : "", table ? ")" : "");
}

static void print_moves(struct out *o, const struct bench_compare *c,
			const struct compare_group *g, enum compare_cost cost)
{
	size_t n;
	struct compare_move *list = compare_moves(c, g, cost, &n);

	if (!n && c->n > 1)
		out_line(o,
			 "The order holds: no two candidates change places "
			 "beyond their intervals.");
	for (size_t i = 0; i < n; i++)
		print_move(o, c, &list[i], "change places", NULL);
	free(list);
}

static void print_table(struct out *o, const struct bench_compare *c,
			const struct compare_group *g, enum compare_cost cost)
{
	print_group_title(o, c, g, cost);
	add_columns(o, c, cost);
	for (size_t i = 0; i < g->n; i++) {
		const struct compare_row *row = &c->rows[g->rows[i]];

		if (!compare_row_has(c, row, cost))
			continue;
		if (c->n > COLUMNS_MOST)
			add_spread(o, c, row, cost);
		else
			add_row(o, c, row, cost);
	}
	out_end(o);
	if (o->is_markdown)
		fputc('\n', o->to);
	print_moves(o, c, g, cost);
}

/* ---- Which tables ---- */

/* In how many results each row has a cost, all together: a table that one of
 * them lacks says nothing of how they compare. */
static size_t costs_in(const struct bench_compare *c,
		       const struct compare_group *g, enum compare_cost cost)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		for (size_t r = 0; r < c->n; r++) {
			struct compare_side side;

			compare_side(c, &c->rows[g->rows[i]], r, cost, &side);
			n += !isnan(side.cost.value);
		}
	return n;
}

const struct compare_group *compare_main_group(const struct bench_compare *c,
					       const char *scenario,
					       enum compare_cost cost)
{
	const struct compare_group *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < c->n_groups; i++) {
		const struct compare_group *g = &c->groups[i];
		size_t n;

		if (strcmp(g->scenario, scenario) != 0 ||
		    !compare_group_has(c, g, cost))
			continue;
		n = 2 * costs_in(c, g, cost) + (strchr(g->name, '=') == NULL);
		if (n > most) {
			most = n;
			best = g;
		}
	}
	return best;
}

static void print_main(struct out *o, const struct bench_compare *c)
{
	static const struct {
		const char *scenario;
		enum compare_cost cost;
	} mains[] = { { "write", COMPARE_WRITER },
		      { "swap", COMPARE_SWAP },
		      { "swap", COMPARE_WRITER } };

	for (size_t i = 0; i < sizeof(mains) / sizeof(mains[0]); i++) {
		const struct compare_group *g =
			compare_main_group(c, mains[i].scenario, mains[i].cost);

		if (g)
			print_table(o, c, g, mains[i].cost);
	}
}

static void print_all(struct out *o, const struct bench_compare *c)
{
	for (int cost = 0; cost < COMPARE_COSTS; cost++)
		for (size_t i = 0; i < c->n_groups; i++)
			if (compare_group_has(c, &c->groups[i],
					      (enum compare_cost)cost))
				print_table(o, c, &c->groups[i],
					    (enum compare_cost)cost);
}

/* ---- What it says ---- */

struct verdict_of_cost {
	size_t tables, holding;
	struct compare_move largest;
	const char *where; /* the table of the largest */
};

static void judge_cost(const struct bench_compare *c, enum compare_cost cost,
		       struct verdict_of_cost *v)
{
	*v = (struct verdict_of_cost){ 0 };
	for (size_t i = 0; i < c->n_groups; i++) {
		struct compare_move *list;
		size_t n;

		if (!compare_group_has(c, &c->groups[i], cost))
			continue;
		list = compare_moves(c, &c->groups[i], cost, &n);
		v->tables++;
		v->holding += !n;
		if (n && (!v->largest.a ||
			  list[0].most / list[0].least >
				  v->largest.most / v->largest.least)) {
			v->largest = list[0];
			v->where = c->groups[i].name;
		}
		free(list);
	}
}

static void say_cost(struct out *o, const struct bench_compare *c,
		     enum compare_cost cost, const char *name)
{
	struct verdict_of_cost v;

	judge_cost(c, cost, &v);
	if (!v.tables)
		return;
	if (v.holding == v.tables)
		out_item(o, name,
			 "the order of the candidates holds in all %zu tables",
			 v.tables);
	else
		out_item(o, name,
			 "the order of the candidates holds in %zu of %zu "
			 "tables",
			 v.holding, v.tables);
	if (v.largest.a)
		print_move(o, c, &v.largest, "  change places", v.where);
}

/* The row of the main table whose cost differs most. */
static void say_apart(struct out *o, const struct bench_compare *c,
		      const char *scenario, enum compare_cost cost,
		      const char *name)
{
	const struct compare_group *g = compare_main_group(c, scenario, cost);
	char least[BENCH_NUMBER_TEXT], most[BENCH_NUMBER_TEXT];
	char apart[BENCH_NUMBER_TEXT], one[24], other[24];
	struct compare_spread s, largest = { .apart = 1 };
	const struct compare_row *row = NULL;

	for (size_t i = 0; g && i < g->n; i++) {
		if (strcmp(c->rows[g->rows[i]].kind, "candidate") != 0)
			continue;
		compare_spread(c, &c->rows[g->rows[i]], cost, &s);
		if (s.apart > largest.apart) {
			largest = s;
			row = &c->rows[g->rows[i]];
		}
	}
	if (row)
		out_item(o, name, "%s: %s on %s, %s on %s, %s x apart (%s)",
			 row->strategy,
			 bench_text_number(largest.most.value, most),
			 shown(c, largest.where_most, one),
			 bench_text_number(largest.least.value, least),
			 shown(c, largest.where_least, other),
			 bench_text_number(largest.apart, apart), g->name);
}

static void print_summary(struct out *o, const struct bench_compare *c)
{
	out_title(o, "What the machines agree on");
	say_cost(o, c, COMPARE_WRITER, "writers");
	say_apart(o, c, "write", COMPARE_WRITER, "  most apart");
	say_cost(o, c, COMPARE_SWAP, "swaps");
	say_apart(o, c, "swap", COMPARE_SWAP, "  most apart");
	say_cost(o, c, COMPARE_SCALING, "snapshots of all");
}

static void print_left_out(struct out *o, const struct bench_compare *c,
			   bool all)
{
	json_t *list = compare_left_out(c), *one;
	size_t n = json_array_size(list), i;

	if (n && !all)
		out_line(o,
			 "%zu cells of one or another are left out; --tables "
			 "all lists them with their reasons, and every table.",
			 n);
	if (n && all)
		out_title(o, "Left out");
	json_array_foreach (list, i, one)
		if (all)
			out_item(o, "left out", "%s in %s: %s",
				 bench_text(one, "cell"),
				 bench_text(one, "result"),
				 bench_text(one, "reason"));
	json_decref(list);
}

static void print_across(struct out *o, struct bench_compare *c,
			 const struct bench_compare_options *options)
{
	if (!options->tables_only) {
		out_line(o,
			 "Different machines: side by side, never pooled. "
			 "No nanosecond of one is compared with another's: "
			 "costs are multiples inside each machine's own "
			 "run, rank 1 is the cheapest candidate there; "
			 "apart: how far the highest is from the lowest, "
			 "where their intervals do not meet.");
		print_results(o, c);
		print_notes(o, c);
		print_facts(o, c);
		print_summary(o, c);
	}
	if (options->all)
		print_all(o, c);
	else
		print_main(o, c);
	if (!options->tables_only) {
		fputc('\n', o->to);
		print_left_out(o, c, options->all);
	}
}

/* ---- One machine ---- */

static const char *verdict_text(const char *name)
{
	int v = BENCH_VERDICT_INVALID;

	while (v < BENCH_VERDICT_NOT_RESOLVED &&
	       strcmp(name, bench_verdict_name(v)) != 0)
		v++;
	return bench_verdict_text(v);
}

/* "1.05 [1.02, 1.08]", or "-120 [-150, -90] ns" where there is no ratio. */
static void put_shift(struct out *o, const json_t *row)
{
	bool is_ratio = !isnan(bench_get_number(row, "ratio"));
	char text[BENCH_INTERVAL_TEXT];

	bench_text_interval(
		bench_get_number(row, is_ratio ? "ratio" : "difference"),
		bench_get_number(row, "low"), bench_get_number(row, "high"), 1,
		text);
	out_put(o, "%s%s", text, is_ratio ? "" : " ns");
}

static void add_before(struct out *o, const json_t *row)
{
	double a = bench_get_number(row, "a"), b = bench_get_number(row, "b");
	char text[BENCH_NUMBER_TEXT + 1];

	out_row(o);
	out_put(o, "%s", bench_text(row, "id"));
	out_put(o, "%s", bench_text_number(a, text));
	out_put(o, "%s", bench_text_number(b, text));
	out_put(o, "%s", signed_text(b - a, text));
	put_shift(o, row);
	out_put(o, "%s", verdict_text(bench_text(row, "verdict")));
}

static bool is_change(const json_t *row)
{
	const char *verdict = bench_text(row, "verdict");

	return !strcmp(verdict, "better") || !strcmp(verdict, "worse");
}

static bool same_block(const json_t *a, const json_t *b)
{
	return a && b &&
	       !strcmp(bench_text(a, "measure"), bench_text(b, "measure")) &&
	       bench_get_number(a, "b-number") ==
		       bench_get_number(b, "b-number");
}

static size_t shown_rows(const json_t *rows, size_t i, bool all)
{
	const json_t *first = json_array_get(rows, i), *row = first;
	size_t n = 0;

	for (; same_block(first, row); row = json_array_get(rows, ++i))
		n += all || is_change(row);
	return n;
}

/* The rows from @i on that share a table; returns the first of the next. */
static size_t print_before_block(struct out *o, const json_t *rows, size_t i,
				 bool all)
{
	const json_t *first = json_array_get(rows, i), *row = first;
	bool any = shown_rows(rows, i, all) > 0;
	char with[24];

	compare_letter((size_t)bench_get_number(first, "b-number"), with);
	if (any) {
		out_title(o, "%s, %s (%s) against A",
			  bench_text(first, "measure"), with,
			  bench_text(first, "with"));
		out_column(o, &(struct bench_column){ .title = "cell" });
		out_column(o, &(struct bench_column){ .title = "A, ns" });
		out_column(o, &(struct bench_column){ .title = with });
		out_column(o, &(struct bench_column){ .title = "+ ns",
						      .keep = 1 });
		out_column(o, &(struct bench_column){ .title = "ratio",
						      .keep = 2 });
		out_column(o, &(struct bench_column){ .title = "verdict",
						      .keep = 3 });
	}
	for (; same_block(first, row); row = json_array_get(rows, ++i))
		if (all || is_change(row))
			add_before(o, row);
	if (any)
		out_end(o);
	return i;
}

static void say_counts(struct out *o, const json_t *rows)
{
	static const char *const words[] = { "better", "worse", "equivalent",
					     "not-resolved", "no-verdict" };
	char *text = NULL;
	size_t size = 0, i;
	const json_t *row;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return;
	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		size_t n = 0;

		json_array_foreach (rows, i, row)
			n += !strcmp(bench_text(row, "verdict"), words[w]);
		fprintf(to, "%s%zu %s", w ? ", " : "", n,
			verdict_text(words[w]));
	}
	fclose(to);
	out_item(o, "verdicts", "%s", text);
	free(text);
}

static void say_drift(struct out *o, const struct bench_compare *c,
		      const json_t *rows)
{
	char letter[24];
	const json_t *row;
	size_t i;

	for (size_t with = 1; with < c->n; with++)
		json_array_foreach (rows, i, row)
			if (bench_get_number(row, "b-number") == (double)with) {
				out_item(o, "drift",
					 "%s against A: the bare mechanisms "
					 "moved by %.1f %%; a difference "
					 "within that is the machine's",
					 compare_letter(with, letter),
					 100 * bench_get_number(row, "drift"));
				break;
			}
}

static void print_before(struct out *o, struct bench_compare *c, bool all)
{
	const json_t *rows = compare_before(c);
	size_t n = json_array_size(rows);

	out_line(
		o,
		"One machine, before and after: each cell against the same "
		"cell of A, their rounds as independent sets. The nanoseconds "
		"are those of the tables, percentiles over all rounds "
		"together; ratios and verdicts are of the rounds, each with "
		"its own percentile. A ratio below 1 is cheaper than A; where a "
		"figure is not above 0 in every round, the difference in ns "
		"stands instead. What is called a difference is more than 3 %%, "
		"more than identical code showed in either run (A/A) and than "
		"the bare mechanisms moved, and beyond chance: in 95 %% of "
		"comparisons every such word is right (Holm, over all cells).");
	print_results(o, c);
	print_notes(o, c);
	print_facts(o, c);
	out_title(o, "What has changed");
	say_drift(o, c, rows);
	say_counts(o, rows);
	for (size_t i = 0; i < n;)
		i = print_before_block(o, rows, i, all);
	if (!n)
		out_line(o, "No cell was measured in both.");
	fputc('\n', o->to);
	print_left_out(o, c, all);
}

void compare_text(struct bench_compare *c,
		  const struct bench_compare_options *options, FILE *to)
{
	struct out o = {
		.to = to,
		.width = options->width,
		.is_markdown = options->format == BENCH_COMPARE_MARKDOWN,
	};

	if (bench_compare_is_alike(c) && !options->tables_only)
		print_before(&o, c, options->all);
	else
		print_across(&o, c, options);
}
