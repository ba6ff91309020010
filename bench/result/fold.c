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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/ranks.h"

#include "bench/result/parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct bench_member bench_figures[BENCH_FIGURES] = {
	{ "ratio", "log" },
	{ "writer", "ns-per-event" },
	{ "writer", "baseline-ns-per-event" },
	{ "writer", "ns-per-committed" },
	{ "writer", "attempted-per-s" },
	{ "writer", "committed-per-s" },
	{ "swap", "achieved-per-s" },
	{ "swap", "swapper-cpu-ns" },
	{ "swap", "swapper-syscalls" },
	{ "swap", "drops-per-swap" },
	{ "floor", "ns" },
	{ "footprint", "stolen-ns" },
	{ "writer", "instructions-per-event" },
	{ "writer", "cycles-per-event" },
	{ "writer", "branch-misses-per-event" },
	{ "writer", "cache-misses-per-event" },
	{ "swap", "instructions-per-swap" },
	{ "swap", "cycles-per-swap" },
	{ "swap", "branch-misses-per-swap" },
	{ "swap", "cache-misses-per-swap" },
};

const struct bench_member bench_dists[BENCH_DISTS] = {
	{ "writer", "latency" },     { "writer", "baseline-latency" },
	{ "swap", "exchange" },	     { "swap", "safe" },
	{ "swap", "call" },	     { "swap", "recycle" },
	{ "swap", "staleness" },     { "floor", "latency" },
	{ "footprint", "peak" },     { "footprint", "control-peak" },
	{ "footprint", "duration" }, { "scaling", "cost" },
	{ "scaling", "skew" },
};

/* Counts of a block, or maps of counts, that are summed over rounds. */
static const struct bench_member sums[] = {
	{ "writer", "attempted" },
	{ "writer", "committed" },
	{ "writer", "overrun" },
	{ "writer", "crossings" },
	{ "writer", "nested" },
	{ "writer", "drops" },
	{ "swap", "outcomes" },
	{ "swap", "retries" },
	{ "footprint", "swaps" },
	{ "footprint", "controls" },
	{ "scaling", "partial" },
	{ "verification", "events" },
	{ "verification", "snapshots" },
	{ "verification", "walked" },
	{ "verification", "sampled" },
	{ "verification", "lost" },
	{ "verification", "duplicated" },
	{ "verification", "torn" },
	{ "verification", "out-of-order" },
	{ "verification", "unreadable" },
	{ "verification", "late" },
	{ "verification", "violations" },
};

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
	list = json_object_get(json_object_get(b->header, "plan"), "cells");
	for (size_t i = 0; i < b->n_cells; i++)
		cell_begin(&b->cells[i], json_array_get(list, i));
	return 0;
}

/* ---- A block ---- */

static void fold_figures(const json_t *block, json_t *raw)
{
	char key[64];

	for (size_t i = 0; i < BENCH_FIGURES; i++) {
		const json_t *value = json_object_get(
			json_object_get(block, bench_figures[i].part),
			bench_figures[i].name);

		if (!json_is_number(value))
			continue;
		snprintf(key, sizeof(key), "%s.%s", bench_figures[i].part,
			 bench_figures[i].name);
		bench_set(raw, key, json_real(json_number_value(value)));
	}
}

/* The percentiles of one round that its own n supports. */
static void fold_percentiles(const struct bench_result_build *b, size_t dist,
			     json_t *raw)
{
	char key[64];

	for (int p = 0; p < BENCH_PERCENTS; p++) {
		double q = bench_percents[p] / 100;

		if (b->one->total < bench_stats_support(q, b->alpha))
			return;
		snprintf(key, sizeof(key), "%s.%s.%s", bench_dists[dist].part,
			 bench_dists[dist].name, bench_percent_names[p]);
		bench_set(raw, key, json_real(bench_hist_value_at(b->one, q)));
	}
}

static int pool_add(struct bench_result_build *b, struct bench_hist **pool,
		    const json_t *histogram)
{
	int err;

	if (!*pool)
		*pool = bench_hist_new();
	if (!*pool)
		return -ENOMEM;
	bench_hist_reset(b->one);
	err = bench_hist_load(histogram, b->one);
	if (!err)
		bench_hist_merge(*pool, b->one);
	return err;
}

static int fold_histograms(struct bench_result_build *b,
			   struct bench_result_cell *c, const json_t *block,
			   json_t *raw)
{
	for (size_t i = 0; i < BENCH_DISTS; i++) {
		const json_t *histogram = json_object_get(
			json_object_get(block, bench_dists[i].part),
			bench_dists[i].name);
		int err;

		if (!json_is_object(histogram))
			continue;
		err = pool_add(b, &c->pool[i], histogram);
		if (err)
			return err;
		fold_percentiles(b, i, raw);
	}
	return 0;
}

static int fold_series(struct bench_result_build *b,
		       struct bench_result_bins *bins, int series,
		       const json_t *list)
{
	size_t size = json_array_size(list);

	if (!bins->at[series]) {
		bins->at[series] = calloc(size + 1, sizeof(**bins->at));
		bins->n[series] = size;
	}
	if (!bins->at[series])
		return -ENOMEM;
	if (bins->n[series] != size)
		return -EINVAL;
	for (size_t i = 0; i < size; i++) {
		int err = pool_add(b, &bins->at[series][i],
				   json_array_get(list, i));

		if (err)
			return err;
	}
	return 0;
}

