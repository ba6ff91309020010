/* SPDX-License-Identifier: MIT */
/* chart_fields.c - the fields of a chart's rows. */
#include <math.h>
#include <string.h>

#include "bench/show/charts.h"
#include "bench/show/summary.h"

/* gnuplot loses the columns behind a text of some thousand bytes, and no chart
 * has room for one. */
#define TEXT_MOST 400

/* As many bytes of it as are whole characters. */
static int whole_length(const char *text)
{
	size_t length = strlen(text);

	if (length <= TEXT_MOST)
		return (int)length;
	for (length = TEXT_MOST; length; length--)
		if (((unsigned char)text[length] & 0xc0) != 0x80)
			break;
	return (int)length;
}

void chart_text(FILE *to, const char *text)
{
	int length;

	if (!text || !*text)
		text = "-";
	length = whole_length(text);
	for (int i = 0; i < length; i++) {
		char c = text[i];

		if (c == '"')
			c = '\'';
		else if ((unsigned char)c < ' ')
			c = ' ';
		fputc(c, to);
	}
	if (text[length])
		fputs("...", to);
}

void chart_number(FILE *to, double value)
{
	if (isfinite(value))
		fprintf(to, "\t%.6g", value);
	else
		fputs("\t-", to);
}

void chart_value(FILE *to, struct bench_value v)
{
	chart_number(to, v.value);
	chart_number(to, v.low);
	chart_number(to, v.high);
}

void chart_head_names(FILE *to)
{
	fputs("strategy\tkind\tstatus\treason", to);
}

static void head(FILE *to, const json_t *cell, const char *status,
		 const char *why)
{
	const char *const texts[] = {
		bench_view_strategy(cell),
		bench_view_kind(cell),
		status,
		why,
	};

	for (size_t i = 0; i < CHART_COUNT(texts); i++) {
		if (i)
			fputc('\t', to);
		chart_text(to, texts[i]);
	}
}

void chart_head(FILE *to, const json_t *cell)
{
	head(to, cell, bench_view_status(cell), bench_view_why(cell));
}

void chart_head_of_choice(FILE *to, const json_t *result, const json_t *cell)
{
	if (bench_view_is_candidate(cell) && bench_view_is_ok(cell) &&
	    !bench_summary_holds(result, bench_view_strategy(cell)))
		head(to, cell, "invalid", "caught in another cell of this run");
	else
		chart_head(to, cell);
}

static bool is_time(const struct chart_column *c)
{
	return c->what != CHART_N &&
	       !strcmp(bench_figure_info(c->figure)->unit, "ns");
}

void chart_names(FILE *to, const struct chart_column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(to, "\t%s%s", columns[i].name,
			!is_time(&columns[i]) ? ""
			: columns[i].is_us    ? "_us"
					      : "_ns");
}

static double number_of(const struct chart_column *c, const json_t *cell)
{
	struct bench_value v =
		c->percent > 0
			? bench_view_percentile(cell, c->figure, c->percent)
			: bench_view_figure(cell, c->figure);

	switch (c->what) {
	case CHART_LOW:
		return v.low;
	case CHART_HIGH:
		return v.high;
	case CHART_N:
		return v.n;
	default:
		return v.value;
	}
}

void chart_fields(FILE *to, const struct chart_column *columns, size_t n,
		  const json_t *cell)
{
	for (size_t i = 0; i < n; i++) {
		double value = cell ? number_of(&columns[i], cell) : NAN;

		chart_number(to, columns[i].is_us && is_time(&columns[i])
					 ? value / 1e3
					 : value);
	}
}
