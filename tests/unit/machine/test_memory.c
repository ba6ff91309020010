/* SPDX-License-Identifier: MIT */
/* Memory that lies where it was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/machine/memory.h"
#include "tests/unit/machine/described.h"

static char why[BENCH_WHY];

static size_t locked_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	size_t kib = 0;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "VmLck: %zu", &kib);
	if (f)
		fclose(f);
	return kib;
}

static void memory_lies_where_it_was_asked_for(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	struct bench_memory m;

	(void)state;
	if (t->pus[0].node < 0 ||
	    bench_memory_alloc(t, 100000, t->pus[0].node, 0, &m, why,
			       sizeof(why)) == -ENOTSUP) {
		print_message("no NUMA here: %s\n", why);
		bench_topology_free(t);
		skip();
	}
	assert_int_equal(m.node, t->pus[0].node);
	assert_true(m.bytes >= 100000);
	assert_int_equal((uintptr_t)m.addr % getpagesize(), 0);
	for (size_t i = 0; i < m.bytes; i++)
		assert_int_equal(((char *)m.addr)[i], 0);
	bench_memory_free(t, &m);
	assert_null(m.addr);
	bench_memory_free(t, &m);

	assert_int_equal(bench_memory_alloc(t, 4096, t->n_nodes, 0, &m, why,
					    sizeof(why)),
			 -EINVAL);
	assert_int_equal(bench_memory_alloc(t, 0, BENCH_ANY_NODE, 0, &m, why,
					    sizeof(why)),
			 -EINVAL);
	bench_topology_free(t);
}

static void locked_memory_is_locked(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	size_t before = locked_kib();
	struct bench_memory m;

	(void)state;
	if (bench_memory_alloc(t, 64 << 10, BENCH_ANY_NODE, BENCH_MEMORY_LOCKED,
			       &m, why, sizeof(why))) {
		assert_non_null(strstr(why, "RLIMIT_MEMLOCK"));
		print_message("%s\n", why);
		bench_topology_free(t);
		skip();
	}
	assert_true(m.locked);
	assert_int_equal(locked_kib() - before, 64);
	bench_memory_free(t, &m);
	assert_int_equal(locked_kib(), before);
	bench_topology_free(t);
}

/* Does the kernel give huge pages to who asks? */
static bool huge_pages_on_request(void)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
	char text[64] = "[never]";

	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return !strstr(text, "[never]");
}

static void huge_pages_are_huge_or_refused(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	struct bench_memory m = { 0 };
	int err = bench_memory_alloc(t, 1 << 20, BENCH_ANY_NODE,
				     BENCH_MEMORY_HUGE, &m, why, sizeof(why));

	(void)state;
	if (!huge_pages_on_request()) {
		assert_true(err == -ENOTSUP || err == -ENOMEM);
		bench_topology_free(t);
		return;
	}
	if (err)
		fail_msg("%s", why);
	assert_true(m.huge);
	assert_true(m.bytes > 1 << 20);
	assert_int_equal((uintptr_t)m.addr % m.bytes, 0);
	bench_memory_free(t, &m);
	bench_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_lies_where_it_was_asked_for),
		cmocka_unit_test(locked_memory_is_locked),
		cmocka_unit_test(huge_pages_are_huge_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
