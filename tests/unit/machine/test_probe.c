/* SPDX-License-Identifier: MIT */
/* Single facts: cgroup limits and the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/clock_cost.h"
#include "tests/unit/machine/roots.h"

static void the_tightest_cgroup_limit_counts(void **state)
{
	static const struct file files[] = {
		{ "/proc/self/cgroup", "0::/a/b/c\n" },
		{ "/sys/fs/cgroup/a/cpu.max", "50000 100000\n" },
		{ "/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n" },
		{ "/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n" },
		{ NULL, NULL },
	};
	char *root = make_root(files), text[64];
	double cpus;

	(void)state;
	assert_int_equal(bench_probe_cpu_limit(root, &cpus, text, sizeof(text)),
			 0);
	assert_true(cpus == 0.5);
	assert_string_equal(text, "0.50 CPUs");
	drop_root(root);
}

static void the_counter_moves_in_steps(void **state)
{
	struct bench_clock_cost cost;

	(void)state;
	bench_probe_clock_cost(&cost);
	if (!cost.counter_mhz)
		skip();
	assert_true(cost.step_ns > 0);
	assert_true(cost.step_ns < 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tightest_cgroup_limit_counts),
		cmocka_unit_test(the_counter_moves_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
