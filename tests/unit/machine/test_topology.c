/* SPDX-License-Identifier: MIT */
/* Descriptions: loaded, refused, exported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/memory.h"
#include "bench/machine/pin.h"
#include "bench/machine/topology.h"
#include "tests/unit/machine/described.h"

static char why[BENCH_WHY];

static void a_described_machine_is_not_measured(void **state)
{
	struct bench_topology *t = load(BIG, 0);
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	cpu_set_t before, after;
	struct bench_memory m;

	(void)state;
	/* The trap itself: hwloc binds to a CPU that is not there. */
	sched_getaffinity(0, sizeof(before), &before);
	hwloc_bitmap_only(set, 31);
	assert_int_equal(
		hwloc_set_cpubind(t->hwloc, set,
				  HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT),
		0);
	sched_getaffinity(0, sizeof(after), &after);
	assert_true(CPU_EQUAL(&before, &after));
	hwloc_bitmap_free(set);

	assert_true(t->simulated);
	assert_int_equal(bench_topology_pin(t, &t->pus[31], why, sizeof(why)),
			 -ENOTSUP);
	assert_non_null(strstr(why, "simulated (HWLOC_SYNTHETIC)"));
	assert_int_equal(
		bench_memory_alloc(t, 4096, 0, 0, &m, why, sizeof(why)),
		-ENOTSUP);
	bench_topology_free(t);
}

/* hwloc then binds for real, but the shape is still somebody's invention. */
static void forced_thissystem_stays_simulated(void **state)
{
	struct bench_topology *real = load(NULL, 0), *t = NULL;
	unsigned int last = real->pus[real->n_pus - 1].os;
	char line[64];

	(void)state;
	bench_topology_free(real);
	snprintf(line, sizeof(line), "Package:2 [NUMANode] Core:%u PU:1",
		 (last + 2) / 2);
	setenv("HWLOC_SYNTHETIC", line, 1);
	setenv("HWLOC_THISSYSTEM", "1", 1);
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), 0);
	forget();
	assert_true(t->simulated);
	assert_true(t->binds);
	assert_null(bench_topology_pu_by_os(t, last + 1));
	assert_int_equal(bench_topology_measurable(t, why, sizeof(why)),
			 -ENOTSUP);
	bench_topology_free(t);
}

static void a_wrong_description_is_refused(void **state)
{
	struct bench_topology *t = NULL;

	(void)state;
	forget();
	setenv("HWLOC_SYNTHETIC", "bogus:2", 1);
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "bogus:2"));
	setenv("HWLOC_XMLFILE", "/no/such/file.xml", 1);
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "both set"));
	unsetenv("HWLOC_SYNTHETIC");
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "/no/such/file.xml"));
	setenv("HWLOC_XMLFILE", "/proc/self/status", 1);
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), -EINVAL);
	setenv("HWLOC_XMLFILE", "/dev/zero", 1); /* has no end */
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "not a regular file"));
	assert_null(t);
	forget();
}

static void exports_tell_the_shape_and_not_the_host(void **state)
{
	struct bench_topology *t = load(BIG, 0), *real = load(NULL, 0);
	char *line = bench_topology_synthetic(t);
	char *xml = bench_topology_xml(real);

	(void)state;
	assert_non_null(strstr(line, "PU:2"));
	assert_non_null(strstr(xml, "<object type=\"PU\""));
	assert_non_null(strstr(xml, "</topology>"));
	assert_non_null(strstr(xml, "\"Backend\""));
	assert_null(strstr(xml, "HostName"));
	assert_null(strstr(xml, "ProcessName"));
	assert_null(strstr(xml, "LinuxCgroup"));
	assert_null(strstr(xml, "Serial"));
	assert_null(strstr(xml, "PCIDev"));
	free(line);
	free(xml);
	bench_topology_free(t);
	bench_topology_free(real);
}

/* hwloc says only that it cannot. */
static void a_file_of_a_later_hwloc_says_so(void **state)
{
	char file[] = "/tmp/ringswap-hwloc-XXXXXX";
	struct bench_topology *t = NULL;
	int fd = mkstemp(file);

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd,
			    "<?xml version=\"1.0\"?>\n"
			    "<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
			    "<topology version=\"9.0\">\n"
			    "</topology>\n") > 0);
	close(fd);
	forget();
	setenv("HWLOC_XMLFILE", file, 1);
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), -EINVAL);
	if (!strstr(why, "it is of hwloc 9, this build has hwloc "))
		fail_msg("%s", why);
	assert_non_null(strstr(why, "--export-xml-flags v"));
	forget();
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_a_later_hwloc_says_so),
		cmocka_unit_test(a_described_machine_is_not_measured),
		cmocka_unit_test(forced_thissystem_stays_simulated),
		cmocka_unit_test(a_wrong_description_is_refused),
		cmocka_unit_test(exports_tell_the_shape_and_not_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
