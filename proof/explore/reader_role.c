/* SPDX-License-Identifier: MIT */
/* reader_role.c - a reader that takes events while others write. */
#include "proof/explore/roles.h"

#include <errno.h>

void xp_consume_twice(void)
{
	for (int i = 0; i < 2; i++) {
		long taken;

		xp_book.last_stamp = 0;
		taken = rb_consume(&xp_live_slot(0)->rb, 2, xp_found_add,
				   &xp_book.slot[0].consumed);
		if (taken > 0)
			xp_see(XP_SAW_CONSUMED);
		if (xp_book.broken)
			xp_broken(5, "the reader is given a torn event");
		if (taken < 0 && taken != -EBUSY)
			xp_broken(5, "the reader finds no event sequence");
	}
}
