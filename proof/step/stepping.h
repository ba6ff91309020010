/* SPDX-License-Identifier: MIT */
/*
 * stepping.h - the run that is stepped, and the parts that share it.
 *
 * Private to proof/step: step.c goes round, stepped.c holds what is stepped,
 * trap.c stops it, inject.c and helper.c do something there, books.c checks.
 */
#ifndef PROOF_STEP_STEPPING_H
#define PROOF_STEP_STEPPING_H

#include "proof/step/step.h"

#if defined(__SANITIZE_ADDRESS__) || defined(RB_HAVE_TSAN)
#define STEP_UNAVAILABLE "a sanitizer's own code cannot be stepped through"
#elif !defined(__x86_64__)
#define STEP_UNAVAILABLE "single steps need EFLAGS.TF (x86-64)"
#endif

#ifndef STEP_UNAVAILABLE

#include <sched.h>
#include <signal.h>
#include <ucontext.h>

#define TRAP_FLAG UINT64_C(0x100)
#define SUBBUF	  1024u
/* Four for the kinds that go round: two injections of INJECTED do. */
#define SUBBUFS_FEW  4u
#define SUBBUFS_MANY 16u
#define INJECTED     4u
#define SALT	     0x57u
#define SMALL	     16u  /* payload bytes */
#define LARGE	     440u /* two to a sub-buffer */
#define LEVELS	     2u	  /* the stepped writer and what is injected */
#define EVENTS	     256u /* of one level in one run */
#define STEPS_MAX    200000u
/* A cut-swap is the square of the others: it gets as far as this allows. */
#define CUT_NS	       UINT64_C(8000000000)
#define CUT_LEAST      8u  /* instructions, unless somebody sets a limit */
#define CUTS	       40u /* of a swap, at one instruction of the write */
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
struct step_state {
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
	uint64_t swap_length; /* cut-swap: of its instructions, so far */
	bool cut;	      /* the other thread is stopped in its swap */
	bool was_cut;	      /* it was: its swap is that long */
	bool late;	      /* the event was open before the cut */
	bool injected, injected_again;
	struct swap_op op;		  /* of a handler's or own swap */
	bool in_progress;		  /* it is */
	bool swapped;			  /* the spare holds a snapshot */
	uint64_t hash;			  /* of it, as it was handed over */
	struct rb_cpu *volatile open_cpu; /* of the event that is open */
	volatile bool inside; /* of the stepped write's reserve..commit */
	const struct descriptor *section; /* restartable: that is stepped */
	bool stays;			  /* on one CPU, out of these: */
	cpu_set_t allowed;
	struct helper helper;
};

extern struct step_state step_state;

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

/* kinds.c */

/* Another thread swaps. */
bool step_needs_helper(enum step_what what);

/* Its buffer is small: what is injected goes round it. */
bool step_goes_round(enum step_what what);

/* Why a strategy cannot be stepped in this way; NULL: it can. */
const char *step_why_not(const struct step_options *options);

/* stepped.c */

/* One attempt by ops->write. */
void step_write_small(unsigned int level);
void step_write_large(unsigned int level);

/* What is stepped, by kind. */
void step_body(void);

/* inject.c; all in the handler */

void step_inject(void);
void step_inject_reader(void);

/* helper.c */

void *step_helper_thread(void *arg);

/* Is this the other thread? */
bool step_is_helper(void);

/* A trap of the other thread's swap. */
void step_on_helper_trap(ucontext_t *at);

/* Let the other thread begin its swap and stop in it. */
void step_inject_cut_swap(void);

/* The event is open: let the stopped swap go on, and see what it does. */
void step_resume_cut_swap(void);

/* Have the other thread swap, and wait a moment for it. */
void step_inject_thread_swap(void);

/* The other thread's swap must have an end now that no write is open. */
void step_finish_helper(void);

/* section.c */

/*
 * A trap: where a restartable section was aborted by it, put it back. false:
 * not to be stepped any further.
 */
bool step_follow_section(ucontext_t *at);

/* Something was injected: a section that is open is aborted by that. */
void step_abort_section(ucontext_t *at);

/* Nothing is stepped any more. */
void step_sections_end(void);

/* trap.c */

void step_on_trap(int number, siginfo_t *info, void *context);

/* books.c */

/* Count it; the first one is told. */
void step_violation(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

uint64_t step_hash_of(const struct rb_cpu *cpu);

/* Wait for the swap in progress: the writer is outside, and says so. */
int step_settle(void);

/* A swap has ended: note the snapshot as it is now, or that there is none. */
void step_note_swap(int err);

/* Take one event as read; of rb_walk() and rb_consume(). */
int step_collect(const struct rb_event *event, void *arg);

/* Of all causes, so far. */
uint64_t step_drops_now(void);

/* All that must hold at the end of a run. */
void step_check_run(void);

#endif /* STEP_UNAVAILABLE */
#endif
