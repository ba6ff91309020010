/* SPDX-License-Identifier: MIT */
/*
 * engine.h - executions: roles as coroutines, choices, and the way back.
 *
 * One execution runs the roles' bodies from the same memory image. Whenever
 * more than one thing can come next, xp_choose() asks; the answers of one
 * execution are a path. xp_explore() walks all paths depth first by replaying
 * a prefix and taking the next answer at its end (stateless replay: nothing
 * but the path is kept). Preemptions of a role that could go on are limited
 * by the bound, counted up from 0, so that the first finding has the fewest.
 * There is no partial-order reduction: together with the bound it would lose
 * executions inside the bound.
 */
#ifndef PROOF_EXPLORE_ENGINE_H
#define PROOF_EXPLORE_ENGINE_H

#include <stdio.h>

#include "proof/explore/explore.h"
#include "proof/explore/xp.h"

#define XP_ROLES     3
#define XP_PATH_MAX  8192
#define XP_TRACE_MAX 4096
#define XP_WATCHES   64
/* Ranges that can be watched for stores. */
#define XP_GUARDS 6
/* Operations of one role in one execution: more means that it spins. */
#define XP_OPS_MAX 4000
/* Older values that one execution may read (C11). */
#define XP_STALE_MAX 2

/* What happened in some execution of a cell: what it proves something about. */
enum xp_saw {
	XP_SAW_TAKEN,	    /* a swap returned 0 */
	XP_SAW_EVENTS,	    /* a snapshot held events */
	XP_SAW_REFUSED,	    /* a write was refused */
	XP_SAW_WAITED,	    /* a swap waited */
	XP_SAW_MET,	    /* a swap began while a write was open */
	XP_SAW_EXPIRED,	    /* a deadline passed */
	XP_SAW_NESTED,	    /* a write inside a write of the same slot */
	XP_SAW_CONSUMED,    /* a live reader got an event */
	XP_SAW_BUSY,	    /* -EBUSY was answered */
	XP_SAW_IN_PROGRESS, /* -EINPROGRESS was answered */
	XP_SAW_FAILED_CALL, /* a system call failed */
	XP_SAW_ABORTED,	    /* a section was aborted */
	XP_SAW_OWNER_DEAD,  /* -EOWNERDEAD was answered */
	XP_SAW_RECOVERED,   /* a slot was recovered */
	XP_SAW_ALL,
};

enum xp_state {
	XP_UNUSED,
	XP_READY,
	XP_BLOCKED, /* waits for a watched address, mutex or grace period */
	XP_IDLE,    /* its body has ended; still takes signals */
};

/* A restartable section of a role, if one is open. */
struct xp_section {
	bool is_open;
	bool is_aborted; /* and will find that before its next operation */
	bool commits;	 /* its next operation is its last */
	void *back[5];	 /* where to: __builtin_setjmp */
};

struct xp_role {
	const char *name;
	void (*body)(void);
	enum xp_state state;
	bool poked;	       /* blocked: something it waits for changed */
	bool masked;	       /* signals are held back */
	bool is_gone;	       /* its thread has ended */
	bool has_deadline;     /* blocked until then at most */
	bool expired;	       /* it has passed */
	unsigned int signals;  /* queued */
	unsigned int handlers; /* injections left */
	unsigned int handlers_max;
	unsigned int depth; /* handlers open on its stack */
	unsigned int ops;
	unsigned int line;  /* the same, without its handlers' */
	unsigned int waits; /* how often it could not go on */
	bool swapping;	    /* inside a call of swap or settle */
	uint64_t deadline;  /* of has_deadline */
	unsigned int rcu_depth;
	unsigned int rcu_section; /* counts outermost sections */
	unsigned int watches;
	bool watching; /* inside a predicate: its loads are watched */
	struct xp_section section;
	unsigned int cpu; /* roles of one CPU: by the first of them */
	const volatile void *watch[XP_WATCHES];
	struct xp_view view;	/* what its loads must see (C11) */
	struct xp_view pending; /* what an acquire fence would add */
	struct xp_view fenced;	/* what relaxed stores publish */
	void *sp;		/* saved stack pointer */
	unsigned char *stack;
};

