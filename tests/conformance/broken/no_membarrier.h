/* SPDX-License-Identifier: MIT */
/* broken-no-membarrier: membarrier, whose system call is not made. Breaks C1,
 * where the processor lets a store wait behind a later load. */
#include "tests/conformance/broken/uncalled.h"
#define sys_membarrier() 0
#include "strategies/membarrier.h"
#undef sys_membarrier
#include "tests/conformance/broken/uncalled.h"

#define no_membarrier_begin membarrier_begin
#define no_membarrier_end   membarrier_end

UNCALLED_STRATEGY(no_membarrier, "broken-no-membarrier",
		  "membarrier without membarrier(2)",
		  .shape = SWAP_REFUSE_FIRST,
		  .drops = "early, while the swap runs", .bounded = true,
		  .swap_from_handler = true,
		  .slot_size = sizeof(struct membarrier_slot),
		  .swap = membarrier_swap, .swap_every = membarrier_swap_every);
