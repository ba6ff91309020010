/* SPDX-License-Identifier: MIT */
/*
 * tso.c - store buffers.
 *
 * TSO: a store enters the buffer of its role's CPU (handlers share it), in
 * order; the role's own loads find it there. It reaches memory at a full
 * fence or locked read-modify-write of that CPU, or, as a choice, when another
 * CPU touches its address: only then can anybody tell the difference. Local
 * (un-LOCKed) read-modify-writes are a load and a buffered store.
 */
#include "proof/explore/memory.h"

#define BUFFER_MAX 256

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

static struct buffer buffers[XP_ROLES];
static unsigned int buffered_total;

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

void xp_tso_touch(unsigned int cpu, const volatile void *at)
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
	xp_tso_touch(cpu, entry->at);
	buffer->draining = false;
	xp_raw_store(entry->at, entry->size, entry->value);
	if (xp.tracing)
		xp_trace_drain(cpu, entry->at, entry->value);
	xp_poke(entry->at);
}

static void drain_to(unsigned int cpu, unsigned int end)
{
	while (buffers[cpu].head < end)
		drain_one(cpu);
}

void xp_tso_drain(unsigned int cpu)
{
	drain_to(cpu, buffers[cpu].tail);
}

uint64_t xp_tso_load(unsigned int cpu, const volatile void *at, size_t size)
{
	struct buffer *own = &buffers[cpu];

	for (unsigned int i = own->tail; i-- > own->head;)
		if (own->entry[i].at == at)
			return own->entry[i].value;
	xp_tso_touch(cpu, at);
	return xp_raw_load(at, size);
}

void xp_tso_store(unsigned int cpu, volatile void *at, size_t size,
		  uint64_t value)
{
	struct buffer *own = &buffers[cpu];

	if (own->tail == BUFFER_MAX)
		xp_tso_drain(cpu);
	if (own->head == own->tail)
		own->head = own->tail = 0;
	own->entry[own->tail++] = (struct buffered){ at, value, size };
	buffered_total++;
}

void xp_tso_reset(void)
{
	for (unsigned int i = 0; i < XP_ROLES; i++)
		buffers[i].head = buffers[i].tail = 0;
	buffered_total = 0;
}

bool xp_tso_settle(void)
{
	bool any = buffered_total != 0;

	for (unsigned int i = 0; i < xp.roles; i++)
		xp_tso_drain(i);
	return any;
}

bool xp_tso_is_visible(const struct xp_role *role, const void *from,
		       size_t bytes)
{
	for (unsigned int cpu = 0; cpu < xp.roles; cpu++)
		for (unsigned int i = buffers[cpu].head;
		     &xp.role[cpu] != role && i < buffers[cpu].tail; i++)
			if (xp_in_range(buffers[cpu].entry[i].at, from, bytes))
				return false;
	return true;
}

uint64_t xp_tso_peek(const volatile void *at, size_t size)
{
	const struct buffer *own = &buffers[xp.now - xp.role];

	for (unsigned int i = own->tail; i-- > own->head;)
		if (own->entry[i].at == at)
			return own->entry[i].value;
	return xp_raw_load(at, size);
}
