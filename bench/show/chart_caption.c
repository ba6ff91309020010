/* SPDX-License-Identifier: MIT */
/* chart_caption.c - machine, run and what a chart's cells have in common. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

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

static void say_cell(struct caption *c, const json_t *cell,
		     enum bench_chart chart)
{
	double payload = bench_view_axis_number(cell, "payload");
	double rate = bench_view_axis_number(cell, "swap-rate");
	char text[32];

	if (!chart_has_panels(chart))
		say(c, "; placement %s", bench_view_placement(cell));
	if (!isnan(payload))
		say(c, ", payload %.0f bytes", payload);
	bench_view_axis(cell, "stamp", text, sizeof(text));
	if (*text)
		say(c, ", %s time stamp%s", strcmp(text, "none") ? text : "no",
		    strcmp(text, "none") ? "s" : "");
	bench_view_axis(cell, "mode", text, sizeof(text));
	if (*text)
		say(c, ", %s mode", text);
	bench_view_axis(cell, "swap-rate", text, sizeof(text));
	if (isnan(rate) && *text)
		say(c, ", swaps %s", text);
	else if (rate > 0)
		say(c, ", %.0f swaps/s", rate);
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

void bench_chart_caption(const json_t *result, enum bench_chart chart,
			 char *text, size_t n)
{
	const json_t *cell = chart_first(result, chart);
	struct caption c = { text, n, 0 };

	text[0] = '\0';
	say_machine(&c, result);
	say(&c, "; run %s, matrix %s, %.0f rounds",
	    bench_view_fact(result, "run.started"),
	    bench_view_fact(result, "run.matrix.name"),
	    bench_view_fact_number(result, "run.rounds"));
	if (cell)
		say_cell(&c, cell, chart);
	if (chart == BENCH_TRADE)
		say(&c,
		    "; a writer of 1,000,000 events a second: what they "
		    "cost more than the baseline's, and for each swap the "
		    "swapper's CPU and the time stolen from the writer");
	say_stamp(&c, result);
}
