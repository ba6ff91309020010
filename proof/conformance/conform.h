/* SPDX-License-Identifier: MIT */
/*
 * conform.h - the rig on which every strategy is tried: real threads, exact
 * books, and the promises C1-C10 checked in every run.
 *
 * A property is one line of properties.def: a scenario and its configuration.
 * Every scenario checks every promise it can see; a violation is counted under
 * the promise that it breaks, so that a strategy which breaks one on purpose
 * (broken/) must be caught by that name.
 */
#ifndef PROOF_CONFORMANCE_CONFORM_H
#define PROOF_CONFORMANCE_CONFORM_H

#include <pthread.h>
#include <time.h>

#include "strategies/events.h"
#include "strategies/strategy.h"

#define CONFORM_SKIP 77

#define RIG_WRITERS 2 /* at most */
#define RIG_SPARES  3 /* a snapshot rests while two later ones are taken */
#define RIG_LEVELS  8 /* of nesting, that books are kept of */
#define RIG_SALT    0x5a1u
#define RIG_WINDOW  65536u /* sequences remembered, to tell duplicates */
#define RIG_PAYLOAD 1024u  /* largest that a scenario writes */

#define RIG_MS UINT64_C(1000000)
/* Patience of a swap that must succeed, and of one that cannot. */
#define RIG_LONG_NS  (5000 * RIG_MS)
#define RIG_SHORT_NS (30 * RIG_MS)
/* How late a bounded swap may return on a machine that is busy. */
#define RIG_LATE_NS (2000 * RIG_MS)

/* What a run found; in memory shared with the parent, which outlives it. */
struct verdict {
	_Atomic uint64_t violations[SWAP_PROMISES];
	char first[SWAP_PROMISES][200];
	_Atomic uint64_t swapping_since; /* ns; 0: not in swap or settle */
	_Atomic uint64_t deadline;	 /* of that swap */
	_Atomic uint64_t attempts;	 /* moves while writers do */
	char skipped[200];		 /* why it cannot run here */
};

struct rig_config {
	enum swap_mode swap;
	enum rb_mode mode;
	enum rb_stamp stamp;
	unsigned int subbufs; /* 0: 4 */
	uint32_t payload;     /* as in the loops */
	unsigned int writers; /* 0: 1 */
	bool storm;	      /* signals that write, up to four nested */
	bool consume;	      /* produce-consume: read the live buffer too */
	bool dead;	      /* the writer that is inside has ended */
	bool protect;	      /* take the memory of snapshots away */
};

/* What is known of one writer's events of one level, in reading order. */
struct book {
	uint64_t seen;
	uint64_t last_stamp;
	uint64_t next;		     /* the lowest that may come now */
	uint64_t window[RIG_WINDOW]; /* sequence + 1 by sequence modulo */
};

struct rig_writer {
	struct rig *rig;
	unsigned int index;
	struct swap_slot *slot;
	pthread_t thread;
	_Atomic int tid;
	timer_t timers[2];
	volatile unsigned int depth; /* handlers on the stack */
	volatile unsigned int open;  /* events between reserve and commit */
	volatile bool swapping;	     /* from a handler */
	uint64_t attempted[RIG_LEVELS];
	uint64_t discarded[RIG_LEVELS];

	/* The reader's. */
	struct book books[RIG_LEVELS];
	uint64_t overrun;
	uint64_t uncounted;  /* events without payload */
	uint64_t last_stamp; /* of the buffer being read */
};

/* A slot's swap: what it found, and whether it is still in progress. */
struct rig_pending {
	struct swap_op op;
	bool in_progress;
	unsigned int place; /* of its spare */
	struct rb_cpu *live, *spare;
};

struct rig {
	const struct swap_strategy *strategy;
	struct rig_config config;
	struct verdict *verdict;
	struct rb *live;
	struct rb *spares[RIG_SPARES];
	uint64_t hash[RIG_SPARES][RIG_WRITERS]; /* of a resting snapshot */
	bool resting[RIG_SPARES][RIG_WRITERS];
	uint64_t consumed[RIG_WRITERS]; /* of the live buffer, live */
	struct rig_writer writer[RIG_WRITERS];
	struct rig_pending pending[RIG_WRITERS];
	_Atomic bool stop;
	bool unordered; /* several swappers: snapshots come in any order */
	uint64_t swaps, refused;
	uint64_t in_progress; /* of the swaps: not over at once */
	uint64_t taken;	      /* events in snapshots, overrun ones too */
};

