/* SPDX-License-Identifier: MIT */
/* sys.c - the cold half of the seam to the system. */
#include "strategies/sys.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A spin of some microseconds, then a millisecond of yields, then naps. */
#define SPINS	   2000u
#define YIELDS	   200u
#define NAP_NS	   20000u
#define NAP_MAX_NS 1000000u

SYS_THREAD_LOCAL struct sys_thread sys_thread_self;

static SYS_THREAD_LOCAL int cached_tid;

int sys_tid(void)
{
	if (!cached_tid)
		cached_tid = (int)syscall(SYS_gettid);
	return cached_tid;
}

static void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

static void nap(uint64_t round, uint64_t left)
{
	uint64_t ns = NAP_NS * (round / 8 + 1);
	struct timespec time = { 0, 0 };

	if (ns > NAP_MAX_NS)
		ns = NAP_MAX_NS;
	time.tv_nsec = (long)(ns < left ? ns : left);
	nanosleep(&time, NULL);
}

static int await(sys_done_fn done, void *arg, uint64_t deadline)
{
	uint64_t round;

	for (round = 0; round < SPINS; round++) {
		if (done(arg))
			return 0;
		relax();
		if (round % 64 == 63 && sys_now() >= deadline)
			return done(arg) ? 0 : -ETIMEDOUT;
	}
	for (round = 0;; round++) {
		uint64_t now;

		if (done(arg))
			return 0;
		now = sys_now();
		if (now >= deadline)
			return done(arg) ? 0 : -ETIMEDOUT;
		if (round < YIELDS)
			sched_yield();
		else
			nap(round - YIELDS, deadline - now);
	}
}

/*
 * Not a cancellation point: whoever waits has announced a swap or posted a
 * request, and must withdraw it before its stack goes.
 */
int sys_await(sys_done_fn done, void *arg, uint64_t deadline)
{
	int state, err;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	err = await(done, arg, deadline);
	pthread_setcancelstate(state, NULL);
	return err;
}

/* What it returns, or -errno. */
static int membarrier(int command)
{
	int answer = (int)syscall(SYS_membarrier, command, 0, 0);

	return answer < 0 ? -errno : answer;
}

/* Is the process? A child of a fork is as its parent was. */
static _Atomic int is_registered;

int sys_membarrier_setup(void)
{
	int err = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);

	if (!err)
		store_relaxed(&is_registered, 1);
	return err;
}

int sys_membarrier_check(void)
{
	int commands = membarrier(MEMBARRIER_CMD_QUERY);

	if (commands < 0)
		return commands;
	return load_relaxed(&is_registered) ? 0 : -EPERM;
}

int sys_membarrier(void)
{
	return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

int sys_membarrier_probe(char *why, size_t size)
{
	int err = sys_membarrier_setup();

	if (!err)
		err = sys_membarrier();
	if (!err)
		return 0;
	snprintf(why, size, "membarrier(2) private expedited: %s",
		 strerror(-err));
	return -ENOTSUP;
}

/* A key and one more, 0: none yet. A thread's value is the function to call. */
static _Atomic unsigned int exit_key;

static void on_thread_exit(void *value)
{
	void (*on_exit)(void) = (void (*)(void))(uintptr_t)value;

	on_exit();
}

/* Weak: a program without shared objects has neither, and needs none. */
extern __typeof__(dlopen) dlopen __attribute__((weak));
extern __typeof__(dladdr) dladdr __attribute__((weak));

void sys_stay_loaded(const void *address)
{
	Dl_info info;

	if (dladdr && dlopen && dladdr(address, &info))
		dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

/* One key for the process; who loses the race gives its own back. */
static int make_exit_key(void)
{
	unsigned int none = 0;
	pthread_key_t key;

	if (pthread_key_create(&key, on_thread_exit))
		return -ENOSPC;
	/* K1 pairs with K2 K3: the key is made */
	if (cmpxchg_acq_rel(&exit_key, &none, (unsigned int)key + 1))
		sys_stay_loaded(&exit_key); /* and so on_thread_exit */
	else
		pthread_key_delete(key);
	return 0;
}

int sys_thread_watch(void (*on_exit)(void))
{
	/* K2 pairs with K1: the key is made */
	unsigned int key = load_acquire(&exit_key);
	int err = key ? 0 : make_exit_key();

	if (err || !on_exit)
		return err;
	key = load_acquire(&exit_key); /* K3 pairs with K1: now it is made */
	return -pthread_setspecific((pthread_key_t)(key - 1),
				    (void *)(uintptr_t)on_exit);
}

void sys_word_sleep(_Atomic uint32_t *word, uint32_t value, uint64_t deadline)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline / UINT64_C(1000000000)),
		.tv_nsec = (long)(deadline % UINT64_C(1000000000)),
	};

	syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value,
		deadline == UINT64_MAX ? NULL : &until, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

