/* SPDX-License-Identifier: MIT */
/*
 * detector: breaks one promise, by a switch, so that its check is tested.
 *
 * Idea: the announcement protocol of barrier.h, sound when the switch is off,
 * and one deliberate fault at a time: enum detector_fault says which. Tests
 * only.
 * Assumptions: one writer thread and its handlers a slot.
 * Guarantees: all but the promise of the switch.
 * Progress: as barrier, but for what the fault changes.
 * Source: rcutorture's torture_type=busted, for the idea.
 */
#ifndef RINGSWAP_EXPLORE_DETECTORS_H
#define RINGSWAP_EXPLORE_DETECTORS_H

#include "strategies/hooks.h"

enum detector_fault {
	DETECT_NOTHING,
	DETECT_NO_WAIT,	  /* C1: the exchange does not wait for an open write */
	DETECT_UNCOUNTED, /* C2: a refused write is not counted */
	DETECT_RECUT, /* C3: taken back and done again, with writes between */
	DETECT_LIE,   /* C4: exchanged, and reported as -EBUSY */
	DETECT_DEADLOCK, /* C5: a handler waits for what its thread holds */
	DETECT_ENDLESS,	 /* C6: waits for the writer's next write */
	DETECT_LEFT_ON,	 /* C7: a refused swap stays announced */
	DETECT_RACE,	 /* C5: a plain field handed over by a relaxed store */
	DETECT_EARLY_TIME,  /* C3: the time is that of the announcement */
	DETECT_NO_TIME,	    /* C3: there is no time */
	DETECT_GIVE_UP,	    /* nothing: answers -ETIMEDOUT and has not waited */
	DETECT_NEVER,	    /* nothing: answers -EBUSY, whatever there is */
	DETECT_MANY_WORDS,  /* nothing: it waits for eight words */
	DETECT_WORDS,	    /* the explorer's limit: it waits for a hundred */
	DETECT_LENT,	    /* nothing: the writer's fence is lent */
	DETECT_LENT_ANYHOW, /* C1: and that the call failed is ignored */
	DETECT_LENT_LEFT_ON, /* C7: it fails, and the swap stays announced */
	DETECT_FIRST_ONLY,   /* C1: of all slots only the first is announced */
	DETECT_NONE_OF_ALL,  /* C1: none is */
	DETECT_ALL_LEFT_ON,  /* C7: only the first is withdrawn */
	DETECT_ONE_THREAD,   /* C1: looks at the first slot of a thread only */
	DETECT_FORGETS_ALL,  /* C1: who leaves one slot is forgotten in all */
	DETECT_EXITS_ONE,    /* C7: who ends leaves the first of its slots */
	DETECT_IN_ORDER,     /* C8: slots are waited for in index order */
	DETECT_LETS_GO,	     /* C4: in progress, and under nobody's control */
	DETECT_STEPS,	     /* nothing: mode try is done in two steps */
	DETECT_CROSSED,	     /* C6: two locks, in the order of the arguments */
	DETECT_UNMARKED,     /* C9: who leaves inside a write is not marked */
	DETECT_HANDS_OUT,    /* C9: nobody is waited for who has left */
	DETECT_SECTION,	     /* nothing: test and announce in one section */
	DETECT_SECTION_ONLY, /* C1: and the fence does not abort it */
	DETECT_NO_SECTION,   /* C1: the fence does, but it is no section */
	DETECT_ONE_CPU,	     /* nothing on one CPU: a section, and no fence */
};

extern enum detector_fault detector_fault;

#define DETECTOR_WORDS 100u

struct detector_slot {
	struct swap_slot base;
	_Atomic unsigned int writes; /* begun, as the writer tells */
	_Atomic unsigned int handed; /* DETECT_RACE: note is there */
	_Atomic unsigned int gone;   /* DETECT_FORGETS_ALL: do not wait */
	uint32_t note;
	struct sys_mutex lock;
	_Atomic unsigned int word[DETECTOR_WORDS];
};

SWAP_HOT struct detector_slot *detector_slot(struct swap_slot *slot)
{
	return (struct detector_slot *)slot;
}

/* Is the writer's fence lent by the swapper's membarrier? */
SWAP_HOT bool detector_is_lent(void)
{
	return detector_fault >= DETECT_LENT &&
	       detector_fault <= DETECT_LENT_LEFT_ON;
}

