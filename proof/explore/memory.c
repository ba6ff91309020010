/* SPDX-License-Identifier: MIT */
/*
 * memory.c - what a load may return and when a store is seen, by model.
 *
 * SC: at once, everywhere.
 *
 * TSO: a store enters the buffer of its role's CPU (handlers share it), in
 * order; the role's own loads find it there. It reaches memory at a full
 * fence or locked read-modify-write of that CPU, or, as a choice, when another
 * CPU touches its address: only then can anybody tell the difference. Local
 * (un-LOCKed) read-modify-writes are a load and a buffered store.
 *
 * C11: every location keeps the stores of this execution in order. A load may
 * return any that is not older than what its role has seen, at most
 * XP_STALE_MAX older ones an execution. Releases carry the view of their role,
 * acquires join it; read-modify-writes act on the newest store and continue
 * its release sequence; a full fence joins with one global view in both
 * directions. No load sees a store of the future (load buffering), and no
 * store enters the order of a location after newer ones; what either could do
 * to a program is found another way: views also say what happens before what,
 * and plain accesses that nothing orders, or two stores to one location that
 * nothing orders, are races, and broken promises.
 */
#include "proof/explore/engine.h"

#include <stdlib.h>
#include <string.h>

#include "proof/explore/scenario.h"

#define BUFFER_MAX  256
#define HISTORY_MAX 96
#define MESSAGES    2048
#define GUARDS	    XP_ROLES

struct buffered {
	volatile void *at;
	uint64_t value;
	size_t size;
};

struct buffer {
	unsigned int head;
	unsigned int tail;
	bool draining; /* its head is on its way: nothing may pass it */
	struct buffered entry[BUFFER_MAX];
};

/* One store of a location; message indexes the view it carries. */
struct version {
	uint64_t value;
	uint16_t message;
};

/* Accesses that later ones must happen after; clocks, 0: none. */
struct accesses {
	uint8_t stored_by;	  /* role of the newest store */
	uint8_t stored;		  /* its clock */
	uint8_t loaded[XP_ROLES]; /* plain loads */
	bool is_plain;		  /* ever */
};

struct location {
	unsigned int newest;
	struct accesses accesses;
	struct version version[HISTORY_MAX];
};

static struct buffer buffers[XP_ROLES];
static unsigned int buffered_total;

static uint8_t location_of[XP_ARENA_BYTES / 4]; /* index + 1 */
static uint16_t location_at[XP_LOCATIONS];
static unsigned int locations = XP_ROLES; /* before them, clocks */
static struct location location[XP_LOCATIONS];
static struct xp_view messages[MESSAGES]; /* 0: the empty view */
static unsigned int message_count;
static struct xp_view global_view; /* full fences meet here */

static struct {
	const unsigned char *from;
	size_t bytes;
} guards[GUARDS];
static unsigned int guarded;

static unsigned int index_of(const struct xp_role *role)
{
	return (unsigned int)(role - xp.role);
}

/* ------------------------------------------------------------------------ */
/* Raw memory                                                               */

static uint64_t raw_load(const volatile void *at, size_t size)
{
	switch (size) {
	case 8:
		return *(const volatile uint64_t *)at;
	case 4:
		return *(const volatile uint32_t *)at;
	case 2:
		return *(const volatile uint16_t *)at;
	default:
		return *(const volatile uint8_t *)at;
	}
}

static void raw_store(volatile void *at, size_t size, uint64_t value)
{
	switch (size) {
	case 8:
		*(volatile uint64_t *)at = value;
		break;
	case 4:
		*(volatile uint32_t *)at = (uint32_t)value;
		break;
	case 2:
		*(volatile uint16_t *)at = (uint16_t)value;
		break;
	default:
		*(volatile uint8_t *)at = (uint8_t)value;
	}
}

static uint64_t truncated(uint64_t value, size_t size)
{
	return size == 8 ? value : value & ((UINT64_C(1) << size * 8) - 1);
}

/* ------------------------------------------------------------------------ */
/* Snapshots that must stay as they are                                     */

void xp_guard(unsigned int index, const void *from, size_t bytes)
{
	guards[index].from = from;
	guards[index].bytes = bytes;
	guarded |= 1u << index;
}

void xp_unguard(unsigned int index)
{
	guarded &= ~(1u << index);
}

bool xp_is_guarded(unsigned int index)
{
	return guarded & 1u << index;
}

static void check_guards(const volatile void *at)
{
	for (unsigned int i = 0; i < GUARDS; i++) {
		const volatile unsigned char *byte = at;

		if (guarded & 1u << i && byte >= guards[i].from &&
		    byte < guards[i].from + guards[i].bytes)
			xp_broken(1,
				  "%s stores into a snapshot that swap has "
				  "returned as safe to read",
				  xp.now->name);
	}
}

