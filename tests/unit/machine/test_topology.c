/* SPDX-License-Identifier: MIT */
/* Placements on machines that we describe, binding and memory on this one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine/memory.h"
#include "bench/machine/pin.h"
#include "bench/machine/placement.h"
#include "bench/machine/topology.h"

/* Two packages of one node, two L3, two L2 each, two cores of two PUs. */
#define BIG "Package:2 [NUMANode] L3Cache:2 L2Cache:2 Core:2 PU:2"
/* Sub-NUMA clustering: one L3 a package, two nodes below it. */
#define CLUSTERS "Package:2 L3Cache:1 Group:2 [NUMANode] L2Cache:2 Core:1 PU:1"
#define ONE_PU	 "Package:1 [NUMANode] L3Cache:1 L2Cache:1 Core:1 PU:1"
#define ONE_CORE "Package:1 [NUMANode] L3Cache:1 L2Cache:1 Core:1 PU:2"
#define ONE_L2	 "Package:1 [NUMANode] L3Cache:1 L2Cache:1 Core:4 PU:1"
#define NO_CACHE "Package:1 [NUMANode] Core:4 PU:1"
#define SIX	 "Package:1 [NUMANode] L3Cache:1 L2Cache:6 Core:1 PU:1"

#define NONE (-1)

static char why[BENCH_WHY];

static void forget(void)
{
	unsetenv("HWLOC_SYNTHETIC");
	unsetenv("HWLOC_XMLFILE");
	unsetenv("HWLOC_THISSYSTEM");
}

static struct bench_topology *load(const char *line, unsigned int flags)
{
	struct bench_topology *t = NULL;

	forget();
	if (line)
		setenv("HWLOC_SYNTHETIC", line, 1);
	if (bench_topology_load(&t, flags, why, sizeof(why)))
		fail_msg("%s: %s", line ? line : "this machine", why);
	forget();
	return t;
}

/* What a placement must be on a machine: a pair of PUs, or words. */
struct expected {
	const char *machine;
	enum bench_placement placement;
	int writer, swapper;
	const char *reason;
};

/* PU 0's core (PUs 0 and 1 with SMT) is avoided wherever there is a choice. */
static const struct expected table[] = {
	{ BIG, BENCH_SAME_PU, 2, 2, NULL },
	{ BIG, BENCH_SMT_SIBLING, 2, 3, NULL },
	{ BIG, BENCH_SHARED_L2, 4, 6, NULL },
	{ BIG, BENCH_SHARED_L3, 2, 4, NULL },
	{ BIG, BENCH_SAME_NUMA, 2, 8, NULL },
	{ BIG, BENCH_CROSS_NUMA, NONE, NONE, "no package holds" },
	{ BIG, BENCH_CROSS_PACKAGE, 2, 16, NULL },
	{ BIG, BENCH_P_TO_E, NONE, NONE, "of one kind" },
	{ BIG, BENCH_E_TO_P, NONE, NONE, "of one kind" },
	{ CLUSTERS, BENCH_SMT_SIBLING, NONE, NONE, "no SMT" },
	{ CLUSTERS, BENCH_SHARED_L2, NONE, NONE, "share an L2" },
	{ CLUSTERS, BENCH_SHARED_L3, 2, 3, NULL },
	{ CLUSTERS, BENCH_SAME_NUMA, NONE, NONE, "always share a cache" },
	{ CLUSTERS, BENCH_CROSS_NUMA, 1, 2, NULL },
	{ CLUSTERS, BENCH_CROSS_PACKAGE, 1, 4, NULL },
	{ ONE_PU, BENCH_SAME_PU, 0, 0, NULL },
	{ ONE_PU, BENCH_SMT_SIBLING, NONE, NONE, "only one PU" },
	{ ONE_PU, BENCH_SHARED_L2, NONE, NONE, "only one PU" },
	{ ONE_PU, BENCH_SHARED_L3, NONE, NONE, "only one PU" },
	{ ONE_PU, BENCH_SAME_NUMA, NONE, NONE, "only one PU" },
	{ ONE_PU, BENCH_CROSS_NUMA, NONE, NONE, "only one PU" },
	{ ONE_PU, BENCH_CROSS_PACKAGE, NONE, NONE, "only one PU" },
	{ ONE_PU, BENCH_P_TO_E, NONE, NONE, "only one PU" },
	{ ONE_CORE, BENCH_SMT_SIBLING, 0, 1, NULL },
	{ ONE_CORE, BENCH_SHARED_L3, NONE, NONE, "share an L3" },
	{ ONE_CORE, BENCH_SAME_NUMA, NONE, NONE, "two usable cores" },
	{ ONE_L2, BENCH_SHARED_L2, 1, 2, NULL },
	{ ONE_L2, BENCH_SHARED_L3, NONE, NONE, "also share an L2" },
	{ ONE_L2, BENCH_CROSS_NUMA, NONE, NONE, "one NUMA node" },
	{ ONE_L2, BENCH_CROSS_PACKAGE, NONE, NONE, "one package" },
	{ NO_CACHE, BENCH_SHARED_L3, NONE, NONE, "no L3 cache" },
	{ NO_CACHE, BENCH_SAME_NUMA, 1, 2, NULL },
};

