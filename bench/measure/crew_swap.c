/* SPDX-License-Identifier: MIT */
/* crew_swap.c - one swap: its attempts, its times, its outcome. */
#include "bench/measure/crew_swap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/result/figures.h"

#define TRY_DEADLINE_NS UINT64_C(20000000)

static enum bench_outcome outcome_of(int err,
				     const struct bench_attempt *attempt)
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

static uint64_t deadline_in(const struct bench_target *target, uint64_t ns)
{
	return swap_deadline(target->strategy, sys_now() + ns);
}

static int swap_attempt(struct bench_target *target, unsigned int slot,
			uint64_t deadline, struct swap_op *op,
			struct bench_attempt *attempt)
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

int bench_crew_settle(struct bench_crew *crew, unsigned int slot,
		      uint64_t deadline)
{
	struct bench_pending *pending = &crew->pending[slot];
	struct bench_target *target = &crew->block->target;
	double now;
	int err;

	if (!pending->is)
		return 0;
	err = swap_settle(&crew->ops[slot], deadline);
	pending->is = err == -EINPROGRESS;
	if (err)
		return pending->is ? err : 0; /* nothing has changed */
	now = (double)rb_clock_cycles();
	bench_target_take(target, slot, 0, NULL);
	rb_recycle(rb_slot(target->spare, slot));
	if (!pending->measured)
		return 0;
	crew->swaps.done++;
	bench_crew_record(crew, crew->swaps.exchange,
			  (double)crew->ops[slot].exchanged - pending->planned);
	bench_crew_record(crew, crew->swaps.safe, now - pending->planned);
	return 0;
}

bool bench_crew_settle_all(struct bench_crew *crew)
{
	const struct bench_target *target = &crew->block->target;
	int err = 0;

	for (unsigned int i = 0; i < crew->block->n_writers; i++)
		err |= bench_crew_settle(
			crew, i, deadline_in(target, BENCH_SWAP_DEADLINE_NS));
	return !err;
}

/* Who is told -EBUSY tries again: the kernel's users, and those of a strategy
 * that has nothing better to offer although it was asked to wait. */
int bench_crew_swap_now(struct bench_crew *crew, unsigned int slot,
			struct bench_attempt *attempt)
{
	struct bench_target *target = &crew->block->target;
	bool tries = target->cell.swap_mode == SWAP_TRY;
	uint64_t deadline = deadline_in(target, tries ? TRY_DEADLINE_NS
						      : BENCH_SWAP_DEADLINE_NS);
	struct swap_op *op = &crew->ops[slot];
	int err;

	attempt->start = rb_clock_cycles();
	err = bench_crew_settle(crew, slot, deadline);
	if (err)
		return err;
	crew->pending[slot].measured = false;
	err = swap_attempt(target, slot, deadline, op, attempt);
	while (err == -EBUSY && sys_now() < deadline) {
		bench_relax(crew->patience, 0);
		err = swap_attempt(target, slot, deadline, op, attempt);
	}
	crew->pending[slot].is = err == -EINPROGRESS;
	attempt->safe = rb_clock_cycles();
	if (target->cell.stamp == RB_STAMP_CLOCK)
		attempt->safe_ns = rb_clock_ns();
	return err;
}

void bench_crew_record(struct bench_crew *crew, struct bench_hist *h,
		       double cycles)
{
	bench_hist_record(
		h, cycles < 0
			   ? 0
			   : (uint64_t)(cycles / crew->block->cycles_per_ns));
}

void bench_crew_record_staleness(struct bench_crew *crew, uint64_t newest,
				 const struct bench_attempt *attempt)
{
	enum rb_stamp stamp = crew->block->cell->stamp;

	if (!newest || stamp == RB_STAMP_NONE)
		return;
	if (stamp == RB_STAMP_CYCLES)
		bench_crew_record(crew, crew->swaps.staleness,
				  (double)attempt->safe - (double)newest);
	else
		bench_hist_record(crew->swaps.staleness,
				  attempt->safe_ns > newest
					  ? attempt->safe_ns - newest
					  : 0);
}

/* Count what was taken, unread, and make it a spare again. Not part of the
 * swap. */
void bench_crew_take(struct bench_crew *crew, unsigned int slot)
{
	struct bench_target *target = &crew->block->target;
	uint64_t start;

	bench_target_take(target, slot, 0, NULL);
	start = rb_clock_cycles();
	rb_recycle(rb_slot(target->spare, slot));
	bench_crew_record(crew, crew->swaps.recycle,
			  (double)(rb_clock_cycles() - start));
}

static void note_start(struct bench_crew *crew, uint64_t start)
{
	if (crew->starts && crew->n_starts < BENCH_STARTS)
		crew->starts[crew->n_starts++] = start;
}

