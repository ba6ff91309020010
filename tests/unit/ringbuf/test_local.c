/* SPDX-License-Identifier: MIT */
/* local.h: its assembly is what its C says, and handlers see it done or not. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include <cmocka.h>

#include "bench/base/rng.h"
#include "ringbuf/local.h"

#define DRAWS	  100000u
#define ADDITIONS UINT64_C(30000000)

/* Values at which a carry, a sign or a width would show, and random ones. */
static uint64_t draw(struct bench_rng *rng)
{
	static const uint64_t edges[] = {
		0,	    1,		UINT32_MAX,	UINT64_MAX,
		1ull << 31, 1ull << 32, UINT64_MAX - 1, 1ull << 63,
	};
	uint64_t n = bench_rng_below(rng, 16);

	return n < 8 ? edges[n] : bench_rng_next(rng);
}

/* The C equivalent, which other architectures use: a relaxed atomic. */
static void test_add_is_fetch_add(void **state)
{
	_Atomic uint64_t word = 0, same = 0;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 1);
	for (unsigned int i = 0; i < DRAWS; i++) {
		uint64_t v = draw(&rng);
		uint64_t old = atomic_fetch_add_explicit(&same, v,
							 memory_order_relaxed);

		assert_int_equal(local_fetch_add(&word, v), old);
		assert_int_equal(load_relaxed(&word), load_relaxed(&same));
	}
}

static void test_cmpxchg_is_compare_exchange(void **state)
{
	_Atomic uint64_t word = 0, same = 0;
	unsigned int done = 0;
	struct bench_rng rng;

	(void)state;
	bench_rng_seed(&rng, 2);
	for (unsigned int i = 0; i < DRAWS; i++) {
		uint64_t old = bench_rng_below(&rng, 2) ? load_relaxed(&same)
							: draw(&rng);
		uint64_t next = draw(&rng), expected = old;
		bool must = atomic_compare_exchange_strong_explicit(
			&same, &expected, next, memory_order_relaxed,
			memory_order_relaxed);

		assert_int_equal(local_cmpxchg(&word, old, next), must);
		assert_int_equal(load_relaxed(&word), load_relaxed(&same));
		done += must;
	}
	assert_in_range(done, DRAWS / 4, DRAWS - DRAWS / 8);
}

static _Atomic uint64_t counted;
static volatile sig_atomic_t handlers;

static void on_timer(int number)
{
	(void)number;
	local_fetch_add(&counted, 1);
	while (!local_cmpxchg(&counted, load_relaxed(&counted),
			      load_relaxed(&counted) + 1))
		;
	handlers++;
}

/* A load, an add and a store would lose what a handler adds between them. */
static void test_handlers_lose_nothing(void **state)
{
	static const struct itimerval often = { { 0, 100 }, { 0, 100 } };
	static const struct itimerval never;
	struct sigaction action = { .sa_handler = on_timer };

	(void)state;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (uint64_t i = 0; i < ADDITIONS; i++)
		local_fetch_add(&counted, 1);
	setitimer(ITIMER_REAL, &never, NULL);
	assert_true(handlers > 0);
	assert_int_equal(load_relaxed(&counted),
			 ADDITIONS + 2 * (uint64_t)handlers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_is_fetch_add),
		cmocka_unit_test(test_cmpxchg_is_compare_exchange),
		cmocka_unit_test(test_handlers_lose_nothing),
	};

	return cmocka_run_group_tests_name("local", tests, NULL, NULL);
}
