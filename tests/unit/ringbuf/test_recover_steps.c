/* SPDX-License-Identifier: MIT */
/*
 * A writer that ends at every instruction of a write, and at every instruction
 * of handlers on top of it; then rb_recover(), and the books of all attempts.
 *
 * The trap flag stops after each instruction (as proof/step does), and the end
 * of the writer is a jump out of the handler. RECOVER_STRIDE=1 takes every pair
 * of places, minutes instead of seconds.
 */
#include <stdio.h>

#include "tests/unit/ringbuf/ringbuf_helper.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
	!defined(RB_HAVE_TSAN)
#include <signal.h>
#include <ucontext.h>

#define PAGE	 1024u
#define SUBBUFS	 3u
#define LARGE	 440u /* two to a page */
#define SMALL	 24u
#define ATTEMPTS 128u
#define PLACES	 400u /* more instructions than a write has */

enum fate {
	OPEN, /* begun, and nobody came back from it */
	STORED,
	DISCARDED,
	REFUSED,
};

/* What is written, and where it ends. */
struct plan {
	enum rb_mode mode;
	enum rb_stamp stamp;
	bool crosses; /* the stepped write finds its page full */
	bool full;    /* and no other one free; the oldest is partly read */
	bool discards;
	unsigned int handlers; /* their writes; five go round */
};

static struct {
	struct plan plan;
	struct rb *rb;
	struct rb_slot *slot;
	struct rb_cpu *cpu;
	enum fate fate[ATTEMPTS];
	uint32_t length[ATTEMPTS];
	unsigned int seen[ATTEMPTS];
	unsigned int attempts;
	uint64_t read, last_stamp;
	uint64_t drops; /* before the run */
	/* Handlers come at an instruction of the stepped write; the end is at
	 * the write of theirs that end_write names, or of the stepped write
	 * after them, or nowhere. */
	unsigned int count, nest_at;
	unsigned int end_write, end_count, end_at;
	bool ends_here, nested, ended;
	sigjmp_buf out;
} run;

static inline __attribute__((always_inline)) void trap_on(void)
{
	__asm__ __volatile__(
		"lea -128(%%rsp), %%rsp\n\tpushfq\n\t"
		"orq $0x100, (%%rsp)\n\tpopfq\n\t"
		"lea 128(%%rsp), %%rsp" ::
			: "memory", "cc");
}

static inline __attribute__((always_inline)) void trap_off(void)
{
	__asm__ __volatile__(
		"lea -128(%%rsp), %%rsp\n\tpushfq\n\t"
		"andq $~0x100, (%%rsp)\n\tpopfq\n\t"
		"lea 128(%%rsp), %%rsp" ::
			: "memory", "cc");
}

/* The first and the last word say who it is: a loop of stores would be most
 * of what is stepped. */
static uint64_t word_of(unsigned int attempt)
{
	return UINT64_C(0x5eed000000000000) | (uint64_t)attempt << 8 | 0x5a;
}

static unsigned int attempt_new(uint32_t length)
{
	assert_true(run.attempts < ATTEMPTS);
	run.length[run.attempts] = length;
	return run.attempts++;
}

/* What is stepped. */
static void attempt_write(unsigned int attempt, bool discards)
{
	uint32_t length = run.length[attempt];
	struct rb_write w;
	uint64_t *at;

	at = (uint64_t *)(void *)open_event(run.slot, length, &w);
	if (!at) {
		run.fate[attempt] = REFUSED;
		return;
	}
	at[0] = word_of(attempt);
	at[length / 8 - 1] = word_of(attempt);
	if (discards)
		rb_discard(&w);
	else
		rb_commit(&w);
	section_close(run.slot);
	run.fate[attempt] = discards ? DISCARDED : STORED;
}

static void attempt_whole(uint32_t length, bool discards)
{
	attempt_write(attempt_new(length), discards);
}

/* ---- Reading ---- */

