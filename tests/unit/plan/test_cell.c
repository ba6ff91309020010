/* SPDX-License-Identifier: MIT */
/* Unit tests of cells, matrices and plans. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/floors/floors.h"
#include "bench/machine/topology.h"
#include "bench/plan/matrix.h"
#include "bench/plan/plan.h"
#include "bench/stats/intervals.h"
#include "strategies/write_loops.h"

static char why[BENCH_MATRIX_WHY];

/* ------------------------------------------------------------------------ */
/* Cells                                                                    */

/* A value of each axis that is not its default. */
static const char *const others[][2] = {
	{ "strategy", "global-lock" },
	{ "scenario", "swap" },
	{ "placement", "cross-numa" },
	{ "payload", "variable" },
	{ "stamp", "clock" },
	{ "mode", "produce-consume" },
	{ "call", "ops" },
	{ "writers", "1024" },
	{ "swap-rate", "back-to-back" },
	{ "swap-mode", "try" },
	{ "buffer-kib", "4096" },
	{ "subbuf", "65536" },
	{ "writer-state", "descheduled" },
	{ "event-rate", "7" },
	{ "writer-sched", "fifo:99" },
	{ "swapper-sched", "rr:1" },
	{ "mlock", "true" },
	{ "huge-pages", "true" },
	{ "home", "swapper" },
	{ "oversubscribe", "true" },
	{ "real-time", "never" },
};

#define OTHERS (sizeof(others) / sizeof(others[0]))

static void every_axis_reads_what_it_prints(void **state)
{
	struct bench_cell cell;
	char text[64];
	unsigned int n = 0;

	(void)state;
	bench_cell_default(&cell);
	for (unsigned int i = 0; i < OTHERS; i++) {
		assert_string_not_equal(
			bench_cell_get(&cell, others[i][0], text, sizeof(text)),
			others[i][1]);
		assert_int_equal(bench_cell_set(&cell, others[i][0],
						others[i][1], why, sizeof(why)),
				 0);
		assert_string_equal(
			bench_cell_get(&cell, others[i][0], text, sizeof(text)),
			others[i][1]);
	}
	while (bench_axis_name(n))
		n++;
	assert_int_equal(n, OTHERS);
}

static void a_cell_survives_json(void **state)
{
	struct bench_cell cell, back;
	json_t *json;

	(void)state;
	bench_cell_default(&cell);
	for (unsigned int i = 0; i < OTHERS; i++)
		bench_cell_set(&cell, others[i][0], others[i][1], why,
			       sizeof(why));
	json = bench_cell_json(&cell);
	assert_int_equal(json_object_size(json), OTHERS);
	assert_int_equal(bench_cell_from_json(json, &back, why, sizeof(why)),
			 0);
	json_decref(json);
	for (unsigned int i = 0; i < OTHERS; i++) {
		char a[64], b[64];

		assert_string_equal(
			bench_cell_get(&cell, others[i][0], a, sizeof(a)),
			bench_cell_get(&back, others[i][0], b, sizeof(b)));
	}
}

static void wrong_values_are_refused_with_the_right_ones(void **state)
{
	static const char *const wrong[][3] = {
		{ "strategy", "hope", "membarrier" },
		{ "scenario", "writes", "footprint" },
		{ "placement", "near", "shared-l3" },
		{ "payload", "17", "variable" },
		{ "payload", "-1", "variable" },
		{ "payload", "0x10", "variable" },
		{ "payload", "", "variable" },
		{ "payload", "4294967295", "variable" },
		{ "writers", "0", "1 to 1024" },
		{ "writers", "1025", "1 to 1024" },
		{ "swap-rate", "fast", "back-to-back" },
		{ "subbuf", "3000", "power of two" },
		{ "subbuf", "512", "1024" },
		{ "writer-sched", "fifo", "fifo:1..99" },
		{ "writer-sched", "fifo:0", "fifo:1..99" },
		{ "writer-sched", "fifo:100", "fifo:1..99" },
		{ "writer-sched", "other:3", "fifo:1..99" },
		{ "mlock", "maybe", "true or false" },
		{ "colour", "red", "swap-rate" },
	};
	struct bench_cell cell;

	(void)state;
	bench_cell_default(&cell);
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		why[0] = '\0';
		assert_true(bench_cell_set(&cell, wrong[i][0], wrong[i][1], why,
					   sizeof(why)) < 0);
		assert_non_null(strstr(why, wrong[i][2]));
	}
}

