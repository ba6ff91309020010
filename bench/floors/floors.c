/* SPDX-License-Identifier: MIT */
/* floors.c - the table of floors and the mechanisms that need no loop. */
#include "bench/floors/floors.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SPINS_BEFORE_YIELD 4000u
#define SETTLE_NS	   20000

static void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

/* What did not happen costs nothing, and its time is no floor. */
static void note_error(struct bench_floor_run *run, int err)
{
	store_relaxed(&run->error, err);
}

/* ------------------------------------------------------------------------ */
/* Solo                                                                     */

static void timer_run(struct bench_floor_run *run, uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < n; i++)
		sum += rb_clock_cycles();
	store_relaxed(&run->word, sum);
}

static void full_barrier_run(struct bench_floor_run *run, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		store_relaxed(&run->word, i);
		full_barrier(); /* F1 pairs with nothing: its bare cost */
	}
}

static void locked_rmw_run(struct bench_floor_run *run, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		/* F2 pairs with nothing: its bare cost */
		fetch_add_acq_rel(&run->word, 1);
}

static void mutex_run(struct bench_floor_run *run, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		sys_mutex_lock(&run->mutex);
		compiler_barrier(); /* F3 pairs with F3: both calls are made */
		sys_mutex_unlock(&run->mutex);
	}
}

/* ------------------------------------------------------------------------ */
/* Pair                                                                     */

static bool is_stopped(struct bench_floor_run *run)
{
	return load_relaxed(&run->stop) != 0;
}

/* Spin until *word is value; on a shared PU let the other one run. */
static bool spin_until(struct bench_floor_run *run, _Atomic uint32_t *word,
		       uint32_t value)
{
	unsigned int spins = 0;

	/* F4 pairs with F5: the other side's answer */
	while (load_acquire(word) != value) {
		if (is_stopped(run))
			return false;
		if (run->same_pu || ++spins > SPINS_BEFORE_YIELD)
			sched_yield();
		else
			relax();
	}
	return true;
}

static void answer(_Atomic uint32_t *word, uint32_t value)
{
	/* F5 pairs with F4: the question is answered */
	store_release(word, value);
}

static void cache_line_run(struct bench_floor_run *run, uint64_t n)
{
	uint32_t turn = load_relaxed(&run->ping);

	for (uint64_t i = 0; i < n; i++) {
		answer(&run->ping, ++turn);
		spin_until(run, &run->pong, turn);
	}
}

static void cache_line_peer(struct bench_floor_run *run)
{
	for (uint32_t turn = 1; spin_until(run, &run->ping, turn); turn++)
		answer(&run->pong, turn);
}

/* A peer that keeps its PU busy in user space, as a writer would. */
static void busy_peer(struct bench_floor_run *run)
{
	while (!is_stopped(run)) {
		if (run->same_pu)
			sched_yield();
		for (unsigned int i = 0; i < 64; i++)
			compiler_barrier(); /* F6 pairs with F6: spin */
	}
}

static int membarrier_probe(void)
{
	int err = sys_membarrier_setup();

	return err ? err : sys_membarrier();
}

static void membarrier_run(struct bench_floor_run *run, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		int err = sys_membarrier();

		if (err)
			note_error(run, err);
	}
}

/* One measured pair at a time in a process, so one target is enough. */
static struct bench_floor_run *signal_target;

static void on_signal(int number)
{
	(void)number;
	answer(&signal_target->pong, load_relaxed(&signal_target->ping));
}

/* The signal 0 looks whether one could be sent. */
static int signal_probe(void)
{
	return syscall(SYS_tgkill, getpid(), sys_tid(), 0) ? -errno : 0;
}

static void signal_run(struct bench_floor_run *run, uint64_t n)
{
	uint32_t turn = load_relaxed(&run->ping);

	/* F11 pairs with F10: an unhandled signal would kill the process */
	while (!load_acquire(&run->word))
		sched_yield();
	for (uint64_t i = 0; i < n && !load_relaxed(&run->error); i++) {
		answer(&run->ping, ++turn);
		if (syscall(SYS_tgkill, getpid(), load_relaxed(&run->peer_tid),
			    sys_signal_number() + 1)) {
			note_error(run, -errno);
			return;
		}
		spin_until(run, &run->pong, turn);
	}
}

/* Whoever started this process may have blocked it. */
static void allow_signal(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void signal_peer(struct bench_floor_run *run)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	signal_target = run;
	if (sigaction(sys_signal_number() + 1, &action, NULL))
		note_error(run, -errno);
	allow_signal(sys_signal_number() + 1);
	/* F10 pairs with F11: the handler stands before the first signal */
	store_release(&run->word, 1);
	busy_peer(run);
}

