/* SPDX-License-Identifier: MIT */
/*
 * target.h - what a block writes to: rings of one strategy, and their books.
 *
 *	struct bench_target target;
 *
 *	if (bench_target_create(&target, &how, why, sizeof(why)))
 *		...
 *	... writers run target.loop[kind] on &target.writers[i].loop ...
 *	... the swapper: bench_target_take(&target, slot), rb_recycle() ...
 *	bench_target_close(&target);	(all threads have ended)
 *	bench_target_destroy(&target);
 *
 * The books are exact: every event that was attempted is found again as
 * dropped, overwritten, read or still present, or it counts as lost; one that
 * is found twice counts as duplicated. The words of the pages tell this. Events
 * of chosen snapshots are also looked at one by one: the words of each belong
 * together, and its sequence is above the last one of its writer and nesting
 * level.
 */
#ifndef BENCH_MEASURE_TARGET_H
#define BENCH_MEASURE_TARGET_H

#include "bench/machine/memory.h"
#include "bench/plan/cell.h"
#include "bench/floors/floors.h"
#include "bench/machine/topology.h"
#include "strategies/write_loops.h"

/* One writer's side; its thread and handlers write it. */
struct bench_target_writer {
	struct swap_loop loop;	 /* of the thread itself: level 0 */
	struct swap_loop nested; /* of a timer's handler: level 1 */
} __attribute__((aligned(128)));

/* What has been seen of one slot's events; the reader's. */
struct bench_seen {
	uint64_t salt;
	uint64_t last[16]; /* sequence by nesting level */
	bool any[16];
};

struct bench_books {
	uint64_t attempted; /* filled by close */
	uint64_t dropped;
	uint64_t drops[RB_DROP_CAUSES];
	uint64_t nested;
	uint64_t read;	    /* taken in snapshots, by the page words */
	uint64_t overrun;   /* lost to newer events */
	uint64_t present;   /* still there at the end */
	uint64_t crossings; /* sub-buffers entered, but for the first ones */

	uint64_t events; /* looked at one by one */
	uint64_t snapshots;
	uint64_t walked;  /* snapshots whose events were looked at */
	uint64_t sampled; /* those of them that were looked at in part */
	uint64_t lost;
	uint64_t duplicated;
	uint64_t torn;
	uint64_t out_of_order;
	uint64_t unreadable;
	uint64_t late;	 /* snapshots that changed while they were read */
	char first[160]; /* the first violation in words, "" none */
};

struct bench_target {
	struct bench_cell cell;
	const struct swap_strategy *strategy; /* NULL: a floor's loop */
	struct rb *live;
	struct rb *spare;
	struct bench_append append;
	struct bench_memory append_memory;
	swap_loop_fn loop[SWAP_LOOP_KINDS]; /* a floor has no latency loop */
	unsigned int n_slots; /* that are written: writers, or layouts in turns */
	struct bench_target_writer *writers;
	struct bench_seen *seen;
	struct bench_books books;
	uint64_t restarts;

	/* Memory, for the record. */
	const struct bench_topology *topology;
	struct bench_memory *memories; /* of both rings */
	unsigned int n_memories;
	unsigned int memory_flags;
	int node;
	char *why; /* of a failed allocation */
	size_t why_size;
};

struct bench_target_how {
	const struct bench_cell *cell;
	const struct bench_topology *topology;
	int node;	    /* of the buffers, or BENCH_ANY_NODE */
	uint64_t salt;	    /* of the first writer */
	unsigned int slots; /* writers */
};

/**
 * bench_target_create() - allocate and touch everything
 *
 * Errors: -ENOTSUP memory or strategy not to be had here, -ENOMEM, -EINVAL.
 */
int bench_target_create(struct bench_target *target,
			const struct bench_target_how *how, char *why,
			size_t n);

/** bench_target_destroy() - free it; a zeroed target is allowed */
void bench_target_destroy(struct bench_target *target);

/* ------------------------------------------------------------------------ */
/* The books; books.c                                                       */

/**
 * bench_target_take() - enter the snapshot of a slot into the books
 * @limit: events to look at one by one at most; 0: page words only
 * @newest: time stamp of the newest event seen, 0: none; may be NULL
 *
 * The spare's buffer of that slot is quiescent. Called by the one swapper.
 */
void bench_target_take(struct bench_target *target, unsigned int slot,
		       uint64_t limit, uint64_t *newest);

/**
 * bench_target_has_gone_round() - is a live slot's last sub-buffer reached?
 *
 * False again after the next swap. From the swapper, with its writer running.
 */
bool bench_target_has_gone_round(const struct bench_target *target,
				 unsigned int slot);

/** bench_target_restart() - empty a live slot that its own thread writes
 *
 * Produce-consume mode without a swapper; enters what was there as read.
 */
void bench_target_restart(struct bench_target *target, unsigned int slot);

/** bench_target_close() - the final account; every role has ended */
void bench_target_close(struct bench_target *target);

/** bench_books_violations() - the sum of all six sorts */
uint64_t bench_books_violations(const struct bench_books *books);

/** bench_books_put() - the part "verification" of a datum */
void bench_books_put(const struct bench_books *books, json_t *datum);

#endif
