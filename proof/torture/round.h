/* SPDX-License-Identifier: MIT */
/*
 * round.h - one round of torture: its configuration and its threads.
 *
 * Private to proof/torture. The points at which a round may delay, by number:
 *
 *	writers and handlers          swappers
 *	1  before begin               6  before swap
 *	2  reserved, nothing filled   7  in progress, before settle
 *	3  half filled                8  exchanged, before reading
 *	4  filled, before commit      9  before the spare is given back
 *	5  closed
 *
 * At 2, 3 and 4 a writer may also raise a signal against itself or open
 * another write.
 */
#ifndef PROOF_TORTURE_ROUND_H
#define PROOF_TORTURE_ROUND_H

#include <pthread.h>
#include <signal.h>

#include "bench/base/rng.h"
#include "proof/torture/books.h"
#include "proof/torture/torture.h"

#define ROUND_WRITERS  2u
#define ROUND_SWAPPERS 3u
#define ROUND_SPARES   3u
#define ROUND_CPUS     64
#define ROUND_POINTS   10
#define ROUND_PAYLOAD  4096u /* the largest write but for those of loops */

enum point {
	POINT_BEGIN = 1,
	POINT_RESERVED,
	POINT_HALF,
	POINT_FILLED,
	POINT_CLOSED,
	POINT_SWAP,
	POINT_IN_PROGRESS,
	POINT_EXCHANGED,
	POINT_GIVE_BACK,
};

enum delay {
	DELAY_SPIN,
	DELAY_YIELD,
	DELAY_NAP,
	DELAYS
};

/* What a round does; drawn from its seed. "one in N": 0 is never. */
struct round_config {
	uint64_t seed;
	uint64_t ns;
	struct rb_attr attr;
	unsigned int writers;
	unsigned int swappers;
	bool loops;	       /* source 0 is a measured loop */
	bool meets;	       /* each write meets a swap: meet.c */
	uint32_t loop_payload; /* swap_payloads */
	uint32_t max_payload;  /* other writes: 16..this */
	bool fill_pages;       /* every write takes a whole sub-buffer */
	bool low_duty[ROUND_WRITERS];
	unsigned int try_in;   /* one swap in N is a try */
	unsigned int every_in; /* swaps of all slots in one call */
	unsigned int delay_in[ROUND_POINTS];
	unsigned int raise_in;	 /* signals against itself */
	unsigned int nest_in;	 /* writes inside a write */
	unsigned int discard_in; /* instead of commit */
	unsigned int handler_swap_in;
	unsigned int own_swap_in; /* swaps by the writer's thread itself */
	unsigned int leave_in;	  /* writer exits and enters again */
	unsigned int pest_us;	  /* signals from outside; 0: none */
	bool hog;		  /* spins on the first writer's CPU */
	bool shuffle_swappers;
	bool shuffle_writers;
	bool control;	    /* disable and enable, resize and reset */
	bool consume;	    /* from the live buffer beside the writer */
	bool check_buffers; /* rb_check() every snapshot */
};

/* A ring buffer that gives buffers in exchange, one state a slot. */
struct spare {
	struct rb *rb;
	struct spare_slot {
		bool held; /* has a snapshot that must not change */
		struct rb_cpu *cpu;
		uint64_t hash;
		bool in_progress; /* its op: the buffer is the strategy's */
	} slot[ROUND_WRITERS];
	struct swap_op ops[ROUND_WRITERS]; /* for swap_every_slot(): in a row */
};

struct round;

struct writer {
	struct round *round;
	unsigned int index;
	int cpu;
	pthread_t thread;
	_Atomic int tid;	      /* 0: not there (yet, or any more) */
	volatile sig_atomic_t armed;  /* handlers may write */
	_Atomic unsigned int handled; /* signals from outside that arrived */
	struct book book;
	struct book_source source[TORTURE_SOURCES];
	struct bench_rng rng[TORTURE_SOURCES];
	struct spare own_spare; /* for swaps by the thread */
	/* A swap by a handler; the thread reads the snapshot. */
	struct spare handler_spare;
	struct swap_op handler_op;
	volatile sig_atomic_t handler_state; /* enum handler_state */
	uint64_t swaps[TORTURE_OUTCOMES];    /* by handlers */
	uint64_t own_swaps[TORTURE_OUTCOMES];
};

