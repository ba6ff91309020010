/* SPDX-License-Identifier: MIT */
/*
 * scenario_write.c - what a write costs that nobody disturbs.
 *
 * It is so short that where its slot and buffer happen to lie moves it by up to
 * 10 %, and for as long as they lie there. So a strategy gets several slots,
 * and the pairs take turns on them: one block's median is then that of several
 * layouts, and blocks differ less (the idea of Curtsinger and Berger,
 * Stabilizer, ASPLOS 2013, who move code and data at run time).
 */
#include "bench/measure/scenario.h"
#include "bench/measure/solo.h"

#define LAYOUTS_MOST 8u
#define LAYOUTS_KIB  512u /* of one side */

/* As many as the L2 cache surely holds. */
static unsigned int layouts(const struct bench_block *block)
{
	unsigned int n = LAYOUTS_KIB / block->cell->buffer_kib;

	if (n < 1)
		return 1;
	return n < LAYOUTS_MOST ? n : LAYOUTS_MOST;
}

const struct bench_measure bench_measure_write = {
	.run = bench_solo_run,
	.slots = layouts,
};
