/* SPDX-License-Identifier: MIT */
/* scenario_floor.c - a bare mechanism, alone or with a peer. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/base/why.h"
#include "bench/floors/floors.h"
#include "bench/machine/filter.h"
#include "bench/machine/probe.h"
#include "bench/measure/datum.h"
#include "bench/measure/scenario.h"
#include "bench/measure/solo.h"
#include "bench/result/figures.h"
#include "bench/stats/stats.h"

#define TOO_QUICK_MOST 32 /* times that a calibration may be wrong */

/* What tells, from one end of a slice to the next, that a role was preempted. */
struct witness {
	uint64_t own;  /* preemptions of the measurer */
	uint64_t peer; /* and of its peer */
	uint64_t ran;  /* ns that the peer has run */
	uint64_t now;  /* ns */
};

struct floor_run {
	struct bench_block *block;
	const struct bench_floor *floor;
	struct bench_floor_run shared;
	struct bench_hist *latency; /* pair only */
	struct bench_hist *one;	    /* of the slice under way */
	double slices[BENCH_PAIRS_MAX];
	unsigned int n;
	unsigned int preempted; /* slices that are left out */
	struct witness before;
	bool was_preempted;
	clockid_t peer_clock;
	_Atomic bool peer_ready;
};

struct slice {
	uint64_t cycles; /* of the operations alone */
	uint64_t done;
};

static struct slice slice_of_many(struct floor_run *run, uint64_t n)
{
	uint64_t start = rb_clock_cycles();

	run->floor->run(&run->shared, n);
	return (struct slice){ rb_clock_cycles() - start, n };
}

/* Each by itself; one that missed is none. */
static struct slice slice_of_single(struct floor_run *run, uint64_t n)
{
	unsigned int parts = run->floor->parts ? run->floor->parts : 1;
	double per_ns = run->block->cycles_per_ns * parts;
	struct slice slice = { 0 };

	for (uint64_t i = 0; i < n; i++) {
		uint64_t missed = run->shared.missed, start, cycles;

		if (run->floor->settle)
			run->floor->settle(&run->shared);
		start = rb_clock_cycles();
		run->floor->run(&run->shared, 1);
		cycles = rb_clock_cycles() - start;
		if (run->shared.missed != missed)
			continue;
		bench_hist_record(run->one,
				  (uint64_t)((double)cycles / per_ns));
		slice.cycles += cycles;
		slice.done++;
	}
	return slice;
}

static struct slice slice_of(struct floor_run *run, uint64_t n)
{
	return run->floor->peer ? slice_of_single(run, n)
				: slice_of_many(run, n);
}

/* The quickest of some tries: one of them may be interrupted. */
static uint64_t quickest(struct floor_run *run, uint64_t n)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t start = rb_clock_cycles(), cycles;

		slice_of(run, n);
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

/* ------------------------------------------------------------------------ */
/* Preemption                                                               */

static uint64_t preemptions_of(int tid)
{
	char path[64], text[BENCH_FACT];

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
	if (bench_probe_field("", path, "nonvoluntary_ctxt_switches", text,
			      sizeof(text)))
		return 0;
	return strtoull(text, NULL, 10);
}

static uint64_t clock_of(clockid_t id)
{
	struct timespec now = { 0, 0 };

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) +
	       (uint64_t)now.tv_nsec;
}

static struct witness witness_now(struct floor_run *run)
{
	struct witness now = { .own = bench_preemptions() };

	if (run->floor->peer) {
		now.peer = preemptions_of(load_relaxed(&run->shared.peer_tid));
		now.ran = clock_of(run->peer_clock);
	}
	now.now = clock_of(CLOCK_MONOTONIC);
	return now;
}

/*
 * Was a role off its PU in the slice that ends now? Leaving the PU is counted,
 * coming back is not: so the slice after one that saw a preemption is not
 * trusted either, nor one in which a peer that never sleeps ran for less than
 * half the time. Roles that share a PU take turns, and that is no preemption.
 */
static bool slice_was_preempted(struct floor_run *run)
{
	const struct witness before = run->before;
	const struct witness now = witness_now(run);
	bool before_too = run->was_preempted;

	run->before = now;
	if (run->floor->peer &&
	    (run->floor->peer_beside || run->shared.same_pu))
		return false;
	run->was_preempted = now.own != before.own || now.peer != before.peer;
	if (run->floor->peer && !run->floor->peer_sleeps)
		run->was_preempted |= now.ran - before.ran <
				      (now.now - before.now) / 2;
	return run->was_preempted || (run->floor->peer && before_too);
}

