/* SPDX-License-Identifier: MIT */
/* footprint.c - windows of gaps, their bins, and what a swap took. */
#include "bench/measure/footprint.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/result/figures.h"
#include "bench/stats/stats.h"

/* Random windows for each slice without swaps. */
#define CONTROLS 2

int bench_footprint_create(struct bench_footprint *f, double cycles_per_ns,
			   uint64_t seed)
{
	f->cycles_per_ns = cycles_per_ns;
	bench_rng_seed(&f->rng, seed);
	for (unsigned int side = 0; side < 2; side++) {
		f->bins[side] = calloc(BENCH_BINS, sizeof(*f->bins[side]));
		f->peak[side] = bench_hist_new();
		f->gaps[side] = calloc(BENCH_WINDOWS, sizeof(double));
		if (!f->bins[side] || !f->peak[side] || !f->gaps[side])
			return -ENOMEM;
		for (unsigned int i = 0; i < BENCH_BINS; i++)
			if (!(f->bins[side][i] = bench_hist_new()))
				return -ENOMEM;
	}
	f->tails = calloc(BENCH_WINDOWS, sizeof(*f->tails));
	f->duration = bench_hist_new();
	return f->tails && f->duration ? 0 : -ENOMEM;
}

void bench_footprint_destroy(struct bench_footprint *f)
{
	for (unsigned int side = 0; side < 2; side++) {
		for (unsigned int i = 0; f->bins[side] && i < BENCH_BINS; i++)
			bench_hist_free(f->bins[side][i]);
		free(f->bins[side]);
		bench_hist_free(f->peak[side]);
		free(f->gaps[side]);
	}
	free(f->tails);
	bench_hist_free(f->duration);
}

/* The first stamp at or after an instant; the stamps ascend. */
static size_t first_behind(const uint64_t *stamps, size_t n, double instant)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if ((double)stamps[middle] < instant)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct window {
	struct bench_footprint *f;
	bool is_swap;
	double at; /* cycles */
};

/* In cycles: a window has thousands of gaps, and a division is dear. */
struct walk {
	struct bench_hist **bins;
	unsigned int bin; /* the one that gaps end in now */
	double from;	  /* where the first one begins */
	double bin_cycles;
	double ns_per_cycle;
	uint64_t gaps; /* that ended after the instant, in a bin */
	uint64_t peak; /* the longest of them; it may end after the bins */
};

static void walk_gap(struct walk *walk, double at, uint64_t from, uint64_t to)
{
	uint64_t gap = to - from;

	while ((double)to >= walk->from + (walk->bin + 1) * walk->bin_cycles &&
	       walk->bin < BENCH_BINS - 1)
		walk->bin++;
	bench_hist_record(walk->bins[walk->bin],
			  (uint64_t)((double)gap * walk->ns_per_cycle + 0.5));
	if ((double)to < at)
		return;
	walk->gaps++;
	if (gap > walk->peak)
		walk->peak = gap;
}

