/* SPDX-License-Identifier: MIT */
/*
 * sys_model.c - the system behind sys.h and liburcu, as documented contracts.
 *
 * await      a predicate that is evaluated again when a word it read changes;
 *            its deadline may expire, as a choice, whenever it would wait
 * membarrier a full barrier in every other role, between two of the caller's
 * signal     queued; runs at any point of the target that does not mask it;
 *            the sender's stores are visible to the handler
 * mutex      orders what its holders did: the lock acquires, the unlock
 *            releases (on x86 both are locked instructions); locking what the
 *            own thread holds never returns
 * rcu        a grace period waits for the sections that were open; one that is
 *            asked for is over when they are left
 */
#include <errno.h>
#include <string.h>

#include "strategies/sys.h"

#include <urcu/urcu-memb.h>

#include "proof/explore/engine.h"
#include "proof/explore/scenario.h"

/* ------------------------------------------------------------------------ */
/* Time                                                                     */

/* Own operations between the reading of the time and the exchange. */
#define NEAR 4u

static void moment_add(struct xp_moment *list, unsigned int *n,
		       unsigned int slot)
{
	const struct xp_role *self = xp.now;

	if (*n == XP_MOMENTS)
		xp_failed("more than %d moments to remember", XP_MOMENTS);
	list[(*n)++] = (struct xp_moment){
		.time = xp.clock,
		.slot = slot,
		.role = (unsigned int)(self - xp.role),
		.line = self->line,
		.waits = self->waits,
	};
}

uint64_t xp_clock(void)
{
	if (xp.running)
		moment_add(xp.reading, &xp.readings, 0);
	return xp.clock++;
}

void xp_exchange_is(unsigned int slot)
{
	moment_add(xp.exchange, &xp.exchanges, slot);
}

void xp_note_emptied(const volatile void *at)
{
	for (unsigned int i = 0; xp.now->swapping && i < xp_world.slots; i++) {
		const struct rb_cpu *cpu =
			*(struct rb_cpu *const volatile *)xp.pointer[i];

		/* Of the words that emptying stores, the one no write does. */
		if (at != &cpu->lost)
			continue;
		moment_add(xp.exchange, &xp.exchanges, i);
		xp.exchange[xp.exchanges - 1].copied = true;
	}
}

/* Done by one role in one go, next to each other. */
static bool is_near(const struct xp_moment *a, const struct xp_moment *b)
{
	unsigned int apart = a->line < b->line ? b->line - a->line
					       : a->line - b->line;

	return a->role == b->role && a->waits == b->waits && apart <= NEAR;
}

static bool is_exchange_at(unsigned int slot, const struct xp_moment *reading)
{
	for (unsigned int i = 0; i < xp.exchanges; i++)
		if (xp.exchange[i].slot == slot &&
		    xp.exchange[i].copied == xp_world.strategy->copies &&
		    is_near(&xp.exchange[i], reading))
			return true;
	return false;
}

bool xp_exchange_was(unsigned int slot, uint64_t called, uint64_t time)
{
	for (unsigned int i = 0; i < xp.readings; i++)
		if (xp.reading[i].time == time)
			return time >= called &&
			       is_exchange_at(slot, &xp.reading[i]);
	return false;
}

bool xp_slot_was_exchanged(unsigned int slot)
{
	for (unsigned int i = 0; i < xp.exchanges; i++)
		if (xp.exchange[i].slot == slot)
			return true;
	return false;
}

/* ------------------------------------------------------------------------ */
/* Threads                                                                  */

static unsigned int self_index(void)
{
	return xp.now ? (unsigned int)(xp.now - xp.role) : 0;
}

_Static_assert(XP_ROLES <= XP_THREADS, "a state a role");

unsigned int xp_thread(void)
{
	return self_index();
}

struct sys_thread *sys_self(void)
{
	return &xp_threads[self_index()];
}

int sys_tid(void)
{
	return (int)self_index() + 1;
}

