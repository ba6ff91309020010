/* SPDX-License-Identifier: MIT */
/* step.c - run, trap, inject, check; once for every instruction. */
#include "proof/step/step.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "strategies/write_loops.h"

static const char *const what_names[STEP_WHATS] = {
	[STEP_NESTED_WRITE] = "nested-write",
	[STEP_NESTED_SPLIT] = "nested-split",
	[STEP_NESTED_LOOP] = "nested-loop",
	[STEP_HANDLER_SWAP] = "handler-swap",
	[STEP_THREAD_SWAP] = "thread-swap",
	[STEP_THREAD_TRY] = "thread-try",
	[STEP_LOOP_SWAP] = "loop-swap",
	[STEP_NESTED_IN_SWAP] = "nested-in-swap",
	[STEP_NESTED_IN_TRY] = "nested-in-try",
	[STEP_NESTED_DISCARD] = "nested-discard",
	[STEP_LIVE_READER] = "live-reader",
	[STEP_FULL_BUFFER] = "full-buffer",
	[STEP_CUT_SWAP] = "cut-swap",
};

const char *step_what_name(enum step_what what)
{
	return (unsigned int)what < STEP_WHATS ? what_names[what] : "?";
}

#if defined(__SANITIZE_ADDRESS__) || defined(RB_HAVE_TSAN)
#define STEP_UNAVAILABLE "a sanitizer's own code cannot be stepped through"
#elif !defined(__x86_64__)
#define STEP_UNAVAILABLE "single steps need EFLAGS.TF (x86-64)"
#endif

#ifdef STEP_UNAVAILABLE
int step_run(const struct step_options *options, struct step_report *report)
{
	(void)options;
	memset(report, 0, sizeof(*report));
	snprintf(report->first, sizeof(report->first), "%s", STEP_UNAVAILABLE);
	return -ENOTSUP;
}
#else

#include <signal.h>
#include <ucontext.h>

#define TRAP_FLAG      UINT64_C(0x100)
#define SUBBUF	       1024u
/* Four for the kinds that go round: two injections of INJECTED do. */
#define SUBBUFS_FEW    4u
#define SUBBUFS_MANY   16u
#define INJECTED       4u
#define SALT	       0x57u
#define SMALL	       16u  /* payload bytes */
#define LARGE	       440u /* two to a sub-buffer */
#define LEVELS	       2u   /* the stepped writer and what is injected */
#define EVENTS	       256u /* of one level in one run */
#define STEPS_MAX      200000u
/* A cut-swap is the square of the others: it gets as far as this allows. */
#define CUT_NS	       UINT64_C(8000000000)
#define LONG_NS	       UINT64_C(5000000000)
#define PARK_NS	       UINT64_C(100000000)
#define PARK_LOCKED_NS UINT64_C(500000)
#define PATIENCE_NS    UINT64_C(60000) /* of a handler that another thread swaps */

/* What became of an attempt. */
struct attempt {
	bool stored;
	unsigned int seen;
	uint32_t length;
};

/* A thread that swaps when told to. */
struct helper {
	pthread_t thread;
	_Atomic int state; /* enum helper_state */
	struct swap_op op;
	int err;
	_Atomic int parked; /* enum helper_parked */
	uint64_t count;	    /* traps of its swap */
};

/* Stopped in the middle of its swap, until the writer lets it go. */
enum helper_parked {
	PARK_NOT,
	PARK_STOPPED,
	PARK_GO,
};

enum helper_state {
	HELPER_IDLE,
	HELPER_ASKED,
	HELPER_DONE,
	HELPER_QUIT,
};

