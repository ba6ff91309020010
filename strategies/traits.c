/* SPDX-License-Identifier: MIT */
/* traits.c - what a descriptor says of a strategy, by name and in words. */
#include <string.h>

#include "strategies/strategy.h"

static const char *family(const struct swap_strategy *s)
{
	return swap_family_name(s->family);
}

static const char *shape(const struct swap_strategy *s)
{
	return swap_shape_name(s->shape);
}

static const char *breaks(const struct swap_strategy *s)
{
	return swap_promise_name(s->breaks);
}

static const char *exclusive(const struct swap_strategy *s)
{
	return swap_exclusive_name(s->exclusive);
}

static const char *memory(const struct swap_strategy *s)
{
	return swap_memory_name(s->memory);
}

static const char *strays(const struct swap_strategy *s)
{
	return swap_strays_name(s->strays);
}

static const char *swaps(const struct swap_strategy *s)
{
	return s->swap ? "yes" : "no";
}

#define NO_MEMBER	0 /* name stands there, which is no trait */
#define MEMBER(of_name) offsetof(struct swap_strategy, of_name)

/* One of the three: a text, a question, or a function that knows the word. */
static const struct trait {
	const char *name;
	size_t text;
	size_t question;
	const char *(*word)(const struct swap_strategy *s);
} traits[] = {
	{ .name = "summary", .text = MEMBER(summary) },
	{ .name = "source", .text = MEMBER(source) },
	{ .name = "sound", .question = MEMBER(sound) },
	{ .name = "breaks", .word = breaks },
	{ .name = "family", .word = family },
	{ .name = "shape", .word = shape },
	{ .name = "mechanism", .text = MEMBER(mechanism) },
	{ .name = "writer-pays", .text = MEMBER(writer_pays) },
	{ .name = "swapper-pays", .text = MEMBER(swapper_pays) },
	{ .name = "drops", .text = MEMBER(drops) },
	{ .name = "needs", .text = MEMBER(needs) },
	{ .name = "swaps", .word = swaps },
	{ .name = "try", .question = MEMBER(has_try) },
	{ .name = "bounded", .question = MEMBER(bounded) },
	{ .name = "contained", .question = MEMBER(contained) },
	{ .name = "recoverable", .question = MEMBER(recoverable) },
	{ .name = "fork", .question = MEMBER(fork) },
	{ .name = "strays", .word = strays },
	{ .name = "write-from-handler",
	  .question = MEMBER(write_from_handler) },
	{ .name = "swap-from-handler", .question = MEMBER(swap_from_handler) },
	{ .name = "pinned-writer", .question = MEMBER(pinned_writer) },
	{ .name = "writer-must-poll", .question = MEMBER(writer_must_poll) },
	{ .name = "uses-signal", .question = MEMBER(uses_signal) },
	{ .name = "interrupts-calls", .question = MEMBER(interrupts_calls) },
	{ .name = "exclusive", .word = exclusive },
	{ .name = "memory", .word = memory },
	{ .name = "copies", .question = MEMBER(copies) },
	{ .name = "baseline", .text = MEMBER(baseline) },
	{ .name = "floor", .text = MEMBER(floor) },
	{ .name = "represents", .question = MEMBER(represents) },
};

static const char *word_of(const struct swap_strategy *s, const struct trait *t)
{
	const char *at = (const char *)s;

	if (t->word)
		return t->word(s);
	if (t->question != NO_MEMBER)
		return *(const bool *)(at + t->question) ? "yes" : "no";
	return *(const char *const *)(const void *)(at + t->text);
}

const char *swap_trait_name(unsigned int index)
{
	return index < sizeof(traits) / sizeof(traits[0]) ? traits[index].name
							  : NULL;
}

bool swap_trait_is_question(unsigned int index)
{
	return traits[index].question != NO_MEMBER ||
	       traits[index].word == swaps;
}

const char *swap_trait(const struct swap_strategy *s, const char *name)
{
	for (unsigned int i = 0; swap_trait_name(i); i++)
		if (!strcmp(traits[i].name, name))
			return word_of(s, &traits[i]);
	return NULL;
}
