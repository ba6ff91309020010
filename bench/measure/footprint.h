/* SPDX-License-Identifier: MIT */
/*
 * footprint.h - what one swap does to the writer around it.
 *
 *	err = bench_footprint_create(&f, cycles_per_ns, seed);
 *	... for each slice with swaps:
 *	bench_footprint_fold_swaps(&f, stamps, n, starts, n_starts);
 *	... for each slice without:
 *	bench_footprint_fold_control(&f, stamps, n);
 *	bench_footprint_put(&f, datum);
 *	bench_footprint_destroy(&f);
 *
 * Every event of a slice is stamped. Around the start of each swap a window of
 * 200 us is cut out, and around random instants of the slices without swaps as
 * many more, of the same run: the control. A gap is the time between two
 * stamps; it belongs to the bin in which it ended, since a delay shows after
 * its cause. Windows that reach beyond the stamps of a slice are left out.
 *
 * For scenario_footprint.c. One thread at a time; nothing here reads a clock.
 */
#ifndef BENCH_MEASURE_FOOTPRINT_H
#define BENCH_MEASURE_FOOTPRINT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/base/rng.h"
#include "bench/stats/histogram.h"

#define BENCH_BIN_NS   1000
#define BENCH_BINS     200
#define BENCH_BIN_FROM (-10000)
#define BENCH_WINDOWS  16384u /* more are not looked at */

/*
 * The gaps of one window that are longer than all after them, the longest
 * first. The last gap beyond any threshold is one of these, so that the
 * threshold can come later. They are few: about the logarithm of all gaps.
 */
#define BENCH_TAIL 24u
struct bench_tail {
	unsigned int n;
	uint32_t ns[BENCH_TAIL];
	uint32_t ended[BENCH_TAIL]; /* ns after the instant */
};

/* [0] control, [1] around swaps. */
struct bench_footprint {
	struct bench_hist **bins[2];
	struct bench_hist *peak[2];
	struct bench_hist *duration;
	uint64_t windows[2];
	/* Of each window: gaps that ended after its instant. */
	double *gaps[2];
	struct bench_tail *tails; /* of each window around a swap */
	double cycles_per_ns;
	struct bench_rng rng;
};

/** bench_footprint_create() - no window yet; 0 or -ENOMEM, then destroy it */
int bench_footprint_create(struct bench_footprint *f, double cycles_per_ns,
			   uint64_t seed);

/** bench_footprint_destroy() - a zeroed one is allowed */
void bench_footprint_destroy(struct bench_footprint *f);

/**
 * bench_footprint_fold_swaps() - a window around each swap of a slice
 * @stamps: @n of them, ascending, in cycles; n > 0
 * @starts: of @n_starts swaps, on the same clock
 */
void bench_footprint_fold_swaps(struct bench_footprint *f,
				const uint64_t *stamps, size_t n,
				const uint64_t *starts, unsigned int n_starts);

/** bench_footprint_fold_control() - windows of a slice without swaps */
void bench_footprint_fold_control(struct bench_footprint *f,
				  const uint64_t *stamps, size_t n);

/** bench_footprint_put() - the part "footprint" of a datum; once */
void bench_footprint_put(struct bench_footprint *f, json_t *datum);

#endif
