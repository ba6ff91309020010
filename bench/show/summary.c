/* SPDX-License-Identifier: MIT */
/* summary.c - the answers of a result. */
#include "bench/show/summary.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/intervals.h"

#define for_each_cell(result, cell)                                  \
	for (size_t cell##_i = 0;                                    \
	     ((cell) = bench_view_cell((result), cell##_i)) != NULL; \
	     cell##_i++)

/* ---- Names ---- */

static int names_add(struct bench_names *names, const char *name, double value)
{
	const char **longer =
		realloc(names->name, (names->n + 1) * sizeof(*names->name));
	double *values;

	if (!longer)
		return -ENOMEM;
	names->name = longer;
	values = realloc(names->value, (names->n + 1) * sizeof(*values));
	if (!values)
		return -ENOMEM;
	names->value = values;
	names->name[names->n] = name;
	names->value[names->n++] = value;
	return 0;
}

static void names_free(struct bench_names *names)
{
	free(names->name);
	free(names->value);
	*names = (struct bench_names){ 0 };
}

static double *names_find(struct bench_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->name[i], name))
			return &names->value[i];
	return NULL;
}

/* Add to the value of a name, which is made if need be. */
static int names_sum(struct bench_names *names, const char *name, double value)
{
	double *sum = names_find(names, name);

	if (!sum)
		return names_add(names, name, value);
	*sum += value;
	return 0;
}

/* ---- Who may be chosen ---- */

bool bench_summary_holds(const json_t *result, const char *strategy)
{
	const json_t *cell;

	for_each_cell(result,
		      cell) if (bench_view_is_strategy(cell, strategy) &&
				!bench_view_is_floor(cell) &&
				(bench_view_is_invalid(cell) ||
				 bench_view_is_broken(cell) ||
				 !bench_view_is_sound(cell))) return false;
	return true;
}

static bool is_rival(const json_t *result, const json_t *cell)
{
	return bench_view_is_candidate(cell) && bench_view_has_numbers(cell) &&
	       bench_summary_holds(result, bench_view_strategy(cell));
}

static size_t count_rivals(const json_t *result, const json_t *like)
{
	const json_t *cell;
	size_t n = 0;

	for_each_cell(result, cell)
		n += bench_view_same_table(cell, like, NULL) &&
		     is_rival(result, cell);
	return n;
}

/* ---- Where ---- */

static unsigned int axes_of(const json_t *cell)
{
	const char *at = bench_view_axes(cell);
	unsigned int n = *at != '\0';

	for (; *at; at++)
		n += *at == '/';
	return n;
}

static bool is_at(const json_t *cell, const char *placement)
{
	return placement && !strcmp(bench_view_placement(cell), placement);
}

/* Is the table of a the better point to ask than that of b? */
static bool is_nearer(const json_t *result, const json_t *a, const json_t *b,
		      const char *placement)
{
	size_t rivals_a = count_rivals(result, a);
	size_t rivals_b = count_rivals(result, b);

	if (rivals_a != rivals_b)
		return rivals_a > rivals_b;
	if (axes_of(a) != axes_of(b))
		return axes_of(a) < axes_of(b);
	return is_at(a, placement) && !is_at(b, placement);
}

/* A cell of the table that a scenario is asked at; NULL: it has no cell. */
static const json_t *point_of(const json_t *result, const char *scenario,
			      const char *placement)
{
	const json_t *point = NULL, *cell;

	for_each_cell(result,
		      cell) if (bench_view_is_scenario(cell, scenario) &&
				bench_view_opens_table(result, cell_i, NULL) &&
				(!point || is_nearer(result, cell, point,
						     placement))) point = cell;
	return point;
}

static size_t tables_of(const json_t *result, const char *scenario)
{
	const json_t *cell;
	size_t n = 0;

	for_each_cell(result, cell)
		n += bench_view_is_scenario(cell, scenario) &&
		     bench_view_opens_table(result, cell_i, NULL);
	return n;
}

/* ---- The cheapest ---- */

/* What a choice shows, and the figure that it compares, in rounds as a logarithm
 * already or not. */
struct yardstick {
	struct bench_value (*shown)(const json_t *cell);
	enum bench_figure compared;
	double percent;
	bool is_log;
};

static struct bench_value time_of_swap(const json_t *cell)
{
	return bench_view_percentile(cell, BENCH_FIGURE_SWAP_SAFE, 50);
}

static const struct yardstick writer_cost = { bench_view_cost,
					      BENCH_FIGURE_RATIO_LOG, 0, true };
static const struct yardstick swap_time = { time_of_swap,
					    BENCH_FIGURE_SWAP_SAFE, 50, false };

struct rivals {
	size_t n;
	const json_t **cell;
	double *median;
	bool *undercut;
	size_t rounds; /* of the run */
	double *log;   /* [rival][round]; NaN: none */
	double *spare; /* room for one comparison */
};

static void rivals_free(struct rivals *r)
{
	free(r->cell);
	free(r->median);
	free(r->undercut);
	free(r->log);
	free(r->spare);
}

static double median_of(const json_t *cell, enum bench_figure figure,
			double percent)
{
	return percent > 0 ? bench_view_percentile(cell, figure, percent).value
			   : bench_view_figure(cell, figure).value;
}

static double log_in_round(const json_t *cell, const struct yardstick *y,
			   size_t round)
{
	double value =
		bench_view_in_round(cell, y->compared, y->percent, round);

	if (y->is_log || isnan(value))
		return value;
	return value > 0 ? log(value) : NAN;
}

static int rivals_alloc(struct rivals *r, const json_t *result, size_t most)
{
	double rounds = bench_view_fact_number(result, "run.rounds");

	r->rounds = rounds > 0 ? (size_t)rounds : 0;
	r->cell = calloc(most + 1, sizeof(*r->cell));
	r->median = calloc(most + 1, sizeof(*r->median));
	r->undercut = calloc(most + 1, sizeof(*r->undercut));
	r->log = calloc(most * r->rounds + 1, sizeof(*r->log));
	r->spare = calloc(r->rounds + 1, sizeof(*r->spare));
	return r->cell && r->median && r->undercut && r->log && r->spare
		       ? 0
		       : -ENOMEM;
}

static void add_rival(struct rivals *r, const json_t *cell, double median,
		      const struct yardstick *y)
{
	size_t at = r->n++;

	/* the smallest median first */
	for (; at && r->median[at - 1] > median; at--) {
		r->cell[at] = r->cell[at - 1];
		r->median[at] = r->median[at - 1];
		memcpy(&r->log[at * r->rounds], &r->log[(at - 1) * r->rounds],
		       r->rounds * sizeof(*r->log));
	}
	r->cell[at] = cell;
	r->median[at] = median;
	for (size_t i = 0; i < r->rounds; i++)
		r->log[at * r->rounds + i] = log_in_round(cell, y, i);
}

/* Who is measured and has nothing to compare is no rival, but named. */
static int find_rivals(const json_t *result, const json_t *like,
		       const struct yardstick *y, struct rivals *r,
		       struct bench_names *unpriced)
{
	const json_t *cell;

	if (rivals_alloc(r, result, count_rivals(result, like)))
		return -ENOMEM;
	for_each_cell(result, cell)
	{
		double median;

		if (!bench_view_same_table(cell, like, NULL) ||
		    !is_rival(result, cell))
			continue;
		median = median_of(cell, y->compared, y->percent);
		if (!isnan(median))
			add_rival(r, cell, median, y);
		else if (names_add(unpriced, bench_view_strategy(cell), NAN))
			return -ENOMEM;
	}
	return 0;
}

/* Rounds that two rivals share, their log ratio in spare. */
static size_t pair_up(const struct rivals *r, size_t a, size_t b)
{
	size_t n = 0;

	for (size_t i = 0; i < r->rounds; i++) {
		double log =
			r->log[a * r->rounds + i] - r->log[b * r->rounds + i];

		if (!isnan(log))
			r->spare[n++] = log;
	}
	return n;
}

/* Does b cost less than a, beyond chance and the threshold? */
static bool undercuts(const struct rivals *r, size_t a, size_t b, double alpha,
		      double threshold)
{
	struct bench_sign_interval s;
	size_t n = pair_up(r, a, b);

	/* The true cheapest is compared with n - 1 others. */
	return !bench_stats_sign_interval(r->spare, n, alpha,
					  (unsigned int)r->n - 1, &s) &&
	       s.lo > 0 && s.median > log1p(threshold);
}

static size_t fewest_shared(const struct rivals *r)
{
	size_t fewest = r->rounds;

	for (size_t a = 0; a < r->n; a++)
		for (size_t b = 0; b < a; b++) {
			size_t n = pair_up(r, a, b);

			fewest = n < fewest ? n : fewest;
		}
	return fewest;
}

static size_t mark_undercut(struct rivals *r, double alpha, double threshold)
{
	size_t left = r->n;

	for (size_t a = 0; a < r->n; a++) {
		for (size_t b = 0; b < r->n && !r->undercut[a]; b++)
			r->undercut[a] = a != b &&
					 undercuts(r, a, b, alpha, threshold);
		left -= r->undercut[a];
	}
	if (left)
		return left;
	/* a circle: nobody is the cheapest of it */
	memset(r->undercut, 0, r->n * sizeof(*r->undercut));
	return r->n;
}

/* Is a comparison of these licensed? Else the kind says why not. */
static bool may_judge(const json_t *result, const struct rivals *r,
		      double alpha, struct bench_choice *out)
{
	struct bench_view_aa aa = { 0 };

	out->rounds = (unsigned int)fewest_shared(r);
	out->needs = bench_stats_rounds_needed((unsigned int)r->n - 1, alpha);
	if (out->rounds < out->needs) {
		out->kind = BENCH_CHOICE_TOO_FEW;
	} else if (!bench_view_aa_of(result, r->cell[0], &aa) || !aa.passed) {
		out->kind = BENCH_CHOICE_NO_CONTROL;
		out->why = aa.reason;
	} else {
		return true;
	}
	return false;
}

static double threshold_at(const json_t *result, const json_t *cell)
{
	struct bench_view_ratio ratio;

	if (bench_view_ratio(cell, &ratio) && !isnan(ratio.threshold))
		return ratio.threshold;
	return bench_view_fact_number(result, "statistics.threshold");
}

static void decide(const json_t *result, struct rivals *r,
		   struct bench_choice *out)
{
	double alpha = bench_view_fact_number(result, "statistics.alpha");

	if (r->n == 1)
		out->kind = BENCH_CHOICE_ALONE;
	else if (r->n && may_judge(result, r, alpha, out))
		out->kind = mark_undercut(r, alpha,
					  threshold_at(result, r->cell[0])) == 1
				    ? BENCH_CHOICE_ONE
				    : BENCH_CHOICE_SEVERAL;
}

static int choose(const json_t *result, const json_t *at,
		  const struct yardstick *y, struct bench_choice *out)
{
	struct rivals r = { 0 };
	int err = 0;

	out->at = at;
	if (!at)
		return 0;
	err = find_rivals(result, at, y, &r, &out->unpriced);
	if (!err)
		decide(result, &r, out);
	out->rivals = r.n;
	for (size_t i = 0; i < r.n && !err; i++) {
		if (r.undercut[i])
			continue;
		out->best = out->best ? out->best : r.cell[i];
		err = names_add(&out->names, bench_view_strategy(r.cell[i]),
				y->shown(r.cell[i]).value);
	}
	rivals_free(&r);
	return err;
}

/* ---- Lost events ---- */

static double sum_of_drops(const json_t *cell)
{
	struct bench_view_count count[64];
	size_t n = bench_view_counts(cell, BENCH_FIGURE_WRITER_DROPS, count,
				     sizeof(count) / sizeof(count[0]));
	double sum = 0;

	for (size_t i = 0; i < n && i < sizeof(count) / sizeof(count[0]); i++)
		if (strcmp(count[i].name, "full") != 0)
			sum += count[i].count;
	return sum;
}

/* Did swaps of it, wherever in the run, cost an event? */
static bool loses_anywhere(const json_t *result, const char *strategy)
{
	const json_t *cell;

	for_each_cell(result,
		      cell) if (bench_view_is_strategy(cell, strategy) &&
				bench_view_counts(cell,
						  BENCH_FIGURE_SWAP_OUTCOMES,
						  NULL, 0) &&
				sum_of_drops(cell) > 0) return true;
	return false;
}

static int add_loss(const json_t *result, const json_t *cell,
		    struct bench_summary *out)
{
	const char *name = bench_view_strategy(cell);
	double lost =
		bench_view_figure(cell, BENCH_FIGURE_SWAP_DROPS_PER_SWAP).value;

	if (sum_of_drops(cell) > 0)
		return names_add(&out->lossy, name, isnan(lost) ? 0 : lost);
	if (loses_anywhere(result, name))
		return names_add(&out->lossy, name, NAN);
	return lost == 0 ? names_add(&out->lossless, name, 0) : 0;
}

static int find_losses(const json_t *result, struct bench_summary *out)
{
	const json_t *cell;
	int err = 0;

	for_each_cell(result, cell)
	{
		if (!err && out->swapper.at &&
		    bench_view_same_table(cell, out->swapper.at, NULL) &&
		    is_rival(result, cell))
			err = add_loss(result, cell, out);
	}
	return err;
}

/* ---- What was caught ---- */

static double violations(const json_t *cell)
{
	double n = bench_view_figure(cell, BENCH_FIGURE_VERIFICATION_VIOLATIONS)
			   .value;

	return isnan(n) ? 0 : n;
}

static int find_caught(const json_t *result, struct bench_summary *out)
{
	const json_t *cell;
	int err = 0;

	for_each_cell(result, cell)
	{
		const char *name = bench_view_strategy(cell);

		if (!err && bench_view_is_broken(cell))
			err = names_sum(&out->caught, name, violations(cell));
		if (!err && bench_view_is_invalid(cell))
			err = names_sum(&out->invalid, name, violations(cell));
	}
	for_each_cell(result, cell) if (!err && bench_view_is_uncaught(cell) &&
					!names_find(&out->caught,
						    bench_view_strategy(cell)))
		err = names_sum(&out->uncaught, bench_view_strategy(cell), 0);
	return err;
}

/* ---- What could not be told ---- */

static int find_unresolved(const json_t *result, struct bench_summary *out)
{
	struct bench_view_ratio ratio;
	const json_t *cell;
	int err = 0;

	for_each_cell(result, cell)
	{
		if (!bench_view_is_invalid(cell) &&
		    !bench_view_is_broken(cell) &&
		    !bench_view_has_numbers(cell)) {
			out->unmeasured++;
			if (!out->first_unmeasured)
				out->first_unmeasured = cell;
		}
		if (err || !out->writer.at || !is_rival(result, cell) ||
		    !bench_view_same_table(cell, out->writer.at, NULL) ||
		    !bench_view_ratio(cell, &ratio))
			continue;
		if (ratio.verdict == BENCH_VERDICT_NOT_RESOLVED)
			err = names_add(&out->unresolved,
					bench_view_strategy(cell),
					ratio.half_width);
		else if (ratio.verdict == BENCH_VERDICT_NONE)
			err = names_add(&out->unjudged,
					bench_view_strategy(cell), NAN);
	}
	return err;
}

/* ---- What next ---- */

static bool is_kind(const struct bench_summary *s, enum bench_choice_kind kind)
{
	return s->writer.kind == kind || s->swapper.kind == kind;
}

/* The fewest rounds for the verdicts of a scenario and for its choice. */
static unsigned int rounds_for(const json_t *result, const char *comparisons,
			       const struct bench_choice *choice)
{
	double alpha = bench_view_fact_number(result, "statistics.alpha");
	double k = bench_view_fact_number(result, comparisons);
	unsigned int n =
		k >= 1 ? bench_stats_rounds_needed((unsigned int)k, alpha) : 0;

	return n > choice->needs ? n : choice->needs;
}

static unsigned int rounds_needed(const json_t *result,
				  const struct bench_summary *s)
{
	unsigned int writer =
		rounds_for(result, "statistics.comparisons.write", &s->writer);
	unsigned int swapper =
		rounds_for(result, "statistics.comparisons.swap", &s->swapper);

	return writer > swapper ? writer : swapper;
}

static enum bench_next next_of(const struct bench_summary *s)
{
	if (s->invalid.n)
		return BENCH_NEXT_VERIFY;
	if (is_kind(s, BENCH_CHOICE_TOO_FEW))
		return BENCH_NEXT_ROUNDS;
	if (is_kind(s, BENCH_CHOICE_NO_CONTROL))
		return BENCH_NEXT_DOCTOR;
	if (s->uncaught.n)
		return BENCH_NEXT_LONGER;
	if (is_kind(s, BENCH_CHOICE_NOTHING))
		return BENCH_NEXT_MEASURE;
	if (s->unresolved.n || is_kind(s, BENCH_CHOICE_SEVERAL))
		return BENCH_NEXT_RESOLVE;
	return BENCH_NEXT_LOOK;
}

/* ---- All of it ---- */

int bench_summary_make(const json_t *result, struct bench_summary *out)
{
	const json_t *write, *swap;
	int err;

	*out = (struct bench_summary){ 0 };
	write = point_of(result, "write", NULL);
	swap = point_of(result, "swap",
			write ? bench_view_placement(write) : NULL);
	err = choose(result, write, &writer_cost, &out->writer);
	if (!err)
		err = choose(result, swap, &swap_time, &out->swapper);
	if (!err)
		err = find_losses(result, out);
	if (!err)
		err = find_caught(result, out);
	if (!err)
		err = find_unresolved(result, out);
	out->tables = tables_of(result, "write") + tables_of(result, "swap") -
		      (write ? 1 : 0) - (swap ? 1 : 0);
	out->next = next_of(out);
	out->needs = rounds_needed(result, out);
	return err;
}

void bench_summary_free(struct bench_summary *s)
{
	names_free(&s->writer.unpriced);
	names_free(&s->swapper.unpriced);
	names_free(&s->writer.names);
	names_free(&s->swapper.names);
	names_free(&s->lossless);
	names_free(&s->lossy);
	names_free(&s->caught);
	names_free(&s->uncaught);
	names_free(&s->invalid);
	names_free(&s->unresolved);
	names_free(&s->unjudged);
}
