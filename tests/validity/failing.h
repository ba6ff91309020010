/* SPDX-License-Identifier: MIT */
/*
 * failing.h - a strategy whose writer dies or never comes back.
 *
 *	#define FAILING_WRITE(loop) ...
 *	#include "tests/validity/failing.h"
 *	#include "twins/crashing.h"
 */
#ifndef RINGSWAP_TESTS_VALIDITY_FAILING_H
#define RINGSWAP_TESTS_VALIDITY_FAILING_H

#include "strategies/write_loops.h"

/* It must die by the fault itself, not by a sanitizer that sees it coming. */
#undef SWAP_LOOP
#define SWAP_LOOP(name, kind, mode, payload, bytes, word, stamp)         \
	static __attribute__((no_sanitize("undefined"))) void            \
		swap_loop_##name##_##kind##_##mode##_##payload##_##word( \
			struct swap_loop *loop)                          \
	{                                                                \
		FAILING_WRITE(loop);                                     \
	}

#endif
