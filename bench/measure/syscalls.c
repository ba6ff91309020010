/* SPDX-License-Identifier: MIT */
/*
 * syscalls.c - system calls of one thread, counted by Syscall User Dispatch.
 *
 * The kernel looks at one byte of ours, the selector, at every system call of
 * the thread: ALLOW makes it, BLOCK sends SIGSYS instead, unless the call comes
 * from one allowed range of code. The handler sets ALLOW, makes the call in the
 * name of the interrupted code, and sets BLOCK again. After that it must still
 * return, which is itself a system call, rt_sigreturn: the allowed range holds
 * nothing but that one, our own restorer. libc would put its own in place, so
 * the handler is installed by the bare system call.
 */
#include "bench/measure/syscalls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ringbuf/order.h"

#if defined(__SANITIZE_ADDRESS__) || defined(RB_HAVE_TSAN)
#define CANNOT "a sanitizer would see the signals"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CANNOT "a sanitizer would see the signals"
#endif
#endif
#if !defined(CANNOT) && !defined(__x86_64__)
#define CANNOT "written for x86-64 only"
#endif

#ifdef CANNOT

int bench_syscalls_count(void (*run)(void *arg), void *arg, uint64_t *calls,
			 char *why, size_t n)
{
	(void)run;
	(void)arg;
	(void)calls;
	snprintf(why, n, "syscall user dispatch: %s", CANNOT);
	return -ENOTSUP;
}

#else

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Of <linux/prctl.h>, where the system's headers are older than 5.11. */
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF	     0
#define PR_SYS_DISPATCH_ON	     1
#endif
#define ALLOW 0 /* SYSCALL_DISPATCH_FILTER_ALLOW */
#define BLOCK 1 /* SYSCALL_DISPATCH_FILTER_BLOCK */

#define SYSCALL_BYTES 2 /* the instruction `syscall` */
#define SA_RESTORER   0x04000000
#define KERNEL_SIGSET 8 /* bytes of the kernel's signal set */

/* What rt_sigaction takes; libc's struct is another. */
struct kernel_action {
	void (*handler)(int number, siginfo_t *info, void *context);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

/* The allowed range: the return from a handler. It ends after the next
 * instruction, since the kernel looks at where the call would return to. */
void bench_syscalls_restorer(void);
extern const char bench_syscalls_restorer_end[];
__asm__(".text\n"
	".p2align 4\n"
	".hidden bench_syscalls_restorer\n"
	".globl bench_syscalls_restorer\n"
	".type bench_syscalls_restorer, @function\n"
	"bench_syscalls_restorer:\n"
	"	movl $15, %eax\n" /* SYS_rt_sigreturn */
	"	syscall\n"
	"	hlt\n" /* never reached */
	".hidden bench_syscalls_restorer_end\n"
	".globl bench_syscalls_restorer_end\n"
	"bench_syscalls_restorer_end:\n"
	".size bench_syscalls_restorer, . - bench_syscalls_restorer\n");

/* The one count that is under way; its thread and that thread's handler. */
static struct {
	_Atomic bool taken;
	volatile char selector;
	volatile bool gave_up;
	volatile uint64_t calls;
} count;

/* ------------------------------------------------------------------------ */
/* The handler                                                              */

/* Without libc, which would put the result into errno. */
static long syscall_of(const greg_t *regs)
{
	register long r10 __asm__("r10") = regs[REG_R10];
	register long r8 __asm__("r8") = regs[REG_R8];
	register long r9 __asm__("r9") = regs[REG_R9];
	long result = regs[REG_RAX];

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"(regs[REG_RDI]), "S"(regs[REG_RSI]),
			   "d"(regs[REG_RDX]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* These return twice, or to somewhere else than to the handler. */
static bool needs_its_own_stack(long number)
{
	return number == SYS_rt_sigreturn || number == SYS_clone ||
	       number == SYS_fork || number == SYS_vfork
#ifdef SYS_clone3
	       || number == SYS_clone3
#endif
		;
}

/* The signal mask that the call has set, for the interrupted code to go on
 * with: the handler's return would put the one from before it back. SIGSYS
 * stays open, since the kernel kills whom it cannot tell. */
static void keep_mask(ucontext_t *context)
{
	sigset_t mask;

	if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, KERNEL_SIGSET))
		return;
	sigdelset(&mask, SIGSYS);
	memcpy(&context->uc_sigmask, &mask, KERNEL_SIGSET);
}

static void on_sigsys(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	long call = regs[REG_RAX];
	int saved = errno;

	(void)number;
	(void)info;
	count.selector = ALLOW;
	if (count.gave_up || needs_its_own_stack(call)) {
		count.gave_up = true;
		regs[REG_RIP] -= SYSCALL_BYTES; /* again, from there */
		return;
	}
	count.calls++;
	regs[REG_RAX] = syscall_of(regs);
	if (call == SYS_rt_sigprocmask)
		keep_mask(context);
	errno = saved;
	count.selector = BLOCK;
}

/* ------------------------------------------------------------------------ */
/* On and off                                                               */

static int set_action(const struct kernel_action *action,
		      struct kernel_action *old)
{
	return syscall(SYS_rt_sigaction, SIGSYS, action, old, KERNEL_SIGSET)
		       ? -errno
		       : 0;
}

static int set_dispatch(unsigned long mode)
{
	uintptr_t begin = (uintptr_t)bench_syscalls_restorer;
	uintptr_t end = (uintptr_t)bench_syscalls_restorer_end;
	int err;

	if (mode == PR_SYS_DISPATCH_OFF)
		err = prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, 0UL, 0UL, 0UL);
	else
		err = prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, begin,
			    end - begin, &count.selector);
	return err ? -errno : 0;
}

