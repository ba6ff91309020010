/* SPDX-License-Identifier: MIT */
/*
 * ring_buffer.h - a per-writer ring buffer with nested writers and no locks.
 *
 * Example (one slot, no swap strategy, written and read by one thread):
 *
 *	struct rb_attr attr = RB_ATTR_DEFAULT;
 *	struct rb *rb;
 *	struct rb_write w;
 *
 *	if (rb_create(&attr, &rb))
 *		...
 *	struct rb_slot *slot = rb_slot(rb, 0);
 *	uint64_t *payload = rb_reserve(slot, rb_slot_active(slot), 16,
 *				       RB_STAMP_NONE, &w);
 *	if (payload) {
 *		payload[0] = 1;
 *		payload[1] = 2;
 *		rb_commit(&w);
 *	}
 *	rb_walk(rb_slot_active(slot), print_event, NULL);
 *	rb_destroy(rb);
 *
 * Structure (after the kernel's ring buffer, kernel/trace/ring_buffer.c, from
 * which ideas are taken and no code):
 *
 *	rb      an array of slots, the mode, the clock
 *	 slot   one writer's place; what is never exchanged: nesting, refusals
 *	  cpu   sub-buffers and indices; the object that a swap exchanges
 *	   page one sub-buffer: a 64-byte header, then events
 *
 * A write is two steps: reserve takes space by one un-LOCKed xadd of the
 * page's write word, commit publishes it. A signal handler of the same thread
 * may write at any instruction in between; its event lands after the open
 * one, and becomes readable with it.
 *
 * Publishing depends on who may read. In overwrite mode only quiescent buffers
 * are read, and at quiescence everything reserved is committed: commit stores
 * nothing, and a write stores the event, the index and the nesting word, no
 * more. In produce-consume mode a reader may follow the live writer, so commit
 * publishes a commit word of the same form: "commit == the write word that my
 * reservation found" says that everything before this event is published,
 * hence that this context holds the commit edge and publishes its own event
 * and those that handlers wrote after it.
 *
 * Time stamps are deltas to the page's own stamp, so that losing old events
 * never damages the time of newer ones; docs/decisions/0002 says why.
 *
 * Threads: reserve, commit and discard belong to the slot's one writer thread
 * and its handlers, between begin and end of a swap strategy. Everything else
 * says its own context. Names of errors are those of errno(3), negative.
 */
#ifndef RINGSWAP_RINGBUF_RING_BUFFER_H
#define RINGSWAP_RINGBUF_RING_BUFFER_H

#include <errno.h>
#include <stddef.h>

#include "ringbuf/clock.h"
#include "ringbuf/local.h"
#include "ringbuf/order.h"
#include "ringbuf/ring_page.h"

/* What follows is what a shared library shows of the core. */
#pragma GCC visibility push(default)

#define RB_SLOTS_MAX 1024

/* Open write-side sections of one slot: a thread and four nested handlers. */
#define RB_NEST_MAX 5u

enum rb_mode {
	RB_OVERWRITE,	    /* flight recorder: the oldest sub-buffer is lost */
	RB_PRODUCE_CONSUME, /* the newest event is refused when full */
};

enum rb_stamp {
	RB_STAMP_NONE,
	RB_STAMP_CYCLES, /* TSC or CNTVCT, raw ticks */
	RB_STAMP_CLOCK,	 /* CLOCK_MONOTONIC, nanoseconds */
};

/* Why a write was refused. Every refused write counts in exactly one. */
enum rb_drop {
	RB_DROP_EARLY,		/* recording is disabled or a swap announced */
	RB_DROP_OWNER,		/* the buffer changed hands before the write */
	RB_DROP_FULL,		/* produce-consume: no free sub-buffer */
	RB_DROP_RECURSION,	/* more than RB_NEST_MAX open sections */
	RB_DROP_CONTENDED,	/* a handler that may not wait for a lock */
	RB_DROP_CONTEXT,	/* cannot write from here */
	RB_DROP_COMMIT_OVERRUN, /* would lap an event that is still open */
	RB_DROP_TOO_BIG,	/* does not fit a sub-buffer: -EMSGSIZE */
	RB_DROP_CAUSES,
};