static void futex_wait(struct bench_floor_run *run, _Atomic uint32_t *word,
		       uint32_t seen)
{
	if (syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0) &&
	    errno != EAGAIN && errno != EINTR)
		note_error(run, -errno);
}

/* Was anybody asleep? */
static bool futex_wake(struct bench_floor_run *run, _Atomic uint32_t *word)
{
	long woken = syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL,
			     NULL, 0);

	if (woken < 0)
		note_error(run, -errno);
	return woken > 0;
}

/* Sleep until ping is no longer what was seen; false: stopped. */
static bool sleep_past(struct bench_floor_run *run, _Atomic uint32_t *word,
		       uint32_t seen)
{
	/* F7 pairs with F5: the other side's answer */
	while (load_acquire(word) == seen) {
		if (is_stopped(run))
			return false;
		futex_wait(run, word, seen);
	}
	return !is_stopped(run);
}

/* The peer has answered, and still has to fall asleep. */
static void futex_wake_settle(struct bench_floor_run *run)
{
	static const struct timespec nap = { .tv_nsec = SETTLE_NS };
	uint64_t end = rb_clock_ns() + SETTLE_NS;

	if (run->same_pu)
		nanosleep(&nap, NULL);
	while (rb_clock_ns() < end)
		relax();
}

/* Wake a sleeper, and see it run: the waker spins meanwhile. A wake that found
 * nobody asleep has measured something else. */
static void futex_wake_run(struct bench_floor_run *run, uint64_t n)
{
	uint32_t turn = load_relaxed(&run->ping);

	for (uint64_t i = 0; i < n; i++) {
		answer(&run->ping, ++turn);
		run->missed += !futex_wake(run, &run->ping);
		spin_until(run, &run->pong, turn);
	}
}

static void futex_wake_peer(struct bench_floor_run *run)
{
	for (uint32_t turn = 0; sleep_past(run, &run->ping, turn); turn++)
		answer(&run->pong, turn + 1);
}

/* Two threads on one PU, each sleeping while the other runs. */
static void context_switch_run(struct bench_floor_run *run, uint64_t n)
{
	uint32_t turn = load_relaxed(&run->ping);

	for (uint64_t i = 0; i < n; i++) {
		answer(&run->ping, ++turn);
		futex_wake(run, &run->ping);
		sleep_past(run, &run->pong, turn - 1);
	}
}

static void context_switch_peer(struct bench_floor_run *run)
{
	for (uint32_t turn = 0; sleep_past(run, &run->ping, turn); turn++) {
		answer(&run->pong, turn + 1);
		futex_wake(run, &run->pong);
	}
}

void bench_floor_stop(struct bench_floor_run *run)
{
	store_relaxed(&run->stop, 1);
	/* F8 pairs with F7: a sleeper must not miss the stop */
	fetch_add_acq_rel(&run->ping, 1);
	futex_wake(run, &run->ping);
}

/* ------------------------------------------------------------------------ */
/* The table                                                                */

/* A write cannot be cheaper than the event it stores, wherever it runs. */
static const struct bench_floor_bound append_bound = {
	.scenario = "write",
	.figure = "writer.ns-per-event",
	.of = "ns per event",
	.same = { "payload", "buffer-kib", "stamp", "mode" },
};

/* A barrier waits for the stores of the event, and overlaps with them: what the
 * two cost by themselves is no sum. */
static const struct bench_floor_bound barrier_bound = {
	.scenario = "write",
	.figure = "writer.ns-per-event",
	.of = "ns per event",
	.by = "append+barrier",
	.same = { "payload", "buffer-kib", "stamp", "mode" },
};

/* The lock is taken and released around the event. It bounds no swap, which
 * waits for a writer and not for a lock that is free. */
static const struct bench_floor_bound mutex_bound = {
	.scenario = "write",
	.figure = "writer.ns-per-event",
	.of = "ns per event",
	.by = "append+mutex",
	.same = { "payload", "buffer-kib", "stamp", "mode" },
};

/*
 * A swap that has to reach a running writer cannot be quicker than what it
 * reaches it with, between the same two PUs. The floor's peer runs all the
 * time: a writer that sleeps or shares its PU is reached in another way, or
 * need not be reached at all.
 */
static const struct bench_floor_bound reach_bound = {
	.scenario = "swap",
	.figure = "swap.call.p50",
	.of = "p50 of the swap call",
	.same = { "placement" },
	.only = { { "writer-state", "saturated" } },
	.never = { { "placement", "same-pu" } },
};