/* Would the deadline pass here? A choice, as often as the scenario lets it. */
static bool expires(uint64_t deadline)
{
	struct xp_role *self = xp.now;

	self->has_deadline = deadline != UINT64_MAX;
	self->deadline = deadline;
	if (self->expired || deadline <= xp.clock)
		self->expired = false;
	else if (deadline == UINT64_MAX || xp.expiries >= xp.expiries_max ||
		 !xp_choose(2))
		return false;
	else
		xp.expiries++;
	xp_note("the deadline passes");
	xp_see(XP_SAW_EXPIRED);
	return true;
}

/* Does this call fail? A choice, as often as the scenario lets it; the errno. */
static int fails(const int *errors, unsigned int n)
{
	unsigned int taken;

	if (xp.failures >= xp.failures_max)
		return 0;
	taken = xp_choose(n + 1);
	if (!taken)
		return 0;
	xp.failures++;
	xp.failed = errors[taken - 1];
	xp_see(XP_SAW_FAILED_CALL);
	xp_note("the call fails: %s", strerrorname_np(xp.failed));
	return -xp.failed;
}

static bool watched(bool (*done)(void *), void *arg)
{
	struct xp_role *self = xp.now;
	bool is_done;

	self->watches = 0;
	self->poked = false;
	self->watching = true;
	is_done = done(arg);
	self->watching = false;
	return is_done;
}

int xp_await(struct xp_site *site, bool (*done)(void *), void *arg,
	     uint64_t deadline)
{
	int err = 0;

	(void)site;
	if (!xp.running)
		return done(arg) ? 0 : -ETIMEDOUT;
	while (!watched(done, arg)) {
		if (expires(deadline)) {
			err = watched(done, arg) ? 0 : -ETIMEDOUT;
			break;
		}
		xp_block();
	}
	xp.now->watches = 0;
	xp.fresh = false;
	return err;
}

int sys_membarrier_setup(void)
{
	return 0;
}

static void fence_everybody(void)
{
	xp_fence(xp.now);
	for (unsigned int i = 0; i < xp.roles; i++)
		if (&xp.role[i] != xp.now)
			xp_fence(&xp.role[i]);
	xp_fence(xp.now);
}

/* What membarrier may fail with, and the question whether it may be called. */
static const int membarrier_errors[] = { EPERM, ENOMEM };

#define MEMBARRIER_ERRORS \
	(sizeof(membarrier_errors) / sizeof(membarrier_errors[0]))

int sys_membarrier_check(void)
{
	return xp.running ? fails(membarrier_errors, MEMBARRIER_ERRORS) : 0;
}

int sys_membarrier_probe(char *why, size_t size)
{
	(void)why;
	(void)size;
	return 0;
}

int xp_membarrier(struct xp_site *site)
{
	int err;

	if (!xp.running)
		return 0;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	err = fails(membarrier_errors, MEMBARRIER_ERRORS);
	if (!err && site->mutation != XP_OFF)
		fence_everybody();
	return err;
}

/* As membarrier, and what others have open is aborted. */
int xp_section_fence(struct xp_site *site)
{
	int err = xp_membarrier(site);

	for (unsigned int i = 0; xp.running && !err && i < xp.roles; i++)
		if (&xp.role[i] != xp.now && site->mutation != XP_OFF)
			xp_section_abort(&xp.role[i]);
	return err;
}

/* ------------------------------------------------------------------------ */
/* Signals                                                                  */

static struct xp_view signal_view[XP_ROLES];

int sys_signal_setup(void (*handler)(void))
{
	xp.signal_handler = handler;
	return 0;
}

int sys_signal_number(void)
{
	return 0;
}

/* Nobody takes our number away, and no thread blocks it for long. */
int sys_signal_check(void)
{
	return 0;
}

int sys_signal_reachable(void)
{
	return 0;
}

int sys_signal_probe(void (*handler)(void), char *why, size_t size)
{
	(void)handler;
	(void)why;
	(void)size;
	return 0;
}

bool sys_signal_is_pending(int tid)
{
	return xp.role[tid - 1].signals != 0;
}

struct sys_target *sys_target_claim(void)
{
	struct sys_thread *self = sys_self();

