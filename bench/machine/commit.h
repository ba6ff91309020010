/* SPDX-License-Identifier: MIT */
/* commit.h - which sources this build is of. */
#ifndef BENCH_MACHINE_COMMIT_H
#define BENCH_MACHINE_COMMIT_H

/**
 * bench_commit() - the commit that was checked out at the last build
 *
 * "-dirty" behind it: with changes to tracked files. "unknown": outside git.
 * Any thread, any signal handler.
 */
const char *bench_commit(void);

#endif
