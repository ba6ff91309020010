/* SPDX-License-Identifier: MIT */
/* Events that can be verified: whose, which, and torn ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "strategies/events.h"

#include <cmocka.h>

static const uint64_t sequences[] = {
	0, 1, 2, 4711, SWAP_SEQUENCE_MASK, UINT64_C(3) << SWAP_LEVEL_SHIFT
};
static const uint64_t salts[] = { 0, 1, 2, 255, 4095, 0xffff };

#define COUNT(of) (sizeof(of) / sizeof((of)[0]))

static void word_holds_sequence_and_writer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sequences); i++)
		for (size_t j = 0; j < COUNT(salts); j++) {
			uint64_t word = swap_event_word(sequences[i], salts[j]);

			assert_int_equal(swap_event_sequence(word),
					 sequences[i]);
			for (size_t k = 0; k < COUNT(salts); k++)
				assert_int_equal(
					swap_event_is_valid(word, salts[k]),
					j == k);
		}
}

/* Half of one word and half of the next is nobody's. */
static void torn_word_is_not_valid(void **state)
{
	(void)state;
	for (uint64_t sequence = 1; sequence < 1000; sequence++) {
		uint64_t was = swap_event_word(sequence, 1);
		uint64_t is = swap_event_word(sequence + 512, 1);
		uint64_t torn = (was & ~UINT64_C(0xffffffff)) |
				(is & UINT64_C(0xffffffff));

		assert_false(swap_event_is_valid(torn, 1));
	}
}

static void words_follow_from_the_first(void **state)
{
	uint64_t words[9];

	(void)state;
	memset(words, 0, sizeof(words));
	swap_event_fill(words, 64, 100);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(words[i], 100 + i);
	assert_int_equal(words[8], 0);
}

static void lengths_are_in_steps_of_eight(void **state)
{
	unsigned int seen = 0;

	(void)state;
	assert_int_equal(swap_event_length(48, 3), 48);
	for (uint64_t sequence = 0; sequence < 32; sequence++) {
		uint32_t length =
			swap_event_length(SWAP_PAYLOAD_VARIABLE, sequence);

		assert_in_range(length, 8, 256);
		assert_int_equal(length % 8, 0);
		seen |= 1u << (length / 8 - 1);
	}
	assert_int_equal(seen, 0xffffffff); /* each once in 32 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word_holds_sequence_and_writer),
		cmocka_unit_test(torn_word_is_not_valid),
		cmocka_unit_test(words_follow_from_the_first),
		cmocka_unit_test(lengths_are_in_steps_of_eight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
