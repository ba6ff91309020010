/* SPDX-License-Identifier: MIT */
/*
 * litmus.h - does this CPU really reorder a store with a later load?
 *
 * The store-buffering test, with the words of a swap: the writer stores its
 * announcement and loads the swapper's, the swapper does the reverse, and what
 * must never be is that both miss. Two threads on two CPUs run it again and
 * again under one discipline; how often both missed is counted.
 *
 * Sources: Linux tools/memory-model/litmus-tests/SB+fencembonceonces.litmus
 * (never) and SB+poonceonces.litmus (sometimes); Intel SDM vol. 3 section
 * 9.2.3.4; membarrier(2).
 */
#ifndef PROOF_LITMUS_LITMUS_H
#define PROOF_LITMUS_LITMUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands between the store and the load of each side. */
enum litmus_order {
	LITMUS_NO_FENCE,      /* compiler barriers only */
	LITMUS_WRITER_FENCE,  /* full barrier in the writer only */
	LITMUS_SWAPPER_FENCE, /* full barrier in the swapper only */
	LITMUS_BOTH_FENCES,
	LITMUS_LOCKED_RMW, /* the writer announces by an atomic exchange */
	LITMUS_MEMBARRIER, /* the swapper calls membarrier(2) for both */
	LITMUS_ORDERS,
};

struct litmus_result {
	uint64_t trials;
	uint64_t both_missed;
};

/* The dashed name ("both-fences"); NULL out of range. */
const char *litmus_name(enum litmus_order order);

/* Must both_missed be 0 on every machine under this discipline? */
bool litmus_forbids(enum litmus_order order);

/*
 * Run trials of one discipline for about ns nanoseconds; starts two threads
 * and pins them to two of the CPUs that the caller may use. Thread context.
 * Errors: -ENOTSUP and the reason in why (one CPU allowed, membarrier(2)
 * refused), -EAGAIN (no thread to be had).
 */
int litmus_run(enum litmus_order order, uint64_t ns, struct litmus_result *out,
	       char *why, size_t size);

#endif