/* One run at a time, of one thread. */
static struct {
	const struct step_options *options;
	struct step_report *report;
	enum rb_mode mode;
	uint64_t end; /* of a cut-swap */
	struct rb *live, *spare;
	struct swap_slot *slot;
	struct attempt attempts[LEVELS][EVENTS];
	unsigned int attempted[LEVELS];
	unsigned int next[LEVELS]; /* reading order */
	uint64_t overrun;
	uint64_t last_stamp; /* of the buffer being read */
	uint64_t drops;	     /* counted before the run */
	uint64_t count;	     /* traps of this run */
	uint64_t at, again;  /* inject at; cut-swap: again is one of the swap */
	bool cut;	     /* the other thread is stopped in its swap */
	bool was_cut;	     /* it was: its swap is that long */
	bool late;	     /* the event was open before the cut */
	bool injected, injected_again;
	bool swapped;			  /* the spare holds a snapshot */
	uint64_t hash;			  /* of it, as it was handed over */
	struct rb_cpu *volatile open_cpu; /* of the event that is open */
	volatile bool inside; /* of the stepped write's reserve..commit */
	struct helper helper;
} run;

static __attribute__((format(printf, 1, 2))) void violation(const char *format,
							    ...)
{
	struct step_report *report = run.report;
	va_list args;

	if (report->violations++)
		return;
	report->where = run.at;
	va_start(args, format);
	vsnprintf(report->first, sizeof(report->first), format, args);
	va_end(args);
}

static bool needs_helper(enum step_what what)
{
	return what == STEP_THREAD_SWAP || what == STEP_THREAD_TRY ||
	       what == STEP_LOOP_SWAP || what == STEP_CUT_SWAP;
}

static bool goes_round(enum step_what what)
{
	return what == STEP_LIVE_READER || what == STEP_FULL_BUFFER;
}

static inline __attribute__((always_inline)) void trap_on(void)
{
	__asm__ __volatile__(
		"lea -128(%%rsp), %%rsp\n\t"
		"pushfq\n\t"
		"orq $0x100, (%%rsp)\n\t"
		"popfq\n\t"
		"lea 128(%%rsp), %%rsp" ::
			: "memory", "cc");
}

static inline __attribute__((always_inline)) void trap_off(void)
{
	__asm__ __volatile__(
		"lea -128(%%rsp), %%rsp\n\t"
		"pushfq\n\t"
		"andq $~0x100, (%%rsp)\n\t"
		"popfq\n\t"
		"lea 128(%%rsp), %%rsp" ::
			: "memory", "cc");
}

/* ---- Writing ---- */

static const struct swap_ops *ops(void)
{
	return run.options->strategy->ops;
}

static struct attempt *next_attempt(unsigned int level, uint32_t length,
				    uint64_t *word)
{
	unsigned int number = run.attempted[level]++;

	*word = swap_event_word((uint64_t)level << SWAP_LEVEL_SHIFT | number,
				SALT);
	run.attempts[level][number] = (struct attempt){ .length = length };
	return &run.attempts[level][number];
}

static void write_event(unsigned int level, uint32_t length)
{
	uint64_t data[LARGE / 8], word;
	struct attempt *attempt = next_attempt(level, length, &word);

	swap_event_fill(data, length, word);
	attempt->stored = ops()->write(run.slot, data, length) == 0;
}

static __attribute__((noinline)) void write_split(bool commit)
{
	struct swap_write write;
	uint64_t word;
	struct attempt *attempt = next_attempt(0, SMALL, &word);
	void *at;

	trap_on();
	at = ops()->reserve(run.slot, SMALL, &write);
	if (!at) {
		trap_off();
		return;
	}
	run.open_cpu = write.cpu;
	run.inside = true;
	swap_event_fill(at, SMALL, word);
	run.inside = false;
	attempt->stored = commit;
	if (commit)
		ops()->commit(run.slot, &write);
	else
		ops()->discard(run.slot, &write);
	trap_off();
	if (!commit)
		run.attempted[0]--; /* neither stored nor dropped */
}

static uint64_t drops_now(void);

static uint64_t refused_at(unsigned int level)
{
	uint64_t refused = 0;

	for (unsigned int i = 0; i < run.attempted[level]; i++)
		refused += !run.attempts[level][i].stored;
	return refused;
}

