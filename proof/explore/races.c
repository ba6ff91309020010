/* SPDX-License-Identifier: MIT */
/* races.c - accesses that nothing orders (C11). */
#include "proof/explore/memory.h"

#include "proof/explore/scenario.h"

static void race(int promise, const struct xp_role *role,
		 const volatile void *at, unsigned int other, const char *what)
{
	char name[48];

	xp_name_address(at, name, sizeof(name));
	xp_broken(promise,
		  "%s's %s races with %s's: nothing orders the two on "
		  "%s",
		  role->name, what, xp.role[other].name, name);
}

static bool is_behind(const struct xp_role *role, unsigned int other,
		      uint8_t clock)
{
	return other == xp_role_index(role) || role->view.seen[other] >= clock;
}

void xp_plain_load(struct xp_role *role, const volatile void *at, size_t size)
{
	struct xp_accesses *accesses =
		&xp_location[xp_locate(at, size)].accesses;

	accesses->is_plain = true;
	if (!is_behind(role, accesses->stored_by, accesses->stored))
		race(5, role, at, accesses->stored_by, "load");
	accesses->loaded[xp_role_index(role)] =
		role->view.seen[xp_role_index(role)];
}

void xp_any_store(struct xp_role *role, const struct xp_site *site,
		  const volatile void *at, size_t size)
{
	struct xp_accesses *accesses =
		&xp_location[xp_locate(at, size)].accesses;
	bool is_atomic = site->op >= XP_XCHG && site->op <= XP_CMPXCHG;

	if (!is_atomic &&
	    !is_behind(role, accesses->stored_by, accesses->stored))
		race(2, role, at, accesses->stored_by, "store");
	for (unsigned int i = 0; i < xp.roles; i++)
		if (!is_behind(role, i, accesses->loaded[i]))
			race(5, role, at, i, "store");
	accesses->stored_by = (uint8_t)xp_role_index(role);
	accesses->stored = role->view.seen[xp_role_index(role)];
}

void xp_memory_read(struct xp_role *role, const void *from, size_t bytes)
{
	if (xp.model != EXPLORE_C11)
		return;
	for (unsigned int i = XP_ROLES; i < xp_locations; i++) {
		const unsigned char *at = xp_arena + xp_location_at[i] * 4;

		if (xp_location[i].accesses.is_plain &&
		    xp_in_range(at, from, bytes))
			xp_plain_load(role, at, 4);
	}
}
