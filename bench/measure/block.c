/* SPDX-License-Identifier: MIT */
/* block.c - set a block up, and sum it up. */
#include "bench/measure/block.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/base/json.h"
#include "bench/machine/pin.h"
#include "bench/machine/probe.h"
#include "bench/plan/scenario.h"

#define SLICE_SHARED_US 5000u  /* two roles take turns on one PU */
#define SLICE_IDLE_US	5000u  /* a sleeping writer is woken first */
#define SLICE_HOG_US	50000u /* a descheduled writer comes back first */

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

static int create_targets(struct bench_block *block, unsigned int slots,
			  char *why, size_t n)
{
	struct bench_cell base;
	struct bench_target_how how = {
		.cell = block->cell,
		.topology = block->topology,
		.node = home_node(block),
		.slots = slots,
	};
	int err = bench_target_create(&block->target, &how, why, n);

	if (err)
		return err;
	block->has_baseline = bench_cell_baseline(block->cell, &base);
	if (block->spec->is_aa)
		base = *block->cell;
	if (!block->has_baseline ||
	    bench_cell_scenario(block->cell)->against == BENCH_AGAINST_ITSELF)
		return 0;
	how.cell = &base;
	how.salt = 4096;
	if (bench_cell_is_floor(&base))
		how.slots = 1;
	return bench_target_create(&block->base, &how, why, n);
}

static void set_times(struct bench_block *block)
{
	unsigned int us = bench_cell_scenario(block->cell)->slice_us;

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

int bench_block_set_up(struct bench_block *block,
		       unsigned int (*slots)(const struct bench_block *),
		       char *why, size_t n)
{
	int err = choose_pus(block, why, n);

	if (err)
		return err;
	set_times(block);
	err = create_targets(block, slots ? slots(block) : block->n_writers,
			     why, n);
	if (!err)
		bench_probe_cpu_time("", &block->cpu_time);
	return err;
}

void bench_block_tear_down(struct bench_block *block)
{
	bench_target_destroy(&block->base);
	bench_target_destroy(&block->target);
	free(block->writer_pus);
	free(block->roles);
}

/* ------------------------------------------------------------------------ */
/* Summing up                                                               */

/* The sort of core of each of them, where there are several sorts. */
static json_t *kinds_json(const struct bench_block *block, bool has_swapper)
{
	json_t *writers = json_array();

	if (block->topology->kinds_why) {
		json_decref(writers);
		return json_null();
	}
	for (unsigned int i = 0; i < block->n_writers; i++)
		json_array_append_new(writers,
				      json_string(bench_core_kind_name(
					      block->writer_pus[i]->kind)));
	return json_pack("{s:o,s:o}", "writers", writers, "swapper",
			 has_swapper ? json_string(bench_core_kind_name(
					       block->pair.swapper->kind))
				     : json_null());
}

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
		json_pack("{s:o,s:o,s:b,s:o}", "writers", writers, "swapper",
			  has_swapper ? bench_count(bench_topology_real_os(
						block->topology,
						block->pair.swapper))
				      : json_null(),
			  "oversubscribed", block->oversubscribed, "kinds",
			  kinds_json(block, has_swapper)));
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

/* All roles at a real-time priority, or why not: the tails are then as much the
 * scheduler's as the strategy's. */
static void put_scheduling(struct bench_block *block)
{
	const char *why = NULL;

	for (unsigned int i = 0; i < block->n_roles && !why; i++) {
		const struct bench_role *role = &block->roles[i];

		if (!role->is_real_time)
			why = *role->ordinary ? role->ordinary
					      : "not asked for";
	}
	json_object_set_new(
		block->datum, "scheduling",
		json_pack("{s:b,s:s?}", "real-time", !why, "reason", why));
}

static const struct bench_role *role_that_left(const struct bench_block *block)
{
	for (unsigned int i = 0; i < block->n_roles; i++)
		if (!block->roles[i].stayed)
			return &block->roles[i];
	return NULL;
}

void bench_block_put_status(struct bench_block *block, const char *status,
			    const char *reason)
{
	json_object_set_new(block->datum, "status", json_string(status));
	json_object_set_new(block->datum, "reason",
			    reason && *reason ? json_string(reason)
					      : json_null());
}

/* What broke was the baseline: of the strategy itself, which is then caught
 * without a swap, or of another one, which says nothing against this. */
static const char *status_of_base(const struct bench_block *block, bool sound)
{
	if (block->base.strategy != block->target.strategy)
		return "failed";
	return sound ? "invalid" : "broken";
}

/* A violation matters more than a thread that was moved. */
static void judge(struct bench_block *block)
{
	const struct bench_books *cell = &block->target.books;
	const struct bench_books *base = &block->base.books;
	const struct bench_role *left = role_that_left(block);
	bool sound = !block->target.strategy || block->target.strategy->sound;

	if (bench_books_violations(cell))
		bench_block_put_status(block, sound ? "invalid" : "broken",
				       cell->first);
	else if (bench_books_violations(base))
		bench_block_put_status(block, status_of_base(block, sound),
				       base->first);
	else if (left)
		bench_block_put_status(block, "disturbed", left->why);
	else if (block->disturbed)
		bench_block_put_status(block, "disturbed", block->disturbed);
	else
		bench_block_put_status(block, "ok", NULL);
}

void bench_block_sum_up(struct bench_block *block)
{
	struct bench_cpu_time after = { 0, 0 };
	double steal = 0;

	if (!bench_probe_cpu_time("", &after))
		steal = (double)(after.steal - block->cpu_time.steal) * 10;
	put_pus(block);
	put_memory(block);
	put_switches(block);
	if (!bench_cell_is_floor(block->cell))
		put_scheduling(block);
	bench_books_put(&block->target.books, block->datum);
	json_object_set_new(block->datum, "measured-ms",
			    bench_number((double)block->measured_cycles /
					 block->cycles_per_ns / 1e6));
	json_object_set_new(block->datum, "steal-ms", bench_number(steal));
	judge(block);
}
