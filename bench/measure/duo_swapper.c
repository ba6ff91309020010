/* SPDX-License-Identifier: MIT */
/* duo_swapper.c - the swapper's role: phases, schedule, checks, warming up. */
#include <limits.h>
#include <linux/futex.h>
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/measure/duo.h"
#include "bench/measure/duo_sample.h"
#include "bench/measure/duo_swap.h"

#define WARM_UP_MOST_NS 5000000
#define CHECK_EVERY	8    /* pairs */
#define CHECK_SWAPS	8    /* whose snapshots are looked at */
#define CHECK_EVENTS	8192 /* of each, at most */
#define CHECK_MOST_NS	2500000
#define CHECK_PAUSE_NS	50000
#define REFILL_MOST_NS	1000000

/* ------------------------------------------------------------------------ */
/* Phases                                                                   */

/* Writers that sleep until the phase changes. */
static void wake_writers(struct bench_duo *duo)
{
	syscall(SYS_futex, &duo->phase, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL,
		0);
}

/* Announce a phase and wait until every writer is in it. */
static void enter_phase(struct bench_duo *duo, enum bench_phase phase)
{
	uint32_t word = ((load_relaxed(&duo->phase) >> 3) + 1) << 3 |
			(uint32_t)phase;

	/* D2 pairs with D1: pair number and swap starts before the phase */
	store_release(&duo->phase, word);
	if (duo->block->cell->writer_state == BENCH_IDLE)
		wake_writers(duo);
	for (unsigned int i = 0; i < duo->block->n_writers; i++) {
		unsigned int turn = 0;

		/* D4 pairs with D3: folded, and writing this phase */
		while (load_acquire(&duo->writers[i].ack) != word)
			bench_relax(duo->patience, turn++);
	}
	duo->n_starts = 0;
}

/* What the schedule asks for, once. */
static void swap_planned(struct bench_duo *duo, double intended)
{
	if (duo->how->swap)
		duo->how->swap(duo, intended);
	else
		bench_duo_swap_one(duo, intended);
}

static void slice_of_base(struct bench_duo *duo)
{
	struct bench_block *block = duo->block;

	bench_wait_until(rb_clock_cycles() + block->slice_cycles,
			 block->cycles_per_ns, duo->patience);
}

/*
 * The schedule's clock runs in the cell's slices only. What a slice did not
 * get to is still due in the next one, at the time it was planned for, so that
 * a slow swap makes those after it late instead of cancelling them.
 */
static uint64_t slice_of_cell(struct bench_duo *duo)
{
	struct bench_block *block = duo->block;
	uint64_t start = rb_clock_cycles(), now = start;
	uint64_t end = start + block->slice_cycles;
	bool back_to_back = block->cell->swap_rate == BENCH_BACK_TO_BACK;

	while (block->cell->swap_rate && now < end) {
		double due = (double)start + duo->due;

		if (!back_to_back) {
			if (due >= (double)end)
				break;
			if (due > (double)now)
				bench_wait_until((uint64_t)due,
						 block->cycles_per_ns,
						 duo->patience);
		}
		swap_planned(duo, back_to_back ? 0 : due);
		now = rb_clock_cycles();
		duo->due += duo->period;
		/* Windows of swaps that are caught up on would overlap. */
		if (duo->starts && (double)start + duo->due < (double)now)
			duo->due = (double)(now - start) + duo->period;
	}
	now = bench_wait_until(end, block->cycles_per_ns, duo->patience);
	duo->due -= back_to_back ? duo->due : (double)(now - start);
	return now - start;
}

/* ------------------------------------------------------------------------ */
/* Checking, between pairs                                                  */

static uint64_t pause_ns(struct bench_duo *duo, double ns)
{
	const struct bench_block *block = duo->block;

	return bench_wait_until(rb_clock_cycles() +
					(uint64_t)(ns * block->cycles_per_ns),
				block->cycles_per_ns, duo->patience);
}

/* A swap that counts in the books and nowhere else. How old the newest event
 * is can only be seen by reading it, so that is noted here. */
static void swap_unmeasured(struct bench_duo *duo, unsigned int slot,
			    uint64_t look)
{
	struct bench_target *target = &duo->block->target;
	struct bench_attempt attempt = { 0 };
	uint64_t newest;

	if (bench_duo_swap_now(duo, slot, &duo->ops[slot], &attempt))
		return;
	bench_target_take(target, slot, look, &newest);
	rb_recycle(rb_slot(target->spare, slot));
	bench_duo_record_staleness(duo, newest, &attempt);
}

