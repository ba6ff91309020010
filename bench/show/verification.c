/* SPDX-License-Identifier: MIT */
/* verification.c - what was checked in the timed runs, and what was caught. */
#include <math.h>

#include "bench/show/parts.h"

static double sum_of(const struct show *s, enum bench_figure figure)
{
	const json_t *cell;
	double sum = 0;

	show_for_each_cell(s, cell)
	{
		double n = bench_view_figure(cell, figure).value;

		sum += isnan(n) ? 0 : n;
	}
	return sum;
}

void show_checked(const struct show *s)
{
	double snapshots = sum_of(s, BENCH_FIGURE_VERIFICATION_SNAPSHOTS);

	if (!(snapshots > 0)) /* floors, writes alone */
		return;
	show_title(s,
		   "Checked in the timed runs: every event of %.0f snapshots "
		   "accounted for, and %.0f events of %.0f of them read back "
		   "one by one, between the measured slices.",
		   snapshots, sum_of(s, BENCH_FIGURE_VERIFICATION_EVENTS),
		   sum_of(s, BENCH_FIGURE_VERIFICATION_WALKED));
}

void show_evidence(const struct show *s, bool broken)
{
	const json_t *cell;

	show_for_each_cell(s, cell)
	{
		const char *why = bench_view_why(cell);

		if (broken && bench_view_is_broken(cell))
			show_line(s, "%s broken: %s (declared unsound)",
				  bench_view_id(cell), why ? why : "");
		else if (bench_view_is_invalid(cell))
			show_line(s, "%s INVALID: %s", bench_view_id(cell),
				  why ? why : "");
	}
}
