/* SPDX-License-Identifier: MIT */
/* columns.c - fields of a table out of the figures of a cell. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/show/parts.h"
#include "bench/stats/verdict.h"

#define TOO_FEW "too few"

static double member(const json_t *cell, const char *figure, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s.%s", figure, name);
	return bench_get_number(cell, path);
}

static double unit_of(const struct show_column *c)
{
	return c->unit ? c->unit : 1;
}

void show_put_name(struct bench_grid *g, unsigned int column,
		   const json_t *cell, const struct show_column *c)
{
	(void)c;
	bench_grid_put(g, column, "%s", bench_text(cell, "strategy"));
}

/* ---- Figures ---- */

void show_put_median(struct bench_grid *g, unsigned int column,
		     const json_t *cell, const struct show_column *c)
{
	char text[BENCH_NUMBER_TEXT];

	bench_grid_put(g, column, "%s",
		       bench_text_number(member(cell, c->figure, "median") /
						 unit_of(c),
					 text));
}

void show_put_interval(struct bench_grid *g, unsigned int column,
		       const json_t *cell, const struct show_column *c)
{
	char text[BENCH_INTERVAL_TEXT];

	bench_grid_put(g, column, "%s",
		       bench_text_interval(member(cell, c->figure, "median"),
					   member(cell, c->figure, "low"),
					   member(cell, c->figure, "high"),
					   unit_of(c), text));
}

void show_put_bounds(struct bench_grid *g, unsigned int column,
		     const json_t *cell, const struct show_column *c)
{
	char low[BENCH_NUMBER_TEXT], high[BENCH_NUMBER_TEXT];
	double from = member(cell, c->figure, "low") / unit_of(c);
	double to = member(cell, c->figure, "high") / unit_of(c);

	if (isnan(from) || isnan(to))
		bench_grid_put(g, column, "-");
	else
		bench_grid_put(g, column, "%s to %s",
			       bench_text_number(from, low),
			       bench_text_number(to, high));
}

void show_put_count(struct bench_grid *g, unsigned int column,
		    const json_t *cell, const struct show_column *c)
{
	char text[BENCH_NUMBER_TEXT];

	bench_grid_put(
		g, column, "%s",
		bench_text_count(bench_get_number(cell, c->figure), text));
}

void show_put_rate(struct bench_grid *g, unsigned int column,
		   const json_t *cell, const struct show_column *c)
{
	char text[BENCH_NUMBER_TEXT];

	bench_grid_put(
		g, column, "%s",
		bench_text_count(member(cell, c->figure, "median"), text));
}

/* ---- Distributions ---- */

static void put_percentile(struct bench_grid *g, unsigned int column,
			   const json_t *cell, const struct show_column *c,
			   bool interval)
{
	const json_t *d = show_distribution(cell, c->figure);
	const json_t *p = show_percentile(d, c->percent);
	double ns = bench_get_number(p, "ns");
	char text[BENCH_INTERVAL_TEXT];

	if (!d)
		bench_grid_put(g, column, "-");
	else if (isnan(ns))
		bench_grid_put(g, column, TOO_FEW);
	else
		bench_grid_put(
			g, column, "%s",
			bench_text_interval(
				ns, interval ? bench_get_number(p, "low") : NAN,
				bench_get_number(p, "high"), unit_of(c), text));
}

void show_put_percentile(struct bench_grid *g, unsigned int column,
			 const json_t *cell, const struct show_column *c)
{
	put_percentile(g, column, cell, c, false);
}

void show_put_percentile_interval(struct bench_grid *g, unsigned int column,
				  const json_t *cell,
				  const struct show_column *c)
{
	put_percentile(g, column, cell, c, true);
}

void show_put_most(struct bench_grid *g, unsigned int column,
		   const json_t *cell, const struct show_column *c)
{
	char text[BENCH_NUMBER_TEXT];

	bench_grid_put(g, column, "%s",
		       bench_text_time(member(cell, c->figure, "max"), text));
}

/* ---- Words ---- */

/* The core against the floor that it stands on has no rival to be judged by. */
static bool is_judged(const json_t *cell)
{
	int length;

	return show_baseline(cell, &length) != NULL;
}

static enum bench_verdict verdict_of(const json_t *cell)
{
	const json_t *ratio = json_object_get(cell, "ratio");
	int v = BENCH_VERDICT_INVALID;

