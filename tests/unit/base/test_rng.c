/* SPDX-License-Identifier: MIT */
/* The random generator against published sequences and plain counting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench/base/rng.h"
#include "tests/unit/stats/oracles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void rng_gives_the_published_sequences(void **state)
{
	/* Rosetta Code, Splitmix64; the reference test of rand_xoshiro. */
	static const uint64_t splitmix[] = {
		6457827717110365317u,  3203168211198807973u,
		9817491932198370423u,  4593380528125082431u,
		16408922859458223821u,
	};
	static const uint64_t xoshiro[] = {
		11520u,
		0u,
		1509978240u,
		1215971899390074240u,
		1216172134540287360u,
		607988272756665600u,
		16172922978634559625u,
		8476171486693032832u,
		10595114339597558777u,
		2904607092377533576u,
	};
	struct bench_rng rng = { .state = { 1, 2, 3, 4 } };
	uint64_t sm = 1234567;

	(void)state;
	for (size_t i = 0; i < COUNT(splitmix); i++)
		assert_true(bench_splitmix64(&sm) == splitmix[i]);
	for (size_t i = 0; i < COUNT(xoshiro); i++)
		assert_true(bench_rng_next(&rng) == xoshiro[i]);
}

static void rng_repeats_from_its_seed_only(void **state)
{
	struct bench_rng a, b, c;
	int same = 0;

	(void)state;
	bench_rng_seed(&a, 42);
	bench_rng_seed(&b, 42);
	bench_rng_seed(&c, 43);
	assert_true(a.seed == 42);
	for (int i = 0; i < 1000; i++) {
		uint64_t draw = bench_rng_next(&a);

		assert_true(draw == bench_rng_next(&b));
		same += draw == bench_rng_next(&c);
	}
	assert_int_equal(same, 0);
}

static void rng_below_is_uniform(void **state)
{
	enum {
		DRAWS = 60000
	};
	int seen[6] = { 0 }, upper = 0;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 1);
	for (int i = 0; i < DRAWS; i++)
		seen[bench_rng_below(&rng, 6)]++;
	for (int i = 0; i < 6; i++)
		assert_share(seen[i], DRAWS, 1.0 / 6);
	/* A plain remainder would hit the lower half of this two times of
	 * three. */
	for (int i = 0; i < DRAWS; i++)
		upper += bench_rng_below(&rng, 3ull << 62) >= 3ull << 61;
	assert_share(upper, DRAWS, 0.5);
	assert_true(bench_rng_below(&rng, 0) == 0);
	assert_true(bench_rng_below(&rng, 1) == 0);
}

static void shuffle_reaches_all_orders_equally(void **state)
{
	enum {
		DRAWS = 48000
	};
	int seen[256] = { 0 }, orders = 0;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 2);
	for (int i = 0; i < DRAWS; i++) {
		unsigned int o[4] = { 0, 1, 2, 3 };

		bench_rng_shuffle(&rng, o, 4);
		seen[o[0] * 64 + o[1] * 16 + o[2] * 4 + o[3]]++;
	}
	for (int i = 0; i < 256; i++) {
		orders += seen[i] > 0;
		if (seen[i])
			assert_share(seen[i], DRAWS, 1.0 / 24);
	}
	assert_int_equal(orders, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rng_gives_the_published_sequences),
		cmocka_unit_test(rng_repeats_from_its_seed_only),
		cmocka_unit_test(rng_below_is_uniform),
		cmocka_unit_test(shuffle_reaches_all_orders_equally),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
