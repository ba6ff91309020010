/* SPDX-License-Identifier: MIT */
/*
 * Two or more results side by side.
 *
 *	struct bench_compare *c = bench_compare_new();
 *
 *	for (...)
 *		bench_compare_add(c, name, result);	// result may go now
 *	bench_compare_print(c, &options, stdout);
 *	bench_compare_free(c);
 *
 * Results of one machine key: the first is the reference, and each cell that
 * both have is compared by its rounds as two independent sets (Mann-Whitney,
 * Hodges-Lehmann; Holm over all cells of all tables). Results of unlike keys are
 * never pooled and no nanosecond of one is set against another's: ratios to each
 * machine's own baseline, multiples of its best swap, and ranks stand side by
 * side, with what changes places and by how much. docs/statistics.md has the
 * method, docs/results-format.md the JSON.
 *
 * Cold; one thread; not from signal handlers.
 */
#ifndef BENCH_SHOW_COMPARE_H
#define BENCH_SHOW_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct bench_compare;

enum bench_compare_format {
	BENCH_COMPARE_TEXT,
	BENCH_COMPARE_MARKDOWN,
	BENCH_COMPARE_JSON,
	BENCH_COMPARE_CSV,
	BENCH_COMPARE_FORMATS
};

struct bench_compare_options {
	enum bench_compare_format format;
	unsigned int width; /* of text; 0: as wide as it needs to be */
	bool all;	    /* every table, not those of the default point */
	bool tables_only;   /* of Markdown: no head, no summary, for a page */
};

/** bench_compare_new() - of no result yet; NULL: out of memory */
struct bench_compare *bench_compare_new(void);

void bench_compare_free(struct bench_compare *c);

/** bench_compare_add() - read what is compared of one more result
 *
 * @name: what people call it; copied, and cleaned. @result stays the caller's and may be
 * released. 0 or -ENOMEM. */
int bench_compare_add(struct bench_compare *c, const char *name,
		      const json_t *result);

/** bench_compare_is_alike() - do all results carry the same machine key? */
bool bench_compare_is_alike(const struct bench_compare *c);

/** bench_compare_json() - the comparison as JSON, schema ringswap-compare/2, a
 * new reference; NULL: out of memory */
json_t *bench_compare_json(struct bench_compare *c);

/** bench_compare_has_common() - does it set any two numbers side by side? */
bool bench_compare_has_common(struct bench_compare *c);

/** bench_compare_worse() - of results of one machine: how many cells are WORSE
 * than in the first by more than so many per cent */
size_t bench_compare_worse(struct bench_compare *c, double percent);

/** bench_compare_unjudged() - of results of one machine: what keeps them from
 * being judged, so that none WORSE says nothing
 *
 * A result of which nothing is compared with the first; no verdict at all; or a
 * candidate that has numbers in the first, and in a later one a cell without.
 * False: nothing does. */
bool bench_compare_unjudged(struct bench_compare *c, char *why, size_t n);

/** bench_compare_print() - the comparison in one of its formats */
void bench_compare_print(struct bench_compare *c,
			 const struct bench_compare_options *options, FILE *to);

/** bench_compare_chart() - the data of the chart `machines`, as
 * plots/README.md has it: of different machines, the tables that stand for
 * writes and swaps
 *
 * Returns how many rows have a number. */
size_t bench_compare_chart(struct bench_compare *c, FILE *to);

/** bench_compare_caption() - which letter is which machine; returns text */
char *bench_compare_caption(const struct bench_compare *c, char *text,
			    size_t n);

#endif