/* ------------------------------------------------------------------------ */
/* Store buffers                                                            */

static void drain_to(unsigned int cpu, unsigned int end);

/* Index of cpu's k-th pending store to an address, behind it, or 0. */
static unsigned int pending_find(const struct buffer *buffer,
				 const volatile void *at, unsigned int nth)
{
	for (unsigned int i = buffer->head; i < buffer->tail; i++)
		if (buffer->entry[i].at == at && nth-- == 0)
			return i + 1;
	return 0;
}

static unsigned int pending_count(const struct buffer *buffer,
				  const volatile void *at)
{
	unsigned int n = 0;

	for (unsigned int i = buffer->head; i < buffer->tail; i++)
		n += buffer->entry[i].at == at;
	return n;
}

/* cpu is about to touch an address: others' pending stores may come first. */
static void touch(unsigned int cpu, const volatile void *at)
{
	if (!buffered_total)
		return;
	for (unsigned int other = 0; other < xp.roles; other++) {
		unsigned int n, taken;

		if (other == cpu || buffers[other].draining)
			continue;
		n = pending_count(&buffers[other], at);
		if (!n)
			continue;
		taken = xp_choose(n + 1);
		if (taken)
			drain_to(other,
				 pending_find(&buffers[other], at, taken - 1));
	}
}

static void drain_one(unsigned int cpu)
{
	struct buffer *buffer = &buffers[cpu];
	struct buffered *entry = &buffer->entry[buffer->head];

	buffer->head++;
	buffered_total--;
	buffer->draining = true;
	touch(cpu, entry->at);
	buffer->draining = false;
	raw_store(entry->at, entry->size, entry->value);
	if (xp.tracing)
		xp_trace_drain(cpu, entry->at, entry->value);
	xp_poke(entry->at);
}

static void drain_to(unsigned int cpu, unsigned int end)
{
	while (buffers[cpu].head < end)
		drain_one(cpu);
}

static void drain(unsigned int cpu)
{
	drain_to(cpu, buffers[cpu].tail);
}

static uint64_t tso_load(unsigned int cpu, const volatile void *at, size_t size)
{
	struct buffer *own = &buffers[cpu];

	for (unsigned int i = own->tail; i-- > own->head;)
		if (own->entry[i].at == at)
			return own->entry[i].value;
	touch(cpu, at);
	return raw_load(at, size);
}

static void tso_store(unsigned int cpu, volatile void *at, size_t size,
		      uint64_t value)
{
	struct buffer *own = &buffers[cpu];

	if (own->tail == BUFFER_MAX)
		drain(cpu);
	if (own->head == own->tail)
		own->head = own->tail = 0;
	own->entry[own->tail++] = (struct buffered){ at, value, size };
	buffered_total++;
}

/* ------------------------------------------------------------------------ */
/* Views                                                                    */

void xp_view_join(struct xp_view *into, const struct xp_view *from)
{
	for (unsigned int i = 0; i < XP_LOCATIONS; i++)
		into->seen[i] = into->seen[i] > from->seen[i] ? into->seen[i]
							      : from->seen[i];
}

/* What role does from here on is not part of what it has published. */
static void tick(struct xp_role *role)
{
	uint8_t *clock = &role->view.seen[index_of(role)];

	*clock += *clock < UINT8_MAX; /* the last one counts as ordered */
}

void xp_view_publish(struct xp_role *role, struct xp_view *to)
{
	*to = role->view;
	tick(role);
}

static unsigned int locate(const volatile void *at, size_t size)
{
	size_t word =
		(size_t)((const volatile unsigned char *)at - xp_arena) / 4;
	unsigned int i;

	if (word >= sizeof(location_of)) {
		fprintf(stderr, "explore: shared word outside the arena\n");
		abort();
	}
	if (location_of[word])
		return location_of[word] - 1u;
	if (locations == XP_LOCATIONS) {
		fprintf(stderr, "explore: more than %d locations\n",
			XP_LOCATIONS);
		abort();
	}
	i = locations++;
	location_of[word] = (uint8_t)(i + 1);
	location_at[i] = (uint16_t)word;
	location[i].newest = 0;
	memset(&location[i].accesses, 0, sizeof(location[i].accesses));
	location[i].version[0].value = raw_load(at, size);
	location[i].version[0].message = 0;
	return i;
}

