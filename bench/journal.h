/* SPDX-License-Identifier: MIT */
/*
 * journal.h - the lines that a run leaves, each on disk before the next block.
 *
 * docs/block-format.md describes them. Functions return 0 or -errno and one
 * line in `why`.
 */
#ifndef BENCH_JOURNAL_H
#define BENCH_JOURNAL_H

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

/**
 * bench_journal_reopen() - append to one that exists
 * @lines: gets a new reference to an array of all whole lines, header first
 *
 * A last line that was cut off is removed.
 */
int bench_journal_reopen(struct bench_journal *j, const char *path,
			 json_t **lines, char *why, size_t n);

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