/* Let the writer of a slot go round its buffer once. One that does not write
 * all the time has no ratio to spoil, and is not waited for. */
static void await_refill(struct bench_duo *duo, unsigned int slot)
{
	const struct bench_block *block = duo->block;
	uint64_t end = rb_clock_cycles() +
		       (uint64_t)(REFILL_MOST_NS * block->cycles_per_ns);

	pause_ns(duo, CHECK_PAUSE_NS);
	while (duo->writers_keep_on &&
	       !bench_target_has_gone_round(&block->target, slot) &&
	       rb_clock_cycles() < end)
		bench_relax(duo->patience, 0);
}

/* Swap slots that were read twice more: both buffers are filled by the writer
 * and unread, as they are between two swaps of a measured slice. */
static void give_lines_back(struct bench_duo *duo, unsigned int first,
			    unsigned int slots)
{
	unsigned int n = duo->block->n_writers;

	for (unsigned int turn = 0; turn < 2; turn++) {
		for (unsigned int i = 0; i < slots && i < n; i++)
			swap_unmeasured(duo, (first + i) % n, /* look */ 0);
		for (unsigned int i = 0; i < slots && i < n; i++)
			await_refill(duo, (first + i) % n);
	}
}

/* Look at some snapshots, for half the time of a slice at most, and no longer
 * than some swaps take that must wait for a writer to come back to its PU. */
static void check(struct bench_duo *duo)
{
	struct bench_block *block = duo->block;
	unsigned int first = duo->next_slot, swaps = 0;
	uint64_t most = (uint64_t)(CHECK_MOST_NS * block->cycles_per_ns);
	uint64_t end;

	if (block->slice_cycles / 2 < most)
		most = block->slice_cycles / 2;
	enter_phase(duo, BENCH_PHASE_CHECK);
	end = rb_clock_cycles() + most;
	do {
		pause_ns(duo, CHECK_PAUSE_NS);
		swap_unmeasured(duo, duo->next_slot, CHECK_EVENTS);
		duo->next_slot = (duo->next_slot + 1) % block->n_writers;
	} while (++swaps < CHECK_SWAPS && rb_clock_cycles() < end);
	give_lines_back(duo, first, swaps);
	duo->checks++;
}

/* ------------------------------------------------------------------------ */
/* Pairs                                                                    */

static void measure_pair(struct bench_duo *duo)
{
	bool base_first = duo->pairs % 2 == 0;
	uint64_t length;

	duo->pair = duo->pairs;
	if (duo->has_base_phase && base_first) {
		enter_phase(duo, BENCH_PHASE_BASE);
		slice_of_base(duo);
	}
	enter_phase(duo, BENCH_PHASE_CELL);
	length = slice_of_cell(duo);
	if (duo->has_base_phase && !base_first) {
		enter_phase(duo, BENCH_PHASE_BASE);
		slice_of_base(duo);
	}
	duo->pairs++;
	duo->swaps.cycles += length;
	duo->block->measured_cycles +=
		length + (duo->has_base_phase ? duo->block->slice_cycles : 0);
}

/* ------------------------------------------------------------------------ */
/* Warming up                                                               */

/* Every role runs; caches need no longer than this to fill, however long the
 * slices are. */
static void slice_of_warm_up(struct bench_duo *duo)
{
	double slice =
		(double)duo->block->slice_cycles / duo->block->cycles_per_ns;

	pause_ns(duo, slice < WARM_UP_MOST_NS ? slice : WARM_UP_MOST_NS);
}

static void warm_up(struct bench_duo *duo)
{
	if (duo->has_base_phase) {
		enter_phase(duo, BENCH_PHASE_WARM_BASE);
		slice_of_warm_up(duo);
	}
	enter_phase(duo, BENCH_PHASE_WARM_CELL);
	if (duo->block->cell->swap_rate)
		bench_duo_sample(duo);
	slice_of_warm_up(duo);
}

void bench_duo_swapper(struct bench_role *role)
{
	struct bench_duo *duo = role->arg;
	uint64_t end;

	duo->swaps.cpu_ns = NAN;
	duo->swaps.syscalls = NAN;
	warm_up(duo);
	end = rb_clock_cycles() + duo->block->budget_cycles;
	do {
		if (duo->block->cell->swap_rate &&
		    duo->pairs % CHECK_EVERY == 0)
			check(duo);
		measure_pair(duo);
	} while (rb_clock_cycles() < end && duo->pairs < duo->pairs_max);
	enter_phase(duo, BENCH_PHASE_STOP);
}
