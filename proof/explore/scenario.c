/* SPDX-License-Identifier: MIT */
/* scenario.c - roles' bodies, the books, and the promises C1-C7. */
#include "proof/explore/scenario.h"

#include <errno.h>
#include <string.h>

#include "strategies/events.h"
#include "proof/explore/arena.h"

#define CONTEXTS  4u /* thread, handler, its handler, prefill */
#define PREFILL	  3u
#define EVENTS	  8u /* of one context */
#define SNAPSHOTS 4u
#define FOUND_MAX 16u
/* Any deadline but "never": it passes when the explorer chooses so. */
#define DEADLINE 1u

struct xp_world xp_world;
struct sys_thread *xp_threads;

enum fate {
	NONE,
	REFUSED,
	STORED,
	DISCARDED,
	OPEN /* filled, and never closed: there or not */
};

/* Sequence words in the order in which a buffer holds them. */
struct found {
	unsigned int count;
	uint64_t sequence[FOUND_MAX];
	uint64_t exchanged;
	unsigned int spare;
};

static struct {
	unsigned int next[CONTEXTS];
	uint8_t fate[CONTEXTS][EVENTS];
	uint64_t refused;
	uint64_t overrun;
	unsigned int open[1 + XP_SPARES]; /* write-side sections, by buffer */
	unsigned int snapshots;		  /* in the order of their exchanges */
	struct found snapshot[SNAPSHOTS];
	struct found consumed;
	uint64_t last_stamp;
	bool broken; /* a walk found a broken event */
} book;

static struct swap_slot *live_slot(void)
{
	return swap_slot(xp_world.live, 0);
}

