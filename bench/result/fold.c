/* SPDX-License-Identifier: MIT */
/*
 * fold.c - from a journal to a result.
 *
 * The journal is read once, line by line. Each block is folded into its cell:
 * its figures become one row of raw values (a round), its histograms are added
 * to the cell's pools, its counts to the cell's sums; then the line is
 * forgotten. What a cell comes to is computed at the end, when it is known how
 * many comparisons there are.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/ranks.h"

#include "bench/result/parts.h"
#include "bench/stats/stats.h"

/* ---- The header: one cell each ---- */

static void cell_begin(struct bench_result_cell *c, const json_t *plan)
{
	const json_t *axes = json_object_get(plan, "axes");

	c->json = json_object();
	c->rounds = json_array();
	c->blocks = json_object();
	bench_copy(c->json, plan, "id");
	bench_copy(c->json, axes, "strategy");
	bench_copy(c->json, axes, "scenario");
	bench_copy(c->json, axes, "placement");
	bench_copy(c->json, plan, "kind");
	bench_copy(c->json, plan, "axes");
	bench_copy(c->json, plan, "status");
	bench_copy(c->json, plan, "reason");
	bench_set(c->json, "rounds", c->rounds);
	bench_set(c->json, "blocks", c->blocks);
	c->kind = bench_text(c->json, "kind");
	c->scenario = bench_text(c->json, "scenario");
	c->baseline = bench_text(plan, "baseline-id");
}

static int header_take(struct bench_result_build *b, const json_t *header,
		       char *why, size_t n)
{
	const json_t *plan = json_object_get(header, "plan");
	const json_t *list = json_object_get(plan, "cells");

	b->n_cells = json_array_size(list);
	b->cells = calloc(b->n_cells + 1, sizeof(*b->cells));
	b->header = json_deep_copy(header);
	if (!b->cells || !b->header)
		return bench_why(-ENOMEM, why, n, "out of memory");
	bench_legacy_describe(b->header);
	list = json_object_get(json_object_get(b->header, "plan"), "cells");
	for (size_t i = 0; i < b->n_cells; i++)
		cell_begin(&b->cells[i], json_array_get(list, i));
	return 0;
}

/* ---- A block ---- */

static void fold_value(enum bench_figure figure, const json_t *value,
		       json_t *raw)
{
	char key[BENCH_FIGURE_PATH];

	if (json_is_number(value))
		bench_set(raw, bench_figure_path(figure, key),
			  json_real(json_number_value(value)));
}

/* The percentiles of one round that its own n supports. */
static void fold_percentiles(const struct bench_result_build *b,
			     enum bench_figure figure, json_t *raw)
{
	char key[BENCH_FIGURE_PATH];

	for (int p = 0; p < BENCH_PERCENTS; p++) {
		double q = bench_percents[p] / 100;

		if (b->one->total < bench_stats_support(q, b->alpha))
			return;
		bench_set(raw,
			  bench_figure_path_at(figure, bench_percents[p], key),
			  json_real(bench_hist_value_at(b->one, q)));
	}
}

/* Room for the pools of a figure; all blocks of a cell have as many. */
static int pools_make(struct bench_result_pools *pools, size_t n)
{
	if (pools->at)
		return pools->n == n ? 0 : -EINVAL;
	pools->at = calloc(n + 1, sizeof(*pools->at));
	if (!pools->at)
		return -ENOMEM;
	for (pools->n = 0; pools->n < n; pools->n++) {
		pools->at[pools->n] = bench_hist_new();
		if (!pools->at[pools->n])
			return -ENOMEM;
	}
	return 0;
}

static int pool_add(struct bench_result_build *b, struct bench_hist *pool,
		    const json_t *histogram)
{
	int err;

	bench_hist_reset(b->one);
	err = bench_hist_load(histogram, b->one);
	if (!err)
		bench_hist_merge(pool, b->one);
	return err;
}

static int fold_dist(struct bench_result_build *b, struct bench_result_cell *c,
		     enum bench_figure figure, const json_t *histogram,
		     json_t *raw)
{
	int err = pools_make(&c->pools[figure], 1);

	if (!err)
		err = pool_add(b, c->pools[figure].at[0], histogram);
	if (!err)
		fold_percentiles(b, figure, raw);
	return err;
}

static int fold_series(struct bench_result_build *b,
		       struct bench_result_cell *c, enum bench_figure figure,
		       const json_t *list)
{
	struct bench_result_pools *pools = &c->pools[figure];
	int err = pools_make(pools, json_array_size(list));

	for (size_t i = 0; i < pools->n && !err; i++)
		err = pool_add(b, pools->at[i], json_array_get(list, i));
	return err;
}

