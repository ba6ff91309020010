/* SPDX-License-Identifier: MIT */
/* scene.c - the writers of the faults, and their small books. */
#include "proof/torture/scene.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proof/torture/cpus.h"

#define SALT   0x5ce0u
#define ULL(x) ((unsigned long long)(x))

int scene_open(struct scene *scene, enum fault fault,
	       const struct swap_strategy *strategy)
{
	struct rb_attr attr = RB_ATTR_DEFAULT;
	int err;

	memset(scene, 0, sizeof(*scene));
	scene->strategy = strategy;
	scene->fault = fault;
	scene->cpu = -1;
	attr.subbufs = 4;
	sem_init(&scene->inside, 0, 0);
	sem_init(&scene->go_on, 0, 0);
	err = swap_rb_create(strategy, attr, &scene->live);
	return err ? err : swap_rb_create(strategy, attr, &scene->spare);
}

void scene_close(struct scene *scene)
{
	rb_destroy(scene->live);
	rb_destroy(scene->spare);
}

static uint64_t *open_write(struct scene *scene, struct swap_write *write)
{
	uint64_t word = swap_event_word(++scene->attempted, SALT);
	uint64_t *words = scene->strategy->ops->reserve(
		swap_slot(scene->live, 0), 16, write);

	if (!words) {
		scene->refused++;
		return NULL;
	}
	scene->stored++;
	words[0] = word;
	words[1] = word + 1;
	return words;
}

/* One that is never open: nobody can be caught inside. */
static void write_whole(struct scene *scene)
{
	uint64_t word = swap_event_word(++scene->attempted, SALT);
	uint64_t words[2] = { word, word + 1 };
	bool stored = !scene->strategy->ops->write(swap_slot(scene->live, 0),
						   words, sizeof(words));

	scene->stored += stored;
	scene->refused += !stored;
}

static void write_events(struct scene *scene, unsigned int count)
{
	struct swap_write write;

	while (count--)
		if (!scene->strategy->ops->reserve)
			write_whole(scene);
		else if (open_write(scene, &write))
			scene->strategy->ops->commit(swap_slot(scene->live, 0),
						     &write);
	swap_writer_poll(swap_slot(scene->live, 0));
}

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		;
}

/* Inside an open write: sleep until released, end, or be cancelled. */
static void be_inside(struct scene *scene)
{
	struct swap_write write;

	if (!open_write(scene, &write))
		return;
	scene->open = true;
	sem_post(&scene->inside);
	if (scene->fault == FAULT_EXITS_INSIDE)
		pthread_exit(NULL);
	while (scene->fault == FAULT_CANCELLED_INSIDE)
		pause();
	wait_for(&scene->go_on);
	scene->strategy->ops->commit(swap_slot(scene->live, 0), &write);
	scene->open = false;
}

static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void be_saturated(struct scene *scene)
{
	if (scene->fault == FAULT_SIGNAL_BLOCKED)
		block_signals();
	sem_post(&scene->inside);
	while (!load_relaxed(&scene->stop))
		write_events(scene, 100);
}

static void *writer_main(void *arg)
{
	struct scene *scene = arg;

	if (scene->cpu >= 0)
		cpus_pin(scene->cpu);
	swap_writer_enter(scene->live, 0);
	write_events(scene, 10);
	if (scene->fault <= FAULT_SWAPPER_CANCELLED)
		be_inside(scene);
	else
		be_saturated(scene);
	write_events(scene, 5);
	swap_writer_exit(scene->live, 0);
	return NULL;
}

int scene_start(struct scene *scene)
{
	int err = pthread_create(&scene->writer, NULL, writer_main, scene);

	if (err)
		return -err;
	wait_for(&scene->inside);
	if (scene->fault == FAULT_CANCELLED_INSIDE)
		pthread_cancel(scene->writer);
	if (scene->fault == FAULT_EXITS_INSIDE ||
	    scene->fault == FAULT_CANCELLED_INSIDE)
		pthread_join(scene->writer, NULL);
	return 0;
}

