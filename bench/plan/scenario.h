/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - what a scenario is: words, axes, baseline, figures.
 *
 *	const struct bench_scenario *s = bench_cell_scenario(&cell);
 *
 *	if (s->has_swapper)
 *		...
 *
 * To add one: a line in scenarios.def, its descriptor in scenario_NAME.c beside
 * this header, how it is measured in bench/measure/scenario_NAME.c, its test,
 * and a line in bench/result/figures.def for each figure that is new. Nobody
 * else names a scenario: who needs to know something of one asks for it here.
 */
#ifndef BENCH_PLAN_SCENARIO_H
#define BENCH_PLAN_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/plan/cell.h"
#include "bench/result/figures.h"

/* What its blocks alternate with. */
enum bench_against {
	BENCH_AGAINST_NOTHING,
	BENCH_AGAINST_BASELINE, /* the strategy's, or its floor; not swapped */
	BENCH_AGAINST_ITSELF,	/* its own target, while nobody swaps */
};

/* One bit an axis. */
#define BENCH_AXIS_BIT(axis) (UINT32_C(1) << (axis))

/* What is written, and where to. */
#define BENCH_AXES_OF_EVENTS                                                   \
	(BENCH_AXIS_BIT(BENCH_AXIS_PAYLOAD) |                                  \
	 BENCH_AXIS_BIT(BENCH_AXIS_STAMP) | BENCH_AXIS_BIT(BENCH_AXIS_MODE) |  \
	 BENCH_AXIS_BIT(BENCH_AXIS_BUFFER_KIB) |                               \
	 BENCH_AXIS_BIT(BENCH_AXIS_CALL) | BENCH_AXIS_BIT(BENCH_AXIS_SUBBUF) | \
	 BENCH_AXIS_BIT(BENCH_AXIS_WRITER_SCHED) |                             \
	 BENCH_AXIS_BIT(BENCH_AXIS_REAL_TIME) |                                \
	 BENCH_AXIS_BIT(BENCH_AXIS_MLOCK) |                                    \
	 BENCH_AXIS_BIT(BENCH_AXIS_HUGE_PAGES) |                               \
	 BENCH_AXIS_BIT(BENCH_AXIS_HOME))

/* Who writes beside whom, and who swaps. */
#define BENCH_AXES_OF_SWAPS                         \
	(BENCH_AXIS_BIT(BENCH_AXIS_WRITERS) |       \
	 BENCH_AXIS_BIT(BENCH_AXIS_SWAP_RATE) |     \
	 BENCH_AXIS_BIT(BENCH_AXIS_SWAP_MODE) |     \
	 BENCH_AXIS_BIT(BENCH_AXIS_WRITER_STATE) |  \
	 BENCH_AXIS_BIT(BENCH_AXIS_EVENT_RATE) |    \
	 BENCH_AXIS_BIT(BENCH_AXIS_SWAPPER_SCHED) | \
	 BENCH_AXIS_BIT(BENCH_AXIS_OVERSUBSCRIBE))

struct bench_scenario {
	const char *name;    /* as in scenarios.def */
	const char *meaning; /* one line, as `ringswap explain` prints it */
	/* Axes that mean something, beside strategy, scenario and placement;
	 * the others are at their default in every cell. */
	uint32_t axes;
	bool of_floors;	  /* of bare mechanisms; the one such scenario */
	bool has_swapper; /* a second role */
	bool must_swap;	  /* nothing to measure of who refuses to swap */
	enum bench_against against;
	unsigned int slice_us; /* where each role has a PU of its own */
	/* What one of its operations takes: a number or a distribution in ns. */
	enum bench_figure time;
	/* All that its blocks can hold; BENCH_FIGURE_COUNT ends them. */
	const enum bench_figure *figures;
	/* NULL: any axes that fit together will do. -EINVAL and the reason.
	 * Not asked of floors. */
	int (*check)(const struct bench_cell *cell, char *why, size_t n);
};

enum {
	BENCH_SCENARIOS = 0
#define BENCH_SCENARIO(name) +1
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO
};

/* The descriptors. Only scenario.c names them; others ask a cell for its own.
 */
#define BENCH_SCENARIO(name) \
	extern const struct bench_scenario bench_scenario_##name;
#include "bench/plan/scenarios.def"
#undef BENCH_SCENARIO

/** bench_scenario_at() - by its place in scenarios.def; NULL past the last */
const struct bench_scenario *bench_scenario_at(unsigned int index);

/** bench_cell_scenario() - that of a cell; never NULL */
const struct bench_scenario *bench_cell_scenario(const struct bench_cell *cell);

/** bench_scenario_of_floors() - the place of the one of bare mechanisms */
unsigned int bench_scenario_of_floors(void);

/* ------------------------------------------------------------------------ */
/* For descriptors: figures that several scenarios have                     */

