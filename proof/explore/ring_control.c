/* SPDX-License-Identifier: MIT */
/* ring_control.c (explorer) - the core's, allocating in the arena. */
#define calloc	      xp_calloc
#define free	      xp_free
#define aligned_alloc xp_aligned_alloc
#include "proof/explore/arena.h"

#include "ringbuf/ring_control.c"
