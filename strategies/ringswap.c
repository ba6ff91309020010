/* SPDX-License-Identifier: MIT */
/*
 * ringswap.c - the opaque interface: a live ring buffer, its spare, and for
 * each slot where it stands between two swaps.
 *
 * Invariant: whoever moved a slot's state from FREE, PENDING or SNAPSHOT to
 * BUSY owns the slot's op and its spare until it stores another state.
 *
 *	FREE -> BUSY -> SNAPSHOT    swapped; or FREE again, nothing has changed
 *	FREE -> BUSY -> PENDING     in progress: PENDING -> BUSY by settle
 *	SNAPSHOT -> BUSY -> FREE    recycled
 */
#include "strategies/ringswap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strategies/strategy.h"

enum slot_state {
	SLOT_FREE, /* the spare is empty: a swap may begin */
	SLOT_BUSY, /* a call of this file is at it */
	SLOT_PENDING,
	SLOT_SNAPSHOT,
};

struct ringswap {
	const struct swap_strategy *strategy;
	struct rb *live;
	struct rb *spare;
	struct swap_op *ops; /* a slot each; of who is BUSY or PENDING */
	_Atomic unsigned int *state; /* a slot each, enum slot_state */
};

/* What a struct ringswap_reservation is. */
struct reservation {
	struct swap_slot *slot;
	struct swap_write write;
};

_Static_assert(sizeof(struct reservation) <=
		       sizeof(struct ringswap_reservation),
	       "a reservation has room for a write");
_Static_assert((int)RINGSWAP_OVERWRITE == RB_OVERWRITE &&
		       (int)RINGSWAP_PRODUCE_CONSUME == RB_PRODUCE_CONSUME &&
		       (int)RINGSWAP_STAMP_NONE == RB_STAMP_NONE &&
		       (int)RINGSWAP_STAMP_CYCLES == RB_STAMP_CYCLES &&
		       (int)RINGSWAP_STAMP_CLOCK == RB_STAMP_CLOCK,
	       "the words of the core");

const char *ringswap_version(void)
{
	return RINGSWAP_VERSION;
}

/* ------------------------------------------------------------------------ */
/* Life                                                                     */

static bool is_slot(const struct ringswap *r, unsigned int slot)
{
	return slot < r->live->attr.slots;
}

/* A slot that this process may use: 0, -EINVAL (none such) or -ECHILD. */
static int slot_check(const struct ringswap *r, unsigned int slot)
{
	if (!is_slot(r, slot))
		return -EINVAL;
	return swap_is_forked(swap_slot(r->live, slot)) ? -ECHILD : 0;
}

static void release(struct ringswap *r)
{
	rb_destroy(r->live);
	rb_destroy(r->spare);
	free(r->ops);
	free(r->state);
	free(r);
}

/* Both ring buffers, and the states: FREE is 0. */
static int fill(struct ringswap *r, const struct ringswap_attr *attr)
{
	struct rb_attr core = {
		.slots = attr->slots,
		.subbufs = attr->pages,
		.subbuf_size = attr->page_bytes,
		.mode = (enum rb_mode)attr->mode,
		.stamp = (enum rb_stamp)attr->stamp,
	};
	int err = swap_rb_create(r->strategy, core, &r->live);

	if (!err)
		err = swap_rb_create(r->strategy, core, &r->spare);
	if (err)
		return err;
	r->ops = calloc(attr->slots, sizeof(*r->ops));
	r->state = calloc(attr->slots, sizeof(*r->state));
	return r->ops && r->state ? 0 : -ENOMEM;
}

int ringswap_create(const char *strategy, const struct ringswap_attr *attr,
		    struct ringswap **out)
{
	static const struct ringswap_attr defaults = RINGSWAP_ATTR_INIT;
	struct ringswap *r;
	char why[2];
	int err;

	if (!attr)
		attr = &defaults;
	if (attr->size != sizeof(*attr))
		return -EINVAL;
	err = ringswap_probe(strategy, why, sizeof(why));
	if (err)
		return err;
	err = swap_setup_once(swap_find(strategy));
	if (err)
		return err;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->strategy = swap_find(strategy);
	err = fill(r, attr);
	if (err)
		release(r);
	else
		*out = r;
	return err;
}

