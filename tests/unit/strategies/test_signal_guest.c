/* SPDX-License-Identifier: MIT */
/*
 * What ipi-signal leaves alone in a process, and what it says where it cannot
 * run: handlers of somebody else's, masks, filters, small stacks.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "strategies/ringswap.h"
#include "tests/unit/strategies/signal_helper.h"

/* ------------------------------------------------------------------------ */
/* Handlers                                                                 */

static void theirs(int number)
{
	(void)number;
}

static void handle(void (*handler)(int), struct sigaction *before)
{
	struct sigaction action = { .sa_handler = handler };

	SAME(sigaction(sys_signal_number(), &action, before), 0);
}

static void a_foreign_handler_is_not_replaced_case(void)
{
	struct sigaction now;
	char why[160] = "";

	handle(theirs, NULL);
	make_both(1);
	SAME(swap_probe(strategy, why, sizeof(why)), -ENOTSUP);
	HOLDS(strstr(why, "handler of somebody else") != NULL);
	SAME(swap_writer_enter(live, 0), -EEXIST);
	sigaction(sys_signal_number(), NULL, &now);
	HOLDS(now.sa_handler == theirs);
	/* And there is a way out. */
	SAME(sys_signal_choose(SIGRTMIN + 7), 0);
	SAME(swap_probe(strategy, why, sizeof(why)), 0);
	begin();
	swap_answers(0);
	stop(&writer);
}
CASE(a_foreign_handler_is_not_replaced)

static void a_handler_that_replaced_ours_is_noticed_case(void)
{
	struct sigaction ours;

	begin();
	handle(theirs, &ours);
	swap_answers(-EEXIST);
	SAME(swap_writer_enter(spare, 0), -EEXIST);
	handle(SIG_DFL, NULL);
	swap_answers(-EEXIST);
	sigaction(sys_signal_number(), &ours, NULL);
	swap_answers(0);
	stop(&writer);
}
CASE(a_handler_that_replaced_ours_is_noticed)

/* The request is on its way when the handler goes: no deadline is needed. */
static void a_handler_replaced_in_a_swap_ends_it_case(void)
{
	struct sigaction ours;

	begin();
	command(&writer, BLOCK);
	SAME(swap_within(sys_now() + 1000), -ETIMEDOUT);
	SAME(swap(live, spare, 0, SWAP_TRY, 0, &op), -EINPROGRESS);
	handle(theirs, &ours);
	SAME(swap_settle(&op, UINT64_MAX), -EEXIST);
	sigaction(sys_signal_number(), &ours, NULL);
	command(&writer, IDLE);
	swap_answers(0);
	stop(&writer);
}
CASE(a_handler_replaced_in_a_swap_ends_it)

static void an_ignored_signal_is_free_case(void)
{
	handle(SIG_IGN, NULL);
	begin();
	swap_answers(0);
	stop(&writer);
}
CASE(an_ignored_signal_is_free)

static void the_number_can_be_chosen_case(void)
{
	struct sigaction now;

	SAME(sys_signal_choose(0), -EINVAL);
	SAME(sys_signal_choose(SIGKILL), -EINVAL);
	SAME(sys_signal_choose(SIGSEGV), -EINVAL);
	SAME(sys_signal_choose(SIGRTMIN - 1), -EINVAL);
	SAME(sys_signal_choose(SIGRTMAX + 1), -EINVAL);
	SAME(ringswap_choose_signal(SIGURG), 0);
	begin();
	swap_answers(0);
	SAME(sys_signal_choose(SIGURG), 0);
	SAME(ringswap_choose_signal(SIGRTMIN + 4), -EBUSY);
	sigaction(SIGRTMIN + 4, NULL, &now);
	HOLDS(now.sa_handler == SIG_DFL);
	stop(&writer);
}
CASE(the_number_can_be_chosen)

/* Of the same number, by kill(2) and sigqueue(3): nothing comes of them. */
static void signals_of_others_do_no_harm_case(void)
{
	begin();
	command(&writer, BLOCK);
	SAME(swap(live, spare, 0, SWAP_TRY, 0, &op), -EINPROGRESS);
	for (int i = 0; i < 10; i++) {
		SAME(kill(getpid(), sys_signal_number()), 0);
		SAME(sigqueue(getpid(), sys_signal_number(),
			      (union sigval){ .sival_int = i }),
		     0);
	}
	SAME(swap_settle(&op, sys_now() + 5 * MS), -ETIMEDOUT);
	command(&writer, IDLE);
	swap_answers(0);
	stop(&writer);
}
CASE(signals_of_others_do_no_harm)

/* ------------------------------------------------------------------------ */
/* Masks                                                                    */

static void a_blocked_signal_is_told_case(void)
{
	char why[160] = "";

	set_blocked(true);
	make_both(1);
	SAME(swap_probe(strategy, why, sizeof(why)), -ENOTSUP);
	HOLDS(strstr(why, "blocked") != NULL);
	SAME(swap_writer_enter(live, 0), -ENOTSUP);
	start(&writer, 0, 1); /* created with all blocked */
	SAME(writer.entered, -ENOTSUP);
	stop(&writer);
	set_blocked(false);
	start(&writer, 0, 1);
	SAME(writer.entered, 0);
	swap_answers(0);
	stop(&writer);
}
CASE(a_blocked_signal_is_told)