static bool in_range(const volatile void *at, const void *from, size_t bytes)
{
	const volatile unsigned char *byte = at;
	const unsigned char *first = from;

	return byte >= first && byte < first + bytes;
}

/* ------------------------------------------------------------------------ */
/* Races                                                                    */

static void race(int promise, const struct xp_role *role,
		 const volatile void *at, unsigned int other, const char *what)
{
	char name[48];

	xp_name_address(at, name, sizeof(name));
	xp_broken(promise,
		  "%s's %s races with %s's: nothing orders the two on "
		  "%s",
		  role->name, what, xp.role[other].name, name);
}

static bool is_behind(const struct xp_role *role, unsigned int other,
		      uint8_t clock)
{
	return other == index_of(role) || role->view.seen[other] >= clock;
}

static void plain_load(struct xp_role *role, const volatile void *at,
		       size_t size)
{
	struct accesses *accesses = &location[locate(at, size)].accesses;

	accesses->is_plain = true;
	if (!is_behind(role, accesses->stored_by, accesses->stored))
		race(5, role, at, accesses->stored_by, "load");
	accesses->loaded[index_of(role)] = role->view.seen[index_of(role)];
}

/* A read-modify-write may race with stores: it loses none. */
static void any_store(struct xp_role *role, const struct xp_site *site,
		      const volatile void *at, size_t size)
{
	struct accesses *accesses = &location[locate(at, size)].accesses;
	bool is_atomic = site->op >= XP_XCHG && site->op <= XP_CMPXCHG;

	if (!is_atomic &&
	    !is_behind(role, accesses->stored_by, accesses->stored))
		race(2, role, at, accesses->stored_by, "store");
	for (unsigned int i = 0; i < xp.roles; i++)
		if (!is_behind(role, i, accesses->loaded[i]))
			race(5, role, at, i, "store");
	accesses->stored_by = (uint8_t)index_of(role);
	accesses->stored = role->view.seen[index_of(role)];
}

void xp_memory_read(struct xp_role *role, const void *from, size_t bytes)
{
	if (xp.model != EXPLORE_C11)
		return;
	for (unsigned int i = XP_ROLES; i < locations; i++) {
		const unsigned char *at = xp_arena + location_at[i] * 4;

		if (location[i].accesses.is_plain && in_range(at, from, bytes))
			plain_load(role, at, 4);
	}
}

/* ------------------------------------------------------------------------ */
/* Loads and stores                                                         */

static uint64_t c11_load(struct xp_role *role, const volatile void *at,
			 size_t size, bool acquire)
{
	unsigned int i = locate(at, size);
	struct location *place = &location[i];
	unsigned int older = place->newest - role->view.seen[i];
	struct version *version;

	if (older && !xp.fresh && xp.stales < XP_STALE_MAX) {
		older = xp_choose(older + 1);
		xp.stales += older != 0;
	} else {
		older = 0;
	}
	version = &place->version[place->newest - older];
	role->view.seen[i] = (uint8_t)(place->newest - older);
	if (version->message)
		xp_view_join(acquire ? &role->view : &role->pending,
			     &messages[version->message]);
	return version->value;
}

/* previous: a release sequence that this store continues, or 0. */
static void c11_store(struct xp_role *role, volatile void *at, size_t size,
		      uint64_t value, bool release, unsigned int previous)
{
	unsigned int i = locate(at, size);
	struct location *place = &location[i];
	struct version *version;
	struct xp_view *message;

	if (place->newest + 1 == HISTORY_MAX || message_count == MESSAGES) {
		fprintf(stderr, "explore: history of a location is full\n");
		abort();
	}
	raw_store(at, size, value);
	version = &place->version[++place->newest];
	role->view.seen[i] = (uint8_t)place->newest;
	message = &messages[message_count];
	if (release)
		xp_view_publish(role, message);
	else
		*message = role->fenced;
	message->seen[i] = (uint8_t)place->newest;
	if (previous)
		xp_view_join(message, &messages[previous]);
	version->value = value;
	version->message = (uint16_t)message_count++;
}

/*
 * Fences agree on which stores are seen, and for the rest order as a release
 * and an acquire do: clocks pass by way of what is stored and loaded.
 */
static void c11_fence(struct xp_role *role)
{
	uint8_t clocks[XP_ROLES];

	xp_view_join(&role->view, &role->pending);
	memcpy(clocks, role->view.seen, sizeof(clocks));
	xp_view_join(&role->view, &global_view);
	memcpy(role->view.seen, clocks, sizeof(clocks));
	global_view = role->view;
	xp_view_publish(role, &role->fenced);
}

/* ------------------------------------------------------------------------ */
/* Across models                                                            */

