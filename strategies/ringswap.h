/* SPDX-License-Identifier: MIT */
/*
 * ringswap.h - ring buffers that can be swapped out from under their writers,
 * for C and C++, with a strategy chosen by name when the program runs.
 *
 * examples/library.c is a whole program, docs/library.md has more. In short:
 *
 *	struct ringswap *r;
 *	ringswap_create("membarrier", NULL, &r);
 *
 *	writer:   ringswap_enter(r, 0);
 *		  ringswap_write(r, 0, data, length);	and so on, then
 *		  ringswap_exit(r, 0);
 *
 *	swapper:  err = ringswap_swap(r, 0, ringswap_in(1000000));
 *		  while (err == -EINPROGRESS)
 *			  err = ringswap_settle(r, 0, ringswap_in(1000000));
 *		  while (!err && ringswap_next(r, 0, &event) > 0)
 *			  use(event.payload, event.length);
 *		  if (!err)
 *			  ringswap_recycle(r, 0);
 *
 * A struct ringswap is an array of slots. Each slot has one writer (a thread
 * and its signal handlers) and two buffers: the live one, which is written,
 * and a spare. A swap exchanges the two under the running writer; what was
 * live is then the snapshot, and is read and recycled, which makes it the
 * spare of the next swap. Slots are independent of each other.
 *
 * Functions that return int return 0 or a negative errno. Times are
 * nanoseconds of CLOCK_MONOTONIC. Thread context unless said otherwise; "the
 * writer" means the slot's writer thread and handlers that run on it.
 *
 * After fork(2) a struct ringswap stays the parent's: in the child its writes
 * are refused and counted as "context", every call that takes it returns
 * -ECHILD at once, and what the child creates is its own. vfork(2), _Fork(3)
 * and a raw clone(2) are not noticed.
 *
 * An application that knows its strategy when it is compiled can have the
 * write inlined: docs/library.md shows how, from C11.
 */
#ifndef RINGSWAP_RINGSWAP_H
#define RINGSWAP_RINGSWAP_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RINGSWAP_API __attribute__((visibility("default")))

struct ringswap;

/* "0.1.0": of the library that runs, not of this header. Any context. */
RINGSWAP_API const char *ringswap_version(void);

/* ------------------------------------------------------------------------ */
/* Strategies                                                               */

/*
 * The strategies of this library, numbered from 0; NULL past the last. Those of
 * liburcu are a library of their own: see ringswap-urcu.h. Any context.
 */
RINGSWAP_API const char *ringswap_strategy(unsigned int index);

/*
 * What `ringswap list` shows of a strategy, as words ("yes" and "no" where it
 * is a question): trait is one of ringswap_trait_name(0..), NULL past the
 * last: "summary", "sound", "writer-pays", ... NULL: no such strategy or trait.
 * Static text. Any context.
 */
RINGSWAP_API const char *ringswap_trait_name(unsigned int index);
RINGSWAP_API const char *ringswap_trait(const char *strategy,
					const char *trait);

/*
 * Can this machine and this process run it? 0, with a remark or nothing in
 * why, or -ENOTSUP with the reason, cut at size bytes. -ENOENT: no such
 * strategy.
 */
RINGSWAP_API int ringswap_probe(const char *strategy, char *why, size_t size);

/*
 * Choose the signal that "ipi-signal" takes, once a process and before it is
 * used, probed included; SIGRTMIN + 4 otherwise. A number whose handler is
 * somebody else's is never taken: then the probe says so, and another one can
 * be chosen. Thread context, while no other thread calls this library.
 * -EINVAL  no signal, or one that the system, the libc or a fault raises
 * -EBUSY   another number is in use
 */
RINGSWAP_API int ringswap_choose_signal(int number);

/* ------------------------------------------------------------------------ */
/* Life                                                                     */

enum ringswap_mode {
	RINGSWAP_OVERWRITE,	  /* flight recorder: the oldest page is lost */
	RINGSWAP_PRODUCE_CONSUME, /* the newest event is refused when full */
};

enum ringswap_stamp {
	RINGSWAP_STAMP_NONE,
	RINGSWAP_STAMP_CYCLES, /* TSC or CNTVCT, raw ticks */
	RINGSWAP_STAMP_CLOCK,  /* CLOCK_MONOTONIC, nanoseconds */
};

/*
 * How ring buffers are made. Begin with RINGSWAP_ATTR_INIT and change what is
 * to differ: a member that a later version adds then has its default.
 */