static unsigned int cpu_index(const struct rb_cpu *cpu)
{
	for (unsigned int i = 0; i < 1 + XP_SPARES; i++)
		if (xp_world.cpu[i] == cpu)
			return i;
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Writing                                                                  */

static uint64_t event_sequence(unsigned int context, unsigned int n)
{
	return (uint64_t)context << SWAP_LEVEL_SHIFT | n;
}

static void section_opens(const struct rb_cpu *cpu)
{
	unsigned int i = cpu_index(cpu);

	book.open[i]++;
	if (xp_is_guarded(i))
		xp_broken(1,
			  "%s writes to a snapshot that swap has returned "
			  "as safe to read",
			  xp.now->name);
}

static void section_closes(const struct rb_cpu *cpu)
{
	book.open[cpu_index(cpu)]--;
}

/* Begin an attempt of this context and fill its event; false: refused. */
static bool reserve_as(unsigned int context, struct swap_write *write)
{
	unsigned int n = book.next[context]++;
	void *at =
		xp_world.strategy->ops->reserve(live_slot(), XP_PAYLOAD, write);

	if (!at) {
		book.refused++;
		book.fate[context][n] = REFUSED;
		return false;
	}
	section_opens(write->cpu);
	swap_event_fill(at, XP_PAYLOAD,
			swap_event_word(event_sequence(context, n), 0));
	return true;
}

/* One attempt; the context is the depth of handlers. */
static enum fate write_as(unsigned int context, bool keep)
{
	const struct swap_ops *ops = xp_world.strategy->ops;
	struct swap_slot *slot = live_slot();
	unsigned int n = book.next[context];
	struct swap_write write;

	if (!reserve_as(context, &write))
		return REFUSED;
	section_closes(write.cpu);
	book.fate[context][n] = keep ? STORED : DISCARDED;
	if (keep)
		ops->commit(slot, &write);
	else
		ops->discard(slot, &write);
	return book.fate[context][n];
}

void xp_write(void)
{
	write_as(xp.now->depth, true);
}

static void write_twice(void)
{
	xp_write();
	xp_write();
}

static void write_thrice(void)
{
	write_twice();
	xp_write();
}

static void discard_one(void)
{
	write_as(xp.now->depth, false);
}

static void write_discard_write(void)
{
	xp_write();
	discard_one();
	xp_write();
}

/* Reserve, fill and never commit: the writer sleeps, or is gone. */
static void write_open(void)
{
	struct swap_write write;

	xp_write();
	if (reserve_as(0, &write))
		book.fate[0][book.next[0] - 1] = OPEN;
}

/* The thread ends inside a write: its exit takes it out of the slot. */
static void write_open_leave(void)
{
	write_open();
	swap_writer_exit(xp_world.live, 0);
}

static void write_leave_enter_write(void)
{
	xp_write();
	if (swap_writer_exit(xp_world.live, 0))
		xp_broken(7, "the writer cannot leave its slot");
	if (!swap_writer_enter(xp_world.live, 0))
		xp_write();
}

static void write_leave(void)
{
	xp_write();
	if (swap_writer_exit(xp_world.live, 0))
		xp_broken(7, "the writer cannot leave its slot");
}

static void enter_write(void)
{
	if (!swap_writer_enter(xp_world.live, 0))
		xp_write();
}

/* Empty the live buffer, unless that interrupts a write. */
static void reset_live(void)
{
	if (rb_reset(&live_slot()->rb))
		return;
	for (unsigned int c = 0; c < CONTEXTS; c++)
		for (unsigned int n = 0; n < book.next[c]; n++)
			if (book.fate[c][n] == STORED)
				book.fate[c][n] = DISCARDED;
}

static void disable_write_enable_write(void)
{
	rb_slot_record_disable(&live_slot()->rb);
	if (write_as(0, true) != REFUSED)
		xp_broken(7, "a write is stored while recording is disabled");
	if (rb_slot_record_enable(&live_slot()->rb))
		xp_broken(7, "the count of disables was lost");
	xp_write();
}

/* ------------------------------------------------------------------------ */
/* Reading                                                                  */

static int found_add(const struct rb_event *event, void *arg)
{
	const uint64_t *payload = event->payload;
	struct found *found = arg;
	uint64_t word = load_data(payload);
	uint64_t second = load_data(payload + 1);

	if (event->length != XP_PAYLOAD || !swap_event_is_valid(word, 0) ||
	    second != word + 1) {
		book.broken = true;
		return 1;
	}
	if (event->time_stamp < book.last_stamp)
		xp_broken(5, "time goes backwards from one event to the next");
	book.last_stamp = event->time_stamp;
	if (found->count < FOUND_MAX)
		found->sequence[found->count++] = swap_event_sequence(word);
	return 0;
}

/* Walk a buffer that nobody writes, outside the execution's time. */
static void collect(struct rb_cpu *cpu, struct found *found)
{
	bool running = xp.running;
	struct rb_counts counts;
	char why[96];
	int err;

	xp.running = false;
	book.last_stamp = 0;
	err = rb_walk(cpu, found_add, found);
	if (!err)
		err = rb_check(cpu, why, sizeof(why));
	else
		snprintf(why, sizeof(why), "an event is torn or missing");
	rb_counts(cpu, &counts);
	book.overrun += counts.overrun;
	xp.running = running;
	if (book.broken)
		xp_broken(5, "an event is torn");
	else if (err)
		xp_broken(2, "%s", why);
}

static void consume_twice(void)
{
	for (int i = 0; i < 2; i++) {
		long taken;

		book.last_stamp = 0;
		taken = rb_consume(&live_slot()->rb, 2, found_add,
				   &book.consumed);
		if (book.broken)
			xp_broken(5, "the reader is given a torn event");
		if (taken < 0 && taken != -EBUSY)
			xp_broken(5, "the reader finds no event sequence");
	}
}

/* ------------------------------------------------------------------------ */
/* Swapping                                                                 */

static void cpu_range(struct rb_cpu *cpu, const void **from, size_t *bytes)
{
	*from = cpu->pages;
	*bytes = (size_t)((unsigned char *)(cpu + 1) - cpu->pages);
}

/* A place for a snapshot's events, by the time of its exchange. */
static struct found *snapshot_add(uint64_t exchanged, unsigned int spare)
{
	unsigned int i = book.snapshots++;

	if (i >= SNAPSHOTS - 1)
		xp_broken(4, "more swaps succeed than were begun");
	for (; i && book.snapshot[i - 1].exchanged > exchanged; i--)
		book.snapshot[i] = book.snapshot[i - 1];
	book.snapshot[i] = (struct found){
		.exchanged = exchanged,
		.spare = spare,
	};
	return &book.snapshot[i];
}

/* swap returned 0: C1 holds from here on, and the books take the events. */
static void snapshot_begins(struct rb_cpu *cpu, struct found *found)
{
	unsigned int i = cpu_index(cpu);
	const void *from;
	size_t bytes;

	if (book.open[i])
		xp_broken(1,
			  "swap returns while a write is open in the "
			  "snapshot");
	cpu_range(cpu, &from, &bytes);
	if (!xp_memory_is_visible(xp.now, from, bytes))
		xp_broken(1,
			  "swap returns before every store to the snapshot "
			  "is visible to it");
	xp_memory_read(xp.now, from, bytes);
	xp_guard(i, from, bytes);
	collect(cpu, found);
}

static void swap_returned(unsigned int spare, int err, struct swap_op *op)
{
	xp_note("swap returns %s", err ? strerrorname_np(-err) : "0");
	if (!err)
		snapshot_begins(rb_slot_active(&op->spare->rb),
				snapshot_add(op->exchanged, spare));
	else if (err != -EBUSY && err != -ETIMEDOUT && err != -EAGAIN)
		xp_broken(4, "swap returns %s", strerrorname_np(-err));
}

static int swap_with(unsigned int spare, enum swap_mode mode)
{
	struct swap_op op;
	int err = swap(xp_world.live, xp_world.spare[spare], 0, mode, DEADLINE,
		       &op);

	while (err == -EINPROGRESS)
		err = swap_settle(&op, DEADLINE);
	swap_returned(spare, err, &op);
	return err;
}

void xp_swap_direct(unsigned int spare)
{
	struct swap_op op = {
		.live = live_slot(),
		.spare = swap_slot(xp_world.spare[spare], 0),
		.mode = SWAP_TRY,
		.deadline = DEADLINE,
	};

	swap_returned(spare, xp_world.strategy->swap(&op), &op);
}

static void swap_wait(void)
{
	swap_with(0, SWAP_WAIT);
}

/* Every slot, of which there is one. */
static int swap_every_with(unsigned int spare, enum swap_mode mode)
{
	struct swap_op op;
	int err;

	(void)mode; /* it waits */
	swap_every_slot(xp_world.live, xp_world.spare[spare], DEADLINE, &op,
			&err);
	swap_returned(spare, err, &op);
	return err;
}

static void swap_every(void)
{
	swap_every_with(0, SWAP_WAIT);
}

static void swap_wait_second(void)
{
	swap_with(1, SWAP_WAIT);
}

static void swap_try(void)
{
	swap_with(0, SWAP_TRY);
}

/* Of two handlers one inside the other the first swaps, the second writes;
 * once there is a snapshot, handlers only write. */
static void swap_or_write(void)
{
	if (xp.now->depth == 1 && !book.snapshots)
		swap_try();
	else
		xp_write();
}

/* The same spare twice: the first snapshot is given back in between. */
static void twice_with_one_spare(int (*exchange)(unsigned int spare,
						 enum swap_mode mode))
{
	if (!exchange(0, SWAP_WAIT)) {
		struct rb_slot *slot = rb_slot(xp_world.spare[0], 0);

		xp_unguard(cpu_index(rb_slot_active(slot)));
		if (rb_recycle(slot))
			xp_broken(7, "the snapshot cannot be recycled");
	}
	exchange(0, SWAP_WAIT);
}

static void swap_recycle_swap(void)
{
	twice_with_one_spare(swap_with);
}

static void every_recycle_every(void)
{
	twice_with_one_spare(swap_every_with);
}

static void write_swap_write(void)
{
	xp_write();
	swap_wait();
	xp_write();
}

static void disable_enable(void)
{
	rb_slot_record_disable(&live_slot()->rb);
	swap_try();
	if (rb_slot_record_enable(&live_slot()->rb))
		xp_broken(7, "the count of disables was lost");
}

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */

static const struct xp_scenario scenarios[] = {
	{ .name = "2w1s",
	  .first = true,
	  .summary = "two writes, one swap",
	  .roles = 2,
	  .body = { write_twice, swap_wait },
	  .bound = 3 },
	{ .name = "every",
	  .summary = "two writes, one swap of every slot",
	  .roles = 2,
	  .body = { write_twice, swap_every },
	  .bound = 3 },
	{ .name = "try",
	  .summary = "two writes, one swap of mode try",
	  .roles = 2,
	  .body = { write_twice, swap_try },
	  .bound = 3,
	  .needs_try = true },
	{ .name = "aba",
	  .first = true,
	  .summary = "one write, two swaps that use one spare",
	  .roles = 2,
	  .body = { xp_write, swap_recycle_swap },
	  .bound = 3 },
	{ .name = "reuse",
	  .summary = "two writes, two swaps: the writer gets its buffer back",
	  .roles = 2,
	  .body = { write_twice, swap_recycle_swap },
	  .bound = 2,
	  .costly = true,
	  .prefill = 2 },
	{ .name = "every-reuse",
	  .summary = "the same by swaps of every slot",
	  .roles = 2,
	  .body = { write_twice, every_recycle_every },
	  .bound = 2,
	  .costly = true,
	  .prefill = 2 },
	{ .name = "cross",
	  .first = true,
	  .summary = "a write that crosses a sub-buffer, one swap",
	  .roles = 2,
	  .body = { write_twice, swap_wait },
	  .bound = 3,
	  .prefill = 3 },
	{ .name = "cross-publish",
	  .summary = "the same in produce-consume mode",
	  .roles = 2,
	  .body = { write_twice, swap_wait },
	  .bound = 3,
	  .prefill = 1,
	  .mode = RB_PRODUCE_CONSUME },
	{ .name = "stamped",
	  .summary = "two stamped writes, the second crosses, one swap",
	  .roles = 2,
	  .body = { write_twice, swap_wait },
	  .bound = 2,
	  .costly = true,
	  .prefill = 3,
	  .stamp = RB_STAMP_CYCLES },
	{ .name = "swap-and-consume",
	  .summary = "two writes, a swap, a reader that consumes meanwhile",
	  .roles = 3,
	  .body = { write_twice, swap_wait, consume_twice },
	  .bound = 1,
	  .prefill = 1,
	  .mode = RB_PRODUCE_CONSUME },
	{ .name = "nested",
	  .first = true,
	  .summary = "a write, a handler's write anywhere in it, one swap",
	  .roles = 2,
	  .body = { xp_write, swap_wait },
	  .handler = xp_write,
	  .handlers = 1,
	  .bound = 2 },
	{ .name = "nested-in-swap",
	  .first = true,
	  .summary = "the writer's thread swaps, a handler writes anywhere",
	  .roles = 1,
	  .body = { write_swap_write },
	  .handler = xp_write,
	  .handlers = 2,
	  .bound = 2,
	  .swap_in_writer = true },
	{ .name = "handler-swap",
	  .summary = "a handler of the writer swaps (try) anywhere",
	  .roles = 1,
	  .body = { write_twice },
	  .handler = swap_try,
	  .handlers = 1,
	  .bound = 2,
	  .needs_try = true,
	  .swap_in_handler = true },
	{ .name = "handler-both",
	  .summary = "a handler swaps (try), one that interrupts it writes",
	  .roles = 1,
	  .body = { xp_write },
	  .handler = swap_or_write,
	  .handlers = 2,
	  .bound = 2,
	  .needs_try = true,
	  .swap_in_handler = true },
	{ .name = "handler-and-swapper",
	  .summary = "a handler's swap (try) against another thread's",
	  .roles = 2,
	  .body = { xp_write, swap_wait_second },
	  .handler = swap_try,
	  .handlers = 1,
	  .bound = 2,
	  .needs_try = true,
	  .swap_in_handler = true },
	{ .name = "two-swappers",
	  .first = true,
	  .summary = "one write, two swappers with a spare each",
	  .roles = 3,
	  .body = { xp_write, swap_wait, swap_wait_second },
	  .bound = 2 },
	{ .name = "leave",
	  .summary = "a writer that leaves and comes back, one swap",
	  .roles = 2,
	  .body = { write_leave_enter_write, swap_wait },
	  .bound = 3 },
	{ .name = "hand-over",
	  .summary = "one writer leaves, another thread takes its place",
	  .roles = 2,
	  .body = { write_leave, enter_write },
	  .bound = 3 },
	{ .name = "disable",
	  .summary = "both threads disable recording, one tries to swap",
	  .roles = 2,
	  .body = { disable_write_enable_write, disable_enable },
	  .bound = 3,
	  .needs_try = true },
	{ .name = "dead-writer",
	  .summary = "the writer ends inside a write, one swap",
	  .roles = 2,
	  .body = { write_open, swap_wait },
	  .bound = 3,
	  .dead_writer = true },
	{ .name = "dead-writer-left",
	  .summary = "the same, and its thread is gone",
	  .roles = 2,
	  .body = { write_open_leave, swap_wait },
	  .bound = 3,
	  .dead_writer = true },
	{ .name = "disabled",
	  .summary = "core: recording is disabled, a handler writes anywhere",
	  .roles = 1,
	  .body = { disable_write_enable_write },
	  .handler = xp_write,
	  .handlers = 1,
	  .bound = 2,
	  .core = true },
	{ .name = "reader",
	  .summary = "core: a crossing writer and a live reader",
	  .roles = 2,
	  .body = { write_thrice, consume_twice },
	  .bound = 3,
	  .prefill = 1,
	  .mode = RB_PRODUCE_CONSUME,
	  .core = true },
	{ .name = "reader-full",
	  .summary = "core: a reader frees the page that the writer waits for",
	  .roles = 2,
	  .body = { write_twice, consume_twice },
	  .bound = 3,
	  .prefill = 3,
	  .mode = RB_PRODUCE_CONSUME,
	  .core = true },
	{ .name = "nested-reader",
	  .summary = "core: a handler's write, a crossing, a live reader",
	  .roles = 2,
	  .body = { write_twice, consume_twice },
	  .handler = xp_write,
	  .handlers = 1,
	  .bound = 2,
	  .prefill = 1,
	  .mode = RB_PRODUCE_CONSUME,
	  .core = true },
	{ .name = "nested-cross",
	  .summary = "core: two handlers' writes, a crossing that loses a page",
	  .roles = 1,
	  .body = { write_twice },
	  .handler = xp_write,
	  .handlers = 2,
	  .bound = 2,
	  .prefill = 3,
	  .core = true },
	{ .name = "nested-cross-publish",
	  .summary = "core: the same in produce-consume mode",
	  .roles = 1,
	  .body = { write_twice },
	  .handler = xp_write,
	  .handlers = 2,
	  .bound = 2,
	  .prefill = 1,
	  .mode = RB_PRODUCE_CONSUME,
	  .core = true },
	{ .name = "nested-full",
	  .summary = "core: the same, and the buffer is nearly full",
	  .roles = 1,
	  .body = { write_twice },
	  .handler = xp_write,
	  .handlers = 2,
	  .bound = 2,
	  .prefill = 3,
	  .mode = RB_PRODUCE_CONSUME,
	  .core = true },
	{ .name = "nested-discard",
	  .summary = "core: discards, a handler's discard anywhere",
	  .roles = 1,
	  .body = { write_discard_write },
	  .handler = discard_one,
	  .handlers = 2,
	  .bound = 2,
	  .prefill = 1,
	  .mode = RB_PRODUCE_CONSUME,
	  .core = true },
	{ .name = "handler-reset",
	  .summary = "core: a handler empties the buffer, outside writes",
	  .roles = 1,
	  .body = { write_thrice },
	  .handler = reset_live,
	  .handlers = 2,
	  .bound = 2,
	  .prefill = 1,
	  .core = true },
	{ .name = "nested-stamps",
	  .summary = "core: stamped events of thread and handlers",
	  .roles = 1,
	  .body = { write_twice },
	  .handler = xp_write,
	  .handlers = 2,
	  .bound = 2,
	  .prefill = 1,
	  .stamp = RB_STAMP_CYCLES,
	  .core = true },
};

const struct xp_scenario *xp_scenario_at(unsigned int index)
{
	return index < sizeof(scenarios) / sizeof(scenarios[0])
		       ? &scenarios[index]
		       : NULL;
}

const struct xp_scenario *xp_scenario_find(const char *name)
{
	const struct xp_scenario *scenario;

	for (unsigned int i = 0; (scenario = xp_scenario_at(i)); i++)
		if (!strcmp(scenario->name, name))
			return scenario;
	return NULL;
}

bool xp_scenario_applies(const struct xp_scenario *scenario,
			 const struct swap_strategy *strategy)
{
	if (scenario->core)
		return !strategy->swap;
	if (!strategy->swap)
		return false;
	if (scenario->needs_try && !strategy->has_try)
		return false;
	if (scenario->swap_in_handler && !strategy->swap_from_handler)
		return false;
	if (scenario->handlers && !scenario->swap_in_handler &&
	    !strategy->write_from_handler)
		return false;
	return strategy->bounded || !scenario->dead_writer;
}

/* ------------------------------------------------------------------------ */
/* World                                                                    */

static void *take_pages(void *arg, unsigned int slot, size_t bytes)
{
	(void)arg;
	(void)slot;
	(void)bytes;
	return xp_arena_take(XP_SUBBUFS * XP_SUBBUF + sizeof(struct rb_cpu));
}

static void keep_pages(void *arg, unsigned int slot, void *memory, size_t bytes)
{
	(void)arg;
	(void)slot;
	(void)memory;
	(void)bytes;
}

static int rb_make(struct rb **rb, struct rb_cpu **cpu)
{
	struct rb_attr attr = {
		.slots = 1,
		.subbufs = XP_SUBBUFS,
		.subbuf_size = XP_SUBBUF,
		.mode = xp_world.scenario->mode,
		.stamp = xp_world.scenario->stamp,
		.alloc = take_pages,
		.free = keep_pages,
	};
	int err = swap_rb_create(xp_world.strategy, attr, rb);
	const void *from;
	size_t bytes;

	if (err)
		return err;
	*cpu = rb_slot_active(rb_slot(*rb, 0));
	xp_arena_part(*rb, sizeof(**rb));
	xp_arena_part((*rb)->slots, (*rb)->slot_stride);
	cpu_range(*cpu, &from, &bytes);
	xp_arena_part((void *)(uintptr_t)from, bytes);
	return 0;
}

static void prefill(unsigned int events)
{
	for (unsigned int i = 0; i < events; i++)
		write_as(PREFILL, true);
}

static void roles_setup(const struct xp_scenario *scenario)
{
	static const char *const names[] = { "writer", "swapper", "swapper 2" };

	xp.roles = scenario->roles;
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		xp.role[i].name = names[i];
		xp.role[i].body = scenario->body[i];
		xp.role[i].handlers_max = i ? 0 : scenario->handlers;
	}
	if (scenario->core && scenario->roles > 1)
		xp.role[1].name = "reader";
	xp.handler = scenario->handler;
	xp.signal_handler = NULL;
	xp.clock = 1;
	xp.expiries_max = 1;
	xp.expire_at_end = scenario->dead_writer;
}

