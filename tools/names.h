/* SPDX-License-Identifier: MIT */
/*
 * names.h - what several files are called so that each can be told from the
 * others.
 */
#ifndef RINGSWAP_TOOLS_NAMES_H
#define RINGSWAP_TOOLS_NAMES_H

#include <stddef.h>

/* Bytes of a path up to the end that its name leaves out. */
typedef size_t (*names_length_fn)(const char *path);

/*
 * The last parts of each path, as few as tell them apart, joined by @joint:
 * "a/run" and "b/run"; where all parts are alike, one ends in a number. @length
 * may be NULL: whole names. For names_free(); NULL: no memory.
 */
char **names_distinct(size_t n, char *const *paths, char joint,
		      names_length_fn length);

/* Release what names_distinct() gave; NULL is allowed. */
void names_free(size_t n, char **names);

#endif
