/* SPDX-License-Identifier: MIT */
/*
 * syscalls.h - how many system calls a function makes, exactly.
 *
 *	uint64_t calls;
 *
 *	err = bench_syscalls_count(swap_once, &arg, &calls, why, sizeof(why));
 *
 * By Syscall User Dispatch, without tracer or privilege: while the function
 * runs, each of its system calls becomes a SIGSYS whose handler counts it,
 * makes it, and hands its result back. A clock read through the vDSO makes no
 * system call and counts as none.
 *
 * Sources: Documentation/admin-guide/syscall-user-dispatch.rst in Linux
 * (5.11), prctl(2), sigaction(2).
 */
#ifndef BENCH_MEASURE_SYSCALLS_H
#define BENCH_MEASURE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

/**
 * bench_syscalls_count() - run a function and count its system calls
 * @run: called once, with @arg, on the calling thread
 * @calls: how many it made; unchanged on errors
 *
 * Each call takes some microseconds more than alone: count or time, not both.
 * Other threads are not affected. SIGSYS is the counter's meanwhile and must
 * not be blocked when it begins; run may block it. One thread of the process
 * counts at a time.
 *
 * 0, or -errno and the reason: -ENOTSUP on other machines than x86-64 and
 * under sanitizers, what prctl() refused with (-EINVAL before Linux 5.11),
 * -EBUSY another thread is counting: then run has not been called. -EAGAIN: it
 * has, and made a call that cannot be made in its name from a handler (a new
 * thread or process, the return from a signal's handler); that one and all
 * behind it were made as ever, uncounted.
 */
int bench_syscalls_count(void (*run)(void *arg), void *arg, uint64_t *calls,
			 char *why, size_t n);

#endif
