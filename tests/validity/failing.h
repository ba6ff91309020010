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

#undef SWAP_LOOP
#define SWAP_LOOP(name, kind, mode, payload, bytes, word, stamp)             \
	static void swap_loop_##name##_##kind##_##mode##_##payload##_##word( \
		struct swap_loop *loop)                                      \
	{                                                                    \
		FAILING_WRITE(loop);                                         \
	}

#endif
