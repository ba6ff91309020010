/* SPDX-License-Identifier: MIT */
/*
 * filter.h - which system calls a seccomp filter kills for.
 *
 *	if (bench_filter_kills(SYS_perf_event_open))
 *		... say so, and do without ...
 *
 * A filter may answer a call with an errno, and who makes it can go on; or it
 * may kill the process. So where there is a filter, the calls that this program
 * makes are tried once, with arguments that do nothing, in a child that has
 * nothing to lose.
 *
 * Source: seccomp(2), clone(2).
 */
#ifndef BENCH_MACHINE_FILTER_H
#define BENCH_MACHINE_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/* What cannot go on where a call is not to be had. */
enum bench_filter_need {
	BENCH_FILTER_ALL,     /* everything */
	BENCH_FILTER_MEASURE, /* whoever starts blocks or threads */
	BENCH_FILTER_PART,    /* one strategy, floor or probe */
};

/**
 * bench_filter_kills() - does a filter kill whoever makes this system call?
 * @call: its number, SYS_...
 *
 * Of calls that are not in the table of filter.c nobody knows: false. Any
 * thread; from a handler too, once it has been called.
 */
bool bench_filter_kills(long call);

/**
 * bench_filter_check() - can this process do what needs so much?
 * @need: BENCH_FILTER_ALL, or BENCH_FILTER_MEASURE, which needs that too
 *
 * 0, or -EPERM and the first call that kills, or that is refused although
 * nothing can be told from its failure.
 */
int bench_filter_check(enum bench_filter_need need, char *why, size_t n);

/**
 * bench_filter_call() - make a system call, unless a filter kills for it
 *
 * As syscall(2), but -errno instead of -1; -EPERM for one that kills.
 */
long bench_filter_call(long call, const long args[6]);

/**
 * bench_filter_tell() - append to a reason which call was refused instead
 *
 * The last one by bench_filter_call() since this was asked before, for ": ...";
 * none: nothing is appended. With n 0 it is forgotten.
 */
void bench_filter_tell(char *why, size_t n);

#endif
