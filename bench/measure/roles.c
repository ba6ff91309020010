/* SPDX-License-Identifier: MIT */
/* roles.c - pinned threads, their gate, and how they wait. */
#include "bench/measure/roles.h"

#include <alloca.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/rng.h"
#include "bench/machine/filter.h"
#include "bench/machine/pin.h"
#include "bench/machine/real_time.h"
#include "ringbuf/clock.h"

/* ------------------------------------------------------------------------ */
/* The gate: opens once all are there, or tells all to go home              */

struct bench_gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int expected;
	unsigned int arrived;
	bool failed;
};

/* Wait for all; true: run. */
static bool gate_pass(struct bench_gate *gate, bool ready)
{
	bool open;

	pthread_mutex_lock(&gate->lock);
	gate->arrived++;
	gate->failed |= !ready;
	pthread_cond_broadcast(&gate->changed);
	while (gate->arrived < gate->expected && !gate->failed)
		pthread_cond_wait(&gate->changed, &gate->lock);
	open = !gate->failed;
	pthread_mutex_unlock(&gate->lock);
	return open;
}

static void gate_fail(struct bench_gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->failed = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

/* ------------------------------------------------------------------------ */
/* A role                                                                   */

/* A wish, and no demand. */
static void role_take_real_time(struct bench_role *role)
{
	if (role->wants_real_time)
		role->is_real_time =
			!bench_real_time_safe("", role->ordinary,
					      sizeof(role->ordinary)) &&
			!bench_real_time_take(role->ordinary,
					      sizeof(role->ordinary));
}

static int role_schedule(struct bench_role *role)
{
	static const int policies[BENCH_POLICIES] = {
		[BENCH_SCHED_OTHER] = SCHED_OTHER,
		[BENCH_SCHED_BATCH] = SCHED_BATCH,
		[BENCH_SCHED_IDLE] = SCHED_IDLE,
		[BENCH_SCHED_FIFO] = SCHED_FIFO,
		[BENCH_SCHED_RR] = SCHED_RR,
	};
	struct sched_param param = { .sched_priority = role->sched.priority };
	int err = EPERM;

	role->is_real_time = role->sched.policy == BENCH_SCHED_FIFO ||
			     role->sched.policy == BENCH_SCHED_RR;
	if (role->sched.policy == BENCH_SCHED_OTHER) {
		role_take_real_time(role);
		return 0;
	}
	if (!bench_filter_kills(SYS_sched_setscheduler))
		err = pthread_setschedparam(
			pthread_self(), policies[role->sched.policy], &param);
	if (err)
		snprintf(role->why, sizeof(role->why),
			 "scheduling class or priority refused: %s",
			 strerror(err));
	return -err;
}

static void role_count_switches(struct bench_role *role, int sign)
{
	struct rusage usage = { 0 };

	getrusage(RUSAGE_THREAD, &usage);
	role->voluntary += (uint64_t)(sign * usage.ru_nvcsw);
	role->involuntary += (uint64_t)(sign * usage.ru_nivcsw);
}

uint64_t bench_preemptions(void)
{
	struct rusage usage = { 0 };

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_nivcsw;
}

/* Apart, so that the compiler cannot merge the frames. */
static __attribute__((noinline)) void role_play(struct bench_role *role)
{
	char *offset = alloca(role->stack_offset + 16);

	__asm__ volatile("" : : "r"(offset) : "memory");
	role_count_switches(role, -1);
	role->run(role);
	role_count_switches(role, 1);
}

static void *role_main(void *arg)
{
	struct bench_role *role = arg;

	/* A sleep ends when it was asked to, not 50 us later. */
	prctl(PR_SET_TIMERSLACK, 1000);
	role->err = bench_topology_pin(role->topology, role->pu, role->why,
				       sizeof(role->why));
	if (!role->err)
		role->err = role_schedule(role);
	if (!gate_pass(role->gate, !role->err))
		return NULL;
	role_play(role);
	role->stayed = !bench_topology_check(role->topology, role->pu,
					     role->why, sizeof(role->why));
	return NULL;
}

int bench_roles_run(const struct bench_topology *t, struct bench_role *roles,
		    unsigned int n, uint64_t seed, char *why, size_t size)
{
	struct bench_gate gate = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.expected = n,
	};
	unsigned int started;
	struct bench_rng rng;
	int err = 0;

	bench_rng_seed(&rng, seed);
	for (started = 0; started < n && !err; started++) {
		struct bench_role *role = &roles[started];

		role->gate = &gate;
		role->topology = t;
		role->stack_offset = 16 * bench_rng_below(&rng, 256);
		err = pthread_create(&role->thread, NULL, role_main, role);
		if (err) {
			gate_fail(&gate);
			snprintf(why, size, "cannot create thread %u of %u: %s",
				 started + 1, n, strerror(err));
			break;
		}
	}
	for (unsigned int i = 0; i < started; i++)
		pthread_join(roles[i].thread, NULL);
	for (unsigned int i = 0; i < n && !err; i++)
		if (roles[i].err) {
			snprintf(why, size, "%s", roles[i].why);
			return roles[i].err;
		}
	return -err;
}