static int take(const struct rb_event *event, void *arg)
{
	const uint64_t *words = event->payload;
	unsigned int attempt = words[0] >> 8 & 0xffff;

	(void)arg;
	assert_true(attempt < run.attempts);
	assert_int_equal(event->length, run.length[attempt]);
	assert_true(words[0] == word_of(attempt));
	assert_true(words[event->length / 8 - 1] == word_of(attempt));
	assert_true(run.fate[attempt] == STORED ||
		    (run.plan.mode == RB_PRODUCE_CONSUME &&
		     run.fate[attempt] == OPEN)); /* ended behind commit */
	assert_int_equal(run.seen[attempt]++, 0);
	assert_true(event->time_stamp >= run.last_stamp);
	run.last_stamp = event->time_stamp;
	return 0;
}

static void consume(unsigned long max)
{
	long got = rb_consume(run.slot, max, take, NULL);

	assert_true(got >= 0);
	run.read += (uint64_t)got;
}

/* ---- One run ---- */

static void handlers_write(void)
{
	for (unsigned int i = 0; i < run.plan.handlers; i++) {
		unsigned int attempt = attempt_new(i == 2 ? SMALL : LARGE);

		run.ends_here = i == run.end_write;
		if (run.ends_here)
			trap_on();
		attempt_write(attempt, i == 1);
		trap_off();
		run.ends_here = false;
		if (run.plan.mode == RB_PRODUCE_CONSUME && i % 2)
			consume(2);
	}
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *at = context;

	(void)number;
	(void)info;
	if (run.ends_here && ++run.end_count == run.end_at) {
		run.ended = true;
		siglongjmp(run.out, 1);
	}
	if (run.ends_here || ++run.count != run.nest_at)
		return;
	run.nested = true;
	handlers_write();
	run.ends_here = run.end_write == run.plan.handlers;
	if (!run.ends_here)
		at->uc_mcontext.gregs[REG_EFL] &= ~0x100;
}

static uint64_t drops(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < RB_DROP_CAUSES; i++)
		sum += rb_drops(run.slot, (enum rb_drop)i);
	return sum;
}

static void prefill(void)
{
	attempt_whole(SMALL, false);
	if (run.plan.full) {
		while (load_relaxed(&run.cpu->tail) !=
		       (uintptr_t)run.cpu->pages + (SUBBUFS - 1) * PAGE)
			attempt_whole(LARGE, false);
		consume(1);
		if (run.plan.mode == RB_OVERWRITE)
			consume(1);
	}
	if (run.plan.crosses)
		while (rb_word_bytes(load_relaxed(
			       &rb_page_of(load_relaxed(&run.cpu->tail))
					->write)) +
			       SMALL + 8 <=
		       PAGE - RB_PAGE_HEADER)
			attempt_whole(SMALL, false);
	else
		attempt_whole(SMALL, true);
}

/* Every attempt in one account; the open ones may be in lost, or nowhere. */
static void check_books(void)
{
	uint64_t stored = 0, refused = 0, open = 0, unseen = 0, held;
	struct rb_counts counts;

	assert_whole(run.cpu);
	rb_counts(run.cpu, &counts);
	assert_int_equal(counts.read, run.read);
	assert_int_equal(rb_cpu_has_unread(run.cpu), counts.entries != 0);
	for (unsigned int i = 0; i < run.attempts; i++) {
		stored += run.fate[i] == STORED;
		refused += run.fate[i] == REFUSED;
		open += run.fate[i] == OPEN;
		unseen += run.fate[i] == STORED && !run.seen[i];
	}
	held = counts.read + counts.entries + counts.overrun + counts.lost;
	assert_in_range(held, stored, stored + open);
	assert_in_range(drops() - run.drops, refused, refused + open);
	assert_true(held + drops() - run.drops <= stored + refused + open);
	if (!counts.entries)
		assert_in_range(counts.overrun + counts.lost, unseen,
				unseen + open);
}

