/* SPDX-License-Identifier: MIT */
/* Series that depend on themselves: the block bootstrap. Conventions:
 * bench/stats/stats.h. */
#ifndef BENCH_STATS_BOOTSTRAP_H
#define BENCH_STATS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "bench/stats/stats.h"

struct bench_bootstrap {
	double q;     /* quantile, 0 < q < 1; NaN: the mean */
	size_t block; /* values in a block: longer than their memory */
	unsigned int replicates; /* 0 means 2000 */
	double alpha;
	uint64_t seed; /* store it with the result */
};

/* Fewer blocks than this resample too few distinct series to trust. */
#define BENCH_BOOTSTRAP_MIN_BLOCKS 20

/* The percentile interval of the mean or a quantile (of type "rank ceil(q n)")
 * of the time series @x[0..@n), by resampling whole blocks of it, drawn with
 * replacement and wrapping at the end (circular block bootstrap: Politis and
 * Romano 1992). *@estimate, unless NULL, gets the statistic of @x itself.
 * Costs n * replicates. -ENODATA: fewer than BENCH_BOOTSTRAP_MIN_BLOCKS blocks,
 * or n below bench_stats_support() of the quantile. -EDOM also for infinite
 * values. */
int bench_stats_bootstrap(const double *x, size_t n,
			  const struct bench_bootstrap *how,
			  struct bench_interval *out, double *estimate);

#endif
