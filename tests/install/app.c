/* SPDX-License-Identifier: MIT */
/*
 * An application in C: one event, swapped and read. Prints it. It has a
 * function called swap, which must not meet the library's.
 */
#include <stdio.h>

#include <ringswap/ringswap.h>

int swap(struct ringswap *r);

int swap(struct ringswap *r)
{
	return ringswap_swap(r, 0, ringswap_in(1000000000));
}

int main(void)
{
	struct ringswap *r;
	struct ringswap_event event;

	if (ringswap_create("barrier", NULL, &r) || ringswap_enter(r, 0) ||
	    ringswap_write(r, 0, "swapped", sizeof("swapped")) || swap(r) ||
	    ringswap_next(r, 0, &event) != 1)
		return 1;
	puts((const char *)event.payload);
	return ringswap_exit(r, 0) || ringswap_destroy(r);
}