/* The dashed name of a cause, as in results ("commit-overrun"). */
const char *rb_drop_name(enum rb_drop cause);

struct rb_slot;

/* Where a buffer's memory came from; rb_destroy() gives it back there. */
struct rb_origin {
	void (*free)(void *arg, unsigned int slot, void *memory, size_t bytes);
	void *arg;
	unsigned int slot;
	size_t bytes;
};

/*
 * The object that a swap exchanges. tail, commit_page and head hold page
 * addresses. Going round the ring: head <= tail, and commit_page <= tail in
 * overwrite mode.
 */
struct rb_cpu {
	/* Constant after create and resize. */
	unsigned char *pages; /* contiguous, max_subbufs * subbuf_size */
	uint32_t subbuf_size; /* bytes, a power of two */
	uint32_t subbufs;     /* in use */
	uint32_t max_subbufs; /* allocated */
	enum rb_stamp stamp;
	struct rb_origin origin; /* how to free it, wherever it is then */

	_Atomic(struct rb_slot *) owner; /* swap: slot that points here */

	/* Reader side: the one reader; overwrite-mode writer moves head. */
	_Atomic uint64_t head;	    /* oldest page; reader or writer */
	_Atomic uint64_t read_page; /* where read_* count; 0: none */
	uint32_t read_bytes;	    /* consumed bytes of that page */
	uint32_t read_events;	    /* data events among them */
	uint32_t read_event_bytes;  /* and their bytes */
	uint64_t read;		    /* events consumed since reset */
	uint64_t lost;		    /* recover: events lost with a writer */

	/*
	 * Overwrite mode: where the tail was when the outermost writer last
	 * crossed, at or before every open event. No nested writer may reuse
	 * this page. Produce-consume mode has head for that.
	 */
	_Atomic uint64_t commit_page;

	/* Last, on a line that every write reads and only a crossing writes. */
	_Alignas(RB_CACHE_LINE) _Atomic uint64_t tail; /* page being filled */
	uint32_t capacity; /* event bytes of one page; constant */
	enum rb_mode mode; /* constant */
};

/*
 * The place of one writer. active is exchanged by swap; nesting belongs to the
 * writer thread and its handlers and is the busy word with which strategies
 * announce a write; refuse belongs to control and swap.
 */
struct rb_slot {
	struct rb *rb;	    /* the ring buffer that this slot is part of */
	unsigned int index; /* in rb; slots of live and spare pair by index */

	/* Refused writes by cause; owner thread and handlers add, all read. */
	_Atomic uint64_t drops[RB_DROP_CAUSES];

	/* One control operation at a time: swap, resize, reset, consume. */
	_Atomic unsigned int control;

	/* Every write touches what follows, and nothing before it. */
	_Alignas(RB_CACHE_LINE) _Atomic(struct rb_cpu *) active; /* swap */
	_Atomic uint32_t nesting; /* open write-side sections */
	_Atomic uint32_t refuse;  /* RB_REFUSE_*: 0, writes are welcome */

	/* The strategy's own, zero after create; the core leaves it alone. */
	_Atomic uint64_t private;
};

/*
 * The refuse word: any bit keeps new writes out.
 *
 *	 31  30   29        15 14         0
 *	+---+---+-------------+------------+
 *	| S | F |   buffer    |    slot    |
 *	+---+---+-------------+------------+
 *
 * S: a swap is announced. F: this is a child after fork, and the slot is its
 * parent's; set there by who watches forks, never cleared. Then two counts of
 * record disables, apart, so that enabling a slot never undoes that its whole
 * buffer is disabled. RB_DISABLE_MAX is half of what they hold: so many
 * threads may pass the test together.
 */
#define RB_REFUSE_SWAP	 (UINT32_C(1) << 31)
#define RB_REFUSE_FORKED (UINT32_C(1) << 30)

#define RB_DISABLE_BITS	  15
#define RB_DISABLE_MAX	  ((UINT32_C(1) << (RB_DISABLE_BITS - 1)) - 1)
#define RB_DISABLE_SLOT	  UINT32_C(1)
#define RB_DISABLE_BUFFER (UINT32_C(1) << RB_DISABLE_BITS)

