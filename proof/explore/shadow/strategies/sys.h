/* SPDX-License-Identifier: MIT */
/*
 * sys.h (explorer) - the system as small models of documented contracts.
 *
 * Names and meaning as strategies/sys.h. The models are in
 * proof/explore/sys_model.c and listed in docs/verification.md.
 */
#ifndef RINGSWAP_STRATEGIES_SYS_H
#define RINGSWAP_STRATEGIES_SYS_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ringbuf/clock.h"
#include "ringbuf/order.h"

struct swap_slot;

struct sys_target {
	_Atomic uint64_t word;
};

#define SYS_TARGET_MARKS UINT64_C(3)

struct sys_thread {
	_Atomic unsigned int inside;
	struct swap_slot *slots;
	struct sys_target *target;
	unsigned int targets;
	struct sys_target own; /* here a thread keeps its target */
};

/* The thread record of the role that runs; a handler shares its thread's. */
struct sys_thread *sys_self(void);
int sys_tid(void);

static inline uint64_t sys_now(void)
{
	return xp_clock();
}

/* One a role, in the arena. */
#define SYS_THREAD_VARIABLE(type, name) type *name
#define SYS_THREAD_VARIABLE_HERE(type, name)                             \
	type *name;                                                      \
	static const struct xp_thread_state name##_state __attribute__(( \
		used, section("xp_thread_states"))) = { (void **)&name,  \
							sizeof(type) }
#define SYS_OF_THREAD(name) ((name) + xp_thread())

typedef bool (*sys_done_fn)(void *arg);
#define sys_await(done, arg, deadline) \
	xp_await(XP_SITE(XP_AWAIT), (done), (arg), (deadline))

int sys_membarrier_setup(void);
int sys_membarrier_check(void);
#define sys_membarrier() xp_membarrier(XP_SITE(XP_MEMBARRIER))
int sys_membarrier_probe(char *why, size_t size);

int sys_signal_setup(void (*handler)(void));
int sys_signal_check(void);
#define sys_signal_send(tid) xp_signal_send(XP_SITE(XP_SIGNAL), (tid))
bool sys_signal_is_pending(int tid);
int sys_signal_number(void);
int sys_signal_reachable(void);
int sys_signal_probe(void (*handler)(void), char *why, size_t size);
#define sys_signal_look(deadline) (deadline)
sigset_t sys_signal_mask(void);
void sys_signal_unmask(const sigset_t *mask);

struct sys_target *sys_target_claim(void);

static inline void sys_target_release(void)
{
	struct sys_thread *self = sys_self();

	if (--self->targets)
		return;
	self->target = NULL;
	xchg_acq_rel(&self->own.word,
		     (load_relaxed(&self->own.word) | SYS_TARGET_MARKS) + 1);
}

int sys_thread_watch(void (*on_exit)(void));
void sys_stay_loaded(const void *address);

struct sys_mutex {
	struct xp_mutex lock;
};

#define SYS_MUTEX_INIT    \
	{                 \
		{         \
			0 \
		}         \
	}

static inline int sys_mutex_init(struct sys_mutex *mutex)
{
	(void)mutex;
	return 0;
}

#define sys_mutex_lock(mutex) \
	((void)xp_mutex_lock(XP_SITE(XP_LOCK), &(mutex)->lock, UINT64_MAX))
#define sys_mutex_lock_until(mutex, deadline) \
	xp_mutex_lock(XP_SITE(XP_LOCK), &(mutex)->lock, (deadline))
#define sys_mutex_try(mutex) xp_mutex_try(XP_SITE(XP_LOCK), &(mutex)->lock)
#define sys_mutex_unlock(mutex) \
	xp_mutex_unlock(XP_SITE(XP_UNLOCK), &(mutex)->lock)

/*
 * A spin lock orders what its holders did as a mutex does, no more under C11.
 * Under TSO giving it back is made stronger than the plain store that it is:
 * what its thread loads before its next locked instruction is its own flag and
 * the refuse word.
 */
struct sys_spin {
	struct sys_mutex as;
};

#define SYS_SPIN_INIT          \
	{                      \
		SYS_MUTEX_INIT \
	}

static inline int sys_spin_init(struct sys_spin *spin)
{
	return sys_mutex_init(&spin->as);
}

#define sys_spin_lock(spin) sys_mutex_lock(&(spin)->as)
#define sys_spin_lock_until(spin, deadline) \
	sys_mutex_lock_until(&(spin)->as, deadline)
#define sys_spin_try(spin)    sys_mutex_try(&(spin)->as)
#define sys_spin_unlock(spin) sys_mutex_unlock(&(spin)->as)

#endif
