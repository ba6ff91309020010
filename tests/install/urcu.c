/* SPDX-License-Identifier: MIT */
/* An application that adds the strategies of liburcu by itself. */
#include <stdio.h>

#include <ringswap/ringswap-urcu.h>
#include <ringswap/ringswap.h>

int main(void)
{
	struct ringswap *r;
	struct ringswap_event event;
	char why[128] = "";

	if (ringswap_create("rcu", NULL, &r) != -ENOENT ||
	    ringswap_urcu_add() || ringswap_urcu_add())
		return 1;
	if (ringswap_probe("rcu", why, sizeof(why))) {
		puts(why);
		return 77;
	}
	if (ringswap_create("rcu", NULL, &r) || ringswap_enter(r, 0) ||
	    ringswap_write(r, 0, "swapped", sizeof("swapped")) ||
	    ringswap_try_swap(r, 0) != -EINPROGRESS ||
	    ringswap_settle(r, 0, RINGSWAP_FOREVER) ||
	    ringswap_next(r, 0, &event) != 1)
		return 1;
	puts((const char *)event.payload);
	return ringswap_exit(r, 0) || ringswap_destroy(r);
}
