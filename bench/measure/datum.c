/* SPDX-License-Identifier: MIT */
/* datum.c - members of a block's datum that several scenarios have. */
#include "bench/measure/datum.h"

#include <math.h>

#include "bench/base/json.h"
#include "bench/result/figures.h"
#include "bench/stats/stats.h"

static void put_costs(struct bench_block *block,
		      const struct bench_slices *slices)
{
	double cell = NAN, base = NAN;

	bench_stats_median(slices->cell, slices->n, &cell);
	if (block->has_baseline)
		bench_stats_median(slices->base, slices->n, &base);
	bench_figure_put(block->datum, BENCH_FIGURE_WRITER_NS_PER_EVENT,
			 cell / block->cycles_per_ns);
	bench_figure_put(block->datum,
			 BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT,
			 base / block->cycles_per_ns);
}

void bench_datum_ratio(struct bench_block *block,
		       const struct bench_slices *slices)
{
	double logs[BENCH_PAIRS_MAX], median = NAN, mad = NAN;
	unsigned int n = slices->n;

	put_costs(block, slices);
	if (!block->has_baseline || !n)
		return;
	for (unsigned int i = 0; i < n; i++)
		if (bench_stats_log_ratio(slices->cell[i], slices->base[i],
					  &logs[i]))
			return;
	bench_stats_median(logs, n, &median);
	bench_stats_mad(logs, n, &mad);
	bench_figure_put(block->datum, BENCH_FIGURE_RATIO_LOG, median);
	bench_figure_put(block->datum, BENCH_FIGURE_RATIO_MAD, mad);
	bench_figure_put_count(block->datum, BENCH_FIGURE_RATIO_PAIRS, n);
}

static void put_drops(json_t *datum, const struct bench_books *books)
{
	bench_figure_put_counts(datum, BENCH_FIGURE_WRITER_DROPS, NULL, 0);
	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		if (books->drops[cause])
			bench_figure_put_counts(datum,
						BENCH_FIGURE_WRITER_DROPS,
						rb_drop_name(cause),
						(int64_t)books->drops[cause]);
}

void bench_datum_writer(struct bench_block *block)
{
	const struct bench_books *books = &block->target.books;
	uint64_t committed = books->attempted - books->dropped;
	json_t *datum = block->datum;

	bench_figure_put_count(datum, BENCH_FIGURE_WRITER_ATTEMPTED,
			       (int64_t)books->attempted);
	bench_figure_put_count(datum, BENCH_FIGURE_WRITER_COMMITTED,
			       (int64_t)committed);
	bench_figure_put_count(datum, BENCH_FIGURE_WRITER_OVERRUN,
			       (int64_t)books->overrun);
	put_drops(datum, books);
	bench_figure_put_count(datum, BENCH_FIGURE_WRITER_CROSSINGS,
			       (int64_t)books->crossings);
	bench_figure_put(datum, BENCH_FIGURE_WRITER_CROSSING_SHARE,
			 (double)books->crossings / (double)committed);
	bench_figure_put_count(datum, BENCH_FIGURE_WRITER_NESTED,
			       (int64_t)books->nested);
}

void bench_datum_slices(struct bench_block *block, unsigned int pairs,
			unsigned int preempted)
{
	double us = (double)block->slice_cycles / block->cycles_per_ns / 1e3;

	bench_figure_put_count(block->datum, BENCH_FIGURE_SLICES_PAIRS, pairs);
	bench_figure_put_count(block->datum, BENCH_FIGURE_SLICES_PREEMPTED,
			       preempted);
	bench_figure_put_count(block->datum, BENCH_FIGURE_SLICES_SLICE_US,
			       (int64_t)us);
}

/* In the order of bench_hardware_events. */
static const enum bench_figure counter_figures[][BENCH_COUNTERS] = {
	[BENCH_PER_EVENT] = {
		BENCH_FIGURE_WRITER_INSTRUCTIONS_PER_EVENT,
		BENCH_FIGURE_WRITER_CYCLES_PER_EVENT,
		BENCH_FIGURE_WRITER_BRANCH_MISSES_PER_EVENT,
		BENCH_FIGURE_WRITER_CACHE_MISSES_PER_EVENT,
	},
	[BENCH_PER_SWAP] = {
		BENCH_FIGURE_SWAP_INSTRUCTIONS_PER_SWAP,
		BENCH_FIGURE_SWAP_CYCLES_PER_SWAP,
		BENCH_FIGURE_SWAP_BRANCH_MISSES_PER_SWAP,
		BENCH_FIGURE_SWAP_CACHE_MISSES_PER_SWAP,
	},
};

void bench_datum_counters(json_t *datum, const struct bench_counted *counted,
			  enum bench_counted_units units)
{
	const struct bench_counts *counts = &counted->counts;

	if (counted->err) {
		bench_set(datum, "counters",
			  json_pack("{s:s,s:s}", "status", "unavailable",
				    "reason", counted->why));
		return;
	}
	bench_set(datum, "counters",
		  json_pack("{s:s,s:n,s:b,s:b}", "status", "counted", "reason",
			    "kernel", counts->kernel, "multiplexed",
			    counts->multiplexed));
	for (unsigned int i = 0; i < BENCH_COUNTERS; i++)
		bench_figure_put(datum, counter_figures[units][i],
				 counts->value[i] / (double)counted->units);
}
