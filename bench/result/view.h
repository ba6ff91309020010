/* SPDX-License-Identifier: MIT */
/*
 * view.h - the one way to read a result.
 *
 * Who shows a result asks here and never for a member of its JSON, so that a
 * figure that does not exist does not compile, and numbers that do not count
 * are never shown.
 *
 *	for (size_t i = 0; i < bench_view_cells(result); i++) {
 *		const json_t *cell = bench_view_cell(result, i);
 *		struct bench_value ns = bench_view_figure(
 *			cell, BENCH_FIGURE_WRITER_NS_PER_EVENT);
 *
 *		if (bench_view_has_numbers(cell))
 *			printf("%s %g\n", bench_view_strategy(cell), ns.value);
 *	}
 *
 * A result is one that bench_result_load() or bench_result_build() returned, a
 * cell one of its cells. What is not there is NaN, NULL, 0 or false, as each
 * function says; nothing fails. Texts and cells are borrowed from the result.
 * Cold; any thread; not from signal handlers.
 */
#ifndef BENCH_RESULT_VIEW_H
#define BENCH_RESULT_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/result/figures.h"
#include "bench/stats/histogram.h"
#include "bench/stats/verdict.h"

/* ------------------------------------------------------------------------ */
/* The run                                                                  */

/** bench_view_fact() - a text at "a.b.c" of a result, "machine.cpu.model"
 *
 * NULL: it is not there, or the machine did not tell ("unavailable: ..."). */
const char *bench_view_fact(const json_t *result, const char *path);

/** bench_view_fact_number() - a number at "a.b.c"; NaN: none */
double bench_view_fact_number(const json_t *result, const char *path);

/** bench_view_is_indicative() - are the numbers no more than a direction? */
bool bench_view_is_indicative(const json_t *result);

/** bench_view_reason() - the i-th reason why they are; NULL: no further */
const char *bench_view_reason(const json_t *result, size_t i);

/** bench_view_lacks() - the i-th thing that a result lacks since it is compact
 * (bench/result/compact.h); NULL: no further, or it is whole */
const char *bench_view_lacks(const json_t *result, size_t i);

/* An A/A control: the baseline against itself. */
struct bench_view_aa {
	const char *scenario, *placement, *writer_state;
	double median, low, high;
	bool passed;
	const char *reason; /* why it failed; NULL */
};

/** bench_view_aas() - how many A/A controls there are */
size_t bench_view_aas(const json_t *result);

/** bench_view_aa() - the i-th of them */
void bench_view_aa(const json_t *result, size_t i, struct bench_view_aa *out);

/** bench_view_aa_of() - the control that a cell's ratio is held against; false:
 * there is none */
bool bench_view_aa_of(const json_t *result, const json_t *cell,
		      struct bench_view_aa *out);

/* Blocks that are marked: their baseline was far above the run's. */
struct bench_view_marks {
	size_t n, of; /* marked, and blocks in all, those of A/A included */
	/* The first that is a cell's; NULL: none. */
	const char *id, *why;
	size_t round;
};

/** bench_view_marks() - count them; n is 0 in older results */
void bench_view_marks(const json_t *result, struct bench_view_marks *out);

/* ------------------------------------------------------------------------ */
/* Cells                                                                    */

/** bench_view_cells() - how many cells a result has, in its matrix's order */
size_t bench_view_cells(const json_t *result);

/** bench_view_cell() - the i-th of them; NULL: there are not so many */
const json_t *bench_view_cell(const json_t *result, size_t i);

/** bench_view_find() - the cell with this id; NULL: none */
const json_t *bench_view_find(const json_t *result, const char *id);

/* Texts that every cell has; a floor's strategy is its name. */
const char *bench_view_id(const json_t *cell);
const char *bench_view_strategy(const json_t *cell);
const char *bench_view_scenario(const json_t *cell);
const char *bench_view_placement(const json_t *cell);
const char *bench_view_kind(const json_t *cell);
const char *bench_view_status(const json_t *cell);

/** bench_view_why() - why the status is not ok, or what was caught; NULL: it
 * is ok */
const char *bench_view_why(const json_t *cell);

/** bench_view_writer_state() - "saturated" where the cell does not say */
const char *bench_view_writer_state(const json_t *cell);