static int fold_footprint(struct bench_result_build *b,
			  struct bench_result_cell *c, const json_t *block)
{
	const json_t *f = json_object_get(block, "footprint");
	int err;

	if (!json_is_object(f))
		return 0;
	c->bins.bin_ns = json_number_value(json_object_get(f, "bin-ns"));
	c->bins.from_ns = json_number_value(json_object_get(f, "from-ns"));
	err = fold_series(b, &c->bins, 0, json_object_get(f, "swap"));
	if (!err)
		err = fold_series(b, &c->bins, 1,
				  json_object_get(f, "control"));
	return err;
}

static void add(json_t *object, const char *name, json_int_t value)
{
	value += json_integer_value(json_object_get(object, name));
	bench_set(object, name, json_integer(value));
}

/* What was found wrong counts also where the numbers do not. */
static void fold_sums(struct bench_result_cell *c, const json_t *block,
		      bool usable)
{
	for (size_t i = 0; i < COUNT(sums); i++) {
		json_t *value = json_object_get(
			json_object_get(block, sums[i].part), sums[i].name);
		const char *name;
		json_t *count, *map;

		if (!usable && strcmp(sums[i].part, "verification"))
			continue;
		if (json_is_integer(value))
			add(bench_part(c->json, sums[i].part), sums[i].name,
			    json_integer_value(value));
		if (!json_is_object(value))
			continue;
		map = bench_part(bench_part(c->json, sums[i].part),
				 sums[i].name);
		json_object_foreach (value, name, count)
			add(map, name, json_integer_value(count));
	}
}

/* What is said once and for the whole cell. */
static void fold_remarks(struct bench_result_cell *c, const json_t *block)
{
	const json_t *verification = json_object_get(block, "verification");
	const char *uncounted = bench_text(json_object_get(block, "swap"),
					   "swapper-syscalls-reason");
	json_t *planned = json_object_get(json_object_get(block, "swap"),
					  "planned-per-s");
	json_t *writers =
		json_object_get(json_object_get(block, "scaling"), "writers");
	const char *first = bench_text(verification, "first");

	if (first &&
	    !bench_text(json_object_get(c->json, "verification"), "first"))
		bench_set(bench_part(c->json, "verification"), "first",
			  json_string(first));
	if (planned)
		json_object_set(bench_part(c->json, "swap"), "planned-per-s",
				planned);
	if (uncounted)
		bench_set(bench_part(c->json, "swap"),
			  "swapper-syscalls-reason", json_string(uncounted));
	if (writers)
		json_object_set(bench_part(c->json, "scaling"), "writers",
				writers);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? "memory" : "pus";
		json_t *value = json_object_get(block, name);

		if (value && !json_object_get(c->json, name))
			json_object_set(c->json, name, value);
	}
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

static int fold_block(struct bench_result_build *b, struct bench_result_cell *c,
		      const json_t *block)
{
	const char *status = bench_text(block, "status");
	json_t *raw = round_begin(c, block);
	int err;

	add(c->blocks, status, 1);
	fold_remarks(c, block);
	fold_sums(c, block, bench_is_usable(status));
	if (!bench_is_usable(status))
		return 0;
	fold_counters(c, block);
	fold_figures(block, raw);
	err = fold_histograms(b, c, block, raw);
	return err ? err : fold_footprint(b, c, block);
}

static int block_take(struct bench_result_build *b, const json_t *block,
		      char *why, size_t n)
{
	json_int_t cell = json_integer_value(json_object_get(block, "cell"));
	json_int_t round = json_integer_value(json_object_get(block, "round"));
	int err;

	if (cell >= (json_int_t)b->n_cells)
		return bench_why(-EINVAL, why, n,
				 "cell: is %lld, the plan has %zu",
				 (long long)cell, b->n_cells);
	b->blocks++;
	if (round >= b->rounds)
		b->rounds = (unsigned int)round + 1;
	err = fold_block(b, &b->cells[cell], block);
	if (err)
		bench_why(err, why, n, "histograms of the footprint: %s",
			  strerror(-err));
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

static void build_free(struct bench_result_build *b)
{
	for (size_t i = 0; i < b->n_cells; i++) {
		struct bench_result_cell *c = &b->cells[i];

		json_decref(c->json);
		for (size_t d = 0; d < BENCH_DISTS; d++)
			bench_hist_free(c->pool[d]);
		for (int series = 0; series < 2; series++) {
			for (size_t k = 0; k < c->bins.n[series]; k++)
				bench_hist_free(c->bins.at[series][k]);
			free(c->bins.at[series]);
		}
	}
	free(b->cells);
	bench_hist_free(b->one);
	json_decref(b->header);
	json_decref(b->end);
}

int bench_result_build(const char *path,
		       const struct bench_result_options *options, json_t **out,
		       char *why, size_t n)
{
	struct bench_result_build b = { .alpha = 0.05, .threshold = 0.03 };
	char text[BENCH_RESULT_WHY];
	bool cut;
	int err;

	if (options && options->alpha > 0)
		b.alpha = options->alpha;
	if (options && options->threshold > 0)
		b.threshold = options->threshold;
	b.one = bench_hist_new();
	if (!b.one)
		return bench_why(-ENOMEM, why, n, "out of memory");
	err = bench_journal_each(path, line_take, &b, &cut, why, n);
	if (!err)
		err = bench_result_assemble(&b, out);
	else
		goto out;
	if (!err)
		err = bench_result_check(*out, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "out of memory");
	if (err)
		bench_why(err, why, n, "%s: %s", path, text);
out:
	build_free(&b);
	return err;
}
