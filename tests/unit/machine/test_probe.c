/* SPDX-License-Identifier: MIT */
/* Single facts: cgroup limits and the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/machine/cgroup.h"
#include "bench/machine/clock_cost.h"
#include "bench/machine/probe.h"
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

/* A process in a cgroup whose files are hidden may have any limit. */
static void a_hidden_cgroup_is_not_unlimited(void **state)
{
	static const struct file hidden[] = {
		{ "/proc/self/cgroup", "0::/a\n" },
		{ "/sys/fs/other", "" },
		{ NULL, NULL },
	};
	static const struct file seen[] = {
		{ "/proc/self/cgroup", "0::/a\n" },
		{ "/sys/fs/cgroup/cgroup.controllers", "cpu\n" },
		{ NULL, NULL },
	};
	char *root = make_root(hidden), text[64];
	double least;

	(void)state;
	assert_int_equal(
		bench_probe_cpu_limit(root, &least, text, sizeof(text)),
		-ENOENT);
	assert_int_equal(strncmp(text, "unavailable: ", 13), 0);
	assert_int_equal(
		bench_probe_memory_limit(root, &least, text, sizeof(text)),
		-ENOENT);
	drop_root(root);
	root = make_root(seen);
	assert_int_equal(
		bench_probe_cpu_limit(root, &least, text, sizeof(text)), 0);
	assert_string_equal(text, "unlimited");
	drop_root(root);
}

/* Only x86 tells by a flag that it is no guest; who does not tell is unknown. */
static void a_machine_that_does_not_tell_is_no_host(void **state)
{
	static const struct {
		const char *path, *content, *text;
		enum bench_guest guest;
	} cases[] = {
		{ "/proc/cpuinfo", "flags : fpu tsc\n", "none",
		  BENCH_GUEST_NOT },
		{ "/proc/cpuinfo", "flags : fpu hypervisor\n",
		  "unknown hypervisor", BENCH_GUEST },
		{ "/proc/cpuinfo", "Features : fp asimd\n", "unknown",
		  BENCH_GUEST_UNKNOWN },
		{ "/proc/other", "", "unknown", BENCH_GUEST_UNKNOWN },
		{ "/sys/hypervisor/type", "xen\n", "xen", BENCH_GUEST },
		{ "/proc/device-tree/hypervisor/compatible", "linux,kvm",
		  "linux,kvm", BENCH_GUEST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct file files[] = { { cases[i].path, cases[i].content },
					{ NULL, NULL } };
		char *root = make_root(files), text[64];

		assert_int_equal(
			bench_probe_hypervisor(root, text, sizeof(text)),
			cases[i].guest);
		assert_string_equal(text, cases[i].text);
		drop_root(root);
	}
}

static void a_capability_that_nobody_tells_is_unknown(void **state)
{
	static const struct file files[] = {
		{ "/proc/self/status",
		  "Name:\tx\nCapEff:\t0000000000800000\n" },
		{ NULL, NULL },
	};
	char *root = make_root(files);

	(void)state;
	assert_int_equal(bench_probe_capability(root, 23), 1);
	assert_int_equal(bench_probe_capability(root, 14), 0);
	drop_root(root);
	root = make_root(NULL);
	assert_int_equal(bench_probe_capability(root, 23), -ENOENT);
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
		cmocka_unit_test(a_hidden_cgroup_is_not_unlimited),
		cmocka_unit_test(a_machine_that_does_not_tell_is_no_host),
		cmocka_unit_test(a_capability_that_nobody_tells_is_unknown),
		cmocka_unit_test(the_counter_moves_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
