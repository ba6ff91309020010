/* SPDX-License-Identifier: MIT */
/*
 * report.c - what results with known effects say of the harness, in Markdown.
 *
 *	validity-report effects RESULT...    copies, planted delays
 *	validity-report flips RESULT...      verdicts of the first and the last
 *	validity-report times RESULT...      prediction and share of measuring
 *	validity-report empty RESULT...      the floor `empty` by hand
 *	validity-report memory COMMAND...    peak memory of a run
 *
 * A row's name tells its truth: X-twin-N is X, X-plus-P is P per cent slower,
 * X-slower a tenth. Copies of unsync are judged by the ratio and verdict that
 * the tool itself printed; the others by the difference from the row X of the
 * same run, round by round, with the statistics that the tool uses.
 */
#include "tests/validity/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result/result.h"
#include "bench/stats/binomial.h"

void report_die(const char *why)
{
	fprintf(stderr, "validity-report: %s\n", why);
	exit(1);
}

json_t *report_load(const char *path)
{
	char why[BENCH_RESULT_WHY];
	json_t *result;

	if (bench_result_load(path, &result, why, sizeof(why)))
		report_die(why);
	return result;
}

const json_t *report_at(const json_t *json, const char *a, const char *b)
{
	return json_object_get(json_object_get(json, a), b);
}

const char *report_text(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? text : "";
}

/* That of the scenario a matrix begins with stands for its runs. */
const json_t *report_control(const json_t *result)
{
	return json_array_get(json_object_get(result, "aa"), 0);
}

bool report_passed(const json_t *aa)
{
	return json_is_true(json_object_get(aa, "passed"));
}

void report_share(unsigned int hits, unsigned int n)
{
	struct bench_interval i;

	if (bench_stats_binom_interval(hits, n, ALPHA, &i))
		printf("none of none");
	else
		printf("%u of %u: %.1f %% [%.1f, %.1f]", hits, n,
		       100.0 * hits / n, 100 * i.lo, 100 * i.hi);
}

const char *report_held(bool is)
{
	return is ? "held" : "NOT held";
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "effects"))
		return report_effects(argc - 2, argv + 2);
	if (!strcmp(what, "flips"))
		return report_flips(argc - 2, argv + 2);
	if (!strcmp(what, "times"))
		return report_times(argc - 2, argv + 2);
	if (!strcmp(what, "empty"))
		return report_empty(argc - 2, argv + 2);
	if (!strcmp(what, "memory"))
		return report_memory(argv + 2);
	fprintf(stderr,
		"usage: validity-report effects|flips|times|empty|"
		"memory ARGUMENT...\n");
	return 2;
}