void xp_memory_reset(void)
{
	for (unsigned int i = 0; i < XP_ROLES; i++)
		buffers[i].head = buffers[i].tail = 0;
	buffered_total = 0;
	guarded = 0;
	if (xp.model != EXPLORE_C11)
		return;
	for (unsigned int i = XP_ROLES; i < locations; i++)
		location_of[location_at[i]] = 0;
	locations = XP_ROLES;
	message_count = 1;
	memset(&global_view, 0, sizeof(global_view));
	for (unsigned int i = 0; i < XP_ROLES; i++) {
		memset(&xp.role[i].view, 0, sizeof(struct xp_view));
		memset(&xp.role[i].pending, 0, sizeof(struct xp_view));
		memset(&xp.role[i].fenced, 0, sizeof(struct xp_view));
		tick(&xp.role[i]);
	}
}

bool xp_memory_settle(void)
{
	bool any = buffered_total != 0;

	for (unsigned int i = 0; i < xp.roles; i++)
		drain(i);
	return any;
}

void xp_fence(struct xp_role *role)
{
	if (xp.model == EXPLORE_TSO)
		drain(index_of(role));
	else if (xp.model == EXPLORE_C11)
		c11_fence(role);
}

bool xp_memory_is_visible(struct xp_role *role, const void *from, size_t bytes)
{
	if (xp.model == EXPLORE_TSO) {
		for (unsigned int cpu = 0; cpu < xp.roles; cpu++)
			for (unsigned int i = buffers[cpu].head;
			     &xp.role[cpu] != role && i < buffers[cpu].tail;
			     i++)
				if (in_range(buffers[cpu].entry[i].at, from,
					     bytes))
					return false;
	}
	if (xp.model == EXPLORE_C11) {
		for (unsigned int i = XP_ROLES; i < locations; i++)
			if (in_range(xp_arena + location_at[i] * 4, from,
				     bytes) &&
			    role->view.seen[i] != location[i].newest)
				return false;
	}
	return true;
}

static bool acquires(const struct xp_site *site)
{
	return site->mutation != XP_NO_ACQUIRE && site->op != XP_LOAD_RELAXED &&
	       site->op != XP_LOAD_DATA && site->op != XP_LOCAL_ADD &&
	       site->op != XP_LOCAL_CMPXCHG;
}

static bool releases(const struct xp_site *site)
{
	return site->mutation != XP_NO_RELEASE &&
	       site->op != XP_STORE_RELAXED && site->op != XP_STORE_DATA &&
	       site->op != XP_LOCAL_ADD && site->op != XP_LOCAL_CMPXCHG;
}

/* Outside the execution's time, as the role that looks would see it. */
static uint64_t peek(const volatile void *at, size_t size)
{
	const struct buffer *own = &buffers[xp.now - xp.role];

	for (unsigned int i = own->tail; i-- > own->head;)
		if (own->entry[i].at == at)
			return own->entry[i].value;
	return raw_load(at, size);
}

static bool is_local(const struct xp_site *site)
{
	return site->op == XP_LOCAL_ADD || site->op == XP_LOCAL_CMPXCHG;
}

static void watch(struct xp_role *role, const volatile void *at)
{
	if (role->watching && role->watches < XP_WATCHES)
		role->watch[role->watches++] = at;
}

uint64_t xp_load(struct xp_site *site, const volatile void *at, size_t size)
{
	struct xp_role *role;
	unsigned int stales;
	uint64_t value;

	if (!xp.running)
		return peek(at, size);
	xp_point(site);
	role = xp.now;
	watch(role, at);
	stales = xp.stales;
	if (xp.model == EXPLORE_TSO)
		value = tso_load(index_of(role), at, size);
	else if (xp.model == EXPLORE_C11)
		value = c11_load(role, at, size, acquires(site));
	else
		value = raw_load(at, size);
	if (xp.model == EXPLORE_C11 && site->op == XP_LOAD_DATA)
		plain_load(role, at, size);
	if (site->mutation == XP_BLIND)
		value = 0;
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->value = value;
		step->stale = stales != xp.stales;
	}
	return value;
}

void xp_store(struct xp_site *site, volatile void *at, size_t size,
	      uint64_t value)
{
	struct xp_role *role;

	if (!xp.running) {
		raw_store(at, size, value);
		return;
	}
	xp_point(site);
	role = xp.now;
	value = truncated(value, size);
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->value = value;
		step->buffered = xp.model == EXPLORE_TSO;
	}
	if (guarded)
		check_guards(at);
	if (xp.model == EXPLORE_C11)
		any_store(role, site, at, size);
	if (xp.model == EXPLORE_TSO)
		tso_store(index_of(role), at, size, value);
	else if (xp.model == EXPLORE_C11)
		c11_store(role, at, size, value, releases(site), 0);
	else
		raw_store(at, size, value);
	xp_poke(at);
}