/* One event by the loop that is measured, which does not tell its fate: what
 * the handlers' attempts do not explain of the drops is its own. */
static __attribute__((noinline)) void write_loop(void)
{
	swap_loop_fn loop = swap_loop_find(run.options->strategy,
					   SWAP_LOOP_BATCH, SMALL,
					   run.options->stamp, run.mode);
	struct swap_loop one = { .slot = run.slot, .count = 1, .salt = SALT };
	uint64_t drops = drops_now(), word;
	struct attempt *attempt = next_attempt(0, SMALL, &word);

	one.sequence = swap_event_sequence(word);
	drops += refused_at(1);
	trap_on();
	loop(&one);
	trap_off();
	attempt->stored = drops_now() - drops == refused_at(1);
}

/* ---- Injected ---- */

static uint64_t hash_of(const struct rb_cpu *cpu)
{
	const uint64_t *words = (const uint64_t *)(const void *)cpu->pages;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < cpu->subbufs * SUBBUF / 8; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	words = (const uint64_t *)(const void *)cpu;
	for (size_t i = 0; i < sizeof(*cpu) / 8; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* A swap has ended: note the snapshot as it is now, or that there is none. */
static void note_swap(int err)
{
	if (err) {
		run.report->refused++;
		return;
	}
	if (run.inside)
		violation("swapped while an event was open");
	run.report->swaps++;
	run.swapped = true;
	run.hash = hash_of(rb_slot_active(rb_slot(run.spare, 0)));
}

/* Let the other thread begin its swap and stop in it. */
static void inject_cut_swap(void)
{
	if (load_acquire(&run.helper.state) != HELPER_IDLE)
		return;
	store_release(&run.helper.state, HELPER_ASKED);
	while (load_acquire(&run.helper.parked) == PARK_NOT)
		sched_yield();
	run.cut = load_acquire(&run.helper.parked) == PARK_STOPPED;
	run.was_cut = run.cut;
	run.late = run.inside;
}

/* Let a stopped swap go on; false: it is not stopped any more. */
static bool let_go(void)
{
	int stopped = PARK_STOPPED;

	return cmpxchg_acq_rel(&run.helper.parked, &stopped, PARK_GO);
}

/* The event is open: let the stopped swap go on, and see what it does. */
static void resume_cut_swap(void)
{
	uint64_t end = sys_now() + PATIENCE_NS;

	if (!let_go())
		return; /* it went on by itself, perhaps before the event */
	while (load_acquire(&run.helper.state) == HELPER_ASKED &&
	       sys_now() < end)
		sched_yield();
	if (load_acquire(&run.helper.state) == HELPER_DONE && !run.helper.err &&
	    rb_slot_active(rb_slot(run.spare, 0)) == run.open_cpu)
		violation(
			"a swap that a write cut ended while its event was "
			"open");
}

static int collect(const struct rb_event *event, void *arg);

static void inject_reader(void)
{
	if (rb_consume(rb_slot(run.live, 0), EVENTS, collect, NULL) < 0)
		violation("a live reader finds no events where some must be");
}

static void inject_write(void)
{
	unsigned int n = run.options->crossing ? INJECTED : 1;

	for (unsigned int i = 0; i < n; i++) {
		write_event(1, run.options->crossing ? LARGE : SMALL);
		if (run.options->what == STEP_LIVE_READER)
			inject_reader();
	}
}

static void inject_swap(void)
{
	struct swap_op op;
	int err;

	if (run.swapped)
		return;
	err = swap(run.live, run.spare, 0, SWAP_TRY, sys_now() + LONG_NS, &op);
	if (err == -EINPROGRESS)
		err = swap_settle(&op, sys_now() + LONG_NS);
	if (err && err != -EBUSY)
		violation("a handler's try returned %d", err);
	note_swap(err);
}

static __thread bool is_helper;

/* The strategy's swap alone, stepped until it is stopped. */
static void helper_cut_swap(struct helper *helper);

/* The other thread notes its own swap: while it does, nothing is stepped on. */
static void helper_swap(struct helper *helper)
{
	enum swap_mode mode = run.options->what == STEP_THREAD_TRY ? SWAP_TRY
								   : SWAP_WAIT;

	helper->err = swap(run.live, run.spare, 0, mode, sys_now() + LONG_NS,
			   &helper->op);
	while (helper->err == -EINPROGRESS)
		helper->err = swap_settle(&helper->op, sys_now() + LONG_NS);
	if (!helper->err)
		run.hash = hash_of(rb_slot_active(rb_slot(run.spare, 0)));
}

static void *helper_thread(void *arg)
{
	struct helper *helper = arg;

	is_helper = true;
	for (;;) {
		int state = load_acquire(&helper->state);

		if (state == HELPER_QUIT)
			return NULL;
		if (state == HELPER_ASKED) {
			if (run.options->what == STEP_CUT_SWAP)
				helper_cut_swap(helper);
			else
				helper_swap(helper);
			store_release(&helper->state, HELPER_DONE);
		} else {
			sched_yield();
		}
	}
}

/*
 * Have the other thread swap, and wait a moment for it: where the writer is
 * outside a write it ends meanwhile, elsewhere it waits on and ends later.
 */
static void inject_thread_swap(void)
{
	uint64_t end = sys_now() + PATIENCE_NS;

	if (load_acquire(&run.helper.state) != HELPER_IDLE)
		return;
	store_release(&run.helper.state, HELPER_ASKED);
	while (load_acquire(&run.helper.state) == HELPER_ASKED &&
	       sys_now() < end)
		sched_yield();
	if (load_acquire(&run.helper.state) == HELPER_DONE && !run.helper.err &&
	    run.inside)
		violation("swapped while an event was open");
}

static void inject(void)
{
	switch (run.options->what) {
	case STEP_HANDLER_SWAP:
		inject_swap();
		break;
	case STEP_THREAD_SWAP:
	case STEP_THREAD_TRY:
	case STEP_LOOP_SWAP:
		inject_thread_swap();
		break;
	case STEP_CUT_SWAP:
		inject_cut_swap();
		break;
	default:
		inject_write();
		break;
	}
}

/* ---- Trapping ---- */

static void on_helper_trap(ucontext_t *at)
{
	uint64_t end;

	if (++run.helper.count < run.again)
		return;
	at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
	store_release(&run.helper.parked, PARK_STOPPED);
	/* Who holds a lock here stops the writer, too: go on by oneself. */
	end = sys_now() + (run.options->strategy->family == SWAP_LOCK
				   ? PARK_LOCKED_NS
				   : PARK_NS);
	while (load_acquire(&run.helper.parked) == PARK_STOPPED &&
	       sys_now() < end)
		sched_yield();
	let_go();
}

/* After the cut: step on until the event is open, then let the swap go on. */
static bool wait_for_open_event(void)
{
	if (!run.injected || !run.inside)
		return !run.injected || run.cut;
	if (run.cut)
		resume_cut_swap();
	run.cut = false;
	return false;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;
	bool reads = run.options->what == STEP_LIVE_READER &&
		     !run.options->twice;
	bool more;

	(void)number;
	(void)info;
	if (is_helper) {
		on_helper_trap(at);
		return;
	}
	run.count++;
	if (run.count == run.at) {
		run.injected = true;
		inject();
	} else if (run.options->twice && run.count == run.again) {
		run.injected_again = true;
		inject();
	}
	if (reads && run.injected)
		inject_reader();
	if (run.count > STEPS_MAX)
		violation("does not end");
	more = reads || (run.options->twice && !run.injected_again);
	if (run.options->what == STEP_CUT_SWAP)
		more = wait_for_open_event();
	if (run.count > STEPS_MAX || (run.injected && !more))
		at->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

static void helper_cut_swap(struct helper *helper)
{
	const struct swap_strategy *strategy = run.options->strategy;

	helper->op = (struct swap_op){
		.live = swap_slot(run.live, 0),
		.spare = swap_slot(run.spare, 0),
		.mode = SWAP_TRY,
		.deadline = sys_now() + LONG_NS,
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
		run.hash = hash_of(rb_slot_active(rb_slot(run.spare, 0)));
}

static void step_swap(enum swap_mode mode)
{
	uint64_t deadline = sys_now() + LONG_NS;
	struct swap_op op;
	int err;

	trap_on();
	err = swap(run.live, run.spare, 0, mode, deadline, &op);
	if (err == -EINPROGRESS)
		err = swap_settle(&op, deadline);
	trap_off();
	if (err)
		violation("an idle writer's own swap returned %d", err);
	note_swap(err);
}

static void step_body(void)
{
	switch (run.options->what) {
	case STEP_NESTED_IN_SWAP:
		step_swap(SWAP_WAIT);
		break;
	case STEP_NESTED_IN_TRY:
		step_swap(SWAP_TRY);
		break;
	case STEP_NESTED_LOOP:
	case STEP_LOOP_SWAP:
		write_loop();
		break;
	case STEP_NESTED_WRITE:
		trap_on();
		write_event(0, SMALL);
		trap_off();
		break;
	default:
		write_split(run.options->what != STEP_NESTED_DISCARD);
		break;
	}
}

/* ---- Books ---- */

static int collect(const struct rb_event *event, void *arg)
{
	const uint64_t *words = event->payload;
	struct attempt *attempt;
	uint64_t sequence;
	unsigned int level, number;

	(void)arg;
	sequence = swap_event_sequence(words[0]);
	level = (unsigned int)(sequence >> SWAP_LEVEL_SHIFT);
	number = (unsigned int)(sequence & SWAP_SEQUENCE_MASK);
	if (event->length < 8 || !swap_event_is_valid(words[0], SALT) ||
	    level >= LEVELS || number >= run.attempted[level]) {
		violation("an event that nobody wrote, or not yet");
		return 0;
	}
	attempt = &run.attempts[level][number];
	if (event->time_stamp < run.last_stamp)
		violation("time stamps go back by %llu",
			  (unsigned long long)(run.last_stamp -
					       event->time_stamp));
	run.last_stamp = event->time_stamp;
	for (uint32_t i = 1; i < event->length / 8; i++)
		if (words[i] != words[0] + i ||
		    event->length != attempt->length)
			violation("a torn event");
	if (attempt->seen++)
		violation("level %u event %u twice", level, number);
	if (number < run.next[level])
		violation("level %u event %u behind %u", level, number,
			  run.next[level] - 1);
	run.next[level] = number + 1;
	return 0;
}

static uint64_t drops_now(void)
{
	uint64_t drops = 0;

	for (int i = 0; i < RB_DROP_CAUSES; i++)
		drops += rb_drops(rb_slot(run.live, 0), (enum rb_drop)i);
	return drops;
}

static void check_buffer(struct rb_cpu *cpu, const char *name)
{
	struct rb_counts counts;
	char why[100];

	if (!goes_round(run.options->what))
		run.last_stamp = 0;
	if (rb_check(cpu, why, sizeof(why)))
		violation("the %s is broken: %s", name, why);
	if (rb_walk(cpu, collect, NULL))
		violation("the %s is no sequence of events", name);
	rb_counts(cpu, &counts);
	run.overrun += counts.overrun;
	if (counts.overrun && run.options->what != STEP_FULL_BUFFER)
		violation("the %s lost %llu events", name,
			  (unsigned long long)counts.overrun);
}

static void check_words(struct rb *rb, const char *name)
{
	struct swap_slot *slot = swap_slot(rb, 0);

	if (load_relaxed(&slot->rb.nesting) || load_relaxed(&slot->rb.refuse) ||
	    load_relaxed(&slot->rb.control))
		violation("%s: nesting %u, refuse %#x, control %u are left",
			  name, load_relaxed(&slot->rb.nesting),
			  load_relaxed(&slot->rb.refuse),
			  load_relaxed(&slot->rb.control));
	if (load_relaxed(&sys_self()->inside))
		violation("%s: inside is left", name);
}

static void check_attempts(void)
{
	bool full = run.options->what == STEP_FULL_BUFFER;
	uint64_t refused = 0, lost = 0;

	for (unsigned int level = 0; level < LEVELS; level++)
		for (unsigned int i = 0; i < run.attempted[level]; i++) {
			struct attempt *attempt = &run.attempts[level][i];

			refused += !attempt->stored;
			if (full && attempt->stored && !attempt->seen)
				lost++;
			else if (attempt->seen != attempt->stored)
				violation("level %u event %u %s, seen %u times",
					  level, i,
					  attempt->stored ? "stored"
							  : "refused",
					  attempt->seen);
		}
	run.report->dropped += refused;
	if (lost != (full ? run.overrun : 0))
		violation("%llu events lost, %llu counted as overrun",
			  (unsigned long long)lost,
			  (unsigned long long)run.overrun);
	if (refused != drops_now() - run.drops)
		violation("%llu writes refused, %llu drops counted",
			  (unsigned long long)refused,
			  (unsigned long long)(drops_now() - run.drops));
}

/* The other thread's swap must have an end now that no write is open. */
static void finish_helper(void)
{
	uint64_t end = sys_now() + LONG_NS;

	if (load_acquire(&run.helper.state) == HELPER_IDLE)
		return;
	store_release(&run.helper.parked, PARK_GO);
	while (load_acquire(&run.helper.state) == HELPER_ASKED &&
	       sys_now() < end)
		sched_yield();
	if (load_acquire(&run.helper.state) != HELPER_DONE)
		violation("the other thread's swap did not end");
	else if (run.helper.err && run.helper.err != -EBUSY)
		violation("the other thread's swap: %d", run.helper.err);
	else if (run.helper.err && run.options->what != STEP_THREAD_TRY &&
		 run.options->what != STEP_CUT_SWAP &&
		 run.options->strategy->sound)
		violation("the other thread's wait returned -EBUSY");
	if (run.helper.err)
		run.report->refused++;
	else
		run.report->swaps++;
	run.swapped = !run.helper.err;
	store_relaxed(&run.helper.parked, PARK_NOT);
	store_relaxed(&run.helper.state, HELPER_IDLE);
}

static void check_run(void)
{
	finish_helper();
	if (run.swapped) {
		struct rb_cpu *snapshot = rb_slot_active(rb_slot(run.spare, 0));

		if (run.hash != hash_of(snapshot))
			violation("the snapshot changed after the swap");
		check_buffer(snapshot, "snapshot");
	}
	check_buffer(rb_slot_active(rb_slot(run.live, 0)), "live buffer");
	check_attempts();
	check_words(run.live, "live");
	check_words(run.spare, "spare");
}

/* ---- Runs ---- */

/* With crossing, the sub-buffer has no room for another SMALL event. */
static void prefill(void)
{
	write_event(0, SMALL);
	if (!run.options->crossing)
		return;
	write_event(0, LARGE);
	write_event(0, LARGE);
	if (run.options->what == STEP_FULL_BUFFER) {
		for (unsigned int i = 0; i < 2 * (SUBBUFS_FEW - 1); i++)
			write_event(0, LARGE);
		rb_consume(rb_slot(run.live, 0), 2, collect, NULL);
		write_event(0, SMALL);
	}
	write_event(0, SMALL);
}

/* One run with injections at these instructions; false: it ended before. */
static bool step_once(uint64_t at, uint64_t again)
{
	memset(run.attempts, 0, sizeof(run.attempts));
	memset(run.attempted, 0, sizeof(run.attempted));
	memset(run.next, 0, sizeof(run.next));
	run.at = at;
	run.again = again;
	run.count = run.overrun = run.last_stamp = 0;
	run.injected = run.injected_again = run.swapped = false;
	run.inside = run.cut = run.was_cut = run.late = false;
	rb_recycle(rb_slot(run.live, 0));
	rb_recycle(rb_slot(run.spare, 0));
	run.drops = drops_now();
	prefill();
	step_body();
	check_run();
	run.report->runs++;
	return run.options->twice ? run.injected_again : run.injected;
}

/* All runs whose first injection is at this instruction; false: none is. */
static bool step_at(uint64_t at)
{
	uint64_t before = 1, apart = 1;

	if (run.options->what == STEP_CUT_SWAP) {
		/* Behind the first open event there is nothing new to cut. */
		for (apart = 1;
		     !run.report->violations && step_once(at, apart) &&
		     run.was_cut && !run.late;
		     apart += 3)
			;
		return run.injected && !run.late && sys_now() < run.end;
	}
	if (!run.options->twice)
		return step_once(at, 0);
	while (!run.report->violations && step_once(at, at + apart)) {
		apart += before;
		before = apart - before;
	}
	return run.injected;
}

static void step_all(void)
{
	run.end = sys_now() +
		  (run.options->limit_ns ? run.options->limit_ns : CUT_NS);
	for (uint64_t at = 1; !run.report->violations && step_at(at); at++)
		run.report->instructions = at;
}

static const char *why_not(const struct step_options *options)
{
	const struct swap_strategy *s = options->strategy;

	switch (options->what) {
	case STEP_HANDLER_SWAP:
		if (!s->swap || !s->swap_from_handler)
			return "it does not swap from a handler";
		break;
	case STEP_THREAD_SWAP:
	case STEP_LOOP_SWAP:
	case STEP_NESTED_IN_SWAP:
		if (!s->swap)
			return "it refuses to swap";
		break;
	case STEP_THREAD_TRY:
	case STEP_CUT_SWAP:
	case STEP_NESTED_IN_TRY:
		if (!s->swap || !s->has_try)
			return "it has no mode try";
		break;
	default:
		break;
	}
	return NULL;
}

static int make_buffers(const struct step_options *options)
{
	struct rb_attr attr = {
		.slots = 1,
		.subbufs = goes_round(options->what) ? SUBBUFS_FEW
						     : SUBBUFS_MANY,
		.subbuf_size = SUBBUF,
		.mode = options->mode,
		.stamp = options->stamp,
	};
	int err;

	if (options->what == STEP_LIVE_READER)
		attr.mode = RB_PRODUCE_CONSUME;
	else if (options->what == STEP_FULL_BUFFER)
		attr.mode = RB_OVERWRITE;
	run.mode = attr.mode;
	err = swap_rb_create(options->strategy, attr, &run.live);
	if (err)
		return err;
	err = swap_rb_create(options->strategy, attr, &run.spare);
	if (err)
		rb_destroy(run.live);
	return err;
}

int step_run(const struct step_options *options, struct step_report *report)
{
	struct sigaction action, old;
	const char *why = why_not(options);
	int err;

	memset(report, 0, sizeof(*report));
	if (why) {
		snprintf(report->first, sizeof(report->first), "%s: %s",
			 options->strategy->name, why);
		return -ENOTSUP;
	}
	memset(&run, 0, sizeof(run));
	run.options = options;
	run.report = report;
	err = make_buffers(options);
	if (err)
		return err;
	run.slot = swap_slot(run.live, 0);
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_trap;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigaction(SIGTRAP, &action, &old);
	err = swap_writer_enter(run.live, 0);
	if (err)
		goto out;
	/* A second thread is not free: it waits by yielding its CPU. */
	if (needs_helper(options->what))
		pthread_create(&run.helper.thread, NULL, helper_thread,
			       &run.helper);
	step_all();
	store_release(&run.helper.state, HELPER_QUIT);
	if (needs_helper(options->what))
		pthread_join(run.helper.thread, NULL);
	swap_writer_exit(run.live, 0);
out:
	sigaction(SIGTRAP, &old, NULL);
	rb_destroy(run.live);
	rb_destroy(run.spare);
	return err;
}
#endif