static void equal_measurements_have_equal_ids(void **state)
{
	struct bench_cell a, b;
	char ida[BENCH_ID], idb[BENCH_ID];

	(void)state;
	bench_cell_default(&a);
	b = a;
	/* Nobody swaps in `write`. */
	bench_cell_set(&b, "swap-rate", "back-to-back", why, sizeof(why));
	bench_cell_set(&b, "writer-state", "paced", why, sizeof(why));
	bench_cell_normalise(&a);
	bench_cell_normalise(&b);
	assert_string_equal(bench_cell_id(&a, ida, sizeof(ida)),
			    bench_cell_id(&b, idb, sizeof(idb)));
	assert_string_equal(ida, "write/unsync/auto");
	bench_cell_set(&b, "payload", "64", why, sizeof(why));
	assert_string_equal(bench_cell_id(&b, idb, sizeof(idb)),
			    "write/unsync/auto/payload=64");
}

static void baselines_are_what_the_format_says(void **state)
{
	struct bench_cell cell, base;

	(void)state;
	bench_cell_default(&cell);
	assert_true(bench_cell_baseline(&cell, &base));
	assert_string_equal(base.strategy, "append");
	bench_cell_set(&cell, "strategy", "global-lock", why, sizeof(why));
	assert_true(bench_cell_baseline(&cell, &base));
	assert_string_equal(base.strategy, "unsync");
	bench_cell_set(&cell, "scenario", "footprint", why, sizeof(why));
	assert_true(bench_cell_baseline(&cell, &base));
	assert_string_equal(base.strategy, "global-lock");
	assert_int_equal(base.swap_rate, 0);
	bench_cell_set(&cell, "scenario", "scaling", why, sizeof(why));
	assert_false(bench_cell_baseline(&cell, &base));
}

static void what_does_not_fit_is_refused(void **state)
{
	struct bench_cell cell;

	(void)state;
	bench_cell_default(&cell);
	cell.subbuf = 1024;
	cell.payload = 1024;
	assert_int_equal(bench_cell_check(&cell, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "does not fit"));
	bench_cell_default(&cell);
	cell.buffer_kib = 4;
	assert_int_equal(bench_cell_check(&cell, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "less than two"));
}

/* ------------------------------------------------------------------------ */
/* Floors                                                                   */

/* append must leave in memory what a write leaves. */
static void append_leaves_the_record_of_a_write(void **state)
{
	static _Alignas(64) unsigned char memory[65536];
	struct rb_attr attr = RB_ATTR_DEFAULT;
	struct bench_append append;
	struct swap_loop write = { .count = 40, .salt = 3 };
	struct swap_loop loop = { .count = 40, .salt = 3 };
	const struct rb_page *page;
	struct rb *rb;

	(void)state;
	assert_int_equal(swap_rb_create(swap_find("unsync"), attr, &rb), 0);
	assert_int_equal(swap_writer_enter(rb, 0), 0);
	write.slot = swap_slot(rb, 0);
	swap_loop_find(swap_find("unsync"), SWAP_LOOP_BATCH, 16, RB_STAMP_NONE,
		       RB_OVERWRITE)(&write);
	assert_int_equal(bench_append_init(&append, memory, sizeof(memory)), 0);
	loop.slot = &append.base;
	bench_floor_loop(bench_floor_find("append"), 16)(&loop);
	page = (const void *)rb_slot_active(rb_slot(rb, 0))->pages;
	assert_memory_equal(page->data, memory, 40 * 24);
	assert_int_equal(loop.sequence, 40);
	swap_writer_exit(rb, 0);
	rb_destroy(rb);
}

