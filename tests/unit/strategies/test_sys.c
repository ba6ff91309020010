/* SPDX-License-Identifier: MIT */
/* sys.h as strategies rely on it: waits, and a barrier that is refused. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "strategies/sys.h"

#define MS UINT64_C(1000000)

static int cancelstate(void)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	pthread_setcancelstate(state, NULL);
	return state;
}

static bool note_cancelstate(void *arg)
{
	*(int *)arg = cancelstate();
	return true;
}

static void wait_is_no_cancellation_point(void **state)
{
	int inside = PTHREAD_CANCEL_ENABLE;

	(void)state;
	assert_int_equal(cancelstate(), PTHREAD_CANCEL_ENABLE);
	assert_int_equal(sys_await(note_cancelstate, &inside, 0), 0);
	assert_int_equal(inside, PTHREAD_CANCEL_DISABLE);
	assert_int_equal(cancelstate(), PTHREAD_CANCEL_ENABLE);
}

struct late {
	uint64_t deadline;
	unsigned int calls;
	bool passed;
};

/* Long after the spins: the deadline passes while it looks. */
static bool is_late(void *arg)
{
	struct late *late = arg;

	if (late->passed)
		return true;
	if (++late->calls > 2050) {
		while (sys_now() < late->deadline)
			;
		late->passed = true;
	}
	return false;
}

static void what_is_true_at_the_deadline_is_in_time(void **state)
{
	struct late late = { .deadline = sys_now() + 100 * MS };

	(void)state;
	assert_int_equal(sys_await(is_late, &late, late.deadline), 0);
}

static int refuse_membarrier(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, rules };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void refused_barrier_says_so(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(refuse_membarrier() ? 77
		      : sys_membarrier_setup() == -EPERM &&
				      sys_membarrier() == -EPERM
			      ? 0
			      : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_is_no_cancellation_point),
		cmocka_unit_test(what_is_true_at_the_deadline_is_in_time),
		cmocka_unit_test(refused_barrier_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
