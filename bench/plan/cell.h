/* SPDX-License-Identifier: MIT */
/*
 * cell.h - one point of the matrix: who writes what, where, and who swaps it.
 *
 *	struct bench_cell cell;
 *
 *	bench_cell_default(&cell);
 *	if (bench_cell_set(&cell, "payload", "64", why, sizeof(why)))
 *		die(why);
 *	bench_cell_normalise(&cell);
 *	bench_cell_id(&cell, id, sizeof(id));
 *
 * Every axis has one dashed name, which is its command-line flag, its key in a
 * matrix and its member in JSON, and one spelling for each of its values.
 * docs/block-format.md lists them. Nothing here touches the machine. Functions
 * that return int return 0 or -errno and, on failure, one line in `why`.
 */
#ifndef BENCH_PLAN_CELL_H
#define BENCH_PLAN_CELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/base/words.h"
#include "bench/base/why.h"
#include "ringbuf/ring_buffer.h"
#include "strategies/strategy.h"

/* The axes, in the order in which ids and JSON show them. */
enum bench_axis {
	BENCH_AXIS_STRATEGY,
	BENCH_AXIS_SCENARIO,
	BENCH_AXIS_PLACEMENT,
	BENCH_AXIS_PAYLOAD,
	BENCH_AXIS_STAMP,
	BENCH_AXIS_MODE,
	BENCH_AXIS_CALL,
	BENCH_AXIS_WRITERS,
	BENCH_AXIS_SWAP_RATE,
	BENCH_AXIS_SWAP_MODE,
	BENCH_AXIS_BUFFER_KIB,
	BENCH_AXIS_SUBBUF,
	BENCH_AXIS_WRITER_STATE,
	BENCH_AXIS_EVENT_RATE,
	BENCH_AXIS_WRITER_SCHED,
	BENCH_AXIS_SWAPPER_SCHED,
	BENCH_AXIS_MLOCK,
	BENCH_AXIS_HUGE_PAGES,
	BENCH_AXIS_HOME,
	BENCH_AXIS_OVERSUBSCRIBE,
	BENCH_AXIS_REAL_TIME,
	BENCH_AXES,
};

/* How a write reaches the strategy. */
enum bench_call {
	BENCH_CALL_INLINE, /* its hooks are inlined where the event is written */
	BENCH_CALL_OPS,	   /* ops->write(), the public interface */
};

enum bench_writer_state {
	BENCH_SATURATED,   /* writes as fast as it can */
	BENCH_PACED,	   /* event-rate events a second */
	BENCH_IDLE,	   /* sleeps, but has entered */
	BENCH_NESTED,	   /* saturated, and a timer's handler writes too */
	BENCH_DESCHEDULED, /* saturated, with a hog on its PU */
	BENCH_WRITER_STATES,
};

/* The node that a slot's buffers lie on. */
enum bench_home {
	BENCH_FIRST_TOUCH,
	BENCH_HOME_WRITER,
	BENCH_HOME_SWAPPER,
	BENCH_HOMES,
};

enum bench_policy {
	BENCH_SCHED_OTHER,
	BENCH_SCHED_BATCH,
	BENCH_SCHED_IDLE,
	BENCH_SCHED_FIFO,
	BENCH_SCHED_RR,
	BENCH_POLICIES,
};

/* Do roles that ask for no class of their own get a real-time priority? */
enum bench_real_time {
	BENCH_REAL_TIME_AUTO, /* where it is permitted, and each has its PU */
	BENCH_REAL_TIME_NEVER,
};

/* How a role is scheduled; priority is 1..99 for fifo and rr, else 0. */
struct bench_sched {
	enum bench_policy policy;
	int priority;
};

/* swap_rate: no pause between swaps. */
#define BENCH_BACK_TO_BACK UINT32_MAX
/* placement: not yet resolved to a real one. */
#define BENCH_AUTO BENCH_PLACEMENTS

#define BENCH_NAME 32
/* Room for every id. */
#define BENCH_ID 384

