/* SPDX-License-Identifier: MIT */
/*
 * hooks.h - what makes a strategy of its hooks; a strategy's header includes
 * this and nothing else of ours.
 *
 * A strategy is one header. Whoever includes it gets the hooks to inline; the
 * one unit that defines SWAP_DEFINE before gets the strategy itself as well:
 * its descriptor, its ops and what state it has in common for all slots. That
 * unit is made from strategies.def. Another one, of the bench alone, makes the
 * measured loops (write_loops.h).
 *
 *	SWAP_HOT struct rb_cpu *mine_begin(struct swap_slot *slot, ...) { ... }
 *	SWAP_HOT void mine_end(struct swap_slot *slot, ...) { ... }
 *	SWAP_STRATEGY(mine) = { SWAP_FROM_HOOKS(mine), .name = "mine", ... };
 */
#ifndef RINGSWAP_STRATEGIES_HOOKS_H
#define RINGSWAP_STRATEGIES_HOOKS_H

#include <string.h>

#include "strategies/strategy.h"

/* ------------------------------------------------------------------------ */
/* What a strategy has beside begin and end                                 */

/*
 * Told by two macros of its own, before its SWAP_STRATEGY; the loops and the
 * ops follow. A strategy without them has begin and end, and no poll.
 *
 *	#define SWAP_WHOLE_mine SWAP_YES	it has mine_write instead
 *	#define SWAP_POLLS_mine SWAP_YES	the loops call mine_poll, too
 *
 * SWAP_IS(flag): 1 where the flag is defined so, else 0.
 */
#define SWAP_YES		~, 1
#define SWAP_SECOND(a, b, ...)	b
#define SWAP_SECOND_OF(...)	SWAP_SECOND(__VA_ARGS__)
#define SWAP_IS(flag)		SWAP_SECOND_OF(flag, 0, ~)
#define SWAP_GLUE(a, b)		a##b
#define SWAP_PICK(macro, which) SWAP_GLUE(macro, which)

/* ------------------------------------------------------------------------ */
/* Application calls                                                        */

SWAP_HOT void *swap_op_reserve(struct swap_slot *slot, uint32_t length,
			       struct swap_write *write, swap_begin_fn begin,
			       swap_end_fn end)
{
	void *at;

	write->cpu = begin(slot, &write->level);
	if (!write->cpu)
		return NULL;
	at = rb_reserve(&slot->rb, write->cpu, length, write->cpu->stamp,
			&write->write);
	if (!at)
		end(slot, write->cpu, write->level);
	return at;
}

SWAP_HOT int swap_op_write(struct swap_slot *slot, const void *data,
			   uint32_t length, swap_begin_fn begin,
			   swap_end_fn end)
{
	struct swap_write write;
	void *at = swap_op_reserve(slot, length, &write, begin, end);

	if (!at)
		return rb_payload_fits(slot->rb.rb->attr.subbuf_size, length)
			       ? -ENOBUFS
			       : -EMSGSIZE;
	memcpy(at, data, length);
	rb_commit(&write.write);
	end(slot, write.cpu, write.level);
	return 0;
}

/* An event that is written whole; what is refused is counted by its cause. */
SWAP_HOT int swap_op_whole(struct swap_slot *slot, const void *data,
			   uint32_t length, swap_whole_fn write)
{
	const struct rb_attr *attr = &slot->rb.rb->attr;
	struct swap_event event = { data, length, attr->stamp, attr->mode };

	if (swap_is_stray(slot)) {
		swap_refuse(slot, RB_DROP_CONTEXT);
		return -ENOBUFS;
	}
	if (length > rb_payload_max(attr->subbuf_size)) {
		rb_drop(&slot->rb, RB_DROP_TOO_BIG);
		return -EMSGSIZE;
	}
	return write(slot, &event) ? 0 : -ENOBUFS;
}

/* Whole: there is nothing to reserve, and nothing stays open. */
#define SWAP_OPS_1(id)                                                     \
	static int id##_op_write(struct swap_slot *slot, const void *data, \
				 uint32_t length)                          \
	{                                                                  \
		return swap_op_whole(slot, data, length, id##_write);      \
	}                                                                  \
	static const struct swap_ops id##_ops = {                          \
		.write = id##_op_write,                                    \
	};

#define SWAP_OPS_0(id)                                                        \
	static int id##_op_write(struct swap_slot *slot, const void *data,    \
				 uint32_t length)                             \
	{                                                                     \
		return swap_op_write(slot, data, length, id##_begin,          \
				     id##_end);                               \
	}                                                                     \
	static void *id##_op_reserve(struct swap_slot *slot, uint32_t length, \
				     struct swap_write *write)                \
	{                                                                     \
		return swap_op_reserve(slot, length, write, id##_begin,       \
				       id##_end);                             \
	}                                                                     \
	static void id##_op_commit(struct swap_slot *slot,                    \
				   struct swap_write *write)                  \
	{                                                                     \
		rb_commit(&write->write);                                     \
		id##_end(slot, write->cpu, write->level);                     \
	}                                                                     \
	static void id##_op_discard(struct swap_slot *slot,                   \
				    struct swap_write *write)                 \
	{                                                                     \
		rb_discard(&write->write);                                    \
		id##_end(slot, write->cpu, write->level);                     \
	}                                                                     \
	static const struct swap_ops id##_ops = {                             \
		.write = id##_op_write,                                       \
		.reserve = id##_op_reserve,                                   \
		.commit = id##_op_commit,                                     \
		.discard = id##_op_discard,                                   \
	};

/* ------------------------------------------------------------------------ */
/* The strategy                                                             */

/*
 * The descriptor, whose braces follow and begin with SWAP_FROM_HOOKS(id). Where
 * the strategy is not defined but used, the braces initialise a constant that
 * nobody reads.
 *
 * SWAP_STATE(type, name, initialiser): a variable that all slots share; there
 * is one in the process, however many units inline the hooks.
 *
 * SWAP_THREAD_STATE(type, name): likewise one of every thread, zero at first and
 * there from its start; swap_thread(name) is the caller's, which its handlers
 * share. Any context. It ends with its thread: writer_exit takes back what a
 * slot keeps of it.
 */
#define swap_thread(name) SYS_OF_THREAD(name)

#define SWAP_SHARED __attribute__((visibility("default")))

#ifdef SWAP_DEFINE
#define SWAP_STRATEGY(id)                                                      \
	SWAP_PICK(SWAP_OPS_, SWAP_IS(SWAP_WHOLE_##id))                         \
	(id) extern const struct swap_strategy swap_strategy_##id SWAP_SHARED; \
	const struct swap_strategy swap_strategy_##id
#define SWAP_FROM_HOOKS(id) .ops = &id##_ops
#define SWAP_STATE(type, name, ...)   \
	extern type name SWAP_SHARED; \
	type name = __VA_ARGS__
#define SWAP_THREAD_STATE(type, name)                       \
	extern SYS_THREAD_VARIABLE(type, name) SWAP_SHARED; \
	SYS_THREAD_VARIABLE_HERE(type, name)
#else
#define SWAP_STRATEGY(id)                                     \
	extern const struct swap_strategy swap_strategy_##id; \
	static const struct swap_strategy id##_unread __attribute__((unused))
#define SWAP_FROM_HOOKS(id)	      .ops = NULL
#define SWAP_STATE(type, name, ...)   extern type name
#define SWAP_THREAD_STATE(type, name) extern SYS_THREAD_VARIABLE(type, name)
#endif

#endif
