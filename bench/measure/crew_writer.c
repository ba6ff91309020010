/* SPDX-License-Identifier: MIT */
/* crew_writer.c - the writer's role: its states, its stamps, their folding. */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/base/why.h"
#include "bench/machine/filter.h"
#include "bench/measure/crew.h"
#include "bench/stats/histogram.h"

#define BATCH	      512u   /* events between two looks at the phase */
#define NESTED_NS     100000 /* period of the timer whose handler writes */
#define NESTED_SIGNAL (SIGRTMIN + 6)

static uint32_t phase_now(struct bench_crew *crew)
{
	/* D1 pairs with D2: what the swapper decided before it */
	return load_acquire(&crew->phase);
}

static struct bench_target *phase_target(struct bench_crew *crew,
					 enum bench_phase phase)
{
	bool is_base = phase == BENCH_PHASE_BASE ||
		       phase == BENCH_PHASE_WARM_BASE;

	return is_base && crew->block->base.strategy ? &crew->block->base
						     : &crew->block->target;
}

/* ------------------------------------------------------------------------ */
/* Handlers that write on top                                               */

static __thread struct bench_crew_writer *nested_writer;

static void on_timer(int number)
{
	struct bench_crew_writer *w = nested_writer;
	struct bench_target *target = w ? w->current : NULL;
	int saved = errno;

	(void)number;
	if (target)
		target->loop[SWAP_LOOP_BATCH](
			&target->writers[w->index].nested);
	errno = saved;
}

static int timer_begin(struct bench_crew_writer *w, timer_t *timer)
{
	struct itimerspec every = {
		.it_interval.tv_nsec = NESTED_NS,
		.it_value.tv_nsec = NESTED_NS,
	};
	struct sigaction action;
	struct sigevent event;
	sigset_t ours;
	int err;

	nested_writer = w;
	memset(&action, 0, sizeof(action));
	memset(&event, 0, sizeof(event));
	action.sa_handler = on_timer;
	action.sa_flags = SA_RESTART;
	sigemptyset(&ours);
	sigaddset(&ours, NESTED_SIGNAL);
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = NESTED_SIGNAL;
	event._sigev_un._tid = sys_tid();
	if (bench_filter_kills(SYS_timer_create))
		return -EPERM;
	/* Whoever started this process may have blocked it. */
	pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
	if (sigaction(NESTED_SIGNAL, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, &event, timer))
		return -errno;
	if (!timer_settime(*timer, 0, &every, NULL))
		return 0;
	err = -errno;
	timer_delete(*timer);
	return err;
}

/* Told by the role: the other roles still need this one until their end. */
static void nested_failed(struct bench_role *role, int err, const char *what)
{
	bool lacks = err == -ENOSYS || err == -EPERM;

	role->err = bench_why(lacks ? -ENOTSUP : err, role->why,
			      sizeof(role->why), "%s: %s", what,
			      strerror(-err));
}

/* A writer without the handlers that were asked for is another one, and its
 * cell has no numbers. */
static bool nested_begin(struct bench_role *role, timer_t *timer)
{
	struct bench_crew_writer *w = role->arg;
	int err;

	if (w->crew->block->cell->writer_state != BENCH_NESTED)
		return false;
	err = timer_begin(w, timer);
	if (err)
		nested_failed(role, err, "no timer whose handler could write");
	return !err;
}

static void nested_end(struct bench_role *role, timer_t timer)
{
	struct bench_crew_writer *w = role->arg;
	const struct bench_target *target = &w->crew->block->target;

	timer_delete(timer);
	w->current = NULL;
	if (!target->writers[w->index].nested.sequence)
		nested_failed(role, -EIO, "no handler has written");
}

/* ------------------------------------------------------------------------ */
/* One slice                                                                */

/* Events of a slot so far, attempted and refused. */
struct account {
	uint64_t attempted;
	uint64_t dropped;
};

static struct account account_of(const struct bench_target *target,
				 unsigned int index)
{
	const struct bench_target_writer *w = &target->writers[index];
	struct account sum = { .attempted =
				       w->loop.sequence + w->nested.sequence };

	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		sum.dropped += rb_drops(rb_slot(target->live, index), cause);
	return sum;
}

static uint64_t stored_so_far(const struct bench_target *target,
			      unsigned int index)
{
	struct account sum = account_of(target, index);

	return sum.attempted - sum.dropped;
}

/* Between two batches: it holds nothing. */
static void say_outside(const struct bench_crew_writer *w,
			const struct bench_target *target)
{
	if (target->strategy)
		swap_writer_poll(swap_slot(target->live, w->index));
}

