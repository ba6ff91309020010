/* SPDX-License-Identifier: MIT */
/* others.c - what one slot's writer costs the others, and who never entered. */
#include <sched.h>
#include <stdio.h>

#include "proof/conformance/conform.h"

#define EVERY_NS (500 * RIG_MS)
#define STUCK_MS 1500

/* ---- C8: a writer that is stuck or dead, and one that is not ---- */

struct scene {
	struct rig *rig;
	pthread_t stuck, healthy;
	_Atomic int stuck_is_there, healthy_is_there;
	_Atomic int leave;
};

static void *be_stuck(void *arg)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	struct scene *scene = arg;
	struct rig_writer *writer = &scene->rig->writer[0];
	const struct swap_ops *ops = scene->rig->strategy->ops;
	struct swap_write write;
	uint64_t *at;

	rig_enter(scene->rig, 0);
	at = ops->reserve(writer->slot, 16, &write);
	swap_event_fill(at, 16,
			swap_event_word(writer->attempted[0]++, RIG_SALT));
	store_relaxed(&scene->stuck_is_there, 1);
	if (scene->rig->config.dead)
		pthread_exit(NULL);
	/* By itself in the end: some are waited for without a deadline. */
	for (int i = 0; i < STUCK_MS && !load_relaxed(&scene->leave); i++)
		nanosleep(&moment, NULL);
	ops->commit(writer->slot, &write);
	rig_leave(scene->rig, 0);
	return NULL;
}

static void *be_healthy(void *arg)
{
	struct scene *scene = arg;

	rig_enter(scene->rig, 1);
	store_relaxed(&scene->healthy_is_there, 1);
	while (!load_relaxed(&scene->leave))
		rig_write_some(&scene->rig->writer[1]);
	rig_leave(scene->rig, 1);
	return NULL;
}

static void start(pthread_t *thread, void *(*does)(void *), struct scene *scene,
		  _Atomic int *is_there)
{
	pthread_create(thread, NULL, does, scene);
	while (!load_relaxed(is_there))
		sched_yield();
}

static uint64_t drops_of(struct rig *rig, unsigned int slot)
{
	uint64_t drops = 0;

	for (int i = 0; i < RB_DROP_CAUSES; i++)
		drops += rb_drops(rb_slot(rig->live, slot), (enum rb_drop)i);
	return drops;
}

/*
 * A snapshot of both: the healthy slot has its own, in time, its writer went
 * on, and most of what that wrote meanwhile was stored.
 */
static bool is_contained(struct rig *rig, struct swap_op *ops, int *errors)
{
	uint64_t attempts = load_relaxed(&rig->verdict->attempts);
	uint64_t drops = drops_of(rig, 1);
	uint64_t end = sys_now() + EVERY_NS;
	bool late;

	swap_every_slot(rig->live, rig->spares[0],
			swap_deadline(rig->strategy, end), ops, errors);
	late = sys_now() > end + RIG_LATE_NS / 4;
	attempts = load_relaxed(&rig->verdict->attempts) - attempts;
	drops = drops_of(rig, 1) - drops;
	if (!errors[0] && !late)
		rig_violation(rig, SWAP_C1_EXCLUSIVE,
			      "swapped while a write was open");
	if (rig->strategy->bounded && late)
		rig_violation(rig, SWAP_C6_BOUNDED, "every slot: late");
	printf("%s: slot %d, healthy %d; %llu attempts, %llu refused\n",
	       rig->config.dead ? "dead" : "stuck", errors[0], errors[1],
	       (unsigned long long)attempts, (unsigned long long)drops);
	return !errors[1] && !late && attempts && drops <= attempts / 2;
}

static void end_swaps(struct rig *rig, struct swap_op *ops, int *errors)
{
	for (unsigned int i = rig->config.dead; i < 2; i++) {
		if (errors[i] == -EINPROGRESS)
			errors[i] = rig_settle_with(rig, RIG_LONG_NS, &ops[i]);
		if (errors[i] == -EINPROGRESS)
			rig_violation(rig, SWAP_C6_BOUNDED,
				      "slot %u is in progress for ever", i);
	}
}

