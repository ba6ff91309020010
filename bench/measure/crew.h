/* SPDX-License-Identifier: MIT */
/*
 * crew.h - a crew is the writers and the swapper of one block; a scenario that
 * has no swapper uses solo.h.
 *
 *	static const struct bench_crew_how how = { .stamped = true };
 *
 *	err = bench_crew_run(block, &how, why, sizeof(why));
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
 * phases between the pairs, after which both buffers go back to the writer.
 */
#ifndef BENCH_MEASURE_CREW_H
#define BENCH_MEASURE_CREW_H

#include <jansson.h>

#include "bench/measure/block.h"
#include "bench/measure/counters.h"
#include "bench/measure/datum.h"
#include "bench/stats/histogram.h"

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

struct bench_crew;

/* What one writer did in the timed part of one slice; all 0: it was not there.
 */
struct bench_crew_slice {
	uint64_t cycles;
	uint64_t events; /* that the thread itself tried to write */
	uint64_t stored; /* not refused; its handlers' among them */
};

/* Two of everything: 0 the baseline's, 1 the cell's. */
struct bench_crew_writer {
	_Alignas(128) _Atomic uint32_t ack; /* the phase it has begun */
	_Alignas(128) struct bench_crew *crew;
	unsigned int index;
	struct bench_target *volatile current; /* handlers write here */

	uint64_t *stamps;    /* NULL: not stamped */
	unsigned int chunks; /* filled in this slice */
	enum bench_phase stamped_phase;
	unsigned int pair; /* of the slice under way */

	struct bench_crew_slice *slices[2]; /* by pair */
	bool *preempted;		    /* by pair */
	uint64_t attempted; /* in the cell's slices, handlers included */
	uint64_t dropped;   /* of those */

	uint32_t *fast[2];
	struct bench_hist *latency[2];
};

/* What the swapper has seen. */
struct bench_crew_swaps {
	struct bench_hist *exchange;
	struct bench_hist *safe;
	struct bench_hist *call;
	struct bench_hist *recycle;
	struct bench_hist *staleness;
	uint64_t outcomes[BENCH_OUTCOMES];
	int error; /* of the first that ended so; 0: none did */
	uint64_t retries;
	uint64_t done;
	uint64_t cycles; /* length of the cell's slices */
	double cpu_ns;	 /* per swap; NaN: not measured */
	struct bench_counted counted;
	double syscalls; /* per swap; NaN: not counted */
	char syscalls_why[BENCH_WHY];
	int last_error;
};

/*
 * What sets a scenario apart; it stands in scenario_NAME.c. A member that is
 * NULL leaves out what it would do.
 */
struct bench_crew_how {
	/* Every event is, unless writers are paced. */
	bool stamped;
	/* One swap, planned for so many cycles, or 0: now. NULL: one
	 * slot after the other, bench_crew_swap_one(). The swapper's. */
	void (*swap)(struct bench_crew *crew, double planned);
	/* What a writer stamped in one slice, between two phases. NULL: each
	 * event is a latency. The writer's. */
	void (*fold)(struct bench_crew *crew, const struct bench_crew_writer *w,
		     bool is_control);
	/* Its own state, crew->own. Before the roles run: 0 or -errno. */
	int (*create)(struct bench_crew *crew);
	void (*destroy)(struct bench_crew *crew); /* from any state */
	/* Its own figures. After the roles have run. */
	void (*put)(struct bench_crew *crew);
};

/* A swap that was still in progress at its deadline; the swapper's. */
struct bench_pending {
	bool is;	/* its op and its spare are the strategy's */
	bool measured;	/* its times belong to the figures */
	double planned; /* when it was to begin, in cycles */
};

struct bench_crew {
	_Alignas(128) _Atomic uint32_t phase; /* serial << 3 | bench_phase */
	_Alignas(128) struct bench_block *block;
	const struct bench_crew_how *how;
	void *own; /* the scenario's */
	enum bench_patience patience;
	struct bench_crew_writer *writers;
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
	struct bench_pending *pending; /* by slot */
	struct bench_crew_swaps swaps;

	/* Starts of this slice's swaps, BENCH_STARTS at most; NULL: nobody asks.
	 * The swapper's, read by the fold of the next phase. */
	uint64_t *starts;
	unsigned int n_starts;
};

/**
 * bench_crew_run() - run the roles to their end, and put what they found
 *
 * With a hog on the writer's PU where the cell asks for one. 0, or -errno and
 * the reason.
 */
int bench_crew_run(struct bench_block *block, const struct bench_crew_how *how,
		   char *why, size_t n);

/**
 * bench_crew_put_costs() - what events cost, and the ratio; crew_costs.c
 *
 * Of the sums of all slices, and for each stored event: a refused event is
 * cheap, and what one rare swap takes is in no median. Pairs in which a writer
 * was preempted count where there are no others, and then the block is
 * disturbed, if its writers should have kept on. 0 or -ENOMEM.
 */
int bench_crew_put_costs(struct bench_crew *crew);

/** bench_crew_preempted() - pairs in which a writer was preempted */
unsigned int bench_crew_preempted(const struct bench_crew *crew);

/* The two roles, crew_swapper.c and crew_writer.c; their arg is the crew, or the
 * writer. */
void bench_crew_swapper(struct bench_role *role);
void bench_crew_writer(struct bench_role *role);

static inline enum bench_phase bench_phase_of(uint32_t word)
{
	return (enum bench_phase)(word & 7);
}

#endif