int ringswap_destroy(struct ringswap *r)
{
	if (!r)
		return 0;
	if (slot_check(r, 0))
		return -ECHILD;
	for (unsigned int i = 0; i < r->live->attr.slots; i++) {
		unsigned int state = load_relaxed(&r->state[i]);

		if (load_relaxed(&swap_slot(r->live, i)->writer) ||
		    state == SLOT_BUSY || state == SLOT_PENDING)
			return -EBUSY;
	}
	release(r);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Writing                                                                  */

int ringswap_enter(struct ringswap *r, unsigned int slot)
{
	return swap_writer_enter(r->live, slot);
}

int ringswap_exit(struct ringswap *r, unsigned int slot)
{
	return swap_writer_exit(r->live, slot);
}

int ringswap_recover(struct ringswap *r, unsigned int slot)
{
	return swap_slot_recover(r->live, slot);
}

int ringswap_write(struct ringswap *r, unsigned int slot, const void *data,
		   uint32_t length)
{
	if (!is_slot(r, slot))
		return -EINVAL;
	return r->strategy->ops->write(swap_slot(r->live, slot), data, length);
}

void *ringswap_reserve(struct ringswap *r, unsigned int slot, uint32_t length,
		       struct ringswap_reservation *reservation)
{
	struct reservation *own = (struct reservation *)(void *)reservation;

	if (!is_slot(r, slot))
		return NULL;
	own->slot = swap_slot(r->live, slot);
	if (!r->strategy->ops->reserve)
		return NULL; /* it writes whole events */
	return r->strategy->ops->reserve(own->slot, length, &own->write);
}

void ringswap_commit(struct ringswap_reservation *reservation)
{
	struct reservation *own = (struct reservation *)(void *)reservation;

	own->slot->strategy->ops->commit(own->slot, &own->write);
}

void ringswap_discard(struct ringswap_reservation *reservation)
{
	struct reservation *own = (struct reservation *)(void *)reservation;

	own->slot->strategy->ops->discard(own->slot, &own->write);
}

uint32_t ringswap_payload_max(const struct ringswap *r)
{
	return rb_payload_max(r->live->attr.subbuf_size);
}

const char *ringswap_drop_name(unsigned int cause)
{
	return cause < RB_DROP_CAUSES ? rb_drop_name((enum rb_drop)cause)
				      : NULL;
}

uint64_t ringswap_drops(const struct ringswap *r, unsigned int slot,
			unsigned int cause)
{
	if (!is_slot(r, slot) || cause >= RB_DROP_CAUSES)
		return 0;
	return rb_drops(rb_slot(r->live, slot), (enum rb_drop)cause);
}

/* ------------------------------------------------------------------------ */
/* Swapping                                                                 */

uint64_t ringswap_in(uint64_t ns)
{
	return sys_now() + ns;
}

/* Make the calling thread the one that is at the slot, if it is in state. */
static bool take(struct ringswap *r, unsigned int slot, unsigned int state)
{
	/* A1 pairs with A2 and A4: the last call's op, spare and snapshot */
	return cmpxchg_acq_rel(&r->state[slot], &state, SLOT_BUSY);
}

/* Leave it as err says: swapped, in progress, or as before. */
static int leave(struct ringswap *r, unsigned int slot, int err)
{
	unsigned int state = SLOT_FREE;

	if (err == -EINPROGRESS)
		state = SLOT_PENDING;
	else if (!err)
		state = SLOT_SNAPSHOT;
	/* A2 pairs with A1 and A3: op, spare and snapshot */
	store_release(&r->state[slot], state);
	return err;
}

int ringswap_swap(struct ringswap *r, unsigned int slot, uint64_t deadline)
{
	int err = slot_check(r, slot);

	if (err)
		return err;
	if (!take(r, slot, SLOT_FREE))
		return -EBUSY;
	return leave(r, slot,
		     swap(r->live, r->spare, slot, SWAP_WAIT, deadline,
			  &r->ops[slot]));
}

int ringswap_try_swap(struct ringswap *r, unsigned int slot)
{
	int err = slot_check(r, slot);

	if (err)
		return err;
	if (!take(r, slot, SLOT_FREE))
		return -EBUSY;
	return leave(r, slot,
		     swap(r->live, r->spare, slot, SWAP_TRY, 0, &r->ops[slot]));
}

int ringswap_settle(struct ringswap *r, unsigned int slot, uint64_t deadline)
{
	int err = slot_check(r, slot);

	if (err)
		return err;
	if (!take(r, slot, SLOT_PENDING))
		return -EINVAL;
	err = swap_settle(&r->ops[slot], deadline);
	/* Not by such a deadline: it is in progress as before. */
	leave(r, slot, err == -EOPNOTSUPP ? -EINPROGRESS : err);
	return err;
}

/* Take every slot that can be had; errors[i] says why it is not. */
static void take_all(struct ringswap *r, int *errors, bool *taken)
{
	for (unsigned int i = 0; i < r->live->attr.slots; i++) {
		errors[i] = slot_check(r, i);
		if (!errors[i] && !take(r, i, SLOT_FREE))
			errors[i] = -EBUSY;
		taken[i] = !errors[i];
	}
}

int ringswap_swap_all(struct ringswap *r, uint64_t deadline, int *errors)
{
	bool taken[RB_SLOTS_MAX];
	int snapshots = 0;

	take_all(r, errors, taken);
	swap_each_slot(r->live, r->spare, deadline, r->ops, errors);
	for (unsigned int i = 0; i < r->live->attr.slots; i++) {
		if (taken[i])
			leave(r, i, errors[i]);
		snapshots += !errors[i];
	}
	return snapshots;
}

/* ------------------------------------------------------------------------ */
/* Reading                                                                  */

/* Is there a snapshot to read? 0, -EINVAL or -ECHILD. */
static int snapshot_check(struct ringswap *r, unsigned int slot)
{
	int err = slot_check(r, slot);

	/* A3 pairs with A2: the snapshot is whole */
	if (!err && load_acquire(&r->state[slot]) != SLOT_SNAPSHOT)
		err = -EINVAL;
	return err;
}

static int keep_event(const struct rb_event *event, void *arg)
{
	struct ringswap_event *out = arg;

	out->payload = event->payload;
	out->length = event->length;
	out->time_stamp = event->time_stamp;
	return 1;
}

int ringswap_next(struct ringswap *r, unsigned int slot,
		  struct ringswap_event *event)
{
	int err = snapshot_check(r, slot);

	if (err)
		return err;
	return (int)rb_consume(rb_slot(r->spare, slot), 1, keep_event, event);
}

int ringswap_counts(struct ringswap *r, unsigned int slot,
		    struct ringswap_counts *counts)
{
	int err = snapshot_check(r, slot);
	struct rb_counts core;

	if (err)
		return err;
	rb_counts(rb_slot_active(rb_slot(r->spare, slot)), &core);
	counts->unread = core.entries;
	counts->read = core.read;
	counts->overrun = core.overrun;
	return 0;
}

int ringswap_recycle(struct ringswap *r, unsigned int slot)
{
	int err = slot_check(r, slot);

	if (err)
		return err;
	if (!take(r, slot, SLOT_SNAPSHOT))
		return -EINVAL;
	err = rb_recycle(rb_slot(r->spare, slot));
	/* A4 pairs with A1: the spare is empty */
	store_release(&r->state[slot], err ? SLOT_SNAPSHOT : SLOT_FREE);
	return err;
}

/* ------------------------------------------------------------------------ */
/* Strategies                                                               */

const char *ringswap_strategy(unsigned int index)
{
	const struct swap_strategy *s = swap_at(index);

	return s ? s->name : NULL;
}

const char *ringswap_trait_name(unsigned int index)
{
	return swap_trait_name(index);
}

const char *ringswap_trait(const char *strategy, const char *trait)
{
	const struct swap_strategy *s = swap_find(strategy);

	return s ? swap_trait(s, trait) : NULL;
}

int ringswap_choose_signal(int number)
{
	return sys_signal_choose(number);
}

int ringswap_probe(const char *strategy, char *why, size_t size)
{
	const struct swap_strategy *s = strategy ? swap_find(strategy) : NULL;

	return s ? swap_probe(s, why, size) : -ENOENT;
}
