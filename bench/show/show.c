/* SPDX-License-Identifier: MIT */
/* show.c - what of a result is printed. */
#include "bench/show/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/why.h"
#include "bench/show/parts.h"

/* ---- Which cells ---- */

static bool is_asked(const char *word, const char *asked)
{
	return !asked || !strcmp(word, asked);
}

static bool is_wanted(const json_t *cell, const struct bench_show_options *o)
{
	return is_asked(bench_view_scenario(cell), o->scenario) &&
	       is_asked(bench_view_strategy(cell), o->strategy) &&
	       is_asked(bench_view_placement(cell), o->placement);
}

/* The result with those cells alone; the caller's reference. */
static json_t *asked_for(const json_t *result,
			 const struct bench_show_options *o)
{
	json_t *asked = json_copy((json_t *)result); /* reads it */
	json_t *cells = json_array();
	const json_t *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (is_wanted(cell, o))
			json_array_append(cells, (json_t *)cell);
	json_object_set_new(asked, "cells", cells);
	return asked;
}

static bool is_filtered(const struct bench_show_options *o)
{
	return o->scenario || o->strategy || o->placement;
}

/* ---- What is asked for ---- */

int bench_show_choose(struct bench_show_options *o, const char *word, char *why,
		      size_t n)
{
	o->all = !strcmp(word, "all");
	if (o->all || !strcmp(word, "answer"))
		return 0;
	return bench_why(-EINVAL, why, n,
			 "unknown tables \"%s\"; known: answer all", word);
}

typedef const char *(*word_fn)(const json_t *cell);

/* Is the word of the cell at @at the first of its kind? */
static bool is_new(const json_t *result, size_t at, word_fn word_of)
{
	const char *word = word_of(bench_view_cell(result, at));

	for (size_t i = 0; i < at; i++)
		if (!strcmp(word_of(bench_view_cell(result, i)), word))
			return false;
	return true;
}

static bool holds(const json_t *result, word_fn word_of, const char *word)
{
	const json_t *cell;

	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (!strcmp(word_of(cell), word))
			return true;
	return false;
}

static int unknown(const json_t *result, const char *name, word_fn word_of,
		   const char *word, char *why, size_t n)
{
	char *known = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&known, &size);
	const json_t *cell;
	int err;

	for (size_t i = 0; to && (cell = bench_view_cell(result, i)); i++)
		if (is_new(result, i, word_of))
			fprintf(to, " %s", word_of(cell));
	if (to)
		fclose(to);
	err = bench_why(-EINVAL, why, n,
			"no %s \"%s\" in this result; it has:%s", name, word,
			known ? known : "");
	free(known);
	return err;
}

int bench_show_check(const json_t *result, const struct bench_show_options *o,
		     char *why, size_t n)
{
	const struct {
		const char *name, *word;
		word_fn word_of;
	} asked[] = {
		{ "scenario", o->scenario, bench_view_scenario },
		{ "strategy", o->strategy, bench_view_strategy },
		{ "placement", o->placement, bench_view_placement },
	};
	const json_t *cell;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (asked[i].word &&
		    !holds(result, asked[i].word_of, asked[i].word))
			return unknown(result, asked[i].name, asked[i].word_of,
				       asked[i].word, why, n);
	for (size_t i = 0; (cell = bench_view_cell(result, i)); i++)
		if (is_wanted(cell, o))
			return 0;
	return is_filtered(o) ? bench_why(-EINVAL, why, n,
					  "this result holds each of these, "
					  "but no cell of them all")
			      : 0;
}

/* ---- Printing ---- */

void bench_show_head(const json_t *result, unsigned int width, FILE *to)
{
	show_head(&(struct show){ .result = result, .width = width, .to = to });
}

void bench_show_print(const json_t *result, const struct bench_show_options *o,
		      FILE *to)
{
	json_t *asked = asked_for(result, o);
	struct show s = {
		.result = result,
		.asked = asked,
		.width = o->width,
		.to = to,
	};

	show_head(&s);
	if (o->all || is_filtered(o)) {
		show_tables(&s);
		show_checked(&s);
		show_evidence(&s, /* broken */ true);
	} else {
		show_answer(&s);
	}
	json_decref(asked);
}
