/* SPDX-License-Identifier: MIT */
/* head.c - what was measured, where, and how far to trust it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/show/parts.h"

#define MARGIN "         "

static const char *or_unknown(const char *text)
{
	return text && strncmp(text, "unavailable", 11) ? text : "unknown";
}

static const char *member(const json_t *of, const char *part, const char *name)
{
	return or_unknown(bench_text(json_object_get(of, part), name));
}

static void print_run(const struct show *s)
{
	const json_t *run = json_object_get(s->result, "run");

	bench_printf_wrapped(s->to, s->width, "", MARGIN,
			     "ringswap %s, matrix %s, %.0f of %.0f rounds, %s",
			     bench_text(run, "started"),
			     member(run, "matrix", "name"),
			     bench_get_number(run, "rounds"),
			     bench_get_number(run, "rounds-planned"),
			     bench_text(run, "status"));
}

static void print_machine(const struct show *s)
{
	const json_t *m = json_object_get(s->result, "machine");
	const char *hypervisor = bench_text(m, "hypervisor");
	bool is_guest = hypervisor && strcmp(hypervisor, "none");
	char pus[BENCH_NUMBER_TEXT];

	bench_printf_wrapped(
		s->to, s->width, "machine  ", MARGIN,
		"%s: %s, %s PUs, Linux %s, %s", bench_text(m, "key"),
		member(m, "cpu", "model"),
		bench_text_count(bench_get_number(m, "topology.pus"), pus),
		member(m, "kernel", "release"),
		is_guest ? hypervisor : "no hypervisor");
}

static void print_build(const struct show *s)
{
	const json_t *b = json_object_get(s->result, "build");

	bench_printf_wrapped(s->to, s->width, "build    ", MARGIN,
			     "%s, %s, %s, full barrier: %s",
			     or_unknown(bench_text(b, "commit")),
			     or_unknown(bench_text(b, "compiler")),
			     or_unknown(bench_text(b, "build-type")),
			     or_unknown(bench_text(b, "barrier")));
}

static void print_statistics(const struct show *s)
{
	double alpha = bench_get_number(s->result, "statistics.alpha");

	bench_printf_wrapped(s->to, s->width, "numbers  ", MARGIN,
			     "median of the rounds [%.0f %% interval]; the "
			     "intervals of all ratios of a scenario hold "
			     "together",
			     100 * (1 - alpha));
}

/* ---- A/A: what identical code showed ---- */

/* The smallest difference that a verdict may call one, after this A/A. */
static double threshold_after(const json_t *result, const json_t *aa)
{
	double least = bench_get_number(result, "statistics.threshold");

	least = fmax(least, fabs(bench_get_number(aa, "low") - 1));
	return fmax(least, fabs(bench_get_number(aa, "high") - 1));
}

/* "swap at shared-l3, writer descheduled"; the caller frees. */
static char *control_name(const json_t *of, const char *state)
{
	const char *scenario = bench_text(of, "scenario");
	bool plain = !state || !strcmp(state, "saturated");
	char *text = NULL;

	if (asprintf(&text, "%s at %s%s%s", scenario ? scenario : "write",
		     bench_text(of, "placement"), plain ? "" : ", writer ",
		     plain ? "" : state) < 0)
		return NULL;
	return text;
}

static void print_control(const struct show *s, const json_t *aa)
{
	char *name = control_name(aa, bench_text(aa, "writer-state"));
	const char *reason = bench_text(aa, "reason");
	char text[BENCH_INTERVAL_TEXT];

	bench_text_interval(bench_get_number(aa, "median"),
			    bench_get_number(aa, "low"),
			    bench_get_number(aa, "high"), 1, text);
	if (reason)
		bench_printf_wrapped(s->to, s->width, MARGIN, MARGIN "  ",
				     "%s: %s, FAILED: no verdicts; %s",
				     name ? name : "", text, reason);
	else
		bench_printf_wrapped(
			s->to, s->width, MARGIN, MARGIN "  ",
			"%s: %s, passed: below %.1f %% is no difference",
			name ? name : "", text,
			100 * threshold_after(s->result, aa));
	free(name);
}

/* The control that a ratio should have and has not; NULL: fine. The caller
 * frees. */
static char *lacking_control(const json_t *result, size_t at)
{
	const json_t *cell =
		json_array_get(json_object_get(result, "cells"), at);

	if (!json_object_get(cell, "ratio") ||
	    bench_aa_for(json_object_get(result, "aa"), cell))
		return NULL;
	return control_name(cell, bench_writer_state(cell));
}

static bool is_first_lacking(const json_t *result, size_t at, const char *name)
{
	for (size_t i = 0; i < at; i++) {
		char *other = lacking_control(result, i);
		bool same = other && !strcmp(name, other);

		free(other);
		if (same)
			return false;
	}
	return true;
}

static void print_lacking(const struct show *s)
{
	size_t n = json_array_size(json_object_get(s->result, "cells"));

	for (size_t i = 0; i < n; i++) {
		char *name = lacking_control(s->result, i);

		if (name && is_first_lacking(s->result, i, name))
			bench_printf_wrapped(
				s->to, s->width, MARGIN, MARGIN "  ",
				"%s: no control, no verdicts", name);
		free(name);
	}
}

static void print_aa(const struct show *s)
{
	const json_t *list = json_object_get(s->result, "aa");
	const json_t *aa;
	size_t i;

	if (!json_array_size(list)) {
		fprintf(s->to, "A/A      none: no verdicts\n");
		return;
	}
	bench_printf_wrapped(s->to, s->width, "A/A      ", MARGIN,
			     "the baseline against itself, as noise shows in "
			     "this run");
	json_array_foreach (list, i, aa)
		print_control(s, aa);
	print_lacking(s);
}

/* ---- Marks ---- */

static void print_marks(const struct show *s)
{
	const json_t *mark = json_object_get(s->result, "indicative");
	const json_t *reasons = json_object_get(mark, "reasons");
	const json_t *reason;
	size_t i;

	if (!json_is_true(json_object_get(mark, "stamp")))
		return;
	bench_print_wrapped(s->to, s->width, "", MARGIN,
			    "INDICATIVE numbers: directions, not sizes, "
			    "because of");
	json_array_foreach (reasons, i, reason)
		bench_print_wrapped(s->to, s->width, MARGIN, MARGIN "  ",
				    json_string_value(reason));
}

void show_head(const struct show *s)
{
	print_run(s);
	print_machine(s);
	print_build(s);
	print_statistics(s);
	print_aa(s);
	print_marks(s);
}