/* Plain data; filled by bench_cell_default() and set axis by axis. */
struct bench_cell {
	char strategy[BENCH_NAME]; /* of the registry, or a floor */
	unsigned int scenario;	   /* its place in scenarios.def */
	unsigned int placement;	   /* enum bench_placement or BENCH_AUTO */
	uint32_t payload;	   /* bytes, or SWAP_PAYLOAD_VARIABLE */
	enum rb_stamp stamp;
	enum rb_mode mode;
	enum bench_call call;
	unsigned int writers;
	uint32_t swap_rate; /* per second, or BENCH_BACK_TO_BACK */
	enum swap_mode swap_mode;
	unsigned int buffer_kib; /* sub-buffers of one slot */
	unsigned int subbuf;	 /* bytes */
	enum bench_writer_state writer_state;
	unsigned int event_rate; /* of a paced writer, per second */
	struct bench_sched writer_sched;
	struct bench_sched swapper_sched;
	bool mlock;
	bool huge_pages;
	enum bench_home home;
	bool oversubscribe;
	enum bench_real_time real_time;
};

/** bench_cell_default() - every axis at its documented default */
void bench_cell_default(struct bench_cell *cell);

/** bench_axis_name() - the i-th axis, "strategy" first; NULL past the last */
const char *bench_axis_name(unsigned int index);

/** bench_axis_help() - its values in a few words, for --help */
const char *bench_axis_help(unsigned int index);

/**
 * bench_cell_set() - set one axis from its text
 *
 * -ENOENT no such axis, -EINVAL no such value; `why` lists the right ones.
 * A strategy is checked against the registry and the floors.
 */
int bench_cell_set(struct bench_cell *cell, const char *axis, const char *value,
		   char *why, size_t n);

/** bench_cell_get() - the text of one axis; NULL: no such axis */
const char *bench_cell_get(const struct bench_cell *cell, const char *axis,
			   char *text, size_t n);

/** bench_cell_set_json() - as bench_cell_set(), from the axis's JSON type */
int bench_cell_set_json(struct bench_cell *cell, const char *axis,
			const json_t *value, char *why, size_t n);

/**
 * bench_cell_normalise() - put axes that mean nothing here at their default
 *
 * Equal measurements get equal cells: `write` has no swap rate, a floor that
 * is no loop no payload.
 */
void bench_cell_normalise(struct bench_cell *cell);

/**
 * bench_cell_check() - do the axes fit together?
 *
 * -EINVAL and the reason: payload larger than a sub-buffer, fewer than two
 * sub-buffers, a swap scenario for a strategy that refuses to swap, ...
 */
int bench_cell_check(const struct bench_cell *cell, char *why, size_t n);

/** bench_cell_id() - the canonical id of a normalised cell; returns id */
char *bench_cell_id(const struct bench_cell *cell, char *id, size_t n);

/** bench_cell_json() - every axis, a new reference; NULL: no memory */
json_t *bench_cell_json(const struct bench_cell *cell);

/**
 * bench_cell_from_json() - the inverse; members that are absent stay default
 *
 * Errors: as bench_cell_set(); -EINVAL: no object.
 */
int bench_cell_from_json(const json_t *json, struct bench_cell *cell, char *why,
			 size_t n);

/** bench_cell_is_floor() - is it a floor's row: a mechanism, empty, append? */
bool bench_cell_is_floor(const struct bench_cell *cell);

/** bench_cell_strategy() - its strategy; NULL for a floor */
const struct swap_strategy *bench_cell_strategy(const struct bench_cell *cell);

/** bench_cell_has_swapper() - does a second role take part? */
bool bench_cell_has_swapper(const struct bench_cell *cell);

/** bench_cell_refuses_to_swap() - a strategy that has no swap at all */
bool bench_cell_refuses_to_swap(const struct bench_cell *cell);

/**
 * bench_cell_baseline() - what blocks of this cell alternate with
 *
 * False: nothing.
 */
bool bench_cell_baseline(const struct bench_cell *cell,
			 struct bench_cell *baseline);

#endif
