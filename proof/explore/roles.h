/* SPDX-License-Identifier: MIT */
/*
 * roles.h - the bodies that scenarios are made of.
 *
 * Private to scenario.c, whose table names them, to the files that hold them
 * (writer_role.c, reader_role.c, swapper_role.c), and to world.c (prefill).
 */
#ifndef PROOF_EXPLORE_ROLES_H
#define PROOF_EXPLORE_ROLES_H

#include "proof/explore/books.h"

/* ------------------------------------------------------------------------ */
/* writer_role.c; xp_write() stands in scenario.h                           */

/* Begin an attempt of this context and fill its event; false: refused. */
bool xp_reserve_as(unsigned int slot, unsigned int context,
		   struct swap_write *write);

/* One attempt; the context is the depth of handlers. */
enum xp_fate xp_write_as(unsigned int slot, unsigned int context, bool keep);

void xp_write_twice(void);
void xp_write_thrice(void);
void xp_discard_one(void);
void xp_write_discard_write(void);
void xp_write_open(void);
void xp_write_open_leave(void);
void xp_write_leave_enter_write(void);
void xp_write_leave(void);
void xp_enter_write(void);
void xp_reset_live(void);
void xp_write_both(void);
void xp_write_lost_leave(void);
void xp_recover_write(void);
void xp_write_recover_write(void);
void xp_leave_first_write_second(void);
void xp_disable_write_enable_write(void);

/* ------------------------------------------------------------------------ */
/* reader_role.c                                                            */

void xp_consume_twice(void);

/* ------------------------------------------------------------------------ */
/* swapper_role.c; xp_swap_direct() stands in scenario.h                    */

/* The end of the time that a swap has; never, where that is not offered. */
uint64_t xp_deadline(void);

/* A swap between its call, at this time, and its end. */
struct xp_swap {
	unsigned int slot;
	unsigned int spare;
	uint64_t called;
};

struct xp_swap xp_swap_begins(unsigned int slot, unsigned int spare);

/* What it returned at last: C1 begins to hold, and the books take events. */
void xp_swap_ends(const struct xp_swap *way, int err, const struct swap_op *op);

/* Settle it until it is not in progress. */
int xp_settled(int err, struct swap_op *op);

/* All of that. */
int xp_swap_with(unsigned int slot, unsigned int spare, enum swap_mode mode);
void xp_swap_second_slot(void);

void xp_swap_wait(void);
void xp_swap_every(void);
void xp_swap_wait_second(void);
void xp_swap_forever_second(void); /* without a deadline */
void xp_swap_try(void);
void xp_swap_or_write(void);
void xp_swap_recycle_swap(void);
void xp_every_recycle_every(void);
void xp_write_swap_write(void);
void xp_disable_enable(void);

/* ------------------------------------------------------------------------ */
/* contract_role.c                                                          */

void xp_swap_in_steps(void);
void xp_swap_there(void);
void xp_swap_back(void);
void xp_check_across(void);
void xp_write_to_spare(void);
void xp_swap_owned_spare(void);
void xp_swap_unread(void);
void xp_check_contained(void);
void xp_make_unequal(const struct xp_scenario *scenario);
void xp_swap_unequal(void);

#endif
