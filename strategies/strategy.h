/* SPDX-License-Identifier: MIT */
/*
 * strategy.h - the interface of a swap strategy, and how it is called.
 *
 * examples/swap.c is a whole program: a writer thread and a swapper thread of
 * one slot. In short:
 *
 *	s = swap_find("membarrier");
 *	swap_rb_create(s, attr, &live);  swap_rb_create(s, attr, &spare);
 *
 *	writer:  swap_writer_enter(live, 0);
 *		 s->ops->write(swap_slot(live, 0), data, length);
 *		 swap_writer_exit(live, 0);
 *
 *	swapper: err = swap(live, spare, 0, SWAP_WAIT, deadline, &op);
 *		 while (err == -EINPROGRESS)
 *			 err = swap_settle(&op, sys_now() + a_while);
 *		 if (!err) {
 *			 rb_consume(rb_slot(spare, 0), ...);
 *			 rb_recycle(rb_slot(spare, 0));
 *		 }
 *
 * Invariant: live->slot[i].active and spare->slot[i].active always are two
 * different buffers, whatever is interrupted where.
 */
#ifndef RINGSWAP_STRATEGIES_STRATEGY_H
#define RINGSWAP_STRATEGIES_STRATEGY_H

#ifdef __cplusplus
#error "a strategy is C11 (_Atomic); C++ takes one by name: ringswap.h"
#endif

#include "ringbuf/ring_buffer.h"
#include "strategies/sys.h"

#pragma GCC visibility push(default)

#define SWAP_HOT static inline __attribute__((always_inline))

/* What a hook does seldom: out of line, and one function for all loops. */
#ifdef __clang__
#define SWAP_COLD static __attribute__((noinline, cold))
#else
#define SWAP_COLD static __attribute__((noinline, noclone, cold))
#endif

struct swap_strategy;
struct swap_op;

/* One writer's place in a ring buffer that a strategy protects. */
struct swap_slot {
	struct rb_slot rb; /* base, first */
	const struct swap_strategy *strategy;
	_Atomic int writer;	/* thread id of the writer, 0: none; enter */
	struct swap_slot *next; /* next slot of the same thread; enter, exit */

	/* Of slot 0: its ring buffer in the list of all; guarded. */
	struct swap_slot *listed_next;
	struct swap_slot **listed_link; /* what points here */

	_Atomic unsigned int abandoned; /* enum swap_abandoned */
	/* Of the live slot; whoever holds its control word, recover reads. */
	_Atomic(struct swap_op *) op; /* the swap under way */
	/* Its snapshot, where that may hold the open write of a dead owner. */
	_Atomic(struct rb_cpu *) pending;
};

enum swap_abandoned {
	SWAP_OWNED,	/* or nobody's, and whole */
	SWAP_ABANDONED, /* its writer left inside a write */
	SWAP_MENDED,	/* somebody is making its buffers whole */
};

enum swap_mode {
	SWAP_TRY,  /* one attempt, no waiting */
	SWAP_WAIT, /* until done or the deadline */
};

/* A deadline that never comes. */
#define SWAP_FOREVER UINT64_MAX

/* Bytes of a strategy's own in a swap_op. */
#define SWAP_OP_ROOM 64

/* One swap. The caller's; stays alive until swap or settle has finished it. */
struct swap_op {
	struct swap_slot *live;
	struct swap_slot *spare;
	enum swap_mode mode;
	bool settled;	    /* swap.c: the strategy has finished its part */
	uint64_t deadline;  /* CLOCK_MONOTONIC ns */
	uint64_t exchanged; /* rb_clock_cycles() at the exchange; 0: not yet */
	/* The strategy's own, zero when its swap is called. */
	_Alignas(16) unsigned char room[SWAP_OP_ROOM];
};

enum swap_family {
	SWAP_BARRIER,  /* fences, symmetric or lent from outside */
	SWAP_SAME_CPU, /* the writer's own thread or CPU runs the swap */
	SWAP_LOCK,
	SWAP_RCU,
	SWAP_OTHER,
	SWAP_CONTROL, /* no candidate: shows a floor or a fault */
};

/*
 * How a swap settles its two questions: is a writer inside, and which buffer
 * do new writes take? docs/strategies.md says what each shape gives up.
 */
