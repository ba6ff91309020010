/* SPDX-License-Identifier: MIT */
/* Latin squares, drawn from a seed and checked. */
#include "bench/stats/order.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/rng.h"

static void fill_identity(unsigned int *order, unsigned int k)
{
	for (unsigned int i = 0; i < k; i++)
		order[i] = i;
}

static void reverse(unsigned int *order, unsigned int from, unsigned int to)
{
	for (; from + 1 < to; from++) {
		unsigned int held = order[from];

		order[from] = order[--to];
		order[to] = held;
	}
}

void bench_latin_round(uint64_t seed, unsigned int k, uint64_t round,
		       unsigned int *order)
{
	struct bench_rng rng;
	uint64_t mixed = seed;
	unsigned int shift;

	if (!k)
		return;
	/* Mixed before the square's number goes in: otherwise square 1 of one
	 * seed would be square 0 of the next. */
	mixed = bench_splitmix64(&mixed) ^ (round / k);
	bench_rng_seed(&rng, mixed);
	fill_identity(order, k);
	bench_rng_shuffle(&rng, order, k);
	shift = order[round % k];
	fill_identity(order, k);
	bench_rng_shuffle(&rng, order, k);
	/* Rotate left by shift, in place. */
	reverse(order, 0, shift);
	reverse(order, shift, k);
	reverse(order, 0, k);
}

static bool is_permutation(const unsigned int *row, unsigned int k,
			   unsigned int *seen)
{
	memset(seen, 0, k * sizeof(*seen));
	for (unsigned int i = 0; i < k; i++)
		if (row[i] >= k || seen[row[i]]++)
			return false;
	return true;
}

/* times[position * k + cell] counts over all rows; it may not grow beyond the
 * number of squares begun. */
static bool count_row(const unsigned int *row, unsigned int k, size_t round,
		      unsigned int *times)
{
	for (size_t i = 0; i < k; i++)
		if (++times[i * k + row[i]] > round / k + 1)
			return false;
	return true;
}

static unsigned int largest_spread(const unsigned int *times, unsigned int k)
{
	unsigned int spread = 0;

	for (size_t i = 0; i < k; i++) {
		unsigned int least = UINT_MAX, most = 0;

		for (size_t j = 0; j < k; j++) {
			unsigned int t = times[i * k + j];

			least = t < least ? t : least;
			most = t > most ? t : most;
		}
		spread = most - least > spread ? most - least : spread;
	}
	return spread;
}

int bench_latin_check(const unsigned int *order, unsigned int k, size_t rounds,
		      unsigned int *spread)
{
	unsigned int *times, *seen;
	int err = 0;

	if (!k)
		return -EINVAL;
	times = calloc((size_t)k * (k + 1), sizeof(*times));
	if (!times)
		return -ENOMEM;
	seen = times + (size_t)k * k;
	for (size_t r = 0; r < rounds && !err; r++)
		if (!is_permutation(order + r * k, k, seen) ||
		    !count_row(order + r * k, k, r, times))
			err = -EINVAL;
	if (!err && spread)
		*spread = largest_spread(times, k);
	free(times);
	return err;
}
