/* SPDX-License-Identifier: MIT */
/* test_figures.c - measured blocks hold every figure, and nothing else in the
 * parts that figures.def names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/machine/topology.h"
#include "bench/measure/run.h"
#include "bench/result/figures.h"

static struct bench_topology *topology;
static char why[2 * BENCH_WHY];
static bool is_seen[BENCH_FIGURE_COUNT];
static bool is_counted; /* by hardware counters, in some block */

/* Together these hold all there is; "axis", "value", ... */
static const char *const cells[][11] = {
	{ "strategy", "barrier", "scenario", "write" },
	{ "strategy", "barrier", "scenario", "latency", "stamp", "cycles" },
	{ "strategy", "barrier", "scenario", "swap", "stamp", "cycles" },
	{ "strategy", "barrier", "scenario", "footprint" },
	{ "strategy", "barrier", "scenario", "scaling" },
	{ "strategy", "context-switch", "scenario", "floor" },
};

/* A short block on one PU; the caller's. */
static json_t *run_block(const char *const *axes)
{
	struct bench_block_spec spec = { .seed = 1, .block_ms = 40 };
	json_t *datum;

	bench_cell_default(&spec.cell);
	spec.cell.placement = BENCH_SAME_PU;
	for (; *axes; axes += 2)
		assert_int_equal(bench_cell_set(&spec.cell, axes[0], axes[1],
						why, sizeof(why)),
				 0);
	bench_cell_normalise(&spec.cell);
	if (bench_block_run(topology, &spec, &datum, why, sizeof(why)))
		fail_msg("%s", why);
	return datum;
}

static bool has_counters(const json_t *datum)
{
	const char *status = json_string_value(
		json_object_get(json_object_get(datum, "counters"), "status"));

	return status && !strcmp(status, "counted");
}

static void blocks_hold_figures_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		json_t *datum = run_block(cells[i]);
		char path[BENCH_FIGURE_PATH];

		if (bench_figure_unknown(datum, path))
			fail_msg("%s is not in figures.def", path);
		for (int f = 0; f < BENCH_FIGURE_COUNT; f++)
			is_seen[f] |=
				bench_figure_get(datum, (enum bench_figure)f) !=
				NULL;
		is_counted |= has_counters(datum);
		json_decref(datum);
	}
}

/* Why a figure may be missing on this machine; "": it may not. */
static const char *excuse(enum bench_figure figure)
{
	switch (figure) {
	case BENCH_FIGURE_WRITER_INSTRUCTIONS_PER_EVENT:
	case BENCH_FIGURE_WRITER_CYCLES_PER_EVENT:
	case BENCH_FIGURE_WRITER_BRANCH_MISSES_PER_EVENT:
	case BENCH_FIGURE_WRITER_CACHE_MISSES_PER_EVENT:
	case BENCH_FIGURE_SWAP_INSTRUCTIONS_PER_SWAP:
	case BENCH_FIGURE_SWAP_CYCLES_PER_SWAP:
	case BENCH_FIGURE_SWAP_BRANCH_MISSES_PER_SWAP:
	case BENCH_FIGURE_SWAP_CACHE_MISSES_PER_SWAP:
		return is_counted ? "" : "no hardware counters here";
	default:
		return "";
	}
}

static void every_figure_is_measured_somewhere(void **state)
{
	char path[BENCH_FIGURE_PATH];

	(void)state;
	for (int f = 0; f < BENCH_FIGURE_COUNT; f++) {
		enum bench_figure figure = (enum bench_figure)f;

		bench_figure_path(figure, path);
		if (is_seen[f])
			continue;
		if (!*excuse(figure))
			fail_msg("no block holds %s", path);
		printf("%s: %s\n", path, excuse(figure));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_hold_figures_alone),
		cmocka_unit_test(every_figure_is_measured_somewhere),
	};
	int failed;

	swap_setup();
	if (bench_topology_load(&topology, 0, why, sizeof(why)) ||
	    bench_topology_measurable(topology, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	bench_topology_free(topology);
	return failed;
}