enum xp_kind {
	XP_T_STEP,   /* an operation */
	XP_T_NOTE,   /* text: scheduling, system, scenario */
	XP_T_DRAIN,  /* a buffered store reaches memory */
	XP_T_BROKEN, /* the violation */
};

/* One line of a listing; recorded only while replaying. */
struct xp_step {
	enum xp_kind kind;
	uint8_t role;
	uint8_t depth;
	bool buffered; /* the store stays in the store buffer */
	bool stale;    /* the load saw an older value */
	bool done;     /* cmpxchg succeeded */
	bool blind;    /* a mutation acted */
	struct xp_site *site;
	const volatile void *at;
	uint64_t value; /* loaded or stored */
	uint64_t old;	/* read-modify-write: before */
	char text[176];
};

/* A reading of the clock, and a store that exchanges: where, for its role. */
struct xp_moment {
	uint64_t time;	   /* readings only */
	unsigned int slot; /* exchanges only */
	bool copied;	   /* the buffer stays, and was emptied */
	unsigned int role;
	unsigned int line;  /* of its role's own operations */
	unsigned int waits; /* before it */
};

#define XP_MOMENTS 64

struct xp_choice {
	uint8_t taken;
	uint8_t options;
};

/* Why an execution was stopped. */
struct xp_finding {
	bool found;
	int promise; /* 1..7 */
	char why[160];
};

struct xp {
	/* Set for a cell. */
	enum explore_model model;
	unsigned int roles;
	void (*handler)(void);	      /* injected; any point of roles with
					 handlers left */
	void (*signal_handler)(void); /* what the modelled signal runs */
	void (*on_stuck)(void);	      /* nobody can go on but by a deadline */
	unsigned int bound;
	unsigned int expiries_max; /* deadlines that may expire */
	bool expire_at_end;	   /* and do when nobody else can go on */
	uint64_t horizon;	   /* nearer ones always do then */
	unsigned int failures_max; /* system calls that may fail */
	unsigned int ends;	   /* threads that end: bits 1 << role */
	unsigned int aborts_max;   /* sections that the scheduler aborts */
	unsigned int saw;	   /* bits 1 << enum xp_saw, of all so far */
	bool tracing;
	bool sampling;	     /* beyond the path, choices are taken at random */
	unsigned int ignore; /* bits 1 << promise: do not stop at these */
	/* A store here exchanges a slot's buffer; NULL: no such slot. */
	const volatile void *pointer[2];

	/* Set for an execution. */
	bool running; /* false: setup and checks, memory acts directly */
	struct xp_role role[XP_ROLES];
	struct xp_role *now;
	unsigned int preemptions;
	unsigned int expiries;
	unsigned int failures;
	int failed; /* errno of the last one */
	unsigned int aborts;
	struct xp_role *on_cpu[XP_ROLES]; /* who ran there last */
	unsigned int stales;
	unsigned int blocked;
	bool fresh; /* C11: loads see the newest; nobody else can go on */
	uint64_t clock;
	uint64_t clock_start; /* where setup left it */
	unsigned int readings;
	unsigned int exchanges;
	struct xp_moment reading[XP_MOMENTS];
	struct xp_moment exchange[XP_MOMENTS];
	uint64_t run; /* execution number */
	struct xp_finding finding;
	bool diverged;	      /* the path asks for what is not there */
	unsigned int ignored; /* promises broken but ignored */

	/* The path. */
	unsigned int at;
	unsigned int length;
	struct xp_choice path[XP_PATH_MAX];

	unsigned int steps;
	struct xp_step trace[XP_TRACE_MAX];
};

extern struct xp xp;

/* ------------------------------------------------------------------------ */
/* engine.c                                                                 */

/* One of options things comes next; 0..options-1. */
unsigned int xp_choose(unsigned int options);

/* The same; a path at random seldom takes another than 0. */
unsigned int xp_choose_rarely(unsigned int options);