/* The kernel kills whom it cannot tell: whoever started this process may have
 * blocked the signal. */
static void open_sigsys(sigset_t *before)
{
	sigset_t mine;

	sigemptyset(&mine);
	sigaddset(&mine, SIGSYS);
	pthread_sigmask(SIG_UNBLOCK, &mine, before);
}

static void close_sigsys(const sigset_t *before)
{
	sigset_t mine;

	sigemptyset(&mine);
	sigaddset(&mine, SIGSYS);
	if (sigismember(before, SIGSYS) == 1)
		pthread_sigmask(SIG_BLOCK, &mine, NULL);
}

static int count_run(void (*run)(void *arg), void *arg)
{
	/* Nothing masked, so that keep_mask() sees what the call left. */
	struct kernel_action ours = {
		.handler = on_sigsys,
		.flags = SA_SIGINFO | SA_RESTORER | SA_NODEFER,
		.restorer = bench_syscalls_restorer,
	};
	struct kernel_action old;
	sigset_t before;
	int err = set_action(&ours, &old);

	if (err)
		return err;
	open_sigsys(&before);
	count.selector = ALLOW;
	count.gave_up = false;
	count.calls = 0;
	err = set_dispatch(PR_SYS_DISPATCH_ON);
	if (!err) {
		count.selector = BLOCK;
		run(arg);
		count.selector = ALLOW;
		set_dispatch(PR_SYS_DISPATCH_OFF);
	}
	close_sigsys(&before);
	set_action(&old, NULL);
	return err;
}

int bench_syscalls_count(void (*run)(void *arg), void *arg, uint64_t *calls,
			 char *why, size_t n)
{
	int err = -EBUSY;

	if (!xchg_acq_rel(&count.taken, true)) {
		err = count_run(run, arg);
		if (!err && count.gave_up)
			err = -EAGAIN;
		if (!err)
			*calls = count.calls;
		store_release(&count.taken, false);
	}
	if (err == -EAGAIN)
		snprintf(why, n, "a thread, a process or a signal got between");
	else if (err)
		snprintf(why, n, "syscall user dispatch: %s", strerror(-err));
	return err;
}

#endif
