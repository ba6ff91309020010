/* SPDX-License-Identifier: MIT */
/* sys.h as strategies rely on it: waits, and a barrier that is refused, a signal. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
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
};

/* Long after the spins: the deadline passes while it looks. */
static bool is_late(void *arg)
{
	struct late *late = arg;

	if (sys_now() >= late->deadline)
		return true;
	if (++late->calls > 2050)
		while (sys_now() < late->deadline)
			;
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

/* Each of them, and with the words of the error. */
static bool barrier_is_refused(int err)
{
	char why[160] = "";

	return sys_membarrier_setup() == err && sys_membarrier_check() == err &&
	       sys_membarrier() == err &&
	       sys_membarrier_probe(why, sizeof(why)) == -ENOTSUP &&
	       strstr(why, "membarrier(2)") && strstr(why, strerror(-err));
}

static void refused_barrier_says_so(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(refuse_membarrier()	   ? 77
		      : barrier_is_refused(-EPERM) ? 0
						   : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* By us: a library may have registered the process for itself. */
static bool barrier_wants_to_be_registered(void)
{
	char why[160] = "";

	return sys_membarrier_check() == -EPERM && !sys_membarrier_setup() &&
	       !sys_membarrier_check() && !sys_membarrier() &&
	       !sys_membarrier_probe(why, sizeof(why));
}

static void unregistered_barrier_says_so(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(!barrier_wants_to_be_registered());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* EDOM from the barrier alone: its command is the first argument. */
static int mark_the_barrier(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
			 MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 6, rules };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void barrier_is_the_expedited_one(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(mark_the_barrier()		? 77
		      : sys_membarrier_setup() == -EDOM ? 2
		      : sys_membarrier() == -EDOM	? 0
							: 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static _Atomic int handled;

/* As careless as a handler of a strategy may be. */
static void lose_errno(void)
{
	errno = EIO;
	store_relaxed(&handled, load_relaxed(&handled) + 1);
}

static void a_handler_leaves_errno_alone(void **state)
{
	int before = load_relaxed(&handled);

	(void)state;
	assert_int_equal(sys_signal_setup(lose_errno), 0);
	errno = ERANGE;
	assert_int_equal(sys_signal_send(sys_tid()), 0); /* it is on us now */
	assert_int_equal(errno, ERANGE);
	assert_int_equal(load_relaxed(&handled), before + 1);
}

struct reader {
	int pipe[2];
	_Atomic int tid;
	ssize_t length;
};

static void *read_one(void *arg)
{
	struct reader *reader = arg;
	char byte;

	store_relaxed(&reader->tid, sys_tid());
	reader->length = read(reader->pipe[0], &byte, 1);
	return NULL;
}

static bool is_set(void *arg)
{
	return load_relaxed((_Atomic int *)arg) != 0;
}

static void a_call_is_begun_again_after_the_handler(void **state)
{
	struct reader reader = { .tid = 0 };
	pthread_t thread;

	(void)state;
	assert_int_equal(sys_signal_setup(lose_errno), 0);
	assert_int_equal(pipe(reader.pipe), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_one, &reader), 0);
	assert_int_equal(sys_await(is_set, &reader.tid, UINT64_MAX), 0);
	for (int i = 0; i < 10; i++) { /* in the call by one of them */
		store_relaxed(&handled, 0);
		usleep(2000);
		assert_int_equal(sys_signal_send(load_relaxed(&reader.tid)), 0);
		sys_await(is_set, &handled, sys_now() + 1000 * MS);
	}
	assert_int_equal(write(reader.pipe[1], "", 1), 1);
	pthread_join(thread, NULL);
	assert_int_equal(reader.length, 1);
	close(reader.pipe[0]);
	close(reader.pipe[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_is_no_cancellation_point),
		cmocka_unit_test(what_is_true_at_the_deadline_is_in_time),
		cmocka_unit_test(refused_barrier_says_so),
		cmocka_unit_test(unregistered_barrier_says_so),
		cmocka_unit_test(barrier_is_the_expedited_one),
		cmocka_unit_test(a_handler_leaves_errno_alone),
		cmocka_unit_test(a_call_is_begun_again_after_the_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
