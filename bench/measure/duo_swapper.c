/* SPDX-License-Identifier: MIT */
/* duo_swapper.c - the swapper's role: phases, schedule, swaps, outcomes. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure/duo.h"
#include "bench/stats/hist_json.h"
#include "bench/measure/syscalls.h"

#define DEADLINE_NS	UINT64_C(1000000000)
#define TRY_DEADLINE_NS UINT64_C(20000000)
#define SAMPLE_SWAPS	16 /* looked at by themselves, while warming up */
#define SAMPLE_LEAST	4  /* for CPU time, however long these take */
#define SAMPLE_CPU_NS	5000000
#define SAMPLE_NS	500000 /* further samples end after so long */
#define SAMPLE_PAUSE_NS 20000
#define WARM_UP_MOST_NS 5000000
#define CHECK_EVERY	8    /* pairs */
#define CHECK_SWAPS	8    /* whose snapshots are looked at */
#define CHECK_EVENTS	8192 /* of each, at most */
#define CHECK_MOST_NS	2500000
#define CHECK_PAUSE_NS	50000
#define REFILL_MOST_NS	1000000

/* ------------------------------------------------------------------------ */
/* One swap                                                                 */

struct attempt {
	uint64_t start;
	uint64_t safe;
	uint64_t safe_ns; /* only if events are stamped so */
	unsigned int tries;
	bool settled;
};

static enum bench_outcome outcome_of(int err, const struct attempt *attempt)
{
	switch (err) {
	case 0:
		return attempt->tries > 1 || attempt->settled
			       ? BENCH_SWAP_DEFERRED
			       : BENCH_SWAP_OK;
	case -EBUSY:
		return BENCH_SWAP_BUSY;
	case -EINPROGRESS:
		return BENCH_SWAP_IN_PROGRESS;
	case -ETIMEDOUT:
		return BENCH_SWAP_TIMED_OUT;
	case -ESRCH:
		return BENCH_SWAP_LOST_WRITER;
	case -EAGAIN:
		return BENCH_SWAP_AGAIN;
	default:
		return BENCH_SWAP_ERROR;
	}
}

static int swap_attempt(struct bench_target *target, unsigned int slot,
			uint64_t deadline, struct swap_op *op,
			struct attempt *attempt)
{
	int err = swap(target->live, target->spare, slot,
		       target->cell.swap_mode, deadline, op);

	attempt->tries++;
	if (err == -EINPROGRESS) {
		attempt->settled = true;
		err = swap_settle(op, deadline);
	}
	return err;
}

/* Who is told -EBUSY tries again: the kernel's users, and those of a strategy
 * that has nothing better to offer although it was asked to wait. */
static int swap_slot_now(struct bench_duo *duo, unsigned int slot,
			 struct swap_op *op, struct attempt *attempt)
{
	struct bench_target *target = &duo->block->target;
	bool tries = target->cell.swap_mode == SWAP_TRY;
	uint64_t deadline = sys_now() + (tries ? TRY_DEADLINE_NS : DEADLINE_NS);
	int err;

	attempt->start = rb_clock_cycles();
	err = swap_attempt(target, slot, deadline, op, attempt);
	while (err == -EBUSY && sys_now() < deadline) {
		bench_relax(duo->patience, 0);
		err = swap_attempt(target, slot, deadline, op, attempt);
	}
	attempt->safe = rb_clock_cycles();
	if (target->cell.stamp == RB_STAMP_CLOCK)
		attempt->safe_ns = rb_clock_ns();
	return err;
}

static void record(struct bench_duo *duo, struct bench_hist *h, double cycles)
{
	bench_hist_record(
		h, cycles < 0 ? 0
			      : (uint64_t)(cycles / duo->block->cycles_per_ns));
}

static void record_staleness(struct bench_duo *duo, uint64_t newest,
			     const struct attempt *attempt)
{
	enum rb_stamp stamp = duo->block->cell->stamp;

	if (!newest || stamp == RB_STAMP_NONE)
		return;
	if (stamp == RB_STAMP_CYCLES)
		record(duo, duo->swaps.staleness,
		       (double)attempt->safe - (double)newest);
	else
		bench_hist_record(duo->swaps.staleness,
				  attempt->safe_ns > newest
					  ? attempt->safe_ns - newest
					  : 0);
}

/* Count what was taken, unread, and make it a spare again. Not part of the
 * swap. */