/* What it holds is not told apart: the process ends with it. */
void conform_contained(struct rig *rig)
{
	const struct swap_strategy *s = rig->strategy;
	struct swap_op ops[RIG_WRITERS];
	static struct scene scene;
	int errors[RIG_WRITERS];
	bool contained;

	rig_need_swap(rig);
	rig_need_open_write(rig);
	if (rig->config.dead && !s->bounded)
		rig_skip(rig, "%s waits for a dead writer for ever", s->name);
	if (rig->config.dead && !s->contained)
		rig_skip(rig, "%s is held by a stuck writer already", s->name);
	scene.rig = rig;
	rig_create(rig);
	/* One that waits for a lock is there, too. */
	start(&scene.stuck, be_stuck, &scene, &scene.stuck_is_there);
	if (rig->config.dead)
		pthread_join(scene.stuck, NULL);
	start(&scene.healthy, be_healthy, &scene, &scene.healthy_is_there);
	contained = is_contained(rig, ops, errors);
	if (contained != s->contained)
		rig_violation(rig, SWAP_C8_CONTAINED,
			      contained ? "declared not contained, but is"
					: "another slot pays");
	store_relaxed(&scene.leave, 1);
	if (!rig->config.dead)
		pthread_join(scene.stuck, NULL);
	pthread_join(scene.healthy, NULL);
	end_swaps(rig, ops, errors);
}

/* ---- Threads that never entered ---- */

struct stray {
	struct rig *rig;
	unsigned int level; /* tells the events of two strays apart */
	pthread_t thread;
};

static void *write_as_stray(void *arg)
{
	struct stray *stray = arg;

	while (!load_relaxed(&stray->rig->stop))
		rig_write_one(&stray->rig->writer[0], stray->level, false);
	return NULL;
}

static void run_strays(struct rig *rig, unsigned int n)
{
	struct stray stray[2];
	uint64_t end = sys_now() + 300 * RIG_MS;

	for (unsigned int i = 0; i < n; i++) {
		stray[i] = (struct stray){ .rig = rig, .level = i };
		pthread_create(&stray[i].thread, NULL, write_as_stray,
			       &stray[i]);
	}
	while (sys_now() < end)
		rig_swap(rig, 0, SWAP_WAIT, RIG_LONG_NS);
	store_relaxed(&rig->stop, true);
	for (unsigned int i = 0; i < n; i++)
		pthread_join(stray[i].thread, NULL);
}

void conform_strays(struct rig *rig)
{
	const struct swap_strategy *s = rig->strategy;
	enum swap_strays strays = SWAP_CHECKS_WRITER ? SWAP_STRAYS_REFUSED
						     : s->strays;
	uint64_t refused, attempted = 0;
	bool all;

	rig_need_swap(rig);
	if (strays == SWAP_STRAYS_UNSAFE)
		rig_skip(rig, "%s says that strays are unsafe", s->name);
	rig_create(rig);
	rig->unordered = strays == SWAP_STRAYS_ANY;
	run_strays(rig, strays == SWAP_STRAYS_ANY ? 2 : 1);
	refused = rb_drops(rb_slot(rig->live, 0), RB_DROP_CONTEXT);
	for (unsigned int i = 0; i < RIG_LEVELS; i++)
		attempted += rig->writer[0].attempted[i];
	all = refused == attempted;
	if (strays == SWAP_STRAYS_REFUSED ? !all : refused)
		rig_violation(rig, SWAP_C10_GOOD_GUEST,
			      "%llu of %llu stray writes are refused",
			      (unsigned long long)refused,
			      (unsigned long long)attempted);
	rig_close(rig);
	rig_destroy(rig);
}
