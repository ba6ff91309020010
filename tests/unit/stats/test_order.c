/* SPDX-License-Identifier: MIT */
/* Latin squares: balanced, repeatable, uniform; and the check finds faults. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench/stats/order.h"
#include "tests/unit/stats/oracles.h"

static unsigned int *latin_rows(uint64_t seed, unsigned int k, size_t rounds)
{
	unsigned int *rows = calloc(k * rounds, sizeof(*rows));

	assert_non_null(rows);
	/* Backwards: a round does not depend on those before it. */
	for (size_t r = rounds; r-- > 0;)
		bench_latin_round(seed, k, r, rows + r * k);
	return rows;
}

/* How often @cell stands at @position in rows [from, to). */
static unsigned int times_at(const unsigned int *rows, unsigned int k,
			     size_t from, size_t to, unsigned int position,
			     unsigned int cell)
{
	unsigned int times = 0;

	for (size_t r = from; r < to; r++)
		times += rows[r * k + position] == cell;
	return times;
}

static void latin_squares_are_balanced(void **state)
{
	(void)state;
	for (unsigned int k = 1; k <= 12; k++) {
		unsigned int *rows = latin_rows(99 + k, k, 3 * k + 1);
		unsigned int spread = 77;

		for (size_t r = 0; r < 3 * k + 1; r++)
			for (unsigned int cell = 0; cell < k; cell++) {
				unsigned int in_row = 0;

				for (unsigned int c = 0; c < k; c++)
					in_row += rows[r * k + c] == cell;
				assert_int_equal(in_row, 1);
			}
		for (size_t square = 0; square < 3; square++)
			for (unsigned int i = 0; i < k * k; i++)
				assert_int_equal(times_at(rows, k, square * k,
							  (square + 1) * k,
							  i / k, i % k),
						 1);
		assert_int_equal(bench_latin_check(rows, k, 3 * k, &spread), 0);
		assert_int_equal(spread, 0);
		assert_int_equal(bench_latin_check(rows, k, 3 * k + 1, &spread),
				 0);
		assert_int_equal(spread, k > 1);
		free(rows);
	}
}

static void unbalanced_orders_are_caught(void **state)
{
	static const unsigned int repeated[] = { 0, 1, 0, 1 };
	static const unsigned int not_a_row[] = { 0, 0, 1, 1 };
	static const unsigned int unknown[] = { 0, 2, 1, 0 };
	static const unsigned int good[] = { 1, 0, 0, 1 };

	(void)state;
	assert_int_equal(bench_latin_check(repeated, 2, 2, NULL), -EINVAL);
	assert_int_equal(bench_latin_check(not_a_row, 2, 2, NULL), -EINVAL);
	assert_int_equal(bench_latin_check(unknown, 2, 2, NULL), -EINVAL);
	assert_int_equal(bench_latin_check(good, 2, 2, NULL), 0);
	assert_int_equal(bench_latin_check(good, 0, 2, NULL), -EINVAL);
}

static void latin_orders_follow_from_their_seed(void **state)
{
	enum {
		K = 8,
		ROUNDS = 24,
		N = K * ROUNDS
	};
	unsigned int *a = latin_rows(1, K, ROUNDS);
	unsigned int *same = latin_rows(1, K, ROUNDS);
	unsigned int *other = latin_rows(2, K, ROUNDS);

	(void)state;
	assert_memory_equal(a, same, N * sizeof(*a));
	assert_memory_not_equal(a, other, N * sizeof(*a));
	/* One seed's second square is neither its first again nor the first of
	 * the next seed. */
	assert_memory_not_equal(a, a + K * K, K * K * sizeof(*a));
	assert_memory_not_equal(a + K * K, other, K * K * sizeof(*a));
	free(a);
	free(same);
	free(other);
}

static void latin_rows_are_uniform_over_seeds(void **state)
{
	enum {
		SEEDS = 12000
	};
	int seen[3][27] = { { 0 } };

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		for (unsigned int r = 0; r < 3; r++) {
			unsigned int o[3];

			bench_latin_round(seed, 3, r, o);
			seen[r][o[0] * 9 + o[1] * 3 + o[2]]++;
		}
	for (int r = 0; r < 3; r++)
		for (int i = 0; i < 27; i++)
			if (seen[r][i])
				assert_share(seen[r][i], SEEDS, 1.0 / 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latin_squares_are_balanced),
		cmocka_unit_test(unbalanced_orders_are_caught),
		cmocka_unit_test(latin_orders_follow_from_their_seed),
		cmocka_unit_test(latin_rows_are_uniform_over_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
