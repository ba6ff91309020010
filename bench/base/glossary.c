/* SPDX-License-Identifier: MIT */
/* glossary.c - the table of words, and how to find one. */
#include "bench/base/glossary.h"

#include <ctype.h>
#include <stddef.h>

static const char *const titles[BENCH_TOPICS] = {
#define BENCH_TOPIC(id, title) [BENCH_TOPIC_##id] = (title),
#include "bench/base/glossary.def"
};

static const struct bench_word words[] = {
#define BENCH_WORD(topic, word, meaning) { BENCH_TOPIC_##topic, word, meaning },
#include "bench/base/glossary.def"
};

#define WORDS (sizeof(words) / sizeof(words[0]))

const char *bench_topic_title(enum bench_topic topic)
{
	return titles[topic];
}

const struct bench_word *bench_word_at(unsigned int index)
{
	return index < WORDS ? &words[index] : NULL;
}

static int plain(char c)
{
	return c == '-' || c == '_' ? ' ' : tolower((unsigned char)c);
}

bool bench_word_is(const char *word, const char *typed)
{
	while (*word && plain(*word) == plain(*typed)) {
		word++;
		typed++;
	}
	return !*word && !*typed;
}

const struct bench_word *bench_word_find(const char *typed)
{
	for (size_t i = 0; i < WORDS; i++)
		if (bench_word_is(words[i].word, typed))
			return &words[i];
	return NULL;
}

const struct bench_word *bench_word_in(enum bench_topic topic,
				       const char *typed)
{
	for (size_t i = 0; i < WORDS; i++)
		if (words[i].topic == topic &&
		    bench_word_is(words[i].word, typed))
			return &words[i];
	return NULL;
}