/* Before every exploration anew, by xp_scenario_setup(): the system is. */
int swap_setup_once(const struct swap_strategy *strategy)
{
	(void)strategy;
	return 0;
}

int xp_scenario_setup(const struct xp_scenario *scenario,
		      const struct swap_strategy *strategy)
{
	int err;

	xp_arena_clear();
	memset(&book, 0, sizeof(book));
	memset(&xp_world, 0, sizeof(xp_world));
	xp_world.strategy = strategy;
	xp_world.scenario = scenario;
	xp.running = false;
	xp.now = &xp.role[0];
	roles_setup(scenario);
	if (strategy->setup)
		strategy->setup();
	xp_threads = xp_arena_take(XP_ROLES * sizeof(*xp_threads));
	xp_arena_part(xp_threads, XP_ROLES * sizeof(*xp_threads));
	err = rb_make(&xp_world.live, &xp_world.cpu[0]);
	for (unsigned int i = 0; i < XP_SPARES && !err; i++)
		err = rb_make(&xp_world.spare[i], &xp_world.cpu[1 + i]);
	if (!err)
		err = swap_writer_enter(xp_world.live, 0);
	if (err)
		return err;
	if (scenario->on_setup)
		scenario->on_setup(scenario);
	prefill(scenario->prefill);
	xp.clock_start = xp.clock;
	xp_arena_save();
	return 0;
}

