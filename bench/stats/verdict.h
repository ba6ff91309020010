/* SPDX-License-Identifier: MIT */
/* What an interval of ratios says: the verdict and its words. */
#ifndef BENCH_STATS_VERDICT_H
#define BENCH_STATS_VERDICT_H

#include <stdbool.h>

enum bench_verdict {
	BENCH_VERDICT_INVALID, /* the run broke a promise of soundness */
	BENCH_VERDICT_NONE,    /* A/A failed: this machine was too noisy */
	BENCH_VERDICT_BETTER,
	BENCH_VERDICT_WORSE,
	BENCH_VERDICT_EQUIVALENT,   /* any difference is too small to matter */
	BENCH_VERDICT_NOT_RESOLVED, /* more rounds, or a quieter machine */
};

/* All ratios are of a cost (time, loss): below 1 is better. Negate the log
 * ratio and its interval for rates. */
struct bench_verdict_input {
	double log_ratio;	     /* median over rounds */
	double log_lo, log_hi;	     /* its interval; NaN if too few rounds */
	double threshold;	     /* practical, 0.03 for 3 % */
	double aa_log_lo, aa_log_hi; /* interval of the A/A control */
	bool aa_passed;
	bool invalid;
};

struct bench_verdict_result {
	enum bench_verdict verdict;
	double threshold;  /* that was used: the practical one or A/A's */
	double half_width; /* smallest difference such an interval resolves, */
			   /* exp((hi - lo) / 2) - 1; NaN if no interval */
};

/* The first that applies:
 *  INVALID       @invalid
 *  NONE          the A/A control failed, or has no interval
 *  BETTER/WORSE  the interval excludes a ratio of 1, and the median ratio is
 *                further from 1 than the threshold
 *  EQUIVALENT    the whole interval is within the threshold
 *  NOT_RESOLVED  otherwise, or there is no interval
 * The threshold is @threshold or, if larger, the greatest distance from 1 of
 * the A/A interval: a difference that identical code showed here is none. A run
 * with no A/A control has @aa_passed false and gets no verdict. */
void bench_verdict_judge(const struct bench_verdict_input *in,
			 struct bench_verdict_result *out);

/* For people: "BETTER", "NOT RESOLVED", "NO VERDICT (A/A failed)". */
const char *bench_verdict_text(enum bench_verdict verdict);

/* For JSON and the command line: "better", "not-resolved", "no-verdict". */
const char *bench_verdict_name(enum bench_verdict verdict);

#endif