static void check_choice(const struct bench_topology *t,
			 const struct expected *e)
{
	const char *name = bench_placement_name(e->placement);
	struct bench_pair pair;
	int err = bench_placement_choose(t, e->placement, &pair, why,
					 sizeof(why));

	if (e->reason) {
		if (err != -ENOTSUP || !strstr(why, e->reason))
			fail_msg("%s on %s: %d \"%s\", not \"%s\"", name,
				 e->machine, err, why, e->reason);
		return;
	}
	if (err)
		fail_msg("%s on %s: %s", name, e->machine, why);
	if ((int)pair.writer->logical != e->writer ||
	    (int)pair.swapper->logical != e->swapper)
		fail_msg("%s on %s: %u,%u, not %d,%d", name, e->machine,
			 pair.writer->logical, pair.swapper->logical, e->writer,
			 e->swapper);
	assert_int_equal(pair.asked, e->placement);
}

static void every_placement_is_chosen_or_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct bench_topology *t = load(table[i].machine, 0);

		check_choice(t, &table[i]);
		bench_topology_free(t);
	}
}

static void classes_are_symmetric_and_cover_all_pairs(void **state)
{
	struct bench_topology *t = load(BIG, 0);
	unsigned int seen[BENCH_PLACEMENTS] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < t->n_pus; i++) {
		for (unsigned int j = 0; j < t->n_pus; j++) {
			enum bench_placement p =
				bench_placement_of(&t->pus[i], &t->pus[j]);

			assert_int_equal(
				p, bench_placement_of(&t->pus[j], &t->pus[i]));
			seen[p]++;
		}
	}
	assert_int_equal(t->n_pus, 32);
	assert_int_equal(seen[BENCH_SAME_PU], 32);
	assert_int_equal(seen[BENCH_SMT_SIBLING], 32);
	assert_int_equal(seen[BENCH_SHARED_L2], 32 * 2);
	assert_int_equal(seen[BENCH_SHARED_L3], 32 * 4);
	assert_int_equal(seen[BENCH_SAME_NUMA], 32 * 8);
	assert_int_equal(seen[BENCH_CROSS_PACKAGE], 32 * 16);
	bench_topology_free(t);
}

static void names_survive_a_round_trip(void **state)
{
	(void)state;
	for (int i = 0; i < BENCH_PLACEMENTS; i++) {
		enum bench_placement p = BENCH_PLACEMENTS;

		assert_int_equal(bench_placement_parse(bench_placement_name(i),
						       &p, why, sizeof(why)),
				 0);
		assert_int_equal(p, i);
	}
	assert_null(bench_placement_name(BENCH_PLACEMENTS));
}

static void an_unknown_name_lists_the_known(void **state)
{
	enum bench_placement p;

	(void)state;
	assert_int_equal(bench_placement_parse("far", &p, why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "\"far\""));
	assert_non_null(strstr(why, "same-pu"));
	assert_non_null(strstr(why, "e-to-p"));
}

/* One kind of CPU in a description of our own making. */
struct kind {
	unsigned int first, last;
	const char *name, *value;
};

