/* SPDX-License-Identifier: MIT */
/* duo.c - writers and a swapper: set-up, casting, results. */
#include "bench/measure/duo.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/rng.h"
#include "bench/base/why.h"
#include "bench/measure/duo_swap.h"
#include "bench/result/figures.h"
#include "bench/stats/stats.h"

#define STAMPED_SLICE_US 1000u
#define PAIRS_SPARE	 8u /* slices that turn out shorter than planned */

static bool is_stamped(const struct bench_duo *duo)
{
	return duo->how->stamped &&
	       duo->block->cell->writer_state != BENCH_PACED;
}

/* Stamps are latencies, unless the scenario makes something else of them; a
 * paced writer times each event without. */
static bool has_latency(const struct bench_duo *duo)
{
	return (duo->how->stamped && !duo->how->fold) ||
	       duo->block->cell->writer_state == BENCH_PACED;
}

/* ------------------------------------------------------------------------ */
/* Set-up                                                                   */

static int create_writer(struct bench_duo *duo, unsigned int index)
{
	struct bench_duo_writer *w = &duo->writers[index];
	size_t stamps = BENCH_CHUNKS * BENCH_CHUNK_STAMPS;

	w->duo = duo;
	w->index = index;
	if (is_stamped(duo)) {
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
		if (!has_latency(duo))
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
	swaps->exchange = bench_hist_new();
	swaps->safe = bench_hist_new();
	swaps->call = bench_hist_new();
	swaps->recycle = bench_hist_new();
	swaps->staleness = bench_hist_new();
	return duo->ops && swaps->exchange && swaps->safe && swaps->call &&
			       swaps->recycle && swaps->staleness
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

	if (is_stamped(duo) && block->cell->writer_state != BENCH_DESCHEDULED &&
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
	return err || !duo->how->create ? err : duo->how->create(duo);
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
	bench_hist_free(swaps->exchange);
	bench_hist_free(swaps->safe);
	bench_hist_free(swaps->call);
	bench_hist_free(swaps->recycle);
	bench_hist_free(swaps->staleness);
	if (duo->how->destroy)
		duo->how->destroy(duo);
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

static void put_rates(struct bench_duo *duo)
{
	double seconds =
		(double)duo->swaps.cycles / duo->block->cycles_per_ns / 1e9;
	uint64_t attempted = 0, dropped = 0;

	for (unsigned int i = 0; i < duo->block->n_writers; i++) {
		attempted += duo->writers[i].attempted;
		dropped += duo->writers[i].dropped;
	}
	bench_figure_put(duo->block->datum, BENCH_FIGURE_WRITER_ATTEMPTED_PER_S,
			 (double)attempted / seconds);
	bench_figure_put(duo->block->datum, BENCH_FIGURE_WRITER_COMMITTED_PER_S,
			 (double)(attempted - dropped) / seconds);
}

static void put_latency(struct bench_duo *duo)
{
	struct bench_duo_writer *w = duo->writers;

	for (unsigned int i = 1; i < duo->block->n_writers; i++)
		for (unsigned int side = 0; side < 2; side++)
			bench_hist_merge(w[0].latency[side],
					 w[i].latency[side]);
	bench_figure_put_hist(duo->block->datum, BENCH_FIGURE_WRITER_LATENCY,
			      w[0].latency[1]);
	if (duo->has_base_phase)
		bench_figure_put_hist(duo->block->datum,
				      BENCH_FIGURE_WRITER_BASELINE_LATENCY,
				      w[0].latency[0]);
}

static void put_slices(const struct bench_duo *duo)
{
	struct bench_block *block = duo->block;

	bench_datum_slices(block, duo->pairs, count_preempted(duo));
	bench_figure_put_count(block->datum, BENCH_FIGURE_SLICES_CHECKS,
			       duo->checks);
}

static int put_writers(struct bench_duo *duo)
{
	struct bench_slices *slices = calloc(1, sizeof(*slices));

	if (!slices)
		return -ENOMEM;
	bench_datum_writer(duo->block);
	mean_cost(duo, slices, /* with_preempted */ false);
	if (!slices->n)
		mean_cost(duo, slices, /* with_preempted */ true);
	bench_datum_ratio(duo->block, slices);
	bench_figure_put(duo->block->datum,
			 BENCH_FIGURE_WRITER_NS_PER_COMMITTED,
			 ns_per_committed(duo, slices));
	put_rates(duo);
	if (has_latency(duo))
		put_latency(duo);
	free(slices);
	return 0;
}

static int put_results(struct bench_duo *duo)
{
	int err = put_writers(duo);

	if (err)
		return err;
	if (duo->block->cell->swap_rate)
		bench_duo_put_swaps(duo);
	if (duo->how->put)
		duo->how->put(duo);
	put_slices(duo);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* The block                                                                */

static int run_roles(struct bench_duo *duo, char *why, size_t n)
{
	struct bench_block *block = duo->block;
	pid_t hog = 0;
	int err = 0;

	if (block->cell->writer_state == BENCH_DESCHEDULED)
		err = bench_hog_start(block->topology, block->pair.writer,
				      &hog);
	if (err)
		return bench_why(err, why, n, "no hog: %s", strerror(-err));
	err = bench_roles_run(block->topology, block->roles, block->n_roles,
			      block->spec->seed, why, n);
	bench_hog_stop(hog);
	return err;
}

int bench_duo_run(struct bench_block *block, const struct bench_duo_how *how,
		  char *why, size_t n)
{
	struct bench_duo *duo = aligned_alloc(128, sizeof(*duo));
	int err;

	if (!duo)
		return -ENOMEM;
	memset(duo, 0, sizeof(*duo));
	duo->block = block;
	duo->how = how;
	err = create(duo);
	if (err)
		goto out;
	cast_roles(duo);
	err = run_roles(duo, why, n);
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
