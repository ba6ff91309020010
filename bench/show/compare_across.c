/* SPDX-License-Identifier: MIT */
/* compare_across.c - machines side by side: costs inside each, ranks, what
 * changes places. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/compare_parts.h"
#include "bench/stats/stats.h"

static const struct {
	const char *words;
	const char *scenario; /* NULL: every one with a ratio */
	enum bench_figure figure;
} costs[COMPARE_COSTS] = {
	[COMPARE_WRITER] = { "writer's cost, ratio to the machine's own "
			     "baseline",
			     NULL, BENCH_FIGURE_RATIO_LOG },
	[COMPARE_SWAP] = { "p50 until safe to read, multiple of the machine's "
			   "best candidate",
			   "swap", BENCH_FIGURE_SWAP_SAFE },
	[COMPARE_SCALING] = { "p50 of a snapshot of every slot, multiple of "
			      "the machine's best candidate",
			      "scaling", BENCH_FIGURE_SCALING_COST },
};

const char *compare_cost_words(enum compare_cost cost)
{
	return costs[cost].words;
}

static const struct compare_number none = { NAN, NAN, NAN };

/* ---- Inside one result ---- */

/* The number that costs are made of. */
static struct compare_number raw_cost(const struct compare_cell *cell,
				      enum compare_cost cost)
{
	if (!cell || !cell->has_numbers)
		return none;
	if (cost == COMPARE_WRITER)
		return cell->ratio;
	for (int v = 0; v < COMPARE_CELL_VALUES; v++) {
		int m = cell->values[v].measure;

		if (m >= 0 && !compare_measures[m].is_cost &&
		    compare_measures[m].figure == costs[cost].figure)
			return cell->values[v].number;
	}
	return none;
}

/* What the multiples of a group are of; 1 where costs are ratios already. */
static double unit_of(const struct bench_compare *c,
		      const struct compare_group *g, size_t result,
		      enum compare_cost cost)
{
	double best = NAN;

	if (cost == COMPARE_WRITER)
		return 1;
	for (size_t i = 0; i < g->n; i++) {
		const struct compare_cell *cell =
			compare_cell(c, &c->rows[g->rows[i]], result);

		if (cell && cell->is_rival)
			best = fmin(best, raw_cost(cell, cost).value);
	}
	return best;
}

static int rank_of(const struct bench_compare *c, const struct compare_group *g,
		   size_t result, enum compare_cost cost,
		   const struct compare_cell *own)
{
	double value = raw_cost(own, cost).value;
	int rank = 1;

	if (!own || !own->is_rival || isnan(value))
		return 0;
	for (size_t i = 0; i < g->n; i++) {
		const struct compare_cell *cell =
			compare_cell(c, &c->rows[g->rows[i]], result);

		rank += cell && cell->is_rival &&
			raw_cost(cell, cost).value < value;
	}
	return rank;
}

void compare_side(const struct bench_compare *c, const struct compare_row *row,
		  size_t result, enum compare_cost cost,
		  struct compare_side *out)
{
	const struct compare_group *g = &c->groups[row->group];
	double unit = unit_of(c, g, result, cost);

	out->cell = compare_cell(c, row, result);
	out->cost = raw_cost(out->cell, cost);
	out->cost.value /= unit;
	out->cost.low /= unit;
	out->cost.high /= unit;
	out->rank = rank_of(c, g, result, cost, out->cell);
}

/* ---- A row over all results ---- */

bool compare_row_has(const struct bench_compare *c,
		     const struct compare_row *row, enum compare_cost cost)
{
	for (size_t r = 0; r < c->n; r++) {
		struct compare_side side;

		compare_side(c, row, r, cost, &side);
		if (!isnan(side.cost.value))
			return true;
	}
	return false;
}

/* In two results; of one alone, in that. */
static bool has_two(const struct bench_compare *c,
		    const struct compare_row *row, enum compare_cost cost)
{
	size_t n = 0;

	for (size_t r = 0; r < c->n && n < 2; r++)
		n += !isnan(raw_cost(compare_cell(c, row, r), cost).value);
	return n > 1 || n == c->n;
}