static void register_kind(hwloc_topology_t t, const struct kind *kind,
			  int efficiency)
{
	struct hwloc_info_s info = { (char *)kind->name, (char *)kind->value };
	hwloc_bitmap_t set = hwloc_bitmap_alloc();

	hwloc_bitmap_set_range(set, kind->first, kind->last);
	assert_int_equal(
		hwloc_cpukinds_register(t, set, efficiency, 1, &info, 0), 0);
	hwloc_bitmap_free(set);
}

/* A machine of two kinds, through an XML file as hwloc would save it. */
static struct bench_topology *load_kinds(const char *line,
					 const struct kind kinds[2])
{
	char file[] = "/tmp/ringswap-topology-XXXXXX";
	struct bench_topology *out = NULL;
	hwloc_topology_t t;

	forget();
	close(mkstemp(file));
	hwloc_topology_init(&t);
	assert_int_equal(hwloc_topology_set_synthetic(t, line), 0);
	assert_int_equal(hwloc_topology_load(t), 0);
	register_kind(t, &kinds[0], 0);
	register_kind(t, &kinds[1], 1);
	assert_int_equal(hwloc_topology_export_xml(t, file, 0), 0);
	hwloc_topology_destroy(t);

	setenv("HWLOC_XMLFILE", file, 1);
	if (bench_topology_load(&out, 0, why, sizeof(why)))
		fail_msg("%s", why);
	forget();
	unlink(file);
	return out;
}

static void mixed_cores_give_p_and_e_placements(void **state)
{
	static const struct kind kinds[2] = {
		{ 4, 5, "CoreType", "IntelAtom" },
		{ 0, 3, "CoreType", "IntelCore" },
	};
	static const struct expected pairs[] = {
		{ "mixed", BENCH_P_TO_E, 1, 4, NULL },
		{ "mixed", BENCH_E_TO_P, 4, 1, NULL },
		{ "mixed", BENCH_SHARED_L3, 1, 2, NULL },
	};
	struct bench_topology *t = load_kinds(SIX, kinds);
	struct bench_pair pair;

	(void)state;
	assert_true(t->simulated);
	assert_string_equal(t->source, "HWLOC_XMLFILE");
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		check_choice(t, &pairs[i]);
	assert_int_equal(bench_placement_choose(t, BENCH_P_TO_E, &pair, why,
						sizeof(why)),
			 0);
	assert_int_equal(pair.distance, BENCH_SHARED_L3);
	bench_topology_free(t);
}

/* The lowest pair off PU 0's core, 1 and 2, would mix kinds. */
static void distances_compare_cores_of_one_kind(void **state)
{
	static const struct kind kinds[2] = {
		{ 1, 1, "CoreType", "IntelAtom" },
		{ 2, 5, "CoreType", "IntelCore" },
	};
	struct bench_topology *t = load_kinds(SIX, kinds);
	const struct expected e = { "mixed", BENCH_SHARED_L3, 2, 3, NULL };

	(void)state;
	check_choice(t, &e);
	bench_topology_free(t);
}

static void ranked_capacities_are_kinds(void **state)
{
	static const struct kind kinds[2] = {
		{ 0, 3, "LinuxCapacity", "400" },
		{ 4, 5, "LinuxCapacity", "1024" },
	};
	struct bench_topology *t = load_kinds(SIX, kinds);
	const struct expected e = { "mixed", BENCH_P_TO_E, 4, 1, NULL };

	(void)state;
	check_choice(t, &e);
	bench_topology_free(t);
}

static void favoured_cores_are_no_p_cores(void **state)
{
	static const struct kind kinds[2] = {
		{ 0, 3, "FrequencyMaxMHz", "4500" },
		{ 4, 5, "FrequencyMaxMHz", "4800" },
	};
	struct bench_topology *t = load_kinds(SIX, kinds);
	const struct expected e = { "turbo", BENCH_P_TO_E, NONE, NONE,
				    "not ranked" };

	(void)state;
	check_choice(t, &e);
	bench_topology_free(t);
}

static void check_writers(const struct bench_topology *t,
			  enum bench_placement placement, unsigned int count,
			  const unsigned int *expected)
{
	const struct bench_pu *pus[32];
	struct bench_pair pair;

	assert_int_equal(
		bench_placement_choose(t, placement, &pair, why, sizeof(why)),
		0);
	assert_int_equal(bench_placement_writers(t, &pair, count, pus, false,
						 why, sizeof(why)),
			 0);
	for (unsigned int i = 0; i < count; i++)
		if (pus[i]->logical != expected[i])
			fail_msg("%s: writer %u on PU %u, not %u",
				 bench_placement_name(placement), i,
				 pus[i]->logical, expected[i]);
}

