/* SPDX-License-Identifier: MIT */
/*
 * broken.c - torture must catch the variants that are broken on purpose.
 *
 *	torture_broken NAME PROMISE
 *
 * NAME is a strategy of tests/conformance/broken that claims to be sound; a
 * run of 2 s must find violations, of PROMISE ("C1") among others; on a machine
 * that has hardly time for it, one of five runs. A variant that hangs is killed
 * after 5 s.
 * Exit status: 0 caught, 1 not, 77 not where one CPU is allowed. PROMISE "none"
 * is for the template, which must hold.
 */
#include <stdlib.h>
#include <string.h>

#include "proof/torture/cpus.h"
#include "proof/torture/torture.h"

static uint64_t violations_of(const struct torture_result *result,
			      const char *promise)
{
	uint64_t sum = 0;

	for (unsigned int k = 0; k < TORTURE_KINDS; k++)
		if (!strcmp(torture_kind_promise(k), promise))
			sum += result->violations[k];
	return sum;
}

/* One run; what it found of the promise, or of none. */
static uint64_t run_once(const struct torture_options *options,
			 const char *promise)
{
	struct torture_result *result = torture_result_new();
	uint64_t found;

	if (!result || torture_run(options, result))
		abort();
	found = violations_of(result, promise);
	printf("%s: %llu violations of %s, %llu in all, the first after "
	       "%.0f ms: %s\n",
	       options->strategy->name, (unsigned long long)found, promise,
	       (unsigned long long)torture_violations(result),
	       (double)result->broken_ns * 1e-6, result->first);
	if (!strcmp(promise, "none"))
		found = torture_violations(result);
	torture_result_free(result);
	return found;
}

int main(int argc, char **argv)
{
	struct torture_options options = { .seconds = 2, .watchdog_s = 5 };

	swap_setup();
	options.out = stdout;
	options.strategy = argc == 3 ? swap_find(argv[1]) : NULL;
	if (!options.strategy) {
		fprintf(stderr, "usage: torture_broken NAME PROMISE\n");
		return 2;
	}
	if (!strcmp(argv[2], "none"))
		return run_once(&options, argv[2]) != 0;
	for (options.seed = 1; options.seed <= 5; options.seed++)
		if (run_once(&options, argv[2]))
			return 0;
	return cpus_allowed((int[2]){ 0 }, 2) < 2 ? 77 : 1;
}
