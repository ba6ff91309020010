/* SPDX-License-Identifier: MIT */
/*
 * xp.h - the operations that the explorer's order.h and sys.h call.
 *
 * Each takes the site where it stands in the source, asks the scheduler who
 * goes on (engine.c) and then acts on memory as the model says (operations.c) or
 * on the modelled system (sys_model.c).
 */
#ifndef PROOF_EXPLORE_XP_H
#define PROOF_EXPLORE_XP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xp_op {
	XP_LOAD_RELAXED,
	XP_LOAD_ACQUIRE,
	XP_LOAD_DATA,
	XP_STORE_RELAXED,
	XP_STORE_RELEASE,
	XP_STORE_DATA,
	XP_LOAD_PLAIN,
	XP_STORE_PLAIN,
	XP_COPY_DATA,
	XP_XCHG,
	XP_ADD,
	XP_OR,
	XP_AND,
	XP_CMPXCHG,
	XP_LOCAL_ADD,
	XP_LOCAL_CMPXCHG,
	XP_COMPILER_BARRIER,
	XP_FULL_BARRIER,
	XP_AWAIT,
	XP_MEMBARRIER,
	XP_SIGNAL,
	XP_LOCK,
	XP_UNLOCK,
	XP_RCU_LOCK,
	XP_RCU_UNLOCK,
	XP_RCU_SYNC,
	XP_SECTION,
	XP_SECTION_FENCE,
	XP_OPS,
};

/* What a mutant does to a site; mutants.c. */
enum xp_mutation {
	XP_INTACT,
	XP_NO_ACQUIRE, /* the load, or the load half, is relaxed */
	XP_NO_RELEASE, /* the store, or the store half, is relaxed */
	XP_OFF,	       /* the fence (membarrier, grace period) is not there */
	XP_BLIND,      /* the test does not see: the load reads 0 */
};

/* One operation in the source; gathered in the section xp_sites. */
struct xp_site {
	const char *file; /* as the compiler saw it */
	const char *unit; /* file compiled: tells copies of headers apart */
	const char *func;
	const char *what; /* the operand, as written */
	uint16_t line;
	uint8_t op;	   /* enum xp_op */
	uint8_t mutation;  /* enum xp_mutation; set between executions */
	const char *label; /* "W3", or "" ; set at start from the table */
};

#define XP_LOCATIONS 160

/*
 * What a role knows of (C11): of each role the clock up to which its accesses
 * happen before, in the first entries; of each location the newest store.
 */
struct xp_view {
	_Alignas(32) uint8_t seen[XP_LOCATIONS];
};

struct xp_mutex {
	uint64_t run; /* of which execution the rest speaks */
	int owner;    /* role + 1; 0: free */
	struct xp_view view;
};

uint64_t xp_load(struct xp_site *site, const volatile void *at, size_t size);
void xp_store(struct xp_site *site, volatile void *at, size_t size,
	      uint64_t value);
uint64_t xp_load_plain(struct xp_site *site, const volatile void *at,
		       size_t size);
void xp_store_plain(struct xp_site *site, volatile void *at, size_t size,
		    uint64_t value);
/* One point; then every word is loaded and stored as data. */
void xp_copy(struct xp_site *site, uint64_t *to, const uint64_t *from,
	     size_t words);
uint64_t xp_rmw(struct xp_site *site, volatile void *at, size_t size,
		uint64_t operand);
bool xp_cmpxchg(struct xp_site *site, volatile void *at, size_t size,
		uint64_t *expected, uint64_t desired);
void xp_compiler_barrier(struct xp_site *site);
void xp_full_barrier(struct xp_site *site);

uint64_t xp_clock(void);

/* Which thread runs, below XP_THREADS; a handler is on that of its writer. */
#define XP_THREADS 8u
unsigned int xp_thread(void);

/* What a strategy keeps of each thread, gathered in xp_thread_states. */
struct xp_thread_state {
	void **at; /* becomes an array, a thread each */
	size_t bytes;
};

int xp_await(struct xp_site *site, bool (*done)(void *), void *arg,
	     uint64_t deadline);
int xp_membarrier(struct xp_site *site);
/*
 * A restartable section (rseq): body runs as if at once with regard to its own
 * CPU, or is aborted wherever it stands and has done nothing: -EAGAIN. What it
 * may do is load, and end with one store, xp_commit(). A handler, a preemption
 * by a role of the same CPU, a fence from outside or the scheduler abort it.
 * Body's value is handed on. The fence is membarrier(2)'s for rseq: it aborts
 * what others have open, and is a full barrier everywhere.
 */
int xp_section(struct xp_site *site, int (*body)(void *arg), void *arg);
void xp_commit(struct xp_site *site, volatile void *at, size_t size,
	       uint64_t value);
int xp_section_fence(struct xp_site *site);

int xp_signal_send(struct xp_site *site, int tid);
int xp_mutex_lock(struct xp_site *site, struct xp_mutex *mutex,
		  uint64_t deadline);
int xp_mutex_try(struct xp_site *site, struct xp_mutex *mutex);
void xp_mutex_unlock(struct xp_site *site, struct xp_mutex *mutex);
void xp_rcu_read_lock(struct xp_site *site);
void xp_rcu_read_unlock(struct xp_site *site);
bool xp_rcu_read_ongoing(void);
void xp_rcu_synchronize(struct xp_site *site);
void xp_rcu_register(void);
void xp_rcu_unregister(void);
uint32_t xp_grace_ask(struct xp_site *site);
int xp_grace_wait(struct xp_site *site, uint32_t ticket, uint64_t deadline);

#endif
