/* SPDX-License-Identifier: MIT */
/*
 * journal.h - the lines that a run leaves, each on disk before the next block.
 *
 * docs/block-format.md describes them. Functions return 0 or -errno and one
 * line in `why`.
 */
#ifndef BENCH_RUN_JOURNAL_H
#define BENCH_RUN_JOURNAL_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

/* An open journal; fd and size are the writer's. */
struct bench_journal {
	int fd;
	off_t size; /* whole lines only */
	char path[512];
};

/**
 * bench_journal_create() - a new one, with its header
 *
 * An older file of that name is kept as <path>.prev.
 */
int bench_journal_create(struct bench_journal *j, const char *path,
			 const json_t *header, char *why, size_t n);

/* Given the header (number 1) and every whole line after it, which is gone
 * afterwards. 0 goes on; -errno and its reason stop. */
typedef int (*bench_journal_take)(const json_t *line, unsigned int number,
				  void *arg, char *why, size_t n);

/**
 * bench_journal_reopen() - append to one that exists
 *
 * Line by line, so that no more of it than one is in memory. A last line that
 * was cut off is removed, once all others have been taken.
 */
int bench_journal_reopen(struct bench_journal *j, const char *path,
			 bench_journal_take take, void *arg, char *why,
			 size_t n);

/**
 * bench_journal_append() - one line, synced
 *
 * On failure (-ENOSPC: the disk is full) what was written of it is taken back.
 */
int bench_journal_append(struct bench_journal *j, const json_t *line, char *why,
			 size_t n);

/** bench_journal_close() - a zeroed or closed one is allowed */
void bench_journal_close(struct bench_journal *j);

#endif
