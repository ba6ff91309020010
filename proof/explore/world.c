/* SPDX-License-Identifier: MIT */
/* world.c - the buffers and the threads of one cell, as executions find them. */
#include "proof/explore/roles.h"

#include <errno.h>
#include <string.h>

#include "proof/explore/arena.h"
#include "strategies/swap_private.h"

struct xp_world xp_world;
struct sys_thread *xp_threads;

_Static_assert(XP_CPUS <= XP_GUARDS, "each buffer can be a snapshot");

struct rb *xp_ring(unsigned int index)
{
	return index ? xp_world.spare[index - 1] : xp_world.live;
}

struct swap_slot *xp_live_slot(unsigned int slot)
{
	return swap_slot(xp_world.live, slot);
}

unsigned int xp_own_slot(void)
{
	unsigned int role = (unsigned int)(xp.now - xp.role);

	for (unsigned int i = 1; i < xp_world.slots; i++)
		if (xp_world.scenario->writer[i] == role)
			return i;
	return 0;
}

unsigned int xp_cpu_index(const struct rb_cpu *cpu)
{
	for (unsigned int i = 0; i < XP_CPUS; i++)
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

static void cpu_make(struct rb_cpu *cpu)
{
	const void *from;
	size_t bytes;

	xp_cpu_range(cpu, &from, &bytes);
	xp_arena_part((void *)(uintptr_t)from, bytes);
}

static int rb_make(struct rb **rb, unsigned int ring)
{
	struct rb_attr attr = {
		.slots = xp_world.slots,
		.subbufs = XP_SUBBUFS,
		.subbuf_size = XP_SUBBUF,
		.mode = xp_world.scenario->mode,
		.stamp = xp_world.scenario->stamp,
		.alloc = take_pages,
		.free = keep_pages,
	};
	int err = swap_rb_create(xp_world.strategy, attr, rb);

	if (err)
		return err;
	if (xp_world.slots * (*rb)->slot_stride > XP_SLOTS_BYTES)
		return -E2BIG;
	xp_arena_part(*rb, sizeof(**rb));
	xp_arena_part((*rb)->slots, xp_world.slots * (*rb)->slot_stride);
	for (unsigned int i = 0; i < xp_world.slots; i++) {
		struct rb_cpu *cpu = rb_slot_active(rb_slot(*rb, i));

		xp_world.cpu[i * XP_RINGS + ring] = cpu;
		cpu_make(cpu);
	}
	return 0;
}

static void prefill(unsigned int events)
{
	for (unsigned int i = 0; i < events; i++)
		xp_write_as(0, XP_PREFILL, true);
}

/* Each slot's writer, by the role that the scenario names. */
static int writers_enter(const struct xp_scenario *scenario)
{
	int err = 0;

	for (unsigned int i = 0; i < xp_world.slots && !err; i++) {
		xp.now = &xp.role[scenario->writer[i]];
		err = swap_writer_enter(xp_world.live, i);
	}
	xp.now = &xp.role[0];
	return err;
}

static void roles_setup(const struct xp_scenario *scenario)
{
	static const char *const names[] = { "writer", "swapper", "swapper 2" };

	xp.roles = scenario->roles;
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		xp.role[i].name = scenario->role_name[i]
					  ? scenario->role_name[i]
					  : names[i];
		xp.role[i].body = scenario->body[i];
		xp.role[i].cpu = scenario->share & 1u << i ? 0 : i;
		xp.role[i].handlers_max = i ? 0 : scenario->handlers;
	}
	xp.handler = scenario->handler;
	xp.signal_handler = NULL;
	xp.clock = 1;
	xp.expiries_max = !scenario->never_expires;
	xp.ends = scenario->ends;
	xp.aborts_max = scenario->aborts;
	xp.expire_at_end = scenario->dead_writer;
	xp.horizon = XP_DEADLINE;
	xp.failures_max = scenario->failures;
	xp.on_stuck = scenario->on_stuck;
	xp.saw = 0;
}

/* What strategies keep of a thread (SWAP_THREAD_STATE); none: no section. */
extern const struct xp_thread_state __start_xp_thread_states[]
	__attribute__((weak));
extern const struct xp_thread_state __stop_xp_thread_states[]
	__attribute__((weak));

static void thread_states_setup(void)
{
	for (const struct xp_thread_state *state = __start_xp_thread_states;
	     state < __stop_xp_thread_states; state++) {
		*state->at = xp_arena_take(XP_THREADS * state->bytes);
		xp_arena_part(*state->at, XP_THREADS * state->bytes);
	}
}

/* Before every exploration anew, by xp_scenario_setup(): the system is. */
int swap_setup_once(const struct swap_strategy *strategy)
{
	(void)strategy;
	return 0;
}

/* One process, which neither forks nor ends. */
int swap_process_ready(void)
{
	return 0;
}

void swap_list(struct swap_slot *slot)
{
	(void)slot;
}

void swap_unlist(struct swap_slot *slot)
{
	(void)slot;
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
	xp_world.slots = scenario->slots ? scenario->slots : 1;
	xp.running = false;
	xp.now = &xp.role[0];
	roles_setup(scenario);
	if (strategy->setup)
		strategy->setup();
	xp_threads = xp_arena_take(XP_ROLES * sizeof(*xp_threads));
	xp_arena_part(xp_threads, XP_ROLES * sizeof(*xp_threads));
	thread_states_setup();
	err = rb_make(&xp_world.live, 0);
	for (unsigned int i = 0; i < XP_SPARES && !err; i++)
		err = rb_make(&xp_world.spare[i], 1 + i);
	if (!err)
		err = writers_enter(scenario);
	for (unsigned int i = 0; i < XP_SLOTS; i++)
		xp.pointer[i] = i < xp_world.slots && !err
					? &xp_live_slot(i)->rb.active
					: NULL;
	if (err)
		return err;
	if (scenario->on_setup)
		scenario->on_setup(scenario);
	prefill(scenario->prefill);
	xp.saw = 0;
	xp.clock_start = xp.clock;
	xp_arena_save();
	return 0;
}
