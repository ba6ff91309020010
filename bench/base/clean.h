/* SPDX-License-Identifier: MIT */
/*
 * clean.h - text that somebody else wrote, made fit for terminals, tables,
 * charts and pages.
 *
 *	if (!bench_clean_json(json, why, sizeof(why)))
 *		puts(json_string_value(json));
 *
 * Whatever reads a file cleans it at once, so that nobody who prints needs to
 * think of it. A free text keeps its words: what could command a terminal, turn
 * the direction of writing, break a line or stand for nothing becomes a '?' or
 * a blank. A name is refused instead (bench_is_name()): a changed one would be
 * the name of something else. Any thread; not from signal handlers.
 */
#ifndef BENCH_BASE_CLEAN_H
#define BENCH_BASE_CLEAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Longer texts end in "..." here, in bytes. */
#define BENCH_CLEAN_MAX 4096

/* The longest name: of a strategy, a floor, a scenario, a placement. */
#define BENCH_NAME_MAX 64

/** bench_clean() - in place, lines included; what is no UTF-8 becomes '?'. Returns text */
char *bench_clean(char *text);

/**
 * bench_clean_json() - every text in it, at any depth; a "key-text" keeps lines
 *
 * 0, or a reason and -EINVAL: an object's member has a name that is not clean;
 * -ENOMEM.
 */
int bench_clean_json(json_t *json, char *why, size_t n);

/**
 * bench_is_name() - of 1 to most letters, digits and "-_.+", or of @more, the
 * first a letter or a digit
 */
bool bench_is_name(const char *text, size_t most, const char *more);

#endif
