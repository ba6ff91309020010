/* SPDX-License-Identifier: MIT */
/* A small reproducible random generator: every draw follows from one seed.
 *
 * xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 2021), its state filled by splitmix64 as its authors
 * ask for, so that seeds 0, 1, 2... give unrelated streams. The seed is kept:
 * store it beside whatever the generator decided.
 *
 * One generator belongs to one thread; nothing here locks or allocates.
 */
#ifndef BENCH_BASE_RNG_H
#define BENCH_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct bench_rng {
	uint64_t state[4]; /* never all zero */
	uint64_t seed;	   /* what it was seeded with, for the record */
};

/* The next value of the splitmix64 stream at *@state (Steele, Lea and Flood,
 * OOPSLA 2014). Also a good mixer to derive one seed from another. */
static inline uint64_t bench_splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Starts @rng anew from @seed; any seed is good. */
static inline void bench_rng_seed(struct bench_rng *rng, uint64_t seed)
{
	uint64_t sm = seed;

	rng->seed = seed;
	for (int i = 0; i < 4; i++)
		rng->state[i] = bench_splitmix64(&sm);
}

/* 64 uniform bits. */
static inline uint64_t bench_rng_next(struct bench_rng *rng)
{
	uint64_t *s = rng->state;
	uint64_t five = s[1] * 5;
	uint64_t result = ((five << 7) | (five >> 57)) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = (s[3] << 45) | (s[3] >> 19);
	return result;
}

/* Uniform in [0, @bound), without the bias of a plain remainder: draws below
 * 2^64 mod @bound are thrown away. @bound 0 gives 0. */
static inline uint64_t bench_rng_below(struct bench_rng *rng, uint64_t bound)
{
	uint64_t draw;

	if (bound < 2)
		return 0;
	do
		draw = bench_rng_next(rng);
	while (draw < -bound % bound);
	return draw % bound;
}

/* Uniform in [0, 1), 53 bits. */
static inline double bench_rng_double(struct bench_rng *rng)
{
	return (double)(bench_rng_next(rng) >> 11) * 0x1p-53;
}

/* Puts the @n elements of @order into a uniformly random order
 * (Fisher and Yates). */
static inline void bench_rng_shuffle(struct bench_rng *rng, unsigned int *order,
				     size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = bench_rng_below(rng, i);
		unsigned int held = order[i - 1];

		order[i - 1] = order[j];
		order[j] = held;
	}
}

#endif
