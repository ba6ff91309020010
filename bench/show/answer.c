/* SPDX-License-Identifier: MIT */
/* answer.c - one table of both sides: who pays for a swap, and how much. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/json.h"
#include "bench/result/traits.h"
#include "bench/show/parts.h"
#include "bench/show/summary.h"

/* ---- Fields that belong to this table ---- */

static bool is_success(const char *outcome)
{
	return !strcmp(outcome, "ok") || !strcmp(outcome, "deferred");
}

/* Attempts that were made again, and swaps without a snapshot. */
static double failures(const json_t *cell)
{
	size_t n = bench_view_counts(cell, BENCH_FIGURE_SWAP_OUTCOMES, NULL, 0);
	struct bench_view_count *count = calloc(n + 1, sizeof(*count));
	double sum = bench_view_figure(cell, BENCH_FIGURE_SWAP_RETRIES).value;

	sum = isnan(sum) ? 0 : sum;
	if (count)
		bench_view_counts(cell, BENCH_FIGURE_SWAP_OUTCOMES, count, n);
	for (size_t i = 0; count && i < n; i++)
		if (!is_success(count[i].name))
			sum += count[i].count;
	free(count);
	return sum;
}

static SHOW_PUT(failures)
{
	char text[BENCH_NUMBER_TEXT];

	(void)c;
	bench_grid_put(g, column, "%s", bench_text_count(failures(cell), text));
}

/* ---- Columns ---- */

#define WRITE	.group = "write"
#define SWAPPED .group = "while swapped"
#define SWAP	.group = "swap"

static const struct show_column write_columns[] = {
	SHOW_FIGURE(median, WRITER_NS_PER_EVENT, WRITE, .title = "ns",
		    .meaning = "time for one event while nobody swaps",
		    .keep = 9),
	SHOW_WORDS(added, "+ ns",
		   "what one event costs more than @'s, which takes turns with "
		   "it in one process",
		   WRITE, .keep = 4),
	SHOW_FIGURE(median, RATIO_LOG, WRITE, .title = "ratio",
		    .meaning = "it as a multiple of @\'s", .keep = 8),
	SHOW_WORDS(word, "verdict", "", WRITE, .keep = 7),
	{ 0 }
};

/* The swap's cells, of which the writer's side is told, and the swapper's. */
static const struct show_column swap_columns[] = {
	SHOW_WORDS(added, "+ ns", "", SWAPPED, .keep = 4),
	SHOW_FIGURE(median, RATIO_LOG, SWAPPED, .title = "ratio",
		    .meaning = "what each stored event takes, with the time of "
			       "refused ones, as a multiple of @'s without "
			       "swaps",
		    .keep = 6),
	SHOW_WORDS(word, "verdict", "", SWAPPED, .keep = 5),
	SHOW_FIGURE(median, SWAP_SAFE, SWAP, .percent = 50, .unit = SHOW_US,
		    .title = "p50 us",
		    .meaning = "from its planned start until the snapshot is "
			       "safe to read, half of the swaps",
		    .keep = 8),
	SHOW_FIGURE(tail_median, SWAP_SAFE, SWAP, .percent = 99,
		    .unit = SHOW_US, .title = "p99 us",
		    .meaning = "99 of 100 swaps", .keep = 3),
	SHOW_FIGURE(median, SWAP_DROPS_PER_SWAP, SWAP, .title = "dropped",
		    .meaning = "events refused for each swap", .keep = 7),
	SHOW_WORDS(failures, "failed",
		   "attempts that found a writer inside, and swaps without "
		   "a snapshot",
		   SWAP, .keep = 1),
	{ 0 }
};

static const struct show_column first_column[] = {
	SHOW_WORDS(name, "strategy", ""), { 0 }
};

static const struct show_column last_column[] = {
	SHOW_WORDS(name, "sound",
		   "held: in this whole run no promise was seen broken",
		   .keep = 7),
	{ 0 }
};

static unsigned int length_of(const struct show_column *columns)
{
	unsigned int n = 0;

	while (columns[n].put)
		n++;
	return n;
}

