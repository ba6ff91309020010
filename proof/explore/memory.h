/* SPDX-License-Identifier: MIT */
/*
 * memory.h - the parts of the modelled memory, for each other.
 *
 * Private to memory.c, operations.c, tso.c, c11.c, races.c and guards.c.
 */
#ifndef PROOF_EXPLORE_MEMORY_H
#define PROOF_EXPLORE_MEMORY_H

#include "proof/explore/engine.h"

static inline unsigned int xp_role_index(const struct xp_role *role)
{
	return (unsigned int)(role - xp.role);
}

static inline bool xp_in_range(const volatile void *at, const void *from,
			       size_t bytes)
{
	const volatile unsigned char *byte = at;
	const unsigned char *first = from;

	return byte >= first && byte < first + bytes;
}

static inline uint64_t xp_raw_load(const volatile void *at, size_t size)
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

static inline void xp_raw_store(volatile void *at, size_t size, uint64_t value)
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

static inline uint64_t xp_truncated(uint64_t value, size_t size)
{
	return size == 8 ? value : value & ((UINT64_C(1) << size * 8) - 1);
}

/* ------------------------------------------------------------------------ */
/* guards.c                                                                 */

extern unsigned int xp_guarded; /* bits 1 << index; 0: nothing to check */

void xp_check_guards(const volatile void *at);

/* ------------------------------------------------------------------------ */
/* tso.c                                                                    */

void xp_tso_reset(void);

/* Every buffered store reaches memory; false: there was none. */
bool xp_tso_settle(void);

/* All that cpu has pending reaches memory. */
void xp_tso_drain(unsigned int cpu);

/* cpu is about to touch an address: others' pending stores may come first. */
void xp_tso_touch(unsigned int cpu, const volatile void *at);

uint64_t xp_tso_load(unsigned int cpu, const volatile void *at, size_t size);
void xp_tso_store(unsigned int cpu, volatile void *at, size_t size,
		  uint64_t value);

/* Outside the execution's time, as the role that looks would see it. */
uint64_t xp_tso_peek(const volatile void *at, size_t size);

/* Has no other role a store to this range pending? */
bool xp_tso_is_visible(const struct xp_role *role, const void *from,
		       size_t bytes);

/* ------------------------------------------------------------------------ */
/* c11.c                                                                    */

#define XP_HISTORY_MAX 96

/* One store of a location; message indexes the view it carries. */
struct xp_version {
	uint64_t value;
	uint16_t message;
};

/* Accesses that later ones must happen after; clocks, 0: none. */
struct xp_accesses {
	uint8_t stored_by;	  /* role of the newest store */
	uint8_t stored;		  /* its clock */
	uint8_t loaded[XP_ROLES]; /* plain loads */
	bool is_plain;		  /* ever */
};

struct xp_location {
	unsigned int newest;
	struct xp_accesses accesses;
	struct xp_version version[XP_HISTORY_MAX];
};

extern struct xp_location xp_location[XP_LOCATIONS];
extern uint16_t xp_location_at[XP_LOCATIONS]; /* words of the arena */
extern unsigned int xp_locations;	      /* before them, clocks */

void xp_c11_reset(void);

/* Index of the location of an address, new or known. */
unsigned int xp_locate(const volatile void *at, size_t size);

uint64_t xp_c11_load(struct xp_role *role, const volatile void *at, size_t size,
		     bool acquire);

/* previous: a release sequence that this store continues, or 0. */
void xp_c11_store(struct xp_role *role, volatile void *at, size_t size,
		  uint64_t value, bool release, unsigned int previous);

/* The load half of a read-modify-write; message: for the store's previous. */
uint64_t xp_c11_modify(struct xp_role *role, const volatile void *at,
		       size_t size, bool acquire, unsigned int *message);

void xp_c11_fence(struct xp_role *role);

/* Has the role seen the newest store of every location of this range? */
bool xp_c11_is_visible(const struct xp_role *role, const void *from,
		       size_t bytes);

/* ------------------------------------------------------------------------ */
/* races.c                                                                  */

void xp_plain_load(struct xp_role *role, const volatile void *at, size_t size);

/* A read-modify-write may race with stores: it loses none. */
void xp_any_store(struct xp_role *role, const struct xp_site *site,
		  const volatile void *at, size_t size);

#endif
