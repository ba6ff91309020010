/* SPDX-License-Identifier: MIT */
/* summary_text.c - the answers in plain words, a line each. */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "bench/show/parts.h"
#include "bench/show/summary.h"

#define MARGIN "                   "

/* ---- Lists ---- */

/* "barrier", or "barrier (18.6 events)", with a number as it is printed. */
typedef void (*print_value_fn)(FILE *to, double value);

static void print_names(FILE *to, const struct bench_names *names,
			print_value_fn print_value)
{
	for (size_t i = 0; i < names->n; i++) {
		fprintf(to, "%s%s", i ? ", " : "", names->name[i]);
		if (print_value)
			print_value(to, names->value[i]);
	}
}

static void print_ns(FILE *to, double ns)
{
	char text[BENCH_NUMBER_TEXT];

	if (!isnan(ns))
		fprintf(to, " (%s)", bench_text_time(ns, text));
}

static void print_number(FILE *to, double value)
{
	char text[BENCH_NUMBER_TEXT];

	if (isnan(value))
		fputs(" (in other tables)", to);
	else if (value > 0)
		fprintf(to, " %s", bench_text_number(value, text));
	else
		fputs(" (seldom)", to);
}

static void print_violations(FILE *to, double n)
{
	if (n > 0)
		fprintf(to, " (%.0f violation%s)", n, n == 1 ? "" : "s");
	else
		fputs(" (crashed or hung)", to);
}

static void print_percent(FILE *to, double share)
{
	char text[BENCH_NUMBER_TEXT];

	if (!isnan(share))
		fprintf(to, " (%s %%)", bench_text_number(100 * share, text));
}

/* ---- The cheapest ---- */

static void print_best(FILE *to, const struct bench_choice *c)
{
	if (!c->names.n)
		return;
	fprintf(to, "; the smallest median is %s's", c->names.name[0]);
	print_ns(to, c->names.value[0]);
}

static void print_nothing(FILE *to, const struct bench_choice *c,
			  const char *scenario)
{
	if (!c->at)
		fprintf(to, "unknown: this run has no cell of %s", scenario);
	else if (c->unpriced.n)
		fputs("unknown: no candidate has a number to compare", to);
	else
		fputs("unknown: no candidate that holds was measured", to);
}

static void print_several(FILE *to, const struct bench_choice *c)
{
	size_t rest = c->rivals - c->names.n;

	fputs("not told apart: ", to);
	print_names(to, &c->names, print_ns);
	if (rest == 1)
		fputs("; the other candidate costs more", to);
	else if (rest)
		fprintf(to, "; the other %zu candidates cost more", rest);
}

static void print_choice(FILE *to, const struct bench_choice *c,
			 const char *scenario)
{
	switch (c->kind) {
	case BENCH_CHOICE_NOTHING:
		print_nothing(to, c, scenario);
		break;
	case BENCH_CHOICE_NO_CONTROL:
		fprintf(to, "not judged, A/A of %s: %s", scenario,
			c->why ? c->why : "there is no control");
		print_best(to, c);
		break;
	case BENCH_CHOICE_TOO_FEW:
		fprintf(to,
			"not judged: %zu candidates need %u rounds with "
			"numbers of all, and have %u",
			c->rivals, c->needs, c->rounds);
		print_best(to, c);
		break;
	case BENCH_CHOICE_ALONE:
		fputs("the only candidate here is ", to);
		print_names(to, &c->names, print_ns);
		break;
	case BENCH_CHOICE_ONE:
		print_names(to, &c->names, print_ns);
		fprintf(to, ", of %zu candidates", c->rivals);
		break;
	case BENCH_CHOICE_SEVERAL:
		print_several(to, c);
		break;
	}
	if (c->unpriced.n) {
		fputs("; measured too seldom for a median: ", to);
		print_names(to, &c->unpriced, NULL);
	}
}

static void print_writer(FILE *to, const struct bench_summary *s)
{
	print_choice(to, &s->writer, "write");
}

static void print_swapper(FILE *to, const struct bench_summary *s)
{
	print_choice(to, &s->swapper, "swap");
}

/* ---- Events, soundness ---- */

static void print_losses(FILE *to, const struct bench_summary *s)
{
	if (!s->lossless.n && !s->lossy.n) {
		fputs("unknown: no candidate that holds was swapped", to);
		return;
	}
	if (s->lossless.n)
		print_names(to, &s->lossless, NULL);
	else
		fputs("none", to);
	if (s->lossy.n) {
		fputs("; refused for each swap: ", to);
		print_names(to, &s->lossy, print_number);
	}
}