static void take_and_recycle(struct bench_duo *duo, unsigned int slot)
{
	struct bench_target *target = &duo->block->target;
	uint64_t start;

	bench_target_take(target, slot, 0, NULL);
	start = rb_clock_cycles();
	rb_recycle(rb_slot(target->spare, slot));
	record(duo, duo->swaps.recycle, (double)(rb_clock_cycles() - start));
}

static void note_start(struct bench_duo *duo, uint64_t start)
{
	if (duo->starts && duo->n_starts < BENCH_STARTS)
		duo->starts[duo->n_starts++] = start;
}

static void note_outcome(struct bench_duo *duo, int err,
			 const struct attempt *attempt)
{
	duo->swaps.outcomes[outcome_of(err, attempt)]++;
	duo->swaps.retries += attempt->tries - 1;
	if (err)
		duo->swaps.last_error = err;
	else
		duo->swaps.done++;
}

/* @intended: when it was planned to begin; 0: now. */
static void swap_one(struct bench_duo *duo, double intended)
{
	unsigned int slot = duo->next_slot;
	struct attempt attempt = { 0 };
	int err;

	duo->next_slot = (slot + 1) % duo->block->n_writers;
	err = swap_slot_now(duo, slot, &duo->ops[slot], &attempt);
	note_outcome(duo, err, &attempt);
	note_start(duo, attempt.start);
	if (err)
		return;
	if (intended == 0)
		intended = (double)attempt.start;
	record(duo, duo->swaps.exchange,
	       (double)duo->ops[slot].exchanged - intended);
	record(duo, duo->swaps.safe, (double)attempt.safe - intended);
	record(duo, duo->swaps.call, (double)(attempt.safe - attempt.start));
	take_and_recycle(duo, slot);
}

/* ------------------------------------------------------------------------ */
/* All slots: one snapshot of everything                                    */

static double skew_of(const struct bench_duo *duo)
{
	uint64_t first = UINT64_MAX, last = 0;

	for (unsigned int i = 0; i < duo->block->n_writers; i++) {
		uint64_t at = duo->ops[i].exchanged;

		first = at < first ? at : first;
		last = at > last ? at : last;
	}
	return (double)(last - first);
}

static void snapshot_all(struct bench_duo *duo, double intended)
{
	struct bench_target *target = &duo->block->target;
	unsigned int n = duo->block->n_writers;
	struct attempt attempt = { .tries = 1 };
	int failed = 0;

	attempt.start = rb_clock_cycles();
	swap_every_slot(target->live, target->spare, sys_now() + DEADLINE_NS,
			duo->ops, duo->errors);
	attempt.safe = rb_clock_cycles();
	for (unsigned int i = 0; i < n; i++) {
		note_outcome(duo, duo->errors[i], &attempt);
		failed |= duo->errors[i];
	}
	if (intended == 0)
		intended = (double)attempt.start;
	if (failed) {
		duo->swaps.partial++;
	} else {
		record(duo, duo->swaps.safe, (double)attempt.safe - intended);
		record(duo, duo->swaps.call,
		       (double)(attempt.safe - attempt.start));
		record(duo, duo->swaps.skew, skew_of(duo));
	}
	for (unsigned int i = 0; i < n; i++)
		if (!duo->errors[i])
			take_and_recycle(duo, i);
}

static void swap_planned(struct bench_duo *duo, double intended)
{
	if (duo->block->cell->scenario == BENCH_SCALING)
		snapshot_all(duo, intended);
	else
		swap_one(duo, intended);
}

/* ------------------------------------------------------------------------ */
/* Phases                                                                   */

void bench_duo_wake(struct bench_duo *duo)
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
		bench_duo_wake(duo);
	for (unsigned int i = 0; i < duo->block->n_writers; i++) {
		unsigned int turn = 0;

		/* D4 pairs with D3: folded, and writing this phase */
		while (load_acquire(&duo->writers[i].ack) != word)
			bench_relax(duo->patience, turn++);
	}
	duo->n_starts = 0;
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
 * a slow swap makes those behind it late instead of cancelling them.
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
	struct attempt attempt = { 0 };
	uint64_t newest;

	if (swap_slot_now(duo, slot, &duo->ops[slot], &attempt))
		return;
	bench_target_take(target, slot, look, &newest);
	rb_recycle(rb_slot(target->spare, slot));
	record_staleness(duo, newest, &attempt);
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
/* The block                                                                */

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