/* Both counts. */
#define RB_REFUSE_DISABLED ((UINT32_C(1) << 2 * RB_DISABLE_BITS) - 1)

/* One write in progress; lives in the writer's registers. */
struct rb_write {
	struct rb_page *page;
	struct rb_cpu *cpu;
	uint64_t *event; /* its header */
	uint64_t found;	 /* write word before this reservation */
	uint64_t added;	 /* what the reservation added to it */
	enum rb_mode mode;
};

/* ------------------------------------------------------------------------ */
/* Life                                                                     */

/*
 * How a ring buffer is made. alloc returns zero-filled or arbitrary memory of
 * at least bytes, aligned to 4096, for slot's pages, or NULL; rb_create
 * touches all of it. free gets the same pointer and size back, maybe when
 * another ring buffer is destroyed that holds the buffer then, so alloc_arg
 * lives until both are. Both NULL: the libc's aligned allocation.
 *
 * slot_size lets a strategy append private state to struct rb_slot. rb_destroy
 * asks slot_busy, and ends that state by slot_fini; both may be NULL.
 */
struct rb_attr {
	unsigned int slots;	  /* 1..RB_SLOTS_MAX */
	unsigned int subbufs;	  /* sub-buffers a slot, at least 2 */
	unsigned int max_subbufs; /* room for rb_resize; 0: as subbufs */
	uint32_t subbuf_size;	  /* power of two, 1 KiB..64 KiB */
	enum rb_mode mode;
	enum rb_stamp stamp;
	size_t slot_size; /* 0: sizeof(struct rb_slot) */
	void *(*alloc)(void *arg, unsigned int slot, size_t bytes);
	void (*free)(void *arg, unsigned int slot, void *memory, size_t bytes);
	void *alloc_arg;
	bool (*slot_busy)(const struct rb_slot *slot); /* has a writer */
	void (*slot_fini)(struct rb_slot *slot);
};

#define RB_ATTR_DEFAULT                                                      \
	{                                                                    \
		.slots = 1, .subbufs = 16, .subbuf_size = RB_SUBBUF_DEFAULT, \
	}

struct rb {
	struct rb_attr attr;
	size_t slot_stride;
	unsigned char *slots;	   /* attr.slots of slot_stride bytes each */
	_Atomic uint32_t disabled; /* buffer-wide record disables */
};

/*
 * Create a ring buffer; all memory is allocated and touched here and none
 * later. *out is owned by the caller. Thread context.
 * Errors: -EINVAL (slots, sub-buffers, size or slot_size out of range),
 * -ENOMEM.
 */
int rb_create(const struct rb_attr *attr, struct rb **out);

/*
 * Free a ring buffer and the buffers that its slots point to now, each as it
 * was allocated: ring buffers that exchanged buffers are destroyed in any
 * order. Who still writes or reads by other means than a control word or
 * slot_busy is the caller's to know. NULL is ignored, with 0. Thread context.
 * Errors, with nothing freed: -EBUSY (a slot has a writer, or a swap, resize,
 * reset or consume is under way), -ECHILD (it is the parent's, after fork).
 */
int rb_destroy(struct rb *rb);

/* Bytes that one slot of this geometry takes, pages and headers. */
size_t rb_slot_bytes(const struct rb *rb);

RB_INLINE struct rb_slot *rb_slot(const struct rb *rb, unsigned int index)
{
	return (struct rb_slot *)(void *)(rb->slots + index * rb->slot_stride);
}

/* The buffer a quiescent slot points to; for readers and control. */
RB_INLINE struct rb_cpu *rb_slot_active(struct rb_slot *slot)
{
	return load_relaxed(&slot->active);
}

/* ------------------------------------------------------------------------ */
/* Control: thread context unless said otherwise                            */

/*
 * Take and give back the slot's control word, which serialises swap, resize,
 * reset and consume. rb_control_try never waits, so that a handler may call
 * it; 0, -EBUSY, or -ECHILD (the slot is the parent's, after fork).
 */
int rb_control_try(struct rb_slot *slot);
void rb_control_end(struct rb_slot *slot);

/*
 * Refuse new writes, counted as early, until enabled as often as disabled: a
 * whole buffer and one slot are counted apart, and a slot records while both
 * counts are zero. A write that is already inside goes on. Any thread or
 * handler.
 * Errors: disable: -EOVERFLOW (RB_DISABLE_MAX times already), enable: -EINVAL
 * (not disabled).
 */
