/* SPDX-License-Identifier: MIT */
/* columns.c - fields of a table out of the figures of a cell. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/glossary.h"
#include "bench/show/parts.h"

#define TOO_FEW	    "too few"
#define SCHED	    " sched"
#define PROSE_WIDTH 100

/* ---- Figures ---- */

static struct bench_value value_of(const json_t *cell,
				   const struct show_column *c)
{
	if (c->percent > 0)
		return bench_view_percentile(cell, c->figure, c->percent);
	return bench_view_figure(cell, c->figure);
}

static double unit_of(const struct show_column *c)
{
	return c->unit > 0 ? c->unit : 1;
}

static void put_value(struct bench_grid *g, unsigned int column,
		      const struct bench_value *v, double unit)
{
	char text[BENCH_INTERVAL_TEXT];

	bench_grid_put(g, column, "%s",
		       v->is_too_few
			       ? TOO_FEW
			       : bench_text_interval(v->value, v->low, v->high,
						     unit, text));
}

SHOW_PUT(name)
{
	(void)c;
	bench_grid_put(g, column, "%s", bench_view_strategy(cell));
}

SHOW_PUT(median)
{
	struct bench_value v = value_of(cell, c);

	v.low = v.high = NAN;
	put_value(g, column, &v, unit_of(c));
}

SHOW_PUT(interval)
{
	struct bench_value v = value_of(cell, c);

	put_value(g, column, &v, unit_of(c));
}

/* Of swaps: marked where it is the scheduler's. */
SHOW_PUT(tail)
{
	struct bench_value v = value_of(cell, c);
	bool is_marked = !isnan(v.value) && bench_view_no_real_time(cell);
	char text[BENCH_INTERVAL_TEXT];

	if (v.is_too_few)
		bench_grid_put(g, column, TOO_FEW);
	else
		bench_grid_put(g, column, "%s%s",
			       bench_text_interval(v.value, v.low, v.high,
						   unit_of(c), text),
			       is_marked ? SCHED : "");
}

/* The same without its interval. */
SHOW_PUT(tail_median)
{
	struct bench_value v = value_of(cell, c);
	bool is_marked = !isnan(v.value) && bench_view_no_real_time(cell);
	char text[BENCH_NUMBER_TEXT];

	if (v.is_too_few)
		bench_grid_put(g, column, TOO_FEW);
	else
		bench_grid_put(g, column, "%s%s",
			       bench_text_number(v.value / unit_of(c), text),
			       is_marked ? SCHED : "");
}

SHOW_PUT(bounds)
{
	char low[BENCH_NUMBER_TEXT], high[BENCH_NUMBER_TEXT];
	struct bench_value v = value_of(cell, c);

	if (isnan(v.low) || isnan(v.high))
		bench_grid_put(g, column, "-");
	else
		bench_grid_put(g, column, "%s to %s",
			       bench_text_number(v.low / unit_of(c), low),
			       bench_text_number(v.high / unit_of(c), high));
}

SHOW_PUT(count)
{
	bool is_dist = bench_figure_info(c->figure)->kind == BENCH_KIND_DIST;
	char text[BENCH_NUMBER_TEXT];

	bench_grid_put(g, column, "%s",
		       bench_text_count(is_dist ? bench_view_n(cell, c->figure)
						: value_of(cell, c).value,
					text));
}

SHOW_PUT(most)
{
	char text[BENCH_NUMBER_TEXT];

	bench_grid_put(g, column, "%s",
		       bench_text_time(bench_view_max(cell, c->figure), text));
}

/* Half a picosecond: no difference of two costs is as fine. */
#define NS_NOTHING 0.0005

static char *added_text(double ns, char text[BENCH_NUMBER_TEXT + 1])
{
	char digits[BENCH_NUMBER_TEXT];

	if (fabs(ns) < NS_NOTHING)
		ns = 0;
	snprintf(text, BENCH_NUMBER_TEXT + 1, "%s%s", ns > 0 ? "+" : "",
		 bench_text_number(ns, digits));
	return text;
}

SHOW_PUT(added)
{
	char text[BENCH_NUMBER_TEXT + 1];
	struct bench_view_ratio r;

	(void)c;
	bench_grid_put(g, column, "%s",
		       bench_view_has_numbers(cell) &&
				       bench_view_ratio(cell, &r)
			       ? added_text(r.added.value, text)
			       : "-");
}

/* ---- Words ---- */

/* A sound control, the core without protection, is nobody's rival. */
static bool is_judged(const json_t *cell)
{
	return bench_view_is_candidate(cell) || !bench_view_is_sound(cell);
}

/* What crashed or hung has broken something that nobody counted. */
static void put_broken(struct bench_grid *g, unsigned int column,
		       const json_t *cell)
{
	double n = bench_view_figure(cell, BENCH_FIGURE_VERIFICATION_VIOLATIONS)
			   .value;

	if (n > 0)
		bench_grid_put(g, column, "broken: %.0f", n);
	else
		bench_grid_put(g, column, "broken");
}