static double thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double cpu_clock_cost(void)
{
	double start = thread_cpu_ns();

	for (unsigned int i = 0; i < 16; i++)
		thread_cpu_ns();
	return (thread_cpu_ns() - start) / 17;
}

/* Swap one slot of a sample; 0 or the swap's error. */
static int sample_swap(struct bench_duo *duo, unsigned int slot)
{
	struct attempt attempt = { 0 };

	return swap_slot_now(duo, slot, &duo->ops[slot], &attempt);
}

/* Give back what was taken, unread, and let the writer write a while. */
static void sample_settle(struct bench_duo *duo, unsigned int slot)
{
	double cycles_per_ns = duo->block->cycles_per_ns;

	bench_target_take(&duo->block->target, slot, 0, NULL);
	rb_recycle(rb_slot(duo->block->target.spare, slot));
	bench_wait_until(rb_clock_cycles() +
				 (uint64_t)(SAMPLE_PAUSE_NS * cycles_per_ns),
			 cycles_per_ns, duo->patience);
}

/* Does a sample that has so many swaps go on? One of them may take
 * milliseconds, where a writer must be waited for. */
static bool sample_goes_on(const struct bench_duo *duo, unsigned int swaps,
			   unsigned int least, uint64_t start, double most_ns)
{
	double ns =
		(double)(rb_clock_cycles() - start) / duo->block->cycles_per_ns;

	return swaps < least || (swaps < SAMPLE_SWAPS && ns < most_ns);
}

/* CPU time of some swaps, each taken by itself: reading that clock is a
 * system call, which would lengthen the swaps that are measured. */
static void sample_cpu_time(struct bench_duo *duo)
{
	double cost = cpu_clock_cost(), sum = 0;
	uint64_t begin = rb_clock_cycles();
	unsigned int i;

	for (i = 0; sample_goes_on(duo, i, SAMPLE_LEAST, begin, SAMPLE_CPU_NS);
	     i++) {
		unsigned int slot = i % duo->block->n_writers;
		double start = thread_cpu_ns();
		int err = sample_swap(duo, slot);

		sum += thread_cpu_ns() - start - cost;
		if (err)
			return;
		sample_settle(duo, slot);
	}
	/* Below what that clock resolves. */
	duo->swaps.cpu_ns = sum < 0 ? 0 : sum / i;
}

static void sample_failed(int err, char *why, size_t n)
{
	snprintf(why, n, "a swap of the sample failed: %s", strerror(-err));
}

/* What hardware counts in some swaps; their CPU time is that of others, since
 * to begin and to end counting takes time. */
static void sample_counters(struct bench_duo *duo)
{
	struct bench_counted *counted = &duo->swaps.counted;
	uint64_t start = rb_clock_cycles();
	struct bench_counters counters;
	unsigned int i;
	int err = 0;

	counted->err = bench_counters_open(&counters, bench_hardware_events,
					   BENCH_COUNTERS, counted->why,
					   sizeof(counted->why));
	if (counted->err)
		return;
	for (i = 0; !err && sample_goes_on(duo, i, 1, start, SAMPLE_NS); i++) {
		unsigned int slot = i % duo->block->n_writers;

		bench_counters_begin(&counters);
		err = sample_swap(duo, slot);
		bench_counters_end(&counters);
		if (!err)
			sample_settle(duo, slot);
	}
	counted->units = i;
	counted->err = bench_counters_read(&counters, &counted->counts,
					   counted->why, sizeof(counted->why));
	if (err) {
		counted->err = err;
		sample_failed(err, counted->why, sizeof(counted->why));
	}
	bench_counters_close(&counters);
}

struct counted_swap {
	struct bench_duo *duo;
	unsigned int slot;
	int err;
};

static void swap_counted(void *arg)
{
	struct counted_swap *one = arg;

	one->err = sample_swap(one->duo, one->slot);
}

/* System calls of some swaps, those of waiting for a writer among them. */
static void sample_syscalls(struct bench_duo *duo)
{
	struct bench_duo_swaps *swaps = &duo->swaps;
	uint64_t start = rb_clock_cycles(), calls, sum = 0;
	unsigned int i;

	for (i = 0; sample_goes_on(duo, i, 1, start, SAMPLE_NS); i++) {
		struct counted_swap one = { duo, i % duo->block->n_writers, 0 };

		if (bench_syscalls_count(swap_counted, &one, &calls,
					 swaps->syscalls_why,
					 sizeof(swaps->syscalls_why)))
			return;
		if (one.err) {
			sample_failed(one.err, swaps->syscalls_why,
				      sizeof(swaps->syscalls_why));
			return;
		}
		sum += calls;
		sample_settle(duo, one.slot);
	}
	swaps->syscalls = (double)sum / i;
}