/* Sums stop at the largest integer; a file with that is refused. */
static void add(json_t *object, const char *name, json_int_t value)
{
	json_int_t sum = json_integer_value(json_object_get(object, name));

	if (__builtin_add_overflow(sum, value, &sum))
		sum = INT64_MAX;
	bench_set(object, name, json_integer(sum));
}

static void fold_counts(struct bench_result_cell *c, enum bench_figure figure,
			json_t *counts)
{
	const char *name;
	json_t *count;

	if (!bench_figure_get(c->json, figure))
		bench_figure_set(c->json, figure, json_object());
	json_object_foreach (counts, name, count)
		add(bench_figure_get(c->json, figure), name,
		    json_integer_value(count));
}

/* One figure of a block by its kind. 0, -ENOMEM, or -EINVAL: no histogram, or a
 * series of another length. */
static int fold_figure(struct bench_result_build *b,
		       struct bench_result_cell *c, enum bench_figure figure,
		       json_t *value, json_t *raw)
{
	const struct bench_figure_info *info = bench_figure_info(figure);

	switch (info->kind) {
	case BENCH_KIND_LOG_RATIO:
	case BENCH_KIND_VALUE:
		fold_value(figure, value, raw);
		return 0;
	case BENCH_KIND_COUNT:
		add(bench_part(c->json, info->part), info->name,
		    json_integer_value(value));
		return 0;
	case BENCH_KIND_COUNTS:
		fold_counts(c, figure, value);
		return 0;
	case BENCH_KIND_DIST:
		return fold_dist(b, c, figure, value, raw);
	case BENCH_KIND_SERIES:
		return fold_series(b, c, figure, value);
	case BENCH_KIND_SETTING:
	case BENCH_KIND_TEXT:
		if (!bench_figure_get(c->json, figure))
			bench_figure_set(c->json, figure, json_incref(value));
		return 0;
	default:
		return 0;
	}
}

/* What was found wrong, and words, stand also where the numbers do not count.
 */
static bool is_kept(enum bench_figure figure, bool usable)
{
	const struct bench_figure_info *info = bench_figure_info(figure);

	return usable || info->flags & BENCH_FIGURE_EVIDENCE ||
	       info->kind == BENCH_KIND_SETTING ||
	       info->kind == BENCH_KIND_TEXT;
}

static int fold_figures(struct bench_result_build *b,
			struct bench_result_cell *c, const json_t *block,
			json_t *raw, bool usable)
{
	int err = 0;

	for (int f = 0; f < BENCH_FIGURE_COUNT && !err; f++) {
		enum bench_figure figure = (enum bench_figure)f;
		json_t *value = bench_figure_get(block, figure);

		if (value && !json_is_null(value) && is_kept(figure, usable))
			err = fold_figure(b, c, figure, value, raw);
	}
	return err;
}

/* What is said of the cell by its first block that says it. */
static void fold_places(struct bench_result_cell *c, const json_t *block)
{
	static const char *const names[] = { "pus", "memory" };

	for (int i = 0; i < 2; i++) {
		json_t *value = json_object_get(block, names[i]);

		if (value && !json_object_get(c->json, names[i]))
			json_object_set(c->json, names[i], value);
	}
}

/* Of real time only if every block was. */
static void fold_scheduling(struct bench_result_cell *c, const json_t *block)
{
	json_t *now = json_object_get(block, "scheduling");
	const json_t *kept = json_object_get(c->json, "scheduling");

	if (now && (!kept || json_is_true(json_object_get(kept, "real-time"))))
		json_object_set(c->json, "scheduling", now);
}

/* How the bins of a footprint lie. */
static void fold_bins(struct bench_result_cell *c, const json_t *block)
{
	const json_t *width =
		bench_figure_get(block, BENCH_FIGURE_FOOTPRINT_BIN_NS);

	if (!width)
		return;
	c->bin_ns = json_number_value(width);
	c->from_ns = json_number_value(
		bench_figure_get(block, BENCH_FIGURE_FOOTPRINT_FROM_NS));
}

/* The cell was counted if one of its blocks was. */
static void fold_counters(struct bench_result_cell *c, const json_t *block)
{
	const json_t *now = json_object_get(block, "counters");
	json_t *kept = json_object_get(c->json, "counters");

	if (!json_is_object(now))
		return;
	if (!kept || !strcmp(bench_text(kept, "status"), "unavailable"))
		bench_set(c->json, "counters", json_deep_copy(now));
	else if (json_is_true(json_object_get(now, "multiplexed")))
		bench_set(kept, "multiplexed", json_true());
}

/* The block's row among the cell's raw values; returns its figures. */
static json_t *round_begin(struct bench_result_cell *c, const json_t *block)
{
	json_t *round = json_object();
	json_t *raw = json_object();

	bench_copy(round, block, "round");
	bench_copy(round, block, "status");
	if (bench_text(block, "reason"))
		bench_copy(round, block, "reason");
	if (json_is_integer(json_object_get(block, "signal")))
		bench_copy(round, block, "signal");
	bench_set(round, "figures", raw);
	json_array_append_new(c->rounds, round);
	return raw;
}

