/* SPDX-License-Identifier: MIT */
/* The key by which machines are told apart, and the shape in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/key.h"
#include "tests/unit/machine/roots.h"

static void key_of(const char *root, const char *line, char key[BENCH_KEY])
{
	struct bench_topology *t = load(line);

	assert_int_equal(bench_machine_key(root, t, key, NULL), 0);
	bench_topology_free(t);
}

static void the_key_ignores_memory_sizes(void **state)
{
	char *root = make_root(good);
	char a[BENCH_KEY], b[BENCH_KEY];

	(void)state;
	key_of(root, "Package:2 [NUMANode(memory=1GB)] Core:4 PU:1", a);
	key_of(root, "Package:2 [NUMANode(memory=7GB)] Core:4 PU:1", b);
	assert_string_equal(a, b);
	drop_root(root);
}

static void the_key_sees_what_moves_numbers(void **state)
{
	static const struct file changes[] = {
		{ CPU "cpu1/cpufreq/scaling_governor", "powersave\n" },
		{ CPU "intel_pstate/no_turbo", "0\n" },
		{ CPU "smt/control", "on\n" },
		{ CPU "vulnerabilities/meltdown", "Mitigation: PTI\n" },
		{ "/proc/sys/kernel/osrelease", "6.1.1-lab\n" },
		{ "/sys/hypervisor/type", "xen\n" },
		{ "/proc/cpuinfo", "microcode : 0x1\n" },
	};
	char was[BENCH_KEY], now[BENCH_KEY];
	char *root = make_root(good);

	(void)state;
	key_of(root, "L3Cache:1(size=8MB) Core:4 PU:1", was);
	key_of(root, "L3Cache:1(size=9MB) Core:4 PU:1", now);
	assert_string_not_equal(was, now);
	key_of(root, "L3Cache:1(size=8MB) Core:2 PU:2", now);
	assert_string_not_equal(was, now);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		write_below(root, changes[i].path, changes[i].content);
		key_of(root, "L3Cache:1(size=8MB) Core:4 PU:1", now);
		if (!strcmp(was, now))
			fail_msg("%s does not change the key", changes[i].path);
		strcpy(was, now);
	}
	drop_root(root);
}

static void the_key_ignores_what_passes(void **state)
{
	static const struct file changes[] = {
		{ "/proc/loadavg", "3.00 2.00 1.00 1/200 1\n" },
		{ "/proc/stat", "cpu  100 0 50 10000 5 0 2 99 0 0\n" },
		{ "/proc/meminfo", "MemTotal: 1 kB\n" },
	};
	char was[BENCH_KEY], now[BENCH_KEY];
	char *root = make_root(good);

	(void)state;
	key_of(root, FOUR, was);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
		write_below(root, changes[i].path, changes[i].content);
	key_of(root, FOUR, now);
	assert_string_equal(was, now);
	drop_root(root);
}

static void the_key_is_the_hash_of_its_text(void **state)
{
	/* FNV-1a 64 with the constants as its authors print them. */
	struct bench_topology *t = load(FOUR);
	char *root = make_root(good), *text, key[BENCH_KEY],
	     expected[BENCH_KEY];
	uint64_t h = 14695981039346656037u;

	(void)state;
	assert_int_equal(bench_machine_key(root, t, key, &text), 0);
	for (char *at = text; *at; at++)
		h = (h ^ (unsigned char)*at) * 1099511628211u;
	snprintf(expected, sizeof(expected), "m-%016jx", (uintmax_t)h);
	assert_string_equal(key, expected);
	assert_non_null(strstr(text, "\nmodel-number=106\n"));
	assert_non_null(strstr(text, "\nsimulated=yes\n"));
	assert_null(strstr(text, "A processor"));
	free(text);
	drop_root(root);
	bench_topology_free(t);
}

static void an_asymmetric_shape_is_told_in_full(void **state)
{
	struct bench_topology *t = load("Package:1 [NUMANode] Core:2 PU:2");
	hwloc_bitmap_t keep = hwloc_bitmap_alloc();
	char *shape;

	(void)state;
	hwloc_bitmap_set_range(keep, 0, 2);
	assert_int_equal(hwloc_topology_restrict(t->hwloc, keep, 0), 0);
	shape = bench_machine_shape(t);
	assert_string_equal(shape,
			    "Machine(1*Package[1*NUMA]"
			    "(1*Core(2*PU)+1*Core(1*PU)))");
	free(shape);
	hwloc_bitmap_free(keep);
	bench_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_ignores_memory_sizes),
		cmocka_unit_test(the_key_sees_what_moves_numbers),
		cmocka_unit_test(the_key_ignores_what_passes),
		cmocka_unit_test(the_key_is_the_hash_of_its_text),
		cmocka_unit_test(an_asymmetric_shape_is_told_in_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
