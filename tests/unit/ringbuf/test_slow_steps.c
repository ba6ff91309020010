/* SPDX-License-Identifier: MIT */
/*
 * What must be true of the pages behind every instruction of a write that
 * crosses them, handlers' writes among these: a reader or another handler may
 * look at any time.
 */
#include <stdio.h>

#include "tests/unit/ringbuf/ringbuf_helper.h"

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
	!defined(RB_HAVE_TSAN)
#include <signal.h>
#include <ucontext.h>

#include "ringbuf/ring_private.h"

#define PAGE	1024u
#define SUBBUFS 3u
#define LARGE	440u /* two to a page */
#define SMALL	24u
#define BURST	3u  /* large events of a handler: it crosses */
#define PLACES	20u /* instructions: fewer than any write that crosses has */

static struct {
	struct rb *rb;
	struct rb_slot *slot;
	struct rb_cpu *cpu;
	uint64_t commit[SUBBUFS]; /* when last seen */
	struct rb_page *crossed;  /* the page that the stepped write leaves */
	unsigned int count, nest_at;
	const char *wrong;
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

static void write_one(uint32_t length)
{
	struct rb_write w;

	if (!open_event(run.slot, length, &w))
		return;
	rb_commit(&w);
	section_close(run.slot);
}

/* A handler came while its event was open: the end publishes both. */
static void write_over_a_handler(uint32_t length)
{
	struct rb_write w;

	assert_non_null(open_event(run.slot, length, &w));
	write_one(SMALL);
	rb_commit(&w);
	section_close(run.slot);
}

/* ---- What must be true ---- */

/* A reader that has seen a published word never sees an earlier one. */
static void no_word_goes_back(void)
{
	for (uint32_t i = 0; i < SUBBUFS; i++) {
		uint64_t now = load_relaxed(&rb_page_at(run.cpu, i)->commit);

		if (now < run.commit[i])
			run.wrong = "a published word goes back";
		run.commit[i] = now;
	}
}

/* Who is sent on finds the word of the next page's life, or a later one. */
static void next_word_is_there(void)
{
	for (uint32_t i = 0; i < SUBBUFS; i++) {
		struct rb_page *page = rb_page_at(run.cpu, i);
		uint64_t commit = load_relaxed(&page->commit), next;

		if (!(commit & RB_COMMIT_LEFT))
			continue;
		next = load_relaxed(&rb_page_next(run.cpu, page)->commit);
		if (rb_word_generation(next) <
		    rb_word_generation(commit) + (i == SUBBUFS - 1))
			run.wrong = "the reader is sent to an old page";
	}
}

/* Overwrite: no handler reuses a page that is still to be sealed. */
static void crossed_page_is_guarded(void)
{
	uint64_t tail = load_relaxed(&run.cpu->tail);
	struct rb_page *page = rb_page_of(load_relaxed(&run.cpu->commit_page));

	if (!run.crossed || tail == rb_page_word(run.crossed) ||
	    rb_page_is_left(run.crossed))
		return;
	for (; page != run.crossed; page = rb_page_next(run.cpu, page))
		if (rb_page_word(page) == tail) {
			run.wrong = "a page that is not sealed may be reused";
			return;
		}
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	if (run.cpu->mode == RB_PRODUCE_CONSUME) {
		no_word_goes_back();
		next_word_is_there();
	} else {
		crossed_page_is_guarded();
	}
	if (++run.count == run.nest_at) {
		for (unsigned int i = 0; i < BURST; i++)
			write_one(LARGE);
		no_word_goes_back();
	}
}

/* ---- Runs ---- */

static void begin(enum rb_mode mode)
{
	run.rb = make(mode, RB_STAMP_NONE, SUBBUFS, PAGE);
	run.slot = rb_slot(run.rb, 0);
	run.cpu = rb_slot_active(run.slot);
	run.crossed = NULL;
	run.wrong = NULL;
}

/* Step one write, handlers at this instruction of it (0: none). */
static void step(void (*write)(uint32_t length), uint32_t length,
		 unsigned int nest_at)
{
	struct sigaction action = { .sa_sigaction = on_trap,
				    .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction old;

	run.nest_at = nest_at;
	run.count = 0;
	for (uint32_t i = 0; i < SUBBUFS; i++)
		run.commit[i] = load_relaxed(&rb_page_at(run.cpu, i)->commit);
	sigaction(SIGTRAP, &action, &old);
	trap_on();
	write(length);
	trap_off();
	sigaction(SIGTRAP, &old, NULL);
	if (run.wrong)
		fail_msg("handlers at %u: %s", nest_at, run.wrong);
	assert_whole(run.cpu);
}

static int take(const struct rb_event *event, void *arg)
{
	(void)event;
	(void)arg;
	return 0;
}

/* A whole round first, so that every page has had a life; read to the end. */
static void go_round(void)
{
	for (unsigned int i = 0; i < 2 * SUBBUFS; i++) {
		write_one(LARGE);
		rb_consume(run.slot, 1, take, NULL);
	}
}

static void what_is_published_stays_so(void **state)
{
	unsigned int at = 0;

	(void)state;
	do {
		begin(RB_PRODUCE_CONSUME);
		go_round();
		write_one(LARGE);
		step(write_one, LARGE, at);
		rb_destroy(run.rb);
	} while (at++ < run.count);
	assert_true(at > PLACES);
}

/* The same while it publishes what a handler has left to it. */
static void what_a_handler_published_stays_so(void **state)
{
	unsigned int at = 0;

	(void)state;
	do {
		begin(RB_PRODUCE_CONSUME);
		go_round();
		write_one(SMALL);
		step(write_over_a_handler, SMALL, at);
		rb_destroy(run.rb);
	} while (at++ < run.count);
	assert_true(at > PLACES);
}

/* The same where the stepped write itself finds its page full. */
static void who_is_sent_on_finds_the_next_page(void **state)
{
	unsigned int at = 0;

	(void)state;
	do {
		begin(RB_PRODUCE_CONSUME);
		go_round();
		write_one(LARGE);
		write_one(LARGE);
		step(write_one, LARGE, at);
		rb_destroy(run.rb);
	} while (at++ < run.count);
	assert_true(at > PLACES);
}

/*
 * A handler has moved the tail as far as the commit page lets it: the writer's
 * next crossing is into the page where it crossed last.
 */
static void page_that_is_not_sealed_is_guarded(void **state)
{
	struct rb_write open;

	(void)state;
	begin(RB_OVERWRITE);
	write_one(SMALL);
	assert_non_null(open_event(run.slot, SMALL, &open));
	while (load_relaxed(&run.cpu->tail) !=
	       rb_page_word(rb_page_at(run.cpu, SUBBUFS - 1)))
		write_one(LARGE);
	write_one(LARGE);
	close_event(run.slot, &open);
	run.crossed = rb_page_at(run.cpu, SUBBUFS - 1);
	assert_ptr_equal(rb_page_of(load_relaxed(&run.cpu->commit_page)),
			 rb_page_at(run.cpu, 0));
	step(write_one, LARGE, 0);
	assert_true(run.count > PLACES);
	assert_int_equal(load_relaxed(&run.cpu->tail),
			 rb_page_word(rb_page_at(run.cpu, 0)));
	rb_destroy(run.rb);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_published_stays_so),
		cmocka_unit_test(what_a_handler_published_stays_so),
		cmocka_unit_test(who_is_sent_on_finds_the_next_page),
		cmocka_unit_test(page_that_is_not_sealed_is_guarded),
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
