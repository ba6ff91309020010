/* SPDX-License-Identifier: MIT */
/* The pinned spin; see noise.h. */
#include "bench/machine/noise.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench/machine/pin.h"

const uint64_t bench_gap_ns[BENCH_GAP_CLASSES] = { 1000, 10000, 100000,
						   1000000 };

double bench_gaps_share(const struct bench_gaps *g)
{
	return g->elapsed_ns ? (double)g->stolen_ns / g->elapsed_ns : 0;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t preemptions(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) ? 0 : usage.ru_nivcsw;
}

/* Out of line: the spin itself must stay a clock read and a comparison. */
static __attribute__((noinline)) void add_gap(struct bench_gaps *g,
					      uint64_t gap)
{
	g->stolen_ns += gap;
	for (int i = 0; i < BENCH_GAP_CLASSES; i++)
		g->over[i] += gap > bench_gap_ns[i];
	for (int i = 0; i < BENCH_LONGEST; i++) {
		uint64_t kept = g->longest_ns[i];

		if (gap <= kept)
			continue;
		g->longest_ns[i] = gap;
		gap = kept;
	}
}

static void spin(unsigned int ms, struct bench_gaps *g)
{
	uint64_t start = now_ns(), last = start, now = start;
	uint64_t end = start + ms * 1000000ull;

	while (now < end) {
		now = now_ns();
		g->reads++;
		if (now - last > bench_gap_ns[0])
			add_gap(g, now - last);
		last = now;
	}
	g->elapsed_ns = now - start;
}

int bench_noise_spin(const struct bench_topology *t, const struct bench_pu *pu,
		     unsigned int ms, struct bench_gaps *out)
{
	uint64_t before;

	*out = (struct bench_gaps){ .os = bench_topology_real_os(t, pu) };
	out->err = bench_topology_pin(t, pu, out->why, sizeof(out->why));
	if (out->err)
		return out->err;
	before = preemptions();
	spin(ms, out);
	out->preempted = preemptions() - before;
	out->err = bench_topology_check(t, pu, out->why, sizeof(out->why));
	return out->err;
}

/* What one spinning thread is given. */
struct spinner {
	pthread_t thread;
	const struct bench_topology *t;
	const struct bench_pu *pu;
	unsigned int ms;
	struct bench_gaps *out;
};

static void *spinner_run(void *arg)
{
	struct spinner *s = arg;

	bench_noise_spin(s->t, s->pu, s->ms, s->out);
	return NULL;
}

int bench_noise_all(const struct bench_topology *t, unsigned int ms,
		    struct bench_gaps *out)
{
	struct spinner *s = calloc(t->n_pus, sizeof(*s));
	unsigned int started = 0;
	int err = 0;

	if (!s)
		return -ENOMEM;
	while (started < t->n_pus && !err) {
		s[started].t = t;
		s[started].pu = &t->pus[started];
		s[started].ms = ms;
		s[started].out = &out[started];
		err = -pthread_create(&s[started].thread, NULL, spinner_run,
				      &s[started]);
		started += !err;
	}
	while (started)
		pthread_join(s[--started].thread, NULL);
	free(s);
	return err;
}
