/* SPDX-License-Identifier: MIT */
/* solo.c - a writer alone: slices, pairs, and which of them count. */
#include "bench/measure/solo.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/measure/datum.h"
#include "bench/result/figures.h"

#define WARM_UP_SHARE 8 /* a slice's part that the calibration must fill */
#define PAIRS_LEAST   1 /* clean pairs that make do */
/* Beyond this a loop that takes no time is no loop. */
#define EVENTS_MOST (UINT64_C(1) << 36)

struct solo {
	struct bench_block *block;
	struct bench_slices slices; /* all pairs, in order */
	bool preempted[BENCH_PAIRS_MAX];
	unsigned int n_preempted;
	uint64_t count[2]; /* events of a slice: baseline, cell */
	uint64_t events;   /* in the cell's slices */
	uint64_t cycles;
	struct bench_counters counters; /* closed in timed slices */
	struct bench_counted counted;
};

/* Produce-consume: events that surely fit before somebody must read. */
static uint64_t events_that_fit(const struct bench_target *target)
{
	const struct rb_cpu *cpu = rb_slot_active(rb_slot(target->live, 0));
	uint32_t longest = target->cell.payload == SWAP_PAYLOAD_VARIABLE
				   ? 256
				   : target->cell.payload;

	return (uint64_t)(cpu->subbufs - 1) *
	       ((cpu->capacity - RB_EVENT_HEADER) /
		(2 * RB_EVENT_HEADER + rb_round_up(longest)));
}

static bool must_restart(const struct bench_target *target)
{
	return target->strategy && target->cell.mode == RB_PRODUCE_CONSUME;
}

/* Write count events to a slot and return the cycles that took; emptying a
 * full buffer is neither timed nor counted. */
static uint64_t write_events(struct solo *run, struct bench_target *target,
			     unsigned int slot, uint64_t total)
{
	struct swap_loop *loop = &target->writers[slot].loop;
	swap_loop_fn write = target->loop[SWAP_LOOP_BATCH];
	uint64_t at_once = total, cycles = 0;

	if (must_restart(target))
		at_once = events_that_fit(target);
	while (total) {
		uint64_t start;

		loop->count = total < at_once ? total : at_once;
		total -= loop->count;
		bench_counters_begin(&run->counters);
		start = rb_clock_cycles();
		write(loop);
		cycles += rb_clock_cycles() - start;
		bench_counters_end(&run->counters);
		if (must_restart(target))
			bench_target_restart(target, slot);
	}
	return cycles;
}

/* The quickest of some tries: one of them may be interrupted. */
static uint64_t quickest(struct solo *run, struct bench_target *target,
			 uint64_t total)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t cycles = write_events(run, target, 0, total);

		least = cycles < least ? cycles : least;
	}
	return least;
}

/* How many events fill a slice: doubled until it is long enough to tell. */
static uint64_t calibrate(struct solo *run, struct bench_target *target)
{
	uint64_t slice_cycles = run->block->slice_cycles;
	uint64_t total = 1024, cycles;

	for (;;) {
		cycles = quickest(run, target, total);
		if (cycles >= slice_cycles / WARM_UP_SHARE ||
		    total > EVENTS_MOST)
			break;
		total *= 2;
	}
	return (uint64_t)((double)total * (double)slice_cycles /
			  (double)cycles) +
	       1;
}

static double slice(struct solo *run, unsigned int which)
{
	struct bench_block *block = run->block;
	struct bench_target *target = which ? &block->target : &block->base;
	/* Both orders of a pair are seen on every layout. */
	unsigned int slot = run->slices.n / 2 % target->n_slots;
	uint64_t cycles = write_events(run, target, slot, run->count[which]);

	block->measured_cycles += cycles;
	if (which) {
		run->events += run->count[1];
		run->cycles += cycles;
	}
	return (double)cycles / (double)run->count[which];
}

static void measure_pair(struct solo *run)
{
	struct bench_slices *slices = &run->slices;
	unsigned int i = slices->n;
	bool base_first = i % 2 == 0;
	uint64_t before = bench_preemptions();

	if (run->block->has_baseline && base_first)
		slices->base[i] = slice(run, 0);
	slices->cell[i] = slice(run, 1);
	if (run->block->has_baseline && !base_first)
		slices->base[i] = slice(run, 0);
	slices->n++;
	run->preempted[i] = bench_preemptions() != before;
	run->n_preempted += run->preempted[i];
}

