/* SPDX-License-Identifier: MIT */
/* contract_role.c - what must be refused, and what two rings do to each other. */
#include "proof/explore/roles.h"

#include <errno.h>
#include <string.h>

/* An event is taken from nowhere: nobody may be given one. */
static int take_none(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 1;
}

static void must_refuse(const char *what, long err)
{
	if (err != -EBUSY)
		xp_broken(4, "%s is not refused while a swap is in progress",
			  what);
}

/* Every control operation on a slot whose swap is in progress. */
static void try_everything(unsigned int slot)
{
	struct rb_slot *both[] = { &xp_live_slot(slot)->rb,
				   rb_slot(xp_world.spare[0], slot) };
	struct swap_op second;

	for (unsigned int i = 0; i < 2; i++) {
		must_refuse("consume", rb_consume(both[i], 1, take_none, NULL));
		must_refuse("reset", rb_reset(both[i]));
		must_refuse("resize", rb_resize(both[i], XP_SUBBUFS));
	}
	must_refuse("a second swap",
		    swap(xp_world.live, xp_world.spare[1], slot, SWAP_TRY,
			 xp_deadline(), &second));
}

void xp_swap_in_steps(void)
{
	struct xp_swap way = xp_swap_begins(0, 0);
	struct swap_op op;
	int err = swap(xp_world.live, xp_world.spare[0], 0, SWAP_TRY,
		       xp_deadline(), &op);

	if (err == -EINPROGRESS) {
		xp_see(XP_SAW_IN_PROGRESS);
		try_everything(0);
	}
	xp_swap_ends(&way, xp_settled(err, &op), &op);
}

/* ------------------------------------------------------------------------ */
/* Each ring the other's spare                                              */

static unsigned int exchanges; /* that returned 0, of this execution */
static uint64_t exchanges_run;

static void swap_across(struct rb *live, struct rb *spare)
{
	struct swap_op op;
	int err = swap(live, spare, 0, SWAP_WAIT, xp_deadline(), &op);

	err = xp_settled(err, &op);
	if (exchanges_run != xp.run)
		exchanges = 0;
	exchanges_run = xp.run;
	if (!err) {
		exchanges++;
		xp_see(XP_SAW_TAKEN);
	} else if (err != -EBUSY && err != -ETIMEDOUT) {
		xp_broken(4, "swap returns %s", strerrorname_np(-err));
	}
}

void xp_swap_there(void)
{
	xp.now->swapping = true;
	swap_across(xp_world.spare[0], xp_world.spare[1]);
	xp.now->swapping = false;
}

void xp_swap_back(void)
{
	xp.now->swapping = true;
	swap_across(xp_world.spare[1], xp_world.spare[0]);
	xp.now->swapping = false;
}

/* Each success exchanges the same two buffers, or copies one to the other. */
void xp_check_across(void)
{
	unsigned int n = exchanges_run == xp.run ? exchanges : 0;

	for (unsigned int i = 1; i <= 2; i++) {
		bool crossed = n % 2 && !xp_world.strategy->copies;
		unsigned int holds = crossed ? 3 - i : i;
		struct rb_slot *slot = rb_slot(xp_ring(i), 0);

		if (rb_slot_active(slot) != xp_world.cpu[holds] ||
		    load_relaxed(&rb_slot_active(slot)->owner) != slot)
			xp_broken(4,
				  "two rings do not hold what swap's return "
				  "values say");
	}
}

/* ------------------------------------------------------------------------ */
/* A spare that is not one                                                  */

/* What is known of the spare's writer; runs tell executions apart. */
static struct {
	uint64_t run;
	bool is_in;	     /* between enter's 0 and exit */
	unsigned int change; /* how often that changed */
} owner;

static void owner_is(bool is_in)
{
	owner.run = xp.run;
	owner.is_in = is_in;
	owner.change++;
}

static bool is_owned(void)
{
	return owner.run == xp.run && owner.is_in;
}

/* The spare's own writer: it enters, writes something and gives it back. */
void xp_write_to_spare(void)
{
	const struct swap_ops *ops = xp_world.strategy->ops;
	struct swap_slot *spare = swap_slot(xp_world.spare[0], 0);
	struct swap_write write;

	if (swap_writer_enter(xp_world.spare[0], 0))
		return;
	/* It may be a snapshot by now, which nobody writes to. */
	if (rb_slot_active(&spare->rb) != xp_world.cpu[1] ||
	    xp_slot_was_exchanged(0)) {
		swap_writer_exit(xp_world.spare[0], 0);
		return;
	}
	owner_is(true);
	if (xp_world.scenario->blind_spare)
		store_relaxed(&spare->writer, 0);
	if (ops->reserve && ops->reserve(spare, XP_PAYLOAD, &write)) {
		unsigned int i = xp_cpu_index(write.cpu);

		if (xp_book.open[i]++)
			xp_broken(1, "two threads write to one buffer");
		ops->discard(spare, &write);
		xp_book.open[i]--;
	}
	owner_is(false);
	if (xp_world.scenario->blind_spare)
		store_relaxed(&spare->writer, sys_tid());
	swap_writer_exit(xp_world.spare[0], 0);
}

