/* SPDX-License-Identifier: MIT */
/* engine.c - scheduling by choices, stateless replay, preemption bound. */
#include "proof/explore/engine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define STACK_BYTES 65536u

struct xp xp;

static _Alignas(64) unsigned char stacks[XP_ROLES][STACK_BYTES];
static void *main_context;

/* Of a path at random: 0 by odds to 1, else any. */
static uint8_t at_random(unsigned int options, unsigned int odds)
{
	static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	if ((state >> 8) % (odds + 1))
		return 0;
	return (uint8_t)((state >> 32) % options);
}

static unsigned int choose(unsigned int options, unsigned int odds)
{
	struct xp_choice *choice;

	if (xp.at >= XP_PATH_MAX) {
		fprintf(stderr, "explore: path of more than %d choices\n",
			XP_PATH_MAX);
		abort();
	}
	choice = &xp.path[xp.at];
	if (xp.at++ >= xp.length) {
		xp.length = xp.at;
		choice->taken = xp.sampling ? at_random(options, odds) : 0;
		choice->options = (uint8_t)options;
	} else if (choice->options != options) {
		/* A saved path of other sources: stop where it no longer fits. */
		xp.diverged = true;
		xp_broken(0, "the saved interleaving does not fit this source");
		return 0;
	}
	return choice->taken;
}

unsigned int xp_choose(unsigned int options)
{
	return choose(options, 0);
}

/* At a point: most executions have a hundred, and few preemptions. */
unsigned int xp_choose_rarely(unsigned int options)
{
	return choose(options, 30);
}

bool xp_path_next(void)
{
	while (xp.length) {
		struct xp_choice *last = &xp.path[xp.length - 1];

		if (last->taken + 1u < last->options) {
			last->taken++;
			return true;
		}
		xp.length--;
	}
	return false;
}

/* ------------------------------------------------------------------------ */
/* Listing                                                                  */

static struct xp_step *trace_add(enum xp_kind kind)
{
	static struct xp_step none;
	struct xp_step *step = &none;

	if (xp.steps < XP_TRACE_MAX)
		step = &xp.trace[xp.steps++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->role = (uint8_t)(xp.now - xp.role);
	step->depth = (uint8_t)xp.now->depth;
	return step;
}

struct xp_step *xp_trace_step(struct xp_site *site, const volatile void *at)
{
	struct xp_step *step = trace_add(XP_T_STEP);

	step->site = site;
	step->at = at;
	step->blind = site->mutation != XP_INTACT;
	return step;
}

struct xp_step *xp_trace_drain(unsigned int role, const volatile void *at,
			       uint64_t value)
{
	struct xp_step *step = trace_add(XP_T_DRAIN);

	step->role = (uint8_t)role;
	step->at = at;
	step->value = value;
	return step;
}

void xp_note(const char *format, ...)
{
	struct xp_step *step;
	va_list args;

	if (!xp.tracing || !xp.running)
		return;
	step = trace_add(XP_T_NOTE);
	va_start(args, format);
	vsnprintf(step->text, sizeof(step->text), format, args);
	va_end(args);
}

void xp_broken(int promise, const char *format, ...)
{
	va_list args;
	void *dead;

	if (xp.ignore & 1u << promise) {
		xp.ignored |= 1u << promise;
		return;
	}
	if (!xp.finding.found) {
		xp.finding.found = true;
		xp.finding.promise = promise;
		va_start(args, format);
		vsnprintf(xp.finding.why, sizeof(xp.finding.why), format, args);
		va_end(args);
		if (xp.tracing)
			snprintf(trace_add(XP_T_BROKEN)->text,
				 sizeof(xp.trace[0].text), "C%d: %s", promise,
				 xp.finding.why);
	}
	if (xp.running)
		xp_switch(&dead, main_context);
}

/* ------------------------------------------------------------------------ */
/* Scheduling                                                               */

static bool takes_signal(const struct xp_role *role)
{
	return role->signals && !role->masked;
}

static bool can_go(const struct xp_role *role)
{
	switch (role->state) {
	case XP_READY:
		return true;
	case XP_BLOCKED:
		return role->poked || takes_signal(role);
	case XP_IDLE:
		return takes_signal(role);
	default:
		return false;
	}
}

/* Roles other than but that could go on. */
static unsigned int others(const struct xp_role *but, struct xp_role **list)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < xp.roles; i++)
		if (&xp.role[i] != but && can_go(&xp.role[i]))
			list[n++] = &xp.role[i];
	return n;
}

