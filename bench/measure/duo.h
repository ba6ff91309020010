/* SPDX-License-Identifier: MIT */
/*
 * duo.h - writers and a swapper in one block, inside the harness only.
 *
 * The swapper leads. It announces a phase, waits until every writer has
 * acknowledged it, lets the slice run (swapping by its schedule in the cell's
 * phases, doing nothing in the baseline's) and announces the next. Writers
 * write until they see another phase, so that load is kept on until the last
 * swap of a slice has been finished; they fold what they stamped between two
 * phases, when no swap is under way.
 *
 * Nobody reads events in a measured slice. Reading pulls the buffer's lines to
 * the reader, and the writer pays for their return when the buffer is its own
 * again: a cost of reading, and not of being swapped. So a snapshot enters the
 * books by the words of its pages, and events are looked at one by one in check
 * phases between the pairs, behind which both buffers go back to the writer.
 */
#ifndef BENCH_MEASURE_DUO_H
#define BENCH_MEASURE_DUO_H

#include "bench/measure/block.h"
#include "bench/base/rng.h"

enum bench_phase {
	BENCH_PHASE_NONE,
	BENCH_PHASE_WARM_BASE,
	BENCH_PHASE_WARM_CELL,
	BENCH_PHASE_BASE,
	BENCH_PHASE_CELL,
	BENCH_PHASE_CHECK, /* the cell's target, read and not measured */
	BENCH_PHASE_STOP,
};

/* Stamps of one slice come in chunks of one loop call. */
#define BENCH_CHUNK	   1024u
#define BENCH_CHUNKS	   96u
#define BENCH_CHUNK_STAMPS (BENCH_CHUNK + 1)
/* Latencies below this many cycles are counted in a table first. */
#define BENCH_FAST 4096u
/* Swaps of one slice whose start is remembered. */
#define BENCH_STARTS 4096u

enum bench_outcome {
	BENCH_SWAP_OK,
	BENCH_SWAP_DEFERRED,
	BENCH_SWAP_BUSY,
	BENCH_SWAP_IN_PROGRESS,
	BENCH_SWAP_TIMED_OUT,
	BENCH_SWAP_LOST_WRITER,
	BENCH_SWAP_AGAIN,
	BENCH_SWAP_ERROR,
	BENCH_OUTCOMES,
};

struct bench_duo;

/* Two of everything: 0 the baseline's, 1 the cell's. */
struct bench_duo_writer {
	_Alignas(128) _Atomic uint32_t ack; /* the phase it has begun */
	_Alignas(128) struct bench_duo *duo;
	unsigned int index;
	struct bench_target *volatile current; /* handlers write here */

	uint64_t *stamps;    /* NULL: not stamped */
	unsigned int chunks; /* filled in this slice */
	enum bench_phase stamped_phase;
	unsigned int pair; /* of the slice under way */

	double *cost[2];     /* cycles an event, by pair */
	double *stored_cost; /* cycles a stored event; the cell's slices */
	bool *preempted;     /* by pair */
	uint64_t attempted;  /* in the cell's slices, handlers included */
	uint64_t dropped;    /* of those */

	uint32_t *fast[2];
	struct bench_hist *latency[2];
};

/* What the swapper has seen. */
struct bench_duo_swaps {
	struct bench_hist *exchange;
	struct bench_hist *safe;
	struct bench_hist *call;
	struct bench_hist *recycle;
	struct bench_hist *staleness;
	struct bench_hist *skew; /* scaling */
	uint64_t outcomes[BENCH_OUTCOMES];
	uint64_t retries;
	uint64_t done;
	uint64_t partial; /* scaling: a slot failed */
	uint64_t cycles;  /* length of the cell's slices */
	double cpu_ns;	  /* per swap; NaN: not measured */
	struct bench_counted counted;
	double syscalls; /* per swap; NaN: not counted */
	char syscalls_why[BENCH_WHY];
	int last_error;
};

/*
 * The gaps of one window that are longer than all behind them, the longest
 * first. The last gap beyond any threshold is one of these, so that the
 * threshold can come later. They are few: about the logarithm of all gaps.
 */
#define BENCH_TAIL 24u
struct bench_tail {
	unsigned int n;
	uint32_t ns[BENCH_TAIL];
	uint32_t ended[BENCH_TAIL]; /* ns behind the instant */
};

/* The footprint's tables; [0] control, [1] around swaps. */
struct bench_footprint {
	struct bench_hist **bins[2];
	struct bench_hist *peak[2];
	struct bench_hist *duration;
	uint64_t windows[2];
	/* Of each window: gaps that ended behind its instant. */
	double *gaps[2];
	struct bench_tail *tails; /* of each window around a swap */
	struct bench_rng rng;
};

struct bench_duo {
	_Alignas(128) _Atomic uint32_t phase; /* serial << 3 | bench_phase */
	_Alignas(128) struct bench_block *block;
	enum bench_patience patience;
	struct bench_duo_writer *writers;
	unsigned int pair; /* the one being measured; swapper */
	unsigned int pairs_max;
	unsigned int pairs;
	bool has_base_phase;  /* slices without swaps alternate */
	bool writers_keep_on; /* all the time, each on a PU of its own */

	/* The swapper's. */
	double period; /* cycles; 0: back to back */
	double due;    /* cycles from the slice's start to the next swap */
	unsigned int next_slot;
	unsigned int checks; /* check phases so far */
	struct swap_op *ops;
	int *errors; /* scaling: of each slot's swap */
	struct bench_duo_swaps swaps;

	/* Footprint: starts of this slice's swaps; swapper, read by the fold
	 * of the next phase. */
	uint64_t *starts;
	unsigned int n_starts;
	struct bench_footprint footprint;
};

/* duo_swapper.c */
void bench_duo_swapper(struct bench_role *role);
json_t *bench_duo_swaps_json(struct bench_duo *duo);
json_t *bench_duo_scaling_json(struct bench_duo *duo);

/* duo_writer.c */
void bench_duo_writer(struct bench_role *role);

/* footprint.c */
#define BENCH_BIN_NS   1000
#define BENCH_BINS     200
#define BENCH_BIN_FROM (-10000)
#define BENCH_WINDOWS  16384u /* more are not looked at */
int bench_footprint_create(struct bench_footprint *f, uint64_t seed);
void bench_footprint_destroy(struct bench_footprint *f);
void bench_footprint_fold(struct bench_duo *duo,
			  const struct bench_duo_writer *writer, bool control);
json_t *bench_footprint_json(struct bench_duo *duo);

/** bench_duo_wake() - wake writers that sleep until the phase changes */
void bench_duo_wake(struct bench_duo *duo);

static inline enum bench_phase bench_phase_of(uint32_t word)
{
	return (enum bench_phase)(word & 7);
}

#endif
