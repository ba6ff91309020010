/* SPDX-License-Identifier: MIT */
/* words.c - placements by name. */
#include "bench/base/words.h"

#include <errno.h>
#include <string.h>

#include "bench/base/why.h"

static const char *const names[BENCH_PLACEMENTS] = {
	[BENCH_SAME_PU] = "same-pu",
	[BENCH_SMT_SIBLING] = "smt-sibling",
	[BENCH_SHARED_L2] = "shared-l2",
	[BENCH_SHARED_L3] = "shared-l3",
	[BENCH_SAME_NUMA] = "same-numa",
	[BENCH_CROSS_NUMA] = "cross-numa",
	[BENCH_CROSS_PACKAGE] = "cross-package",
	[BENCH_P_TO_E] = "p-to-e",
	[BENCH_E_TO_P] = "e-to-p",
};

const char *bench_placement_name(enum bench_placement placement)
{
	return (unsigned int)placement < BENCH_PLACEMENTS ? names[placement]
							  : NULL;
}

int bench_placement_parse(const char *name, enum bench_placement *out,
			  char *why, size_t n)
{
	char list[BENCH_WHY] = "";

	for (int i = 0; i < BENCH_PLACEMENTS; i++) {
		if (!strcmp(name, names[i])) {
			*out = i;
			return 0;
		}
		strcat(strcat(list, " "), names[i]);
	}
	return bench_why(-EINVAL, why, n,
			 "no placement \"%.40s%s\"; there are:%s", name,
			 bench_more(name, 40), list);
}
