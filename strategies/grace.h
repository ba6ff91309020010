/* SPDX-License-Identifier: MIT */
/*
 * grace.h - grace periods with a deadline, of libraries that have none.
 *
 *	SWAP_STATE(struct grace, mine_grace, GRACE_INIT(synchronize_rcu));
 *
 *	slot_init:  err = grace_use(&mine_grace);
 *	swap:       err = grace_ready(&mine_grace);
 *		    ... exchange ...
 *		    ticket = grace_ask(&mine_grace);
 *		    err = grace_wait(&mine_grace, ticket, deadline);
 *	slot_fini:  grace_unuse(&mine_grace);
 *
 * A thread that waits for a grace period cannot be called back, so that a
 * second one waits in its place: a thread of ours, made by the first who has a
 * deadline and ended with the last slot. It runs one period for all who asked
 * before that began. Handing over costs two switches of threads; who has no
 * deadline calls the library instead.
 *
 * wanted counts requests, done says how many of them are served:
 *
 *	who asks                                the thread
 *	    ... exchange ...                    G2  w = wanted; == done? -> sleep
 *	G1  ticket = ++wanted; wake it              a grace period
 *	G4  done >= ticket? else sleep, until   G3  done = w; wake them
 *
 * G1 pairs with G2: exchanged before the period begins. G3 pairs with G4: what
 * the period waited for is visible.
 */
#ifndef RINGSWAP_STRATEGIES_GRACE_H
#define RINGSWAP_STRATEGIES_GRACE_H

#include "strategies/sys.h"

#pragma GCC visibility push(default)

/* One library's grace periods, for the whole process. */
struct grace {
	void (*synchronize)(void); /* the library's wait; constant */
	struct grace *next;	   /* of those in use once; under a lock */
	struct sys_mutex lock;	   /* of what follows, but for the words */
	unsigned int users;	   /* slots */
	bool is_known;		   /* is in the list of all */
	bool is_broken;		   /* by a fork: see grace_use */
	bool has_thread;
	sys_thread_handle thread;

	_Atomic uint32_t wanted;  /* who asks */
	_Atomic uint32_t done;	  /* the thread */
	_Atomic uint32_t ending;  /* who ends the thread */
	_Atomic uint32_t running; /* periods without the thread, by who waits */
};

#define GRACE_INIT(wait)                                       \
	{                                                      \
		.synchronize = (wait), .lock = SYS_MUTEX_INIT, \
	}

/*
 * One slot more, one slot less that may ask; the last one ends the thread.
 * Thread context; no period of the slot is outstanding.
 * use: -ECHILD: in the child of a fork during a grace period, whose locks the
 * library left to a thread that is not there.
 */
int grace_use(struct grace *grace);
void grace_unuse(struct grace *grace);

/* See that the thread is there: 0, or -ENOBUFS (none to be had). */
int grace_ready(struct grace *grace);

/* Ask for a period that begins after this; never fails. 0 is no ticket. */
uint32_t grace_ask(struct grace *grace);

/* 0: that period is over; -EINPROGRESS: not by the deadline. */
int grace_wait(struct grace *grace, uint32_t ticket, uint64_t deadline);

/* Wait for a period that begins now, however long, without the thread. */
void grace_run(struct grace *grace);

#pragma GCC visibility pop

#endif