struct ringswap_attr {
	size_t size;	     /* sizeof(struct ringswap_attr) */
	unsigned int slots;  /* writers at once, 1..1024 */
	unsigned int pages;  /* of one buffer, at least 2 */
	uint32_t page_bytes; /* a power of two, 1024..65536 */
	enum ringswap_mode mode;
	enum ringswap_stamp stamp;
};

#define RINGSWAP_ATTR_INIT                                                     \
	{                                                                      \
		sizeof(struct ringswap_attr), 1, 16, 4096, RINGSWAP_OVERWRITE, \
			RINGSWAP_STAMP_NONE                                    \
	}

/*
 * Make the slots and their buffers, all memory of them, and set the strategy
 * up, once a process. attr NULL: as RINGSWAP_ATTR_INIT. *out is the caller's,
 * for ringswap_destroy. Create before other threads exist where it can be
 * done: registering for membarrier(2) takes microseconds then, and
 * milliseconds later.
 * -ENOENT   no such strategy
 * -ENOTSUP  it cannot run here: ringswap_probe() says why
 * -EINVAL   a member of attr is out of range, or its size is no known one
 * -ENOMEM
 * -ENOSPC   no thread-specific key is left, by which ends of threads are seen
 * and what the setup says.
 */
RINGSWAP_API int ringswap_create(const char *strategy,
				 const struct ringswap_attr *attr,
				 struct ringswap **out);

/*
 * Free everything; no payload pointer is valid afterwards. NULL is ignored.
 * -EBUSY: a slot has a writer, or a swap is in progress; nothing is freed.
 */
RINGSWAP_API int ringswap_destroy(struct ringswap *r);

/* ------------------------------------------------------------------------ */
/* Writing                                                                  */

/*
 * Make the calling thread the writer of a slot, before its first write; and
 * end that, outside any write. A thread that ends without exit is taken out
 * when it ends. A thread may be the writer of several slots.
 * -EINVAL   no such slot; exit: it is not the caller's
 * -EBUSY    it has a writer
 * -EAGAIN   enter: a swap of it is under way; try again
 * -EOWNERDEAD  enter: its last writer left inside a write: recover the slot;
 *              exit: the caller did so now, and has left
 * -ENOTSUP  enter: the thread cannot write with this strategy as it is, since
 *           it blocks the signal; ringswap_probe(), called by it, says why
 * -EEXIST   enter: the signal has a handler of somebody else's
 * -EPERM, -ENOSYS, -ENOMEM: the system's
 */
RINGSWAP_API int ringswap_enter(struct ringswap *r, unsigned int slot);
RINGSWAP_API int ringswap_exit(struct ringswap *r, unsigned int slot);

/*
 * Make the slot usable again after its writer ended inside a write: what that
 * left open is dropped. Also for the writer itself, where it left a write by
 * longjmp. 0 too where nothing is to be recovered.
 * -EINVAL  no such slot
 * -EBUSY   it has another writer
 * -EAGAIN  its writer is leaving, or somebody else recovers it; try again
 */
RINGSWAP_API int ringswap_recover(struct ringswap *r, unsigned int slot);

/*
 * Store one event: length bytes of data, copied. The writer, at any
 * instruction: a handler may interrupt another write of its thread.
 * -EMSGSIZE  more than a page holds
 * -ENOBUFS   refused; ringswap_drops() counts it under its cause
 * -EINVAL    no such slot
 */
RINGSWAP_API int ringswap_write(struct ringswap *r, unsigned int slot,
				const void *data, uint32_t length);

/* A write in progress; the caller's, until commit or discard. Private. */
struct ringswap_reservation {
	uint64_t words[12];
};

/*
 * The same in two steps, without a copy: reserve returns room for length
 * bytes in the buffer, 8-byte aligned, or NULL (refused and counted; or no
 * such slot). Fill it, then commit to publish the event or discard to give
 * the room back. Between the two the slot is inside a write: be short, and
 * end what was reserved last first (a handler ends what it began). The writer.
 */
RINGSWAP_API void *ringswap_reserve(struct ringswap *r, unsigned int slot,
				    uint32_t length,
				    struct ringswap_reservation *reservation);
RINGSWAP_API void ringswap_commit(struct ringswap_reservation *reservation);
RINGSWAP_API void ringswap_discard(struct ringswap_reservation *reservation);

/* Payload bytes that fit into every page, whatever the stamp. Any context. */
RINGSWAP_API uint32_t ringswap_payload_max(const struct ringswap *r);