SWAP_HOT bool detector_is_restarted(void)
{
	return detector_fault >= DETECT_SECTION;
}

/* Test, then announce by the store that ends the section. */
static inline int detector_enter(void *arg)
{
	struct rb_slot *slot = arg;
	uint32_t nesting = load_relaxed(&slot->nesting);

	if (load_acquire(&slot->refuse))
		return -EBUSY;
	xp_commit(XP_SITE_OF(XP_STORE_RELAXED, "&slot->nesting"),
		  &slot->nesting, sizeof(slot->nesting), nesting + 1);
	return 0;
}

static inline struct rb_cpu *detector_begin_section(struct swap_slot *slot,
						    unsigned long *level)
{
	int err = -EAGAIN;

	*level = load_relaxed(&slot->rb.nesting);
	while (err == -EAGAIN)
		err = detector_fault == DETECT_NO_SECTION
			      ? detector_enter(&slot->rb)
			      : xp_section(XP_SITE(XP_SECTION), detector_enter,
					   &slot->rb);
	if (err)
		return swap_refuse(slot, RB_DROP_EARLY);
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT struct rb_cpu *detector_begin(struct swap_slot *slot,
				       unsigned long *level)
{
	struct detector_slot *own = detector_slot(slot);

	if (detector_is_restarted())
		return detector_begin_section(slot, level);
	if (!swap_nest_enter(slot, level))
		return swap_refuse(slot, RB_DROP_RECURSION);
	if (detector_is_lent())
		compiler_barrier();
	else
		full_barrier();
	if (load_acquire(&slot->rb.refuse)) {
		store_release(&slot->rb.nesting, (uint32_t)*level);
		return detector_fault == DETECT_UNCOUNTED
			       ? NULL
			       : swap_refuse(slot, RB_DROP_EARLY);
	}
	if (detector_fault == DETECT_DEADLOCK)
		sys_mutex_lock(&own->lock);
	if (detector_fault == DETECT_ENDLESS)
		store_release(&own->writes, load_relaxed(&own->writes) + 1);
	if (detector_fault == DETECT_RACE && load_acquire(&own->handed))
		(void)load_plain(&own->note);
	return swap_chosen(load_acquire(&slot->rb.active));
}

SWAP_HOT void detector_end(struct swap_slot *slot, struct rb_cpu *cpu,
			   unsigned long level)
{
	(void)cpu;
	if (detector_fault == DETECT_DEADLOCK)
		sys_mutex_unlock(&detector_slot(slot)->lock);
	store_release(&slot->rb.nesting, (uint32_t)level);
}

/* Words that nobody changes, and behind them the one that matters. */
static inline bool detector_looks_at(struct detector_slot *slot, unsigned int n)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += load_relaxed(&slot->word[i]);
	return sum == 0;
}

static inline bool detector_is_idle(void *arg)
{
	struct detector_slot *slot = arg;

	if (detector_fault == DETECT_MANY_WORDS)
		detector_looks_at(slot, 8);
	if (detector_fault == DETECT_WORDS)
		detector_looks_at(slot, DETECTOR_WORDS);
	if (detector_fault == DETECT_HANDS_OUT &&
	    swap_is_abandoned(&slot->base))
		return true;
	return load_acquire(&slot->base.rb.nesting) == 0;
}

/* DETECT_ENDLESS: has the writer written since? */
struct detector_wait {
	struct detector_slot *slot;
	unsigned int since;
};

static inline bool detector_has_written(void *arg)
{
	struct detector_wait *wait = arg;

	return load_acquire(&wait->slot->writes) != wait->since;
}

static inline int detector_announce(struct swap_slot *live)
{
	int err = 0;

	fetch_or_acq_rel(&live->rb.refuse, RB_REFUSE_SWAP);
	if (detector_is_lent() || detector_fault == DETECT_SECTION_ONLY)
		err = sys_membarrier();
	else if (detector_fault == DETECT_ONE_CPU)
		compiler_barrier();
	else if (detector_is_restarted())
		err = xp_section_fence(XP_SITE(XP_SECTION_FENCE));
	else
		full_barrier();
	return detector_fault == DETECT_LENT_ANYHOW ? 0 : err;
}

