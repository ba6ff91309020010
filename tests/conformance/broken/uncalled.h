/* SPDX-License-Identifier: MIT */
/*
 * uncalled.h - a strategy whose soundness rests on a call, without the call.
 *
 * The positive controls of what is cited for such a strategy: its own header,
 * in which the name of the call is a macro for nothing. This one goes
 * around it, twice, so that the header brings its hooks and no descriptor:
 *
 *	#include "tests/conformance/broken/uncalled.h"
 *	#define the_call() 0
 *	#include "strategies/mine.h"
 *	#undef the_call
 *	#include "tests/conformance/broken/uncalled.h"
 *	UNCALLED_STRATEGY(no_call, "broken-no-call", mine, ...);
 */
#ifndef UNCALLED_HOOKS_ONLY
#define UNCALLED_HOOKS_ONLY
#include "strategies/hooks.h"
#pragma push_macro("SWAP_STRATEGY")
#pragma push_macro("SWAP_FROM_HOOKS")
#pragma push_macro("SWAP_STATE")
#pragma push_macro("SWAP_THREAD_STATE")
#undef SWAP_STRATEGY
#undef SWAP_FROM_HOOKS
#undef SWAP_STATE
#undef SWAP_THREAD_STATE
#define SWAP_STRATEGY(id) \
	static const struct swap_strategy id##_unread __attribute__((unused))
#define SWAP_FROM_HOOKS(id)	      .ops = NULL
#define SWAP_STATE(type, name, ...)   extern type name
#define SWAP_THREAD_STATE(type, name) extern SYS_THREAD_VARIABLE(type, name)
#else
#undef UNCALLED_HOOKS_ONLY
#pragma pop_macro("SWAP_STRATEGY")
#pragma pop_macro("SWAP_FROM_HOOKS")
#pragma pop_macro("SWAP_STATE")
#pragma pop_macro("SWAP_THREAD_STATE")
#endif

/* Exclusive at return by its own words, and unsound: it breaks C1. */
#ifndef UNCALLED_STRATEGY
#define UNCALLED_STRATEGY(id, name_, summary_, ...)                   \
	SWAP_STRATEGY(id) = { SWAP_FROM_HOOKS(id),                    \
			      .name = (name_),                        \
			      .summary = (summary_),                  \
			      .source = "tests/conformance/broken",   \
			      .family = SWAP_CONTROL,                 \
			      .sound = false,                         \
			      .breaks = SWAP_C1_EXCLUSIVE,            \
			      .mechanism = "a call that is not made", \
			      .baseline = "unsync",                   \
			      .writer_pays = "",                      \
			      .swapper_pays = "",                     \
			      .floor = "",                            \
			      .needs = "",                            \
			      .exclusive = SWAP_AT_RETURN,            \
			      .memory = SWAP_MAY_BE_FREED,            \
			      .has_try = true,                        \
			      .write_from_handler = true,             \
			      __VA_ARGS__ }
#endif
