/* SPDX-License-Identifier: MIT */
/* chart_caption.c - machine, run and what a chart's cells have in common. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "bench/base/clean.h"
#include "bench/show/charts.h"

struct caption {
	char *text;
	size_t n, used;
};

static void say(struct caption *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct caption *c, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(c->text + c->used, c->n - c->used, format, args);
	va_end(args);
	if (n > 0)
		c->used += (size_t)n < c->n - c->used ? (size_t)n
						      : c->n - c->used - 1;
}

static void say_machine(struct caption *c, const json_t *result)
{
	const char *cpu = bench_view_fact(result, "machine.cpu.model");
	const char *release = bench_view_fact(result, "machine.kernel.release");
	const char *hypervisor = bench_view_fact(result, "machine.hypervisor");

	say(c, "%s (%s)", cpu ? cpu : "unknown CPU",
	    bench_view_fact(result, "machine.key"));
	if (release)
		say(c, ", Linux %s", release);
	if (hypervisor && strcmp(hypervisor, "none") != 0)
		say(c, ", %s", hypervisor);
}

/* ---- Axes in words ---- */

#define AXIS_TEXT 64

/* Those that are always told, in this order. */
static const char *const told[] = { "payload", "stamp", "mode", "swap-rate" };

#define TOLD (sizeof(told) / sizeof(told[0]))

static bool is_told(const char *axis)
{
	for (size_t i = 0; i < TOLD; i++)
		if (!strcmp(axis, told[i]))
			return true;
	return false;
}

static void say_axis(struct caption *c, const json_t *cell, const char *axis)
{
	const char *comma = c->used ? ", " : "";
	char text[AXIS_TEXT];

	bench_view_axis(cell, axis, text, sizeof(text));
	if (!*text)
		return;
	if (!strcmp(axis, "payload"))
		say(c, "%spayload %s%s", comma, text,
		    isnan(bench_view_axis_number(cell, axis)) ? "" : " bytes");
	else if (!strcmp(axis, "stamp") && !strcmp(text, "none"))
		say(c, "%sno time stamp", comma);
	else if (!strcmp(axis, "stamp"))
		say(c, "%s%s time stamps", comma, text);
	else if (!strcmp(axis, "mode"))
		say(c, "%s%s mode", comma, text);
	else if (strcmp(axis, "swap-rate") != 0)
		say(c, "%s%s %s", comma, axis, text);
	else if (isnan(bench_view_axis_number(cell, axis)))
		say(c, "%sswaps %s", comma, text);
	else if (strcmp(text, "0") != 0)
		say(c, "%s%s swaps/s", comma, text);
}

/* Has every cell of the chart the same? */
static bool is_common(const struct chart *chart, const char *axis)
{
	char own[AXIS_TEXT], text[AXIS_TEXT];
	const json_t *cell;

	bench_view_axis(chart_first(chart), axis, own, sizeof(own));
	chart_for_each(chart, cell) if (strcmp(bench_view_axis(cell, axis, text,
							       sizeof(text)),
					       own) != 0) return false;
	return true;
}

/* Those that the chart's cells share, or those that they do not: the ones that
 * are always told, then every other one that is away from its default. */
static void say_axes(struct caption *c, const struct chart *chart,
		     const json_t *cell, bool common)
{
	const char *at = bench_view_axes(cell);
	char axis[AXIS_TEXT];

	for (size_t i = 0; i < TOLD; i++)
		if (is_common(chart, told[i]) == common)
			say_axis(c, cell, told[i]);
	for (; *at; at += strcspn(at, "/"), at += *at == '/') {
		snprintf(axis, sizeof(axis), "%.*s", (int)strcspn(at, "="), at);
		if (!is_told(axis) && is_common(chart, axis) == common)
			say_axis(c, cell, axis);
	}
}

char *chart_panel_text(const struct chart *chart, const json_t *cell)
{
	char text[512] = "";
	struct caption c = { text, sizeof(text), 0 };

	say_axes(&c, chart, cell, /* common */ false);
	return strdup(text);
}

/* The first cells of the two parts of the chart `ratios`, as a chart of them:
 * it says what both have in common, and each part the rest. */