static void put_verdict(struct bench_grid *g, unsigned int column,
			const json_t *cell, bool with_width)
{
	struct bench_view_ratio r;
	char text[BENCH_NUMBER_TEXT];

	if (bench_view_is_broken(cell))
		put_broken(g, column, cell);
	else if (bench_view_is_uncaught(cell))
		bench_grid_put(g, column, "NOT CAUGHT");
	else if (!is_judged(cell) || !bench_view_ratio(cell, &r))
		return;
	else if (r.verdict == BENCH_VERDICT_NONE)
		bench_grid_put(g, column, "NO VERDICT");
	else if (r.verdict == BENCH_VERDICT_NOT_RESOLVED && with_width &&
		 !isnan(r.half_width))
		bench_grid_put(g, column, "%s (%s %%)",
			       bench_verdict_text(r.verdict),
			       bench_text_number(100 * r.half_width, text));
	else
		bench_grid_put(g, column, "%s", bench_verdict_text(r.verdict));
}

SHOW_PUT(verdict)
{
	(void)c;
	put_verdict(g, column, cell, true);
}

SHOW_PUT(word)
{
	(void)c;
	put_verdict(g, column, cell, false);
}

SHOW_PUT(floor)
{
	struct bench_view_floor floor;
	char text[BENCH_NUMBER_TEXT], added[BENCH_NUMBER_TEXT + 1];
	bool has_added;

	if (!bench_view_own_floor(cell, &floor)) {
		bench_grid_put(g, column, "-");
		return;
	}
	has_added = c->unit > 0 && !isnan(floor.added.value);
	bench_grid_put(
		g, column, "%s x %s%s%s", bench_text_number(floor.ratio, text),
		floor.name, has_added ? ", " : "",
		has_added ? added_text(floor.added.value / c->unit, added)
			  : "");
}

/* ---- Grids of them ---- */

/* The words of a meaning that a legend has, the baseline's name in its places
 * and without the marks of Markdown; the caller frees. */
static char *meaning_of(const struct show_column *c, const json_t *like)
{
	const char *at = c->meaning ? c->meaning
				    : bench_figure_info(c->figure)->meaning;
	int length;
	const char *name = show_baseline(like, &length);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	for (; *at && *at != ';'; at++)
		if (*at == '@' && name)
			fprintf(to, "%.*s", length, name);
		else if (*at == '@')
			fputs("the baseline", to);
		else if (*at != '`' && *at != '*')
			fputc(*at, to);
	fclose(to);
	return text;
}

static void add_column(struct bench_grid *g, const struct show_column *c,
		       const json_t *like)
{
	const struct bench_figure_info *figure = bench_figure_info(c->figure);
	char *meaning = meaning_of(c, like);
	char percentile[BENCH_NUMBER_TEXT];
	struct bench_column column = {
		.group = c->group,
		.title = c->title ? c->title : figure->title,
		.meaning = meaning && *meaning ? meaning : NULL,
		.keep = c->keep,
	};

	if (c->percent > 0 && !c->title) {
		snprintf(percentile, sizeof(percentile), "p%g", c->percent);
		column.title = percentile;
		column.group = figure->title;
	}
	bench_grid_column(g, &column);
	free(meaning);
}

void show_columns(struct bench_grid *g, const struct show_column *columns,
		  const json_t *like)
{
	for (const struct show_column *c = columns; c->put; c++)
		add_column(g, c, like);
}

void show_row(struct bench_grid *g, const struct show_column *columns,
	      const json_t *cell)
{
	bench_grid_row(g);
	for (unsigned int i = 0; columns[i].put; i++)
		columns[i].put(g, i, cell, &columns[i]);
}

void show_status_row(struct bench_grid *g, const json_t *cell)
{
	const char *why = bench_view_why(cell);

	bench_grid_note(g, bench_view_strategy(cell), "%s%s%s",
			bench_view_is_invalid(cell) ? "INVALID"
						    : bench_view_status(cell),
			why ? ": " : "", why ? why : "");
}

/* ---- Words in fields ---- */

/* A field that begins so, and the word that explains it. */
static const struct {
	const char *begins, *word;
} words[] = {
	{ "WORSE", "WORSE" },
	{ "BETTER", "BETTER" },
	{ "EQUIVALENT", "EQUIVALENT" },
	{ "NOT RESOLVED", "NOT RESOLVED" },
	{ "NOT RESOLVED (", "(... %)" },
	{ "NO VERDICT", "NO VERDICT" },
	{ "broken", "broken" },
	{ "NOT CAUGHT", "NOT CAUGHT" },
	{ "INVALID", "INVALID" },
	{ TOO_FEW, TOO_FEW },
};

/* The glossary's entry up to its first ';'. */
static void print_word(const struct show *s, const char *word)
{
	const char *meaning = bench_word_find(word)->meaning;

	bench_printf_wrapped(s->to, show_prose_width(s), "  ", "    ",
			     "%s: %.*s", word, (int)strcspn(meaning, ";"),
			     meaning);
}

void show_legend(const struct show *s, const struct bench_grid *g)
{
	bench_grid_legend(g, show_prose_width(s), s->to);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bench_grid_says(g, words[i].begins))
			print_word(s, words[i].word);
	if (bench_grid_ends(g, SCHED))
		print_word(s, &SCHED[1]);
}

unsigned int show_prose_width(const struct show *s)
{
	return s->width ? s->width : PROSE_WIDTH;
}
