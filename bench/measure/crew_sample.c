/* SPDX-License-Identifier: MIT */
/* crew_sample.c - what a swap costs its caller, swap by swap. */
#include "bench/measure/crew_sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/measure/crew_swap.h"
#include "bench/measure/syscalls.h"

#define SAMPLE_SWAPS	16 /* looked at by themselves, while warming up */
#define SAMPLE_LEAST	4  /* for CPU time, however long these take */
#define SAMPLE_CPU_NS	5000000
#define SAMPLE_NS	500000 /* further samples end after so long */
#define SAMPLE_PAUSE_NS 20000

static double thread_cpu_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now))
		return NAN;
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
static int sample_swap(struct bench_crew *crew, unsigned int slot)
{
	struct bench_attempt attempt = { 0 };

	return bench_crew_swap_now(crew, slot, &attempt);
}

/* Give back what was taken, unread, and let the writer write a while. */
static void sample_settle(struct bench_crew *crew, unsigned int slot)
{
	double cycles_per_ns = crew->block->cycles_per_ns;

	bench_target_take(&crew->block->target, slot, 0, NULL);
	rb_recycle(rb_slot(crew->block->target.spare, slot));
	bench_wait_until(rb_clock_cycles() +
				 (uint64_t)(SAMPLE_PAUSE_NS * cycles_per_ns),
			 cycles_per_ns, crew->patience);
}

/* Does a sample that has so many swaps go on? One of them may take
 * milliseconds, where a writer must be waited for. */
static bool sample_goes_on(const struct bench_crew *crew, unsigned int swaps,
			   unsigned int least, uint64_t start, double most_ns)
{
	double ns = (double)(rb_clock_cycles() - start) /
		    crew->block->cycles_per_ns;

	return swaps < least || (swaps < SAMPLE_SWAPS && ns < most_ns);
}

/* CPU time of some swaps, each taken by itself: reading that clock is a
 * system call, which would lengthen the swaps that are measured. */
static void sample_cpu_time(struct bench_crew *crew)
{
	double cost = cpu_clock_cost(), sum = 0;
	uint64_t begin = rb_clock_cycles();
	unsigned int i;

	for (i = 0; sample_goes_on(crew, i, SAMPLE_LEAST, begin, SAMPLE_CPU_NS);
	     i++) {
		unsigned int slot = i % crew->block->n_writers;
		double start = thread_cpu_ns();
		int err = sample_swap(crew, slot);

		sum += thread_cpu_ns() - start - cost;
		if (err)
			return;
		sample_settle(crew, slot);
	}
	/* Below what that clock resolves. */
	crew->swaps.cpu_ns = sum < 0 ? 0 : sum / i;
}

static void sample_failed(int err, char *why, size_t n)
{
	snprintf(why, n, "a swap of the sample failed: %s", strerror(-err));
}

/* What hardware counts in some swaps; their CPU time is that of others, since
 * to begin and to end counting takes time. */
static void sample_counters(struct bench_crew *crew)
{
	struct bench_counted *counted = &crew->swaps.counted;
	uint64_t start = rb_clock_cycles();
	struct bench_counters counters;
	unsigned int i;
	int err = 0;

	counted->err = bench_counters_open(&counters, bench_hardware_events,
					   BENCH_COUNTERS, counted->why,
					   sizeof(counted->why));
	if (counted->err)
		return;
	for (i = 0; !err && sample_goes_on(crew, i, 1, start, SAMPLE_NS); i++) {
		unsigned int slot = i % crew->block->n_writers;

		bench_counters_begin(&counters);
		err = sample_swap(crew, slot);
		bench_counters_end(&counters);
		if (!err)
			sample_settle(crew, slot);
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
	struct bench_crew *crew;
	unsigned int slot;
	int err;
};

static void swap_counted(void *arg)
{
	struct counted_swap *one = arg;

	one->err = sample_swap(one->crew, one->slot);
}

/* System calls of some swaps, those of waiting for a writer among them. */
static void sample_syscalls(struct bench_crew *crew)
{
	struct bench_crew_swaps *swaps = &crew->swaps;
	uint64_t start = rb_clock_cycles(), calls, sum = 0;
	unsigned int i;

	for (i = 0; sample_goes_on(crew, i, 1, start, SAMPLE_NS); i++) {
		struct counted_swap one = { crew, i % crew->block->n_writers,
					    0 };

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
		sample_settle(crew, one.slot);
	}
	swaps->syscalls = (double)sum / i;
}

void bench_crew_sample(struct bench_crew *crew)
{
	sample_cpu_time(crew);
	sample_counters(crew);
	sample_syscalls(crew);
}