/* A writer with swaps is judged by what it stored; blocks of builds that did not
 * judge so hold what it takes. */
static void judge_by_stored(json_t *raw)
{
	char key[BENCH_FIGURE_PATH], base[BENCH_FIGURE_PATH];
	double log;

	bench_figure_path(BENCH_FIGURE_WRITER_NS_PER_COMMITTED, key);
	bench_figure_path(BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT, base);
	if (bench_stats_log_ratio(json_number_value(json_object_get(raw, key)),
				  json_number_value(json_object_get(raw, base)),
				  &log))
		return;
	bench_figure_path(BENCH_FIGURE_RATIO_LOG, key);
	bench_set(raw, key, json_real(log));
}

static int fold_block(struct bench_result_build *b, struct bench_result_cell *c,
		      const json_t *block)
{
	const char *status = bench_text(block, "status");
	bool usable = bench_is_usable(status);
	json_t *raw = round_begin(c, block);
	int err;

	add(c->blocks, status, 1);
	fold_places(c, block);
	fold_scheduling(c, block);
	if (usable) {
		fold_counters(c, block);
		fold_bins(c, block);
	}
	err = fold_figures(b, c, block, raw, usable);
	if (!err)
		judge_by_stored(raw);
	return err;
}

static int block_take(struct bench_result_build *b, const json_t *block,
		      char *why, size_t n)
{
	json_int_t cell = json_integer_value(json_object_get(block, "cell"));
	json_int_t round = json_integer_value(json_object_get(block, "round"));
	int err;

	b->blocks++;
	if (round >= b->rounds)
		b->rounds = (unsigned int)round + 1;
	err = fold_block(b, &b->cells[cell], block);
	if (err)
		bench_why(err, why, n, "histograms: %s", strerror(-err));
	return err;
}

static int line_take(const json_t *line, unsigned int number, void *arg,
		     char *why, size_t n)
{
	struct bench_result_build *b = arg;
	const char *type = bench_text(line, "type");

	if (number == 1)
		return header_take(b, line, why, n);
	if (!strcmp(type, "block"))
		return block_take(b, line, why, n);
	json_decref(b->end);
	b->end = strcmp(type, "resume") ? json_deep_copy(line) : NULL;
	return 0;
}

static void pools_free(struct bench_result_pools *pools)
{
	for (size_t i = 0; i < pools->n; i++)
		bench_hist_free(pools->at[i]);
	free(pools->at);
}

static void build_free(struct bench_result_build *b)
{
	for (size_t i = 0; i < b->n_cells; i++) {
		struct bench_result_cell *c = &b->cells[i];

		json_decref(c->json);
		for (int f = 0; f < BENCH_FIGURE_COUNT; f++)
			pools_free(&c->pools[f]);
	}
	free(b->cells);
	bench_hist_free(b->one);
	json_decref(b->header);
	json_decref(b->end);
}

static void summarise(const struct bench_result_build *b,
		      const struct bench_journal_extent *extent,
		      struct bench_journal_summary *sum)
{
	const char *type = bench_text(b->end, "type");

	*sum = (struct bench_journal_summary){
		.cells = (unsigned int)b->n_cells,
		.blocks = b->blocks,
		.rounds = b->rounds,
		.ended = type && !strcmp(type, "end"),
		.cut = extent->cut,
	};
}

int bench_result_of_journal(const char *path,
			    const struct bench_result_options *options,
			    struct bench_journal_summary *sum, json_t **out,
			    char *why, size_t n)
{
	struct bench_result_build b = { .alpha = 0.05, .threshold = 0.03 };
	struct bench_journal_extent extent;
	char text[BENCH_RESULT_WHY];
	json_t *result = NULL;
	int err;

	if (options && options->alpha > 0)
		b.alpha = options->alpha;
	if (options && options->threshold > 0)
		b.threshold = options->threshold;
	b.one = bench_hist_new();
	if (!b.one)
		return bench_why(-ENOMEM, why, n, "out of memory");
	err = bench_journal_each(path, line_take, &b, &extent, why, n);
	if (err)
		goto out;
	if (sum)
		summarise(&b, &extent, sum);
	err = bench_result_assemble(&b, &result);
	if (!err)
		err = bench_result_check(result, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "out of memory");
	if (!err)
		*out = json_incref(result);
	else
		bench_why(err, why, n, "%s: %s", path, text);
	json_decref(result);
out:
	build_free(&b);
	return err;
}

int bench_result_build(const char *path,
		       const struct bench_result_options *options, json_t **out,
		       char *why, size_t n)
{
	return bench_result_of_journal(path, options, NULL, out, why, n);
}