/* ------------------------------------------------------------------------ */
/* The hog                                                                  */

static void hog(const struct bench_topology *t, const struct bench_pu *pu,
		pid_t parent)
{
	char why[BENCH_WHY];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || bench_topology_pin(t, pu, why, sizeof(why)))
		_exit(1);
	for (;;)
		__asm__ volatile("" : : : "memory");
}

int bench_hog_start(const struct bench_topology *t, const struct bench_pu *pu,
		    pid_t *out)
{
	pid_t parent = getpid();
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (!child)
		hog(t, pu, parent);
	*out = child;
	return 0;
}

void bench_hog_stop(pid_t child)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */

static void pause_cpu(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

/* Below this a sleep overshoots. */
#define SLEEP_LEAST_NS 2000.0

uint64_t bench_wait_until(uint64_t cycles, double cycles_per_ns,
			  enum bench_patience patience)
{
	uint64_t now = rb_clock_cycles();

	while (now < cycles) {
		double left = (double)(cycles - now) / cycles_per_ns;

		if (patience == BENCH_SLEEP && left > SLEEP_LEAST_NS) {
			struct timespec nap = {
				.tv_sec = (time_t)(left / 1e9),
				.tv_nsec = (long)left % 1000000000,
			};

			nanosleep(&nap, NULL);
		} else {
			pause_cpu();
		}
		now = rb_clock_cycles();
	}
	return now;
}

void bench_relax(enum bench_patience patience, unsigned int turn)
{
	static const struct timespec nap = { .tv_nsec = 20000 };

	if (patience == BENCH_SLEEP)
		nanosleep(&nap, NULL);
	else if (turn > 20000)
		sched_yield();
	else
		pause_cpu();
}

/* ------------------------------------------------------------------------ */
/* Clock                                                                    */

struct instant {
	uint64_t ns;
	uint64_t cycles;
};

/* Both clocks at one moment: the closest of some tries. */
static struct instant instant_now(void)
{
	struct instant best = { 0, 0 };
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < 16; i++) {
		uint64_t before = rb_clock_cycles();
		uint64_t ns = rb_clock_ns();
		uint64_t after = rb_clock_cycles();

		if (after - before >= least)
			continue;
		least = after - before;
		best.ns = ns;
		best.cycles = before + (after - before) / 2;
	}
	return best;
}

double bench_cycles_per_ns(void)
{
	static double rate;
	struct instant from, to;

	if (rate > 0)
		return rate;
	from = instant_now();
	do
		to = instant_now();
	while (to.ns - from.ns < 2000000);
	rate = (double)(to.cycles - from.cycles) / (double)(to.ns - from.ns);
	return rate;
}
