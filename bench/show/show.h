/* SPDX-License-Identifier: MIT */
/*
 * show.h - a result for people.
 *
 *	struct bench_show_options o = { .scenario = "swap" };
 *
 *	if (bench_show_check(result, &o, why, sizeof(why)))
 *		die(why);
 *	bench_show_print(result, &o, stdout);
 *
 * What a run ends with is the answer: a head, one table of both sides, and a
 * summary. Every other table is printed on request. Nothing is cut: a terminal
 * that is too narrow loses whole columns, and a line says which.
 * Cold; any thread; not from signal handlers.
 */
#ifndef BENCH_SHOW_SHOW_H
#define BENCH_SHOW_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Zero: the answer, of the whole result. */
struct bench_show_options {
	bool all; /* every table instead of the answer */
	/* Every table of these cells instead of the answer; NULL: any. */
	const char *scenario, *strategy, *placement;
	unsigned int width; /* columns; 0: as wide as it needs to be */
};

/**
 * bench_show_choose() - by the word of --tables: "answer" or "all"
 *
 * 0, or -EINVAL and a line with the words that are known.
 */
int bench_show_choose(struct bench_show_options *o, const char *word, char *why,
		      size_t n);

/**
 * bench_show_check() - does the result hold what is asked for?
 *
 * 0, or -EINVAL and one line that lists what it holds.
 */
int bench_show_check(const json_t *result, const struct bench_show_options *o,
		     char *why, size_t n);

/** bench_show_print() - the answer, or the tables that are asked for */
void bench_show_print(const json_t *result, const struct bench_show_options *o,
		      FILE *to);

/** bench_show_head() - what was measured, where, and how far to trust it */
void bench_show_head(const json_t *result, unsigned int width, FILE *to);

#endif
