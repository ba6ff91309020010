/* SPDX-License-Identifier: MIT */
/*
 * journal.h - reading a journal, line by line: the one way to do it.
 *
 * Every line is compared with its shape (docs/block-format.md) before it is
 * given, so that who takes it may rely on its members. No more of a journal
 * than one line is in memory. Cold; any thread; not from signal handlers.
 */
#ifndef BENCH_RESULT_JOURNAL_H
#define BENCH_RESULT_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How far a journal goes. */
struct bench_journal_extent {
	off_t whole; /* bytes of its whole lines */
	bool cut;    /* after them is part of a line: it was cut off, or is */
		     /* being written */
};

/* Called for the header (number 1) and every whole line after it. 0 goes on;
 * -errno and its reason stop. */
typedef int (*bench_journal_fn)(const json_t *line, unsigned int number,
				void *arg, char *why, size_t n);

/**
 * bench_journal_each() - give every whole line of the journal at path to fn
 *
 * 0, or a reason with file and line, and: system errors; -EINVAL: not a
 * journal, no whole header, or a line that is wrong; -EFBIG; what fn returned.
 */
int bench_journal_each(const char *path, bench_journal_fn fn, void *arg,
		       struct bench_journal_extent *out, char *why, size_t n);

#endif
