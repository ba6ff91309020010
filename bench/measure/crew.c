/* SPDX-License-Identifier: MIT */
/* crew.c - writers and a swapper: set-up, casting, results. */
#include "bench/measure/crew.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/rng.h"
#include "bench/base/why.h"
#include "bench/measure/crew_swap.h"
#include "bench/result/figures.h"

#define STAMPED_SLICE_US 1000u
#define PAIRS_SPARE	 8u /* slices that turn out shorter than planned */

static bool is_stamped(const struct bench_crew *crew)
{
	return crew->how->stamped &&
	       crew->block->cell->writer_state != BENCH_PACED;
}

/* Stamps are latencies, unless the scenario makes something else of them; a
 * paced writer times each event without. */
static bool has_latency(const struct bench_crew *crew)
{
	return (crew->how->stamped && !crew->how->fold) ||
	       crew->block->cell->writer_state == BENCH_PACED;
}

/* ------------------------------------------------------------------------ */
/* Set-up                                                                   */

static int create_writer(struct bench_crew *crew, unsigned int index)
{
	struct bench_crew_writer *w = &crew->writers[index];
	size_t stamps = BENCH_CHUNKS * BENCH_CHUNK_STAMPS;

	w->crew = crew;
	w->index = index;
	if (is_stamped(crew)) {
		w->stamps = malloc(stamps * sizeof(*w->stamps));
		if (!w->stamps)
			return -ENOMEM;
		memset(w->stamps, 0, stamps * sizeof(*w->stamps));
	}
	w->preempted = calloc(crew->pairs_max, sizeof(*w->preempted));
	if (!w->preempted)
		return -ENOMEM;
	for (unsigned int side = 0; side < 2; side++) {
		w->slices[side] =
			calloc(crew->pairs_max, sizeof(*w->slices[side]));
		if (!w->slices[side])
			return -ENOMEM;
		if (!has_latency(crew))
			continue;
		w->fast[side] = calloc(BENCH_FAST, sizeof(uint32_t));
		w->latency[side] = bench_hist_new();
		if (!w->fast[side] || !w->latency[side])
			return -ENOMEM;
	}
	return 0;
}

static int create_swaps(struct bench_crew *crew)
{
	struct bench_crew_swaps *swaps = &crew->swaps;

	crew->ops = calloc(crew->block->n_writers, sizeof(*crew->ops));
	crew->pending = calloc(crew->block->n_writers, sizeof(*crew->pending));
	swaps->exchange = bench_hist_new();
	swaps->safe = bench_hist_new();
	swaps->call = bench_hist_new();
	swaps->recycle = bench_hist_new();
	swaps->staleness = bench_hist_new();
	return crew->ops && crew->pending && swaps->exchange && swaps->safe &&
			       swaps->call && swaps->recycle && swaps->staleness
		       ? 0
		       : -ENOMEM;
}

static bool writers_keep_on(const struct bench_block *block)
{
	enum bench_writer_state state = block->cell->writer_state;

	return (state == BENCH_SATURATED || state == BENCH_NESTED) &&
	       block->pair.asked != BENCH_SAME_PU && !block->oversubscribed;
}

static void plan(struct bench_crew *crew)
{
	struct bench_block *block = crew->block;
	uint32_t rate = block->cell->swap_rate;
	struct bench_rng rng;
	uint64_t slices;

	if (is_stamped(crew) &&
	    block->cell->writer_state != BENCH_DESCHEDULED &&
	    block->cell->writer_state != BENCH_IDLE &&
	    block->pair.asked != BENCH_SAME_PU)
		block->slice_cycles = (uint64_t)(STAMPED_SLICE_US * 1e3 *
						 block->cycles_per_ns);
	crew->has_base_phase = block->has_baseline;
	crew->writers_keep_on = writers_keep_on(block);
	slices = block->budget_cycles / block->slice_cycles;
	crew->pairs_max =
		(unsigned int)(slices / (crew->has_base_phase ? 2 : 1) +
			       PAIRS_SPARE);
	if (crew->pairs_max > BENCH_PAIRS_MAX)
		crew->pairs_max = BENCH_PAIRS_MAX;
	crew->patience = block->pair.asked == BENCH_SAME_PU ? BENCH_SLEEP
							    : BENCH_SPIN;
	if (!rate || rate == BENCH_BACK_TO_BACK)
		return;
	bench_rng_seed(&rng, block->spec->seed);
	crew->period = block->cycles_per_ns * 1e9 / rate;
	crew->due = crew->period * bench_rng_double(&rng);
}

static int create(struct bench_crew *crew)
{
	unsigned int n = crew->block->n_writers;
	int err;

	plan(crew);
	crew->writers = aligned_alloc(128, n * sizeof(*crew->writers));
	crew->block->roles = calloc(n + 1, sizeof(*crew->block->roles));
	if (!crew->writers || !crew->block->roles)
		return -ENOMEM;
	memset(crew->writers, 0, n * sizeof(*crew->writers));
	err = create_swaps(crew);
	for (unsigned int i = 0; i < n && !err; i++)
		err = create_writer(crew, i);
	return err || !crew->how->create ? err : crew->how->create(crew);
}