static inline void detector_withdraw(struct swap_slot *live)
{
	fetch_and_acq_rel(&live->rb.refuse, ~RB_REFUSE_SWAP);
}

/* Until no writer is inside, as far as the fault lets it. */
static inline int detector_wait(struct swap_slot *live, uint64_t deadline)
{
	struct detector_slot *own = detector_slot(live);

	if (detector_fault == DETECT_NO_WAIT || load_acquire(&own->gone))
		return 0;
	if (detector_fault == DETECT_GIVE_UP)
		return detector_is_idle(own) ? 0 : -ETIMEDOUT;
	if (detector_fault == DETECT_NEVER)
		return -EBUSY;
	return sys_await(detector_is_idle, own, deadline);
}

static inline void detector_publish(struct swap_op *op, uint64_t before)
{
	store_release(&op->live->rb.active, swap_prepare(op));
	if (detector_fault == DETECT_EARLY_TIME)
		op->exchanged = before;
	if (detector_fault == DETECT_NO_TIME)
		op->exchanged = 0;
}

/* Announce, wait for the writer to be out, exchange, withdraw. */
static inline int detector_exchange(struct swap_op *op)
{
	uint64_t before =
		detector_fault == DETECT_EARLY_TIME ? rb_clock_cycles() : 0;
	int err = detector_announce(op->live);

	if (err && detector_fault == DETECT_LENT_LEFT_ON)
		return err;
	if (!err)
		err = detector_wait(op->live, op->deadline);
	if (!err)
		detector_publish(op, before);
	else if (detector_fault == DETECT_LEFT_ON)
		return err;
	detector_withdraw(op->live);
	return err;
}

static inline bool detector_has_control(void *arg)
{
	return rb_control_try(arg) == 0;
}

/* Two locks that everybody should take in one order. */
static inline int detector_swap_locked(struct swap_op *op)
{
	struct detector_slot *live = detector_slot(op->live);
	struct detector_slot *spare = detector_slot(op->spare);
	int err;

	rb_control_end(&op->live->rb);
	rb_control_end(&op->spare->rb);
	sys_mutex_lock(&live->lock);
	sys_mutex_lock(&spare->lock);
	err = detector_exchange(op);
	sys_mutex_unlock(&spare->lock);
	sys_mutex_unlock(&live->lock);
	sys_await(detector_has_control, &op->live->rb, UINT64_MAX);
	sys_await(detector_has_control, &op->spare->rb, UINT64_MAX);
	return err;
}

/* Mode try in two steps: the first does nothing. */
static inline int detector_step(struct swap_op *op)
{
	if (detector_fault == DETECT_LETS_GO) {
		rb_control_end(&op->live->rb);
		rb_control_end(&op->spare->rb);
	}
	return -EINPROGRESS;
}

static inline int detector_settle(struct swap_op *op, uint64_t deadline)
{
	op->deadline = deadline;
	return detector_exchange(op);
}

static inline int detector_swap(struct swap_op *op)
{
	struct detector_wait wait = { .slot = detector_slot(op->live) };
	int err;

	if (op->mode == SWAP_TRY && (detector_fault == DETECT_LETS_GO ||
				     detector_fault == DETECT_STEPS))
		return detector_step(op);
	if (detector_fault == DETECT_CROSSED)
		return detector_swap_locked(op);
	wait.since = load_relaxed(&wait.slot->writes);
	if (detector_fault == DETECT_RACE) {
		store_plain(&wait.slot->note, 1);
		store_relaxed(&wait.slot->handed, 1);
	}
	if (detector_fault == DETECT_ENDLESS)
		sys_await(detector_has_written, &wait, UINT64_MAX);
	err = detector_exchange(op);
	if (detector_fault == DETECT_RECUT)
		op->deadline = UINT64_MAX; /* all three, or none */
	for (int n = 0; !err && detector_fault == DETECT_RECUT && n < 2; n++)
		err = detector_exchange(op);
	return !err && detector_fault == DETECT_LIE ? -EBUSY : err;
}

/* ------------------------------------------------------------------------ */
/* Every slot                                                               */

static inline bool detector_is_announced(unsigned int i)
{
	return detector_fault != DETECT_NONE_OF_ALL &&
	       (!i || detector_fault != DETECT_FIRST_ONLY);
}