/* Keep the clean pairs, unless too few are. */
static void drop_preempted(struct solo *run)
{
	struct bench_slices *slices = &run->slices;
	unsigned int kept = 0;

	if (slices->n - run->n_preempted < PAIRS_LEAST)
		return;
	for (unsigned int i = 0; i < slices->n; i++) {
		if (run->preempted[i])
			continue;
		slices->base[kept] = slices->base[i];
		slices->cell[kept++] = slices->cell[i];
	}
	slices->n = kept;
}

/* A slice of the cell, spread over all layouts. */
static void count_slice(struct solo *run)
{
	struct bench_target *target = &run->block->target;
	struct bench_counted *counted = &run->counted;
	uint64_t share = run->count[1] / target->n_slots + 1;

	counted->err = bench_counters_open(
		&run->counters, bench_hardware_events, BENCH_COUNTERS,
		counted->why, sizeof(counted->why));
	if (counted->err)
		return;
	for (unsigned int slot = 0; slot < target->n_slots; slot++) {
		write_events(run, target, slot, share);
		counted->units += share;
	}
	counted->err = bench_counters_read(&run->counters, &counted->counts,
					   counted->why, sizeof(counted->why));
	bench_counters_close(&run->counters);
}

/* Become the writer of every slot, or end that. */
static void enter_slots(struct bench_target *target, bool enter)
{
	for (unsigned int i = 0; target->strategy && i < target->n_slots; i++)
		if (enter)
			swap_writer_enter(target->live, i);
		else
			swap_writer_exit(target->live, i);
}

static void writer_main(struct bench_role *role)
{
	struct solo *run = role->arg;
	struct bench_block *block = run->block;
	uint64_t end;

	enter_slots(&block->target, true);
	enter_slots(&block->base, true);
	if (block->has_baseline)
		run->count[0] = calibrate(run, &block->base);
	run->count[1] = calibrate(run, &block->target);
	end = rb_clock_cycles() + block->budget_cycles;
	do
		measure_pair(run);
	while (rb_clock_cycles() < end && run->slices.n < BENCH_PAIRS_MAX);
	count_slice(run);
	enter_slots(&block->base, false);
	enter_slots(&block->target, false);
}

/* Stored events are the share of the attempted ones that the books found. */
static void put_rates(const struct solo *run)
{
	const struct bench_books *books = &run->block->target.books;
	json_t *datum = run->block->datum;
	double seconds = (double)run->cycles / run->block->cycles_per_ns / 1e9;
	double share = books->attempted ? (double)books->dropped /
						  (double)books->attempted
					: 0;

	bench_figure_put(datum, BENCH_FIGURE_WRITER_ATTEMPTED_PER_S,
			 (double)run->events / seconds);
	bench_figure_put(datum, BENCH_FIGURE_WRITER_COMMITTED_PER_S,
			 (double)run->events * (1 - share) / seconds);
}

static void put_results(struct solo *run)
{
	struct bench_block *block = run->block;
	unsigned int pairs = run->slices.n;

	if (run->n_preempted == pairs)
		block->disturbed = "the writer was preempted in every pair";
	drop_preempted(run);
	bench_datum_writer(block);
	bench_datum_ratio(block, &run->slices);
	put_rates(run);
	bench_datum_counters(block->datum, &run->counted, BENCH_PER_EVENT);
	bench_datum_slices(block, pairs, run->n_preempted);
	bench_figure_put_count(block->datum, BENCH_FIGURE_SLICES_LAYOUTS,
			       block->target.n_slots);
}

int bench_solo_run(struct bench_block *block, char *why, size_t n)
{
	struct solo *run = calloc(1, sizeof(*run));
	int err = -ENOMEM;

	block->roles = calloc(1, sizeof(*block->roles));
	if (!run || !block->roles)
		goto out;
	block->n_roles = 1;
	run->block = block;
	block->roles[0] = (struct bench_role){
		.run = writer_main,
		.arg = run,
		.pu = block->pair.writer,
		.sched = block->cell->writer_sched,
		.wants_real_time = block->cell->real_time ==
				   BENCH_REAL_TIME_AUTO,
	};
	err = bench_roles_run(block->topology, block->roles, 1,
			      block->spec->seed, why, n);
	if (err)
		goto out;
	bench_target_close(&block->target);
	if (block->base.strategy)
		bench_target_close(&block->base);
	put_results(run);
out:
	free(run);
	return err;
}
