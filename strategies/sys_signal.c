/* SPDX-License-Identifier: MIT */
/* sys_signal.c - of the seam to the system: a signal for one thread. */
#include "strategies/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The default: SIGRTMIN is no constant. */
#define OFFSET 4

/* Between two looks at whether the handler is still there. */
#define LOOK_NS UINT64_C(10000000)

#define PROBE_NS UINT64_C(1000000000)

static int chosen; /* 0: the default */
static _Atomic bool in_use;
static void (*_Atomic signal_handler)(void);

/* What send puts into a signal, and what probe does. */
static const char ours, probing;

static SYS_THREAD_LOCAL _Atomic unsigned int probes_arrived;

int sys_signal_number(void)
{
	return chosen ? chosen : SIGRTMIN + OFFSET;
}

/* Nobody may take it, or a fault raises it. */
static bool is_taken_by_the_system(int number)
{
	static const int faults[] = { SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGILL,
				      SIGFPE,  SIGTRAP, SIGSYS,	 SIGABRT };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (number == faults[i])
			return true;
	/* Between the two kinds are those of the libc's own threads. */
	return number < 1 || number > SIGRTMAX ||
	       (number > SIGSYS && number < SIGRTMIN);
}

int sys_signal_choose(int number)
{
	if (is_taken_by_the_system(number))
		return -EINVAL;
	if (load_relaxed(&in_use))
		return number == sys_signal_number() ? 0 : -EBUSY;
	chosen = number;
	return 0;
}

/* ------------------------------------------------------------------------ */
/* The handler                                                              */

static void on_signal(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)number;
	(void)context;
	if (info->si_code != SI_QUEUE)
		return; /* somebody else's, by kill(2) */
	if (info->si_value.sival_ptr == &ours)
		load_relaxed (&signal_handler)();
	else if (info->si_value.sival_ptr == &probing)
		store_relaxed(&probes_arrived,
			      load_relaxed(&probes_arrived) + 1);
	errno = saved;
}

static bool is_ours(const struct sigaction *action)
{
	return (action->sa_flags & SA_SIGINFO) &&
	       action->sa_sigaction == on_signal;
}

/* Nobody's: the default, or what a parent left ignored over exec(2). */
static bool is_free(const struct sigaction *action)
{
	return !(action->sa_flags & SA_SIGINFO) &&
	       (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN);
}

int sys_signal_check(void)
{
	struct sigaction now;

	if (sigaction(sys_signal_number(), NULL, &now))
		return -errno;
	return is_ours(&now) ? 0 : -EEXIST;
}

static int install(void)
{
	struct sigaction action, before;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_signal;
	action.sa_flags = SA_RESTART | SA_ONSTACK | SA_SIGINFO;
	sigemptyset(&action.sa_mask);
	if (sigaction(sys_signal_number(), NULL, &before))
		return -errno;
	if (!is_ours(&before) && !is_free(&before))
		return -EEXIST;
	if (sigaction(sys_signal_number(), &action, &before))
		return -errno;
	if (is_ours(&before) || is_free(&before))
		return 0;
	/* Somebody came in between: it was theirs first. */
	sigaction(sys_signal_number(), &before, NULL);
	return -EEXIST;
}

int sys_signal_setup(void (*handler)(void))
{
	int err;

	if (load_relaxed(&in_use))
		return sys_signal_check();
	store_relaxed(&signal_handler, handler);
	err = install();
	if (err)
		return err;
	sys_stay_loaded(&in_use); /* and so on_signal */
	store_relaxed(&in_use, true);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Sending                                                                  */

static int send_as(int tid, const void *who)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_ptr = (void *)(uintptr_t)who;
	if (!syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, sys_signal_number(),
		     &info))
		return 0;
	return errno == EAGAIN ? -ENOBUFS : -errno;
}

int sys_signal_send(int tid)
{
	return send_as(tid, &ours);
}

/*
 * The signals that wait for this thread alone, as proc_pid_status(5) shows
 * them; no cancellation point, as open(2) of the libc would be.
 */
static bool read_pending(int tid, uint64_t *mask)
{
	char path[64], text[2048];
	const char *line;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	length = syscall(SYS_read, fd, text, sizeof(text) - 1);
	syscall(SYS_close, fd);
	if (length <= 0)
		return false;
	text[length] = '\0';
	line = strstr(text, "\nSigPnd:");
	if (!line)
		return false;
	*mask = strtoull(line + strlen("\nSigPnd:"), NULL, 16);
	return true;
}

bool sys_signal_is_pending(int tid)
{
	int saved = errno;
	uint64_t mask;
	bool known = read_pending(tid, &mask);

	errno = saved;
	return !known || (mask >> (sys_signal_number() - 1) & 1);
}

uint64_t sys_signal_look(uint64_t deadline)
{
	uint64_t now = sys_now();

	return deadline <= now || deadline - now <= LOOK_NS ? deadline
							    : now + LOOK_NS;
}

/* ------------------------------------------------------------------------ */
/* The mask of the calling thread                                           */