enum handler_state {
	HANDLER_READY,
	HANDLER_IN_PROGRESS,
	HANDLER_EXCHANGED
};

struct swapper {
	struct round *round;
	unsigned int index;
	pthread_t thread;
	_Atomic int tid;
	struct bench_rng rng;
	struct spare spares[ROUND_SPARES];
	uint64_t swaps[TORTURE_OUTCOMES];
	uint64_t in_progress; /* answers of swap and settle */
	uint64_t held;
};

/* Who meets whom. */
enum side {
	SIDE_WRITER,
	SIDE_SWAPPER,
	SIDES
};

struct round {
	const struct swap_strategy *strategy;
	struct round_config config;
	struct torture_result *result;
	struct rb *live;
	struct writer writers[ROUND_WRITERS];
	struct swapper swappers[ROUND_SWAPPERS];
	struct rb *decoy; /* never alike: swaps with it are refused */
	pthread_t pest, controller, hog;
	int cpus[ROUND_CPUS];
	int n_cpus;
	_Atomic bool stop;
	_Atomic bool stop_writers;
	_Atomic bool copied;	/* some swap was a copy */
	_Atomic uint64_t taken; /* events in snapshots, overrun ones too */
	/* The step that each side has come to, alone on its lines. */
	struct {
		_Alignas(128) _Atomic uint64_t arrived;
	} side[SIDES];
	_Alignas(128) _Atomic bool parted; /* that was the last step */
};

/* One chance in n; n 0: never. */
static inline bool round_draw(struct bench_rng *rng, unsigned int n)
{
	return n && bench_rng_below(rng, n) == 0;
}

/* Draw the configuration of a round. */
void round_configure(const struct swap_strategy *strategy, uint64_t seed,
		     int cpus, struct round_config *out);
void round_describe(const struct round_config *config, char *text, size_t size);

/* Perhaps delay at a point; async-signal-safe. */
void round_point(const struct round_config *config, struct bench_rng *rng,
		 enum point point);

/* Run it, close the books, add to result. 0 or -errno (no memory, threads). */
int round_run(const struct swap_strategy *strategy,
	      const struct round_config *config, struct torture_result *result);

/* Threads of a round; arg is the struct named. */
void *writer_main(void *arg);	  /* struct writer */
void *swapper_main(void *arg);	  /* struct swapper */
void *pest_main(void *arg);	  /* struct round: signals, affinity */
void *controller_main(void *arg); /* struct round */
void *hog_main(void *arg);	  /* struct round */

/* Install the handlers of the two signals, once. */
int writer_signals(void);

/* What the threads of a round do where writes meet swaps. The writer may be
 * missing: then the swapper must know. */
void writer_meets(struct writer *w, void (*write)(struct writer *w));
void writer_never_meets(struct round *r);
void swapper_meets(struct swapper *s);

/* All of a buffer that its strategy promises to leave alone. */
uint64_t snapshot_hash(const struct spare *spare, unsigned int slot);

/* Read a new snapshot in spare's slot into the writer's book and hold it;
 * false: the book is full. */
bool snapshot_take(struct spare *spare, struct writer *writer,
		   struct bench_rng *rng, bool check);
/* It must be as it was taken. Clears held. */
void snapshot_check(struct spare *spare, struct writer *writer,
		    struct torture_result *result);
/* Make it a spare again: must succeed. */
void snapshot_give_back(struct spare *spare, unsigned int slot);

/* From now, or never where the strategy has no other. */
uint64_t round_deadline(const struct round *round, uint64_t patience);

/* One swap's end, counted; violation unless it may end so. */
void swap_count(uint64_t swaps[TORTURE_OUTCOMES], int first, int err,
		bool may_differ);

#endif