bool bench_view_is_scenario(const json_t *cell, const char *scenario);
bool bench_view_is_strategy(const json_t *cell, const char *strategy);
bool bench_view_is_candidate(const json_t *cell);
bool bench_view_is_control(const json_t *cell);
bool bench_view_is_floor(const json_t *cell);
bool bench_view_is_ok(const json_t *cell);
bool bench_view_is_sound(const json_t *cell);	/* says that it is; floors do */
bool bench_view_is_broken(const json_t *cell);	/* unsound, and caught */
bool bench_view_is_invalid(const json_t *cell); /* evidence against it */

/** bench_view_has_numbers() - does any number of the cell count? */
bool bench_view_has_numbers(const json_t *cell);

/** bench_view_is_uncaught() - declared unsound, swapped, and yet not seen
 * breaking: a blind detector, or too short a run */
bool bench_view_is_uncaught(const json_t *cell);

/** bench_view_axis() - an axis in words, "64" or "back-to-back"; returns text
 * ("" where the cell does not have the axis) */
const char *bench_view_axis(const json_t *cell, const char *axis, char *text,
			    size_t n);

/** bench_view_axis_number() - an axis that is a number; NaN: it is none */
double bench_view_axis_number(const json_t *cell, const char *axis);

/** bench_view_axes() - "axis=value/axis=value" of every axis that is not at its
 * default; "": none */
const char *bench_view_axes(const json_t *cell);

/** bench_view_writer_pu() - OS index of the first writer's PU, of the
 * swapper's; -1: there is none, or nothing ran */
int bench_view_writer_pu(const json_t *cell);
int bench_view_swapper_pu(const json_t *cell);

/** bench_view_is_swapped() - does a swapper work beside the writer? */
bool bench_view_is_swapped(const json_t *cell);

/** bench_view_is_oversubscribed() - more writers than PUs? */
bool bench_view_is_oversubscribed(const json_t *cell);

/** bench_view_no_real_time() - why a cell's roles had no real-time priority
 *
 * Its tails are then as much the scheduler's. NULL: they had it, or nobody
 * swaps there. */
const char *bench_view_no_real_time(const json_t *cell);

/** bench_view_memory_kib() - both buffers of one slot; NaN: not known */
double bench_view_memory_kib(const json_t *cell);

/** bench_view_memory_node() - where they lie; NaN: not known */
double bench_view_memory_node(const json_t *cell);

/* ------------------------------------------------------------------------ */
/* Tables                                                                   */

/*
 * Cells that differ in their strategy alone form one table: what stands in its
 * rows was measured at one and the same point. This is the one place that says
 * so; tables, charts and the summary ask it.
 *
 * @but: an axis that may differ too ("writers": a table by their number); NULL:
 * none.
 */
bool bench_view_same_table(const json_t *a, const json_t *b, const char *but);

/*
 * The family of a comparison: all ratios of a scenario. Their intervals are
 * right together (docs/statistics.md), hence those of each table are, which are
 * a part of them; which slices a matrix has then changes no table's promise.
 */
bool bench_view_same_family(const json_t *a, const json_t *b);

/** bench_view_opens_table() - is the i-th cell the first of its table? */
bool bench_view_opens_table(const json_t *result, size_t i, const char *but);

/* ------------------------------------------------------------------------ */
/* Figures                                                                  */

/* A figure and its interval. */
struct bench_value {
	double value;	  /* a median, a percentile, a sum; NaN: none */
	double low, high; /* NaN: the data do not support an interval */
	double n;	  /* rounds, of a percentile values; NaN: none */
	bool is_too_few;  /* measured, but n supports no such value */
};

/**
 * bench_view_figure() - a figure of one number
 *
 * Value: the median over rounds. Log ratio: the cell's ratio. Count and
 * setting: the number alone. Others have none. Cells whose numbers do not count
 * have nothing but what was found wrong (verification).
 */
struct bench_value bench_view_figure(const json_t *cell,
				     enum bench_figure figure);

/**
 * bench_view_cost() - what an event costs the writer of a cell, in ns
 *
 * This is the one place that says so; whoever shows, draws or compares a
 * writer's cost asks it. Of a writer that is swapped it is the time for each
 * event that was *stored*: what refused events and swaps took falls on those,
 * so that refusing wins nothing. Of others it is the time for each event. NaN:
 * not measured, or of an older run, which did not count what was stored.
 */
