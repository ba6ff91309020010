/* SPDX-License-Identifier: MIT */
/*
 * main.c - strategies in somebody's process, as tests.
 *
 *	process CASE STRATEGY
 *
 * Cases are the lines of cases.def.
 * Exit status 0, 1 and the place, 2 usage, 77 not here.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/process/process.h"

#define SECONDS 50u

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
#define PROCESS_CASE(id) { #id, id },
#define CHECKED_CASE(id) { #id, id },
#include "tests/process/cases.def"
#undef PROCESS_CASE
#undef CHECKED_CASE
};

int main(int argc, char **argv)
{
	char why[256] = "";

	strategy = argc == 3 ? swap_find(argv[2]) : NULL;
	if (!strategy)
		return 2;
	if (swap_probe(strategy, why, sizeof(why)))
		skip(why);
	alarm(SECONDS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strcmp(cases[i].name, argv[1])) {
			cases[i].run();
			return 0;
		}
	return 2;
}
