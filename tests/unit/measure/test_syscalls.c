/* SPDX-License-Identifier: MIT */
/* Counted system calls: exactly those, with the results they have uncounted. */
#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/measure/syscalls.h"

static char why[200];

static uint64_t count(void (*run)(void *arg), void *arg)
{
	uint64_t calls = UINT64_MAX;

	if (bench_syscalls_count(run, arg, &calls, why, sizeof(why)))
		fail_msg("%s", why);
	return calls;
}

static void nothing(void *arg)
{
	(void)arg;
}

static void ask_for_parent(void *arg)
{
	for (unsigned int *n = arg; *n; --*n)
		if (syscall(SYS_getppid) != getppid())
			return; /* and n tells */
}

static void every_call_is_counted_once(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 40; n++) {
		unsigned int left = n;

		/* Two calls a turn: getppid() is one too. */
		assert_int_equal(count(ask_for_parent, &left), 2 * n);
		assert_int_equal(left, 0);
	}
	assert_int_equal(count(nothing, NULL), 0);
}

/* ------------------------------------------------------------------------ */

struct answers {
	char name[16];
	long membarrier, missing, closed, written;
	int missing_errno, closed_errno;
	void *map;
};

static void ask_many(void *arg)
{
	struct answers *a = arg;
	int ends[2] = { -1, -1 };

	a->membarrier = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
	prctl(PR_GET_NAME, a->name);
	errno = 0;
	a->missing = syscall(1 << 20);
	a->missing_errno = errno;
	errno = 0;
	a->closed = close(-1);
	a->closed_errno = errno;
	/* All six arguments. */
	a->map = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (a->map != MAP_FAILED) {
		*(char *)a->map = 1;
		munmap(a->map, 4096);
	}
	syscall(SYS_pipe2, ends, 0);
	a->written = write(ends[1], a->name, 5);
	close(ends[0]);
	close(ends[1]);
}

static void results_and_errno_are_those_of_the_call(void **state)
{
	struct answers counted, plain;

	(void)state;
	memset(&counted, 0, sizeof(counted));
	memset(&plain, 0, sizeof(plain));
	ask_many(&plain);
	assert_int_equal(count(ask_many, &counted), 10);
	assert_int_equal(counted.membarrier, plain.membarrier);
	assert_string_equal(counted.name, plain.name);
	assert_int_equal(counted.missing, -1);
	assert_int_equal(counted.missing_errno, ENOSYS);
	assert_int_equal(counted.closed, -1);
	assert_int_equal(counted.closed_errno, EBADF);
	assert_true(counted.map != MAP_FAILED);
	assert_int_equal(counted.written, 5);
}

static void keep_errno(void *arg)
{
	errno = EDOM;
	syscall(SYS_getppid);
	*(int *)arg = errno;
}

static void a_call_that_succeeds_leaves_errno_alone(void **state)
{
	int seen = 0;

	(void)state;
	count(keep_errno, &seen);
	assert_int_equal(seen, EDOM);
}

/* ------------------------------------------------------------------------ */

static void read_the_clock(void *arg)
{
	struct timespec *now = arg;

	for (unsigned int i = 0; i < 1000; i++)
		clock_gettime(CLOCK_MONOTONIC, now);
}

/* A thousand calls, or none at all, by the clock of this machine. */
static void a_clock_read_is_no_system_call_where_the_vdso_reads_it(void **state)
{
	struct timespec now = { 0, 0 };
	uint64_t calls = count(read_the_clock, &now);

	(void)state;
	assert_true(calls == 0 || calls == 1000);
	assert_true(now.tv_sec || now.tv_nsec);
}

static void mask_everything(void *arg)
{
	sigset_t all, old, *seen = arg;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	syscall(SYS_getppid); /* SIGSYS must still arrive */
	pthread_sigmask(SIG_SETMASK, NULL, seen);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void a_mask_that_was_set_stays_set(void **state)
{
	sigset_t seen, after;

	(void)state;
	assert_int_equal(count(mask_everything, &seen), 4);
	assert_true(sigismember(&seen, SIGUSR1));
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_false(sigismember(&after, SIGUSR1));
}

/* ------------------------------------------------------------------------ */

/* As whoever started this process may have left it. */
static void a_blocked_sigsys_is_opened_and_blocked_again(void **state)
{
	sigset_t all, old, after;
	unsigned int n = 1;

	(void)state;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	assert_int_equal(count(ask_for_parent, &n), 2);
	pthread_sigmask(SIG_SETMASK, &old, &after);
	assert_int_equal(sigismember(&after, SIGSYS), 1);
}

static void fork_and_wait(void *arg)
{
	pid_t child;

	syscall(SYS_getppid);
	child = fork();
	if (!child)
		_exit(7);
	waitpid(child, arg, 0);
}

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
	handled = number;
}

/* A handler that runs outside every call must return by one. */
static void be_interrupted(void *arg)
{
	static const struct itimerval soon = { .it_value.tv_usec = 1000 };

	(void)arg;
	setitimer(ITIMER_REAL, &soon, NULL);
	while (!handled)
		;
	syscall(SYS_getppid);
}

static void what_cannot_be_counted_happens_and_says_so(void **state)
{
	uint64_t calls = 12;
	int status = 0;

	(void)state;
	assert_int_equal(bench_syscalls_count(fork_and_wait, &status, &calls,
					      why, sizeof(why)),
			 -EAGAIN);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	signal(SIGALRM, on_signal);
	assert_int_equal(bench_syscalls_count(be_interrupted, NULL, &calls, why,
					      sizeof(why)),
			 -EAGAIN);
	assert_int_equal(handled, SIGALRM);
	assert_int_equal(calls, 12);
	assert_int_equal(count(nothing, NULL), 0);
}

static void count_again(void *arg)
{
	uint64_t calls;

	*(int *)arg =
		bench_syscalls_count(nothing, NULL, &calls, why, sizeof(why));
}

static void one_counts_at_a_time(void **state)
{
	int err = 0;

	(void)state;
	assert_int_equal(count(count_again, &err), 0);
	assert_int_equal(err, -EBUSY);
}

static void afterwards_nothing_is_left_of_it(void **state)
{
	struct sigaction before, after;
	unsigned int left = 3;

	(void)state;
	signal(SIGSYS, on_signal);
	sigaction(SIGSYS, NULL, &before);
	count(ask_for_parent, &left);
	sigaction(SIGSYS, NULL, &after);
	assert_true(before.sa_handler == after.sa_handler);
	handled = 0;
	for (unsigned int i = 0; i < 100; i++)
		syscall(SYS_getppid);
	assert_int_equal(handled, 0);
	signal(SIGSYS, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_counted_once),
		cmocka_unit_test(results_and_errno_are_those_of_the_call),
		cmocka_unit_test(a_call_that_succeeds_leaves_errno_alone),
		cmocka_unit_test(
			a_clock_read_is_no_system_call_where_the_vdso_reads_it),
		cmocka_unit_test(a_mask_that_was_set_stays_set),
		cmocka_unit_test(a_blocked_sigsys_is_opened_and_blocked_again),
		cmocka_unit_test(what_cannot_be_counted_happens_and_says_so),
		cmocka_unit_test(one_counts_at_a_time),
		cmocka_unit_test(afterwards_nothing_is_left_of_it),
	};
	uint64_t calls;

	if (bench_syscalls_count(nothing, NULL, &calls, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
