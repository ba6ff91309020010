/* SPDX-License-Identifier: MIT */
/* verify_torture.c - verify on real threads: torture, litmus, faults. */
#include "tools/verify.h"

#include <string.h>

#include "proof/torture/cpus.h"
#include "proof/litmus/litmus.h"
#include "proof/torture/torture.h"

/* ------------------------------------------------------------------------ */
/* Litmus                                                                   */

void verify_litmus(struct verify *v, double seconds)
{
	uint64_t each = (uint64_t)(seconds * 1e9 / LITMUS_ORDERS);
	struct litmus_result found;
	char why[128];

	fprintf(v->out,
		"store buffering: both sides store, then load the "
		"other's word; how often do both miss?\n"
		"%-14s %12s %12s %12s\n",
		"between", "trials", "both missed", "per million");
	for (enum litmus_order o = 0; o < LITMUS_ORDERS; o++) {
		int err = litmus_run(o, each, &found, why, sizeof(why));
		bool bad = !err && litmus_forbids(o) && found.both_missed;

		if (err) {
			fprintf(v->out, "%-14s unavailable: %s\n",
				litmus_name(o), why);
			verify_add_row(v, "litmus", litmus_name(o),
				       "unavailable", false, "%s", why);
			continue;
		}
		fprintf(v->out, "%s%-14s %12llu %12llu %12.1f\n",
			bad ? "!!! " : "", litmus_name(o),
			(unsigned long long)found.trials,
			(unsigned long long)found.both_missed,
			1e6 * (double)found.both_missed / (double)found.trials);
		verify_add_row(v, "litmus", litmus_name(o),
			       bad		   ? "BROKEN"
			       : litmus_forbids(o) ? "never"
			       : found.both_missed ? "reorders"
						   : "not seen",
			       bad, "%llu of %llu trials",
			       (unsigned long long)found.both_missed,
			       (unsigned long long)found.trials);
	}
	fputc('\n', v->out);
}

/* ------------------------------------------------------------------------ */
/* Torture                                                                  */

static unsigned long long swaps_done(const struct torture_result *r)
{
	return r->swaps[TORTURE_OK] + r->swaps[TORTURE_DEFERRED];
}

static void print_torture(struct verify *v, const struct swap_strategy *s,
			  const struct torture_result *r)
{
	double seconds = (double)r->pure_ns * 1e-9 + 1e-9;

	fprintf(v->out,
		"%-*s %4llu %8.1f %8.1f %8.1f %8.2f %9llu %9llu %7.1f %7.1f "
		" %s\n",
		swap_name_width(), s->name, (unsigned long long)r->rounds,
		(double)r->checked * 1e-6, (double)r->overrun * 1e-6,
		(double)r->refused * 1e-6, (double)r->nested * 1e-6,
		swaps_done(r), (unsigned long long)torture_violations(r),
		(double)r->pure_checked * 1e-6 / seconds,
		(double)r->pure_counted * 1e-6 / seconds,
		torture_verdict_name(torture_verdict(s, r)));
	fflush(v->out);
}

static void torture_one(struct verify *v, const struct swap_strategy *s,
			double seconds)
{
	struct torture_options options = {
		.strategy = s,
		/* Caught, it ends at once; a busy machine may need longer. */
		.seconds = s->sound ? seconds : 4 * seconds,
		.seed = v->seed,
		.stop_when_broken = !s->sound,
		.out = v->out,
		.verbose = v->verbose,
	};
	struct torture_result *r = torture_result_new();
	enum torture_verdict verdict;
	int err = r ? torture_run(&options, r) : -ENOMEM;

	if (err) {
		verify_add_row(v, "torture", s->name, "FAILED", true, "%s",
			       strerror(-err));
		torture_result_free(r);
		return;
	}
	verdict = torture_verdict(s, r);
	print_torture(v, s, r);
	if (verdict == TORTURE_MISSED && cpus_allowed((int[2]){ 0 }, 2) < 2)
		verify_add_row(
			v, "torture", s->name, "unavailable", false,
			"one CPU allowed: nothing runs at the same time");
	else if (load_relaxed(&r->forbidden) && !torture_violations(r))
		verify_add_row(v, "torture", s->name, "unavailable", false,
			       "the system refused swaps: %s",
			       strerror(load_relaxed(&r->forbidden)));
	else if (torture_violations(r))
		verify_add_row(
			v, "torture", s->name, torture_verdict_name(verdict),
			verdict == TORTURE_BROKEN || verdict == TORTURE_MISSED,
			"%llu violations after "
			"%.0f ms: %s",
			(unsigned long long)torture_violations(r),
			(double)r->broken_ns * 1e-6, r->first);
	else
		verify_add_row(
			v, "torture", s->name, torture_verdict_name(verdict),
			verdict != TORTURE_HOLDS,
			"%.1f M events checked, %.1f M counted, %llu swaps",
			(double)r->checked * 1e-6,
			(double)(r->overrun + r->refused) * 1e-6,
			swaps_done(r));
	torture_result_free(r);
}

