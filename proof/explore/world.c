/* SPDX-License-Identifier: MIT */
/* world.c - the buffers and the threads of one cell, as executions find them. */
#include "proof/explore/roles.h"

#include <string.h>

#include "proof/explore/arena.h"

struct xp_world xp_world;
struct sys_thread *xp_threads;

struct swap_slot *xp_live_slot(void)
{
	return swap_slot(xp_world.live, 0);
}

unsigned int xp_cpu_index(const struct rb_cpu *cpu)
{
	for (unsigned int i = 0; i < 1 + XP_SPARES; i++)
		if (xp_world.cpu[i] == cpu)
			return i;
	return 0;
}

void xp_cpu_range(struct rb_cpu *cpu, const void **from, size_t *bytes)
{
	*from = cpu->pages;
	*bytes = (size_t)((unsigned char *)(cpu + 1) - cpu->pages);
}

static void *take_pages(void *arg, unsigned int slot, size_t bytes)
{
	(void)arg;
	(void)slot;
	(void)bytes;
	return xp_arena_take(XP_SUBBUFS * XP_SUBBUF + sizeof(struct rb_cpu));
}

static void keep_pages(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	(void)arg;
	(void)slot;
	(void)memory;
	(void)bytes;
}

static int rb_make(struct rb **rb, struct rb_cpu **cpu)
{
	struct rb_attr attr = {
		.slots = 1,
		.subbufs = XP_SUBBUFS,
		.subbuf_size = XP_SUBBUF,
		.mode = xp_world.scenario->mode,
		.stamp = xp_world.scenario->stamp,
		.alloc = take_pages,
		.free = keep_pages,
	};
	int err = swap_rb_create(xp_world.strategy, attr, rb);
	const void *from;
	size_t bytes;

	if (err)
		return err;
	*cpu = rb_slot_active(rb_slot(*rb, 0));
	xp_arena_part(*rb, sizeof(**rb));
	xp_arena_part((*rb)->slots, (*rb)->slot_stride);
	xp_cpu_range(*cpu, &from, &bytes);
	xp_arena_part((void *)(uintptr_t)from, bytes);
	return 0;
}

static void prefill(unsigned int events)
{
	for (unsigned int i = 0; i < events; i++)
		xp_write_as(XP_PREFILL, true);
}

static void roles_setup(const struct xp_scenario *scenario)
{
	static const char *const names[] = { "writer", "swapper", "swapper 2" };

	xp.roles = scenario->roles;
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		xp.role[i].name = names[i];
		xp.role[i].body = scenario->body[i];
		xp.role[i].handlers_max = i ? 0 : scenario->handlers;
	}
	if (scenario->core && scenario->roles > 1)
		xp.role[1].name = "reader";
	xp.handler = scenario->handler;
	xp.signal_handler = NULL;
	xp.clock = 1;
	xp.expiries_max = 1;
	xp.expire_at_end = scenario->dead_writer;
}

/* Before every exploration anew, by xp_scenario_setup(): the system is. */
int swap_setup_once(const struct swap_strategy *strategy)
{
	(void)strategy;
	return 0;
}

int xp_scenario_setup(const struct xp_scenario *scenario,
		      const struct swap_strategy *strategy)
{
	int err;

	xp_arena_clear();
	memset(&xp_book, 0, sizeof(xp_book));
	memset(&xp_world, 0, sizeof(xp_world));
	xp_world.strategy = strategy;
	xp_world.scenario = scenario;
	xp.running = false;
	xp.now = &xp.role[0];
	roles_setup(scenario);
	if (strategy->setup)
		strategy->setup();
	xp_threads = xp_arena_take(XP_ROLES * sizeof(*xp_threads));
	xp_arena_part(xp_threads, XP_ROLES * sizeof(*xp_threads));
	err = rb_make(&xp_world.live, &xp_world.cpu[0]);
	for (unsigned int i = 0; i < XP_SPARES && !err; i++)
		err = rb_make(&xp_world.spare[i], &xp_world.cpu[1 + i]);
	if (!err)
		err = swap_writer_enter(xp_world.live, 0);
	if (err)
		return err;
	if (scenario->on_setup)
		scenario->on_setup(scenario);
	prefill(scenario->prefill);
	xp.clock_start = xp.clock;
	xp_arena_save();
	return 0;
}
