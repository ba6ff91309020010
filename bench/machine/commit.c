/* SPDX-License-Identifier: MIT */
/* commit.c - the one file that is compiled anew with every commit. */
#include "bench/machine/commit.h"

#include "bench/machine/commit_built.h"

const char *bench_commit(void)
{
	return RINGSWAP_COMMIT;
}
