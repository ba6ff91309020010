/* SPDX-License-Identifier: MIT */
/*
 * broken-recut: carries the oldest event of a snapshot over into the buffer
 * that is live next, where it stands after younger ones that were read
 * already. Nothing is lost and nothing doubled. Breaks C3.
 */
#include <string.h>

#include "tests/conformance/broken/base.h"

#define recut_begin base_begin
#define recut_end   base_end

static int recut_first(const struct rb_event *event, void *arg)
{
	*(struct rb_event *)arg = *event;
	return 1;
}

/* Turn the oldest event into padding, as a discard would have done. */
static void recut_take_out(struct rb_cpu *cpu, const struct rb_event *event)
{
	uint64_t *header = (uint64_t *)(uintptr_t)event->payload - 1;
	struct rb_page *page = rb_page_of((uintptr_t)event->payload &
					  ~((uintptr_t)cpu->subbuf_size - 1));

	*header = rb_event_header(RB_TYPE_PADDING, event->length, 0);
	local_fetch_add(&page->discarded, RB_ONE_EVENT + RB_EVENT_HEADER +
						  rb_round_up(event->length));
}

static void recut_carry_over(struct swap_op *op)
{
	struct rb_cpu *from = rb_slot_active(&op->live->rb);
	struct rb_cpu *to = rb_slot_active(&op->spare->rb);
	struct rb_event event;
	struct rb_write write;
	void *at;

	if (from->stamp != RB_STAMP_NONE ||
	    rb_walk(from, recut_first, &event) != 1)
		return;
	at = rb_reserve(&op->spare->rb, to, event.length, to->stamp, &write);
	if (!at)
		return;
	memcpy(at, event.payload, event.length);
	rb_commit(&write);
	recut_take_out(from, &event);
}

static inline int recut_swap(struct swap_op *op)
{
	int err;

	base_forbid(op);
	err = base_await(op);
	if (!err) {
		recut_carry_over(op);
		base_exchange(op);
	}
	base_allow(op);
	return err;
}

BROKEN_STRATEGY(recut, "broken-recut", "carries an old event over the cut",
		recut_swap, .slot_size = sizeof(struct swap_slot));