enum swap_shape {
	SWAP_NO_SHAPE,	     /* it does not swap */
	SWAP_REFUSE_FIRST,   /* refuse new writes, wait for the open ones */
	SWAP_EXCHANGE_FIRST, /* exchange, then wait for the open ones */
	SWAP_EXCLUDE,	     /* run where no write of the slot can be open */
};

/* What a sound strategy promises, by number; docs/architecture.md. */
enum swap_promise {
	SWAP_BREAKS_NOTHING,
	SWAP_C1_EXCLUSIVE,
	SWAP_C2_CONSERVED,
	SWAP_C3_ONE_CUT,
	SWAP_C4_ALL_OR_NOTHING,
	SWAP_C5_NESTING,
	SWAP_C6_BOUNDED,
	SWAP_C7_BALANCED,
	SWAP_C8_CONTAINED,
	SWAP_C9_RECOVERABLE,
	SWAP_C10_GOOD_GUEST,
	SWAP_PROMISES,
};

/* When a snapshot is safe to read. */
enum swap_exclusive {
	SWAP_AT_RETURN,
	SWAP_AFTER_SETTLE,
	SWAP_NEVER,
};

/* What becomes of a write by a thread that never entered, or has left. */
enum swap_strays {
	SWAP_STRAYS_UNSAFE,  /* stored, and a snapshot may change for it */
	SWAP_STRAYS_STORED,  /* as an entered thread's, while it is alone */
	SWAP_STRAYS_ANY,     /* so many as like write to one slot at once */
	SWAP_STRAYS_REFUSED, /* counted as context */
};

/* What may happen to snapshot memory once it is safe to read. */
enum swap_memory {
	SWAP_MAY_BE_FREED,
	SWAP_TYPE_STABLE, /* writers may still look at the old header */
};

/*
 * The hot hooks; level is whatever begin wants to hand to its end (a nesting
 * level, an epoch), in a register. begin: the buffer to write to, or NULL, the
 * cause counted. Writer thread and its handlers, any instruction.
 */
typedef struct rb_cpu *(*swap_begin_fn)(struct swap_slot *slot,
					unsigned long *level);
typedef void (*swap_end_fn)(struct swap_slot *slot, struct rb_cpu *cpu,
			    unsigned long level);

/* One event, ready to be stored. */
struct swap_event {
	const void *data;
	uint32_t length; /* no more than a sub-buffer holds */
	enum rb_stamp stamp;
	enum rb_mode mode;
};

/*
 * Instead of begin and end, where a write is one section that ends with its
 * own store (a restartable sequence): store the event, or count why not. Same
 * contexts.
 */
typedef bool (*swap_whole_fn)(struct swap_slot *slot,
			      const struct swap_event *event);
typedef void (*swap_poll_fn)(struct swap_slot *slot);

/* One write in progress through ops; the caller's. */
struct swap_write {
	struct rb_write write;
	struct rb_cpu *cpu;
	unsigned long level;
};

/*
 * The writer's interface for applications and tests: one indirect call each,
 * therefore never benchmarked. Writer thread and its handlers.
 * write copies length bytes: 0, -EMSGSIZE, or -ENOBUFS (refused; the cause is
 * counted). reserve returns the payload or NULL (refused); commit and discard
 * close it, strictly nested; all three are NULL where the strategy writes whole
 * events only.
 */
struct swap_ops {
	int (*write)(struct swap_slot *slot, const void *data, uint32_t length);
	void *(*reserve)(struct swap_slot *slot, uint32_t length,
			 struct swap_write *write);
	void (*commit)(struct swap_slot *slot, struct swap_write *write);
	void (*discard)(struct swap_slot *slot, struct swap_write *write);
};

/*
 * A strategy. Cold hooks return 0 or -errno. NULL where marked optional.
 *
 * swap: 0 exchanged (or copied) and safe to read; -EINPROGRESS exchanged or
 * fate unknown, settle finishes it; any other error: nothing changed, now or
 * later. Called with the control words of both slots held.
 *
 * swap_every: the same for every op whose errors[i] is 0, in mode wait, sharing
 * between them what can be shared, and set errors[i] to 0 or an error.
 */
