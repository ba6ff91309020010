/* SPDX-License-Identifier: MIT */
/*
 * arena.c - the memory of one world, its image, and the names of its words.
 *
 * The core allocates here (ring_control.c is compiled with calloc, free and
 * aligned_alloc renamed). After setup the parts in use are copied aside; an
 * execution begins by copying them back, some 2 KiB.
 */
#include "proof/explore/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/explore/scenario.h"

#define PARTS 24u

_Alignas(4096) unsigned char xp_arena[XP_ARENA_BYTES];
static unsigned char image[XP_ARENA_BYTES];
static size_t arena_used;

static struct {
	unsigned char *from;
	size_t bytes;
} parts[PARTS];
static unsigned int part_count;

void *xp_arena_take(size_t bytes)
{
	void *at = xp_arena + arena_used;

	arena_used += (bytes + 127) & ~(size_t)127;
	/* Twice: the core clears whole 4 KiB where less is used. */
	if (arena_used + 8192 > XP_ARENA_BYTES) {
		fprintf(stderr, "explore: the arena is full\n");
		abort();
	}
	return at;
}

void xp_arena_clear(void)
{
	memset(xp_arena, 0, sizeof(xp_arena));
	arena_used = 0;
	part_count = 0;
}

void xp_arena_part(void *from, size_t bytes)
{
	parts[part_count].from = from;
	parts[part_count++].bytes = bytes;
}

void xp_arena_save(void)
{
	for (unsigned int i = 0; i < part_count; i++)
		memcpy(image + (parts[i].from - xp_arena), parts[i].from,
		       parts[i].bytes);
}

void xp_arena_restore(void)
{
	for (unsigned int i = 0; i < part_count; i++)
		memcpy(parts[i].from, image + (parts[i].from - xp_arena),
		       parts[i].bytes);
}

/* The libc that ring_control.c sees. */
void *xp_calloc(size_t n, size_t bytes)
{
	return xp_arena_take(n * bytes);
}

void *xp_aligned_alloc(size_t align, size_t bytes)
{
	(void)align;
	/* The core rounds slots up to a page; only its first bytes are used. */
	return xp_arena_take(bytes > XP_SLOTS_BYTES ? XP_SLOTS_BYTES : bytes);
}

void xp_free(void *at)
{
	(void)at;
}

/* ------------------------------------------------------------------------ */
/* Names                                                                    */

static const char *const cpu_names[XP_CPUS] = { "A", "B", "C", "D", "E", "F" };
static const char *const ring_names[XP_RINGS] = { "live", "spare", "spare2" };

struct field {
	size_t offset;
	const char *name;
};

static const struct field slot_fields[] = {
	{ offsetof(struct rb_slot, control), "control" },
	{ offsetof(struct rb_slot, active), "active" },
	{ offsetof(struct rb_slot, nesting), "nesting" },
	{ offsetof(struct rb_slot, refuse), "refuse" },
	{ offsetof(struct swap_slot, writer), "writer" },
	{ offsetof(struct swap_slot, abandoned), "abandoned" },
	{ offsetof(struct swap_slot, op), "op" },
	{ offsetof(struct swap_slot, pending), "pending" },
	{ 0, NULL },
};

static const struct field cpu_fields[] = {
	{ offsetof(struct rb_cpu, owner), "owner" },
	{ offsetof(struct rb_cpu, head), "head" },
	{ offsetof(struct rb_cpu, commit_page), "commit_page" },
	{ offsetof(struct rb_cpu, tail), "tail" },
	{ 0, NULL },
};

static const struct field page_fields[] = {
	{ offsetof(struct rb_page, write), "write" },
	{ offsetof(struct rb_page, commit), "commit" },
	{ offsetof(struct rb_page, left), "left" },
	{ offsetof(struct rb_page, discarded), "discarded" },
	{ offsetof(struct rb_page, time_stamp), "time_stamp" },
	{ offsetof(struct rb_page, overrun), "overrun" },
	{ offsetof(struct rb_page, pages_lost), "pages_lost" },
	{ 0, NULL },
};

static const char *field_name(const struct field *field, size_t offset)
{
	for (; field->name; field++)
		if (field->offset == offset)
			return field->name;
	return NULL;
}

static bool inside(const unsigned char *at, const void *from, size_t bytes,
		   size_t *offset)
{
	const unsigned char *first = from;

	*offset = (size_t)(at - first);
	return from && at >= first && at < first + bytes;
}

/* "live" of one slot, "live[1]" of several. */
static void name_of_slot(unsigned int ring, unsigned int slot, char *out,
			 size_t size)
{
	if (xp_world.slots > 1)
		snprintf(out, size, "%s[%u]", ring_names[ring], slot);
	else
		snprintf(out, size, "%s", ring_names[ring]);
}

static void name_slot(unsigned int ring, size_t offset, char *out, size_t size)
{
	size_t stride = xp_ring(ring)->slot_stride;
	size_t drops = offsetof(struct rb_slot, drops);
	char name[24];
	const char *field;

	name_of_slot(ring, (unsigned int)(offset / stride), name, sizeof(name));
	offset %= stride;
	field = field_name(slot_fields, offset);
	if (field)
		snprintf(out, size, "%s.%s", name, field);
	else if (offset >= drops && offset < drops + 8 * RB_DROP_CAUSES)
		snprintf(out, size, "%s.drops[%s]", name,
			 rb_drop_name((offset - drops) / 8));
	else if (!xp_world.scenario->name_private ||
		 !xp_world.scenario->name_private(ring, offset, out, size))
		snprintf(out, size, "%s.private+%zu", name,
			 offset - sizeof(struct swap_slot));
}