/* ------------------------------------------------------------------------ */
/* The promises, at the end of an execution                                 */

static void book_open(void)
{
	memset(&book, 0, sizeof(book));
	book.next[PREFILL] = xp_world.scenario->prefill;
	for (unsigned int i = 0; i < book.next[PREFILL]; i++)
		book.fate[PREFILL][i] = STORED;
}

/* C4: the slots point where the returned values say. */
static void check_pointers(void)
{
	struct rb_slot *live = rb_slot(xp_world.live, 0);
	struct rb_cpu *at[1 + XP_SPARES];

	memcpy(at, xp_world.cpu, sizeof(at));
	for (unsigned int s = 0; s < book.snapshots; s++) {
		unsigned int spare = 1 + book.snapshot[s].spare;
		struct rb_cpu *taken = at[0];

		at[0] = at[spare];
		at[spare] = taken;
	}
	if (rb_slot_active(live) != at[0])
		xp_broken(4,
			  "the live slot's buffer is not the one that "
			  "swap's return values say");
	for (unsigned int i = 0; i < XP_SPARES; i++) {
		struct rb_slot *spare = rb_slot(xp_world.spare[i], 0);

		if (rb_slot_active(spare) != at[1 + i])
			xp_broken(4,
				  "a spare slot's buffer is not the one "
				  "that swap's return values say");
		if (load_relaxed(&rb_slot_active(spare)->owner) != spare)
			xp_broken(4,
				  "a buffer's owner is not the slot that "
				  "points to it");
	}
	if (load_relaxed(&rb_slot_active(live)->owner) != live)
		xp_broken(4, "the live buffer's owner is not its slot");
}

