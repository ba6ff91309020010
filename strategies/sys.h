/* SPDX-License-Identifier: MIT */
/*
 * sys.h - the one seam between strategies and the system.
 *
 * Strategies reach threads, clocks, signals, membarrier and mutexes only
 * through this header, so that a test build can replace the system: the
 * explorer puts a header of this name in front, in which every call is a small
 * model of its documented contract.
 *
 * Sources: membarrier(2), tgkill(2), rt_tgsigqueueinfo(2), signal-safety(7),
 * pthread_mutex_clocklock(3).
 */
#ifndef RINGSWAP_STRATEGIES_SYS_H
#define RINGSWAP_STRATEGIES_SYS_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ringbuf/clock.h"
#include "ringbuf/order.h"

#pragma GCC visibility push(default)

struct swap_slot;

/* What belongs to one thread and its handlers. */
struct sys_thread {
	_Atomic unsigned int inside; /* holds, or is about to take, a lock */
	struct swap_slot *slots;     /* slots this thread writes */
	unsigned int rcu_slots;	     /* of them, how many need liburcu */
};

/*
 * Storage of a thread that its handlers touch: there from the thread's start,
 * where the dynamic models allocate it, with locks, at the first touch.
 */
#define SYS_THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

extern SYS_THREAD_LOCAL struct sys_thread sys_thread_self;

/* The declarator of such a variable, its definition, and its address. */
#define SYS_THREAD_VARIABLE(type, name)	     SYS_THREAD_LOCAL type name
#define SYS_THREAD_VARIABLE_HERE(type, name) SYS_THREAD_LOCAL type name
#define SYS_OF_THREAD(name)		     (&(name))

/* The calling thread's own record. Any context. */
static inline struct sys_thread *sys_self(void)
{
	return &sys_thread_self;
}

/* Kernel thread id of the caller. Any context. */
int sys_tid(void);

/* CLOCK_MONOTONIC in nanoseconds, the unit of all deadlines. Any context. */
static inline uint64_t sys_now(void)
{
	return rb_clock_ns();
}

/*
 * Wait until done(arg) is true: spin a little, then yield, then sleep, so that
 * waiting on the awaited thread's own CPU, or at FIFO priority, still lets it
 * run. deadline is CLOCK_MONOTONIC ns; a deadline in the past tests once.
 * Returns 0 or -ETIMEDOUT. Thread context.
 */
typedef bool (*sys_done_fn)(void *arg);
int sys_await(sys_done_fn done, void *arg, uint64_t deadline);

/*
 * membarrier(2) PRIVATE_EXPEDITED: every running thread of the process
 * executes a full barrier between entry and return. setup registers the
 * process, once, and is cheap only before the second thread exists (measured
 * 3-14 us against 7 ms). Both: 0 or -errno (-ENOSYS, -EPERM under seccomp).
 */
int sys_membarrier_setup(void);
int sys_membarrier(void);

/*
 * A directed real-time signal, SIGRTMIN + 4 (LTTng-UST takes SIGRTMIN..+2).
 * setup installs handler for the process with SA_RESTART, once; send queues
 * it for thread tid. Returns 0 or -errno: -EAGAIN (signal queue exhausted),
 * -ESRCH (no such thread). mask blocks it for the calling thread and returns
 * the mask to hand to unmask.
 */
int sys_signal_setup(void (*handler)(void));
int sys_signal_send(int tid);
int sys_signal_number(void);
sigset_t sys_signal_mask(void);
void sys_signal_unmask(const sigset_t *mask);

/*
 * Call on_exit, on the calling thread, when that ends: the last one that it
 * was given, once. 0 or -errno. Thread context.
 */
int sys_thread_watch(void (*on_exit)(void));

/*
 * Sleep while *word is value, until it is woken or the deadline; may come back
 * sooner. wake: everybody who sleeps on it. futex(2). No cancellation point.
 */
void sys_word_sleep(_Atomic uint32_t *word, uint32_t value, uint64_t deadline);
void sys_word_wake(_Atomic uint32_t *word);

/*
 * A thread of the library's own, which takes none of the process's signals.
 * 0 or -errno. Thread context.
 */
typedef pthread_t sys_thread_handle;
int sys_thread_start(sys_thread_handle *thread, void *(*body)(void *),
		     void *arg);
void sys_thread_join(sys_thread_handle thread);

/* Call in_child in every child of a fork, before fork returns. 0 or -errno. */
int sys_fork_watch(void (*in_child)(void));

/* One pthread mutex; the lock strategies time exactly this. */
struct sys_mutex {
	pthread_mutex_t lock;
};

#define SYS_MUTEX_INIT                    \
	{                                 \
		PTHREAD_MUTEX_INITIALIZER \
	}

static inline int sys_mutex_init(struct sys_mutex *mutex)
{
	return -pthread_mutex_init(&mutex->lock, NULL);
}

static inline void sys_mutex_lock(struct sys_mutex *mutex)
{
	pthread_mutex_lock(&mutex->lock);
}

static inline void sys_mutex_unlock(struct sys_mutex *mutex)
{
	pthread_mutex_unlock(&mutex->lock);
}

/* 0 or -EBUSY. */
static inline int sys_mutex_try(struct sys_mutex *mutex)
{
	return -pthread_mutex_trylock(&mutex->lock);
}

/* 0 or -ETIMEDOUT; deadline as sys_await. */
int sys_mutex_lock_until(struct sys_mutex *mutex, uint64_t deadline);

#pragma GCC visibility pop

#endif
