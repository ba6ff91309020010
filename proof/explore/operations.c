/* SPDX-License-Identifier: MIT */
/* operations.c - the operations of order.h, each acting as its model says. */
#include "proof/explore/memory.h"

static bool acquires(const struct xp_site *site)
{
	return site->mutation != XP_NO_ACQUIRE && site->op != XP_LOAD_RELAXED &&
	       site->op != XP_LOAD_DATA && site->op != XP_COPY_DATA &&
	       site->op != XP_LOCAL_ADD && site->op != XP_LOCAL_CMPXCHG;
}

static bool releases(const struct xp_site *site)
{
	return site->mutation != XP_NO_RELEASE &&
	       site->op != XP_STORE_RELAXED && site->op != XP_STORE_DATA &&
	       site->op != XP_COPY_DATA && site->op != XP_LOCAL_ADD &&
	       site->op != XP_LOCAL_CMPXCHG;
}

static bool is_local(const struct xp_site *site)
{
	return site->op == XP_LOCAL_ADD || site->op == XP_LOCAL_CMPXCHG;
}

static bool is_data_load(const struct xp_site *site)
{
	return site->op == XP_LOAD_DATA || site->op == XP_COPY_DATA;
}

/* What a load sees, as the model says. */
static uint64_t load_now(struct xp_site *site, const volatile void *at,
			 size_t size)
{
	struct xp_role *role = xp.now;
	uint64_t value;

	if (xp.model == EXPLORE_TSO)
		value = xp_tso_load(xp_role_index(role), at, size);
	else if (xp.model == EXPLORE_C11)
		value = xp_c11_load(role, at, size, acquires(site));
	else
		value = xp_raw_load(at, size);
	if (xp.model == EXPLORE_C11 && is_data_load(site))
		xp_plain_load(role, at, size);
	return value;
}

uint64_t xp_load(struct xp_site *site, const volatile void *at, size_t size)
{
	unsigned int stales;
	uint64_t value;

	if (!xp.running)
		return xp_tso_peek(at, size);
	xp_point(site);
	xp_watch(xp.now, at);
	stales = xp.stales;
	value = load_now(site, at, size);
	if (site->mutation == XP_BLIND)
		value = 0;
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->value = value;
		step->stale = stales != xp.stales;
	}
	return value;
}

static void store_now(struct xp_site *site, volatile void *at, size_t size,
		      uint64_t value)
{
	struct xp_role *role = xp.now;

	value = xp_truncated(value, size);
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->value = value;
		step->buffered = xp.model == EXPLORE_TSO;
	}
	if (xp_guarded)
		xp_check_guards(at);
	if (xp.model == EXPLORE_C11)
		xp_any_store(role, site, at, size);
	if (xp.model == EXPLORE_TSO)
		xp_tso_store(xp_role_index(role), at, size, value);
	else if (xp.model == EXPLORE_C11)
		xp_c11_store(role, at, size, value, releases(site), 0);
	else
		xp_raw_store(at, size, value);
	xp_note_exchange(at);
	xp_poke(at);
}

void xp_store(struct xp_site *site, volatile void *at, size_t size,
	      uint64_t value)
{
	if (!xp.running) {
		xp_raw_store(at, size, value);
		return;
	}
	xp_point(site);
	store_now(site, at, size, value);
}

void xp_copy(struct xp_site *site, uint64_t *to, const uint64_t *from,
	     size_t words)
{
	if (xp.running)
		xp_point(site);
	for (size_t i = 0; i < words; i++) {
		if (xp.running)
			store_now(site, &to[i], sizeof(*to),
				  load_now(site, &from[i], sizeof(*to)));
		else
			xp_raw_store(&to[i], sizeof(*to),
				     xp_tso_peek(&from[i], sizeof(*to)));
	}
}

/* The store that ends a restartable section. */
void xp_commit(struct xp_site *site, volatile void *at, size_t size,
	       uint64_t value)
{
	xp.now->section.commits = true;
	xp_store(site, at, size, value);
}

uint64_t xp_load_plain(struct xp_site *site, const volatile void *at,
		       size_t size)
{
	if (xp.running && xp.model == EXPLORE_C11)
		xp_plain_load(xp.now, at, size);
	if (xp.running && xp.tracing)
		xp_trace_step(site, at)->value = xp_raw_load(at, size);
	return xp_raw_load(at, size);
}

void xp_store_plain(struct xp_site *site, volatile void *at, size_t size,
		    uint64_t value)
{
	if (xp.running && xp_guarded)
		xp_check_guards(at);
	if (xp.running && xp.model == EXPLORE_C11)
		xp_any_store(xp.now, site, at, size);
	if (xp.running && xp.tracing)
		xp_trace_step(site, at)->value = xp_truncated(value, size);
	xp_raw_store(at, size, value);
	if (xp.running)
		xp_note_emptied(at);
}

/* The load half of a read-modify-write: the newest value, as the model says. */
static uint64_t modify_load(struct xp_site *site, volatile void *at,
			    size_t size, unsigned int *message)
{
	struct xp_role *role = xp.now;
	unsigned int cpu = xp_role_index(role);

	*message = 0;
	if (xp.model == EXPLORE_TSO) {
		if (is_local(site))
			return xp_tso_load(cpu, at, size);
		xp_tso_drain(cpu);
		xp_tso_touch(cpu, at);
	}
	if (xp.model != EXPLORE_C11)
		return xp_raw_load(at, size);
	return xp_c11_modify(role, at, size, acquires(site), message);
}

static void modify_store(struct xp_site *site, volatile void *at, size_t size,
			 uint64_t value, unsigned int message)
{
	struct xp_role *role = xp.now;

	if (xp_guarded)
		xp_check_guards(at);
	if (xp.model == EXPLORE_C11)
		xp_any_store(role, site, at, size);
	if (xp.model == EXPLORE_TSO && is_local(site))
		xp_tso_store(xp_role_index(role), at, size, value);
	else if (xp.model == EXPLORE_C11)
		xp_c11_store(role, at, size, value, releases(site), message);
	else
		xp_raw_store(at, size, value);
	xp_note_exchange(at);
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
		old = xp_raw_load(at, size);
		xp_raw_store(at, size, modified(site->op, old, operand));
		return old;
	}
	xp_point(site);
	old = modify_load(site, at, size, &message);
	value = xp_truncated(modified(site->op, old, operand), size);
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
		old = xp_raw_load(at, size);
		done = old == xp_truncated(*expected, size);
		if (done)
			xp_raw_store(at, size, desired);
		*expected = old;
		return done;
	}
	xp_point(site);
	xp_watch(xp.now, at);
	old = modify_load(site, at, size, &message);
	done = old == xp_truncated(*expected, size);
	if (xp.tracing) {
		struct xp_step *step = xp_trace_step(site, at);

		step->old = old;
		step->value = xp_truncated(desired, size);
		step->done = done;
		step->buffered = xp.model == EXPLORE_TSO && is_local(site);
	}
	*expected = old;
	if (done)
		modify_store(site, at, size, xp_truncated(desired, size),
			     message);
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