void scene_release(struct scene *scene)
{
	store_relaxed(&scene->stop, true);
	store_relaxed(&scene->released, true);
	sem_post(&scene->go_on);
}

void scene_finish(struct scene *scene)
{
	if (scene->fault != FAULT_EXITS_INSIDE &&
	    scene->fault != FAULT_CANCELLED_INSIDE)
		pthread_join(scene->writer, NULL);
}

static int read_event(const struct rb_event *event, void *arg)
{
	struct scene *scene = arg;
	const uint64_t *words = event->payload;
	uint64_t sequence;

	scene->read++;
	if (event->length != 16 || !swap_event_is_valid(words[0], SALT) ||
	    words[1] != words[0] + 1) {
		scene->bad++;
		return 0;
	}
	sequence = swap_event_sequence(words[0]);
	scene->bad += sequence <= scene->last;
	scene->last = sequence;
	return 0;
}

static void read_slot(struct scene *scene, struct rb *rb)
{
	struct rb_slot *slot = rb_slot(rb, 0);
	struct rb_counts counts;

	scene->bad += rb_walk(rb_slot_active(slot), read_event, scene) != 0;
	rb_counts(rb_slot_active(slot), &counts);
	scene->overrun += counts.overrun;
}

/* err is what swap or settle returned. */
static int take(struct scene *scene, int err)
{
	scene->in_progress = err == -EINPROGRESS;
	if (err)
		return err;
	read_slot(scene, scene->spare);
	return rb_recycle(rb_slot(scene->spare, 0));
}

static uint64_t deadline_in(const struct scene *scene, unsigned int ms)
{
	return swap_deadline(scene->strategy,
			     sys_now() + ms * UINT64_C(1000000));
}

int scene_settle(struct scene *scene, unsigned int ms)
{
	return take(scene, swap_settle(&scene->op, deadline_in(scene, ms)));
}

int scene_swap(struct scene *scene, unsigned int ms)
{
	int err = swap(scene->live, scene->spare, 0, SWAP_WAIT,
		       deadline_in(scene, ms), &scene->op);

	if (err == -EINPROGRESS)
		return scene_settle(scene, ms);
	return take(scene, err);
}

static bool is_quiet(struct scene *scene, struct rb *rb)
{
	struct rb_slot *slot = rb_slot(rb, 0);
	uint32_t nesting = rb == scene->live && scene->open;

	return load_relaxed(&slot->nesting) == nesting &&
	       !load_relaxed(&slot->refuse) && !load_relaxed(&slot->control) &&
	       !load_relaxed(&swap_slot(rb, 0)->writer) &&
	       load_relaxed(&rb_slot_active(slot)->owner) == slot;
}

bool scene_books(struct scene *scene, char *text, size_t size)
{
	uint64_t drops = 0;
	bool exact, quiet;

	if (scene->in_progress) {
		snprintf(text, size, "not closed: a swap is in progress");
		return true;
	}
	read_slot(scene, scene->live);
	for (enum rb_drop cause = 0; cause < RB_DROP_CAUSES; cause++)
		drops += rb_drops(rb_slot(scene->live, 0), cause);
	exact = scene->attempted == scene->stored + scene->refused &&
		scene->refused == drops && !scene->bad &&
		scene->stored == scene->read + scene->overrun;
	quiet = is_quiet(scene, scene->live) && is_quiet(scene, scene->spare);
	if (exact && quiet) {
		snprintf(text, size, "exact%s",
			 scene->open ? "; the open event is kept, nesting "
				       "stays 1"
				     : "");
		return true;
	}
	snprintf(text, size,
		 "%llu attempted, %llu stored, %llu refused (%llu counted), "
		 "%llu read, %llu overrun, %llu bad%s",
		 ULL(scene->attempted), ULL(scene->stored), ULL(scene->refused),
		 ULL(drops), ULL(scene->read), ULL(scene->overrun),
		 ULL(scene->bad), quiet ? "" : "; a word is not zero");
	return false;
}