/* C7: what was announced is withdrawn, but for what a dead writer left open. */
static void check_balance(void)
{
	bool dead = xp_world.scenario->dead_writer;
	struct rb *rbs[] = { xp_world.live, xp_world.spare[0],
			     xp_world.spare[1] };

	for (unsigned int i = 0; i < 1 + XP_SPARES; i++) {
		struct rb_slot *slot = rb_slot(rbs[i], 0);

		if (load_relaxed(&slot->nesting) && !(dead && i == 0))
			xp_broken(7, "nesting is not back to zero");
		if (load_relaxed(&slot->refuse))
			xp_broken(7, "an announcement was not withdrawn");
		if (load_relaxed(&slot->control))
			xp_broken(7, "a control word is still held");
	}
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		if (load_relaxed(&xp_threads[i].inside) && !(dead && i == 0))
			xp_broken(7, "a thread still says that it is inside");
		if (xp.role[i].masked || xp.role[i].rcu_depth)
			xp_broken(7, "a mask or a section is left behind");
	}
}

/* C3: within a snapshot, and from one to the next, sequences increase. */
static void check_order(void)
{
	int64_t last[CONTEXTS] = { -1, -1, -1, -1 };

	for (unsigned int s = 0; s < book.snapshots; s++)
		for (unsigned int i = 0; i < book.snapshot[s].count; i++) {
			uint64_t sequence = book.snapshot[s].sequence[i];
			unsigned int context =
				(unsigned int)(sequence >> SWAP_LEVEL_SHIFT);
			int64_t n = (int64_t)(sequence & SWAP_SEQUENCE_MASK);

			if (context >= CONTEXTS || n <= last[context]) {
				xp_broken(3,
					  "events are out of order, or on "
					  "the wrong side of the cut");
				return;
			}
			last[context] = n;
		}
}

