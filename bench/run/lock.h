/* SPDX-License-Identifier: MIT */
/* lock.h - at most one run on a machine: two would measure each other. */
#ifndef BENCH_RUN_LOCK_H
#define BENCH_RUN_LOCK_H

#include <stdbool.h>
#include <stddef.h>

/**
 * bench_run_lock() - until this process ends
 * @path: NULL for the usual place (RINGSWAP_LOCK names another)
 * @beside: hold it beside others, who are then named in `why`; whoever comes
 * later finds all of them
 *
 * Returns a file descriptor, and `why` is empty or says who else measures; or
 * -EBUSY, and `why` names the holders' pids; or -errno.
 */
int bench_run_lock(const char *path, bool beside, char *why, size_t n);

#endif
