/* SPDX-License-Identifier: MIT */
/* report_flips.c - verdicts of the first run against those of the last. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/validity/report.h"

static time_t started(const json_t *result)
{
	struct tm tm = { 0 };

	if (!strptime(json_string_value(report_at(result, "run", "started")),
		      "%Y-%m-%dT%H:%M:%SZ", &tm))
		report_die("a result does not say when it was started");
	return timegm(&tm);
}

static const char *verdict_of(const json_t *result, const char *id)
{
	const json_t *cell;
	size_t i;

	json_array_foreach (json_object_get(result, "cells"), i, cell)
		if (!strcmp(report_text(cell, "id"), id))
			return json_string_value(
				report_at(cell, "ratio", "verdict"));
	return NULL;
}

static bool is(const char *verdict, const char *word)
{
	return !strcmp(verdict, word);
}

/* Of the first and of the last run whose A/A passed. */
int report_flips(int n_paths, char **paths)
{
	unsigned int n = 0, flipped = 0, opposed = 0, silent = 0;
	json_t *a = NULL, *b = NULL;
	const json_t *cell;
	size_t i;

	for (int k = 0; k < n_paths; k++) {
		json_t *result = report_load(paths[k]);

		if (!report_passed(report_control(result))) {
			json_decref(result);
		} else if (!a) {
			a = result;
		} else {
			json_decref(b);
			b = result;
		}
	}
	if (!b) {
		printf("Fewer than two runs of %s passed their A/A.\n",
		       paths[0]);
		json_decref(a);
		return 0;
	}
	json_array_foreach (json_object_get(a, "cells"), i, cell) {
		const char *id = report_text(cell, "id");
		const char *then = verdict_of(a, id), *now = verdict_of(b, id);

		if (!then || !now)
			continue;
		if (is(then, "no-verdict") || is(now, "no-verdict")) {
			silent++;
			continue;
		}
		n++;
		flipped += !is(then, now);
		opposed += (is(then, "better") && is(now, "worse")) ||
			   (is(then, "worse") && is(now, "better"));
		if (!is(then, now))
			printf("- %s: %s, then %s\n", id, then, now);
	}
	printf("\nMatrix %s, runs started %.0f minutes apart: verdicts that "
	       "flipped: ",
	       json_string_value(
		       json_object_get(report_at(a, "run", "matrix"), "name")),
	       difftime(started(b), started(a)) / 60);
	report_share(flipped, n);
	printf("; from BETTER to WORSE or back: %u; without a verdict in one "
	       "of the two: %u.\n",
	       opposed, silent);
	json_decref(a);
	json_decref(b);
	return 0;
}