static void further_writers_keep_the_distance(void **state)
{
	/* Pair 2,16: other cores of package 0 first, PU 0's core last. */
	static const unsigned int far[] = { 4, 6, 8, 10, 12, 14, 0, 3 };
	/* Pair 2,8: the other cores under L3 0, then other distances. */
	static const unsigned int near[] = { 4, 6, 0, 3, 5, 7, 1, 10 };
	struct bench_topology *t = load(BIG, 0);

	(void)state;
	check_writers(t, BENCH_CROSS_PACKAGE, 8, far);
	check_writers(t, BENCH_SAME_NUMA, 8, near);
	bench_topology_free(t);
}

static void writers_never_share_unless_told(void **state)
{
	struct bench_topology *t = load(ONE_L2, 0);
	const struct bench_pu *pus[5];
	struct bench_pair pair;

	(void)state;
	bench_placement_choose(t, BENCH_SHARED_L2, &pair, why, sizeof(why));
	assert_int_equal(bench_placement_writers(t, &pair, 3, pus, false, why,
						 sizeof(why)),
			 -ENOSPC);
	assert_non_null(strstr(why, "4 writers need 4 PUs"));
	assert_int_equal(bench_placement_writers(t, &pair, 5, pus, true, why,
						 sizeof(why)),
			 3);
	for (int i = 0; i < 5; i++)
		assert_ptr_not_equal(pus[i], pair.swapper);
	assert_int_equal(pus[0]->logical, 3);
	assert_int_equal(pus[1]->logical, 0);
	assert_ptr_equal(pus[2], pair.writer);
	bench_topology_free(t);
}

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

static void simulation_binds_to_real_pus_in_turn(void **state)
{
	struct bench_topology *t = load(BIG, BENCH_TOPOLOGY_SIMULATE);
	unsigned int n = hwloc_bitmap_weight(t->real);

	(void)state;
	assert_true(t->simulated);
	for (unsigned int i = 0; i < t->n_pus; i += 5) {
		int real = bench_topology_real_os(t, &t->pus[i]);

		if (bench_topology_pin(t, &t->pus[i], why, sizeof(why)))
			fail_msg("%s", why);
		assert_int_equal(sched_getcpu(), real);
		assert_true(hwloc_bitmap_isset(t->real, real));
		assert_int_equal(real,
				 bench_topology_real_os(t, &t->pus[i % n]));
		assert_int_equal(
			bench_topology_check(t, &t->pus[i], why, sizeof(why)),
			0);
	}
	assert_int_equal(bench_topology_unpin(t, why, sizeof(why)), 0);
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
	assert_null(t);
	forget();
}

static void pinning_is_real_and_checked_again(void **state)
{
	struct bench_topology *t = load(NULL, 0);

	(void)state;
	assert_false(t->simulated);
	for (unsigned int i = 0; i < t->n_pus && i < 8; i++) {
		if (bench_topology_pin(t, &t->pus[i], why, sizeof(why)))
			fail_msg("%s", why);
		assert_int_equal(sched_getcpu(), t->pus[i].os);
		assert_int_equal(
			bench_topology_check(t, &t->pus[i], why, sizeof(why)),
			0);
	}
	bench_topology_unpin(t, why, sizeof(why));
	if (t->n_pus > 1)
		assert_int_equal(
			bench_topology_check(t, &t->pus[0], why, sizeof(why)),
			-EXDEV);
	bench_topology_free(t);
}

/* Nobody moved the thread, but somebody may from now on. */
static void a_widened_binding_is_noticed(void **state)
{
	struct bench_topology *t = load(NULL, 0);

	(void)state;
	if (t->n_pus < 2) {
		print_message("needs two PUs\n");
		bench_topology_free(t);
		skip();
	}
	assert_int_equal(bench_topology_pin(t, &t->pus[0], why, sizeof(why)),
			 0);
	bench_topology_unpin(t, why, sizeof(why));
	assert_int_equal(bench_topology_check(t, &t->pus[0], why, sizeof(why)),
			 -EXDEV);
	assert_non_null(strstr(why, "not bound"));
	bench_topology_free(t);
}

