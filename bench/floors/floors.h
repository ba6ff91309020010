/* SPDX-License-Identifier: MIT */
/*
 * floors.h - the bare mechanisms that strategies are made of.
 *
 * A floor shows how close to the limit a strategy is: what its mechanism costs
 * with nothing around it. Three sorts:
 *
 *	loop  empty, append, append+barrier, append+mutex: writer loops of the
 *	      same shape as a strategy's
 *	solo  timer, full-barrier, locked-rmw, mutex: many in a row, by one
 *	      thread of a process that has others
 *	pair  cache-line, membarrier, signal, futex-wake, context-switch: an
 *	      operation with a peer, each one timed
 *
 * Nothing here allocates while it measures.
 */
#ifndef BENCH_FLOORS_FLOORS_H
#define BENCH_FLOORS_FLOORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "strategies/write_loops.h"

enum bench_floor_kind {
	BENCH_FLOOR_LOOP,
	BENCH_FLOOR_SOLO,
	BENCH_FLOOR_PAIR,
};

/* Shared by the thread that measures and its peer; zeroed by the caller. */
struct bench_floor_run {
	_Alignas(RB_CACHE_LINE) _Atomic uint32_t ping; /* measurer */
	_Alignas(RB_CACHE_LINE) _Atomic uint32_t pong; /* peer */
	_Alignas(RB_CACHE_LINE) _Atomic uint32_t stop; /* measurer */
	_Atomic int peer_tid;	/* peer, before its first answer */
	_Atomic int error;	/* -errno of a call that failed; 0: none did */
	_Atomic uint64_t word;	/* locked-rmw */
	struct sys_mutex mutex; /* mutex */
	uint64_t missed; /* round trips that did not do what they should */
	bool same_pu;	 /* the two share a PU: waiting must give it up */
};

/* What a floor is a part of. */
enum bench_floor_side {
	BENCH_FLOOR_OF_WRITE,
	BENCH_FLOOR_OF_SWAP,
	BENCH_FLOOR_OF_CLOCK, /* of every figure that is made of two stamps */
};

/* An axis of a cell and one of its words. */
struct bench_floor_when {
	const char *axis; /* NULL after the last */
	const char *value;
};

#define BENCH_BOUND_AXES 5

/*
 * What a floor bounds: a figure of one scenario's cells, of strategies that
 * name the floor as theirs. It is no limit where the floor was measured in
 * another situation; `same`, `only` and `never` say where it is one. Words are
 * those of matrices and results (docs/block-format.md); figures are keys of a
 * round's raw values. Lists end with NULL.
 */
struct bench_floor_bound {
	const char *scenario;
	const char *figure;
	const char *of; /* the figure, for tables */
	/* The floor whose row is the limit, where the mechanism stands around
	 * or after an event: both in one loop, since a sum of two that the
	 * processor overlaps is no limit. NULL: the floor itself. */
	const char *by;
	/* Axes in which the floor's cell is like the cell. Without `placement`
	 * a floor of another placement will do where the own has none. */
	const char *same[BENCH_BOUND_AXES];
	struct bench_floor_when only[2];  /* the cell has it */
	struct bench_floor_when never[2]; /* the cell does not have it */
};

struct bench_floor {
	const char *name;
	const char *summary;
	enum bench_floor_kind kind;
	enum bench_floor_side side;
	const struct bench_floor_bound *bounds; /* NULL: nothing */
	/* loop: one for each payload. */
	const swap_loop_fn *loops;
	/* Is the mechanism to be had? 0 or -errno. NULL: it always is. */
	int (*probe)(void);
	/* solo: do it n times. pair: once, n times over. */
	void (*run)(struct bench_floor_run *run, uint64_t n);
	/* pair: the peer's life, until run->stop. */
	void (*peer)(struct bench_floor_run *run);
	/* pair: before each run, not timed; NULL: nothing. */
	void (*settle)(struct bench_floor_run *run);
	bool peer_beside;   /* the peer stands on the measurer's own PU */
	bool peer_sleeps;   /* between round trips */
	unsigned int parts; /* operations that one round trip consists of */
};

/** bench_floor_at() - in the order of reports; NULL past the last */
const struct bench_floor *bench_floor_at(unsigned int index);

/** bench_floor_find() - by name; NULL: no such floor */
const struct bench_floor *bench_floor_find(const char *name);

/** bench_floor_kind_name() - "loop", "solo", "pair" */
const char *bench_floor_kind_name(enum bench_floor_kind kind);

/** bench_floor_side_name() - "write", "swap", "clock" */
const char *bench_floor_side_name(enum bench_floor_side side);

/** bench_floor_is_loop() - is it a loop of a writer's? NULL is none */
bool bench_floor_is_loop(const struct bench_floor *floor);

/** bench_floor_stop() - make the peer end; wakes it if it sleeps */
void bench_floor_stop(struct bench_floor_run *run);

/*
 * What the loops of `append` write through: the plainest thing that could leave
 * the same bytes in memory. base comes first so that the loop takes the same
 * argument as a strategy's. `at` is kept in memory, as a real writer's index
 * would be.
 */
struct bench_append {
	struct swap_slot base;
	unsigned char *memory;
	unsigned char *end;
	_Alignas(RB_CACHE_LINE) _Atomic(unsigned char *) at;
	unsigned char *limit; /* no event begins after it */
	_Alignas(RB_CACHE_LINE) struct sys_mutex mutex; /* append+mutex */
};

/** bench_append_init() - append into these bytes, round and round
 *
 * 0, or what sys_mutex_init() says.
 */
int bench_append_init(struct bench_append *append, void *memory, size_t bytes);

/* The loops, in the order of swap_payloads; floor_loops.c. */
extern const swap_loop_fn bench_loops_of_empty[SWAP_PAYLOADS];
extern const swap_loop_fn bench_loops_of_append[SWAP_PAYLOADS];
extern const swap_loop_fn bench_loops_of_append_barrier[SWAP_PAYLOADS];
extern const swap_loop_fn bench_loops_of_append_mutex[SWAP_PAYLOADS];

/**
 * bench_floor_loop() - the measured loop of a floor that is one
 *
 * loop->slot is &append->base. NULL: no such payload, or the floor is no loop.
 */
swap_loop_fn bench_floor_loop(const struct bench_floor *floor,
			      uint32_t payload);

#endif