/* The writer has ended: what is there is whole, and goes on being so. */
static void recover_and_go_on(void)
{
	struct rb_counts counts, again;

	rb_recover(run.cpu);
	rb_counts(run.cpu, &counts);
	check_books();
	rb_recover(run.cpu);
	rb_counts(run.cpu, &again);
	assert_memory_equal(&counts, &again, sizeof(counts));
	store_relaxed(&run.slot->nesting, 0);
	for (unsigned int i = 0; i < 4 * SUBBUFS; i++) {
		attempt_whole(i % 3 ? LARGE : SMALL, i % 5 == 3);
		if (run.plan.mode == RB_PRODUCE_CONSUME)
			consume(1 + i % 3);
		check_books();
	}
	consume(ATTEMPTS);
	check_books();
	assert_false(rb_cpu_has_unread(run.cpu));
}

/* A write with handlers at one place and an end at another; false: it was over
 * before the end. */
static bool run_once(unsigned int nest_at, unsigned int end_write,
		     unsigned int end_at)
{
	unsigned int attempt;

	assert_int_equal(rb_reset(run.slot), 0);
	memset(run.seen, 0, sizeof(run.seen));
	memset(run.fate, 0, sizeof(run.fate));
	run.attempts = 0;
	run.read = run.last_stamp = 0;
	run.count = run.end_count = 0;
	run.nest_at = nest_at;
	run.end_write = end_write;
	run.end_at = end_at;
	run.ends_here = !nest_at;
	run.nested = run.ended = false;
	run.drops = drops();
	prefill();
	attempt = attempt_new(SMALL);
	if (!sigsetjmp(run.out, 1)) {
		trap_on();
		attempt_write(attempt, run.plan.discards);
		trap_off();
	}
	if (run.ended)
		recover_and_go_on();
	else
		check_books();
	return run.ended;
}

/* ---- All places ---- */

static unsigned int stride(void)
{
	const char *given = getenv("RECOVER_STRIDE");

	return given ? (unsigned int)strtoul(given, NULL, 0) : 1201;
}

static void all_places(const struct plan *plan)
{
	unsigned int at = 1, step = stride();

	if (!plan->handlers) {
		while (run_once(0, 0, at))
			at++;
		assert_in_range(at, 20, PLACES);
		return;
	}
	/* Where handlers come, and where it ends, is every step-th pair of all;
	 * another one for each place. */
	for (unsigned int i = 1; run_once(i, plan->handlers + 1, 0), run.nested;
	     i++)
		;
	do {
		unsigned int end = at * 17 % step;

		do {
			run_once(at, end / PLACES, 1 + end % PLACES);
			end += step;
		} while (end < (plan->handlers + 1) * PLACES);
		at += 1 + step / 512;
	} while (run.nested);
	assert_in_range(at, 20, PLACES);
}

static void run_plan(const struct plan *plan)
{
	struct sigaction action = { .sa_sigaction = on_trap,
				    .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction old;

	run.plan = *plan;
	run.rb = make(plan->mode, plan->stamp, SUBBUFS, PAGE);
	run.slot = rb_slot(run.rb, 0);
	run.cpu = rb_slot_active(run.slot);
	sigaction(SIGTRAP, &action, &old);
	all_places(plan);
	sigaction(SIGTRAP, &old, NULL);
	rb_destroy(run.rb);
}

static void writer_ends_at_every_instruction(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 12; i++) {
		struct plan plan = { .mode = (enum rb_mode)(i & 1),
				     .discards = i & 2 };

		if (i >= 4) {
			plan = (struct plan){ .mode = (enum rb_mode)(i & 1),
					      .stamp = i & 2 ? RB_STAMP_CYCLES
							     : RB_STAMP_NONE,
					      .crosses = true,
					      .full = i >= 8 };
		}
		run_plan(&plan);
	}
}

static void handler_ends_at_every_instruction(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		struct plan plan = { .mode = (enum rb_mode)(i & 1),
				     .stamp = i & 8 ? RB_STAMP_CYCLES
						    : RB_STAMP_NONE,
				     .crosses = true,
				     .full = i & 2,
				     .handlers = i & 4 ? 1 : 5 };

		run_plan(&plan);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writer_ends_at_every_instruction),
		cmocka_unit_test(handler_ends_at_every_instruction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else
int main(void)
{
	puts("skipped: single steps need EFLAGS.TF (x86-64) and no sanitizer");
	return 77;
}
#endif
