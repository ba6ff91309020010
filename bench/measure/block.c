/* SPDX-License-Identifier: MIT */
/* block.c - set a block up, hand it to its scenario, sum it up. */
#include "bench/measure/block.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/machine/pin.h"
#include "bench/stats/histogram.h"
#include "bench/machine/probe.h"
#include "bench/stats/stats.h"

#define SLICE_US	1000u
#define SLICE_SHARED_US 5000u  /* two roles take turns on one PU */
#define SLICE_IDLE_US	5000u  /* a sleeping writer is woken first */
#define SLICE_HOG_US	50000u /* a descheduled writer comes back first */
#define LAYOUTS_MOST	8u
#define LAYOUTS_KIB	512u /* of one side */

/* ------------------------------------------------------------------------ */
/* Members that several scenarios have                                      */

void bench_block_ratio(struct bench_block *block,
		       const struct bench_slices *slices, json_t *writer)
{
	double rate = block->cycles_per_ns;
	double logs[BENCH_PAIRS_MAX];
	double median = NAN, mad = NAN, value = NAN;
	unsigned int n = slices->n;

	bench_stats_median(slices->cell, n, &value);
	json_object_set_new(writer, "ns-per-event", bench_number(value / rate));
	value = NAN;
	if (block->has_baseline)
		bench_stats_median(slices->base, n, &value);
	json_object_set_new(writer, "baseline-ns-per-event",
			    bench_number(value / rate));
	if (!block->has_baseline || !n)
		return;
	for (unsigned int i = 0; i < n; i++)
		if (bench_stats_log_ratio(slices->cell[i], slices->base[i],
					  &logs[i]))
			return;
	bench_stats_median(logs, n, &median);
	bench_stats_mad(logs, n, &mad);
	json_object_set_new(block->datum, "ratio",
			    json_pack("{s:o,s:o,s:i}", "log",
				      bench_number(median), "mad",
				      bench_number(mad), "pairs", (int)n));
}

json_t *bench_block_writer(const struct bench_block *block)
{
	const struct bench_books *books = &block->target.books;
	uint64_t committed = books->attempted - books->dropped;
	json_t *json = json_object(), *drops = json_object();

	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		if (books->drops[cause])
			json_object_set_new(drops, rb_drop_name(cause),
					    bench_count(books->drops[cause]));
	json_object_set_new(json, "attempted", bench_count(books->attempted));
	json_object_set_new(json, "committed", bench_count(committed));
	json_object_set_new(json, "overrun", bench_count(books->overrun));
	json_object_set_new(json, "drops", drops);
	json_object_set_new(json, "crossings", bench_count(books->crossings));
	json_object_set_new(
		json, "crossing-share",
		bench_number((double)books->crossings / (double)committed));
	json_object_set_new(json, "nested", bench_count(books->nested));
	return json;
}

void bench_block_counters(struct bench_block *block,
			  const struct bench_counted *counted, const char *unit,
			  json_t *side)
{
	const struct bench_counts *counts = &counted->counts;
	char name[64];

	if (counted->err) {
		json_object_set_new(block->datum, "counters",
				    json_pack("{s:s,s:s}", "status",
					      "unavailable", "reason",
					      counted->why));
		return;
	}
	json_object_set_new(block->datum, "counters",
			    json_pack("{s:s,s:n,s:b,s:b}", "status", "counted",
				      "reason", "kernel", counts->kernel,
				      "multiplexed", counts->multiplexed));
	for (unsigned int i = 0; i < BENCH_COUNTERS; i++) {
		snprintf(name, sizeof(name), "%s-per-%s",
			 bench_hardware_events[i].name, unit);
		json_object_set_new(side, name,
				    bench_number(counts->value[i] /
						 (double)counted->units));
	}
}

/* ------------------------------------------------------------------------ */
/* Set-up                                                                   */

/* Where the buffers are asked to lie. */
static int home_node(const struct bench_block *block)
{
	switch (block->cell->home) {
	case BENCH_HOME_WRITER:
		return block->pair.writer->node;
	case BENCH_HOME_SWAPPER:
		return block->pair.swapper->node;
	default:
		return BENCH_ANY_NODE;
	}
}

