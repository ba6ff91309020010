/* SPDX-License-Identifier: MIT */
/*
 * broken.c - torture must catch the variants that are broken on purpose.
 *
 *	torture_broken NAME PROMISE
 *
 * NAME is a strategy of tests/conformance/broken that claims to be sound; a
 * run of 2 s must find violations, of PROMISE ("C1") among others. A variant
 * that hangs is killed after 5 s.
 * Exit status: 0 caught, 1 not. PROMISE "none" is for the template, which must
 * hold.
 */
#include <string.h>

#include "tests/torture/torture.h"

static uint64_t violations_of(const struct torture_result *result,
			      const char *promise)
{
	uint64_t sum = 0;

	for (unsigned int k = 0; k < TORTURE_KINDS; k++)
		if (!strcmp(torture_kind_promise(k), promise))
			sum += result->violations[k];
	return sum;
}

int main(int argc, char **argv)
{
	struct torture_options options = { .seconds = 2,
					   .seed = 1,
					   .watchdog_s = 5 };
	struct torture_result *result;
	uint64_t found;

	swap_setup();
	options.out = stdout;
	options.strategy = argc == 3 ? swap_find(argv[1]) : NULL;
	result = torture_result_new();
	if (!options.strategy || !result || torture_run(&options, result)) {
		fprintf(stderr, "usage: torture_broken NAME PROMISE\n");
		return 2;
	}
	found = violations_of(result, argv[2]);
	printf("%s: %llu violations of %s, %llu in all, the first after "
	       "%.0f ms: %s\n",
	       argv[1], (unsigned long long)found, argv[2],
	       (unsigned long long)torture_violations(result),
	       (double)result->broken_ns * 1e-6, result->first);
	if (!strcmp(argv[2], "none"))
		found = !torture_violations(result);
	torture_result_free(result);
	return found ? 0 : 1;
}
