/* SPDX-License-Identifier: MIT */
/*
 * scene.h - one writer, one live buffer, one spare, and a fault between them.
 *
 * Private to the faults.
 */
#ifndef PROOF_TORTURE_SCENE_H
#define PROOF_TORTURE_SCENE_H

#include <pthread.h>
#include <semaphore.h>

#include "strategies/events.h"
#include "proof/torture/faults.h"

struct scene {
	const struct swap_strategy *strategy;
	enum fault fault;
	struct rb *live, *spare;
	pthread_t writer;
	int cpu;      /* the writer's, -1: any */
	sem_t inside; /* the writer has come to where the fault is */
	sem_t go_on;
	_Atomic bool released; /* go_on was posted */
	_Atomic bool stop;     /* saturated writers end */

	/* The writer's books; joined before they are read. */
	uint64_t attempted, stored, refused;
	bool open; /* its last write was never closed */

	struct swap_op op;
	bool in_progress; /* op is; its snapshot cannot be read */
	bool abandoned;	  /* a swap that never ends still uses all this */

	/* What was read from snapshots and buffers. */
	uint64_t read, overrun, last;
	uint64_t bad; /* wrong payloads, wrong order */
};

/* 0 or -errno. */
int scene_open(struct scene *scene, enum fault fault,
	       const struct swap_strategy *strategy);
void scene_close(struct scene *scene);

/* Start the writer that the fault needs, and wait until it is inside. */
int scene_start(struct scene *scene);
/* Let it go on, or stop, and join it. */
void scene_release(struct scene *scene);
void scene_finish(struct scene *scene);

/*
 * Swap and read what came; the swap's value. deadline in ms from now. What is
 * in progress then is left so, and scene_settle ends it: 0, or as settle.
 */
int scene_swap(struct scene *scene, unsigned int ms);
int scene_settle(struct scene *scene, unsigned int ms);

/*
 * With the writer joined: read what is left and compare. One sentence in text;
 * false: the books are wrong or a word is not zero.
 */
bool scene_books(struct scene *scene, char *text, size_t size);

#endif