struct swap_strategy {
	const char *name;
	const char *summary; /* one sentence */
	const char *source;  /* paper, commit, man page */
	enum swap_family family;
	bool sound; /* promises C1-C7; false: must be caught breaking */
	enum swap_promise breaks; /* the promise it is caught breaking */

	/* Traits, in words or booleans; shown by `ringswap list`. */
	enum swap_shape shape;
	const char *mechanism; /* how it learns that no writer is inside */
	/* The strategy that its writes are compared with; of that: a floor. */
	const char *baseline;
	bool represents; /* stands for its mechanism in a short run */
	const char *writer_pays;
	const char *swapper_pays;
	const char *floor; /* bare mechanism it is compared with */
	const char *needs; /* of the system; "" : nothing */
	const char *drops; /* what is dropped during a swap, and why */
	enum swap_exclusive exclusive;
	enum swap_memory memory;
	enum swap_strays strays;
	bool copies; /* a snapshot is a copy; no buffer ever changes hands */
	bool has_try;
	bool bounded; /* C6: it answers by the deadline, whatever writers do */
	bool contained; /* C8: a dead or stuck writer costs other slots nothing */
	bool recoverable; /* C9: by swap_slot_recover() */
	bool fork;	  /* its ring buffers go on in a child process */
	bool write_from_handler;
	bool swap_from_handler; /* in mode try */
	bool pinned_writer;
	bool writer_must_poll; /* swaps wait for the writer's poll or idle */
	bool uses_signal;      /* takes one signal number of the process */
	bool interrupts_calls; /* a swap can end the writer's sleep: EINTR */

	size_t slot_size; /* of its struct, struct swap_slot first */
	const struct swap_ops *ops;

	int (*swap)(struct swap_op *op); /* NULL: swap is refused */
	int (*settle)(struct swap_op *op, uint64_t deadline); /* optional */
	/*
	 * Optional; where sharing is cheaper than one by one. No slot waits for
	 * another: swap_await_each().
	 */
	void (*swap_every)(struct swap_op *ops, unsigned int n, int *errors);
	int (*setup)(void); /* optional; once per process, before threads */
	/*
	 * Optional: in the child of a fork. Make what slots share as new, but
	 * for what the calling thread, the only one, needs to end a write that
	 * it is inside. alone: no other thread wrote to slots of the strategy,
	 * and none was being swapped.
	 */
	void (*forked)(bool alone);
	int (*slot_init)(struct swap_slot *slot);    /* optional; zeroed */
	void (*slot_fini)(struct swap_slot *slot);   /* optional; no writer */
	int (*writer_enter)(struct swap_slot *slot); /* optional */
	void (*writer_exit)(struct swap_slot *slot); /* optional */
	/*
	 * Optional: the calling thread ends its open writes to slot without
	 * their end hooks; gives back what begin took (a lock, a section).
	 */
	void (*writer_abandon)(struct swap_slot *slot);
	void (*poll)(struct swap_slot *slot);	/* optional */
	void (*idle)(struct swap_slot *slot);	/* optional */
	void (*online)(struct swap_slot *slot); /* optional */
	/* 0: runs here, why may hold a remark; -ENOTSUP and the reason. */
	int (*probe)(char *why, size_t size); /* optional */
};

/* ------------------------------------------------------------------------ */
/* Calling a strategy: thread context unless said otherwise                 */

/*
 * Create a ring buffer whose slots carry the strategy's private state, and set
 * the strategy up; that this fails is told by its probe. attr's slot_size,
 * slot_busy and slot_fini are ignored: rb_destroy answers -EBUSY while a slot
 * has a writer. Errors as rb_create, -ENOSPC (every thread-specific key of the
 * process is taken, so that nobody would notice the end of a thread), and what
 * slot_init says.
 *
 * After fork(2) it stays the parent's. In the child its writes are refused and
 * counted as context, one that was open at the fork may be ended, and every
 * call that takes the ring buffer answers -ECHILD at once. Ring buffers that
 * the child creates are its own; with strategies of liburcu it gets -ECHILD
 * instead where other threads wrote or swapped at the fork, since liburcu
 * waits for them. vfork(2), _Fork(3) and a raw clone(2) are not
 * noticed: between those and exec, call nothing here.
 */
int swap_rb_create(const struct swap_strategy *strategy, struct rb_attr attr,
		   struct rb **out);