void verify_torture(struct verify *v, double seconds)
{
	const struct swap_strategy *s;
	unsigned int n = verify_count_wanted(v);

	fprintf(v->out,
		"torture, seed %llu; millions of events, and per second and "
		"writer in the rounds of measured loops\n"
		"%-*s %4s %8s %8s %8s %8s %9s %9s %7s %7s  %s\n",
		(unsigned long long)v->seed, swap_name_width(), "strategy",
		"rnds", "checked", "overrun", "refused", "nested", "swaps",
		"violated", "chk/s", "count/s", "verdict");
	swap_for_each_strategy (s)
		if (verify_is_wanted(v, s, "torture"))
			torture_one(v, s, seconds / n);
	fputc('\n', v->out);
}

/* ------------------------------------------------------------------------ */
/* Faults                                                                   */

static const char *const fault_words[] = {
	[FAULT_HOLDS] = "holds",
	[FAULT_DIFFERS] = "DIFFERS",
	[FAULT_SKIPPED] = "skipped",
};

/* One strategy under the fault whose row is being made. */
struct cell {
	const char *name;
	struct fault_row row;
	bool printed;
};

static void stage_one(struct verify *v, enum fault fault,
		      const struct swap_strategy *s, struct cell *cell)
{
	struct fault_row *row = &cell->row;
	char subject[64];
	int err;

	*cell = (struct cell){ .name = s->name };
	row->verdict = FAULT_DIFFERS;
	err = fault_run(fault, s, row);
	if (err)
		snprintf(row->seen, sizeof(row->seen), "%s", strerror(-err));
	snprintf(subject, sizeof(subject), "%s.%s", s->name, fault_name(fault));
	verify_add_row(v, "fault", subject, fault_words[row->verdict],
		       row->verdict == FAULT_DIFFERS, "%s; books: %s",
		       row->seen, row->books);
}

static bool is_alike(const struct fault_row *a, const struct fault_row *b)
{
	return a->verdict == b->verdict && !strcmp(a->expected, b->expected) &&
	       !strcmp(a->seen, b->seen) && !strcmp(a->books, b->books);
}

/* Strategies that end alike share a line. */
static void print_cells(struct verify *v, enum fault fault, struct cell *cells,
			unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct fault_row *row = &cells[i].row;

		if (cells[i].printed)
			continue;
		fprintf(v->out, "| %s |", fault_name(fault));
		for (unsigned int k = i; k < n; k++)
			if (is_alike(row, &cells[k].row)) {
				fprintf(v->out, " `%s`", cells[k].name);
				cells[k].printed = true;
			}
		fprintf(v->out, " | %s | %s | %s | %s%s |\n", row->expected,
			row->seen, row->books,
			row->verdict == FAULT_DIFFERS ? "!!! " : "",
			fault_words[row->verdict]);
	}
	fflush(v->out);
}

void verify_faults(struct verify *v)
{
	const struct swap_strategy *s;
	struct cell cells[VERIFY_STRATEGIES_MAX];

	fprintf(v->out,
		"| fault | strategies | expected of swap | seen | "
		"books | verdict |\n|---|---|---|---|---|---|\n");
	for (enum fault f = 0; f < FAULTS; f++) {
		unsigned int n = 0;

		if (v->fault != FAULTS && v->fault != f)
			continue;
		swap_for_each_strategy (s)
			if ((!v->strategy || !strcmp(v->strategy, s->name)) &&
			    n < VERIFY_STRATEGIES_MAX)
				stage_one(v, f, s, &cells[n++]);
		print_cells(v, f, cells, n);
	}
	fputc('\n', v->out);
}
