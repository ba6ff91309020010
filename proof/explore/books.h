/* SPDX-License-Identifier: MIT */
/*
 * books.h - what an execution did, and what was found of it in the buffers.
 *
 * Private to the files of proof/explore that write, read, swap and judge
 * (writer_role.c, reader_role.c, swapper_role.c, promises.c), to books.c, and
 * to world.c, which empties them.
 */
#ifndef PROOF_EXPLORE_BOOKS_H
#define PROOF_EXPLORE_BOOKS_H

#include "proof/explore/scenario.h"

#define XP_CONTEXTS  4u /* thread, handler, its handler, prefill */
#define XP_PREFILL   3u
#define XP_EVENTS    8u /* of one context */
#define XP_SNAPSHOTS 4u
#define XP_FOUND_MAX 16u

enum xp_fate {
	XP_FATE_NONE,
	XP_REFUSED,
	XP_STORED,
	XP_DISCARDED,
	XP_OPEN, /* filled, and never closed: there or not */
	XP_LOST, /* the same, and its slot recovered: not there */
};

/* Sequence words in the order in which a buffer holds them. */
struct xp_found {
	unsigned int slot; /* whose events they must be */
	unsigned int count;
	uint64_t sequence[XP_FOUND_MAX];
	uint64_t exchanged;
	unsigned int spare;
};

/* Of one slot in one execution; 0 at its start, but for the prefill. */
struct xp_account {
	unsigned int next[XP_CONTEXTS];
	uint8_t fate[XP_CONTEXTS][XP_EVENTS];
	uint64_t refused;
	uint64_t overrun;
	uint64_t lost;		/* with a writer that ended */
	unsigned int depth;	/* write-side sections open in the slot */
	unsigned int snapshots; /* in the order of their exchanges */
	struct xp_found snapshot[XP_SNAPSHOTS];
	struct xp_found consumed;
};

/* Of one execution. */
struct xp_book {
	struct xp_account slot[XP_SLOTS];
	unsigned int open[XP_CPUS]; /* write-side sections, by buffer */
	uint64_t last_stamp;
	bool broken;	/* a walk found a broken event */
	bool unsettled; /* slot 0's swap by spare 0, whose writer is dead */
};

extern struct xp_book xp_book;

/* An execution begins. */
void xp_book_open(void);

/* A write-side section of this buffer opens; C1 is that none may. */
void xp_section_opens(unsigned int slot, const struct rb_cpu *cpu);
void xp_section_closes(unsigned int slot, const struct rb_cpu *cpu);

/* Take one event as found; of rb_walk() and rb_consume(), arg: xp_found. */
int xp_found_add(const struct rb_event *event, void *arg);

/* Walk a buffer that nobody writes, outside the execution's time. */
void xp_collect(struct rb_cpu *cpu, struct xp_found *found);

/* A place for a snapshot's events, by the time of its exchange. */
struct xp_found *xp_snapshot_add(unsigned int slot, uint64_t exchanged,
				 unsigned int spare);

#endif
