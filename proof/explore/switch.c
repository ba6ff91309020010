/* SPDX-License-Identifier: MIT */
/*
 * switch.c - the coroutine switch: save what the ABI preserves, change stacks.
 *
 * A few nanoseconds on x86-64 and aarch64; elsewhere swapcontext(3), which
 * enters the kernel for the signal mask. Sources: System V ABI AMD64 3.2.1;
 * AAPCS64 6.1.1.
 */
#include "proof/explore/engine.h"

#if defined(__x86_64__)
__asm__(".text\n"
	".globl xp_switch\n"
	".hidden xp_switch\n"
	".type xp_switch, @function\n"
	"xp_switch:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size xp_switch, .-xp_switch\n");

#define XP_SAVED 6

void *xp_context(unsigned char *stack, size_t size, void (*entry)(void))
{
	uint64_t *top = (uint64_t *)(void *)(stack + size - 64);

	*--top = 0; /* entry's return address: it has none */
	*--top = (uint64_t)(uintptr_t)entry;
	for (int i = 0; i < XP_SAVED; i++)
		*--top = 0;
	return top;
}
#elif defined(__aarch64__)
__asm__(".text\n"
	".globl xp_switch\n"
	".hidden xp_switch\n"
	".type xp_switch, %function\n"
	"xp_switch:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	ret\n"
	".size xp_switch, .-xp_switch\n");

void *xp_context(unsigned char *stack, size_t size, void (*entry)(void))
{
	uint64_t *top = (uint64_t *)(void *)(stack + size - 64 - 160);

	for (int i = 0; i < 20; i++)
		top[i] = 0;
	top[11] = (uint64_t)(uintptr_t)entry; /* x30 */
	return top;
}
#else
#include <ucontext.h>

struct context {
	ucontext_t saved;
};

void xp_switch(void **from, void *to)
{
	ucontext_t here;

	*from = &here;
	swapcontext(&here, to);
}

void *xp_context(unsigned char *stack, size_t size, void (*entry)(void))
{
	ucontext_t *context = (ucontext_t *)(void *)stack;

	getcontext(context);
	context->uc_stack.ss_sp = stack + sizeof(*context);
	context->uc_stack.ss_size = size - sizeof(*context);
	context->uc_link = NULL;
	makecontext(context, entry, 0);
	return context;
}
#endif
