/* SPDX-License-Identifier: MIT */
/* Clocks timed by reading them in a row. */
#include "bench/machine/clock_cost.h"

#include <stdlib.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>
#endif

static uint64_t gettime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t counter(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
	return 0;
#endif
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

#define BATCHES 31
#define READS	2000

/* ns per call; the median batch is not one that was interrupted. */
static double read_cost(uint64_t (*read)(void))
{
	double batch[BATCHES];

	for (int i = 0; i < BATCHES; i++) {
		uint64_t from = gettime();

		for (int j = 0; j < READS; j++)
			read();
		batch[i] = (double)(gettime() - from) / READS;
	}
	qsort(batch, BATCHES, sizeof(*batch), by_value);
	return batch[BATCHES / 2];
}

/* Median of several short windows: one descheduling cannot spoil it. */
static double counter_mhz(void)
{
	double mhz[9];
	const int n = sizeof(mhz) / sizeof(*mhz);

	for (int i = 0; i < n; i++) {
		uint64_t from = gettime(), ticks = counter(), now;

		do
			now = gettime();
		while (now - from < 2000000);
		mhz[i] = (counter() - ticks) * 1e3 / (now - from);
	}
	qsort(mhz, n, sizeof(*mhz), by_value);
	return mhz[n / 2];
}

/* The smallest difference, other than none, of two reads in a row. */
static uint64_t counter_step(void)
{
	uint64_t least = UINT64_MAX, before = counter();

	for (int i = 0; i < BATCHES * READS; i++) {
		uint64_t now = counter();

		if (now > before && now - before < least)
			least = now - before;
		before = now;
	}
	return least;
}

void bench_probe_clock_cost(struct bench_clock_cost *out)
{
	*out = (struct bench_clock_cost){ .gettime_ns = read_cost(gettime) };
	if (!counter())
		return;
	out->counter_ns = read_cost(counter);
	out->counter_mhz = counter_mhz();
	out->step_ns = (double)counter_step() * 1e3 / out->counter_mhz;
}