struct parts {
	const json_t *cells[2];
	struct chart chart;
};

static void parts_of(struct parts *p, const json_t *write, const json_t *swap)
{
	*p = (struct parts){ .cells = { write, swap } };
	p->chart = (struct chart){ .chart = BENCH_RATIOS,
				   .cells = p->cells,
				   .n = swap ? 2 : 1 };
}

char *chart_part_text(const json_t *write, const json_t *swap,
		      const json_t *own)
{
	char text[512] = "";
	struct caption c = { text, sizeof(text), 0 };
	struct parts parts;

	parts_of(&parts, write, swap);
	if (!bench_view_is_swapped(own))
		say(&c, "nobody swaps");
	say_axes(&c, &parts.chart, own, /* common */ false);
	if (swap && strcmp(bench_view_placement(write),
			   bench_view_placement(swap)) != 0)
		say(&c, ", placement %s", bench_view_placement(own));
	return strdup(text);
}

static void say_point(struct caption *c, const struct chart *chart)
{
	char text[512] = "";
	struct caption axes = { text, sizeof(text), 0 };

	say_axes(&axes, chart, chart_first(chart), /* common */ true);
	if (!chart_has_panels(chart->chart))
		say(c, "; placement %s",
		    bench_view_placement(chart_first(chart)));
	say(c, "%s%s", chart_has_panels(chart->chart) ? "; " : ", ", text);
}

static void say_parts(struct caption *c, const struct chart *writes)
{
	const json_t *write = chart_first(writes), *swap;
	char text[512] = "";
	struct caption axes = { text, sizeof(text), 0 };
	struct chart swaps;
	struct parts parts;

	if (chart_open(&swaps, writes->result, BENCH_SWAP_COST))
		return;
	swap = chart_first(&swaps);
	parts_of(&parts, write, swap);
	say_axes(&axes, &parts.chart, write, /* common */ true);
	if (!swap ||
	    !strcmp(bench_view_placement(write), bench_view_placement(swap)))
		say(c, "; placement %s, %s", bench_view_placement(write), text);
	else
		say(c, "; %s", text);
	chart_close(&swaps);
}

static void say_stamp(struct caption *c, const json_t *result)
{
	const char *reason;

	if (!bench_view_is_indicative(result))
		return;
	say(c, ". INDICATIVE");
	/* the checks' names; their findings stand in the result */
	for (size_t i = 0; (reason = bench_view_reason(result, i)); i++)
		say(c, "%s %.*s", i ? "," : ":", (int)strcspn(reason, ":"),
		    reason);
}

/* What its numbers are, where the picture has no room to say it. */
static const char *words_of(enum bench_chart chart)
{
	switch (chart) {
	case BENCH_PARETO:
		return "a writer's cost is that of each event it stored while "
		       "it was swapped, refused ones paid for; both sides of a "
		       "point are of one cell";
	case BENCH_TRADE:
		return "a model of a writer of 1,000,000 events a second: what "
		       "they cost more than the baseline's, and for each swap "
		       "the swapper's CPU and the time stolen from the writer; "
		       "refused events are not in it, and medians no verdicts";
	case BENCH_RATIOS:
		return "while swapped, of each event that was stored";
	default:
		return NULL;
	}
}

void bench_chart_caption(const json_t *result, enum bench_chart chart,
			 char *text, size_t n)
{
	struct caption c = { text, n, 0 };
	struct chart shown;

	text[0] = '\0';
	say_machine(&c, result);
	say(&c, "; run %s, matrix %s, %.0f rounds",
	    bench_view_fact(result, "run.started"),
	    bench_view_fact(result, "run.matrix.name"),
	    bench_view_fact_number(result, "run.rounds"));
	if (!chart_open(&shown, result, chart)) {
		if (shown.n && chart == BENCH_RATIOS)
			say_parts(&c, &shown);
		else if (shown.n)
			say_point(&c, &shown);
		chart_close(&shown);
	}
	if (words_of(chart))
		say(&c, "; %s", words_of(chart));
	say_stamp(&c, result);
	bench_clean(text); /* cut inside a character, perhaps */
}