static int is_blocked(bool *blocked)
{
	sigset_t now;
	int err = pthread_sigmask(SIG_BLOCK, NULL, &now);

	if (!err)
		*blocked = sigismember(&now, sys_signal_number()) == 1;
	return -err;
}

int sys_signal_reachable(void)
{
	bool blocked;
	int err = sys_signal_check();

	if (!err)
		err = is_blocked(&blocked);
	if (err)
		return err;
	return blocked ? -ENOTSUP : 0;
}

sigset_t sys_signal_mask(void)
{
	sigset_t block, old;

	sigemptyset(&block);
	sigaddset(&block, sys_signal_number());
	/* Where it failed: as if blocked before, so that nothing is undone. */
	if (pthread_sigmask(SIG_BLOCK, &block, &old))
		return block;
	return old;
}

void sys_signal_unmask(const sigset_t *mask)
{
	sigset_t block;

	if (sigismember(mask, sys_signal_number()) == 1)
		return;
	sigemptyset(&block);
	sigaddset(&block, sys_signal_number());
	pthread_sigmask(SIG_UNBLOCK, &block, NULL);
}

/* ------------------------------------------------------------------------ */
/* The probe                                                                */

static bool has_arrived(void *before)
{
	return load_relaxed(&probes_arrived) != *(unsigned int *)before;
}

static int refused(char *why, size_t size, const char *call, int err)
{
	snprintf(why, size, "%s: %s", call, strerror(-err));
	return -ENOTSUP;
}

/* Try one on the calling thread, which does not block it. */
static int probe_by_sending(char *why, size_t size)
{
	unsigned int before = load_relaxed(&probes_arrived);
	int err = send_as((int)syscall(SYS_gettid), &probing);

	if (err == -ENOBUFS) {
		snprintf(why, size,
			 "no signal can be queued: the limit of "
			 "pending signals is reached (ulimit -i)");
		return -ENOTSUP;
	}
	if (err)
		return refused(why, size, "rt_tgsigqueueinfo(2)", err);
	if (!sys_await(has_arrived, &before, sys_now() + PROBE_NS))
		return 0;
	snprintf(why, size, "signal %d was sent and did not arrive",
		 sys_signal_number());
	return -ENOTSUP;
}

int sys_signal_probe(void (*handler)(void), char *why, size_t size)
{
	bool blocked = false;
	int err = sys_signal_setup(handler);

	if (err == -EEXIST) {
		snprintf(why, size,
			 "signal %d has a handler of somebody else's: choose "
			 "another number",
			 sys_signal_number());
		return -ENOTSUP;
	}
	if (err)
		return refused(why, size, "rt_sigaction(2)", err);
	err = is_blocked(&blocked);
	if (err)
		return refused(why, size, "rt_sigprocmask(2)", err);
	if (!blocked)
		return probe_by_sending(why, size);
	snprintf(why, size, "signal %d is blocked in this thread",
		 sys_signal_number());
	return -ENOTSUP;
}

/* ------------------------------------------------------------------------ */
/* Targets                                                                  */

struct target {
	struct sys_target base; /* first */
	_Atomic int tid;	/* whose it is, 0: nobody's */
	struct target *next;	/* constant */
};

/* Grows at its head and never shrinks: no reader of it can be too late. */
static _Atomic(struct target *) targets;

static struct target *take_free(int tid)
{
	struct target *target;
	int nobody = 0;

	/* T1 pairs with T3: a target in the list is ready */
	for (target = load_acquire(&targets); target; target = target->next) {
		/* T2 pairs with T4: its last ticket is over */
		if (cmpxchg_acq_rel(&target->tid, &nobody, tid))
			return target;
		nobody = 0;
	}
	return NULL;
}

static struct target *make(int tid)
{
	struct target *target = aligned_alloc(64, 64);

	_Static_assert(sizeof(*target) <= 64, "a cache line each");
	if (!target)
		return NULL;
	memset(target, 0, 64);
	store_relaxed(&target->tid, tid);
	target->next = load_relaxed(&targets);
	/* T3 pairs with T1: ready, then in the list */
	while (!cmpxchg_acq_rel(&targets, &target->next, target))
		;
	return target;
}

struct sys_target *sys_target_claim(void)
{
	struct sys_thread *self = sys_self();
	struct target *target = (struct target *)self->target;
	int tid = sys_tid();

	/* After fork(2) it is that of a thread of the parent. */
	if (target && load_relaxed(&target->tid) != tid) {
		self->targets = 0;
		target = NULL;
	}
	if (!target)
		target = take_free(tid);
	if (!target)
		target = make(tid);
	if (!target)
		return NULL;
	self->target = &target->base;
	self->targets++;
	return self->target;
}

void sys_target_release(void)
{
	struct sys_thread *self = sys_self();
	struct target *target = (struct target *)self->target;

	if (--self->targets)
		return;
	self->target = NULL;
	/* T5 pairs with S2 in ipi_signal.h: late marks are of an old ticket */
	xchg_acq_rel(&target->base.word,
		     (load_relaxed(&target->base.word) | SYS_TARGET_MARKS) + 1);
	/* T4 pairs with T2: no ticket of this thread any more */
	store_release(&target->tid, 0);
}
