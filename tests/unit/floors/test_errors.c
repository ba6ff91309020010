/* SPDX-License-Identifier: MIT */
/* Unit tests of floors whose system call fails: what did not happen is no
 * floor, and says so. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cmocka.h>

#include "bench/floors/floors.h"

#define NO_FILTER 77

/* From now on a system call answers with this error. */
static void deny(long number, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(NO_FILTER);
}

/* The error that a floor's run notes where this call is denied; in a process
 * of its own, as a filter stays. -1: no filter can be set here. */
static int error_of(const char *floor, long number, int error)
{
	static struct bench_floor_run run;
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		deny(number, error);
		/* the peer of a signal has its handler */
		store_relaxed(&run.word, 1);
		store_relaxed(&run.peer_tid, getpid());
		bench_floor_find(floor)->run(&run, 1);
		_exit(-load_relaxed(&run.error));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == NO_FILTER ? -1 : WEXITSTATUS(status);
}

static void check(const char *floor, long number, int error, int want)
{
	int got = error_of(floor, number, error);

	if (got == -1)
		skip();
	assert_int_equal(got, want);
}

static void a_denied_membarrier_is_no_floor(void **state)
{
	(void)state;
	check("membarrier", SYS_membarrier, EPERM, EPERM);
}

static void a_missing_membarrier_is_not_supported(void **state)
{
	(void)state;
	check("membarrier", SYS_membarrier, ENOSYS, ENOSYS);
}

static void a_denied_signal_is_no_floor(void **state)
{
	(void)state;
	check("signal", SYS_tgkill, EPERM, EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_denied_membarrier_is_no_floor),
		cmocka_unit_test(a_missing_membarrier_is_not_supported),
		cmocka_unit_test(a_denied_signal_is_no_floor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
