/* SPDX-License-Identifier: MIT */
/* verification.c - what was checked in the timed runs, and what was caught. */
#include <math.h>

#include "bench/show/parts.h"

static double sum_of(const json_t *cells, const char *figure)
{
	const json_t *cell;
	double sum = 0;
	size_t i;

	json_array_foreach (cells, i, cell) {
		double n = bench_get_number(cell, figure);

		sum += isnan(n) ? 0 : n;
	}
	return sum;
}

static void print_evidence(const struct show *s, const json_t *cell)
{
	bool broken = show_is(cell, "status", "broken");
	const char *reason = bench_text(cell, "reason");

	show_line(s, "%s %s: %s%s", bench_text(cell, "id"),
		  broken ? "broken" : "INVALID", reason ? reason : "",
		  broken ? " (declared unsound)" : "");
}

void show_verification(const struct show *s)
{
	const json_t *cell;
	size_t i;

	show_title(s,
		   "Checked in the timed runs: every event of %.0f snapshots "
		   "accounted for, and %.0f events of %.0f of them read back "
		   "one by one, between the measured slices.",
		   sum_of(s->cells, "verification.snapshots"),
		   sum_of(s->cells, "verification.events"),
		   sum_of(s->cells, "verification.walked"));
	json_array_foreach (s->cells, i, cell)
		if (show_is(cell, "status", "broken") ||
		    show_is(cell, "status", "invalid"))
			print_evidence(s, cell);
}