int rb_record_disable(struct rb *rb);
int rb_record_enable(struct rb *rb);
int rb_slot_record_disable(struct rb_slot *slot);
int rb_slot_record_enable(struct rb_slot *slot);

/* Is recording disabled, on the buffer or the slot (a swap does not count)? */
bool rb_slot_is_disabled(struct rb_slot *slot);

/*
 * Empty the slot's buffer and its counters. The buffer is a spare or a
 * snapshot, or its writer has left, or the caller is the writer's thread or
 * one of its handlers. Nothing else keeps a write from beginning meanwhile:
 * one that found recording enabled may announce itself later than anybody
 * looks. To empty the buffer of a running writer, swap it and recycle it.
 * Errors: -EBUSY (a write is open, or a swap, resize or consume is under way).
 */
int rb_reset(struct rb_slot *slot);

/*
 * Use another number of sub-buffers, 2..max_subbufs; empties the buffer.
 * Conditions as rb_reset.
 * Errors: -EINVAL (out of range), -EBUSY.
 */
int rb_resize(struct rb_slot *slot, unsigned int subbufs);

/* Make a read snapshot ready to be a spare again: rb_reset by its purpose. */
int rb_recycle(struct rb_slot *slot);

/*
 * The buffer's writer has ended inside a write, at any instruction, with what
 * handlers were on top of it: make the buffer whole again. The open events are
 * dropped, and with them what cannot be told from them. In overwrite mode that
 * is every unread event of the sub-buffers from the commit page on, since
 * commit leaves no trace there; in produce-consume mode what was not yet
 * published. They count as lost, the open ones among them as soon as they had
 * taken space. Does nothing to a buffer that was recovered and not written
 * since.
 *
 * The caller has seen the writer end, so that its last stores are visible, and
 * keeps the next one out. Overwrite mode: nobody reads the buffer meanwhile;
 * produce-consume mode: the one reader may. Any context.
 */
void rb_recover(struct rb_cpu *cpu);

/* ------------------------------------------------------------------------ */
/* Reading                                                                  */

struct rb_event {
	const void *payload; /* in the buffer, 8-byte aligned */
	uint32_t length;     /* payload bytes */
	uint64_t time_stamp; /* page stamp + delta; 0 without stamps */
};

/* Gets one event; a non-zero return stops and is handed on. */
typedef int (*rb_event_fn)(const struct rb_event *event, void *arg);

/*
 * Call fn for every unread event of a quiescent buffer, oldest first, leaving
 * them there. Holds nothing, so that fn may end its thread. Returns 0, fn's non-zero value, or -EUCLEAN when the bytes are
 * not a valid event sequence (a broken swap leaves such buffers).
 */
int rb_walk(struct rb_cpu *cpu, rb_event_fn fn, void *arg);

/*
 * Consume at most max events, oldest first; payload pointers are valid inside
 * fn only. The slot's buffer is quiescent, or live in produce-consume mode
 * with this one reader. Stops early when fn returns non-zero (that event is
 * consumed), and where the thread is cancelled or exits inside fn (consumed as
 * well, and the slot is given back; a longjmp out of fn keeps it for ever).
 * Returns the number consumed.
 * Errors: -EBUSY (a swap, resize, reset or other consume is under way; or a
 * write is open in overwrite mode), -ECHILD as rb_control_try, -EUCLEAN as
 * rb_walk.
 */
long rb_consume(struct rb_slot *slot, unsigned long max, rb_event_fn fn,
		void *arg);

/*
 * Give an empty buffer a new time base, so that a spare that waited long does
 * not make its first events carry time extends. The buffer is private to the
 * caller: a swap does this just before it publishes the buffer.
 */
void rb_cpu_freshen(struct rb_cpu *cpu);

/*
 * Copy all that a quiescent buffer holds, its counters and its reader's place
 * too, into another one of equal sub-buffers, mode and stamp, whose own
 * contents are gone. It takes as long as there are bytes in from. The caller
 * holds the control words of both; no write is open in either, and none opens.
 * Any context.
 */