static void append_stays_inside_its_memory(void **state)
{
	static _Alignas(64) unsigned char memory[2 * 8192];
	struct bench_append append;
	struct swap_loop loop = { .count = 100000 };

	(void)state;
	memset(memory, 0xee, sizeof(memory));
	for (unsigned int i = 0; i < SWAP_PAYLOADS; i++) {
		assert_int_equal(bench_append_init(&append, memory, 8192), 0);
		loop.slot = &append.base;
		bench_floor_loop(bench_floor_find("append"),
				 swap_payloads[i])(&loop);
		for (unsigned int k = 8192; k < sizeof(memory); k++)
			assert_int_equal(memory[k], 0xee);
	}
}

/* ------------------------------------------------------------------------ */
/* Matrices                                                                 */

static char path[] = "/tmp/ringswap-matrix-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int load(struct bench_matrix *m, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	why[0] = '\0';
	return bench_matrix_load(m, path, why, sizeof(why));
}

#define HEAD "{\"schema\": \"ringswap-matrix/1\",\n"

static void a_slice_is_the_product_of_its_axes(void **state)
{
	struct bench_matrix m;

	(void)state;
	bench_matrix_init(&m);
	assert_int_equal(load(&m, HEAD
			      "\"slices\": [{\"axes\": {\"payload\": [8, 16, "
			      "\"variable\"], \"strategy\": [\"global-lock\", "
			      "\"barrier\"]}}, {\"axes\": {\"strategy\": "
			      "\"global-lock\"}}]}"),
			 0);
	/* global-lock at payload 16 is in both slices and measured once. */
	assert_int_equal(m.n, 6);
	bench_matrix_free(&m);
}

static void words_stand_for_groups(void **state)
{
	unsigned int all = 0, swapping = 0, floors = 0;
	const struct swap_strategy *s;
	struct bench_matrix m;

	(void)state;
	swap_for_each_strategy (s) {
		all++;
		swapping += s->swap != NULL;
	}
	while (bench_floor_at(floors))
		floors++;
	bench_matrix_init(&m);
	assert_int_equal(load(&m, HEAD
			      "\"slices\": [{\"axes\": {\"strategy\": "
			      "\"all\"}}, {\"axes\": {\"scenario\": \"swap\", "
			      "\"strategy\": \"all\"}}, {\"axes\": "
			      "{\"strategy\": \"floors\"}}]}"),
			 0);
	assert_int_equal(m.n, all + swapping + floors);
	bench_matrix_free(&m);
}

static void the_command_line_overrides(void **state)
{
	struct bench_matrix m;

	(void)state;
	bench_matrix_init(&m);
	assert_int_equal(
		bench_matrix_override(&m, "payload", "8,64", why, sizeof(why)),
		0);
	assert_int_equal(bench_matrix_override(&m, "strategy", "global-lock",
					       why, sizeof(why)),
			 0);
	assert_int_equal(load(&m, HEAD "\"slices\": [{\"axes\": "
				       "{\"strategy\": \"all\", \"payload\": "
				       "16}}, {\"axes\": {\"strategy\": "
				       "[\"timer\"]}}]}"),
			 0);
	/* global-lock twice, and the floor, which a filter of strategies keeps */
	assert_int_equal(m.n, 3);
	assert_int_equal(m.cells[0].cell.payload, 8);
	assert_int_equal(m.cells[1].cell.payload, 64);
	bench_matrix_free(&m);
}

static unsigned int count_floors(const struct bench_matrix *m)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < m->n; i++)
		n += bench_cell_is_floor(&m->cells[i].cell);
	return n;
}

