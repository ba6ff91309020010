/* SPDX-License-Identifier: MIT */
/* crew_swapper.c - the swapper's role: phases, schedule, checks, warming up. */
#include <limits.h>
#include <linux/futex.h>
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/measure/crew.h"
#include "bench/measure/crew_sample.h"
#include "bench/measure/crew_swap.h"

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
static void wake_writers(struct bench_crew *crew)
{
	syscall(SYS_futex, &crew->phase, FUTEX_WAKE_PRIVATE, INT_MAX, NULL,
		NULL, 0);
}

/* Announce a phase and wait until every writer is in it. */
static void enter_phase(struct bench_crew *crew, enum bench_phase phase)
{
	uint32_t word = ((load_relaxed(&crew->phase) >> 3) + 1) << 3 |
			(uint32_t)phase;

	/* D2 pairs with D1: pair number and swap starts before the phase */
	store_release(&crew->phase, word);
	if (crew->block->cell->writer_state == BENCH_IDLE)
		wake_writers(crew);
	for (unsigned int i = 0; i < crew->block->n_writers; i++) {
		unsigned int turn = 0;

		/* D4 pairs with D3: folded, and writing this phase */
		while (load_acquire(&crew->writers[i].ack) != word)
			bench_relax(crew->patience, turn++);
	}
	crew->n_starts = 0;
}

/* What the schedule asks for, once. */
static void swap_planned(struct bench_crew *crew, double planned)
{
	if (crew->how->swap)
		crew->how->swap(crew, planned);
	else
		bench_crew_swap_one(crew, planned);
}

static void slice_of_base(struct bench_crew *crew)
{
	struct bench_block *block = crew->block;

	bench_wait_until(rb_clock_cycles() + block->slice_cycles,
			 block->cycles_per_ns, crew->patience);
}

/*
 * The schedule's clock runs in the cell's slices only. What a slice did not
 * get to is still due in the next one, at the time it was planned for, so that
 * a slow swap makes those after it late instead of cancelling them.
 */
static uint64_t slice_of_cell(struct bench_crew *crew)
{
	struct bench_block *block = crew->block;
	uint64_t start = rb_clock_cycles(), now = start;
	uint64_t end = start + block->slice_cycles;
	bool back_to_back = block->cell->swap_rate == BENCH_BACK_TO_BACK;

	while (block->cell->swap_rate && now < end) {
		double due = (double)start + crew->due;

		if (!back_to_back) {
			if (due >= (double)end)
				break;
			if (due > (double)now)
				bench_wait_until((uint64_t)due,
						 block->cycles_per_ns,
						 crew->patience);
		}
		swap_planned(crew, back_to_back ? 0 : due);
		now = rb_clock_cycles();
		crew->due += crew->period;
		/* Windows of swaps that are caught up on would overlap. */
		if (crew->starts && (double)start + crew->due < (double)now)
			crew->due = (double)(now - start) + crew->period;
	}
	now = bench_wait_until(end, block->cycles_per_ns, crew->patience);
	crew->due -= back_to_back ? crew->due : (double)(now - start);
	return now - start;
}

/* ------------------------------------------------------------------------ */
/* Checking, between pairs                                                  */

static uint64_t pause_ns(struct bench_crew *crew, double ns)
{
	const struct bench_block *block = crew->block;

	return bench_wait_until(rb_clock_cycles() +
					(uint64_t)(ns * block->cycles_per_ns),
				block->cycles_per_ns, crew->patience);
}

/* A swap that counts in the books and nowhere else. How old the newest event
 * is can only be seen by reading it, so that is noted here. */
static void swap_unmeasured(struct bench_crew *crew, unsigned int slot,
			    uint64_t look)
{
	struct bench_target *target = &crew->block->target;
	struct bench_attempt attempt = { 0 };
	uint64_t newest;

	if (bench_crew_swap_now(crew, slot, &attempt))
		return;
	bench_target_take(target, slot, look, &newest);
	rb_recycle(rb_slot(target->spare, slot));
	bench_crew_record_staleness(crew, newest, &attempt);
}

/* Let the writer of a slot go round its buffer once. One that does not write
 * all the time has no ratio to spoil, and is not waited for. */
