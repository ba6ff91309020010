/* SPDX-License-Identifier: MIT */
/* lock.h - at most one run on a machine: two would measure each other. */
#ifndef BENCH_RUN_LOCK_H
#define BENCH_RUN_LOCK_H

#include <stddef.h>

/**
 * bench_run_lock() - until this process ends
 * @path: NULL for the usual place (RINGSWAP_LOCK names another)
 *
 * Returns a file descriptor, or -EBUSY, and `why` names the holder's pid; or
 * -errno.
 */
int bench_run_lock(const char *path, char *why, size_t n);

#endif