static void flags_bring_the_floors(void **state)
{
	unsigned int floors = 0, loops = 0;
	const struct bench_floor *floor;
	struct bench_matrix m;

	(void)state;
	while ((floor = bench_floor_at(floors)) != NULL) {
		loops += bench_floor_is_loop(floor);
		floors++;
	}
	bench_matrix_init(&m);
	bench_matrix_override(&m, "strategy", "global-lock", why, sizeof(why));
	bench_matrix_override(&m, "scenario", "swap", why, sizeof(why));
	bench_matrix_override(&m, "payload", "8,64", why, sizeof(why));
	bench_matrix_override(&m, "placement", "same-pu", why, sizeof(why));
	assert_int_equal(bench_matrix_flags(&m, why, sizeof(why)), 0);
	/* global-lock twice; the loops too write either payload */
	assert_int_equal(m.n, 2 + floors + loops);
	assert_int_equal(count_floors(&m), floors + loops);
	for (unsigned int i = 0; i < m.n; i++)
		assert_int_equal(m.cells[i].cell.placement, BENCH_SAME_PU);
	bench_matrix_free(&m);
	bench_matrix_override(&m, "strategy", "timer", why, sizeof(why));
	assert_int_equal(bench_matrix_flags(&m, why, sizeof(why)), 0);
	assert_int_equal(m.n, 1);
	bench_matrix_free(&m);
}

static void a_wrong_matrix_is_refused_with_its_line(void **state)
{
	static const char *const wrong[][2] = {
		{ "", ":1:" },
		{ "[]", "object" },
		{ "{\"schema\": \"ringswap-matrix/2\"}", ":1:" },
		{ HEAD "\"slices\": [", ":2:" },
		{ HEAD "\"slices\": []}", "no cell" },
		{ HEAD "\"colour\": 1}", ":2: colour" },
		{ HEAD "\"rounds\": 0, \"slices\": []}", "rounds" },
		{ HEAD "\"rounds\": \"7\", \"slices\": []}", "rounds" },
		{ HEAD "\"slices\": [{\"axes\":\n{\"colour\": 1}}]}",
		  ":3: slices[0].axes: unknown axis" },
		{ HEAD "\"slices\": [{\"axes\":\n{\"payload\": 3}}]}",
		  ":3: slices[0].axes: payload" },
		{ HEAD "\"slices\": [{\"axes\":\n{\"payload\": true}}]}",
		  "integer" },
		{ HEAD "\"slices\": [{\"axes\":\n{\"strategy\": 1}}]}",
		  "string" },
		{ HEAD "\"slices\": [{\"axes\": {\"strategy\": []}}]}",
		  "empty list" },
		{ HEAD "\"slices\": [{}]}", "axes is missing" },
		{ HEAD "\"name\": \"a\", \"name\": \"b\"}", "uplicate" },
		{ HEAD "\"slices\": [{\"axes\": {\"payload\": 1024, "
		       "\"subbuf\": 1024}}]}",
		  "does not fit" },
	};
	struct bench_matrix m;

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		bench_matrix_init(&m);
		assert_true(load(&m, wrong[i][0]) < 0);
		if (!strstr(why, wrong[i][1]))
			fail_msg("\"%s\" does not say \"%s\"", why,
				 wrong[i][1]);
		bench_matrix_free(&m);
	}
}

static void a_huge_matrix_is_refused_unread(void **state)
{
	struct bench_matrix m;

	(void)state;
	load(&m, "");
	assert_int_equal(truncate(path, (off_t)1 << 30), 0);
	bench_matrix_init(&m);
	assert_int_equal(bench_matrix_load(&m, path, why, sizeof(why)), -EFBIG);
	bench_matrix_free(&m);
}

/* ------------------------------------------------------------------------ */
/* Plans                                                                    */

static const char shape[] =
	"Package:2 [NUMANode] L3Cache:2 L2Cache:2 Core:1 PU:2";

static struct bench_topology *described(void)
{
	struct bench_topology *t;

	setenv("HWLOC_SYNTHETIC", shape, 1);
	assert_int_equal(bench_topology_load(&t, 0, why, sizeof(why)), 0);
	unsetenv("HWLOC_SYNTHETIC");
	return t;
}

