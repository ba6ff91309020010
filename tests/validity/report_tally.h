/* SPDX-License-Identifier: MIT */
/* report_tally.h - how often each sort of row was judged how. */
#ifndef RINGSWAP_TESTS_VALIDITY_REPORT_TALLY_H
#define RINGSWAP_TESTS_VALIDITY_REPORT_TALLY_H

#include <jansson.h>

#include "bench/stats/verdict.h"

#define TALLIES 32

/* What is known of a row. */
struct truth {
	char base[64]; /* the strategy that it is, but for the delay */
	const char *scenario;
	double log_ratio;
};

/* All comparisons of rows of one truth. */
struct tally {
	struct truth truth;
	unsigned int n;	   /* comparisons with a verdict */
	unsigned int none; /* A/A failed */
	unsigned int verdicts[BENCH_VERDICT_NOT_RESOLVED + 1];
	unsigned int wrong_sign;
	unsigned int excluded; /* interval without 1 */
	unsigned int covered;
	unsigned int intervals;
	double level; /* summed over intervals */
	double *half; /* half-widths */
	double *medians;
};

extern struct tally report_tallies[TALLIES];
extern unsigned int report_n_tallies;

/* Add a result's rows. Truths keep pointing into it. */
void report_count(const json_t *result);

#endif