void xp_swap_owned_spare(void)
{
	bool before = is_owned();
	unsigned int change = owner.change;
	int err = xp_swap_with(0, 0, SWAP_WAIT);

	if (!err && before && owner.change == change)
		xp_broken(1, "swap takes a spare that has a writer");
}

/* A snapshot that nobody read, offered as the next spare. */
void xp_swap_unread(void)
{
	if (xp_swap_with(0, 0, SWAP_WAIT) || !xp_book.slot[0].snapshot[0].count)
		return;
	xp_unguard(xp_cpu_index(rb_slot_active(rb_slot(xp_world.spare[0], 0))));
	if (xp_world.scenario->blind_spare)
		xp_swap_direct(0);
	else if (!xp_swap_with(0, 0, SWAP_WAIT))
		xp_broken(4, "swap takes a spare that holds unread events");
}

/* ------------------------------------------------------------------------ */
/* Rings that differ                                                        */

#define UNEQUAL 4u

static struct rb *unequal[UNEQUAL];

/* One ring for each thing in which it differs from the live one. */
void xp_make_unequal(const struct xp_scenario *scenario)
{
	struct rb_attr attr[UNEQUAL];

	(void)scenario;
	for (unsigned int i = 0; i < UNEQUAL; i++) {
		attr[i] = xp_world.live->attr;
		attr[i].max_subbufs = 0;
	}
	attr[0].stamp = RB_STAMP_CYCLES;
	attr[1].subbuf_size *= 2;
	attr[2].subbufs++;
	attr[3].mode = RB_PRODUCE_CONSUME;
	for (unsigned int i = 0; i < UNEQUAL; i++)
		if (swap_rb_create(xp_world.strategy, attr[i], &unequal[i]))
			xp_broken(4, "there is no ring that differs");
}

static int swap_unequal(struct rb *spare, unsigned int slot,
			enum swap_mode mode)
{
	struct swap_op op;

	if (!xp_world.scenario->blind_spare)
		return swap(xp_world.live, spare, slot, mode, xp_deadline(),
			    &op);
	op = (struct swap_op){
		.live = xp_live_slot(0),
		.spare = swap_slot(spare, 0),
		.mode = mode,
		.deadline = xp_deadline(),
	};
	return xp_world.strategy->swap(&op);
}

void xp_swap_unequal(void)
{
	struct rb *live = xp_world.live, *spare = xp_world.spare[0];
	bool right = true;

	xp_write();
	for (unsigned int i = 0; i < UNEQUAL; i++)
		right = right &&
			swap_unequal(unequal[i], 0, SWAP_WAIT) == -EINVAL;
	right = right && swap_unequal(live, 0, SWAP_WAIT) == -EINVAL &&
		swap_unequal(spare, 1, SWAP_WAIT) == -EINVAL;
	if (!right)
		xp_broken(4, "what cannot be exchanged is not EINVAL");
	xp_swap_with(0, 0, SWAP_WAIT);
}

/* ------------------------------------------------------------------------ */
/* One bad slot                                                             */

/* The words of slot 1, when everybody waits for slot 0. */
static void check_healthy(struct rb_slot *slot)
{
	if (load_relaxed(&slot->refuse) & RB_REFUSE_SWAP)
		xp_broken(8,
			  "a slot stays announced while the swap waits for "
			  "another");
	/* Unless its turn was over early, by choice. */
	if (!xp.expiries && !xp_slot_was_exchanged(slot->index))
		xp_broken(8,
			  "a slot whose writer is out is not swapped while "
			  "the swap waits for another");
}

/* C8, when nothing but a deadline can end the swap. */
void xp_check_contained(void)
{
	bool running = xp.running;

	if (xp.role[2].state == XP_BLOCKED)
		xp_broken(8, "a writer waits for another slot's");
	xp.running = false;
	check_healthy(&xp_live_slot(1)->rb);
	xp.running = running;
	/* What was found outside the execution's time ends it. */
	if (xp.finding.found)
		xp_broken(8, "see above");
}
