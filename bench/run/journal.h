/* SPDX-License-Identifier: MIT */
/*
 * journal.h - writing the lines that a run leaves, each on disk before the next
 * block.
 *
 * docs/block-format.md describes them. Functions return 0 or -errno and one
 * line in `why`.
 */
#ifndef BENCH_RUN_JOURNAL_H
#define BENCH_RUN_JOURNAL_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "bench/result/journal.h"

/* An open journal; fd and size are the writer's. */
struct bench_journal {
	int fd;
	off_t size; /* whole lines only */
	char path[PATH_MAX];
};

/**
 * bench_journal_create() - a new one, with its header
 *
 * An older file of that name is kept as <path>.prev. It stays locked until it
 * is closed. -EINVAL: one of the two is no regular file; -EBUSY: another run is
 * writing the older one.
 */
int bench_journal_create(struct bench_journal *j, const char *path,
			 const json_t *header, char *why, size_t n);

/**
 * bench_journal_reopen() - append to one that exists
 *
 * Its lines are given to fn (bench/result/journal.h). A last line that was cut
 * off is removed, once fn has taken all others; a journal that is refused stays
 * as it was. -EBUSY: another run is writing it.
 */
int bench_journal_reopen(struct bench_journal *j, const char *path,
			 bench_journal_fn fn, void *arg, char *why, size_t n);

/**
 * bench_journal_append() - one line, synced
 *
 * On failure (-ENOSPC: the disk is full) what was written of it is taken back.
 */
int bench_journal_append(struct bench_journal *j, const json_t *line, char *why,
			 size_t n);

/** bench_journal_is_there() - is what this run has written what its path names?
 *
 * 0; -ESTALE: somebody has moved, replaced or removed it. */
int bench_journal_is_there(const struct bench_journal *j, char *why, size_t n);

/** bench_journal_close() - a zeroed or closed one is allowed */
void bench_journal_close(struct bench_journal *j);

#endif
