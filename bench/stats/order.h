/* SPDX-License-Identifier: MIT */
/* The order of the cells in each round: randomised cyclic Latin squares.
 * Conventions: bench/stats/stats.h. */
#ifndef BENCH_STATS_ORDER_H
#define BENCH_STATS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* The order of @k cells in round @round (from 0): order[position] = cell.
 * Rounds 0..k-1 form one Latin square, k..2k-1 the next, and so on: within a
 * square each cell stands once at every position, so that drift within a round
 * falls on all alike. Each square draws its own cell order and its own row
 * order from @seed. A round can be asked for at any time and alone, so a
 * resumed run goes on exactly where it stopped. Does nothing if @k is 0. */
void bench_latin_round(uint64_t seed, unsigned int k, uint64_t round,
		       unsigned int *order);

/* Checks @rounds consecutive rows of @k (order[round * k + position]), the
 * first of which starts a square: each row holds every cell once, and within
 * each square no cell stands twice at a position. *@spread, unless NULL, gets
 * the largest difference between how often two cells stood at one position over
 * all rows: 0 when @rounds is a multiple of @k, else 1. 0, -EINVAL (not
 * balanced, or @k is 0), or -ENOMEM. */
int bench_latin_check(const unsigned int *order, unsigned int k, size_t rounds,
		      unsigned int *spread);

#endif
