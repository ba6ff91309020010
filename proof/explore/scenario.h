/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - what the roles do, and the promises checked in every execution.
 *
 * Geometry is the smallest there is: two sub-buffers of two events. An event's
 * payload is two words, stored one by one. The books (books.h) know every
 * attempt by slot, context (thread 0, handler 1, its handler 2) and sequence.
 */
#ifndef PROOF_EXPLORE_SCENARIO_H
#define PROOF_EXPLORE_SCENARIO_H

#include "strategies/strategy.h"
#include "proof/explore/engine.h"

#define XP_SLOTS   2u
#define XP_SPARES  2u
#define XP_RINGS   (1 + XP_SPARES) /* the live one, the spares */
#define XP_CPUS	   (XP_RINGS * XP_SLOTS)
#define XP_SUBBUF  128u
#define XP_PAYLOAD 16u
#define XP_SUBBUFS 2u
/* Of every swap: passes when the explorer chooses so, or by slices. */
#define XP_DEADLINE (UINT64_C(3) * 200000)

struct xp_scenario {
	const char *name;
	const char *summary;
	unsigned int roles;
	const char *role_name[XP_ROLES]; /* NULL: writer, swapper, swapper 2 */
	void (*body[XP_ROLES])(void);
	void (*handler)(void);	       /* injected into role 0 */
	unsigned int handlers;	       /* at most so many */
	unsigned int bound;	       /* preemptions by default */
	unsigned int slots;	       /* of each ring buffer; 0: one */
	unsigned int writer[XP_SLOTS]; /* role that enters it at the start */
	unsigned int prefill;  /* events in slot 0's buffer at the start */
	unsigned int must_see; /* bits 1 << enum xp_saw, once a cell at least */
	unsigned int failures; /* system calls that may fail */
	unsigned int aborts;   /* sections that the scheduler may abort */
	unsigned int share;    /* bits 1 << role: on role 0's CPU */
	enum rb_mode mode;
	enum rb_stamp stamp;
	bool required;	    /* of every sound strategy that it applies to */
	bool first;	    /* what a budget must cover before others */
	bool costly;	    /* with signals: one preemption less still */
	bool core;	    /* no swap: the core alone, under unsync */
	bool dead_writer;   /* ends inside a write: deadlines do pass */
	bool recovered;	    /* a slot is taken over: C9 */
	bool contained;	    /* other slots must not pay for one: C8 */
	bool never_expires; /* no deadline passes: who waits is waited for */
	bool needs_system;  /* the strategy calls the system to swap */
	bool needs_settle;  /* mode try may be in progress */
	bool across;	    /* the spares are swapped with each other */
	bool blind_spare;   /* of tests: the wrapper does not see whose it is */
	unsigned int ends;  /* threads that end: bits 1 << role */
	bool needs_try;	    /* uses mode try */
	bool swap_in_writer; /* swap on the writer's thread */
	bool swap_in_handler;
	/* Optional, for strategies of tests. */
	void (*on_setup)(const struct xp_scenario *scenario);
	void (*on_check)(void); /* at the end of every execution */
	void (*on_stuck)(void); /* nobody can go on but by a deadline */
	bool (*name_private)(unsigned int slot, size_t offset, char *out,
			     size_t size);
};

/* The world of one cell; set by xp_scenario_setup(). */
struct xp_world {
	const struct swap_strategy *strategy;
	const struct xp_scenario *scenario;
	struct rb *live;
	struct rb *spare[XP_SPARES];
	unsigned int slots;
	/* As created, by slot and ring: A, B, C of slot 0, D, E, F of 1. */
	struct rb_cpu *cpu[XP_CPUS];
};

extern struct xp_world xp_world;
extern struct sys_thread *xp_threads; /* one a role, in the arena */

/* The live ring's (0), or a spare's (1, 2); NULL: there is none. */
struct rb *xp_ring(unsigned int index);

/* A slot of the live ring, which is written, and swapped. */
struct swap_slot *xp_live_slot(unsigned int slot);

/* The slot whose writer the running role is; 0 for who is none. */
unsigned int xp_own_slot(void);

/* Which of xp_world.cpu it is. */
unsigned int xp_cpu_index(const struct rb_cpu *cpu);

/* Where a buffer's events and words are. */
void xp_cpu_range(struct rb_cpu *cpu, const void **from, size_t *bytes);

const struct xp_scenario *xp_scenario_at(unsigned int index);
const struct xp_scenario *xp_scenario_find(const char *name);

/* Does the scenario make sense for the strategy, by its traits? */
bool xp_scenario_applies(const struct xp_scenario *scenario,
			 const struct swap_strategy *strategy);

/* What some execution of the cell must have shown, or it proves nothing. */
unsigned int xp_scenario_must_see(const struct xp_scenario *scenario,
				  const struct swap_strategy *strategy);

/* Build the world and its memory image; -errno. */
int xp_scenario_setup(const struct xp_scenario *scenario,
		      const struct swap_strategy *strategy);

/* One execution along the path: image, roles, checks. */
void xp_scenario_execute(void);

/* Name of a word of the arena ("live.nesting", "A.page0.write"). */
void xp_name_address(const volatile void *at, char *out, size_t size);

/* A value stored there, in words where there are words for it. */
void xp_name_value(const volatile void *at, uint64_t value, char *out,
		   size_t size);

/* For variants: write as context would; swap without the shared wrapper. */
void xp_write(void);
void xp_swap_direct(unsigned int spare);

#endif
