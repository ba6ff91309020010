/* SPDX-License-Identifier: MIT */
/* filter.c - system calls tried in a child; see filter.h. */
#include "bench/machine/filter.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/why.h"
#include "bench/machine/probe.h"

#if defined(__x86_64__)
#define CAN_CALL 1

/* Not by libc's syscall(), which tools/syscall.c replaces by what asks here. */
static long make_call(long number, const long args[6])
{
	register long r10 __asm__("r10") = args[3];
	register long r8 __asm__("r8") = args[4];
	register long r9 __asm__("r9") = args[5];
	long result = number;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
#define CAN_CALL 1

static long make_call(long number, const long args[6])
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = args[0];
	register long x1 __asm__("x1") = args[1];
	register long x2 __asm__("x2") = args[2];
	register long x3 __asm__("x3") = args[3];
	register long x4 __asm__("x4") = args[4];
	register long x5 __asm__("x5") = args[5];

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}
#else

static long make_call(long number, const long args[6])
{
	long result = syscall(number, args[0], args[1], args[2], args[3],
			      args[4], args[5]);

	return result < 0 ? -errno : result;
}
#endif

struct call {
	long number;
	const char *name;
	enum bench_filter_need need;
	/* Its failure is taken for something else: libc aborts, say. */
	bool must_work;
	long args[3]; /* that do nothing */
};

#define CALL(name, ...) SYS_##name, #name, __VA_ARGS__
#define ALL		BENCH_FILTER_ALL
#define MEASURE		BENCH_FILTER_MEASURE
#define PART		BENCH_FILTER_PART
#define NOBODY		0x7fffffff /* no process has that number */

/* What the command makes itself, or through libc, hwloc and liburcu. The first
 * is what reaps the children that try the others. */