static void a_mask_is_given_back_as_it_was_case(void)
{
	sigset_t before, after;

	begin();
	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	SAME(swap_writer_enter(spare, 0), 0);
	SAME(swap_writer_exit(spare, 0), 0);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	HOLDS(sigismember(&after, SIGUSR1) == 1);
	HOLDS(sigismember(&after, sys_signal_number()) == 0);
	SAME(swap_writer_enter(spare, 0), 0);
	set_blocked(true); /* and is left blocked */
	SAME(swap_writer_exit(spare, 0), 0);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	HOLDS(sigismember(&after, sys_signal_number()) == 1);
	stop(&writer);
}
CASE(a_mask_is_given_back_as_it_was)

/* ------------------------------------------------------------------------ */
/* Filters                                                                  */

static void forbid(unsigned int number, int err)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_TSYNC, &program)) {
		printf("no filter can be installed: nothing is shown\n");
		fflush(stdout);
		_exit(0);
	}
}

static void unavailable_without(unsigned int call, int err, const char *name)
{
	char why[160] = "";

	forbid(call, err);
	make_both(1);
	SAME(swap_probe(strategy, why, sizeof(why)), -ENOTSUP);
	HOLDS(strstr(why, name) != NULL);
	HOLDS(strstr(why, strerror(err)) != NULL);
}

static void without_sending_case(void)
{
	unavailable_without(SYS_rt_tgsigqueueinfo, EPERM, "rt_tgsigqueueinfo");
}
CASE(without_sending)

static void without_sending_in_this_kernel_case(void)
{
	unavailable_without(SYS_rt_tgsigqueueinfo, ENOSYS, "rt_tgsigqueueinfo");
}
CASE(without_sending_in_this_kernel)

static void without_handlers_case(void)
{
	unavailable_without(SYS_rt_sigaction, EPERM, "rt_sigaction");
	SAME(swap_writer_enter(live, 0), -EPERM);
}
CASE(without_handlers)

static void without_masks_case(void)
{
	unavailable_without(SYS_rt_sigprocmask, EPERM, "rt_sigprocmask");
	SAME(swap_writer_enter(live, 0), -EPERM);
}
CASE(without_masks)

static void a_late_filter_is_eperm(unsigned int call)
{
	begin();
	swap_answers(0);
	forbid(call, EPERM);
	for (int i = 0; i < 3; i++)
		swap_answers(-EPERM);
	stop(&writer);
	swap_answers(0); /* nobody to interrupt */
}

static void a_late_filter_of_sending_is_eperm_case(void)
{
	a_late_filter_is_eperm(SYS_rt_tgsigqueueinfo);
}
CASE(a_late_filter_of_sending_is_eperm)

static void a_late_filter_of_handlers_is_eperm_case(void)
{
	a_late_filter_is_eperm(SYS_rt_sigaction);
}
CASE(a_late_filter_of_handlers_is_eperm)

/* ------------------------------------------------------------------------ */
/* Stacks                                                                   */

#define SMALL 4096u

static ucontext_t thread_context, small_context;
static _Atomic int on_small_stack;

static void write_on_a_small_stack(void)
{
	uint64_t data = 1;

	on_small_stack = 1;
	while (on_small_stack == 1)
		strategy->ops->write(swap_slot(live, 0), &data, sizeof(data));
}

static void *small_stack_main(void *arg)
{
	stack_t handlers = { .ss_sp = malloc(65536), .ss_size = 65536 };
	stack_t before; /* a sanitizer's, which it wants back */
	char *stack = mmap(NULL, 2 * SMALL, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	SAME(swap_writer_enter(live, 0), 0);
	sigaltstack(&handlers, &before);
	mprotect(stack, SMALL, PROT_NONE); /* below it: nobody's */
	getcontext(&small_context);
	small_context.uc_stack.ss_sp = stack + SMALL;
	small_context.uc_stack.ss_size = SMALL;
	small_context.uc_link = &thread_context;
	makecontext(&small_context, write_on_a_small_stack, 0);
	swapcontext(&thread_context, &small_context);
	SAME(swap_writer_exit(live, 0), 0);
	sigaltstack(&before, NULL);
	return arg;
}

static void a_small_stack_is_not_overrun_case(void)
{
	pthread_t thread;

	make_both(1);
	pthread_create(&thread, NULL, small_stack_main, NULL);
	while (!on_small_stack)
		nap(100);
	for (int i = 0; i < 10; i++)
		SAME(swap_within(PATIENCE), 0);
	on_small_stack = 2;
	pthread_join(thread, NULL);
}
CASE(a_small_stack_is_not_overrun)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_foreign_handler_is_not_replaced),
		cmocka_unit_test(a_handler_that_replaced_ours_is_noticed),
		cmocka_unit_test(a_handler_replaced_in_a_swap_ends_it),
		cmocka_unit_test(an_ignored_signal_is_free),
		cmocka_unit_test(the_number_can_be_chosen),
		cmocka_unit_test(signals_of_others_do_no_harm),
		cmocka_unit_test(a_blocked_signal_is_told),
		cmocka_unit_test(a_mask_is_given_back_as_it_was),
		cmocka_unit_test(without_sending),
		cmocka_unit_test(without_sending_in_this_kernel),
		cmocka_unit_test(without_handlers),
		cmocka_unit_test(without_masks),
		cmocka_unit_test(a_late_filter_of_sending_is_eperm),
		cmocka_unit_test(a_late_filter_of_handlers_is_eperm),
		cmocka_unit_test(a_small_stack_is_not_overrun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