/* ------------------------------------------------------------------------ */
/* Roles                                                                    */

/* Returns how long the slice took. */
static uint64_t measure_slice(struct floor_run *run, uint64_t n)
{
	unsigned int parts = run->floor->parts ? run->floor->parts : 1;
	uint64_t start = rb_clock_cycles(), took;
	struct slice slice = slice_of(run, n);

	took = rb_clock_cycles() - start;
	run->block->measured_cycles += took;
	if (slice_was_preempted(run)) {
		run->preempted++;
	} else if (slice.done) {
		run->slices[run->n++] = (double)slice.cycles /
					(double)slice.done / parts /
					run->block->cycles_per_ns;
		bench_hist_merge(run->latency, run->one);
	}
	bench_hist_reset(run->one);
	return took;
}

static void measurer_main(struct bench_role *role)
{
	struct floor_run *run = role->arg;
	struct bench_block *block = run->block;
	uint64_t n, least, end;

	/* R1 pairs with R2: the peer's thread id and clock */
	while (run->floor->peer && !load_acquire(&run->peer_ready))
		bench_relax(BENCH_SLEEP, 0);
	n = calibrate(run);
	least = run->floor->peer ? n / TOO_QUICK_MOST + 1 : n;
	bench_hist_reset(run->one);
	run->before = witness_now(run);
	end = rb_clock_cycles() + block->budget_cycles;
	/* A calibration that found the peer off its PU was too quick. */
	do {
		if (measure_slice(run, n) > 2 * block->slice_cycles &&
		    n / 2 >= least)
			n /= 2;
	} while (rb_clock_cycles() < end && run->n < BENCH_PAIRS_MAX);
	bench_floor_stop(&run->shared);
}

static void peer_main(struct bench_role *role)
{
	struct floor_run *run = role->arg;

	store_relaxed(&run->shared.peer_tid, sys_tid());
	pthread_getcpuclockid(pthread_self(), &run->peer_clock);
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
	double median = NAN;

	if (!run->n)
		block->disturbed =
			run->preempted ? "a role was preempted in every slice"
				       : "no wake found its peer asleep";
	bench_stats_median(run->slices, run->n, &median);
	bench_figure_put(block->datum, BENCH_FIGURE_FLOOR_NS, median);
	if (run->floor->peer)
		bench_figure_put_hist(block->datum, BENCH_FIGURE_FLOOR_LATENCY,
				      run->latency);
	bench_datum_slices(block, run->n + run->preempted, run->preempted);
}

/* A mechanism that failed even once was not what was timed. A system that has
 * not got the call, or forbids it, lacks the mechanism. */
static int check_mechanism(struct floor_run *run, char *why, size_t n)
{
	int err = load_relaxed(&run->shared.error);
	bool lacks = err == -ENOSYS || err == -EPERM;

	if (!err)
		return 0;
	bench_why(err, why, n, "%s: %s", run->floor->name, strerror(-err));
	bench_filter_tell(why, n);
	return lacks ? -ENOTSUP : err;
}

static int run_mechanism(struct bench_block *block, char *why, size_t n)
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
		.one = bench_hist_new(),
	};
	block->roles = calloc(2, sizeof(*block->roles));
	if (!run->latency || !run->one || !block->roles)
		goto out;
	err = sys_mutex_init(&run->shared.mutex);
	if (err)
		goto out;
	cast_roles(run);
	err = bench_roles_run(block->topology, block->roles, block->n_roles,
			      block->spec->seed, why, n);
	if (!err)
		err = check_mechanism(run, why, n);
	if (!err)
		put_results(run);
out:
	bench_hist_free(run->latency);
	bench_hist_free(run->one);
	free(run);
	return err;
}

/* One that is a loop of writes is measured like those of a strategy. */
static int run_loop(struct bench_block *block, char *why, size_t n)
{
	int err = bench_solo_run(block, why, n);
	const json_t *ns = bench_figure_get(block->datum,
					    BENCH_FIGURE_WRITER_NS_PER_EVENT);

	if (!err)
		bench_figure_put(block->datum, BENCH_FIGURE_FLOOR_NS,
				 json_is_number(ns) ? json_number_value(ns)
						    : NAN);
	return err;
}

static int run_floor(struct bench_block *block, char *why, size_t n)
{
	if (bench_floor_is_loop(bench_floor_find(block->cell->strategy)))
		return run_loop(block, why, n);
	return run_mechanism(block, why, n);
}

const struct bench_measure bench_measure_floor = { .run = run_floor };
