/* SPDX-License-Identifier: MIT */
/* scenario_duo.c - writers and a swapper: set-up, casting, results. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure/duo.h"
#include "bench/stats/hist_json.h"
#include "bench/stats/stats.h"

#define STAMPED_SLICE_US 1000u
#define PAIRS_SPARE	 8u /* slices that turn out shorter than planned */

static bool is_stamped(const struct bench_cell *cell)
{
	return (cell->scenario == BENCH_LATENCY ||
		cell->scenario == BENCH_FOOTPRINT) &&
	       cell->writer_state != BENCH_PACED;
}

static bool has_latency(const struct bench_cell *cell)
{
	return cell->scenario == BENCH_LATENCY ||
	       cell->writer_state == BENCH_PACED;
}

/* ------------------------------------------------------------------------ */
/* Set-up                                                                   */

static int create_writer(struct bench_duo *duo, unsigned int index)
{
	struct bench_duo_writer *w = &duo->writers[index];
	const struct bench_cell *cell = duo->block->cell;
	size_t stamps = BENCH_CHUNKS * BENCH_CHUNK_STAMPS;

	w->duo = duo;
	w->index = index;
	if (is_stamped(cell)) {
		w->stamps = malloc(stamps * sizeof(*w->stamps));
		if (!w->stamps)
			return -ENOMEM;
		memset(w->stamps, 0, stamps * sizeof(*w->stamps));
	}
	w->preempted = calloc(duo->pairs_max, sizeof(*w->preempted));
	w->stored_cost = calloc(duo->pairs_max, sizeof(double));
	if (!w->preempted || !w->stored_cost)
		return -ENOMEM;
	for (unsigned int side = 0; side < 2; side++) {
		w->cost[side] = calloc(duo->pairs_max, sizeof(double));
		if (!w->cost[side])
			return -ENOMEM;
		if (!has_latency(cell))
			continue;
		w->fast[side] = calloc(BENCH_FAST, sizeof(uint32_t));
		w->latency[side] = bench_hist_new();
		if (!w->fast[side] || !w->latency[side])
			return -ENOMEM;
	}
	return 0;
}

static int create_swaps(struct bench_duo *duo)
{
	struct bench_duo_swaps *swaps = &duo->swaps;

	duo->ops = calloc(duo->block->n_writers, sizeof(*duo->ops));
	duo->errors = calloc(duo->block->n_writers, sizeof(*duo->errors));
	swaps->exchange = bench_hist_new();
	swaps->safe = bench_hist_new();
	swaps->call = bench_hist_new();
	swaps->recycle = bench_hist_new();
	swaps->staleness = bench_hist_new();
	swaps->skew = bench_hist_new();
	return duo->ops && duo->errors && swaps->exchange && swaps->safe &&
			       swaps->call && swaps->recycle &&
			       swaps->staleness && swaps->skew
		       ? 0
		       : -ENOMEM;
}

static bool writers_keep_on(const struct bench_block *block)
{
	enum bench_writer_state state = block->cell->writer_state;

	return (state == BENCH_SATURATED || state == BENCH_NESTED) &&
	       block->pair.asked != BENCH_SAME_PU && !block->oversubscribed;
}

static void plan(struct bench_duo *duo)
{
	struct bench_block *block = duo->block;
	uint32_t rate = block->cell->swap_rate;
	struct bench_rng rng;
	uint64_t slices;

	if (is_stamped(block->cell) &&
	    block->cell->writer_state != BENCH_DESCHEDULED &&
	    block->cell->writer_state != BENCH_IDLE &&
	    block->pair.asked != BENCH_SAME_PU)
		block->slice_cycles = (uint64_t)(STAMPED_SLICE_US * 1e3 *
						 block->cycles_per_ns);
	duo->has_base_phase = block->has_baseline;
	duo->writers_keep_on = writers_keep_on(block);
	slices = block->budget_cycles / block->slice_cycles;
	duo->pairs_max = (unsigned int)(slices / (duo->has_base_phase ? 2 : 1) +
					PAIRS_SPARE);
	if (duo->pairs_max > BENCH_PAIRS_MAX)
		duo->pairs_max = BENCH_PAIRS_MAX;
	duo->patience = block->pair.asked == BENCH_SAME_PU ? BENCH_SLEEP
							   : BENCH_SPIN;
	if (!rate || rate == BENCH_BACK_TO_BACK)
		return;
	bench_rng_seed(&rng, block->spec->seed);
	duo->period = block->cycles_per_ns * 1e9 / rate;
	duo->due = duo->period * bench_rng_double(&rng);
}