static int choose_pus(struct bench_block *block, char *why, size_t n)
{
	const struct bench_cell *cell = block->cell;
	int err = bench_placement_choose(block->topology, cell->placement,
					 &block->pair, why, n);

	if (err)
		return err;
	block->n_writers = cell->writers;
	block->writer_pus = calloc(cell->writers, sizeof(*block->writer_pus));
	if (!block->writer_pus)
		return -ENOMEM;
	block->writer_pus[0] = block->pair.writer;
	if (cell->writers == 1)
		return 0;
	err = bench_placement_writers(block->topology, &block->pair,
				      cell->writers - 1, block->writer_pus + 1,
				      cell->oversubscribe, why, n);
	if (err < 0)
		return err == -ENOSPC ? -ENOTSUP : err;
	block->oversubscribed = err > 0;
	return 0;
}

/* Slots of one target: a writer alone takes turns on several, as many as the
 * L2 cache surely holds. */
static unsigned int layouts_of(const struct bench_block *block)
{
	unsigned int n = LAYOUTS_KIB / block->cell->buffer_kib;

	if (block->cell->scenario != BENCH_WRITE)
		return block->n_writers;
	if (n < 1)
		return 1;
	return n < LAYOUTS_MOST ? n : LAYOUTS_MOST;
}

static int create_targets(struct bench_block *block, char *why, size_t n)
{
	struct bench_cell base;
	struct bench_target_how how = {
		.cell = block->cell,
		.topology = block->topology,
		.node = home_node(block),
		.slots = layouts_of(block),
	};
	int err = bench_target_create(&block->target, &how, why, n);

	if (err)
		return err;
	block->has_baseline = bench_cell_baseline(block->cell, &base);
	if (block->spec->is_aa)
		base = *block->cell;
	/* The footprint's control is the target itself, left alone. */
	if (!block->has_baseline || block->cell->scenario == BENCH_FOOTPRINT)
		return 0;
	how.cell = &base;
	how.salt = 4096;
	if (bench_cell_is_floor(&base))
		how.slots = 1;
	return bench_target_create(&block->base, &how, why, n);
}

static void set_times(struct bench_block *block)
{
	unsigned int us = SLICE_US;

	if (block->pair.asked == BENCH_SAME_PU &&
	    bench_cell_has_swapper(block->cell))
		us = SLICE_SHARED_US;
	if (block->cell->writer_state == BENCH_IDLE)
		us = SLICE_IDLE_US;
	if (block->cell->writer_state == BENCH_DESCHEDULED ||
	    block->oversubscribed)
		us = SLICE_HOG_US;
	block->cycles_per_ns = bench_cycles_per_ns();
	block->slice_cycles = (uint64_t)(us * 1e3 * block->cycles_per_ns);
	block->budget_cycles =
		(uint64_t)(block->spec->block_ms * 1e6 * block->cycles_per_ns);
}

/* ------------------------------------------------------------------------ */
/* Summing up                                                               */

static void put_pus(struct bench_block *block)
{
	json_t *writers = json_array();
	bool has_swapper = bench_cell_has_swapper(block->cell);

	for (unsigned int i = 0; i < block->n_writers; i++)
		json_array_append_new(
			writers,
			bench_count(bench_topology_real_os(
				block->topology, block->writer_pus[i])));
	json_object_set_new(
		block->datum, "pus",
		json_pack("{s:o,s:o,s:b}", "writers", writers, "swapper",
			  has_swapper ? bench_count(bench_topology_real_os(
						block->topology,
						block->pair.swapper))
				      : json_null(),
			  "oversubscribed", block->oversubscribed));
}

static void put_memory(struct bench_block *block)
{
	const struct bench_target *target = &block->target;
	const struct bench_memory *m = target->strategy
					       ? &target->memories[0]
					       : &target->append_memory;
	uint64_t bytes = target->strategy ? 2 * rb_slot_bytes(target->live)
					  : target->append_memory.bytes;

	json_object_set_new(
		block->datum, "memory",
		json_pack("{s:o,s:o,s:b,s:b}", "bytes", bench_count(bytes),
			  "node",
			  m->node < 0 ? json_null() : json_integer(m->node),
			  "huge", m->huge, "locked", m->locked));
}

static void put_switches(struct bench_block *block)
{
	uint64_t voluntary = 0, involuntary = 0;

	for (unsigned int i = 0; i < block->n_roles; i++) {
		voluntary += block->roles[i].voluntary;
		involuntary += block->roles[i].involuntary;
	}
	json_object_set_new(block->datum, "context-switches",
			    json_pack("{s:o,s:o}", "voluntary",
				      bench_count(voluntary), "involuntary",
				      bench_count(involuntary)));
}