struct bench_value bench_view_cost(const json_t *cell);

/** bench_view_cost_figure() - the figure that this cost is */
enum bench_figure bench_view_cost_figure(const json_t *cell);

/** bench_view_percentile() - of a distribution: 50, 90, 99, 99.9 or 99.99 per
 * cent, in ns */
struct bench_value bench_view_percentile(const json_t *cell,
					 enum bench_figure figure,
					 double percent);

/** bench_view_n(), bench_view_max() - of a distribution: how many values, and
 * the greatest; NaN: none */
double bench_view_n(const json_t *cell, enum bench_figure figure);
double bench_view_max(const json_t *cell, enum bench_figure figure);

/** bench_view_histogram() - add a distribution's pool to an empty histogram;
 * false: it has none */
bool bench_view_histogram(const json_t *cell, enum bench_figure figure,
			  struct bench_hist *into);

/** bench_view_rounds() - a figure in each round that has it
 * @percent: of a distribution; 0: the figure is a number
 * @values: room for max
 * Returns how many there are, which may be more than max. */
size_t bench_view_rounds(const json_t *cell, enum bench_figure figure,
			 double percent, double *values, size_t max);

/** bench_view_in_round() - a figure in the round of this number; NaN: none */
double bench_view_in_round(const json_t *cell, enum bench_figure figure,
			   double percent, size_t round);

/* One name of a figure that is counts. */
struct bench_view_count {
	const char *name;
	double count;
};

/** bench_view_counts() - the names of a figure that is counts, and their sums
 * @out: room for max
 * Returns how many there are, which may be more than max. */
size_t bench_view_counts(const json_t *cell, enum bench_figure figure,
			 struct bench_view_count *out, size_t max);

/** bench_view_words() - a figure that is a text or a word; NULL: none */
const char *bench_view_words(const json_t *cell, enum bench_figure figure);

/* One bin of a series. */
struct bench_view_bin {
	double t_us; /* its middle; a swap starts at 0 */
	double n, median_ns, p99_ns;
};

/** bench_view_bins() - how many bins a series has */
size_t bench_view_bins(const json_t *cell, enum bench_figure figure);

/** bench_view_bin() - the i-th of them */
void bench_view_bin(const json_t *cell, enum bench_figure figure, size_t i,
		    struct bench_view_bin *out);

/* ------------------------------------------------------------------------ */
/* The results of figures                                                   */

struct bench_view_ratio {
	double value, low, high; /* cost of the cell / cost of its baseline */
	bool of_stored; /* of events that were stored; false: attempted */
	struct bench_value added; /* ns per event: cost - that of the baseline */
	double n;		  /* rounds */
	enum bench_verdict verdict;
	double threshold;
	double half_width;    /* NaN: none */
	const char *baseline; /* id */
	const char *control;  /* id; NULL: none, hence no verdict */
};

/** bench_view_ratio() - to the baseline; false: the cell has none */
bool bench_view_ratio(const json_t *cell, struct bench_view_ratio *out);

/** bench_view_cost_ratio() - bench_view_ratio() of bench_view_cost()
 *
 * False also where the writer was swapped and an older run's ratio is of the
 * events that it attempted: no number stands beside those of others. */
bool bench_view_cost_ratio(const json_t *cell, struct bench_view_ratio *out);

/** bench_view_is_of_cost() - would bench_view_cost_ratio() give this ratio of
 * the cell, which bench_view_ratio() gave? */
bool bench_view_is_of_cost(const json_t *cell,
			   const struct bench_view_ratio *ratio);

struct bench_view_floor {
	const char *name; /* of the floor */
	const char *of;	  /* what it bounds */
	double ns;	  /* its median */
	double ratio, low, high;
	struct bench_value added; /* ns more than the floor; NaN: not known */
};

/** bench_view_own_floor() - how close to its limit the strategy is; false: no
 * floor bounds this cell */
bool bench_view_own_floor(const json_t *cell, struct bench_view_floor *out);

/** bench_view_is_counted() - did hardware counters count it? */
bool bench_view_is_counted(const json_t *cell);

/** bench_view_is_multiplexed() - and did they have to share in some round? */
bool bench_view_is_multiplexed(const json_t *cell);

/** bench_view_uncounted() - why they did not; NULL: they did, or nobody asked
 */
const char *bench_view_uncounted(const json_t *cell);

#endif