static void destroy(struct bench_crew *crew)
{
	struct bench_crew_swaps *swaps = &crew->swaps;

	for (unsigned int i = 0; crew->writers && i < crew->block->n_writers;
	     i++) {
		struct bench_crew_writer *w = &crew->writers[i];

		free(w->stamps);
		free(w->preempted);
		for (unsigned int side = 0; side < 2; side++) {
			free(w->slices[side]);
			free(w->fast[side]);
			bench_hist_free(w->latency[side]);
		}
	}
	free(crew->writers);
	free(crew->ops);
	free(crew->pending);
	bench_hist_free(swaps->exchange);
	bench_hist_free(swaps->safe);
	bench_hist_free(swaps->call);
	bench_hist_free(swaps->recycle);
	bench_hist_free(swaps->staleness);
	if (crew->how->destroy)
		crew->how->destroy(crew);
}

/* Where roles take turns on a PU, or a hog is to take it from one, they are
 * what the scheduler makes of them. */
static bool wants_real_time(const struct bench_block *block)
{
	return block->cell->real_time == BENCH_REAL_TIME_AUTO &&
	       block->cell->writer_state != BENCH_DESCHEDULED &&
	       block->pair.asked != BENCH_SAME_PU && !block->oversubscribed;
}

static void cast_roles(struct bench_crew *crew)
{
	struct bench_block *block = crew->block;
	bool wants = wants_real_time(block);

	for (unsigned int i = 0; i < block->n_writers; i++)
		block->roles[i] = (struct bench_role){
			.run = bench_crew_writer,
			.arg = &crew->writers[i],
			.pu = block->writer_pus[i],
			.sched = block->cell->writer_sched,
			.wants_real_time = wants,
		};
	block->n_roles = block->n_writers + 1;
	block->roles[block->n_writers] = (struct bench_role){
		.run = bench_crew_swapper,
		.arg = crew,
		.pu = block->pair.swapper,
		.sched = block->cell->swapper_sched,
		.wants_real_time = wants,
	};
}

/* ------------------------------------------------------------------------ */
/* Results                                                                  */

static void put_rates(struct bench_crew *crew)
{
	double seconds =
		(double)crew->swaps.cycles / crew->block->cycles_per_ns / 1e9;
	uint64_t attempted = 0, dropped = 0;

	for (unsigned int i = 0; i < crew->block->n_writers; i++) {
		attempted += crew->writers[i].attempted;
		dropped += crew->writers[i].dropped;
	}
	bench_figure_put(crew->block->datum,
			 BENCH_FIGURE_WRITER_ATTEMPTED_PER_S,
			 (double)attempted / seconds);
	bench_figure_put(crew->block->datum,
			 BENCH_FIGURE_WRITER_COMMITTED_PER_S,
			 (double)(attempted - dropped) / seconds);
}

static void put_latency(struct bench_crew *crew)
{
	struct bench_crew_writer *w = crew->writers;

	for (unsigned int i = 1; i < crew->block->n_writers; i++)
		for (unsigned int side = 0; side < 2; side++)
			bench_hist_merge(w[0].latency[side],
					 w[i].latency[side]);
	bench_figure_put_hist(crew->block->datum, BENCH_FIGURE_WRITER_LATENCY,
			      w[0].latency[1]);
	if (crew->has_base_phase)
		bench_figure_put_hist(crew->block->datum,
				      BENCH_FIGURE_WRITER_BASELINE_LATENCY,
				      w[0].latency[0]);
}

static void put_slices(const struct bench_crew *crew)
{
	struct bench_block *block = crew->block;

	bench_datum_slices(block, crew->pairs, bench_crew_preempted(crew));
	bench_figure_put_count(block->datum, BENCH_FIGURE_SLICES_CHECKS,
			       crew->checks);
}

static int put_writers(struct bench_crew *crew)
{
	int err = bench_crew_put_costs(crew);

	if (err)
		return err;
	bench_datum_writer(crew->block);
	put_rates(crew);
	if (has_latency(crew))
		put_latency(crew);
	return 0;
}

static int put_results(struct bench_crew *crew)
{
	int err = put_writers(crew);

	if (err)
		return err;
	if (crew->block->cell->swap_rate)
		bench_crew_put_swaps(crew);
	if (crew->how->put)
		crew->how->put(crew);
	put_slices(crew);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* The block                                                                */

static int run_roles(struct bench_crew *crew, char *why, size_t n)
{
	struct bench_block *block = crew->block;
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
	if (!err && !bench_crew_settle_all(crew))
		err = bench_why(-ETIMEDOUT, why, n,
				"a swap is in progress for ever, although its "
				"writer has left");
	return err;
}

int bench_crew_run(struct bench_block *block, const struct bench_crew_how *how,
		   char *why, size_t n)
{
	struct bench_crew *crew = aligned_alloc(128, sizeof(*crew));
	int err;

	if (!crew)
		return -ENOMEM;
	memset(crew, 0, sizeof(*crew));
	crew->block = block;
	crew->how = how;
	err = create(crew);
	if (err)
		goto out;
	cast_roles(crew);
	err = run_roles(crew, why, n);
	if (err)
		goto out;
	bench_target_close(&block->target);
	if (block->base.strategy)
		bench_target_close(&block->base);
	err = put_results(crew);
out:
	destroy(crew);
	free(crew);
	return err;
}
