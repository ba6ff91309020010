/* SPDX-License-Identifier: MIT */
/* variants.c - the kernel's lineage, row by row. */
#include "tests/explore/variants.h"

const struct swap_strategy *xp_variant_strategy(const char *name)
{
	(void)name;
	return NULL;
}

const struct xp_scenario *xp_variant_scenario(const char *name)
{
	(void)name;
	return NULL;
}
