/* SPDX-License-Identifier: MIT */
/*
 * sys.h - the one seam between strategies and the system.
 *
 * Strategies reach threads, clocks, signals, membarrier and mutexes only
 * through this header, so that a test build can replace the system: the
 * explorer puts a header of this name in front, in which every call is a small
 * model of its documented contract.
 *
 * Sources: membarrier(2), rt_tgsigqueueinfo(2), sigaction(2), signal(7),
 * signal-safety(7), proc_pid_status(5), pthread_mutex_clocklock(3).
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

/*
 * A thread as those see it that signal it. Never freed: another thread gets it
 * once its own has given it back, and then its ticket is another, so that a
 * late cmpxchg of the old one fails.
 *
 *	63              2 1    0
 *	+----------------+------+
 *	|     ticket     | mark |  the marks are the strategy's
 *	+----------------+------+
 */
struct sys_target {
	_Atomic uint64_t word;
};

#define SYS_TARGET_MARKS UINT64_C(3)

/* What belongs to one thread and its handlers. */
struct sys_thread {
	_Atomic unsigned int inside; /* holds, or is about to take, a lock */
	struct swap_slot *slots;     /* slots this thread writes */
	struct sys_target *target;   /* while it can be signalled, or NULL */
	unsigned int targets;	     /* claims of it */
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
 *
 * check: may it be called? Asks the system and interrupts nobody; 0, -EPERM
 * where the process is not registered, or -errno as above. It may fail all the
 * same: where a filter tells its commands apart, or memory is short. Any
 * context.
 *
 * probe: 0, or -ENOTSUP and the reason in why. Leaves the process registered.
 * Thread context.
 */
int sys_membarrier_setup(void);
int sys_membarrier_check(void);
int sys_membarrier(void);
int sys_membarrier_probe(char *why, size_t size);

/*
 * A directed real-time signal, for the strategies that interrupt a writer. One
 * number serves all of them: SIGRTMIN + 4 (LTTng-UST takes SIGRTMIN..+2), or
 * what was chosen.
 *
 * choose: another number, before anything uses it. -EINVAL: none that a
 * process may take, or one that faults raise; -EBUSY: in use. Thread context,
 * while nobody else calls these functions.
 *
 * setup installs handler for the process, once, with SA_RESTART and
 * SA_ONSTACK; it runs for what send has sent and nothing else. check asks the
 * system whether it is still installed, which it must be before anything is
 * sent: to others it would mean something else, to nobody the process's end.
 * Both: 0; -EEXIST, the number has a handler of somebody else's, which stays;
 * or what sigaction(2) says (-EPERM, -ENOSYS: a filter). Any context.
 *
 * send queues it for thread tid: 0; -ENOBUFS, the queue of the user's signals
 * is full (RLIMIT_SIGPENDING); -ESRCH, no such thread; -EPERM, -ENOSYS: a
 * filter. is_pending: has it been sent to tid and not been taken? True where
 * that cannot be known (no /proc). Any context.
 *
 * reachable: may the calling thread be signalled? 0; -ENOTSUP, it blocks the
 * signal; and the errors of check. Thread context.
 *
 * probe sends one to the calling thread. 0, or -ENOTSUP and the reason in why.
 * It leaves the handler installed. Thread context.
 *
 * look: who waits for an answer waits until then, at most until deadline, and
 * looks whether handler and signal are still there.
 *
 * mask blocks the signal for the calling thread and returns what unmask, which
 * takes it back, wants to know. Where a filter forbids that, nothing changes.
 */
int sys_signal_choose(int number);
int sys_signal_number(void);
int sys_signal_setup(void (*handler)(void));
int sys_signal_check(void);
int sys_signal_send(int tid);
bool sys_signal_is_pending(int tid);
int sys_signal_reachable(void);
int sys_signal_probe(void (*handler)(void), char *why, size_t size);
uint64_t sys_signal_look(uint64_t deadline);
sigset_t sys_signal_mask(void);
void sys_signal_unmask(const sigset_t *mask);

/*
 * The calling thread's target, which sys_self() shows from then on, until it
 * has been released as often as claimed. NULL: no memory. Thread context.
 */
struct sys_target *sys_target_claim(void);
void sys_target_release(void);

/*
 * Call on_exit, on the calling thread, when that ends: the last one that it
 * was given, once; NULL only sees that this can be done. The code that is
 * called stays: the shared object that it is part of is never unloaded again.
 * 0, -ENOSPC (PTHREAD_KEYS_MAX thread-specific keys are taken) or -ENOMEM.
 * Thread context.
 */
int sys_thread_watch(void (*on_exit)(void));

/*
 * Never unload the shared object in which address lies, a library's or one
 * that has the library in it: somebody will call what is there. Thread context.
 */
void sys_stay_loaded(const void *address);

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

/*
 * Once a process: from then on the guard is held while the process forks, and
 * while in_child runs in the child, so that what it guards is whole there. The
 * cached thread id is the child's by then. 0 or -errno. Thread context, and
 * what the application does in its own handlers of pthread_atfork(3).
 *
 * take and give: nothing is forked between them, not by a handler either. give
 * wants what take has returned. Thread context.
 */
typedef void (*sys_forked_fn)(void);
int sys_fork_guard(sys_forked_fn in_child);
sigset_t sys_guard_take(void);
void sys_guard_give(const sigset_t *mask);

/* 0 or -EBUSY. */
static inline int sys_mutex_try(struct sys_mutex *mutex)
{
	return -pthread_mutex_trylock(&mutex->lock);
}

/* 0 or -ETIMEDOUT; deadline as sys_await. */
int sys_mutex_lock_until(struct sys_mutex *mutex, uint64_t deadline);

/*
 * One pthread spin lock. It knows no timed wait: lock_until attempts it as
 * sys_await() waits, so that it yields and sleeps where the holder is off its
 * CPU. Results as of the mutex.
 */
struct sys_spin {
	pthread_spinlock_t lock;
};

#define SYS_SPIN_INIT \
	{             \
		0     \
	} /* before sys_spin_init() */

static inline int sys_spin_init(struct sys_spin *spin)
{
	return -pthread_spin_init(&spin->lock, PTHREAD_PROCESS_PRIVATE);
}

static inline void sys_spin_lock(struct sys_spin *spin)
{
	pthread_spin_lock(&spin->lock);
}

static inline void sys_spin_unlock(struct sys_spin *spin)
{
	pthread_spin_unlock(&spin->lock);
}

static inline int sys_spin_try(struct sys_spin *spin)
{
	return -pthread_spin_trylock(&spin->lock);
}

int sys_spin_lock_until(struct sys_spin *spin, uint64_t deadline);

#pragma GCC visibility pop

#endif
