/* SPDX-License-Identifier: MIT */
/* litmus.c - store buffering on this hardware. */
#include "proof/litmus/litmus.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "bench/base/rng.h"
#include "strategies/sys.h"
#include "proof/torture/cpus.h"

/* Trials between two looks at the clock. */
#define BATCH 4096u

enum side {
	WRITER,
	SWAPPER,
	SIDES
};

struct litmus {
	enum litmus_order order;
	uint64_t until;
	_Atomic bool stop;
	/* Each word alone on its lines, so that a store waits for one. */
	struct {
		_Alignas(128) _Atomic uint64_t said;	/* owner side */
		_Alignas(128) _Atomic uint64_t arrived; /* owner side */
		_Alignas(128) unsigned char missed[BATCH];
	} side[SIDES];
	struct litmus_result result;
};

struct role {
	struct litmus *litmus;
	enum side side;
	int cpu;
};

const char *litmus_name(enum litmus_order order)
{
	static const char *const names[LITMUS_ORDERS] = {
		[LITMUS_NO_FENCE] = "no-fence",
		[LITMUS_WRITER_FENCE] = "writer-fence",
		[LITMUS_SWAPPER_FENCE] = "swapper-fence",
		[LITMUS_BOTH_FENCES] = "both-fences",
		[LITMUS_LOCKED_RMW] = "locked-rmw",
		[LITMUS_MEMBARRIER] = "membarrier",
	};

	return (unsigned int)order < LITMUS_ORDERS ? names[order] : NULL;
}

bool litmus_forbids(enum litmus_order order)
{
	return order >= LITMUS_BOTH_FENCES;
}

/* Neither side begins trial before the other has finished the last. */
static void meet(struct litmus *l, enum side me, uint64_t trial)
{
	/* M1 pairs with M2: the trial before this one is over */
	store_release(&l->side[me].arrived, trial);
	/* M2 pairs with M1: and so is the other side's */
	for (unsigned int spins = 0;
	     load_acquire(&l->side[!me].arrived) < trial; spins++)
		if (spins > 20000)
			sched_yield();
}

static bool writer_misses(struct litmus *l, uint64_t trial)
{
	_Atomic uint64_t *mine = &l->side[WRITER].said;

	if (l->order == LITMUS_LOCKED_RMW) {
		/* B1 pairs with B2: on x86-64 an exchange is a full barrier,
		 * elsewhere the barrier after it makes it one */
		xchg_acq_rel(mine, trial);
#ifndef __x86_64__
		full_barrier();
#endif
	} else {
		store_relaxed(mine, trial);
	}
	if (l->order == LITMUS_WRITER_FENCE || l->order == LITMUS_BOTH_FENCES)
		full_barrier(); /* B1 pairs with B2: announce before test */
	compiler_barrier();
	return load_relaxed(&l->side[SWAPPER].said) != trial;
}

static bool swapper_misses(struct litmus *l, uint64_t trial)
{
	store_relaxed(&l->side[SWAPPER].said, trial);
	compiler_barrier();
	if (l->order == LITMUS_SWAPPER_FENCE ||
	    l->order == LITMUS_BOTH_FENCES || l->order == LITMUS_LOCKED_RMW)
		full_barrier(); /* B2 pairs with B1: announce before test */
	else if (l->order == LITMUS_MEMBARRIER)
		sys_membarrier();
	compiler_barrier();
	return load_relaxed(&l->side[WRITER].said) != trial;
}

static void one_batch(struct role *role, uint64_t first, struct bench_rng *rng)
{
	struct litmus *l = role->litmus;
	uint64_t draws = 0;

	for (unsigned int i = 0; i < BATCH; i++) {
		if (!draws)
			draws = bench_rng_next(rng);
		meet(l, role->side, first + i);
		/* A little jitter, so that the two stores meet often. */
		for (unsigned int n = draws & 31; n; n--)
			compiler_barrier();
		draws >>= 5;
		l->side[role->side].missed[i] =
			role->side == WRITER ? writer_misses(l, first + i)
					     : swapper_misses(l, first + i);
	}
	meet(l, role->side, first + BATCH);
}

static void *run_side(void *arg)
{
	struct role *role = arg;
	struct litmus *l = role->litmus;
	struct bench_rng rng;

	cpus_pin(role->cpu);
	bench_rng_seed(&rng, role->side);
	for (uint64_t first = 1; !load_relaxed(&l->stop); first += BATCH + 2) {
		one_batch(role, first, &rng);
		if (role->side == WRITER) {
			for (unsigned int i = 0; i < BATCH; i++)
				l->result.both_missed +=
					l->side[WRITER].missed[i] &
					l->side[SWAPPER].missed[i];
			l->result.trials += BATCH;
			store_relaxed(&l->stop, sys_now() >= l->until);
		}
		meet(l, role->side, first + BATCH + 1);
	}
	return NULL;
}

static int find_cpus(int cpus[SIDES], char *why, size_t size)
{
	int n = cpus_allowed(cpus, SIDES);

	if (n >= SIDES)
		return 0;
	snprintf(why, size, "one CPU allowed: nothing runs at the same time");
	return -ENOTSUP;
}

int litmus_run(enum litmus_order order, uint64_t ns, struct litmus_result *out,
	       char *why, size_t size)
{
	struct litmus l = { .order = order, .until = sys_now() + ns };
	struct role roles[SIDES];
	pthread_t threads[SIDES];
	int cpus[SIDES];
	int err = find_cpus(cpus, why, size);

	if (err)
		return err;
	if (order == LITMUS_MEMBARRIER) {
		err = sys_membarrier_setup();
		if (!err)
			err = sys_membarrier();
		if (err) {
			snprintf(why, size, "membarrier(2): %s",
				 strerror(-err));
			return -ENOTSUP;
		}
	}
	for (enum side s = WRITER; s < SIDES; s++) {
		roles[s] = (struct role){ &l, s, cpus[s] };
		err = pthread_create(&threads[s], NULL, run_side, &roles[s]);
		if (!err)
			continue;
		/* The first side waits for a second that never comes. */
		snprintf(why, size, "cannot start a thread: %s", strerror(err));
		if (s == SWAPPER) {
			store_relaxed(&l.stop, true);
			store_release(&l.side[SWAPPER].arrived, UINT64_MAX);
			pthread_join(threads[WRITER], NULL);
		}
		return -EAGAIN;
	}
	for (enum side s = WRITER; s < SIDES; s++)
		pthread_join(threads[s], NULL);
	*out = l.result;
	return 0;
}