static const struct call calls[] = {
	{ CALL(wait4, MEASURE, false, { 0, 0, -1 }) },
	{ CALL(read, ALL, false, { -1 }) },
	{ CALL(write, ALL, false, { -1 }) },
	{ CALL(openat, ALL, false, { -1 }) },
	{ CALL(close, ALL, false, { -1 }) },
	{ CALL(newfstatat, ALL, false, { -1 }) },
	{ CALL(getdents64, ALL, false, { -1 }) },
	{ CALL(lseek, ALL, false, { -1 }) },
	{ CALL(ioctl, ALL, false, { -1 }) },
	{ CALL(munmap, ALL, false, { 1 }) },
	{ CALL(mprotect, ALL, false, { 1 }) },
	{ CALL(brk, ALL, false, { 0 }) },
	{ CALL(rt_sigaction, ALL, false, { 0 }) },
	{ CALL(rt_sigprocmask, ALL, false, { 0 }) },
	{ CALL(futex, ALL, true, { 0, 1 /* wake */ }) },
	{ CALL(getpid, ALL, false, { 0 }) },
	{ CALL(gettid, ALL, false, { 0 }) },
	{ CALL(getrusage, ALL, false, { 1000 }) },
	{ CALL(sched_getaffinity, ALL, false, { 0 }) },
	{ CALL(clone3, MEASURE, false, { 0 }) },
	{ CALL(execve, MEASURE, false, { 0 }) },
	{ CALL(pipe2, MEASURE, false, { 0 }) },
	{ CALL(setpgid, MEASURE, false, { 0, -1 }) },
	{ CALL(prctl, MEASURE, false, { -1 }) },
	{ CALL(kill, MEASURE, false, { NOBODY, 0 }) },
	{ CALL(flock, MEASURE, false, { -1 }) },
	{ CALL(ftruncate, MEASURE, false, { -1 }) },
	{ CALL(fdatasync, MEASURE, false, { -1 }) },
	{ CALL(madvise, MEASURE, false, { 1 }) },
	{ CALL(clock_nanosleep, MEASURE, false, { 1000 }) },
	{ CALL(clock_gettime, MEASURE, false, { 1000 }) },
	{ CALL(sched_yield, MEASURE, false, { 0 }) },
	{ CALL(sched_setaffinity, MEASURE, false, { 0 }) },
#ifdef SYS_poll
	{ CALL(poll, MEASURE, false, { 0 }) },
	{ CALL(dup2, MEASURE, false, { -1, -1 }) },
	{ CALL(rename, MEASURE, false, { 0 }) },
	{ CALL(unlink, MEASURE, false, { 0 }) },
#else
	{ CALL(ppoll, MEASURE, false, { 0 }) },
	{ CALL(dup3, MEASURE, false, { -1, -1 }) },
	{ CALL(renameat, MEASURE, false, { -1 }) },
	{ CALL(unlinkat, MEASURE, false, { -1 }) },
#endif
	{ CALL(membarrier, PART, false, { MEMBARRIER_CMD_QUERY }) },
	{ CALL(rt_tgsigqueueinfo, PART, false, { -1 }) },
	{ CALL(tgkill, PART, false, { -1 }) },
	{ CALL(timer_create, PART, false, { 1000 }) },
	{ CALL(sched_setscheduler, PART, false, { -1 }) },
	{ CALL(perf_event_open, PART, false, { 0 }) },
	{ CALL(mlock, PART, false, { 0 }) },
	{ CALL(mbind, PART, false, { 1 }) },
	{ CALL(move_pages, PART, false, { NOBODY }) },
	{ CALL(get_mempolicy, PART, false, { 0, 0, 0 }) },
	{ CALL(set_mempolicy, PART, false, { 1000 }) },
	{ CALL(capget, PART, false, { 0 }) },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Of each call: what became of it. */
static bool kills[CALLS];
static bool refuses[CALLS];

#ifdef CAN_CALL

/* What the child tells: it may be gone from one instruction to the next. */
struct told {
	volatile size_t at; /* the call under way; CALLS: none is left */
	volatile long result[CALLS];
};

static void try_from(struct told *told, size_t first)
{
	static const long nothing[6];

	for (told->at = first; told->at < CALLS; told->at++) {
		const struct call *c = &calls[told->at];
		const long args[6] = { c->args[0], c->args[1], c->args[2] };

		told->result[told->at] = make_call(c->number, args);
	}
	make_call(SYS_exit_group, nothing);
}

/* Of a child that may be known already not to have been killed for this. */
static bool was_killed(long child)
{
	int status = 0;
	const long wait[6] = { child, (long)&status };
	long got = -EINTR;

	if (kills[0])
		return true; /* nobody can ask: it stays a zombie */
	while (got == -EINTR)
		got = make_call(SYS_wait4, wait);
	return got != child ||
	       (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/*
 * One child, from a call onwards; the call that killed it, or CALLS. Bare calls:
 * what libc makes beside fork(2) may be what is forbidden. As after vfork(2) the
 * child is gone when the parent goes on, but its memory is its own.
 */
static size_t try_in_child(struct told *told, size_t first)
{
	static const long how[6] = { CLONE_VFORK | SIGCHLD };
	long child;

	told->at = first;
	child = make_call(SYS_clone, how);
	if (!child)
		try_from(told, first);
	if (child < 0)
		return CALLS;
	if (told->at == 0)
		kills[0] = true;
	return was_killed(child) ? told->at : CALLS;
}

/* May there be a filter? Without /proc: nobody says. */
static bool is_filtered(void)
{
	char mode[16];

	return bench_probe_field("", "/proc/self/status", "Seccomp", mode,
				 sizeof(mode)) ||
	       strcmp(mode, "0") != 0;
}

static void try_all(void)
{
	struct told *told;
	size_t at = 0;

	if (!is_filtered())
		return;
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		return;
	while (at < CALLS && (at = try_in_child(told, at)) < CALLS)
		kills[at++] = true;
	for (size_t i = 0; i < CALLS; i++)
		refuses[i] = told->result[i] == -EPERM ||
			     told->result[i] == -ENOSYS;
	munmap(told, sizeof(*told));
}

#else

static void try_all(void)
{
}

#endif

/* Not pthread_once(3): it aborts where futex(2) is what is refused. */
static void try_once(void)
{
	enum {
		NOT_YET,
		UNDER_WAY,
		DONE,
	};
	static atomic_uint state;
	unsigned int seen = NOT_YET;

	if (atomic_load(&state) == DONE)
		return;
	if (atomic_compare_exchange_strong(&state, &seen, UNDER_WAY)) {
		try_all();
		atomic_store(&state, DONE);
	}
	while (atomic_load(&state) != DONE)
		sched_yield();
}

static const struct call *killer(long number)
{
	try_once();
	for (size_t i = 0; i < CALLS; i++)
		if (kills[i] && calls[i].number == number)
			return &calls[i];
	return NULL;
}

bool bench_filter_kills(long call)
{
	return killer(call) != NULL;
}

/* What was refused last. */
static const char *volatile refused;

long bench_filter_call(long call, const long args[6])
{
	const struct call *deadly = killer(call);

	if (!deadly)
		return make_call(call, args);
	refused = deadly->name;
	return -EPERM;
}

void bench_filter_tell(char *why, size_t n)
{
	size_t used = n ? strnlen(why, n) : 0;

	if (refused && used < n)
		snprintf(why + used, n - used,
			 ": a seccomp filter kills whoever calls %s(2)",
			 refused);
	refused = NULL;
}

int bench_filter_check(enum bench_filter_need need, char *why, size_t n)
{
	try_once();
	for (size_t i = 0; i < CALLS; i++) {
		const struct call *c = &calls[i];

		if (c->need > need)
			continue;
		if (kills[i])
			return bench_why(-EPERM, why, n,
					 "a seccomp filter kills whoever calls "
					 "%s(2), which this needs",
					 c->name);
		if (refuses[i] && c->must_work)
			return bench_why(-EPERM, why, n,
					 "a seccomp filter refuses %s(2), "
					 "which this needs",
					 c->name);
	}
	return 0;
}
