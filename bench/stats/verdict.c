/* SPDX-License-Identifier: MIT */
/* Verdicts, judged and named. */
#include "bench/stats/verdict.h"

#include <math.h>

/* How far from 1 an interval of log ratios reaches, as a share. */
static double reach(double log_lo, double log_hi)
{
	return fmax(fabs(expm1(log_lo)), fabs(expm1(log_hi)));
}

static bool is_interval(double lo, double hi)
{
	return isfinite(lo) && isfinite(hi) && lo <= hi;
}

static enum bench_verdict judge(const struct bench_verdict_input *in,
				double threshold)
{
	if (in->invalid)
		return BENCH_VERDICT_INVALID;
	if (!in->aa_passed || !is_interval(in->aa_log_lo, in->aa_log_hi))
		return BENCH_VERDICT_NONE;
	if (!is_interval(in->log_lo, in->log_hi) || !isfinite(in->log_ratio))
		return BENCH_VERDICT_NOT_RESOLVED;
	if (fabs(expm1(in->log_ratio)) > threshold) {
		if (in->log_hi < 0)
			return BENCH_VERDICT_BETTER;
		if (in->log_lo > 0)
			return BENCH_VERDICT_WORSE;
	}
	if (reach(in->log_lo, in->log_hi) <= threshold)
		return BENCH_VERDICT_EQUIVALENT;
	return BENCH_VERDICT_NOT_RESOLVED;
}

void bench_verdict_judge(const struct bench_verdict_input *in,
			 struct bench_verdict_result *out)
{
	out->threshold = in->threshold;
	if (is_interval(in->aa_log_lo, in->aa_log_hi))
		out->threshold = fmax(in->threshold,
				      reach(in->aa_log_lo, in->aa_log_hi));
	out->half_width = expm1((in->log_hi - in->log_lo) / 2);
	out->verdict = judge(in, out->threshold);
}

const char *bench_verdict_text(enum bench_verdict verdict)
{
	static const char *const texts[] = {
		[BENCH_VERDICT_INVALID] = "INVALID",
		[BENCH_VERDICT_NONE] = "NO VERDICT (A/A failed)",
		[BENCH_VERDICT_BETTER] = "BETTER",
		[BENCH_VERDICT_WORSE] = "WORSE",
		[BENCH_VERDICT_EQUIVALENT] = "EQUIVALENT",
		[BENCH_VERDICT_NOT_RESOLVED] = "NOT RESOLVED",
	};

	return texts[verdict];
}

const char *bench_verdict_name(enum bench_verdict verdict)
{
	static const char *const names[] = {
		[BENCH_VERDICT_INVALID] = "invalid",
		[BENCH_VERDICT_NONE] = "no-verdict",
		[BENCH_VERDICT_BETTER] = "better",
		[BENCH_VERDICT_WORSE] = "worse",
		[BENCH_VERDICT_EQUIVALENT] = "equivalent",
		[BENCH_VERDICT_NOT_RESOLVED] = "not-resolved",
	};

	return names[verdict];
}
