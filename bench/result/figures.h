/* SPDX-License-Identifier: MIT */
/*
 * figures.h - the figures of figures.def by name of the compiler.
 *
 * Who measures writes them into the datum of a block:
 *
 *	bench_figure_put(datum, BENCH_FIGURE_WRITER_NS_PER_EVENT, ns);
 *	bench_figure_put_count(datum, BENCH_FIGURE_SWAP_RETRIES, n);
 *	bench_figure_put_hist(datum, BENCH_FIGURE_SWAP_SAFE, histogram);
 *
 * The part ("writer", "swap") is made with its first figure. Putting a figure
 * as what it is not (a histogram as a count) is our own mistake and asserted.
 * Who reads a result uses bench/result/view.h.
 *
 * Cold; any thread that owns the datum; not from signal handlers.
 */
#ifndef BENCH_RESULT_FIGURES_H
#define BENCH_RESULT_FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/stats/histogram.h"

/* Every figure, in the order of figures.def. */
enum bench_figure {
#define BENCH_FIGURE(id, part, name, unit, kind, flags, title, meaning) \
	BENCH_FIGURE_##id,
#include "bench/result/figures.def"
#undef BENCH_FIGURE
	BENCH_FIGURE_COUNT
};

/* What a block holds of a figure, and what a result makes of it: figures.def
 * says it of each. */
enum bench_figure_kind {
	BENCH_KIND_LOG_RATIO,
	BENCH_KIND_VALUE,
	BENCH_KIND_COUNT,
	BENCH_KIND_COUNTS,
	BENCH_KIND_DIST,
	BENCH_KIND_SERIES,
	BENCH_KIND_SETTING,
	BENCH_KIND_TEXT,
	BENCH_KIND_DETAIL,
	BENCH_KINDS
};

#define BENCH_FIGURE_SIGNED    1u /* may be below 0 */
#define BENCH_FIGURE_NEEDED    2u /* where its part is, so is this */
#define BENCH_FIGURE_EVIDENCE  4u /* also where the numbers do not count */
#define BENCH_FIGURE_VIOLATION 8u /* of a promise of soundness */

struct bench_figure_info {
	const char *part, *name;
	const char *unit; /* "": of words; "1": a plain ratio */
	enum bench_figure_kind kind;
	unsigned int flags;
	const char *title;   /* the head of a column */
	const char *meaning; /* a line, with Markdown's `code` */
};

/** bench_figure_info() - what figures.def says of a figure; never NULL */
const struct bench_figure_info *bench_figure_info(enum bench_figure figure);

/** bench_figure_kind_name() - "value", "log-ratio", ... */
const char *bench_figure_kind_name(enum bench_figure_kind kind);

/** bench_figure_find() - the figure at "part.name"; false: there is none */
bool bench_figure_find(const char *path, enum bench_figure *out);

/** bench_figure_find_in() - the figure called name in a part; false: none */
bool bench_figure_find_in(const char *part, const char *name,
			  enum bench_figure *out);

/** bench_figure_is_part() - is there a figure in a part of this name? */
bool bench_figure_is_part(const char *part);

/* The percentiles that a result gives, in per cent. */
#define BENCH_PERCENTS 5
extern const double bench_percents[BENCH_PERCENTS];

/* Room for a path, its percentile and the end. */
#define BENCH_FIGURE_PATH 64

/** bench_figure_key() - "part.name", the key of raw values; static */
const char *bench_figure_key(enum bench_figure figure);

/** bench_figure_path() - write "part.name", the key of raw values; returns it
 * @path: BENCH_FIGURE_PATH bytes */
const char *bench_figure_path(enum bench_figure figure, char *path);

/** bench_figure_path_at() - the same for a percentile of a distribution,
 * "swap.safe.p99.9"
 * @percent: 0: none, as bench_figure_path() */
const char *bench_figure_path_at(enum bench_figure figure, double percent,
				 char *path);

/* ------------------------------------------------------------------------ */
/* Writing: the datum of a block                                            */

/** bench_figure_put() - a value, log ratio, setting or detail in its unit
 *
 * What is not finite becomes null: there is no such figure. */
void bench_figure_put(json_t *datum, enum bench_figure figure, double value);

/** bench_figure_put_count() - a count, or a whole number that is a setting or a
 * detail */
void bench_figure_put_count(json_t *datum, enum bench_figure figure,
			    int64_t count);

/** bench_figure_put_counts() - add one name to counts
 * @name: NULL adds none: the counts are there, and empty */
void bench_figure_put_counts(json_t *datum, enum bench_figure figure,
			     const char *name, int64_t count);

/** bench_figure_put_hist() - a distribution; the histogram stays the caller's
 */
void bench_figure_put_hist(json_t *datum, enum bench_figure figure,
			   const struct bench_hist *h);

/** bench_figure_put_series() - n histograms, one a bin; they stay the caller's
 */
void bench_figure_put_series(json_t *datum, enum bench_figure figure,
			     struct bench_hist *const *bins, size_t n);

/** bench_figure_put_text() - words, or the word of a setting
 * @text: copied; NULL becomes null */
void bench_figure_put_text(json_t *datum, enum bench_figure figure,
			   const char *text);

/** bench_figure_set() - what a result makes of a figure, into a cell; takes the
 * reference */
void bench_figure_set(json_t *cell, enum bench_figure figure, json_t *value);

/* ------------------------------------------------------------------------ */
/* Reading: a block, or a cell                                              */

/** bench_figure_get() - what object (a block, a cell of a result) holds of a
 * figure: of a block as it was put, of a cell what became of it; borrowed;
 * NULL: nothing */
json_t *bench_figure_get(const json_t *object, enum bench_figure figure);

/** bench_figure_unknown() - does a part of object hold a member that is no
 * figure?
 * @path: BENCH_FIGURE_PATH bytes; "part.name" of the first that is none */
bool bench_figure_unknown(const json_t *object, char *path);

#endif