/* Plain batches until the phase changes. */
static void write_batches(struct bench_crew_writer *w,
			  struct bench_target *target, uint32_t phase,
			  struct bench_crew_slice *tally)
{
	struct swap_loop *loop = &target->writers[w->index].loop;
	swap_loop_fn run = target->loop[SWAP_LOOP_BATCH];
	uint64_t stored = stored_so_far(target, w->index);
	uint64_t start = rb_clock_cycles();

	loop->count = BATCH;
	do {
		run(loop);
		tally->events += BATCH;
		say_outside(w, target);
	} while (phase_now(w->crew) == phase);
	tally->cycles += rb_clock_cycles() - start;
	tally->stored += stored_so_far(target, w->index) - stored;
}

/* Stamped chunks until the phase changes or their room is used up. */
static void write_stamped(struct bench_crew_writer *w,
			  struct bench_target *target, uint32_t phase,
			  struct bench_crew_slice *tally)
{
	struct swap_loop *loop = &target->writers[w->index].loop;
	swap_loop_fn run = target->loop[SWAP_LOOP_LATENCY];
	uint64_t stored = stored_so_far(target, w->index);
	uint64_t start = rb_clock_cycles();

	loop->count = BENCH_CHUNK;
	w->chunks = 0;
	do {
		loop->stamps = w->stamps + w->chunks * BENCH_CHUNK_STAMPS;
		run(loop);
		w->chunks++;
		say_outside(w, target);
		tally->events += BENCH_CHUNK;
	} while (phase_now(w->crew) == phase && w->chunks < BENCH_CHUNKS);
	tally->cycles += rb_clock_cycles() - start;
	tally->stored += stored_so_far(target, w->index) - stored;
}

static bool is_measured(enum bench_phase phase)
{
	return phase == BENCH_PHASE_BASE || phase == BENCH_PHASE_CELL;
}

/* One event each time it is due; each is timed by itself, without the wait. */
static void write_paced(struct bench_crew_writer *w,
			struct bench_target *target, uint32_t phase,
			struct bench_crew_slice *tally)
{
	const struct bench_block *block = w->crew->block;
	struct swap_loop *loop = &target->writers[w->index].loop;
	swap_loop_fn run = target->loop[SWAP_LOOP_BATCH];
	bool measured = is_measured(bench_phase_of(phase));
	bool is_cell = bench_phase_of(phase) == BENCH_PHASE_CELL;
	double period = block->cycles_per_ns * 1e9 / block->cell->event_rate;
	double due = (double)rb_clock_cycles();

	loop->count = 1;
	while (phase_now(w->crew) == phase) {
		uint64_t start, end;

		if ((double)rb_clock_cycles() < due) {
			say_outside(w, target);
			bench_relax(w->crew->patience, 0);
			continue;
		}
		due += period;
		tally->events++;
		start = rb_clock_cycles();
		run(loop);
		end = rb_clock_cycles();
		if (measured)
			bench_hist_record(w->latency[is_cell],
					  (uint64_t)((double)(end - start) /
						     block->cycles_per_ns));
	}
}

/* Really asleep, as a thread that has nothing to write. */
static void write_nothing(struct bench_crew_writer *w, uint32_t phase)
{
	while (phase_now(w->crew) == phase)
		syscall(SYS_futex, &w->crew->phase, FUTEX_WAIT_PRIVATE, phase,
			NULL, NULL, 0);
}

static void keep_cost(struct bench_crew_writer *w, enum bench_phase phase,
		      const struct bench_crew_slice *timed)
{
	if (is_measured(phase) && w->pair < w->crew->pairs_max)
		w->slices[phase == BENCH_PHASE_CELL][w->pair] = *timed;
}

static void write_slice(struct bench_crew_writer *w, uint32_t word)
{
	enum bench_phase phase = bench_phase_of(word);
	struct bench_target *target = phase_target(w->crew, phase);
	struct bench_crew_slice timed = { 0 }, all = { 0 };

	switch (w->crew->block->cell->writer_state) {
	case BENCH_IDLE:
		write_nothing(w, word);
		return;
	case BENCH_PACED:
		write_paced(w, target, word, &all);
		break;
	default:
		if (w->stamps)
			write_stamped(w, target, word, &timed);
		all = timed;
		if (phase_now(w->crew) == word)
			write_batches(w, target, word, &all);
		if (!w->stamps)
			timed = all;
	}
	keep_cost(w, phase, &timed);
}