static int create(struct bench_duo *duo)
{
	const struct bench_cell *cell = duo->block->cell;
	unsigned int n = duo->block->n_writers;
	int err;

	plan(duo);
	duo->writers = aligned_alloc(128, n * sizeof(*duo->writers));
	duo->block->roles = calloc(n + 1, sizeof(*duo->block->roles));
	if (!duo->writers || !duo->block->roles)
		return -ENOMEM;
	memset(duo->writers, 0, n * sizeof(*duo->writers));
	err = create_swaps(duo);
	for (unsigned int i = 0; i < n && !err; i++)
		err = create_writer(duo, i);
	if (err || cell->scenario != BENCH_FOOTPRINT)
		return err;
	duo->starts = calloc(BENCH_STARTS, sizeof(*duo->starts));
	return duo->starts ? bench_footprint_create(&duo->footprint,
						    duo->block->spec->seed)
			   : -ENOMEM;
}

static void destroy(struct bench_duo *duo)
{
	struct bench_duo_swaps *swaps = &duo->swaps;

	for (unsigned int i = 0; duo->writers && i < duo->block->n_writers;
	     i++) {
		struct bench_duo_writer *w = &duo->writers[i];

		free(w->stamps);
		free(w->preempted);
		free(w->stored_cost);
		for (unsigned int side = 0; side < 2; side++) {
			free(w->cost[side]);
			free(w->fast[side]);
			bench_hist_free(w->latency[side]);
		}
	}
	free(duo->writers);
	free(duo->ops);
	free(duo->errors);
	free(duo->starts);
	bench_hist_free(swaps->exchange);
	bench_hist_free(swaps->safe);
	bench_hist_free(swaps->call);
	bench_hist_free(swaps->recycle);
	bench_hist_free(swaps->staleness);
	bench_hist_free(swaps->skew);
	if (duo->block->cell->scenario == BENCH_FOOTPRINT)
		bench_footprint_destroy(&duo->footprint);
}

static void cast_roles(struct bench_duo *duo)
{
	struct bench_block *block = duo->block;

	for (unsigned int i = 0; i < block->n_writers; i++)
		block->roles[i] = (struct bench_role){
			.run = bench_duo_writer,
			.arg = &duo->writers[i],
			.pu = block->writer_pus[i],
			.sched = block->cell->writer_sched,
		};
	block->n_roles = block->n_writers + 1;
	block->roles[block->n_writers] = (struct bench_role){
		.run = bench_duo_swapper,
		.arg = duo,
		.pu = block->pair.swapper,
		.sched = block->cell->swapper_sched,
	};
}

/* ------------------------------------------------------------------------ */
/* Results                                                                  */

static bool is_preempted(const struct bench_duo *duo, unsigned int pair)
{
	bool any = false;

	for (unsigned int i = 0; i < duo->block->n_writers; i++)
		any |= duo->writers[i].preempted[pair];
	return any;
}

static unsigned int count_preempted(const struct bench_duo *duo)
{
	unsigned int n = 0;

	for (unsigned int pair = 0; pair < duo->pairs; pair++)
		n += is_preempted(duo, pair);
	return n;
}

/* The mean over writers, slice by slice; a slice that a writer missed, being
 * off its PU, has no pair. */
static void mean_cost(const struct bench_duo *duo, struct bench_slices *slices,
		      bool with_preempted)
{
	unsigned int n = duo->block->n_writers;

	slices->n = 0;
	for (unsigned int pair = 0; pair < duo->pairs; pair++) {
		double cell = 0, base = 0, stored = 0;
		bool whole = true, any = true;

		for (unsigned int i = 0; i < n; i++) {
			const struct bench_duo_writer *w = &duo->writers[i];

			cell += w->cost[1][pair] / n;
			base += w->cost[0][pair] / n;
			stored += w->stored_cost[pair] / n;
			any &= w->stored_cost[pair] > 0;
			whole &= w->cost[1][pair] > 0 &&
				 (!duo->has_base_phase || w->cost[0][pair] > 0);
		}
		if (!whole || (!with_preempted && is_preempted(duo, pair)))
			continue;
		slices->cell[slices->n] = cell;
		slices->stored[slices->n] = any ? stored : 0;
		slices->base[slices->n++] = base;
	}
}

