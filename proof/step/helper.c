/* SPDX-License-Identifier: MIT */
/* helper.c - the other thread: it swaps when told to, or is cut in a swap. */
#include "proof/step/stepping.h"

#include <sched.h>

#ifndef STEP_UNAVAILABLE

static __thread bool is_helper;

bool step_is_helper(void)
{
	return is_helper;
}

/*
 * Have the other thread swap, and wait a moment for it: where the writer is
 * outside a write it ends meanwhile, elsewhere it waits on and ends later.
 */
void step_inject_thread_swap(void)
{
	uint64_t end = sys_now() + PATIENCE_NS;

	if (load_acquire(&step_state.helper.state) != HELPER_IDLE)
		return;
	store_release(&step_state.helper.state, HELPER_ASKED);
	while (load_acquire(&step_state.helper.state) == HELPER_ASKED &&
	       sys_now() < end)
		sched_yield();
	if (load_acquire(&step_state.helper.state) == HELPER_DONE &&
	    !step_state.helper.err && step_state.inside)
		step_violation("swapped while an event was open");
}

/* Let the other thread begin its swap and stop in it. */
void step_inject_cut_swap(void)
{
	if (load_acquire(&step_state.helper.state) != HELPER_IDLE)
		return;
	store_release(&step_state.helper.state, HELPER_ASKED);
	while (load_acquire(&step_state.helper.parked) == PARK_NOT)
		sched_yield();
	step_state.cut = load_acquire(&step_state.helper.parked) ==
			 PARK_STOPPED;
	step_state.was_cut = step_state.cut;
	step_state.late = step_state.inside;
}

/* Let a stopped swap go on; false: it is not stopped any more. */
static bool let_go(void)
{
	int stopped = PARK_STOPPED;

	return cmpxchg_acq_rel(&step_state.helper.parked, &stopped, PARK_GO);
}

/* The event is open: let the stopped swap go on, and see what it does. */
void step_resume_cut_swap(void)
{
	uint64_t end = sys_now() + PATIENCE_NS;

	if (!let_go())
		return; /* it went on by itself, perhaps before the event */
	while (load_acquire(&step_state.helper.state) == HELPER_ASKED &&
	       sys_now() < end)
		sched_yield();
	if (load_acquire(&step_state.helper.state) == HELPER_DONE &&
	    !step_state.helper.err &&
	    rb_slot_active(rb_slot(step_state.spare, 0)) == step_state.open_cpu)
		step_violation(
			"a swap that a write cut ended while its event was "
			"open");
}

void step_on_helper_trap(ucontext_t *at)
{
	uint64_t end;

	if (++step_state.helper.count < step_state.again)
		return;
	at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
	store_release(&step_state.helper.parked, PARK_STOPPED);
	/* Who holds a lock here stops the writer, too: go on by oneself. */
	end = sys_now() + (step_state.options->strategy->family == SWAP_LOCK
				   ? PARK_LOCKED_NS
				   : PARK_NS);
	while (load_acquire(&step_state.helper.parked) == PARK_STOPPED &&
	       sys_now() < end)
		sched_yield();
	let_go();
}

static uint64_t long_from_now(void)
{
	return swap_deadline(step_state.options->strategy, sys_now() + LONG_NS);
}

/* The other thread notes its own swap: while it does, nothing is stepped on. */
static void helper_swap(struct helper *helper)
{
	enum swap_mode mode = step_state.options->what == STEP_THREAD_TRY
				      ? SWAP_TRY
				      : SWAP_WAIT;

	helper->err = swap(step_state.live, step_state.spare, 0, mode,
			   long_from_now(), &helper->op);
	while (helper->err == -EINPROGRESS)
		helper->err = swap_settle(&helper->op, long_from_now());
	if (!helper->err)
		step_state.hash = step_hash_of(
			rb_slot_active(rb_slot(step_state.spare, 0)));
}

static void helper_cut_swap(struct helper *helper)
{
	const struct swap_strategy *strategy = step_state.options->strategy;

	helper->op = (struct swap_op){
		.live = swap_slot(step_state.live, 0),
		.spare = swap_slot(step_state.spare, 0),
		.mode = SWAP_TRY,
		.deadline = long_from_now(),
	};
	helper->count = 0;
	rb_control_try(&helper->op.live->rb);
	rb_control_try(&helper->op.spare->rb);
	trap_on();
	helper->err = strategy->swap(&helper->op);
	trap_off();
	if (load_relaxed(&helper->parked) == PARK_NOT) /* it was too short */
		store_release(&helper->parked, PARK_GO);
	while (helper->err == -EINPROGRESS)
		helper->err =
			strategy->settle(&helper->op, helper->op.deadline);
	rb_control_end(&helper->op.spare->rb);
	rb_control_end(&helper->op.live->rb);
	if (!helper->err)
		step_state.hash = step_hash_of(
			rb_slot_active(rb_slot(step_state.spare, 0)));
}

void *step_helper_thread(void *arg)
{
	struct helper *helper = arg;

	is_helper = true;
	for (;;) {
		int state = load_acquire(&helper->state);

		if (state == HELPER_QUIT)
			return NULL;
		if (state == HELPER_ASKED) {
			if (step_state.options->what == STEP_CUT_SWAP)
				helper_cut_swap(helper);
			else
				helper_swap(helper);
			store_release(&helper->state, HELPER_DONE);
		} else {
			sched_yield();
		}
	}
}

/* The other thread's swap must have an end now that no write is open. */
void step_finish_helper(void)
{
	uint64_t end = sys_now() + LONG_NS;

	if (load_acquire(&step_state.helper.state) == HELPER_IDLE)
		return;
	store_release(&step_state.helper.parked, PARK_GO);
	while (load_acquire(&step_state.helper.state) == HELPER_ASKED &&
	       sys_now() < end) {
		swap_writer_poll(step_state.slot);
		sched_yield();
	}
	if (load_acquire(&step_state.helper.state) != HELPER_DONE)
		step_violation("the other thread's swap did not end");
	else if (step_state.helper.err && step_state.helper.err != -EBUSY)
		step_violation("the other thread's swap: %d",
			       step_state.helper.err);
	else if (step_state.helper.err &&
		 step_state.options->what != STEP_THREAD_TRY &&
		 step_state.options->what != STEP_CUT_SWAP &&
		 step_state.options->strategy->sound)
		step_violation("the other thread's wait returned -EBUSY");
	if (step_state.helper.err)
		step_state.report->refused++;
	else
		step_state.report->swaps++;
	step_state.swapped = !step_state.helper.err;
	store_relaxed(&step_state.helper.parked, PARK_NOT);
	store_relaxed(&step_state.helper.state, HELPER_IDLE);
}

#endif