static void a_plan_resolves_and_says_what_is_missing(void **state)
{
	struct bench_topology *t = described();
	struct bench_matrix m;
	struct bench_plan plan;
	unsigned int aa = 0, missing = 0;

	(void)state;
	bench_matrix_init(&m);
	assert_int_equal(load(&m,
			      HEAD "\"slices\": [{\"axes\": {\"placement\": "
				   "[\"auto\", \"cross-numa\"], \"strategy\": "
				   "\"barrier\"}}]}"),
			 0);
	assert_int_equal(bench_plan_make(t, &m, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++) {
		aa += plan.cells[i].is_aa;
		missing += !plan.cells[i].is_available;
		assert_int_not_equal(plan.cells[i].cell.placement, BENCH_AUTO);
		if (!plan.cells[i].is_available)
			assert_non_null(strstr(plan.cells[i].why, "NUMA"));
	}
	assert_int_equal(aa, 1);
	assert_int_equal(missing, 1);
	assert_int_equal(plan.n, 3);
	bench_plan_free(&plan);
	bench_matrix_free(&m);
	bench_topology_free(t);
}

/* Two P cores with an L2 each, two E cores that share one; saved and loaded. */
static struct bench_topology *mixed(void)
{
	static const char *const types[] = { "IntelAtom", "IntelCore" };
	char file[] = "/tmp/ringswap-mixed-XXXXXX";
	struct bench_topology *t = NULL;
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	hwloc_topology_t h;

	close(mkstemp(file));
	hwloc_topology_init(&h);
	hwloc_topology_set_synthetic(h, "L3Cache:1 L2Cache:3 Core:2 PU:1");
	assert_int_equal(hwloc_topology_load(h), 0);
	hwloc_bitmap_list_sscanf(set, "0,2,4-5");
	assert_int_equal(hwloc_topology_restrict(h, set, 0), 0);
	for (int i = 0; i < 2; i++) {
		struct hwloc_info_s info = { "CoreType", (char *)types[i] };

		hwloc_bitmap_list_sscanf(set, i ? "0,2" : "4-5");
		assert_int_equal(
			hwloc_cpukinds_register(h, set, i, 1, &info, 0), 0);
	}
	assert_int_equal(hwloc_topology_export_xml(h, file, 0), 0);
	hwloc_topology_destroy(h);
	hwloc_bitmap_free(set);
	setenv("HWLOC_XMLFILE", file, 1);
	if (bench_topology_load(&t, 0, why, sizeof(why)))
		fail_msg("%s", why);
	unsetenv("HWLOC_XMLFILE");
	unlink(file);
	return t;
}

/* The nearest two cores there are slow ones. */
static void auto_is_on_cores_made_for_speed(void **state)
{
	struct bench_topology *t = mixed();
	struct bench_pair pair;

	(void)state;
	bench_plan_auto(t, &pair);
	assert_int_equal(pair.asked, BENCH_SHARED_L3);
	assert_int_equal(pair.writer->os, 2);
	assert_int_equal(pair.swapper->os, 0);
	assert_int_equal(pair.writer->kind, BENCH_CORE_P);
	bench_topology_free(t);
}

/* `all` is what the machine has, and what two slices have is measured once. */
static void all_placements_are_those_of_the_machine(void **state)
{
	struct bench_topology *t = described();
	struct bench_matrix m;
	struct bench_plan plan;

	(void)state;
	bench_matrix_init(&m);
	assert_int_equal(load(&m,
			      HEAD "\"slices\": [{\"axes\": {\"placement\": "
				   "\"auto\", \"strategy\": \"barrier\"}}, "
				   "{\"axes\": {\"placement\": \"all\", "
				   "\"strategy\": \"barrier\"}}]}"),
			 0);
	assert_int_equal(bench_plan_make(t, &m, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++) {
		assert_true(plan.cells[i].is_available);
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(plan.cells[i].id,
						plan.cells[j].id);
	}
	assert_true(plan.n > 4);
	bench_plan_free(&plan);
	bench_matrix_free(&m);
	bench_topology_free(t);
}

/* What identical code shows in a write says nothing about a swap. */
static void every_sort_of_comparison_has_its_control(void **state)
{
	static const char *const ids[] = {
		"aa/unsync/shared-l3",
		"aa/unsync/shared-l3/scenario=swap",
		"aa/unsync/shared-l3/scenario=swap/writer-state=descheduled",
		"aa/unsync/same-pu/scenario=swap",
	};
	struct bench_topology *t = described();
	struct bench_matrix m;
	struct bench_plan plan;
	unsigned int aa = 0;

	(void)state;
	bench_matrix_init(&m);
	assert_int_equal(load(&m, HEAD
			      "\"default\": {\"placement\": \"shared-l3\", "
			      "\"strategy\": \"barrier\"},\"slices\": ["
			      "{\"axes\": {\"payload\": [8, 16]}},"
			      "{\"axes\": {\"scenario\": \"swap\", "
			      "\"writer-state\": [\"saturated\", \"paced\", "
			      "\"idle\", \"descheduled\"]}},"
			      "{\"axes\": {\"scenario\": \"swap\", "
			      "\"placement\": \"same-pu\"}},"
			      "{\"axes\": {\"scenario\": \"scaling\"}}]}"),
			 0);
	assert_int_equal(bench_plan_make(t, &m, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++) {
		const struct bench_plan_cell *c = &plan.cells[i];

		if (!c->is_aa)
			continue;
		assert_true(aa < sizeof(ids) / sizeof(ids[0]));
		assert_string_equal(c->id, ids[aa++]);
		assert_string_equal(c->cell.strategy, "unsync");
		assert_int_equal(c->cell.swap_rate, 0);
		assert_true(c->is_available);
		assert_int_equal(bench_cell_check(&c->cell, why, sizeof(why)),
				 0);
	}
	assert_int_equal(aa, sizeof(ids) / sizeof(ids[0]));
	bench_plan_free(&plan);
	bench_matrix_free(&m);
	bench_topology_free(t);
}

/* A matrix that does not say has the fewest that leave the extremes out. */
static void rounds_follow_from_the_comparisons(void **state)
{
	static const char *const matrices[] = { "quick", "full" };
	struct bench_topology *t = described();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bench_plan plan;
		struct bench_matrix m;
		unsigned int k, rounds;

		bench_matrix_init(&m);
		assert_int_equal(
			bench_matrix_load(&m, matrices[i], why, sizeof(why)),
			0);
		assert_int_equal(m.rounds, 0);
		assert_int_equal(bench_plan_make(t, &m, &plan), 0);
		k = bench_plan_comparisons(&plan);
		rounds = bench_plan_rounds(&plan);
		assert_true(k > 7);
		assert_int_equal(rounds, bench_stats_rounds_enough(k, 0.05));
		bench_plan_free(&plan);
		bench_matrix_free(&m);
	}
	bench_topology_free(t);
}

static struct bench_plan plan_of(const char *axis, const char *value)
{
	struct bench_topology *t = described();
	struct bench_plan plan;
	struct bench_matrix m;

	bench_matrix_init(&m);
	assert_int_equal(
		bench_matrix_override(&m, axis, value, why, sizeof(why)), 0);
	assert_int_equal(bench_matrix_flags(&m, why, sizeof(why)), 0);
	assert_int_equal(bench_plan_make(t, &m, &plan), 0);
	bench_matrix_free(&m);
	bench_topology_free(t);
	return plan;
}

/* One strategy of each mechanism, and the controls. */
static void a_word_stands_for_those_that_represent(void **state)
{
	struct bench_plan plan = plan_of("strategy", "represents");
	const struct swap_strategy *s;
	unsigned int want = 0, have = 0;

	(void)state;
	swap_for_each_strategy (s)
		want += s->represents || s->family == SWAP_CONTROL;
	for (unsigned int i = 0; i < plan.n; i++)
		if (!plan.cells[i].is_aa &&
		    (s = bench_cell_strategy(&plan.cells[i].cell))) {
			assert_true(s->represents || s->family == SWAP_CONTROL);
			have++;
		}
	assert_int_equal(have, want);
	bench_plan_free(&plan);
}

/* The baseline beside a strategy is called as it is, and a floor never is. */
static void a_baseline_is_called_in_the_same_way(void **state)
{
	struct bench_cell cell, base;

	(void)state;
	bench_cell_default(&cell);
	strcpy(cell.strategy, "barrier");
	cell.call = BENCH_CALL_OPS;
	bench_cell_normalise(&cell);
	assert_true(bench_cell_baseline(&cell, &base));
	assert_string_equal(base.strategy, "unsync");
	assert_int_equal(base.call, BENCH_CALL_OPS);
	assert_true(bench_cell_baseline(&base, &cell));
	assert_string_equal(cell.strategy, "append");
	assert_int_equal(cell.call, BENCH_CALL_INLINE);
}

static void a_plan_survives_its_journal(void **state)
{
	struct bench_topology *t = described();
	struct bench_plan plan, back;
	struct bench_matrix m;
	json_t *json;

	(void)state;
	bench_matrix_init(&m);
	assert_int_equal(bench_matrix_load(&m, "quick", why, sizeof(why)), 0);
	assert_int_equal(bench_plan_make(t, &m, &plan), 0);
	plan.rounds = 9;
	plan.seed = 5;
	json = bench_plan_json(&plan);
	assert_int_equal(bench_plan_from_json(json, &back, why, sizeof(why)),
			 0);
	back.seed = 5;
	assert_int_equal(back.n, plan.n);
	assert_int_equal(back.rounds, 9);
	for (unsigned int i = 0; i < plan.n; i++) {
		struct bench_block_spec a, b;

		bench_plan_spec(&plan, i, 3, &a);
		bench_plan_spec(&back, i, 3, &b);
		assert_string_equal(plan.cells[i].id, back.cells[i].id);
		assert_int_equal(a.seed, b.seed);
		assert_int_equal(a.is_aa, b.is_aa);
		assert_int_equal(a.block_ms, b.block_ms);
	}
	json_decref(json);
	bench_plan_free(&back);
	bench_plan_free(&plan);
	bench_matrix_free(&m);
	bench_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_axis_reads_what_it_prints),
		cmocka_unit_test(a_cell_survives_json),
		cmocka_unit_test(wrong_values_are_refused_with_the_right_ones),
		cmocka_unit_test(equal_measurements_have_equal_ids),
		cmocka_unit_test(baselines_are_what_the_format_says),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(append_leaves_the_record_of_a_write),
		cmocka_unit_test(append_stays_inside_its_memory),
		cmocka_unit_test(a_slice_is_the_product_of_its_axes),
		cmocka_unit_test(words_stand_for_groups),
		cmocka_unit_test(the_command_line_overrides),
		cmocka_unit_test(flags_bring_the_floors),
		cmocka_unit_test(a_wrong_matrix_is_refused_with_its_line),
		cmocka_unit_test(a_huge_matrix_is_refused_unread),
		cmocka_unit_test(a_plan_resolves_and_says_what_is_missing),
		cmocka_unit_test(auto_is_on_cores_made_for_speed),
		cmocka_unit_test(all_placements_are_those_of_the_machine),
		cmocka_unit_test(every_sort_of_comparison_has_its_control),
		cmocka_unit_test(rounds_follow_from_the_comparisons),
		cmocka_unit_test(a_word_stands_for_those_that_represent),
		cmocka_unit_test(a_baseline_is_called_in_the_same_way),
		cmocka_unit_test(a_plan_survives_its_journal),
	};

	swap_setup();
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
