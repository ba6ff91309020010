/* SPDX-License-Identifier: MIT */
/* Placements: every one is chosen or explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/placement.h"
#include "tests/unit/machine/described.h"

static char why[BENCH_WHY];

#define NONE (-1)

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

/* The boot CPU is one of two that are fast: better than those that are not. */
static void performance_cores_come_first(void **state)
{
	static const struct kind kinds[2] = {
		{ 2, 5, "CoreType", "IntelAtom" },
		{ 0, 1, "CoreType", "IntelCore" },
	};
	struct bench_topology *t = load_kinds(SIX, kinds);
	const struct expected pairs[] = {
		{ "mixed", BENCH_SHARED_L3, 1, 0, NULL },
		{ "mixed", BENCH_SAME_PU, 1, 1, NULL },
		{ "mixed", BENCH_E_TO_P, 2, 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		check_choice(t, &pairs[i]);
	bench_topology_free(t);
}

/* What is chosen without looking at every pair is what every pair would give. */
static void the_choice_is_that_of_all_pairs(void **state)
{
	static const char *const machines[] = { BIG,	  CLUSTERS, ONE_PU,
						ONE_CORE, ONE_L2,   NO_CACHE,
						SIX };

	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		struct bench_topology *t = load(machines[i], 0);
		unsigned int seen[BENCH_PLACEMENTS] = { 0 };
		struct bench_pair pair;

		for (unsigned int a = 0; a < t->n_pus; a++)
			for (unsigned int b = 0; b < t->n_pus; b++)
				seen[bench_placement_of(&t->pus[a],
							&t->pus[b])]++;
		for (int p = 0; p < BENCH_P_TO_E; p++)
			assert_int_equal(!bench_placement_choose(
						 t, p, &pair, why, sizeof(why)),
					 seen[p] > 0);
		bench_topology_free(t);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_placement_is_chosen_or_explained),
		cmocka_unit_test(classes_are_symmetric_and_cover_all_pairs),
		cmocka_unit_test(names_survive_a_round_trip),
		cmocka_unit_test(an_unknown_name_lists_the_known),
		cmocka_unit_test(mixed_cores_give_p_and_e_placements),
		cmocka_unit_test(distances_compare_cores_of_one_kind),
		cmocka_unit_test(performance_cores_come_first),
		cmocka_unit_test(the_choice_is_that_of_all_pairs),
		cmocka_unit_test(ranked_capacities_are_kinds),
		cmocka_unit_test(favoured_cores_are_no_p_cores),
		cmocka_unit_test(further_writers_keep_the_distance),
		cmocka_unit_test(writers_never_share_unless_told),
		cmocka_unit_test(explicit_pairs_are_classified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
