/* SPDX-License-Identifier: MIT */
/* The file of a matrix, read strictly. */
#ifndef BENCH_PLAN_READING_H
#define BENCH_PLAN_READING_H

#include "bench/plan/matrix.h"

#define BENCH_BLOCK_MS_DEFAULT 150

/**
 * bench_matrix_read() - the matrix of a file's cells, overrides included
 *
 * Errors: as bench_matrix_load().
 */
int bench_matrix_read(struct bench_matrix *m, const char *path, char *why,
		      size_t n);

#endif
