/* SPDX-License-Identifier: MIT */
/* block_floor.c - a bare mechanism, alone or with a peer. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/block.h"
#include "bench/floors.h"
#include "bench/histogram.h"
#include "bench/stats.h"

struct floor_run {
	struct bench_block *block;
	const struct bench_floor *floor;
	struct bench_floor_run shared;
	struct bench_hist *latency; /* pair only */
	double slices[BENCH_PAIRS_MAX];
	unsigned int n;
	_Atomic bool peer_ready;
};

/* The quickest of some tries: one of them may be interrupted. */
static uint64_t quickest(struct floor_run *run, uint64_t n)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t start = rb_clock_cycles(), cycles;

		run->floor->run(&run->shared, n);
		cycles = rb_clock_cycles() - start;
		least = cycles < least ? cycles : least;
	}
	return least;
}

/* Operations that take about a slice; the calls that find it warm up. */
static uint64_t calibrate(struct floor_run *run)
{
	uint64_t n = 1, cycles;

	for (;;) {
		cycles = quickest(run, n);
		if (cycles >= run->block->slice_cycles / 4)
			break;
		n *= 2;
	}
	return (uint64_t)((double)n * (double)run->block->slice_cycles /
			  (double)cycles) +
	       1;
}

static uint64_t slice_of_many(struct floor_run *run, uint64_t n)
{
	uint64_t start = rb_clock_cycles();

	run->floor->run(&run->shared, n);
	return rb_clock_cycles() - start;
}

static uint64_t slice_of_single(struct floor_run *run, uint64_t n)
{
	unsigned int parts = run->floor->parts ? run->floor->parts : 1;
	double per_ns = run->block->cycles_per_ns * parts;
	uint64_t start = rb_clock_cycles(), before = start, after = start;

	for (uint64_t i = 0; i < n; i++) {
		run->floor->run(&run->shared, 1);
		after = rb_clock_cycles();
		bench_hist_record(
			run->latency,
			(uint64_t)((double)(after - before) / per_ns));
		before = after;
	}
	return after - start;
}

static void measurer_main(struct bench_role *role)
{
	struct floor_run *run = role->arg;
	struct bench_block *block = run->block;
	unsigned int parts = run->floor->parts ? run->floor->parts : 1;
	uint64_t n, end;

	/* R1 pairs with R2: the peer's thread id and handler */
	while (run->floor->peer && !load_acquire(&run->peer_ready))
		bench_relax(BENCH_SLEEP, 0);
	n = calibrate(run);
	bench_hist_reset(run->latency);
	end = rb_clock_cycles() + block->budget_cycles;
	do {
		uint64_t cycles = run->floor->peer ? slice_of_single(run, n)
						   : slice_of_many(run, n);

		block->measured_cycles += cycles;
		run->slices[run->n++] = (double)cycles / (double)n / parts /
					block->cycles_per_ns;
	} while (rb_clock_cycles() < end && run->n < BENCH_PAIRS_MAX);
	bench_floor_stop(&run->shared);
}

static void peer_main(struct bench_role *role)
{
	struct floor_run *run = role->arg;

	store_relaxed(&run->shared.peer_tid, sys_tid());
	/* R2 pairs with R1: told before it is used */
	store_release(&run->peer_ready, true);
	run->floor->peer(&run->shared);
}

/* The measurer stands where swappers stand, the peer where writers do; one
 * that needs no peer, where writers do. */
static void cast_roles(struct floor_run *run)
{
	struct bench_block *block = run->block;
	const struct bench_pair *pair = &block->pair;

	block->n_roles = run->floor->peer ? 2 : 1;
	block->roles[0] = (struct bench_role){
		.run = measurer_main,
		.arg = run,
		.pu = run->floor->peer && !run->floor->peer_beside
			      ? pair->swapper
			      : pair->writer,
		.sched = block->cell->writer_sched,
	};
	block->roles[1] = (struct bench_role){
		.run = peer_main,
		.arg = run,
		.pu = pair->writer,
		.sched = block->cell->writer_sched,
	};
	run->shared.same_pu = pair->swapper == pair->writer;
}

static void put_results(struct floor_run *run)
{
	struct bench_block *block = run->block;
	json_t *json = json_object();
	double median = NAN;

	bench_stats_median(run->slices, run->n, &median);
	json_object_set_new(json, "ns", bench_json_real(median));
	if (run->floor->peer)
		json_object_set_new(json, "latency",
				    bench_hist_json(run->latency));
	json_object_set_new(block->datum, "floor", json);
	json_object_set_new(block->datum, "slices",
			    json_pack("{s:i,s:i}", "pairs", (int)run->n,
				      "slice-us",
				      (int)((double)block->slice_cycles /
					    block->cycles_per_ns / 1e3)));
}

int bench_block_floor(struct bench_block *block, char *why, size_t n)
{
	struct floor_run *run =
		aligned_alloc(_Alignof(struct floor_run), sizeof(*run));
	int err = -ENOMEM;

	if (!run)
		return err;
	*run = (struct floor_run){
		.block = block,
		.floor = bench_floor_find(block->cell->strategy),
		.latency = bench_hist_new(),
	};
	block->roles = calloc(2, sizeof(*block->roles));
	if (!run->latency || !block->roles)
		goto out;
	err = sys_mutex_init(&run->shared.mutex);
	if (err)
		goto out;
	cast_roles(run);
	err = bench_roles_run(block->topology, block->roles, block->n_roles,
			      block->spec->seed, why, n);
	if (!err)
		put_results(run);
out:
	bench_hist_free(run->latency);
	free(run);
	return err;
}
