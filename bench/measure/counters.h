/* SPDX-License-Identifier: MIT */
/*
 * counters.h - what the processor counted while one thread did something.
 *
 *	struct bench_counters c;
 *	struct bench_counts counts;
 *
 *	err = bench_counters_open(&c, bench_hardware_events, BENCH_COUNTERS,
 *				  why, sizeof(why));
 *	for (...) {
 *		bench_counters_begin(&c);
 *		... a section ...
 *		bench_counters_end(&c);
 *	}
 *	err = bench_counters_read(&c, &counts, why, sizeof(why));
 *	bench_counters_close(&c);
 *
 * The events are one group, so that all of them count the same instructions.
 * What beginning and ending a section themselves count is measured once, over
 * empty sections, and taken off; it matters where a section is one swap.
 *
 * Sources: perf_event_open(2), tools/lib/perf in Linux.
 */
#ifndef BENCH_MEASURE_COUNTERS_H
#define BENCH_MEASURE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_COUNTERS 4 /* events of one group, at most */

/* One event as perf_event_open(2) names it. */
struct bench_counter_event {
	uint32_t type;
	uint64_t config;
};

/* Instructions, cycles, branch misses, cache misses; datum.c knows the order. */
extern const struct bench_counter_event bench_hardware_events[BENCH_COUNTERS];

/* An open group. Zeroed: closed, and every call on it does nothing. */
struct bench_counters {
	unsigned int n;		      /* events asked for; 0: closed */
	int fd[BENCH_COUNTERS];	      /* -1: this machine lacks the event */
	int leader;		      /* fd of the group */
	bool kernel;		      /* the kernel's share is counted too */
	uint64_t sections;	      /* ended since it was opened */
	uint64_t empty_sections;      /* of them, those of the next line */
	double empty[BENCH_COUNTERS]; /* what that many counted */
};

/* What the sections came to, all together. */
struct bench_counts {
	double value[BENCH_COUNTERS]; /* NaN: not counted */
	uint64_t sections;
	bool kernel;
	bool multiplexed; /* scaled up from a part of the time */
};

/**
 * bench_counters_open() - count events of the calling thread, from now on
 * @events: @n of them, at most BENCH_COUNTERS; only read
 *
 * With the kernel's share where that is allowed, otherwise without. An event
 * that cannot be had is left out as long as another one can. Costs 0.2 ms, and
 * some 10 ms where nobody else counts anything yet: the kernel patches itself.
 *
 * 0, or what the first event was refused with: -ENOENT (no such counter, as in
 * many virtual machines), -EACCES or -EPERM (not allowed), -ENOSYS, -EINVAL (n);
 * then c is closed and why holds the reason.
 */
int bench_counters_open(struct bench_counters *c,
			const struct bench_counter_event *events,
			unsigned int n, char *why, size_t size);

/**
 * bench_counters_begin(), bench_counters_end() - around a section
 *
 * On the thread that opened it. One system call each: not inside what is
 * timed.
 */
void bench_counters_begin(struct bench_counters *c);
void bench_counters_end(struct bench_counters *c);

/**
 * bench_counters_read() - the counts of all sections so far
 *
 * Where the counters had to be shared, counts are scaled to the whole time and
 * multiplexed says so. 0, or -errno and the reason: -ENOTSUP (closed), -EBUSY
 * (others had the counters all the time), -EIO.
 */
int bench_counters_read(const struct bench_counters *c,
			struct bench_counts *counts, char *why, size_t size);

/** bench_counters_close() - give the counters back; closed ones are fine */
void bench_counters_close(struct bench_counters *c);

#endif