static void a_moved_thread_is_noticed(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	cpu_set_t other;

	(void)state;
	if (t->n_pus < 2) {
		print_message("needs two PUs\n");
		bench_topology_free(t);
		skip();
	}
	assert_int_equal(bench_topology_pin(t, &t->pus[0], why, sizeof(why)),
			 0);
	CPU_ZERO(&other);
	CPU_SET(t->pus[1].os, &other);
	assert_int_equal(sched_setaffinity(0, sizeof(other), &other), 0);
	assert_int_equal(bench_topology_check(t, &t->pus[0], why, sizeof(why)),
			 -EXDEV);
	bench_topology_unpin(t, why, sizeof(why));
	bench_topology_free(t);
}

/* Inherits its binding, as from taskset. */
static int restricted_child(unsigned int keep, unsigned int lost)
{
	struct bench_topology *t = NULL;
	struct bench_pair pair;

	if (bench_topology_load(&t, 0, why, sizeof(why)))
		return 1;
	if (t->n_pus != 1 || t->pus[0].os != keep)
		return 2;
	if (bench_placement_explicit(t, keep, lost, &pair, why, sizeof(why)) !=
		    -ERANGE ||
	    !strstr(why, "swapper") || !strstr(why, "outside the allowed set"))
		return 3;
	if (bench_placement_choose(t, BENCH_SHARED_L3, &pair, why,
				   sizeof(why)) != -ENOTSUP)
		return 4;
	bench_topology_free(t);
	return 0;
}

static void taskset_is_honoured(void **state)
{
	struct bench_topology *t = load(NULL, 0);
	cpu_set_t before, one;
	int status = -1;
	pid_t pid;

	(void)state;
	if (t->n_pus < 2) {
		print_message("needs two PUs\n");
		bench_topology_free(t);
		skip();
	}
	/* Before the fork: a sanitizer's own thread in the child is bound too. */
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	CPU_SET(t->pus[1].os, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = fork();
	if (!pid)
		_exit(restricted_child(t->pus[1].os, t->pus[0].os));
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	bench_topology_free(t);
}

static void explicit_pairs_are_classified(void **state)
{
	struct bench_topology *t = load(BIG, 0);
	struct bench_pair pair;

	(void)state;
	assert_int_equal(
		bench_placement_explicit(t, 0, 31, &pair, why, sizeof(why)), 0);
	assert_int_equal(pair.distance, BENCH_CROSS_PACKAGE);
	assert_int_equal(
		bench_placement_explicit(t, 32, 0, &pair, why, sizeof(why)),
		-ERANGE);
	assert_string_equal(why,
			    "writer: CPU 32 is outside the allowed set, "
			    "which is 0-31");
	bench_topology_free(t);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_placement_is_chosen_or_explained),
		cmocka_unit_test(classes_are_symmetric_and_cover_all_pairs),
		cmocka_unit_test(names_survive_a_round_trip),
		cmocka_unit_test(an_unknown_name_lists_the_known),
		cmocka_unit_test(mixed_cores_give_p_and_e_placements),
		cmocka_unit_test(distances_compare_cores_of_one_kind),
		cmocka_unit_test(ranked_capacities_are_kinds),
		cmocka_unit_test(favoured_cores_are_no_p_cores),
		cmocka_unit_test(further_writers_keep_the_distance),
		cmocka_unit_test(writers_never_share_unless_told),
		cmocka_unit_test(a_described_machine_is_not_measured),
		cmocka_unit_test(simulation_binds_to_real_pus_in_turn),
		cmocka_unit_test(forced_thissystem_stays_simulated),
		cmocka_unit_test(a_wrong_description_is_refused),
		cmocka_unit_test(pinning_is_real_and_checked_again),
		cmocka_unit_test(a_widened_binding_is_noticed),
		cmocka_unit_test(a_moved_thread_is_noticed),
		cmocka_unit_test(taskset_is_honoured),
		cmocka_unit_test(explicit_pairs_are_classified),
		cmocka_unit_test(memory_lies_where_it_was_asked_for),
		cmocka_unit_test(locked_memory_is_locked),
		cmocka_unit_test(huge_pages_are_huge_or_refused),
		cmocka_unit_test(exports_tell_the_shape_and_not_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