void sys_word_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX);
}

static sigset_t block_signals(void)
{
	sigset_t all, old;

	sigfillset(&all);
	/* Where it failed: as if all were blocked before. */
	return pthread_sigmask(SIG_BLOCK, &all, &old) ? all : old;
}

static void restore_signals(const sigset_t *mask)
{
	pthread_sigmask(SIG_SETMASK, mask, NULL);
}

int sys_thread_start(sys_thread_handle *thread, void *(*body)(void *),
		     void *arg)
{
	sigset_t mask = block_signals();
	int err = pthread_create(thread, NULL, body, arg);

	restore_signals(&mask);
	return -err;
}

void sys_thread_join(sys_thread_handle thread)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_join(thread, NULL);
	pthread_setcancelstate(state, NULL);
}

int sys_fork_watch(void (*in_child)(void))
{
	return -pthread_atfork(NULL, NULL, in_child);
}

/* The guard: one a process. */
static struct sys_mutex guard = SYS_MUTEX_INIT;
static _Atomic(sys_forked_fn) guard_in_child;
static int guard_error;

/* By the calling thread, which a handler may have fork on top of a fork. */
static SYS_THREAD_LOCAL unsigned int guards_held;

static _Atomic int forking; /* process; under the guard */

sigset_t sys_guard_take(void)
{
	sigset_t mask = block_signals();

	if (!guards_held++)
		sys_mutex_lock(&guard);
	return mask;
}

void sys_guard_give(const sigset_t *mask)
{
	if (!--guards_held)
		sys_mutex_unlock(&guard);
	restore_signals(mask);
}

static void before_fork(void)
{
	sigset_t mask = sys_guard_take();

	store_relaxed(&forking, getpid());
	restore_signals(&mask);
}

static void after_fork(void)
{
	sigset_t mask = block_signals();

	sys_guard_give(&mask);
}

/* Once a child, whose other handlers may come here before ours does. */
static void child_begins(void)
{
	if (load_relaxed(&forking) == getpid())
		return;
	store_relaxed(&forking, getpid());
	cached_tid = 0;
	load_relaxed (&guard_in_child)();
}

static void in_child(void)
{
	child_begins();
	after_fork();
}

static void make_guard(void)
{
	guard_error = pthread_atfork(before_fork, after_fork, in_child);
}

int sys_fork_guard(sys_forked_fn child)
{
	/* In a child, what a thread had begun that is not there begins anew. */
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	store_relaxed(&guard_in_child, child);
	pthread_once(&once, make_guard);
	if (guards_held)
		child_begins();
	return -guard_error;
}

#ifdef RB_HAVE_TSAN
/*
 * One function of liburcu, inlined into our loops: several readers look at the
 * futex word of a grace period and clear it by plain volatile accesses
 * (uatomic_read, uatomic_set), which ThreadSanitizer takes for data races
 * although every outcome only costs a spurious wake-up.
 */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:urcu_common_wake_up_gp\n";
}

/*
 * ThreadSanitizer of gcc 12 and clang 14 does not know pthread_mutex_clocklock
 * and would see unlocks without a lock; it knows the older form, which is the
 * same but for CLOCK_REALTIME.
 */
static int mutex_lock_until(pthread_mutex_t *lock, uint64_t deadline)
{
	uint64_t now = sys_now();
	uint64_t left = deadline > now ? deadline - now : 0;
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	left += (uint64_t)until.tv_nsec;
	until.tv_sec += (time_t)(left / UINT64_C(1000000000));
	until.tv_nsec = (long)(left % UINT64_C(1000000000));
	return pthread_mutex_timedlock(lock, &until);
}
#else
static int mutex_lock_until(pthread_mutex_t *lock, uint64_t deadline)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline / UINT64_C(1000000000)),
		.tv_nsec = (long)(deadline % UINT64_C(1000000000)),
	};

	return pthread_mutex_clocklock(lock, CLOCK_MONOTONIC, &until);
}
#endif

int sys_mutex_lock_until(struct sys_mutex *mutex, uint64_t deadline)
{
	return -mutex_lock_until(&mutex->lock, deadline);
}

static bool is_spin_taken(void *spin)
{
	return !sys_spin_try(spin);
}

int sys_spin_lock_until(struct sys_spin *spin, uint64_t deadline)
{
	return sys_await(is_spin_taken, spin, deadline);
}