	self->target = &self->own;
	self->targets++;
	return self->target;
}

int xp_signal_send(struct xp_site *site, int tid)
{
	static const int errors[] = { EAGAIN, ESRCH, EPERM };
	unsigned int target = (unsigned int)tid - 1;
	int err;

	if (target >= XP_ROLES)
		return -ESRCH;
	if (!xp.running) {
		struct xp_role *self = xp.now;

		xp.now = &xp.role[target];
		xp.signal_handler();
		xp.now = self;
		return 0;
	}
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	err = fails(errors, sizeof(errors) / sizeof(errors[0]));
	if (!err && xp.role[target].is_gone)
		err = -ESRCH;
	if (err)
		return err;
	xp_fence(xp.now);
	if (xp.model == EXPLORE_C11)
		xp_view_publish(xp.now, &signal_view[target]);
	xp.role[target].signals++;
	return 0;
}

void xp_signal_arrive(void)
{
	if (xp.model == EXPLORE_C11)
		xp_view_join(&xp.now->view, &signal_view[self_index()]);
}

sigset_t sys_signal_mask(void)
{
	sigset_t old;

	sigemptyset(&old);
	if (xp.running) {
		if (xp.now->masked)
			sigaddset(&old, SIGRTMIN);
		xp.now->masked = true;
	}
	return old;
}

void sys_signal_unmask(const sigset_t *mask)
{
	if (xp.running)
		xp.now->masked = sigismember(mask, SIGRTMIN) == 1;
}

/* What each role's thread was asked to do at its end; of setup or later. */
static void (*at_exit[XP_ROLES])(void);

int sys_thread_watch(void (*on_exit)(void))
{
	at_exit[self_index()] = on_exit;
	return 0;
}

void sys_stay_loaded(const void *address)
{
	(void)address; /* nothing is unloaded in a scenario */
}

void xp_thread_ends(void)
{
	struct xp_role *self = xp.now;

	xp_note("-- the thread ends");
	if (at_exit[self_index()])
		at_exit[self_index()]();
	self->is_gone = true;
	self->signals = 0;
}

/* ------------------------------------------------------------------------ */
/* Mutex                                                                    */

static bool mutex_is_free(struct xp_mutex *mutex)
{
	if (mutex->run != xp.run) {
		*mutex = (struct xp_mutex){ .run = xp.run };
		return true;
	}
	return !mutex->owner;
}

static void mutex_take(struct xp_mutex *mutex)
{
	mutex->owner = (int)self_index() + 1;
	if (xp.model == EXPLORE_TSO)
		xp_fence(xp.now);
	if (xp.model == EXPLORE_C11)
		xp_view_join(&xp.now->view, &mutex->view);
}

int xp_mutex_try(struct xp_site *site, struct xp_mutex *mutex)
{
	if (!xp.running)
		return 0;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (site->mutation == XP_OFF)
		return 0;
	if (!mutex_is_free(mutex))
		return -EBUSY;
	mutex_take(mutex);
	return 0;
}

int xp_mutex_lock(struct xp_site *site, struct xp_mutex *mutex,
		  uint64_t deadline)
{
	struct xp_role *self = xp.now;

	while (xp_mutex_try(site, mutex)) {
		if (mutex->owner == (int)self_index() + 1)
			xp_broken(5,
				  "%s waits for a mutex that its own "
				  "thread holds: deadlock",
				  self->name);
		if (expires(deadline))
			return -ETIMEDOUT;
		self->watches = 1;
		self->watch[0] = mutex;
		self->poked = false;
		xp_block();
		self->watches = 0;
	}
	return 0;
}

void xp_mutex_unlock(struct xp_site *site, struct xp_mutex *mutex)
{
	if (!xp.running)
		return;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (mutex->owner != (int)self_index() + 1)
		return; /* a mutant never locked it */
	if (xp.model == EXPLORE_TSO)
		xp_fence(xp.now);
	if (xp.model == EXPLORE_C11)
		xp_view_publish(xp.now, &mutex->view);
	mutex->owner = 0;
	xp_poke(mutex);
}