	while (v < BENCH_VERDICT_NOT_RESOLVED &&
	       !show_is(ratio, "verdict", bench_verdict_name(v)))
		v++;
	return v;
}

/* The verdict, or what the cell's status makes of it; behind what is not
 * resolved, the difference that would have been. */
void show_put_verdict(struct bench_grid *g, unsigned int column,
		      const json_t *cell, const struct show_column *c)
{
	double width = bench_get_number(cell, "ratio.half-width");
	char text[BENCH_NUMBER_TEXT];
	enum bench_verdict v;

	(void)c;
	if (show_is(cell, "status", "broken"))
		bench_grid_put(
			g, column, "broken: %.0f",
			bench_get_number(cell, "verification.violations"));
	else if (show_is_uncaught(cell))
		bench_grid_put(g, column, "NOT CAUGHT");
	if (show_is(cell, "status", "broken") || show_is_uncaught(cell) ||
	    !is_judged(cell))
		return;
	v = verdict_of(cell);
	if (v == BENCH_VERDICT_NONE)
		bench_grid_put(g, column, "NO VERDICT");
	else if (v == BENCH_VERDICT_NOT_RESOLVED && !isnan(width))
		bench_grid_put(g, column, "%s (%s %%)", bench_verdict_text(v),
			       bench_text_number(100 * width, text));
	else
		bench_grid_put(g, column, "%s", bench_verdict_text(v));
}

void show_put_floor(struct bench_grid *g, unsigned int column,
		    const json_t *cell, const struct show_column *c)
{
	const json_t *floor = json_object_get(cell, "own-floor");
	char text[BENCH_NUMBER_TEXT];

	(void)c;
	if (floor)
		bench_grid_put(g, column, "%s x %s",
			       bench_text_number(
				       bench_get_number(floor, "ratio"), text),
			       bench_text(floor, "name"));
	else
		bench_grid_put(g, column, "-");
}

/* ---- Grids of them ---- */

/* A meaning with the baseline's name in its places; the caller frees. */
static char *meaning_of(const char *meaning, const json_t *like)
{
	int length;
	const char *name = show_baseline(like, &length);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	for (; *meaning; meaning++)
		if (*meaning != '@')
			fputc(*meaning, to);
		else if (name)
			fprintf(to, "%.*s", length, name);
		else
			fputs("the baseline", to);
	fclose(to);
	return text;
}

void show_columns(struct bench_grid *g, const struct show_column *columns,
		  const json_t *like)
{
	for (const struct show_column *c = columns; c->put; c++) {
		char *meaning = c->meaning ? meaning_of(c->meaning, like)
					   : NULL;

		bench_grid_column(g, &(struct bench_column){
					     .group = c->group,
					     .title = c->title,
					     .meaning = meaning,
					     .keep = c->keep,
				     });
		free(meaning);
	}
}

void show_row(struct bench_grid *g, const struct show_column *columns,
	      const json_t *cell)
{
	bench_grid_row(g);
	for (unsigned int i = 0; columns[i].put; i++)
		columns[i].put(g, i, cell, &columns[i]);
}

/* ---- Words in fields ---- */

static const struct {
	const char *word, *meaning;
} words[] = {
	{ "WORSE",
	  "costs more, beyond chance and beyond what is too small to "
	  "matter" },
	{ "BETTER",
	  "costs less, beyond chance and beyond what is too small to "
	  "matter" },
	{ "EQUIVALENT", "any difference is too small to matter" },
	{ "NOT RESOLVED",
	  "more rounds or a quieter machine could tell; a "
	  "difference of so many per cent would have shown" },
	{ "NO VERDICT", "identical code differed too much here (A/A)" },
	{ "broken", "declared unsound, and caught so many times" },
	{ "NOT CAUGHT",
	  "declared unsound, and not seen breaking: this run "
	  "could not have seen a fault in the others" },
	{ TOO_FEW,
	  "fewer values than this percentile needs (368 for p99, 3688 "
	  "for p99.9)" },
};

void show_legend(const struct show *s, const struct bench_grid *g)
{
	bench_grid_legend(g, s->width, s->to);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bench_grid_says(g, words[i].word))
			show_line(s, "%s: %s", words[i].word, words[i].meaning);
}