void rb_cpu_copy(struct rb_cpu *to, struct rb_cpu *from);

/*
 * Empty a quiescent buffer and its counters, whatever its size in some ten
 * stores. Conditions as rb_cpu_copy().
 */
void rb_cpu_empty(struct rb_cpu *cpu);

/*
 * Does a quiescent buffer hold events that nobody has read? Looks at a page or
 * two, and at more only where all events of a page were discarded.
 */
bool rb_cpu_has_unread(struct rb_cpu *cpu);

/*
 * Counters of one buffer; exact while it is quiescent. Of all events that were
 * reserved and not discarded, each counts in one of entries, read, overrun and
 * lost.
 */
struct rb_counts {
	uint64_t entries;    /* unread events present */
	uint64_t bytes;	     /* their bytes, headers included */
	uint64_t read;	     /* consumed since reset */
	uint64_t overrun;    /* lost to newer events since reset */
	uint64_t pages_lost; /* sub-buffers lost likewise */
	uint64_t lost;	     /* lost with a writer that ended inside a write */
};

void rb_counts(struct rb_cpu *cpu, struct rb_counts *out);

/* Events and sub-buffers lost to newer ones; any thread, the writer may run. */
RB_INLINE uint64_t rb_overrun(struct rb_cpu *cpu)
{
	return load_relaxed(&rb_page_of(load_relaxed(&cpu->head))->overrun);
}

RB_INLINE uint64_t rb_pages_lost(struct rb_cpu *cpu)
{
	return load_relaxed(&rb_page_of(load_relaxed(&cpu->head))->pages_lost);
}

/* Refused writes of one cause since create; any context. */
uint64_t rb_drops(const struct rb_slot *slot, enum rb_drop cause);

/*
 * Is a quiescent buffer whole? Walks it and compares every counter: commit has
 * caught up with write, pages are in order, events fill their pages.
 * Returns 0 or -EUCLEAN with one sentence in why.
 */
int rb_check(struct rb_cpu *cpu, char *why, size_t size);

/* ------------------------------------------------------------------------ */
/* Writing: inside a write-side section of a strategy                       */

/*
 * Out of line: count a refusal, of begin by what the refuse word says (context
 * in a child after fork, else early); cross into the next page (true: reserve
 * again); publish on.
 */
RB_COLD void rb_drop(struct rb_slot *slot, enum rb_drop cause);
RB_COLD void rb_drop_refused(struct rb_slot *slot);
RB_COLD bool rb_reserve_slow(struct rb_slot *slot, struct rb_cpu *cpu,
			     struct rb_page *page, uint64_t found,
			     uint64_t added, uint32_t len);
RB_COLD void rb_publish(struct rb_cpu *cpu, struct rb_page *page);

RB_INLINE uint64_t rb_now(enum rb_stamp stamp)
{
	return stamp == RB_STAMP_CYCLES ? rb_clock_cycles() : rb_clock_ns();
}

/* Reserve len bytes by one xadd; false: refused and counted. */
RB_INLINE bool rb_reserve_plain(struct rb_slot *slot, struct rb_cpu *cpu,
				uint32_t len, struct rb_write *w)
{
	w->added = RB_ONE_EVENT + len;
	for (;;) {
		w->page = rb_page_of(load_relaxed(&cpu->tail));
		w->found = local_fetch_add(&w->page->write, w->added);
		if (rb_likely(rb_word_bytes(w->found) + len <= cpu->capacity))
			break;
		if (!rb_reserve_slow(slot, cpu, w->page, w->found, w->added,
				     len))
			return false;
	}
	w->event =
		(uint64_t *)(void *)(w->page->data + rb_word_bytes(w->found));
	return true;
}

/*
 * Reserve with a stamp. The clock is read between loading the write word and
 * adding to it by cmpxchg: success proves that no event came between, so that
 * stamps never go backwards in buffer order, nested writers included. A retry
 * means that a handler wrote.
 */