static void count_found(uint8_t seen[CONTEXTS][EVENTS],
			const struct found *found)
{
	for (unsigned int i = 0; i < found->count; i++) {
		unsigned int context =
			(unsigned int)(found->sequence[i] >> SWAP_LEVEL_SHIFT);
		uint64_t n = found->sequence[i] & SWAP_SEQUENCE_MASK;

		if (context >= CONTEXTS || n >= book.next[context])
			xp_broken(2, "an event that was never written");
		else
			seen[context][n]++;
	}
}

/* C2: every attempt has one fate, and the counters say so. */
static void check_conservation(uint8_t seen[CONTEXTS][EVENTS])
{
	uint64_t missing = 0, drops = 0;

	for (unsigned int c = 0; c < CONTEXTS; c++)
		for (unsigned int n = 0; n < book.next[c]; n++) {
			if (seen[c][n] > 1)
				xp_broken(2, "an event is there twice");
			if (seen[c][n] && book.fate[c][n] != STORED &&
			    book.fate[c][n] != OPEN)
				xp_broken(2, "a refused event is there");
			if (!seen[c][n] && book.fate[c][n] == STORED)
				missing++;
		}
	for (unsigned int cause = 0; cause < RB_DROP_CAUSES; cause++)
		drops += rb_drops(rb_slot(xp_world.live, 0),
				  (enum rb_drop)cause);
	if (missing != book.overrun)
		xp_broken(2,
			  "%llu stored events are missing, %llu counted as "
			  "overrun",
			  (unsigned long long)missing,
			  (unsigned long long)book.overrun);
	if (drops != book.refused)
		xp_broken(2, "%llu writes were refused, %llu counted",
			  (unsigned long long)book.refused,
			  (unsigned long long)drops);
}

static void check_books(void)
{
	uint8_t seen[CONTEXTS][EVENTS];
	struct found *live;

	memset(seen, 0, sizeof(seen));
	live = snapshot_add(UINT64_MAX, 0);
	collect(rb_slot_active(rb_slot(xp_world.live, 0)), live);
	if (xp.finding.found)
		return;
	for (unsigned int s = 0; s < book.snapshots; s++)
		count_found(seen, &book.snapshot[s]);
	count_found(seen, &book.consumed);
	check_order();
	check_conservation(seen);
}

void xp_scenario_execute(void)
{
	xp_arena_restore();
	book_open();
	xp_execute();
	if (xp.finding.found)
		return;
	check_pointers();
	check_balance();
	check_books();
	if (xp_world.scenario->on_check)
		xp_world.scenario->on_check();
}
