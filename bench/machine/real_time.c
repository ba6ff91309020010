/* SPDX-License-Identifier: MIT */
/* real_time.c - a real-time priority, where it is permitted and harmless. */
#include "bench/machine/real_time.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

#include "bench/base/why.h"
#include "bench/machine/filter.h"
#include "bench/machine/probe.h"

#define RUNTIME "/proc/sys/kernel/sched_rt_runtime_us"

int bench_real_time_safe(const char *root, char *why, size_t n)
{
	long long runtime_us;
	int err = bench_probe_number(root, RUNTIME, &runtime_us);

	if (err)
		return bench_why(-EPERM, why, n,
				 "%s: %s: whether a thread that hangs would "
				 "stop this machine is not known",
				 RUNTIME, strerror(-err));
	if (runtime_us < 0)
		return bench_why(-EPERM, why, n,
				 "sched_rt_runtime_us is -1: a thread that "
				 "hangs would stop this machine");
	return 0;
}

int bench_real_time_take(char *why, size_t n)
{
	struct sched_param param = { .sched_priority = sched_get_priority_min(
					     SCHED_FIFO) };
	int err = EPERM;

	if (!bench_filter_kills(SYS_sched_setscheduler))
		err = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
	return err ? bench_why(-err, why, n, "%s", strerror(err)) : 0;
}