static const struct bench_floor floors[] = {
	{ .name = "empty",
	  .summary = "the loop of a writer that writes nothing",
	  .kind = BENCH_FLOOR_LOOP,
	  .loops = bench_loops_of_empty },
	{ .name = "append",
	  .summary = "the same record through a pointer kept in memory",
	  .kind = BENCH_FLOOR_LOOP,
	  .loops = bench_loops_of_append,
	  .bounds = &append_bound },
	{ .name = "append+barrier",
	  .summary = "such a record, and a full barrier after it",
	  .kind = BENCH_FLOOR_LOOP,
	  .loops = bench_loops_of_append_barrier },
	{ .name = "append+mutex",
	  .summary = "such a record under a mutex that nobody else takes",
	  .kind = BENCH_FLOOR_LOOP,
	  .loops = bench_loops_of_append_mutex },
	{ .name = "timer",
	  .summary = "one read of the cycle counter",
	  .kind = BENCH_FLOOR_SOLO,
	  .side = BENCH_FLOOR_OF_CLOCK,
	  .run = timer_run },
	{ .name = "full-barrier",
	  .summary = "a store and a full barrier",
	  .kind = BENCH_FLOOR_SOLO,
	  .bounds = &barrier_bound,
	  .run = full_barrier_run },
	{ .name = "locked-rmw",
	  .summary = "an uncontended locked read-modify-write",
	  .kind = BENCH_FLOOR_SOLO,
	  .run = locked_rmw_run },
	{ .name = "mutex",
	  .summary = "lock and unlock of a mutex that nobody else takes",
	  .kind = BENCH_FLOOR_SOLO,
	  .bounds = &mutex_bound,
	  .run = mutex_run },
	{ .name = "cache-line",
	  .summary = "a line to the other PU and back",
	  .kind = BENCH_FLOOR_PAIR,
	  .side = BENCH_FLOOR_OF_SWAP,
	  .bounds = &reach_bound,
	  .run = cache_line_run,
	  .peer = cache_line_peer },
	{ .name = "membarrier",
	  .summary = "membarrier(2) while the other PU runs",
	  .kind = BENCH_FLOOR_PAIR,
	  .side = BENCH_FLOOR_OF_SWAP,
	  .bounds = &reach_bound,
	  .probe = membarrier_probe,
	  .run = membarrier_run,
	  .peer = busy_peer },
	{ .name = "signal",
	  .summary = "a signal to a running thread, until its handler ran",
	  .kind = BENCH_FLOOR_PAIR,
	  .side = BENCH_FLOOR_OF_SWAP,
	  .bounds = &reach_bound,
	  .probe = signal_probe,
	  .run = signal_run,
	  .peer = signal_peer },
	{ .name = "futex-wake",
	  .summary = "waking a sleeper, until it runs",
	  .kind = BENCH_FLOOR_PAIR,
	  .side = BENCH_FLOOR_OF_SWAP,
	  .run = futex_wake_run,
	  .peer = futex_wake_peer,
	  .settle = futex_wake_settle,
	  .peer_sleeps = true },
	{ .name = "context-switch",
	  .summary = "from one thread to another of the same PU",
	  .kind = BENCH_FLOOR_PAIR,
	  .side = BENCH_FLOOR_OF_SWAP,
	  .bounds = &reach_bound,
	  .run = context_switch_run,
	  .peer = context_switch_peer,
	  .peer_beside = true,
	  .peer_sleeps = true,
	  .parts = 2 },
};

const struct bench_floor *bench_floor_at(unsigned int index)
{
	return index < sizeof(floors) / sizeof(floors[0]) ? &floors[index]
							  : NULL;
}

const struct bench_floor *bench_floor_find(const char *name)
{
	const struct bench_floor *floor;

	for (unsigned int i = 0; (floor = bench_floor_at(i)) != NULL; i++)
		if (!strcmp(floor->name, name))
			return floor;
	return NULL;
}

const char *bench_floor_kind_name(enum bench_floor_kind kind)
{
	static const char *const names[] = {
		[BENCH_FLOOR_LOOP] = "loop",
		[BENCH_FLOOR_SOLO] = "solo",
		[BENCH_FLOOR_PAIR] = "pair",
	};

	return names[kind];
}

const char *bench_floor_side_name(enum bench_floor_side side)
{
	static const char *const names[] = {
		[BENCH_FLOOR_OF_WRITE] = "write",
		[BENCH_FLOOR_OF_SWAP] = "swap",
		[BENCH_FLOOR_OF_CLOCK] = "clock",
	};

	return names[side];
}

bool bench_floor_is_loop(const struct bench_floor *floor)
{
	return floor && floor->kind == BENCH_FLOOR_LOOP;
}
