/* SPDX-License-Identifier: MIT */
/*
 * The result of a run, schema ringswap/1: built from a journal, written,
 * read back, validated. Every member is described in docs/results-format.md.
 *
 *	json_t *result;
 *	char why[BENCH_RESULT_WHY];
 *
 *	if (bench_result_build("run.journal", NULL, &result, why, sizeof(why)) ||
 *	    bench_result_write(result, "run.json", why, sizeof(why)))
 *		die(why);
 *	bench_show_print(result, &options, stdout);
 *
 * Conventions: 0 or a negative errno, and then one line in @why that says what
 * is wrong, where, and what would be right. A json_t that is returned is a new
 * reference. Cold; any thread; not from signal handlers.
 */
#ifndef BENCH_RESULT_RESULT_H
#define BENCH_RESULT_RESULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/stats/histogram.h"

#define BENCH_RESULT_SCHEMA  "ringswap/1"
#define BENCH_JOURNAL_SCHEMA "ringswap-journal/1"

#define BENCH_RESULT_WHY 512

/* Larger files are refused unread: no result is. */
#define BENCH_RESULT_BYTES_MAX (256u << 20)

/* No run has more rounds. */
#define BENCH_RESULT_ROUNDS_MAX 10000u

/* The longest id of a cell. */
#define BENCH_RESULT_ID_MAX 383

/* What a result is computed with; a member of 0 means its default. */
struct bench_result_options {
	double alpha;	  /* error rate of a whole table: 0.05 */
	double threshold; /* practical: smaller differences do not matter: */
			  /* 0.03 */
};

/* Beyond this distance from 1 an A/A interval fails: such noise would make
 * differences of a tenth look like none. */
#define BENCH_AA_LIMIT 0.10

/*
 * Compute a result from the journal at @path, reading it line by line. A last
 * line that was cut off is ignored. @options may be NULL.
 * Errors: -ENOENT and other system errors; -EINVAL: not a journal, or a line
 * of it is wrong; -ENOMEM.
 */
int bench_result_build(const char *path,
		       const struct bench_result_options *options, json_t **out,
		       char *why, size_t n);

/*
 * May a result, or what lies beside it, be put at @path? 0 where nothing is
 * there or a regular file; -EINVAL for a device, a pipe, a folder or a link,
 * which a rename would replace, and for "-"; or the error that writing there
 * would have. Ask before measuring.
 */
int bench_result_may_write(const char *path, char *why, size_t n);

/*
 * Write to @path: temporary file beside it, fsync, rename. On failure (full
 * disk, no permission, not bench_result_may_write()) what was at @path is
 * unharmed and the temporary one is removed.
 */
int bench_result_write(const json_t *result, const char *path, char *why,
		       size_t n);

/*
 * Read and validate a result, whole or compact. Errors: system errors; -EFBIG; -EINVAL: not JSON (with
 * line), another schema, or a wrong member (with path).
 */
int bench_result_load(const char *path, json_t **out, char *why, size_t n);

/* The same, for who compares many: of a compact result (compact.h) @is_light
 * leaves away the figures that comparisons do not read. */
int bench_result_load_figures(const char *path, bool is_light, json_t **out,
			      char *why, size_t n);

/* Is it a valid ringswap/1 result? 0 or -EINVAL. */
int bench_result_check(const json_t *result, char *why, size_t n);

/* What a journal holds, as far as its lines are whole. */
struct bench_journal_summary {
	unsigned int cells;
	unsigned int blocks;
	unsigned int rounds; /* begun */
	bool ended;	     /* has an end line */
	bool cut;	     /* its last line is incomplete */
};

/* What a file that was opened is. */
struct bench_result_source {
	bool is_journal;
	struct bench_journal_summary journal; /* of a journal */
};

/*
 * Read a result, or compute it from a journal: the file's content tells which,
 * not its name. A journal may be of a run that still goes on, or was cut short:
 * its whole lines count. @source may be NULL.
 * Errors: as bench_result_load() and bench_result_build().
 */
int bench_result_open(const char *path, struct bench_result_source *source,
		      json_t **out, char *why, size_t n);

/* The same, @is_light as for bench_result_load_figures(). */
int bench_result_open_figures(const char *path, bool is_light,
			      struct bench_result_source *source, json_t **out,
			      char *why, size_t n);

/* "a journal of 12 blocks in 3 rounds that has not ended, ...": what is to be
 * said of where a result comes from; "": nothing, it is a result or a whole
 * run. Returns text. */
char *bench_result_source_text(const struct bench_result_source *source,
			       char *text, size_t n);

/* The result's usual name beside a journal: x.journal and x.jsonl become
 * x.json, any other name gets .json. Returns text. */
char *bench_result_name(const char *journal, char *text, size_t n);

/* Validate the journal at @path. Errors as bench_result_build(). */
int bench_result_check_journal(const char *path,
			       struct bench_journal_summary *out, char *why,
			       size_t n);

/* Was a strategy that claims soundness caught breaking, or did it crash or
 * hang? Then the exit status of whoever shows the result is 3. */
bool bench_result_has_invalid(const json_t *result);

/*
 * Could something not be measured that should have been? Then the exit status
 * of the run is 1, and why gets a line that names the first: a cell that
 * failed, or that no candidate has numbers (of a run without candidates: no
 * control; of one of floors alone: no floor).
 */
bool bench_result_has_failed(const json_t *result, char *why, size_t n);

#endif
