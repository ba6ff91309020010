/* SPDX-License-Identifier: MIT */
/* head.c - what was measured, where, and how far to trust it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/traits.h"
#include "bench/show/parts.h"

#define MARGIN "         "

static const char *fact(const struct show *s, const char *path)
{
	const char *text = bench_view_fact(s->result, path);

	return text ? text : "unknown";
}

static double number(const struct show *s, const char *path)
{
	return bench_view_fact_number(s->result, path);
}

static void print_run(const struct show *s)
{
	bench_printf_wrapped(s->to, s->width, "", MARGIN,
			     "ringswap %s, matrix %s, %.0f of %.0f rounds, %s",
			     fact(s, "run.started"), fact(s, "run.matrix.name"),
			     number(s, "run.rounds"),
			     number(s, "run.rounds-planned"),
			     fact(s, "run.status"));
}

static void print_machine(const struct show *s)
{
	char pus[BENCH_NUMBER_TEXT];

	bench_printf_wrapped(
		s->to, s->width, "machine  ", MARGIN,
		"%s: %s, %s PUs, Linux %s, hypervisor %s",
		fact(s, "machine.key"), fact(s, "machine.cpu.model"),
		bench_text_count(number(s, "machine.topology.pus"), pus),
		fact(s, "machine.kernel.release"),
		fact(s, "machine.hypervisor"));
}

static void print_build(const struct show *s)
{
	bench_printf_wrapped(s->to, s->width, "build    ", MARGIN,
			     "%s, %s, %s, full barrier: %s",
			     fact(s, "build.commit"), fact(s, "build.compiler"),
			     fact(s, "build.build-type"),
			     fact(s, "build.barrier"));
}

static void print_statistics(const struct show *s)
{
	double alpha = number(s, "statistics.alpha");

	bench_printf_wrapped(s->to, show_prose_width(s), "numbers  ", MARGIN,
			     "median of the rounds [its %.0f %% interval]; the "
			     "intervals of all ratios of a scenario are right "
			     "together in %.0f %% of runs",
			     100 * (1 - alpha), 100 * (1 - alpha));
}

/* ---- A/A: what identical code showed ---- */

/* The smallest difference that a verdict may call one, after this A/A. */
static double threshold_after(const struct show *s,
			      const struct bench_view_aa *aa)
{
	double least = number(s, "statistics.threshold");

	return fmax(least, fmax(fabs(aa->low - 1), fabs(aa->high - 1)));
}

/* "swap at shared-l3, writer descheduled"; the caller frees. */
static char *control_name(const char *scenario, const char *placement,
			  const char *state)
{
	bool plain = !state || !strcmp(state, "saturated");
	char *text = NULL;

	if (asprintf(&text, "%s at %s%s%s", scenario, placement,
		     plain ? "" : ", writer ", plain ? "" : state) < 0)
		return NULL;
	return text;
}

static void print_control(const struct show *s, const struct bench_view_aa *aa)
{
	char *name =
		control_name(aa->scenario, aa->placement, aa->writer_state);
	char text[BENCH_INTERVAL_TEXT];

	bench_text_interval(aa->median, aa->low, aa->high, 1, text);
	if (aa->passed)
		bench_printf_wrapped(
			s->to, s->width, MARGIN, MARGIN "  ",
			"%s: %s, passed: below %.1f %% is no difference",
			name ? name : "", text, 100 * threshold_after(s, aa));
	else
		bench_printf_wrapped(s->to, s->width, MARGIN, MARGIN "  ",
				     "%s: %s, FAILED: no verdicts; %s",
				     name ? name : "", text,
				     aa->reason ? aa->reason : "");
	free(name);
}

/* The control that a ratio should have and has not; NULL: fine. The caller
 * frees. */
static char *lacking_control(const json_t *result, const json_t *cell)
{
	struct bench_view_ratio r;
	struct bench_view_aa aa;

	if (!bench_view_ratio(cell, &r) || bench_view_aa_of(result, cell, &aa))
		return NULL;
	return control_name(bench_view_scenario(cell),
			    bench_view_placement(cell),
			    bench_view_writer_state(cell));
}

static bool is_first_lacking(const json_t *result, size_t at, const char *name)
{
	for (size_t i = 0; i < at; i++) {
		char *other =
			lacking_control(result, bench_view_cell(result, i));
		bool same = other && !strcmp(name, other);

		free(other);
		if (same)
			return false;
	}
	return true;
}

static void print_lacking(const struct show *s)
{
	for (size_t i = 0; i < bench_view_cells(s->result); i++) {
		char *name = lacking_control(s->result,
					     bench_view_cell(s->result, i));

		if (name && is_first_lacking(s->result, i, name))
			bench_printf_wrapped(
				s->to, s->width, MARGIN, MARGIN "  ",
				"%s: no control, no verdicts", name);
		free(name);
	}
}

static void print_aa(const struct show *s)
{
	struct bench_view_aa aa;
	size_t n = bench_view_aas(s->result);

	if (!n) {
		fprintf(s->to, "A/A      none: no verdicts\n");
		return;
	}
	bench_print_wrapped(s->to, s->width, "A/A      ", MARGIN,
			    "identical code against itself: the noise of this "
			    "run");
	for (size_t i = 0; i < n; i++) {
		bench_view_aa(s->result, i, &aa);
		print_control(s, &aa);
	}
	print_lacking(s);
}

/* ---- Marks ---- */

static void print_marks(const struct show *s)
{
	const char *reason;

	if (!bench_view_is_indicative(s->result))
		return;
	bench_print_wrapped(s->to, s->width, "", MARGIN,
			    "INDICATIVE numbers: directions, not sizes, "
			    "because of");
	for (size_t i = 0; (reason = bench_view_reason(s->result, i)); i++)
		bench_print_wrapped(s->to, s->width, MARGIN, MARGIN "  ",
				    reason);
}

static void print_marked(const struct show *s)
{
	struct bench_view_marks m;

	bench_view_marks(s->result, &m);
	if (!m.n)
		return;
	bench_printf_wrapped(
		s->to, show_prose_width(s), "marked   ", MARGIN,
		"%zu of %zu blocks: the baseline took more than twice what it "
		"does in the run%s%s",
		m.n, m.of, m.id ? "; the first: " : "", m.id ? m.id : "");
}

static void print_traits(const struct show *s)
{
	if (bench_traits_are_assumed(s->result))
		bench_print_wrapped(s->to, show_prose_width(s), "traits   ",
				    MARGIN,
				    "assumed: this run is older than the "
				    "descriptors of strategies that results "
				    "carry; read with those of its time");
}

/* A kept result lacks what no table needs, most of it. */
static void print_lacks(const struct show *s)
{
	const char *what;

	if (!bench_view_lacks(s->result, 0))
		return;
	bench_print_wrapped(s->to, show_prose_width(s), "compact  ", MARGIN,
			    "made small for results/; it lacks");
	for (size_t i = 0; (what = bench_view_lacks(s->result, i)); i++)
		bench_print_wrapped(s->to, show_prose_width(s), MARGIN,
				    MARGIN "  ", what);
}

void show_head(const struct show *s)
{
	print_run(s);
	print_machine(s);
	print_build(s);
	print_traits(s);
	print_lacks(s);
	print_statistics(s);
	print_aa(s);
	print_marked(s);
	print_marks(s);
}
