/* SPDX-License-Identifier: MIT */
/*
 * glossary.h - what the words of ringswap's output mean, by glossary.def.
 *
 *	const struct bench_word *word = bench_word_find("INVALID");
 *
 *	printf("%s: %s\n", word->word, word->meaning);
 *
 * Static and constant: any thread.
 */
#ifndef BENCH_BASE_GLOSSARY_H
#define BENCH_BASE_GLOSSARY_H

#include <stdbool.h>

/* Sections of the glossary, in the order of docs/glossary.md. */
enum bench_topic {
#define BENCH_TOPIC(id, title) BENCH_TOPIC_##id,
#include "bench/base/glossary.def"
	BENCH_TOPICS
};

struct bench_word {
	enum bench_topic topic;
	const char *word;
	const char *meaning; /* Markdown's `code` may be in it */
};

/** bench_topic_title() - the heading of a section */
const char *bench_topic_title(enum bench_topic topic);

/** bench_word_at() - in the order of glossary.def; NULL past the last */
const struct bench_word *bench_word_at(unsigned int index);

/**
 * bench_word_is() - is that what somebody typed?
 *
 * Capitals, blanks, dashes and underscores are all alike: "not resolved" and
 * "NOT-RESOLVED" are one word.
 */
bool bench_word_is(const char *word, const char *typed);

/** bench_word_find() - the first word that is that; NULL: there is none */
const struct bench_word *bench_word_find(const char *typed);

/** bench_word_in() - the same within one section */
const struct bench_word *bench_word_in(enum bench_topic topic,
				       const char *typed);

#endif
