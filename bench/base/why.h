/* SPDX-License-Identifier: MIT */
/*
 * why.h - one line of words beside an errno: what is wrong, where, and what
 * would be right.
 *
 *	char why[BENCH_WHY];
 *
 *	if (bench_topology_load(&t, 0, why, sizeof(why)))
 *		die(why);
 *
 * Functions that can fail take a buffer `why` of n bytes for it. It may be NULL
 * when n is 0.
 */
#ifndef BENCH_BASE_WHY_H
#define BENCH_BASE_WHY_H

#include <stddef.h>

/* Room enough for every reason that the harness gives. */
#define BENCH_WHY 256

/**
 * bench_why() - write one line into why and return err
 * @err: 0 or a negative errno, returned as it is
 *
 * A line that is longer than the buffer is cut. Any thread; not from signal
 * handlers.
 */
int bench_why(int err, char *why, size_t n, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * bench_more() - "..." after a text that was printed with "%.40s" and is
 * longer, else "": nothing is cut in silence
 */
const char *bench_more(const char *text, size_t shown);

#endif
