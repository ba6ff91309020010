/* SPDX-License-Identifier: MIT */
/* make_result.c - JOURNAL RESULT [KEY]: what `run` does at its end. */
#include <stdio.h>

#include "bench/result/result.h"

int main(int argc, char **argv)
{
	char why[BENCH_RESULT_WHY];
	json_t *result;

	if (argc < 3)
		return 2;
	if (bench_result_build(argv[1], NULL, &result, why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	if (argc > 3)
		json_object_set_new(json_object_get(result, "machine"), "key",
				    json_string(argv[3]));
	if (bench_result_write(result, argv[2], why, sizeof(why))) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	json_decref(result);
	return 0;
}
