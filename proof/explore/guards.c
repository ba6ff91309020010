/* SPDX-License-Identifier: MIT */
/* guards.c - snapshots that must stay as they are. */
#include "proof/explore/memory.h"

static struct {
	const unsigned char *from;
	size_t bytes;
} guards[XP_GUARDS];
unsigned int xp_guarded;

void xp_guard(unsigned int index, const void *from, size_t bytes)
{
	guards[index].from = from;
	guards[index].bytes = bytes;
	xp_guarded |= 1u << index;
}

void xp_unguard(unsigned int index)
{
	xp_guarded &= ~(1u << index);
}

bool xp_is_guarded(unsigned int index)
{
	return xp_guarded & 1u << index;
}

void xp_check_guards(const volatile void *at)
{
	for (unsigned int i = 0; i < XP_GUARDS; i++) {
		const volatile unsigned char *byte = at;

		if (xp_guarded & 1u << i && byte >= guards[i].from &&
		    byte < guards[i].from + guards[i].bytes)
			xp_broken(1,
				  "%s stores into a snapshot that swap has "
				  "returned as safe to read",
				  xp.now->name);
	}
}