uint64_t xp_load_plain(struct xp_site *site, const volatile void *at,
		       size_t size)
{
	if (xp.running && xp.model == EXPLORE_C11)
		plain_load(xp.now, at, size);
	if (xp.running && xp.tracing)
		xp_trace_step(site, at)->value = raw_load(at, size);
	return raw_load(at, size);
}

void xp_store_plain(struct xp_site *site, volatile void *at, size_t size,
		    uint64_t value)
{
	if (xp.running && guarded)
		check_guards(at);
	if (xp.running && xp.model == EXPLORE_C11)
		any_store(xp.now, site, at, size);
	if (xp.running && xp.tracing)
		xp_trace_step(site, at)->value = truncated(value, size);
	raw_store(at, size, value);
}

/* The load half of a read-modify-write: the newest value, as the model says. */
static uint64_t modify_load(struct xp_site *site, volatile void *at,
			    size_t size, unsigned int *message)
{
	struct xp_role *role = xp.now;
	unsigned int cpu = index_of(role);
	struct location *place;
	unsigned int i;

	*message = 0;
	if (xp.model == EXPLORE_TSO) {
		if (is_local(site))
			return tso_load(cpu, at, size);
		drain(cpu);
		touch(cpu, at);
	}
	if (xp.model != EXPLORE_C11)
		return raw_load(at, size);
	i = locate(at, size);
	place = &location[i];
	*message = place->version[place->newest].message;
	role->view.seen[i] = (uint8_t)place->newest;
	if (*message)
		xp_view_join(acquires(site) ? &role->view : &role->pending,
			     &messages[*message]);
	return place->version[place->newest].value;
}

static void modify_store(struct xp_site *site, volatile void *at, size_t size,
			 uint64_t value, unsigned int message)
{
	struct xp_role *role = xp.now;

	if (guarded)
		check_guards(at);
	if (xp.model == EXPLORE_C11)
		any_store(role, site, at, size);
	if (xp.model == EXPLORE_TSO && is_local(site))
		tso_store(index_of(role), at, size, value);
	else if (xp.model == EXPLORE_C11)
		c11_store(role, at, size, value, releases(site), message);
	else
		raw_store(at, size, value);
	xp_poke(at);
}

static uint64_t modified(enum xp_op op, uint64_t old, uint64_t operand)
{
	switch (op) {
	case XP_ADD:
	case XP_LOCAL_ADD:
		return old + operand;
	case XP_OR:
		return old | operand;
	case XP_AND:
		return old & operand;
	default:
		return operand;
	}
}

uint64_t xp_rmw(struct xp_site *site, volatile void *at, size_t size,
		uint64_t operand)
{
	unsigned int message;
	uint64_t old, value;

	if (!xp.running) {
		old = raw_load(at, size);
		raw_store(at, size, modified(site->op, old, operand));
		return old;
	}
	xp_point(site);
	old = modify_load(site, at, size, &message);
	value = truncated(modified(site->op, old, operand), size);
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->old = old;
		step->value = value;
		step->buffered = xp.model == EXPLORE_TSO && is_local(site);
	}
	modify_store(site, at, size, value, message);
	return old;
}

bool xp_cmpxchg(struct xp_site *site, volatile void *at, size_t size,
		uint64_t *expected, uint64_t desired)
{
	unsigned int message;
	uint64_t old;
	bool done;

	if (!xp.running) {
		old = raw_load(at, size);
		done = old == truncated(*expected, size);
		if (done)
			raw_store(at, size, desired);
		*expected = old;
		return done;
	}
	xp_point(site);
	watch(xp.now, at);
	old = modify_load(site, at, size, &message);
	done = old == truncated(*expected, size);
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->old = old;
		step->value = truncated(desired, size);
		step->done = done;
		step->buffered = xp.model == EXPLORE_TSO && is_local(site);
	}
	*expected = old;
	if (done)
		modify_store(site, at, size, truncated(desired, size), message);
	return done;
}

void xp_compiler_barrier(struct xp_site *site)
{
	if (xp.running && xp.tracing)
		xp_trace_step(site, NULL);
}

void xp_full_barrier(struct xp_site *site)
{
	if (!xp.running)
		return;
	xp_point(site);
	if (xp.tracing)
		xp_trace_step(site, NULL);
	if (site->mutation != XP_OFF)
		xp_fence(xp.now);
}