/* Before an operation of the running role: others, handlers, signals. */
void xp_point(struct xp_site *site);

/* The running role cannot go on until it is poked. */
void xp_block(void);

/* The role's open section, if there is one, will be found aborted. */
void xp_section_abort(struct xp_role *role);

/* Wake those who watch this address; NULL: everybody. */
void xp_poke(const volatile void *at);

/* The running role exchanges the slot's buffer now. */
void xp_exchange_is(unsigned int slot);

/* A promise is broken: stop this execution (does not return in a role). */
void xp_broken(int promise, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The explorer itself cannot go on: the cell fails, and says why. */
#define xp_failed(...) xp_broken(0, __VA_ARGS__)

/* "a swap waited", as a sentence. */
const char *xp_saw_name(enum xp_saw what);

static inline void xp_see(enum xp_saw what)
{
	xp.saw |= 1u << what;
}

/* A line of the listing without an operation. */
void xp_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct xp_step *xp_trace_step(struct xp_site *site, const volatile void *at);
struct xp_step *xp_trace_drain(unsigned int role, const volatile void *at,
			       uint64_t value);

/* Run one execution along the path and beyond it. */
void xp_execute(void);

/* Take the next path; false: all were taken. */
bool xp_path_next(void);

/* ------------------------------------------------------------------------ */
/* memory.c; of guards, guards.c; of views, c11.c; of reads, races.c        */

/* Forget buffers, histories and views of the last execution. */
void xp_memory_reset(void);

/* Every buffered store reaches memory; false: there was none. */
bool xp_memory_settle(void);

/* The running role stores there: is it an exchange? */
static inline void xp_note_exchange(const volatile void *at)
{
	if (at == xp.pointer[0] || at == xp.pointer[1])
		xp_exchange_is(at == xp.pointer[1]);
}

/* The running role made a plain store: does that empty a live buffer whose
 * snapshot is a copy? That is the exchange, then. */
void xp_note_emptied(const volatile void *at);

/* A predicate's load: its value may change while the role waits. */
void xp_watch(struct xp_role *role, const volatile void *at);

/* The running role's own full fence; another role's, from outside. */
void xp_fence(struct xp_role *role);

/* Is the newest store to every word of this range visible to the role? */
bool xp_memory_is_visible(struct xp_role *role, const void *from, size_t bytes);

/* Stores into a snapshot are watched from its return to its giving back. */
void xp_guard(unsigned int index, const void *from, size_t bytes);
void xp_unguard(unsigned int index);
bool xp_is_guarded(unsigned int index);

/* Join a view. */
void xp_view_join(struct xp_view *into, const struct xp_view *from);

/* Hand over what a role knows, as a release does. */
void xp_view_publish(struct xp_role *role, struct xp_view *to);

/* The role reads this range as a whole: a later store must be ordered. */
void xp_memory_read(struct xp_role *role, const void *from, size_t bytes);

/* ------------------------------------------------------------------------ */
/* sys_model.c                                                              */

/* Was the slot's buffer exchanged, or copied, at this time, since that call? */
bool xp_exchange_was(unsigned int slot, uint64_t called, uint64_t time);

/* Was it in this execution, as far as it has come? */
bool xp_slot_was_exchanged(unsigned int slot);

/* The running role's thread ends: what was to be done then. */
void xp_thread_ends(void);

/* The role has nothing more to write; where its strategy wants to know it. */
void xp_writer_sleeps(void);

/* What a delivered signal orders: the sender's stores are visible. */
void xp_signal_arrive(void);

/* ------------------------------------------------------------------------ */
/* arena.c: the memory that an execution starts from                        */

#define XP_ARENA_BYTES 65536u

extern unsigned char xp_arena[XP_ARENA_BYTES];

/* ------------------------------------------------------------------------ */
/* switch.c                                                                 */

/* Save the running context in *from and go on with to. */
void xp_switch(void **from, void *to);

/* A fresh context on a stack that calls entry, which never returns. */
void *xp_context(unsigned char *stack, size_t size, void (*entry)(void));

#endif
