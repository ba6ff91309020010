/* SPDX-License-Identifier: MIT */
/*
 * matrix.h - which cells a run measures: slices around one default point.
 *
 *	struct bench_matrix m;
 *
 *	bench_matrix_init(&m);
 *	if (bench_matrix_override(&m, "payload", "16,64", why, sizeof(why)) ||
 *	    bench_matrix_load(&m, "quick", why, sizeof(why)))
 *		die(why);
 *	... m.cells[0..m.n) ...
 *	bench_matrix_free(&m);
 *
 * The file, by example:
 *
 *	{"schema": "ringswap-matrix/1",
 *	 "name": "quick",
 *	 "description": "...",
 *	 "rounds": 12,
 *	 "block-ms": 150,
 *	 "default": {"placement": "auto"},
 *	 "slices": [
 *		{"name": "write cost", "axes": {"scenario": "write",
 *			"strategy": "all", "payload": [16, 64]},
 *		 "block-ms": 100}]}
 *
 * `rounds` is best left out: it is then computed from how many comparisons are
 * made. A slice is the product of its axes' lists, everything else at the default
 * point. `strategy` also knows the words all, sound (those that are),
 * represents (one of each mechanism, and the controls) and floors; `placement`
 * knows all: those of the machine. Cells that two slices have in common are measured once. A strategy
 * that refuses to swap is left out where a word brought it into a swap
 * scenario.
 */
#ifndef BENCH_PLAN_MATRIX_H
#define BENCH_PLAN_MATRIX_H

#include "bench/base/clean.h"
#include "bench/plan/cell.h"

#define BENCH_MATRIX_WHY   512
#define BENCH_MATRIX_CELLS 4096u
/* Larger files are refused unread. */
#define BENCH_MATRIX_BYTES (1u << 20)
#define BENCH_ROUNDS_MAX   1000u
#define BENCH_OVERRIDES	   32u

struct bench_matrix_cell {
	struct bench_cell cell; /* normalised and checked */
	unsigned int block_ms;
	bool if_there; /* at a placement that `all` brought: only where it is */
};

struct bench_override {
	char axis[BENCH_NAME];
	char values[256]; /* separated by commas */
};

struct bench_matrix {
	char name[BENCH_NAME_MAX + 1]; /* bench_is_name(): files are called so */
	char description[256];
	char path[512];	     /* "" for a matrix made of flags */
	uint64_t digest;     /* of the cells and their times */
	unsigned int rounds; /* 0: bench_plan_rounds() */
	struct bench_matrix_cell *cells;
	unsigned int n;
	struct bench_override overrides[BENCH_OVERRIDES];
	unsigned int n_overrides;
};

/** bench_matrix_init() - empty */
void bench_matrix_init(struct bench_matrix *m);

/** bench_matrix_free() - and empty again */
void bench_matrix_free(struct bench_matrix *m);

/**
 * bench_matrix_override() - what the command line says of one axis
 * @values: one or several, separated by commas
 *
 * Before load. Replaces the axis in every slice; `strategy` and `scenario`
 * instead keep the slices' cells that have one of the values, floors always.
 * -EINVAL, -ENOENT: as bench_cell_set().
 */
int bench_matrix_override(struct bench_matrix *m, const char *axis,
			  const char *values, char *why, size_t n);

/**
 * bench_matrix_load() - read a file, or a matrix that comes with the tool
 *
 * A name without a slash and without ".json" is looked for in matrices/ of
 * $RINGSWAP_HOME, beside the executable, in ../share/ringswap, and in the
 * source tree. -ENOENT and other system errors; -EFBIG; -EINVAL: `why` says
 * file, line, path and what would be right.
 */
int bench_matrix_load(struct bench_matrix *m, const char *name, char *why,
		      size_t n);

/**
 * bench_matrix_flags() - a matrix of nothing but the overrides
 *
 * One slice around the built-in default, and all floors in short blocks, unless
 * floors are all that was asked for.
 */
int bench_matrix_flags(struct bench_matrix *m, char *why, size_t n);

/** bench_matrix_check() - is the text of this file a matrix? */
int bench_matrix_check(const char *path, char *why, size_t n);

#endif
