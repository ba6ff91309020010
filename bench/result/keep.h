/* SPDX-License-Identifier: MIT */
/*
 * keep.h - results that git keeps: results/<machine key>/<date>-<commit>.json,
 * and the index of them.
 *
 *	if (!bench_keep_refuses(result, why, sizeof(why)) &&
 *	    !bench_keep(result, names, &compact, why, sizeof(why)))
 *		bench_keep_path(result, path);
 *
 * Conventions: as result.h.
 */
#ifndef BENCH_RESULT_KEEP_H
#define BENCH_RESULT_KEEP_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* Room for a path below results/, and its end. */
#define BENCH_KEEP_PATH 160

/* The index, below results/. */
#define BENCH_KEEP_INDEX "index.tsv"

/**
 * bench_keep_refuses() - why a result is not one to keep
 *
 * 0, or -EINVAL and a reason: simulated, of a debug, sanitizer or modified
 * build, cut short, or without a candidate that has numbers.
 */
int bench_keep_refuses(const json_t *result, char *why, size_t n);

/**
 * bench_keep() - the compact form of a result without what identifies somebody
 * @names: words that are somebody's (bench/base/private.h)
 * @stripped: how many words were replaced
 */
int bench_keep(const json_t *result, const char *const names[], json_t **out,
	       size_t *stripped, char *why, size_t n);

/** bench_keep_path() - "m-0123/2026-11-26-fa77e7bc992e.json"; -EINVAL: its key,
 * date or commit is not fit for a file's name */
int bench_keep_path(const json_t *result, char path[BENCH_KEEP_PATH], char *why,
		    size_t n);

/** bench_keep_check() - does a result that was read from @path below results/
 * belong there, in size, name and privacy? 0 or -EINVAL */
int bench_keep_check(const char *root, const char *path, char *why, size_t n);

/** bench_keep_index_head() - the first lines of the index */
void bench_keep_index_head(FILE *to);

/** bench_keep_index_line() - the line of a kept result
 *
 * Reads its facts alone, which stand before its cells, and counts those: an
 * index of a thousand takes a second. What is written otherwise than
 * bench_result_write() does is read whole. Errors: as bench_result_load(). */
int bench_keep_index_line(const char *root, const char *path, FILE *to,
			  char *why, size_t n);

#endif