/* ---- Rows ---- */

struct answer {
	const struct show *s;
	struct bench_summary summary;
	struct bench_grid g;
};

/* The cell of a strategy in the table of @like; NULL: it has none. */
static const json_t *cell_at(const struct show *s, const json_t *like,
			     const char *strategy)
{
	const json_t *cell;

	if (!like)
		return NULL;
	show_for_each_cell(
		s,
		cell) if (bench_view_is_strategy(cell, strategy) &&
			  bench_view_same_table(cell, like, NULL)) return cell;
	return NULL;
}

static void put_side(struct bench_grid *g, unsigned int first,
		     const struct show_column *columns, const json_t *cell)
{
	bool measured = cell && bench_view_has_numbers(cell);

	for (unsigned int i = 0; columns[i].put; i++)
		if (measured)
			columns[i].put(g, first + i, cell, &columns[i]);
		else
			bench_grid_put(g, first + i, "-");
}

struct seen {
	bool invalid, broken, uncaught, swapped;
	double violations;
};

static double violations_of(const json_t *cell)
{
	double n = bench_view_figure(cell, BENCH_FIGURE_VERIFICATION_VIOLATIONS)
			   .value;

	return isnan(n) ? 0 : n;
}

static struct seen seen_of(const struct show *s, const char *strategy)
{
	struct seen seen = { 0 };
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		if (!bench_view_is_strategy(cell, strategy) ||
		    bench_view_is_floor(cell))
			continue;
		seen.invalid |= bench_view_is_invalid(cell);
		seen.uncaught |= bench_view_is_uncaught(cell);
		seen.swapped |=
			bench_view_figure(cell,
					  BENCH_FIGURE_VERIFICATION_SNAPSHOTS)
				.value > 0;
		if (!bench_view_is_broken(cell))
			continue;
		seen.broken = true;
		seen.violations += violations_of(cell);
	}
	return seen;
}

/* Over all cells of the run, not of this table alone. */
static void put_soundness(struct answer *a, unsigned int column,
			  const char *strategy)
{
	struct seen seen = seen_of(a->s, strategy);

	if (seen.invalid)
		bench_grid_put(&a->g, column, "INVALID");
	else if (seen.violations > 0)
		bench_grid_put(&a->g, column, "broken: %.0f", seen.violations);
	else if (seen.broken) /* a crash, a hang */
		bench_grid_put(&a->g, column, "broken");
	else if (seen.uncaught)
		bench_grid_put(&a->g, column, "NOT CAUGHT");
	else
		bench_grid_put(&a->g, column, seen.swapped ? "held" : "-");
}

/* The core without protection: its own ratio is to another thing, a floor. */
static bool is_yardstick(const json_t *cell)
{
	return bench_view_is_control(cell) && bench_view_is_sound(cell);
}

static void add_row(struct answer *a, const char *strategy)
{
	const json_t *write = cell_at(a->s, a->summary.writer.at, strategy);
	const json_t *swap = cell_at(a->s, a->summary.swapper.at, strategy);
	unsigned int after_write = 1 + length_of(write_columns);

	bench_grid_row(&a->g);
	bench_grid_put(&a->g, 0, "%s", strategy);
	put_side(&a->g, 1, write_columns, write);
	if (write && is_yardstick(write))
		for (unsigned int i = 2; i < after_write; i++)
			bench_grid_put(&a->g, i, "-");
	put_side(&a->g, after_write, swap_columns, swap);
	put_soundness(a, after_write + length_of(swap_columns), strategy);
}

/* Is it the first cell of its strategy on either side? */
static bool begins_row(const struct answer *a, const json_t *cell)
{
	const char *strategy = bench_view_strategy(cell);
	const json_t *write = cell_at(a->s, a->summary.writer.at, strategy);

	return cell == write ||
	       (!write &&
		cell == cell_at(a->s, a->summary.swapper.at, strategy));
}

static bool is_row(const struct answer *a, const json_t *cell, bool control)
{
	return bench_view_is_control(cell) == control && begins_row(a, cell);
}