bool compare_group_has(const struct bench_compare *c,
		       const struct compare_group *g, enum compare_cost cost)
{
	if (costs[cost].scenario &&
	    strcmp(costs[cost].scenario, g->scenario) != 0)
		return false;
	for (size_t i = 0; i < g->n; i++)
		if (has_two(c, &c->rows[g->rows[i]], cost))
			return true;
	return false;
}

static double low_of(const struct compare_number *n)
{
	return isnan(n->low) ? n->value : n->low;
}

static double high_of(const struct compare_number *n)
{
	return isnan(n->high) ? n->value : n->high;
}

static void take_side(struct compare_spread *s, const struct compare_side *side,
		      size_t result)
{
	if (!s->n || side->cost.value < s->least.value) {
		s->least = side->cost;
		s->where_least = result;
	}
	if (!s->n || side->cost.value > s->most.value) {
		s->most = side->cost;
		s->where_most = result;
	}
	if (side->rank && (!s->best || side->rank < s->best))
		s->best = side->rank;
	if (side->rank > s->worst)
		s->worst = side->rank;
	s->first += side->rank == 1;
	s->n++;
}

void compare_spread(const struct bench_compare *c,
		    const struct compare_row *row, enum compare_cost cost,
		    struct compare_spread *out)
{
	double *values = calloc(c->n + 1, sizeof(*values));

	*out = (struct compare_spread){ .median = NAN, .apart = 1 };
	for (size_t r = 0; values && r < c->n; r++) {
		struct compare_side side;

		compare_side(c, row, r, cost, &side);
		if (isnan(side.cost.value))
			continue;
		values[out->n] = side.cost.value;
		take_side(out, &side, r);
	}
	if (out->n)
		bench_stats_median(values, out->n, &out->median);
	if (out->n > 1 && low_of(&out->most) > high_of(&out->least))
		out->apart = out->most.value / out->least.value;
	free(values);
}

/* ---- Who changes places ---- */

static void take_pair(struct compare_move *m, const struct compare_number *a,
		      const struct compare_number *b, size_t result)
{
	double times = a->value / b->value;

	if (low_of(a) > high_of(b))
		m->dearer++;
	else if (low_of(b) > high_of(a))
		m->cheaper++;
	else
		return;
	if (isnan(m->most) || times > m->most) {
		m->most = times;
		m->where_most = result;
	}
	if (isnan(m->least) || times < m->least) {
		m->least = times;
		m->where_least = result;
	}
}

/* Does a pair change places? Intervals that overlap decide nothing. */
static bool moves(const struct bench_compare *c, const struct compare_row *a,
		  const struct compare_row *b, enum compare_cost cost,
		  struct compare_move *out)
{
	*out = (struct compare_move){
		.a = a, .b = b, .most = NAN, .least = NAN
	};
	for (size_t r = 0; r < c->n; r++) {
		const struct compare_cell *x = compare_cell(c, a, r);
		const struct compare_cell *y = compare_cell(c, b, r);
		struct compare_number p = raw_cost(x, cost);
		struct compare_number q = raw_cost(y, cost);

		if (x && y && x->is_rival && y->is_rival && p.value > 0 &&
		    q.value > 0)
			take_pair(out, &p, &q, r);
	}
	return out->dearer && out->cheaper;
}

static double size_of(const struct compare_move *m)
{
	return m->most / m->least;
}

static int by_size(const void *a, const void *b)
{
	double x = size_of(a), y = size_of(b);

	return (x < y) - (x > y);
}

struct compare_move *compare_moves(const struct bench_compare *c,
				   const struct compare_group *g,
				   enum compare_cost cost, size_t *n)
{
	struct compare_move *list = calloc(g->n * g->n / 2 + 1, sizeof(*list));

	*n = 0;
	for (size_t i = 0; list && i < g->n; i++)
		for (size_t k = i + 1; k < g->n; k++)
			*n += moves(c, &c->rows[g->rows[i]],
				    &c->rows[g->rows[k]], cost, &list[*n]);
	if (list)
		qsort(list, *n, sizeof(*list), by_size);
	return list;
}
