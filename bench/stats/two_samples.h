/* SPDX-License-Identifier: MIT */
/* Two independent sets of per-run figures: another day, another commit.
 * Conventions: bench/stats/stats.h. */
#ifndef BENCH_STATS_TWO_SAMPLES_H
#define BENCH_STATS_TWO_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

struct bench_shift {
	double shift;  /* Hodges-Lehmann: the median of all y - x */
	double lo, hi; /* Moses' interval for it; NaN if has_interval is not */
	double level;  /* coverage achieved by the interval */
	double p;      /* two-sided Mann-Whitney */
	double a12;    /* Vargha-Delaney: P(y > x) + P(y = x) / 2 */
	bool exact;    /* p by enumeration, ties included; else normal */
	bool has_interval; /* false: too few values for 1 - alpha */
};

/* Sets up to this size are enumerated exactly. */
#define BENCH_SHIFT_EXACT_MAX 50

/* Compares @x[0..@nx) with @y[0..@ny); give logarithms to compare ratios. The
 * values must be per-run figures: events of one run are not independent, and a
 * million of them make any difference "significant". Exact for both sizes up to
 * BENCH_SHIFT_EXACT_MAX, given the ties as they are; beyond, the normal
 * approximation with tie and continuity correction. Both tails are doubled.
 * The interval's level is that of untied data (ties only raise it).
 * Sources: Mann and Whitney 1947; Hodges and Lehmann 1963; Hollander, Wolfe and
 * Chicken, Nonparametric Statistical Methods, sections 4.1-4.3. */
int bench_stats_shift(const double *x, size_t nx, const double *y, size_t ny,
		      double alpha, struct bench_shift *out);

/* Holm's adjusted p-values of @p[0..@n) into @adjusted (may be @p itself):
 * those at most alpha may be called different, with a family error of alpha
 * whatever their dependence. */
int bench_stats_holm(const double *p, size_t n, double *adjusted);

#endif