static const char *family_of(const struct show *s, const json_t *cell)
{
	return bench_text(
		bench_traits_strategy(s->result, bench_view_strategy(cell)),
		"family");
}

static bool same_family(const struct show *s, const json_t *a, const json_t *b)
{
	const char *x = family_of(s, a), *y = family_of(s, b);

	return a == b || (x && y && !strcmp(x, y));
}

/* The first row of its family, in the result's order? */
static bool opens_family(const struct answer *a, const json_t *of)
{
	const json_t *cell;

	show_for_each_cell(
		a->s, cell) if (is_row(a, cell, false) &&
				same_family(a->s, cell, of)) return cell == of;
	return false;
}

/* A family's strategies side by side. */
static void add_candidates(struct answer *a)
{
	const json_t *first, *cell;

	show_for_each_cell(a->s, first)
	{
		if (!is_row(a, first, false) || !opens_family(a, first))
			continue;
		show_for_each_cell(a->s,
				   cell) if (is_row(a, cell, false) &&
					     same_family(a->s, first, cell))
			add_row(a, bench_view_strategy(cell));
	}
}

static void add_controls(struct answer *a)
{
	const json_t *cell;
	bool any = false;

	show_for_each_cell(a->s, cell)
	{
		if (!is_row(a, cell, true))
			continue;
		if (!any)
			bench_grid_note(&a->g, "controls:", "%s", "");
		any = true;
		add_row(a, bench_view_strategy(cell));
	}
}

/* ---- Around the table ---- */

static void print_point(const struct answer *a, const char *side,
			const json_t *at)
{
	char *where = at ? show_where_text(show_first_measured(a->s, at))
			 : NULL;

	if (where)
		show_line(a->s, "%s: %s", side, where);
	free(where);
}

/* Why a side has no numbers. */
static void print_missing(const struct answer *a, const char *side,
			  const json_t *like)
{
	const json_t *cell;

	show_for_each_cell(a->s, cell)
	{
		const char *why = bench_view_why(cell);

		if (like && bench_view_same_table(cell, like, NULL) &&
		    !bench_view_has_numbers(cell) &&
		    !bench_view_is_invalid(cell))
			show_line(a->s, "%s, %s: %s%s%s",
				  bench_view_strategy(cell), side,
				  bench_view_status(cell), why ? ": " : "",
				  why ? why : "");
	}
}

static void print_table(struct answer *a)
{
	const json_t *write = a->summary.writer.at;
	const json_t *like = write ? show_first_judged(a->s, write) : NULL;

	show_columns(&a->g, first_column, like);
	show_columns(&a->g, write_columns, like);
	show_columns(&a->g, swap_columns, like);
	show_columns(&a->g, last_column, like);
	add_candidates(a);
	add_controls(a);
	bench_grid_drop_empty(&a->g);
	show_title(a->s, "Who pays for a swap, and how much");
	print_point(a, "write", write);
	print_point(a, "swap", a->summary.swapper.at);
	bench_grid_print(&a->g, a->s->width, a->s->to);
	print_missing(a, "write", write);
	print_missing(a, "swap", a->summary.swapper.at);
	show_legend(a->s, &a->g);
	show_attempted(a->s, a->summary.swapper.at);
	if (bench_grid_ends(&a->g, " sched"))
		show_schedulers(a->s, a->summary.swapper.at);
	if (a->summary.tables)
		show_line(a->s,
			  "%zu other point%s of write and swap (payload, rate, "
			  "placement ...): in the other tables",
			  a->summary.tables, a->summary.tables == 1 ? "" : "s");
}

void show_answer(const struct show *s)
{
	struct answer a = { .s = s };

	if (bench_summary_make(s->result, &a.summary)) {
		show_line(s, "out of memory");
	} else {
		if (a.summary.writer.at || a.summary.swapper.at)
			print_table(&a);
		show_checked(s);
		show_evidence(s, /* broken */ false);
		show_summary(s, &a.summary);
	}
	bench_summary_free(&a.summary);
	bench_grid_free(&a.g);
}
