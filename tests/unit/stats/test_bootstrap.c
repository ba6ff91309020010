/* SPDX-License-Identifier: MIT */
/* The block bootstrap on series of known memory. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bench/base/rng.h"
#include "bench/stats/binomial.h"
#include "bench/stats/bootstrap.h"
#include "bench/stats/stats.h"
#include "tests/unit/stats/oracles.h"

static double normal(struct bench_rng *rng)
{
	return bench_stats_normal_quantile(bench_rng_double(rng) * 0.999999 +
					   5e-7);
}

/* A series that remembers: mean 0, correlation @phi from one to the next. */
static void autoregressive(struct bench_rng *rng, double phi, double *x,
			   size_t n)
{
	double v = normal(rng) / sqrt(1 - phi * phi);

	for (size_t i = 0; i < n; i++) {
		x[i] = v;
		v = phi * v + normal(rng);
	}
}

/* How many of 200 intervals for the mean of such a series contain it. */
static int bootstrap_covered(double phi, size_t block)
{
	enum {
		N = 1000
	};
	struct bench_bootstrap how = {
		.q = NAN, .block = block, .replicates = 200, .alpha = 0.05
	};
	struct bench_interval i;
	struct bench_rng rng;
	double x[N];
	int covered = 0;

	bench_rng_seed(&rng, 8);
	for (how.seed = 0; how.seed < 200; how.seed++) {
		autoregressive(&rng, phi, x, N);
		assert_int_equal(bench_stats_bootstrap(x, N, &how, &i, NULL),
				 0);
		covered += i.lo <= 0 && 0 <= i.hi;
	}
	return covered;
}

static void blocks_keep_what_single_values_lose(void **state)
{
	(void)state;
	/* The truth is 190; blocks come near, single values do not. */
	assert_true(bootstrap_covered(0.9, 1) < 120);
	assert_true(bootstrap_covered(0.9, 40) > 165);
	assert_true(bootstrap_covered(0, 1) > 176);
}

static void bootstrap_width_matches_theory(void **state)
{
	enum {
		N = 2000
	};
	struct bench_bootstrap how = {
		.q = NAN, .block = 1, .alpha = 0.05, .seed = 5
	};
	double x[N], estimate, sum = 0, width, theory, p99[N];
	struct bench_interval i;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 9);
	for (int j = 0; j < N; j++)
		sum += x[j] = normal(&rng);
	assert_int_equal(bench_stats_bootstrap(x, N, &how, &i, &estimate), 0);
	assert_near(estimate, sum / N, 1e-12);
	width = i.hi - i.lo;
	theory = 2 * 1.96 / sqrt(N);
	assert_near(width / theory, 1, 0.12);
	/* A quantile: its estimate is an order statistic of the series. */
	how.q = 0.99;
	for (int j = 0; j < N; j++)
		p99[j] = (j * 7) % N;
	assert_int_equal(bench_stats_bootstrap(p99, N, &how, &i, &estimate), 0);
	assert_near(estimate, 1979, 0);
	assert_true(i.lo < estimate && estimate < i.hi);
	assert_near(i.hi - i.lo, 2 * 1.96 * sqrt(0.99 * 0.01 * N), 4);
}

static void bootstrap_repeats_and_refuses(void **state)
{
	struct bench_bootstrap how = { .q = 0.5,
				       .block = 10,
				       .alpha = 0.05,
				       .seed = 1,
				       .replicates = 100 };
	struct bench_interval a, b;
	double x[400];

	(void)state;
	for (int i = 0; i < 400; i++)
		x[i] = (i * 37) % 400;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &a, NULL), 0);
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	how.seed = 2;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL), 0);
	assert_memory_not_equal(&a, &b, sizeof(a));
	how.block = 21; /* 19 blocks */
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL),
			 -ENODATA);
	how.block = 0;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL),
			 -EINVAL);
	how.block = 1;
	how.q = 0.999;
	assert_int_equal(bench_stats_bootstrap(x, 400, &how, &b, NULL),
			 -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_keep_what_single_values_lose),
		cmocka_unit_test(bootstrap_width_matches_theory),
		cmocka_unit_test(bootstrap_repeats_and_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
