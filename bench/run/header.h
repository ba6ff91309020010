/* SPDX-License-Identifier: MIT */
/*
 * header.h - the first line of a journal: what is measured, on what and with
 * which build. docs/block-format.md describes it.
 */
#ifndef BENCH_RUN_HEADER_H
#define BENCH_RUN_HEADER_H

#include <jansson.h>

#include "bench/machine/topology.h"
#include "bench/plan/plan.h"

/**
 * bench_run_header() - of a run that begins now
 * @argc, @argv: the command line after "ringswap"; it is stored without the
 * names of files (bench/base/private.h)
 *
 * Examines the machine, which takes some 300 ms; other threads would disturb.
 * A new reference; NULL: out of memory.
 */
json_t *bench_run_header(int argc, char **argv, const struct bench_topology *t,
			 const struct bench_plan *plan);

/**
 * bench_run_header_check() - would a block of now be one of that journal's?
 * @digest: of the matrix that is asked for; NULL: none is
 *
 * 0, or a reason and -EINVAL: the header has no plan; -ESTALE: the machine, the
 * build or the matrix has changed; -ENOMEM.
 */
int bench_run_header_check(const json_t *header, const struct bench_topology *t,
			   const char *digest, char *why, size_t n);

/* A digest in words, and its end. */
#define BENCH_DIGEST 17

/** bench_run_digest() - as a header has it: 16 hexadecimal digits; returns
 * text */
char *bench_run_digest(uint64_t digest, char text[BENCH_DIGEST]);

/** bench_run_now() - UTC, ISO 8601; a new reference */
json_t *bench_run_now(void);

#endif
