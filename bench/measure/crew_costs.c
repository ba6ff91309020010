/* SPDX-License-Identifier: MIT */
/*
 * crew_costs.c - what the events of a crew's writers cost, beside the
 * baseline's.
 *
 * A writer with swaps is judged by what each event costs that it stored, over
 * all of a block's slices together. Of attempted events a strategy would win
 * that refuses many, since to refuse is cheap; and of the median slice one that
 * swaps seldom and stops the writer for long.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/measure/crew.h"
#include "bench/result/figures.h"
#include "bench/stats/stats.h"

static bool is_preempted(const struct bench_crew *crew, unsigned int pair)
{
	bool any = false;

	for (unsigned int i = 0; i < crew->block->n_writers; i++)
		any |= crew->writers[i].preempted[pair];
	return any;
}

unsigned int bench_crew_preempted(const struct bench_crew *crew)
{
	unsigned int n = 0;

	for (unsigned int pair = 0; pair < crew->pairs; pair++)
		n += is_preempted(crew, pair);
	return n;
}

/* Of all writers; false: one of them missed the slice, being off its PU. */
static bool slice_of_all(const struct bench_crew *crew, unsigned int side,
			 unsigned int pair, struct bench_crew_slice *out)
{
	bool whole = true;

	*out = (struct bench_crew_slice){ 0 };
	for (unsigned int i = 0; i < crew->block->n_writers; i++) {
		const struct bench_crew_slice *s =
			&crew->writers[i].slices[side][pair];

		whole &= s->events > 0;
		out->cycles += s->cycles;
		out->events += s->events;
		out->stored += s->stored;
	}
	return whole;
}

static void add(struct bench_crew_slice *sum, const struct bench_crew_slice *s)
{
	sum->cycles += s->cycles;
	sum->events += s->events;
	sum->stored += s->stored;
}

/* The pairs that count: their sums, and their log ratios where both sides
 * stored something. */
struct costs {
	struct bench_crew_slice sum[2];
	unsigned int pairs;
	double log[BENCH_PAIRS_MAX];
	unsigned int n;
};

static double per(uint64_t cycles, uint64_t events)
{
	return events ? (double)cycles / (double)events : NAN;
}

static double per_stored(const struct bench_crew_slice *s)
{
	return per(s->cycles, s->stored);
}

static void add_up(const struct bench_crew *crew, struct costs *costs,
		   bool with_preempted)
{
	*costs = (struct costs){ 0 };
	for (unsigned int pair = 0; pair < crew->pairs; pair++) {
		struct bench_crew_slice base, cell;
		bool whole = slice_of_all(crew, 1, pair, &cell);

		whole &= slice_of_all(crew, 0, pair, &base) ||
			 !crew->has_base_phase;
		if (!whole || (!with_preempted && is_preempted(crew, pair)))
			continue;
		add(&costs->sum[0], &base);
		add(&costs->sum[1], &cell);
		costs->pairs++;
		costs->n += !bench_stats_log_ratio(per_stored(&cell),
						   per_stored(&base),
						   &costs->log[costs->n]);
	}
}

static void put_ratio(json_t *datum, const struct costs *costs)
{
	double log, mad = NAN;

	if (bench_stats_log_ratio(per_stored(&costs->sum[1]),
				  per_stored(&costs->sum[0]), &log))
		return;
	bench_stats_mad(costs->log, costs->n, &mad);
	bench_figure_put(datum, BENCH_FIGURE_RATIO_LOG, log);
	bench_figure_put(datum, BENCH_FIGURE_RATIO_MAD, mad);
	bench_figure_put_count(datum, BENCH_FIGURE_RATIO_PAIRS, costs->pairs);
}

int bench_crew_put_costs(struct bench_crew *crew)
{
	double per_ns = crew->block->cycles_per_ns;
	struct costs *costs = malloc(sizeof(*costs));
	json_t *datum = crew->block->datum;

	if (!costs)
		return -ENOMEM;
	add_up(crew, costs, /* with_preempted */ false);
	if (!costs->pairs) {
		add_up(crew, costs, /* with_preempted */ true);
		if (crew->writers_keep_on)
			crew->block->disturbed =
				"a writer was off its PU in every pair";
	}
	bench_figure_put(datum, BENCH_FIGURE_WRITER_NS_PER_EVENT,
			 per(costs->sum[1].cycles, costs->sum[1].events) /
				 per_ns);
	bench_figure_put(datum, BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
			 per_stored(&costs->sum[1]) / per_ns);
	bench_figure_put(datum, BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT,
			 per_stored(&costs->sum[0]) / per_ns);
	put_ratio(datum, costs);
	free(costs);
	return 0;
}
