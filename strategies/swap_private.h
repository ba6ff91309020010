/* SPDX-License-Identifier: MIT */
/* swap_private.h - the steps of a swap, for one slot and for every slot. */
#ifndef RINGSWAP_STRATEGIES_SWAP_PRIVATE_H
#define RINGSWAP_STRATEGIES_SWAP_PRIVATE_H

#include "strategies/strategy.h"

/*
 * Before a first ring buffer: see that the ends of threads and forks are
 * noticed. 0 or -errno, as swap_rb_create() says.
 */
int swap_process_ready(void);

/* Slot 0 stands for its ring buffer in the list of all: into it, out of it. */
void swap_list(struct swap_slot *slot);
void swap_unlist(struct swap_slot *slot);

/* In the child of a fork: what setup.c keeps. */
void swap_setup_forked(void);

/* Fill in op, of a call with such arguments: 0, or why it can be none. */
int swap_describe(struct rb *live, struct rb *spare, unsigned int slot,
		  enum swap_mode mode, uint64_t deadline, struct swap_op *op);

/*
 * Is op the swap that is in progress on its slot? In the child of a fork none
 * is: a new op may lie where that of a thread lay which is not there.
 */
bool swap_is_open(struct rb *live, unsigned int slot, const struct swap_op *op);

/* Both slots' control words, waiting as the mode says: 0, or none and why. */
int swap_hold(struct swap_op *op);

/* Under control: may the two be exchanged? Changes nothing. */
int swap_check(struct swap_op *op);

/* Under control: swap one slot. -EINPROGRESS: go on by swap_settle(). */
int swap_run(struct swap_op *op);

/*
 * What remains once the strategy has finished: -EINPROGRESS where somebody is
 * recovering the slot, and is not done at the deadline.
 */
int swap_finish(struct swap_op *op, uint64_t deadline);

/*
 * The snapshot of a swap that exchanged first, now quiescent, which a writer
 * that ended inside a write may have left with an open event: make it whole.
 * 0, or -ETIMEDOUT: who recovers the slot is at it.
 */
int swap_mend_snapshot(struct swap_slot *slot, struct rb_cpu *snapshot,
		       uint64_t deadline);

/* Give up control, unless err is -EINPROGRESS; returns err. */
int swap_close(struct swap_op *op, int err);

#endif
