/* SPDX-License-Identifier: MIT */
/*
 * process.h - cases of a strategy in somebody's process, each a program run:
 * threads that end anywhere, forks, ring buffers that are destroyed early.
 */
#ifndef RINGSWAP_TESTS_PROCESS_H
#define RINGSWAP_TESTS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "strategies/strategy.h"

#define MS UINT64_C(1000000)

/* Exit status 1 and the place, unless it holds. In any process and thread. */
#define must(holds) must_hold((holds), #holds, __FILE__, __LINE__)
void must_hold(bool holds, const char *what, const char *file, int line);

/* The same for two numbers, which are shown: an error and the right one. */
#define must_be(is, right) must_equal((is), (right), #is, __FILE__, __LINE__)
void must_equal(long is, long right, const char *what, const char *file,
		int line);

/* Exit status 77: the strategy has no part in this case. */
void skip(const char *why);

/* The strategy that the case is run for, and a pair of a slot or more. */
extern const struct swap_strategy *strategy;
extern struct rb *live, *spare;
void make_pair(unsigned int slots, enum rb_mode mode);
struct rb *make_one(unsigned int slots, enum rb_mode mode);

/* One write of some bytes: 0 or -errno. */
int write_to(struct rb *rb, unsigned int slot);

/* swap in mode wait, with what time it takes to settle it. */
int swap_whole(struct rb *from, struct rb *to, unsigned int slot);

/* Refused writes of every cause. */
uint64_t all_drops(struct rb *rb, unsigned int slot);

/* Events of slot 0's buffer, overwritten ones too; it must be a valid one. */
uint64_t held(struct rb *rb);

/* A writer thread goes through a swap of a new pair: all events arrive. */
void use_new_pair(void);

/* Run it on a thread until that has ended. */
void on_thread(void *(*body)(void *), void *arg);

void nap(unsigned int ms);

/* The cases. */
#define PROCESS_CASE(id) void id(void);
#define CHECKED_CASE(id) void id(void);
#include "tests/process/cases.def"
#undef PROCESS_CASE
#undef CHECKED_CASE

#endif
