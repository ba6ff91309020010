/* SPDX-License-Identifier: MIT */
/*
 * traits.h - what a result says of the strategies, floors and scenarios in it.
 *
 * They are the descriptors of the run's own build (docs/block-format.md), not
 * those of whoever reads: a strategy that this build has never heard of is
 * judged like any other.
 *
 *	const json_t *s = bench_traits_strategy(result, name);
 *
 *	if (bench_traits_flag(s, "sound"))
 *		puts(bench_traits_word(s, "mechanism"));
 *
 * `of` is a result, or the header of a journal, that bench_result_load(),
 * bench_result_open() or bench_result_build() returned. What is returned is
 * borrowed from it; NULL or false: it says nothing of that. Cold; any thread;
 * not from signal handlers.
 */
#ifndef BENCH_RESULT_TRAITS_H
#define BENCH_RESULT_TRAITS_H

#include <jansson.h>
#include <stdbool.h>

/** bench_traits_strategy() - the descriptor of the strategy of that name */
const json_t *bench_traits_strategy(const json_t *of, const char *name);

/** bench_traits_floor() - of the floor of that name */
const json_t *bench_traits_floor(const json_t *of, const char *name);

/** bench_traits_scenario() - of the scenario of that name */
const json_t *bench_traits_scenario(const json_t *of, const char *name);

/** bench_traits_word() - a trait in words */
const char *bench_traits_word(const json_t *descriptor, const char *trait);

/** bench_traits_flag() - a trait that is true or false; of NULL, false */
bool bench_traits_flag(const json_t *descriptor, const char *trait);

/** bench_traits_is_baseline() - is it what other strategies are compared with?
 *
 * Its own baseline is then a floor and no strategy. */
bool bench_traits_is_baseline(const json_t *of, const char *strategy);

/** bench_traits_baseline() - the name of the first such strategy */
const char *bench_traits_baseline(const json_t *of);

/** bench_traits_are_assumed() - was the run older than its descriptors?
 *
 * Then they are those that the strategies of that time are known to have had,
 * and readers say so. */
bool bench_traits_are_assumed(const json_t *of);

#endif
