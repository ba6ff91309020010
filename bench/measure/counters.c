/* SPDX-License-Identifier: MIT */
/* counters.c - a group of perf events around sections of one thread. */
#include "bench/measure/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EMPTY_SECTIONS 8

const struct bench_counter_event bench_hardware_events[BENCH_COUNTERS] = {
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
};

/* What a read of the group gives. */
struct reading {
	uint64_t n;
	uint64_t enabled; /* ns in which it should have counted */
	uint64_t running; /* ns in which it did */
	uint64_t value[BENCH_COUNTERS];
};

/* ------------------------------------------------------------------------ */
/* Opening                                                                  */

static int open_event(const struct bench_counters *c,
		      const struct bench_counter_event *event)
{
	struct perf_event_attr attr = {
		.type = event->type,
		.size = sizeof(attr),
		.config = event->config,
		.disabled = c->leader < 0, /* the others follow the leader */
		.exclude_kernel = !c->kernel,
		.exclude_hv = 1,
		.read_format = PERF_FORMAT_GROUP |
			       PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0 /* this thread */,
			      -1 /* any CPU */, c->leader,
			      PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static bool is_forbidden(int err)
{
	return err == -EACCES || err == -EPERM;
}

/* Every event that is to be had; 0, or why the first one is not. */
static int open_group(struct bench_counters *c,
		      const struct bench_counter_event *events)
{
	int first = 0;

	for (unsigned int i = 0; i < c->n; i++) {
		c->fd[i] = open_event(c, &events[i]);
		if (c->fd[i] >= 0 && c->leader < 0)
			c->leader = c->fd[i];
		if (!i)
			first = c->fd[i];
	}
	return c->leader < 0 ? first : 0;
}

static int read_group(const struct bench_counters *c, struct reading *reading)
{
	ssize_t got = read(c->leader, reading, sizeof(*reading));

	if (got < 0)
		return -errno;
	return (size_t)got < offsetof(struct reading, value) ? -EIO : 0;
}

/* Begin and end count themselves; how much, empty sections tell. */
static void measure_empty(struct bench_counters *c)
{
	struct bench_counts counts;
	char why[80];

	for (unsigned int i = 0; i < EMPTY_SECTIONS; i++) {
		bench_counters_begin(c);
		bench_counters_end(c);
	}
	if (bench_counters_read(c, &counts, why, sizeof(why)))
		return; /* who reads the sections will be told */
	c->empty_sections = EMPTY_SECTIONS;
	memcpy(c->empty, counts.value, sizeof(c->empty));
}

static int refused(struct bench_counters *c, int err, char *why, size_t size)
{
	const char *hint = "";

	if (err == -ENOENT)
		hint = " (no such counter here)";
	else if (is_forbidden(err))
		hint = " (perf_event_paranoid or seccomp)";
	snprintf(why, size, "perf_event_open: %s%s", strerror(-err), hint);
	memset(c, 0, sizeof(*c));
	return err;
}

int bench_counters_open(struct bench_counters *c,
			const struct bench_counter_event *events,
			unsigned int n, char *why, size_t size)
{
	int err;

	memset(c, 0, sizeof(*c));
	if (!n || n > BENCH_COUNTERS)
		return refused(c, -EINVAL, why, size);
	c->n = n;
	c->leader = -1;
	c->kernel = true;
	err = open_group(c, events);
	if (is_forbidden(err)) {
		c->kernel = false;
		err = open_group(c, events);
	}
	if (err)
		return refused(c, err, why, size);
	measure_empty(c);
	return 0;
}

void bench_counters_close(struct bench_counters *c)
{
	for (unsigned int i = 0; i < c->n; i++)
		if (c->fd[i] >= 0)
			close(c->fd[i]);
	memset(c, 0, sizeof(*c));
}

/* ------------------------------------------------------------------------ */
/* Counting                                                                 */

/* The leader alone is switched, and the others go with it. With
 * PERF_IOC_FLAG_GROUP, which switches each, Linux 6.18 left those out that
 * have another PMU than their leader. */
void bench_counters_begin(struct bench_counters *c)
{
	if (c->n)
		ioctl(c->leader, PERF_EVENT_IOC_ENABLE, 0);
}

void bench_counters_end(struct bench_counters *c)
{
	if (!c->n)
		return;
	ioctl(c->leader, PERF_EVENT_IOC_DISABLE, 0);
	c->sections++;
}

/* A count without what its sections' own begin and end counted. */
static double without_empty(const struct bench_counters *c, unsigned int event,
			    double value)
{
	if (c->empty_sections)
		value -= c->empty[event] / (double)c->empty_sections *
			 (double)c->sections;
	return value > 0 ? value : 0;
}

/* Of the time that the group had the counters, to all of it. */
static double scale_of(const struct reading *now)
{
	return now->running ? (double)now->enabled / (double)now->running : 1;
}

int bench_counters_read(const struct bench_counters *c,
			struct bench_counts *counts, char *why, size_t size)
{
	struct reading now = { 0 };
	unsigned int at = 0;
	int err = c->n ? read_group(c, &now) : -ENOTSUP;

	if (!err && now.enabled && !now.running)
		err = -EBUSY;
	if (err) {
		snprintf(why, size, "hardware counters: %s",
			 err == -EBUSY ? "in use by others all the time"
				       : strerror(-err));
		return err;
	}
	counts->kernel = c->kernel;
	counts->multiplexed = now.running < now.enabled;
	counts->sections = c->sections - c->empty_sections;
	for (unsigned int i = 0; i < BENCH_COUNTERS; i++) {
		counts->value[i] = NAN;
		if (i >= c->n || c->fd[i] < 0 || at >= now.n)
			continue;
		counts->value[i] = without_empty(
			c, i, (double)now.value[at++] * scale_of(&now));
	}
	return 0;
}
