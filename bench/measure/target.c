/* SPDX-License-Identifier: MIT */
/* target.c - rings under measurement: their memory and their writers. */
#include "bench/measure/target.h"

#include "bench/measure/ops_loops.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------ */
/* Memory                                                                   */

static void *target_alloc(void *arg, unsigned int slot, size_t bytes)
{
	struct bench_target *target = arg;
	struct bench_memory *memory = &target->memories[target->n_memories];

	(void)slot;
	if (bench_memory_alloc(target->topology, bytes, target->node,
			       target->memory_flags, memory, target->why,
			       target->why_size))
		return NULL;
	target->n_memories++;
	return memory->addr;
}

static void target_free(void *arg, unsigned int slot, void *addr, size_t bytes)
{
	struct bench_target *target = arg;

	(void)slot;
	(void)bytes;
	for (unsigned int i = 0; i < target->n_memories; i++)
		if (target->memories[i].addr == addr)
			bench_memory_free(target->topology,
					  &target->memories[i]);
}

static unsigned int memory_flags(const struct bench_cell *cell)
{
	return (cell->mlock ? BENCH_MEMORY_LOCKED : 0u) |
	       (cell->huge_pages ? BENCH_MEMORY_HUGE : 0u);
}

/* ------------------------------------------------------------------------ */
/* Life                                                                     */

static struct rb_attr target_attr(struct bench_target *target,
				  unsigned int slots)
{
	const struct bench_cell *cell = &target->cell;
	struct rb_attr attr = {
		.slots = slots,
		.subbufs = (unsigned int)((uint64_t)cell->buffer_kib * 1024 /
					  cell->subbuf),
		.subbuf_size = cell->subbuf,
		.mode = cell->mode,
		.stamp = cell->stamp,
		.alloc = target_alloc,
		.free = target_free,
		.alloc_arg = target,
	};

	return attr;
}

static swap_loop_fn find_loop(const struct bench_target *target,
			      enum swap_loop_kind kind)
{
	const struct bench_cell *cell = &target->cell;

	/* stamp and mode are the ring buffer's own there */
	if (cell->call == BENCH_CALL_OPS)
		return bench_ops_loop(kind, cell->payload);
	return swap_loop_find(target->strategy, kind, cell->payload,
			      cell->stamp, cell->mode);
}

static int create_rings(struct bench_target *target, unsigned int slots)
{
	struct rb_attr attr = target_attr(target, slots);
	int err;

	err = swap_rb_create(target->strategy, attr, &target->live);
	if (err)
		return err;
	err = swap_rb_create(target->strategy, attr, &target->spare);
	for (unsigned int i = 0; !err && i < slots; i++) {
		target->writers[i].loop.slot = swap_slot(target->live, i);
		target->writers[i].loop.ops = target->strategy->ops;
	}
	for (unsigned int kind = 0; !err && kind < SWAP_LOOP_KINDS; kind++)
		target->loop[kind] = find_loop(target, kind);
	return err;
}

static int create_floor(struct bench_target *target, char *why, size_t n)
{
	const struct bench_floor *floor =
		bench_floor_find(target->cell.strategy);
	int err = bench_memory_alloc(target->topology,
				     (size_t)target->cell.buffer_kib * 1024,
				     target->node, target->memory_flags,
				     &target->append_memory, why, n);

	if (!err)
		err = bench_append_init(&target->append,
					target->append_memory.addr,
					target->append_memory.bytes);
	if (err)
		return err;
	target->loop[SWAP_LOOP_BATCH] =
		bench_floor_loop(floor, target->cell.payload);
	target->writers[0].loop.slot = &target->append.base;
	return 0;
}

static void number_writers(struct bench_target *target, uint64_t salt)
{
	for (unsigned int i = 0; i < target->n_slots; i++) {
		struct bench_target_writer *w = &target->writers[i];

		w->loop.salt = salt + i;
		target->seen[i].salt = salt + i;
		w->nested = w->loop;
		w->nested.sequence = UINT64_C(1) << SWAP_LEVEL_SHIFT;
		w->nested.count = 1;
	}
}

int bench_target_create(struct bench_target *target,
			const struct bench_target_how *how, char *why, size_t n)
{
	int err = -ENOMEM;

	memset(target, 0, sizeof(*target));
	snprintf(why, n, "no memory");
	target->cell = *how->cell;
	target->strategy = bench_cell_strategy(how->cell);
	target->topology = how->topology;
	target->node = how->node;
	target->memory_flags = memory_flags(how->cell);
	target->why = why;
	target->why_size = n;
	target->n_slots = how->slots;
	target->writers =
		aligned_alloc(128, how->slots * sizeof(*target->writers));
	target->seen = calloc(how->slots, sizeof(*target->seen));
	target->memories =
		calloc(2 * (size_t)how->slots, sizeof(*target->memories));
	if (!target->writers || !target->seen || !target->memories)
		goto out;
	memset(target->writers, 0, how->slots * sizeof(*target->writers));
	err = target->strategy ? create_rings(target, how->slots)
			       : create_floor(target, why, n);
	if (err)
		goto out;
	number_writers(target, how->salt);
	return 0;
out:
	bench_target_destroy(target);
	return err;
}

void bench_target_destroy(struct bench_target *target)
{
	rb_destroy(target->spare);
	rb_destroy(target->live);
	bench_memory_free(target->topology, &target->append_memory);
	free(target->memories);
	free(target->seen);
	free(target->writers);
	target->spare = NULL;
	target->live = NULL;
	target->memories = NULL;
	target->seen = NULL;
	target->writers = NULL;
}