typedef void (*conform_fn)(struct rig *rig);

/* Count a violation and keep the first one's words. Any context. */
void rig_violation(struct rig *rig, enum swap_promise promise,
		   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* This scenario cannot run; ends the process with CONFORM_SKIP. */
_Noreturn void rig_skip(struct rig *rig, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- rig.c ---- */

void rig_create(struct rig *rig);
void rig_destroy(struct rig *rig);

/* Writer threads: start, stop and join. */
void rig_start(struct rig *rig);
void rig_stop(struct rig *rig);

/* Become writer index, and end that; the storm begins and ends with it. */
void rig_enter(struct rig *rig, unsigned int index);
void rig_leave(struct rig *rig, unsigned int index);

/* Attempt a few events of the base level, in each style in turn. */
void rig_write_some(struct rig_writer *writer);

/* Attempt one event of a level; two_step: reserve and commit apart. */
void rig_write_one(struct rig_writer *writer, unsigned int level,
		   bool two_step);

/* Called by the storm's handlers before they write; NULL: nothing. */
extern void (*rig_on_signal)(struct rig_writer *writer);

/* The calling thread's writer, or NULL. */
struct rig_writer *rig_self(void);

/* ---- swaps.c ---- */

/*
 * One swap of a slot into the next resting place, checked (C4, C6) and, when it
 * succeeded, read and hashed; its value. A swap that is in progress is settled
 * until the patience ends, and by the calls after this one: -EINPROGRESS means
 * that the spare still is the strategy's.
 */
int rig_swap(struct rig *rig, unsigned int slot, enum swap_mode mode,
	     uint64_t patience);

/* One call of swap or settle, its time checked; what it took is the caller's. */
int rig_swap_with(struct rig *rig, struct rb *spare, unsigned int slot,
		  enum swap_mode mode, uint64_t patience, struct swap_op *op);
int rig_settle_with(struct rig *rig, uint64_t patience, struct swap_op *op);

/* Read the live buffer of a slot while it is written. */
void rig_consume(struct rig *rig, unsigned int slot);

/* Read what is left, and balance the books: C1, C2, C7. Writers have left. */
void rig_close(struct rig *rig);

/* ---- books.c ---- */

/* Read one snapshot, or the live buffer at the end, into the books. */
void book_buffer(struct rig *rig, unsigned int slot, struct rb_cpu *cpu);

/* A snapshot, whose events count as taken. */
void book_snapshot(struct rig *rig, unsigned int slot, struct rb_cpu *cpu);

/* rb_event_fn; arg: struct rig_writer. */
int book_event(const struct rb_event *event, void *arg);

/* attempted = seen + overrun + drops + discarded, or C2. */
void book_balance(struct rig *rig, unsigned int slot);

/* Every byte of a buffer: pages and indices. */
uint64_t book_hash(const struct rb_cpu *cpu);

/* Memory in pages of the system's. */
static inline size_t rig_mapped(size_t bytes)
{
	return (bytes + 4095) & ~(size_t)4095;
}

/* This scenario is for who swaps, in this mode; else it is skipped. */
void rig_need_swap(struct rig *rig);

/* And for who can hold a write open. */
void rig_need_open_write(struct rig *rig);

/* ---- scenarios.c, absent.c, others.c, traits.c: a function a scenario ---- */

void conform_stress(struct rig *rig);
void conform_own_thread(struct rig *rig);
void conform_from_handler(struct rig *rig);
void conform_interrupted_write(struct rig *rig);
void conform_stopped_writer(struct rig *rig);
void conform_dead_writer(struct rig *rig);
void conform_blocked_signals(struct rig *rig);
void conform_asleep_outside(struct rig *rig);
void conform_idle_writer(struct rig *rig);
void conform_unbounded(struct rig *rig);
void conform_contained(struct rig *rig);
void conform_strays(struct rig *rig);
void conform_traits(struct rig *rig);
void conform_swappers(struct rig *rig);

#endif