static void name_page(const char *cpu, size_t offset, char *out, size_t size)
{
	size_t page = offset / XP_SUBBUF, rest = offset % XP_SUBBUF;
	const char *field = field_name(page_fields, rest);

	if (field)
		snprintf(out, size, "%s.page%zu.%s", cpu, page, field);
	else if (rest < RB_PAGE_HEADER)
		snprintf(out, size, "%s.page%zu.words+%zu", cpu, page, rest);
	else
		snprintf(out, size, "%s.page%zu.data[%zu]", cpu, page,
			 (rest - RB_PAGE_HEADER) / 8);
}

static void name_cpu_word(const char *cpu, size_t offset, char *out,
			  size_t size)
{
	const char *field = field_name(cpu_fields, offset);

	if (field)
		snprintf(out, size, "%s.%s", cpu, field);
	else
		snprintf(out, size, "%s.words+%zu", cpu, offset);
}

/* In a buffer, as whichever slot holds it; false: in none. */
static bool name_in_cpu(const unsigned char *byte, char *out, size_t size)
{
	size_t offset;

	for (unsigned int i = 0; i < XP_CPUS; i++) {
		struct rb_cpu *cpu = xp_world.cpu[i];

		if (!cpu)
			continue;
		if (inside(byte, cpu->pages, XP_SUBBUFS * XP_SUBBUF, &offset)) {
			name_page(cpu_names[i], offset, out, size);
			return true;
		}
		if (inside(byte, cpu, sizeof(*cpu), &offset)) {
			name_cpu_word(cpu_names[i], offset, out, size);
			return true;
		}
	}
	return false;
}

/* In a ring buffer's own words or its slots; false: in none. */
static bool name_in_ring(const unsigned char *byte, char *out, size_t size)
{
	size_t offset;

	for (unsigned int i = 0; i < XP_RINGS; i++) {
		struct rb *rb = xp_ring(i);

		if (!rb)
			continue;
		if (inside(byte, rb->slots, xp_world.slots * rb->slot_stride,
			   &offset)) {
			name_slot(i, offset, out, size);
			return true;
		}
		if (inside(byte, rb, sizeof(*rb), &offset)) {
			snprintf(out, size, "%s.disabled", ring_names[i]);
			return true;
		}
	}
	return false;
}

void xp_name_address(const volatile void *at, char *out, size_t size)
{
	const unsigned char *byte = (const unsigned char *)(uintptr_t)at;
	size_t offset;

	if (name_in_ring(byte, out, size) || name_in_cpu(byte, out, size))
		return;
	if (inside(byte, xp_threads, XP_ROLES * sizeof(*xp_threads), &offset))
		snprintf(out, size, "thread%zu.inside",
			 offset / sizeof(*xp_threads));
	else
		snprintf(out, size, "?");
}

static bool name_cpu_pointer(uint64_t value, char *out, size_t size)
{
	for (unsigned int i = 0; i < XP_CPUS; i++) {
		struct rb_cpu *cpu = xp_world.cpu[i];

		if (!cpu)
			continue;
		if (value == (uintptr_t)cpu)
			return snprintf(out, size, "%s", cpu_names[i]) > 0;
		for (unsigned int p = 0; p < XP_SUBBUFS; p++)
			if (value == (uintptr_t)(cpu->pages + p * XP_SUBBUF))
				return snprintf(out, size, "%s.page%u",
						cpu_names[i], p) > 0;
	}
	return false;
}

/* Pointers to whole objects, by name; false: it points to none. */
static bool name_pointer(uint64_t value, char *out, size_t size)
{
	for (unsigned int i = 0; i < XP_RINGS; i++)
		for (unsigned int s = 0; xp_ring(i) && s < xp_world.slots; s++)
			if (value == (uintptr_t)rb_slot(xp_ring(i), s)) {
				name_of_slot(i, s, out, size);
				return true;
			}
	return name_cpu_pointer(value, out, size);
}

void xp_name_value(const volatile void *at, uint64_t value, char *out,
		   size_t size)
{
	char name[48];

	xp_name_address(at, name, sizeof(name));
	if (name_pointer(value, out, size))
		return;
	if (strstr(name, ".data["))
		snprintf(out, size, "%#llx", (unsigned long long)value);
	else if (strstr(name, ".page"))
		snprintf(out, size, "%u events, %u B (gen %llu)",
			 rb_word_events(value), rb_word_bytes(value),
			 (unsigned long long)rb_word_generation(value));
	else if (strstr(name, ".refuse"))
		snprintf(out, size, "%s%u",
			 value & RB_REFUSE_SWAP ? "SWAP+" : "",
			 (unsigned int)(value & RB_REFUSE_DISABLED));
	else
		/* As signed: a counter below zero is the thing to see. */
		snprintf(out, size, "%lld", (long long)value);
}