static inline struct swap_slot *swap_slot(const struct rb *rb,
					  unsigned int index)
{
	return (struct swap_slot *)(void *)rb_slot(rb, index);
}

/* Is it the parent's, in the child of a fork? Any context. */
static inline bool swap_is_forked(const struct swap_slot *slot)
{
	return (load_relaxed(&slot->rb.refuse) & RB_REFUSE_FORKED) != 0;
}

/*
 * Make the calling thread the writer of a slot, before its first write, and
 * end that. A thread that ends without exit is taken out by a thread-exit
 * destructor.
 *
 *  -EINVAL      no such slot; exit: the caller is not its writer
 *  -EBUSY       enter: another thread, or this one, is its writer
 *  -EAGAIN      enter: a swap, resize, reset or consume is under way; try again
 *  -EOWNERDEAD  enter: the last writer left inside a write, recover the slot;
 *               exit: it did so now, and has left
 *  -ECHILD      this is a child after fork, and the slot is its parent's
 *  others       enter: the mechanism's
 */
int swap_writer_enter(struct rb *live, unsigned int slot);
int swap_writer_exit(struct rb *live, unsigned int slot);

/*
 * What a writer says of itself between two writes, where its strategy asks for
 * it; nothing elsewhere. poll: I hold nothing here, in time for a swap that
 * waits. idle: I write nothing until online; a swap need not wait for me. Who
 * enters is online. Writer thread, outside any write.
 */
static inline void swap_writer_poll(struct swap_slot *slot)
{
	if (slot->strategy->poll && !swap_is_forked(slot))
		slot->strategy->poll(slot);
}

static inline void swap_writer_idle(struct swap_slot *slot)
{
	if (slot->strategy->idle && !swap_is_forked(slot))
		slot->strategy->idle(slot);
}

static inline void swap_writer_online(struct swap_slot *slot)
{
	if (slot->strategy->online && !swap_is_forked(slot))
		slot->strategy->online(slot);
}

/* A deadline for swap and settle: never, where a strategy has no other. */
static inline uint64_t swap_deadline(const struct swap_strategy *strategy,
				     uint64_t deadline)
{
	return strategy->bounded ? deadline : SWAP_FOREVER;
}

/*
 * Take over a slot whose writer ended inside a write: cancelled, exited, or
 * gone by longjmp. Everybody may do that for a writer that has left, and a
 * writer for itself, outside its handlers. The open event, and in overwrite
 * mode all of the sub-buffers that may hold it, are dropped and counted as
 * lost (rb_counts); then the slot is as if nothing had been open, and may be
 * entered and swapped again. A swap that is in progress goes on beside it.
 * Thread context.
 *
 *  0        done, or there was nothing to do
 *  -EINVAL  no such slot
 *  -EBUSY   it has another writer, which lives
 *  -EAGAIN  another call is at it; try again
 *  -ECHILD  after fork
 */
int swap_slot_recover(struct rb *live, unsigned int slot);

/*
 * Exchange the buffers of slot between live and spare. op is the caller's and
 * is filled in. A handler may call it with SWAP_TRY where the trait says so.
 *
 *  0             exchanged (or copied, where that is the trait); spare's
 *                buffer is the snapshot, safe to read
 *  -EINPROGRESS  exchanged or under way: call swap_settle; until then both
 *                slots are held
 *  -EINVAL       slot not in both, or unequal geometry, mode or stamp
 *  -EAGAIN       recording is disabled on one of the two
 *  -ECHILD       this is a child after fork, and the slot is its parent's
 *  -EBUSY        interrupted a write; or the spare has a writer, or events
 *                that are neither read nor recycled; or (try) a
 *                writer is inside, or was when it ended, or a swap, resize,
 *                reset or consume is under way
 *  -ETIMEDOUT    the deadline passed; nothing changed
 *  -EOPNOTSUPP   the strategy refuses to swap, or has no such mode, or is not
 *                bounded and the deadline is finite: see swap_deadline()
 *  -ENOBUFS      the system's queue of signals is full
 *  -EPERM        the system forbids the mechanism, a filter does (or -ENOSYS)
 *  -EEXIST       the signal has got a handler of somebody else's
 *  -ESRCH        the writer's thread is gone, and has not left its slot
 *  others        the mechanism's; nothing changed
 *
 * With the op of a swap of this slot that is still in progress, it settles
 * that one. Its symbol has another name: programs have functions called swap.
 */
