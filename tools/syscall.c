/* SPDX-License-Identifier: MIT */
/*
 * syscall.c - the command's own syscall(2) and sched_setaffinity(2): a call that
 * a seccomp filter kills for is refused here instead.
 *
 * Strategies, hwloc and liburcu make by syscall(2) what libc has no function
 * for: membarrier, rt_tgsigqueueinfo, perf_event_open, mbind and their like, and
 * liburcu does so before main() begins; hwloc binds threads while it looks
 * around. A definition in the program stands before libc's for all of them,
 * shared objects included. What is refused is to them what a filter answers that
 * has an errno: something that is unavailable here, and nobody's end.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/machine/filter.h"

#if defined(__x86_64__) || defined(__aarch64__)

#define PUBLIC __attribute__((visibility("default")))

PUBLIC long syscall(long number, ...)
{
	va_list list;
	long args[6], result;

	/* As many as a call can have; what was not given is not read. */
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	result = bench_filter_call(number, args);
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

PUBLIC int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
	return (int)syscall(SYS_sched_setaffinity, (long)pid, size, set);
}

#endif