/* The books, of every block. */
#define BENCH_FIGURES_OF_BOOKS                                                 \
	BENCH_FIGURE_VERIFICATION_EVENTS, BENCH_FIGURE_VERIFICATION_SNAPSHOTS, \
		BENCH_FIGURE_VERIFICATION_WALKED,                              \
		BENCH_FIGURE_VERIFICATION_SAMPLED,                             \
		BENCH_FIGURE_VERIFICATION_LOST,                                \
		BENCH_FIGURE_VERIFICATION_DUPLICATED,                          \
		BENCH_FIGURE_VERIFICATION_TORN,                                \
		BENCH_FIGURE_VERIFICATION_OUT_OF_ORDER,                        \
		BENCH_FIGURE_VERIFICATION_UNREADABLE,                          \
		BENCH_FIGURE_VERIFICATION_LATE,                                \
		BENCH_FIGURE_VERIFICATION_VIOLATIONS,                          \
		BENCH_FIGURE_VERIFICATION_FIRST

/* Slices of writes beside those of a baseline. */
#define BENCH_FIGURES_OF_WRITERS                                              \
	BENCH_FIGURE_RATIO_LOG, BENCH_FIGURE_RATIO_MAD,                       \
		BENCH_FIGURE_RATIO_PAIRS, BENCH_FIGURE_SLICES_PAIRS,          \
		BENCH_FIGURE_SLICES_SLICE_US, BENCH_FIGURE_SLICES_PREEMPTED,  \
		BENCH_FIGURE_WRITER_NS_PER_EVENT,                             \
		BENCH_FIGURE_WRITER_BASELINE_NS_PER_EVENT,                    \
		BENCH_FIGURE_WRITER_ATTEMPTED_PER_S,                          \
		BENCH_FIGURE_WRITER_COMMITTED_PER_S,                          \
		BENCH_FIGURE_WRITER_ATTEMPTED, BENCH_FIGURE_WRITER_COMMITTED, \
		BENCH_FIGURE_WRITER_OVERRUN, BENCH_FIGURE_WRITER_DROPS,       \
		BENCH_FIGURE_WRITER_CROSSINGS,                                \
		BENCH_FIGURE_WRITER_CROSSING_SHARE, BENCH_FIGURE_WRITER_NESTED

/* A writer alone, solo.h. */
#define BENCH_FIGURES_OF_SOLO                                \
	BENCH_FIGURES_OF_BOOKS, BENCH_FIGURES_OF_WRITERS,    \
		BENCH_FIGURE_SLICES_LAYOUTS,                 \
		BENCH_FIGURE_WRITER_INSTRUCTIONS_PER_EVENT,  \
		BENCH_FIGURE_WRITER_CYCLES_PER_EVENT,        \
		BENCH_FIGURE_WRITER_BRANCH_MISSES_PER_EVENT, \
		BENCH_FIGURE_WRITER_CACHE_MISSES_PER_EVENT

/* Writers and a swapper, crew.h. */
#define BENCH_FIGURES_OF_CREW                                          \
	BENCH_FIGURES_OF_BOOKS, BENCH_FIGURES_OF_WRITERS,              \
		BENCH_FIGURE_SLICES_CHECKS,                            \
		BENCH_FIGURE_WRITER_NS_PER_COMMITTED,                  \
		BENCH_FIGURE_WRITER_LATENCY,                           \
		BENCH_FIGURE_WRITER_BASELINE_LATENCY,                  \
		BENCH_FIGURE_SWAP_PLANNED_PER_S,                       \
		BENCH_FIGURE_SWAP_ACHIEVED_PER_S,                      \
		BENCH_FIGURE_SWAP_SWAPPER_CPU_NS,                      \
		BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS,                    \
		BENCH_FIGURE_SWAP_SWAPPER_SYSCALLS_REASON,             \
		BENCH_FIGURE_SWAP_DROPS_PER_SWAP,                      \
		BENCH_FIGURE_SWAP_INSTRUCTIONS_PER_SWAP,               \
		BENCH_FIGURE_SWAP_CYCLES_PER_SWAP,                     \
		BENCH_FIGURE_SWAP_BRANCH_MISSES_PER_SWAP,              \
		BENCH_FIGURE_SWAP_CACHE_MISSES_PER_SWAP,               \
		BENCH_FIGURE_SWAP_OUTCOMES, BENCH_FIGURE_SWAP_ERROR,   \
		BENCH_FIGURE_SWAP_RETRIES, BENCH_FIGURE_SWAP_EXCHANGE, \
		BENCH_FIGURE_SWAP_SAFE, BENCH_FIGURE_SWAP_CALL,        \
		BENCH_FIGURE_SWAP_RECYCLE, BENCH_FIGURE_SWAP_STALENESS

#endif