static void await_refill(struct bench_crew *crew, unsigned int slot)
{
	const struct bench_block *block = crew->block;
	uint64_t end = rb_clock_cycles() +
		       (uint64_t)(REFILL_MOST_NS * block->cycles_per_ns);

	pause_ns(crew, CHECK_PAUSE_NS);
	while (crew->writers_keep_on &&
	       !bench_target_has_gone_round(&block->target, slot) &&
	       rb_clock_cycles() < end)
		bench_relax(crew->patience, 0);
}

/* Swap slots that were read twice more: both buffers are filled by the writer
 * and unread, as they are between two swaps of a measured slice. */
static void give_lines_back(struct bench_crew *crew, unsigned int first,
			    unsigned int slots)
{
	unsigned int n = crew->block->n_writers;

	for (unsigned int turn = 0; turn < 2; turn++) {
		for (unsigned int i = 0; i < slots && i < n; i++)
			swap_unmeasured(crew, (first + i) % n, /* look */ 0);
		for (unsigned int i = 0; i < slots && i < n; i++)
			await_refill(crew, (first + i) % n);
	}
}

/* Look at some snapshots, for half the time of a slice at most, and no longer
 * than some swaps take that must wait for a writer to come back to its PU. */
static void check(struct bench_crew *crew)
{
	struct bench_block *block = crew->block;
	unsigned int first = crew->next_slot, swaps = 0;
	uint64_t most = (uint64_t)(CHECK_MOST_NS * block->cycles_per_ns);
	uint64_t end;

	if (block->slice_cycles / 2 < most)
		most = block->slice_cycles / 2;
	enter_phase(crew, BENCH_PHASE_CHECK);
	end = rb_clock_cycles() + most;
	do {
		pause_ns(crew, CHECK_PAUSE_NS);
		swap_unmeasured(crew, crew->next_slot, CHECK_EVENTS);
		crew->next_slot = (crew->next_slot + 1) % block->n_writers;
	} while (++swaps < CHECK_SWAPS && rb_clock_cycles() < end);
	give_lines_back(crew, first, swaps);
	crew->checks++;
}

/* ------------------------------------------------------------------------ */
/* Pairs                                                                    */

static void measure_pair(struct bench_crew *crew)
{
	bool base_first = crew->pairs % 2 == 0;
	uint64_t length;

	crew->pair = crew->pairs;
	if (crew->has_base_phase && base_first) {
		enter_phase(crew, BENCH_PHASE_BASE);
		slice_of_base(crew);
	}
	enter_phase(crew, BENCH_PHASE_CELL);
	length = slice_of_cell(crew);
	if (crew->has_base_phase && !base_first) {
		enter_phase(crew, BENCH_PHASE_BASE);
		slice_of_base(crew);
	}
	crew->pairs++;
	crew->swaps.cycles += length;
	crew->block->measured_cycles +=
		length + (crew->has_base_phase ? crew->block->slice_cycles : 0);
}

/* ------------------------------------------------------------------------ */
/* Warming up                                                               */

/* Every role runs; caches need no longer than this to fill, however long the
 * slices are. */
static void slice_of_warm_up(struct bench_crew *crew)
{
	double slice =
		(double)crew->block->slice_cycles / crew->block->cycles_per_ns;

	pause_ns(crew, slice < WARM_UP_MOST_NS ? slice : WARM_UP_MOST_NS);
}

static void warm_up(struct bench_crew *crew)
{
	if (crew->has_base_phase) {
		enter_phase(crew, BENCH_PHASE_WARM_BASE);
		slice_of_warm_up(crew);
	}
	enter_phase(crew, BENCH_PHASE_WARM_CELL);
	if (crew->block->cell->swap_rate)
		bench_crew_sample(crew);
	slice_of_warm_up(crew);
}

void bench_crew_swapper(struct bench_role *role)
{
	struct bench_crew *crew = role->arg;
	uint64_t end;

	crew->swaps.cpu_ns = NAN;
	crew->swaps.syscalls = NAN;
	warm_up(crew);
	end = rb_clock_cycles() + crew->block->budget_cycles;
	do {
		if (crew->block->cell->swap_rate &&
		    crew->pairs % CHECK_EVERY == 0)
			check(crew);
		measure_pair(crew);
	} while (rb_clock_cycles() < end && crew->pairs < crew->pairs_max);
	enter_phase(crew, BENCH_PHASE_STOP);
}