void bench_crew_note(struct bench_crew *crew, int err,
		     const struct bench_attempt *attempt)
{
	enum bench_outcome outcome = outcome_of(err, attempt);

	crew->swaps.outcomes[outcome]++;
	if (outcome == BENCH_SWAP_ERROR && !crew->swaps.error)
		crew->swaps.error = err;
	/* None where the one before was still in progress. */
	crew->swaps.retries += attempt->tries ? attempt->tries - 1 : 0;
	if (err)
		crew->swaps.last_error = err;
	else
		crew->swaps.done++;
}

/* @planned: when it is to begin, in cycles; 0: now. */
void bench_crew_swap_one(struct bench_crew *crew, double planned)
{
	unsigned int slot = crew->next_slot;
	struct bench_attempt attempt = { 0 };
	int err;

	crew->next_slot = (slot + 1) % crew->block->n_writers;
	err = bench_crew_swap_now(crew, slot, &attempt);
	bench_crew_note(crew, err, &attempt);
	note_start(crew, attempt.start);
	if (planned == 0)
		planned = (double)attempt.start;
	if (err == -EINPROGRESS && attempt.tries)
		crew->pending[slot] = (struct bench_pending){
			.is = true, .measured = true, .planned = planned
		};
	if (err)
		return;
	bench_crew_record(crew, crew->swaps.exchange,
			  (double)crew->ops[slot].exchanged - planned);
	bench_crew_record(crew, crew->swaps.safe,
			  (double)attempt.safe - planned);
	bench_crew_record(crew, crew->swaps.call,
			  (double)(attempt.safe - attempt.start));
	bench_crew_take(crew, slot);
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

static void put_outcomes(json_t *datum, const struct bench_crew_swaps *swaps)
{
	for (unsigned int i = 0; i < BENCH_OUTCOMES; i++)
		bench_figure_put_counts(datum, BENCH_FIGURE_SWAP_OUTCOMES,
					outcome_names[i],
					(int64_t)swaps->outcomes[i]);
	bench_figure_put_text(datum, BENCH_FIGURE_SWAP_ERROR,
			      swaps->error ? strerror(-swaps->error) : NULL);
}

static void put_plan(json_t *datum, uint32_t rate)
{
	if (rate == BENCH_BACK_TO_BACK)
		bench_figure_put_text(datum, BENCH_FIGURE_SWAP_PLANNED_PER_S,
				      "back-to-back");
	else
		bench_figure_put_count(datum, BENCH_FIGURE_SWAP_PLANNED_PER_S,
				       rate);
}

/* An exchange belongs to one slot: a snapshot of all has none. */
static void put_times(json_t *datum, const struct bench_crew *crew)
{
	const struct bench_crew_swaps *swaps = &crew->swaps;

	if (!crew->how->swap)
		bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_EXCHANGE,
				      swaps->exchange);
	bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_SAFE, swaps->safe);
	bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_CALL, swaps->call);
	bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_RECYCLE, swaps->recycle);
	if (crew->block->cell->stamp != RB_STAMP_NONE)
		bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_STALENESS,
				      swaps->staleness);
}

static uint64_t dropped_in_slices(const struct bench_crew *crew)
{
	uint64_t dropped = 0;

	for (unsigned int i = 0; i < crew->block->n_writers; i++)
		dropped += crew->writers[i].dropped;
	return dropped;
}

void bench_crew_put_swaps(struct bench_crew *crew)
{
	const struct bench_crew_swaps *swaps = &crew->swaps;
	const struct bench_block *block = crew->block;
	double seconds = (double)swaps->cycles / block->cycles_per_ns / 1e9;
	json_t *datum = block->datum;

	put_plan(datum, block->cell->swap_rate);
	bench_figure_put(datum, BENCH_FIGURE_SWAP_ACHIEVED_PER_S,
			 (double)swaps->done / seconds);
	put_outcomes(datum, swaps);
	bench_figure_put_count(datum, BENCH_FIGURE_SWAP_RETRIES,
			       (int64_t)swaps->retries);
	put_times(datum, crew);
	bench_figure_put(datum, BENCH_FIGURE_SWAP_SWAPPER_CPU_NS,
			 swaps->cpu_ns);
	bench_figure_put(datum, BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS,
			 swaps->syscalls);
	bench_figure_put_text(datum, BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS_REASON,
			      isnan(swaps->syscalls) ? swaps->syscalls_why
						     : NULL);
	bench_figure_put(datum, BENCH_FIGURE_SWAP_DROPS_PER_SWAP,
			 (double)dropped_in_slices(crew) / (double)swaps->done);
	bench_datum_counters(datum, &swaps->counted, BENCH_PER_SWAP);
}