/* What was caught that claims to be sound. */
static void print_invalid(FILE *to, const struct bench_summary *s)
{
	print_names(to, &s->invalid, print_violations);
	fprintf(to, ", although %s to be sound",
		s->invalid.n == 1 ? "it claims" : "they claim");
}

static void print_caught(FILE *to, const struct bench_summary *s)
{
	if (s->invalid.n)
		print_invalid(to, s);
	if (s->caught.n) {
		fputs(s->invalid.n ? "; " : "", to);
		print_names(to, &s->caught, print_violations);
		fprintf(to, ", declared unsound, as it should be%s",
			s->invalid.n ? "" : "; nothing else");
	} else if (!s->uncaught.n && !s->invalid.n) {
		fputs("nothing; no strategy that is declared unsound was "
		      "swapped, which would show that a fault is seen",
		      to);
	}
	if (s->uncaught.n) {
		fputs(s->caught.n || s->invalid.n ? "; not " : "not ", to);
		print_names(to, &s->uncaught, NULL);
		fprintf(to,
			", declared unsound: this run could not have seen "
			"%s fault in the others either",
			s->invalid.n ? "every" : "a");
	}
}

/* ---- What could not be told ---- */

static void print_unmeasured(FILE *to, const struct bench_summary *s)
{
	const char *why = bench_view_why(s->first_unmeasured);

	fprintf(to, "%s%zu cell%s without numbers: %s%s, %s%s%s",
		s->unresolved.n || s->unjudged.n ? "; " : "", s->unmeasured,
		s->unmeasured == 1 ? "" : "s",
		s->unmeasured == 1 ? "" : "the first is ",
		bench_view_id(s->first_unmeasured),
		bench_view_status(s->first_unmeasured), why ? ": " : "",
		why ? why : "");
}

static void print_unresolved(FILE *to, const struct bench_summary *s)
{
	if (s->unresolved.n) {
		fputs("the cost of a write beside the baseline's, of ", to);
		print_names(to, &s->unresolved, print_percent);
		fputs(" (the difference that would have shown)", to);
	}
	if (s->unjudged.n) {
		fprintf(to, "%sno verdict on a write of ",
			s->unresolved.n ? "; " : "");
		print_names(to, &s->unjudged, NULL);
	}
	if (s->unmeasured)
		print_unmeasured(to, s);
	if (!s->unresolved.n && !s->unjudged.n && !s->unmeasured)
		fputs("nothing in this table", to);
}

static void print_next(FILE *to, const struct bench_summary *s)
{
	switch (s->next) {
	case BENCH_NEXT_VERIFY:
		fprintf(to,
			"read the evidence above, and look for more of it with "
			"`ringswap verify --strategy %s`",
			s->invalid.name[0]);
		break;
	case BENCH_NEXT_ROUNDS:
		fprintf(to,
			"run the same with --rounds %u or more: fewer allow no "
			"verdicts",
			s->needs);
		break;
	case BENCH_NEXT_DOCTOR:
		fputs("`ringswap doctor` says what disturbs this machine; then "
		      "run again",
		      to);
		break;
	case BENCH_NEXT_LONGER:
		fputs("run the same with more --rounds, until what is unsound "
		      "is caught",
		      to);
		break;
	case BENCH_NEXT_MEASURE:
		fputs("`ringswap run --matrix quick` measures both sides", to);
		break;
	case BENCH_NEXT_RESOLVE:
		fputs("run the same with --precision 3% to tell more apart, "
		      "and read the other tables",
		      to);
		break;
	case BENCH_NEXT_LOOK:
		fputs("read the other tables, or draw them with "
		      "`ringswap plot`",
		      to);
		break;
	}
}

/* ---- All of it ---- */

static const struct {
	const char *label; /* as wide as the margin */
	void (*print)(FILE *to, const struct bench_summary *s);
} lines[] = {
	{ "  cheapest writer  ", print_writer },
	{ "  cheapest swap    ", print_swapper },
	{ "  loses no event   ", print_losses },
	{ "  caught breaking  ", print_caught },
	{ "  not resolved     ", print_unresolved },
	{ "  what next        ", print_next },
};

void show_summary(const struct show *s, const struct bench_summary *summary)
{
	show_title(s, "What this run says");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *to = open_memstream(&text, &size);

		if (!to)
			continue;
		lines[i].print(to, summary);
		fclose(to);
		bench_print_wrapped(s->to, s->width, lines[i].label, MARGIN,
				    text);
		free(text);
	}
}
