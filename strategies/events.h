/* SPDX-License-Identifier: MIT */
/*
 * events.h - events that can be verified, as every test and bench writes them.
 *
 * Word 0 of a payload is a 48-bit sequence (nesting level in the top four
 * bits) and a 16-bit check, which is the writer's number, spread together;
 * word i is word 0 plus i. Payload 0 is counted only.
 */
#ifndef RINGSWAP_STRATEGIES_EVENTS_H
#define RINGSWAP_STRATEGIES_EVENTS_H

#include "strategies/strategy.h"

#define SWAP_LEVEL_SHIFT   44
#define SWAP_SEQUENCE_MASK ((UINT64_C(1) << SWAP_LEVEL_SHIFT) - 1)

/* The variable row's lengths: 8..256 bytes in steps of 8. */
#define SWAP_PAYLOAD_VARIABLE 0xffffffffu
#define SWAP_PAYLOAD_MOST     1024u /* of any row */

#define SWAP_SEQUENCE_BITS 48

/* An odd number and its inverse modulo 2^64. */
#define SWAP_SPREAD   UINT64_C(0x9e3779b97f4a7c15)
#define SWAP_UNSPREAD UINT64_C(0xf1de83e19937733d)

/*
 * Word 0 of an event: 48 bits of sequence and the 16-bit salt, spread over the
 * word by an odd factor, so that consecutive words differ in many bits and a
 * loop pays one addition. Salt tells writers apart; the slot's index will do.
 */
SWAP_HOT uint64_t swap_event_word(uint64_t sequence, uint64_t salt)
{
	return ((salt << SWAP_SEQUENCE_BITS) + sequence) * SWAP_SPREAD;
}

/* The 48-bit sequence of a valid word 0. */
SWAP_HOT uint64_t swap_event_sequence(uint64_t word)
{
	return (word * SWAP_UNSPREAD) &
	       ((UINT64_C(1) << SWAP_SEQUENCE_BITS) - 1);
}

/* Is it a word of this writer? A foreign or torn one is once in 65536. */
SWAP_HOT bool swap_event_is_valid(uint64_t word, uint64_t salt)
{
	return (word * SWAP_UNSPREAD) >> SWAP_SEQUENCE_BITS == (salt & 0xffff);
}

/* Payload bytes of one event. */
SWAP_HOT uint32_t swap_event_length(uint32_t payload, uint64_t sequence)
{
	if (payload != SWAP_PAYLOAD_VARIABLE)
		return payload;
	return 8 + (uint32_t)((sequence * 13) & 31) * 8;
}

SWAP_HOT void swap_event_fill(void *at, uint32_t length, uint64_t word)
{
	uint64_t *words = at;

	for (uint32_t i = 0; i < length / 8; i++)
		store_data(words + i, word + i);
}

#endif
