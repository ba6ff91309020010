/* SPDX-License-Identifier: MIT */
/*
 * deny.c - start a command under a seccomp filter that denies a system call.
 *
 *	deny CALL eperm|enosys|kill COMMAND [ARG...]
 *
 * Exit status 77: there is no filter to be had here, or no such call.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CANNOT 77

static const struct {
	const char *name;
	long number;
} calls[] = {
#define CALL(name)                \
	{                         \
#name, SYS_##name \
	}
	CALL(membarrier),
	CALL(rt_tgsigqueueinfo),
	CALL(tgkill),
	CALL(timer_create),
	CALL(perf_event_open),
	CALL(sched_setscheduler),
	CALL(mlock),
	CALL(mbind),
	CALL(get_mempolicy),
	CALL(move_pages),
	CALL(getcpu),
	CALL(pidfd_open),
	CALL(sched_setaffinity),
	CALL(sched_getaffinity),
	CALL(sched_yield),
	CALL(rt_sigprocmask),
	CALL(rt_sigaction),
	CALL(futex),
	CALL(getrusage),
	CALL(clock_gettime),
	CALL(clock_nanosleep),
	CALL(clone3),
	CALL(prctl),
	CALL(flock),
	CALL(fdatasync),
	CALL(setpgid),
	CALL(madvise),
	CALL(kill),
	CALL(wait4),
	CALL(capget),
#undef CALL
};

static long number_of(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].number;
	return -1;
}

static uint32_t action_of(const char *word)
{
	if (!strcmp(word, "kill"))
		return SECCOMP_RET_KILL_PROCESS;
	return SECCOMP_RET_ERRNO |
	       (uint32_t)(strcmp(word, "enosys") ? EPERM : ENOSYS);
}

/* 0, or -1 and errno. */
static int deny(long number, uint32_t action)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int main(int argc, char **argv)
{
	long number = argc < 4 ? -1 : number_of(argv[1]);

	if (number < 0) {
		fprintf(stderr, "usage: deny CALL eperm|enosys|kill COMMAND\n");
		return CANNOT;
	}
	if (deny(number, action_of(argv[2]))) {
		fprintf(stderr, "seccomp: %s\n", strerror(errno));
		return CANNOT;
	}
	execvp(argv[3], argv + 3);
	fprintf(stderr, "%s: %s\n", argv[3], strerror(errno));
	return 1;
}
