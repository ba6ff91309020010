/* SPDX-License-Identifier: MIT */
/* show.c - what of a result is printed. */
#include "bench/show/show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/why.h"
#include "bench/show/parts.h"

/* ---- Which cells ---- */

static bool is_wanted(const json_t *cell, const struct bench_show_options *o)
{
	return (!o->scenario || show_is(cell, "scenario", o->scenario)) &&
	       (!o->strategy || show_is(cell, "strategy", o->strategy)) &&
	       (!o->placement || show_is(cell, "placement", o->placement));
}

/* Those that the options ask for, in a new array. */
static json_t *wanted_cells(const json_t *result,
			    const struct bench_show_options *o)
{
	const json_t *cells = json_object_get(result, "cells");
	json_t *wanted = json_array(), *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (is_wanted(cell, o))
			json_array_append(wanted, cell);
	return wanted;
}

static bool is_filtered(const struct bench_show_options *o)
{
	return o->scenario || o->strategy || o->placement;
}

/* Is this word the first of its kind among the cells up to here? */
static bool is_new(const json_t *cells, size_t at, const char *member)
{
	const char *word = bench_text(json_array_get(cells, at), member);

	for (size_t i = 0; i < at; i++)
		if (show_is(json_array_get(cells, i), member, word))
			return false;
	return true;
}

static int unknown(const json_t *cells, const char *member, const char *word,
		   char *why, size_t n)
{
	char *known = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&known, &size);
	int err;

	for (size_t i = 0; to && i < json_array_size(cells); i++)
		if (is_new(cells, i, member))
			fprintf(to, " %s",
				bench_text(json_array_get(cells, i), member));
	if (to)
		fclose(to);
	err = bench_why(-EINVAL, why, n,
			"no %s \"%s\" in this result; it has:%s", member, word,
			known ? known : "");
	free(known);
	return err;
}

static bool holds(const json_t *cells, const char *member, const char *word)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		if (show_is(cell, member, word))
			return true;
	return false;
}

int bench_show_check(const json_t *result, const struct bench_show_options *o,
		     char *why, size_t n)
{
	const json_t *cells = json_object_get(result, "cells");
	const struct {
		const char *member, *word;
	} asked[] = {
		{ "scenario", o->scenario },
		{ "strategy", o->strategy },
		{ "placement", o->placement },
	};
	json_t *wanted;
	bool any;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (asked[i].word &&
		    !holds(cells, asked[i].member, asked[i].word))
			return unknown(cells, asked[i].member, asked[i].word,
				       why, n);
	wanted = wanted_cells(result, o);
	any = json_array_size(wanted) || !json_array_size(cells);
	json_decref(wanted);
	return any ? 0
		   : bench_why(-EINVAL, why, n,
			       "this result holds each of these, but no cell "
			       "of them all");
}

/* ---- Printing ---- */

void bench_show_head(const json_t *result, unsigned int width, FILE *to)
{
	show_head(&(struct show){ .result = result, .width = width, .to = to });
}

void bench_show_print(const json_t *result, const struct bench_show_options *o,
		      FILE *to)
{
	json_t *cells = wanted_cells(result, o);
	struct show s = {
		.result = result,
		.cells = cells,
		.options = o,
		.width = o->width,
		.to = to,
	};

	show_head(&s);
	if (!o->all && !is_filtered(o))
		show_tables(&s);
	else
		show_tables(&s);
	show_verification(&s);
	json_decref(cells);
}