static uint32_t to_ns(const struct window *window, double cycles)
{
	double ns = cycles / window->f->cycles_per_ns;

	return ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

/* From the window's last gap, stamps[last - 1] to stamps[last], back to its
 * instant. Beyond what a tail holds the shortest gaps are forgotten. */
static void note_tail(const struct window *window, struct bench_tail *tail,
		      const uint64_t *stamps, size_t last)
{
	struct bench_tail all = { 0 };
	uint64_t longest = 0;

	for (size_t i = last; i > 0 && (double)stamps[i] >= window->at; i--) {
		uint64_t gap = stamps[i] - stamps[i - 1];

		if (gap <= longest)
			continue;
		longest = gap;
		all.ns[all.n % BENCH_TAIL] = to_ns(window, (double)gap);
		all.ended[all.n++ % BENCH_TAIL] =
			to_ns(window, (double)stamps[i] - window->at);
	}
	for (; tail->n < all.n && tail->n < BENCH_TAIL; tail->n++) {
		unsigned int from = (all.n - 1 - tail->n) % BENCH_TAIL;

		tail->ns[tail->n] = all.ns[from];
		tail->ended[tail->n] = all.ended[from];
	}
}

static void fold_window(struct window *window, const uint64_t *stamps, size_t n)
{
	struct bench_footprint *f = window->f;
	double from = window->at + BENCH_BIN_FROM * window->f->cycles_per_ns;
	double to = from + BENCH_BIN_NS * BENCH_BINS * window->f->cycles_per_ns;
	struct walk walk = {
		.bins = f->bins[window->is_swap],
		.from = from,
		.bin_cycles = BENCH_BIN_NS * window->f->cycles_per_ns,
		.ns_per_cycle = 1 / window->f->cycles_per_ns,
	};
	size_t i = first_behind(stamps, n, from);
	uint64_t number = f->windows[window->is_swap];

	if (i == 0 || (double)stamps[n - 1] <= to || number == BENCH_WINDOWS)
		return;
	for (; (double)stamps[i] < to; i++)
		walk_gap(&walk, window->at, stamps[i - 1], stamps[i]);
	/* One that began in the window counts for the peak where it ends. */
	if (stamps[i] - stamps[i - 1] > walk.peak)
		walk.peak = stamps[i] - stamps[i - 1];
	bench_hist_record(f->peak[window->is_swap],
			  to_ns(window, (double)walk.peak));
	f->gaps[window->is_swap][number] = (double)walk.gaps;
	f->windows[window->is_swap]++;
	if (window->is_swap)
		note_tail(window, &f->tails[number], stamps, i);
}

void bench_footprint_fold_swaps(struct bench_footprint *f,
				const uint64_t *stamps, size_t n,
				const uint64_t *starts, unsigned int n_starts)
{
	for (unsigned int i = 0; i < n_starts; i++) {
		struct window window = {
			.f = f,
			.is_swap = true,
			.at = (double)starts[i],
		};

		fold_window(&window, stamps, n);
	}
}

void bench_footprint_fold_control(struct bench_footprint *f,
				  const uint64_t *stamps, size_t n)
{
	double span = (double)(stamps[n - 1] - stamps[0]);

	for (unsigned int i = 0; i < CONTROLS; i++) {
		struct window window = {
			.f = f,
			.at = (double)stamps[0] +
			      span * bench_rng_double(&f->rng),
		};

		fold_window(&window, stamps, n);
	}
}

/* The part of a window after its instant. */
#define BEHIND_NS ((double)BENCH_BIN_NS * BENCH_BINS + BENCH_BIN_FROM)

/*
 * Time that one swap takes from the writer: the events that are missing after
 * a swap, at what an event usually takes in the control. Medians on both
 * sides, so that a window in which the machine took the PU away does not
 * decide. Negative where refused writes are quicker than stored ones.
 */
static double stolen_ns(const struct bench_footprint *f)
{
	double *values = calloc(BENCH_WINDOWS, sizeof(*values));
	double usual = NAN, stolen = NAN;
	size_t n = 0;

	for (uint64_t i = 0; values && i < f->windows[0]; i++)
		if (f->gaps[0][i] > 0)
			values[n++] = BEHIND_NS / f->gaps[0][i];
	if (!values || bench_stats_median(values, n, &usual))
		goto out;
	for (uint64_t i = 0; i < f->windows[1]; i++)
		values[i] = BEHIND_NS - f->gaps[1][i] * usual;
	bench_stats_median(values, f->windows[1], &stolen);
out:
	free(values);
	return stolen;
}

/* When the last gap of a window ended that is longer than usual; 0: none is. */
static uint64_t last_long(const struct bench_tail *tail, uint64_t usual)
{
	uint64_t ended = 0;

	for (unsigned int i = 0; i < tail->n && tail->ns[i] > usual; i++)
		ended = tail->ended[i];
	return ended;
}

/* Usual is what nine of ten windows without a swap stay below. */
static void record_durations(struct bench_footprint *f)
{
	uint64_t usual = (uint64_t)bench_hist_value_at(f->peak[0], 0.9);

	for (uint64_t i = 0; f->windows[0] && i < f->windows[1]; i++)
		bench_hist_record(f->duration, last_long(&f->tails[i], usual));
}

void bench_footprint_put(struct bench_footprint *f, json_t *datum)
{
	record_durations(f);
	bench_figure_put_count(datum, BENCH_FIGURE_FOOTPRINT_BIN_NS,
			       BENCH_BIN_NS);
	bench_figure_put_count(datum, BENCH_FIGURE_FOOTPRINT_FROM_NS,
			       BENCH_BIN_FROM);
	bench_figure_put_count(datum, BENCH_FIGURE_FOOTPRINT_SWAPS,
			       (int64_t)f->windows[1]);
	bench_figure_put_count(datum, BENCH_FIGURE_FOOTPRINT_CONTROLS,
			       (int64_t)f->windows[0]);
	bench_figure_put_series(datum, BENCH_FIGURE_FOOTPRINT_SWAP, f->bins[1],
				BENCH_BINS);
	bench_figure_put_series(datum, BENCH_FIGURE_FOOTPRINT_CONTROL,
				f->bins[0], BENCH_BINS);
	bench_figure_put(datum, BENCH_FIGURE_FOOTPRINT_STOLEN_NS, stolen_ns(f));
	bench_figure_put_hist(datum, BENCH_FIGURE_FOOTPRINT_PEAK, f->peak[1]);
	bench_figure_put_hist(datum, BENCH_FIGURE_FOOTPRINT_CONTROL_PEAK,
			      f->peak[0]);
	bench_figure_put_hist(datum, BENCH_FIGURE_FOOTPRINT_DURATION,
			      f->duration);
}