/* As ns-per-event, over the same slices, but for each event that was not
 * refused; a slice that stored none has no such cost. */
static double ns_per_committed(const struct bench_duo *duo,
			       const struct bench_slices *slices)
{
	double costs[BENCH_PAIRS_MAX], median = NAN;
	unsigned int n = 0;

	for (unsigned int i = 0; i < slices->n; i++)
		if (slices->stored[i] > 0)
			costs[n++] = slices->stored[i];
	bench_stats_median(costs, n, &median);
	return median / duo->block->cycles_per_ns;
}

static void put_rates(struct bench_duo *duo, json_t *writer)
{
	double seconds =
		(double)duo->swaps.cycles / duo->block->cycles_per_ns / 1e9;
	uint64_t attempted = 0, dropped = 0;

	for (unsigned int i = 0; i < duo->block->n_writers; i++) {
		attempted += duo->writers[i].attempted;
		dropped += duo->writers[i].dropped;
	}
	json_object_set_new(writer, "attempted-per-s",
			    bench_number((double)attempted / seconds));
	json_object_set_new(
		writer, "committed-per-s",
		bench_number((double)(attempted - dropped) / seconds));
}

static void put_latency(struct bench_duo *duo, json_t *writer)
{
	for (unsigned int i = 1; i < duo->block->n_writers; i++)
		for (unsigned int side = 0; side < 2; side++)
			bench_hist_merge(duo->writers[0].latency[side],
					 duo->writers[i].latency[side]);
	json_object_set_new(writer, "latency",
			    bench_hist_json(duo->writers[0].latency[1]));
	if (duo->has_base_phase)
		json_object_set_new(
			writer, "baseline-latency",
			bench_hist_json(duo->writers[0].latency[0]));
}

static json_t *slices_json(const struct bench_duo *duo)
{
	const struct bench_block *block = duo->block;

	return json_pack("{s:i,s:i,s:i,s:i}", "pairs", (int)duo->pairs,
			 "checks", (int)duo->checks, "preempted",
			 (int)count_preempted(duo), "slice-us",
			 (int)((double)block->slice_cycles /
			       block->cycles_per_ns / 1e3));
}

static int put_results(struct bench_duo *duo)
{
	struct bench_slices *slices = calloc(1, sizeof(*slices));
	struct bench_block *block = duo->block;
	json_t *writer;

	if (!slices)
		return -ENOMEM;
	writer = bench_block_writer(block);
	mean_cost(duo, slices, /* with_preempted */ false);
	if (!slices->n)
		mean_cost(duo, slices, /* with_preempted */ true);
	bench_block_ratio(block, slices, writer);
	json_object_set_new(writer, "ns-per-committed",
			    bench_number(ns_per_committed(duo, slices)));
	put_rates(duo, writer);
	if (has_latency(block->cell))
		put_latency(duo, writer);
	json_object_set_new(block->datum, "writer", writer);
	if (block->cell->swap_rate)
		json_object_set_new(block->datum, "swap",
				    bench_duo_swaps_json(duo));
	if (block->cell->scenario == BENCH_SCALING)
		json_object_set_new(block->datum, "scaling",
				    bench_duo_scaling_json(duo));
	if (block->cell->scenario == BENCH_FOOTPRINT)
		json_object_set_new(block->datum, "footprint",
				    bench_footprint_json(duo));
	json_object_set_new(block->datum, "slices", slices_json(duo));
	free(slices);
	return 0;
}

int bench_block_duo(struct bench_block *block, char *why, size_t n)
{
	struct bench_duo *duo = aligned_alloc(128, sizeof(*duo));
	int err;

	if (!duo)
		return -ENOMEM;
	memset(duo, 0, sizeof(*duo));
	duo->block = block;
	err = create(duo);
	if (err)
		goto out;
	cast_roles(duo);
	err = bench_roles_run(block->topology, block->roles, block->n_roles,
			      block->spec->seed, why, n);
	if (err)
		goto out;
	bench_target_close(&block->target);
	if (block->base.strategy)
		bench_target_close(&block->base);
	err = put_results(duo);
out:
	destroy(duo);
	free(duo);
	return err;
}
