/* SPDX-License-Identifier: MIT */
/* Verdicts and their words. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/stats/verdict.h"
#include "tests/unit/stats/oracles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void verdicts_follow_their_table(void **state)
{
	/* Ratios for reading; the function gets their logarithms. */
	static const struct {
		double ratio, lo, hi, aa_lo, aa_hi;
		bool aa_passed, invalid;
		enum bench_verdict want;
		double threshold;
	} rows[] = {
		/* Clear. */
		{ 0.81, 0.78, 0.84, 0.99, 1.01, true, false,
		  BENCH_VERDICT_BETTER, 0.03 },
		{ 1.20, 1.15, 1.25, 0.99, 1.01, true, false,
		  BENCH_VERDICT_WORSE, 0.03 },
		{ 1.00, 0.98, 1.02, 0.99, 1.01, true, false,
		  BENCH_VERDICT_EQUIVALENT, 0.03 },
		{ 1.00, 0.90, 1.10, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
		/* Significant, but too small to matter. */
		{ 1.02, 1.01, 1.029, 0.99, 1.01, true, false,
		  BENCH_VERDICT_EQUIVALENT, 0.03 },
		{ 1.02, 1.01, 1.04, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
		/* Large, but not significant. */
		{ 0.90, 0.75, 1.01, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
		/* The interval reaches into the threshold: still better. */
		{ 0.95, 0.92, 0.98, 0.99, 1.01, true, false,
		  BENCH_VERDICT_BETTER, 0.03 },
		/* A/A widens the threshold, from either side. */
		{ 0.95, 0.93, 0.97, 0.92, 1.01, true, false,
		  BENCH_VERDICT_EQUIVALENT, 0.08 },
		{ 1.06, 1.01, 1.12, 0.99, 1.08, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.08 },
		{ 1.20, 1.15, 1.25, 0.99, 1.08, true, false,
		  BENCH_VERDICT_WORSE, 0.08 },
		/* No verdict without a control that passed. */
		{ 0.50, 0.49, 0.51, 1.01, 1.05, false, false,
		  BENCH_VERDICT_NONE, 0.05 },
		{ 0.50, 0.49, 0.51, NAN, NAN, true, false, BENCH_VERDICT_NONE,
		  0.03 },
		/* Invalid comes first. */
		{ 0.50, 0.49, 0.51, 1.01, 1.05, false, true,
		  BENCH_VERDICT_INVALID, 0.05 },
		{ 0.50, 0.49, 0.51, 0.99, 1.01, true, true,
		  BENCH_VERDICT_INVALID, 0.03 },
		/* Too few rounds: no interval. */
		{ 0.50, NAN, NAN, 0.99, 1.01, true, false,
		  BENCH_VERDICT_NOT_RESOLVED, 0.03 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench_verdict_input in = {
			.log_ratio = log(rows[i].ratio),
			.log_lo = log(rows[i].lo),
			.log_hi = log(rows[i].hi),
			.threshold = 0.03,
			.aa_log_lo = log(rows[i].aa_lo),
			.aa_log_hi = log(rows[i].aa_hi),
			.aa_passed = rows[i].aa_passed,
			.invalid = rows[i].invalid,
		};
		struct bench_verdict_result got;

		bench_verdict_judge(&in, &got);
		if (got.verdict != rows[i].want)
			fail_msg("row %zu: %s, want %s", i,
				 bench_verdict_text(got.verdict),
				 bench_verdict_text(rows[i].want));
		assert_near(got.threshold, rows[i].threshold, 1e-12);
		if (!isnan(rows[i].lo))
			assert_near(got.half_width,
				    sqrt(rows[i].hi / rows[i].lo) - 1, 1e-12);
	}
}

static void verdict_words_are_those_of_the_manual(void **state)
{
	static const char *const words[][2] = {
		[BENCH_VERDICT_INVALID] = { "INVALID", "invalid" },
		[BENCH_VERDICT_NONE] = { "NO VERDICT (A/A failed)",
					 "no-verdict" },
		[BENCH_VERDICT_BETTER] = { "BETTER", "better" },
		[BENCH_VERDICT_WORSE] = { "WORSE", "worse" },
		[BENCH_VERDICT_EQUIVALENT] = { "EQUIVALENT", "equivalent" },
		[BENCH_VERDICT_NOT_RESOLVED] = { "NOT RESOLVED",
						 "not-resolved" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_string_equal(bench_verdict_text((enum bench_verdict)i),
				    words[i][0]);
		assert_string_equal(bench_verdict_name((enum bench_verdict)i),
				    words[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_follow_their_table),
		cmocka_unit_test(verdict_words_are_those_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