/*
 * Another role gets the CPU: the scheduler's full barriers for both, and the
 * section of the one that loses it is no more.
 */
static void take_cpu(struct xp_role *role)
{
	struct xp_role *loser = xp.on_cpu[role->cpu];

	xp.on_cpu[role->cpu] = role;
	if (!loser || loser == role)
		return;
	xp_section_abort(loser);
	xp_fence(loser);
	xp_fence(role);
}

static void go(struct xp_role *role)
{
	struct xp_role *before = xp.now;

	if (role == before)
		return;
	take_cpu(role);
	xp.now = role;
	xp_switch(&before->sp, role->sp);
}

/* A handler on the running role's stack, of whatever it interrupts. */
static void run_handler(void (*handler)(void), const char *what)
{
	struct xp_role *self = xp.now;
	bool watching = self->watching;
	unsigned int line = self->line;
	struct xp_section section;

	xp_section_abort(self);
	section = self->section;
	self->section.is_open = false;
	self->watching = false;
	self->depth++;
	xp_note("-- %s", what);
	handler();
	xp_note("-- returns from the handler");
	self->depth--;
	self->watching = watching;
	self->line = line;
	self->section = section;
}

static void deliver(void)
{
	struct xp_role *self = xp.now;

	self->signals--;
	self->masked = true;
	xp_signal_arrive();
	run_handler(xp.signal_handler, "signal delivered: its handler runs");
	self->masked = false;
}

static bool may_inject(const struct xp_role *self)
{
	return self->handlers != 0;
}

/* The scheduler may take any section away, as often as the scenario lets it. */
static bool may_abort(const struct xp_role *self)
{
	return self->section.is_open && !self->section.is_aborted &&
	       xp.aborts < xp.aborts_max;
}

/* One round of choices before an operation; true: look again. */
static bool point_round(bool may_preempt)
{
	struct xp_role *self = xp.now;
	struct xp_role *list[XP_ROLES];
	unsigned int n = 0, preempt, inject, signal, abort_it, taken;

	if (may_preempt && xp.preemptions < xp.bound)
		n = others(self, list);
	preempt = n;
	inject = may_inject(self) ? n++ : UINT32_MAX;
	signal = takes_signal(self) ? n++ : UINT32_MAX;
	abort_it = may_abort(self) ? n++ : UINT32_MAX;
	if (!n)
		return false;
	taken = xp_choose_rarely(n + 1);
	if (!taken)
		return false;
	taken--;
	if (taken < preempt) {
		xp.preemptions++;
		go(list[taken]);
		return point_round(false);
	}
	if (taken == inject) {
		self->handlers--;
		run_handler(xp.handler, "handler interrupts");
	} else if (taken == signal) {
		deliver();
	} else if (taken == abort_it) {
		xp.aborts++;
		xp_section_abort(self);
	}
	return true;
}

void xp_section_abort(struct xp_role *role)
{
	if (role->section.is_open)
		role->section.is_aborted = true;
}

/* Before an operation of an open section: is it still one? */
static void section_goes_on(struct xp_role *self)
{
	struct xp_section *section = &self->section;

	if (section->is_aborted) {
		xp_see(XP_SAW_ABORTED);
		xp_note("-- the section is aborted");
		section->is_open = false;
		__builtin_longjmp(section->back, 1);
	}
	if (section->commits)
		section->is_open = false;
}

/* Out of line, whatever the compiler thinks: it is returned to. */
static __attribute__((noinline)) int
section_run(struct xp_section *section, int (*body)(void *arg), void *arg)
{
	if (__builtin_setjmp(section->back))
		return -EAGAIN;
	return body(arg);
}

int xp_section(struct xp_site *site, int (*body)(void *arg), void *arg)
{
	struct xp_role *self = xp.now;
	int value;

	if (!xp.running)
		return body(arg);
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (site->mutation == XP_OFF)
		return body(arg);
	self->section.is_open = true;
	self->section.is_aborted = self->section.commits = false;
	value = section_run(&self->section, body, arg);
	self->section.is_open = false;
	return value;
}

void xp_point(struct xp_site *site)
{
	struct xp_role *self = xp.now;

	(void)site;
	self->line++;
	if (++self->ops > XP_OPS_MAX)
		xp_broken(6, "%s spins: %u operations and no end", self->name,
			  self->ops);
	while (point_round(true))
		;
	if (self->section.is_open)
		section_goes_on(self);
}

static void finish(void)
{
	void *dead;

	xp_switch(&dead, main_context);
}

