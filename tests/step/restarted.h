/* SPDX-License-Identifier: MIT */
/*
 * restarted: whole writes, whose seat is taken by a restartable section.
 *
 * A strategy for the stepper's own test, in x86-64 alone.
 *
 *	writer                                  swapper
 *	W0  section: refuse? -> early           S1  refuse |= SWAP
 *	    seat taken? -> contended            S2  abort every section
 *	W1  last store: the seat is taken       S3  seat taken? -> wait, EBUSY
 *	W2  store the event in slot->active     S4  slot->active = spare's
 *	W3  leave the seat                      S5  refuse &= ~SWAP
 *
 * W1 pairs with S2: a section that has not seen S1 takes the seat before S2, or
 * not at all. W3 pairs with S3: the event, then the seat.
 *
 * With RESTARTED_COUNTS the section stores something before its last store, a
 * count that is not taken back when it is aborted: it must be caught.
 */
#ifndef RESTARTED_H
#define RESTARTED_H

#include <linux/membarrier.h>
#include <stddef.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "strategies/hooks.h"

struct restarted_slot {
	struct swap_slot base;
	uint32_t seat;
};

static inline struct restarted_slot *restarted_slot(struct swap_slot *slot)
{
	return (struct restarted_slot *)slot;
}

static inline struct rseq *restarted_area(void)
{
	return (struct rseq *)((char *)__builtin_thread_pointer() +
			       __rseq_offset);
}

#ifdef RESTARTED_COUNTS
#define RESTARTED_MORE	   "incl %[count]\n\t"
#define RESTARTED_MORE_END "decl %[count]\n\t"
#else
#define RESTARTED_MORE	   ""
#define RESTARTED_MORE_END ""
#endif

/* 0: the seat is taken; 1: refused; 2: somebody sits there. */
static __attribute__((noinline)) int restarted_sit(struct swap_slot *slot)
{
	int err = 0;

	__asm__ __volatile__(
		".pushsection __rseq_cs, \"aw\"\n\t"
		".balign 32\n"
		"9:\n\t"
		".long 0, 0\n\t"
		".quad 1f, 2f - 1f, 4f\n\t"
		".popsection\n"
		"3:\n\t"
		"leaq 9b(%%rip), %%rax\n\t"
		"movq %%rax, %[descriptor]\n"
		"1:\n\t"
		"cmpl $0, %[refuse]\n\t"
		"jne 5f\n\t" RESTARTED_MORE
		"cmpl $0, %[seat]\n\t"
		"jne 6f\n\t" RESTARTED_MORE_END
		"movl $1, %[seat]\n"
		"2:\n\t"
		"jmp 8f\n\t"
		".byte 0x0f, 0xb9, 0x3d\n\t" /* ud1, and the signature */
		".long 0x53053053\n"
		"4:\n\t"
		"jmp 3b\n"
		"5:\n\t"
		"movl $1, %[err]\n\t"
		"jmp 8f\n"
		"6:\n\t" RESTARTED_MORE_END
		"movl $2, %[err]\n"
		"8:\n\t"
		: [err] "+r"(err), [descriptor] "=m"(restarted_area()->rseq_cs),
		  [seat] "+m"(restarted_slot(slot)->seat),
		  [count] "+m"(slot->rb.nesting)
		: [refuse] "m"(slot->rb.refuse)
		: "memory", "cc", "rax");
	return err;
}

static inline bool restarted_write(struct swap_slot *slot,
				   const struct swap_event *event)
{
	static const enum rb_drop causes[] = { RB_DROP_CAUSES, RB_DROP_EARLY,
					       RB_DROP_CONTENDED };
	_Atomic uint32_t *seat =
		(_Atomic uint32_t *)&restarted_slot(slot)->seat;
	int err = restarted_sit(slot);
	struct rb_write write;
	void *at;

	if (err) {
		swap_refuse(slot, causes[err]);
		return false;
	}
	at = rb_reserve_as(&slot->rb, load_relaxed(&slot->rb.active),
			   event->length, event->stamp, event->mode, &write);
	if (at) {
		memcpy(at, event->data, event->length); /* W2 */
		rb_commit(&write);
	}
	store_release(seat, 0); /* W3 pairs with S3: the event, then the seat */
	return at != NULL;
}

static inline bool restarted_is_free(void *arg)
{
	/* S3 pairs with W3: the events of who sat there */
	return !load_acquire((_Atomic uint32_t *)&restarted_slot(arg)->seat);
}

static inline int restarted_fence(void)
{
	return syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0,
		       0)
		       ? -errno
		       : 0;
}

static inline int restarted_swap(struct swap_op *op)
{
	struct rb_slot *live = &op->live->rb;
	int err;

	/* S1 pairs with S5: announced */
	fetch_or_acq_rel(&live->refuse, RB_REFUSE_SWAP);
	err = restarted_fence(); /* S2 pairs with W1: seat, or aborted */
	if (!err && (op->mode == SWAP_TRY ||
		     load_relaxed(&op->live->writer) == sys_tid()))
		err = restarted_is_free(op->live) ? 0 : -EBUSY;
	else if (!err)
		err = sys_await(restarted_is_free, op->live, op->deadline);
	if (!err)
		/* S4 pairs with W1: the fresh buffer is ready */
		store_release(&live->active, swap_prepare(op));
	/* S5 pairs with W0 S1: exchanged before withdrawn */
	fetch_and_acq_rel(&live->refuse, ~RB_REFUSE_SWAP);
	return err;
}

static inline int restarted_setup(void)
{
	return syscall(SYS_membarrier,
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0)
		       ? -errno
		       : 0;
}

#define SWAP_WHOLE_restarted SWAP_YES

SWAP_STRATEGY(restarted) = {
	SWAP_FROM_HOOKS(restarted),
	.name = "restarted",
	.summary = "a seat that is taken in a restartable section",
	.source = "tests/step",
	.family = SWAP_OTHER,
	.sound = true,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "membarrier(2) for rseq",
	.baseline = "unsync",
	.writer_pays = "a restartable section",
	.swapper_pays = "two atomic RMWs and membarrier(2)",
	.floor = "append",
	.needs = "rseq",
	.drops = "early, and contended",
	.exclusive = SWAP_AT_RETURN,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.write_from_handler = true,
	.swap_from_handler = true,
	.slot_size = sizeof(struct restarted_slot),
	.setup = restarted_setup,
	.swap = restarted_swap,
};

#endif
