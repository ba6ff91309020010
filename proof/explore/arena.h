/* SPDX-License-Identifier: MIT */
/* arena.h - the memory that every execution starts from. */
#ifndef PROOF_EXPLORE_ARENA_H
#define PROOF_EXPLORE_ARENA_H

#include <stddef.h>

/* All slots of one ring; world.c looks that they fit. */
#define XP_SLOTS_BYTES 2048u

/* Forget everything; take zeroed bytes. */
void xp_arena_clear(void);
void *xp_arena_take(size_t bytes);

/* Bytes that executions change; save them; copy them back. */
void xp_arena_part(void *from, size_t bytes);
void xp_arena_save(void);
void xp_arena_restore(void);

void *xp_calloc(size_t n, size_t bytes);
void *xp_aligned_alloc(size_t align, size_t bytes);
void xp_free(void *at);

#endif