/*
 * Writes refused since create, by cause, and the causes' names, numbered from
 * 0 ("early", "full", ...; NULL past the last). 0: no such slot or cause. Any
 * context; exact while the writer does not write.
 */
RINGSWAP_API const char *ringswap_drop_name(unsigned int cause);
RINGSWAP_API uint64_t ringswap_drops(const struct ringswap *r,
				     unsigned int slot, unsigned int cause);

/* ------------------------------------------------------------------------ */
/* Swapping                                                                 */

#define RINGSWAP_FOREVER UINT64_MAX

/* The time ns nanoseconds from now, as deadlines want it. Any context. */
RINGSWAP_API uint64_t ringswap_in(uint64_t ns);

/*
 * Exchange the slot's buffers: 0 means that the snapshot is safe to read by
 * ringswap_next(). swap waits until the deadline, which for a strategy whose
 * trait "bounded" is "no" can only be RINGSWAP_FOREVER. try_swap makes one
 * attempt and never waits; a handler may call it where the trait
 * "swap-from-handler" is "yes". What a swap drops is the trait "drops".
 * -EINPROGRESS  exchanged or under way: ringswap_settle() finishes it
 * -EINVAL       no such slot
 * -EBUSY        the last snapshot is not recycled, or its swap not settled;
 *               another call swaps this slot; the call interrupted a write of
 *               its own thread; or (try) a write is under way
 * -ETIMEDOUT    the deadline passed
 * -EOPNOTSUPP   the strategy does not swap, not by one attempt, or not by a
 *               deadline
 * -ENOBUFS      the system's queue of signals is full
 * -EPERM        the system forbids the mechanism, a filter does (or -ENOSYS)
 * -EEXIST       the signal has got a handler of somebody else's
 * -ESRCH        the writer's thread is gone, and has not left its slot
 * All but 0 and -EINPROGRESS: nothing has changed.
 */
RINGSWAP_API int ringswap_swap(struct ringswap *r, unsigned int slot,
			       uint64_t deadline);
RINGSWAP_API int ringswap_try_swap(struct ringswap *r, unsigned int slot);

/*
 * Finish a swap that returned -EINPROGRESS: the same values, -EINPROGRESS at
 * the deadline included. -EINVAL: none is in progress; -EOPNOTSUPP: not by a
 * deadline, and it still is.
 */
RINGSWAP_API int ringswap_settle(struct ringswap *r, unsigned int slot,
				 uint64_t deadline);

/*
 * Swap every slot; errors has room for every slot and gets what
 * ringswap_swap() would have returned. Cheaper than one by one where the
 * strategy can share a grace period, a membarrier or a round of signals, and
 * no cut across slots: they are exchanged one after the other. It does not
 * wait past the deadline where the strategy is bounded: a slot whose exchange
 * is under way then has -EINPROGRESS, for ringswap_settle(). Returns how many
 * snapshots are safe to read. A slot that cannot be swapped costs the others
 * nothing.
 */
RINGSWAP_API int ringswap_swap_all(struct ringswap *r, uint64_t deadline,
				   int *errors);

/* ------------------------------------------------------------------------ */
/* Reading a snapshot: one thread a slot at a time                          */

struct ringswap_event {
	const void *payload; /* in the snapshot, until it is recycled */
	uint32_t length;     /* bytes */
	uint64_t time_stamp; /* in the stamp's unit; 0 without stamps */
};

/*
 * The next event of the snapshot, oldest first: 1, or 0 past the last.
 * -EINVAL   there is no snapshot to read, or no such slot
 * -EUCLEAN  the bytes are no events: a strategy that is not sound did that
 */
RINGSWAP_API int ringswap_next(struct ringswap *r, unsigned int slot,
			       struct ringswap_event *event);

/* What the snapshot holds and has lost. */
struct ringswap_counts {
	uint64_t unread;  /* events that ringswap_next() would still give */
	uint64_t read;	  /* that it gave */
	uint64_t overrun; /* overwritten by newer ones before the swap */
};

/* -EINVAL: there is no snapshot to read, or no such slot. */
RINGSWAP_API int ringswap_counts(struct ringswap *r, unsigned int slot,
				 struct ringswap_counts *counts);

/*
 * Empty the snapshot, read or not, and make it the spare of the next swap; no
 * payload pointer into it is valid afterwards. -EINVAL: there is none.
 */
RINGSWAP_API int ringswap_recycle(struct ringswap *r, unsigned int slot);

#ifdef __cplusplus
}
#endif

#endif
