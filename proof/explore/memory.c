/* SPDX-License-Identifier: MIT */
/*
 * memory.c - what a load may return and when a store is seen, by model.
 *
 * SC: at once, everywhere.
 *
 * TSO: see tso.c. C11: see c11.c, and races.c. Here: what all of them have.
 */
#include "proof/explore/memory.h"

void xp_memory_reset(void)
{
	xp_tso_reset();
	xp_guarded = 0;
	if (xp.model == EXPLORE_C11)
		xp_c11_reset();
}

bool xp_memory_settle(void)
{
	return xp_tso_settle();
}

void xp_fence(struct xp_role *role)
{
	if (xp.model == EXPLORE_TSO)
		xp_tso_drain(xp_role_index(role));
	else if (xp.model == EXPLORE_C11)
		xp_c11_fence(role);
}

void xp_watch(struct xp_role *role, const volatile void *at)
{
	if (!role->watching)
		return;
	for (unsigned int i = 0; i < role->watches; i++)
		if (role->watch[i] == at)
			return;
	if (role->watches == XP_WATCHES)
		xp_failed("%s waits for more than %d words", role->name,
			  XP_WATCHES);
	role->watch[role->watches++] = at;
}

bool xp_memory_is_visible(struct xp_role *role, const void *from, size_t bytes)
{
	if (xp.model == EXPLORE_TSO)
		return xp_tso_is_visible(role, from, bytes);
	if (xp.model == EXPLORE_C11)
		return xp_c11_is_visible(role, from, bytes);
	return true;
}