int swap(struct rb *live, struct rb *spare, unsigned int slot,
	 enum swap_mode mode, uint64_t deadline,
	 struct swap_op *op) __asm__("swap_exchange");

/*
 * Finish a swap that returned -EINPROGRESS: the same values, -EINPROGRESS at
 * the deadline included; -EINVAL where op is no swap in progress; -EOPNOTSUPP
 * where the strategy is not bounded and the deadline is finite: op stays in
 * progress.
 */
int swap_settle(struct swap_op *op, uint64_t deadline);

/*
 * Snapshot every slot, waiting as mode wait does. ops and errors have room for
 * every slot; errors[i] is what swap() would have returned for slot i, 0 where
 * spare's buffer i is a snapshot, -EINPROGRESS where ops[i] is to be settled,
 * by swap_settle() or by another snapshot with the same ops. A strategy that
 * can share one grace period, one membarrier or one round of signals does so,
 * the others go slot by slot; no slot waits for another for more than
 * SWAP_SLICE_NS at a time, but where the strategy is not contained.
 * It is no cut across slots: ops[i].exchanged tells the skew. Thread context.
 */
#define SWAP_SLICE_NS 200000u
void swap_every_slot(struct rb *live, struct rb *spare, uint64_t deadline,
		     struct swap_op *ops, int *errors);

/*
 * The same for the slots whose errors[i] is 0 when it is called; the others,
 * and their ops, stay as they are.
 */
void swap_each_slot(struct rb *live, struct rb *spare, uint64_t deadline,
		    struct swap_op *ops, int *errors);

/* ------------------------------------------------------------------------ */
/* Registry                                                                 */

/*
 * Strategies in the order of strategies.def, then those of swap_add(); NULL
 * past the last.
 */
const struct swap_strategy *swap_at(unsigned int index);

/*
 * Register one more, which stays as long as the process lives, and so does the
 * shared object that it is in.
 * While no other thread looks anything up here.
 * Errors: -EEXIST (its name is taken), -ENOSPC (SWAP_ADDED_MAX were added).
 */
#define SWAP_ADDED_MAX 64
int swap_add(const struct swap_strategy *strategy);

/* A strategy that this build has not, and what it would take. */
struct swap_absent {
	const char *name;
	const char *missing; /* "liburcu-memb (Debian: liburcu-dev)" */
};

/* NULL past the last; NULL where the name is no such strategy's. */
const struct swap_absent *swap_absent_at(unsigned int index);
const struct swap_absent *swap_absent_find(const char *name);

/* By name, as printed ("ipi-signal"); NULL: unknown. */
const struct swap_strategy *swap_find(const char *name);

/* Columns that the longest of these names takes in a table. */
int swap_name_width(void);