static const struct bench_role *role_that_left(const struct bench_block *block)
{
	for (unsigned int i = 0; i < block->n_roles; i++)
		if (!block->roles[i].stayed)
			return &block->roles[i];
	return NULL;
}

static void put_status(struct bench_block *block, const char *status,
		       const char *reason)
{
	json_object_set_new(block->datum, "status", json_string(status));
	json_object_set_new(block->datum, "reason",
			    reason && *reason ? json_string(reason)
					      : json_null());
}

/* A violation matters more than a thread that was moved. */
static void judge(struct bench_block *block)
{
	const struct bench_books *cell = &block->target.books;
	const struct bench_books *base = &block->base.books;
	const struct bench_role *left = role_that_left(block);
	bool sound = !block->target.strategy || block->target.strategy->sound;

	if (bench_books_violations(cell))
		put_status(block, sound ? "invalid" : "broken", cell->first);
	else if (bench_books_violations(base))
		put_status(block, "invalid", base->first);
	else if (left)
		put_status(block, "disturbed", left->why);
	else if (block->disturbed)
		put_status(block, "disturbed", block->disturbed);
	else
		put_status(block, "ok", NULL);
}

static void sum_up(struct bench_block *block,
		   const struct bench_cpu_time *before)
{
	struct bench_cpu_time after = { 0, 0 };
	double steal = 0;

	if (!bench_probe_cpu_time("", &after))
		steal = (double)(after.steal - before->steal) * 10;
	put_pus(block);
	put_memory(block);
	put_switches(block);
	json_object_set_new(block->datum, "verification",
			    bench_books_json(&block->target.books));
	json_object_set_new(block->datum, "measured-ms",
			    bench_number((double)block->measured_cycles /
					 block->cycles_per_ns / 1e6));
	json_object_set_new(block->datum, "steal-ms", bench_number(steal));
	judge(block);
}

/* ------------------------------------------------------------------------ */
/* The block                                                                */

static int run_scenario(struct bench_block *block, char *why, size_t n)
{
	pid_t hog = 0;
	int err = 0;

	if (block->cell->scenario == BENCH_WRITE ||
	    bench_floor_is_loop(
		    bench_cell_is_floor(block->cell)
			    ? bench_floor_find(block->cell->strategy)
			    : NULL))
		return bench_block_write(block, why, n);
	if (block->cell->scenario == BENCH_FLOOR)
		return bench_block_floor(block, why, n);
	if (block->cell->writer_state == BENCH_DESCHEDULED)
		err = bench_hog_start(block->topology, block->pair.writer,
				      &hog);
	if (err)
		snprintf(why, n, "no hog: %s", strerror(-err));
	else
		err = bench_block_duo(block, why, n);
	bench_hog_stop(hog);
	return err;
}

static int measure(struct bench_block *block, char *why, size_t n)
{
	const struct swap_strategy *s = bench_cell_strategy(block->cell);
	struct bench_cpu_time before = { 0, 0 };
	int err;

	err = s ? swap_probe(s, why, n) : 0;
	if (!err && s && !s->swap && block->cell->swap_rate &&
	    bench_cell_has_swapper(block->cell)) {
		snprintf(why, n, "%s refuses to swap", s->name);
		err = -ENOTSUP;
	}
	if (!err && s && block->cell->swap_mode == SWAP_TRY && !s->has_try) {
		snprintf(why, n, "%s has no mode try", s->name);
		err = -ENOTSUP;
	}
	if (!err)
		err = choose_pus(block, why, n);
	if (!err)
		set_times(block);
	if (!err)
		err = create_targets(block, why, n);
	if (err)
		return err;
	bench_probe_cpu_time("", &before);
	err = run_scenario(block, why, n);
	if (!err)
		sum_up(block, &before);
	return err;
}

static bool means_unavailable(int err)
{
	return err == -ENOTSUP || err == -EPERM || err == -EOPNOTSUPP;
}

int bench_block_run(const struct bench_topology *t,
		    const struct bench_block_spec *spec, json_t **out,
		    char *why, size_t n)
{
	struct bench_block block = {
		.topology = t,
		.spec = spec,
		.cell = &spec->cell,
		.datum = json_object(),
	};
	int err = measure(&block, why, n);

	if (means_unavailable(err)) {
		put_status(&block, "unavailable", why);
		err = 0;
	}
	bench_target_destroy(&block.base);
	bench_target_destroy(&block.target);
	free(block.writer_pus);
	free(block.roles);
	if (err)
		json_decref(block.datum);
	else
		*out = block.datum;
	return err;
}