RB_INLINE bool rb_reserve_stamped(struct rb_slot *slot, struct rb_cpu *cpu,
				  uint32_t len, enum rb_stamp stamp,
				  uint64_t *delta, struct rb_write *w)
{
	for (;;) {
		uint32_t whole = len;

		w->page = rb_page_of(load_relaxed(&cpu->tail));
		w->found = load_relaxed(&w->page->write);
		compiler_barrier(); /* T1 pairs with T2: word before clock */
		*delta = rb_now(stamp) - load_relaxed(&w->page->time_stamp);
		if (rb_unlikely(*delta >> 32))
			whole += RB_EVENT_HEADER;
		w->added = RB_ONE_EVENT + whole;
		/* T2 pairs with T1: nothing was written since the clock */
		if (!local_cmpxchg(&w->page->write, w->found,
				   w->found + w->added))
			continue;
		if (rb_likely(rb_word_bytes(w->found) + whole <= cpu->capacity))
			break;
		if (!rb_reserve_slow(slot, cpu, w->page, w->found, w->added,
				     len))
			return false;
	}
	w->event =
		(uint64_t *)(void *)(w->page->data + rb_word_bytes(w->found));
	if (rb_unlikely(*delta >> 32)) {
		store_data(w->event,
			   (uint64_t)RB_TYPE_TIME_EXTEND << 56 | *delta >> 32);
		w->event++;
	}
	return true;
}

/* rb_reserve with the buffer's stamp and mode as constants, for loops. */
RB_INLINE void *rb_reserve_as(struct rb_slot *slot, struct rb_cpu *cpu,
			      uint32_t payload, enum rb_stamp stamp,
			      enum rb_mode mode, struct rb_write *w)
{
	uint32_t len = RB_EVENT_HEADER + rb_round_up(payload);
	uint64_t delta = 0;
	bool reserved;

	/* Here what would overflow the word; the rest is seen when it does not
	 * fit. A constant payload folds this away. */
	if (rb_unlikely(payload > RB_SUBBUF_MAX)) {
		rb_drop(slot, RB_DROP_TOO_BIG);
		return NULL;
	}
	w->cpu = cpu;
	w->mode = mode;
	if (stamp == RB_STAMP_NONE)
		reserved = rb_reserve_plain(slot, cpu, len, w);
	else
		reserved = rb_reserve_stamped(slot, cpu, len, stamp, &delta, w);
	if (rb_unlikely(!reserved))
		return NULL;
	store_data(w->event, rb_event_header(RB_TYPE_DATA, payload, delta));
	return w->event + 1;
}

/*
 * Reserve payload bytes in cpu, the buffer that the strategy's begin gave.
 * Returns the payload (8-byte aligned) to be filled and then committed or
 * discarded with the same w, strictly nested; NULL: refused, the cause counted
 * in slot (full, commit-overrun, too-big: not rb_payload_fits). stamp must be
 * the buffer's.
 */
RB_INLINE void *rb_reserve(struct rb_slot *slot, struct rb_cpu *cpu,
			   uint32_t payload, enum rb_stamp stamp,
			   struct rb_write *w)
{
	return rb_reserve_as(slot, cpu, payload, stamp, cpu->mode, w);
}

/*
 * Commit the event: from here on it may be read, as soon as every event before
 * it may. Produce-consume mode publishes: the context whose event begins at
 * the commit word holds the edge; any other leaves it to the holder, which is
 * one that it interrupted. The second look at write catches a handler that
 * came between.
 */
RB_INLINE void rb_commit(struct rb_write *w)
{
	uint64_t end = w->found + w->added;

	if (rb_likely(w->mode == RB_OVERWRITE))
		return;
	if (rb_unlikely(load_relaxed(&w->page->commit) != w->found))
		return;
	/* P1 pairs with C1: event bytes before the word that shows them */
	store_release(&w->page->commit, end);
	compiler_barrier(); /* P2 pairs with P2: publish, then look again */
	if (rb_unlikely(load_relaxed(&w->page->write) != end))
		rb_publish(w->cpu, w->page);
}

/* Give a reserved event back: it becomes padding and is not counted. */
RB_INLINE void rb_discard(struct rb_write *w)
{
	uint32_t length = (uint32_t)(load_data(w->event) >> 32) & 0xffffff;

	store_data(w->event, rb_event_header(RB_TYPE_PADDING, length, 0));
	local_fetch_add(&w->page->discarded, w->added);
	rb_commit(w);
}

#pragma GCC visibility pop

#endif