/* The blocked role whose deadline comes first; NULL: none has one. */
static struct xp_role *first_to_expire(void)
{
	struct xp_role *first = NULL;

	for (unsigned int i = 0; i < xp.roles; i++) {
		struct xp_role *role = &xp.role[i];

		if (role->state == XP_BLOCKED && role->has_deadline &&
		    (!first || role->deadline < first->deadline))
			first = role;
	}
	return first;
}

/*
 * Nobody can go on: time passes until a deadline does; false: there is none,
 * or it is the caller's own, and the scenario wants to be waited for.
 */
static bool expire_first(void)
{
	struct xp_role *role = first_to_expire();

	if (!role || (!xp.expire_at_end && role->deadline >= xp.horizon))
		return false;
	if (xp.on_stuck && role->deadline >= xp.horizon)
		xp.on_stuck();
	if (xp.clock < role->deadline)
		xp.clock = role->deadline;
	role->expired = role->poked = true;
	return true;
}

/* The running role cannot go on: somebody else, or the end. */
static void reschedule(void)
{
	struct xp_role *list[XP_ROLES];
	unsigned int n;

	for (;;) {
		n = others(NULL, list);
		if (n) {
			go(list[n > 1 ? xp_choose(n) : 0]);
			return;
		}
		if (xp_memory_settle()) {
			xp_poke(NULL);
			continue;
		}
		if (!xp.fresh && xp.model == EXPLORE_C11) {
			xp_poke(NULL);
			xp.fresh = true;
			continue;
		}
		if (!expire_first())
			finish();
	}
}

void xp_block(void)
{
	struct xp_role *self = xp.now;

	self->state = XP_BLOCKED;
	if (!self->poked) {
		xp_note("waits");
		self->waits++;
		if (self->swapping)
			xp_see(XP_SAW_WAITED);
		reschedule();
	}
	self->state = XP_READY;
	if (!self->poked && takes_signal(self))
		deliver();
}

void xp_poke(const volatile void *at)
{
	if (at)
		xp.fresh = false;
	for (unsigned int i = 0; i < xp.roles; i++) {
		struct xp_role *role = &xp.role[i];

		if (!at && role->state == XP_BLOCKED)
			role->poked = true;
		for (unsigned int w = 0; w < role->watches; w++)
			if (role->watch[w] == at)
				role->poked = true;
	}
}

static void role_main(void)
{
	struct xp_role *self = xp.now;

	self->body();
	if (xp.ends & 1u << (self - xp.role))
		xp_thread_ends();
	else
		xp_writer_sleeps();
	for (;;) {
		self->state = XP_IDLE;
		reschedule();
		self->state = XP_READY;
		while (self->signals)
			deliver();
	}
}

static void role_reset(struct xp_role *role, unsigned int i)
{
	role->state = XP_READY;
	role->poked = false;
	role->masked = false;
	role->is_gone = false;
	role->watching = false;
	role->has_deadline = false;
	role->expired = false;
	role->signals = 0;
	role->handlers = role->handlers_max;
	role->depth = 0;
	role->ops = 0;
	role->line = 0;
	role->waits = 0;
	role->swapping = false;
	role->rcu_depth = 0;
	role->rcu_section = 0;
	role->watches = 0;
	role->section.is_open = false;
	role->sp = xp_context(stacks[i], STACK_BYTES, role_main);
}

void xp_execute(void)
{
	xp.at = 0;
	xp.preemptions = 0;
	xp.expiries = 0;
	xp.failures = 0;
	xp.failed = 0;
	xp.aborts = 0;
	memset(xp.on_cpu, 0, sizeof(xp.on_cpu));
	xp.stales = 0;
	xp.fresh = false;
	xp.clock = xp.clock_start;
	xp.readings = 0;
	xp.exchanges = 0;
	xp.run++;
	xp.steps = 0;
	xp.diverged = false;
	xp.ignored = 0;
	xp.finding.found = false;
	for (unsigned int i = 0; i < xp.roles; i++)
		role_reset(&xp.role[i], i);
	xp_memory_reset();
	xp.running = true;
	xp.now = &xp.role[xp.roles > 1 ? xp_choose(xp.roles) : 0];
	xp.on_cpu[xp.now->cpu] = xp.now;
	xp_switch(&main_context, xp.now->sp);
	xp.running = false;
	if (xp.finding.found)
		return;
	for (unsigned int i = 0; i < xp.roles; i++)
		if (xp.role[i].state == XP_BLOCKED)
			xp_broken(6, "%s waits and nobody can end it",
				  xp.role[i].name);
}
