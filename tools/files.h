/* SPDX-License-Identifier: MIT */
/*
 * files.h - the results that subcommands read and write, and the machine's lock.
 */
#ifndef RINGSWAP_TOOLS_FILES_H
#define RINGSWAP_TOOLS_FILES_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Say why a file could not be read. Returns the exit status: bad input, unless
 * memory was what lacked.
 */
int files_error(int err, const char *why);

/*
 * Can blocks be started here, and does nobody else measure? The lock is held
 * until this process ends; with force beside others, which stderr then names,
 * and one that cannot be had is said there. 0 or an exit status.
 */
int files_lock_machine(bool force);

/*
 * Open a result or a journal (bench/result/result.h) for who only reads it. Says
 * on stderr what there is to say of a journal that has not ended, and what is
 * wrong. 0 or an exit status.
 */
int files_open_result(const char *path, json_t **out);

/*
 * The same for who compares many: compact results (bench/result/compact.h) come
 * with the figures that comparisons read alone, which is several times as quick.
 */
int files_open_figures(const char *path, json_t **out);

/*
 * May a new file be put at PATH, and an older one of that name be kept as
 * PATH.prev? 0, or an exit status, after saying why not.
 */
int files_may_replace(const char *path);

/*
 * Keep a file that stands where a new one is to be written, as PATH.prev, and
 * say so on stderr. 0 or an exit status.
 */
int files_keep_older(const char *path);

#endif