/* ------------------------------------------------------------------------ */
/* RCU                                                                      */

SYS_THREAD_VARIABLE_HERE(struct urcu_reader, urcu_memb_reader);

/* What each role had done when it last closed a section. */
static struct xp_view rcu_closed[XP_ROLES];

void xp_rcu_register(void)
{
	if (URCU_TLS(urcu_memb_reader).registered++)
		xp_broken(6, "%s is registered twice: liburcu aborts",
			  xp.now->name);
}

/* Sections that it leaves open are forgotten. */
void xp_rcu_unregister(void)
{
	if (!URCU_TLS(urcu_memb_reader).registered--)
		xp_broken(6, "%s is not registered: liburcu aborts",
			  xp.now->name);
	xp.now->rcu_section++;
	xp_poke(&xp.now->rcu_section);
}

bool xp_rcu_read_ongoing(void)
{
	return xp.running && xp.now->rcu_depth;
}

void xp_rcu_read_lock(struct xp_site *site)
{
	if (!xp.running)
		return;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (site->mutation != XP_OFF)
		xp.now->rcu_depth++;
}

void xp_rcu_read_unlock(struct xp_site *site)
{
	struct xp_role *self = xp.now;

	if (!xp.running)
		return;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (!self->rcu_depth || --self->rcu_depth)
		return;
	if (xp.model == EXPLORE_C11)
		xp_view_publish(self, &rcu_closed[self_index()]);
	self->rcu_section++;
	xp_poke(&self->rcu_section);
}

/* A period that has begun, as one word: of each role what it waits for. */
#define TICKET	     (UINT32_C(1) << 31)
#define TICKET_BITS  8
#define TICKET_OPEN  UINT32_C(0x80)
#define TICKET_COUNT UINT32_C(0x7f)

static uint32_t open_sections(void)
{
	uint32_t ticket = TICKET;

	for (unsigned int i = 0; i < xp.roles; i++)
		if (xp.role[i].rcu_depth && urcu_memb_reader[i].registered)
			ticket |= (TICKET_OPEN |
				   (xp.role[i].rcu_section & TICKET_COUNT))
				  << (i * TICKET_BITS);
	return ticket;
}

/* Has the role left the section that the period waits for? */
static bool has_left(unsigned int role, uint32_t ticket)
{
	uint32_t part = ticket >> (role * TICKET_BITS);

	return !(part & TICKET_OPEN) ||
	       (part & TICKET_COUNT) !=
		       (xp.role[role].rcu_section & TICKET_COUNT);
}

static bool grace_is_over(void *arg)
{
	const uint32_t *ticket = arg;

	for (unsigned int i = 0; i < xp.roles; i++)
		if (!has_left(i, *ticket)) {
			xp_watch(xp.now, &xp.role[i].rcu_section);
			return false;
		}
	return true;
}

uint32_t xp_grace_ask(struct xp_site *site)
{
	if (!xp.running)
		return TICKET;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (site->mutation == XP_OFF)
		return TICKET;
	fence_everybody();
	return open_sections();
}

static void grace_ends(void)
{
	fence_everybody();
	for (unsigned int i = 0; i < xp.roles && xp.model == EXPLORE_C11; i++)
		if (xp.role[i].rcu_section)
			xp_view_join(&xp.now->view, &rcu_closed[i]);
}

int xp_grace_wait(struct xp_site *site, uint32_t ticket, uint64_t deadline)
{
	if (!xp.running)
		return 0;
	if (xp_await(site, grace_is_over, &ticket, deadline))
		return -EINPROGRESS;
	grace_ends();
	return 0;
}

void xp_rcu_synchronize(struct xp_site *site)
{
	uint32_t ticket = xp_grace_ask(site);

	if (!xp.running || site->mutation == XP_OFF)
		return;
	if (!has_left(self_index(), ticket))
		xp_broken(5,
			  "%s waits for a grace period inside its own "
			  "section: deadlock",
			  xp.now->name);
	xp_await(site, grace_is_over, &ticket, UINT64_MAX);
	grace_ends();
}
