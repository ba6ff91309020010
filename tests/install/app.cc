// SPDX-License-Identifier: MIT
// The same in C++, written in two steps.
#include <cstdio>
#include <cstring>

#include <ringswap/ringswap.h>

int main()
{
	ringswap_attr attr = RINGSWAP_ATTR_INIT;
	ringswap_reservation reservation;
	ringswap_event event;
	ringswap *r;

	attr.pages = 4;
	if (ringswap_create("global-lock", &attr, &r) || ringswap_enter(r, 0))
		return 1;
	void *at = ringswap_reserve(r, 0, sizeof("swapped"), &reservation);
	std::memcpy(at, "swapped", sizeof("swapped"));
	ringswap_commit(&reservation);
	if (ringswap_swap(r, 0, ringswap_in(1000000000)) ||
	    ringswap_next(r, 0, &event) != 1)
		return 1;
	std::puts(static_cast<const char *>(event.payload));
	return ringswap_exit(r, 0) || ringswap_destroy(r);
}
