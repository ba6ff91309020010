/* SPDX-License-Identifier: MIT */
/*
 * private.h - texts without what tells who measured, and where.
 *
 * A result is made to be shown: it holds no path of a person's files, no user
 * and no host. What writes a text into one asks here first.
 *
 *	bench_private_command(argc, argv, list);
 *	n = bench_private_strip(json, names);
 *
 * Any thread; not from signal handlers.
 */
#ifndef BENCH_BASE_PRIVATE_H
#define BENCH_BASE_PRIVATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What stands in place of a file's name, of another path, of an address, of a
 * user's or host's name. */
#define BENCH_PRIVATE_FILE    "FILE"
#define BENCH_PRIVATE_PATH    "PATH"
#define BENCH_PRIVATE_ADDRESS "ADDRESS"
#define BENCH_PRIVATE_NAME    "NAME"

/** bench_private_command() - append a command line's arguments to a list, the
 * names of files as FILE
 *
 * A file is what --out and --resume name, and every argument, or value after a
 * '=', that holds a '/', begins with '~' or ends as our files do. */
void bench_private_command(int argc, char *const argv[], json_t *list);

/**
 * bench_private_strip() - replace in every text of json, at any depth, paths
 * that are not the system's (/sys, /proc, /dev, /etc), addresses
 * ("user@host", those of networks and of their cards) and the given names
 * @names: words that are somebody's, ended by NULL; shorter ones than three
 * letters and "root" are left
 *
 * Ids of cells and members whose value is a name of ours stay as they are.
 * Returns how many words were replaced.
 */
size_t bench_private_strip(json_t *json, const char *const names[]);

/** bench_private_is_word() - is this word, between blanks, a path or an address
 * of somebody's? */
bool bench_private_is_word(const char *word, size_t length);

#endif