/* Who is preempted in a slice, and should not be, measures the scheduler. */
static void write_slice_of_pair(struct bench_crew_writer *w, uint32_t word)
{
	uint64_t before = bench_preemptions();

	write_slice(w, word);
	if (w->crew->writers_keep_on && w->pair < w->crew->pairs_max)
		w->preempted[w->pair] |= bench_preemptions() != before;
}

static void write_slice_of_cell(struct bench_crew_writer *w, uint32_t word)
{
	const struct bench_target *target = &w->crew->block->target;
	struct account before = account_of(target, w->index), after;

	write_slice_of_pair(w, word);
	after = account_of(target, w->index);
	w->attempted += after.attempted - before.attempted;
	w->dropped += after.dropped - before.dropped;
}

/* ------------------------------------------------------------------------ */
/* Folding, between two phases                                              */

static void fold_chunk(const uint64_t *stamps, uint32_t *fast,
		       struct bench_hist *slow, double cycles_per_ns)
{
	for (unsigned int i = 0; i < BENCH_CHUNK; i++) {
		uint64_t cycles = stamps[i + 1] - stamps[i];

		if (rb_likely(cycles < BENCH_FAST))
			fast[cycles]++;
		else
			bench_hist_record(slow, (uint64_t)((double)cycles /
							   cycles_per_ns));
	}
}

static void fold(struct bench_crew_writer *w)
{
	bool is_cell = w->stamped_phase == BENCH_PHASE_CELL;
	struct bench_crew *crew = w->crew;

	if (!w->stamps || !w->chunks ||
	    (!is_cell && w->stamped_phase != BENCH_PHASE_BASE))
		return;
	if (crew->how->fold)
		crew->how->fold(crew, w, !is_cell);
	else
		for (unsigned int i = 0; i < w->chunks; i++)
			fold_chunk(w->stamps + i * BENCH_CHUNK_STAMPS,
				   w->fast[is_cell], w->latency[is_cell],
				   crew->block->cycles_per_ns);
	w->chunks = 0;
}

/* The fast tables count cycles; the histograms nanoseconds. */
static void fold_fast(struct bench_crew_writer *w)
{
	for (unsigned int side = 0; side < 2; side++)
		for (unsigned int i = 0; w->fast[side] && i < BENCH_FAST; i++)
			bench_hist_record_n(
				w->latency[side],
				(uint64_t)(i / w->crew->block->cycles_per_ns +
					   0.5),
				w->fast[side][i]);
}

/* ------------------------------------------------------------------------ */
/* The role                                                                 */

/* It writes to one target now, and not to the other; an idle one sleeps. */
static void turn_to(struct bench_crew_writer *w, struct bench_target *target)
{
	struct bench_block *block = w->crew->block;
	bool sleeps = block->cell->writer_state == BENCH_IDLE;
	struct swap_slot *own = swap_slot(block->target.live, w->index);

	if (target == &block->target && !sleeps)
		swap_writer_online(own);
	w->current = target; /* handlers write there */
	if (target != &block->target || sleeps)
		swap_writer_idle(own);
}

static void write_until_stop(struct bench_crew_writer *w)
{
	for (;;) {
		uint32_t word = phase_now(w->crew);
		enum bench_phase phase = bench_phase_of(word);

		fold(w);
		w->stamped_phase = phase;
		/* Not later: the next phase may belong to the next pair. */
		w->pair = w->crew->pair;
		turn_to(w, phase_target(w->crew, phase));
		/* D3 pairs with D4: folded, and writing this phase */
		store_release(&w->ack, word);
		if (phase == BENCH_PHASE_STOP)
			return;
		if (phase == BENCH_PHASE_NONE)
			bench_relax(w->crew->patience, 0);
		else if (phase == BENCH_PHASE_CELL)
			write_slice_of_cell(w, word);
		else if (phase == BENCH_PHASE_BASE)
			write_slice_of_pair(w, word);
		else
			write_slice(w, word);
	}
}

void bench_crew_writer(struct bench_role *role)
{
	struct bench_crew_writer *w = role->arg;
	struct bench_block *block = w->crew->block;
	timer_t timer;
	bool nested;

	swap_writer_enter(block->target.live, w->index);
	if (block->base.strategy)
		swap_writer_enter(block->base.live, w->index);
	nested = nested_begin(role, &timer);
	write_until_stop(w);
	if (nested)
		nested_end(role, timer);
	fold_fast(w);
	if (block->base.strategy)
		swap_writer_exit(block->base.live, w->index);
	swap_writer_exit(block->target.live, w->index);
}
