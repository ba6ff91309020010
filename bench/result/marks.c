/* SPDX-License-Identifier: MIT */
/*
 * marks.c - blocks whose process was another one than those beside it.
 *
 * The baseline of a block is the same code in every block of a scenario. Where
 * it took more than twice what it takes in the run, the whole process was in
 * another state (a neighbour on the core, a host that took its time), and its
 * ratio is of that state. Such a block stays among the values, which are robust
 * against a few of them, and is marked: a reader who sees a wide interval sees
 * why.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/parts.h"
#include "bench/stats/stats.h"

#define TOO_HIGH 2.0 /* times the run's median */

static bool same_baseline(const struct bench_result_cell *a,
			  const struct bench_result_cell *b)
{
	return a->baseline && b->baseline && !strcmp(a->baseline, b->baseline);
}

static double baseline_ns(const struct bench_result_cell *c, size_t round)
{
	return bench_result_in_round(
		c, BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT, round);
}

static size_t rounds_of(const struct bench_result_cell *c)
{
	return json_array_size(c->rounds);
}

/* What a cell's baseline took in all blocks of the run that have it. */
static int run_median(const struct bench_result_build *b,
		      const struct bench_result_cell *like, double *median)
{
	size_t room = 1, n = 0;
	double *ns;

	for (size_t i = 0; i < b->n_cells; i++)
		if (same_baseline(&b->cells[i], like))
			room += rounds_of(&b->cells[i]);
	ns = calloc(room, sizeof(*ns));
	if (!ns)
		return -ENOMEM;
	for (size_t i = 0; i < b->n_cells; i++)
		for (size_t r = 0; same_baseline(&b->cells[i], like) &&
				   r < rounds_of(&b->cells[i]);
		     r++)
			if (!isnan(baseline_ns(&b->cells[i], r)))
				ns[n++] = baseline_ns(&b->cells[i], r);
	*median = NAN;
	bench_stats_median(ns, n, median);
	free(ns);
	return 0;
}

static void mark(struct bench_result_cell *c, double median)
{
	for (size_t r = 0; r < rounds_of(c); r++) {
		double times = baseline_ns(c, r) / median;

		if (!(times > TOO_HIGH))
			continue;
		bench_set(json_array_get(c->rounds, r), "mark",
			  json_sprintf("its baseline took %.1f times the run's "
				       "median",
				       times));
		c->marked++;
	}
}

int bench_mark_rounds(struct bench_result_build *b)
{
	int err = 0;

	for (size_t i = 0; i < b->n_cells && !err; i++) {
		struct bench_result_cell *c = &b->cells[i];
		double median;

		if (!c->baseline || !rounds_of(c))
			continue;
		err = run_median(b, c, &median);
		if (!err)
			mark(c, median);
	}
	return err;
}