static void forget_warm_up(struct bench_duo *duo)
{
	struct bench_duo_swaps *swaps = &duo->swaps;
	double cpu_ns = swaps->cpu_ns;

	bench_hist_reset(swaps->recycle);
	for (unsigned int i = 0; i < BENCH_OUTCOMES; i++)
		swaps->outcomes[i] = 0;
	swaps->cpu_ns = cpu_ns;
}

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
	if (duo->block->cell->swap_rate) {
		sample_cpu_time(duo);
		sample_counters(duo);
		sample_syscalls(duo);
	}
	slice_of_warm_up(duo);
	forget_warm_up(duo);
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

/* ------------------------------------------------------------------------ */
/* Results                                                                  */

static const char *const outcome_names[BENCH_OUTCOMES] = {
	[BENCH_SWAP_OK] = "ok",
	[BENCH_SWAP_DEFERRED] = "deferred",
	[BENCH_SWAP_BUSY] = "busy",
	[BENCH_SWAP_IN_PROGRESS] = "in-progress",
	[BENCH_SWAP_TIMED_OUT] = "timed-out",
	[BENCH_SWAP_LOST_WRITER] = "lost-writer",
	[BENCH_SWAP_AGAIN] = "again",
	[BENCH_SWAP_ERROR] = "error",
};

static json_t *outcomes_json(const struct bench_duo_swaps *swaps)
{
	json_t *json = json_object();

	for (unsigned int i = 0; i < BENCH_OUTCOMES; i++)
		json_object_set_new(json, outcome_names[i],
				    bench_count(swaps->outcomes[i]));
	return json;
}

json_t *bench_duo_swaps_json(struct bench_duo *duo)
{
	const struct bench_duo_swaps *swaps = &duo->swaps;
	const struct bench_block *block = duo->block;
	uint32_t rate = block->cell->swap_rate;
	double seconds = (double)swaps->cycles / block->cycles_per_ns / 1e9;
	json_t *json = json_object();
	uint64_t dropped = 0;

	for (unsigned int i = 0; i < block->n_writers; i++)
		dropped += duo->writers[i].dropped;
	json_object_set_new(json, "planned-per-s",
			    rate == BENCH_BACK_TO_BACK
				    ? json_string("back-to-back")
				    : json_integer(rate));
	json_object_set_new(json, "achieved-per-s",
			    bench_number((double)swaps->done / seconds));
	json_object_set_new(json, "outcomes", outcomes_json(swaps));
	json_object_set_new(json, "retries", bench_count(swaps->retries));
	if (block->cell->scenario != BENCH_SCALING)
		json_object_set_new(json, "exchange",
				    bench_hist_json(swaps->exchange));
	json_object_set_new(json, "safe", bench_hist_json(swaps->safe));
	json_object_set_new(json, "call", bench_hist_json(swaps->call));
	json_object_set_new(json, "recycle", bench_hist_json(swaps->recycle));
	if (block->cell->stamp != RB_STAMP_NONE)
		json_object_set_new(json, "staleness",
				    bench_hist_json(swaps->staleness));
	json_object_set_new(json, "swapper-cpu-ns",
			    bench_number(swaps->cpu_ns));
	json_object_set_new(json, "swapper-syscalls",
			    bench_number(swaps->syscalls));
	json_object_set_new(json, "swapper-syscalls-reason",
			    isnan(swaps->syscalls)
				    ? json_string(swaps->syscalls_why)
				    : json_null());
	json_object_set_new(
		json, "drops-per-swap",
		bench_number((double)dropped / (double)swaps->done));
	bench_block_counters(duo->block, &swaps->counted, "swap", json);
	return json;
}

json_t *bench_duo_scaling_json(struct bench_duo *duo)
{
	return json_pack("{s:i,s:o,s:o,s:I}", "writers",
			 (int)duo->block->n_writers, "cost",
			 bench_hist_json(duo->swaps.safe), "skew",
			 bench_hist_json(duo->swaps.skew), "partial",
			 (json_int_t)duo->swaps.partial);
}