#define swap_for_each_strategy(s) \
	for (unsigned int s##_i = 0; ((s) = swap_at(s##_i)) != NULL; s##_i++)

/*
 * The strategy whose writes these are compared with; NULL where that is a
 * floor and no strategy, which is so of the baseline itself.
 */
const struct swap_strategy *swap_baseline_of(const struct swap_strategy *s);

/* The strategy that the first of those which have one names as baseline. */
const struct swap_strategy *swap_baseline(void);

/*
 * Run the setup hook, unless it has succeeded in this process: 0 or -errno.
 * swap_rb_create() does, so that a process pays for what it uses. swap_setup()
 * runs every strategy's, again where need be: before the second thread exists,
 * when registering for membarrier(2) is cheap.
 */
int swap_setup_once(const struct swap_strategy *strategy);
void swap_setup(void);

/* The strategy's probe, or 0 where it has none. */
int swap_probe(const struct swap_strategy *strategy, char *why, size_t size);

/*
 * The words of traits, as the command line and JSON write them: "same-cpu";
 * "refuse-first", "none"; "C1-exclusive", "none"; "at return"; "may be freed".
 */
const char *swap_family_name(enum swap_family family);
const char *swap_shape_name(enum swap_shape shape);
const char *swap_promise_name(enum swap_promise promise);
const char *swap_exclusive_name(enum swap_exclusive exclusive);
const char *swap_memory_name(enum swap_memory memory);
const char *swap_strays_name(enum swap_strays strays);

/*
 * What the descriptor says, by the names that `ringswap list --json` uses:
 * "summary", "writer-pays", "bounded" (then "yes" or "no"). Names are numbered
 * from 0, NULL past the last; NULL: no such trait. Static text.
 */
const char *swap_trait_name(unsigned int index);
bool swap_trait_is_question(unsigned int index); /* one that has a name */
const char *swap_trait(const struct swap_strategy *s, const char *name);

/* ------------------------------------------------------------------------ */
/* For strategies                                                           */

/*
 * The checking build (-DRINGSWAP_CHECK_WRITER): is the caller not the slot's
 * writer, so that its write is to be refused? false in every other build, at
 * no instruction. swap_nest_enter and swap_op_whole ask; a begin that does not
 * heed what swap_nest_enter returns asks itself. Any context.
 */
#ifdef RINGSWAP_CHECK_WRITER
#define SWAP_CHECKS_WRITER 1
#else
#define SWAP_CHECKS_WRITER 0
#endif
SWAP_HOT bool swap_is_stray(struct swap_slot *slot)
{
	return SWAP_CHECKS_WRITER && load_relaxed(&slot->writer) != sys_tid();
}

/*
 * Open one level of nesting; the level found goes to the exit in a register,
 * so that a write waits for one store-to-load forward of the word instead of
 * two. Plain loads and stores: handlers nest strictly and leave the word as
 * they found it. false: too deep, or a stray.
 */
SWAP_HOT bool swap_nest_enter(struct swap_slot *slot, unsigned long *level)
{
	uint32_t nesting = load_relaxed(&slot->rb.nesting);

	*level = nesting;
	if (swap_is_stray(slot))
		return false;
	if (rb_unlikely(nesting >= RB_NEST_MAX))
		return false;
	store_relaxed(&slot->rb.nesting, nesting + 1);
	return true;
}

/* A slot always has a buffer; saying so saves every loop a test for NULL. */
SWAP_HOT struct rb_cpu *swap_chosen(struct rb_cpu *cpu)
{
	if (!cpu)
		__builtin_unreachable();
	return cpu;
}

/*
 * Count a refusal and return the NULL that begin returns. Early is what the
 * refuse word says: context, where it says that this is a child after fork.
 * What the checking build refuses is context whatever the cause.
 */
SWAP_HOT struct rb_cpu *swap_refuse(struct swap_slot *slot, enum rb_drop cause)
{
	if (swap_is_stray(slot))
		rb_drop(&slot->rb, RB_DROP_CONTEXT);
	else if (cause == RB_DROP_EARLY)
		rb_drop_refused(&slot->rb);
	else
		rb_drop(&slot->rb, cause);
	return NULL;
}

/*
 * Wait for many: call step for every op whose errors[i] is -EINPROGRESS, and
 * put there what it returns, until none is left or the deadline has passed.
 * step never waits; what it has finished costs the others nothing. What is
 * still -EINPROGRESS afterwards is the caller's to withdraw. Thread context.
 */
typedef int (*swap_step_fn)(struct swap_op *op);
void swap_await_each(struct swap_op *ops, unsigned int n, int *errors,
		     swap_step_fn step, uint64_t deadline);

/*
 * Has the writer ended inside a write? Then a strategy of the shape exclude,
 * once it has excluded it, answers -EBUSY; the other shapes need not ask.
 */
bool swap_is_abandoned(struct swap_slot *slot);

/*
 * The exchange but for its last store: ready the spare's buffer, hand the live
 * one to the spare slot, and return the buffer that the caller then publishes
 * as op->live->rb.active, by a labelled release store. The fresh buffer is
 * private until that store; the old one is the snapshot once no writer is in.
 */
struct rb_cpu *swap_prepare(struct swap_op *op);

/*
 * Instead of an exchange, by a strategy with the trait copies: the snapshot is
 * a copy in the spare's buffer, and the live one is empty. No write is open in
 * it, and none opens meanwhile, which takes as long as there are events.
 */
void swap_copy(struct swap_op *op);

#pragma GCC visibility pop

#endif