/* DETECT_ONE_THREAD: the second slot of a thread counts as idle. */
static inline bool detector_is_passed_over(struct swap_op *ops, unsigned int i)
{
	return i && detector_fault == DETECT_ONE_THREAD &&
	       load_relaxed(&ops[i].live->writer) ==
		       load_relaxed(&ops[0].live->writer);
}

/* Any slot that is idle is finished at once. */
struct detector_all {
	struct swap_op *ops;
	unsigned int n;
	int *errors;
};

static inline void detector_finish(struct swap_op *op, unsigned int i, int *err)
{
	if (!*err)
		detector_publish(op, 0);
	if (!i || detector_fault != DETECT_ALL_LEFT_ON)
		detector_withdraw(op->live);
}

static inline bool detector_all_done(void *arg)
{
	struct detector_all *all = arg;
	bool done = true;

	for (unsigned int i = 0; i < all->n; i++) {
		if (all->errors[i] != -EINPROGRESS)
			continue;
		if (!detector_is_passed_over(all->ops, i) &&
		    !detector_is_idle(detector_slot(all->ops[i].live))) {
			done = false;
			if (detector_fault == DETECT_IN_ORDER)
				break;
			continue;
		}
		all->errors[i] = 0;
		detector_finish(&all->ops[i], i, &all->errors[i]);
	}
	return done;
}

static inline void detector_swap_every(struct swap_op *ops, unsigned int n,
				       int *errors)
{
	struct detector_all all = { .ops = ops, .n = n, .errors = errors };
	uint64_t deadline = UINT64_MAX;
	int err = 0;

	for (unsigned int i = 0; i < n; i++)
		if (!errors[i] && detector_is_announced(i))
			err = detector_announce(ops[i].live);
	for (unsigned int i = 0; i < n; i++) {
		if (errors[i])
			continue;
		errors[i] = err ? err : -EINPROGRESS;
		deadline = ops[i].deadline;
		if (err)
			detector_finish(&ops[i], i, &errors[i]);
	}
	sys_await(detector_all_done, &all, deadline);
	for (unsigned int i = 0; i < n; i++)
		if (errors[i] == -EINPROGRESS) {
			errors[i] = -ETIMEDOUT;
			detector_finish(&ops[i], i, &errors[i]);
		}
}

/* ------------------------------------------------------------------------ */
/* Writers                                                                  */

static inline int detector_writer_enter(struct swap_slot *slot)
{
	store_relaxed(&detector_slot(slot)->gone, 0);
	return 0;
}

static inline void detector_writer_exit(struct swap_slot *slot)
{
	struct swap_slot *other = sys_self()->slots;

	if (detector_fault == DETECT_UNMARKED)
		store_release(&slot->abandoned, 0);
	for (; other && detector_fault == DETECT_FORGETS_ALL;
	     other = other->next)
		store_relaxed(&detector_slot(other)->gone, 1);
	if (detector_fault == DETECT_EXITS_ONE)
		sys_self()->slots = slot; /* the others are lost */
	if (detector_fault == DETECT_EXITS_ONE)
		slot->next = NULL;
}

SWAP_STRATEGY(detector) = {
	SWAP_FROM_HOOKS(detector),
	.name = "detector",
	.summary = "breaks one promise, so that its check is tested",
	.source = "rcutorture, torture_type=busted",
	.family = SWAP_CONTROL,
	.sound = false,
	.breaks = SWAP_C1_EXCLUSIVE,
	.shape = SWAP_REFUSE_FIRST,
	.mechanism = "full barrier on both sides",
	.baseline = "unsync",
	.writer_pays = "full barrier",
	.swapper_pays = "two atomic RMWs, full barrier",
	.floor = "full-barrier",
	.needs = "",
	.drops = "early, while the swap runs",
	.exclusive = SWAP_NEVER,
	.memory = SWAP_MAY_BE_FREED,
	.has_try = true,
	.bounded = true,
	.contained = true,
	.recoverable = true,
	.write_from_handler = true,
	.slot_size = sizeof(struct detector_slot),
	.swap = detector_swap,
	.settle = detector_settle,
	.swap_every = detector_swap_every,
	.writer_enter = detector_writer_enter,
	.writer_exit = detector_writer_exit,
};

#endif
